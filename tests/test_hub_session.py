"""A planner's session: lanes, controls, presets and links; every number equals that of the formulas."""

from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from twin import lane
from twin.data.scenarios import POLICIES, network, research_lanes
from twin.plan import lane_report
from twin.plan.feed import feed_of_history
from twin.plan.portfolio import DEFAULT_HORIZON
from twin.view.hub.controls import OPTIMUM, PRESETS, TARGETS, fields_for
from twin.view.hub.reopening import query_of, restore
from twin.view.hub.session import NORMAL, SPARE, STRAINED, Session


@pytest.fixture(scope="module")
def feed():
    return feed_of_history(research_lanes(), "research")


@pytest.fixture
def session(feed):
    made = Session(feed, POLICIES)
    made.pick("BER-MUC")
    return made


def directly(session, name="BER-MUC", horizon=DEFAULT_HORIZON, **changed):
    """Return the numbers of a lane by the formulas, without the session."""
    facts = session.feed.statistics.loc[name]
    known = {**POLICIES[name], "return_rate": facts["return_rate"], **changed}
    policy = lane.Policy(**known)
    return lane_report.evaluate(facts, policy, session.feed.series(name)[1], horizon=horizon)


def test_a_session_opens_on_the_largest_lane(feed):
    assert Session(feed).lane == "HAM-ROT"


def test_a_lane_starts_with_its_own_policy(session):
    assert session.numbers() == directly(session)
    assert session.values["internal_capacity"] == 460.0 and session.values[OPTIMUM] == 0.0


MOVES = {
    "holding_cost": 7.0,
    "sla_penalty": 90.0,
    "handling_cost": 20.0,
    "service_revenue": 120.0,
    "lead_time_mean_days": 9.0,
    "lead_time_sd_days": 3.3,
    "return_rate": 0.4,
    "internal_capacity": 300.0,
    "partner_surcharge": 30.0,
    "service_level": 0.8,
    "own_place_cost": 4.0,
    "review_period_days": 7.0,
    "kind": "stock",
    "unmet": "lost",
    "lead_times": "independent",
}


@pytest.mark.parametrize(("name", "value"), MOVES.items())
def test_each_control_changes_the_numbers_as_the_formulas_do(session, name, value):
    session.change(**{name: value})
    assert session.numbers() == directly(session, **{name: value}) != directly(session)


def test_words_of_a_lane_are_controls_in_a_link(session, feed):
    session.change(kind="stock", basis="close")
    assert session.values["kind"] == 1.0 and session.policy.kind == "stock" and session.policy.basis == "close"
    assert "kind=stock" in query_of(session) and "basis=close" in query_of(session)
    again = Session(feed, POLICIES)
    assert restore(again, query_of(session)) == [] and again.numbers() == session.numbers()
    with pytest.raises(ValueError, match=r"^kind of lane must be one of flow, stock; got stok$"):
        session.change(kind="stok")
    assert session.policy.kind == "stock"
    fields = {field.name: field.choices for field in session.fields}
    assert fields["unmet"] == ("backordered", "lost", "partner") and fields["holding_cost"] == ()


def test_the_horizon_changes_the_forecast_alone(session):
    before = session.numbers()
    session.change(horizon=60)
    changed = {name for name, value in session.numbers().items() if value != before[name]}
    assert changed == {"horizon_mean", "horizon_workload", "horizon_capacity"}
    assert session.numbers() == directly(session, horizon=60)


def test_the_optimum_is_the_critical_ratio_of_the_costs_now(session):
    session.change(**{OPTIMUM: 1.0}, holding_cost=7.0)
    numbers = session.numbers()
    assert numbers["service_level"] == numbers["critical_ratio"] != 0.95
    session.change(**{OPTIMUM: 0.0})
    assert session.numbers() == directly(session, holding_cost=7.0)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"holding_cost": 0.0}, "holding cost must be from 0.1 to 30; got 0.0"),
        ({"horizon": 1000}, "horizon must be from 1 to 90; got 1000"),
        ({"return_rate": float("nan")}, "return rate must be from 0 to 1; got nan"),
        ({"handling_cost": 490.0}, r"sla_penalty \+ service_revenue - handling_cost must be >= 0"),
        ({"no_such": 1.0}, "control must be one of"),
        ({"holding_cost": 4.0, "internal_capacity": -1.0}, "internal capacity must be from 0"),
    ],
)
def test_a_refused_value_changes_nothing(session, values, sentence):
    before = session.values
    with pytest.raises(ValueError, match=sentence):
        session.change(**values)
    assert session.values == before


