"""Find the two numbers that a comparative orders, where a sentence tells both of them."""

from twin.analyst._orders import compare, measures_of
from twin.analyst._sentence import HARD, Reading
from twin.analyst._sides import MARKERS, marker_after
from twin.analyst.evidence import Fact

#: Quantities that can be more, or less, than one another.
_FAMILIES = [
    set(group.split())
    for group in (
        "service_level best_profit_level critical_ratio",
        "demand_mean horizon_mean forecast_mean last_volume workload_mean horizon_workload",
        "required_capacity internal_capacity horizon_capacity",
        "profit best_profit",
        "buffer_cost best_buffer_cost",
        "revenue handling holding penalty surcharge",
        "planned_overflow expected_overflow",
        "service_revenue handling_cost",
        "demand_share lead_time_share returns_share",
        "season_share weekday_share",
    )
]
_SKIPPED = set(", ( : with at about only just nearly almost a an of".split())
_LONGEST = 16  # most words between a comparative and the number that follows its "than"


def told_order(reading: Reading, place: int) -> tuple[int, Fact] | None:
    """Return (1, -1 or 0, number of what is said to be more or less) for a comparative between two numbers; or None.

    "A has 5, more than B with 4" compares the number before "than" with the one after it; "A has 4, B more, 5" the
    number that follows the comparative with the one before it.
    """
    marker = marker_after(reading, place)
    told = [i for i in reading.facts if reading.tokens[i].fact.measure != "horizon"]
    after = [i for i in told if i > place]
    meant = measures_of(reading, place)
    if (
        len(after) == 2
        and not any(i in told and i < place for i in reading.clause(place))
        and (not meant or {reading.tokens[i].fact.measure for i in after} & meant)
    ):
        one, two = (reading.tokens[i].fact for i in after)
        against = {reading.text(i) for i in range(*after)} & (MARKERS - {"than"})
        if against and is_alike(one, two) and "." not in one.name + two.name:
            return compare(one.value, two.value), one  # "more than it needs: 5 against 4"
    if marker is None:
        here = place + 1
        while reading.text(here) in _SKIPPED:
            here += 1
        pair = _alike_before(reading, here, place), here
        if here not in reading.facts or here > place + 4 or pair[0] is None:
            return None
        if {reading.text(i) for i in range(place, len(reading.tokens))} & MARKERS:
            return None
        other, own = pair
    else:
        other = next((i for i in reading.facts if marker < i <= marker + _LONGEST), None)
        if other is None or any(reading.text(i) in HARD - {"("} for i in range(marker, other)):
            return None
        own = _alike_before(reading, other, marker)
        if own is None or any(reading.text(i) in (".", ";") for i in range(own, marker)):
            return None
    one, two = reading.tokens[own].fact, reading.tokens[other].fact
    return compare(one.value, two.value), one


def _alike_before(reading, place, end):
    """Return the place of the last number before a place that is of the same kind as the number at another; or None."""
    fact = reading.tokens[place].fact if place < len(reading.tokens) else None
    if fact is None or "." in fact.name:
        return None
    before = [i for i in reading.facts if i < end and i != place and reading.tokens[i].fact.id != fact.id]
    before = [i for i in before if "." not in reading.tokens[i].fact.name and is_alike(reading.tokens[i].fact, fact)]
    return before[-1] if before else None


def is_alike(one: Fact, two: Fact) -> bool:
    """Return whether two numbers are of one quantity, or of two that are compared with each other."""
    return one.measure == two.measure or any({one.measure, two.measure} <= family for family in _FAMILIES)
