"""Exact optima: the time of the sixteen lost-sales problems of the literature, and the gaps of simple rules there."""

from time import process_time

from measure import Row
from scipy.stats import poisson

from twin.exact import heuristics, lost_sales

MEAN, PENALTIES, LEAD_TIMES = 5, (4, 9, 19, 39), (1, 2, 3, 4)
LIMIT = 120.0  # CPU time for all optima [s]


def measure_exact():
    begun = process_time()
    optima = {
        (lead_time, penalty): lost_sales(poisson(MEAN), lead_time, penalty)
        for lead_time in LEAD_TIMES
        for penalty in PENALTIES
    }
    spent = process_time() - begun
    what = "16 lost-sales optima, L = 1..4, CPU"
    yield Row(what, f"{spent:.1f} s", f"{LIMIT:.0f} s", spent / LIMIT, "<= 1x", spent <= LIMIT)
    for (lead_time, penalty), optimum in optima.items():
        base, capped = heuristics.best_base_stock(optimum), heuristics.best_capped_base_stock(optimum)
        gaps = [100 * (best.price.high / optimum.low - 1) for best in (base, capped)]
        rules = f"base stock +{gaps[0]:.2f} %, capped +{gaps[1]:.2f} %"
        within = optimum.high / optimum.low - 1 <= 1.1e-5
        what = f"lost sales, L = {lead_time}, p = {penalty}"
        yield Row(what, f"{optimum.low:.5f} to {optimum.high:.5f}", rules, optimum.high / optimum.low, "bounds", within)


MEASUREMENTS = (measure_exact,)
