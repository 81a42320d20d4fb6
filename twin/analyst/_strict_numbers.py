"""Refuse a number of another quantity than the one that a label, a verb or another number beside it ties it to."""

from itertools import pairwise

from twin.analyst._interval_ends import FORECAST_ENDS
from twin.analyst._name_words import POINTS
from twin.analyst._names_before import BEST_OF, SPREADS, is_base, is_what_exceeds
from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES, BEST, CAUSES_OF, COSTS, OBJECTS

_LINKS = set(
    """is are was be been becomes would will by of at = about around roughly approximately almost nearly just
    only""".split()
)
_TO_BE = set("is are was be been becomes".split())
_AT_LANE = {"of", "on", "for", "at"}
#: Names that can be verbs, or that leave open what they are names of.
_OPEN = set("record recorded returns horizon peaks cost costs capacity own forecast".split())
_PRICES = {"holding_cost": "holding", "sla_penalty": "penalty", "partner_surcharge": "surcharge"}
_PRICES |= {"handling_cost": "handling", "fixed_order_cost": "order_cost", "service_revenue": "revenue"}
_AGAINST = set("against versus vs compared than instead between".split())
#: Words between two numbers that name no quantity.
_JOINING = _AGAINST | set(
    "and or but , ( ) with to of on for at in from lane lanes the that which is only just a an".split()
)
_GENERAL = set("cost costs bill money".split())  # names, and verbs, of many quantities
_NO_NAMES = {"lane", "date", "period"}  # units of numbers that other checks name
_TIED = [{"forecast_mean", *FORECAST_ENDS}, POINTS | {"resilience_index"}, {"best_profit", "best_profit_level"}]
_BEST = BEST | set("would could can".split())
_NEEDS = set("need needs own owns require requires owned needed required".split())


def _numbers(reading):
    """Return the places of the numbers of quantities."""
    told = ((i, reading.tokens[i]) for i in reading.facts)
    return [i for i, one in told if one.fact.unit not in _NO_NAMES and one.fact.key != "twin" and one.kind != "told"]


def labels_bind(reading: Reading) -> None:
    """Raise `Unsupported` if a number stands directly behind the name of one quantity, and is of another one."""
    for place in _numbers(reading):
        fact, name = reading.tokens[place].fact, _label_before(reading, place)
        if name is None or reading.text(place)[:1].isalpha() or fact.measure in CAUSES_OF | {"use_with_buffer": ()}:
            continue
        if fact.unit == "-" and reading.text(place + 1) == "of":
            continue  # a share, of which other checks see to
        own = reading.text(name - 1) in ("its", "present", "current") and reading.text(place - 1) == "of"
        measures = reading.tokens[name].measures
        stands = reading.text(place - 1) in ("is", "are") and not {reading.text(i) for i in reading.part(place)} & _BEST
        best = BEST_OF.get(fact.measure) in measures and not (own or stands)
        if fact.measure in measures or best:
            continue
        mean = fact.measure == "horizon_mean" and reading.text(name) != "demand mean"
        if fact.name == "planned_overflow" or (fact.name == "best_profit_level" and reading.text(place - 1) == "by"):
            continue
        if (len(measures) > 1 and reading.text(name) not in SPREADS) or (mean and "demand_mean" in measures):
            continue
        if not any(_PRICES.get(one) == other for one, other in [(*measures, fact.measure), (fact.measure, *measures)]):
            raise Unsupported(f"{fact.id} is called {reading.text(name)}")


def _label_before(reading, place):
    """Return the place of the name in "the NAME of A-B is 5" or "a NAME of 5"; None without one."""
    here = place - 1
    while reading.text(here) in _LINKS:
        here -= 1
    if here in reading.lanes and reading.text(here - 1) in _AT_LANE:
        here -= 2
    is_subject = bool(_TO_BE & {reading.text(i) for i in range(here, place)})
    if here not in reading.names or here == place - 1 or reading.text(here) in _OPEN:
        return None
    return None if is_subject and is_base(reading, here) else here


def neighbours_agree(reading: Reading) -> None:
    """Raise `Unsupported` if a number without a name of its own is of another quantity than the one beside it."""
    numbers = _numbers(reading)
    for before, place in pairwise(numbers):
        one, two = reading.tokens[before].fact, reading.tokens[place].fact
        start = before + 1
        while reading.text(start) == "of" and (whole := reading.name_after(start, 3)) is not None:
            start = whole + 1  # "5 of the variance of demand on A-B, 4 on C-D"
        between = range(start, place)
        compares = [i for i in between if reading.tokens[i].says("more", "less", "better", "worse")]
        words = {reading.text(i) for i in between if i not in (*reading.lanes, *compares)}
        if any(i in reading.names for i in between) or not words <= _JOINING or _are_tied(one, two):
            continue
        if is_what_exceeds(reading, before) or is_what_exceeds(reading, place) or _is_named_after(reading, place, two):
            continue
        if reading.text(before)[:1].isalpha() or reading.text(place)[:1].isalpha():
            continue
        if two.unit == "-" and reading.text(place + 1) == "of":
            continue  # a share, of which other checks see to
        if words <= {"and"} and "." in two.name and "." not in one.name:
            raise Unsupported(f"{two.id} is a difference, and {one.id} is none")
        if two.name in {reading.tokens[i].fact.name for i in numbers if i < place}:
            continue
        if words & _AGAINST and (one.unit != two.unit or _is_turned(reading, before, one, two)):
            raise Unsupported(f"{two.id} is not what {one.id} is compared with")
        compared = bool(words & _AGAINST or compares)
        if not (_is_named(reading, place, two, compared) and (not compared or _is_named(reading, place, one, True))):
            raise Unsupported(f"{two.id} is told beside {one.id}")


