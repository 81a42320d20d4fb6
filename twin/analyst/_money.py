"""Decide words for profits and losses against the sign of the money that a sentence speaks of."""

from twin.analyst._decide import decide
from twin.analyst._names_before import told_as_best
from twin.analyst._orders import compare
from twin.analyst._quantifiers import quantity_of
from twin.analyst._sentence import Reading

_MONEY = ("profit", "best_profit", "value_at_risk", "conditional_value_at_risk")
_MAKES = set("earn earns make makes earning making turn turns turned made earned bring brings show shows".split())
_ENDS = set("close closes closing eliminate eliminates end ends remove removes erase erases offset offsets".split())
_STANDS = set("is are be stays stay still remains back".split())
_BAD_TIMES = {"bad", "worst"}
_NOW = set("stands today now currently present".split())
_LESSENS = set(
    """reduce reduces reducing lower narrow narrows cut cuts limit stop cover covers covering turn shrink halve
    halves""".split()
)
_EVEN = 0.01  # largest profit of a lane that breaks even, relative to its revenue [-]


def money_holds(reading: Reading) -> None:
    """Settle words for losses and gains that facts bear out; raise `Unsupported` if facts say the contrary."""
    for place, token in enumerate(reading.tokens):
        if token.kind not in ("word", "name"):
            continue
        said = _said(reading, place)
        if (
            said is None
            or (place in reading.settled and token.text != "saved")
            or _is_of_a_change(reading, place)
            or _is_excluded(reading, place)
        ):
            continue
        sign, words = said

        def holds(key, place=place, sign=sign):
            signs = _signs(reading, place, key)
            return None if len(signs) != 1 else sign in signs

        seldom = [i for i in range(max(place - 3, 0), place) if reading.tokens[i].says("seldom", "negation")
                  and reading.text(i) in ("rarely", "seldom", "hardly", "scarcely")]  # fmt: skip
        if seldom and sign < 0 and not any(i in reading.clause(place) for i in reading.facts):
            risks = [reading.value("value_at_risk", key) for key in reading.subjects(place)]
            if None not in risks and risks:
                if max(risks) > 0:
                    reading.refuse(place, "is not so")
                reading.settle(place, *words, *seldom)
                continue
        if (turned := _turned(reading, place, sign)) is not None:
            if not turned:
                reading.refuse(place, "has the wrong sign")
            reading.settle(place, *words)
            continue
        if (turned := _turns(reading, place, sign)) is not None:
            if not turned:
                reading.refuse(place, "has the wrong sign")
            reading.settle(place, *words)
            continue
        short = [i for i in reading.clause(place) if i < place and _is_not_enough(reading, i)]
        decide(reading, place, holds, *words, denied=short)
        reading.proved += place in reading.settled


def _is_not_enough(reading, place):
    """Return whether "not enough to" begins at a word."""
    following = [reading.text(i) for i in range(place, place + 5)]
    return following[0] == "not" and "enough" in following and "to" in following


