"""Sentences with data: the options that answer a question of the reader, and the options that the reader decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

#: A function of an interface: (field of ReadingOptions, values) -> the words that say how to choose one of them there.
Words = Callable[[str, Sequence[Any]], str]


class Advice(str):
    """A sentence on a file, and the options of reading that would answer it.

    As a text it names the options as arguments in Python; `said` names them as another interface does. Errors of the
    reader have one as their argument.

    text : the sentence without the options.
    ways : the options, each (field of `ReadingOptions`, value).

    >>> Advice("a.csv has a date 03/04/2024", ("dayfirst", True), ("dayfirst", False))
    'a.csv has a date 03/04/2024; say dayfirst=True or dayfirst=False'
    """

    text: str
    ways: tuple[tuple[str, Any], ...]

    def __new__(cls, text: str, *ways: tuple[str, Any]) -> Advice:
        self = super().__new__(cls, _said(text, ways, in_python))
        self.text, self.ways = text, ways
        return self

    def said(self, words: Words) -> str:
        """Return the sentence with the options in the words of an interface."""
        return _said(self.text, self.ways, words)


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

    >>> said(ValueError(Advice("a.csv has rows of negative volume", ("negative", "returns"))), lambda *way: str(way))
    "a.csv has rows of negative volume; ('negative', ['returns'])"
    """
    told = thing.args[0] if isinstance(thing, BaseException) and thing.args else thing
    return told.said(words) if isinstance(told, Advice) else str(thing)


def in_python(field: str, values: Sequence[Any]) -> str:
    """Return an option as an argument of `read_history`."""
    return "say " + " or ".join(f"{field}={value!r}" for value in values)


def _said(text, ways, words):
    values: dict[str, list[Any]] = {}
    for field, value in ways:
        values.setdefault(field, []).append(value)
    if not values:
        return text
    return f"{text}; {', or '.join(words(field, found) for field, found in values.items())}"