def _is_turned(reading, before, one, two):
    """Return whether two numbers of two quantities stand in another order than their names in a comparison."""
    turn = next((i for i in range(before) if reading.tokens[i].says("more", "less")), None)
    left = {name for i in reading.names if turn is not None and i < turn for name in reading.tokens[i].measures}
    return one.measure != two.measure and two.measure in left and one.measure not in left


def _are_tied(one, two):
    """Return whether two quantities are told together: two ends, two parts, or a quantity and its best value."""
    pair = {one.measure, two.measure}
    same = one.key == two.key or "." in one.name + two.name
    best = BEST_OF.get(one.measure) == two.measure or BEST_OF.get(two.measure) == one.measure
    return (
        one.measure == two.measure or (best and same) or pair <= CAUSES_OF.keys() or any(pair <= tied for tied in _TIED)
    )


def _is_named_after(reading, place, fact):
    """Return whether a name, or a verb, soon after a number is its own: "5 goes into handling", "5 that it owns"."""
    name = next((i for i in reading.names if place < i <= place + 5), None)
    if name is not None and fact.measure in reading.tokens[name].measures:
        return True
    after = (OBJECTS.get(reading.text(i), ()) for i in range(place + 1, place + 4))
    return any(fact.measure in measures for measures in after)


def _is_named(reading, place, fact, compared):
    """Return whether a name, an adjective or a verb before a number means its quantity."""
    prices = {price for price, amount in _PRICES.items() if amount == fact.measure} | {fact.measure}
    names = [i for i in reading.names if i < place and reading.text(i) not in _GENERAL]
    if any(prices & reading.tokens[i].measures for i in names):
        return True
    said = {ADJECTIVES[word][0] for word in reading.words & ADJECTIVES.keys()}
    for word in reading.words & (_NEEDS if compared else OBJECTS.keys() - _GENERAL):
        said |= OBJECTS[word]
    return fact.measure in said


def told_once(reading: Reading) -> None:
    """Raise `Unsupported` if a number is told of two things: "its level is 5 and its best level is 5"."""
    told = [i for i in _numbers(reading) if not reading.text(i)[:1].isalpha() and reading.text(i - 1) != "or"]
    ids = [reading.tokens[i].fact.id for i in told]
    for identity in {one for one in ids if ids.count(one) > 1}:
        raise Unsupported(f"{identity} is told twice")


def objects_fit(reading: Reading) -> None:
    """Raise `Unsupported` if a number is not of the quantity that the words directly around it say.

    Such words are "raising its level to 5", "pays 5 for holding", "profitable with 5", "earns 5", "a change of 5".
    """
    for place in _numbers(reading):
        fact = reading.tokens[place].fact
        if reading.text(place - 1) in ("next", "coming", "following") and reading.text(place - 2) == "the":
            raise Unsupported(f"{fact.id} is no time")
        moved = place > 1 and reading.tokens[place - 2].says("rise", "fall") and reading.text(place - 1) == "by"
        if moved and "." not in fact.name and fact.key in reading.evidence.scenarios:
            raise Unsupported(f"{fact.id} is the result of a change, not a change")
        if fact.unit == "points" and reading.text(place + 1) in ("for", "from"):
            name = reading.name_after(place + 1, 3)
            of = reading.tokens[name].measures & POINTS if name is not None else set()
            if of and fact.measure not in of:
                raise Unsupported(f"{fact.id} is not for {reading.text(name)}")
        if reading.text(place)[:1].isalpha() or fact.unit == "points":
            continue
        if fact.name == "profit" and reading.text(place - 1) == "of" and place - 2 in reading.names:
            if {"cost", "costs"} & {reading.text(place - 4), reading.text(place - 5)}:
                raise Unsupported(f"{fact.id} is no change of profit")
        for meant in (
            _moved_to(reading, place),
            _moved(reading, place),
            _told_by_verb_after(reading, place),
            _paid_for(reading, place),
            _of_adjective(reading, place),
            _of_verb(reading, place),
        ):
            best = {BEST_OF.get(fact.measure), _PRICES.get(fact.measure), fact.measure}
            if meant is not None and not meant & best:
                raise Unsupported(f"{fact.id} is no {' or '.join(sorted(meant))[:60]}")
        if _is_change(reading, place) and ("." not in fact.name or fact.measure not in _named(reading)):
            raise Unsupported(f"{fact.id} is no change of that")
        itself = reading.name_after(place + 1, 2) if reading.text(place + 1) == "of" else None
        if itself is not None and reading.text(place + 2) == "the" and fact.unit != "-":
            if fact.name in reading.tokens[itself].measures and "network" not in reading.words:
                raise Unsupported(f"{fact.id} is told as a part of itself")


