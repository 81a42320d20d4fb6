"""Check which case a number is of: as things stand, in a what-if, ahead, or a difference."""

from itertools import pairwise

from twin.analyst._name_words import DOERS, LINK, goes_by
from twin.analyst._names_before import BEST_OF, is_what_exceeds, told_as_best
from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import Reading
from twin.analyst._sides import MARKERS
from twin.analyst._vocabulary import BEST

_BETWEEN = set("from to instead rather against than versus vs".split())
#: Words near a number that say that it is the one as things stand, in a sentence about a what-if.
_AS_IT_STANDS = set(
    """not from than instead rather against versus today now current currently present already into own
    compared""".split()
)
_CHANGES = set(
    """by change changes changed changing difference differ differs gap cost costs hit hits adds add extra effect
    with sharing renting adding worth swing additional further""".split()
)
AHEAD = set("next upcoming forecast forecasts ahead coming following expected horizon outlook future".split())
_LATEST = set("last latest recent yesterday".split())
#: Quantity -> words of which a sentence that tells it must have one.
_CUES = {
    "workload_mean": {"workload", "including"},
    "workload_sd": {"workload"},
    "lead_time_demand_mean": {"lead"},
    "lead_time_demand_sd": {"lead"},
    "planned_overflow": set("plan plans planned exceed exceeds fit excess".split()),
    "planned_outsourcing_cost": {"plan", "planned"},
    "planned_warehousing_cost": {"plan", "planned"},
    "expected_dependency": set("expected overflow average".split()),
    "last_volume": _LATEST,
    "best_profit": BEST,
    "best_profit_level": BEST | {"would"},
    "best_buffer_cost": BEST | {"critical", "ratio"},
    "critical_ratio": set("critical newsvendor cheapest".split()),
    "forecast_mean": AHEAD | {"tomorrow"},
    "horizon_mean": AHEAD | {"time", "should", "will"},
    "horizon_workload": AHEAD | {"then", "will"},
    "horizon_capacity": AHEAD | {"takes", "time", "then", "will"},
}


def cases_hold(reading: Reading) -> None:
    """Raise `Unsupported` if a number is of another case than the sentence speaks of."""
    if (
        not reading.words - {token.text for token in reading.tokens if token.fact} - {".", "−$", ""}
        or len(reading.tokens) == 1
    ):
        return  # a number alone
    for one, two in pairwise(reading.facts):
        first, second = reading.tokens[one].fact, reading.tokens[two].fact
        words = {reading.text(i) for i in range(max(one - 2, 0), two)}
        if first.id == second.id and words & _BETWEEN:
            raise Unsupported(f"{first.id} is told as two numbers")
        between = {reading.text(i) for i in range(one + 1, two)}
        if between & {"instead", "rather"} and first.measure == second.measure and first.name != second.name:
            raise Unsupported(f"{first.id} is a difference, and {second.id} is none")
    _changes_run_forward(reading)
    _results_follow_inputs(reading)
    spoken = {token.text for token in reading.tokens if token.kind in ("word", "name")}
    speaks = not spoken <= LINK | DOERS  # otherwise a sentence such as "It is 5 days" gives no name at all
    for place in reading.facts:
        fact = reading.tokens[place].fact
        if reading.tokens[place].kind == "told" or fact.key == "twin":
            continue
        if "." in fact.name:
            _is_told_as_change(reading, place, fact)
        elif fact.key in reading.evidence.scenarios and _is_told_as_price(reading, place):
            raise Unsupported(f"{fact.id} is the result of a change, not a change")
        elif not _has_its_cue(reading, place, fact) and speaks:
            raise Unsupported(f"{fact.id} is called by no name")
        else:
            _is_told_as_its_like(reading, place, fact)
        if "_less_" in fact.key:
            _is_of_two_lanes(reading, fact)
        elif fact.key in reading.evidence.lanes:
            _stands_as_told(reading, place, fact)
    _ahead_agrees(reading)


