"""Find the name that stands after a number, "of safety stock", and what a share is a share of."""

from twin.analyst._name_words import PARTNERS, WHOLE, goes_by
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import OBJECTS

_TO_BE = set("are is would will were".split())
_VERBS = set("are end ends spill spills go goes come comes run runs overflow".split())
_SERVED = set("shipped handled moved received".split())  # verbs of the pallets of the demand; places have others
_STRICT = set("own owns".split())
_ARTICLES = set("the this that our a which each every its".split())


def named_after(reading: Reading, place: int) -> bool | None:
    """Return whether the name after a number, as in "of safety stock", is its own; None if there is no name."""
    fact, next_word = reading.tokens[place].fact, reading.text(place + 1)
    if reading.text(place - 1) in _STRICT and fact.measure not in OBJECTS[reading.text(place - 1)]:
        return False
    if next_word.startswith("to ") and "partner" in next_word and fact.unit.startswith("$"):
        return fact.measure in PARTNERS
    if fact.unit == "pallet" and [reading.text(place + i) for i in (1, 3)] == ["of", "own"]:
        return fact.measure == "internal_capacity"
    if fact.unit.startswith("pallet") and next_word in _VERBS and _goes_to_partner(reading, place):
        return fact.measure in PARTNERS
    role = next((i for i in range(place + 2, place + 6) if reading.text(i) == "as"), None)
    if next_word in _TO_BE and role and reading.name_after(role, 3) is not None:
        return _goes_by(reading, place, reading.name_after(role, 3))
    if fact.measure == "return_rate" and next_word == "of":
        name = next((i for i in reading.names if place + 2 < i <= place + 7), None)
        if name is not None and "return_rate" in reading.tokens[name].measures:
            return True
        if {"returned", "return"} & {reading.text(i) for i in range(place + 2, place + 7)}:
            return True
    if next_word in ("for", "come", "comes", "from") and fact.unit == "points":
        return _goes_by(reading, place, reading.name_after(place, 5))
    if next_word in _VERBS:
        name = reading.name_after(place, 6)
        if (
            name is not None
            and "partner" not in reading.text(name)
            and not any(0 < i - name <= 3 for i in reading.facts)
        ):
            return _goes_by(reading, place, name)
        return None
    if next_word == "on" and reading.text(place + 2) == "record":
        return {"periods": True, "demand_mean": None, "last_volume": None}.get(fact.measure, False)
    adds = any(reading.text(i).startswith("add") for i in range(max(place - 2, 0), place))
    if next_word in ("on", "for", "to") and _goes_by(reading, place, reading.name_after(place, 4)):
        return True
    if next_word not in ("of", "as", "in") and not (next_word == "to" and adds):
        return None
    if next_word == "of" and (fact.unit == "-" or place + 2 in reading.facts):
        return None  # a share, which other words must name
    name = reading.name_after(place + 1)
    if name is None or any(reading.text(i) in ("by", "on", "for", "at") for i in range(place, name)):
        return None
    return _goes_by(reading, place, name)


def _goes_to_partner(reading, place):
    """Return whether what a number counts is said to go to, or to be at, a partner."""
    return any({"partner", "partners"} & set(reading.text(i).split()) for i in range(place + 2, place + 7))


def _goes_by(reading, place, name):
    """Return whether a number may go by a name at a place; None without a name."""
    return None if name is None else goes_by(reading.tokens[place].fact.measure, reading.tokens[name].measures)


def is_passive(reading: Reading, place: int) -> bool | None:
    """Return True if a number is followed by a verb whose object it can be, "450 pallets are needed"; else None."""
    first, measure = reading.text(place + 1), reading.tokens[place].fact.measure
    if first in _SERVED:
        return measure in OBJECTS[first]
    if first.endswith("ed") and measure in OBJECTS.get(first, ()):
        return True
    if measure == "internal_capacity" and {"own", "owns", "owned"} & {
        reading.text(i) for i in range(place + 1, place + 6)
    }:
        return True
    to_be = first in _TO_BE or first in ("have", "has", "must")
    verbs = (reading.text(i) for i in range(place + 2, place + 5)) if to_be else ()
    passive = (verb for verb in verbs if verb.endswith("ed") or verb in ("there", "available"))
    return True if any(measure in OBJECTS.get(verb, ()) for verb in passive) else None


def is_share(reading: Reading, place: int) -> bool:
    """Return whether the words after a number say what it is a share of."""
    fact = reading.tokens[place].fact
    if fact.name.endswith(".relative"):
        return False
    wholes = WHOLE.get(fact.measure, "")
    if "," in wholes:
        return any(reading.text(i) in wholes.split(",") for i in range(place + 2, place + 6))
    return any(set(wholes.split()) & set(reading.text(i).split()) for i in range(place + 2, place + 6))


def of_lane(reading: Reading, place: int) -> bool:
    """Return whether "of" after a number is followed by a lane only, as in "a fill rate of 96 % of BER-MUC"."""
    here = place + 2
    while reading.text(here) in _ARTICLES - {"its"}:
        here += 1
    return here < len(reading.tokens) and (bool(reading.tokens[here].lane) or reading.text(here) in ("lane", "it", ","))
