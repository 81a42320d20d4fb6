"""Find the order of what stands on both sides of "than", "above" or "exceeds"."""

from twin.analyst._orders import against_others, compare, measures_of, moved, same_order, told_of
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import OBJECTS

#: Words before what something is compared with.
THAN = set("than above below over under exceeds exceed exceeded exceeding beats beat outperforms outperform".split())
THAN |= set("surpasses surpass tops outstrips behind ahead beyond trails trail lags lag leads lead".split())
THAN |= set("outweigh outweighs outweighed dwarf dwarfs".split())


def compares(reading: Reading, place: int) -> bool:
    """Return whether "than", "ahead" or "above" is followed by what it compares with."""
    if reading.text(place) in ("ahead", "behind"):
        return reading.text(place + 1) == "of" or place + 1 in reading.lanes
    return reading.text(place - 1) != "rather"


def order_than(reading: Reading, place: int, than: int) -> int | None:
    """Return the order of what stands on both sides of "than"."""
    tokens = reading.tokens
    if (use := _use_of_capacity(reading, than)) is not None:
        return use
    one = max((i for i in reading.facts if place < i < than), default=None)
    two = next((i for i in reading.facts if than < i <= than + 5), None)
    nearest = not any(tokens[i].says("more", "less") for i in range(place + 1, than))
    if nearest and one and two and tokens[one].fact.measure == tokens[two].fact.measure:
        return compare(tokens[one].fact.value, tokens[two].fact.value)  # "more on A (5) than on B (3)"
    right = range(than + 1, min([i for i in reading.hard if i > than] or [len(tokens)]))
    after = right.stop
    if not any(tokens[i].fact or tokens[i].lane for i in right) and reading.text(than + 1) != "that":
        comma = next((i for i in right if reading.text(i) == ","), after)
        apposed = next((i for i in reading.facts if reading.text(comma) == "," and 0 < i - comma <= 2), None)
        if apposed is not None and apposed < len(tokens):
            right = range(than + 1, apposed + 1)
            facts = [apposed]
            other = tokens[apposed].fact
            left = [
                tokens[i].fact
                for i in reading.facts
                if i < place and tokens[i].fact.unit == other.unit and tokens[i].fact.id != other.id
            ]
            if left:
                return compare(left[-1].value, other.value)
    level = reading.text(than + 1) == "the" and reading.text(than + 3) in ("that", "which", "at")
    if level or not any(tokens[i].fact or tokens[i].lane or tokens[i].measures for i in right):
        fact = next((i for i in reading.facts if than < i <= than + 10), None)
        right = range(than + 1, fact + 1) if fact is not None and reading.text(than + 1) in ("the", "that") else right
    stop = (
        right.stop
        if level
        else next(
            (
                i
                for i in right
                if tokens[i].text in (",", "and" if not reading.has("together") else ",", "if", "with", "at")
                and i > than + 1
            ),
            right.stop,
        )
    )
    right = range(than + 1, stop)
    levels = [i for i in reading.facts if i < place and tokens[i].fact.measure == "best_profit_level"]
    if (
        levels
        and not any(tokens[i].fact for i in right)
        and {"current", "present", "today"} & {tokens[i].text for i in right}
    ):
        now = [reading.value("service_level", key) for key in reading.evidence.about(tokens[levels[-1]].fact)]
        return compare(tokens[levels[-1]].fact.value, now[0]) if None not in now else None
    if reading.text(than + 1) in ("usual", "normal", "average") and reading.text(than) == "than":
        return None
    together = [i for i in right if tokens[i].text in ("together", "combined")]
    parts = [min(tokens[i].measures) for i in right if len(tokens[i].measures) == 1 and not tokens[i].fact]
    whole = reading.name_before(place, reading.clause(place).start)
    if together and len(parts) > 1 and whole is not None and len(tokens[whole].measures) == 1:
        values = [
            reading.value(name, key)
            for key in reading.subjects(place)[:1]
            for name in (min(tokens[whole].measures), *parts)
        ]
        reading.settle(*together)
        return compare(values[0], sum(values[1:])) if values and None not in values else None
    best = [i for i in right if tokens[i].says("most", "best") and i + 1 in right]
    left = reading.name_before(place)
    if best and left is not None and "service_level" in tokens[left].measures:
        orders = {
            compare(*(reading.value(name, key) or 0.0 for name in ("service_level", "best_profit_level")))
            for key in reading.subjects(place)
        }
        reading.settle(*best, *(i + 1 for i in best))
        return orders.pop() if len(orders) == 1 else None
    lanes = [i for i in right if tokens[i].lane]
    if lanes:
        ours = [i for i in reading.lanes if i < than and reading.text(i - 1) != "than"]
        if "together" in {tokens[i].text for i in right} and len(lanes) > 1 and ours:
            together = next(i for i in right if tokens[i].text == "together")
            reading.settle(together, proved=False)
            sums = [sum(reading.value(m, tokens[i].lane) or 0.0 for i in lanes) for m in measures_of(reading, place)]
            own = [reading.value(m, tokens[ours[-1]].lane) for m in measures_of(reading, place)]
            return compare(own[0], sums[0]) if len(own) == 1 and own[0] is not None else None
        if not ours:
            later = [i for i in reading.lanes if i > lanes[-1]]
            ours = later[:1]
            rest = [key for key in reading.evidence.lanes if key != tokens[lanes[0]].lane]
            if not ours and len(rest) == 1 and not any(tokens[i].fact for i in right):
                return same_order(reading, place, rest, [tokens[lanes[0]].lane])
        if not ours or tokens[ours[-1]].lane == tokens[lanes[0]].lane:
            return None
        return same_order(reading, place, [tokens[ours[-1]].lane], [tokens[i].lane for i in lanes])
    facts = [i for i in right if tokens[i].fact]
    if facts:
        other = tokens[facts[0]].fact
        left = [tokens[i].fact for i in reading.facts if i < place and tokens[i].fact.unit == other.unit]
        left = [fact for fact in left if fact.id != other.id]
        if left:
            return compare(left[-1].value, other.value)
        later = [tokens[i].fact for i in reading.facts if i > facts[0] and tokens[i].fact.measure == other.measure]
        if later and "than" == reading.text(than) and other.key in reading.evidence.lanes:
            return compare(later[0].value, other.value)
        name = reading.name_before(place)
        if name is not None and other.measure in tokens[name].measures and (scenario := reading.scenario()):
            after = reading.value(other.measure, scenario)
            return compare(after, other.value) if after is not None and other.key in reading.evidence.lanes else None
        measures = tokens[name].measures - {other.measure} if name is not None else ()
        own = [reading.value_then(measure, key) for key in reading.subjects(place) for measure in measures]
        orders = {compare(value, other.value) for value in own if value is not None}
        return orders.pop() if len(orders) == 1 else None
    verbs = [OBJECTS[tokens[i].text] for i in right if tokens[i].text in OBJECTS]
    ours = [OBJECTS[tokens[i].text] for i in range(place) if tokens[i].text in OBJECTS]
    left = reading.name_before(place, reading.clause(place).start)
    if verbs and left is not None and not ours:
        ours = [reading.tokens[left].measures]
    if verbs and ours:
        told = {tokens[i].fact.measure for i in reading.facts}
        one, two = ours[-1] & told or ours[-1], verbs[0] & told or verbs[0]
        orders = {
            compare(reading.value_then(a, key), reading.value_then(b, key))
            for key in reading.subjects(place)
            for a in one
            for b in two
            if a != b and None not in (reading.value_then(a, key), reading.value_then(b, key))
        }
        return orders.pop() if len(orders) == 1 else None
    said = {tokens[i].text for i in right}
    if {"now", "today", "currently", "present", "before", "without"} & said or {"it", "is"} <= said:
        scenario = reading.scenario()
        return moved(reading, place, scenario) if scenario else None
    names = [i for i in right if tokens[i].measures]
    before = reading.name_before(place)
    if names and before is not None:
        orders = {
            compare(reading.value_then(one, key), reading.value_then(two, key))
            for key in reading.subjects(place)
            for one in told_of(reading, set(tokens[before].measures))
            for two in told_of(reading, set(tokens[names[0]].measures))
            if one != two and None not in (reading.value_then(one, key), reading.value_then(two, key))
        }
        return orders.pop() if len(orders) == 1 else None
    if {"other", "others", "any"} & {tokens[i].text for i in right}:
        return against_others(reading, place)
    return None


def _use_of_capacity(reading, than):
    """Return the order of a lane's use to all of its own capacity, as in "above its own capacity"; else None."""
    name = reading.name_after(than, 3)
    limit = reading.text(than) in ("over", "above", "beyond") and reading.text(than + 2) in ("limit", "limits")
    if not limit and (
        name is None or reading.tokens[name].measures != {"internal_capacity"} or name + 1 in reading.facts
    ):
        return None
    if any("required_capacity" in reading.tokens[i].measures for i in reading.names if i < than):
        return None
    told = [reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.measure == "use"]
    if not told and (scenario := reading.scenario()):
        lane = reading.evidence.scenarios[scenario][0]
        then = [reading.value_then(name, lane) for name in ("required_capacity", "internal_capacity")]
        return compare(*then) if None not in then else None
    values = [fact.value for fact in told] or [reading.value("use", key) for key in reading.subjects(than)]
    orders = {compare(value, 1.0) for value in values if value is not None}
    return orders.pop() if len(orders) == 1 and None not in values else None
