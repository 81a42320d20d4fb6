"""Decide what a sentence says causes the variance of demand, or of what is needed until a replenishment arrives."""

from twin.analyst._orders import compare
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import CAUSES_OF, influence_words

_SMALL, _LARGE = 0.1, 0.25  # shares below which an influence is denied, and from which on it is a large one [-]
VARIANCE_PARTS = ("demand_share", "lead_time_share", "returns_share")  # parts of the variance of lead-time demand
_WORDS = influence_words()
_PASSIVE = set(
    """due stem stems caused driven explained determined come comes result results owes owing depend depends because
    thanks dominated shaped""".split()
)
_LINKS = {"to", "by", "from", "of", "on"}
_NONE = set("no not hardly barely scarcely little nothing neither nor none negligible never small minor".split())
_MAIN = set(
    """main mainly mostly chiefly primarily largely predominantly chief principal dominant primary dominate dominates
    dominated biggest largest strongest greatest key""".split()
)
_NOUNS = {"pattern", "seasonal", "effect", "influence"}  # words of names that say that there is an influence
_VERBS_OF_SIZE = set("add adds added adding".split())
_VARIES = set("vary volatile fluctuate".split())
_STRONG = set("strong strongly large big much great".split())
_VARIANCE = set(
    """variance variation variability uncertainty volatility volatile fluctuations swings buffer stock vary varies
    deviations""".split()
)
_BEFORE_NOUN = set("of their the its possible these those such what any other".split())
#: Words that say that not the variance is meant, of which alone the shares are known.
_NO_VARIANCE = set(
    """profit revenue overflow capacity space cost costs penalties money loss losses earns workload quantity ratio index
    surcharge""".split()
)


def influences_hold(reading: Reading) -> None:
    """Settle what facts show of causes; raise `Unsupported` if they show the contrary."""
    for place, token in enumerate(reading.tokens):
        said = set(token.text.split()) & (_WORDS if token.kind == "word" else _NOUNS)
        if token.kind not in ("word", "name") or not said:
            continue
        passive = token.text in _PASSIVE and bool({reading.text(place + 1), reading.text(place + 2)} & _LINKS)
        if token.text == "because" and any(i > place for i in reading.find("more", "less")):
            reading.settle(
                *(i for i in (place - 1,) if reading.text(i) in _MAIN), proved=False
            )  # decided as comparatives
        if token.text in _PASSIVE - {"stem", "stems"} and not passive:
            continue
        clause = reading.clause(place)
        if token.text == "because":
            clause = range(clause.start, reading.clause(place + 1).stop)
        if token.text in _VARIES:
            if not {reading.text(i) for i in clause} & {"make", "makes"}:
                continue
        words = {word for i in clause for word in reading.text(i).split()}
        causes = _causes(reading, place, clause, passive)
        if not causes and reading.text(place - 1) in _BEFORE_NOUN and token.says("cause"):
            reading.settle(place, proved=False)  # causes that are not named
        after = reading.name_after(place, 3)
        if after is not None and token.text in _VERBS_OF_SIZE and not words & _VARIANCE and not _told(reading):
            reading.settle(*(i for i in (place,) if reading.supposed == ""), proved=False)
            continue
        if reading.supposed and not words & _VARIANCE and not _told(reading):
            continue
        if not causes or (words & _NO_VARIANCE and not _told(reading)):
            continue
        denied = [i for i in clause if reading.text(i) in _NONE and not _is_contrast(reading, i)]
        denied = [i for i in denied if place - 8 <= i <= place + 5]
        denied = [i for i in denied if not any(reading.text(n) in ("and", "but") for n in range(place, i))]
        main = [i for i in clause if reading.text(i) in _MAIN and abs(i - place) <= 3]
        main += [place] if token.text in _DRIVES and reading.text(place + 1) == "the" else []
        holds = {
            _holds(reading, cause, key, bool(denied), bool(main), words)
            for cause in causes
            for key in _lanes_of(reading, place)
        }
        if False in holds:
            reading.refuse(place, "names a cause that is none" if not denied else "is not so")
        if holds == {True}:
            near = [i for i in clause if reading.tokens[i].says("near") and i + 1 in denied]
            near += [i for i in clause if reading.text(i) == "both" and len(causes) == 2]
            reading.settle(place, *denied, *main, *near)
            reading.settle(
                *(i for i in clause if reading.tokens[i].says("cause", "low", "high") and abs(i - place) <= 4)
            )


