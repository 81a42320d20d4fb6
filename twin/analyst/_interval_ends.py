"""Decide which end of a forecast a number is told as: "as low as 5", "at the upper end", "in a busy week"."""

from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import HARD, Reading

FORECAST_ENDS = {"forecast_low": -1, "forecast_high": 1}  # end of the interval -> its direction
_LOW = set(
    "low lower lowest bottom bottoms least minimum floor slow quiet quietest weak weakest worst smallest".split()
)
_HIGH = set(
    "high higher highest upper top tops most maximum ceiling busy busiest peak strong strongest largest".split()
)
#: Words of a guarantee, which the end of an interval is not.
_SURE = set("any every always never no least most minimum maximum floor ceiling guaranteed certain will".split())
_PHRASES = {("up", "to"): 1, ("no", "more", "than"): 1, ("as", "much", "as"): 1, ("as", "many", "as"): 1}
_PHRASES |= {("no", "less", "than"): -1, ("no", "fewer", "than"): -1, ("down", "to"): -1, ("as", "little", "as"): -1}
_DEMAND = {"demand_mean", "forecast_mean", "horizon_mean", "forecast_low", "forecast_high", "interval_level"}


def told_end(reading: Reading, place: int) -> int:
    """Return 1 if a number is told as the upper end, -1 as the lower one; 0 if the words around it tell neither."""
    start = max((i + 1 for i in range(place) if _ends(reading, i) and reading.text(i) not in (",", ":")), default=0)
    for here in range(place - 1, start - 1, -1):
        if end := _end_at(reading, here, place):
            return end
    for here in range(place + 1, len(reading.tokens)):
        if _ends(reading, here):
            return 0
        if end := _end_at(reading, here, len(reading.tokens)):
            return end
    return 0


def _ends(reading, place):
    """Return whether another number, or a mark, stands at a place."""
    return place in reading.facts or reading.text(place) in HARD | {",", "and", "but", "while"}


def _end_at(reading, place, stop):
    """Return the end of an interval that begins to be told at a place; 0 if none is."""
    for words, end in _PHRASES.items():
        if place + len(words) <= stop and all(reading.text(place + i) == word for i, word in enumerate(words)):
            return end
    words = set(reading.text(place).split()) if reading.text(place + 1) != "likely" else set()
    if words & {"low", "high"} and "forecast" in words:
        return 0
    return bool(words & _HIGH) - bool(words & _LOW)


def is_told_as_end(reading: Reading, place: int) -> bool:
    """Return whether a number is an end of the forecast, told as such of nothing but demand."""
    end = FORECAST_ENDS.get(reading.tokens[place].fact.name)
    names = [reading.tokens[i].measures for i in reading.names if i in reading.clause(place)]
    sure = reading.words & _SURE
    return end is not None and not sure and told_end(reading, place) == end and all(one & _DEMAND for one in names)


def ends_hold(reading: Reading) -> None:
    """Raise `Unsupported` if the lower end of the forecast is told as the upper one, or the upper one as the lower."""
    for place in reading.facts:
        fact = reading.tokens[place].fact
        if told_end(reading, place) * FORECAST_ENDS.get(fact.name, 0) < 0:
            raise Unsupported(f"{fact.id} is the other end of the forecast")
