"""Measure the speed of the twin, as ratios to stated baselines in the same run.

    python benchmarks/run.py                run every measurement
    python benchmarks/run.py hub ledger     run the measurements of these files
    python benchmarks/run.py scale          run a single measurement
    python benchmarks/run.py --json         print the rows as JSON at the end

With OMP_NUM_THREADS=1, which `make bench` sets, libraries start no threads, and CPU times are those of one core.

Each row is printed as soon as it is measured. Runs of the candidates are interleaved and medians compared, so that a
busy machine slows both sides. A missed bar is reported, but is no failure: this is a measurement, not a test. If a
measurement fails, a row gives the reason, the others continue, and the exit code is 1.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

import analyst
import attention
import bookings
import coalitions
import exact
import files
import forecasts
import formulas
import hub
import learned
import ledger
import motion
import ordering
import out_of_core
import portfolio
import press
import promises
from measure import Row, failed

Measurement = Callable[[], Iterator[Row]]
GROUPS: dict[str, tuple[Measurement, ...]] = {
    module.__name__: module.MEASUREMENTS
    for module in (
        *(
            files,
            formulas,
            motion,
            exact,
            learned,
            bookings,
            portfolio,
            coalitions,
            forecasts,
            promises,
            ordering,
            attention,
        ),
        *(analyst, ledger, out_of_core, press, hub),
    )
}
LINE = "{:<5}{:>9}  {:<10}{:<32}{:<36}  {}"


def name_of(measurement: Measurement) -> str:
    """Return the name of a measurement on the command line."""
    return measurement.__name__.removeprefix("measure_")


def chosen(names: list[str]) -> list[Measurement]:
    """Return the measurements with these names, of files or single ones, in their order; by default all."""
    known = {*GROUPS, *(name_of(each) for group in GROUPS.values() for each in group)}
    unknown = sorted(set(names) - known)
    if unknown:
        groups = [f"{group} ({', '.join(map(name_of, members))})" for group, members in GROUPS.items()]
        raise ValueError(f"there is no measurement {', '.join(unknown)}; there are {', '.join(groups)}")
    return [
        each for group, members in GROUPS.items() for each in members if not names or {group, name_of(each)} & {*names}
    ]


def rows_of(measurement: Measurement) -> Iterator[Row]:
    """Yield the rows of a measurement as they are measured; if it fails, the last row gives the reason."""
    try:
        yield from measurement()
    except Exception as error:
        yield failed(name_of(measurement), error)


def line(row: Row) -> str:
    """Return a row as a line of the table."""
    verdict = "yes" if row.met else "NO" if row.ratio is not None else "FAIL"
    ratio = "" if row.ratio is None else f"{row.ratio:,.3g}x"
    return LINE.format(verdict, ratio, row.bar, row.ours, row.baseline, row.what)


def summary(rows: list[Row]) -> str:
    """Return the number of bars met, and the rows that missed their bar or failed."""
    missed = [f"BAR MISSED: {row.what}" for row in rows if not row.met and row.ratio is not None]
    broken = [f"FAILED: {row.what}" for row in rows if row.ratio is None]
    return "\n".join([f"{sum(bool(row.met) for row in rows)} of {len(rows)} bars met.", *missed, *broken])


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen measurements, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="file or measurement; by default all")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON, and the table to standard error")
    options = parser.parse_args(arguments)
    try:
        measurements = chosen(options.names)
    except ValueError as error:
        parser.error(str(error))
    table = sys.stderr if options.json else sys.stdout
    print(LINE.format("met", "ratio", "bar", "ours", "baseline", "what"), file=table, flush=True)
    rows = []
    for position, measurement in enumerate(measurements, start=1):
        print(f"[{position}/{len(measurements)}] {name_of(measurement)} ...", file=sys.stderr)
        for row in rows_of(measurement):
            print(line(row), file=table, flush=True)
            rows.append(row)
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=2, default=bool))
    else:
        print(f"\n{summary(rows)}")
    return int(any(row.ratio is None for row in rows))


if __name__ == "__main__":
    sys.exit(main())
