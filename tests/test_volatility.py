"""Causes of variation in demand, against simulation, the normal distribution, and SciPy's analysis of variance."""

import numpy as np
import pytest
from scipy import stats

from twin import demand, simulate
from twin.volatility import coefficient_of_variation, explained_share, shock_share

RNG = np.random.Generator(np.random.PCG64(71))


def test_eq_7_1_shares_of_lead_time_demand_are_the_variance_that_each_cause_adds():
    given = dict(demand_mean=80.0, demand_sd=20.0, lead_time_mean=4.0, lead_time_sd=1.0, return_rate=0.3)

    def variance(**other):
        values = {**given, **other}
        load = demand.workload(values["demand_mean"], values["demand_sd"], values["return_rate"])
        return demand.lead_time_demand(*load, values["lead_time_mean"], values["lead_time_sd"]).sd ** 2

    shares = demand.lead_time_demand_shares(**given)
    assert sum(shares) == pytest.approx(1.0, rel=1e-14)
    assert shares.lead_time == pytest.approx(1 - variance(lead_time_sd=0.0) / variance(), rel=1e-12)
    assert shares.demand == pytest.approx(1 - variance(demand_sd=0.0) / variance(), rel=1e-12)


def test_a_simulation_of_returns_and_demand_has_the_same_shares():
    shares = demand.lead_time_demand_shares(50.0, 9.0, 1.0, 0.0, 0.4)
    shipped = np.maximum(np.rint(RNG.normal(50.0, 9.0, 400_000)), 0).astype(int)
    loads = simulate.workload(shipped, 0.4, seed=72)
    of_demand = (1.4**2) * shipped.var() / loads.var()  # share of the variance that is due to demand
    assert of_demand == pytest.approx(shares.demand, abs=4 * 0.002)
    assert shares.returns == pytest.approx(1 - shares.demand, rel=1e-12)


def test_limits_of_the_shares():
    assert demand.lead_time_demand_shares(100.0, 25.0, 3.0, 0.0) == (1.0, 0.0, 0.0)
    assert demand.lead_time_demand_shares(100.0, 0.0, 3.0, 1.0) == (0.0, 0.0, 1.0)
    assert demand.lead_time_demand_shares(100.0, 0.0, 3.0, 0.0, 0.5) == (0.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="variance of lead-time demand must be finite and > 0"):
        demand.lead_time_demand_shares(100.0, 0.0, 3.0, 0.0)


def test_eq_7_2_the_explained_share_is_that_of_an_analysis_of_variance():
    groups = RNG.integers(0, 5, 400)
    volumes = 3.0 * groups + RNG.normal(0, 4, 400)
    f = stats.f_oneway(*(volumes[groups == g] for g in range(5))).statistic
    k, n = 5, 400
    expected = (f - 1) * (k - 1) / (f * (k - 1) + n - k)  # epsilon squared, from F
    assert explained_share(volumes, groups) == pytest.approx(expected, rel=1e-12)


def test_groups_unrelated_to_volumes_explain_nothing_on_average():
    found = np.array([explained_share(RNG.normal(10, 3, 60), np.arange(60) % 12) for _ in range(2000)])
    assert abs(found.mean()) < 4 * found.std() / np.sqrt(found.size)


def test_a_pattern_without_noise_explains_all_variance():
    assert explained_share(np.tile([1.0, 2.0, 5.0], 10), np.tile(["a", "b", "c"], 10)) == 1.0


@pytest.mark.parametrize("rarest", [0.01, 0.1])
def test_shocks_of_normal_volumes_are_those_of_the_closed_form(rarest):
    z = stats.norm.ppf(1 - rarest)
    expected = z * stats.norm.pdf(z) + rarest
    found = np.array([shock_share(RNG.normal(100, 25, 20_000), rarest) for _ in range(200)])
    assert abs(found.mean() - expected) < 4 * found.std() / np.sqrt(found.size) + 1 / 20_000


def test_the_coefficient_is_free_of_the_unit():
    assert coefficient_of_variation([10.0, 20.0], [5.0, 10.0]).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("rarest", "count"), [(0.07, 7), (0.29, 29), (0.071, 8), (0.5, 50), (0.001, 1)])
def test_eq_7_3_shocks_are_counted_exactly(rarest, count):
    """0.07 * 100 is 7.000000000000001 and 0.29 * 100 is 28.999999999999996: they are 7 and 29 volumes."""
    volumes = np.arange(100.0) ** 2
    squares = (volumes - volumes.mean()) ** 2
    assert shock_share(volumes[::-1], rarest) == pytest.approx(squares[-count:].sum() / squares.sum(), rel=1e-13)
