"""Read the numbers of a text, in digits or words, with their units: "12.5 pallets", "a third", "twice"."""

import difflib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import nan

from twin.analyst._number_words import (
    CARDINALS,
    COUNTED,
    FOREIGN,
    HIDDEN,
    NOT_ROMAN,
    PARTS,
    REAL_WORDS,
    ROMAN,
    SCALES,
    SHORT_SCALES,
    TIMES,
    VAGUE,
)
from twin.analyst._units import unit_after, unit_before

NUMBER_WORD_SIMILARITY = 0.8  # smallest similarity at which a word counts as a misspelt number word (difflib) [-]
NUMBER_WORDS = [word for word in (*CARDINALS, *SCALES) if len(word) > 5]  # long enough to tell a misspelling
ROUGH = 0.005  # largest rounding error of a fraction in words, such as "a third" [-]
ROUGH_TIMES = 0.05  # largest rounding error of a multiple in words, such as "double" [-]
_DATE = r"(?P<date>\d{4}-\d{2}-\d{2})(?![\d-])"
_RATIO = r"(?P<top>\d{1,4})\s?(?:/|⁄|:|\s(?:in|out\sof)\s)\s?(?P<bottom>\d{1,4})(?![\d.,]\d)"
_FIGURE = (
    r"(?P<figure>\d{1,3}(?:[,’' ]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,’]\d+)*)(?P<power>[eE][+-]?\d+)?"
    r"(?:st|nd|rd|th)?(?:\s?(?P<scale>hundred|thousand|million|billion|trillion|dozen|mn|bn)(?![a-zA-Z])|(?P<short>[kKmMbB])(?![a-zA-Z]))?"
)
_WORD = "|".join(sorted({*CARDINALS, *SCALES}, key=len, reverse=True))
_PART = "|".join(f"{stem}s?" if stem not in ("half", "halve") else stem for stem in PARTS) + "|halves"
_CARDINAL = rf"(?:{_WORD})(?:(?:[\s-]*|[\s-]+and[\s-]+)(?:{_WORD}))*(?:\s+point(?:\s+(?:{_WORD}))+)?"
_IN_WORDS = (
    rf"(?P<count>an?|{_CARDINAL})[\s-]+(?P<part>{_PART})\b|(?P<odds>{_CARDINAL})\s+(?:(?:day|week|month|period|pallet)s?\s+)?(?:in|out\s+of)\s+(?:every\s+)?(?P<of>{_CARDINAL})"
    rf"|(?:an?\s+)?(?P<cardinal>{_CARDINAL})"
)
_OTHER = "|".join(sorted({*TIMES, *VAGUE, *FOREIGN}, key=len, reverse=True))
_END = r"(?:\b|(?=(?:pallet|dollar|day|week|month|percent|point|lane)s?\b))"
_NUMERAL = re.compile(rf"{_DATE}|{_RATIO}|{_FIGURE}|\b(?:{_IN_WORDS}|(?P<other>{_OTHER})){_END}", flags=re.IGNORECASE)


@dataclass(frozen=True)
class Numeral:
    """A number in a text.

    start, end : place in the text, unit and sign included.
    value : NaN if the text does not say which number, as in "dozens".
    slack : largest rounding error: half a unit of the last digit that is written.
    unit : "-" for a share or a percentage, "points", "times", "date", "pallet/day" and so on; "" without a unit.
    signed : True if a plus or minus sign is written.
    """

    start: int
    end: int
    value: float
    slack: float
    unit: str
    signed: bool = False


def plain(text: str) -> str:
    """Return a text with digits of any script as 0 to 9, and without accents and invisible characters.

    >>> plain("１２ ½ pallets\\u200b")
    '12 1⁄2 pallets'
    """
    if text.isascii() and text.isprintable():  # it has that form already
        return text
    text = unicodedata.normalize("NFKC", text.replace("\u2028", "\n"))
    kept = []
    for character in unicodedata.normalize("NFKD", text):
        kind = unicodedata.category(character)
        if kind == "Nd":
            kept.append(str(unicodedata.decimal(character)))
        elif kind == "Zs":
            kept.append(" ")
        elif character in "\u2010\u2011\u2012":
            kept.append("-")
        elif character == "\n" or kind[0] not in "CM":
            kept.append(character)
    return "".join(kept)


def numerals(text: str) -> list[Numeral]:
    """Return the numbers of a text, in order; pass the text through `plain` first.

    >>> [(n.value, n.unit) for n in numerals("Profit falls by a third, to $1,200 a day; stock is 12.5 pallets")]
    [(0.3333333333333333, '-'), (1200.0, '$/day'), (12.5, 'pallet')]
    """
    text = text.replace("_", " ")
    found = [numeral for match in _NUMERAL.finditer(text) if (numeral := _read(match, text))]
    taken = [(numeral.start, numeral.end) for numeral in found]
    hidden = [match.span() for match in ROMAN.finditer(text) if match[0] not in NOT_ROMAN]
    hidden += [match.span() for match in HIDDEN.finditer(text)]
    hidden += [match.span() for match in re.finditer(r"[a-z]{5,}", text, re.IGNORECASE) if _misspelt(match[0].lower())]
    hidden += [
        m.span() for m in re.finditer(r"[a-z]+(?:-[a-z]+)+", text, re.I) if m[0].lower().replace("-", "") in CARDINALS
    ]
    for start, end in hidden:
        if all(end <= first or start >= last for first, last in taken):
            found.append(Numeral(start, end, nan, 0.0, ""))
    for place, character in enumerate(text):
        if not character.isascii() and unicodedata.category(character) in ("Nl", "No"):
            found.append(Numeral(place, place + 1, nan, 0.0, ""))
    return sorted(found, key=lambda numeral: numeral.start)


