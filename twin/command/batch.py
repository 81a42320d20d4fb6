"""The commands batch, paper, verify and new-paper: run jobs, build a paper, check its results, start another one."""

import argparse
import contextlib
import signal
from pathlib import Path

from twin.batch.new_paper import FIRST_PAPER, new_paper
from twin.command.needs import needs
from twin.command.options import count
from twin.data.text import number_of

BATCH_HELP = """\
Run the jobs in a folder's figures.yml whose inputs have changed, sweeps included, and collect all results in one table,
out/summary.parquet and out/summary.csv. Finished jobs are kept if the run is stopped; the next run does the rest."""
PAPER = """Run the jobs as batch does, and typeset paper.typ with their results to out/paper.pdf."""
NEW_PAPER = """Copy a paper that comes with the package, with all that it needs: twin paper builds the copy, and twin
verify checks it. By default it is a small one to begin your own with; --like pixels-to-premiums copies the Twin's."""
MOST_FINDINGS = 30  # most findings printed
VERIFY = """Check that every figure, number and page in a folder's out/ is what its notebooks, parameters, data and the
package give, and has not been changed since; each difference is one line."""


def add(commands: "argparse._SubParsersAction") -> None:
    """Add the commands to the program."""
    for name, brief, text in (
        ("batch", "run the changed jobs of a folder, here or on a cluster", BATCH_HELP),
        ("paper", "run the changed jobs of a paper, check the results, and typeset it", PAPER),
    ):
        parser = commands.add_parser(name, help=brief, description=text)
        parser.add_argument("folder", type=Path, help="folder with figures.yml" + " and paper.typ" * (name == "paper"))
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--jobs", type=count, metavar="N", help="jobs at a time; by default one per core")
        where.add_argument(
            "--scheduler", metavar="ADDRESS", help="run on the workers of a Dask scheduler: tcp://host:8786"
        )
        parser.add_argument(
            "--only",
            nargs="+",
            metavar="NAME",
            help="run only these jobs or sweeps, and leave table and paper unchanged",
        )
        parser.add_argument("--force", action="store_true", help="run every job, even if its inputs have not changed")
        parser.set_defaults(run=_build, pdf=name == "paper")
    parser = commands.add_parser("new-paper", help="start a paper that verifies itself", description=NEW_PAPER)
    parser.add_argument("folder", type=Path, help="a new or an empty folder")
    parser.add_argument(
        "--like", default=FIRST_PAPER, metavar="PAPER", help=f"a paper of the package; default: {FIRST_PAPER}"
    )
    parser.set_defaults(run=_new_paper)
    parser = commands.add_parser("verify", help="check the results of a paper against its inputs", description=VERIFY)
    parser.add_argument("folder", type=Path, help="folder with figures.yml and out/")
    parser.set_defaults(run=_verify)


def _build(options):
    needs("yaml", "papermill", "pyarrow", *["typst", "pypdf"] * options.pdf)
    from twin.batch import paper
    from twin.compute.cluster import executor_on

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # SIGTERM cleans up as Ctrl-C does
    cluster = executor_on(options.scheduler) if options.scheduler is not None else contextlib.nullcontext()
    with cluster as executor:
        return paper.build(
            options.folder,
            workers=options.jobs,
            only=options.only,
            force=options.force,
            executor=executor,
            pdf=options.pdf,
        )


def _new_paper(options):
    copied = new_paper(options.folder, options.like)
    print(f"{number_of(len(copied), 'file')} copied to {options.folder}; twin paper {options.folder} builds the paper")
    return 0


def _verify(options):
    from twin.batch.plan import read_plan
    from twin.batch.verify import verify

    complaints = verify(options.folder)
    print(*complaints[:MOST_FINDINGS], sep="\n", end="\n" if complaints else "")
    if len(complaints) > MOST_FINDINGS:
        print(f"and {len(complaints) - MOST_FINDINGS:,} more")
    if complaints:
        print(f"twin paper {options.folder} (or batch) makes what has changed again")
    else:
        print(f"{options.folder}: what {len(read_plan(options.folder))} jobs have yielded is what their inputs give")
    return int(bool(complaints))
