"""batch, paper, verify: jobs of a folder run, its paper built, and both checked."""

import argparse
import contextlib
import signal
from pathlib import Path

BATCH_HELP = """\
Run the jobs in a folder's figures.yml that changed, sweeps among them, and gather all results in one table,
out/summary.parquet and out/summary.csv. Finished jobs are kept whatever happens; running it again does the rest."""
PAPER = """As batch, and typeset paper.typ from the results to out/paper.pdf."""
MOST_FINDINGS = 30  # findings told
VERIFY = """Check that every figure, number and page in a folder's out/ is what its notebooks, parameters, data and the
package give, and was not changed since; say in a sentence what is not."""


def add(commands):
    """Add the commands to those of the program."""
    for name, brief, text in (
        ("batch", "run the jobs of a folder: what changed, here or on a cluster", BATCH_HELP),
        ("paper", "build a paper from its jobs: what changed, checked and typeset", PAPER),
    ):
        parser = commands.add_parser(name, help=brief, description=text)
        parser.add_argument("folder", type=Path, help="folder with figures.yml" + " and paper.typ" * (name == "paper"))
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--jobs", type=_count, metavar="N", help="jobs at once; one a core by default")
        where.add_argument("--scheduler", metavar="ADDRESS", help="run on a Dask scheduler's workers; tcp://host:8786")
        parser.add_argument("--only", nargs="+", metavar="NAME", help="these jobs or sweeps; no table, no paper then")
        parser.add_argument("--force", action="store_true", help="run every job, changed or not")
        parser.set_defaults(run=_build, pdf=name == "paper")
    parser = commands.add_parser("verify", help="check where a paper's results come from", description=VERIFY)
    parser.add_argument("folder", type=Path, help="folder with figures.yml and out/")
    parser.set_defaults(run=_verify)


def _count(text):
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"must be a whole number >= 1; got {text}")
    return int(text)


def _build(options):
    from twin.batch import paper
    from twin.compute.cluster import executor_on

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing is left behind
    away = executor_on(options.scheduler) if options.scheduler is not None else contextlib.nullcontext()
    with away as executor:
        return paper.build(
            options.folder,
            workers=options.jobs,
            only=options.only,
            force=options.force,
            executor=executor,
            pdf=options.pdf,
        )


def _verify(options):
    from twin.batch.plan import read_plan
    from twin.batch.verify import verify

    complaints = verify(options.folder)
    print(*complaints[:MOST_FINDINGS], sep="\n", end="\n" if complaints else "")
    if len(complaints) > MOST_FINDINGS:
        print(f"and {len(complaints) - MOST_FINDINGS:,} more")
    if complaints:
        print(f"python -m twin paper {options.folder} (or batch) makes what has changed again")
    else:
        print(f"{options.folder}: what {len(read_plan(options.folder))} jobs have yielded is what their inputs give")
    return int(bool(complaints))
