"""Measure the speed of the twin, as ratios to stated baselines in the same run.

    python benchmarks/run.py            print a table
    python benchmarks/run.py --json     print the table as JSON

Runs of the candidates are interleaved and medians compared, so that a busy machine slows both sides. A missed bar is
reported, but the exit code stays 0: this is a measurement, not a test.
"""

import argparse
import json
import sys
from dataclasses import asdict

import analyst
import coalitions
import formulas
import hub
import ledger
import out_of_core
import press

MEASUREMENTS = (
    *formulas.MEASUREMENTS,
    *coalitions.MEASUREMENTS,
    *analyst.MEASUREMENTS,
    *ledger.MEASUREMENTS,
    *out_of_core.MEASUREMENTS,
    *press.MEASUREMENTS,
    *hub.MEASUREMENTS,
)


def show(rows):
    """Print the table and the rows that missed their bars."""
    header = ("what", "ours", "baseline", "ratio", "bar", "met")
    cells = [(r.what, r.ours, r.baseline, f"{r.ratio:,.3g}x", r.bar, "yes" if r.met else "NO") for r in rows]
    widths = [max(len(row[i]) for row in [header, *cells]) for i in range(len(header))]
    for row in [header, tuple("-" * width for width in widths), *cells]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    missed = [row.what for row in rows if not row.met]
    print(f"\n{len(rows) - len(missed)} of {len(rows)} bars met.")
    for what in missed:
        print(f"BAR MISSED: {what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    machine_readable = parser.parse_args().json
    rows = []
    for position, measurement in enumerate(MEASUREMENTS, start=1):
        print(f"[{position}/{len(MEASUREMENTS)}] {measurement.__name__.removeprefix('measure_')} ...", file=sys.stderr)
        rows.extend(measurement())
    if machine_readable:
        print(json.dumps([asdict(row) for row in rows], indent=2, default=bool))
    else:
        show(rows)


if __name__ == "__main__":
    main()