def _has_its_cue(reading, place, fact):
    """Return whether a sentence has a word that the quantity of a number needs, such as "best" for a best value."""
    best = fact.measure.startswith("best_") and told_as_best(reading, place)
    best = best or is_what_exceeds(reading, place)
    days = fact.measure.startswith("horizon_") and _tells_days(reading, fact.key)
    return days or best or bool(_CUES.get(fact.measure, reading.words) & reading.words)


def _tells_days(reading, key):
    """Return whether a sentence tells the last day of the horizon that a number belongs to."""
    return any(reading.tokens[i].fact.id == f"{key}.horizon_last_date" for i in reading.facts)


def _changes_run_forward(reading):
    """Raise `Unsupported` if a change is told from the what-if to what stands, or one number is told as two."""
    facts = [(i, reading.tokens[i].fact) for i in reading.facts]
    for place, fact in facts:
        others = [one for i, one in facts if i != place and one.name == fact.name]
        after = reading.text(place - 1) == "from" or (
            reading.text(place - 1) in ("of", "than") and reading.text(place - 2) in ("instead", "rather")
        )
        now = {one.name for i, one in facts if i < place and one.key == fact.key}
        if after and reading.text(place - 1) == "of" and BEST_OF.get(fact.name) in now:
            raise Unsupported(f"{fact.id} is not what stands")
        if after and any(one.id == fact.id for one in others):
            raise Unsupported(f"{fact.id} is told as two numbers")
        if after and fact.key in reading.evidence.scenarios:
            if any(one.key == reading.evidence.scenarios[fact.key][0] for one in others):
                raise Unsupported(f"{fact.id} is the result of a change, not what it starts from")


def _results_follow_inputs(reading):
    """Raise `Unsupported` if the result of one what-if is told after the input of another, in the same clause."""
    cases = reading.evidence.scenarios
    for one, two in pairwise(i for i in reading.facts if reading.tokens[i].fact.key in cases):
        first, second = reading.tokens[one].fact, reading.tokens[two].fact
        supposed = first.measure in cases[first.key][1] and second.measure not in cases[second.key][1]
        if supposed and first.key != second.key and two in reading.clause(one):
            raise Unsupported(f"{second.id} is of another what-if")


def _is_told_as_change(reading, place, fact):
    """Raise `Unsupported` if a difference is told as the number itself."""
    if reading.text(place)[:1].isalpha():
        return
    near = {reading.text(i) for i in range(max(place - 11, 0), place)} | {reading.text(place + 1)}
    if set(reading.text(place).split()) & ({"fewer"} if fact.value < 0 else {"more", "extra", "additional", "further"}):
        return  # "38 more pallets"
    near |= {reading.text(i) for i in range(place + 2, place + 4)} & {"additional", "extra", "further"}
    if place + 1 in reading.names and fact.measure in reading.tokens[place + 1].measures:
        near |= {reading.text(place + 2)} & {"cut", "increase", "rise", "drop", "reduction"} and {"change"}
    moved = any(
        reading.tokens[i].says("rise", "fall", "improve", "worsen", "gain", "loss")
        for i in range(max(place - 7, 0), min(place + 2, len(reading.tokens)))
    )
    compared = any(
        reading.tokens[i].says("more", "less", "better", "worse")
        for i in range(place - 2, min(place + 3, len(reading.tokens)))
        if i >= 0
    )
    if near & {"gap", "difference", "lead"} or _is_told_against(reading, place, fact):
        return
    if _is_told_as_level(reading, place, fact):
        raise Unsupported(f"{fact.id} is a difference, and told as a number")
    name = place - 1 if place - 1 in reading.names else None
    if name is not None and goes_by(fact.measure, reading.tokens[name].measures):
        return  # "buffer cost +$60", of which the sign shows that it is a change
    if reading.text(place - 1) in ("to", "from", "at") or not (
        near & _CHANGES or moved or compared or reading.text(place - 1) == "("
    ):
        raise Unsupported(f"{fact.id} is a difference, and told as a number")


def _is_told_against(reading, place, fact):
    """Return whether a difference of two lanes is told as such: "a safety stock of 9, which is +5 against A-B"."""
    one, _, other = fact.key.partition("_less_")
    against = next((i for i in range(place + 1, place + 5) if i in reading.lanes), None)
    if not other or against is None or not {reading.text(i) for i in range(place + 1, against)} & MARKERS:
        return False
    ours = [reading.tokens[i].lane for i in reading.lanes if i < place]
    return reading.tokens[against].lane == other and ours[-1:] == [one]


