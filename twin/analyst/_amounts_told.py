"""Refuse what a sentence says of amounts, of parts of the network and of trends, where the facts say otherwise."""

from twin.analyst._sentence import Reading

_DOING = set(
    """earn earns earning make makes bring brings cause causes produce produces generate generates deliver delivers
    yield yields ship ships have has own owns expect expects""".split()
)
_ARISES = set("arise arises come comes fall falls lie lies occur occurs stem stems go goes belong belongs is".split())
_ALL = set("all entire whole every everything only".split())


def sums_are_not_of_some(reading: Reading) -> None:
    """Raise `Unsupported` if some lanes are said to do what the number of the whole network says."""
    count = reading.evidence.value("network.lanes") or 0
    for place in reading.facts:
        fact = reading.tokens[place].fact
        if fact.key != "network" or fact.unit == "lane":
            continue
        lanes = [i for i in reading.lanes if i < place and i in reading.clause(place)]
        named = {reading.tokens[i].lane for i in lanes}
        between = range(lanes[-1] + 1, place) if lanes else range(0)
        does = any(reading.text(i) in _DOING for i in between) and not any(i in reading.facts for i in between)
        stays = (
            any(reading.text(i) in ("of", "network", "without") for i in range(lanes[0] - 2, lanes[0]))
            if lanes
            else True
        )
        if lanes and does and len(named) < count and not stays:
            reading.refuse(place, "is a number of all lanes")
        after = [i for i in reading.lanes if place < i <= place + 6]
        after = after if _ARISES & {reading.text(i) for i in range(place, after[0] if after else place)} else []
        whole = _ALL & {reading.text(i) for i in range(place)}
        if after and whole and len(named | {reading.tokens[i].lane for i in after}) < count:
            values = [reading.value(fact.measure, reading.tokens[i].lane) for i in after[:1]]
            if None in values or values[0] < 0.995 * fact.value:
                reading.refuse(place, "is a number of all lanes")


_GAINS = set("earn earns earned earning make makes gain gains".split())
_LOST = set("lose loses lost losing loss losses less".split())


def losses_are_not_earned(reading: Reading) -> None:
    """Raise `Unsupported` if "earns" stands before a loss: a value at risk above zero, or a profit below."""
    for place in reading.facts:
        fact = reading.tokens[place].fact
        lost = fact.value if fact.measure.endswith("value_at_risk") else -fact.value
        if not (fact.measure.endswith("value_at_risk") or fact.name in ("profit", "best_profit")) or lost <= 0:
            continue
        before = {reading.text(i) for i in range(max(place - 5, 0), place)} & (_GAINS | {"still"})
        part = {word for i in reading.part(place) for word in reading.text(i).split()}
        after = {"make", "makes"} & part and "money" in part
        ahead = {word for i in reading.part(place) if i < place for word in reading.text(i).split()}
        if (
            (before & _GAINS or after)
            and not ahead & (_LOST | {"not", "only", "no"})
            and not before & {"makes", "make"} - part
        ):
            if fact.measure.endswith("value_at_risk") or reading.text(place - 1) in _GAINS:
                reading.refuse(place, "is a loss")


def means_are_no_peaks(reading: Reading) -> None:
    """Raise `Unsupported` if a number is said to be where a quantity peaks, or a lane to be level with another."""
    for place in range(len(reading.tokens)):
        word, after = reading.text(place), reading.tokens[min(place + 2, len(reading.tokens) - 1)]
        if word.startswith("peak") and reading.text(place + 1) == "at" and after.fact:
            if "mean" in after.fact.measure:
                reading.refuse(place, "is not said of a mean")
        if word == "level" and reading.text(place + 1) == "with" and after.lane:
            reading.refuse(place, "is not said of lanes that differ")


#: Adjective before demand -> sign of its trend.
_TRENDS = dict.fromkeys("growing rising increasing climbing".split(), 1)
_TRENDS |= dict.fromkeys("falling shrinking declining decreasing dwindling".split(), -1)


