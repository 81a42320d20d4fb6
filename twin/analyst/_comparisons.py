"""Check comparatives: two facts of one quantity, or a lane and the others, are ordered as the sentence says."""

from twin.analyst._name_words import goes_by
from twin.analyst._negations import denial_before
from twin.analyst._orders import against_others, compare, measures_of, moved, same_order
from twin.analyst._sentence import Reading
from twin.analyst._than import THAN, compares, order_than
from twin.analyst._vocabulary import ADJECTIVES, CLASSES, MORE_IS_GOOD

_AGAINST = set("opposed rather against versus vs compared instead and while but".split())


def comparisons_hold(reading: Reading) -> None:
    """Settle the comparatives of a sentence that facts bear out; raise `Unsupported` if facts say the contrary."""
    _no_lane_is_more(reading)
    for place in reading.find("more", "less", "better", "worse"):
        if _is_value_at_risk(reading, place):
            reading.settle(place)
            continue
        risk = [
            i for i in reading.facts if 0 < i - place <= 5 and reading.tokens[i].fact.measure == "overflow_probability"
        ]
        risk += [i for i in reading.facts if i < place and i in reading.clause(place)
                 and reading.tokens[i].fact.measure == "overflow_probability"]  # fmt: skip
        if reading.text(place) in ("exceeding", "exceed", "exceeds") and risk:
            reading.settle(place)
            continue
        if (
            reading.text(place) == "more"
            and reading.text(place - 1) == "one"
            and reading.text(place + 1) in ("reason", "point", "thing", "step")
        ):
            reading.settle(place, proved=False)
            continue
        spills = reading.text(place - 1).startswith("spill") or (
            reading.text(place) == "ahead" and reading.tokens[place - 1].fact
        )
        if spills or (reading.text(place) in ("over", "under") and _is_preposition(reading, place)):
            reading.settle(place, proved=False)
            continue
        order = _order(reading, place)
        if order is not None:
            reading.settle(*_others_after(reading, place), proved=False)
            denied = denial_before(reading, place)
            if (order == _sign(reading, place)) == bool(denied):
                reading.refuse(place, "is not so")
            reading.settle(place, *adjective_after(reading, place), *denied)


def _is_value_at_risk(reading, place):
    """Return whether "more than" stands before the loss that the told share of periods exceeds."""
    told = {reading.tokens[i].fact.measure for i in reading.facts}
    than = next((i for i in range(place, place + 3) if reading.text(i) in THAN), place)
    fact = next((i for i in reading.facts if 0 < i - than <= 2), None)
    return (
        "risk_share" in told
        and fact is not None
        and reading.tokens[fact].fact.measure == "value_at_risk"
        and "more" in reading.classes(place)
    )


def _no_lane_is_more(reading):
    """Settle "no lane earns more than ..." if the lane named is the first of all."""
    for place in reading.find("negation"):
        if reading.text(place) != "no" or "lane" not in (reading.text(place + 1), reading.text(place + 2)):
            continue
        more = next((i for i in reading.find("more", "less") if i > place), None)
        lane = next((i for i in reading.lanes if more is not None and i > more), None)
        if lane is None or "than" not in {reading.text(i) for i in range(more, lane)}:
            continue
        others = [key for key in reading.evidence.lanes if key != reading.tokens[lane].lane]
        count = reading.evidence.value("network.lanes")
        if count is not None and len(others) + 1 < count:
            continue
        if same_order(reading, more, [reading.tokens[lane].lane], others) == _sign(reading, more):
            reading.settle(place, more, *adjective_after(reading, more))


def as_much_as_holds(reading: Reading) -> None:
    """Settle "not as much as": the first lane has less; raise `Unsupported` if "as much as" is not so."""
    for place, token in enumerate(reading.tokens):
        if reading.classes(place - 1) & {"ratio"}:
            continue
        if token.text != "as" or "as" not in {reading.text(place + 2), reading.text(place + 3)}:
            continue
        ours = [i for i in reading.lanes if i < place]
        other = [i for i in reading.lanes if i > place]
        if not ours or not other:
            continue
        order = same_order(reading, place + 1, [reading.tokens[ours[-1]].lane], [reading.tokens[other[0]].lane])
        negation = [i for i in reading.find("negation") if 0 < place - i <= 4]
        if order != (-1 if negation else 0):
            reading.refuse(place, "is not so")
        reading.settle(*negation)


def _others_after(reading, place):
    """Return the places of "both" and "all" before "other lanes" after a comparative."""
    said = [reading.text(i) for i in range(place, place + 6)]
    if "other" not in said and "others" not in said:
        return []
    return [i for i in range(place, place + 6) if reading.text(i) in ("both", "all", "every", "each")]


def _is_preposition(reading, place):
    """Return whether "over" or "under" speaks of a time or of a case, as in "over the next week"."""
    following = [reading.tokens[i] for i in range(place + 1, min(place + 4, len(reading.tokens)))]
    return any(
        token.text in _TIMES or (token.fact and token.fact.unit == "period") or token.measures & {"periods", "horizon"}
        or "lead time" in token.text
        for token in following
    )  # fmt: skip


