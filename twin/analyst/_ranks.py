"""Check ranks: "ranks second by profit", "comes first", "in third place"."""

from twin.analyst._orders import measures_of
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import MORE_IS_GOOD

RANKS = {
    "first": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "fifth": 4,
    "sixth": 5,
    "seventh": 6,
    "eighth": 7,
    "ninth": 8,
    "tenth": 9,
    "last": -1,
}
_BEFORE = set("takes take took holds hold rank ranks ranked comes come is are placed in".split())
_AFTER = set("place spot rank position only ( and with by in of place among , .".split()) | {""}


def ranks_hold(reading: Reading) -> None:
    """Raise `Unsupported` if a lane does not have the rank that a sentence says."""
    for place, token in enumerate(reading.tokens):
        listed = bool(reading.tokens[place - 1].lane) and any(reading.text(i) in RANKS for i in range(place))
        is_placed = reading.text(place - 1) == "it" and reading.text(place - 2) in ("places", "puts", "ranks")
        if (
            token.text in RANKS
            and (
                listed
                or is_placed
                or (place == 0 and reading.text(place + 1) != ",")
                or reading.text(place - 1) in _BEFORE
                or reading.text(place + 1) == "only"
            )
            and reading.text(place + 1) in _AFTER
        ):
            if (
                reading.text(place + 1) not in ("by", "with", "(", "only")
                and not listed
                and not is_placed
                and not any(
                    "rank" in word or word in ("comes", "come", "placed", "place", "first") for word in _words(reading)
                )
            ):
                continue
            ours = [i for i in reading.lanes if i < place][-1:] or reading.lanes[:1]
            told = {reading.tokens[i].fact.measure for i in reading.facts}
            keys = ranked(reading, told if len(told) == 1 else measures_of(reading, place))
            listed_all = len(keys) >= (reading.evidence.value("network.lanes") or 0)
            if not ours or len(keys) <= max(RANKS[token.text], 0) or (token.text == "last" and not listed_all):
                reading.refuse(place, "cannot be checked")
            if keys[RANKS[token.text]] != reading.tokens[ours[0]].lane:
                reading.refuse(place, "is not so")
            reading.settle(place)


def _words(reading):
    return {token.text for token in reading.tokens}


def ranked(reading: Reading, measures: set[str], most: bool | None = None) -> list[str]:
    """Return the keys of lanes by a measure, best or largest first; nothing if not all lanes are known."""
    evidence = reading.evidence
    for measure in measures:
        largest = MORE_IS_GOOD.get(measure, 1) > 0 if most is None else most
        if ranked := evidence.rankings.get((measure, largest)):
            return ranked
        values = {key: reading.value(measure, key) for key in evidence.lanes}
        count = evidence.value("network.lanes")
        if None not in values.values() and (count is None or len(values) >= count):
            return sorted(values, key=values.get, reverse=largest)
    return []
