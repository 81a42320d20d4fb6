"""Check sentences without numbers: they say that there is no evidence, give advice, or make a claim that holds."""

import re

from twin.analyst._advice import is_advice
from twin.analyst._name_words import OWNERS
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
    words = [token.text for token in reading.tokens]
    end = next((i for i, word in enumerate(words) if word in _BECAUSE), len(words))
    unit = reading.evidence.unit_of_period
    for place in (i for i in range(end, len(words)) if words[i] in _RHYTHMS):
        if (_RHYTHMS[words[place]] == unit) == (words[place - 1] == "not"):
            reading.refuse(place, "is not so")
    if _asks_for_causes(words[:end]):
        return
    for place in (i for i in reading.names if i < end):
        if reading.text(place + 1) not in ("of", "on", "for") or place + 2 not in reading.lanes:
            continue
        if _is_about_another(words, place):
            continue
        key = reading.tokens[place + 2].lane
        known = [reading.value(name, key) is not None for name in reading.tokens[place].measures]
        if reading.text(place + 3) in ("", ".", "is", "are") and all(known):
            reading.refuse(place, "is on record")


def questions_are_open(reading: Reading) -> None:
    """Settle "there is no evidence" in a sentence with numbers that asks why, how or whether something is so."""
    words = [token.text for token in reading.tokens]
    if words[:4] == ["there", "is", "no", "evidence"] and words[4:5] and words[5:6] and words[5] in _OPEN:
        reading.settle(2, proved=False)


def _is_about_another(words, name):
    """Return whether a name only belongs to what there is no evidence on: "on holidays in the demand of A-B"."""
    head = next((i for i in range(name) if words[i] in ("on", "about", "for")), name)
    between = set(words[head + 1 : name])
    measured = between & {"how"} and between & {"high", "large", "much", "many", "low", "long"}
    return bool(between & _RELATING) and not measured


_OPEN = set("how whether why who what which if".split())
#: Words between what there is no evidence on and the name of a quantity that it acts on.
_RELATING = _OPEN | set("in that of behind on for between with by to from".split())
_BECAUSE = {"because", "as", "since"}
_RHYTHMS = {"daily": "day", "weekly": "week", "monthly": "month"}
_ASKING = set("causes drives makes triggers explains".split())
#: Words for what the shares of the variance explain.
_EXPLAINED = set(
    """vary varies varying variable variance variation variability volatile volatility uncertain uncertainty swing
    swings fluctuate fluctuates fluctuations erratic unsteady deviations spread lane lanes would""".split()
)


def _asks_for_causes(words):
    """Return whether a sentence has no evidence on causes or on others than lanes: "on why pallets come back"."""
    at = next((i for i, word in enumerate(words) if word in ("on", "about", "for")), len(words)) + 1
    after = (words[at : at + 1] or [""])[0], (words[at + 1 : at + 2] or [""])[0]
    asks = after[0] in ("why", "who") or after[1] in _ASKING
    return (asks or (after[0] == "which" and after[1] in OWNERS)) and not _EXPLAINED & set(words)


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
