"""Read approximate numbers: "about $1,300", "more than $11,000", "nearly one month in two"."""

import re

from twin.analyst.numerals import Numeral

#: Words before a number -> 1 if the value is larger, -1 if it is smaller, 0 if it is either.
_SIDES = {"about": 0, "around": 0, "roughly": 0, "approximately": 0, "some": 0, "circa": 0, "close to": 0}
_SIDES |= {"more than": 1, "over": 1, "well over": 1, "just over": 1, "slightly more than": 1, "upwards of": 1}
_SIDES |= {"less than": -1, "fewer than": -1, "under": -1, "just under": -1, "nearly": -1, "almost": -1}
_BEFORE = re.compile(
    r"(?<!\bno )(?<!\bnot )(?<!\bnever )(?<![\w-])(?P<words>"
    + "|".join(map(re.escape, sorted(_SIDES, key=len, reverse=True)))
    + r") $",
    re.IGNORECASE,
)
_SHARE_STEP = 0.06  # largest difference between a share and its approximation in words [-]
_LARGEST = 0.1, 0.25  # largest relative error of "about", and of "more than" [-]


def side_of(text: str, numeral: Numeral) -> tuple[int, int] | None:
    """Return (start of the words that make a number approximate, side of its value); None without such words.

    >>> from twin.analyst.numerals import numerals
    >>> side_of("It is about $1,300", numerals("It is about $1,300")[0])
    (6, 0)
    """
    found = _BEFORE.search(text[: numeral.start])
    return found and (found.start(), _SIDES[found["words"].lower()])


def is_roughly(numeral: Numeral, size: float, value: float, side: int, in_words: bool) -> bool:
    """Return whether a number rounds `value`, on the side that its words say: by less than one of its last digit.

    size : value of the number, with the sign that the sentence gives it.
    """
    if size * value <= 0 or not numeral.slack:
        return False
    above = (abs(value) - abs(size)) * (side or 1)
    if in_words:
        return above > 0 and above <= _SHARE_STEP if side else abs(above) <= 0.5 * _SHARE_STEP
    scale = abs(numeral.value / size) if size else 1.0
    digits = f"{numeral.value / (2.0 * numeral.slack):.0f}"
    step = 2.0 * numeral.slack * 10.0 ** (len(digits) - len(digits.rstrip("0"))) / scale
    if side:
        return 0 < above < min(step, _LARGEST[1] * abs(size))
    return abs(above) <= min(0.5 * step, _LARGEST[0] * abs(size))
