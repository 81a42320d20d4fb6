"""Decide a claim about lanes: for the lanes that a sentence speaks of, with the words that count or deny them."""

from collections.abc import Callable, Iterable, Sequence

from twin.analyst._negations import denial_before
from twin.analyst._quantifiers import quantity_of
from twin.analyst._sentence import Reading

Claim = Callable[[str], bool | None]  # key of a lane -> whether a claim holds for it; None if facts do not tell


def decide(
    reading: Reading, place: int, holds: Claim, *words: int, lanes: Iterable[str] = (), denied: Sequence[int] = ()
) -> bool:
    """Settle a word, and those with it, if its claim holds; raise `Unsupported` if it does not; return if it is known.

    lanes : keys of the lanes that the claim is about; by default those that the sentence speaks of.
    denied : places of words that deny the claim, besides those that stand before the word.
    """
    reading.claims[place] = holds
    counted = quantity_of(reading, place) if not lanes else None
    denied = denial_before(reading, place) or denied
    if counted and not denied:
        true = {key: holds(key) for key in counted.lanes}
        found = sorted(key for key in counted.lanes if true[key])
        if counted.known and None in true.values():
            return False
        if not counted.known:
            wrong = False in true.values() if counted.wanted == sorted(counted.lanes) else not counted.wanted and found
        elif isinstance(counted.wanted, int):
            wrong = len(found) != counted.wanted
        else:
            wrong = found != counted.wanted
        if wrong:
            reading.refuse(place, "is not so")
        if counted.known:
            reading.settle(place, *words, *counted.words)
        return counted.known
    said = {holds(key) for key in lanes or reading.subjects(place)}
    if len(said) != 1 or None in said:
        return False
    if said.pop() == bool(denied):
        reading.refuse(place, "is not so")
    reading.settle(place, *words, *denied)
    return True


def ellipses_hold(reading: Reading) -> None:
    """Settle "but that lane does not" and "so does that lane", if the last claim before it does, or does not, hold."""
    for place in (i for i, token in enumerate(reading.tokens) if token.text in ("not", "so")):
        lane = next(
            (i for i in reading.lanes if abs(place - i) <= 3 and (i < place) == (reading.text(place) == "not")), None
        )
        before = [i for i in reading.claims if i < place]
        if lane is None or not before or reading.text(max(place, lane) + 1) not in (".", "", ",", ";"):
            continue
        holds = reading.claims[max(before)](reading.tokens[lane].lane)
        if holds is None:
            continue
        if holds == (reading.text(place) == "not"):
            reading.refuse(place, "is not so")
        reading.settle(place)
