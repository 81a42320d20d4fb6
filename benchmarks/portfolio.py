"""A portfolio of space for carriers at San Francisco: regret of each rule against hindsight, out of sample."""

from time import process_time

import numpy as np
from measure import Row

from twin.data.load import load_history
from twin.games import core_allocation, stability
from twin.games.coalitions import all_coalitions
from twin.plan.feed import feed_of_history
from twin.plan.space_portfolio import portfolio_backtest
from twin.plan.space_prices import SpacePrices
from twin.plan.space_rules import RUNGS

RECORD, FIRST, YEARS, TONS = "record:sfo-asia-carriers", 2010, 11, 10.0  # judged years; metric tons of a place
LEAST = 5.0  # mean places of a carrier that is judged
SHOCK = 12  # last months, the year 2020
PARTNERS = 5  # the largest carriers, who could book together


def carriers():
    """Return the volumes of each carrier whose record is complete from July 2005 to December 2020. [place/month]"""
    feed = feed_of_history(load_history(RECORD))
    end = np.datetime64(f"{FIRST + YEARS}-01-01")
    found = {}
    for name in feed.statistics.index:
        dates, volumes = feed.series(name)
        volumes = volumes[dates.astype("datetime64[D]") < end] / TONS
        if len(volumes) == 186 and not np.isnan(volumes).any() and volumes.mean() >= LEAST:
            found[name] = volumes
    return found


def regrets(costs, months):
    """Return the cost of each rule above hindsight over some months of all carriers. [%]"""
    total = {rung: sum(each[rung].cost[months].sum() for each in costs.values()) for rung in RUNGS}
    return {rung: 100 * (total[rung] / total["hindsight"] - 1) for rung in RUNGS}


def measure_portfolio():
    begun = process_time()
    costs = {name: portfolio_backtest(each, prices=SpacePrices(), years=YEARS) for name, each in carriers().items()}
    for name, each in {**{name: {name: found} for name, found in costs.items()}, "all carriers": costs}.items():
        for which, months in (("2010 to 2019", slice(None, -SHOCK)), ("2020", slice(-SHOCK, None))):
            if name == "all carriers" or which == "2010 to 2019":
                found = regrets(each, months)
                shown = " ".join(f"{rung} {found[rung]:+.1f}" for rung in RUNGS[:-1])
                best = min(found["marginal"], found["rolling"])
                simple = min(found["fixed"], found["newsvendor"])
                yield Row(f"{name}, {which}: {shown} %", "", "", best / simple, "<= 1x", best <= simple)
    for rung in RUNGS:
        parts = [sum(each[rung][kind].sum() for each in costs.values()) for kind in range(4)]
        shares = zip(("own", "hard", "soft", "spot"), 100 * np.array(parts) / sum(parts), strict=True)
        said = ", ".join(f"{kind} {share:.1f}" for kind, share in shares)
        yield Row(f"all carriers, {rung}: {said} % of what is taken", "", "", 1.0, "mix", True)
    spent = process_time() - begun
    yield Row("portfolio, CPU", f"{spent:.0f} s", "180 s", spent / 180, "<= 1x", spent <= 180)


def measure_pooled_portfolio():
    """Yield what five carriers would have saved by booking together, and whether one split keeps all of them."""
    begun = process_time()
    largest = sorted(carriers().items(), key=lambda item: -item[1].mean())[:PARTNERS]
    needs, months = np.array([volumes for _, volumes in largest]), slice(None, -SHOCK)
    costs = np.zeros(2**PARTNERS)
    for number, members in enumerate(all_coalitions(PARTNERS)[1:], start=1):
        together = needs[members].sum(axis=0)
        found = portfolio_backtest(together, prices=SpacePrices(), years=YEARS, rungs=["marginal"])
        costs[number] = found["marginal"].cost[months].mean()
    alone = costs[1 << np.arange(PARTNERS)].sum()
    least, bill = stability.least_core(costs), core_allocation.nucleolus(costs)
    gain = max(stability.leaving(costs, bill).gain, 0.0)
    names = ", ".join(name for name, _ in largest)
    said = f"{names}, together, 2010 to 2019: {100 * (1 - costs[-1] / alone):.2f} % of {alone:,.0f} $ a month saved"
    empty = "no split keeps all" if least.gain > 1e-6 * alone else "the nucleolus keeps all"
    yield Row(
        f"{said}; {empty}", f"{costs[-1]:,.0f} $", f"{alone:,.0f} $", costs[-1] / alone, "<= 1x", costs[-1] <= alone
    )
    by_volume = costs[-1] * needs.mean(axis=1) / needs.mean(axis=1).sum()
    leaves = stability.leaving(costs, by_volume).gain
    yield Row("most that a coalition gains by leaving, of the bill", f"{gain:,.0f} $", f"{leaves:,.0f} $ by volume",
              gain / max(leaves, 1e-9), "<= 1x", gain <= leaves)  # fmt: skip
    spent = process_time() - begun
    yield Row("pooled portfolio, CPU", f"{spent:.0f} s", "60 s", spent / 60, "<= 1x", spent <= 60)


MEASUREMENTS = (measure_portfolio, measure_pooled_portfolio)
