"""Check one lane against another that is denied: "this lane, not that one"."""

from twin.analyst._orders import measures_of
from twin.analyst._sentence import Reading


def word_after(reading: Reading, place: int, words: set[str], within: int) -> int | None:
    """Return the place of the first of these words after a place in its clause; None without one."""
    return next(
        (i for i in range(place + 1, place + 1 + within) if i in reading.clause(place) and reading.text(i) in words),
        None,
    )


def not_the_other(reading: Reading, place: int) -> bool | None:
    """Return whether "this lane, not that one" names them in the right order; None if that is not said."""
    if reading.text(place) != "not" or place + 1 not in reading.lanes:
        return None
    before = max((i for i in reading.lanes if 0 < place - i <= 2), default=None)
    if reading.text(place + 2) == "but" and place + 3 in reading.lanes:
        before = place + 3
    if before is None:
        return None
    ours, other = reading.tokens[before].lane, reading.tokens[place + 1].lane
    for i in reading.find("gain", "loss"):
        values = [reading.value("profit", key) for key in (ours, other)]
        sign = 1 if reading.tokens[i].says("gain") else -1
        if None in values:
            return None
        reading.settle(i)
        return values[0] * sign > 0 >= values[1] * sign
    for i in reading.find("most", "least", "more", "less"):
        sign = 1 if reading.classes(i) & {"most", "more"} else -1
        values = [reading.value(name, key) for name in measures_of(reading, i) for key in (ours, other)]
        if len(values) == 2 and None not in values:
            return (values[0] - values[1]) * sign > 0
    return None
