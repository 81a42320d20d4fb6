"""Check what is said of lanes by number: "the only lane above its own capacity", "no lane loses money", "both earn"."""

from collections.abc import Callable
from functools import partial

from twin.analyst._sentence import Reading

_NONE = set("no none neither nobody".split())
_EVERY = set("all both each every".split())
_MAKES = set("make makes making earn earns earning made earned turn turns".split())
_LOSES = set("lose loses losing lost".split())
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_LANES = {"lane", "lanes", "one", "ones"}


def quantifiers_hold(reading: Reading) -> None:
    """Settle what is said of all lanes, of none, or of one alone, if facts say so; else raise `Unsupported`."""
    if reading.is_hypothetical:
        return
    for place in range(len(reading.tokens)):
        said = _quantity(reading, place)
        denied = any(reading.text(i) in ("not", "never", "hardly") for i in reading.clause(place))
        predicate = predicate_of(reading, place) if said and not denied else None
        if predicate is None:
            continue
        places, holds = predicate
        lanes = list(reading.evidence.lanes)
        word, ours, words = said
        if word in ("every", "none") and ours:
            lanes = ours
        elif (reading.evidence.value("network.lanes") or 0) > len(lanes):
            continue
        true = {key: holds(key) for key in lanes}
        if None in true.values():
            continue
        found = [key for key in lanes if true[key]]
        wanted = {"none": [], "every": lanes, "only": ours}.get(word)  # None for a number of lanes
        if (len(found) != _COUNTS[word]) if wanted is None else (sorted(found) != sorted(wanted)):
            reading.refuse(place, "is not so")
        reading.settle(*words, *places)


def _quantity(reading, place):
    """Return (word, keys of the lanes named, places of its words) for a word that counts lanes; else None."""
    text, following = reading.text(place), [reading.text(i) for i in range(place + 1, place + 4)]
    named = _LANES & set(following)
    pair = [reading.tokens[i].lane for i in reading.lanes if text in ("both", "neither") or i in reading.clause(place)]
    if text == "only" and following[0] in _COUNTS:
        return (
            (following[0], [], [place]) if "lane" in "".join(reading.text(i) for i in range(place, place + 6)) else None
        )
    if text == "only":
        after = [i for i in reading.lanes if i > place]
        before = [i for i in reading.lanes if i < place]
        ours = after[:1] if after[:1] == [place + 1] or not before else before[-1:] if following[0] in _LANES else []
        return ("only", [reading.tokens[i].lane for i in ours], [place]) if ours else None
    if text == "no" and following[0] == "other" and following[1] in _LANES and reading.lanes:
        spoken = {reading.tokens[i].lane for i in reading.lanes}
        return "none", [key for key in reading.evidence.lanes if key not in spoken], [place]
    if text in _NONE and (named or text == "neither") and not (text == "no" and following[0] not in _LANES):
        return "none", pair if text == "neither" and len(set(pair)) == 2 else [], [place]
    if text in _EVERY and (named or text == "both") and reading.text(place - 1) not in ("not", "of", "for", "in"):
        both = text == "both" and len(set(pair)) == 2
        return "every", pair if both else [], [place]
    return None


def predicate_of(reading: Reading, place: int) -> tuple[list[int], Callable[[str], bool | None]] | None:
    """Return (places of its words, whether it holds for a lane) for what a clause says of lanes; None if not known."""
    clause = [i for i in reading.clause(place)]
    words = {word for i in clause for word in reading.text(i).split()}
    for i in clause:
        text, name = reading.text(i), reading.name_after(i, 4)
        measures = reading.tokens[name].measures if name is not None else frozenset()
        if text in ("above", "exceeds", "exceed", "beyond", "over", "than") and measures == {"internal_capacity"}:
            more = [n for n in (i - 1, i) if reading.tokens[n].says("more")]
            return more, partial(_lies_beyond, reading, "use", 1.0, 1.0)
        if text in ("fit", "fits", "suffices", "suffice") or (text in ("covers", "cover") and words & {"plan"}):
            return [i], partial(_fits, reading)
        if text in ("negative", "positive") and (measures or reading.name_before(i) is not None):
            measures = measures or reading.tokens[reading.name_before(i)].measures
            if len(measures) == 1 and min(measures) in (
                "value_at_risk",
                "conditional_value_at_risk",
                "profit",
                "trend",
            ):
                sign = 1.0 if text == "positive" else -1.0
                return [i], partial(_lies_beyond, reading, min(measures), 0.0, sign)
        if text in ("profitable", "unprofitable") and reading.text(i - 1) not in ("most", "more", "least", "less"):
            return [i], partial(_lies_beyond, reading, "profit", 0.0, -1.0 if text[0] == "u" else 1.0)
        if (
            text in ("money", "profit")
            and {reading.text(i - 1), reading.text(i - 2)} & _MAKES
            and reading.text(i - 1) in _MAKES | {"a"}
        ):
            return [i], partial(_lies_beyond, reading, "profit", 0.0, 1.0)
        verb = [
            n for n in (i - 1, i - 2) if reading.text(n) in _LOSES or (text == "loss" and reading.text(n) in _MAKES)
        ]
        if text in ("money", "loss") and verb and not words & _BAD:
            return [i, *verb], partial(_lies_beyond, reading, "profit", 0.0, -1.0)
    if words & {"plan", "plans", "planned"} and words & {"partner", "partners", "overflow"}:
        none = bool(words & {"zero", "without"})
        return (
            [],
            lambda key: (
                None if (plans := _lies_beyond(reading, "planned_overflow", 0.0, 1.0, key)) is None else plans != none
            ),
        )
    return None


_BAD = set("bad worst day days week weeks month months tail".split())


def _fits(reading, key):
    """Return whether own capacity of a lane holds the required capacity of its plan; None if it is not known."""
    need, own = (reading.value(name, key) for name in ("required_capacity", "internal_capacity"))
    return None if None in (need, own) else need <= own


def ellipses_hold(reading: Reading) -> None:
    """Settle "but that lane does not", if what is said of another lane does not hold for this one."""
    for place in reading.find("negation"):
        lane = next((i for i in reading.lanes if place - 3 <= i < place), None)
        if reading.text(place) != "not" or reading.text(place + 1) not in (".", "", ",") or lane is None:
            continue
        said = [predicate_of(reading, i) for i in (0, *reading.hard) if i < place]
        said = [one for one in said if one]
        if said and (holds := said[0][1](reading.tokens[lane].lane)) is not None:
            if holds:
                reading.refuse(place, "is not so")
            reading.settle(place)


def _lies_beyond(reading, measure, level, sign, key):
    """Return whether a measure of a lane lies above a level, or below it for a sign of -1; None if it is not known."""
    value = reading.value(measure, key)
    return None if value is None else (value - level) * sign > 0
