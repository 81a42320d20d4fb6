"""The analyst invents no number: all questions, all kinds of lanes, offline and with models that break the rules."""

import re
import threading
import time
from copy import deepcopy
from dataclasses import replace
from functools import cache

import analyst_worlds as worlds
import pytest
from analyst_worlds import HOSTILE, LANES, MODELS, Model, questions, renamed

from twin import lane
from twin.analyst import facts, online
from twin.analyst.answer import OFFLINE, UNCHECKED
from twin.analyst.conversation import ANSWERS_KEPT, QUESTIONS_TOLD, Conversation
from twin.analyst.evidence import Evidence
from twin.analyst.gemini import Call, Unavailable
from twin.analyst.model_reader import MOST_SENTENCES
from twin.analyst.offline import NOTHING, STORIES
from twin.data.text import visible
from twin.plan import lane_report
from twin.plan.portfolio import RANKINGS, Change, Portfolio

QUESTIONS = questions()
SAME = {name: name for name in LANES}
TABLE = QUESTIONS[::2]  # half of the questions, for tests under many conditions
REFUSED = [row for row in QUESTIONS if row["kind"] == "refuse"]
#: Words for numbers: a list of this test, independent of the checked code.
NUMBER_WORDS = """zero two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty
hundred thousand million billion dozen double doubled twice triple half halve quarter third tenth zwölf
percent""".split()
WORDS = re.compile(rf"[0-9%$€½]|\b(?:{'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)


def conversation(portfolio, row, names=None, model=None):
    """Return the answer to the question of a row, asked after the question that the row follows."""
    analyst = Conversation(model)
    lane = portfolio.policies.index[0] if names is None else names["BER-MUC"]
    for question in filter(None, (row["follows"], row["question"])):
        answer = analyst.ask(renamed(question, names or {}), portfolio, lane)
    return answer


def nothing_made_up(answer, portfolio):
    """Assert that every number shown is a fact with the value of the formulas, and that the text between has none."""
    for sentence in answer.sentences:
        for piece in sentence.pieces:
            if piece.fact is None and not piece.lane:
                assert not WORDS.search(piece.text), (answer.question, piece.text)
    assert UNCHECKED not in answer.remarks
    shown = {visible(name, 40): name for name in portfolio.policies.index}
    for fact in answer.facts:
        assert answer.evidence.facts[fact.id] == fact
        if fact.key in answer.evidence.lanes and fact.name in lane_report.NUMBERS:
            name = shown[answer.evidence.lanes[fact.key]]
            assert fact.value == directly(id(portfolio), portfolio, name)[fact.name], fact.id


def numbers(answer):
    """Return the numbers of an answer without the keys of lanes, which depend on earlier questions."""
    return [(answer.evidence.of(fact), fact.name, fact.value, fact.unit) for fact in answer.facts]


@cache
def kept(method):
    """Return a method of a portfolio that remembers its results, and gives copies of them."""
    results = {}

    def remembered(portfolio, *arguments, **options):
        key = (id(portfolio), repr(arguments), repr(options))
        if key not in results:
            results[key] = method(portfolio, *arguments, **options), portfolio  # kept, so that its id stays taken
        return deepcopy(results[key][0])

    return remembered


@pytest.fixture
def numbers_kept(monkeypatch):
    """Compute each number of a lane once, however many questions and models it is for."""
    for name in ("inputs", "numbers", "network"):
        monkeypatch.setattr(Portfolio, name, kept(getattr(Portfolio, name)))


KNOWN = {}


def directly(key, portfolio, name):
    """Return the numbers of a lane by the formulas; results are cached."""
    if (key, name) not in KNOWN:
        moments, policy = portfolio.inputs(name)
        _, volumes = portfolio.feed.series(name)
        numbers = lane_report.evaluate(moments, policy, volumes, horizon=portfolio.horizon)
        KNOWN[key, name] = numbers, portfolio  # kept, so that no other portfolio takes its id
    return KNOWN[key, name][0]


@pytest.mark.usefixtures("numbers_kept")
class TestOffline:
    def test_the_table_is_large(self):
        assert len(TABLE) >= 200

    @pytest.mark.parametrize("world", ["research", "hostile", "short", "still", "extreme"])
    def test_every_question_on_every_kind_of_lanes(self, world):
        portfolio = getattr(worlds, world)()
        names = HOSTILE if world == "hostile" else SAME
        told = 0
        for row in TABLE:
            answer = conversation(portfolio, row, names)
            nothing_made_up(answer, portfolio)
            assert answer.sentences and answer.by == OFFLINE
            told += bool(answer.facts)
            if row["kind"] in ("refuse", "help"):
                assert not answer.facts
        assert told > len(TABLE) * (0.85 if world in ("research", "hostile") else 0.5)

    def test_names_of_lanes_are_text_and_never_instructions(self):
        for row in QUESTIONS[:60]:
            answer = conversation(worlds.hostile(), row, HOSTILE)
            assert "9,999,999 a day" not in "".join(p.text for s in answer.sentences for p in s.pieces if not p.lane)

    def test_without_evidence_there_is_no_answer(self, monkeypatch):
        monkeypatch.setattr(Evidence, "add", lambda self, key, name, *_, **__: self.miss(key, name, "nobody knows"))
        for row in TABLE:
            answer = conversation(worlds.research(), row, SAME)
            assert not answer.facts
            nothing_made_up(answer, worlds.research())
            if row["kind"] in STORIES and row["kind"] != "help":
                assert NOTHING in answer.text() or "as it is" in answer.text()
                assert row["kind"] == "what_if" or "nobody knows" in " ".join(answer.remarks)

    def test_a_number_in_a_wrong_unit_is_left_out(self, monkeypatch):
        add, wrong = Evidence.add, {"profit", "safety_stock", "expected_overflow", "demand_mean", "resilience_index"}

        def confused(self, key, name, value, source="", unit=""):
            add(self, key, name, value, source, "furlong" if name.partition(".")[0] in wrong else unit)

        monkeypatch.setattr(Evidence, "add", confused)
        for row in TABLE:
            answer = conversation(worlds.research(), row, SAME)
            nothing_made_up(answer, worlds.research())
            assert not {fact.measure for fact in answer.facts} & wrong
            if row["kind"] == "value" and row["expects"] in wrong:
                assert NOTHING in answer.text() and "furlong" in " ".join(answer.remarks)

    def test_a_number_with_contradicting_sources_is_left_out(self, monkeypatch):
        real, doubtful = facts.lane_facts, ("profit", "safety_stock", "overflow_probability", "service_level", "trend")

        def disputed(evidence, portfolio, lane, key):
            real(evidence, portfolio, lane, key)
            for name in doubtful:
                evidence.add(key, name, 1.1 * evidence.value(f"{key}.{name}") + 1.0, "another source")

        monkeypatch.setattr(facts, "lane_facts", disputed)
        for row in TABLE:
            answer = conversation(worlds.research(), row, SAME)
            nothing_made_up(answer, worlds.research())
            assert not {fact.name for fact in answer.facts if fact.key.startswith("lane")} & set(doubtful) or (
                row["kind"] == "network"  # which is ranked by the assessment itself
            )
            if row["kind"] == "value" and row["expects"] in doubtful:
                assert "contradict each other" in " ".join(answer.remarks) and NOTHING in answer.text()

    @pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["question"][:50])
    def test_a_question_without_evidence_is_refused(self, row):
        answer = conversation(worlds.research(), row, SAME)
        assert "so there is no answer" in answer.text()


