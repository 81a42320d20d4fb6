"""Check comparatives: two facts of one quantity, or a lane and the others, are ordered as the sentence says."""

from twin.analyst._compared import Comparison, sign_of
from twin.analyst._decide import decide
from twin.analyst._influences import order_of_causes
from twin.analyst._orders import measures_of, same_order
from twin.analyst._ranks import ranked
from twin.analyst._sentence import Reading
from twin.analyst._sides import PIVOTS, marker_after, side_after
from twin.analyst._told_pairs import told_order
from twin.analyst._vocabulary import ADJECTIVES, CLASSES, COSTS, MORE_IS_GOOD


def comparisons_hold(reading: Reading) -> None:
    """Settle the comparatives of a sentence that facts bear out; raise `Unsupported` if facts say the contrary."""
    _no_lane_is_more(reading)
    for place in sorted({*reading.find("more", "less", "better", "worse"), *_limits(reading)}):
        if _is_value_at_risk(reading, place):
            reading.settle(place)
            continue
        risk = [
            i for i in reading.facts if 0 < i - place <= 5 and reading.tokens[i].fact.measure == "overflow_probability"
        ]
        risk += [i for i in reading.facts if i < place and i in reading.clause(place)
                 and reading.tokens[i].fact.measure == "overflow_probability"]  # fmt: skip
        tail = [i for i in reading.facts if 0 < i - place <= 3 and reading.tokens[i].fact.measure == "value_at_risk"]
        if reading.text(place) == "behind" and reading.text(place - 1).startswith(
            ("trail", "lag", "fall", "fell", "stay")
        ):
            reading.settle(place, proved=False)
        plan = [reading.tokens[i].fact.value for i in reading.facts
                if i > place and reading.tokens[i].fact.name == "planned_overflow"]  # fmt: skip
        if reading.text(place).startswith(("exceed", "outgrow")) and plan and not {"not", "no"} & reading.words:
            if min(plan) <= 0:
                reading.refuse(place, "is not so")
            reading.settle(place)
            continue
        if reading.text(place) == "exceed" and tail and reading.text(place - 1) in ("can", "could", "may", "might"):
            reading.settle(place)
            continue
        if reading.text(place) == "beyond" and reading.text(place + 1) in _POINTING and _tells_tail(reading):
            reading.settle(place)
            continue
        if reading.text(place) in ("exceeding", "exceed", "exceeds") and risk:
            reading.settle(place)
            continue
        if reading.text(place) == "less" and _is_minus(reading, place):
            reading.settle(place)
            continue
        if reading.text(place + 1) in ("option", "choice", "idea", "way", "alternative"):
            reading.settle(place, proved=False)
            continue
        if (
            reading.text(place) == "more"
            and reading.text(place - 1) == "one"
            and reading.text(place + 1) in ("reason", "point", "thing", "step")
        ):
            reading.settle(place, proved=False)
            continue
        last = max((i for i in reading.facts if i < place), default=None)
        if last is not None and _is_beyond(reading, place, last):
            reading.settle(place)
            continue
        spills = (reading.text(place - 1).startswith(_PARTICLE_OF) and reading.text(place) == "over") or (
            reading.text(place) == "ahead" and reading.tokens[place - 1].fact
        )
        if spills or (reading.text(place) in ("over", "under") and _is_preposition(reading, place)):
            reading.settle(place, proved=False)
            continue
        if (order := order_of_causes(reading, place)) is not None:
            if order != (1 if "more" in reading.classes(place) else -1):
                reading.refuse(place, "is not so")
            reading.settle(place)
            continue
        if reading.text(place + 1) == "than" and reading.classes(place + 2) & {"ratio"}:
            continue  # "more than half", which is decided as a share
        if _is_told(reading, place):
            continue
        comparison = Comparison(reading, place)
        limit = _LIMITS.get(reading.text(place))
        sign = limit or sign_of(reading, place, comparison.measures)
        if sign is None:
            continue

        def holds(key, comparison=comparison, sign=sign, limit=limit):
            order = comparison.order(key)
            return None if order is None else order == sign or (limit is not None and order == 0)

        reading.settle(*_others_after(reading, place), proved=False)
        reading.settle(*(i for i in (place - 1,) if reading.text(i) == "both"), proved=False)
        joint = comparison.right.joint if comparison.right else ()
        decide(reading, place, holds, *adjective_after(reading, place), *joint)


