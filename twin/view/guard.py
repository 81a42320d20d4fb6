"""What goes wrong becomes a sentence where it arose; the rest of the page works on."""

import os
import re
import sys
import traceback
from contextlib import contextmanager

from twin.data.errors import LedgerError


@contextmanager
def told(say):
    """Pass what goes wrong inside to `say` as a sentence; a mistake of ours is also written to the server's log."""
    try:
        yield
    except (ValueError, LedgerError, OSError) as error:
        say(sentence(error))
    except Exception as error:
        _log(traceback.format_exc())
        say(f"Something went wrong here ({type(error).__name__}); it was not done, and everything else works on.")


def sentence(error):
    """Return an error, or a text, as a sentence with its first letter large and a full stop; names stay as they are.

    >>> sentence(ValueError("date must be a day")), sentence("flows.csv is empty")
    ('Date must be a day.', 'flows.csv is empty.')
    """
    text = str(error).strip() or type(error).__name__
    first = text.split()[0]
    text = text[0].upper() + text[1:] if re.fullmatch("[a-z_]+", first) else text
    return text + ("" if text.endswith((".", "!", "?")) else ".")


def _log(text):
    """Write to the server's log. A kernel sends what is written to its standard error to the page instead."""
    server = getattr(sys.stderr, "_original_stdstream_copy", None) or 2  # where ipykernel has put the log aside
    os.write(server, text.encode())
