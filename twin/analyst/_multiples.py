"""Check multiples and the condition of a what-if."""

from twin.analyst._name_words import goes_by
from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import Reading
from twin.analyst._shares import SIDES
from twin.analyst.numerals import ROUGH_TIMES, numerals

_IF = set("if when suppose supposing with were".split())


def multiples_hold(reading: Reading) -> None:
    """Raise `Unsupported` if "double" or "half" is said of a quantity that does not change so."""
    for place in reading.facts:
        token = reading.tokens[place]
        if (
            not (token.fact.name.endswith(".relative") and token.text.replace(" ", "").isalpha())
            or "cent" in token.text
        ):
            continue
        others = [
            reading.tokens[i].fact for i in reading.facts if i != place and "." not in reading.tokens[i].fact.name
        ]
        if (
            len(others) == 2
            and others[0].name == others[1].name
            and others[0].key != others[1].key
            and others[1].value > 0
        ):
            times = numerals(token.text)[0].value
            ratio = others[0].value / others[1].value
            if _is_times(reading, place, ratio, times):
                continue
        scenario, times = token.fact.key, numerals(token.text)[0].value
        names = [
            i
            for i in (reading.name_before(place, _part_start(reading, place)), reading.name_after(place, 3))
            if i is not None
        ]
        if not names and place in _condition(reading):
            changed = reading.evidence.scenarios.get(scenario, ("", ()))[1]
            names_of = [reading.value(f"{name}.relative", scenario) for name in changed]
            if any(value is not None and abs(1.0 + value - times) <= ROUGH_TIMES for value in names_of):
                continue
        if not names or reading.tokens[min(place + 1, len(reading.tokens) - 1)].fact:
            reading.refuse(place, "is the multiple of no fact")
        for name in names[:1] if reading.text(place + 1) in ("", ",", ".") else names[-1:]:
            found = [reading.value(f"{m}.relative", scenario) for m in reading.tokens[name].measures]
            if reading.text(place - 1) == "by":  # a part by which a quantity rises or falls
                low, high = next((SIDES[word] for word in token.text.lower().split() if word in SIDES), (0.97, 1.03))
                if not any(value is not None and low * times <= abs(value) <= high * times for value in found):
                    reading.refuse(place, "is not the change of a fact")
                continue
            more = [i for i in range(place - 2, place) if reading.text(i) in ("more", "less", "over")]
            if more and reading.text(place - 1) in ("than", "over"):
                sign = -1 if reading.text(more[0]) == "less" else 1
                holds = any(value is not None and (1.0 + value - times) * sign > 0 for value in found)
                reading.settle(*more)
            elif roughly := [i for i in (place - 1,) if reading.text(i) in SIDES]:
                low, high = SIDES[reading.text(roughly[0])]
                holds = any(value is not None and low * times <= 1.0 + value <= high * times for value in found)
                reading.settle(*roughly)
            else:
                holds = any(value is not None and abs(1.0 + value - times) <= ROUGH_TIMES for value in found)
            if not holds:
                reading.refuse(place, "is not the multiple of a fact")


def _is_times(reading, place, ratio, times):
    """Return whether the ratio of two numbers that are told is a multiple in words, with "more than" or "almost"."""
    before = [i for i in range(place - 3, place) if reading.text(i) in SIDES]
    low, high = next((SIDES[reading.text(i)] for i in before), (0.95, 1.05))
    if low * times <= ratio <= high * times:
        reading.settle(*before)
        return True
    return False


def _part_start(reading, place):
    """Return the first place of the part of a sentence, between commas or marks, around a token."""
    start = place
    while start > 0 and reading.text(start - 1) not in {",", ";", ":", ".", "(", "and", "then"}:
        start -= 1
    return start


def base_inputs_are_not_told(reading: Reading) -> None:
    """Raise `Unsupported` if a what-if is told at the input as it stands: "at a level of 98 %, profit falls"."""
    scenario = reading.scenario()
    told = [reading.tokens[i].fact for i in reading.facts]
    if not any(fact.key == scenario for fact in told):
        return
    _, changed = reading.evidence.scenarios[scenario]
    for place in reading.facts:
        fact = reading.tokens[place].fact
        before = {reading.text(i) for i in range(max(place - 6, 0), place)}
        if (
            fact.key in reading.evidence.lanes
            and fact.measure in changed
            and (before & {"at", "with", "if", "to"} or reading.text(0) in ("a", "an"))
        ):
            if not before & {"from", "instead", "than", "currently", "now", "today", "up", "against"}:
                reading.refuse(place, "is the input as it stands")


def _condition(reading):
    """Return the places of the words that say what is changed in a what-if: "if returns double"."""
    for start, token in enumerate(reading.tokens):
        if token.text in _IF and (token.text != "with" or start == 0):
            stop = start + 1
            while stop < len(reading.tokens) and reading.text(stop) not in {
                ",",
                ";",
                ":",
                ".",
                "then",
                "would",
                "could",
            }:
                stop += 1
            return range(start, stop)
    return range(0)


def inputs_are_those_changed(reading: Reading) -> None:
    """Raise `Unsupported` if the condition of a what-if names other inputs than those that it changes."""
    scenario, condition = reading.scenario(), _condition(reading)
    told = {reading.tokens[i].fact.key for i in reading.facts} & reading.evidence.scenarios.keys()
    if len(told) > 1 or not told:
        return
    changed = set(reading.evidence.scenarios[scenario][1])
    for place in condition:
        named = any(goes_by(name, reading.tokens[place].measures) for name in changed)
        if reading.tokens[place].measures and not named and reading.text(place - 1) not in ("that", "this"):
            raise Unsupported(f"{scenario} changes other inputs than {reading.text(place)}")
        if reading.text(place) in ("nothing", "none"):
            raise Unsupported(f"{scenario} changes {', '.join(changed)}")
