"""Find the name that stands before a number, and decide whether it is the number's own."""

from twin.analyst._name_words import goes_by
from twin.analyst._sentence import HARD, Reading
from twin.analyst._vocabulary import BEST

#: Quantity -> the one that it is the best value of.
BEST_OF = {"best_profit_level": "service_level", "best_profit": "profit", "best_buffer_cost": "buffer_cost"}
#: Names that say little: a more specific name beside them decides.
_GENERIC = set("cost costs bill money".split())
SPREADS = set("standard deviation|standard deviations|spread|sd".split("|"))
#: Quantity -> its standard deviation.
_SPREAD_OF = {"profit": "profit_sd", "demand_mean": "demand_sd", "lead_time_mean_days": "lead_time_sd_days"}
_SPREAD_OF |= {"workload_mean": "workload_sd", "lead_time_demand_mean": "lead_time_demand_sd"}
#: Words before a name that is only what another number is of, as in "30 % of own capacity".
_BASE = set(
    """of with own at in than against by from for on because over through to into beyond within after before despite
    without besides under among around via behind exceed exceeds exceeding""".split()
)
RISKS = set("worst bad risk tail exceeds exceed shortfall".split())
_ADJACENT = set("of is are at the a = : about".split())
_ARTICLES = set("the its a an this that own daily weekly monthly our their current present today 's".split())


def part_of(reading: Reading, place: int) -> range:
    """Return the places from the last mark or number before a number up to it."""
    start = place
    while start > 0 and not (reading.tokens[start - 1].fact or reading.text(start - 1) in HARD | {","}):
        start -= 1
    return range(start, place)


def window_of(reading: Reading, place: int) -> range:
    """Return the places from the number before a number, or from the beginning of its sentence, up to it."""
    ends = [i for i in range(place) if reading.text(i) in (".", ";", "!", "?")]
    facts = (
        i for i in reading.facts
        if reading.tokens[i].fact.unit not in ("lane", "period", "date") and reading.tokens[i].fact.key != "twin"
    )  # fmt: skip
    return range(max([i + 1 for i in (*ends, *facts) if i < place], default=0), place)


def adjacent(reading: Reading, place: int) -> bool | None:
    """Return whether the name directly before a number, as in "a profit of 5", is its own; None if there is none."""
    name = place - 1
    while name >= 0 and reading.text(name) in _ADJACENT:
        name -= 1
    if name not in reading.names:
        return None
    own = _is_own(
        reading, place, name, [i for i in reading.names if i <= name and i in window_of(reading, place)] or [name]
    )
    apart = ":" in {reading.text(i) for i in range(name, place)}
    return None if own is False and apart else own


def in_window(reading: Reading, place: int) -> bool | None:
    """Return True if the number's own name stands between the number before it and it; else None."""
    names = [i for i in reading.names if i in window_of(reading, place)]
    specific = [name for name in names if reading.text(name) not in _GENERIC]
    if any(_is_own(reading, place, name, names) for name in specific or names):
        return True
    return None


def after_window(reading: Reading, place: int) -> bool | None:
    """Return whether a number that no name precedes goes by the next name after it; None if there is none."""
    fact = reading.tokens[place].fact
    if any(not is_base(reading, i) for i in reading.names if i in window_of(reading, place)):
        return None
    end = min([i for i in reading.facts if i > place] or [len(reading.tokens)])
    names = [i for i in reading.names if place < i < min(end, place + 9)]
    if end < len(reading.tokens) and names and end - names[-1] <= 3:
        names.pop()  # it is the name of the next number
    return True if any(goes_by(fact.measure, reading.tokens[i].measures) for i in names) else None


def _is_own(reading, place, name, names):
    """Return whether a name is that of a number; None if it is only the base of another name, or too general."""
    fact, token = reading.tokens[place].fact, reading.tokens[name]
    if fact.measure == "overflow_probability" and token.text == "probability":
        return True
    if token.text in ("cost", "costs") and reading.words & RISKS:
        return None  # a verb, as in "a bad day costs"
    if "pallet" in token.text and fact.unit.startswith("$") and "/pallet" not in fact.unit:
        return False
    if (spread := _spread_of(reading, name, names)) is not None:
        return fact.measure == spread
    if token.text in _GENERIC and (fact.measure in token.measures) and [i for i in names if i < name]:
        return None if not _subject_agrees(reading, place, name, names) else True
    if goes_by(fact.measure, token.measures):
        return True
    if BEST_OF.get(fact.measure) in token.measures and (BEST & reading.words or told_as_best(reading, place)):
        return True
    between = {reading.text(i) for i in range(name + 1, place)}
    apart = "is" in between and is_base(reading, name)
    if between <= _ADJACENT and not apart and not (token.text == "own capacity" and fact.measure == "use_with_buffer"):
        return False
    if token.text in ("to the partner", "at the partner", "at partners") or is_base(reading, name):
        return None
    return False


