"""Loss functions of Poisson demand, against sums term by term."""

from math import exp, fsum, lgamma, log

import numpy as np
import pytest
from scipy import stats

from twin import distribution, poisson


def chances(mean, first, count):
    """Return P(X = first), P(X = first + 1), ... with the logarithm of each factorial."""
    return [exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(first, first + count)]


@pytest.mark.parametrize("mean", [0.01, 1.0, 4.0, 30.0, 300.0])
@pytest.mark.parametrize("deviations", [-3.0, -0.5, 0.0, 1.3, 4.5, 8.0])
def test_both_losses_against_their_sums(mean, deviations):
    level = mean + deviations * np.sqrt(mean)
    start = max(int(np.floor(level)) + 1, 0)
    terms = [(k - level, chance) for k, chance in enumerate(chances(mean, start, 600), start)]
    first, second = fsum(gap * chance for gap, chance in terms), fsum(gap**2 / 2 * chance for gap, chance in terms)
    assert poisson.expected_excess(level, mean) == pytest.approx(first, rel=1e-10, abs=0)
    assert poisson.second_loss(level, mean) == pytest.approx(second, rel=1e-9, abs=0)


@pytest.mark.parametrize("level", [-7.0, -0.5, 0.0, 3.0, 3.25, 11.0])
def test_any_distribution_agrees(level):
    law = stats.poisson(4.0)
    assert poisson.expected_excess(level, 4.0) == pytest.approx(distribution.expected_excess(level, law), rel=1e-12)
    assert poisson.second_loss(level, 4.0) == pytest.approx(distribution.second_loss(level, law), rel=1e-12)


@pytest.mark.parametrize("mean", [1e3, 1e6, 1e8, 1e9])
@pytest.mark.parametrize("deviations", [0.5, 3.9, 4.1, 6.0])
def test_large_means_keep_their_digits(mean, deviations):
    """Each probability is mean / k times the one before, so that the tail is a sum of products, without factorials."""
    level = np.floor(mean + deviations * np.sqrt(mean))
    steps = np.arange(1.0, 40 * np.sqrt(mean) / max(deviations, 2.0))
    logs = np.cumsum(np.log1p((mean - level - steps) / (level + steps)))
    excess = np.concatenate(([0.0], np.exp(logs)))[1:] @ steps  # in units of P(X = level)
    exact = stats.poisson(mean).pmf(level) if mean <= 1e3 else local_probability(mean, level)
    assert poisson.expected_excess(level, mean) == pytest.approx(exact * excess, rel=3e-8, abs=0)


def local_probability(mean, level):
    """Return P(X = level) for large counts from Stirling's formula and the series of the deviance."""
    x = (level - mean) / mean
    deviance = mean * x**2 * fsum((-x) ** k / ((k + 1) * (k + 2)) for k in range(30))
    return exp(-deviance - 1 / (12 * level)) / np.sqrt(2 * np.pi * level)


def test_no_demand_and_levels_below_zero():
    assert poisson.expected_excess([0.0, 2.0], 0.0).tolist() == [0.0, 0.0]
    assert poisson.expected_excess(-5.0, 0.0) == 5.0
    assert poisson.second_loss(-5.0, 2.0) == (2.0 + 7.0**2) / 2
    assert poisson.expected_excess(1e300, 1e9) == 0.0


def test_the_second_loss_sums_the_first():
    """The sum over all whole levels beyond y is the second loss less half of the first."""
    levels = np.arange(-3, 12)
    sums = [np.sum(poisson.expected_excess(np.arange(y + 1, y + 80), 4.0)) for y in levels]
    ours = poisson.second_loss(levels, 4.0) - poisson.expected_excess(levels, 4.0) / 2
    np.testing.assert_allclose(ours, sums, rtol=1e-11)
