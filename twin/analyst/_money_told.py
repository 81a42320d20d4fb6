"""Refuse what a sentence says of costs and profits in words, where the facts say otherwise."""

from twin.analyst._sentence import Reading

_PARTS = ("handling", "holding", "penalty", "surcharge")  # parts of the costs of a period
_MINOR = 0.25  # share of the costs of a period from which on a part is no minor one [-]
_COST = {"cost", "costs", "expense", "expenses"}
_DENIALS = set("not no never neither nor without hardly instead into than cannot".split())
_SAVED = set("saved save rescue rescued profitable".split())
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


def profits_are_profits(reading: Reading) -> None:
    """Raise `Unsupported` if a loss is called "a small profit"."""
    told = [reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.measure.endswith("profit")]
    for place in reading.names:
        article = "a" in (reading.text(place - 1), reading.text(place - 2))
        if reading.text(place) == "profit" and article and told and not _DENIALS & reading.words:
            if all(fact.value < 0 for fact in told):
                reading.refuse(place, "is a loss")


def best_levels_hold(reading: Reading) -> None:
    """Settle "can not be saved by its service level"; raise `Unsupported` if the best profit says otherwise."""
    saved = [
        i
        for i, token in enumerate(reading.tokens)
        if token.text in _SAVED and reading.text(i - 1) not in ("most", "more")
    ]
    level = any({"service_level", "best_profit_level"} & reading.tokens[i].measures for i in reading.names)
    if not saved or not level or reading.facts or not reading.words & {"best", "optimal", "alone", "any", "itself"}:
        return
    values = [reading.value("best_profit", key) for key in reading.subjects(saved[0])]
    if not values or None in values:
        return
    denied = [i for i in reading.find("negation") if i < saved[0]]
    if any((value > 0) == bool(denied) for value in values):
        reading.refuse(saved[0], "is not so")
    reading.settle(*denied, *saved)


def growth_is_fast(reading: Reading) -> None:
    """Raise `Unsupported` if a slow trend of demand is called fast."""
    for place in (i for i, token in enumerate(reading.tokens) if token.text in _FAST):
        for fact in (reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.measure == "trend"):
            mean = reading.value("demand_mean", fact.key)
            if mean and abs(fact.value) * _YEAR[reading.evidence.unit_of_period] < _GROWTH * mean:
                reading.refuse(place, "is not so")


def own_capacity_is_left(reading: Reading) -> None:
    """Raise `Unsupported` if a lane has "room to spare" beyond its own capacity, or has "run out of" it below."""
    for place, token in enumerate(reading.tokens):
        near = {word for i in range(place - 4, place + 5) for word in reading.text(i).split()}
        if not near & {"room", "space", "capacity"} or reading.scenario():
            continue
        uses = [reading.value("use", key) for key in reading.subjects(place)]
        if token.text in ("run", "runs", "ran") and (reading.text(place + 1), reading.text(place + 2)) == ("out", "of"):
            if any(use is None or use < 1.0 for use in uses):
                reading.refuse(place, "is not so")
        if token.text in ("spare", "left", "free") and not _DENIALS & near and any(use and use > 1.0 for use in uses):
            reading.refuse(place, "is not so")


def changes_are_costs(reading: Reading) -> None:
    """Raise `Unsupported` if a gain of profit is said to be a cost, or falling demand to gain pallets."""
    for place, token in enumerate(reading.tokens):
        after = reading.tokens[min(place + 1, len(reading.tokens) - 1)]
        if token.text in ("cost", "costs") and after.fact and after.fact.name.endswith("profit.change"):
            if after.fact.value > 0:
                reading.refuse(place, "is said of a gain")
        if token.says("gain", "loss") and after.text == "pallets" and not reading.facts:
            sign = 1 if token.says("gain") else -1
            trends = [reading.value("trend", key) for key in reading.subjects(place)]
            if any(trend is None or trend * sign <= 0 for trend in trends):
                reading.refuse(place, "is not so")


def prices_are_in_order(reading: Reading) -> None:
    """Raise `Unsupported` if "handling a pallet is cheaper" on a lane whose price for it is not the lower one."""
    for place in (i for i, token in enumerate(reading.tokens) if token.text in _CHEAPER):
        before = {word for i in range(place) for word in reading.text(i).split()}
        named = [price for word, price in _PRICES.items() if word in before]
        ours = list(dict.fromkeys(reading.tokens[i].lane for i in reading.lanes))
        if len(named) != 1 or len(ours) != 1 or reading.facts or reading.is_hypothetical:
            continue
        own = reading.value(named[0], ours[0])
        others = [reading.value(named[0], key) for key in reading.evidence.lanes if key != ours[0]]
        if own is None or None in others or any((other - own) * _CHEAPER[reading.text(place)] <= 0 for other in others):
            reading.refuse(place, "is not so")
        reading.settle(place)


_CHEAPER = {"cheaper": 1, "dearer": -1, "costlier": -1}
_PRICES = {"handling": "handling_cost", "holding": "holding_cost", "partner": "partner_surcharge"}

TOLD_OF_MONEY = (
    costs_have_their_size,
    profits_are_profits,
    growth_is_fast,
    own_capacity_is_left,
    changes_are_costs,
)
