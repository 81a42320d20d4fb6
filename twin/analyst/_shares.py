"""Decide parts and multiples told in words: "half of the profit", "most of the variance", "twice as much as"."""

import re
from dataclasses import dataclass

from twin.analyst._number_words import CARDINALS, PARTS
from twin.analyst._orders import measures_of, told_of
from twin.analyst._sentence import Reading
from twin.analyst._sides import side_after
from twin.analyst._vocabulary import CAUSES_OF

NEAR = 0.05  # largest relative difference between a ratio and its words [-]
_FACTORS = {"twice": 2.0, "double": 2.0, "thrice": 3.0, "triple": 3.0}
_PARTS = {form: 1.0 / part for stem, part in PARTS.items() for form in (stem, f"{stem}s")} | {"halves": 0.5}
_PART_WORDS = "|".join(sorted(_PARTS, key=len, reverse=True))
_COUNT_WORDS = "|".join(sorted(CARDINALS, key=len, reverse=True))
#: Words before a part -> smallest and largest ratio that they allow, relative to the part.
SIDES = {"more": (1.0, 2.0), "over": (1.0, 2.0), "less": (0.5, 1.0), "under": (0.5, 1.0)}
SIDES |= {"nearly": (0.85, 1.0), "almost": (0.85, 1.0), "barely": (1.0, 1.1), "fewer": (0.5, 1.0)}
SIDES |= {word: (0.9, 1.1) for word in ("about", "around", "roughly", "approximately", "some")}
#: Words for a part that have no exact size -> smallest and largest share.
_RANGES = {"most": (0.5, 1.0), "bulk": (0.5, 1.0), "majority": (0.5, 1.0), "lion": (0.5, 1.0)}
_ALL, _NONE = (0.85, 1.0), (0.0, 0.1)
_NEARLY = {word: {"all": _ALL, "every": _ALL, "everything": _ALL, "entirely": _ALL, "no": _NONE, "none": _NONE,
                  "nothing": _NONE} for word in ("nearly", "almost", "practically", "virtually")}  # fmt: skip
for _words in _NEARLY.values():
    _words |= {"always": (0.9, 1.0), "never": (0.0, 0.05)}
_NEARLY |= {word: {"any": _NONE, "anything": _NONE} for word in ("hardly", "barely", "scarcely")}
#: A multiple in words that may compare two quantities, and so be no fact by itself.
RATIO = re.compile(
    rf"\b(?:twice|double|half|thrice|triple|(?:an?|{_COUNT_WORDS}) (?:{_PART_WORDS})|(?:{_COUNT_WORDS}) times)\b"
    r"(?=\s+(?:(?:come|fall|arise|stem)s? |as |the |that |of |what |those |its |"
    r"(?:more|less|fewer|higher|lower|larger|smaller|longer|shorter)\b))",
    re.IGNORECASE,
)
_COST_PARTS = ("handling", "holding", "penalty", "surcharge")
_OF_IT = set("it that this which them these those".split())
_TODAY = set("today now currently present today's before".split())
_COMES = set(
    "come comes coming arise arises stem stems fall falls go goes due earned made earn is are lies lie".split()
)
#: Words of what a share is of, words of what is told of it, share -> how to read it from the facts.
_KNOWN = (
    ("demand orders customers pallets", "met served covered delivered", "fill_rate", 1),
    ("demand orders customers pallets", "unserved unmet lost missed", "fill_rate", -1),
    ("pallets shipments volume goods", "back return returned returns", "return_rate", 1),
    ("days weeks months periods time cases", "overflow overflows exceeded exceeds exceed beyond partner partners",
     "overflow_probability", 1),
    ("days weeks months periods time cases", "within below enough suffices fits", "overflow_probability", -1),
    ("capacity space room places own", "use uses used fill fills filled take takes taken occupied",
     "use_with_buffer", 1),
    ("required capacity plan", "partner partners outsourced", "dependency", 1),
)  # fmt: skip


@dataclass(frozen=True)
class Share:
    """A part or a multiple in words: the place of its first word, its size from `low` to `high`, and its words."""

    start: int
    low: float
    high: float
    words: tuple[int, ...]
    exact: bool


