"""Check words for causes: what "drives" or "explains" must be a large share of what it explains."""

from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import CAUSES_OF

_SMALL, _LARGE = 0.1, 0.25  # shares below which a cause is denied, and from which on it is named [-]


def main_causes_hold(reading: Reading) -> None:
    """Settle "mainly" and "dominates" beside a share above one half."""
    for place in reading.find("main"):
        causes = [i for i in reading.facts if reading.tokens[i].fact.measure in CAUSES_OF]
        because = reading.text(place + 1) == "because" and any(i > place for i in reading.find("more", "less"))
        if because and not causes:
            reading.settle(place, proved=False)  # the reason that is given is checked by itself
        shares = [reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.measure in CAUSES_OF]
        if len(shares) == 1 and shares[0].value > 0.5 and reading.text(place) != "main":
            reading.settle(place)


def causes_hold(reading: Reading) -> None:
    """Settle words for causes whose share is told, or large; raise `Unsupported` if it is small."""
    told = {reading.tokens[i].fact.measure for i in reading.facts}
    for place in reading.find("cause"):
        if any(measure.endswith("_share") for measure in told - {"risk_share"}) or (
            reading.facts and reading.scenario()
        ):
            reading.settle(place, proved=False)
            continue
        if reading.text(place) == "due" and reading.text(place + 1) != "to":
            reading.settle(place, proved=False)
            continue
        denied = [
            i for i in range(max(place - 3, 0), place) if reading.text(i) in ("not", "hardly", "barely", "neither")
        ]
        before = {word for i in range(place) for word in reading.text(i).split()}
        after = {word for i in range(place + 1, len(reading.tokens)) for word in reading.text(i).split()}
        passive = reading.text(place + 1) in ("by", "from", "to")
        named = {measure for measure, words in CAUSES_OF.items() if words & (after if passive else before)}
        values = [reading.value(measure, key) for measure in named for key in reading.subjects(place)]
        if not values or None in values:
            continue
        if denied:
            if all(value < _SMALL for value in values):
                reading.settle(place, *denied)
            continue
        if any(value < _SMALL for value in values):
            reading.refuse(place, "is not so")
        if all(value >= _LARGE for value in values):
            reading.settle(place)
