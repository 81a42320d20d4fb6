"""Lead-time demand beyond two moments: against exact sums, drawn demand, and the laws that reach the bounds."""

import numpy as np
import pytest
from scipy import stats

from twin import demand, distribution, newsvendor
from twin.lead_time_demand import (
    LeadTimes,
    by_moments,
    distribution_free_level,
    largest_shortage,
    lead_times,
    mixture,
    moments_of,
    resampled,
    rounded_gamma,
)
from twin.protection import DemandPaths, over
from twin.simulate import generator

EITHER = LeadTimes(np.array([9.0, 19.0]), np.array([0.9, 0.1]))
LAWS = ["normal", "gamma", "negative binomial"]


def test_the_formula_keeps_90_02_percent_of_95_with_two_possible_lead_times():
    """Demand 100 and sd 30 a day, 9 days or, once in ten, 19: sigma = sqrt(10 x 900 + 10,000 x 9), by hand."""
    found = mixture(100.0, 30.0, EITHER)
    assert found.std() == pytest.approx(np.sqrt(10 * 900 + 10_000 * 9), rel=1e-12)
    formula = 1000 + stats.norm.ppf(0.95) * found.std()
    assert formula == pytest.approx(1517.5, abs=0.05)
    by_hand = 0.9 * stats.norm.cdf((formula - 900) / 90) + 0.1 * stats.norm.cdf((formula - 1900) / 130.77)
    assert float(found.cdf(formula)) == pytest.approx(by_hand, abs=1e-6) and round(by_hand, 4) == 0.9002
    assert float(found.ppf(0.95)) == pytest.approx(1900.0, abs=0.05)


def test_two_moments_repair_gamma_lead_times_but_not_two_possible_ones():
    gamma = by_moments(1000.0, mixture(100.0, 30.0, EITHER).std(), "gamma")
    assert [round(float(mixture(100.0, 30.0, EITHER).cdf(gamma.ppf(p))), 3) for p in (0.95, 0.99)] == [0.901, 0.942]


@pytest.mark.parametrize("law", LAWS)
def test_moments_are_those_of_the_formula_and_quantiles_invert(law):
    found, lead = mixture(100.0, 30.0, EITHER, law), moments_of(EITHER)
    expected = demand.lead_time_demand(100.0, 30.0, *lead)
    assert (found.mean(), found.std()) == pytest.approx(tuple(map(float, expected)), rel=1e-12)
    for p in (0.05, 0.5, 0.9, 0.95, 0.999):
        at = found.ppf(p)
        below = at - 1 if law == "negative binomial" else at * (1 - 1e-9)
        assert found.cdf(at) >= p - 1e-12 > found.cdf(below) - 1e-9
        assert found.isf(1 - p) == pytest.approx(at, rel=1e-6)
    low, high = found.support()
    assert low < found.ppf(0.5) < high


def test_one_lead_time_is_the_law_itself_and_every_function_of_distributions_takes_a_mixture():
    one = mixture(100.0, 30.0, lead_times([4.0]))
    assert float(one.ppf(0.95)) == pytest.approx(stats.norm(400, 60).ppf(0.95), rel=1e-12)
    for law in LAWS:
        found, draws = mixture(20.0, 8.0, LeadTimes([1.0, 3.0], [0.5, 0.5]), law), generator(1)
        parts = [by_moments(20.0 * k, 8.0 * k**0.5, law) for k in (1, 3)]
        sample = np.concatenate([part.rvs(size=100_000, random_state=draws) for part in parts])
        short = np.maximum(sample - 60.0, 0.0)
        error = short.std() / np.sqrt(short.size)
        assert abs(float(distribution.expected_excess(60.0, found)) - short.mean()) < 4 * error
        best = distribution.best_quantity(found, 9.0, 1.0)
        assert np.mean(sample <= best) == pytest.approx(0.9, abs=4 * 0.3 / np.sqrt(sample.size) + 0.01)


def test_rounded_gamma_lead_times_are_those_that_the_dynamic_model_draws():
    law = rounded_gamma(5.0, 1.5)
    drawn = np.maximum(np.rint(stats.gamma((5 / 1.5) ** 2, scale=1.5**2 / 5).rvs(size=200_000, random_state=1)), 1)
    for length, chance in zip(law.length[:-1], law.probability[:-1], strict=True):
        assert abs(np.mean(drawn == length) - chance) < 4 * np.sqrt(chance / drawn.size) + 1e-9
    assert law.probability.sum() == pytest.approx(1.0, rel=1e-12)
    assert rounded_gamma(0.2, 0.0, step=1 / 7).length == pytest.approx(1 / 7)


def test_a_record_is_resampled_with_its_dependence():
    spells = np.repeat([0.0, 10.0], 50)
    found = resampled(spells, LeadTimes(np.array([10.0]), np.array([1.0])))
    assert float(found.ppf(0.95)) == 100.0  # independent days would have 81, the 95 % point of Bin(10, 1/2) x 10
    assert stats.binom(10, 0.5).ppf(0.95) * 10 < 100.0
    with pytest.raises(ValueError, match="lead_times must be whole numbers from 1 to 3"):
        resampled([1.0, 2.0, 3.0], LeadTimes(np.array([4.0]), np.array([1.0])))


def test_bounds_for_any_law_hold_and_are_reached_by_laws_of_two_values():
    mean, sd, level = 1000.0, 300.0, 0.9
    stock = distribution_free_level(mean, sd, level)
    for law in (
        stats.norm(mean, sd),
        by_moments(mean, sd, "gamma"),
        stats.uniform(mean - sd * 3**0.5, 2 * sd * 3**0.5),
    ):
        assert law.cdf(stock) >= level
        assert float(distribution.expected_excess(1100.0, law)) <= float(largest_shortage(1100.0, mean, sd))
    low = mean - sd * np.sqrt((1 - level) / level)  # with probability 0.9; the rest is exactly the stock
    assert level * low + (1 - level) * stock == pytest.approx(mean)
    assert np.sqrt(level * low**2 + (1 - level) * stock**2 - mean**2) == pytest.approx(sd)
    best = newsvendor.distribution_free_quantity(mean, sd, 9.0, 1.0)
    cost = newsvendor.distribution_free_cost(mean, sd, 9.0, 1.0)
    assert float(best - mean + 10.0 * largest_shortage(best, mean, sd)) == pytest.approx(float(cost), rel=1e-12)


def test_wrong_laws_are_refused():
    with pytest.raises(ValueError, match="law must be one of normal, gamma, negative binomial; got Poisson"):
        by_moments(10.0, 3.0, "Poisson")
    with pytest.raises(ValueError, match=r"sd\^2 must be above the mean"):
        by_moments(10.0, 3.0, "negative binomial")
    with pytest.raises(ValueError, match=r"probabilities must be of sum 1; got 0\.9"):
        lead_times([1.0, 2.0], [0.5, 0.4])


@pytest.mark.parametrize("chances", [[0.9, 0.9], [1.5, -0.5], [1.0]])
def test_lead_times_whose_probabilities_are_no_law_are_refused_wherever_they_are_used(chances):
    wrong, paths = LeadTimes([1, 2], chances), DemandPaths(np.ones(2), np.ones((3, 2)), np.zeros(3, bool))
    uses = (lambda: mixture(9.0, 3.0, wrong), lambda: resampled([1, 2, 3], wrong), lambda: over(paths, wrong))
    for use in uses:
        with pytest.raises(ValueError, match="lead_times must be"):
            use()
