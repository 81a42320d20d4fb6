"""The newsvendor within limits, against every quantity allowed and a root finder on quadrature."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from twin import newsvendor, newsvendor_limits


@pytest.mark.parametrize(("least", "most"), [(0.0, 80.0), (90.0, 150.0), (140.0, 200.0), (120.0, 120.0)])
@pytest.mark.parametrize(("under", "over"), [(5.0, 1.0), (5.0, 0.0), (0.0, 1.0), (1.0, 1e3)])
def test_no_quantity_allowed_costs_less(least, most, under, over):
    best = newsvendor_limits.bounded_quantity(
        100.0, 25.0, underage_cost=under, overage_cost=over, least=least, most=most
    )
    assert least <= best <= most
    costs = newsvendor.expected_cost(np.linspace(least, most, 2001), 100.0, 25.0, under, over)
    assert newsvendor.expected_cost(best, 100.0, 25.0, under, over) <= costs.min() * (1 + 1e-12)


def test_a_cost_of_nothing_goes_to_a_bound():
    limits = dict(least=10.0, most=200.0)
    quantities = newsvendor_limits.bounded_quantity(
        100.0, 25.0, underage_cost=[5.0, 0.0, 5.0], overage_cost=[0.0, 1.0, 5.0], **limits
    )
    np.testing.assert_array_equal(quantities, [200.0, 10.0, 100.0])
    with pytest.raises(ValueError, match=r"^underage_cost \+ overage_cost must be > 0; got 0\.0$"):
        newsvendor_limits.bounded_quantity(100.0, 25.0, underage_cost=0.0, overage_cost=0.0, **limits)
    with pytest.raises(ValueError, match=r"^least must be at most `most`; got 201\.0$"):
        newsvendor_limits.bounded_quantity(100.0, 25.0, underage_cost=1.0, overage_cost=1.0, least=201.0, most=200.0)


@pytest.mark.parametrize("fixed", [1e-6, 1.0, 50.0, 5e3])
@pytest.mark.parametrize(("under", "over"), [(5.0, 1.0), (1.0, 9.0)])
def test_ordering_pays_below_the_threshold_alone(fixed, under, over):
    law = stats.norm(100, 25)

    def cost(stock):
        left = quad(law.cdf, -200, min(stock, 500), points=[0, 100], limit=200)[0] if stock > -200 else 0.0
        return (over + under) * left + under * (100 - stock)

    best = law.ppf(under / (under + over))
    root = brentq(lambda stock: cost(stock) - cost(best) - fixed, -1e4, best - 1e-9, xtol=1e-10)
    ours = newsvendor_limits.order_threshold(
        100.0, 25.0, underage_cost=under, overage_cost=over, fixed_order_cost=fixed
    )
    assert ours == pytest.approx(root, abs=2e-4 if fixed == 1e-6 else 1e-6)


def test_threshold_without_fixed_cost_or_uncertainty():
    costs = dict(underage_cost=5.0, overage_cost=1.0)
    best = newsvendor.best_quantity(100.0, 25.0, 5.0, 1.0)
    assert newsvendor_limits.order_threshold(100.0, 25.0, **costs, fixed_order_cost=0.0) == best
    assert newsvendor_limits.order_threshold(100.0, 0.0, **costs, fixed_order_cost=50.0) == pytest.approx(90.0)
