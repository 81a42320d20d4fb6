"""The warm-up of simulated bookings: bookings that swing for a long time, against the exact price of the same rule."""

import numpy as np
import pytest
from scipy.stats import poisson

from twin.exact import booking_rules
from twin.exact.booking_problems import booking_problem
from twin.exact.pricing import price
from twin.exact.warm_up import settled, two_starts

STAYS = [[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.0, 0.1, 0.9]]
SLOW = [[0.95, 0.05], [0.05, 0.95]]


@pytest.mark.parametrize(("means", "term", "regimes"), [((6, 8), 6, SLOW), ((4, 8, 14), 4, STAYS)])
def test_a_cost_is_that_of_the_long_run_although_bookings_swing(means, term, regimes):
    """All places are booked at once, and again when they end; this took 8 and 4 standard errors too much before."""
    problem = booking_problem([[poisson(mean) for mean in means]], 1, term, 10, 25, regimes)
    rule = booking_rules.newsvendor_on_forecast(problem)
    exact = price(problem, rule, 1e-8).high
    drawn = booking_rules.simulated_price(problem, rule, seasons=24, replications=400, seed=3)
    assert drawn.agrees(exact) and drawn.standard_error < 0.001 * exact


def test_blocks_are_left_out_until_the_starts_agree_and_what_is_left_counts_as_error():
    noise = np.random.default_rng(5).normal(10.0, 1.0, 400)
    apart = [np.stack([noise + gap / 2, noise - gap / 2]) for gap in (4.0, 1.0, 0.01, 0.0)]
    found = settled(iter(apart))
    assert found.mean == pytest.approx(noise.mean())
    assert found.standard_error == pytest.approx(np.hypot(noise.std(ddof=1) / 20, 0.005))
    never = settled(apart[0] for _ in range(100))
    assert never.standard_error == pytest.approx(np.hypot(noise.std(ddof=1) / 20, 2.0))


def test_the_second_start_has_its_places_in_force_in_every_period():
    problem = booking_problem([[poisson(8)]], 2, 3, 10, 25)
    empty, spread = two_starts(problem, 7, 1)[:, 2:]
    assert empty.tolist() == [0, 0, 0, 0]
    assert spread.sum() == 7 * 4 // 3 and spread[:3].sum() == 7
