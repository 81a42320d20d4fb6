"""Check ratios: "twice as much as", "a seventh of the network's profit", "less than a quarter of today's"."""

import re

from twin.analyst._number_words import CARDINALS, PARTS
from twin.analyst._orders import measures_of, told_of
from twin.analyst._sentence import Reading

_FACTORS = {"twice": 2.0, "double": 2.0, "thrice": 3.0, "triple": 3.0}
_PARTS = {form: 1.0 / part for stem, part in PARTS.items() for form in (stem, f"{stem}s")} | {"halves": 0.5}
_PART_WORDS = "|".join(sorted(_PARTS, key=len, reverse=True))
_COUNT_WORDS = "|".join(sorted(CARDINALS, key=len, reverse=True))
NEAR = 0.05  # largest relative difference between a ratio and its words [-]
#: Words before a multiple -> smallest and largest ratio that they allow, relative to the multiple.
_SIDES = {"more": (1.0, 2.0), "over": (1.0, 2.0), "less": (0.5, 1.0), "under": (0.5, 1.0)}
_SIDES |= {"nearly": (0.85, 1.0), "almost": (0.85, 1.0)}
_SIDES |= {word: (0.9, 1.1) for word in ("about", "around", "roughly", "approximately")}
#: A multiple in words that may compare two quantities, and so be no fact by itself.
RATIO = re.compile(
    rf"\b(?:twice|double|half|thrice|triple|(?:an?|{_COUNT_WORDS}) (?:{_PART_WORDS})|(?:{_COUNT_WORDS}) times)\b"
    r"(?=\s+(?:as |the |that |of |what |those |its |(?:more|less|fewer|higher|lower|larger|smaller|longer|shorter)\b))",
    re.IGNORECASE,
)
_OF_IT = {"it", "that", "this", "which", "them"}
_TODAY = {"today", "now", "currently", "present", "today's"}


def ratios_hold(reading: Reading) -> None:
    """Settle ratios that facts bear out; raise `Unsupported` if facts say the contrary."""
    for place in reading.find("ratio"):
        if reading.text(place) == "hundredth" and "shock_share" in {
            reading.tokens[i].fact.measure for i in reading.facts
        }:
            reading.settle(place, *(i for i in (place - 1,) if reading.text(i) == "largest"))  # as it is defined
        start, factor = _factor(reading, place)
        if factor is None:
            continue
        sides = [i for i in range(start - 2, start) if reading.text(i) in _SIDES]
        low, high = _SIDES[reading.text(sides[0])] if sides else (1.0 - NEAR, 1.0 + NEAR)
        ratios = _ratios(reading, place, factor)
        if reading.text(start - 1) in ("even", "quite") and reading.text(start - 2) == "not":
            sides, (low, high) = [start - 2], _SIDES["less"]
        if word_sign := _difference(reading, place, factor):
            ratios = [(ratio - 1.0) * word_sign for ratio in ratios]
        holds = {low * factor <= ratio <= high * factor for ratio in ratios}
        if holds == {False}:
            reading.refuse(place, "is not so")
        if holds == {True}:
            reading.settle(place, *sides)


def _difference(reading, place, factor):
    """Return 1 for "a third more", -1 for "a third less", and 0 for a multiple or a part."""
    after = reading.tokens[min(place + 1, len(reading.tokens) - 1)]
    return (after.says("more") - after.says("less")) if factor < 1 else 0


def _factor(reading, place):
    """Return (place of the first word, factor) of a multiple or a part in words; the factor is None if it is none."""
    word, count = reading.text(place), reading.text(place - 1)
    if word in _FACTORS:
        return place, _FACTORS[word]
    if count in ("a", "an"):
        return place - 1, _PARTS.get(word)
    if count in CARDINALS:
        return place - 1, CARDINALS[count] * (1.0 if word == "times" else _PARTS.get(word, 1.0))
    return place, 0.5 if word == "half" else None


def _ratios(reading, place, factor):
    """Return the ratios that a multiple may mean: of lanes, of numbers, or of a what-if and what stands."""
    ours = [reading.tokens[i].lane for i in reading.lanes if i < place][-1:]
    theirs = [reading.tokens[i].lane for i in reading.lanes if i > place][:1]
    if not theirs and "network" in {reading.text(i) for i in range(place, len(reading.tokens))}:
        theirs = ["network"]
    told = [reading.tokens[i].fact for i in reading.facts]
    if not theirs and ours and len(told) == 1 and told[0].key == "network" and reading.facts[0] > place:
        return _quotients([(reading.value(told[0].measure, ours[0]), told[0].value)])
    before = [reading.tokens[i].fact for i in reading.facts if i < place]
    if factor < 1 and reading.text(place + 1) == "of" and reading.text(place + 2) in _OF_IT and ours and before:
        whole = before[-1]
        return _quotients([(reading.value(whole.measure, ours[0]), whole.value)])
    if ours and theirs:
        measures = told_of(reading, measures_of(reading, place))
        return _quotients([(reading.value(name, ours[0]), reading.value(name, theirs[0])) for name in measures])
    if len(told) == 2 and told[0].unit == told[1].unit and "." not in told[0].name + told[1].name:
        return _quotients([(told[0].value, told[1].value)])
    scenario = reading.scenario()
    if scenario and _TODAY & {reading.text(i) for i in range(place + 1, len(reading.tokens))}:
        lane = reading.evidence.scenarios[scenario][0]
        inputs = set(reading.evidence.scenarios[scenario][1])
        names = [reading.tokens[i].measures for i in reading.names if i < place]
        measures = next((one for one in reversed(names) if not one & inputs), measures_of(reading, place))
        return _quotients([(reading.value(name, scenario), reading.value(name, lane)) for name in measures])
    return [] if scenario or theirs == ["network"] or (ours and theirs) else _ratios_of_parts(reading, place)


def _ratios_of_parts(reading, place):
    """Return the ratios of the quantity named before a multiple to that named after it, for each lane in question."""
    before, after = reading.name_before(place, reading.clause(place).start), reading.name_after(place, 6)
    if before is None or after is None:
        return []
    units = {fact.measure: fact.unit for fact in reading.evidence.facts.values() if "." not in fact.name}
    pairs = [
        (one, two)
        for one in reading.tokens[before].measures
        for two in reading.tokens[after].measures
        if one in units and units[one] == units.get(two)
    ]
    return _quotients(
        [(reading.value(one, key), reading.value(two, key)) for key in reading.subjects(place) for one, two in pairs]
    )


def _quotients(pairs):
    """Return the quotients of pairs of values; nothing if a value is not on record, or a divisor is not positive."""
    known = [(one, two) for one, two in pairs if None not in (one, two) and two > 0]
    return [one / two for one, two in known]
