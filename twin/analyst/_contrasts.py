"""Check one cause, or one lane, against another that is denied: "the lead time, not demand", "this lane, not that"."""

from twin.analyst._orders import measures_of
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import CAUSES_OF

_COUNTS = set(
    "matter matters explain explains explained contribute contributes play plays count counts pattern".split()
)
_PATTERNS = set("pattern patterns season seasons seasonality seasonal role influence".split())
_NO_VARIANCE = set("profit revenue overflow capacity space cost costs penalties money".split())
_SMALL = 0.1  # share up to which an influence is denied [-]


def word_after(reading: Reading, place: int, words: set[str], within: int) -> int | None:
    """Return the place of the first of these words after a place in its clause; None without one."""
    return next(
        (i for i in range(place + 1, place + 1 + within) if i in reading.clause(place) and reading.text(i) in words),
        None,
    )


def no_influence(reading: Reading, place: int) -> bool | None:
    """Return whether the causes that a sentence denies, or calls small, are small shares; None if it names none."""
    word, verb = reading.text(place), word_after(reading, place, _COUNTS, 14 if reading.text(place) == "neither" else 5)
    next_to = word == "nothing" and reading.text(place - 1) == "to"
    pattern = word == "no" and {w for i in range(place + 1, place + 5) for w in reading.text(i).split()} & _PATTERNS
    if not next_to and not pattern and (verb is None or word in ("no", "without")):
        return None
    words = {w for i in reading.clause(place) for w in reading.text(i).split() if reading.text(i) != "lead time demand"}
    if words & _NO_VARIANCE:
        return None  # shares are of the variance, and say nothing on profit or space
    if next_to:
        last = max((i for i in range(place) if reading.text(i) in _COUNTS), default=place)
        start = max((i + 1 for i in range(last) if reading.text(i) in (",", "and")), default=0)
        words = {w for i in range(start, last) for w in reading.text(i).split()}
    named = {measure for measure, said in CAUSES_OF.items() if said & words and measure != "demand_share"}
    values = [reading.value(measure, key) for measure in named for key in reading.subjects(place)]
    return all(value < _SMALL for value in values) if values and None not in values else None


def not_that_cause(reading: Reading, place: int) -> bool | None:
    """Return whether "this cause, not that one" names the larger share first; None if a sentence does not say it."""
    if reading.text(place) != "not" or reading.text(place - 1) not in (",", "and", "-", "–"):
        return None
    stop = next((i for i in range(place + 1, len(reading.tokens)) if reading.text(i) in (",", ".", "but", ";")), place)
    sides = [
        {w for i in side for w in reading.text(i).split()}
        for side in (range(place), range(place + 1, min(stop, place + 5)))
    ]
    shares = [[m for m, said in CAUSES_OF.items() if said & side] for side in sides]
    if not all(len(one) == 1 for one in shares) or shares[0] == shares[1]:
        return None
    values = [reading.value(one[0], key) for one in shares for key in reading.subjects(place)[:1]]
    return None if None in values or len(values) < 2 else values[0] > values[1]


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
