"""Refuse claims that facts contradict, whichever way a sentence is built."""

from twin.analyst._orders import compare
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import CAUSES_OF

#: Price of one pallet or order -> the amount of a period that a sentence may mean by its name.
_AMOUNTS = {"handling_cost": "handling", "holding_cost": "holding", "sla_penalty": "penalty"}
_AMOUNTS |= {"partner_surcharge": "surcharge", "service_revenue": "revenue"}
_LARGER = set(
    "above exceed exceeds exceeded outweigh outweighs outstrip outstrips surpass surpasses cover covers".split()
)
_CONSUMES = set("eat eats swallow swallows consume consumes absorb absorbs devour devours".split())
_ALWAYS = set("every each any".split())
_SMALL, _RARE = 0.1, 0.001  # a cause, and a chance, that there is none worth a word [-]
_ROOMY, _EMPTY = 0.75, 0.5  # use up to which there is plenty of room, and up to which much of it is empty [-]


def numbers_are_in_order(reading: Reading) -> None:
    """Raise `Unsupported` if the number or quantity before "outweighs" or "larger ... than" is not the larger one."""
    for place, token in enumerate(reading.tokens):
        larger = token.text in _LARGER or (
            token.says("more") and "than" in {reading.text(i) for i in range(place, place + 4)}
        )
        denied = {reading.text(i) for i in range(max(place - 3, 0), place)} & {"not", "no", "hardly", "barely", "never"}
        if token.kind != "word" or not larger or denied:
            continue
        facts = [reading.tokens[i].fact for i in reading.facts if i in reading.clause(place) or i > place]
        left = [reading.tokens[i].fact for i in reading.facts if i < place]
        right = [fact for fact in facts if fact not in left]
        if len(left) == 1 and len(right) == 1 and _comparable(left[0], right[0]):
            if compare(left[0].value, right[0].value) < 0:
                reading.refuse(place, "is not so")
        elif not reading.facts and token.text in _LARGER and not reading.is_hypothetical:
            _amounts_are_in_order(reading, place)


def _comparable(one, two):
    """Return whether two facts are two costs, or two amounts of money, of one lane."""
    return one.key == two.key and one.unit == two.unit and "$" in one.unit and "." not in one.name + two.name


def _amounts_are_in_order(reading, place):
    """Raise `Unsupported` if the amount of money before a word is less than the one after it."""
    before, after = reading.name_before(place), reading.name_after(place, 4)
    if before is None or after is None:
        return
    for key in reading.subjects(place)[:1]:
        sides = [
            {reading.value(_AMOUNTS.get(name, name), key) for name in reading.tokens[i].measures if name in _MONEY}
            for i in (before, after)
        ]
        if all(len(side) == 1 and None not in side for side in sides) and min(sides[0]) < min(sides[1]):
            reading.refuse(place, "is not so")


_MONEY = {*_AMOUNTS, *_AMOUNTS.values()}


def parts_are_large(reading: Reading) -> None:
    """Raise `Unsupported` if a cost is said to "eat up" revenue of which it is less than half."""
    for place, token in enumerate(reading.tokens):
        costs = [reading.tokens[i].fact for i in reading.facts if i < place]
        name = reading.name_after(place, 4)
        if token.text not in _CONSUMES or not costs or name is None or "revenue" not in reading.tokens[name].measures:
            continue
        revenue = reading.value("revenue", costs[-1].key)
        if revenue is not None and costs[-1].value < 0.5 * revenue and reading.text(name - 1) not in ("of", "part"):
            reading.refuse(place, "is not so")


def reasons_are_large(reading: Reading) -> None:
    """Raise `Unsupported` if "because of" names a cause that has hardly any share of what it explains."""
    for place in range(len(reading.tokens)):
        if (reading.text(place), reading.text(place + 1)) not in (("because", "of"), ("owing", "to"), ("thanks", "to")):
            continue
        after = {word for i in range(place + 2, place + 6) for word in reading.text(i).split()}
        causes = [measure for measure, words in CAUSES_OF.items() if words & after]
        shares = [reading.value(measure, key) for measure in causes for key in reading.subjects(place)]
        if shares and all(share is not None and share < _SMALL for share in shares):
            reading.refuse(place, "names a cause that is none")