def _is_told_as_price(reading, place):
    """Return whether a number is told as what a change costs or brings, as in "would cost 5 of profit"."""
    verb = reading.text(place - 1) in _PRICES or reading.text(place - 2) in _PRICES
    return verb and reading.text(place + 1) == "of" and reading.name_after(place + 1, 2) is not None


_PRICES = set("cost costs add adds save saves lose loses gain gains sacrifice sacrifices".split())


def _is_told_as_level(reading, place, fact):
    """Return whether a verb such as "would be" leads from the name of a quantity to a number, with no change named."""
    head = place - 1
    while reading.text(head) in _HEDGES:
        head -= 1
    part = range(reading.part(place).start, place)
    names = [i for i in part if i in reading.names]
    if reading.text(head) not in _COPULA or not names or fact.measure not in reading.tokens[names[-1]].measures:
        return False
    words = {word for i in range(names[-1] - 2, place) for word in reading.text(i).split()}
    after = reading.tokens[min(place + 1, len(reading.tokens) - 1)]
    moved = any(reading.tokens[i].says(*_MOVED) for i in range(names[-1], place)) or after.says(
        "more", "less", "better", "worse"
    )
    return not moved and not words & _CHANGES and not after.text.startswith(("more", "less", "extra"))


_COPULA = set("be is are was were become becomes equal equals stands".split())
_HEDGES = set("about around roughly approximately nearly almost only just some".split())
_MOVED = ("rise", "fall", "improve", "worsen", "gain", "loss", "more", "less", "better", "worse")


def _is_told_as_its_like(reading, place, fact):
    """Raise `Unsupported` if a spread is told as a mean, or an overflow on average as that of the plan."""
    start = max(place - 4, reading.part(place).start)
    near = {reading.text(i) for i in (*range(start, place), place + 1, place + 2)}
    if fact.measure.endswith(("_sd", "_sd_days")) and reading.text(place + 1) == "on" and "average" in near:
        raise Unsupported(f"{fact.id} is no average")
    if fact.measure == "value_at_risk" and reading.text(place + 1) == "on" and "average" in near:
        raise Unsupported(f"{fact.id} is no average")
    after = {word for i in range(place + 1, place + 5) for word in reading.text(i).split()}
    near -= {reading.text(i) for i in (place + 1, place + 2)} if reading.text(place + 1) == "," else set()
    near |= after & {"plan"} if reading.text(place + 1) == "according" else set()
    if fact.measure == "planned_overflow" and reading.text(place + 1) == "on" and "average" in after:
        raise Unsupported(f"{fact.id} is no average")
    if (
        fact.measure == "expected_overflow"
        and near & {"plan", "plans", "planned"}
        and not near & {"expected", "average", "than"} - after
    ):
        raise Unsupported(f"{fact.id} is not that of the plan")


def _is_of_two_lanes(reading, fact):
    """Raise `Unsupported` if a difference of two lanes is told without both of them."""
    named = {reading.tokens[i].lane for i in reading.lanes}
    both = reading.words & {"difference", "gap", "between", "both", "two"}
    compared = (
        any(token.says("more", "less", "better", "worse") for token in reading.tokens)
        and len(reading.evidence.lanes) == 2
        and named
    )
    if not reading.evidence.about(fact) <= named and not ((both or compared) and not reading.is_hypothetical):
        raise Unsupported(f"{fact.id} is a difference of two lanes")


