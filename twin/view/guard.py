"""What goes wrong becomes a sentence where it arose; the rest of the page works on."""

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
        traceback.print_exc(file=sys.__stderr__)
        say(f"Something went wrong here ({type(error).__name__}); it was not done, and everything else works on.")


def sentence(error):
    """Return an error, or a text, as a sentence with its first letter large and a full stop.

    >>> sentence(ValueError("date must be a day"))
    'Date must be a day.'
    """
    text = str(error).strip() or type(error).__name__
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
