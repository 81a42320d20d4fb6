"""The accuracy card that comes with the package, and what is said of lanes outside the region of their answers."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from twin import Policy, accuracy, assess
from twin._card import CARD_FILE, Card, Row, tolerance
from twin._regions import FACTORS, outside
from twin._remarks import AGAINST, remarks_of
from twin.answers import ANSWERS
from twin.batch.accuracy_card import card_of, rows_of
from twin.batch.digest import digest
from twin.data.load import load_history
from twin.data.scenarios import POLICIES
from twin.motion import design, judged
from twin.plan.lane_report import evaluate
from twin.plan.lane_report import remarks as lane_remarks
from twin.plan.table_report import assess_history
from twin.simulate import generator
from twin.view.accuracy_plot import draw_card
from twin.view.theme import DARK, LIGHT

CARD = accuracy.card()
#: A lane on which no factor is off, and a policy for it: only what is off on every lane of its kind is said.
MOMENTS = {"demand_mean": 100.0, "demand_sd": 20.0}
PLAIN = dict(lead_time_mean_days=3.0, lead_time_sd_days=0.0, service_level=0.9, internal_capacity=170.0)


def told(moments=MOMENTS, period="D", record=(), **fields):
    """Return the remarks on a lane."""
    policy = Policy(**{**PLAIN, **fields})
    lanes = {**moments, **vars(policy), **assess(moments, policy, period=period), **dict(record)}
    return accuracy.remarks(lanes, period)


def row(factor, level, answer, kind="stock"):
    """Return a row of the card."""
    return next(each for each in CARD.blocks[kind, factor, level] if each.answer == answer)


# --- the table that comes with the package ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "factor", "level"),
    [
        ("stock", "base", ""),
        ("flow", "base", ""),
        ("stock", "lead_time_sd, independent", 1.0),
        ("stock", "return_rate", 0.1),
        ("stock", "basis", "close"),
        ("flow", "demand_cv", 1.0),
    ],
)
def test_the_card_is_what_other_random_numbers_show(kind, factor, level, monkeypatch):
    """Median and extremes of each answer agree with those of a run with other seeds, within four standard errors."""
    monkeypatch.setattr(judged, "STREAM", 990_000)
    (block,) = (
        each for each in design.blocks() if (each.switches["kind"], each.factor, each.level) == (kind, factor, level)
    )
    fresh = {name: judged.error_of(name, found) for name, found in judged.judge(block, runs=2).items()}
    for again in rows_of(block, {name: tuple(part.tolist() for part in parts) for name, parts in fresh.items()}):
        kept = row(factor, level, again.answer, kind)
        room = 4 * np.hypot(kept.standard_error, again.standard_error)
        for part in ("typical", "lowest", "highest"):  # which are rounded to three digits
            assert getattr(kept, part) == pytest.approx(getattr(again, part), abs=room, rel=0.01), (kept, again)


def test_forms_that_are_exact_in_the_model_are_inside_with_no_error():
    for name in ("service_level", "expected_shortage", "buffer_cost", "unmet_shortage", "unmet_cost"):
        found = row("base", "", name)
        assert found.inside
        assert max(-found.lowest, found.highest) <= 4 * found.standard_error
    for name in ("service_level", "lane_overflow_probability"):
        assert row("base", "", name, "flow").inside


def test_what_the_dwell_time_and_the_tightness_of_space_cannot_touch_stays_inside():
    for factor in ("dwell", "capacity_ratio"):
        for level in design.FACTOR_LEVELS[factor]:
            assert row(factor, level, "service_level").inside
            assert row(factor, level, "unmet_cost").inside


def test_the_card_has_a_row_for_each_answer_at_each_level_of_the_design():
    blocks = {block for block in CARD.blocks if block[0] == "stock"}
    assert blocks == {("stock", "base", "")} | {
        ("stock", factor, level) for factor, levels in design.FACTOR_LEVELS.items() for level in levels
    }
    for rows in CARD.blocks.values():
        assert {each.answer for each in rows} <= set(ANSWERS)
        assert all(each.lowest <= each.typical <= each.highest for each in rows)


def test_rows_are_inside_exactly_if_their_errors_are_within_the_tolerance():
    for each in CARD.rows:
        worst = max(-each.lowest, each.highest)
        assert each.inside or worst >= tolerance(each.answer)
        room = min(4 * each.standard_error, tolerance(each.answer))
        assert not each.inside or worst <= (tolerance(each.answer) + room) * 1.005  # rounded to three digits


def test_the_worst_row_of_an_answer_has_its_largest_error():
    for name, worst in CARD.worst().items():
        errors = [max(-each.lowest, each.highest) for each in CARD.rows if each.answer == name]
        assert max(-worst.lowest, worst.highest) == max(errors)


def test_the_card_tells_where_it_comes_from():
    content = json.loads(CARD_FILE.read_text(encoding="utf-8"))
    known = {name: value for name, value in CARD.provenance.items() if name not in ("digest", "check")}
    assert CARD.provenance["digest"] == digest([known, CARD.rows])
    assert content["columns"] == list(Row._fields)
    assert (known["seed_of_the_design"], known["seed_of_the_first_run"]) == (design.SEED, judged.STREAM)
    assert (known["runs"], known["runs_with_spells"]) == (judged.RUNS, judged.RUNS_OF_SPELLS)
    assert known["design"]["levels"] == json.loads(json.dumps(design.FACTOR_LEVELS))
    assert not re.search(r"20\d\d-\d\d", json.dumps(CARD.provenance))
    assert CARD_FILE.stat().st_size < 100_000


def test_most_errors_on_lanes_with_several_factors_are_said_to_be_outside():
    check = CARD.provenance["check"]
    assert 0 < check["off_and_outside"] <= check["off"] <= check["answers"]
    assert check["off_and_outside"] >= 0.9 * check["off"]


def test_rows_leave_out_lanes_on_which_an_answer_does_not_apply():
    block = design.blocks()[0]
    errors = [np.nan, 0.01, 0.03, -0.2], [np.nan, 0.0, 0.0, 0.0]
    (found,) = rows_of(block, {"space_cost": errors})
    assert (found.typical, found.lowest, found.highest, found.inside) == (0.01, -0.2, 0.03, False)


def test_the_check_counts_answers_that_are_off_and_those_said_to_be_outside():
    blocks = design.blocks()
    zeros = {"unmet_cost": ([0.0] * design.LANES_OF_A_BLOCK, [0.0] * design.LANES_OF_A_BLOCK)}
    off = {"unmet_cost": ([0.0] * 9 + [0.5], [0.0] * design.LANES_OF_A_BLOCK)}
    found = {number: off if block.factor == "mixed" else zeros for number, block in enumerate(blocks)}
    check = card_of(found).provenance["check"]
    assert check == {
        "answers": design.MIXED * design.LANES_OF_A_BLOCK,
        "off": design.MIXED,
        "off_and_outside": 0,
        "outside": 0,
    }


# --- what is said of lanes ----------------------------------------------------------------------------------


def test_a_lane_of_the_base_kind_is_told_what_is_off_on_every_lane_alone():
    for kind in ("stock", "flow"):
        (only,) = told(kind=kind)
        assert only.startswith(f"on {kind} lanes: ")
        named = {each.answer for each in CARD.blocks[kind, "base", ""] if not each.inside}
        assert named == {name for name in ANSWERS if re.search(rf"(: |, ){ANSWERS[name].label} [\dbu]", only)}


@pytest.mark.parametrize(
    ("fields", "factor", "level"),
    [
        ({"lead_time_sd_days": 0.9, "lead_times": "waiting"}, "lead_time_sd, waiting", 1.0),
        ({"lot": 5.0}, "lot", 5.0),
        ({"unmet": "lost"}, "unmet", "lost"),
        ({"demand_sd": 90.0}, "demand_cv", 1.0),
        ({"record": {"autocorrelation": 0.5}}, "autocorrelation", 0.6),
        ({"record": {"zero_share": 0.45}, "demand_sd": 110.0}, "zero_share", 0.5),
    ],
)
def test_a_factor_that_is_off_is_told_with_the_errors_of_its_nearest_level(fields, factor, level):
    fields = dict(fields)
    moments = {**MOMENTS, "demand_sd": fields.pop("demand_sd", 20.0)}
    if "lot" in fields:  # the lot is sqrt(2 K d / h)
        fields["fixed_order_cost"] = 5.0 * (fields.pop("lot") * 100.0) ** 2 / (2 * 100.0)
    sentences = told(moments, kind="stock", **fields)
    opening = FACTORS[factor].words.partition("{}")[0]
    (found,) = (each for each in sentences if each.startswith(opening))
    off = row(factor, level, "expected_shortage")
    assert not off.inside
    size = f"{100 * abs(off.typical):.0f}% too {'high' if off.typical > 0 else 'low'}"
    if off.lowest * off.highest > 0:
        assert f"expected shortage {size}" in found
    assert len(sentences) == 2  # with that on every stock lane


def test_intermittent_demand_is_not_judged_by_its_variation_as_well():
    sentences = told({**MOMENTS, "demand_sd": 110.0}, kind="stock", record={"zero_share": 0.5})
    assert any("of the periods have no demand" in each for each in sentences)
    assert not any("where demand varies" in each for each in sentences)


def test_lead_times_are_judged_in_periods_and_by_their_law():
    """Seven days are a week, so a spread of a day is no spread to speak of in a weekly history."""
    fields = dict(kind="stock", lead_time_mean_days=28.0, lead_time_sd_days=1.0)
    assert not any("lead times vary" in each for each in told(period="W", **fields))
    weekly = told(period="W", **{**fields, "lead_time_sd_days": 7.0})
    (found,) = (each for each in weekly if "lead times vary" in each)
    assert found.startswith("where lead times vary by about 1 week and stay so for a spell")
    waiting = told(period="W", **{**fields, "lead_time_sd_days": 14.0, "lead_times": "waiting"})
    assert any("about 2 weeks or more and orders wait" in each for each in waiting)


def test_a_lane_that_is_far_from_the_simulated_ones_is_said_to_be():
    far = "no simulated lane is like that; the nearest counts"
    assert f"with a mean lead time of less than 0.667 months: {far}" in told(period="MS", lead_time_mean_days=7.0)
    assert f"with a dwell time of more than 7.5 days: {far}" in told(dwell=8.0)
    assert f"where demand varies by more than 225% of its mean: {far}" in told({**MOMENTS, "demand_sd": 300.0})
    assert not any(far in each for each in told({**MOMENTS, "demand_sd": 1.0}, dwell=7.0, internal_capacity=900.0))


def test_numbers_of_words_are_read_as_the_words():
    assert told(kind=1.0, unmet=1.0) == told(kind="stock", unmet="lost")


def test_remarks_on_a_table_say_on_how_many_lanes():
    moments = pd.DataFrame({"demand_mean": [100.0] * 4, "demand_sd": [20.0, 20.0, 90.0, 20.0]}, index=list("ABCD"))
    policy = Policy(**PLAIN, kind=["stock", "stock", "stock", "flow"], unmet=["lost", *["backordered"] * 3])
    table = assess(moments, policy).assign(**moments, **{k: v for k, v in vars(policy).items() if v is not None})
    found = accuracy.remarks(table, "D")
    assert found[0].startswith("on stock lanes (3 of 4 lanes): ")
    assert any(
        each.startswith("on stock lanes where the rule for unmet demand is lost (1 of 4 lanes): ") for each in found
    )
    assert any(
        each.startswith("on stock lanes where demand varies by about 100% of its mean (1 of 4 lanes): ")
        for each in found
    )
    off = outside(CARD, table, "D")
    assert off["expected_shortage"].tolist() == [True, False, True, False]


def test_an_answer_that_is_off_on_every_lane_is_repeated_only_if_a_factor_changes_its_error():
    rows = (
        Row("stock", "base", "", "space_cost", 0.2, 0.1, 0.3, 0.0, False),
        Row("stock", "dwell", 2.0, "space_cost", 0.25, 0.2, 0.3, 0.0, False),
        Row("stock", "dwell", 5.0, "space_cost", 0.5, 0.4, 0.6, 0.0, False),
        Row("stock", "dwell", 0.5, "space_cost", 0.0, 0.0, 0.01, 0.0, True),
    )
    lanes = {**MOMENTS, **vars(Policy(**PLAIN, kind="stock"))}

    def said(dwell):
        policy = Policy(**PLAIN, kind="stock", dwell=dwell)
        return remarks_of(Card(rows, {}), {**lanes, **vars(policy), **assess(MOMENTS, policy)}, "D")

    every = f"on stock lanes: space cost 20% too high (10 to 30%){AGAINST}"
    assert said(0.5) == said(1.0) == said(2.2) == (every,)
    assert said(4.0) == (
        every,
        f"with a dwell time of about 5 days or more: space cost 50% too high (40 to 60%){AGAINST}",
    )


@pytest.mark.parametrize(
    ("answer", "low", "middle", "high", "words"),
    [
        ("space_cost", -0.3, 0.0, 0.4, "space cost between 30% too low and 40% too high"),
        ("space_cost", -0.3, -0.1, 0.02, "space cost up to 30% too low"),
        ("space_cost", 0.1, 0.2, 0.3, "space cost 20% too high (10 to 30%)"),
        ("service_level", -0.03, -0.021, -0.007, "service level 2.1 points too low (0.7 to 3.0 points)"),
        ("profit", 0.1, 0.2, 0.3, "profit 20% of the margin too high (10 to 30% of the margin)"),
    ],
)
def test_an_error_is_told_with_its_side(answer, low, middle, high, words):
    card = Card((Row("stock", "base", "", answer, middle, low, high, 0.0, False),), {})
    policy = Policy(**PLAIN, kind="stock")
    assert remarks_of(card, {**MOMENTS, **vars(policy), **assess(MOMENTS, policy)}, "D") == (
        f"on stock lanes: {words}; against the dynamic model: the median of simulated lanes, and the range",
    )


def test_the_record_gives_its_autocorrelation_and_its_empty_periods():
    random = generator(5)
    noise = random.standard_normal((3, 4001))
    volumes = 100 + 10 * (noise[:, 1:] + np.array([[0.0], [0.5], [1.0]]) * noise[:, :-1])
    volumes[2, ::4] = 0.0
    found = accuracy.record_of(volumes)
    direct = [np.corrcoef(each[1:], each[:-1])[0, 1] for each in volumes]
    assert found["autocorrelation"][0] == 0.0  # within two standard errors of zero
    np.testing.assert_allclose(found["autocorrelation"][1:], direct[1:], atol=2e-3)
    assert found["zero_share"].tolist() == [0.0, 0.0, 0.25]


def test_unknown_volumes_are_left_out_of_the_record():
    found = accuracy.record_of([[np.nan, np.nan, 0.0, 6.0] * 20, [5.0] * 80])
    assert found["zero_share"].tolist() == [0.5, 0.0]
    assert found["autocorrelation"].tolist() == [pytest.approx(-20 / 40), 0.0]


# --- where it is told ---------------------------------------------------------------------------------------


def test_a_report_tells_what_is_outside_in_text_and_in_json():
    from twin.command import printing

    report = assess_history(load_history(), {"kind": "stock"}, POLICIES)
    assert report.accuracy[0].startswith("on stock lanes (all lanes): ")
    assert any("where a lot is" in each for each in report.accuracy)
    assert json.loads(printing.to_json(report))["accuracy"] == list(report.accuracy)
    lines = printing.to_text(report, width=120).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("  outside  "))
    told = [line for line in lines[first : first + 7] if line.startswith(("  outside  ", " " * 11))]
    assert len(told) <= 6 and told[-1].endswith(" --json") and max(map(len, told)) <= 120
    opening, _, errors = report.accuracy[0].partition(": ")
    name = re.split(r" (?:between|up to|\d)", errors)[0]
    assert told[0].startswith(f"  outside  {opening}: {name} ") and " more" in told[0] and re.search(r"[+−]\d", told[0])


def test_a_lane_is_told_what_a_table_of_it_alone_is_told():
    history = load_history()
    report = assess_history(history, {}, POLICIES)
    flows = history.flows[history.flows["lane"] == "FRA-PAR"].sort_values("date")
    from twin.plan.policies import policy_of

    lane, policy = report.table.loc["FRA-PAR"], policy_of(report.table.loc["FRA-PAR"])
    numbers = evaluate(lane, policy, flows["volume"])
    found = lane_remarks(lane, policy, numbers, flows["volume"])
    assert found
    for each in found:  # the table says the same of this lane, with a count
        opening, _, errors = each.partition(": ")
        assert any(one.startswith(opening) and one.endswith(errors) for one in report.accuracy)


def test_a_table_in_parquet_is_told_what_is_outside(tmp_path, capsys):
    from twin.__main__ import main
    from twin.tables.assess_table import LaneTable, first_remarks

    lanes = pd.DataFrame({"lane": ["A", "B"], "demand_mean": 100.0, "demand_sd": [20.0, 90.0], "kind": "stock"})
    lanes.to_parquet(tmp_path / "lanes.parquet")
    count, found = first_remarks(LaneTable(tmp_path / "lanes.parquet"), {"lead_time_sd_days": 0.0}, "D")
    assert count == 2
    assert any(each.startswith("where demand varies by about 100% of its mean (1 of 2 lanes): ") for each in found)
    arguments = [str(tmp_path / "lanes.parquet"), "--to", str(tmp_path / "answers"), "--jobs", "1"]
    assert main(["assess", *arguments, "--lead-time-sd-days", "0"]) == 0
    said = re.sub(r"\s+", " ", capsys.readouterr().err)
    assert all(f"outside {each.partition(': ')[0]}: " in said for each in found[:3])
    assert said.count("outside ") <= 6 and "each error: twin.accuracy.remarks" in said


@pytest.mark.parametrize("kind", ["stock", "flow"])
@pytest.mark.parametrize("dark", [False, True])
def test_the_card_is_drawn_with_a_row_for_each_block(kind, dark):
    figure = Figure()
    ax = figure.subplots()
    draw_card(ax, CARD, kind, dark=dark)
    blocks = [block for block in CARD.blocks if block[0] == kind]
    assert len(ax.get_yticklabels()) == len(blocks)
    assert ax.get_yticklabels()[0].get_text() == "base lanes"
    assert "expected overflow [%]" in [text.get_text() for text in ax.get_xticklabels()]
    assert to_hex(figure.get_facecolor()).upper() == (DARK if dark else LIGHT)["card"]
    numbers = {text.get_text() for text in ax.texts}
    assert f"{100 * row('base', '', 'expected_overflow', kind).typical:+.0f}".replace("-", "−") in numbers