def _stands_as_told(reading, place, fact):
    """Raise `Unsupported` if a number as it stands is told as the result of a what-if."""
    cases = reading.evidence.scenarios
    if fact.measure.endswith("value_at_risk") and not reading.words & {"would", "if", "were", "with", "should"}:
        return  # "could lose", which supposes nothing
    spoken = {reading.tokens[i].fact.key for i in reading.facts} & cases.keys() or set(list(cases)[-1:])
    best = any(reading.tokens[i].fact.measure.startswith("best_") for i in reading.facts)
    if (
        reading.is_hypothetical
        and spoken
        and not reading.lanes
        and not best
        and fact.key not in {cases[key][0] for key in spoken}
    ):
        raise Unsupported(f"{fact.id} is of another lane")
    scenarios = [key for key, (lane, _) in reading.evidence.scenarios.items() if lane == fact.key]
    told = {reading.tokens[i].fact.key for i in reading.facts} & set(scenarios)
    key = next(iter(told)) if len(told) == 1 else scenarios[-1] if scenarios and supposes_number(reading, place) else ""
    other = reading.evidence.facts.get(f"{key}.{fact.name}")
    if not told and fact.measure.startswith("best_"):
        return  # a best value as it stands is hypothetical by itself
    if scenarios and reading.text(place - 1) in ("becomes", "become") and not told:
        raise Unsupported(f"{fact.id} is the number as it stands, not one that it becomes")
    if not other or reading.evidence.printed(other) == reading.evidence.printed(fact):
        return
    near = {reading.text(i) for i in (place - 3, place - 2, place - 1, place + 1, place + 2)}
    near |= {reading.text(place - 4)} & {"from"} | {reading.text(place + 3)} & {"into"}
    near -= {"than"} if fact.measure.endswith("value_at_risk") else set()  # "loses more than"
    part = "of" in {reading.text(i) for i in (place - 2, place - 1) if i - 1 in reading.facts}
    if reading.text(place + 1) == "of" or part:
        return  # a part of another number, or what another number is a part of
    if not near & _AS_IT_STANDS and not _is_told_apart(reading, place):
        raise Unsupported(f"{fact.id} is the number as it stands, not that of the what-if")


def supposes_number(reading: Reading, place: int) -> bool:
    """Return whether a number belongs to what a sentence supposes, and not to the reason of a piece of advice."""
    advised = reading.is_advised and not _MODALS & {reading.text(i) for i in reading.part(place)}
    return reading.is_hypothetical and not advised


_MODALS = set("would could might".split())


def _is_told_apart(reading, place):
    """Return whether the part of a sentence around a number, between commas, states what is and supposes nothing."""
    part = reading.part(place)
    words = {reading.text(i) for i in part}
    supposed = words & _SUPPOSING or any(reading.tokens[i].fact.key in reading.evidence.scenarios
                                         for i in reading.facts if i in part)  # fmt: skip
    later = any(words & _SUPPOSING for words in [{reading.text(i) for i in range(part.stop, len(reading.tokens))}])
    return not supposed and later and bool(words & _STATES) and not reading.premises


_SUPPOSING = set("would could if with might should when unless without raising cutting lowering reducing".split())
_STATES = set(
    "is are has have needs earns holds owns runs stands makes takes keeps costs pays serves carries brings".split()
)


