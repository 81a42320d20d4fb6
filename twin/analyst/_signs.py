"""Check words for losses and gains against the sign of what they speak of, and negations."""

from twin.analyst._sentence import Reading

_MONEY = ("profit", "best_profit", "value_at_risk", "conditional_value_at_risk")


def signs_hold(reading: Reading) -> None:
    """Settle words for losses and gains that facts bear out; raise `Unsupported` if facts say the contrary."""
    for place in reading.find("loss", "gain"):
        said = -1 if reading.tokens[place].says("loss") else 1
        if negation := _negation(reading, place):
            said = -said
        signs = _signs(reading, place)
        after = next((i for i in reading.facts if i > place), None)
        if (
            reading.text(place) in ("loss", "losses")
            and after is not None
            and reading.tokens[after].fact.name == "profit.change"
        ):
            if after - place > 2:
                continue
        if reading.text(place) in ("loss", "losses") and reading.text(place - 1) in ("possible", "in", "hit"):
            continue
        if any(reading.text(i) == "no" and reading.text(i + 1) == "longer" for i in range(place - 4, place - 1)):
            said = -said
        turns = {reading.text(i) for i in range(place + 1, place + 4)} & {"into"} and (scenario := reading.scenario())
        if turns and said < 0:
            values = reading.value("profit", reading.evidence.scenarios[scenario][0]), reading.value("profit", scenario)
            signs = {-1} if None not in values and values[0] < 0 < values[1] else {1}
        if reading.text(place) in ("gain", "gains") and reading.text(place + 1) in ("in", "of"):
            changes = [
                reading.tokens[i].fact.value for i in reading.facts if i > place and "." in reading.tokens[i].fact.name
            ]
            signs = {(changes[0] > 0) - (changes[0] < 0)} if changes else signs
        if reading.text(place) in ("negative", "positive") and (near := _nearest(reading, place)):
            signs = {near}
        if not signs:
            continue
        if signs != {said}:
            reading.refuse(place, "has the wrong sign")
        reading.settle(place, *negation)


def zero_holds(reading: Reading) -> None:
    """Settle "above zero" and "below zero" by the sign of the nearest number of the clause."""
    for place, token in enumerate(reading.tokens):
        if token.text == "zero" and reading.text(place - 1) in ("above", "below"):
            if _nearest(reading, place) != (1 if reading.text(place - 1) == "above" else -1):
                reading.refuse(place, "is not so")
            reading.settle(place - 1, place)


def money_words_hold(reading: Reading) -> None:
    """Raise `Unsupported` if a lane is said to make money, and does not."""
    for place, token in enumerate(reading.tokens):
        covers = reading.text(place - 2).startswith("cover") or reading.text(place - 1).startswith("cover")
        if token.text in ("cost", "costs") and covers and token.measures:
            signs, negation = _signs(reading, place), _negation(reading, place - 1)
            if signs != {-1 if negation else 1}:
                reading.refuse(place, "is not so")
            reading.settle(*negation)
        ends = reading.text(place + 1) in ("off", ":", ".", ",", "") and reading.text(place - 1) not in (
            "to",
            "may",
            "might",
            "we",
        )
        if (token.text in ("pays", "pay") and ends and reading.scenario()) or token.text == "worthwhile":
            scenario = reading.scenario()
            gain = reading.value("profit.change", scenario) if scenario else None
            denied = _negation(reading, place) or [
                i for i in (place - 2, place - 1) if reading.text(place - 1) == "longer"
            ]
            if gain is None or (gain > 0) == bool(denied):
                reading.refuse(place, "is not so")
            reading.settle(place, *denied)
        if (
            token.text in ("exceed", "exceeds")
            and reading.tokens[place - 1].measures
            and "cost" in reading.text(place - 1)
        ):
            name = reading.name_after(place, 3)
            if name is not None and "revenue" in reading.tokens[name].measures:
                if _signs(reading, place) != {-1}:
                    reading.refuse(place, "is not so")
                reading.settle(place)
        makes = {reading.text(place - 2), reading.text(place - 1)} & {
            "earn",
            "earns",
            "make",
            "makes",
            "earning",
            "making",
        }
        if (
            token.text == "profit"
            and makes
            and reading.text(place - 1) in ("a", "no")
            and reading.text(place + 1) not in ("of",)
        ):
            longer = any(reading.text(i) == "longer" for i in range(place - 4, place))
            signs, negation = _signs(reading, place), _negation(reading, place)
            if signs and not longer:
                if signs != {-1 if negation else 1}:
                    reading.refuse(place, "is not so")
                reading.settle(*negation)
                reading.proved += 1
        if token.text in ("before", "excluding", "without") and (name := reading.name_after(place, 3)) is not None:
            parts = set(reading.tokens[name].measures) & {"handling", "holding", "penalty", "surcharge"}
            if parts and any(reading.tokens[i].fact.measure == "profit" for i in reading.facts):
                reading.refuse(place, "is not so: profit is what is left after it")
        if token.text == "money" and reading.text(place - 1) in ("earn", "earns", "make", "makes", "earning", "making"):
            signs = _signs(reading, place)
            negation = _negation(reading, place)
            if signs != {-1 if negation else 1}:
                reading.refuse(place, "is not so")
            reading.settle(*negation)
            reading.proved += 1


