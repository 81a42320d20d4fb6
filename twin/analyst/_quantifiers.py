"""Check what is said of lanes by number: "the only lane above its own capacity", "no lane loses money", "both earn"."""

from dataclasses import dataclass

from twin.analyst._sentence import Reading

_NONE = set("no none neither nobody".split())
_EVERY = set("all both each every".split())
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_AFTER = set("all both each every alone".split())  # words that may stand after the claim
_LANES = {"lane", "lanes", "one", "ones"}


@dataclass(frozen=True)
class Counted:
    """Lanes that a word such as "all", "no" or "only" counts.

    wanted : keys of the lanes of which a claim is to hold, or their number.
    lanes : keys of the lanes in question; `known` is False if the evidence lacks some lanes of the network.
    words : places of the words.
    """

    wanted: list[str] | int
    lanes: list[str]
    words: list[int]
    known: bool


def quantity_of(reading: Reading, place: int) -> Counted | None:
    """Return the lanes that a word in the clause of a claim counts; None without such a word."""
    clause = reading.clause(place)
    after = [
        i
        for i in range(place + 1, min(clause.stop, place + 9))
        if reading.text(i) == "alone" or (reading.text(i) in _AFTER and reading.text(i - 1) in ("on", "at"))
    ]
    for here in (*range(place - 1, clause.start - 1, -1), *after):
        if not (said := _quantity(reading, here)):
            continue
        word, ours, words = said
        lanes = ours if word in ("every", "none") and ours else list(reading.evidence.lanes)
        known = lanes is ours or (reading.evidence.value("network.lanes") or 0) <= len(lanes)
        wanted = {"none": [], "every": lanes, "only": ours}.get(word)
        return Counted(_COUNTS[word] if wanted is None else sorted(wanted), lanes, words, known)
    return None


def _quantity(reading, place):
    """Return (word, keys of the lanes named, places of its words) for a word that counts lanes; else None."""
    if reading.text(place) == "alone":
        ends = reading.text(place + 1) in (".", ",", ";", "") and place - 1 in reading.lanes
        return ("only", [reading.tokens[place - 1].lane], []) if ends else None
    if reading.text(place) == "both" and reading.tokens[min(place + 1, len(reading.tokens) - 1)].says("more", "less"):
        return None  # "both longer and less reliable"
    text, following = reading.text(place), [reading.text(i) for i in range(place + 1, place + 5)]
    named = _LANES & set(following) or any(
        reading.tokens[i].fact.unit == "lane" for i in reading.facts if place < i <= place + 4
    )
    pair = [reading.tokens[i].lane for i in reading.lanes if text in ("both", "neither") or i in reading.clause(place)]
    if text == "only" and following[0] in _COUNTS:
        return (
            (following[0], [], [place]) if "lane" in "".join(reading.text(i) for i in range(place, place + 6)) else None
        )
    if text == "only" and place + 1 not in reading.facts:
        after = [i for i in reading.lanes if i > place]
        before = [i for i in reading.lanes if i < place]
        ours = after[:1] if after[:1] == [place + 1] or not before else before[-1:] if following[0] in _LANES else []
        return ("only", [reading.tokens[i].lane for i in ours], [place]) if ours else None
    if text == "no" and following[0] == "other" and following[1] in _LANES and reading.lanes:
        spoken = {reading.tokens[i].lane for i in reading.lanes}
        return "none", [key for key in reading.evidence.lanes if key not in spoken], [place]
    if text in _NONE and (named or text == "neither") and not (text == "no" and following[0] not in _LANES):
        return "none", pair if text == "neither" and len(set(pair)) == 2 else [], [place]
    listed = _list_before(reading, place) if text in _EVERY else []
    if len(listed) > 1 and len(set(listed)) == len(listed):
        return "every", listed, [place]
    if text in _EVERY and (named or text == "both") and reading.text(place - 1) not in ("not", "of", "for", "in"):
        both = text == "both" and len(set(pair)) == 2
        return "every", pair if both else [], [place]
    return None


def _list_before(reading, place):
    """Return the keys of the lanes of the list that ends before a word, as in "A-B and C-D each"."""
    found, here = [], place - 1
    while reading.text(here) in ("and", ",") or here in reading.lanes:
        if here in reading.lanes:
            found.append(reading.tokens[here].lane)
        here -= 1
    return found
