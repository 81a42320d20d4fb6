"""Choose the facts that a number which is written out may stand for."""

import re
from collections.abc import Set
from dataclasses import replace
from itertools import permutations
from math import isclose

from twin.analyst._naming_of_numbers import called_before, is_named, may_be_called
from twin.analyst._roughly import is_roughly, side_of
from twin.analyst._shares import RATIO, SIDES
from twin.analyst._units import agrees
from twin.analyst.evidence import Evidence, Fact
from twin.analyst.numerals import Numeral

LARGEST_ROUNDING = 0.05  # largest rounding error of a written number, relative to the number [-]
_ABOUT = 0.03  # largest rounding error of a share in words after "about" [-]
_COMPARED = re.compile(r" (?:more|less|fewer|longer|shorter|higher|lower|larger|smaller|dearer|cheaper)\b", re.I)
MOST_COMPARED = 3  # most lanes whose differences are tried for a written number
_SPANS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12.0, "quarter": 365.25 / 4.0, "year": 365.25}


def places_of(numeral: Numeral, text: str, evidence: Evidence) -> list[tuple[int, int, Fact] | None]:
    """Return (start, end, fact) for the facts that a number may stand for, and None if it may be a ratio."""
    found = [(numeral.start, numeral.end, fact) for fact in _facts_of(numeral, text, evidence)]
    if side := side_of(text, numeral):
        exact = {fact.id for _, _, fact in found}
        rough = (fact for fact in _facts_of(numeral, text, evidence, side[1]) if fact.id not in exact)
        found += [(side[0], numeral.end, fact) for fact in rough]
    if not found and _COMPARED.match(text, numeral.end):
        found = [(numeral.start, numeral.end, fact) for fact in _differences(numeral, evidence)]
        if numeral.unit == "-" and "%" in text[numeral.start : numeral.end]:
            start, way = side or (numeral.start, None)
            found += [(start, numeral.end, fact) for fact in _relative_differences(numeral, evidence, way)]
    return [*found, *([None] if RATIO.match(text, numeral.start) else [])]


def elided(numeral: Numeral, text: str, evidence: Evidence, units: Set[str]) -> list[tuple[int, int, Fact] | None]:
    """Return what a number without a unit may stand for in one of the units of the sentence: "from 450 to 518 pallets".

    A number that words follow which are none of a sentence about lanes, as in "450 trucks", is refused elsewhere.
    """
    if numeral.unit or not text[numeral.start : numeral.end].strip()[-1:].isdigit():
        return []
    found = []
    for unit in sorted(units & _ELIDED):
        scale = 100.0 if unit == "-" else 1.0
        alike = replace(numeral, unit=unit, value=numeral.value / scale, slack=numeral.slack / scale)
        found += places_of(alike, text, evidence)
    return found


#: Words for a fall, after which the size of a trend is told without its sign.
_FALLING = re.compile(r"\b(?:fall|declin|shrink|drop|decreas|los|sink|slip|down\b)")
#: Units that a number shares with another one of its sentence.
_ELIDED = frozenset(("pallet", "pallet/day", "pallet/week", "pallet/month", "day", "-", "points"))
_ELIDED |= {f"${rest}" for rest in ("", "/day", "/week", "/month", "/pallet")}


def _differences(numeral, evidence):
    """Yield the differences of lanes, not on record as facts, that a number is: "nine days longer than"."""
    for one, two in permutations(evidence.lanes, 2) if len(evidence.lanes) <= MOST_COMPARED else ():
        for fact in [fact for fact in evidence.facts.values() if fact.key == one and "." not in fact.name]:
            other = evidence.facts.get(f"{two}.{fact.name}")
            if other and fact.unit not in ("-", "date") and agrees(numeral.unit, evidence.unit(fact)):
                difference = Fact(
                    f"{two}_less_{one}", f"{fact.name}.change", other.value - fact.value, fact.unit, fact.source
                )
                if f"{two}_less_{one}.{fact.name}.change" not in evidence.facts and difference.value > 0:
                    if _is(numeral, difference):
                        yield difference


def _relative_differences(numeral, evidence, side):
    """Yield the relative differences of lanes, not on record as facts, that a share is: "40 % more than on A-B"."""
    for one, two in permutations(evidence.lanes, 2) if len(evidence.lanes) <= MOST_COMPARED else ():
        for fact in [fact for fact in evidence.facts.values() if fact.key == one and fact.name in _MEANS]:
            other = evidence.value(f"{two}.{fact.name}")
            identity = f"{two}_less_{one}.{fact.name}.relative"
            if other is None or fact.value <= 0 or identity in evidence.facts:
                continue
            value = (other - fact.value) / fact.value
            difference = Fact(f"{two}_less_{one}", f"{fact.name}.relative", value, "-", fact.source)
            if _is(numeral, difference, side=side):
                yield difference


