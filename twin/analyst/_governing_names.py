"""Refuse a number that a clause attaches to the name of another quantity, whichever verb stands between them."""

from twin.analyst._name_words import goes_by
from twin.analyst._names_before import BEST_OF, is_base, listed
from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import HARD, Reading
from twin.analyst._vocabulary import OBJECTS
from twin.plan.quantities import QUANTITIES

#: Words after which another subject, or something that a number is compared with, may follow.
_JOINS = set(
    """and but or while whereas which that who if when where because since as so than against versus vs with fit fits
    fill fills cover covers including eats eat combine combines not""".split()
)
#: Words before a number that is a condition, and not the object of the verb.
_TIMES = set("with at of under from by for in on within over after".split())
_LINKING = set("averages average averaged use uses used".split())  # verbs, or nouns, that leave the subject as it is
_MOVES = set("grow grows trend rise rises fall falls decline declines shrink shrinks drift drifts slope".split())
#: Names that can be verbs, or that leave open what they are names of.
_NO_SUBJECTS = set("peaks record recorded met cost costs overflows returns orders".split())
_NO_SUBJECTS |= {"the plan", "its plan", "falls short", "fall short", "runs short", "run short"}
#: Unit -> words of which a name of another unit needs one, to be told in this one.
_TOLD_IN = {
    "$/period": set(
        "cost costs costing bill bills pay pays paid charge charges price money spend spends fee $".split()
    ),
    "-": set(
        "probability probable chance likely likelihood odds days weeks months times cases often use used utilised "
        "taken full share part risk relative varies coefficient vary variation "
        "variance uncertainty variability".split()
    ),
    "points": set("point points index resilience earns earn".split()),
    "pallet": set("pallet pallets place places order volume stock by".split()),
}
_TOLD_IN |= {"pallet/period": _TOLD_IN["pallet"]}
_CHANGES = {"gain", "gains", "loss", "losses", "difference", "swings"}  # names that can be those of a difference
_DEMAND = {"demand_mean", "forecast_mean", "horizon_mean"}


def names_govern(reading: Reading) -> None:
    """Raise `Unsupported` if the name that governs a number, "overflow is expected to reach 5", is of another one."""
    for place in reading.facts:
        token, fact = reading.tokens[place], reading.tokens[place].fact
        if token.kind == "told" or token.text[:1].isalpha() or fact.unit in ("lane", "date"):
            continue
        if fact.measure in ("horizon", "periods"):
            continue
        if "." in fact.name and reading.text(place - 1) == "of" and place - 2 in reading.names:
            costs = {"cost", "costs"} & {reading.text(i) for i in range(place - 5, place)} and fact.value < 0
            if reading.text(place - 2) not in _CHANGES and reading.text(0) != "no" and not costs:
                raise Unsupported(f"{fact.id} is a difference, and told as {reading.text(place - 2)}")
        if fact.key == "twin" or "." in fact.name:
            continue
        name = None if listed(reading, place) else _governing(reading, place)
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
            if here == place - 2 and reading.text(here + 1) == "of":
                return here  # "a lane with a profit of 5"
            if goes_by(own, token.measures) or here == place - 2:
                return None
        elif here in reading.facts:
            if reading.text(here - 1) not in _TIMES:
                return None
        elif text in (":", ",") and here == place - 1:
            return _heading(reading, here)  # "resilience on A-B: 5"
        elif text == "as" and "as" in (reading.text(here - 2), reading.text(here + 2)):
            continue  # "goes as far as"
        elif text in HARD | {","} or text in _JOINS or (text in OBJECTS and text not in _LINKING):
            return None
        elif token.says("more", "less"):
            return None
    return None


def _heading(reading, colon):
    """Return the place of the name that is all that stands before a colon, but for a lane; None if more does."""
    start = reading.clause(colon).start
    names = [i for i in range(start, colon) if i in reading.names]
    rest = (i for i in range(start, colon) if i not in reading.names and i not in reading.lanes)
    alone = len(names) == 1 and all(reading.text(i) in _TIMES | {"the", "'s", "its", "lane"} for i in rest)
    return names[0] if alone else None


def _is_permitted(reading, place, name):
    """Return whether a number may have a name as its subject."""
    fact, measures = reading.tokens[place].fact, reading.tokens[name].measures
    if fact.measure == "trend" and "trend" not in reading.text(name):
        return bool(reading.words & _MOVES) or any(token.says("rise", "fall") for token in reading.tokens)
    if fact.measure in measures or BEST_OF.get(fact.measure) in measures:
        return True
    if fact.measure in ("forecast_low", "forecast_high") and measures & _DEMAND:
        return True
    if fact.measure == "best_profit_level" and reading.text(place - 1) == "at" and "profit" in measures:
        return True  # "profit peaks at"
    bill = "bill" in reading.text(name).split() and fact.unit.startswith("$/pallet")
    if bill or not goes_by(fact.measure, measures):
        return False
    kinds = {QUANTITIES[one].unit.partition("/")[0] for one in measures}
    if (fact.measure in _DEMAND and measures & _DEMAND) or (fact.unit != "-" and fact.unit.partition("/")[0] in kinds):
        return True
    others = (token for i, token in enumerate(reading.tokens) if not token.fact and not token.lane and i != name)
    words = {word for token in others for word in token.text.split()}
    share = fact.unit == "-" and reading.text(place + 1) == "of"  # of what, other checks see to
    return share or bool(words & _TOLD_IN.get(fact.unit, words))
