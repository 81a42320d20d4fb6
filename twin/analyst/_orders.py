"""Find the order of quantities: of a lane against others, and of a what-if against what stands."""

from collections.abc import Iterable, Sequence

from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES, OBJECTS

#: What is meant by a name of several quantities, such as "volume" or "overflow", if these are not ordered alike.
_MAIN = {"demand_mean", "expected_overflow", "lead_time_mean_days", "required_capacity", "expected_warehousing_cost"}
_RISKS = {"risky", "riskier", "riskiest", "risk"}
_TAIL = {"value_at_risk", "conditional_value_at_risk", "profit_sd", "overflow_probability"}
_SHIPS = set("ship ships handle handles move moves carry carries".split())
_PRICES = {"cheaper", "cheapest", "costlier", "costliest", "dearer"}
_BRINGS = set("bring brings earn earns yield yields fetch fetches pay pays".split())
_SPREAD = {"lead_time_mean_days": "lead_time_sd_days", "profit": "profit_sd", "demand_mean": "coefficient_of_variation"}


def measures_of(reading: Reading, place: int) -> set[str]:
    """Return the measures that a comparative or a superlative may be about."""
    told = {reading.tokens[i].fact.measure for i in reading.facts if reading.tokens[i].fact.key != "twin"}
    if {reading.text(i) for i in range(place - 4, place)} & {
        "swings",
        "swing",
        "varies",
        "vary",
        "fluctuates",
        "fluctuate",
    }:
        spreads = told & {"profit_sd", "demand_sd", "coefficient_of_variation", "lead_time_sd_days"}
        start = reading.clause(place).start
        it = any(reading.text(i) in ("it", "they") for i in range(start, place))
        name = reading.name_before(place, 0 if it else start)
        named = {_SPREAD[one] for one in (reading.tokens[name].measures if name is not None else ()) if one in _SPREAD}
        return spreads or named or {"coefficient_of_variation"}
    if reading.text(place + 1) == "pallets" and {reading.text(i) for i in reading.clause(place)} & _SHIPS:
        return {"demand_mean"}
    if {reading.text(i) for i in range(place + 1, place + 6)} & {"unserved", "late", "undelivered"}:
        return {"expected_shortage"}
    if reading.text(place - 1) == "the" and any(
        reading.text(i) in ("use", "uses")
        and any("internal_capacity" in reading.tokens[n].measures for n in reading.names if i < n < place)
        for i in range(max(place - 6, 0), place)
    ):
        return {"use_with_buffer"}
    if reading.text(place) in _SIZES and "lane" in {reading.text(i) for i in range(place + 1, place + 6)}:
        if reading.text(place + 1) in ("lane", "and", "of", "one"):
            return {"demand_mean"}
    charge = [i for i in (place - 1, place - 2) if reading.text(i) in ("charge", "charges")]
    if charge:
        return {"partner_surcharge"} if "partner" in reading.words else {"service_revenue"}
    if {reading.text(place + 1), reading.text(place + 2)} & {"reserve", "stock"}:
        return {"safety_stock"}
    if reading.text(place + 1) in _OFTEN:
        return {"overflow_probability"}
    if any(reading.text(i) in ("per", "each", "every", "a") and reading.text(i + 1) == "pallet"
           for i in range(place + 1, place + 5)) and _earns_here(reading, place):  # fmt: skip
        return {"service_revenue"}
    if "points" in {reading.text(place + 1), reading.text(place + 2)}:
        part = {word for i in reading.clause(place) if i < place for word in reading.text(i).split()}
        if "buffer" in part or part & {"independence"}:
            return {"buffer_points"} if "buffer" in part else {"independence_points"}
    if reading.text(place - 1) in ("is", "are", "was") and "pallet" in {
        reading.text(place - 2),
        reading.text(place - 3),
    }:
        return set()  # "the margin of a pallet is higher", of which there is no number
    by = next((i for i in reading.names if place < i <= place + 8 and reading.text(i - 1) in ("by", "terms")), None)
    if by is not None and _is_open(reading, place, by):
        return set(reading.tokens[by].measures)
    if (
        reading.text(place + 1).endswith("ly")
        and reading.text(place + 1) != "likely"
        and reading.text(place) in ("more", "most", "less", "least")
    ):
        verbs = [i for i in reading.clause(place) if i < place and reading.text(i) in OBJECTS]
        if verbs:
            found = set(OBJECTS[reading.text(verbs[-1])])
            return found & told or ({"profit"} if "profit" in found else found)
    if "profit_sd" in told and "coefficient_of_variation" in {ADJECTIVES.get(reading.text(place), ("",))[0]}:
        return {"profit_sd"}
    if {reading.text(i) for i in range(place + 1, place + 4)} & {
        "earner",
        "earners",
        "performer",
        "performers",
        "contributor",
        "contributors",
    }:
        return {"profit"}
    if reading.text(place) in ("furthest", "farthest"):
        return {"use_with_buffer"}
    if reading.text(place + 1) == "likely":
        return {"overflow_probability"}
    if reading.text(place) in _RISKS or reading.text(place + 1) in _RISKS:
        named = {min(reading.tokens[i].measures) for i in reading.names if len(reading.tokens[i].measures) == 1}
        if tail := (told or named) & _TAIL:
            return tail
    clause = [i for i in reading.clause(place) if i < place]
    if any(
        reading.text(i) in ("pallet", "pallets") and reading.text(i - 1) in ("a", "each", "per", "every")
        for i in clause
    ):
        if reading.text(place - 1) in _BRINGS or reading.text(place - 2) in _BRINGS:
            return {"service_revenue"}
    ships = {reading.text(i) for i in clause} & _SHIPS
    if reading.text(place + 1) == "pallets" and ships and not reading.names:
        return {"demand_mean"}
    verbs = (
        i for i in (place - 1, place - 2) if reading.text(i) in OBJECTS and reading.text(i) not in ("stay", "stays")
    )
    verb = next(verbs, None)
    if verb is not None and reading.name_after(place, 2) is None and reading.text(place + 1) not in ADJECTIVES:
        found = OBJECTS[reading.text(verb)]
        return {"profit"} if "profit" in found else set(found)
    told = {reading.tokens[i].fact.measure for i in reading.facts if reading.tokens[i].fact.key != "twin"}
    if reading.text(place) in _PRICES and any("handl" in reading.text(i) for i in clause) and "pallet" in reading.words:
        return {"handling_cost"}
    for here in (place + 1, place):
        if (
            reading.text(here) in ADJECTIVES
            and len(told) == 1
            and "expensive dear dearer costly cheap cheaper".find(reading.text(here)) >= 0
        ):
            return told
        if reading.text(here) in ADJECTIVES:
            return {ADJECTIVES[reading.text(here)][0]}
    name = reading.name_after(place, 3)
    if name is not None and reading.text(name - 1) not in ("than", "of"):
        return set(reading.tokens[name].measures)
    clause = reading.clause(place)
    name = reading.name_before(place, clause.start)
    if name is None:
        verbs = [i for i in clause if i < place and reading.text(i) in OBJECTS]
        verbs = verbs or [i for i in range(clause.start) if reading.text(i) in OBJECTS and not reading.names]
        if verbs:
            found = OBJECTS[reading.text(verbs[-1])]
            return set(found & told or ({"profit"} if "profit" in found else found))
        name = reading.name_after(place, 12)
    if name is None:
        name = reading.name_before(place)
    if name is not None:
        measures = set(reading.tokens[name].measures)
        if reading.text(name - 1) == "and" and reading.text(name - 3) == "both" and name - 2 in reading.names:
            reading.settle(name - 3, proved=False)
            measures |= reading.tokens[name - 2].measures
        return measures
    if not told and len(reading.names) == 1:
        return set(reading.tokens[reading.names[0]].measures)
    return told if len(told) == 1 else set()