def _read(match, text):
    """Return the numeral of a match; None if the words do not mean a number."""
    part = {name: value for name, value in match.groupdict().items() if value is not None}
    start, end = match.span()
    if "date" in part:
        return Numeral(start, end, _day(part["date"]), 0.0, "date")
    if "top" in part:
        return _share(start, end, float(part["top"]), float(part["bottom"]))
    if "figure" in part:
        return _figure(start, end, part, text)
    if "part" in part:
        top = 1.0 if part["count"].lower() in ("a", "an") else _cardinal(part["count"])
        stem = part["part"].lower()
        stem = "half" if stem == "halves" else stem.removesuffix("s") if stem not in PARTS else stem
        if stem == "third" and re.match(r"[\s-]*part(?:y|ies)\b", text[end:]):
            return None
        return _share(start, end, top, float(PARTS[stem]))
    if "odds" in part:
        return _share(start, end, _cardinal(part["odds"]), _cardinal(part["of"]))
    if "cardinal" in part:
        return _in_words(start, end, part["cardinal"], text)
    word = part["other"].lower()
    if word == "scores" and not text[end:].startswith(" of "):
        return None  # the verb
    if word == "half":
        return _share(start, end, 1.0, 2.0)
    if word in TIMES:
        return Numeral(start, end, TIMES[word], ROUGH_TIMES, "times")
    return Numeral(start, end, nan, 0.0, "")


@cache
def _misspelt(word):
    """Return whether a word is a misspelt number word, such as "twnety"."""
    if word in CARDINALS or word in SCALES or word in REAL_WORDS:
        return False
    return bool(difflib.get_close_matches(word, NUMBER_WORDS, 1, NUMBER_WORD_SIMILARITY))


def _figure(start, end, part, text):
    """Return the numeral of a number in digits, with its sign, currency and unit."""
    written, slack = _digits(part["figure"])
    scale = SCALES.get(part.get("scale", "").lower(), 1.0) * SHORT_SCALES.get(part.get("scale", "").lower(), 1.0)
    scale *= SHORT_SCALES.get(part.get("short", "").lower(), 1.0)
    if "power" in part:
        power = int(part["power"][1:])
        scale *= 10.0**power if abs(power) < 309 else nan
    first, sign, money = unit_before(text, start)
    if "±" in text[first:start] or re.search(r"\b(?:several|few|many)\s*$", text[:start]):
        written = nan
    unit, last = unit_after(text, end, money)
    value = sign * written * scale
    if unit == "%":
        return Numeral(first, last, value / 100, slack * scale / 100, "-", signed=text[first] in "+-−–")
    return Numeral(first, last, value, slack * scale, unit, signed=text[first] in "+-−–")


def _in_words(start, end, words, text):
    """Return the numeral of a number in words; None for "one" without a unit, as in "one of the lanes"."""
    unit, last = unit_after(text, end, "")
    if words.lower() == "one" and not unit:
        return None
    value = nan if re.search(r"\b(?:several|few|some|many)\s*$", text[:start], re.IGNORECASE) else _cardinal(words)
    if value <= 10 and re.match(COUNTED, text[end:], re.IGNORECASE):
        return None  # "two reasons" counts parts of the answer, not something about the lanes
    slack = 0.5 if value.is_integer() and "point" not in words.lower() else 0.5 * 10.0 ** -_decimals(words)
    slack = 0.0 if value == 0 else slack
    return Numeral(start, last, value / 100 if unit == "%" else value, slack / 100 if unit == "%" else slack,
                   "-" if unit == "%" else unit)  # fmt: skip


def _share(start, end, top, bottom):
    """Return the numeral of a fraction; NaN if the denominator is zero."""
    return Numeral(start, end, top / bottom if bottom else nan, ROUGH, "-")


def _digits(figure):
    """Return (value, half a unit of the last digit) of digits; NaN if commas and points do not form a number."""
    if re.fullmatch(r"\d{1,3}(?:[,’' ]\d{3})+(?:\.\d+)?", figure):
        figure = re.sub(r"[,’' ]", "", figure)
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", figure):
        figure = figure.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d+", figure):
        figure = figure.replace(",", ".")
    if not re.fullmatch(r"\d+(?:\.\d+)?", figure):
        return nan, 0.0
    return float(figure), 0.5 * 10.0 ** -len(figure.partition(".")[2])


def _cardinal(words):
    """Return the value of number words, such as "twelve hundred and five" or "two point five"."""
    words, _, after = words.lower().partition(" point ")
    total = current = 0.0
    for word in re.findall(_WORD, words):
        if word in CARDINALS:
            current += CARDINALS[word]
        elif word == "hundred":
            current = max(current, 1.0) * 100
        elif word in SCALES:
            total, current = total + max(current, 1.0) * SCALES[word], 0.0
    digits = "".join(f"{CARDINALS[word]:.0f}" for word in after.split() if word in CARDINALS)
    return total + current + (float(f"0.{digits}") if digits else 0.0)


def _decimals(words):
    """Return the number of decimals of number words: one for "two point five"."""
    return len(words.lower().partition(" point ")[2].split())


def _day(text):
    """Return the ordinal of an ISO date; NaN if there is no such day."""
    try:
        return float(date.fromisoformat(text).toordinal())
    except ValueError:
        return nan