def _ahead_agrees(reading):
    """Raise `Unsupported` if numbers ahead are told with another horizon than theirs, or a mean as a forecast."""
    facts = [reading.tokens[i].fact for i in reading.facts]
    horizons = {fact.key for fact in facts if fact.measure == "horizon"}
    ahead = {fact.key for fact in facts if fact.measure.startswith("horizon_")}
    forecasts = {fact.measure for fact in facts} & {"forecast_mean", "forecast_low", "forecast_high"}
    if horizons and forecasts and not ahead:
        raise Unsupported("its numbers are of the next period alone")
    ends = {fact.measure for fact in facts} & {"horizon_first_date", "horizon_last_date"}
    if ends and {fact.measure for fact in facts} & _OF_NEXT and not {fact.name for fact in facts} & _OF_HORIZON:
        raise Unsupported("its numbers are not of this horizon")
    if ahead and {"tomorrow"} & reading.words and not forecasts:
        raise Unsupported("its numbers are of another time than tomorrow")
    if horizons and ahead and not ahead <= horizons:
        raise Unsupported("its numbers are of another horizon")
    for place in reading.facts:
        fact = reading.tokens[place].fact
        near = {reading.text(i) for i in range(max(place - 4, 0), place)}
        told = [i for i in reading.facts if i < place and reading.tokens[i].fact.unit.startswith("pallet")]
        part = {word for i in range(told[-1] + 1 if told else reading.clause(place).start, place)
                for word in reading.text(i).split()}  # fmt: skip
        if fact.measure == "demand_mean" and "forecast" in part and "." not in fact.name and not told:
            if not part & {"mean", "record", "than", "above", "below", "average"}:
                raise Unsupported(f"{fact.id} is no forecast")
        if (
            fact.measure in ("demand_mean", "last_volume")
            and near & {"forecast", "expected", "tomorrow"}
            and "." not in fact.name
        ):
            raise Unsupported(f"{fact.id} is no forecast")
        if fact.measure in _ON_RECORD and fact.key in reading.evidence.lanes and _looks_ahead(reading, place):
            raise Unsupported(f"{fact.id} is no forecast")
        if fact.measure.startswith("best_") and {"record", "history"} & reading.words:
            raise Unsupported(f"{fact.id} is not on record")
        if fact.unit == "date":
            ahead = fact.measure.startswith("horizon_")
            if ahead and reading.words & {"record", "records", "history", "recorded"}:
                raise Unsupported(f"{fact.id} is a day of the forecast")
            if not reading.words & _RECORD and not (near & {"since", "from", "until"}):
                raise Unsupported(f"{fact.id} is a day of the record")
            last = next(
                (reading.text(i) for i in range(place - 1, max(place - 5, -1), -1) if reading.text(i) in _ENDS), ""
            )
            near = {last}
            starts = near & {"begins", "begin", "starts", "start", "from", "since", "began"}
            ends = near & {"ends", "end", "to", "until"}
            which = fact.measure.removeprefix("horizon_")
            if (starts and which != "first_date") or (ends and not starts and which != "last_date"):
                raise Unsupported(f"{fact.id} is the other end of {'the forecast' if ahead else 'the record'}")


_OF_NEXT = {"forecast_mean", "forecast_low", "forecast_high", "required_capacity", "demand_mean", "workload_mean"}
_OF_HORIZON = {"horizon_mean", "horizon_workload", "horizon_capacity"}


def _looks_ahead(reading, place):
    """Return whether a part of a sentence tells a number of the coming days, or over a horizon."""
    part = [i for i in reading.clause(place) if i < place]
    if any(reading.tokens[i].fact.measure.startswith(("horizon_", "forecast_")) for i in reading.facts if i < place):
        return False  # the number of the horizon is told before this one, and compared with it
    over = any(reading.tokens[i].fact and reading.tokens[i].fact.measure == "horizon" for i in part)
    coming = any(
        reading.text(i) in ("next", "coming", "following")
        and (reading.text(i + 1) in _TIMES or (i + 1 in reading.facts and i + 1 < place))
        for i in part
    )
    stands = {word for i in reading.clause(place) for word in reading.text(i).split()} & _STANDING
    return (over or coming) and not stands


_ON_RECORD = {"demand_mean", "workload_mean", "last_volume", "required_capacity"}
_TIMES = set("day days week weeks month months period periods".split())
_STANDING = set("record history past today now currently current than against versus from recent last so".split())
_ENDS = set("begins begin starts start from since began ends end to until".split())
_RECORD = set("record records history data recorded begins begin ends end starts start".split())


