"""Decide "hardly" and "barely" by the number that a sentence tells beside them."""

from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES
from twin.analyst.evidence import Fact

_VARYING = {"varies", "vary", "varied", "fluctuates", "fluctuate"}
_MOVES = set("move moves moved change changes changed budge budges shift shifts".split())
_WORDS = {"hardly", "barely", "scarcely"}
_SHARE, _CHANGE = 0.1, 0.03  # share, and relative change, up to which there is "hardly any" of it [-]


def hardly_holds(reading: Reading) -> None:
    """Settle "hardly" beside a number that is close to nothing; raise `Unsupported` beside one that is not."""
    for place in reading.find("negation"):
        if reading.text(place) not in _WORDS:
            continue
        after = [i for i in reading.facts if i > place] or [i for i in reading.facts if i < place][-1:]
        if not after:
            continue
        fact = reading.tokens[after[0]].fact
        if reading.text(place + 1) in ADJECTIVES or reading.text(place + 1) in _VARYING:
            continue
        if reading.text(place + 1).startswith("cover"):
            _covers(reading, place, fact)
            continue
        small = _is_small(reading, fact, moves=reading.text(place + 1) in _MOVES)
        if small is None:
            continue
        if not small:
            reading.refuse(place, "is not so")
        with_it = [i for i in range(place + 1, min(place + 4, len(reading.tokens))) if _belongs(reading, i)]
        reading.settle(place, *with_it)


def _belongs(reading, place):
    """Return whether a word after "hardly" is part of what it says: "hardly any", "hardly suffers"."""
    moves = reading.tokens[place].says("worsen", "improve", "rise", "fall", "negation")
    return moves or reading.text(place) in ("ever", "any", "anything", "at", "all")


def _is_small(reading: Reading, fact: Fact, *, moves: bool) -> bool | None:
    """Return whether a number is close to nothing, or a change, or a number of a what-if close to what stands."""
    if fact.name.endswith(".relative"):
        return abs(fact.value) <= _CHANGE
    if fact.name.endswith(".change") and fact.unit == "points":
        return abs(fact.value) <= 100 * _CHANGE
    lane = next(iter(reading.evidence.about(fact)), "")
    before = reading.value(fact.measure, lane)
    if fact.name.endswith(".change") or fact.key in reading.evidence.scenarios:
        if before is None:
            return None
        change = fact.value if "." in fact.name else fact.value - before
        return abs(change) <= _CHANGE * abs(before)
    case = reading.scenario()
    if moves and case and (after := reading.value(fact.measure, case)) is not None:
        return abs(after - fact.value) <= _CHANGE * abs(fact.value)
    if fact.unit == "-":
        return fact.value <= _SHARE
    whole = reading.value("revenue" if fact.unit.startswith("$") else "demand_mean", lane)
    return None if whole is None else abs(fact.value) <= _CHANGE * whole


def _covers(reading, place, fact):
    """Settle "barely covers" if what it covers is at most a tenth less than the number before it."""
    before = [i for i in reading.facts if i < place]
    if before:
        ratio = reading.tokens[before[-1]].fact.value / fact.value if fact.value else 0.0
        if not 1.0 <= ratio <= 1.1:
            reading.refuse(place, "is not so")
        reading.settle(place)
