"""The next days of a lane, and its record, under a policy: against sums of the record and against the formulas."""

from dataclasses import replace

import numpy as np
import pytest

from twin import lane
from twin.data.scenarios import POLICIES, research_lanes
from twin.plan.ahead import DAYS_AHEAD, PATHS_AHEAD, ahead, alternative, on_record
from twin.plan.feed import feed_of_history
from twin.policy import Policy

FLOW = Policy(kind="flow", service_level=0.95, internal_capacity=150.0, own_place_cost=1.0)


@pytest.fixture(scope="module")
def feed():
    return feed_of_history(research_lanes(), "research")


def test_a_flow_lane_on_record_needs_the_places_of_its_volumes():
    volumes = np.array([100.0, 180.0, np.nan, 160.0] * 30)
    found = on_record({"demand_mean": 0.0, "demand_sd": 0.0}, FLOW, volumes)
    mean = np.nanmean(volumes)
    assert set(np.unique(found.space)) == {100.0, 180.0, 160.0, mean}  # an unknown volume is the mean
    later = np.where(np.isnan(volumes), mean, volumes)[14:]
    assert found.overflow == pytest.approx((later > 150).mean())
    assert found.short == 0.0


def test_the_money_of_a_flow_lane_is_its_margin_less_its_places():
    found = ahead({"demand_mean": 100.0, "demand_sd": 0.0}, replace(FLOW, internal_capacity=90.0), [100.0] * 60)
    margin, rent = 100 * (85.0 - 50.0), 90 * 1.0
    used, partner = 100 * 5.0, 10 * 5.0  # holding for all pallets, and the surcharge for those beyond own places
    expected = (margin - rent - used - partner) * np.arange(1, DAYS_AHEAD + 1)
    assert found.money == pytest.approx(np.broadcast_to(expected, (PATHS_AHEAD, DAYS_AHEAD)))


def test_holding_is_the_rent_of_a_place_where_no_rent_is_stated():
    policy = replace(FLOW, own_place_cost=0.0, internal_capacity=90.0)
    found = ahead({"demand_mean": 100.0, "demand_sd": 0.0}, policy, [100.0] * 60)
    daily = 100 * 35.0 - 90 * 5.0 - 10 * (5.0 + 5.0)
    assert found.money[0, -1] == pytest.approx(DAYS_AHEAD * daily)


@pytest.mark.parametrize(("period", "parts"), [("W", 7), ("MS", 30)])
def test_steps_are_days_whatever_the_period_of_the_record(period, parts):
    found = ahead({"demand_mean": 700.0, "demand_sd": 0.0}, replace(FLOW, dwell=1 / parts), [700.0] * 60, period=period)
    assert found.space.shape == (PATHS_AHEAD, DAYS_AHEAD)
    assert found.space == pytest.approx(np.full((PATHS_AHEAD, DAYS_AHEAD), 700.0 / parts))


def test_a_season_is_met_at_its_place():
    volumes = np.tile([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0], 60)[:-3]  # the record ends on the fourth weekday
    found = ahead({"demand_mean": 40.0, "demand_sd": 20.0}, FLOW, volumes)
    assert (found.space == np.tile([50.0, 60.0, 70.0, 10.0, 20.0, 30.0, 40.0], 13)[:DAYS_AHEAD]).all()


@pytest.mark.parametrize("name", POLICIES)
def test_a_stock_lane_keeps_about_what_formulas_promise(feed, name):
    moments = feed.statistics.loc[name, ["demand_mean", "demand_sd"]]
    policy = Policy(**POLICIES[name], kind="stock")
    answers = {key: float(value) for key, value in lane.assess(moments, policy).items()}
    found = ahead(moments, policy, feed.series(name)[1])
    assert found.overflow == pytest.approx(answers["lane_overflow_probability"], abs=0.15)
    assert found.short == pytest.approx(1 - policy.service_level, abs=0.08)
    better = ahead(moments, alternative(policy, answers), feed.series(name)[1])
    assert better.money[:, -1].mean() > found.money[:, -1].mean()


def test_the_same_question_has_the_same_answer(feed):
    moments = feed.statistics.loc["HAM-ROT", ["demand_mean", "demand_sd"]]
    policy = Policy(**POLICIES["HAM-ROT"], kind="stock")
    first, second = (ahead(moments, policy, feed.series("HAM-ROT")[1]) for _ in range(2))
    assert np.array_equal(first.money, second.money) and first.overflow == second.overflow