def _said(reading, place):
    """Return (sign that a word says of money, places of words with it); None for other words."""
    token, text = reading.tokens[place], reading.text
    if token.text in ("loss", "losses", "deficit") and text(place - 1) in ("the", "its", "this"):
        if text(place - 2) in _ENDS:
            return 1, ()
    before = {text(place - 1), text(place - 2), text(place - 3)}
    lost = reading.words & {"red", "loss", "negative", "loses", "lose"}
    if token.text in ("saved", "rescued") and any("service_level" in reading.tokens[i].measures for i in reading.names):
        return 1, ()
    if token.text == "zero" and text(place - 1) in ("above", "below"):
        return (1 if text(place - 1) == "above" else -1), (place - 1,)
    lost_thing = reading.name_after(place, 3) if token.text in ("lose", "loses", "losing", "lost") else None
    if lost_thing is not None and reading.tokens[lost_thing].measures & {"internal_capacity", "demand_mean"}:
        return None
    if token.text == "red" and "out" in before and text(place - 2) == "of":
        return 1, ()
    if token.says("loss", "gain"):
        return (-1 if token.says("loss") else 1), ()
    if token.text == "money" and before & {"save", "saves", "saving"}:
        return 1, ()
    if token.text == "money" and before & _MAKES:
        return 1, ()
    if token.text in ("profit", "profits"):
        article = text(place - 1) in ("a", "no", "any") or text(place - 2) == "a"
        after = text(place + 1)
        if (article and before & _MAKES and after != "of") or text(place - 1) == "into":
            return 1, ()
        if text(place - 1) == "in" and text(place - 2) in _STANDS:
            return 1, ()
        near = {text(place - 1), text(place - 2) if text(place - 1) == "a" else ""}
        if near & {"from", "to", "into"}:
            return 1, ()
        told = [i for i in reading.facts if reading.tokens[i].fact.measure.endswith("profit")]
        if article and text(place - 2) in ("means", "is") and after != "of" and _tells_risk(reading):
            return 1, ()
        if article and told and text(place - 1) != "no" and not lost and (after != "of" or place + 2 in told):
            return 1, ()
        if text(place - 1) == "to" and text(place - 2) in ("back", "return", "returns"):
            return 1, ()
    if "profit" in token.measures or token.text == "profit":
        ends = [i for i in range(place - 6, place) if text(i).startswith(("wipe", "eliminat", "erase", "destroy"))]
        if ends:
            return -1, tuple(i for i in range(ends[-1], place) if text(i) in ("entire", "whole", "all"))
    covers = text(place - 1).startswith("cover") or text(place - 2).startswith("cover")
    if token.text in ("cost", "costs") and covers and token.measures:
        return 1, ()
    return None


def _tells_risk(reading):
    """Return whether a sentence tells no money but a value at risk."""
    told = {reading.tokens[i].fact.measure for i in reading.facts}
    return bool(told) and told <= {"value_at_risk", "conditional_value_at_risk", "risk_share"}


def _is_of_a_change(reading, place):
    """Return whether "loss" is told of a change of profit that stands further on, which is checked as such."""
    after = next((i for i in reading.facts if i > place), None)
    if reading.text(place) in ("loss", "losses"):
        change = after is not None and reading.tokens[after].fact.name == "profit.change"
        return (change and after - place > 2) or reading.text(place - 1) in ("possible", "in", "hit")
    return False


def _is_excluded(reading, place):
    """Return whether a word is no claim on money: "positive" of an effect, "plus" between numbers."""
    return reading.text(place) in ("plus", "minus") and place - 1 in reading.facts


def _turned(reading, place, sign):
    """Return whether "from a loss to a profit" is so in a what-if at "loss", or at "profit"; None for other words."""
    scenario = reading.case(place) or reading.scenario()
    before = {reading.text(i) for i in range(place - 2, place)}
    part = {reading.text(i) for i in reading.part(place) if i < place}
    if not scenario or "from" not in part or not before & {"from", "to", "into"}:
        return None
    key = reading.evidence.scenarios[scenario][0] if "from" in before else scenario
    value = reading.value("profit", key)
    return None if value is None else value * sign > 0


def _turns(reading, place, sign):
    """Return whether "turns a loss into a profit" is so in a what-if; None if a sentence does not say it."""
    scenario = reading.case(place) or reading.scenario()
    after = {reading.text(i) for i in range(place + 1, place + 4)}
    if not scenario or "into" not in after or reading.text(place - 1) in ("into", "in"):
        return None
    values = reading.value("profit", reading.evidence.scenarios[scenario][0]), reading.value("profit", scenario)
    return None if None in values else values[0] * sign > 0 > values[1] * sign


def _case(reading, place):
    """Return the key of the what-if that a word speaks of; the latest one if a sentence leaves it open."""
    return reading.case(place) or reading.scenario() or next(reversed(reading.evidence.scenarios), "")


