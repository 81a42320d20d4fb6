"""The network for all lost-sales lanes against exact optima: bounds and gaps on every judged lane, and the times."""

import json
from pathlib import Path
from time import process_time

from measure import Row

from twin.exact import heuristics, lost_sales
from twin.learned import exact_gaps, weights
from twin.learned.ordering_policy import network_policy
from twin.learned.weights import shipped_layers, shipped_provenance

RUNS = Path(__file__).parents[1] / "papers/certified-policies/runs"
#: Name, lanes, largest mean and worst gap [%], and whether the best simple rules are searched too.
GROUPS_OF_LANES = (
    ("Zipkin's lanes", exact_gaps.lanes_of_the_literature, 0.06, 0.2, True),
    ("L = 5, 6", exact_gaps.lanes_of_long_lead_times, None, 0.15, False),
    ("unseen lanes", exact_gaps.unseen_lanes, 0.12, 0.35, False),
    ("other unseen lanes", lambda: exact_gaps.unseen_lanes(seed=2027), 0.12, 0.35, False),
    ("fresh lanes, L to 3", lambda: exact_gaps.fresh_lanes()[:40], 0.12, 0.35, False),
    ("fresh lanes, L to 5", lambda: exact_gaps.fresh_lanes()[40:], 0.12, 0.35, False),
)
OPTIMA, EVALUATED, ONE = 120.0, 20.0, 2.0  # CPU time: 16 optima, the network's 16 prices, one unseen lane [s]
RULES = {"base stock": heuristics.best_base_stock, "capped": heuristics.best_capped_base_stock}


def below(what, value, bar, unit):
    return Row(what, f"{value:.3g} {unit}", f"{bar:g} {unit}", value / bar, "<= 1x", value <= bar)


def timed(action):
    begun = process_time()
    return action(), process_time() - begun


def network_gap(optimum):
    """Return the gap of the network, from the upper bound of its price and the lower one of the optimum. [%]"""
    return 100 * (optimum.price(network_policy(shipped_layers(), optimum.problem)).high / optimum.low - 1)


def measure_learned():
    seconds = shipped_provenance()["log"][-1]["seconds"]
    yield below("training of the shipped weights, CPU", seconds / 60, 20.0, "min")
    size = Path(weights.__file__).with_name("lost_sales.npz").stat().st_size
    yield below("size of the weights", size / 1000, 50.0, "kB")
    for name, lanes, mean, worst, searched in GROUPS_OF_LANES:
        found, solving, pricing = [], [], []
        for lane in lanes():
            optimum, spent = timed(lambda lane=lane: lost_sales(lane.law, lane.lead_time, lane.penalty))
            gap, priced = timed(lambda optimum=optimum: network_gap(optimum))
            found.append(gap)
            solving.append(spent)
            pricing.append(priced)
            rules = RULES.items() if searched else ()
            gaps = [f"{rule} +{100 * (search(optimum).price.high / optimum.low - 1):.2f}" for rule, search in rules]
            what = f"{lane.name}: network +{gap:.3f} {' '.join(gaps)} %"
            bounds = f"{optimum.low:.5f} to {optimum.high:.5f}"
            yield Row(what, f"{gap:.3g} %", bounds, gap / worst, f"<= {worst:g} %", gap <= worst)
        if mean is not None:
            yield below(f"gap: mean of {len(found)} {name}", sum(found) / len(found), mean, "%")
        yield below(f"gap: worst of {len(found)} {name}", max(found), worst, "%")
        if searched:
            yield below(f"{len(found)} optima, CPU", sum(solving), OPTIMA, "s")
            yield below(f"exact prices of the network on these {len(found)}, CPU", sum(pricing), EVALUATED, "s")
        elif mean is not None and all(lane.lead_time <= 3 for lane in lanes()):
            both = max(one + other for one, other in zip(solving, pricing, strict=True))
            yield below("optimum and gap of one unseen lane, CPU", both, ONE, "s")


def measure_training_runs():
    """Means and worst gaps of the runs of the paper, as they were recorded when they were trained."""
    for file in sorted(RUNS.glob("*.json")):
        run = json.loads(file.read_text(encoding="utf-8"))
        numbers = list(run["gaps"].values())
        parts = numbers[:16], numbers[16:21], numbers[21:], *([list(run["fresh"].values())] if "fresh" in run else [])
        told = ", ".join(f"{sum(part) / len(part):.3f} to {max(part):.3f} %" for part in parts)
        minutes = run["log"][-1]["seconds"] / 60
        what = f"run {file.stem}, {run['log'][-1]['step'] + 1:,.0f} steps, {minutes:.1f} min CPU"
        met = file.stem.startswith(("no-", "paths")) or max(parts[0]) <= 0.2  # an ablation has no bar
        yield Row(f"{what}: mean to worst: 16, L 5 6, unseen, fresh", told, "", max(parts[0]) / 0.2, "<= 0.2 %", met)


MEASUREMENTS = (measure_learned, measure_training_runs)
