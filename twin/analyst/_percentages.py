"""Check percentages that compare: "40 % more than" is the relative difference of what is compared."""

import re

from twin.analyst._name_words import goes_by
from twin.analyst._sentence import Reading
from twin.analyst._told_pairs import is_alike
from twin.analyst._vocabulary import OBJECTS

_EXACT, _ROUGH = 0.006, 0.1  # largest error of a percentage [-], and of one after "about", relative to it
_ROUGH_WORDS = re.compile(r"\b(?:about|around|roughly|nearly|almost|some|over|than|approximately)\b")
_COMPARES = set("more less fewer higher lower larger smaller longer shorter greater above below".split())
_NEAR = 6  # most words between a share and the verb that tells its quantity


def percentages_compare(reading: Reading) -> None:
    """Raise `Unsupported` if a percentage that compares is not the relative difference of what it compares."""
    for place in reading.facts:
        token, fact = reading.tokens[place], reading.tokens[place].fact
        compares = reading.text(place + 1) in _COMPARES
        changes = reading.text(place - 1) == "by"
        if fact.unit != "-" or not (compares or changes) or _is_on_record(reading, token):
            continue
        if "." not in fact.name:
            reading.refuse(place, "is no difference")
        if _is_input(reading, place):
            continue
        pair = _pair(reading, place)
        if pair is None:
            if not _is_named(reading, place):
                reading.refuse(place, "is the difference of no fact that is named")
        elif not _is(token.text, pair):
            reading.refuse(place, "is not so")


def _is_input(reading, place):
    """Return whether a percentage is the change of an input that is named after it: "with 10 % more own capacity"."""
    fact, name = reading.tokens[place].fact, reading.name_after(place, 3)
    changed = reading.evidence.scenarios.get(fact.key, ("", ()))[1]
    return fact.measure in changed and name is not None and goes_by(fact.measure, reading.tokens[name].measures)


def _is_on_record(reading, token):
    """Return whether a number is told as it stands on record, with its sign and decimals."""
    return token.fact.id in reading.evidence.facts and token.text == reading.evidence.printed(token.fact)


def _is(text, pair):
    """Return whether a percentage in words or digits is the relative difference of two numbers."""
    share = re.search(r"\d+(?:\.\d+)?", text)
    if share is None or not pair[1]:
        return share is None
    value, said = abs(pair[0] / pair[1] - 1.0), float(share[0]) / 100.0
    return abs(value - said) <= (_ROUGH * said if _ROUGH_WORDS.search(text) else _EXACT)


def _pair(reading, place):
    """Return (number that is more or less, number that it is compared with) beside a percentage; None without them."""
    plain = [i for i in reading.facts if i != place and "." not in reading.tokens[i].fact.name]
    plain = [i for i in plain if reading.tokens[i].fact.measure != "horizon"]
    after = [reading.tokens[i].fact for i in plain if i > place]
    before = [reading.tokens[i].fact for i in plain if i < place]
    if reading.text(place - 1) == "by":
        for one in (*reversed(before), *after):
            lane = reading.evidence.scenarios.get(one.key, ("",))[0]
            told = reading.value(one.name, lane) if lane else None
            if told is not None and one.measure == reading.tokens[place].fact.measure:
                return one.value, told
        return None
    if len(after) >= 2 and is_alike(after[0], after[1]):
        return after[0].value, after[1].value
    if after and before and is_alike(before[-1], after[0]):
        return before[-1].value, after[0].value
    return None


def _is_named(reading, place):
    """Return whether the quantity of a difference is named in its clause, or is what the verb before it tells."""
    measure = reading.tokens[place].fact.measure
    names = [i for i in reading.names if i in reading.clause(place)]
    near = [*(i for i in reversed(names) if i < place), *(i for i in names if i > place)]
    if near:
        return goes_by(measure, reading.tokens[near[0]].measures)
    verbs = (OBJECTS.get(reading.text(i), frozenset()) for i in range(max(place - _NEAR, 0), place))
    return any(measure in names for names in verbs)
