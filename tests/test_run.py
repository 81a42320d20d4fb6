"""What `simulate` refuses, each in a sentence that names argument, rule and value, and what it takes as it comes."""

import numpy as np
import pytest

from twin.motion import laws, rules, simulate
from twin.motion.partner import moving_with_demand

TWO = laws.Poisson([5.0, 7.0])
REFUSED = {
    "kind must be one of stock, flow; got both": {"kind": "both"},
    "unmet must be one of backordered, lost, partner; got late": {"unmet": "late"},
    "lead_times must be one of independent, waiting, persistent; got fifo": {"lead_times": "fifo"},
    "returns must be one of passing, restocked, scrapped; got sold": {"returns": "sold"},
    "basis must be one of peak, close; got mean": {"basis": "mean"},
    "keep must be names among on_hand": {"keep": ("profit",)},
    "step must be 1, or a whole part of a period; got 0.3": {"step": 0.3},
    "step must be 1, or a whole part of a period; got 2": {"step": 2},
    "demand must be finite and >= 0; got -1.0": {"demand": -1.0},
    "demand must be given for each of the 10 steps of a run, or a law; got 3 values": {"demand": [1.0, 2.0, 3.0]},
    "policy must be a rule that returns one quantity, or an array of (1, 1), (lanes, replications); got shape (2,)": {
        "policy": lambda state: np.ones(2)
    },
    "costs must be a PriceList or a mapping of its prices; price_list_of(policy) takes them from a Policy; got": {
        "costs": 3.0
    },
    "demand must be one path, or one for each of 2 replications (replications, steps), with lanes before them if": {
        "demand": np.ones((3, 10)),
        "replications": 2,
    },
    "demand must be a law of one lane or of 3; got one of 2": {"demand": TWO, "dwell": [1.0, 2.0, 3.0]},
    "lead_time must be finite and >= 0; got nan": {"lead_time": np.nan},
    "lead_time must be a whole number of steps of 1 period, or a shorter step; got 1.5": {"lead_time": 1.5},
    "lead_time must be >= 1 for a booking, and with continuous review; got 0.0": {"lead_time": 0.0, "review_period": 0},
    "lead_time must be given for each of the 10 steps of a run, or a law; got 1 values": {"lead_time": [1.0]},
    "lead_time must be a law of one lane or of 3; got one of 2": {
        "dwell": [1.0, 2.0, 3.0],
        "lead_time": laws.Gamma([1.0, 2.0], 1.0),
    },
    "lead_time must be >= 0.5 for a booking, and with continuous review; got 0.0": {
        "kind": "flow",
        "policy": rules.fixed_booking(2.0),
        "lead_time": 0.0,
        "step": 0.5,
        "review_period": 0.5,
    },
    "policy must be a rule that returns one quantity, or an array of (1, 1), (lanes, replications); got shape (2, 1)": {
        "policy": lambda state: np.ones((2, 1))
    },
    "policy must be a rule that returns finite numbers; got nan": {"policy": lambda state: state.on_hand * np.nan},
    "policy must be a function that returns numbers; got str": {"policy": lambda state: "many"},
    "partner_space must be a rule that returns numbers >= 0; got nan": {
        "capacity": 1.0,
        "partner_space": lambda state: np.nan,
    },
    "partner_space must be a rule that returns one quantity, or an array of (1, 1), (sites, replications); got": {
        "capacity": 1.0,
        "partner_space": lambda state: np.ones((3, 2)),
    },
    "review_period must be finite and >= 0; got -1": {"review_period": -1},
    "review_period must be 0 or a whole number of steps; got 1.5": {"review_period": 1.5},
    "return_rate must be in [0, 1]; got 1.2": {"return_rate": 1.2},
    "return_rate must be one value, or one for each of 3 lanes; got (2,)": {
        "dwell": [1.0] * 3,
        "return_rate": [0.1] * 2,
    },
    "dwell must be finite and >= 0; got -1.0": {"dwell": -1.0},
    "capacity must be finite and >= 0; got -3.0": {"capacity": -3.0},
    "capacity must be one value, or one for each of 1 sites": {"demand": TWO, "sites": [0, 0], "capacity": [1.0, 2.0]},
    "handling must be finite and >= 0; got nan": {"handling": np.nan},
    "overtime must be finite and >= 0; got -1.0": {"handling": 5.0, "overtime": -1.0},
    "overtime must be used with handling, beyond which it begins; got 3.0": {"overtime": 3.0},
    "sites must be a whole number >= 0 for each of 2 lanes; got [0, -1]": {"demand": TWO, "sites": [0, -1]},
    "sites must be a whole number >= 0 for each of 2 lanes; got [0.5, 1]": {"demand": TWO, "sites": [0.5, 1]},
    "partner_space must be finite and >= 0; got -1.0": {"partner_space": -1.0},
    "partner_space must be given for each of the 10 steps of a run, or a law; got 2 values": {
        "partner_space": [1.0, 2.0]
    },
    "costs must be prices named service_revenue, ": {"costs": {"rent": 1.0}},
    "holding_cost must be a finite number; got inf": {"costs": {"holding_cost": np.inf}},
    "holding_cost must be one value, or one for each of 1 lanes; got (2,)": {"costs": {"holding_cost": [1.0, 2.0]}},
    "periods must be a whole number >= 1; got 0": {"periods": 0},
    "warm_up must be a whole number >= 0; got -1": {"warm_up": -1},
    "replications must be a whole number >= 1; got 0": {"replications": 0},
    "seed must be a whole number >= 0; got -1": {"seed": -1},
    "spell must be a whole number >= 1; got 0": {"spell": 0},
    "start must be finite and >= 0; got -2.0": {"start": -2.0},
}


