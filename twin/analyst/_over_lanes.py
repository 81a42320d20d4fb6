"""Check what is told of several lanes at once: "all run at 95 %", "none has any overflow", "no other reaches it"."""

from twin.analyst._ranks import ranked
from twin.analyst._sentence import Reading

_REACH = set("match matches reach reaches equal equals beat beats exceed exceeds surpass surpasses top tops".split())


def lists_hold(reading: Reading) -> None:
    """Settle "A-B, C-D and E-F all run at 95 %" if the number is that of each lane; refuse it if it is not."""
    for place, token in enumerate(reading.tokens):
        if token.text not in ("all", "both", "each") or place - 1 not in reading.lanes:
            continue
        fact = next((reading.tokens[i].fact for i in reading.facts if i > place), None)
        if fact is None or fact.key not in reading.evidence.lanes or any(i > place for i in reading.lanes):
            continue
        if any(reading.tokens[i].says("more", "less") for i in range(place, len(reading.tokens))):
            continue
        if len([i for i in reading.facts if i > place]) > 1:
            continue
        named = {reading.tokens[i].lane for i in reading.lanes}
        values = [reading.value(fact.measure, key) for key in named]
        if any(value is None or abs(value - fact.value) > 1e-9 * max(abs(value), 1.0) for value in values):
            reading.refuse(place, "is not so")
        reading.settle(place)


def none_has(reading: Reading) -> None:
    """Settle "none of the lanes has any overflow" if the quantity is zero on every lane; refuse it if it is not."""
    for place, token in enumerate(reading.tokens):
        if token.text not in ("none", "no") or "lane" not in _words(reading, place, 5):
            continue
        verb = next((i for i in range(place, place + 7) if reading.text(i) in _HAS), None)
        name = reading.name_after(verb, 3) if verb is not None else None
        if name is None or reading.words & {"other", "than", "more", "less"}:
            continue
        keys = list(reading.evidence.lanes)
        if (reading.evidence.value("network.lanes") or 0) > len(keys):
            continue
        measures = reading.tokens[name].measures
        if reading.text(verb).startswith("plan"):
            measures = measures & {"planned_overflow"}
        values = [reading.value(measure, key) for measure in measures for key in keys]
        if None in values or not values:
            continue
        if any(abs(value) > 1e-9 for value in values):
            reading.refuse(place, "is not so")
        reading.settle(place)


_HAS = set("has have plans plan shows show faces face needs need".split())


def no_other_lane_reaches(reading: Reading) -> None:
    """Settle "no other lane matches a profit of 5" if its lane is the first of all; refuse it if it is not."""
    for place in range(len(reading.tokens)):
        if [reading.text(place + i) for i in range(3)] != ["no", "other", "lane"] or reading.text(
            place + 3
        ) not in _REACH:
            continue
        told = next((i for i in reading.facts if 0 < i - place <= 9), None)
        name = reading.name_after(place + 3, 5)
        if told is None and name is None:
            continue
        fact = reading.tokens[told].fact if told is not None else None
        measures = {fact.measure} if fact else set(reading.tokens[name].measures)
        lane = fact.key if fact else next((reading.tokens[i].lane for i in reversed(reading.lanes)), "")
        first = ranked(reading, measures, True)
        if not first or lane not in reading.evidence.lanes:
            continue
        if first[0] != lane:
            reading.refuse(place, "is not so")
        words = {place, place + 3, *(i for i in reading.names if told is not None and place < i < told)}
        reading.settle(*words)


def _words(reading, place, count):
    """Return the words of the next tokens, without the ending of a plural."""
    return {word.removesuffix("s") for i in range(place, place + count) for word in reading.text(i).split()}
