"""The name under which this process changes a plan."""

import getpass

from twin.data.settings import setting
from twin.data.text import visible

AUTHOR_SETTING = "TWIN_AUTHOR"  # name of the setting; by default the user of the machine is the author
LONGEST_AUTHOR = 100  # [character]


def author_name() -> str:
    """Return the author of changes: the setting TWIN_AUTHOR, or the name of the machine's user."""
    return visible(setting(AUTHOR_SETTING).strip() or _user(), LONGEST_AUTHOR)


def _user():
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a user without an entry, as in some containers
        return "unknown"