_MODALS = set("would will could".split())
_TURNS = set("turns turn becomes become goes go".split())


def _signs(reading, place, key):
    """Return the signs of the gains that a word is about: a loss at risk is the contrary of a gain."""
    tokens, clause, text = reading.tokens, reading.clause(place), reading.text(place)
    told = {tokens[i].fact.measure for i in reading.facts}
    case = "" if told & {"best_profit", "best_profit_level"} else _case(reading, place)
    if text in ("gain", "gains") and reading.text(place - 1) in _MODALS and case:
        change = reading.value("profit.change", case)
        return set() if change is None else {compare(change, 0.0)}
    if text in ("gain", "gains") and reading.text(place + 1) in ("in", "of"):
        changes = [tokens[i].fact.value for i in reading.facts if i > place and "." in tokens[i].fact.name]
        if changes:
            return {compare(changes[0], 0.0)}
    if text == "money" and {reading.text(place - 1), reading.text(place - 2)} & {"save", "saves", "saving"}:
        gain = reading.value("profit.change", case) if case else None
        return set() if gain is None else {compare(gain, 0.0)}
    if text in ("negative", "positive") and reading.text(place - 1) in _TURNS and (case := reading.case(place)):
        name = reading.name_before(place, clause.start)
        if name is not None and "profit" in tokens[name].measures and reading.evidence.scenarios[case][0] == key:
            before, after = reading.value("profit", key), reading.value("profit", case)
            return {compare(after, 0.0)} if None not in (before, after) and before * after < 0 else set()
    if text in ("negative", "positive", "zero"):
        return _nearest(reading, place, key) or _signs_of_profit(reading, place, key)
    if {"best", "level"} <= reading.words and "would" in reading.words and text not in ("negative", "positive", "zero"):
        told = [tokens[i].fact.value for i in reading.facts if tokens[i].fact.measure == "best_profit"]
        best = told[0] if told else reading.value("best_profit", key)
        return set() if best is None else {compare(best, 0.0)}
    near = [i for i in reading.facts if i in clause and tokens[i].fact.measure in _MONEY]
    on_lane = reading.text(place + 1) in ("on", "of", "at", "for") and place + 2 in reading.lanes
    if on_lane or quantity_of(reading, place) is not None:
        near = [i for i in near if key in reading.evidence.about(tokens[i].fact)]
    state = text.endswith(("able", "ive")) or text in ("red", "black", "money", "profit")
    near = [i for i in near if "." not in tokens[i].fact.name or not (state or tokens[i].text[:1].isalpha())]
    after = [i for i in near if i > place]
    facts = [tokens[i].fact for i in (after[:1] or near[-1:])]
    if not facts and not any(i in clause for i in reading.lanes):
        before = [i for i in reading.facts if i < place and tokens[i].fact.measure in _MONEY]
        before = [i for i in before if "." not in tokens[i].fact.name]
        facts = [tokens[i].fact for i in before[-1:]]
    if facts and reading.evidence.about(facts[0]) and key not in reading.evidence.about(facts[0]):
        facts = []
    tail = any(fact.measure.endswith("value_at_risk") for fact in facts)
    if not tail and {reading.text(i) for i in clause} & _BAD_TIMES:
        bad = reading.value_in("value_at_risk", key, reading.case(place))
        if bad is not None:
            return {compare(-bad, 0.0)}
    if facts:
        return {compare(-f.value if f.measure.endswith("value_at_risk") else f.value, 0.0) for f in facts}
    return _signs_of_profit(reading, place, key)


