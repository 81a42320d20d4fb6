"""The network for all lost-sales lanes against exact optima: the gap on every judged lane, and the times."""

import json
from pathlib import Path
from time import process_time

from measure import Row

from twin.exact import heuristics, lost_sales
from twin.learned import exact_gaps, weights
from twin.learned.ordering_policy import network_policy
from twin.learned.weights import shipped_layers, shipped_provenance

RUNS = Path(__file__).parents[1] / "papers/certified-policies/runs"
#: Name, lanes, and the largest mean and worst gap. [%]
GROUPS_OF_LANES = (
    ("Zipkin's lanes", exact_gaps.lanes_of_the_literature, 0.06, 0.2),
    ("L = 5, 6", exact_gaps.lanes_of_long_lead_times, None, 0.15),
    ("unseen lanes", exact_gaps.unseen_lanes, 0.12, 0.35),
)
SIXTEEN, ONE = 20.0, 2.0  # CPU time of the gaps of Zipkin's lanes, and of one unseen lane [s]


def network(problem):
    return network_policy(shipped_layers(), problem)


def below(what, value, bar, unit, note=""):
    return Row(what, f"{value:.3g} {unit}", f"{bar:g} {unit}{note}", value / bar, "<= 1x", value <= bar)


def gaps(lanes):
    """Return the gaps of the network, and the CPU time of each. [%, s]"""
    found, spent = [], []
    for lane in lanes:
        begun = process_time()
        found.append(100 * exact_gaps.exact_gap(lane, network))
        spent.append(process_time() - begun)
    return found, spent


def measure_learned():
    seconds, size = (
        shipped_provenance()["log"][-1]["seconds"],
        Path(weights.__file__).with_name("lost_sales.npz").stat().st_size,
    )
    yield below("training of the shipped weights, CPU", seconds / 60, 20.0, "min")
    yield below("size of the weights", size / 1000, 50.0, "kB")
    for name, lanes, mean, worst in GROUPS_OF_LANES:
        found, spent = gaps(lanes())
        for lane, gap in zip(lanes(), found, strict=True):
            yield below(f"gap: {lane.name}", gap, worst, "%")
        if mean is not None:
            yield below(f"gap: mean of {len(found)} {name}", sum(found) / len(found), mean, "%")
        yield below(f"gap: worst of {len(found)} {name}", max(found), worst, "%")
        if name == "Zipkin's lanes":
            yield below("optima and gaps of the sixteen, CPU", sum(spent), SIXTEEN, "s")
        if name == "unseen lanes":
            yield below("optimum and gap of one unseen lane, CPU", max(spent), ONE, "s")


def measure_capped_rules():
    """The best capped base stock of the same sixteen lanes, exactly, beside the network."""
    for lane in exact_gaps.lanes_of_the_literature():
        optimum = lost_sales(lane.law, lane.lead_time, lane.penalty)
        capped = 100 * (heuristics.best_capped_base_stock(optimum).price.high / optimum.low - 1)
        ours = 100 * exact_gaps.exact_gap(lane, network)
        note = f"capped base stock {capped:.2f} %"
        yield Row(f"network: {lane.name}", f"{ours:.3f} %", note, ours / capped, "<= 1x", ours <= capped)


def measure_training_runs():
    """Means and worst gaps of the runs of the paper, as they were recorded when they were trained."""
    for file in sorted(RUNS.glob("*.json")):
        run = json.loads(file.read_text(encoding="utf-8"))
        numbers = list(run["gaps"].values())
        parts = numbers[:16], numbers[16:21], numbers[21:]
        told = ", ".join(f"{sum(part) / len(part):.3f} to {max(part):.3f} %" for part in parts)
        minutes = run["log"][-1]["seconds"] / 60
        what = f"run {file.stem}, {run['recipe']['steps']:,} steps, {minutes:.1f} min CPU"
        yield Row(what, told, "mean to worst: 16, L 5 6, unseen", max(parts[0]) / 0.2, "<= 1x", max(parts[0]) <= 0.2)


MEASUREMENTS = (measure_learned, measure_capped_rules, measure_training_runs)
