"""Decide "high" and "low", "strong" and "small" beside a share, an index or the latest volume."""

from twin.analyst._compared import Comparison
from twin.analyst._decide import decide
from twin.analyst._sentence import Reading

_SHARES = ("-", "points")


def sizes_hold(reading: Reading) -> None:
    """Settle words for sizes; raise `Unsupported` if a share or the latest volume beside them is not of that size."""
    for place in reading.find("high", "low"):
        against = {reading.text(i) for i in range(place + 1, place + 4)} & {"comparison", "compared", "relative"}
        if against:
            comparison = Comparison(reading, place)
            sign = 1 if reading.tokens[place].says("high") else -1
            decide(reading, place, lambda key, c=comparison, s=sign: None if (o := c.order(key)) is None else o == s)
            continue
        if (level := _level(reading, place)) is not None:
            decide(reading, place, level)
            if place not in reading.settled and "too" in {reading.text(place - 1), reading.text(place - 2)}:
                reading.refuse(place, "cannot be checked")
            continue
        decide(reading, place, lambda _, place=place: _is_high(reading, place), lanes=("",))


_CHANGES = set("effect effects improvement change difference impact gain benefit reduction".split())
_SMALL, _LARGE = 0.25, 0.1  # relative change of profit up to which it is a small one, and from which on a large one [-]


def _is_change_so_large(reading, place):
    """Return whether a what-if changes profit as much as "a small effect" says; True without a what-if."""
    scenario = reading.case(place) or reading.scenario()
    change = reading.value("profit.relative", scenario) if scenario else None
    if change is None:
        return True
    return abs(change) >= _LARGE if reading.tokens[place].says("high") else abs(change) <= _SMALL


#: Quantity -> smallest value that is called high.
_HIGH = {"return_rate": 0.1, "use_with_buffer": 0.75, "fill_rate": 0.95, "coefficient_of_variation": 0.2}


def _level(reading, place):
    """Return whether a quantity without a number is as high on a lane as "returns are high" says; or None."""
    name = reading.name_before(place, reading.clause(place).start)
    too = {reading.text(place - 1), reading.text(place - 2)} & {"too"}
    if name is None or (any(i in reading.clause(place) for i in reading.facts) and not too) or place - name > 5:
        return None
    sign = 1 if reading.tokens[place].says("high") else -1
    measures = reading.tokens[name].measures
    if "service_level" in measures and "too" in {reading.text(place - 1), reading.text(place - 2)}:

        def beyond_best(key):
            level, best = reading.value("service_level", key), reading.value("best_profit_level", key)
            return None if None in (level, best) else (level - best) * sign > 0

        return beyond_best
    if "internal_capacity" in measures and "too" in {reading.text(place - 1), reading.text(place - 2)}:

        def is_too_small(key):
            needed, own = (
                reading.value_in(one, key, reading.case(place)) for one in ("required_capacity", "internal_capacity")
            )
            return None if None in (needed, own) else needed > own if sign < 0 else None

        return is_too_small
    known = sorted(measures & _HIGH.keys())
    if not known:
        return None

    def lies_there(key):
        value = reading.value_in(known[0], key, reading.case(place))
        return None if value is None else (value - _HIGH[known[0]]) * sign >= 0

    return lies_there


def _is_high(reading, place):
    """Return whether a share or an index is as high, or the latest volume as large, as a word says; True for others."""
    if reading.text(place + 1) in _CHANGES:
        return _is_change_so_large(reading, place)
    told = {reading.tokens[i].fact.measure: reading.tokens[i].fact.value for i in reading.facts}
    if {"last_volume", "demand_mean"} <= told.keys():
        return (told["last_volume"] > told["demand_mean"]) == reading.tokens[place].says("high")
    near = [i for i in reading.facts if reading.tokens[i].fact.unit in _SHARES and i in reading.clause(place)]
    if not near:
        return True
    value = reading.tokens[min(near, key=lambda i: abs(i - place))].fact
    half = 50.0 if value.unit == "points" else 0.5
    return value.value >= half if reading.tokens[place].says("high") else value.value <= half