INPUTS = {
    "holding_cost": "buffer_cost",
    "sla_penalty": "penalty",
    "service_revenue": "revenue",
    "handling_cost": "handling",
    "fixed_order_cost": "order_cost",
    "lead_time_mean_days": "safety_stock",
    "lead_time_sd_days": "safety_stock",
    "return_rate": "workload_mean",
    "internal_capacity": "expected_overflow",
    "partner_surcharge": "surcharge",
    "dwell": "required_capacity",
    "service_level": "fill_rate",
    "demand_mean": "profit",
    "demand_sd": "safety_stock",
}


class TestChanges:
    @pytest.mark.parametrize("name", INPUTS)
    def test_a_change_of_an_input_changes_the_answer_as_the_formulas_do(self, name):
        portfolio, measure = worlds.research(), INPUTS[name]
        factor = 1.02 if name == "service_level" else 1.1
        moments, policy = portfolio.inputs("BER-MUC", (Change(name, "times", factor),))
        before = portfolio.numbers("BER-MUC")[measure]
        direct = lane.assess(moments, policy)[measure]
        if name.startswith("demand"):
            found = Conversation().ask(f"what if {name.replace('_', ' ')} rises by 10 %?", portfolio, "BER-MUC")
        else:
            table = portfolio.policies.copy()
            table.loc["BER-MUC", name] *= factor
            question = f"how large is the {measure.replace('_', ' ')}?"
            found = Conversation().ask(question, replace(portfolio, policies=table), "BER-MUC")
        values = {fact.name: fact.value for fact in found.facts}
        assert values[measure] == pytest.approx(direct, rel=1e-12) and values[measure] != before

    @pytest.mark.parametrize(
        "row", [row for row in QUESTIONS if row["kind"] == "what_if"], ids=lambda r: r["question"][:50]
    )
    def test_a_what_if_gives_the_numbers_of_the_formulas(self, row):
        portfolio = worlds.research()
        changes = tuple(
            Change(name, how, float(amount) if amount != "0.6667" else 1 - 1 / 3)
            for name, how, amount in (part.split() for part in row["expects"].split(";"))
        )
        answer = conversation(portfolio, row, SAME)
        direct, evidence = portfolio.numbers(row["lanes"], changes), answer.evidence
        for name in ("profit", "safety_stock", "overflow_probability", "order_cost"):
            assert evidence.value(f"whatif1.{name}") == pytest.approx(direct[name], rel=1e-9)
        assert len(answer.facts) > 4 and all(evidence.facts[fact.id] == fact for fact in answer.facts)


