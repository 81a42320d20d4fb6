"""Comparison of results with expected.csv, which holds numbers from independent computations with tolerances."""

import csv
import math
from pathlib import Path


def compare(results: dict[str, dict[str, dict]], expected: Path, *, partly: bool = False) -> None:
    """Raise a ValueError that lists every result outside its tolerance; without a file, nothing is compared.

    results : {job: {name: {value, unit}}}.
    partly : whether to skip expected rows of jobs without results.
    """
    if not expected.is_file():
        return
    with expected.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    complaints = []
    for number, row in enumerate(rows, start=2):
        if partly and row["job"] not in results:
            continue
        where = f"{expected}, line {number}: {row['job']} {row['name']}"
        got = results.get(row["job"], {}).get(row["name"])
        if got is None:
            complaints.append(f"{where} is in no job's results")
            continue
        try:
            value = float(row["value"])
            relative, absolute = (float(row[f"{kind}_tolerance"] or 0) for kind in ("rel", "abs"))
        except ValueError as error:
            complaints.append(f"{where} must have numbers as value and tolerances: {error}")
            continue
        if not math.isclose(got["value"], value, rel_tol=0, abs_tol=max(absolute, relative * abs(value))):
            complaints.append(f"{where} is {got['value']!r}, expected {value!r} (by {row['source']})")
        elif got["unit"] != row["unit"]:
            complaints.append(f"{where} is in [{got['unit']}], expected in [{row['unit']}]")
    if complaints:
        raise ValueError("\n".join(complaints))
