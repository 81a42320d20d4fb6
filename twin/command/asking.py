"""Questions of the command line before it changes something, and refusals where nobody can be asked."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

#: Key on the terminal -> what it does, in words, and the value of `held`.
HELD_CHOICES = {
    "n": ("add only lanes and days that are not held", "new-only"),
    "r": ("also replace those that differ", "replace"),
    "a": ("add all on top", "add"),
}
SURE_CHOICES = {"y": ("import them", "yes")}


def add_held_options(parser: Any) -> None:
    """Add the options that say what an import does with lanes and days that are held, and with outlying flows."""
    group = parser.add_mutually_exclusive_group()
    for _, (words, held) in HELD_CHOICES.items():
        group.add_argument(f"--{held}", dest="held", action="store_const", const=held, default="ask", help=words)
    parser.add_argument(
        "--sure",
        action="store_true",
        help="do not ask about flows far from the record of their lane (nor do the options about held days), or "
        "about days in the future or far from all others, or a file whose rows all stand in it twice",
    )


def choice(question: str, choices: Mapping[str, tuple[str, str]], json_only: bool) -> str:
    """Ask on the terminal, and return the value of the key that was typed; "" for any other, or without a terminal.

    choices : key -> (what it does, value).
    """
    if json_only or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return ""
    keys = ", ".join(f"{key} = {words}" for key, (words, _) in choices.items())
    print(f"{question.rstrip('.')}.\n{keys}, Enter = do nothing: ", end="", file=sys.stderr, flush=True)
    return choices.get(sys.stdin.readline().strip().lower(), ("", ""))[1]


def refuse(options: Namespace, question: Any, content: Mapping[str, Any]) -> int:
    """Tell that nothing was done, and which options say what is meant; return the exit code 1."""
    preview = getattr(question, "preview", None)
    counts = preview and preview.counts
    if options.json:
        counted = {"counts": counts._asdict()} if counts else {}
        print(json.dumps({**content, **counted}, indent=1, ensure_ascii=False))
    named = " or ".join(f"--{held} ({words})" for words, held in HELD_CHOICES.values())
    if counts and (preview.odd or not counts.same + counts.changed):
        named = "--sure imports them"
    elif counts:
        named = f"say {named}"
    print(f"twin: {question}{f'; nothing was imported: {named}' if counts else ''}", file=sys.stderr)
    return 1
