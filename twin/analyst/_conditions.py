"""Settle the words of conditions, which claim nothing."""

from twin.analyst._advice import CONDITIONS
from twin.analyst._sentence import Reading

_WORDS = (
    "bound",
    "same",
    "enough",
    "negation",
    "rise",
    "fall",
    "more",
    "less",
    "improve",
    "worsen",
    "better",
    "worse",
    "erratic",
    "steady",
)


def conditions_hold(reading: Reading) -> None:
    """Settle the words of a condition without numbers: "unless demand grows", "until it is steady"."""
    for place in reading.find(*_WORDS):
        start = max((i for i in range(place) if reading.text(i) in CONDITIONS), default=None)
        part = range(start if start is not None else place, place)
        stops = any(reading.text(i) in (",", ";", ":", "then", "would", "because", "but") for i in part)
        if start is None or stops or (reading.text(start) == "before" and start == 0):
            continue
        end = next((i for i in range(place, len(reading.tokens)) if reading.text(i) in (",", ";", ":", ".")), place)
        if not any(start < i < end for i in reading.facts):
            reading.settle(place, proved=False)
