"""The author of a change and their right to make it: a page's visitor whom a proxy names, or the user of the machine.

The server of the pages writes the visitor into each message from a page (`twin.apps.visitors`), because the process of
a page may have been started before its visitor came, and because every message is to be judged by who sent it.
"""

import getpass
import hmac
import os
import sys
from typing import Any, NamedTuple

from twin.data.settings import setting
from twin.data.text import visible

AUTHOR_SETTING = "TWIN_AUTHOR"  # name of the setting; by default the user of the machine is the author
PLANNERS = "TWIN_PLANNERS"  # setting: names that may write, with commas between them; by default everybody
LONGEST_AUTHOR = 100  # [character]
PLANNER, VIEWER = "planner", "viewer"  # roles: who may write, and who may only look
STAMP = "TWIN_VISITOR_STAMP"  # set by the server for processes of pages if a proxy names their visitors
IN_MESSAGES = "twin_visitor"  # key in the metadata of a message: name, role, and the stamp of the server


class Visitor(NamedTuple):
    """A person at work: the name, "" if unknown, and the role."""

    name: str
    role: str


def visitor() -> Visitor:
    """Return who is at work: of a page behind a proxy, the sender of the message that is being handled."""
    stamp = os.environ.get(STAMP)
    if not stamp:
        name = visible(setting(AUTHOR_SETTING).strip() or _user(), LONGEST_AUTHOR)
        return Visitor(name, role_of(name))
    told = _message().get("metadata", {}).get(IN_MESSAGES)
    if isinstance(told, dict) and hmac.compare_digest(str(told.get("stamp")).encode(), stamp.encode()):
        return Visitor(told["name"], told["role"])
    return Visitor("", VIEWER)


def author_name() -> str:
    """Return the author of changes: the visitor of a page behind a proxy, the setting TWIN_AUTHOR, or the user."""
    return visitor().name or "unknown"


def introduced() -> str:
    """Return a sentence to the visitor of a page behind a proxy on who they are here; "" elsewhere."""
    if not os.environ.get(STAMP):
        return ""
    name, role = visitor()
    may = "may write" if role == PLANNER else "see everything and change nothing"
    return (
        f"You are {name}, a {role}: you {may}."
        if name
        else f"You came without a name and secret of the proxy: you {may}."
    )


def require_planner() -> None:
    """Raise an error if whoever is at work may not write; every function that writes calls this.

    >>> require_planner()  # on a machine without settings, everybody is a planner
    """
    name, role = visitor()
    if role == PLANNER:
        return
    if name:
        way_out = "whoever runs this server names its planners"
        if not os.environ.get(STAMP):
            way_out = f"{AUTHOR_SETTING} says who runs a command, and {PLANNERS} who may write"
        raise ValueError(f"only planners change anything here, and {name} is a viewer, who sees everything; {way_out}")
    raise ValueError(
        "nothing can be changed by a visitor without a name, and the proxy of this server gave none with its secret; "
        "open the page at the address of the proxy, and log in, or ask whoever runs the server for what its log says"
    )


def role_of(name: str) -> str:
    """Return the role of a name by the setting TWIN_PLANNERS: everybody is a planner if it is unset.

    >>> role_of("eva")
    'planner'
    """
    return PLANNER if not setting(PLANNERS) or name in words_of(setting(PLANNERS)) else VIEWER


def words_of(text: str) -> set[str]:
    """Return the words of a list with commas.

    >>> sorted(words_of("eva, Tom K,"))
    ['Tom K', 'eva']
    """
    return {word.strip() for word in text.split(",")} - {""}


def _message() -> dict[str, Any]:
    """Return the message that this kernel is handling; {} outside of one."""
    kernels = sys.modules.get("ipykernel.kernelapp")
    if kernels is None or not kernels.IPKernelApp.initialized():
        return {}
    return kernels.IPKernelApp.instance().kernel.get_parent("shell")


def _user():
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a user without an entry, as in some containers
        return "unknown"