def _signs_of_profit(reading, place, key):
    """Return the sign of the profit of a lane, as it stands, in a what-if, or at its best service level."""
    said = {reading.text(i) for i in reading.clause(place)}
    one = said & {"lane", "lanes", "each", "every"} or any(i in reading.clause(place) for i in reading.lanes)
    if not one and said & {"network", "portfolio"}:
        total = reading.evidence.value("network.profit")
        return set() if total is None else {compare(total, 0.0)}
    case = "" if _says_as_it_stands(reading, place) else reading.case(place)
    best = told_as_best(reading, place) and not _says_as_it_stands(reading, place)
    best = best and (not case or reading.evidence.scenarios[case][0] != key)
    value = reading.value("best_profit", key) if best else reading.value_in("profit", key, case)
    return set() if value is None else {compare(value, 0.0)}


def _nearest(reading, place, key):
    """Return the sign of the nearest number of the clause, or of the quantity named before the word."""
    facts = [i for i in reading.facts if i in reading.clause(place)]
    if facts:
        return {compare(reading.tokens[min(facts, key=lambda i: abs(i - place))].fact.value, 0.0)}
    after = reading.name_after(place, 2)
    clause = [i for i in reading.names if i < place and i in reading.clause(place)]
    names = ([after] if after is not None else []) or clause or [i for i in reading.names if i < place]
    values = [reading.value_in(name, key, reading.case(place)) for i in names for name in reading.tokens[i].measures]
    both = (i for i in reading.find("whole") if reading.text(i) == "both" and len(names) > 1)
    reading.settle(*both, proved=False)
    return {compare(value, 0.0) for value in values if value is not None}


def _says_as_it_stands(reading, place):
    """Return whether a clause speaks of a lane as it stands, or of a loss that a change would lessen."""
    words = {reading.text(i) for i in reading.clause(place)}
    lessened = reading.text(place - 1) in ("the", "its", "this") and reading.text(place - 2) in _LESSENS
    return lessened or bool(words & _NOW and not words & {"would", "could", "if", "with"})


def breaks_even(reading: Reading) -> None:
    """Settle "breaks even" if the profit of a lane is close to zero; raise `Unsupported` if it is not."""
    for place, token in enumerate(reading.tokens):
        if token.text != "even" or not reading.text(place - 1).startswith(("break", "broke")):
            continue
        if reading.text(place - 2) in ("to",) or reading.is_hypothetical:
            continue

        def holds(key, place=place):
            profit, revenue = (reading.value_in(name, key, reading.case(place)) for name in ("profit", "revenue"))
            return None if None in (profit, revenue) else abs(profit) <= _EVEN * revenue

        decide(reading, place, holds)


def change_pays(reading: Reading) -> None:
    """Settle "it pays" and "worthwhile" by the change of profit in a what-if; raise `Unsupported` if it is not so."""
    for place, token in enumerate(reading.tokens):
        ends = reading.text(place + 1) in ("off", ":", ".", ",", "", "at", "on", "here")
        ends = ends and reading.text(place - 1) not in ("to", "may", "might", "we")
        off = reading.text(place + 1) == "off" and reading.evidence.scenarios
        if not (token.text in ("pays", "pay") and ends and (reading.scenario() or off)) and token.text != "worthwhile":
            continue
        cases = [reading.scenario()] if reading.scenario() else list(reading.evidence.scenarios)
        gains = {compare(reading.value("profit.change", case) or 0.0, 0.0) for case in cases}
        if len(gains) != 1 or 0 in gains:
            reading.refuse(place, "cannot be checked")
        gain = gains.pop()
        longer = [i for i in (place - 2, place - 1) if reading.text(place - 1) == "longer"]
        decide(reading, place, lambda key, gain=gain, turn=bool(longer): (gain > 0) != turn, *longer)


def profit_is_net(reading: Reading) -> None:
    """Raise `Unsupported` if profit is told as what is left before one of the costs that it is net of."""
    for place, token in enumerate(reading.tokens):
        if token.text in ("before", "excluding", "without") and (name := reading.name_after(place, 3)) is not None:
            parts = reading.tokens[name].measures & {"handling", "holding", "penalty", "surcharge"}
            if parts and any(reading.tokens[i].fact.measure == "profit" for i in reading.facts):
                reading.refuse(place, "is not so: profit is what is left after it")
