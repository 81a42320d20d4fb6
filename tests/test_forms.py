"""Sentences in plain forms are decided word by word: what they say is shown if it is so, and refused if it is not."""

import json
import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from analyst_sentences import evidence_of

from twin.analyst._form_engine import Stand, matches, steps_of
from twin.analyst._form_rules import Rules
from twin.analyst.checking import Unsupported, checked
from twin.analyst.prompt import PROMPT_RULES

FORMS = tomllib.loads(files("twin.analyst").joinpath("forms.toml").read_text(encoding="utf-8"))
WORLDS = json.loads(Path(__file__).with_name("analyst_sentences_ordinary.json").read_text(encoding="ascii"))["worlds"]


@cache
def evidence(world):
    """Return the evidence of a world of the ordinary sentences."""
    return evidence_of(*(WORLDS[world][part] for part in ("portfolio", "lane", "questions")))


def test_a_pattern_matches_each_of_its_choices():
    words = ["the", "profit", "rises"]

    def word(what, stand):
        return Stand(stand.at + 1) if words[stand.at : stand.at + 1] == [what] else None

    ends = {
        end.at for end in matches(steps_of("[the] (profit|loss) [rises|falls]"), Stand(), word, lambda *_: iter(()))
    }
    assert ends == {2, 3}


def test_every_name_in_a_form_is_a_form_or_a_rule():
    for form, pattern in FORMS.items():
        for name in re.findall(r"[A-Z_]{2,}|\b[A-Z]\b", pattern):
            assert name in FORMS or callable(getattr(Rules, name.lower(), None)), f"{form} names {name}"


def test_the_forms_that_the_prompt_shows_can_be_checked():
    lines = PROMPT_RULES.partition("in forms such as these:\n")[2].partition("   In each sentence")[0]
    shown = re.split(r"(?<=\.)\n", " ".join(lines.split("   ")).replace("\n ", " ").replace(". ", ".\n"))
    sentences = [" ".join(line.split()) for line in shown if line.strip()]
    assert len(sentences) > 9
    for sentence in sentences:
        assert checked(sentence, evidence("pair")), sentence


def test_every_form_is_used():
    named = set(re.findall(r"[A-Z_]{2,}|\b[A-Z]\b", " ".join(FORMS.values())))
    assert FORMS.keys() - named == {"SENTENCE"}


#: World, sentence that is so, and a word or placeholder of it with another that makes it false.
PAIRS = [
    ("network", "The expected outsourcing cost of {{lane1}} is {{lane1.expected_outsourcing_cost}}, higher than the "
     "planned {{lane1.planned_outsourcing_cost}}.", "higher", "lower"),
    ("monthly", "On {{lane1}}, lead times cause {{lane1.lead_time_share}} of the variance of lead-time demand, less "
     "than the {{lane1.demand_share}} that demand causes.", "less", "more"),
    ("network", "The space cost of {{lane1}} is {{lane1.space_cost}}; with its optimal own capacity of "
     "{{lane1.optimal_own_capacity}} it would be {{lane1.optimal_space_cost}}.", "{{lane1.space_cost}}",
     "{{lane1.optimal_space_cost}}"),
    ("network", "At a service level of {{lane1.best_profit_level}}, {{lane1}} would earn its best profit of "
     "{{lane1.best_profit}}, which is more than its {{lane1.profit}} now.", "more", "less"),
    ("weekly", "At a service revenue of {{whatif1.service_revenue}}, {{lane1}} would earn {{whatif1.profit}} instead "
     "of losing money.", "{{whatif1.profit}}", "{{lane1.profit}}"),
    ("gdansk", "With an internal capacity of {{whatif2.internal_capacity}}, the expected outsourcing cost of {{lane1}} "
     "is {{whatif2.expected_outsourcing_cost}}, lower than {{lane1.expected_outsourcing_cost}}.",
     "{{whatif2.internal_capacity}}", "{{lane1.internal_capacity}}"),
    ("trio", "The holding of {{lane1}} comes to {{lane1.holding}}, that of {{lane2}} to {{lane2.holding}} and that of "
     "{{lane3}} to {{lane3.holding}}.", "{{lane2.holding}}", "{{lane3.holding}}"),
    ("network", "Over all {{network.lanes}}, the expected overflow is {{network.expected_overflow}}.",
     "{{network.expected_overflow}}", "{{lane1.expected_overflow}}"),
    ("loss", "The expected overflow of {{lane1}} is {{lane1.expected_overflow}}, higher than the "
     "{{lane1.planned_overflow}} of the plan.", "higher", "lower"),
    ("northern", "If the internal capacity of {{lane1}} falls to {{whatif1.internal_capacity}}, its profit falls from "
     "{{lane1.profit}} to {{whatif1.profit}}, a change of {{whatif1.profit.change}}.", "its profit falls",
     "its profit rises"),
    ("monthly", "{{lane1}} has the higher service level, {{lane1.service_level}} against {{lane2.service_level}} on "
     "{{lane2}}.", "on {{lane2}}", "on {{lane1}}"),
    ("service", "With a service level of {{whatif1.service_level}}, {{lane1}} needs {{whatif1.required_capacity}}, "
     "more than the {{lane1.internal_capacity}} it owns.", "more", "less"),
    ("network", "Over the next {{lane1.horizon}} the workload of {{lane1}} is {{lane1.horizon_workload}}, and it needs "
     "{{lane1.horizon_capacity}}, more than its own capacity of {{lane1.internal_capacity}}.", "more", "less"),
    ("pair", "The higher return rate leaves the critical ratio of {{lane1}} as it is, at {{whatif1.critical_ratio}}.",
     "higher", "lower"),
]  # fmt: skip


@pytest.mark.parametrize(("world", "sentence", "word", "other"), PAIRS)
def test_a_sentence_in_a_form_is_shown_if_it_is_so_and_refused_if_not(world, sentence, word, other):
    assert checked(sentence, evidence(world))
    assert word in sentence
    with pytest.raises(Unsupported):
        checked(sentence.replace(word, other, 1), evidence(world))
