"""Refuse what goes further than the numbers beside it: bounds, causes of a level, effects of "this", ways to a best."""

from twin.analyst._interval_ends import FORECAST_ENDS
from twin.analyst._orders import compare
from twin.analyst._sentence import Reading

_SURE = set("never certainly certain surely always guaranteed".split())  # words for a bound without exceptions
#: Words for a bound -> words of which one stands directly before them.
_BOUNDS = {"least": {"at"}, "most": {"at"}, "not": {"can", "will", "could"}}
_MAKES = set("make makes made keep keeps kept bring brings turn turns push pushes hold holds put puts".split())
_UP = set("add adding raise raising increase increasing extend expand more buy build lift lifting extra".split())
_DOWN = set("cut cutting reduce reducing lower lowering shrink fewer sell drop trim less".split())
#: Best value -> the quantity that it is the best value of.
_BEST_OF = {"optimal_own_capacity": "internal_capacity", "best_profit_level": "service_level"}


def intervals_are_no_bounds(reading: Reading) -> None:
    """Raise `Unsupported` if an end of the forecast's interval is told as a bound without its probability."""
    measures = {fact.measure for fact in [reading.tokens[i].fact for i in reading.facts]}
    if measures & set(FORECAST_ENDS) and "interval_level" not in measures:
        for place, token in enumerate(reading.tokens):
            if token.text in _SURE or reading.text(place - 1) in _BOUNDS.get(token.text, ()):
                reading.refuse(place, "is more than an interval shows")


def levels_have_no_cause(reading: Reading) -> None:
    """Raise `Unsupported` if something is said to be what makes, or keeps, a quantity as it is."""
    for place, token in enumerate(reading.tokens):
        says = token.text == "what" and reading.text(place - 1) in ("is", "are", "was") and reading.facts
        if says and reading.text(place + 1) in _MAKES:
            reading.refuse(place + 1, "names a cause that is no fact")


def effects_of_this_hold(reading: Reading) -> None:
    """Raise `Unsupported` if "because this raises its profit" is not what the what-if of the sentence shows."""
    for place, token in enumerate(reading.tokens):
        if token.text not in ("this", "that", "it") or reading.text(place - 1) not in ("because", "since", "as"):
            continue
        verb = next(
            (
                i
                for i in range(place + 1, place + 4)
                if reading.tokens[min(i, len(reading.tokens) - 1)].says("rise", "fall")
            ),
            None,
        )
        name = reading.name_after(verb, 3) if verb is not None else None
        if name is None or any(place < i < name for i in reading.facts):
            continue
        sign = 1 if reading.tokens[verb].says("rise") else -1
        if sign not in _moved(reading, name):
            reading.refuse(verb, "is not so")


def joint_moves_hold(reading: Reading) -> None:
    """Raise `Unsupported` if a change is said to raise, or to lower, two quantities, and one moves otherwise."""
    for place, token in enumerate(reading.tokens):
        if not token.says("rise", "fall") or not reading.scenario():
            continue
        first = reading.name_after(place, 3)
        joins = first is not None and reading.text(first + 1) in ("and", "as")
        second = reading.name_after(first + 1, 3) if joins else None
        if second is None or any(first < i < second for i in reading.facts):
            continue
        sign = 1 if token.says("rise") else -1
        for name in (first, second):
            moved = _moved(reading, name)
            if moved and sign not in moved:
                reading.refuse(place, "is not so")


def _moved(reading, name):
    """Return the directions in which the quantities of a name move in the what-if that a sentence speaks of."""
    case = reading.scenario()
    case = case or next(
        (
            fact.key
            for fact in [reading.tokens[i].fact for i in reading.facts]
            if fact.key in reading.evidence.scenarios
        ),
        "",
    )
    key = reading.evidence.scenarios[case][0] if case else ""
    pairs = [(reading.value(one, case), reading.value(one, key)) for one in reading.tokens[name].measures if case]
    return {compare(*pair) for pair in pairs if None not in pair}


def ways_lead_to_the_best(reading: Reading) -> None:
    """Raise `Unsupported` if advice moves a quantity away from the best value that the sentence tells."""
    if not {"i", "we", "you"} & reading.words or {"not", "no"} & reading.words:
        return
    asked = [1 if token.text in _UP else -1 for token in reading.tokens if token.text in _UP | _DOWN]
    for fact in [reading.tokens[i].fact for i in reading.facts]:
        now = reading.value(_BEST_OF.get(fact.name, ""), fact.key)
        if asked and now is not None and compare(fact.value, now) == -asked[0]:
            reading.refuse(0, "begins advice that leads away from the best")


BEYOND_NUMBERS = (
    intervals_are_no_bounds,
    levels_have_no_cause,
    effects_of_this_hold,
    joint_moves_hold,
    ways_lead_to_the_best,
)
