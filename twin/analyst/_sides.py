"""Find what a comparative compares with: what stands after "than", "against", "above" or "compared with"."""

from dataclasses import dataclass

from twin.analyst._name_words import goes_by
from twin.analyst._sentence import HARD, Reading
from twin.analyst._vocabulary import OBJECTS
from twin.analyst.evidence import Fact

#: Words that follow a comparative and introduce what it compares with; and words that compare by themselves.
MARKERS = set("than against versus vs compared comparison opposed instead relative".split())
PIVOTS = set(
    """above below over under beyond exceeds exceed exceeded exceeding beats beat outperforms outperform surpasses
    surpass outgrow outgrows within cover covers covered covering tops outstrips behind ahead trails trail lags lag
    outweigh outweighs outweighed dwarf dwarfs""".split()
)
_NOW = set("now today currently present current before presently without".split())
_OTHERS = set("other others any rest".split())
_STOPS = set("if when because which where although though while whereas since so but and who whose with at".split())
_BEST = set("maximise maximises maximize maximizes optimal optimum best profitable".split())
_LONGEST = 14  # most words after a marker that are looked at


@dataclass(frozen=True)
class Side:
    """One side of a comparison; a part that the words leave out is empty.

    facts, lanes : numbers, and keys of lanes, in order.
    measures : quantities named there, or told by a verb such as "owns".
    flags : "now" for "than today", "others" for "than any other", "zero".
    joint : places of words that take it together.
    end : place of the token after it.
    """

    facts: tuple[Fact, ...]
    lanes: tuple[str, ...]
    measures: tuple[frozenset[str], ...]
    flags: frozenset[str]
    joint: tuple[int, ...]
    end: int


def marker_after(reading: Reading, place: int) -> int | None:
    """Return the place of the word that introduces what a comparative compares with; None without one."""
    if reading.text(place) in PIVOTS:
        of = reading.text(place) not in ("ahead", "behind") or reading.text(place + 1) == "of"
        return place if of or place + 1 in reading.lanes else None
    for here in range(place + 1, min(place + 16, len(reading.tokens))):
        text = reading.text(here)
        if text == "instead" and reading.text(here + 1) != "of":
            continue
        if text in MARKERS or (text in ("above", "below") and here == place + 1):
            rather = text == "than" and reading.text(here - 1) == "rather"
            return None if rather and not {here + 1, here + 2} & set(reading.facts) else here
        if reading.tokens[here].says("more", "less", "better", "worse") or text in (".", ";", "because", "so", "but"):
            return None
    return None


def side_after(reading: Reading, marker: int) -> Side:
    """Return what stands after a marker, up to the end of its phrase."""
    facts, lanes, measures, flags, joint, here = [], [], [], set(), [], marker + 1
    while here < min(len(reading.tokens), marker + _LONGEST):
        token, text = reading.tokens[here], reading.text(here)
        content = facts or lanes or measures or flags & {"now", "others", "zero"}
        listed = text in ("and", "or", ",") and {here + 1, here + 2} & {*reading.lanes, *reading.names} and not facts
        if text in HARD | {","} or (text in _STOPS and content):
            apposed = _is_apposed(reading, here + 1, lanes, measures) and text in (",", ":", "(") and not facts
            if not (apposed or listed):
                break
        if token.fact:
            facts.append(token.fact)
        elif token.lane:
            lanes.append(token.lane)
        elif token.measures:
            measures.append(token.measures)
        elif text in _NOW or (text == "as" and reading.text(here + 1) == "things"):
            flags.add("now")
        elif text in _OTHERS:
            flags.add("others")
        elif text == "zero":
            flags.add("zero")
        elif text in ("together", "combined"):
            joint.append(here)
        elif text in _BEST and not measures:
            measures.append(frozenset({"best_profit_level", "best_profit", "best_buffer_cost"}))
        elif text in ("limit", "limits"):
            measures.append(frozenset({"internal_capacity"}))
        elif text == "planned" and not reading.tokens[min(here + 1, len(reading.tokens) - 1)].measures:
            measures.append(frozenset({"planned_overflow", "planned_outsourcing_cost", "planned_warehousing_cost"}))
        elif text in ("usual", "normal") and here == marker + 1:
            measures.append(frozenset({"demand_mean"}))
        elif text in ("average", "mean") and here + 1 not in reading.names:
            measures.append(frozenset({"demand_mean"}))
        elif text in OBJECTS and not measures and text not in ("there", "available", "own"):
            measures.append(OBJECTS[text])
        here += 1
    if reading.text(marker + 1) in ("usual", "normal", "average", "expected", "planned"):
        flags -= {"now", "others"}
    return Side(tuple(facts), tuple(lanes), tuple(measures), frozenset(flags), tuple(joint), here)


def _is_apposed(reading, place, lanes, measures):
    """Return whether a number after a mark is that of the lane, or of the quantity, that was named before the mark."""
    fact = reading.tokens[place].fact if place < len(reading.tokens) else None
    if fact is None:
        return False
    verb = reading.text(place - 2) in {"most", "best"}
    return bool(reading.evidence.about(fact) & set(lanes)) or (
        not lanes and (verb or any(goes_by(fact.measure, names) for names in measures))
    )