def test_lanes_keep_their_values_until_reset(session):
    session.change(holding_cost=7.0)
    session.pick("FRA-PAR")
    assert session.numbers() == directly(session, "FRA-PAR")
    session.pick("BER-MUC")
    assert session.values["holding_cost"] == 7.0
    session.reset()
    assert session.numbers() == directly(session)


def test_unknown_lanes_are_refused(session):
    with pytest.raises(ValueError, match="lane must be one of the lanes shown; got XX"):
        session.pick("XX")


# ------------------------------------------------------------ presets and bounds


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("where", ["BER-MUC", "FRA-PAR", "HAM-ROT"])
def test_presets_change_the_lanes_own_policy_within_bounds(session, name, where):
    session.pick(where)
    session.change(holding_cost=9.0, horizon=30)
    session.use_preset(name)
    bounds = {field.name: (field.low, field.high) for field in session.fields}
    assert all(
        bounds[control][0] <= value <= bounds[control][1]
        for control, value in session.values.items()
        if control in bounds
    )
    changed = {control for control, value in session.values.items() if value != session.start[control]}
    assert changed == {*PRESETS[name], "horizon"} - ({"return_rate"} if session.start["return_rate"] == 0.3 else set())


def test_an_unreliable_carrier_doubles_the_spread_of_the_lead_time(session):
    session.use_preset("unreliable carrier")
    assert session.numbers() == directly(session, lead_time_sd_days=3.0)


@pytest.mark.parametrize("period", ["D", "W", "MS", "QS"])
def test_bounds_hold_the_start_and_make_room_for_capacity(period):
    session = Session(feed_of_history(research_lanes(period=period)))
    for name in session.policies.index:
        session.pick(name)
        for field in session.fields:
            assert field.low <= session.start[field.name] <= field.high and field.help
        capacity = next(field for field in session.fields if field.name == "internal_capacity")
        assert capacity.high >= 2 * session.numbers()["required_capacity"]


def test_a_session_opens_a_quarterly_record():
    session = Session(feed_of_history(research_lanes(period="QS")))
    dates = session.by_date().dates.astype("datetime64[D]").astype(str)
    assert len(dates) == session.horizon and dates[:2].tolist() == ["2025-10-01", "2026-01-01"]
    today, alternative = session.ahead()
    assert all(0 <= each.overflow <= 1 for each in (today, alternative, session.on_record()))
    horizon = next(field for field in session.fields if field.name == "horizon")
    assert horizon.low <= session.start["horizon"] <= horizon.high


def test_every_field_of_a_policy_that_a_planner_decides_has_a_control():
    start = {"internal_capacity": 10.0}
    names = {field.name for field in fields_for(10.0, start, "D")}
    policy = set(lane.Policy.__dataclass_fields__) - {"fixed_order_cost", "dwell"}
    assert names == policy | {"horizon"} and set(TARGETS) <= names | {OPTIMUM}


# ------------------------------------------------------------ links


def test_a_link_restores_the_state(session, feed):
    session.pick("FRA-PAR")
    session.change(holding_cost=7.123456789, return_rate=1 / 3, horizon=30, **{OPTIMUM: 1.0})
    other = Session(feed, POLICIES)
    assert restore(other, "?" + query_of(session)) == []
    assert other.lane == "FRA-PAR" and other.values == pytest.approx(session.values, rel=1e-9)
    assert query_of(other) == query_of(session)


