"""The command line of the Twin: a command for each kind of work."""

import argparse
import errno
import os
import sys
from difflib import get_close_matches
from typing import Any, NoReturn

from twin import __version__
from twin.command import ask, assess, attend, batch, channel, completion, ledger, plan, report, servers
from twin.command.options import on_command_line
from twin.data.advice import said
from twin.data.errors import LedgerError, NoLedger, RowsRefused

#: Package that a command may need -> extra that installs it.
EXTRAS = {
    "dotenv": "ledger",
    "platformdirs": "ledger",
    "psycopg": "ledger",
    "sqlalchemy": "ledger",
    "xlsxwriter": "excel",
    "jupyterlab": "apps",
    "voila": "apps",
    "google": "ai",
    "tenacity": "ai",
    "jupyter_client": "papers",
    "matplotlib": "papers",
    "nbformat": "papers",
    "papermill": "papers",
    "pyarrow": "papers",
    "pypdf": "papers",
    "traitlets": "papers",
    "typst": "papers",
    "yaml": "papers",
    "distributed": "cluster",
    "python_calamine": "excel",
    "shtab": "completion",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 : done.
    1 : not done, because a paper or its check failed, rows were refused, or there is no ledger to read.
    2 : an input cannot be used.
    3 : the ledger failed.
    130 : stopped by the user.
    """
    options = program().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # escapes the characters that a terminal cannot show
    try:
        with channel.told(options):
            return options.run(options)
    except BrokenPipeError:  # the reader of the output, such as head, has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("twin: stopped; nothing half-done was kept", file=sys.stderr)
        return 130
    except NoLedger as error:
        print(f"twin: {error}", file=sys.stderr)
        return 1
    except LedgerError as error:
        print(f"twin: {error}", file=sys.stderr)
        return 3
    except RowsRefused as error:
        print(error.account.told(on_command_line), file=sys.stderr)
        print(f"twin: {said(error, on_command_line)}", file=sys.stderr)
        return 1
    except (ValueError, OSError) as error:
        unprinted = getattr(error, "errno", None) == errno.ENOSPC and error.filename is None
        why = "the output cannot be written: its disk is full" if unprinted else said(error, on_command_line)
        print(f"twin: {why}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        if missing not in EXTRAS:
            raise
        print(f"twin: {missing} is not installed; the extra {EXTRAS[missing]!r} brings it", file=sys.stderr)
        return 2
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        print("twin: this needs more memory than there is; split the file, or leave lanes out", file=sys.stderr)
        return 2


def _is_out_of_memory(error):
    """Return whether there was no memory left; for a single text, pyarrow says that wrapping it failed."""
    wrapping = type(error).__module__ == "pyarrow.lib" and "Wrapping" in str(error)
    return isinstance(error, MemoryError) or wrapping


class _Parser(argparse.ArgumentParser):
    """A parser whose errors say first what is wrong, and then in one line where the options are."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Make a parser, with the options that every command has."""
        super().__init__(*arguments, **named)
        channel.add_verbosity(self)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return what the arguments say, and the rest; an option that is not known ends with the nearest one."""
        said, rest = super().parse_known_args(args, namespace)
        for strange in rest:
            name = strange.partition("=")[0]
            if name.startswith("--") and (near := get_close_matches(name, self._option_string_actions, 1)):
                self.error(f"unrecognized arguments: {' '.join(rest)}; did you mean {near[0]}?")
        return said, rest

    def error(self, message: str) -> NoReturn:
        """End with the sentence, and exit code 2."""
        self.exit(2, f"{self.prog}: error: {message}\nusage: {self.prog} --help lists what can be given\n")


def program() -> argparse.ArgumentParser:
    """Return the parser of the program, with all its commands."""
    parser = _Parser(prog="twin", description="The LSP Digital Capacity Twin.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")
    assess.add(commands)
    attend.add(commands)
    ask.add(commands)
    ledger.add(commands)
    plan.add(commands)
    report.add(commands)
    batch.add(commands)
    servers.add(commands)
    completion.add(commands, parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
