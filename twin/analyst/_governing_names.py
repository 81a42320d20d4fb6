"""Refuse a number that a clause attaches to the name of another quantity, whichever verb stands between them."""

from twin.analyst._name_words import goes_by
from twin.analyst._names_before import BEST_OF, is_base
from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import HARD, Reading
from twin.analyst._vocabulary import OBJECTS
from twin.plan.quantities import QUANTITIES

#: Words after which another subject, or something that a number is compared with, may follow.
_JOINS = set(
    """and but or while whereas which that who if when where because since as so than against versus vs with fit fits
    fill fills cover covers including eats eat combine combines not""".split()
)
_TIMES = set(
    "with at of under from by for in on within over after".split()
)  # words before a number that is a condition
#: Names that can be verbs, or that leave open what they are names of.
_NO_SUBJECTS = set("peaks recorded met cost costs overflows returns orders".split())
_NO_SUBJECTS |= {"the plan", "its plan", "falls short", "fall short", "runs short", "run short"}
#: Unit -> words of which a name of another unit needs one, to be told in this one.
_TOLD_IN = {
    "$/period": set(
        "cost costs costing bill bills pay pays paid charge charges price money spend spends fee $".split()
    ),
    "-": set(
        "probability probable chance likely likelihood odds days weeks months times cases often use used utilised "
        "taken full share part risk of relative varies coefficient vary variation "
        "variance uncertainty variability".split()
    ),
}
_CHANGES = {"gain", "gains", "loss", "losses", "difference", "swings"}  # names that can be those of a difference
_DEMAND = {"demand_mean", "forecast_mean", "horizon_mean"}


def names_govern(reading: Reading) -> None:
    """Raise `Unsupported` if the name that governs a number, "overflow is expected to reach 5", is of another one."""
    for place in reading.facts:
        token, fact = reading.tokens[place], reading.tokens[place].fact
        if token.kind == "told" or token.text[:1].isalpha() or fact.unit in ("lane", "date", "period"):
            continue
        if "." in fact.name and reading.text(place - 1) == "of" and place - 2 in reading.names:
            if reading.text(place - 2) not in _CHANGES and reading.text(0) not in ("no", "a"):
                raise Unsupported(f"{fact.id} is a difference, and told as {reading.text(place - 2)}")
        if fact.key == "twin" or "." in fact.name:
            continue
        name = _governing(reading, place)
        if name is not None and not _is_permitted(reading, place, name):
            raise Unsupported(f"{fact.id} is told as {reading.text(name)}")


def _governing(reading, place):
    """Return the place of the name that is the subject of a number; None if another word governs it."""
    own = reading.tokens[place].fact.measure
    after = reading.name_after(place, 3)
    if after is not None and goes_by(own, reading.tokens[after].measures):
        return None
    for here in range(place - 1, -1, -1):
        text, token = reading.text(here), reading.tokens[here]
        if here in reading.names and text not in _NO_SUBJECTS:
            if not is_base(reading, here):
                return here
            if goes_by(own, token.measures) or here == place - 2:
                return None  # "a lane with a profit of 5"
        elif here in reading.facts:
            if reading.text(here - 1) not in _TIMES:
                return None
        elif text in HARD | {","} or text in _JOINS or text in OBJECTS or token.says("more", "less"):
            return None
    return None


def _is_permitted(reading, place, name):
    """Return whether a number may have a name as its subject."""
    fact, measures = reading.tokens[place].fact, reading.tokens[name].measures
    if fact.measure in measures or BEST_OF.get(fact.measure) in measures:
        return True
    if fact.measure in ("forecast_low", "forecast_high") and measures & _DEMAND:
        return True
    if fact.measure == "best_profit_level" and reading.text(place - 1) == "at" and "profit" in measures:
        return True  # "profit peaks at"
    if not goes_by(fact.measure, measures):
        return False
    words = reading.words
    same = any(QUANTITIES[one].unit.startswith("$") == fact.unit.startswith("$") for one in measures)
    if fact.measure in _DEMAND or (same and fact.unit != "-"):
        return True
    return bool(words & _TOLD_IN.get(fact.unit, words))