def test_a_link_opened_in_a_session_undoes_what_was_changed_before(session):
    session.change(holding_cost=7.0)
    assert restore(session, "?lane=BER-MUC&sla_penalty=90") == []
    assert session.values == {**session.start, "sla_penalty": 90.0}


def test_a_link_names_only_values_that_differ(session):
    assert dict(parse_qsl(query_of(session))) == {"source": "research", "lane": "BER-MUC"}
    session.change(holding_cost=7.0)
    session.change(holding_cost=2.5)
    assert "holding_cost" not in query_of(session)


@pytest.mark.parametrize(
    ("query", "sentence", "kept"),
    [
        ("?lane=XX", "lane XX is not among these lanes", {}),
        ("?lane=FRA-PAR&holding_cost=abc", "Holding cost must be from", {}),
        ("?holding_cost=nan&sla_penalty=90", "Holding cost must be from", {"sla_penalty": 90.0}),
        ("?holding_cost=1e9&return_rate=0.5", "Holding cost must be from", {"return_rate": 0.5}),
        ("?handling_cost=499&holding_cost=3", "handling_cost must be", {"holding_cost": 3.0}),
        ("?kind=stok&holding_cost=3", "Kind of lane must be one of flow, stock; got stok", {"holding_cost": 3.0}),
        ("?newsvendor_optimum=nan", "Newsvendor optimum must be on", {}),
        ("?newsvendor_optimum=5&horizon=2.5", "Newsvendor optimum must be on", {}),
        ("?strain=0.5&under_used=0.7&holding_cost=3", "Thresholds must be", {"holding_cost": 3.0}),
    ],
)
def test_the_valid_parts_of_a_broken_link_are_used(session, query, sentence, kept):
    said = restore(session, query)
    assert sentence in said[0] and session.values == {**session.start, **kept}


def test_thresholds_are_part_of_the_link(session, feed):
    session.set_thresholds(0.9, 0.5)
    other = Session(feed, POLICIES)
    assert restore(other, query_of(session)) == [] and other.thresholds == session.thresholds


def test_unknown_parts_of_a_link_are_ignored(session):
    assert restore(session, "?theme=dark&x=1&lane=HAM-ROT") == [] and session.lane == "HAM-ROT"


# ------------------------------------------------------------ the network


def test_the_network_is_assess_with_every_lane_as_it_was_set(session):
    session.change(holding_cost=7.0, **{OPTIMUM: 1.0})
    session.pick("HAM-ROT")
    table = session.network()
    for name, changed in {"BER-MUC": {"holding_cost": 7.0, "service_level": None}, "HAM-ROT": {}}.items():
        numbers = directly(session, name, **changed)
        for answer in lane.UNITS:
            assert table.loc[name, answer] == pytest.approx(numbers[answer], rel=1e-12), answer
    assert session.network(["BER-MUC"]).loc["BER-MUC"].equals(table.loc["BER-MUC"])


def test_eq_6_1_use_is_the_latest_workload_of_own_capacity_without_and_with_the_buffer(session):
    row, facts = session.network().loc["BER-MUC"], session.feed.statistics.loc["BER-MUC"]
    space = (1 + facts["return_rate"]) * facts["last_volume"]
    assert row["use"] == pytest.approx(space / 460.0, rel=1e-12) and row["last_volume"] == facts["last_volume"]
    space += session.numbers()["safety_stock"]
    assert row["use_with_buffer"] == pytest.approx(space / 460.0, rel=1e-12)


def test_a_stated_capacity_alone_makes_no_lane_look_full():
    """The default lead time of a week needs buffers beyond any capacity; the use of a lane is that of its flow."""
    feed = feed_of_history(network(lanes=8))
    stated = 1.5 * feed.statistics["demand_mean"]
    session = Session(feed, {name: {"internal_capacity": places} for name, places in stated.items()})
    table = session.network()
    assert table["use"].to_numpy() == pytest.approx((feed.statistics["last_volume"] / stated).to_numpy())
    assert (table["use_with_buffer"] > 1.5).all() and (table["use"] < 1.1).all()


