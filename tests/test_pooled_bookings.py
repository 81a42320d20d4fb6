"""Bookings that partners make together, against an enumeration of whole places, and the certificate of the split."""

from itertools import product

import numpy as np
import pytest

from twin.games import core_allocation, stability
from twin.games.coalitions import all_coalitions
from twin.games.pooled_bookings import pooled_bookings

TERMS = {"term": 2, "place_cost": 4.0, "surcharge": 15.0}


@pytest.mark.parametrize("seed", [1, 2])
def test_no_bookings_in_whole_places_cost_less(seed):
    """Needs in whole pallets: the programme has a solution in whole places, which the enumeration finds."""
    needs = np.random.default_rng(seed).integers(0, 4, (5, 3, 2)).astype(float)
    own = np.array([1.0, 0.0])
    found = pooled_bookings(needs, internal_capacity=own, **TERMS)
    for number, members in enumerate(all_coalitions(2)[1:], start=1):
        missing, best = needs @ members - own @ members, np.inf
        for a in product(range(7), repeat=3):
            places = np.array([a[0], a[0] + a[1], a[1] + a[2]])
            best = min(best, 4 * places.sum() + 15 * np.maximum(missing - places, 0).sum(axis=1).mean())
        assert found.costs[number] == pytest.approx(best, rel=1e-9)


def test_the_split_at_dual_prices_is_in_the_core_of_any_game():
    random = np.random.default_rng(5)
    for term in (1, 2, 4):
        needs = random.gamma(2.0, 20.0, (12, 4, 4)) * random.random(4)
        own = random.uniform(0, 30, 4)
        found = pooled_bookings(needs, internal_capacity=own, **TERMS | {"term": term})
        scale = found.costs.max()
        assert found.allocation.sum() == pytest.approx(found.costs[-1], rel=1e-7)
        assert stability.excess(found.costs, found.allocation).max() <= 1e-7 * scale
        assert found.leaving.gain <= 1e-7 * scale
        assert stability.least_core(found.costs).gain <= 1e-7 * scale and found.saving > 0
        nucleolus = core_allocation.nucleolus(found.costs)
        assert stability.excess(found.costs, nucleolus).max() <= 1e-6 * scale


def test_partners_alike_share_alike_and_one_that_needs_nothing_is_paid_for_its_places():
    needs = np.random.default_rng(1).gamma(3.0, 10.0, (15, 3, 1))
    same = pooled_bookings(np.concatenate([needs, needs], axis=2), **TERMS)
    assert same.saving == pytest.approx(0, abs=1e-6 * same.costs[-1])
    assert same.allocation[0] == pytest.approx(same.allocation[1])
    lender = pooled_bookings(np.concatenate([needs, 0 * needs], axis=2), internal_capacity=[0.0, 8.0], **TERMS)
    assert lender.allocation[1] < 0 < lender.saving
    with pytest.raises(ValueError, match="needs must be of shape"):
        pooled_bookings(needs[0], **TERMS)