def is_what_exceeds(reading: Reading, place: int) -> bool:
    """Return whether a planned overflow is told as what exceeds own capacity: "27 more than the 243 owned"."""
    if reading.tokens[place].fact.name != "planned_overflow":
        return False
    after = range(place + 1, min(place + 9, len(reading.tokens)))
    facts = {reading.tokens[i].fact.measure for i in after if i in reading.facts}
    needs = "required_capacity" in facts or any(reading.text(i) in ("need", "needs", "requires") for i in after)
    if reading.tokens[after.start if after else place].says("more"):
        return "internal_capacity" in facts
    return reading.text(place + 1) in ("fewer", "less", "short") and needs


def told_as_best(reading: Reading, place: int) -> bool:
    """Return whether a best value is told as what another service level would bring, or as that level."""
    level = any({"service_level", "best_profit_level"} & reading.tokens[i].measures for i in reading.names)
    level = level or any(reading.tokens[i].fact.measure == "best_profit_level" for i in reading.facts)
    others = [reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.key in reading.evidence.scenarios]
    supposed = reading.words & _SUPPOSING or reading.find("rise", "fall") or reading.premises
    return level and bool(supposed) and not others


_SUPPOSING = set("would could can might even best ideal optimal another other any choosing adjusting changing".split())


def _subject_agrees(reading, place, cost, names):
    """Return whether a number may go by the name that stands before "costs", as in "penalties cost"."""
    before = [i for i in names if i < cost and "partner" not in reading.text(i)]
    return not before or _is_own(reading, place, before[-1], before) is True


def _spread_of(reading, name, names):
    """Return the standard deviation that "standard deviation of profit" means; None for other names."""
    text, before = reading.text(name), name - 1
    while reading.text(before) in _ARTICLES or before in reading.lanes:
        before -= 1
    if reading.text(before) == "of" and reading.text(before - 1) in SPREADS:
        found = {_SPREAD_OF[one] for one in reading.tokens[name].measures if one in _SPREAD_OF}
        return next(iter(found)) if found else None
    if text in SPREADS and reading.tokens[names[-1]].text == text:
        earlier = [i for i in reading.names if i < name]
        last = max((i for i in reading.facts if i < name), default=-1)
        if last >= 0 and name - last <= 5 and reading.tokens[last].fact.measure in _SPREAD_OF:
            return _SPREAD_OF[reading.tokens[last].fact.measure]
        facts = [reading.tokens[i].fact.measure for i in reading.facts if i < name]
        for one in reversed(earlier):
            found = {_SPREAD_OF[m] for m in reading.tokens[one].measures if m in _SPREAD_OF}
            if found:
                return next(iter(sorted(found)))
        return _SPREAD_OF.get(facts[-1]) if facts else None
    return None


def is_base(reading, name):
    """Return whether a name stands after a preposition, so that it may be what another number is of."""
    before = name - 1
    if name in reading.background:
        return True
    while reading.text(before) in _ARTICLES:
        before -= 1
    return reading.text(before) in _BASE or reading.text(name - 1) == "own"


def listed(reading: Reading, place: int) -> bool | None:
    """Return whether a number in a list goes by the name at its rank in a list of as many names before; else None."""
    at = reading.facts.index(place)
    for first in range(at, -1, -1):
        run = [i for i in reading.facts[first:] if i == reading.facts[first] or _is_joined(reading, i)]
        run = run[: next((n for n in range(1, len(run)) if not _is_joined(reading, run[n])), len(run))]
        names = [i for i in reading.names if i in window_of(reading, reading.facts[first])]
        of = len(run) == 2 and reading.text(run[1] - 1) == "of" and run[1] - run[0] == 2
        names = [i for n, i in enumerate(names) if of or n == 0 or _is_joined_name(reading, names[n - 1], i)]
        if place in run and len(run) == len(names) > 1 and len(run) <= 4:
            return goes_by(reading.tokens[place].fact.measure, reading.tokens[names[run.index(place)]].measures)
    return None


def _is_joined(reading, place):
    """Return whether a number follows another one in a list: "a and b", "a on X, b on Y", "a of b"."""
    before = max((i for i in reading.facts if i < place), default=None)
    if before is None:
        return False
    words = [reading.text(i) for i in range(before + 1, place) if reading.tokens[i].kind != "lane"]
    return words == ["of"] or (
        bool({"and", ",", "/"} & set(words)) and set(words) <= {"and", ",", "on", "for", "/", "of"}
    )


def _is_joined_name(reading, one, two):
    """Return whether two names stand in a list: "profit and safety stock"."""
    between = {reading.text(i) for i in range(one + 1, two)}
    return bool(between & {"and", ",", "/"}) and between <= {"and", ",", "the", "its", "/"}