def ratios_hold(reading: Reading) -> None:
    """Settle parts and multiples that facts bear out; raise `Unsupported` if facts say the contrary."""
    nearly = [i for i in range(1, len(reading.tokens)) if reading.text(i) in _NEARLY.get(reading.text(i - 1), ())]
    whole = [i for i, one in enumerate(reading.tokens) if one.text == "all" and reading.text(i + 1) == "of"]
    for place in sorted({*reading.find("ratio", "most"), *nearly, *whole}):
        if reading.text(place) == "hundredth" and "shock_share" in {
            reading.tokens[i].fact.measure for i in reading.facts
        }:
            reading.settle(place, *(i for i in (place - 1,) if reading.text(i) == "largest"))  # as it is defined
        share = share_at(reading, place)
        if share is None:
            continue
        ratios = _ratios(reading, place, share)
        if turn := _difference(reading, place, share):
            ratios = [(ratio - 1.0) * turn for ratio in ratios]
        holds = {share.low <= ratio <= share.high for ratio in ratios}
        if holds == {False}:
            reading.refuse(place, "is not so")
        if holds == {True}:
            wholes = (
                i for i in range(place, place + 7) if reading.text(i) in ("total", "overall", "whole", "entire", "all")
            )
            times = (i for i in (place + 1,) if reading.text(i) in ("day", "week", "month", "period"))
            reading.settle(place, *share.words, *wholes, *times)


def share_at(reading: Reading, place: int) -> Share | None:
    """Return the part or the multiple that a word ends; None if it is none."""
    word, count = reading.text(place), reading.text(place - 1)
    if word == "all" and count not in _NEARLY:
        return (
            Share(place, 0.995, 1.0, (), False)
            if "network" in {reading.text(place + 2), reading.text(place + 3)}
            or any(reading.tokens[i].fact.key == "network" for i in reading.facts if 0 < i - place <= 4)
            else None
        )
    if word in _RANGES:
        of = reading.text(place + 1) == "of" or reading.text(place + 3) == "of"
        lanes = {"lanes", "lane", "all"} & {reading.text(place + 2), reading.text(place + 3)}
        return (
            Share(place, *_RANGES[word], (), False)
            if of and not lanes and not (word == "most" and count == "the")
            else None
        )
    if word in ("anything", "nothing") and reading.text(place + 1) in ("to", "about", "for", "worth"):
        return None
    if count in _NEARLY and word in _NEARLY[count]:
        return Share(place - 1, *_NEARLY[count][word], (place - 1,), False)
    if word in _FACTORS:
        start, factor = place, _FACTORS[word]
    elif count in ("a", "an") and word in _PARTS:
        start, factor = place - 1, _PARTS[word]
    elif count in CARDINALS:
        start, factor = place - 1, CARDINALS[count] * (1.0 if word == "times" else _PARTS.get(word, 1.0))
    elif word == "half":
        start, factor = place, 0.5
    else:
        return None
    sides = tuple(i for i in range(start - 2, start) if reading.text(i) in SIDES)
    low, high = SIDES[reading.text(sides[0])] if sides else (1.0 - NEAR, 1.0 + NEAR)
    if reading.text(start - 1) in ("even", "quite") and reading.text(start - 2) == "not":
        sides, (low, high) = (start - 2,), SIDES["less"]
    high = min(high, 1.0 / factor) if factor < 1 and high > 1.5 else high
    return Share(start, low * factor, high * factor, sides, True)


def _difference(reading, place, share):
    """Return 1 for "a third more", -1 for "a third less", and 0 for a multiple or a part."""
    after = reading.tokens[min(place + 1, len(reading.tokens) - 1)]
    return (after.says("more") - after.says("less")) if share.exact and share.high < 1 else 0


