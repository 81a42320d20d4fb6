"""The command completion: print a script that lets a shell complete commands, options and names of files."""

import argparse
from functools import partial
from typing import Any

_TEXT = "Print a script with which the Tab key completes commands, options and files. It needs the extra completion."
_EXAMPLES = """examples
  twin completion bash > ~/.local/share/bash-completion/completions/twin
  twin completion zsh > ~/.zfunc/_twin                 with ~/.zfunc in fpath
  twin completion tcsh >> ~/.tcshrc
"""


def add(commands: Any, program: argparse.ArgumentParser) -> None:
    """Add the command to a program, whose commands the script completes."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "completion",
        help="print a script that completes commands in a shell",
        description=_TEXT,
        epilog=_EXAMPLES,
        formatter_class=raw,
    )
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    parser.set_defaults(run=partial(_completion, program))


def _completion(program, options):
    import shtab  # the extra completion brings it

    _complete_files(program, shtab.FILE)
    print(shtab.complete(program, shell=options.shell))
    return 0


def _complete_files(parser, files):
    """Let a file complete each argument that is one, in a parser and in those of its commands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _complete_files(inner, files)
        elif action.dest in ("file", "folder", "policies", "xlsx", "report", "to"):
            action.complete = files
