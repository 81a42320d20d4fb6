"""Check what a sentence says that nobody can tell, and patterns that it says are none."""

from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import CAUSES_OF

_TELLING = set("told tell assessed assess judged judge seen said estimated known measured determined derived".split())
_NONE, _LARGE = 0.1, 0.25  # shares below which a pattern is none, and from which on it is one [-]
_DENIALS = set("not no neither nor nothing hardly barely little none never".split())
_EXPLAINS = set("vary varies variance variation volatile volatility influence explain explains tell tells much".split())
_EXPLAINS |= set("contribute contributes dominate dominates effect effects".split())
_STRONG = set("strong strongly large big much influence influences dominate dominates effect effects".split())
_EVIDENCE = set("facts evidence data numbers figures table twin record".split())
_AROUND = set("the a an any of on for in to its their this that lane lanes it here is are not known unknown".split())
_ON = set("on about for tell tells give gives show shows say says contain contains hold holds".split())


def nothing_is_known(reading: Reading) -> None:
    """Raise `Unsupported` if a sentence says that there is no evidence on a number that is in the evidence."""
    about = next((i for i, token in enumerate(reading.tokens) if token.text in _ON), -1)
    unknown = reading.words & {"unknown"} or {"not", "known"} <= reading.words
    names = [i for i in reading.names if i > about or unknown][:1]
    if not names:
        return
    end = next((i for i in range(names[0], len(reading.tokens)) if reading.text(i) in (",", ";", ".")), 0)
    between = [*range(0 if unknown else about + 1, names[0]), *range(names[0] + 1, end)]
    if any(reading.tokens[i].kind == "word" and reading.text(i) not in _AROUND for i in between):
        if not (unknown and reading.text(1) == "share"):
            return
    keys = [reading.tokens[i].lane for i in reading.lanes]
    values = [reading.value(name, key) for key in keys for name in reading.tokens[names[0]].measures]
    if values and None not in values:
        raise Unsupported(f"{reading.text(names[0])} is among the facts")


def untold_holds(reading: Reading) -> None:
    """Settle "can not be told" where no fact is on record; raise `Unsupported` if there is one."""
    for place in reading.find("negation"):
        before = {reading.text(i) for i in range(place - 3, place)}
        if reading.text(place) == "not" and before & _EVIDENCE and reading.text(place + 1) in _TELLING | _ON:
            if all(i < place for i in (*reading.names, *reading.facts)):
                reading.settle(place, proved=False)
        if reading.text(place) != "not" or reading.text(place + 1) != "be" or reading.text(place + 2) not in _TELLING:
            continue
        names = [i for i in reading.names if i < place] or [i for i in reading.names]
        values = [reading.value(name, key) for i in names[:1] for name in reading.tokens[i].measures
                  for key in reading.subjects(place)]  # fmt: skip
        if values and all(value is None for value in values):
            reading.settle(place, *(i for i in range(place + 3, len(reading.tokens)) if reading.text(i) == "not"))
        elif values:
            reading.refuse(place, "is not so")


def patterns_are_none(reading: Reading) -> None:
    """Settle "season does not explain demand" where its share is small; raise `Unsupported` if it is not."""
    if reading.facts or (not reading.lanes and len(reading.evidence.lanes) > 1):
        return
    said = {word for token in reading.tokens for word in token.text.split()}
    patterns = {name: CAUSES_OF[name] for name in ("season_share", "weekday_share", "shock_share", "returns_share")}
    named = [name for name, words in patterns.items() if words & said]
    denials = [i for i in reading.find("negation") if reading.text(i) in _DENIALS]
    denials += [i for i, token in enumerate(reading.tokens) if token.text in ("little", "nor")]
    if not named or not said & _EXPLAINS:
        return
    if not denials:
        affirmed = [reading.value(name, key) for name in named for key in reading.subjects(0)]
        if said & _STRONG and any(share is not None and share < _NONE for share in affirmed):
            reading.refuse(0, "begins a sentence on a pattern that is none")
        return
    shares = [reading.value(name, key) for name in named for key in reading.subjects(denials[0])]
    if None in shares:
        return
    if any(share > _LARGE for share in shares):
        reading.refuse(denials[0], "is not so")
    if all(share < _NONE for share in shares):
        reading.settle(*denials, *reading.find("cause"))


def rankings_are_listed(reading: Reading) -> None:
    """Settle a list of lanes at the head of a ranking; raise `Unsupported` if the ranking is another."""
    places = [i for i, token in enumerate(reading.tokens) if token.text == "ranking"]
    if (
        not places
        or reading.facts
        or len(reading.lanes) < 2
        or not reading.words & {"starts", "head", "begins", "first"}
    ):
        return
    listed = [reading.tokens[i].lane for i in reading.lanes]
    name = reading.name_after(places[0], 4)
    measures = reading.tokens[name].measures if name is not None else ()
    orders = [reading.evidence.rankings.get((measure, True), [])[: len(listed)] for measure in measures]
    if listed not in orders:
        reading.refuse(places[0], "is another")
    reading.proved += 1