def test_thresholds_decide_the_status(session):
    use = session.network().loc["BER-MUC", "use_with_buffer"]
    for strain, under, status in (
        (use - 0.01, 0.1, STRAINED),
        (use + 0.01, use - 0.01, NORMAL),
        (9.0, use + 0.01, SPARE),
    ):
        session.set_thresholds(strain, under)
        assert session.network().loc["BER-MUC", "status"] == status


@pytest.mark.parametrize("limits", [(0.5, 0.6), (0.5, 0.0), (11.0, 0.5), (float("nan"), 0.5)])
def test_thresholds_out_of_order_are_refused(session, limits):
    with pytest.raises(ValueError, match="thresholds must be"):
        session.set_thresholds(*limits)


def test_a_lane_without_own_capacity_is_strained(session):
    session.change(internal_capacity=0.0)
    row = session.network().loc["BER-MUC"]
    assert row["status"] == STRAINED and np.isfinite(row["use"]) and row["dependency"] == 1.0


def test_a_network_of_thousands_of_lanes_is_evaluated():
    session = Session(feed_of_history(network(lanes=3000, periods=60)))
    table = session.network()
    assert len(table) == 3000 and set(table["status"]) <= {STRAINED, NORMAL, SPARE}
    assert table.drop(columns="coming_overflow").notna().all(axis=None)  # it waits for the forecasts of the morning


# ------------------------------------------------------------ scenarios kept, and other feeds


def test_a_pinned_scenario_stays_as_it_was(session):
    session.pin()
    kept = dict(session.pinned["numbers"])
    session.change(holding_cost=7.0)
    assert session.pinned["numbers"] == kept == directly(session) and session.pinned["values"]["holding_cost"] == 2.5


def test_a_planners_choices_outlast_new_flows(session, feed):
    session.change(holding_cost=7.0)
    session.set_thresholds(2.0, 0.5)
    session.pin()
    after = Session(feed, POLICIES, before=session)
    assert after.lane == "BER-MUC" and after.values == session.values
    assert after.thresholds == session.thresholds and after.pinned == session.pinned


def test_values_out_of_the_bounds_of_new_flows_are_dropped(session):
    few = Session(feed_of_history(network(lanes=2, periods=30)), before=session)
    name = few.lane
    few.change(internal_capacity=few.fields[8].high)
    smaller = few.feed.statistics.assign(demand_mean=1.0, demand_sd=0.1)
    after = Session(replace(few.feed, statistics=smaller), before=few)
    after.pick(name)
    assert after.values == after.start


def test_unticking_the_optimum_keeps_the_level_in_view_where_nobody_stated_one():
    session = Session(feed_of_history(network(lanes=1, periods=60)))
    assert session.values[OPTIMUM] == 1.0
    session.change(holding_cost=10.0)
    level = session.numbers()["service_level"]
    session.change(**{OPTIMUM: 0.0})
    assert session.values["service_level"] == level == session.numbers()["service_level"]


def test_unticking_an_optimum_off_the_slider_takes_the_end_of_the_slider():
    session = Session(feed_of_history(network(lanes=1, periods=60)))
    session.change(holding_cost=0.1, sla_penalty=500.0)  # the ratio is 535 / 535.1
    (slider,) = [field for field in session.fields if field.name == "service_level"]
    assert session.numbers()["service_level"] > slider.high
    session.change(**{OPTIMUM: 0.0})
    assert session.values["service_level"] == slider.high == session.numbers()["service_level"]


def test_two_sessions_share_nothing(feed):
    one, other = Session(feed, POLICIES), Session(feed, POLICIES)
    one.change(holding_cost=7.0)
    one.set_thresholds(2.0, 0.5)
    assert other.values == other.start and other.thresholds["strain"] != 2.0


def test_the_horizon_is_a_whole_number(session):
    with pytest.raises(ValueError, match=r"horizon must be a whole number of periods; got 2.5"):
        session.change(horizon=2.5)
    session.change(horizon=30.0)
    assert session.horizon == 30