def _nearest(reading, place):
    """Return the sign of the next number of the clause; 0 if there is none."""
    facts = [i for i in reading.facts if i in reading.clause(place)]
    if not facts:
        names = [i for i in reading.names if i < place]
        values = [
            reading.value_then(name, key)
            for i in names
            for name in reading.tokens[i].measures
            for key in reading.subjects(place)
        ]
        signs = {(value > 0) - (value < 0) for value in values if value is not None}
        reading.settle(*(i for i in reading.find("whole") if reading.text(i) == "both" and len(names) > 1))
        return signs.pop() if len(signs) == 1 else 0
    value = reading.tokens[min(facts, key=lambda i: abs(i - place))].fact.value
    return (value > 0) - (value < 0)


def _negation(reading, place):
    """Return the places of a negation just before a word, as a list."""
    first = [i for i in range(reading.clause(place).start, place) if reading.text(i) in ("none", "neither")]
    return first or [
        i
        for i in range(max(place - 3, 0), place)
        if reading.text(i) in ("not", "no", "neither", "without")
        and reading.text(i + 1) != "longer"
        and i in reading.clause(place)
    ]


def _signs(reading, place):
    """Return the signs of the gains that a word is about: a loss at risk is the contrary of a gain."""
    tokens = reading.tokens
    clause = reading.clause(place)
    near = [i for i in reading.facts if i in clause and tokens[i].fact.measure in _MONEY]
    after = [i for i in near if i > place]
    facts = [tokens[i].fact for i in (after[:1] or near[-1:])]
    if not facts and not any(i in clause for i in reading.lanes):
        before = [i for i in reading.facts if i < place and tokens[i].fact.measure in _MONEY]
        facts = [tokens[i].fact for i in before[-1:]]
    bad = [reading.value_then("value_at_risk", key) for key in reading.subjects(place)]
    tail = any(fact.measure.endswith("value_at_risk") for fact in facts)
    if not tail and {reading.text(i) for i in clause} & _BAD_TIMES and None not in bad:
        values = [-value for value in bad]
    elif facts:
        values = [-f.value if f.measure.endswith("value_at_risk") else f.value for f in facts]
    else:
        scenario = "" if _says_as_it_stands(reading, place) else reading.scenario()
        keys = [scenario] if scenario else reading.subjects(place)
        values = [reading.value("profit", key) for key in keys]
        if None in values:
            return set()
    return {(value > 0) - (value < 0) for value in values}


_BAD_TIMES = {"bad", "worst"}
_NOW = set("stands today now currently present".split())
_LESSENS = set(
    "reduce reduces lower narrow cut limit offset stop end cover covers covering turn eliminate shrink".split()
)


def _says_as_it_stands(reading, place):
    """Return whether a clause speaks of a lane as it stands, or of a loss that a change would lessen."""
    words = {reading.text(i) for i in reading.clause(place)}
    lessened = reading.text(place - 1) in ("the", "its", "this") and reading.text(place - 2) in _LESSENS
    return lessened or bool(words & _NOW and not words & {"would", "could", "if", "with"})