@pytest.mark.parametrize("said", REFUSED)
def test_a_bad_argument_is_refused_in_a_sentence(said):
    good = {"demand": laws.Poisson(5.0), "lead_time": 1.0, "policy": rules.base_stock(12.0), "periods": 10}
    simulate(**good)
    with pytest.raises(ValueError) as error:
        simulate(**good | REFUSED[said])
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: rules.base_stock(np.nan), "level must be a finite number; got nan"),
        (lambda: rules.capped_base_stock(5.0, -1.0), "cap must be finite and >= 0; got -1.0"),
        (lambda: rules.reorder_point(5.0, 0.0), "quantity must be finite and > 0; got 0.0"),
        (lambda: rules.min_max(5.0, 4.0), "high must be >= low; got 4.0"),
        (lambda: rules.constant_order(-1.0), "quantity must be finite and >= 0; got -1.0"),
        (lambda: rules.fixed_booking(-1.0), "places must be finite and >= 0; got -1.0"),
        (lambda: rules.seasonal_booking([1.0, -1.0], ahead=1), "places must be finite and >= 0; got -1.0 at 1"),
    ],
)
def test_a_rule_refuses_in_a_sentence(make, said):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value).startswith(said)


def test_a_level_for_each_lane_makes_as_many_lanes():
    paths = simulate(laws.Poisson(5.0), 1.0, rules.base_stock([10.0, 14.0]), periods=10)
    assert paths.on_hand.shape == (2, 1, 10) and (paths.on_hand[:, 0, 0] + paths.demand[:, 0, 0]).tolist() == [10, 14]


def test_lots_lift_the_position_above_the_reorder_point():
    """A position of -9 needs three lots of 8 to pass 12; 12 itself is not above it."""
    first = simulate(21.0, 1.0, rules.reorder_point(12.0, 8.0), start=12.0, periods=1)
    assert first.ordered.tolist() == [[24.0]]
    assert simulate(0.0, 1.0, rules.reorder_point(12.0, 8.0), start=12.0, periods=1).ordered.tolist() == [[8.0]]
    assert simulate(0.0, 1.0, rules.min_max(12.0, 15.0), start=12.0, periods=1).ordered.tolist() == [[3.0]]
    assert simulate(0.0, 1.0, rules.min_max(12.0, 15.0), start=13.0, periods=1).ordered.tolist() == [[0.0]]


def test_a_path_begins_at_the_level_of_the_policy():
    rows = [
        rules.base_stock(9.0),
        rules.capped_base_stock(9.0, 2.0),
        rules.min_max(2.0, 9.0),
        rules.reorder_point(4.0, 5.0),
    ]
    assert [float(simulate(0.0, 1.0, rule, periods=1).on_hand[0, 0]) for rule in rows] == [9.0] * 4
    assert simulate(0.0, 1.0, rules.base_stock(-3.0), periods=1).on_hand[0, 0] == 0
    assert simulate(2.0, periods=2).backlog.tolist() == [[2.0, 4.0]]


def test_the_partner_is_full_when_the_lane_is_full():
    demand = [10.0, 14.0, 6.0, 30.0]
    space = moving_with_demand(5.0, 10.0, 0.5)
    paths = simulate(demand, kind="flow", capacity=4.0, partner_space=space, periods=4)
    assert paths.overflow.tolist() == [[5.0, 3.0, 2.0, 0.0]]
    assert paths.unplaced.tolist() == [[1.0, 7.0, 0.0, 26.0]]
