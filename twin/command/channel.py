"""The messages of the logger "twin" on stderr: progress by default, errors alone with --quiet, times with --verbose."""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_NAME = "twin"  # each module logs as twin.MODULE, a child of this logger
_TIMED = "%(relativeCreated)7.0f ms  %(name)s: %(message)s"


class _OnStderr(logging.Handler):
    """Write messages to the current stderr, above the progress bars."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message."""
        from tqdm import tqdm  # not where nothing is told

        tqdm.write(self.format(record), file=sys.stderr)


def add_verbosity(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how much is told besides the answers."""
    how_much = parser.add_mutually_exclusive_group()
    default = argparse.SUPPRESS  # of a command, so that `twin --quiet COMMAND` holds, too
    text = "no progress on stderr; refused rows, assumptions and errors are still told"
    how_much.add_argument("-q", "--quiet", action="store_true", default=default, help=text)
    text = "say on stderr what is done and how long it takes"
    how_much.add_argument("-v", "--verbose", action="store_true", default=default, help=text)


@contextmanager
def told(options: argparse.Namespace) -> Iterator[None]:
    """Show the messages of the logger "twin" on stderr while a command runs."""
    log, handler = logging.getLogger(_NAME), _OnStderr()
    level, verbose = log.level, getattr(options, "verbose", False)
    handler.setFormatter(logging.Formatter(_TIMED if verbose else None))
    log.setLevel(logging.WARNING if getattr(options, "quiet", False) else logging.DEBUG if verbose else logging.INFO)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
