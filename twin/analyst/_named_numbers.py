"""Check that every number goes by its own name, or follows a verb or a word that means its quantity."""

from twin.analyst._cues import fits_cues
from twin.analyst._implied_names import continues_list, is_implied, is_object, is_pronoun
from twin.analyst._interval_ends import is_told_as_end
from twin.analyst._name_words import BY, OWNERS, PARTNERS, POINTS, goes_by
from twin.analyst._names_after import is_passive, is_share, named_after, of_lane
from twin.analyst._names_before import (
    BEST_OF,
    adjacent,
    after_window,
    in_window,
    is_base,
    is_what_exceeds,
    listed,
    part_of,
    told_as_best,
    window_of,
)
from twin.analyst._pieces import Unsupported
from twin.analyst._ranks import RANKS
from twin.analyst._sentence import Reading
from twin.analyst._unnamed import fits_unnamed, is_told_after
from twin.analyst._vocabulary import CAUSES_OF
from twin.plan.quantities import QUANTITIES

#: Words of which a sentence that tells a share of a variance must have one.
_EXPLAINED = set(
    """variance variation deviations explain explains explained explaining due cause causes caused contribute
    contributes comes come account accounts share dominates dominate driver drivers source main mainly seasonal
    season weekday pattern shocks""".split()
)
_PARTS = set("share part portion fraction bulk multiple percentage piece proportion majority".split())
_TWIN = {"risk_share": set("chance worst tail risk bad loses lose loss exceed exceeds shortfall".split())}
_TWIN["interval_level"] = set("interval between range ranges probability".split())
_AHEAD = set("coming following next ahead horizon".split())


def named_right(reading: Reading) -> None:
    """Raise `Unsupported` if a number has no name, or the name of another quantity."""
    for place in reading.facts:
        fact = reading.tokens[place].fact
        if fact.key == "twin":
            if _is_level_of_risk(reading, fact):
                continue
            told = {reading.tokens[i].fact.measure for i in reading.facts}
            if fact.measure == "interval_level" and told & {"value_at_risk", "conditional_value_at_risk"}:
                raise Unsupported(f"{fact.id} is not the probability of these numbers")
            if not _TWIN[fact.measure] & reading.words:
                raise Unsupported(f"{fact.id} is called by no name")
            continue
        if place + 1 in reading.facts:
            reading.refuse(place, "is made part of another number")
        _is_difference_or_share(reading, place, fact)
        if not (_is_exempt(reading, place, fact) or _is_named(reading, place) or _is_meant(reading, place)):
            name = reading.name_before(place)
            raise Unsupported(f"{fact.id} is called {reading.text(name) if name is not None else 'by no name'}")
        _has_its_owner(reading, place, fact)


def _is_level_of_risk(reading, fact):
    """Return whether a number is a value at risk, or its share of periods: "in 95 % of months, at least $5"."""
    told = {reading.tokens[i].fact.measure for i in reading.facts}
    risk, level = reading.value("risk_share", "twin"), reading.value("interval_level", "twin")
    if not {"value_at_risk", "interval_level"} <= told or None in (risk, level) or abs(level + risk - 1.0) > 1e-9:
        return False
    return fact.name in ("interval_level", "value_at_risk") and bool({"least", "most"} & reading.words)


def _is_meant(reading, place):
    """Return whether the words around a number mean its quantity, and no name directly before it another one."""
    fact = reading.tokens[place].fact
    fits = fits_cues(reading, place)
    demand = [i for i in range(len(reading.tokens)) if "demand" in reading.text(i).split()]
    if fact.measure == "demand_share" and all(_is_explained(reading, i) for i in demand):
        return False
    alike = [
        i
        for i in reading.names
        if i in window_of(reading, place)
        and not goes_by(fact.measure, reading.tokens[i].measures)
        and any(QUANTITIES[one].unit == fact.unit for one in reading.tokens[i].measures)
    ]
    other = adjacent(reading, place) is False or fact.measure in CAUSES_OF or alike
    return bool(fits) or (fits is None and not other)


_HEDGES = set("about around roughly approximately nearly almost only just some".split())


def _is_difference_or_share(reading, place, fact):
    """Raise `Unsupported` if "by" stands before a number that is no difference, or "of" after one that is no share."""
    is_word = reading.text(place)[:1].isalpha() and fact.name.endswith(".relative")
    head = place - 1
    while reading.text(head) in _HEDGES:
        head -= 1
    red = fact.name == "profit" and "red" in {reading.text(i) for i in range(max(place - 4, 0), place)}
    if reading.text(head) == "by" and "." not in fact.name and fact.measure not in BY and not red:
        raise Unsupported(f"{fact.id} is no difference")
    if reading.text(place - 1) == "of" and reading.text(place - 2) in _PARTS and fact.unit != "-":
        raise Unsupported(f"{fact.id} is a whole number, not a part of it")
    if reading.text(place + 1) == "of" and fact.unit == "-" and not is_word:
        own = reading.name_after(place, 2)
        if fact.name.endswith(".relative") and own is not None and fact.measure in reading.tokens[own].measures:
            return  # "costs 2 % of profit"
        if fact.name.endswith(".relative") or not (is_share(reading, place) or of_lane(reading, place)):
            raise Unsupported(f"{fact.id} is no share of that")


