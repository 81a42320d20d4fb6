"""A row of the table, and times that can be compared: candidates take turns, medians count."""

from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """One line of the table; `ratio` is compared with `bar` in the direction the bar says, and missing if it failed."""

    what: str
    ours: str
    baseline: str
    ratio: float | None
    bar: str
    met: bool


def seconds(*candidates, rounds):
    """The median time of each candidate; they take turns, after one unmeasured round."""
    times = [[] for _ in candidates]
    for measured in range(-1, rounds):
        for candidate, spent in zip(candidates, times, strict=True):
            start = perf_counter()
            candidate()
            if measured >= 0:
                spent.append(perf_counter() - start)
    return [median(spent) for spent in times]


def at_least(what, ours, baseline, bar, *, ours_note="", baseline_note=""):
    ratio = baseline / ours
    return Row(what, pretty(ours) + ours_note, pretty(baseline) + baseline_note, ratio, f">= {bar:,}x", ratio >= bar)


def at_most(what, ours, baseline, bar, *, ours_note="", baseline_note=""):
    ratio = ours / baseline
    return Row(what, pretty(ours) + ours_note, pretty(baseline) + baseline_note, ratio, f"<= {bar}x", ratio <= bar)


def failed(name: str, error: Exception) -> Row:
    """Return the row of a measurement that failed: the last word of the command that did, or the first of the error."""
    said = getattr(error, "stderr", None) or ""
    words = (said.decode(errors="replace") if isinstance(said, bytes) else said).strip().splitlines()[-1:]
    words = words or str(error).strip().splitlines()[:1]
    return Row(": ".join([name, type(error).__name__, *words]), "", "", None, "", False)


def pretty(time):
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if time >= size:
            return f"{time / size:.3g} {unit}"
    return f"{time / 1e-9:.3g} ns"
