"""Check words for bounds, and for numbers that are nearly or just over another."""

from twin.analyst._orders import compare
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import VAGUE_WORDS
from twin.analyst.numerals import numerals

#: Facts that are bounds by themselves -> 1 for an upper bound, -1 for a lower one.
_NEARLY_CERTAIN = 0.95  # least probability that is called nearly certain [-]
_UPPER = {"last_date", "best_profit", "internal_capacity", "forecast_high"}
_LOWER = {"best_buffer_cost", "forecast_low"}


def bounds_hold(reading: Reading) -> None:
    """Settle words for bounds whose number is a bound; others stay unsettled."""
    for place in range(len(reading.tokens)):
        for words, upper in _BOUNDS.items():
            if all(reading.text(place + i) == word for i, word in enumerate(words)):
                _settle_bound(reading, place, len(words), upper)
    if reading.text(0) in ("certainly", "surely") and reading.text(1) == ",":
        reading.settle(0, proved=False)  # a phrase to begin with, which says nothing about a number
    for place, token in enumerate(reading.tokens):
        if token.text == "sure" and reading.text(place + 1) == "to":
            reading.refuse(place, "is more than a probability shows")
    for place in reading.find("near"):
        fact = next((i for i in reading.facts if 0 < i - place <= 2), None)
        if reading.text(place + 1) == "certain" and "overflow" in " ".join(reading.words):
            chances = [
                reading.value_in("overflow_probability", key, reading.case(place)) for key in reading.subjects(place)
            ]
            if any(chance is None or chance < _NEARLY_CERTAIN for chance in chances):
                reading.refuse(place, "is not so")
            reading.settle(place, place + 1)
        elif fact is not None and 0 < _printed(reading, fact) - reading.tokens[fact].fact.value:
            reading.settle(place)
        elif reading.tokens[min(place + 1, len(reading.tokens) - 1)].says("low", "high"):
            reading.settle(place, proved=False)  # the size is checked by itself
        elif {reading.text(place + 1), reading.text(place + 2)} & {"used", "full", "fully", "exhausted"}:
            uses = [reading.value("use_with_buffer", key) for key in reading.subjects(place)]
            if uses and all(value is not None and 0.85 <= value < 1.0 for value in uses):
                reading.settle(place, *(i for i in (place + 1,) if reading.text(i) == "fully"))
    for place in reading.find("bound"):
        fact = next((i for i in reading.facts if 0 < i - place <= 2), None)
        if reading.text(place) in ("exactly", "precisely") and fact is not None:
            value = reading.tokens[fact].fact.value
            if abs(_printed(reading, fact) - value) <= 1e-9 * max(abs(value), 1.0):
                reading.settle(place)
        elif reading.text(place) in ("only", "merely") and (
            fact is not None or reading.text(place + 1) in VAGUE_WORDS | _FOCUS
        ):
            reading.settle(place)


_BOUNDS = {
    ("at", "most"): 1,
    ("up", "to"): 1,
    ("at", "least"): -1,
    ("no", "more", "than"): 1,
    ("no", "less", "than"): -1,
}
_BOUNDS |= {("not", "more", "than"): 1, ("at", "best"): 1, ("at", "worst"): -1, ("maximum",): 1, ("minimum",): -1}
_BOUNDS |= {
    ("no", "fewer", "than"): -1,
    ("no", "higher", "than"): 1,
    ("no", "lower", "than"): -1,
    ("max",): 1,
    ("min",): -1,
}


def _settle_bound(reading, place, length, upper):
    """Settle a bound if the number after it is one, or if the number before it lies on the right side of it."""
    places = range(place, place + length)
    fact = next((i for i in reading.facts if 0 <= i - place - length <= 2), None)
    if fact is None and place - 1 in reading.facts and length == 2:
        fact = place - 1  # "5 at most"
    if fact is None and reading.text(place + length) in ("this", "that") and reading.text(place + length + 1) == "much":
        fact = max((i for i in reading.facts if i < place), default=None)
    if fact is None:
        return
    bound = reading.tokens[fact].fact
    if bound.measure in (_UPPER if upper > 0 else _LOWER) and "." not in bound.name:
        if bound.measure != "internal_capacity" or any(
            reading.text(i) in ("hold", "holds", "store", "fit", "fits", "house") for i in range(place)
        ):
            reading.settle(*places)
        return
    if reading.text(place + length - 1) == "best" and bound.name.startswith("best_"):
        reading.settle(*places)  # "could fall to 5 at best"
        return
    if bound.measure == "value_at_risk":
        level = any(reading.tokens[i].fact.measure == "interval_level" for i in reading.facts)
        verbs = {reading.text(i) for i in reading.clause(place) if i < place}
        said = 1 if verbs & {"lose", "loses"} else -1 if verbs & {"earn", "earns", "make", "makes"} else 0
        if level and upper == said == compare(bound.value, 0.0):
            reading.settle(*places)  # "in 95 % of months, it earns at least", "it loses at most"
        return
    other = max((i for i in reading.facts if i < place), default=None)
    if other is not None:
        one = reading.tokens[other].fact
        if one.unit == bound.unit and one.id != bound.id and "." not in one.name + bound.name:
            if (bound.value - one.value) * upper < 0:
                reading.refuse(place, "is not so")
            reading.settle(*places)


_FOCUS = set("at a to by from if in on some when".split())


def _printed(reading, place):
    """Return the value that a number has as it is printed."""
    found = numerals(reading.text(place))
    return found[0].value if found else reading.tokens[place].fact.value
