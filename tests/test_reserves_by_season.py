"""Reserves by season: quantiles by hand, no look ahead, and what lesson 08 says of its partners."""

import numpy as np
import pytest

from twin.data.history import dense
from twin.data.load import load_history
from twin.data.scenarios import research_partners
from twin.games import allocation, core_allocation
from twin.plan.feed import feed_of_history
from twin.plan.partners import largest, needs_together
from twin.plan.reserves_by_season import reserves

PRICES = {"reservation_cost": 10.0, "partner_surcharge": 40.0}


@pytest.fixture(scope="module")
def partners():
    feed = feed_of_history(research_partners())
    return needs_together(feed, largest(feed, 8))


@pytest.mark.parametrize("by_season", [False, True])
def test_eq_8_18_places_and_costs_by_hand(partners, by_season):
    found = reserves(partners.needs, partners.dates, by_season=by_season, **PRICES)
    pool, cut, bill = partners.needs.sum(axis=1), 104, []
    for at in range(cut, len(pool)):
        away = [abs((partners.dates[at] - partners.dates[u]).astype("timedelta64[D]").astype(int)) for u in range(cut)]
        near = [u for u in range(cut) if min(away[u] % 365.25, 365.25 - away[u] % 365.25) <= 31]
        past = sorted(pool[u] for u in (near if by_season else range(cut)))
        place = past[int(np.ceil(0.75 * (len(past) + 1))) - 1]
        assert found.reserved[at - cut] == place
        bill.append(10.0 * place + 40.0 * max(pool[at] - place, 0.0))
    assert found.costs[-1] == pytest.approx(np.mean(bill), rel=1e-12)


def test_what_lesson_08_says_of_its_partners(partners):
    past, later = (
        {kind: reserves(partners.needs, partners.dates, by_season=kind, later=late, **PRICES) for kind in (False, True)}
        for late in (False, True)
    )
    assert later[False].share_saved() > 0.15 and later[True].share_saved() < 0.05
    assert later[True].alone().sum() < later[False].costs[-1]
    signed = core_allocation.nucleolus(past[True].costs)
    assert past[True].gain_by_leaving(signed) < 0 < later[True].gain_by_leaving(signed)
    assert later[True].gain_by_leaving(allocation.shapley(past[True].costs)) > 0


def test_what_lesson_08_says_of_the_carriers_by_season():
    carriers, months, tons = dense(load_history("record:sfo-asia-carriers", gaps="unknown"))
    there = (months >= np.datetime64("2015-01-01")) & (months < np.datetime64("2020-01-01"))
    chosen = ["United Airlines", "Korean Air Lines", "China Airlines", "Asiana Airlines", "EVA Airways"]
    needs = tons[:, there][[list(carriers).index(each) for each in chosen]].T
    past, later = (
        [reserves(needs, months[there], by_season=kind, later=late, **PRICES) for kind in (False, True)]
        for late in (False, True)
    )
    one, season = later
    assert season.alone().sum() < 0.95 * one.alone().sum()
    assert season.share_saved() > one.share_saved() > 0.1
    gains = [
        now.gain_by_leaving(core_allocation.nucleolus(then.costs)) / now.costs[-1]
        for then, now in zip(past, later, strict=True)
    ]
    assert 0.01 < gains[1] < gains[0] / 3


def test_a_surcharge_below_the_price_of_a_place_is_refused(partners):
    with pytest.raises(ValueError, match="partner_surcharge"):
        reserves(partners.needs, partners.dates, reservation_cost=10.0, partner_surcharge=9.0, by_season=True)
