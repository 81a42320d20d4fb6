"""Bring the messages of a page into the form that the handlers expect."""

import math
from collections.abc import Callable
from reprlib import repr as shortened
from typing import Any


def as_sent(message: Any) -> dict[str, Any]:
    """Return a message whose fields have the types that a page sends, whatever arrives.

    `value` and `serial` are numbers, `begins`, `sure` and `switch` are switches, `asked` is a list of whole numbers,
    `lanes` one of texts, and all others are texts; an empty field is left out. Thus a handler that gets a wrong value
    says so in its own sentence, as for a wrong entry in the form.

    >>> as_sent({"do": "log", "volume": 5, "lane": ["A"], "returns": None, "sure": 1})
    {'do': 'log', 'volume': '5', 'lane': "['A']", 'sure': True}
    """
    fields = message.items() if isinstance(message, dict) else ()
    return {_text(name): _TYPES.get(name, _text)(value) for name, value in fields if value is not None}


def _text(value: Any) -> str:
    """Return a value as text without half characters, which could not be sent back to the page."""
    text = value if isinstance(value, str) else shortened(value)
    return text.encode("utf-8", "replace").decode()


def _number(value: Any) -> float:
    """Return a number as it is, and NaN for anything else."""
    return value if isinstance(value, int | float) else math.nan


def _whole_numbers(value: Any) -> list[int] | str:
    """Return a list of whole numbers as it is, and anything else as text."""
    return value if isinstance(value, list) and all(type(number) is int for number in value) else _text(value)


def _texts(value: Any) -> list[str] | str:
    """Return a list of texts without half characters, and anything else as text."""
    return [_text(one) for one in value] if isinstance(value, list) else _text(value)


_TYPES: dict[str, Callable[[Any], Any]] = {
    "value": _number,
    "serial": _number,
    "begins": bool,
    "sure": bool,
    "switch": bool,
    "asked": _whole_numbers,
    "lanes": _texts,
}
