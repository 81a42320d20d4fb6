"""Refuse what a sentence says of costs and profits in words, where the facts say otherwise."""

from twin.analyst._sentence import Reading

_PARTS = ("handling", "holding", "penalty", "surcharge")  # parts of the costs of a period
_MINOR = 0.25  # share of the costs of a period from which on a part is no minor one [-]
_COST = {"cost", "costs", "expense", "expenses"}
_DENIALS = set("not no never neither nor without hardly instead into than cannot".split())
_FAST = set("fast rapidly quickly strongly sharply steeply".split())
_GROWTH = 0.1  # change of demand in a year, relative to its mean, from which on it is fast [-]
_YEAR = {"day": 365.0, "week": 52.0, "month": 12.0}


def costs_have_their_size(reading: Reading) -> None:
    """Raise `Unsupported` if a part of the costs is called the largest, minor or major, and is not."""
    told = [reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.measure in _PARTS]
    if len(told) != 1 or told[0].name != told[0].measure or not reading.words & _COST:
        return
    values = [reading.value(part, told[0].key) for part in _PARTS]
    if None in values:
        return
    share = told[0].value / sum(values)
    for place, token in enumerate(reading.tokens):
        of_cost = _COST & {word for i in range(place - 4, place + 3) for word in reading.text(i).split()}
        if not of_cost or _DENIALS & reading.words:
            continue
        if token.says("most") and token.text in ("most", "largest", "biggest") and told[0].value < max(values):
            reading.refuse(place, "is not so")
        if (token.says("low") and share > _MINOR) or (token.says("high") and share < _MINOR):
            reading.refuse(place, "is not so")


def growth_is_fast(reading: Reading) -> None:
    """Raise `Unsupported` if a slow trend of demand is called fast."""
    for place in (i for i, token in enumerate(reading.tokens) if token.text in _FAST):
        for fact in (reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.measure == "trend"):
            mean = reading.value("demand_mean", fact.key)
            if mean and abs(fact.value) * _YEAR[reading.evidence.unit_of_period] < _GROWTH * mean:
                reading.refuse(place, "is not so")


#: Verbs before a change of profit -> its sign.
_VERBS = dict.fromkeys("cost costs lose loses losing".split(), -1)
_VERBS |= dict.fromkeys(
    "bring brings gain gains earn earns add adds yield yields save saves deliver delivers".split(), 1
)


def changes_are_costs(reading: Reading) -> None:
    """Raise `Unsupported` if a gain of profit is said to be a cost, or falling demand to gain pallets."""
    for place, token in enumerate(reading.tokens):
        after = reading.tokens[min(place + 1, len(reading.tokens) - 1)]
        sign = _VERBS.get(token.text)
        told = next((reading.tokens[i].fact for i in reading.facts if 0 < i - place <= 3), None)
        if sign and told and told.name == "profit.change" and "_less_" not in told.key and told.value * sign < 0:
            reading.refuse(place, "is said of a change with the other sign")
        if token.says("gain", "loss") and after.text == "pallets" and not reading.facts:
            sign = 1 if token.says("gain") else -1
            trends = [reading.value("trend", key) for key in reading.subjects(place)]
            if any(trend is None or trend * sign <= 0 for trend in trends):
                reading.refuse(place, "is not so")


TOLD_OF_MONEY = (
    costs_have_their_size,
    growth_is_fast,
    changes_are_costs,
)
