"""Check intervals and sums: "between a and b", "from a to b", "the sum of a and b"."""

from itertools import pairwise

from twin.analyst._name_words import goes_by
from twin.analyst._names_before import BEST_OF
from twin.analyst._sentence import Reading

_ENDS = {
    ("forecast_low", "forecast_high"),
    ("first_date", "last_date"),
    ("horizon_first_date", "horizon_last_date"),
}


def intervals_hold(reading: Reading) -> None:
    """Raise `Unsupported` if two numbers are told as ends of an interval, and are none."""
    for one, two in pairwise(reading.facts):
        first, second = reading.tokens[one].fact, reading.tokens[two].fact
        ends = {first.measure, second.measure} & {"forecast_low", "forecast_high"}
        if ends and two == one + 2 and reading.text(one + 1) in ("to", "and", "-", "–"):
            if (first.measure, second.measure) not in _ENDS and first.measure != second.measure:
                reading.refuse(two, "is not the other end of the interval")
    for place, token in enumerate(reading.tokens):
        if token.text == "between" and reading.text(place + 1) == "the" and reading.text(place + 2) == "other":
            told = [
                reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.key in reading.evidence.lanes
            ]
            values = [reading.value(told[0].measure, key) for key in reading.evidence.lanes] if told else [None]
            if None in values or told[0].value in (min(values), max(values)):
                reading.refuse(place, "is not so")
    for one, two in pairwise(reading.facts):
        words = {reading.text(i) for i in range(one + 1, two)}
        before = {reading.text(one - 1), reading.text(one - 2)}
        first, second = reading.tokens[one].fact, reading.tokens[two].fact
        if "between" in before and "and" in words and not _is_interval(reading, one, two):
            reading.refuse(one, "is no end of an interval")
        if (
            "from" in before
            and "to" in words
            and not ((first.measure, second.measure) in _ENDS or goes_by(first.measure, frozenset({second.measure})))
            and BEST_OF.get(second.measure) != first.measure
        ):
            reading.refuse(one, "is no end of an interval")


def _is_interval(reading, one, two):
    """Return whether two numbers are the ends of a forecast, or values around that of the lane that is spoken of."""
    first, second = reading.tokens[one].fact, reading.tokens[two].fact
    if (first.measure, second.measure) in _ENDS:
        return True
    if first.measure != second.measure:
        return "difference" in {token.text for token in reading.tokens}
    around = sorted((first.value, second.value))
    told = {*reading.evidence.about(first), *reading.evidence.about(second)}
    lanes = {reading.tokens[i].lane for i in reading.lanes} - told
    values = [reading.value(first.measure, key) for key in lanes]
    return bool(values) and all(value is not None and around[0] <= value <= around[1] for value in values)


def sums_hold(reading: Reading) -> None:
    """Settle "the sum of" numbers that add up to the number before it."""
    for place in reading.find("whole"):
        if reading.text(place) != "sum":
            continue
        before = [reading.tokens[i].fact.value for i in reading.facts if i < place][-1:]
        parts = [reading.tokens[i].fact.value for i in reading.facts if i > place]
        if before and len(parts) > 1:
            if abs(sum(parts) - before[0]) > 1e-6 * abs(before[0]):
                reading.refuse(place, "is not so")
            reading.settle(place)
