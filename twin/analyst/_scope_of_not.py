"""Settle denials in whose scope no number stands, and comparatives that compare with nothing: they claim nothing."""

from twin.analyst._name_words import goes_by
from twin.analyst._sentence import HARD, Reading
from twin.analyst._vocabulary import ADJECTIVES, CLASSES, OBJECTS

_DENIALS = set("not nothing no fails fail failed nor".split())
#: Words that end the scope of a denial.
_ENDS = HARD | set(
    ", and but or as since because so which that while whereas although though than where when if".split()
)
#: Words after "no" and "not" that make a bound or a quantifier of it.
_BOUNDS = set("less more fewer higher lower longer lane lanes other one any all only".split())
_EVIDENCE = set("table facts evidence data record".split())
_ASIDE = set("matter question problem issue point reason cause fault".split())
_TO_BE = set("is are was be been become becomes get gets remain remains would".split())
_HAS = set("has have gets get carries shows owns needs earns the this that its".split())


def denials_without_numbers(reading: Reading) -> None:
    """Settle "not" and "no" before words that claim nothing by themselves: "does not help", "is not the problem"."""
    for place in reading.find("negation"):
        if reading.text(place) == "without" and not reading.facts and reading.name_after(place, 4) is not None:
            reading.settle(place, *(i for i in range(place + 1, place + 4)
                                    if reading.tokens[i].says("better", "less", "more")), proved=False)  # fmt: skip
            continue
        if reading.text(place) not in _DENIALS or {reading.text(place + 1), reading.text(place + 2)} & _BOUNDS:
            continue
        scope = _scope_of(reading, place)
        if scope and not any(_claims(reading, i, scope) for i in scope):
            reading.settle(place, proved=False)


def _scope_of(reading, place):
    """Return the places of what a denial denies: from the word after it to the end of its phrase."""
    stop = next((i for i in range(place + 1, len(reading.tokens)) if reading.text(i) in _ENDS), len(reading.tokens))
    return range(place + 1, stop)


def _claims(reading, place, scope):
    """Return whether a word in the scope of a denial tells a number, or claims something by itself."""
    token = reading.tokens[place]
    if token.fact or token.text in CLASSES or token.text in ADJECTIVES:
        return True
    if token.text in _EVIDENCE or (reading.text(scope.start) in ("on", "about") and reading.words & _EVIDENCE):
        return reading.text(scope.start) in ("on", "about")
    if token.measures and token.text in OBJECTS and place == scope.start and reading.text(place - 2) == "can":
        return True  # "cannot overflow"
    told = [reading.tokens[i].fact for i in reading.facts]
    denied = reading.text(scope.start - 1) == "no" and place - scope.start <= 1
    if token.measures and denied and reading.text(scope.start - 2) != "of":
        return True  # "no variation" says how much there is of it
    if token.measures:
        aside = {reading.text(i) for i in scope if i < place} & _ASIDE
        return not aside and any(goes_by(fact.measure, token.measures) for fact in told)
    return token.text in OBJECTS and not any(i in reading.names for i in scope) and token.text != "pay"


def comparatives_without_numbers(reading: Reading) -> None:
    """Settle "more" and "less" that belong to a noun which is no quantity, and are compared with nothing."""
    for place in reading.find("more", "less"):
        following, before = reading.text(place + 1), {reading.text(place - 1), reading.text(place - 2)}
        token = reading.tokens[min(place + 1, len(reading.tokens) - 1)]
        if reading.tokens[place].says("better", "worse", "bound", "negation") or before & (_TO_BE | _HAS):
            continue
        if token.kind != "word" or following in ADJECTIVES or following in CLASSES or following in _ENDS:
            continue
        near = range(max(place - 3, 0), min(place + 5, len(reading.tokens)))
        if any(i in reading.facts or i in reading.names for i in near) or reading.text(place) in ("over", "under"):
            continue
        if any(reading.text(i) in ("than", "no", "none", "neither", "not") for i in reading.clause(place)):
            continue
        reading.settle(place, proved=False)


def asides_hold(reading: Reading) -> None:
    """Settle what only asks or names: "how volatile demand is", "the main reason", "what makes them volatile"."""
    for place, token in enumerate(reading.tokens):
        if token.text not in CLASSES or place in reading.settled:
            continue
        before = {reading.text(place - 1), reading.text(place - 2)}
        asked = reading.text(place - 1) == "how" or (
            reading.text(place - 2) in ("makes", "make") and "what" in {reading.text(i) for i in reading.part(place)}
        )
        cause = token.says("main", "cause") and before & {"the", "a", "one", "simple", "obvious"}
        reason = cause and {token.text, reading.text(place + 1)} & {"reason", "cause", "lever", "point", "driver"}
        named = reason and not any(i in reading.names for i in range(place + 1, place + 4))
        if asked or (named and reading.facts):
            reading.settle(place, proved=False)


OF_NO_NUMBER = (asides_hold, denials_without_numbers, comparatives_without_numbers)
