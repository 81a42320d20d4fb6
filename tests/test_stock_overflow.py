"""Overflow of a stock lane: draws of a bivariate normal, limits, and the dynamic model with normal demand."""

import numpy as np
import pytest

from twin import buffers, cooperation, demand, space, stock_overflow
from twin.motion import rules, simulate
from twin.motion.laws import Normal
from twin.simulate import estimate

CASES = [  # capacity, buffer, sd of the exposure, mean, sd and correlation of the goods that pass
    (285.0, 88.0, 53.8, 143.1, 25.4, 0.47),
    (120.0, -40.0, 50.0, 100.0, 30.0, 0.6),
    (90.0, 30.0, 0.0, 100.0, 10.0, 0.0),
    (160.0, 0.0, 40.0, 120.0, 25.0, -0.6),
    (150.0, 60.0, 20.0, 100.0, 20.0, 1.0),
    (20.0, 30.0, 40.0, 0.0, 0.0, 0.0),
]


@pytest.mark.parametrize("case", CASES)
def test_eq_9_7_overflow_and_places_against_draws_of_two_normals(case):
    capacity, buffer, sd, mean, spread, correlation = case
    one, two = np.random.default_rng(11).standard_normal((2, 1_000_000))
    goods = mean + spread * (correlation * one + np.sqrt(1 - correlation**2) * two)
    drawn = np.maximum(buffer - sd * one, 0.0) + goods
    given = dict(passing_mean=mean, passing_sd=spread, covariance=correlation * sd * spread)
    found = stock_overflow.overflow(capacity, buffer, sd, **given)
    assert estimate(np.maximum(drawn - capacity, 0.0)).agrees(float(found.mean))
    assert estimate(drawn > capacity).agrees(float(found.probability))
    for chance in (0.1, 0.4):
        places = stock_overflow.places(chance, buffer, sd, **given)
        assert np.mean(drawn > places + 0.5) - 0.001 <= chance <= np.mean(drawn > places - 0.5) + 0.001


def test_places_are_exceeded_with_their_probability():
    random = np.random.default_rng(3)
    buffer, sd, mean, spread = (random.uniform(*ends, 500) for ends in ((0, 300), (10, 120), (50, 300), (5, 60)))
    given = dict(passing_mean=mean, passing_sd=spread, covariance=random.uniform(-0.3, 0.95, 500) * sd * spread)
    chance = random.uniform(0.01, 0.6, 500)
    places = stock_overflow.places(chance, buffer, sd, **given)
    assert stock_overflow.overflow(places, buffer, sd, **given).probability == pytest.approx(chance, abs=1e-5)


def test_a_large_buffer_gives_normal_space_and_no_spread_the_planned_overflow():
    normal = space.stock_space(900.0, 50.0, 100.0, 20.0, 400.0)
    found = stock_overflow.overflow(1000.0, 900.0, 50.0, passing_mean=100.0, passing_sd=20.0, covariance=400.0)
    assert found.mean == pytest.approx(cooperation.expected_overflow(*normal, 1000.0), rel=1e-10)
    certain = stock_overflow.overflow(80.0, 30.0, 0.0, passing_mean=100.0)
    assert certain == (pytest.approx(cooperation.planned_overflow(130.0, 80.0), rel=1e-12), 1.0)


@pytest.mark.parametrize(("basis", "places"), [("peak", 250.0), ("close", 130.0)])
def test_overflow_of_a_base_stock_in_the_dynamic_model(basis, places):
    """With normal demand, a constant lead time and no returns, the form is exact."""
    exposed = demand.lead_time_demand(100.0, 20.0, 5.0)
    buffer = buffers.safety_stock(exposed.sd, 0.95)
    path = simulate(
        Normal(100.0, 20.0),
        5.0,
        rules.base_stock(500.0 + buffer),
        review_period=0,
        basis=basis,
        capacity=places,
        periods=300,
        warm_up=50,
        replications=200,
        seed=5,
        keep=("overflow",),
    )
    goods = dict(passing_mean=100.0, passing_sd=20.0, covariance=400.0) if basis == "peak" else {}
    found = stock_overflow.overflow(places, buffer, exposed.sd, **goods)
    assert path.estimate("overflow").agrees(float(found.mean))
    assert path.share("overflow").agrees(float(found.probability))


def test_stock_and_goods_that_always_add_up_to_the_own_places_do_not_exceed_them():
    """A lead time of one period: what demand takes from the stock is what passes, and their sum is the base stock."""
    for sd in (9.97, 13.3, 27.1):
        buffer = 0.8416212 * sd
        found = stock_overflow.overflow(100 + buffer, buffer, sd, passing_mean=100.0, passing_sd=sd, covariance=sd**2)
        beyond = demand.excess_and_leftover(100 + buffer, 100.0, sd).excess  # what a backlog adds
        assert found.mean == pytest.approx(beyond, rel=1e-9)
        assert found.probability == pytest.approx(1 - 0.8, abs=1e-6)


def test_a_covariance_beyond_the_sds_is_refused():
    with pytest.raises(ValueError, match=r"^covariance must be at most the product of the two sds; got 5.0$"):
        stock_overflow.overflow(1.0, 1.0, 2.0, passing_mean=3.0, passing_sd=2.0, covariance=5.0)
