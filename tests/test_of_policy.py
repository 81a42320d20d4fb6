"""A lane of `assess` in the dynamic model: the doors of the product give it the same money, and its own rules."""

import numpy as np
import pytest

from twin import Policy, assess
from twin.motion import simulate
from twin.motion.laws import Normal
from twin.motion.of_policy import arguments_of
from twin.motion.stock_lane import StockLane
from twin.plan.ahead import DAYS_AHEAD, ahead

CERTAIN, VARIABLE = {"demand_mean": 100.0, "demand_sd": 0.0}, {"demand_mean": 100.0, "demand_sd": 20.0}
PLAN = dict(service_level=0.95, lead_time_mean_days=5.0, lead_time_sd_days=0.0, fixed_order_cost=0.0)
MARGIN = 85.0 - 50.0


@pytest.mark.parametrize("rent", [0.0, 3.0])
@pytest.mark.parametrize("places", [90.0, 130.0])
def test_lesson_hub_and_assess_give_a_lane_the_same_money(rent, places):
    """By hand: holding is the rent of every own place, or is added to a stated rent where goods are."""
    for kind in ("stock", "flow"):
        policy = Policy(kind=kind, **PLAN, own_place_cost=rent, internal_capacity=places)
        used, over = min(places, 100.0), max(100.0 - places, 0.0)
        own = rent * places + 5.0 * used if rent else 5.0 * places
        by_hand = 100 * MARGIN - own - (5.0 + 5.0) * over
        assert 100 * MARGIN - assess(CERTAIN, policy)["space_cost"] == pytest.approx(by_hand)
        hub = ahead(CERTAIN, policy, [100.0] * 60).money[:, -1] / DAYS_AHEAD
        assert hub == pytest.approx(np.full(hub.shape, by_hand))
    lesson = StockLane(CERTAIN, policy).run(500.0, warm_up=20, periods=10, replications=2).money
    assert lesson == pytest.approx(np.full((2, 10), by_hand))


@pytest.mark.parametrize("rent", [0.0, 3.0])
def test_the_money_of_a_lane_whose_demand_varies_is_its_margin_less_its_space_cost(rent):
    policy = Policy(kind="flow", **PLAN, own_place_cost=rent, internal_capacity=110.0)
    run = arguments_of(VARIABLE, policy) | {"demand": Normal(100.0, 20.0)}
    money = simulate(**run, periods=200, replications=100, seed=3, keep=()).estimate("money")
    assert money.agrees(100 * MARGIN - float(assess(VARIABLE, policy)["space_cost"]))


def test_what_the_partner_serves_has_its_whole_price():
    policy = Policy(kind="stock", **PLAN | {"service_level": 0.5}, unmet="partner", partner_surcharge=7.0)
    paths = simulate(**arguments_of(VARIABLE, policy), periods=200, seed=3)
    spot, bill = paths.partner, 5.0 * 150 + 12.0 * paths.overflow
    assert spot.any()
    assert paths.money == pytest.approx(MARGIN * paths.shipped + (85.0 - 12.0) * spot - bill)


def test_a_run_has_the_rules_and_the_level_of_the_policy():
    policy = Policy(kind="stock", **PLAN, review_period_days=10.0, unmet="lost", basis="close", lead_times="waiting")
    run, answers = arguments_of(VARIABLE, policy, period="W"), assess(VARIABLE, policy, period="W")
    assert [run[name] for name in ("kind", "unmet", "basis", "lead_times")] == ["stock", "lost", "close", "waiting"]
    assert run["step"] == 0.5 and run["review_period"] == 1.5  # 10 / 7 weeks in whole half weeks
    assert run["policy"].start == pytest.approx(answers["exposure"] * 100 + answers["goods_buffer"])
    crossing = Policy(kind="stock", **PLAN | {"lead_time_sd_days": 2.0}, lead_times="independent")
    level = arguments_of(VARIABLE, crossing)["policy"].start  # orders that cross need less, as `assess` says
    assert level == pytest.approx(500 + assess(VARIABLE, crossing)["goods_buffer"])


def test_a_dear_order_is_one_of_lots_and_lanes_may_differ():
    dear = Policy(kind="stock", **PLAN | {"fixed_order_cost": np.array([0.0, 4000.0])})
    paths = simulate(**arguments_of({name: [value] * 2 for name, value in CERTAIN.items()}, dear), periods=40)
    assert np.ptp(paths.ordered[0, 0, 5:]) < 1e-4  # orders what was demanded
    lots = paths.ordered[1, 0][paths.ordered[1, 0] > 0]
    assert lots == pytest.approx(np.full(lots.shape, np.sqrt(2 * 4000 * 100 / 5)))
