"""The pieces of a checked sentence, and the refusal of a sentence."""

from dataclasses import dataclass

from twin.analyst.evidence import Fact


class Unsupported(ValueError):
    """The evidence does not support a sentence; the message gives the reason."""


@dataclass(frozen=True)
class Piece:
    """Part of a sentence: plain text, a number with its `fact`, or a lane name with the key of its `lane`."""

    text: str
    fact: Fact | None = None
    lane: str = ""
