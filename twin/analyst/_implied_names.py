"""Find the quantity that a verb, an adjective, a pronoun or a number before it gives to a number."""

from twin.analyst._name_words import DOERS, LINK, POINTS, goes_by
from twin.analyst._names_before import BEST_OF, RISKS, part_of, told_as_best, window_of
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES, BEST, OBJECTS

_STRONG = set("need needs require requires own owns earn earns lose loses".split())
_LEVELS = {"service_level", "best_profit_level", "critical_ratio"}
_LOSSES = {"profit", "value_at_risk", "conditional_value_at_risk"}


def is_object(reading: Reading, place: int) -> bool | None:
    """Return True if a number follows a verb that can have it as its object; else None."""
    fact, part = reading.tokens[place].fact, part_of(reading, place)
    verb = max((i for i in part if _may_be_object(reading, fact, i)), default=None)
    strong = max((i for i in part if reading.text(i) in _STRONG and reading.text(i + 1) != "to"), default=None)
    if strong is not None and any(reading.text(i) in _COPULA for i in range(strong, place)):
        strong = None  # "the level that earns most is"
    if fact.unit == "points" or (fact.measure in _LOSSES and reading.words & RISKS and fact.value < 0):
        strong = None
    if (
        strong is not None
        and (verb is None or strong > verb)
        and not any(i in reading.names for i in range(strong, place))
    ):
        return False
    if verb is None or any(i in reading.names and i != verb for i in range(verb, place)):
        return None
    subject = reading.name_before(verb, part.start)
    best = fact.measure == "best_profit" and told_as_best(reading, verb)
    if (
        subject is not None
        and not best
        and not {"and", "but", "or", "while"} & {reading.text(i) for i in range(subject, verb)}
    ):
        if fact.measure != "use_with_buffer" and not goes_by(fact.measure, reading.tokens[subject].measures):
            return None
    free = all(
        reading.tokens[i].kind != "word" or i == verb or reading.text(i) in LINK | DOERS
        for i in range(part.start, place)
    )
    return True if free else None


def _may_be_object(reading, fact, verb):
    """Return whether a number can be the object of a verb: a price of a verb beside pallets, a best of "could earn"."""
    if fact.measure not in OBJECTS.get(reading.text(verb), ()):
        return False
    if fact.unit.startswith("$/pallet"):
        return bool(reading.words & {"pallet", "pallets", "place", "partner", "customer", "charges", "charge"})
    return fact.measure != "best_profit" or bool(BEST & reading.words) or told_as_best(reading, verb)


def is_implied(reading: Reading, place: int) -> bool | None:
    """Return True if a word before a number, such as "profitable" or "full", means its quantity; else None."""
    fact = reading.tokens[place].fact
    gap = "_less_" in fact.key
    tokens = reading.tokens[:place] if gap else [reading.tokens[i] for i in window_of(reading, place)]
    words = {word for token in tokens for word in token.text.split()}
    meant = {ADJECTIVES[word][0] for word in words & ADJECTIVES.keys()}
    if any(token.says("erratic", "steady") for token in tokens):
        meant |= {"coefficient_of_variation", "demand_sd"}
    other = [
        i for i in reading.names if i in window_of(reading, place) and not goes_by("profit", reading.tokens[i].measures)
    ]
    if any(token.says("loss", "gain") for token in tokens) and not other:
        meant |= _LOSSES if reading.words & RISKS and fact.value < 0 else {"profit"}
    if words & {"earn", "earns", "earned", "earner", "earners"}:
        meant |= _LOSSES if reading.words & RISKS else {"profit"}
    for word in words & OBJECTS.keys() - _VAGUE_VERBS:
        meant |= {one for one in OBJECTS[word] if not one.startswith(("best", "service_revenue"))}
    if words & {"cost", "costs"} and reading.words & RISKS:
        meant |= _LOSSES
    if words & {"varies", "vary", "uncertain", "varying"}:
        meant |= {"lead_time_sd_days", "demand_sd", "profit_sd"}
    if "partner" in words and words & {"expensive", "costly", "dear", "cheap", "cheaper", "dearer"}:
        meant.add("partner_surcharge")
    if "partner" in words and words & _TAKES:
        meant |= {"expected_overflow", "planned_overflow"}
    if "zero" in words:
        meant.add("profit")
    if "short" in words:
        meant.add("expected_shortage")
    if any(token.says("enough") for token in tokens):
        meant.add("overflow_probability")
    if {"owns", "needs"} <= reading.words:
        meant |= {"required_capacity", "internal_capacity"}
    if words & {"small", "large", "larger", "smaller", "big", "bigger"} and words & {"lane", "lanes"}:
        meant.add("demand_mean")
    return True if fact.measure in meant else None


def continues_list(reading: Reading, place: int) -> bool | None:
    """Return True if a number stands in a list of numbers of its quantity, "from a to b", "a against b"; else None."""
    before = max((i for i in reading.facts if i < place), default=None)
    if before is None:
        return None
    one, own = reading.tokens[before].fact.measure, reading.tokens[place].fact.measure
    between = range(before + 1, place)
    compared = any(reading.tokens[i].says("more", "less") or reading.text(i) == "close" for i in between)
    now = reading.text(place - 1) in ("current", "present", "today", "'s")
    if {one, own} <= _LEVELS and one != own and (compared or (now and own == "service_level")):
        return True
    if one in POINTS and own == "resilience_index":
        return True if reading.text(before + 1) == "of" else None
    if {reading.text(place - 1), reading.text(place - 2)} & _COMPARING:
        if any(goes_by(own, reading.tokens[i].measures) for i in reading.names if i < place):
            return True
    if one == own and {reading.text(i) for i in between} & {"that", "it", "this"} and reading.text(place - 1) == "to":
        return True
    specific = [i for i in reading.names if i in between and not goes_by(own, reading.tokens[i].measures)]
    if own == BEST_OF.get(one) and "instead" in {reading.text(i) for i in between} and len(between) <= 3:
        return True
    if one == BEST_OF.get(own) and BEST & {reading.text(i) for i in between}:
        return True
    return True if one == own and not specific else None


def is_pronoun(reading: Reading, place: int) -> bool | None:
    """Return True if a number follows only a pronoun and "is", as in "It is 5 days"; else None."""
    part = part_of(reading, place)
    words = {reading.text(i) for i in part if reading.tokens[i].kind == "word"}
    names = [i for i in reading.names if i < place]
    fact = reading.tokens[place].fact
    if words & {"it", "this", "that", "they", "which"} and words & _COPULA and words <= LINK | DOERS:
        return not names or any(goes_by(fact.measure, reading.tokens[i].measures) for i in names)
    return True if part.start == 0 and words <= LINK and not names else None


_TAKES = set("handle handles take takes store stores absorb absorbs receive receives".split())
#: Verbs that may have many things as their object.
_VAGUE_VERBS = set(
    "cost costs costing take takes took taking make makes made making give gives giving bring brings hold holds".split()
)
_VAGUE_VERBS |= set(
    "holding keep keeps kept store stores carry carries pay pays paying charge charges contribute contributes".split()
)
_VAGUE_VERBS |= set(
    "leave leaves yield yields generate generates average averages order orders use uses used there available".split()
)
_COMPARING = set("than against versus vs below above instead".split())
_COPULA = set("is are was be being been stands stays remains comes has would".split())