def _lanes_of(reading, place):
    """Return the keys of the lanes that an influence is said of: "drives it on A-B", or those of the sentence."""
    part = reading.part(place)
    on = [reading.tokens[i].lane for i in reading.lanes if place < i < part.stop and reading.text(i - 1) == "on"]
    return on or reading.subjects(place)


_DRIVES = {"drives", "dominates", "determines"}  # verbs that name the main cause


def _told(reading):
    """Return whether a sentence tells the share of a cause."""
    return any(reading.tokens[i].fact.measure in CAUSES_OF for i in reading.facts)


def _is_contrast(reading, place):
    """Return whether "not" stands between two causes, or at the end: "the lead time, not demand"."""
    return reading.text(place) == "not" and reading.text(place - 1) in (",", "and", "but", "-", "–")


def _causes(reading, place, clause, passive):
    """Return the shares of the causes that a word for an influence is about."""
    start = max((i + 1 for i in clause if i < place and reading.text(i) == ","), default=clause.start)
    before = _named(reading, range(start, place)) or _named(reading, range(clause.start, place))
    stop = min(
        (i for i in clause if i > place and reading.text(i) in (",", "not", "but", "rather")), default=clause.stop
    )
    after = _named(reading, range(place + 1, stop))
    if own := _named(reading, [place]):
        return own
    if not before and {reading.text(i) for i in range(start, place)} & {"it", "this", "that", "they", "which"}:
        before = _named(reading, range(clause.start))
    return after if passive else before or after


def _named(reading, places):
    """Return the shares of the causes that are named at these places, apart from the demand that is explained."""
    found = set()
    for i in places:
        words = set(reading.text(i).split())
        if i >= len(reading.tokens) or reading.text(i) == "lead time demand" or reading.tokens[i].fact:
            continue
        found |= {name for name, said in CAUSES_OF.items() if said & words}
    return found - {"demand_share"} or found


def _holds(reading, cause, key, denied, main, words):
    """Return whether a cause has the influence that is said on a lane; None if that is not known."""
    share = reading.value(cause, key)
    told = {reading.tokens[i].fact.measure for i in reading.facts}
    if cause in told and not main and not denied and not words & _STRONG:
        return True  # its number says how large it is
    if share is None:
        return True if denied and f"{key}.{cause}" in reading.evidence.missing else None
    if denied:
        if main:
            return share < 0.5
        return True if share < _SMALL else False if share >= _LARGE else None
    if main and cause in VARIANCE_PARTS:
        parts = [reading.value(part, key) for part in VARIANCE_PARTS]
        return None if None in parts else share == max(parts)
    if main:
        return share > 0.5
    if share < _SMALL:
        return False
    return True if share >= _LARGE or cause in told else None


def order_of_causes(reading: Reading, place: int) -> int | None:
    """Return the order of two causes in "the lead time contributes more than demand"; None if it compares no causes."""
    than = next((i for i in range(place + 1, place + 8) if reading.text(i) == "than"), None)
    verb = any(reading.text(i) in _WORDS for i in range(max(place - 3, 0), place))
    if than is None or not verb or not reading.tokens[place].says("more", "less"):
        return None
    sides = _named(reading, range(place)), _named(reading, range(than + 1, min(than + 5, len(reading.tokens))))
    if any(len(side) != 1 for side in sides) or sides[0] == sides[1]:
        return None
    values = [reading.value(min(side), key) for side in sides for key in reading.subjects(place)[:1]]
    return None if len(values) < 2 or None in values else compare(*values)


def contrasts_hold(reading: Reading) -> None:
    """Settle "this cause, not that one" and "this cause rather than that one" if the first has the larger share."""
    for place, token in enumerate(reading.tokens):
        rather = token.text == "rather" and reading.text(place + 1) == "than"
        if not rather and not (token.text == "not" and _is_contrast(reading, place)):
            continue
        stop = next(
            (i for i in range(place + 1, len(reading.tokens)) if reading.text(i) in (",", ".", "but", ";")), place
        )
        first = {n for n in _named(reading, range(place)) if n in CAUSES_OF}
        second = _named(reading, range(place + 1, min(stop, place + 6)))
        if len(first) != 1 or len(second) != 1 or first == second:
            continue
        values = [reading.value(min(one), key) for one in (first, second) for key in reading.subjects(place)[:1]]
        if len(values) < 2 or None in values:
            continue
        if values[0] <= values[1]:
            reading.refuse(place, "is not so")
        reading.settle(place)
