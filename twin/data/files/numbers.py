"""Parse numbers; a number whose marks have two readings keeps both for the column to decide."""

import re
from typing import NamedTuple

import numpy as np

from twin.data.errors import Refused

VOLUME_UNKNOWN = "volume is unknown"  # reason against a row that states its volume to be unknown
LARGEST_VOLUME = 1e15  # [pallet] safely below 2**53, about 9e15, up to which whole numbers are exact
MINUS = "-\u2212\u2012\u2013"  # characters that are written as a minus

_EXPONENT = r"(?:e[+-]?\d+)?"
_WHOLE = re.compile(rf"\d+{_EXPONENT}", re.ASCII | re.IGNORECASE)
_SPACED = re.compile(r"\d{1,3}(?:[ \u00a0\u2009\u202f'\u2019]\d{3})+(?![\d ])", re.ASCII)


def _forms(decimal, group):
    plain = rf"(?:\d+{decimal}\d*|{decimal}\d+){_EXPONENT}"
    grouped = rf"[1-9](?:\d{{0,2}}(?:{group}\d{{3}})+|\d?(?:{group}\d\d)+{group}\d{{3}})(?:{decimal}\d*)?"  # 1,00,000
    return re.compile(rf"{plain}|{grouped}", re.ASCII | re.IGNORECASE)


_POINT, _COMMA = _forms(r"\.", ","), _forms(",", r"\.")


class Number(NamedTuple):
    """A number with a decimal point and with a decimal comma; None if it cannot be read so."""

    point: float | None
    comma: float | None


def parse_number(name: str, text: str) -> Number:
    """Return the readings of a number; a minus may stand before or behind it, or be written as parentheses.

    >>> parse_number("volume", "1.250"), parse_number("volume", "(3)"), parse_number("volume", "1,5-")
    (Number(point=1.25, comma=1250.0), Number(point=-3.0, comma=-3.0), Number(point=None, comma=-1.5))
    """
    text = text.strip()
    if not text:
        raise Refused(f"{name} is empty")
    lower = text.lower()
    if text == "NaN" or lower == "unknown":  # NaN is how an export of the ledger states it
        raise Refused(f"{name} is unknown")
    if lower.lstrip("+-") in ("nan", "na", "n/a", "null", "none"):
        raise Refused(f"{name} is not a number (missing)")
    if lower.lstrip("+-") in ("inf", "infinity"):
        raise Refused(f"{name} is infinite")
    sign, body = _signed(text)
    if match := _SPACED.match(body):
        body = re.sub(r"\D", "", match[0]) + body[match.end() :]
    if _WHOLE.fullmatch(body):
        value = _checked(name, sign * float(body))
        return Number(value, value)
    point = float(body.replace(",", "")) if _POINT.fullmatch(body) else None
    comma = float(body.replace(".", "").replace(",", ".")) if _COMMA.fullmatch(body) else None
    if point is None and comma is None:
        if re.fullmatch(r"[+-]?\d+", re.sub(r"[.,'\s]", "", text), re.ASCII):
            raise Refused(f"{name} has marks that are neither of thousands nor decimal")
        raise Refused(f"{name} is not a number")
    return Number(*(None if value is None else _checked(name, sign * value) for value in (point, comma)))


def typed_number(name: str, text: str) -> float:
    """Return a number that a person has typed; one that may be read in two ways raises Refused, as one that is none.

    This is the rule of every field and argument for a single number; in a file, the whole column decides.

    >>> typed_number("volume", "2.198,5"), typed_number("volume", "12,5"), typed_number("volume", "2.1980")
    (2198.5, 12.5, 2.198)
    """
    point, comma = parse_number(name, text)
    if None not in (point, comma) and point != comma:
        short = min(point, comma, key=abs)
        raise Refused(
            f"{name} {text.strip()} may be {point:.10g} or {comma:.10g}; write it without a mark, or as {short:.4f}"
        )
    return comma if point is None else point


def typed_text(amount: float) -> str:
    """Return the text of a number that `typed_number` reads back without a question.

    >>> typed_text(1200.0), typed_text(0.1), typed_text(2.198)
    ('1200', '0.1', '2.1980')
    """
    text = repr(float(amount)).removesuffix(".0")
    point, comma = parse_number("amount", text)
    return text if comma is None or point == comma else f"{text}0"


def _signed(text):
    """Return (sign, text without it)."""
    if text[0] == "(" and text[-1] == ")":
        return -1.0, text[1:-1].strip()
    if text[0] in MINUS:
        return -1.0, text[1:].lstrip()
    if text[-1] in MINUS:
        return -1.0, text[:-1].rstrip()
    return 1.0, text[1:] if text[0] == "+" else text


def _checked(name, value):
    if abs(value) > LARGEST_VOLUME:
        raise Refused(f"{name} is infinite" if np.isinf(value) else f"{name} is above {LARGEST_VOLUME:.0e}")
    return value + 0.0 if value else 0.0  # turns -0.0 into 0.0
