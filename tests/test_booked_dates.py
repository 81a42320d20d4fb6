"""The bookings ahead of coming dates, against an enumeration of all of them."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import norm

from twin.data.load import load_history
from twin.plan.booked_dates import booked_dates
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.feed import feed_of_history
from twin.view.hub.booking_section import booking_section
from twin.view.hub.session import Session

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


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="sd must be of the shape"):
        booked_dates(MEAN, SD[:2], term=1, **TERMS)


def test_the_hub_takes_the_price_of_the_lanes_contract():
    session = Session(feed_of_history(load_history()), plan=CapacityPlan(author="eva"))
    session.pick("BER-MUC")
    session.change(internal_capacity=60)
    assumed = booking_section(session)
    assert "assumed to be that of an own place" in assumed
    terms = {"type": "hard block", "places": 10, "first": "2025-01-01"}
    session.plan.set("contract", "1", **terms, lanes="FRA-PAR", price=1)
    assert booking_section(session) == assumed
    session.plan.set("contract", "2", **terms, lanes="BER-MUC", price=7)
    assert "costs $7.00 a day, used or not; the price is that of a contract of the plan" in booking_section(session)