def _is_exempt(reading, place, fact):
    """Return whether other checks see to the name of a number, such as that of a date or a step between inputs."""
    before, words = (
        reading.text(place - 1),
        {word for one in reading.tokens if not one.lane for word in one.text.split()},
    )
    return (
        fact.unit in ("lane", "date")
        or reading.tokens[place].kind == "told"
        or (fact.name.endswith(".relative") and reading.text(place)[:1].isalpha() and "cent" not in reading.text(place))
        or (
            fact.measure == "horizon"
            and (
                before in ("in", "for", "over", "within")
                or bool(_AHEAD & {before, reading.text(place - 2), reading.text(place + 1)})
            )
        )
        or (
            fact.measure in ("forecast_low", "forecast_high")
            and (before in ("between", "and", "from", "to") or reading.text(place + 1) in ("to", "–", "-"))
            and not words & _EARNS
        )
        or (fact.measure == "planned_overflow" and bool(words & set("exceed exceeds fit excess".split())))
        or is_what_exceeds(reading, place)
        or (fact.name == "profit.change" and fact.value > 0 and before == "worth")
        or _is_level_of_risk(reading, fact)
        or (fact.measure in POINTS and bool(words & {"sum", "made", "consists"}))
        or (
            fact.name == "profit.change"
            and fact.value < 0
            and bool({"cost", "costs"} & {before, reading.text(place - 2)})
        )
        or is_told_as_end(reading, place)
        or _is_step(reading, place)
        or _is_ranked(reading, place, fact)
        or _is_change(reading, place, fact)
        or _is_extra(reading, place, fact)
    )


def _is_change(reading, place, fact):
    """Return whether a number is the change of what its sentence begins with: "profit falls, a change of -5"."""
    told = (reading.text(place - 2), reading.text(place - 1)) == ("change", "of") and fact.name.endswith(".change")
    return told and bool(reading.names) and goes_by(fact.measure, reading.tokens[reading.names[0]].measures)


def _is_ranked(reading, place, fact):
    """Return whether a number is that by which a lane has the rank that stands before it: "takes second place at 5"."""
    rank = next(
        (RANKS[reading.text(i)] for i in range(place - 1, max(place - 5, 0), -1) if reading.text(i) in RANKS), -1
    )
    keys = reading.evidence.rankings.get((fact.name, True), ())
    return 0 <= rank < len(keys) and keys[rank] == fact.key


def _is_extra(reading, place, fact):
    """Return whether a number is what a what-if adds to its input: "the extra five days"."""
    changed = {name for _, names in reading.evidence.scenarios.values() for name in names}
    near = {reading.text(place - 1), reading.text(place - 2), reading.text(place + 1)}
    return fact.measure in changed and fact.name.endswith(".change") and bool(near & {"extra", "additional", "further"})


def _is_named(reading, place):
    """Return whether one of the ways in which a sentence names a number holds; the first that applies decides."""
    fact = reading.tokens[place].fact
    if fact.measure in CAUSES_OF and "." not in fact.name:
        return bool(_EXPLAINED & reading.words) and _names_its_cause(reading, place, fact.measure)
    if (
        fact.measure in ("coefficient_of_variation", "use_with_buffer")
        and is_share(reading, place)
        and adjacent(reading, place) is not False
    ):
        return True
    if fact.measure == "dependency" and is_share(reading, place) and {"partner", "partners"} & reading.words:
        return True
    if adjacent(reading, place) and reading.text(place - 1) == "of":
        return True
    if (moved := _moved_to(reading, place)) is not None:
        measures = reading.tokens[moved].measures
        if not goes_by(fact.measure, measures) and BEST_OF.get(fact.measure) not in measures:
            return False
    if _is_whole_of(reading, place):
        return True
    if (subject := _subject_of(reading, place)) is not None and not _may_go_by(fact, reading.tokens[subject]):
        return False
    for way in (
        is_passive,
        is_told_after,
        named_after,
        listed,
        adjacent,
        is_object,
        in_window,
        is_implied,
        continues_list,
        after_window,
        is_pronoun,
    ):
        verdict = way(reading, place)
        if verdict is not None:
            return verdict
    if fact.measure == "best_profit" and told_as_best(reading, place) and reading.words & _EARNS:
        return True
    return fits_unnamed(reading, place)


def _moved_to(reading, place):
    """Return the place of the name in "takes own capacity on A-B to 5"; None without such a verb before a number."""
    part = part_of(reading, place)
    verb = max((i for i in part if reading.text(i) in _MOVERS), default=None)
    return reading.name_after(verb, 3) if verb is not None and reading.text(place - 1) == "to" else None


