"""Comparison of results with expected.csv, which holds numbers from independent computations with tolerances."""

import csv
import math
from pathlib import Path

EXPECTED_COLUMNS = "job name value rel_tolerance abs_tolerance unit source".split()


def compare(results: dict[str, dict[str, dict]], expected: Path, *, partly: bool = False) -> None:
    """Raise a ValueError that lists every result outside its tolerance; without a file, nothing is compared.

    results : {job: {name: {value, unit}}}.
    partly : whether to skip expected rows of jobs without results.
    """
    if not expected.is_file():
        return
    try:
        with expected.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, restval=""))
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{expected} cannot be read as a table: {error}") from None
    missing = [name for name in EXPECTED_COLUMNS if rows and name not in rows[0]]
    if missing:
        raise ValueError(
            f"{expected} must have the columns {', '.join(EXPECTED_COLUMNS)}; {', '.join(missing)} missing"
        )
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
