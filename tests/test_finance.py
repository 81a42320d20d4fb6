"""Money: identities, double loops, brute force and simulation as independent checks."""

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from twin import demand, distribution, finance, newsvendor, simulate

NORMAL = NormalDist()
MONEY = dict(service_revenue=85.0, handling_cost=50.0, holding_cost=5.0, sla_penalty=20.0)
LANE = dict(demand_mean=100.0, demand_sd=25.0, lead_time_mean=3.0)


def test_eq_5_1_underage_cost():
    assert finance.underage_cost(20.0, 85.0, 50.0) == 55.0
    with pytest.raises(ValueError, match=r"sla_penalty \+ service_revenue - handling_cost must be >= 0; got -1"):
        finance.underage_cost(9.0, 40.0, 50.0)


def test_eq_5_2_unit_economics_by_hand():
    money = finance.unit_economics(100.0, 110.0, 40.0, 2.0, 3.0, partner_surcharge=7.0, **MONEY)
    assert money == (85 * 98, 50 * 108, 5 * 40, 20 * 2, 7 * 3, 85 * 98 - 50 * 108 - 5 * 40 - 20 * 2 - 7 * 3)
    assert money._fields == ("revenue", "handling", "holding", "penalty", "surcharge", "profit")


def test_eq_5_2_profit_is_margin_less_newsvendor_cost():
    """Without returns and surcharge the money of a period is m D - [h leftover + Cu shortage]."""
    shortage = demand.expected_excess(120.0, 100.0, 25.0)
    leftover = 20.0 + shortage
    money = finance.unit_economics(100.0, 100.0, leftover, shortage, 0.0, partner_surcharge=0.0, **MONEY)
    regret = newsvendor.expected_cost(120.0, 100.0, 25.0, finance.underage_cost(20.0, 85.0, 50.0), 5.0)
    assert money.profit == pytest.approx(35 * 100 - regret, rel=1e-12)


def test_eq_5_2_a_return_is_handled_and_earns_nothing():
    without, with_one = (
        finance.unit_economics(100.0, load, 0.0, 0.0, 0.0, partner_surcharge=0.0, **MONEY) for load in (100.0, 101.0)
    )
    assert with_one.revenue == without.revenue
    assert with_one.profit == without.profit - 50


# --- profit surface -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_eq_5_3_profit_surface_by_double_loop(rate):
    levels, spreads = [0.3, 0.9, 0.99], [0.0, 0.5, 2.0, 3.0]
    surface = finance.profit_surface(levels, spreads, return_rate=rate, **LANE, **MONEY)
    assert surface.shape == (4, 3)
    load_mean = 100 * (1 + rate)
    load_variance = (1 + rate) ** 2 * 625 + rate * (1 - rate) * 100
    for i, spread in enumerate(spreads):
        for j, level in enumerate(levels):
            sigma = (3 * load_variance + load_mean**2 * spread**2) ** 0.5
            z = NORMAL.inv_cdf(level)
            loss = NORMAL.pdf(z) - z * (1 - NORMAL.cdf(z))
            witness = 85 * 100 - 50 * load_mean - sigma * (5 * (z + loss) + 55 * loss)
            assert surface[i, j] == pytest.approx(witness, rel=1e-9)


def test_eq_5_3_every_row_is_best_at_the_critical_ratio():
    levels = np.linspace(0.5, 0.999, 500)
    surface = finance.profit_surface(levels, np.linspace(0, 4, 20), **LANE, **MONEY)
    best = levels[surface.argmax(axis=-1)]
    assert np.ptp(best) == 0
    assert best[0] == pytest.approx(55 / 60, abs=levels[1] - levels[0])
    assert np.all(np.diff(surface, axis=0) < 0)  # profit falls as the lead-time sd rises


