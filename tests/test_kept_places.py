"""A soft block of the plan among the places of coming dates, against a search through all places on a fine grid."""

import numpy as np
import pytest
from scipy.stats import norm

from twin.data.calendar import WorkingCalendar
from twin.plan.booked_dates import booked_dates
from twin.plan.booked_lane import places_to_book
from twin.plan.booking_terms import Booked
from twin.plan.kept_places import SoftBlock, cost_with_block, places_to_keep
from twin.plan.needed_space import NeededSpace

MEAN, SD = np.array([9.0, 12.0, 8.0]), np.array([2.0, 3.0, 3.5])
TERMS = {"own_places": 5.0, "term": 2, "place_cost": 10.0, "surcharge": 25.0}
WEEKS = WorkingCalendar("W").following(np.datetime64("2025-12-29"), 3)


def _late(said, sd, room):
    """Return the mean of what exceeds some room, by a sum over the survival function."""
    grid = np.linspace(room, room + 40, 801)
    return np.trapezoid(norm.sf(grid[None, :], said[:, None], sd), grid, axis=1)


@pytest.mark.parametrize("window", [1, 2])
def test_the_places_kept_are_those_of_a_search_with_the_forecast_of_that_day(window):
    block, room = SoftBlock(np.array([4.0, 4.0, 0.0]), 14.0, window), np.arange(6.0)
    found = cost_with_block(MEAN, SD, room + np.zeros((3, 1)), 25.0, block)
    for date in range(3):
        known = min(SD[date], SD[window - 1])
        news = np.sqrt(SD[date] ** 2 - known**2)
        said = MEAN[date] + np.linspace(-6, 6, 201) * max(news, 1e-9)
        chance = norm.pdf(np.linspace(-6, 6, 201)) * 12 / 200
        for places in (0, 4):
            kept = range(int(block.places[date]) + 1)
            each = np.min([14 * n + 25 * _late(said, known, places + n) for n in kept], axis=0)
            assert found[date, places] == pytest.approx(chance @ each, rel=2e-3)


def test_limits():
    """Kept at the surcharge, a place saves nothing; free of charge, it is an own place."""
    plain, whole = booked_dates(MEAN, SD, **TERMS), np.full(3, 3.0)
    assert booked_dates(MEAN, SD, soft=SoftBlock(whole, 25.0, 1), **TERMS).cost == pytest.approx(plain.cost, rel=1e-8)
    free = booked_dates(MEAN, SD, soft=SoftBlock(whole, 0.0, 1), **TERMS)
    assert free.cost == pytest.approx(booked_dates(MEAN, SD, **TERMS | {"own_places": 8.0}).cost, rel=1e-8)
    costs = [booked_dates(MEAN, SD, soft=SoftBlock(whole, 12.0, window), **TERMS).cost for window in (1, 2, 3)]
    assert costs == sorted(costs) and costs[0] < costs[1] <= plain.cost  # an earlier day of return knows less


def test_the_card_reads_the_block_from_the_plan_and_says_how_many_places_to_keep():
    space = NeededSpace(MEAN, SD, 5.0, 10.0, 25.0)
    block = {"type": "soft block", "places": 6, "first": "2025-01-06", "price": 6.0, "return_window_days": 7.0}
    mine = {"1": block | {"lanes": ["A"]}}
    found = places_to_book(Booked(("A",)), space, WEEKS, WorkingCalendar("W"), mine)
    numbers = found.numbers()
    assert numbers["soft_places"] == [6.0] * 3 and numbers["booked_before"] == [0.0] * 3
    assert numbers["keep_for"] == str(WEEKS[0])[:10] and numbers["place_cost"] == 10.0
    room = 5.0 + numbers["places"][0]
    costs = [6 * n + 25 * _late(MEAN[:1], SD[0], room + n)[0] for n in range(7)]
    assert numbers["keep"] == int(np.argmin(costs)) > 0
    told = " ".join(found.sentences("W"))
    assert f"For {numbers['keep_for']}, name the places to keep now: {numbers['keep']} of 6." in told
    everybody = places_to_book(Booked(("A",)), space, WEEKS, WorkingCalendar("W"), {"1": block})
    assert everybody.numbers()["keep"] is None and everybody.numbers()["place_cost"] == 6.0
    keep = places_to_keep(MEAN, SD, np.full(3, 5.0), 25.0, SoftBlock(np.full(3, 6.0), 12.0, 1))
    for date in range(3):
        costs = [12 * n + 25 * _late(MEAN[[date]], SD[date], 5.0 + n)[0] for n in range(7)]
        assert keep[date] == int(np.argmin(costs))