#: Quantities of two lanes of which one is told as a share of the other.
_MEANS = {"demand_mean", "last_volume", "safety_stock", "lead_time_mean_days", "required_capacity", "internal_capacity"}
_MEANS |= {"workload_mean", "revenue", "handling", "holding", "reorder_point", "service_revenue", "handling_cost"}
_MEANS |= {"profit", "expected_overflow", "holding_cost", "buffer_cost"}


def _facts_of(numeral, text, evidence, side=None):
    """Return the facts that a written number may stand for, those that the text names before it first.

    side : side of the value of an approximate number, as `side_of` returns it; None if the number is exact.
    """
    words, before = text[numeral.start : numeral.end].lower(), text[: numeral.start].lower()
    if words == "twentieth" or (words == "twenty" and re.search(r"\bone \w+ (?:in|out of) $", before)):
        numeral = replace(numeral, value=0.05, unit="-")
    if (
        numeral.unit == "-"
        and words[:1].isalpha()
        and re.search(r"\b(?:about|around|roughly|some|nearly|almost) $", before)
    ):
        numeral = replace(numeral, slack=_ABOUT)
    if numeral.unit == "times" and re.search(r"\b(?:more than|over) $", before):
        return [
            f for f in evidence.facts.values() if f.name.endswith(".relative") and 1 < (1 + f.value) / numeral.value < 2
        ]
    rough = re.search(r"\b(nearly|almost|about|around|roughly) $", before)
    if numeral.unit == "times" and rough:
        low, high = SIDES[rough[1]]
        alike = [f for f in evidence.facts.values() if f.name.endswith(".relative")]
        return [f for f in alike if low * numeral.value <= 1 + f.value <= high * numeral.value]
    if numeral.value == 0 and numeral.unit == "" and words in ("zero", "nil"):
        return [
            fact
            for fact in evidence.facts.values()
            if fact.value == 0
            and (is_named(fact.measure, text) or (called_before(before) and may_be_called(fact, called_before(before))))
        ]
    loss = bool(re.search(r"\b(?:loss|losses|loses?|losing|deficit|loss-making|unprofitable),?\b[^;]{0,24}$", before))
    loss = loss or bool(re.search(r"\b(?:loss|losses|deficit)\b[^;]{0,40}\bfrom \S+(?: an? \w+)? to $", before))
    falling = bool(_FALLING.search(before))
    alike = [
        fact
        for fact in evidence.facts.values()
        if _of_kind(numeral, fact, evidence) and _is(numeral, fact, loss, side, words[:1].isalpha(), falling)
    ]
    called = called_before(text[: numeral.start])
    spans = [fact for fact in evidence.facts.values() if numeral.unit in _SPANS and _spans(numeral, fact, evidence)]
    return sorted(
        [*alike, *spans],
        key=lambda fact: (not (called and may_be_called(fact, called)), not is_named(fact.measure, text)),
    )


def _spans(numeral, fact, evidence):
    """Return whether a number of weeks, months or years is the length of a record, or of an outlook."""
    if fact.unit != "period" or numeral.unit == evidence.unit_of_period:
        return False
    length = fact.value * _SPANS[evidence.unit_of_period] / _SPANS[numeral.unit]
    return abs(length - numeral.value) <= LARGEST_ROUNDING * 0.5 * numeral.value


def _of_kind(numeral, fact, evidence):
    """Return whether a written number has the unit of a fact, and the fact may be written out at all."""
    if numeral.unit == "times":
        return fact.name.endswith(".relative")
    if numeral.unit == "":
        return fact.unit in ("lane", "points") or (fact.unit == "-" and numeral.slack < 0.5)
    return agrees(numeral.unit, evidence.unit(fact))


def _is(numeral, fact, told_as_loss=False, side=None, in_words=False, told_falling=False):
    """Return whether a number equals a fact within its printed rounding; a negative loss may be told as a gain."""
    value = numeral.value - 1 if numeral.unit == "times" else numeral.value
    if fact.measure.endswith("value_at_risk") and not numeral.signed:
        value = abs(value) if fact.value > 0 else -abs(value)
    if told_falling and fact.measure == "trend" and fact.value < 0 and not numeral.signed:
        value = -abs(value)
    if told_as_loss and fact.measure in ("profit", "best_profit") and fact.value < 0 and not numeral.signed:
        value = -abs(value)
    if fact.name.endswith((".change", ".relative")) and not numeral.signed and numeral.unit != "times":
        value = abs(value) if fact.value > 0 else -abs(value)
    if side is not None:
        return numeral.unit != "times" and is_roughly(numeral, value, fact.value, side, in_words)
    if isclose(value, fact.value, rel_tol=1e-12):
        return True
    if not numeral.slack <= max(LARGEST_ROUNDING * abs(numeral.value), 1e-12) and abs(fact.value) >= 1:
        return False
    if numeral.value == 0 and numeral.slack >= (0.005 if numeral.unit == "-" else 0.5):
        return False  # "0 pallets" means exactly none, whereas "0.0 pallets" may be a few hundredths
    return abs(value - fact.value) <= numeral.slack * (1 + 1e-9) + 1e-12 * abs(fact.value)
