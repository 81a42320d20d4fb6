"""Decide what makes demand uncertain for the most part: "it is mostly the lead time that makes A-B volatile"."""

from twin.analyst._influences import CAUSES_OF, VARIANCE_PARTS
from twin.analyst._sentence import Reading

_MOSTLY = set("mostly mainly largely chiefly primarily predominantly".split())
_UNCERTAIN = set(
    "uncertain uncertainty unpredictable volatile volatility erratic unsteady variable hard difficult".split()
)
_WITHIN = 4  # most words between "mostly" and the cause


def main_causes_hold(reading: Reading) -> None:
    """Settle "mostly" before the largest part of the variance; raise `Unsupported` before another part."""
    if not reading.words & {"make", "makes"} or not reading.words & _UNCERTAIN:
        return
    for place in reading.find("main"):
        near = range(place + 1, min(place + 1 + _WITHIN, len(reading.tokens)))
        causes = {
            cause for i in near for cause, said in CAUSES_OF.items() if not reading.tokens[i].fact
            if said & set(reading.text(i).split())
        }  # fmt: skip
        if reading.text(place) not in _MOSTLY or len(causes) != 1 or not causes <= set(VARIANCE_PARTS):
            continue
        for key in {reading.tokens[i].lane for i in reading.lanes[:1]} or set(reading.evidence.lanes):
            parts = {part: reading.value(part, key) for part in VARIANCE_PARTS}
            if None in parts.values():
                return
            if max(parts, key=parts.get) not in causes:
                reading.refuse(place, "is not so")
        reading.settle(place, *(i for i in reading.find("erratic", "steady")))
