"""Refuse claims that facts contradict, whichever way a sentence is built."""

from twin.analyst._sentence import Reading

_ALWAYS = set("every each any".split())
_RARE = 0.001  # a chance that there is none worth a word [-]
_ROOMY, _EMPTY = 0.75, 0.5  # use up to which there is plenty of room, and up to which much of it is empty [-]


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
            uses = [reading.value("use_with_buffer", key) for key in keys]
            if not reading.facts and any(use is None or use > most for use in uses):
                reading.refuse(place, "is not so")
        if word == "never" and reading.scenario():
            reading.refuse(place, "is more than a what-if shows")


def reasons_of_losses_are_large(reading: Reading) -> None:
    """Raise `Unsupported` if a part of the costs is called the reason for a loss, and another part is larger."""
    if not reading.words & {"loss", "losses", "loses", "red"} or not reading.words & _REASONS or reading.scenario():
        return
    for place in reading.names:
        part = reading.tokens[place].measures & set(_PARTS)
        if len(part) != 1 or reading.name_after(place, 3) is not None:
            continue
        for key in reading.subjects(place):
            values = {one: reading.value(one, key) for one in _PARTS}
            denied = reading.words & {"not", "rather", "neither", "nor", "no"}
            if None not in values.values() and values[min(part)] < max(values.values()) and not denied:
                reading.refuse(place, "is not the largest cost")


_PARTS = ("handling", "holding", "penalty", "surcharge")  # parts of the costs of a period
_REASONS = set("reason cause culprit because explains explain".split())


def told_room_is_enough(reading: Reading) -> None:
    """Raise `Unsupported` if own capacity is told to cover, or to hold, a need that is told before it and is larger."""
    for place, token in enumerate(reading.tokens):
        own = reading.tokens[place - 1].fact if place else None
        if token.text not in ("cover", "covers", "hold", "holds") or own is None or own.name != "internal_capacity":
            continue
        told = [reading.tokens[i].fact for i in reading.facts if i < place]
        needs = [fact.value for fact in told if fact.name in ("required_capacity", "horizon_capacity")]
        if needs and needs[-1] > own.value:
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


def margins_exist(reading: Reading) -> None:
    """Raise `Unsupported` if a pallet is said to leave a margin, and its handling costs as much as it brings."""
    place = next((i for i, token in enumerate(reading.tokens) if token.text == "margin"), None)
    if place is None or not reading.words & {"pallet", "pallets", "price", "handling"} or reading.scenario():
        return
    denied = reading.words & {"no", "without", "negative", "not", "hardly", "nothing", "neither"}
    for key in reading.subjects(place):
        values = [reading.value(one, key) for one in ("service_revenue", "handling_cost")]
        if not denied and None not in values and values[0] <= values[1]:
            reading.refuse(place, "is not so")


def what_ifs_are_not_ranked(reading: Reading) -> None:
    """Raise `Unsupported` if one what-if is said to do more than another one, of which no fact tells the order."""
    for place, token in enumerate(reading.tokens):
        does = token.text in ("do", "does") and reading.tokens[min(place + 1, len(reading.tokens) - 1)].says(
            "more", "less"
        )
        if does and reading.text(place + 2) == "for" and reading.has("than") and len(reading.evidence.scenarios) > 1:
            reading.refuse(place + 1, "compares what no fact compares")


_OWNS = set("own owns has have holds hold owning with".split())
_NEEDS = set("need needs require requires required needed plan".split())
_SPACE = set("capacity space room places".split())


def owned_against_needed(reading: Reading) -> None:
    """Raise `Unsupported` if more space is said to be owned than needed, or needed than owned, and it is less."""
    for place in (i for i, token in enumerate(reading.tokens) if token.says("more", "less")):
        than = next((i for i in range(place + 1, place + 5) if reading.text(i) == "than"), None)
        if than is None or any(i in reading.facts for i in range(place, than + 1)):
            continue
        before = [word for i in reading.clause(place) if i < than for word in reading.text(i).split()]
        after = {
            word for i in range(than, than + 6) if reading.text(i) not in (",", ".") for word in reading.text(i).split()
        }
        if not _SPACE & {*before, *after} or {"not", "no", "never", "neither"} & set(before) or reading.scenario():
            continue
        one = next((1 if word in _OWNS else -1 for word in before if word in _OWNS | _NEEDS), 0)
        two = next((1 if word in _OWNS else -1 for word in sorted(after & (_OWNS | _NEEDS))), 0)
        if one * two >= 0:
            continue
        said = one if reading.tokens[place].says("more") else -one
        for key in reading.subjects(place):
            values = [reading.value(name, key) for name in ("internal_capacity", "required_capacity")]
            if None not in values and (values[0] - values[1]) * said < 0:
                reading.refuse(place, "is not so")


CONTRADICTIONS = (
    owned_against_needed,
    margins_exist,
    what_ifs_are_not_ranked,
    always_holds,
    reasons_of_losses_are_large,
    told_room_is_enough,
    sums_are_of_all,
    records_are_named_right,
)
