"""Check superlatives: the first of all lanes, the largest part, the majority, the best by meaning."""

from twin.analyst._comparisons import adjective_after
from twin.analyst._influences import VARIANCE_PARTS
from twin.analyst._negations import denial_before
from twin.analyst._orders import against_others, measures_of
from twin.analyst._ranks import RANKS, ranked
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES, CAUSES_OF, CLASSES, MORE_IS_GOOD

#: Parts of the costs of a period.
COST_PARTS = ("handling", "holding", "penalty", "surcharge")
_CAUSE_WORDS = set(
    "cause causes driver drivers source sources reason reasons contributor factor factors component".split()
)


def superlatives_hold(reading: Reading) -> None:
    """Settle the superlatives of a sentence that facts bear out; raise `Unsupported` if facts say the contrary."""
    for place in reading.find("most", "least", "best", "worst", "main"):
        if place in reading.settled or reading.text(place - 1) == "at":
            continue
        if reading.text(place) == "most" and (reading.text(place + 1) == "likely" or reading.text(place + 2) in _STEPS):
            reading.settle(place, proved=False)
            continue
        least = [i for i in reading.facts if 0 < i - place <= 5]
        if least and reading.tokens[least[0]].fact.measure == "best_buffer_cost" and "least" in reading.classes(place):
            reading.settle(place)
            continue
        shock = any(reading.tokens[i].fact.measure == "shock_share" for i in reading.facts)
        if shock and reading.text(place) in ("largest", "highest", "biggest") and reading.text(place + 1) in _VOLUMES:
            reading.settle(place)  # as its share is defined
            continue
        if _is_of_the_best(reading, place):
            reading.settle(place, *adjective_after(reading, place))
            continue
        if reading.text(place) in ("lead", "leads") and reading.text(place + 1) == "to":
            reading.settle(place, proved=False)
            continue
        first = _is_first(reading, place)
        if first is not None:
            denied = denial_before(reading, place)
            if first == bool(denied):
                reading.refuse(place, "is not so")
            reading.settle(*denied, proved=False)
            every = (i for i in range(place, place + 6) if reading.text(i) == "all" and reading.text(i + 1) == "lanes")
            reading.settle(*every, proved=False)
            reading.settle(place, *adjective_after(reading, place))
            reading.settle(*(i for i in (place - 1,) if reading.text(i) in RANKS))


_VOLUMES = set("volume volumes peaks days weeks months values hundredth".split())
_SHIPPING = set("ship ships shipped handle handles move moves carry carries send sends".split())
_COST_WORDS = set("cost costs expense expenses problem item items burden drain drag block".split())
_STEPS = set("step steps thing things point points question task action actions option move lesson message".split())
_PERIODS = set("days weeks months periods cases".split())


def _is_of_the_best(reading, place):
    """Return whether a superlative belongs to a fact that is a best, or a worst, by its meaning."""
    told = {reading.tokens[i].fact.measure for i in reading.facts if abs(i - place) <= 9}
    if reading.classes(place) & {"worst"}:
        all_told = {reading.tokens[i].fact.measure for i in reading.facts}
        of = any(reading.tokens[i].fact.measure == "risk_share" for i in reading.facts if 0 < i - place <= 2)
        of = of or (reading.text(place + 1) in _PERIODS and "conditional_value_at_risk" in all_told)
        return of and bool(all_told & {"conditional_value_at_risk", "value_at_risk"})
    index = [
        reading.tokens[i].fact.value for i in reading.facts if reading.tokens[i].fact.measure == "resilience_index"
    ]
    index = index or [reading.value("resilience_index", key) or 0.0 for key in reading.subjects(place)]
    if (
        index
        and reading.text(place + 1) == "possible"
        and any("resilience_index" in reading.tokens[i].measures for i in reading.names)
    ):
        if "least" in reading.classes(place):
            return min(index) <= 0.0
        return min(index) >= 100.0
    best = told & {"best_profit", "best_profit_level"}
    if best and reading.classes(place) & {"best", "most"}:
        nearby = {word for i in range(place - 2, place + 4) for word in reading.text(i).split()}
        return bool(nearby & {"profit", "earns", "earn", "service", "profitable", "level", "best"})
    if reading.text(place) == "most" and reading.text(place + 1) in (
        "pallets",
        "shipments",
        "orders",
        "customers",
        "goods",
    ):
        if {reading.text(i) for i in range(max(place - 4, 0), place)} & _SHIPPING:
            return False  # the largest of the lanes, which is ranked
        rates = [reading.value("return_rate", key) for key in reading.subjects(place)]
        returned = any("return_rate" in reading.tokens[i].measures for i in reading.names if i > place)
        if not (returned and rates and all(rate is not None and rate > 0.5 for rate in rates)):
            reading.refuse(place, "is not so")
        return True
    if reading.text(place) == "most" and reading.text(place + 1) in ("days", "weeks", "months", "periods"):
        keys = [reading.scenario()] if reading.scenario() else reading.subjects(place)
        chances = [reading.value("overflow_probability", key) for key in keys]
        names = {name for i in reading.names if i < place for name in reading.tokens[i].measures}
        if None in chances or not chances:
            return False
        within = [i for i in range(len(reading.tokens)) if reading.text(i) in ("within", "below", "under")]
        within += [
            i for i in range(place, place + 8) if reading.text(i) == "without" and "overflow" in reading.text(i + 1)
        ]
        if within:
            reading.settle(*within)
            return all(value < 0.5 for value in chances)
        exceeds = [i for i in range(place, place + 8) if reading.text(i) in ("exceed", "exceeds")]
        exceeds += [i for i in reading.names if i > place and reading.text(i) == "is exceeded"]
        exceeds += [i for i in range(place) if reading.text(i) in ("over", "above", "beyond")
                    and "internal_capacity" in {name for n in reading.names if i < n < place
                                                for name in reading.tokens[n].measures}]  # fmt: skip
        reading.settle(*exceeds)
        return ("overflow_probability" in names or bool(exceeds)) and all(value > 0.5 for value in chances)
    return False


