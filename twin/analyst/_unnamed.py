"""Decide whether a number that no name precedes fits the words around it, as in "its own 450 pallets"."""

from twin.analyst._names_before import is_base, window_of
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import OBJECTS

#: Words before a number that leave it to the rest of the sentence which quantity it is.
_OPEN = set(
    """'s a about above against almost an and approximately are around as ask asks at average averages barely be
    because become becomes below both but by can close compared could currently each equal even ever exactly expect
    expected expects fewer fits for from get gets has have higher if in instead into is it its just keep least less
    merely minus more most nearly no of on only or over own plus possible rather reach reaches respectively roughly
    see sees should still than that the their then this to today under up upon versus vs was were when where whereas
    which while with within without would""".split()
)
#: Verbs whose object is one of their quantities, whatever else the sentence says.
_STRICT = set("need needs require requires own owns earn earns lose loses use uses order orders return returns".split())
#: Verbs that tell the quantity that is their subject, as in "penalties cost".
_OF_ITS_SUBJECT = set("cost costs costing average averages averaged averaging".split())
_JOINS = set("and , but or".split())  # words between numbers of a list
_SHARES = set("all most half majority hardly".split())  # shares in words, which a number must be able to show
_PRONOUNS = set("what it this that which they those these".split())
_NOUNS = set("a an the its their our on of".split())  # words after which no verb follows
_TO_BE = set("is are was be were of".split())
_ADVERBS = set("about almost around approximately currently just nearly only roughly a an the more less than".split())


def fits_unnamed(reading: Reading, place: int) -> bool:
    """Return whether neither a name nor a verb before a number contradicts its quantity."""
    window, fact = window_of(reading, place), reading.tokens[place].fact
    before = max((i for i in reading.facts if i < place), default=None)
    if before is not None and {reading.text(i) for i in range(before + 1, place) if i not in reading.lanes} <= _JOINS:
        return reading.tokens[before].fact.measure == fact.measure
    names = [i for i in window if i in reading.names and not is_base(reading, i)]
    verbs = [i for i in window if _is_verb(reading, i)]
    if verbs and verbs[-1] > max(names, default=-1):
        fits = fact.measure in OBJECTS[reading.text(verbs[-1])]
        return fits and not (names and reading.text(verbs[-1]) in _OF_ITS_SUBJECT)
    if names or _SHARES & {reading.text(i) for i in window}:
        return False
    head = place - 1
    while reading.text(head) in _ADVERBS:
        head -= 1
    if reading.text(head) == "of" and head - 1 in reading.facts:
        return reading.tokens[head - 1].fact.unit == fact.unit  # a part of it, as in "5 of the 9 pallets"
    if reading.text(head) in _TO_BE:
        return bool(_PRONOUNS & {reading.text(i) for i in window}) and not any(i in reading.names for i in window)
    token = reading.tokens[head] if head >= 0 else None
    return token is None or token.kind != "word" or head in verbs or token.text in _OPEN or token.text in OBJECTS


def _is_verb(reading, place):
    """Return whether a word is used as a verb that has numbers as its objects."""
    after, before = reading.text(place + 1), reading.text(place - 1)
    return reading.text(place) in OBJECTS and after not in ("to", "at", "below", "above") and before not in _NOUNS


def is_told_after(reading: Reading, place: int) -> bool | None:
    """Return whether a verb of the relative clause after a number, as in "the 5 pallets that it owns", is its own."""
    if not (reading.text(place + 1) in ("that", "which", "it", "the") or place + 1 in reading.lanes):
        return None
    for here in range(place + 1, min(place + 12, len(reading.tokens))):
        token = reading.tokens[here]
        if token.fact or token.kind == "mark" or token.text in ("and", "but", "while"):
            return None
        if reading.tokens[place].fact.measure in OBJECTS.get(token.text, ()):
            return True
        if token.text in ("pay", "pays"):
            return False
        if token.text in _STRICT:
            return None
    return None
