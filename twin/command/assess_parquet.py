"""The command assess with --to: assess a table of lanes in Parquet, and write a folder of Parquet files."""

from __future__ import annotations

import sys
import textwrap
from argparse import ArgumentParser, Namespace
from time import perf_counter

from twin._check import require
from twin.data.text import number_of
from twin.plan.policies import assumptions

_MOST = 10  # most failures printed; the others are counted


def add_table_options(parser: ArgumentParser) -> None:
    """Add the options of a table of lanes."""
    table = parser.add_argument_group("a table of lanes in Parquet")
    table.add_argument("--to", metavar="FOLDER", help="folder for the answers; the file is a table, one row per lane")
    table.add_argument("--keep", metavar="A,B", help="answers to write, such as safety_stock,profit; by default all")
    spread = table.add_mutually_exclusive_group()
    spread.add_argument("--jobs", type=int, metavar="N", help="processes at a time; by default one per core")
    spread.add_argument(
        "--scheduler", metavar="ADDRESS", help="Dask scheduler, such as tcp://host:8786; workers need the same paths"
    )


def assess_lanes(options: Namespace, given: dict[str, float]) -> int:
    """Assess a table of lanes and say on stderr what was assumed and done; return the exit code."""
    from twin.command.printing import outside
    from twin.tables.assess_table import LaneTable, assess_table, first_remarks

    require(options.jobs is None or options.jobs > 0, "--jobs", "a whole number >= 1", options.jobs)
    require(bool(options.file), "--to", "given with a table of lanes", "no file")
    table, period = LaneTable(options.file), options.period or "D"
    keep = None if options.keep is None else [name.strip() for name in options.keep.split(",")]
    began = perf_counter()
    done = assess_table(
        table, options.to, given, period=period, keep=keep, workers=options.jobs, scheduler=options.scheduler
    )
    seconds = perf_counter() - began
    if options.period is None:
        print("  assumed  one period is a day", file=sys.stderr)
    for words in _assumed(table, given, period):
        print(textwrap.fill(words, 120, subsequent_indent=" " * 11, break_on_hyphens=False), file=sys.stderr)
    if done.assessed:
        first, remarks = first_remarks(table, given, period)
        if remarks and first < table.lanes:
            print(f"  note     remarks on accuracy are on the first {number_of(first, 'lane')}", file=sys.stderr)
        print(*outside(remarks, 120, "twin.accuracy.remarks"), sep="\n", end="\n" if remarks else "", file=sys.stderr)
    if done.damaged:
        print(f"damaged, so made again: {', '.join(done.damaged[:_MOST])} ({len(done.damaged):,})", file=sys.stderr)
    print(*done.failures[:_MOST], sep="\n", end="\n" if done.failures else "", file=sys.stderr)
    if len(done.failures) > _MOST:
        print(f"... and {len(done.failures) - _MOST:,} more parts", file=sys.stderr)
    rate = f"{number_of(done.assessed, 'lane')} assessed in {seconds:.1f} s, {done.assessed / seconds:,.0f} lanes/s"
    before = f", {done.kept:,} there before" if done.kept else ""
    print(f"{rate}{before}; {options.to} is {'' if done.complete else 'not '}complete", file=sys.stderr)
    return 0 if done.complete else 1


def _assumed(table, given, period):
    """Yield a line on the columns that go before an option, and on each unset field."""
    stated = [name for name in given if name in table.columns]
    if stated:
        yield f"  assumed  the table's own {', '.join(stated)}, which goes before the option"
    for words in assumptions(table.unset(given), table.lanes, period=period, on_record=False):
        yield f"  assumed  {words}"
    if table.unused:
        yield f"  note     columns that are not used: {', '.join(table.unused)}"