def trends_are_so(reading: Reading) -> None:
    """Raise `Unsupported` if demand is called growing, or falling, and its trend has the other sign."""
    for place, token in enumerate(reading.tokens):
        name = reading.tokens[min(place + 1, len(reading.tokens) - 1)]
        if token.text not in _TRENDS or "demand_mean" not in name.measures or reading.text(place - 1) == "is":
            continue
        trends = [reading.value("trend", key) for key in reading.subjects(place)]
        if any(trend is not None and trend * _TRENDS[token.text] <= 0 for trend in trends):
            reading.refuse(place, "is not so")


_SMALL_PARTS = dict.fromkeys("small minor tiny modest little".split(), (0.0, 0.34))
_SMALL_PARTS |= dict.fromkeys("large big major substantial considerable".split(), (0.34, 1.0))


def parts_have_their_size(reading: Reading) -> None:
    """Raise `Unsupported` if a lane's part of a number of the network is called small, or large, and is not."""
    for place, token in enumerate(reading.tokens):
        part = reading.text(place + 1) in ("part", "share", "portion", "fraction", "piece")
        if token.text not in _SMALL_PARTS or not part or not reading.words & {"network", "total"} or not reading.lanes:
            continue
        low, high = _SMALL_PARTS[token.text]
        name = reading.name_after(place, 9) or next((i for i in reading.names if i > place), None)
        for measure in reading.tokens[name].measures if name is not None else ():
            one = reading.value(measure, reading.tokens[reading.lanes[-1]].lane)
            whole = reading.evidence.value(f"network.{measure}")
            if None not in (one, whole) and whole > 0 and not low <= one / whole <= high:
                reading.refuse(place, "is not so")


def shortfalls_are_so(reading: Reading) -> None:
    """Raise `Unsupported` if a number is said to fall short of a smaller one, or pallets to be an amount of money."""
    for place, token in enumerate(reading.tokens):
        falls = token.text in ("falls short", "fall short") or reading.text(place - 1) in ("falls", "fall", "fell")
        if token.text.endswith("short") and falls and reading.text(place + 1) == "of":
            before = [reading.tokens[i].fact for i in reading.facts if i < place]
            after = [reading.tokens[i].fact for i in reading.facts if i > place]
            if before and after and before[-1].unit == after[0].unit and before[-1].value >= after[0].value:
                reading.refuse(place, "is not so")
        if token.text == "money" and reading.text(place - 1) == "in" and place <= 2 and reading.facts:
            if not any("$" in reading.tokens[i].fact.unit for i in reading.facts):
                reading.refuse(place, "is not the unit of these numbers")


def covers_what_it_covers(reading: Reading) -> None:
    """Raise `Unsupported` if an amount is said to cover a larger one: "revenue covers handling, 5 against 6"."""
    verb = next((i for i, token in enumerate(reading.tokens) if token.text in ("cover", "covers")), None)
    told = [i for i in reading.facts if verb is not None and i > verb]
    if len(told) == 2 and {"against", "versus"} & {reading.text(i) for i in range(*told)}:
        one, two = (reading.tokens[i].fact for i in told)
        if one.unit == two.unit and one.value < two.value and reading.text(verb - 1) != "not":
            reading.refuse(verb, "is not so")


_HEAVY = 0.25  # share of the space from which on a lane depends on a partner heavily [-]
_HEAVILY = set("heavily strongly largely mostly entirely completely".split())


def dependence_is_heavy(reading: Reading) -> None:
    """Raise `Unsupported` if a lane is said to depend heavily on a partner that provides little of its space."""
    for place, token in enumerate(reading.tokens):
        near = {reading.text(i) for i in range(place - 2, place + 3)} & _HEAVILY
        if token.text in ("depend", "depends", "relies", "rely", "dependent") and near and "partner" in reading.words:
            keys = [reading.scenario()] if reading.scenario() else reading.subjects(place)
            if any((reading.value("dependency", key) or 0.0) < _HEAVY for key in keys):
                reading.refuse(place, "is not so")


TOLD_OF_AMOUNTS = (
    sums_are_not_of_some,
    losses_are_not_earned,
    means_are_no_peaks,
    trends_are_so,
    dependence_is_heavy,
    parts_have_their_size,
    shortfalls_are_so,
    covers_what_it_covers,
)
