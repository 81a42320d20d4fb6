"""Lead times: what each of the three laws does to orders, against exact distributions of what is outstanding.

One pallet is ordered in each step, so the goods on order count the orders outstanding, the one just placed included.
"""

import numpy as np
import pytest
from scipy import stats

from twin.motion import laws, rules, simulate

RECORD = np.array([0, 1, 1, 2, 2, 2, 3, 5, 5, 7])  # lead times, each as likely [step]


def outstanding(kind, lead_time=None, **settings):
    """Return the orders outstanding of paths that order one pallet in each step."""
    run = {"warm_up": 40, "periods": 60, "replications": 2000, "seed": 4, "keep": ("on_order", "on_hand")}
    law = laws.Record(RECORD) if lead_time is None else lead_time
    return simulate(0.0, law, rules.constant_order(1.0), lead_times=kind, **run | settings)


def test_orders_that_cross_are_outstanding_as_independent_events():
    """An order k steps old is outstanding with P(L >= k), whatever the others are: mean and variance are exact."""
    late = np.array([(RECORD >= k).mean() for k in range(1, 8)])
    orders = outstanding("independent").on_order[:, -1]
    variance = (late * (1 - late)).sum()
    assert abs(orders.mean() - 1 - RECORD.mean()) < 4 * np.sqrt(variance / orders.size)
    spread = (orders - 1 - RECORD.mean()) ** 2
    assert abs(spread.mean() - variance) < 4 * spread.std() / np.sqrt(orders.size)
    assert variance < RECORD.std() / np.sqrt(3) < RECORD.var()  # Bradley & Robinson (2005)


def test_orders_that_wait_have_the_longest_lead_time_of_those_before():
    """The delay of an order is the greatest of L, L' - 1, L'' - 2 ..., so P(delay <= x) is a product."""
    at_most = np.array([np.prod([(RECORD <= x + k).mean() for k in range(8)]) for x in range(8)])
    mean = (1 - at_most).sum()
    assert mean > RECORD.mean() + 0.5
    orders = outstanding("waiting").on_order[:, -1] - 1
    assert abs(orders.mean() - mean) < 4 * orders.std() / np.sqrt(orders.size)


def test_the_example_of_the_notation():
    """Lead times of mean 3 and sd 1.5: 26 % overtaken, 0.91 is the sd of orders outstanding, waiting takes 3.64."""
    law, longest = laws.Gamma(3.0, 1.5), np.arange(1, 60)
    at_most = stats.gamma(4.0, scale=0.75).cdf(np.arange(60) + 0.5)  # of the rounded lead time
    late = 1 - at_most[:-1]
    overtaken = [np.diff(at_most)[n - 1] * (1 - np.prod(late[: n - 1])) for n in longest]
    assert round(sum(overtaken), 2) == 0.26
    waiting = sum(1 - np.prod(at_most[x:]) for x in range(60))
    assert (round(np.sqrt((late * (1 - late)).sum()), 2), round(waiting, 2)) == (0.91, 3.64)
    orders = outstanding("independent", law).on_order[:, -1]
    spread = (orders - orders.mean()) ** 2
    assert abs(spread.mean() - (late * (1 - late)).sum()) < 4 * spread.std() / np.sqrt(orders.size)
    orders = outstanding("waiting", law).on_order[:, -1] - 1
    assert abs(orders.mean() - waiting) < 4 * orders.std() / np.sqrt(orders.size)


def test_a_persistent_lead_time_has_as_many_orders_outstanding():
    """Deep in a spell every order has the same lead time L, so L + 1 orders are outstanding."""
    orders = outstanding("persistent", spell=10**6, periods=20).on_order[:, -1] - 1
    counts = np.array([(orders == value).sum() for value in np.unique(RECORD)])
    share = np.array([(RECORD == value).mean() for value in np.unique(RECORD)])
    assert (np.abs(counts - 2000 * share) < 4 * np.sqrt(2000 * share * (1 - share))).all() and counts.sum() == 2000


def test_waiting_and_persistent_orders_arrive_in_the_order_in_which_they_were_placed():
    for kind in ("waiting", "persistent"):
        stock = simulate(0.0, laws.Record(RECORD), lambda state: 2.0 ** (state.step % 30), lead_times=kind, spell=7,
                         periods=30, replications=300).on_hand  # fmt: skip
        assert (np.log2(stock + 1) % 1 == 0).all()  # the sum of the first orders, without a gap
    crossed = simulate(0.0, laws.Record(RECORD), lambda state: 2.0 ** (state.step % 30), periods=30, replications=300)
    assert (np.log2(crossed.on_hand + 1) % 1 > 0).mean() > 0.3


def test_an_order_waits_for_orders_alone():
    """In step 1 nothing is ordered, so its long lead time delays nobody."""
    paths = simulate(0.0, [1, 9, 9, 1, 9, 9], lambda state: [1.0, 0, 0, 1.0, 0, 0][state.step], lead_times="waiting",
                     periods=6)  # fmt: skip
    assert paths.on_hand.tolist() == [[0, 0, 1, 1, 1, 2]]


def test_a_spell_has_the_lead_time_of_its_first_step():
    paths = simulate(0.0, [2, 0, 0, 1, 0, 0, 0], rules.constant_order(1.0), lead_times="persistent", spell=3, periods=7,
                     start=0.0)  # fmt: skip
    assert paths.on_hand.tolist() == [[0, 0, 0, 1, 2, 4, 5]]


@pytest.mark.parametrize(("step", "lead_time", "arrives"), [(1.0, 2.0, 2), (0.5, 2.0, 4), (0.25, 0.5, 2)])
def test_continuous_review_exposes_the_lead_time_alone(step, lead_time, arrives):
    """What is ordered at the end of step 0 is there after L, at the start of a step; a review a step adds one more."""
    once = {"policy": lambda state: float(state.step == 0), "periods": 4, "step": step}
    for review, later in ((0, 0), (step, 1)):
        stock = simulate(0.0, lead_time, review_period=review, **once).on_hand[0]
        assert stock.argmax() == arrives + later
    random = simulate(0.0, laws.Record([lead_time]), review_period=0, **once).on_hand[0]
    assert random.argmax() == arrives


def test_random_lead_times_are_rounded_to_whole_steps_and_a_lane_may_have_its_own():
    given = laws.Given([[[1.4, 0, 0, 0, 0]], [[2.6, 0, 0, 0, 0]]])
    paths = simulate(0.0, given, lambda state: float(state.step == 0), periods=5)
    assert paths.on_hand[:, 0].argmax(axis=1).tolist() == [2, 4]
    paths = simulate(0.0, laws.Normal([1.0, 2.0]), lambda state: float(state.step == 0), periods=5, step=0.5)
    assert paths.on_hand[:, 0].argmax(axis=1).tolist() == [3, 5]