def _is_change(reading, place):
    """Return whether "a change of" stands before a number, or "the change in profit is"."""
    here = place - 1
    if reading.text(here) in ("is", "of", "by") and reading.text(here - 1) == "change":
        return reading.text(here) != "by"
    name = here - 1 if reading.text(here) == "is" else here
    return name in reading.names and reading.text(name - 1) in ("in", "of") and reading.text(name - 2) == "change"


def _named(reading):
    """Return the quantities that a sentence names or tells."""
    told = {reading.tokens[i].fact.measure for i in reading.facts if "." not in reading.tokens[i].fact.name}
    return told | {one for i in reading.names for one in reading.tokens[i].measures}


def _moved(reading, place):
    """Return the quantities of the name in "NAME of A-B rises by", or "rises to"; None without these words."""
    if reading.text(place - 1) not in ("by", "to"):
        return None
    verb = place - 3 if reading.text(place - 2) in ("up", "down") else place - 2
    if reading.text(verb) == "add" or not (
        reading.tokens[verb].says("rise", "fall") or reading.text(verb) in ("goes", "go", "went")
    ):
        return None
    here = verb - 1
    while reading.text(here) in ("would", "will", "could", "also", "then"):
        here -= 1
    here -= 2 if here in reading.lanes and reading.text(here - 1) in _AT_LANE else 0
    if here not in reading.names or is_base(reading, here) or len(reading.tokens[here].measures) > 2:
        return None
    return set(reading.tokens[here].measures)


def _told_by_verb_after(reading, place):
    """Return the quantities that "5 are expected" and "5 to handle it" mean; None without these words."""
    after = [reading.text(place + i) for i in (1, 2, 3)]
    if after[0] in ("are", "is") and after[1] == "expected" and after[2] != "to":
        return {"expected_overflow", "expected_shortage", "forecast_mean", "horizon_mean"}
    unit = reading.tokens[place].fact.unit
    if after[0] == "to" and after[1] in _HANDLED and unit.startswith("$"):
        return _HANDLED[after[1]]
    return None


_HANDLED = {"handle": {"handling_cost", "handling"}, "hold": {"holding_cost", "holding"}}
_HANDLED["store"] = _HANDLED["hold"]


def _moved_to(reading, place):
    """Return the quantities that "raising NAME of A-B to" moves to a number; None without these words."""
    if reading.text(place - 1) != "to":
        return None
    here = place - 2
    if here in reading.lanes:
        here -= 2
    verb = next((i for i in range(here - 1, max(here - 4, -1), -1) if reading.tokens[i].says("rise", "fall")), None)
    return set(reading.tokens[here].measures) if here in reading.names and verb is not None else None


def _paid_for(reading, place):
    """Return the costs that "5 for holding" names after a number; None without such a name."""
    name = place + 2
    if reading.text(place + 1) not in ("for", "on") or name not in reading.names or reading.text(name) in _GENERAL:
        return None
    measures = set(reading.tokens[name].measures)
    return measures | {_PRICES.get(one, one) for one in measures} if measures <= COSTS else None


def _of_adjective(reading, place):
    """Return the quantity of an adjective in "profitable with 5"; None without one."""
    money = reading.text(place - 2) in ("profitable", "unprofitable") and reading.text(place - 1) in ("with", "at")
    return {"profit"} if money else None


def _of_verb(reading, place):
    """Return the quantities that may be the object of a verb directly before a number; None without one."""
    verb = reading.text(place - 1)
    if verb in ("earn", "earns"):
        return set(OBJECTS[verb]) | {"value_at_risk", "conditional_value_at_risk"}
    if verb == "in" and reading.text(place - 2) in ("takes", "take", "brings", "bring"):
        return {"revenue", "profit", "service_revenue", "last_volume", "demand_mean", "horizon_mean", "forecast_mean"}
    partner = {reading.text(i) for i in range(max(place - 8, 0), place)} & {"partner", "partners"}
    if verb in ("take", "takes") and partner and reading.tokens[place].fact.unit == "pallet":
        return {"planned_overflow", "expected_overflow"}
    if reading.tokens[place - 1].says("cause") and verb.startswith(("cause", "explain")):
        return set(CAUSES_OF)
    named = {one for i in reading.names if i < place for one in reading.tokens[i].measures}
    bare = reading.tokens[place].fact.measure not in named
    if (
        verb == "has"
        and bare
        and reading.tokens[place].fact.unit == "pallet"
        and reading.text(place + 1) in (",", ".", ";")
    ):
        return {"internal_capacity"}
    return None