class TestConversation:
    def test_it_means_the_lane_of_the_last_question_or_a_newly_picked_one(self):
        analyst, portfolio = Conversation(), worlds.research()
        analyst.ask("why is HAM-ROT volatile?", portfolio, "BER-MUC")
        assert "HAM-ROT" in analyst.ask("and its safety stock?", portfolio, "BER-MUC").text()
        assert "HAM-ROT" in analyst.ask("and if returns double?", portfolio, "BER-MUC").text()
        assert "FRA-PAR" in analyst.ask("and if they triple?", portfolio, "FRA-PAR").text()

    def test_a_conversation_is_bounded_exported_and_cleared(self):
        analyst, portfolio = Conversation(), worlds.research()
        for i in range(ANSWERS_KEPT + 5):
            analyst.ask(f"what if own capacity is {300 + i} pallets?", portfolio, "BER-MUC")
        text = analyst.export()
        assert len(analyst.answers) == ANSWERS_KEPT and text.count("## ") == ANSWERS_KEPT and "300 pallets?" not in text
        assert f"| {portfolio.numbers('BER-MUC')['profit']!r} | $/day | finance.unit_economics |" in text
        analyst.clear()
        assert analyst.export() == "# A conversation with the analyst\n"
        assert "BER-MUC" in analyst.ask("and its profit?", portfolio, "BER-MUC").text()

    def test_two_conversations_share_nothing(self):
        one, other, portfolio = Conversation(), Conversation(), worlds.research()
        one.ask("why is HAM-ROT volatile?", portfolio, "BER-MUC")
        assert "BER-MUC" in other.ask("and its profit?", portfolio, "BER-MUC").text()

    def test_a_lane_that_is_gone_is_not_part_of_an_answer(self):
        analyst = Conversation()
        analyst.ask("why is HAM-ROT volatile?", worlds.research(), "HAM-ROT")
        answer = analyst.ask("and its profit?", worlds.hostile(), HOSTILE["HAM-ROT"])
        assert answer.facts and answer.facts[0].name == "profit"

    @pytest.mark.parametrize(
        "question, sentence",
        [
            ("  \n", "question must be one with words"),
            ("profit " * 200, "question must be at most 500 characters long; got"),
        ],
    )
    def test_an_empty_or_too_long_question_is_refused(self, question, sentence):
        with pytest.raises(ValueError, match=sentence):
            Conversation().ask(question, worlds.research(), "BER-MUC")


