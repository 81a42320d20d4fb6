"""Check what a sentence says that nobody can tell, and lists of lanes at the head of a ranking."""

from twin.analyst._pieces import Unsupported
from twin.analyst._ranks import ranked
from twin.analyst._sentence import Reading

_TELLING = set("told tell assessed assess judged judge seen said estimated known measured determined derived".split())
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


def shortness_holds(reading: Reading) -> None:
    """Settle "short" of a shortage that is told, of a length, and of a record that is too short to show a season."""
    told = {reading.tokens[i].fact.measure for i in reading.facts}
    for place in reading.find("short"):
        name = reading.name_before(place)
        measures = reading.tokens[name].measures if name is not None else frozenset()
        if reading.text(place) == "short" and "expected_shortage" in told:
            reading.settle(place)
        elif reading.text(place) == "short" and "periods" in measures:
            missing = [f"{key}.season_share" in reading.evidence.missing for key in reading.subjects(place)]
            if missing and all(missing) and reading.text(place - 1) == "too":
                reading.settle(place)
        elif reading.text(place) == "short" and measures & _LENGTHS:
            reading.settle(place, proved=False)  # nobody can say when a length is short


_LENGTHS = {"lead_time_mean_days", "dwell", "horizon"}


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


def rankings_are_listed(reading: Reading) -> None:
    """Settle a list of lanes in the order of a quantity; raise `Unsupported` if the order is another."""
    places = [i for i, token in enumerate(reading.tokens) if token.text in ("ranking", "order", "sequence")]
    if not places or reading.facts or len(reading.lanes) < 2:
        return
    listed = [reading.tokens[i].lane for i in reading.lanes]
    names = [i for i in reading.names if i not in places and i < reading.lanes[0]]
    measures = reading.tokens[names[0]].measures if names else {"profit"}
    if ranked(reading, measures)[: len(listed)] != listed:
        reading.refuse(places[0], "is another")
    reading.settle(*(i for i in (*reading.find("best"), *reading.find("worst")) if i < reading.lanes[0]))
    reading.proved += 1
