"""Rows of the result table, and comparable times: medians of interleaved runs."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """One row of the table; `ratio` must meet `bar`, such as ">= 3x" or "<= 1x", and is None after a failure."""

    what: str
    ours: str
    baseline: str
    ratio: float | None
    bar: str
    met: bool


def seconds(*candidates: Callable[[], object], rounds: int) -> list[float]:
    """Return the median time of each candidate; runs are interleaved, after one unmeasured round. [s]"""
    times = [[] for _ in candidates]
    for measured in range(-1, rounds):
        for candidate, spent in zip(candidates, times, strict=True):
            start = perf_counter()
            candidate()
            if measured >= 0:
                spent.append(perf_counter() - start)
    return [median(spent) for spent in times]


def at_least(
    what: str, ours: float, baseline: float, bar: float, *, ours_note: str = "", baseline_note: str = ""
) -> Row:
    """Return the row for a bar on how many times faster than the baseline ours must be."""
    ratio = baseline / ours
    return Row(what, pretty(ours) + ours_note, pretty(baseline) + baseline_note, ratio, f">= {bar:,}x", ratio >= bar)


def at_most(
    what: str, ours: float, baseline: float, bar: float, *, ours_note: str = "", baseline_note: str = ""
) -> Row:
    """Return the row for a bar on how many times the baseline's time ours may take."""
    ratio = ours / baseline
    return Row(what, pretty(ours) + ours_note, pretty(baseline) + baseline_note, ratio, f"<= {bar}x", ratio <= bar)


def failed(name: str, error: Exception) -> Row:
    """Return the row of a failed measurement, with the last line of its command's errors or the exception."""
    said = getattr(error, "stderr", None) or ""
    words = (said.decode(errors="replace") if isinstance(said, bytes) else said).strip().splitlines()[-1:]
    words = words or str(error).strip().splitlines()[:1]
    return Row(": ".join([name, type(error).__name__, *words]), "", "", None, "", False)


def pretty(time: float) -> str:
    """Return a time in seconds with a suitable unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if time >= size:
            return f"{time / size:.3g} {unit}"
    return f"{time / 1e-9:.3g} ns"