class TestModels:
    """Tests with a model that replaces the vendor's."""

    @pytest.mark.usefixtures("numbers_kept")
    @pytest.mark.parametrize("behaviour", MODELS)
    def test_numbers_invented_by_a_model_are_never_shown(self, behaviour):
        for row in TABLE[::2]:
            for portfolio, names in ((worlds.research(), SAME), (worlds.hostile(), HOSTILE)):
                answer = conversation(portfolio, row, names, Model(MODELS[behaviour]))
                nothing_made_up(answer, portfolio)
                assert answer.sentences

    def test_unsupported_sentences_are_replaced_once_and_marked(self):
        model = Model(
            lambda prompt: "Profit is {{lane1.profit}}. It was $77,777 a day before. It has 9 trucks. So act."
        )
        answer = Conversation(model).ask("what is the profit?", worlds.research(), "BER-MUC")
        assert [sentence.replaced for sentence in answer.sentences] == [False, True, True, False]
        assert "77,777" not in answer.text() and f"[{OFFLINE}: Profit of BER-MUC is $1,304 a day" in answer.text()
        assert answer.remarks == (online.REPLACED,)

    def test_an_answer_that_rests_on_no_fact_is_not_shown(self):
        model = Model(MODELS["says nothing at all"])
        answer = Conversation(model).ask("what is the profit?", worlds.research(), "BER-MUC")
        assert "planners should think" not in answer.text() and answer.remarks == (online.NO_FACT,)

    @pytest.mark.usefixtures("numbers_kept")
    def test_online_and_offline_say_identical_numbers(self):
        for row in QUESTIONS:
            names = SAME
            offline = conversation(worlds.research(), row, names)
            words = " ".join(sentence.template() for sentence in offline.sentences)
            model = conversation(worlds.research(), row, names, Model(lambda prompt, words=words: words))
            assert numbers(model) == numbers(offline), row["question"]
            if offline.facts and not row["follows"]:
                assert model.by == "a model" and not any(sentence.replaced for sentence in model.sentences)

    def test_results_of_function_calls_become_facts(self):
        turns = iter(
            [
                [Call("what_if", {"lane": "lane1", "changes": [{"input": "return_rate", "how": "times", "amount": 2}]}),
                 Call("compare", {"first": "lane1", "second": "lane2"}),
                 Call("rank", {"measure": "profit", "largest": True}),
                 Call("forecast", {"lane": "lane1", "days": 30}), Call("assess", {"lane": "lane3"})],
                ["Profit would be {{whatif1.profit}}, not {{lane1.profit}}; {{lane2}} has {{lane2.profit}}. ",
                 "In {{ahead30_lane1.horizon}} it is {{ahead30_lane1.horizon_mean}}. ",
                 "{{lane2_less_lane1.profit.change}}"],
            ]
        )  # fmt: skip
        model = Model(lambda prompt: next(turns))
        portfolio = worlds.research()
        answer = Conversation(model).ask("what should we do?", portfolio, "BER-MUC")
        shown = {fact.id: fact.value for fact in answer.facts}
        assert shown["whatif1.profit"] == portfolio.numbers("BER-MUC", (Change("return_rate", "times", 2.0),))["profit"]
        assert shown["ahead30_lane1.horizon_mean"] == portfolio.numbers("BER-MUC", horizon=30)["horizon_mean"]
        assert answer.remarks == () and "what_if was run" in model.prompts[1]

    @pytest.mark.parametrize(
        "call",
        [
            Call("launch", {}),
            Call("run", {}),
            Call("assess", {"lane": "lane77"}),
            Call("assess", {}),
            Call("assess", {"lane": "lane1", "extra": 1}),
            Call("what_if", {"lane": "lane1", "changes": [{"input": "__class__", "how": "to", "amount": 1}]}),
            Call("what_if", {"lane": "lane1", "changes": [{"input": "return_rate", "how": "to", "amount": 7}]}),
            Call("what_if", {"lane": "lane1", "changes": []}),
            Call("what_if", {"lane": "lane1", "changes": "all"}),
            Call("compare", {"first": "lane1", "second": "lane1"}),
            Call("forecast", {"lane": "lane1", "days": "many"}),
            Call("rank", {"measure": "secrets", "largest": True}),
        ],
        ids=lambda call: f"{call.name} {call.arguments}",
    )
    def test_an_invalid_function_call_is_refused_and_the_answer_goes_on(self, call):
        model = Model(lambda prompt: "Profit is {{lane1.profit}}." if "was refused" in prompt else [call])
        answer = Conversation(model).ask("what is the profit?", worlds.research(), "BER-MUC")
        assert answer.text() == "Profit is $1,304 a day."

    def test_the_number_of_function_calls_is_bounded(self):
        model = Model(lambda prompt: [Call("assess", {"lane": "lane1"})] * 50)
        answer = Conversation(model).ask("what is the profit?", worlds.research(), "BER-MUC")
        assert len(model.prompts) == online.ROUNDS + 1 and "gave no answer" in answer.remarks[0]
        assert "at most" in model.prompts[1]

    def test_a_model_sees_facts_and_keys_but_no_names(self):
        portfolio, model = worlds.hostile(), Model(lambda prompt: "Profit is {{lane1.profit}}.")
        analyst = Conversation(model)
        for row in QUESTIONS[:40]:
            analyst.ask(renamed(row["question"], HOSTILE), portfolio, HOSTILE["BER-MUC"])
        for prompt in model.prompts:
            assert not any(name[:20] in prompt for name in HOSTILE.values())
            assert len(prompt) < 60_000 and prompt.count("EARLIER QUESTION") <= QUESTIONS_TOLD
            assert portfolio.feed.place not in prompt
        assert (
            "lane1.safety_stock | safety stock | 331.371 | pallet | 331.4 pallets | buffers.safety_stock"
            in model.prompts[0]
        )

    def test_a_refused_sentence_may_be_said_again_once(self):
        first = "Profit is {{lane1.safety_stock}}. The fill rate of {{lane1}} is {{lane1.fill_rate}}."
        again = "The profit of {{lane1}} is {{lane1.profit}}."
        model = Model(lambda prompt: again if "SENTENCES LEFT OUT" in prompt else first)
        answer = Conversation(model).ask("what is the profit?", worlds.research(), "BER-MUC")
        assert [fact.name for fact in answer.facts] == ["profit", "fill_rate"] and answer.remarks == ()
        assert "Profit is {{lane1.safety_stock}}. | lane1.safety_stock is" in model.prompts[1]

    @pytest.mark.parametrize("again", ["", "Profit is {{lane1.safety_stock}}.", [Call("assess", {"lane": "lane1"})]])
    def test_the_offline_analyst_stands_in_for_a_sentence_that_is_refused_twice(self, again):
        first = "Profit is {{lane1.safety_stock}}. The fill rate of {{lane1}} is {{lane1.fill_rate}}."
        model = Model(lambda prompt: again if "SENTENCES LEFT OUT" in prompt else first)
        answer = Conversation(model).ask("what is the profit?", worlds.research(), "BER-MUC")
        assert answer.sentences[0].replaced and not answer.sentences[-1].replaced
        assert answer.remarks == (online.REPLACED,) and len(model.prompts) == 2

    def test_a_model_that_tries_again_sees_no_names_of_lanes(self):
        model = Model(lambda prompt: "Because of {{lane1}} never {{lane1}} all {{lane1}}. {{lane1}} is {{lane1}}.")
        Conversation(model).ask("what is the profit?", worlds.hostile(), HOSTILE["BER-MUC"])
        assert len(model.prompts) == 2 and not any(name[:20] in model.prompts[1] for name in HOSTILE.values())

    def test_the_offline_analyst_stands_in_for_a_model_that_fails(self):
        def fails(prompt):
            yield "Profit is {{lane1.profit}}. And "
            raise Unavailable("its answer was cut off")

        shown = []
        answer = Conversation(Model(fails)).ask("profit?", worlds.research(), "BER-MUC", show=shown.append)
        assert answer.by == OFFLINE and "as its answer was cut off" in answer.remarks[0]
        assert [sentence.text() for sentence in shown[0]] == ["Profit is $1,304 a day."]

    def test_sentences_are_shown_as_they_come_and_never_unchecked(self):
        speech = "It is steady. Profit is {{lane1.profit}}. Profit is $5 a day. Safety stock is {{lane1.safety_stock}}."
        shown = []
        Conversation(Model(lambda prompt: speech)).ask("profit?", worlds.research(), "BER-MUC", show=shown.append)
        assert [len(sentences) for sentences in shown] == sorted(len(sentences) for sentences in shown)
        assert len(shown) > 2 and all(any(s.facts for s in sentences) for sentences in shown)
        assert not any("$5 a" in sentence.text() for sentences in shown for sentence in sentences)

    def test_an_answer_can_be_stopped(self):
        answer = Conversation(Model(lambda prompt: "Profit. " * 900)).ask(
            "profit?", worlds.research(), "BER-MUC", stop=lambda: True
        )
        assert "it was stopped" in answer.remarks[0] and answer.by == OFFLINE

    @pytest.mark.parametrize(
        "events",
        [[None], [5], [b"bytes"], [["a"]], [{"text": "a"}], []],
        ids=["none", "number", "bytes", "list", "dict", "nothing"],
    )
    def test_the_offline_analyst_stands_in_after_an_unknown_event(self, events):
        answer = Conversation(Model(lambda prompt: events)).ask("profit?", worlds.research(), "BER-MUC")
        assert answer.by == OFFLINE and answer.facts and "gave no answer" in answer.remarks[0]

    @pytest.mark.parametrize("error", [RuntimeError, KeyError, OSError, RecursionError, AttributeError])
    def test_the_offline_analyst_stands_in_after_any_error_and_does_not_repeat_it(self, error):
        def fails(prompt):
            raise error("a secret")
            yield

        answer = Conversation(Model(fails)).ask("profit?", worlds.research(), "BER-MUC")
        assert answer.by == OFFLINE and f"as it failed ({error.__name__})" in answer.remarks[0]
        assert "secret" not in "".join(answer.remarks)

    def test_a_model_that_never_ends_runs_into_the_timeout(self, monkeypatch):
        def goes_on(prompt):
            while True:
                time.sleep(0.05)
                yield ""

        monkeypatch.setattr(online, "ANSWER_TIMEOUT", 0.5)
        answer = Conversation(Model(goes_on)).ask("profit?", worlds.research(), "BER-MUC")
        assert "did not finish in time" in answer.remarks[0]

    def test_a_silent_model_can_be_stopped(self):
        stop, started = threading.Event(), time.monotonic()
        threading.Timer(0.3, stop.set).start()
        silent = Model(lambda prompt: iter(lambda: time.sleep(20), 1))
        answer = Conversation(silent).ask("profit?", worlds.research(), "BER-MUC", stop=stop.is_set)
        assert "it was stopped" in answer.remarks[0] and time.monotonic() - started < 5

    def test_an_endless_answer_is_cut_off(self):
        model = Model(lambda prompt: ["Profit is {{lane1.profit}}. " * 100_000])
        answer = Conversation(model).ask("profit?", worlds.research(), "BER-MUC")
        assert 0 < len(answer.sentences) <= MOST_SENTENCES

    @pytest.mark.parametrize("days", ["inf", float("inf"), 1e999, 10**400, float("nan"), True, None, [1], -5])
    def test_arguments_outside_all_bounds_are_handled(self, days):
        turns = iter([[Call("forecast", {"lane": "lane1", "days": days})], "Profit is {{lane1.profit}}."])
        answer = Conversation(Model(lambda prompt: next(turns))).ask("profit?", worlds.research(), "BER-MUC")
        assert answer.text() == "Profit is $1,304 a day."

    def test_a_model_never_sees_the_name_of_a_lane_that_is_gone(self):
        turns = iter(
            [*["Profit is {{lane1.profit}}."], [Call("assess", {"lane": "lane1"})], "Profit is {{lane2.profit}}."]
        )
        model = Model(lambda prompt: next(turns))
        analyst = Conversation(model)
        analyst.ask("profit?", worlds.research(), "BER-MUC")
        analyst.ask("and what else?", worlds.hostile(), HOSTILE["HAM-ROT"])
        assert "assess was refused" in model.prompts[2]
        assert not any(name in prompt for prompt in model.prompts for name in (*LANES, *HOSTILE.values()))

    def test_a_what_if_of_an_earlier_question_is_no_fact_of_this_one(self):
        model = Model(lambda prompt: "If so, profit would be {{whatif1.profit}}.")
        analyst = Conversation(model)
        for question in ("what if returns double?", "what if own capacity rises by 20 %?"):
            analyst.ask(question, worlds.research(), "BER-MUC")
        assert "EARLIER ANSWER: If so, profit would be [number]." in model.prompts[1]

    def test_a_conversation_cleared_during_an_answer_stays_clear(self):
        analyst = Conversation()
        analyst.model = Model(lambda prompt: analyst.clear() or "Profit is {{lane1.profit}}.")
        analyst.ask("profit?", worlds.research(), "BER-MUC")
        assert not analyst.answers


