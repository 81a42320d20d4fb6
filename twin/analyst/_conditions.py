"""Check conditions, which claim nothing, and what would follow from another service level."""

from twin.analyst._advice import CONDITIONS
from twin.analyst._sentence import Reading

_WORDS = ("rise", "fall", "more", "less", "improve", "worsen", "better", "worse", "erratic", "steady")
_EARN = {"earn", "earns", "make"}


def conditions_hold(reading: Reading) -> None:
    """Settle the words of a condition without numbers: "unless demand grows", "until it is steady"."""
    for place in reading.find(*_WORDS):
        start = max((i for i in range(place) if reading.text(i) in CONDITIONS), default=None)
        part = range(start if start is not None else place, place)
        stops = any(reading.text(i) in (",", ";", ":", "then", "would", "because", "but") for i in part)
        if start is None or stops or (reading.text(start) == "before" and start == 0):
            continue
        end = next((i for i in range(place, len(reading.tokens)) if reading.text(i) in (",", ";", ":", ".")), place)
        if not any(start < i < end for i in reading.facts):
            reading.settle(place, proved=False)


def service_level_pays(reading: Reading) -> None:
    """Settle that a higher, or a lower, service level would pay, by the level that earns most."""
    if reading.facts and reading.scenario():
        return
    for place in reading.find("more", "less", "rise", "fall"):
        name = reading.name_after(place, 3)
        if name is None or "service_level" not in reading.tokens[name].measures or name + 1 in reading.facts:
            continue
        effect = next((i for i in range(len(reading.tokens)) if i != place and _is_effect(reading, i, name)), None)
        gains = {_gain(reading, key) for key in reading.subjects(place)}
        if effect is None or len(gains) != 1 or None in gains:
            continue
        denied = [i for i in range(max(effect - 3, 0), effect) if reading.text(i) in ("not", "no")]
        said = (-1 if denied else 1) * (-1 if reading.tokens[effect].says("fall", "less") else 1)
        if gains.pop() * (1 if reading.classes(place) & {"rise", "more"} else -1) != said:
            reading.refuse(effect, "is not so")
        reading.settle(place, effect, *denied, *(i for i in reading.find("whole") if reading.text(i) == "both"))


def _is_effect(reading, place, after):
    """Return whether a word says that something pays, or that profit rises or falls."""
    if reading.text(place) in ("pay", "pays"):
        return place > after
    near = [i for i in range(max(place - 3, 0), min(place + 3, len(reading.tokens)))]
    profit = any("profit" in reading.tokens[i].measures or (reading.text(i) in _EARN and i < place) for i in near)
    return reading.tokens[place].says("rise", "fall", "more", "less") and profit


def _gain(reading, key):
    """Return 1 if a higher service level earns more on a lane, -1 if a lower one does; None if it is not known."""
    best, level = reading.value("best_profit_level", key), reading.value("service_level", key)
    return None if None in (best, level) else 1 if best > level else -1
