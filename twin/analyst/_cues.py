"""Decide by the words around a number which quantity it is told of, if no name beside it says so."""

import tomllib
from collections.abc import Set
from importlib.resources import files

from twin.analyst._sentence import Reading
from twin.plan.quantities import QUANTITIES

_FILE = tomllib.loads(files("twin.analyst").joinpath("cues.toml").read_text(encoding="utf-8"))
_PATTERNS = {
    measure: [tuple(pattern.split()) for pattern in patterns.split(",")] for measure, patterns in _FILE["cues"].items()
}
_ENDS = set(".;!?:")
_BREAKS = set(", ( ) and but while whereas because so although".split()) | _ENDS


def weight_of(measure: str, words: Set[str]) -> int:
    """Return the number of words of the longest pattern of a measure that all stand among these words.

    >>> weight_of("service_level", {"the", "service", "level"}), weight_of("service_level", {"demand"})
    (2, 0)
    """
    return max((len(one) for one in _PATTERNS.get(measure, ()) if all(_stands(word, words) for word in one)), default=0)


def fits_cues(reading: Reading, place: int) -> bool | None:
    """Return True if the words around a number fit its quantity better than any other, None if as well as another."""
    measure, words = reading.tokens[place].fact.measure, _words_around(reading, place)
    own, unit = weight_of(measure, words), QUANTITIES[measure].unit
    if unit == "$/period" and words & {"pallet", "place"}:
        return False  # an amount of a period is not that of a pallet
    if unit.startswith("pallet") and words & {"earn", "earns", "cost", "costs", "lose", "loses"}:
        return False
    rivals = (other for other, row in QUANTITIES.items() if row.unit == unit and other != measure)
    others = max((weight_of(other, words) for other in rivals), default=0)
    return False if not own or others > own else None if others == own else True


def _stands(word, words):
    """Return whether a word of a pattern is among words; "*" at its end stands for any ending."""
    return any(one.startswith(word[:-1]) for one in words) if word[-1] == "*" else word in words


def _words_around(reading, place):
    """Return the words from the number, or the end of a sentence, before a number to the next mark after it."""
    start, end = place, place + 1
    while start > 0 and not (reading.tokens[start - 1].fact or reading.text(start - 1) in _ENDS):
        start -= 1
    while end < len(reading.tokens) and not (reading.tokens[end].fact or reading.text(end) in _BREAKS):
        end += 1
    near = (i for i in range(start, end) if i != place and not reading.tokens[i].lane)
    return {word for i in near for word in reading.text(i).split()}
