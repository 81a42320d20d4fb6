"""Turn errors on a page into sentences beside the control that caused them, so that the rest of the page works on."""

import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from twin.apps.kernel_memory import limit_here
from twin.data.advice import Words, in_python, said
from twin.data.errors import LedgerError


@contextmanager
def told(say: Callable[[str], Any], words: Words = in_python) -> Iterator[None]:
    """Catch errors of the block and pass each to `say` as a sentence; unexpected ones also go to the server's log.

    words : how this page says the options of reading that an error advises.
    """
    try:
        yield
    except (ValueError, LedgerError, OSError) as error:
        say(sentence(said(error, words)))
    except MemoryError as error:
        traceback.clear_frames(error.__traceback__)  # the variables of the failed step are what fills the memory
        _log(f"{type(error).__name__}: {error}\n")
        most = limit_here()
        than = f"the {most / 1e9:.3g} GB that a page may use" if most else "this machine has left"
        say(f"This needs more memory than {than}; it was not done, and everything else works on.")
    except Exception as error:
        _log(traceback.format_exc())
        say(f"Something went wrong here ({type(error).__name__}); it was not done, and everything else works on.")


def sentence(error: Exception | str) -> str:
    """Return an error or a text as a sentence: with a capital, unless it begins with a file name, and a full stop.

    >>> sentence(ValueError("date must be a day")), sentence("flows.csv is empty")
    ('Date must be a day.', 'flows.csv is empty.')
    """
    text = str(error).strip() or type(error).__name__
    first = text.split()[0]
    text = text[0].upper() + text[1:] if re.fullmatch("[a-z_]+", first) else text
    return text + ("" if text.endswith((".", "!", "?")) else ".")


def _log(text):
    """Write a text to the server's log; in a kernel, sys.stderr would go to the page instead."""
    server = getattr(sys.stderr, "_original_stdstream_copy", None) or 2  # file descriptor that ipykernel has saved
    os.write(server, text.encode())