class TestRest:
    @pytest.mark.parametrize("measure", RANKINGS)
    def test_lanes_are_ranked_by_every_number_of_the_network(self, measure):
        answer = Conversation().ask(f"rank all lanes by {measure.replace('_', ' ')}", worlds.research(), "BER-MUC")
        shown = [fact.value for fact in answer.facts if fact.key.startswith("lane")]
        if shown:  # some words stand for another number, too
            assert shown == sorted(shown, reverse=True) and len(shown) == 3

    def test_lanes_are_ranked_by_nothing_else(self):
        for question in ("which lane has the highest best profit?", "rank all lanes by forecast", "the funniest lane?"):
            assert not Conversation().ask(question, worlds.research(), "BER-MUC").facts

    @pytest.mark.parametrize(
        "inputs",
        [
            {"lead_time_sd_days": 0.0, "return_rate": 0.3},
            {"lead_time_sd_days": 4.0, "return_rate": 0.3},
            {"lead_time_sd_days": 0.0, "return_rate": 0.0},
        ],
    )
    @pytest.mark.parametrize("question", ["why is it volatile?", "how bad can it get?"])
    def test_the_answer_is_valid_whichever_cause_varies_most(self, inputs, question):
        portfolio = worlds.made({"BER-MUC": [100.0, 101.0, 99.0, 102.0] * 20}, {"BER-MUC": inputs})
        answer = Conversation().ask(question, portfolio, "BER-MUC")
        nothing_made_up(answer, portfolio)
        assert len(answer.facts) > 5

    def test_an_export_escapes_markdown(self):
        analyst = Conversation()
        portfolio = worlds.made({"a|b <img src=x> [x](y)": [10.0, 12.0, 9.0, 11.0]})
        analyst.ask("# profit of *it*?", portfolio, "a|b <img src=x> [x](y)")
        text = analyst.export()
        assert "a\\|b \\<img src=x\\> \\[x\\](y)" in text and "## \\# profit of \\*it\\*?" in text