def always_holds(reading: Reading) -> None:
    """Raise `Unsupported` if own capacity is said to do in every period, or room to be ample, and it is not so."""
    words = [token.text for token in reading.tokens]
    for place, word in enumerate(words):
        keys = reading.subjects(place)
        if word in _ALWAYS and reading.text(place + 1) in ("day", "week", "month", "period"):
            chances = [reading.value("overflow_probability", key) for key in keys]
            fits = [i for i in range(place) if reading.tokens[i].says("enough") or words[i] in ("fits", "within")]
            if fits and any(chance is None or chance > _RARE for chance in chances):
                reading.refuse(place, "is not so")
            if not fits and not reading.facts and reading.words & {"overflow", "overflows", "exceeded", "exceeds"}:
                reading.refuse(place, "is more than a probability shows")
        if word in ("empty", "unused", "idle") or (word == "plenty" and {"room", "space", "capacity"} & reading.words):
            most = _EMPTY if word != "plenty" else _ROOMY
            uses = [reading.value("use", key) for key in keys]
            if not reading.facts and any(use is None or use > most for use in uses):
                reading.refuse(place, "is not so")
        if word == "never" and reading.scenario():
            reading.refuse(place, "is more than a what-if shows")


def partners_are_planned(reading: Reading) -> None:
    """Raise `Unsupported` if the plan of a lane is said to rely on a partner, and has no overflow."""
    for place, token in enumerate(reading.tokens):
        after = {word for i in range(place + 1, place + 8) for word in reading.text(i).split()}
        if token.text not in ("rely", "relies", "depend", "depends") or not {"partner", "plan"} <= after:
            continue
        denied = {reading.text(i) for i in range(max(place - 3, 0), place)} & {"not", "no", "neither", "none", "never"}
        planned = [reading.value("planned_overflow", key) for key in reading.subjects(place)]
        if not denied and any(value == 0 for value in planned):
            reading.refuse(place, "is not so")


def sums_are_of_all(reading: Reading) -> None:
    """Raise `Unsupported` if a sum over the network is told of some of its lanes: "A and B together earn"."""
    count = reading.evidence.value("network.lanes")
    for place, token in enumerate(reading.tokens):
        named = {reading.tokens[i].lane for i in reading.lanes if i < place}
        sums = [i for i in reading.facts if i > place and reading.tokens[i].fact.key == "network"]
        if token.text in ("together", "jointly", "combined") and sums and named and count and len(named) < count:
            if reading.lanes[-1] == place - 1 and not {"of", "per"} & {reading.text(i) for i in range(place, sums[0])}:
                reading.refuse(place, "is not said of all lanes")


def records_are_named_right(reading: Reading) -> None:
    """Raise `Unsupported` if a mean is told as the extreme of a record, or its first date as its last."""
    for place, token in enumerate(reading.tokens):
        facts = [reading.tokens[i].fact for i in reading.facts if i > place]
        extreme = token.says("most", "least") and {"record", "ever", "history", "recorded"} & reading.words
        if extreme and facts and facts[0].measure in ("demand_mean", "workload_mean", "last_volume", "horizon_mean"):
            if reading.name_after(place, 2) is not None:
                reading.refuse(place, "is no extreme of a record")
        if token.text in ("last", "latest", "ends", "ended") and facts and facts[0].measure == "first_date":
            reading.refuse(place, "is the other end of the record")
        if token.text in ("first", "begins", "began", "starts") and facts and facts[0].measure == "last_date":
            if "last_date" not in {name for i in reading.names for name in reading.tokens[i].measures}:
                reading.refuse(place, "is the other end of the record")


CONTRADICTIONS = (
    numbers_are_in_order,
    parts_are_large,
    reasons_are_large,
    always_holds,
    partners_are_planned,
    sums_are_of_all,
    records_are_named_right,
)