def _ratios(reading, place, share):
    """Return the ratios that a part may mean; an empty list if facts do not tell."""
    tokens, evidence = reading.tokens, reading.evidence
    text, end = reading.text, len(reading.tokens)
    of = next((i for i in range(place + 1, place + 6) if text(i) in ("of", "as", "than", "what", "that")), place)
    whole = side_after(reading, of)
    told = [tokens[i].fact for i in reading.facts]
    before = [tokens[i].fact for i in reading.facts if i < share.start]
    ours = [tokens[i].lane for i in reading.lanes if i < share.start][-1:]
    comes = next((i for i in range(of, end) if text(i) in _COMES), None)
    later = [tokens[i].lane for i in reading.lanes if comes is not None and i > comes][:1]
    network = "network" in {text(i) for i in range(place, end)} or any(f.key == "network" for f in told)
    network = network or bool({"total", "overall"} & {text(i) for i in range(place, place + 6)})
    if text(of) == "of" and text(of + 1) in _OF_IT and before:
        lanes = later or [tokens[i].lane for i in reading.lanes if i > place][:1] or ours
        return _quotients([(reading.value(before[-1].measure, lane), before[-1].value) for lane in lanes])
    part = later or ours
    if network and part and not set(whole.lanes) - set(part):
        measures = {f.measure for f in told if f.key == "network"}
        measures = measures or {name for i in reading.names for name in tokens[i].measures}
        measures = measures or ({"profit"} if reading.words & {"earn", "earns"} else set())
        return _quotients([(reading.value(name, part[0]), evidence.value(f"network.{name}")) for name in measures])
    if network:
        return []
    theirs = (
        [lane for lane in whole.lanes if lane not in ours] if text(of) != "of" or text(of + 1) in _OF_IT or ours else []
    )
    theirs = theirs or [tokens[i].lane for i in reading.lanes if i > place and tokens[i].lane not in ours][:1]
    if before and not ours and share.exact and not set(theirs) & evidence.about(before[-1]):
        ours = sorted(evidence.about(before[-1]))[:1]
    if (
        before
        and text(of) == "of"
        and text(of + 1) in ("its", "the")
        and (name := reading.name_after(of, 3)) is not None
    ):
        units = {fact.measure: fact.unit for fact in evidence.facts.values() if "." not in fact.name}
        alike = [one for one in reading.tokens[name].measures
                 if units.get(one) == before[-1].unit and one != before[-1].measure]  # fmt: skip
        lane = next(iter(evidence.about(before[-1])), "")
        if "demand_mean" in alike or len(alike) == 1:
            whole_name = "demand_mean" if "demand_mean" in alike else alike[0]
            return _quotients([(before[-1].value, reading.value(whole_name, lane))])
    if ours and theirs and share.exact:
        measures = told_of(reading, measures_of(reading, place))
        return _quotients([(reading.value(name, ours[0]), reading.value(name, theirs[0])) for name in measures])
    if known := _known_share(reading, place):
        return known
    if len(told) == 2 and told[0].unit == told[1].unit and "." not in told[0].name + told[1].name:
        return _quotients([(told[0].value, told[1].value)])
    scenario = reading.scenario()
    if scenario and _TODAY & {text(i) for i in range(place + 1, end)}:
        lane = evidence.scenarios[scenario][0]
        inputs = set(evidence.scenarios[scenario][1])
        names = [tokens[i].measures for i in reading.names if i < place]
        measures = next((one for one in reversed(names) if not one & inputs), measures_of(reading, place))
        return _quotients([(reading.value(name, scenario), reading.value(name, lane)) for name in measures])
    return [] if scenario or (ours and theirs) else _of_measures(reading, place)


def _known_share(reading, place):
    """Return the share that facts give for what is said of days, of demand, of pallets or of a variance; or []."""
    words = [w for i in range(place + 1, len(reading.tokens)) for w in reading.text(i).split()]
    said = {w for i in reading.clause(place) for w in reading.text(i).split()}
    keys = reading.subjects(place)[:1]
    shares = [i for i in reading.facts if i > place and reading.tokens[i].fact.unit == "-"]
    if shares and reading.tokens[shares[0]].fact.measure not in ("service_level", "best_profit_level"):
        return [reading.tokens[shares[0]].fact.value]
    for whole, told, name, sign in _KNOWN:
        if set(whole.split()) & set(words[:4]) and set(told.split()) & said:
            values = [reading.value_in(name, key, reading.case(place)) for key in keys]
            return [value if sign > 0 else 1.0 - value for value in values if value is not None]
    if set(words[:4]) & {"variance", "variation", "variability", "uncertainty", "buffer", "volatility", "swings"}:
        comes = next((n for n, word in enumerate(words) if word in _COMES and n > 1), 2)
        rest = set(words[comes:])
        verbs = [i for i in reading.clause(place) if i < place and reading.tokens[i].says("cause")]
        if verbs:  # "the lead time causes most of it"
            rest = {word for i in range(reading.clause(place).start, verbs[-1]) for word in reading.text(i).split()}
        named = [
            name for name, cause in CAUSES_OF.items() if cause & (rest - ({"lead"} if "demand" in rest else set()))
        ]
        values = [reading.value(name, key) for name in named for key in keys]
        return [value for value in values[:1] if value is not None]
    return []


