"""Check words that say that lanes are alike: "the same", "equal", "as is that of"."""

from twin.analyst._negations import denial_before
from twin.analyst._orders import measures_of, told_of
from twin.analyst._sentence import Reading

_STAYS = set("stay stays remain remains keep keeps leave leaves".split())
_ALSO = {
    ("as", "is"),
    ("as", "are"),
    ("as", "does"),
    ("as", "do"),
    ("so", "is"),
    ("so", "does"),
    ("so", "do"),
    ("so", "are"),
}


def equals_hold(reading: Reading) -> None:
    """Settle words that say that lanes are alike if facts do; raise `Unsupported` if they differ."""
    for place in range(len(reading.tokens)):
        if reading.text(place) == reading.text(place + 2) == "as" and (told := _as_told(reading, place)) is not None:
            if not told:
                reading.refuse(place, "is not so")
            reading.settle(*(i for i in (place - 1,) if reading.tokens[i].says("near")))
            continue
        if (
            reading.text(place) == "as"
            and reading.text(place + 2) == "as"
            and not (
                reading.text(place - 1) == "times"
                or reading.classes(place - 1) & {"ratio"}
                or place - 1 in reading.facts
            )
            and reading.text(place + 1) not in ("long", "well", "soon", "far")
            and not reading.classes(place - 1) & {"ratio"}
            and not any(i > place for i in reading.lanes)
        ):
            reading.refuse(place, "cannot be checked")
        if (reading.text(place), reading.text(place + 1)) in _ALSO and any(i > place for i in reading.lanes):
            if not _are_alike(reading, place):
                reading.refuse(place, "cannot be said of both")
    for place in reading.names:
        is_the = reading.text(place - 1) in ("its", "the") and reading.text(place - 2) == "is"
        before = reading.name_before(place - 2, reading.clause(place).start)
        apart = before is not None and any(before < i < place for i in reading.facts)
        if (
            is_the
            and before is not None
            and not apart
            and not reading.tokens[before].measures & reading.tokens[place].measures
        ):
            if reading.tokens[min(place + 1, len(reading.tokens) - 1)].fact or reading.text(place + 2)[:1].isdigit():
                reading.refuse(place, "is another quantity")
    _same_multiple(reading)
    for place in reading.find("same"):
        if reading.scenario() and {reading.text(i) for i in range(place - 4, place)} & _STAYS:
            continue  # the same as before, which is a matter of changes
        if reading.text(place) in ("same", "equal", "identical", "alike", "similar", "similarly", "equally"):
            alike = _in_equal_parts(reading, place)
            alike = _as_before(reading, place) if alike is None else alike
            alike = _are_alike(reading, place) if alike is None else alike
            if alike is None:
                continue
            denied = denial_before(reading, place)
            if alike == bool(denied):
                reading.refuse(place, "is not so")
            reading.settle(place, *denied, *(i for i in reading.find("whole") if reading.text(i) == "both"))


def _same_multiple(reading):
    """Raise `Unsupported` if "so does" says that a quantity is multiplied as another one is, and it is not."""
    for place in range(len(reading.tokens)):
        pair = (reading.text(place), reading.text(place + 1))
        name = reading.name_after(place + 1, 4)
        multiples = [i for i in reading.facts if i < place and reading.text(i)[:1].isalpha()]
        if pair in _ALSO and name is not None and multiples:
            fact = reading.tokens[multiples[-1]].fact
            found = [reading.value(f"{one}.relative", fact.key) for one in reading.tokens[name].measures]
            if not any(value is not None and abs(value - fact.value) <= 0.05 for value in found):
                reading.refuse(place, "is not so")


def _are_alike(reading, place):
    """Return whether a quantity is printed alike for the lanes of a sentence; None if it is not known."""
    evidence = reading.evidence
    named = {reading.tokens[i].lane for i in reading.lanes}
    every = any(token.text in ("each", "all", "every") for token in reading.tokens)
    lanes = named if len(named) > 1 else set(evidence.lanes) if every or len(evidence.lanes) == 2 else set()
    names = [i for i in reading.names if i > place] or reading.names
    told = {reading.tokens[i].fact.measure for i in reading.facts if reading.tokens[i].fact.unit != "lane"}
    measures = told or (
        told_of(reading, set(reading.tokens[names[0]].measures)) if names else set(measures_of(reading, place))
    )
    found = set()
    for measure in measures:
        facts = [evidence.facts.get(f"{key}.{measure}") for key in lanes]
        if len(facts) > 1 and None not in facts:
            values = [fact.value for fact in facts]
            near = "similar" in reading.text(place) and max(values) - min(values) <= 0.1 * max(map(abs, values))
            found.add(near or len({evidence.printed(fact) for fact in facts}) == 1)
    return found.pop() if len(found) == 1 else None


_PAST = set("past before record history average usual".split())


def _as_before(reading, place):
    """Return whether a forecast is close to the mean demand of the record; None if a sentence does not say so."""
    told = [
        reading.tokens[i].fact
        for i in reading.facts
        if reading.tokens[i].fact.measure in ("horizon_mean", "forecast_mean")
    ]
    said = {reading.text(i) for i in range(place + 1, place + 6)} & _PAST
    if len(told) != 1 or not said:
        return None
    lane = next(iter(reading.evidence.about(told[0])), "")
    mean = reading.value("demand_mean", lane)
    return None if not mean else abs(told[0].value - mean) <= 0.05 * mean


def _as_told(reading, place):
    """Return whether two numbers around "as large as", or "nearly as large as", are so alike; or None."""
    before, after = [i for i in reading.facts if i < place], [i for i in reading.facts if place < i <= place + 9]
    if len(before) != 1 or len(after) != 1 or reading.classes(place - 1) & {"ratio"} or place - 1 in reading.facts:
        return None
    one, two = reading.tokens[before[0]].fact, reading.tokens[after[0]].fact
    if one.unit != two.unit or "." in one.name + two.name or two.value <= 0:
        return None
    low, high = (0.8, 1.0) if reading.tokens[place - 1].says("near") else (0.95, 1.05)
    return low <= one.value / two.value <= high


def _in_equal_parts(reading, place):
    """Return whether two numbers that are told are equal, where a sentence says "in equal parts"; else None."""
    if reading.text(place + 1) not in ("parts", "shares", "measure"):
        return None
    told = [reading.tokens[i].fact for i in reading.facts]
    if len(told) != 2 or told[0].unit != told[1].unit:
        return None
    return abs(told[0].value - told[1].value) <= 0.1 * max(abs(one.value) for one in told)
