"""The command line: python -m twin assess FILE, ask QUESTION, ledger ..., paper FOLDER."""

import argparse
import os
import sys
from pathlib import Path

from twin import __version__
from twin.command import ask, assess, ledger
from twin.data.errors import LedgerError

EXTRAS = {
    "sqlalchemy": "ledger",
    "psycopg": "ledger",
    "platformdirs": "ledger",
    "papermill": "papers",
    "yaml": "papers",
    "pyarrow": "cluster",
}


def main(arguments=None):
    """Run one command; return its exit code.

    0 done; 1 not done: a paper or its check failed, or rows were refused; 2 an input cannot be used; 3 the ledger
    cannot do it; 130 stopped.
    """
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a lane's name that a terminal cannot show stops nothing
    try:
        return options.run(options)
    except BrokenPipeError:  # the reader, head for instance, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("twin: stopped; nothing half-done was kept", file=sys.stderr)
        return 130
    except LedgerError as error:
        print(f"twin: {error}", file=sys.stderr)
        return 3
    except (ValueError, OSError) as error:
        print(f"twin: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        print(f"twin: {error.name} is not installed; the extra {EXTRAS[error.name]!r} brings it", file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(prog="twin", description="The LSP Digital Capacity Twin.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")
    assess.add(commands)
    ask.add(commands)
    ledger.add(commands)
    paper = commands.add_parser("paper", help="build a paper from its jobs: what changed, checked and typeset")
    paper.add_argument("folder", type=Path, help="folder with figures.yml and paper.typ")
    paper.add_argument("--workers", type=int, help="processes at once; all cores by default")
    paper.add_argument("--force", action="store_true", help="run every job, changed or not")
    paper.set_defaults(run=_paper)
    return parser


def _paper(options):
    from twin.batch import paper

    return paper.build(options.folder, workers=options.workers, force=options.force)


if __name__ == "__main__":
    sys.exit(main())