def test_eq_5_3_profit_by_simulation():
    lead_times = simulate.lead_times(3.0, 0.5, samples=400_000, seed=51)
    draws = simulate.lead_time_demand(100.0, 25.0, lead_times, seed=52)
    # the formula takes lead-time demand as normal: draw that, with the moments of the random lead time
    total = demand.lead_time_demand(100.0, 25.0, 3.0, 0.5)
    assert simulate.estimate(draws).agrees(total.mean)
    normal = simulate.demand(*total, samples=400_000, seed=53)
    gap = total.mean + NORMAL.inv_cdf(0.9) * total.sd - normal
    profit = 3500 - 5 * np.maximum(gap, 0) - 55 * np.maximum(-gap, 0)
    assert simulate.estimate(profit).agrees(finance.profit_surface([0.9], [0.5], **LANE, **MONEY)[0, 0])


# --- tail risk ----------------------------------------------------------------------------------------------


def rockafellar_uryasev(losses, level):
    """CVaR = min over c of c + E[(L - c)+] / (1 - level), the minimum lying at one of the losses."""
    excess = np.maximum(losses - losses[:, np.newaxis], 0).mean(axis=1)
    return np.min(losses + excess / (1 - level))


@pytest.mark.parametrize("level", [0.05, 0.5, 0.85, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("count", [1, 7, 100])
def test_eq_5_4_tail_risk_by_brute_force(count, level):
    losses = np.round(simulate.demand(50.0, 20.0, samples=count + 1, seed=54)[:count])  # with ties
    risk = finance.tail_risk(losses, level)
    share_at_or_below = (losses <= losses[:, np.newaxis]).mean(axis=1)
    assert risk.value_at_risk == losses[share_at_or_below >= level - 1e-12].min()
    assert risk.conditional_value_at_risk == pytest.approx(rockafellar_uryasev(losses, level), rel=1e-12)
    assert risk.conditional_value_at_risk >= risk.value_at_risk * (1 - 1e-12)


@pytest.mark.parametrize(
    ("level", "var", "cvar"), [(0.85, 9, (0.05 * 9 + 0.1 * 10) / 0.15), (0.9, 9, 10), (0.95, 10, 10), (0.1, 1, 6)]
)
def test_eq_5_4_the_atom_at_the_quantile_is_split(level, var, cvar):
    """Neither the mean beyond the quantile (10 at 0.85) nor the mean at or beyond it (9.5) is right."""
    assert finance.tail_risk(range(1, 11), level) == (var, pytest.approx(cvar, rel=1e-12))


@pytest.mark.parametrize("count", [100, 1000])
def test_a_level_that_meets_a_rank_is_that_rank(count):
    """In floating point, 0.07 * 100 is slightly more than 7, but the quantile is the 7th loss, not the 8th."""
    losses = np.arange(1.0, count + 1)
    ranks = np.arange(1, 100)
    found = [finance.tail_risk(losses, rank / 100).value_at_risk for rank in ranks]
    np.testing.assert_array_equal(found, ranks * count / 100)


def test_eq_5_4_order_and_other_axes_do_not_matter():
    losses = simulate.demand(0.0, 1.0, samples=600, seed=55).reshape(2, 3, 100)
    risk = finance.tail_risk(losses, 0.9)
    assert risk.value_at_risk.shape == risk.conditional_value_at_risk.shape == (2, 3)
    shuffled = finance.tail_risk(losses[1, 2, ::-1], 0.9)
    assert shuffled == (risk.value_at_risk[1, 2], pytest.approx(risk.conditional_value_at_risk[1, 2], rel=1e-14))
    assert all(isinstance(part, float) for part in shuffled)


def test_eq_5_4_moves_and_scales_with_the_loss():
    losses = simulate.demand(0.0, 1.0, samples=1000, seed=56)
    plain, other = finance.tail_risk(losses, 0.9), finance.tail_risk(7 + 3 * losses, 0.9)
    np.testing.assert_allclose(other, 7 + 3 * np.array(plain), rtol=1e-12)


def test_eq_5_4_normal_loss_in_closed_form():
    """The standard errors of a quantile and of a tail mean are sqrt(a(1-a)/n)/f and about sd(tail)/sqrt(n(1-a))."""
    level, n = 0.95, 400_000
    losses = simulate.demand(100.0, 20.0, samples=n, seed=57)
    risk = finance.tail_risk(losses, level)
    z = NORMAL.inv_cdf(level)
    var, cvar = 100 + 20 * z, 100 + 20 * NORMAL.pdf(z) / (1 - level)
    assert abs(risk.value_at_risk - var) < 4 * np.sqrt(level * (1 - level) / n) * 20 / NORMAL.pdf(z)
    beyond = np.maximum(losses - var, 0) / (1 - level)
    assert abs(risk.conditional_value_at_risk - cvar) < 4 * simulate.estimate(beyond).standard_error


@pytest.mark.parametrize("level", [0.01, 0.5, 0.95, 0.999999, 1 - 1e-13])
def test_eq_5_4_tail_risk_of_distributions_in_closed_form(level):
    tail = 1 - level
    z = -NORMAL.inv_cdf(tail) if level > 0.5 else NORMAL.inv_cdf(level)
    cases = {
        stats.norm(100, 20): (100 + 20 * z, 100 + 20 * NORMAL.pdf(z) / tail),
        stats.expon(scale=50): (-50 * np.log(tail), -50 * np.log(tail) + 50),
        stats.pareto(1.5): (tail ** (-1 / 1.5), 3 * tail ** (-1 / 1.5)),
        stats.uniform(10, 20): (10 + 20 * level, 20 + 10 * level),
    }
    for loss, (var, cvar) in cases.items():
        risk = finance.tail_risk_of(loss, level)
        assert risk == (pytest.approx(var, rel=1e-9), pytest.approx(cvar, rel=1e-9)), loss.dist.name


@pytest.mark.parametrize("level", [0.05, 0.5, 0.85, 0.9, 0.95])
def test_eq_5_4_tail_risk_of_a_sample_is_that_of_its_distribution(level):
    losses = np.round(simulate.demand(50.0, 20.0, samples=100, seed=59))  # with ties
    found, plain = finance.tail_risk_of(distribution.empirical(losses), level), finance.tail_risk(losses, level)
    assert found == (plain.value_at_risk, pytest.approx(plain.conditional_value_at_risk, rel=1e-12))


def test_eq_5_4_tail_risk_of_many_levels_at_once():
    levels = pd.Series([0.9, 0.95, 0.99], index=["usual", "strict", "strictest"])
    risk = finance.tail_risk_of(stats.poisson(20), levels)
    for name, level in levels.items():
        one = finance.tail_risk_of(stats.poisson(20), level)
        assert (risk.value_at_risk[name], risk.conditional_value_at_risk[name]) == one


def test_worst_profits_of_a_capacity_plan():
    """Capacity 120, normal demand 100 +- 30: mean 3127.98, 5 % quantile 1426.17, mean of the worst 5 % 924.74."""
    profits = simulate.profits(120, 100, 30, margin=35, holding_cost=5, sla_penalty=20, samples=10**6, seed=58)
    risk = finance.tail_risk(-profits, 0.95)
    z = NORMAL.inv_cdf(0.95)
    assert simulate.estimate(profits).agrees(3127.9846)
    error = 40 * 30 / NORMAL.pdf(z) * np.sqrt(0.05 * 0.95 / 1e6)
    assert abs(-risk.value_at_risk - 1426.17) < 4 * error
    beyond = np.maximum(1426.17 - profits, 0) / 0.05
    assert abs(-risk.conditional_value_at_risk - 924.74) < 4 * simulate.estimate(beyond).standard_error


@pytest.mark.parametrize("level", [0.5, 0.95, 1 - 1e-15, np.nextafter(1.0, 0.0)])
def test_cvar_lies_between_var_and_the_largest_loss(level):
    for losses in (np.arange(1.0, 11.0), np.full(7, 0.1)):
        risk = finance.tail_risk(losses, level)
        assert risk.value_at_risk <= risk.conditional_value_at_risk <= losses.max()