def _earns_here(reading, place):
    """Return whether the verb before a word says that money comes in."""
    return bool({reading.text(place - i) for i in (1, 2, 3)} & (_BRINGS | {"earn", "earns", "gets", "get"}))


_SIZES = set("bigger larger smaller biggest largest smallest".split())
_OFTEN = set("often frequently regularly rarely seldom".split())


def _is_open(reading, place, by):
    """Return whether no other name stands between a superlative and "by" with the name that it is measured by."""
    return not any(place < i < by for i in reading.names)


def same_order(reading: Reading, place: int, ours: Iterable[str], others: Sequence[str]) -> int | None:
    """Return the order that all lanes on one side have to all lanes on the other; None if it differs."""
    if any(reading.tokens[i].fact.key in reading.evidence.scenarios for i in reading.facts):
        return None
    measures = told_of(reading, measures_of(reading, place))
    for meant in (measures, measures & _MAIN):
        orders = set()
        for measure in meant:
            for one in ours:
                for other in others:
                    values = reading.value(measure, one), reading.value(measure, other)
                    if None not in values:
                        orders.add(compare(*values))
        if len(orders) == 1:
            return orders.pop()
    return None


def told_of(reading: Reading, measures: set[str]) -> set[str]:
    """Return those of these measures whose facts the sentence tells; all if it tells none of them."""
    told = {reading.tokens[i].fact.measure for i in reading.facts}
    return measures & told or measures


def against_others(reading: Reading, place: int) -> int | None:
    """Return the order of a lane's quantity to that of every other lane."""
    lanes = reading.evidence.lanes
    ours = reading.subjects(place)[:1]
    others = [key for key in lanes if key not in ours]
    count = reading.evidence.value("network.lanes")
    if not ours or not others or (count is not None and len(lanes) < count):
        return None
    return same_order(reading, place, ours, others)


def compare(one: float, two: float) -> int:
    """Return 1, -1 or 0, as `one` is larger than, less than or equal to `two`."""
    if abs(one - two) <= 5e-4 * max(abs(one), abs(two)):
        return 0
    return (one > two) - (one < two)
