"""The bookings ahead of coming dates, against an enumeration of all of them."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import norm

from twin.plan.booked_dates import booked_dates

MEAN, SD = np.array([5.0, 3.0, 8.0, 4.0]), np.array([1.0, 1.5, 2.0, 1.0])
TERMS = {"own_places": 4.5, "place_cost": 10.0, "surcharge": 25.0}


def _costs():
    """Return the cost of each date with 0 to 21 places, from the survival function by a sum over a fine grid."""
    costs = np.empty((4, 22))
    for date, places in product(range(4), range(22)):
        grid = np.linspace(TERMS["own_places"] + places, 40, 5_001)
        costs[date, places] = 10 * places + 25 * np.trapezoid(norm.sf(grid, MEAN[date], SD[date]), grid)
    return costs


@pytest.mark.parametrize("term", [1, 2, 3])
def test_no_bookings_cost_less(term):
    found, costs = booked_dates(MEAN, SD, term=term, **TERMS), _costs()
    every = np.array(list(product(range(8), repeat=4)))
    places = np.stack([every[:, max(date - term + 1, 0) : date + 1].sum(axis=1) for date in range(4)], axis=1)
    totals = costs[np.arange(4), places].sum(axis=1)
    assert found.bookings.max() < 7
    assert found.cost == pytest.approx(totals.min(), abs=1e-3)
    assert found.cost == pytest.approx(totals[(every == found.bookings).all(axis=1)][0], abs=1e-3)
    assert found.unbooked_cost == pytest.approx(totals[0], abs=1e-3)
    assert found.fixed_cost == pytest.approx(costs.sum(axis=0).min(), abs=1e-3)
    assert found.newsvendor_cost >= found.cost - 1e-9


def test_a_term_of_one_date_is_a_newsvendor_each():
    found = booked_dates(MEAN, SD, term=1, **TERMS)
    assert found.cost == pytest.approx(found.newsvendor_cost, rel=1e-12)


def test_a_lead_time_leaves_the_dates_before_it_to_the_partner_and_own_places_may_differ_by_date():
    found = booked_dates(MEAN, SD, term=2, lead_time=3, **TERMS)
    later = booked_dates(MEAN[2:], SD[2:], term=2, **TERMS)
    before = booked_dates(MEAN[:2], SD[:2], term=2, **TERMS).unbooked_cost
    assert found.bookings.tolist() == [0, 0, *later.bookings]
    for name in ("cost", "unbooked_cost", "fixed_cost", "newsvendor_cost"):
        assert getattr(found, name) == pytest.approx(before + getattr(later, name), rel=1e-12)
    assert booked_dates(MEAN, SD, term=2, lead_time=9, **TERMS).cost == pytest.approx(found.unbooked_cost, rel=1e-12)
    own = np.array([4.5, 6.5, 4.5, 4.5])
    shifted = booked_dates(MEAN - own + 4.5, SD, term=2, **TERMS)
    assert booked_dates(MEAN, SD, term=2, **TERMS | {"own_places": own}).cost == pytest.approx(shifted.cost, rel=1e-12)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="sd must be of the shape"):
        booked_dates(MEAN, SD[:2], term=1, **TERMS)