def _of_measures(reading, place):
    """Return the ratios of one quantity of a lane to another one: "most of the revenue goes into handling"."""
    names = [i for i in reading.names if i > place]
    before = reading.name_before(place, reading.clause(place).start)
    if before is not None and reading.text(before) in ("cost", "costs") and before - 1 in reading.names:
        before -= 1
    if before is not None:
        one, two = before, reading.name_after(place, 6)
    elif len(names) > 1:
        one, two = names[1], names[0]
    else:
        return []
    if two is None:
        return []
    part = reading.tokens[one].measures & set(_COST_PARTS)
    if reading.text(two) in ("cost", "costs", "money") and len(part) == 1:
        costs = [[reading.value(name, key) for name in _COST_PARTS] for key in reading.subjects(place)]
        return _quotients(
            [(values[_COST_PARTS.index(min(part))], sum(values)) for values in costs if None not in values]
        )
    units = {fact.measure: fact.unit for fact in reading.evidence.facts.values() if "." not in fact.name}
    pairs = [
        (a, b) for a in reading.tokens[one].measures for b in reading.tokens[two].measures
        if a in units and units[a] == units.get(b) and a != b
    ]  # fmt: skip
    found = _quotients(
        [(reading.value(a, key), reading.value(b, key)) for key in reading.subjects(place) for a, b in pairs]
    )
    left = {reading.text(i) for i in reading.clause(place) if i > place} & {"left", "remain", "remains"}
    return [1.0 - ratio for ratio in found] if left else found


def _quotients(pairs):
    """Return the quotients of pairs of values; nothing if a value is not on record, or a divisor is not positive."""
    known = [(one, two) for one, two in pairs if None not in (one, two) and two > 0]
    return [one / two for one, two in known]


def consumption_holds(reading: Reading) -> None:
    """Settle "all" of "handling eats up all of the revenue"; raise `Unsupported` if it is less."""
    for place, token in enumerate(reading.tokens):
        name = reading.name_after(place, 5)
        if token.text not in _CONSUMES or name is None or "revenue" not in reading.tokens[name].measures:
            continue
        costs = [reading.tokens[i].fact for i in reading.facts if i < place and "$" in reading.tokens[i].fact.unit]
        before = reading.name_before(place, reading.clause(place).start)
        wholes = [i for i in range(place, name + 1) if reading.text(i) in ("all", "entire", "whole")]
        part = [i for i in range(place, name) if reading.text(i) in ("of", "part")] and not wholes
        measures = {costs[-1].measure} if costs else reading.tokens[before].measures if before is not None else set()
        values = [(reading.value(_AMOUNTS.get(one, one), key), reading.value("revenue", key)) for one in measures
                  for key in reading.subjects(place)]  # fmt: skip
        ratios = _quotients(values)
        near = [i for i in range(place, name) if reading.text(i) in _NEARLY and wholes]
        if not ratios or part or ({reading.text(place + i) for i in (1, 2, 3)} & _NEARLY.keys() and not near):
            continue
        reading.settle(*near)
        if min(ratios) < (0.85 if near else 0.995 if wholes else 0.5):
            reading.refuse(place, "is not so")
        reading.settle(*wholes)
        reading.proved += 1


_CONSUMES = set("eat eats eating swallow swallows consume consumes absorb absorbs devour devours take takes".split())
_AMOUNTS = {"handling_cost": "handling", "holding_cost": "holding", "sla_penalty": "penalty"}
_AMOUNTS |= {"partner_surcharge": "surcharge"}
