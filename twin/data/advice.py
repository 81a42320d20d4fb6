"""Sentences with data: the options that answer a question of the reader, and the options that the reader decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

#: An option of reading: field of `ReadingOptions`, and value.
Way = tuple[str, Any]
#: A function of an interface: options, of which one is to be chosen -> the words that say how to choose it there.
Words = Callable[[Sequence[Way]], str]

#: Words in the reasons against rows -> options that may be meant.
WAYS_OUT: dict[str, tuple[Way, ...]] = {
    "is negative": (("negative", "returns"), ("negative", "subtract")),
    "far from all": (("far_dates", "keep"),),
}


class Advice(str):
    """A sentence on a file, and the options of reading that would answer it.

    As a text it names the options as arguments in Python; `said` names them as another interface does. Errors of the
    reader have one as their argument.

    text : the sentence without the options.
    ways : the options.

    >>> Advice("a.csv has a date 03/04/2024", ("dayfirst", True), ("dayfirst", False))
    'a.csv has a date 03/04/2024; say dayfirst=True or dayfirst=False'
    """

    text: str
    ways: tuple[Way, ...]

    def __new__(cls, text: str, *ways: Way) -> Advice:
        self = super().__new__(cls, f"{text}; {in_python(ways)}")
        self.text, self.ways = text, ways
        return self

    def said(self, words: Words) -> str:
        """Return the sentence with the options in the words of an interface."""
        return f"{self.text}; {words(self.ways)}"


class Decision(str):
    """A sentence on what the reader decided, and the option of reading that would have said the same.

    field, value : of `ReadingOptions`.
    """

    field: str
    value: Any

    def __new__(cls, text: str, field: str, value: Any) -> Decision:
        self = super().__new__(cls, text)
        self.field, self.value = field, value
        return self


def said(thing: BaseException | str, words: Words) -> str:
    """Return an error or a sentence as text; options that it advises are in the words of an interface.

    >>> error = ValueError(Advice("a.csv has negative volumes", ("negative", "returns")))
    >>> said(error, lambda ways: f"set {ways[0][0]}")
    'a.csv has negative volumes; set negative'
    """
    told = thing.args[0] if isinstance(thing, BaseException) and thing.args else thing
    return told.said(words) if isinstance(told, Advice) else str(thing)


def ways_out(reasons: Iterable[str]) -> list[Way]:
    """Return the options that would let rows in that are refused for some reasons."""
    different = set(reasons)
    return [way for words, ways in WAYS_OUT.items() if any(words in reason for reason in different) for way in ways]


def in_python(ways: Sequence[Way]) -> str:
    """Return the words that say options as arguments of `read_history`."""
    return "say " + " or ".join(f"{field}={value!r}" for field, value in ways)