def _is_first(reading, place):
    """Return whether a superlative holds; None if that is not known."""
    tokens, classes = reading.tokens, CLASSES[reading.text(place)]
    if reading.text(place) == "least" and reading.text(place + 1) == "of":
        return None
    nearby = {reading.text(i) for i in range(place + 1, place + 5)}
    if (
        reading.text(place) in ("most", "bulk", "majority")
        and reading.text(place + 1) == "of"
        and (reading.text(place) != "most" or reading.text(place - 1) != "the")
        and reading.text(place + 2) != "all"
        and not any(word.endswith("lanes") for word in (reading.text(place + 2), reading.text(place + 3)))
    ):
        return None  # a share
    if reading.text(place + 1) in ("part", "share", "item", "items", "block"):
        nearby |= {word for i in range(place + 2, place + 8) for word in reading.text(i).split()}
    nearby |= {reading.text(i) for i in range(place) if reading.text(i - 1) == "all" and reading.text(i - 2) == "of"}
    if nearby & _COST_WORDS and not classes & {"best", "worst"}:
        return _is_largest_part(reading, place, COST_PARTS, {part: {part} for part in COST_PARTS}, classes)
    if nearby & _CAUSE_WORDS:
        return _is_largest_part(reading, place, VARIANCE_PARTS, CAUSES_OF, classes)
    if reading.text(place + 1) == "first":
        facts = [tokens[i].fact.value for i in reading.facts if i > place]
        return facts == sorted(facts, reverse="most" in classes) and len(facts) > 1
    if ("main" in classes and not classes & {"most"}) or (classes & {"best", "worst"} and nearby & _TIMES_AND_CASES):
        return None
    if {"can", "could", "ever"} & {reading.text(i) for i in range(place + 1, place + 7)}:
        return None
    measures = measures_of(reading, place)
    sign = 1 if "most" in classes else -1
    if classes & {"best", "worst"}:
        better = {MORE_IS_GOOD.get(name) for name in measures}
        if len(better) != 1 or None in better:
            return None
        sign = better.pop() * (1 if "best" in classes else -1)
    elif reading.text(place + 1) in ADJECTIVES:
        sign *= ADJECTIVES[reading.text(place + 1)][1]
    elif reading.text(place) in ADJECTIVES:
        sign = ADJECTIVES[reading.text(place)][1]
    words = {token.text for token in reading.tokens}
    if len(measures) == 1 and "lanes" in words and words & {"include", "includes", "among"}:
        top = reading.evidence.rankings.get((min(measures), sign > 0), ())
        if top and reading.lanes:
            return all(reading.tokens[i].lane in top for i in reading.lanes)
    if len(measures) == 1 and "lanes" in words and len(reading.lanes) > 1 and not reading.facts:
        top = reading.evidence.rankings.get((min(measures), sign > 0), ())[: len(reading.lanes)]
        return {reading.tokens[i].lane for i in reading.lanes} == set(top) if top else None
    keys = {key for name in measures for key in reading.evidence.rankings.get((name, sign > 0), ())[:1]}
    on = [place + 2] if reading.text(place + 1) in ("on", "for", "at") and place + 2 in reading.lanes else []
    ours = on or [i for i in reading.lanes if i < place][-1:] or [i for i in reading.lanes if i > place][:1]
    most = (
        {"two": 2, "three": 3, "four": 4, "five": 5}.get(reading.text(place + 1))
        if reading.text(place) == "top"
        else None
    )
    if most:
        return {tokens[i].lane for i in ours} <= set(ranked(reading, measures, sign > 0)[:most]) if ours else None
    if keys and ours and len(measures) == 1 and reading.text(place - 1) not in RANKS:
        return reading.tokens[ours[0]].lane in keys
    rank = RANKS.get(reading.text(place - 1))
    if rank and ours:
        first = ranked(reading, measures, sign > 0)
        return first[rank] == reading.tokens[ours[0]].lane if len(first) > rank else None
    order = against_others(reading, place)
    return None if order is None else order == sign


_TIMES_AND_CASES = set("case cases day days week weeks month months period periods scenario".split())


def _is_largest_part(reading, place, parts, words, classes):
    """Return whether the part that a sentence names is the largest; None if it names none, or parts are not known."""
    keys = reading.subjects(place)
    if len(keys) > 1:
        every = {_is_largest_of(reading, place, parts, words, classes, key) for key in keys}
        return every.pop() if len(every) == 1 else None
    return _is_largest_of(reading, place, parts, words, classes, keys[0]) if keys else None


def _is_largest_of(reading, place, parts, words, classes, key):
    """Return whether the part that a sentence names is the largest on a lane; None if that is not known."""
    values = {part: reading.value(part, key) for part in parts}
    if not values or sum(value is not None for value in values.values()) < 2:
        return None
    known = {part: value for part, value in values.items() if value is not None}
    after = [i for i in range(place, len(reading.tokens))]
    told = {reading.tokens[i].fact.measure for i in reading.facts} & set(parts)
    named = {
        part
        for part in parts
        for i in (after if not told else [])
        if reading.tokens[i].kind in ("word", "name") and words[part] & set(reading.text(i).split())
    }
    named = told or named
    if not named:
        named = {part for part in parts for i in range(place) if words[part] & set(reading.text(i).split())}
    if len(named) != 1:
        return None
    best = (max if "least" not in classes else min)(known, key=known.get)
    return best in named
