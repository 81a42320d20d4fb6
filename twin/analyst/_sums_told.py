"""Decide what lanes, or parts of the costs, come to together: "A-B and C-D together earn less than E-F alone"."""

from twin.analyst._orders import compare
from twin.analyst._sentence import Reading
from twin.analyst._shares import share_at

_TOGETHER = {"together", "combined", "jointly"}
_PUT = {"put", "taken", "alone"}
_COSTS = {"handling", "holding", "penalty", "surcharge"}
_EARN = set("earn earns make makes bring brings contribute contributes generate generates".split())
_SUMS = {"profit", "revenue", "expected_overflow", "demand_mean", *_COSTS}  # measures that may be added up over lanes


def sums_hold_together(reading: Reading) -> None:
    """Settle a sum that is compared with a lane, a part of the network, or revenue; raise `Unsupported` if it fails."""
    for place in reading.find("whole"):
        if reading.text(place) not in _TOGETHER:
            continue
        lanes = _lanes_before(reading, place)
        ratio = next((i for i in reading.find("ratio") if i > place), None)
        comparative = next((i for i in reading.find("more", "less") if i > place), None)
        measure = _measure(reading)
        if len(lanes) > 1 and measure and ratio is not None and "network" in reading.words:
            _is_part(reading, place, lanes, measure, ratio)
        elif len(lanes) > 1 and measure and not reading.facts:
            before = [i for i in reading.find("more", "less") if i < place and reading.text(i + 1) == "than"]
            if comparative is None and before:
                others = [i for i in reading.lanes if i < before[-1]]
                _compares(reading, place, before[-1], others[:1], lanes, measure, -1)
            elif comparative is not None and reading.text(comparative + 1) == "than":
                others = [i for i in reading.lanes if i > comparative]
                _compares(reading, place, comparative, others[:1], lanes, measure, 1)
        elif not lanes and comparative is not None:
            _exceed(reading, place, comparative)


def _lanes_before(reading, place):
    """Return the keys of the lanes that stand in a list before "together"."""
    here, found = place - 1, []
    while here in reading.lanes or reading.text(here) in {"and", ",", "both"} | _PUT:
        found += [reading.tokens[here].lane] if here in reading.lanes else []
        here -= 1
    return list(dict.fromkeys(found))


def _measure(reading):
    """Return the one measure that a sentence adds up, by its name or by "earn"; "" without one."""
    named = {one for i in reading.names for one in reading.tokens[i].measures} & _SUMS
    if reading.words & {"profit", "profits"} or (not named and reading.words & _EARN):
        return "profit"
    return named.pop() if len(named) == 1 else ""


def _sum(reading, measure, lanes):
    """Return the sum of a measure over lanes; None if one of them is not on record."""
    values = [reading.value(measure, lane) for lane in lanes]
    return None if None in values else sum(values)


def _is_part(reading, place, lanes, measure, ratio):
    """Decide "together bring in more than a third of the network's profit"."""
    part, whole, share = _sum(reading, measure, lanes), reading.value(measure, "network"), share_at(reading, ratio)
    if None in (part, whole, share):
        return
    if not share.low * whole <= part <= share.high * whole:
        reading.refuse(ratio, "is not so")
    rest = (i for i in reading.find("whole", "more", "less") if i >= place and i <= ratio + 4)
    reading.settle(place, ratio, *share.words, *rest)


def _compares(reading, place, comparative, others, lanes, measure, sign):
    """Decide whether the sum over lanes is more, or less, than the number of another lane."""
    total, other = _sum(reading, measure, lanes), _sum(reading, measure, [reading.tokens[i].lane for i in others])
    if not others or reading.tokens[others[0]].lane in lanes or None in (total, other):
        return
    said = sign if reading.tokens[comparative].says("more") else -sign
    if compare(total, other) != said:
        reading.refuse(comparative, "is not so")
    reading.settle(place, comparative)


def _exceed(reading, place, comparative):
    """Decide whether costs that are named together exceed the revenue of a lane."""
    costs = {one for i in reading.names if i < place for one in reading.tokens[i].measures & _COSTS}
    after = {one for i in reading.names if i > comparative for one in reading.tokens[i].measures}
    keys = reading.subjects(place)
    if len(costs) < 2 or "revenue" not in after or len(keys) != 1:
        return
    total, revenue = sum(reading.value(one, keys[0]) or 0.0 for one in costs), reading.value("revenue", keys[0])
    said = 1 if reading.tokens[comparative].says("more") else -1
    if revenue is None or compare(total, revenue) != said:
        reading.refuse(comparative, "is not so")
    reading.settle(place, comparative)
