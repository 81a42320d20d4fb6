"""Replications: the seeds of a job, and the mean and interval of each result over its runs."""

import csv
import io
import math
import statistics
from collections.abc import Iterable
from typing import Any

from scipy import special

SEED_STEP = 100  # difference of neighbouring seeds: a notebook may use seed + 1, seed + 2, ... for further streams
MOST_SEEDS = 10_000  # most seeds of a job
CONFIDENCE = 0.95  # probability that an interval covers the expected value [-]
SUFFIXES_OVER_SEEDS = ("mean", "low", "high", "sd")  # names of the results over seeds: area_mean, area_low, ...


def seeds_of(count: Any, defaults: dict[str, Any], notebook: str) -> list[int]:
    """Return the seeds 100, 200, ... of a job; raise ValueError if their number or the notebook does not allow it.

    defaults : the parameters of the notebook.
    notebook : its name, for the error sentence.
    """
    if type(count) is not int or not 2 <= count <= MOST_SEEDS:
        raise ValueError(f"seeds must be a whole number from 2 to {MOST_SEEDS:,}; got {count!r}")
    if type(defaults.get("seed")) is not int:
        raise ValueError(f"seeds needs a notebook with a whole number as parameter seed; {notebook} has none")
    return [SEED_STEP * number for number in range(1, count + 1)]


def names_over_seeds(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the results over seeds that belong to these results of each run."""
    return tuple(f"{name}_{suffix}" for name in names for suffix in SUFFIXES_OVER_SEEDS)


def intervals(table: str) -> dict[str, dict[str, Any]]:
    """Return mean, interval and standard deviation over runs of each result: {name_mean: {value, unit}, ...}.

    The interval is mean -+ t sd / sqrt(n), where n is the number of runs and t is the 97.5 % quantile of Student's
    distribution with n - 1 degrees of freedom. It is an interval for the expected value, not for the value of one run.

    table : results of the runs, with the columns job, result, value and unit, as CSV.

    Source: Student (1908), The probable error of a mean, Biometrika 6(1).

    >>> found = intervals("job,result,value,unit\\na,cost,1,$\\nb,cost,3,$\\n")
    >>> {name: round(entry["value"], 3) for name, entry in found.items()}
    {'cost_mean': 2.0, 'cost_low': -10.706, 'cost_high': 14.706, 'cost_sd': 1.414}
    """
    rows = list(csv.DictReader(io.StringIO(table)))
    runs = len({row["job"] for row in rows})
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(row["result"] for row in rows):
        values = [float(row["value"]) for row in rows if row["result"] == name]
        units = {row["unit"] for row in rows if row["result"] == name}
        if len(values) < runs or len(units) > 1:
            raise ValueError(
                f"the result {name} must come from each of the {runs} seeds, in one unit; "
                f"it came from {len(values)}, in {', '.join(sorted(units))}"
            )
        mean, sd = statistics.fmean(values), statistics.stdev(values)
        half = float(special.stdtrit(runs - 1, (1 + CONFIDENCE) / 2)) * sd / math.sqrt(runs)
        for full_name, value in zip(names_over_seeds([name]), (mean, mean - half, mean + half, sd), strict=True):
            found[full_name] = {"value": value, "unit": units.copy().pop()}
    return found
