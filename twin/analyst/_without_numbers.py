"""Check sentences without numbers: they say that there is no evidence, give advice, or make a claim that holds."""

import re

from twin.analyst._advice import is_advice
from twin.analyst._sentence import Reading

_FACTS = r"(?:the|these) (?:facts|evidence|data|record|numbers|figures|table|tables|ranking|answer)"
_SAYING = "say|tell|show|give|hold|have|contain|cover|include|know|find|see|answer|mention|reveal|explain"
_NO_EVIDENCE = re.compile(
    r"(?:"
    rf"(?:there (?:is|are)|i have|i find|i see|we have|{_FACTS} (?:has|have|holds?|gives?|contains?|includes?|says?)) "
    r"(?:no|nothing|not any|not enough)(?: (?:evidence|facts?|data|numbers?|information|answer))?"
    r"(?: here| in (?:these|the) facts| in the evidence)? (?:on|about|for|of|to|that|which)\b"
    rf"|(?:nothing|no (?:fact|number)s?|none) (?:in |of )?(?:{_FACTS} )?(?:{_SAYING})s?\b"
    r"|it is (?:not known|unknown|unclear|not clear) (?:whether|how|why|what|when|if)\b"
    rf"|{_FACTS} (?:are|is) (?:silent|mute) (?:on|about)\b"
    rf"|(?:{_FACTS}|i) (?:do not|does not|can not|cannot) (?:{_SAYING})\b)",
    re.IGNORECASE,
)
#: Where the reason begins why there is no evidence, or what follows from that.
_REASON = re.compile(
    r",? (?:because|as|since) (?=(?:only )?(?:the|these) (?:facts|evidence|history|record|data|top|first)\b)"
    r"|,? so (?=i (?:can ?not|do not)|there is no answer)",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    rf"\b(?:is|are) (?:not known|unknown|not (?:part of|among|in|covered by|included in) {_FACTS})\.?$", re.IGNORECASE
)
_OPENING = re.compile(
    r"^(?:(?:unfortunately|however|also|but|sorry|regrettably|alas),? |i am (?:sorry|afraid),?(?: that)? )+", re.I
)
_BREAKS = re.compile(
    r"[;:,]"
    r"|\b(?:but|so(?! many| much)|because|and|while|although|however|therefore)\b",
    re.IGNORECASE,
)


def says_no_evidence(text: str) -> bool:
    """Return whether a sentence says that there is no evidence on something, and nothing else.

    >>> says_no_evidence("There is no evidence on fuel prices."), says_no_evidence("There is no profit.")
    (True, False)
    """
    text = _OPENING.sub("", text.strip())
    first, _, rest = _REASON.sub("|", text, count=1).partition("|")
    return (
        bool(_NO_EVIDENCE.match(first) or _UNKNOWN.search(first))
        and not _BREAKS.search(first)
        and not _BREAKS.search(rest)
    )


def evidence_is_missing(reading: Reading) -> None:
    """Raise `Unsupported` if a sentence says that there is no evidence on a quantity of a lane that is on record."""
    for place in reading.names:
        if reading.text(place + 1) not in ("of", "on", "for") or place + 2 not in reading.lanes:
            continue
        key = reading.tokens[place + 2].lane
        known = [reading.value(name, key) is not None for name in reading.tokens[place].measures]
        if reading.text(place + 3) in ("", ".", "is", "are") and all(known):
            reading.refuse(place, "is on record")


_DEFINITE = set("the its this that these those our their his my".split())
_TENSES = set("will was were did had been".split())
_POINTING = set("it this that they these those here lane lanes network portfolio now today currently there".split())


def _is_general(reading, words):
    """Return whether a sentence speaks of no lane and of nothing at hand: "safety stock protects against late orders".

    Quantities in it have no article, and no word points to a lane, to the network or to the present.
    """
    if (
        reading.lanes
        or words & _TENSES
        or words & _POINTING - {"it", "this", "that"}
        or reading.text(0) in ("it", "this", "that")
    ):
        return False
    return not any({reading.text(i - 1), reading.text(i - 2)} & _DEFINITE for i in reading.names)


def rests_on_facts(reading: Reading) -> None:
    """Raise `Unsupported` if a sentence without numbers neither advises something nor makes a claim that facts show."""
    if reading.facts or reading.proved or any(token.kind == "told" for token in reading.tokens):
        return
    words = {token.text for token in reading.tokens}
    if _is_general(reading, words):
        return
    if (
        (not reading.names and not reading.lanes)
        or is_advice(reading)
        or ("i" in words and words & {"looked", "look", "checked"})
    ):
        return
    reading.refuse(0, "begins a sentence that rests on no fact")