def _is_told(reading, place):
    """Return whether two numbers that a sentence tells bear a comparative out, and settle it; refuse it if they do not.

    Money that is lost and other numbers of which the sign could be meant either way are left to the words.
    """
    found = told_order(reading, place)
    if found is None or reading.text(place) in _LIMITS or reading.tokens[place].says("better", "worse"):
        return False
    order, fact = found
    if fact.measure in _SIGNED and fact.value < 0:
        return False
    if order != sign_of(reading, place, {fact.measure}):
        reading.refuse(place, "is not so")
    joint = marker_after(reading, place)
    right = side_after(reading, joint) if joint is not None else None
    reading.settle(place, *adjective_after(reading, place), *(right.joint if right else ()))
    return True


_SIGNED = {"profit", "best_profit", "value_at_risk", "conditional_value_at_risk", "trend"}

#: Words that compare with a limit -> 1 if they say as much or more, -1 if they say as much or less.
_LIMITS = {"within": -1, "cover": 1, "covers": 1, "covered": 1, "covering": 1}


def _limits(reading):
    """Return the places of words that compare a capacity, or money, with a limit that is told after them."""
    places = []
    for place, token in enumerate(reading.tokens):
        if token.text not in _LIMITS or place in reading.settled:
            continue
        right = side_after(reading, place)
        told = {fact.measure for fact in right.facts[:1]} or {name for names in right.measures[:1] for name in names}
        before = {one.fact.unit for one in reading.tokens[:place] if one.fact and "." not in one.fact.name}
        money = right.facts and right.facts[0].unit.startswith("$") and right.facts[0].unit in before
        if (token.text == "within" and told == {"internal_capacity"}) or (token.text != "within" and money):
            places.append(place)
    return places


def _is_beyond(reading, place, last):
    """Return whether "or more" follows a value at risk, which is exceeded at times, or "better" a best level."""
    measure = reading.tokens[last].fact.measure
    if reading.text(place) == "better":
        return measure == "best_profit_level" and place - last <= 3 and reading.text(place + 1) in (".", ",", "", "for")
    if reading.text(place - 1) != "or" or place - last != 2 or measure != "value_at_risk":
        return False
    return (reading.tokens[last].fact.value > 0) == ("more" in reading.classes(place))


_PARTICLE_OF = ("spill", "take", "taking", "carry", "carries", "spread", "hand")  # verbs of "over"


def _is_value_at_risk(reading, place):
    """Return whether "more than" stands before the loss that the told share of periods exceeds."""
    told = {reading.tokens[i].fact.measure for i in reading.facts}
    than = next((i for i in range(place, place + 3) if reading.text(i) == "than" or reading.text(i) in PIVOTS), place)
    fact = next((i for i in reading.facts if 0 < i - than <= 2), None)
    return (
        ("risk_share" in told or reading.words & {"bad", "worst"})
        and fact is not None
        and reading.tokens[fact].fact.measure == "value_at_risk"
        and "more" in reading.classes(place)
    )


def _is_minus(reading, place):
    """Return whether "less" takes a cost from a revenue: "a revenue of 9, less a handling of 5"."""
    name = reading.name_after(place, 3)
    before = [reading.tokens[i].fact.name for i in reading.facts if i < place]
    return name is not None and before[-1:] == ["revenue"] and bool(reading.tokens[name].measures & COSTS)


_LOSSES = {"loss", "losses", "average loss", "mean loss"}
_POINTING = {"it", "that", "this"}


def _tells_tail(reading):
    """Return whether the one number of a sentence is the mean of the losses beyond the value at risk."""
    told = [reading.tokens[i].fact for i in reading.facts]
    if [fact.name for fact in told] != ["conditional_value_at_risk"]:
        return False
    profit = any("profit" in reading.tokens[i].measures and reading.text(i) not in _LOSSES for i in reading.names)
    return told[0].value < 0 or not profit


def _no_lane_is_more(reading):
    """Settle "no lane earns more than ..." if the lane named is the first of all."""
    for place in reading.find("negation"):
        if reading.text(place) != "no" or "lane" not in (reading.text(place + 1), reading.text(place + 2)):
            continue
        more = next((i for i in reading.find("more", "less") if i > place), None)
        lane = next((i for i in reading.lanes if more is not None and i > more), None)
        if lane is None or "than" not in {reading.text(i) for i in range(more, lane)}:
            continue
        first = ranked(reading, measures_of(reading, more), "more" in reading.classes(more))
        if first and first[0] == reading.tokens[lane].lane and reading.text(more) in ("more", "less"):
            reading.settle(place, more, *adjective_after(reading, more))
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