_TIMES = set("next coming record horizon time scenario what case plan service".split())


def adjective_after(reading: Reading, place: int) -> list[int]:
    """Return the place of the adjective that "more" or "most" belongs to, as a list."""
    return [place + 1] if reading.text(place + 1) in ADJECTIVES else []


def _sign(reading, place):
    """Return 1 for a word that says more, -1 for one that says less, of the quantity that it is about."""
    word, classes = reading.text(place), CLASSES[reading.text(place)]
    if classes & {"better", "worse"} and not classes & {"more", "less"}:
        better = {MORE_IS_GOOD.get(name) for name in measures_of(reading, place)}
        if len(better) != 1 or None in better:
            reading.refuse(place, "cannot be checked")
        return better.pop() * (1 if "better" in classes else -1)
    sign = 1 if "more" in classes else -1
    if word in ADJECTIVES:
        return ADJECTIVES[word][1]
    if word in ("more", "less") and reading.text(place + 1) in ADJECTIVES:
        return sign * ADJECTIVES[reading.text(place + 1)][1]
    return sign


def _order(reading, place):
    """Return 1, -1 or 0 for the order of what a comparative compares; None if that is not known."""
    if reading.text(place) == "better" and reading.text(place + 1) == "on":
        ours = [i for i in reading.lanes if i > place]
        others = {reading.tokens[i].lane for i in reading.lanes if i < place} - {reading.tokens[i].lane for i in ours}
        return same_order(reading, place, [reading.tokens[i].lane for i in ours], sorted(others)) if others else None
    if [reading.text(i) for i in range(place + 1, place + 4)] == ["likely", "than", "not"]:
        values = [reading.value_then("overflow_probability", key) for key in reading.subjects(place)]
        reading.settle(place + 3, proved=False)
        return compare(values[0], 0.5) if values[:1] != [None] else None
    than = next(
        (
            i
            for i in range(place, min(place + 9, len(reading.tokens)))
            if reading.text(i) in THAN and compares(reading, i)
        ),
        None,
    )
    if than is not None:
        order = order_than(reading, place, than)
        return _order_of_two(reading, place) if order is None else order
    if reading.text(place) in ("ahead", "behind"):
        return against_others(reading, place)
    scenario = reading.scenario()
    name = reading.name_after(place, 2)
    if scenario and name is not None:
        changed = reading.evidence.scenarios[scenario][1]
        if any(goes_by(one, reading.tokens[name].measures) for one in changed):
            return moved(reading, place, scenario)
    facts = [i for i in reading.facts if i > place] or reading.facts
    change = next((i for i in reading.facts if abs(i - place) <= 2 and "." in reading.tokens[i].fact.name), None)
    if change is not None:
        return compare(reading.tokens[change].fact.value, 0.0)
    if len(facts) >= 2 and any(reading.text(i) in _AGAINST for i in range(facts[0], facts[1])):
        one, two = (reading.tokens[i].fact for i in facts[:2])
        if one.measure == two.measure:
            return compare(one.value, two.value)
    if scenario:
        return moved(reading, place, scenario)
    bare = (
        reading.text(place + 1) in ("", ".", ",", ";", "and", "on", "for", "by")
        or reading.text(place + 1) in ADJECTIVES
    )
    bare = bare or (
        name is not None and len({reading.tokens[i].lane for i in reading.lanes}) == 2 and not reading.facts
    )
    if (reading.text(place - 1) in ("the", "a") or bare) and len(reading.evidence.lanes) == 2:
        return against_others(reading, place)
    return _order_of_two(reading, place)


def _order_of_two(reading, place):
    """Return the order of the two numbers, or of the two lanes, that a sentence names; None if it names others."""
    clause = [reading.tokens[i].fact for i in reading.facts if i in reading.clause(place)]
    for facts in (clause, [reading.tokens[i].fact for i in reading.facts]):
        if len(facts) == 2 and facts[0].unit == facts[1].unit and facts[0].key.rstrip("0123456789") != "network":
            against = any(reading.text(i) in _AGAINST for i in range(*[i for i in reading.facts][-2:]))
            if against and "." not in facts[0].name + facts[1].name:
                ours = [reading.tokens[i].lane for i in reading.lanes if i < place][-1:]
                turn = -1 if ours == [facts[1].key] and facts[0].key != facts[1].key else 1
                return turn * compare(facts[0].value, facts[1].value)
    keys = list(dict.fromkeys(reading.tokens[i].lane for i in reading.lanes))
    if len(keys) == 1 and len(reading.evidence.lanes) == 2:
        keys += [key for key in reading.evidence.lanes if key not in keys]
    if len(keys) != 2 or reading.is_hypothetical:
        return None
    ours = [reading.tokens[i].lane for i in reading.lanes if i < place and i in reading.clause(place)][-1:]
    if not ours or (reading.name_after(place, 3) is None and reading.text(place + 1) != "pallets"):
        return None
    return same_order(reading, place, ours, [key for key in keys if key not in ours])