def told_as_what_if(reading: Reading) -> None:
    """Raise `Unsupported` if a number of a what-if is told as if it were so now."""
    told = [reading.tokens[i].fact for i in reading.facts]
    for place, fact in zip(reading.facts, told, strict=True):
        if fact.key not in reading.evidence.scenarios:
            continue
        base = [one for one in told
                if one.key == reading.evidence.scenarios[fact.key][0] and one.measure == fact.measure]  # fmt: skip
        inputs = frozenset(one for i in reading.names for one in reading.tokens[i].measures)
        changed = any(goes_by(name, inputs) for name in reading.evidence.scenarios[fact.key][1])
        behind = [reading.name_after(i, 2) for i, token in enumerate(reading.tokens) if token.says("more", "less")]
        compared = "depend" in reading.words or any(
            i is not None and goes_by(name, reading.tokens[i].measures)
            for i in behind for name in reading.evidence.scenarios[fact.key][1]
        )  # fmt: skip
        within = reading.part(place) if reading.is_advised else range(len(reading.tokens))
        moves = any(
            reading.tokens[i].says("rise", "fall", "improve", "worsen") and not _is_part_of_verb(reading, i)
            for i in within
        )
        same = any(token.says("same") for token in reading.tokens)
        if not (
            supposes_number(reading, place)
            or moves
            or same
            or reading.words & _IN_A_CASE
            or ("case" in reading.words and not reading.words & {"bad", "worst"})
            or (base and reading.words & {"instead", "rather", "against", "from"})
            or (changed and (compared or "new" in reading.words))
            or (reading.text(place - 2), reading.text(place - 1)) == ("one", "of")
            or _is_input_told_first(reading, fact)
            or _is_case_told_first(reading, fact)
            or _is_times_now(reading, fact)
            or (
                fact.measure in reading.evidence.scenarios[fact.key][1]
                and reading.text(0).endswith("ing")
                and reading.facts[0] <= 1
                and reading.text(reading.facts[0])[:1].isalpha()
            )
            or (
                fact.name in reading.evidence.scenarios[fact.key][1]
                and reading.tokens[0].fact is None
                and any(
                    reading.text(i - 1) == "at" and reading.text(i - 2) in (":", ",")
                    for i in reading.facts
                    if reading.tokens[i].fact.id == fact.id
                )
            )
            or reading.text(0) in ("before", "after", "once", "compare")
            or ("." in fact.name and reading.words & {"cost", "costs", "hit", "hits"})
        ):
            raise Unsupported(f"{fact.id} is of a what-if, and told as if it were so now")


_IN_A_CASE = set(
    """swing affected effect affects goes become becomes then change changes changed unless step extra
    additional""".split()
)


def _is_case_told_first(reading, fact):
    """Return whether a sentence opens with the change that a what-if makes: "Price up 20 %: 5 instead of 3"."""
    changed = reading.evidence.scenarios[fact.key][1]
    opening = next((i for i, token in enumerate(reading.tokens) if token.text == ":"), 0)
    if reading.text(0).endswith("ing") and 0 not in reading.names:
        opening = opening or (reading.clause(0).stop if reading.facts else 0)
    inputs = {one for i in range(opening) for one in reading.tokens[i].measures}
    told = [reading.tokens[i].fact for i in reading.facts if i < opening]
    named = any(goes_by(name, frozenset(inputs)) for name in changed)
    of_case = [one for one in told if one.key == fact.key and one.measure in changed]
    moved = any(reading.tokens[i].says("rise", "fall", "more", "less") for i in range(opening))
    return bool(opening) and bool(of_case or (named and moved))


def _is_times_now(reading, fact):
    """Return whether a multiple is told of what stands: "three times the current 5"."""
    return fact.name.endswith(".relative") and bool(reading.words & {"current", "currently", "today", "now", "present"})


def _is_input_told_first(reading, fact):
    """Return whether a sentence begins with the input that a what-if changes, and its number: "Returns at 36 % ..."."""
    changed = reading.evidence.scenarios[fact.key][1]
    first = reading.facts[0] if reading.facts else None
    said = {word for i in range(first + 2) for word in reading.text(i).split()} if first in (0, 1) else set()
    if said & {"extra", "additional", "further", "more"}:
        one = reading.tokens[first].fact
        return one.key == fact.key and one.measure in changed and one.name.endswith(".change")
    told = reading.tokens[first].fact if first is not None else None
    if first == 0 and reading.text(0).endswith("ing") and told.measure in changed:
        return told.key == fact.key  # "doubling the returns means"
    return (
        told is not None
        and told.key == fact.key
        and told.measure in changed
        and "." not in told.name
        and (reading.text(first - 1) in ("at", "of", "with") or (first == 1 and reading.text(0) in ("a", "an")))
        and not any(reading.text(i) in ("is", "are", "has", "have") for i in range(first))
    )


def _is_part_of_verb(reading, place):
    """Return whether "up" or "down" belongs to a verb such as "tie up"."""
    return reading.text(place) in ("up", "down") and reading.text(place - 1) not in ("goes", "go", "is", ",")