def _subject_of(reading, place):
    """Return the place of the name in "the overflow on A-B would be 5", which is what the number is of; or None."""
    here = place - 1
    while reading.text(here) in _HEDGES:
        here -= 1
    if reading.text(here) not in ("be", "is", "was") or (
        reading.text(here) == "be" and reading.text(here - 1) != "would"
    ):
        return None
    here -= 2 if reading.text(here) == "be" else 1
    if here in reading.lanes and reading.text(here - 1) in ("on", "of", "for", "at"):
        here -= 2
    return here if here in reading.names and not is_base(reading, here) else None


def _may_go_by(fact, token):
    """Return whether a number, or the quantity that it is the best value of, goes by a name."""
    return goes_by(fact.measure, token.measures) or BEST_OF.get(fact.measure) in token.measures


_MOVERS = set("take takes took bring brings brought push pushes lift lifts move moves carry carries".split())


#: Part -> what it is told to be a part of: "450 needed out of 460".
_WHOLES = {"required_capacity": "internal_capacity", "handling": "revenue", "profit": "profit"}
_WHOLES |= {"expected_overflow": "expected_overflow", "buffer_points": "resilience_index", "holding": "revenue"}


def _is_whole_of(reading, place):
    """Return whether a number follows "of" or "out of" and a number of which its quantity is the whole."""
    here = place - 1
    while reading.text(here) in ("the", "of", "out", "needed", "required", "used", "a", "its", "total"):
        here -= 1
    if here not in reading.facts or reading.text(place - 1) in ("needed", "required", "used"):
        return False
    part, whole = reading.tokens[here].fact, reading.tokens[place].fact
    of = "of" in {reading.text(i) for i in range(here + 1, place)}
    return of and "." not in part.name + whole.name and _WHOLES.get(part.measure) == whole.measure


_EARNS = set("earn earns profit profitable gain loss lose loses".split())


def _names_its_cause(reading, place, share):
    """Return whether the last cause that is named before a share of the variance, or the next after it, is its own."""
    after = range(place + 1, len(reading.tokens))
    for here in [*(after if reading.text(place + 1) in ("from", "by") else ()), *range(place - 1, -1, -1), *after]:
        words = set(reading.text(here).split())
        ranked = _ranked_cause(reading, place)
        if ranked:
            return ranked == share
        causes = {measure for measure, said in CAUSES_OF.items() if said & words}
        if _is_explained(reading, here):
            continue
        if reading.text(here - 1) == "than" and not (place - 2 <= here < place and reading.text(place - 1) in _HAVING):
            continue
        if causes:
            return share in causes and not _adjacent_is_other(reading, place, share)
    return False


_HAVING = {"with", "at", "("}


def _is_explained(reading, place):
    """Return whether a name is that of the demand whose variance is explained."""
    of = place - 2 if reading.text(place - 1) in ("the", "its") else place - 1
    of = reading.text(of) == "of" and reading.text(of - 1) in ("variance", "deviations")
    own = reading.text(place + 1) == "'s" and reading.text(place + 2) in ("variance", "deviations", "variability")
    return reading.text(place) == "lead time demand" or ((of or own) and "demand" in reading.text(place))


def _ranked_cause(reading, place):
    """Return the cause at the rank of a share in a list, as in "weekday and season explain a and b"; "" without one."""
    shares = [i for i in reading.facts if reading.tokens[i].fact.measure in CAUSES_OF]
    named = [
        measure
        for i in range(shares[0])
        for measure, said in CAUSES_OF.items()
        if said & set(reading.text(i).split()) and reading.text(i) != "lead time demand"
    ]
    told = {reading.tokens[i].fact.measure for i in shares}
    named = [name for name in dict.fromkeys(named) if name != "demand_share" or name in told]
    return named[shares.index(place)] if len(named) == len(shares) > 1 else ""


def _adjacent_is_other(reading, place, share):
    """Return whether the name directly before a share, as in "a variation of", is that of another quantity."""
    name = place - 2 if reading.text(place - 1) in ("of", "is") else place - 1
    return name in reading.names and not goes_by(share, reading.tokens[name].measures)


def _is_step(reading, place):
    """Return whether a number is an input before or after a change: "the step from 95 % to 99 %"."""
    changed = {name for _, names in reading.evidence.scenarios.values() for name in names}
    around = [i for i in reading.facts if i != place and abs(i - place) <= 2]
    fact = reading.tokens[place].fact
    return (
        fact.measure in changed
        and reading.text(place - 1) in ("from", "to")
        and any(reading.tokens[i].fact.measure == fact.measure for i in around)
        and not any(i in reading.names for i in range(place))
    )


def _has_its_owner(reading, place, fact):
    """Raise `Unsupported` if a number is told of a carrier, a customer or a partner, and is not theirs."""
    part = part_of(reading, place)
    if any(reading.text(i) == "partner" and reading.text(i + 1) == "'s" for i in part) and fact.measure not in PARTNERS:
        raise Unsupported(f"{fact.id} is not the partner's")
    for owner in (i for i in part if reading.text(i) in OWNERS):
        if fact.measure not in OWNERS[reading.text(owner)]:
            reading.refuse(owner, f"has no {fact.words}")
