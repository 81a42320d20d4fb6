"""A portfolio of space for carriers at San Francisco: regret of each rule against hindsight, out of sample."""

from time import process_time

import numpy as np
from measure import Row

from twin.data.load import load_history
from twin.plan.feed import feed_of_history
from twin.plan.space_portfolio import RUNGS, SpacePrices, portfolio_backtest

RECORD, FIRST, YEARS, TONS = "record:sfo-asia-carriers", 2010, 11, 10.0  # judged years; metric tons of a place
LEAST = 5.0  # mean places of a carrier that is judged
SHOCK = 12  # last months, the year 2020


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


MEASUREMENTS = (measure_portfolio,)
