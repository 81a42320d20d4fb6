"""The rules of a portfolio of space: hindsight by enumeration, perfect forecasts, and a carrier out of sample."""

from itertools import product

import numpy as np
import pytest

from twin.data.load import load_history
from twin.plan.feed import feed_of_history
from twin.plan.space_portfolio import portfolio_backtest, portfolio_costs
from twin.plan.space_prices import SpacePrices
from twin.plan.space_rules import RUNGS

PRICES = SpacePrices(own=3.0, hard=4.0, soft=5.0, spot=9.0, term=2, year=3)


def costs_of(record, mean, sd, **more):
    return portfolio_costs(record, mean, sd, prices=PRICES, **more)


@pytest.mark.parametrize("seed", [1, 2])
def test_hindsight_by_enumeration(seed):
    """All own places and blocks of two years of three periods, with the best kept places of each period."""
    record = np.random.default_rng(seed).integers(0, 4, 15).astype(float)
    found = costs_of(record, np.ones((15, 3)), np.ones((15, 3)), soft_share=0.7, years=2)["hindsight"]
    judged, best = record[9:], np.inf
    block = [round(0.7 * record[6:9].mean())] * 3 + [round(0.7 * record[9:12].mean())] * 3
    for own in product(range(4), repeat=2):
        for starts in product(range(3), repeat=6):
            hard = np.array(starts) + np.array([0, *starts[:-1]])
            places = np.repeat(own, 3) + hard
            missing = np.maximum(judged - places, 0)
            soft = np.minimum(missing, block)
            paid = 9 * sum(own) + 4 * hard.sum() + 5 * soft.sum() + 9 * (missing - soft).sum()
            best = min(best, paid)
    assert found.cost.sum() == pytest.approx(best, rel=1e-9)


def test_perfect_forecasts_leave_no_regret_to_the_plan():
    """A block of one period: what is booked at the end of a year does not reach into the next."""
    record = np.tile([2.0, 7.0, 4.0], 6)
    mean = np.array([[record[(at + 1 + step) % 18] for step in range(3)] for at in range(18)])
    one = SpacePrices(own=3.0, hard=4.0, soft=5.0, spot=9.0, term=1, year=3)
    found = portfolio_costs(record, mean, np.zeros((18, 3)), prices=one, years=3)
    for rung in ("calendar", "marginal", "rolling"):
        assert found[rung].cost.sum() == pytest.approx(found["hindsight"].cost.sum(), rel=1e-6)
    assert found["fixed"].cost.sum() > found["hindsight"].cost.sum()


def test_no_rule_beats_hindsight_and_each_pays_for_what_it_takes():
    random = np.random.default_rng(4)
    record = random.gamma(9.0, 1.0, 24)
    found = costs_of(record, random.gamma(9.0, 1.0, (24, 3)), np.full((24, 3), 2.0), years=4)
    assert tuple(found) == RUNGS
    for used in found.values():
        assert used.cost.sum() >= found["hindsight"].cost.sum() - 1e-9
        taken = 3 * used.own + 4 * used.hard + 5 * used.soft + 9 * used.spot
        np.testing.assert_allclose(used.cost, taken)
        assert (used.own + used.hard + used.soft + used.spot >= record[12:] - 1e-9).all()
    with pytest.raises(ValueError, match="years must be three fewer than the record has; got 6"):
        costs_of(record, np.ones((24, 3)), np.ones((24, 3)), years=6)


def test_a_carrier_out_of_sample():
    """EVA Airways, 2018 and 2019: a rule that looks ahead leaves less regret than one fixed number."""
    dates, tons = feed_of_history(load_history("record:sfo-asia-carriers")).series("EVA Airways")
    record = tons[dates < np.datetime64("2020-01-01")] / 10
    found = portfolio_backtest(record, prices=SpacePrices(), years=2)
    least = found["hindsight"].cost.sum()
    regret = {rung: used.cost.sum() / least - 1 for rung, used in found.items()}
    assert regret["hindsight"] == 0 < regret["marginal"] < regret["fixed"] < regret["spot"]
