"""Expected overflow from past errors, places to book, the blend and hysteresis, against enumeration and limits."""

import numpy as np
import pytest
from scipy import integrate, stats

from twin import cooperation, overflow_ahead

RANDOM = np.random.default_rng(5)


def test_many_normal_errors_give_the_normal_overflow():
    """The witness is the normal loss function at quantiles of the normal law, within the grid's error."""
    errors = stats.norm(0, 25).ppf((np.arange(4000) + 0.5) / 4000)[:, np.newaxis]
    found = overflow_ahead.overflow_ahead([140.0], errors, 150.0, half_life=1e12)
    assert found.expected[0] == pytest.approx(cooperation.expected_overflow(140.0, 25.0, 150.0), rel=1e-3)
    assert found.probability[0] == pytest.approx(cooperation.overflow_probability(140.0, 25.0, 150.0), abs=1e-3)


def test_an_error_counts_half_after_a_half_life_and_unknown_ones_not_at_all():
    errors = [[np.nan], [30.0], [np.nan], [0.0]]
    found = overflow_ahead.overflow_ahead([100.0], errors, 100.0, half_life=2.0)
    assert found.expected[0] == pytest.approx(30 * 0.5 / 1.5, rel=1e-12)
    assert found.probability[0] == pytest.approx(0.5 / 1.5, rel=1e-12)


def test_without_errors_the_overflow_is_that_of_the_forecast():
    found = overflow_ahead.overflow_ahead([[120.0, 80.0]], np.full((1, 3, 2), np.nan), [100.0], half_life=5.0)
    assert found.expected.tolist() == [[20.0, 0.0]] and found.probability.tolist() == [[1.0, 0.0]]


def test_the_booking_is_the_best_of_all_whole_numbers():
    for _ in range(20):
        forecast, errors = RANDOM.uniform(20, 60, 3), np.round(RANDOM.normal(0, 25, (9, 3)), 1)
        errors[RANDOM.random((9, 3)) < 0.2] = np.nan
        life, always, saved = RANDOM.uniform(2, 20), RANDOM.uniform(1, 4), RANDOM.uniform(3, 12)
        found = overflow_ahead.places_ahead(forecast, errors, 45.0, always, saved, life)
        weight = np.where(np.isnan(errors), 0.0, (0.5 ** (np.arange(9)[::-1] / life))[:, np.newaxis])
        need = np.nan_to_num(np.maximum(forecast + errors - 45.0, 0.0))
        gains = [
            sum(
                saved * np.average(np.minimum(need[:, at], places), weights=weight[:, at]) - always * places
                for at in range(3)
            )
            for places in range(150)
        ]
        assert found.gain == pytest.approx(max(gains), rel=1e-9, abs=1e-9)
        assert gains[int(found.places)] == pytest.approx(max(gains), rel=1e-9, abs=1e-9)


def test_a_huge_day_raises_recent_overflow_less_than_the_mean_and_even_days_give_it():
    steady, huge = np.full(56, 10.0), np.r_[np.zeros(55), 560.0]
    assert overflow_ahead.recent_overflow(steady) == pytest.approx(10.0, rel=1e-12)
    found = overflow_ahead.recent_overflow([steady, huge, 0 * huge])
    assert found == pytest.approx([10.0, 10.0 * 56 ** (1 - 1 / 0.75), 0.0], rel=1e-12)


def test_the_spread_of_many_normal_errors_is_their_deviation_and_unknown_errors_count_not_at_all():
    errors = np.random.default_rng(5).normal(0.0, [25.0, 4.0], (100_000, 2))
    assert overflow_ahead.spread_of_errors(errors, half_life=1e12) == pytest.approx([25.0, 4.0], rel=0.01)
    errors = np.array([[8.0], [np.nan], [2.0]])
    wanted = np.sqrt(np.pi / 2) * (0.25 * 8.0 + 2.0) / 1.25
    assert overflow_ahead.spread_of_errors(errors, half_life=1.0) == pytest.approx([wanted], rel=1e-12)
    assert overflow_ahead.spread_of_errors(np.full((3, 2), np.nan), half_life=1.0).tolist() == [0.0, 0.0]


def test_hysteresis_keeps_an_alarm_between_its_bounds():
    score = [[0.35, 0.29, 0.39, 0.41, 0.39], [np.nan, 0.3, np.nan, 0.3, 0.4]]
    assert overflow_ahead.hysteresis(score, 0.3, 0.4).astype(int).tolist() == [[0, 1, 1, 0, 0], [0, 1, 0, 1, 1]]


def test_the_expected_overflow_is_the_integral_of_the_probability():
    errors = RANDOM.normal(0, 20, (15, 1))

    def above(level):
        return overflow_ahead.overflow_ahead([100.0], errors, level, half_life=6.0).probability[0]

    levels = np.arange(90.0, 200.0, 0.05)
    integral = integrate.trapezoid([above(level) for level in levels], levels)
    assert overflow_ahead.overflow_ahead([100.0], errors, 90.0, half_life=6.0).expected[0] == pytest.approx(
        integral, abs=0.05
    )
