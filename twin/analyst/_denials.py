"""Check what is denied: a change, room for what is required, evidence, a share of all."""

from twin.analyst._contrasts import not_the_other, word_after
from twin.analyst._moves import SLIGHT
from twin.analyst._name_words import goes_by
from twin.analyst._orders import compare
from twin.analyst._sentence import Reading

_CHANGES = set(
    """change changes changed affect affects affected effect touch touches influence influences impact alter alters
    move moves react respond bearing help helps""".split()
)
_DOES = set("do does did changes change adds add".split())
_FOR = {"for", "about", "to", "in"}
_HOLDS = set("hold cover house accommodate store fit take meet contain".split())


def denials_hold(reading: Reading) -> None:
    """Settle the denials of a sentence that facts bear out; raise `Unsupported` if facts say the contrary."""
    for place in reading.find("negation"):
        for check in (
            _not_all,
            _no_room,
            _no_change,
            _no_trend,
            _no_evidence,
            not_the_other,
        ):
            holds = check(reading, place)
            if holds is None:
                continue
            if not holds:
                reading.refuse(place, "is not so")
            reading.settle(place, *_with(reading, place))
            break


def _with(reading, place):
    """Return the places of words that strengthen or continue a denial: "at all", "neither ... nor"."""
    ends = [i for i in range(place, place + 8) if reading.text(i) == "all" and reading.text(i - 1) == "at"]
    if reading.text(place) == "neither":
        ends += [i for i in range(place, len(reading.tokens)) if reading.text(i) == "nor"]
    return ends


def _no_change(reading, place):
    """Return whether a what-if leaves as it is what a sentence says does not change; None if it says no such thing."""
    verb, scenario = word_after(reading, place, _CHANGES, 4), reading.scenario()
    if reading.text(place) == "nothing" and reading.text(place - 1) in _DOES and reading.text(place + 1) in _FOR:
        verb = place
    latest = next(reversed(reading.evidence.scenarios), "")
    if (
        not scenario
        and latest
        and any(
            goes_by(name, reading.tokens[i].measures)
            for name in reading.evidence.scenarios[latest][1]
            for i in reading.names
        )
    ):
        scenario = latest
    compared = {"before", "after"} <= reading.words
    scenario = latest if (reading.text(place) == "nothing" or compared) and not scenario else scenario
    base = [reading.tokens[i].lane for i in reading.lanes if i < place and i in reading.clause(place)]
    others = {lane for lane, _ in reading.evidence.scenarios.values()}
    if verb is not None and others and base and not others & set(base) and reading.text(verb) in ("affected", "change"):
        return True  # a what-if changes one lane alone
    if verb is None or not scenario or reading.text(place) in ("without", "neither"):
        return None
    lane, inputs = reading.evidence.scenarios[scenario]
    subject = [reading.tokens[i].lane for i in reading.lanes if i in reading.clause(place) and i > place]
    if subject and lane not in subject:
        return True  # a what-if changes one lane alone
    told = {reading.tokens[i].fact.measure for i in reading.facts if reading.tokens[i].fact.key == scenario}
    clause = [i for i in reading.names if i in reading.clause(place)]
    names = [i for i in clause if i > verb] + [i for i in reversed(clause) if i < place] or reading.names
    names = [i for i in names if not any(goes_by(name, reading.tokens[i].measures) for name in inputs)]
    measures = set(reading.tokens[names[0]].measures) if names else told
    measures = measures & told or measures
    if reading.text(verb) in ("help", "helps") and not told:
        return None
    moves = {_moves(reading, scenario, lane, measure, reading.text(place)) for measure in measures} - {None}
    return not moves.pop() if len(moves) == 1 else None


def _moves(reading, scenario, lane, measure, word):
    """Return whether a what-if changes a measure by more than is told; None if that is not known."""
    after, before = reading.value_in(measure, lane, scenario), reading.value(measure, lane)
    if None in (after, before):
        return None
    if word in ("hardly", "barely", "scarcely"):
        return abs(after - before) > SLIGHT * max(abs(before), 1e-12)
    return bool(compare(after, before))


def _not_all(reading, place):
    """Return whether the share that a sentence tells is less than all; None if it does not say "not all"."""
    if reading.text(place) != "not" or reading.text(place + 1) not in ("all", "every", "everything", "entirely"):
        return None
    shares = [reading.tokens[i].fact.value for i in reading.facts if reading.tokens[i].fact.unit == "-"]
    if shares:
        reading.settle(place + 1)
    return shares[0] < 1.0 if shares else None


def _no_room(reading, place):
    """Return whether own capacity does not hold the required capacity, where a sentence says so; else None."""
    verb = word_after(reading, place, _HOLDS, 3)
    names = {name for i in reading.names for name in reading.tokens[i].measures}
    if verb is None or "internal_capacity" not in names | {reading.tokens[i].fact.measure for i in reading.facts}:
        return None
    scenario, needs = reading.scenario(), []
    keys = [scenario] if scenario else reading.subjects(place)
    for key in keys:
        lane = reading.evidence.scenarios[scenario][0] if scenario else key
        own = reading.value("internal_capacity", key)
        own = reading.value("internal_capacity", lane) if own is None else own
        need = _told_need(reading, key) or reading.value("required_capacity", key)
        if None in (own, need):
            return None
        needs.append(need > own)
    if reading.text(place + 1) == "longer":
        before = [reading.value(name, lane) for name in ("required_capacity", "internal_capacity")]
        if None in before or before[0] > before[1]:
            return False
        reading.settle(place + 1)
    return all(needs) if needs else None


def _told_need(reading, key):
    """Return the capacity of a lane's horizon if a sentence tells it; else None."""
    facts = (reading.tokens[i].fact for i in reading.facts)
    told = (fact for fact in facts if fact.name == "horizon_capacity" and key in reading.evidence.about(fact))
    return next((fact.value for fact in told), None)


_YEAR = {"day": 365.0, "week": 52.0, "month": 12.0}
_NO_TREND = 0.1  # change of demand in a year, relative to its mean, up to which there is no trend worth a word [-]


def _no_trend(reading, place):
    """Return whether demand hardly changes where a sentence says that there is no trend; None if it does not."""
    near = range(place + 1, min(place + 8, len(reading.tokens)))
    said = any(reading.text(i).endswith(("trend", "growth")) for i in near)
    if reading.text(place) not in ("no", "neither", "without", "none") or not said:
        return None
    lanes = reading.evidence.lanes if reading.text(place) in ("neither", "none") else reading.subjects(place)
    values = [(reading.value("trend", key), reading.value("demand_mean", key)) for key in lanes]
    if not values or any(None in pair for pair in values):
        return None
    year = _YEAR[reading.evidence.unit_of_period]
    return all(abs(trend) * year <= _NO_TREND * mean for trend, mean in values)


def _no_evidence(reading, place):
    """Return whether facts lack what a sentence says there is no evidence on; None if it says no such thing."""
    words = [reading.text(i) for i in range(place + 1, place + 3)]
    name = reading.name_after(place, 8)
    if (
        reading.text(place) != "no"
        or name is None
        or "to" in words
        or not (
            {"evidence", "data", "fact", "number"} & set(words)
            or (name == place + 1 and reading.text(name) != "seasonal")
        )
    ):
        return None
    if reading.text(name + 1) in ("left", "free", "spare") or (reading.text(place - 1) == "has" and name == place + 1):
        return None
    if reading.text(place - 1) not in ("is", "have", "see", "find", "has", "give"):
        return None
    known = [reading.value(measure, key) for key in reading.subjects(name) for measure in reading.tokens[name].measures]
    return all(value is None for value in known) if known else None
