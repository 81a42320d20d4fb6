"""Check words for rises and falls against the facts before and after, and a what-if against its inputs."""

from itertools import pairwise

from twin.analyst._name_words import goes_by
from twin.analyst._negations import denial_before
from twin.analyst._orders import told_of
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import MORE_IS_GOOD

_LEVEL = 5e-4  # relative change up to which a number counts as unchanged [-]
_TREND = {"trend", "demand_mean", "last_volume"}


def directions_hold(reading: Reading) -> None:
    """Settle words for rises and falls that facts bear out; raise `Unsupported` if facts say the contrary."""
    for place in reading.find("same"):
        if reading.text(place) == "unchanged" and reading.text(place + 1) == ":":
            if not all(
                change_of(reading, place, set(reading.tokens[i].measures)) == 0 for i in reading.names if i > place
            ):
                reading.refuse(place, "is not so")
            reading.settle(place)
    for place in reading.find("rise", "fall", "improve", "worsen", "same"):
        if place in reading.settled:
            continue
        if reading.text(place - 1) == "not" and reading.tokens[place].says("same"):
            continue
        if turn := _turns(reading, place):
            reading.settle(place, *turn)
            continue
        if (change := _is_of_the_input(reading, place)) is not None:
            if not change:
                reading.refuse(place, "is the wrong direction")
            reading.settle(place)
            continue
        if _is_phrase(reading, place):
            reading.settle(place, proved=False)
            continue
        measures = _governed(reading, place)
        moved = change_of(reading, place, measures)
        if moved is None:
            continue
        if reading.tokens[place].says("same") and _hardly_moves(reading, place, measures):
            moved = 0
        if reading.text(place) == "flat" and measures & _TREND and _is_level(reading, place):
            moved = 0
        denied = denial_before(reading, place)
        for said in _said(reading, place, measures):
            if (said == moved) == bool(denied):
                reading.refuse(place, "is the wrong direction")
        reading.settle(place, *denied)


def _turns(reading, place):
    """Return the places of the words of "from profit into loss" if a what-if turns a profit into a loss; else []."""
    loss = next(
        (i for i in range(place, place + 8) if reading.tokens[min(i, len(reading.tokens) - 1)].says("loss")), None
    )
    before = {reading.text(i) for i in range(place, place + 8)}
    if loss is None or not before & {"into", "to"} or "from" not in before or not (scenario := reading.scenario()):
        return []
    values = reading.value("profit", reading.evidence.scenarios[scenario][0]), reading.value("profit", scenario)
    return [loss] if None not in values and values[0] > 0 > values[1] else []


def _is_level(reading, place):
    """Return whether demand changes by less than a thousandth of its mean in each period."""
    values = [[reading.value(name, key) for name in ("trend", "demand_mean")] for key in reading.subjects(place)]
    return all(None not in pair and abs(pair[0]) <= _FLAT * pair[1] for pair in values)


_FLAT = 1e-3  # largest trend of demand that is called flat, relative to its mean [1/period]


def _hardly_moves(reading, place, measures):
    """Return whether "almost the same" is said of measures that a what-if changes slightly."""
    near = [i for i in range(max(place - 3, 0), place) if reading.text(i) in _ABOUT]
    relative = [reading.value(f"{measure}.relative", reading.scenario()) for measure in measures]
    holds = bool(near and relative) and all(one is not None and abs(one) <= SLIGHT for one in relative)
    if holds:
        reading.settle(*near)
    return holds


_ABOUT = set("almost nearly practically about roughly virtually basically".split())
SLIGHT = 0.02  # relative change up to which a number "hardly changes" [-]


def _is_of_the_input(reading, place):
    """Return whether "the increase" or "the cut" before a verb is what a what-if does to its input; else None."""
    scenario = reading.scenario() or next(reversed(reading.evidence.scenarios), "")
    name = place - 1 if place - 1 in reading.names or reading.text(place - 1) == "price" else None
    article = reading.text(place - 1 if name is None else place - 2)
    if (
        not scenario
        or article not in ("the", "a", "an", "this", "that", "such")
        or not (reading.text(place + 1) in _MODALS or reading.text(place + 1) in ("in", "of"))
    ):
        return None
    inputs = reading.evidence.scenarios[scenario][1]
    if reading.text(place + 1) in ("in", "of") and not any(
        goes_by(one, reading.tokens[i].measures)
        for one in inputs
        for i in range(place, min(place + 5, len(reading.tokens)))
    ):
        return None
    changes = {_direction(reading.value(f"{one}.change", scenario) or 0.0, 0.0) for one in inputs}
    return changes == {1 if reading.classes(place) & {"rise"} else -1}


_MODALS = set("would will could can does leaves has makes alone".split())


def _is_phrase(reading, place):
    """Return whether "up" or "falls" is part of a phrase that says no direction: "ties up", "stock falls to ..."."""
    word, before = reading.text(place), reading.text(place - 1)
    if word.startswith("fall") and reading.text(place + 1) == "on" and reading.tokens[place - 1].fact:
        return True
    if word.startswith("add") and reading.text(place + 1) == "up":
        return True
    if word in ("up", "down") and any(before.startswith(stem) for stem in _UP):
        return True
    fact = next((i for i in reading.facts if 0 < i - place <= 3), None)
    return (
        fact is not None and reading.tokens[fact].fact.measure == "reorder_point" and "fall" in reading.classes(place)
    )


_UP = (
    "tie",
    "eat",
    "take",
    "tak",
    "make",
    "add",
    "end",
    "use",
    "fill",
    "sum",
    "set",
    "break",
    "free",
    "back",
    "follow",
    "bring",
)


def _said(reading, place, measures):
    """Return the directions (1, -1 or 0) that a word says of these measures."""
    token = reading.tokens[place]
    if token.says("same"):
        return {0}
    lost = {reading.text(i) for i in range(max(place - 5, 0), place + 4)} & {"loss", "losses"}
    if token.says("rise", "fall") and lost and measures & {"profit"}:
        return {-1 if token.says("rise") else 1}
    if token.says("rise", "fall"):
        return {1 if token.says("rise") else -1}
    better = {MORE_IS_GOOD.get(name) for name in measures}
    if len(better) != 1 or None in better:
        reading.refuse(place, "cannot be checked")
    return {better.pop() * (1 if token.says("improve") else -1)}


def _governed(reading, place):
    """Return the measures that a word for a direction is about: its object, or the name before it."""
    after = reading.name_after(place, 3)
    adjective = reading.text(place).endswith("ing")
    if (
        not adjective
        and reading.text(place - 1) in ("an", "a", "the", "this")
        and reading.text(place + 1) not in ("in", "of")
    ):
        after = None
    if (
        after is not None
        and reading.text(place + 1) in ("to", "by", "from", "of")
        and reading.text(place + 2) not in ("the", "its")
    ):
        after = None
    before = reading.name_before(place, reading.clause(place).start)
    name = after if after is not None else before
    if name is None:
        fact = next((i for i in reading.facts if 0 < i - place <= 3), None)
        if fact is not None:
            return {reading.tokens[fact].fact.measure}
        name = reading.name_before(place)
    if name is None:
        return {reading.tokens[i].fact.measure for i in reading.facts}
    return told_of(reading, set(reading.tokens[name].measures))


def change_of(reading: Reading, place: int, measures: set[str]) -> int | None:
    """Return the direction in which facts say that these measures move: 1, -1 or 0; None if they do not say."""
    tokens = reading.tokens
    clause = [i for i in reading.facts if i in reading.clause(place)]
    for one in clause:
        if one > place and tokens[one].fact.name.endswith(".change") and tokens[one].fact.measure in measures:
            return _direction(tokens[one].fact.value, 0.0)
    if "to" in {reading.text(i) for i in range(place + 1, place + 3)}:
        to = next((i for i in clause if 0 < i - place <= 4), None)
        if (
            to is not None
            and tokens[to].fact.key in reading.evidence.lanes
            and tokens[to].fact.measure != "reorder_point"
            and tokens[to].fact.unit != "date"
        ):
            before = [tokens[i].fact for i in clause if tokens[i].fact.measure == tokens[to].fact.measure and i != to]
            if not any(fact.key in reading.evidence.scenarios for fact in before):
                reading.refuse(to, "is the number as it stands, not a result of a change")
    pairs = [(a, b) for a, b in pairwise(clause) if tokens[a].fact.name == tokens[b].fact.name]
    for a, b in pairs:
        if "to" in {reading.text(i) for i in range(a, b)} and "from" in {
            reading.text(i) for i in range(max(a - 3, 0), a)
        }:
            return _direction(tokens[b].fact.value, tokens[a].fact.value)
        if reading.text(b - 1) == "from" and a < place < b:
            return _direction(tokens[a].fact.value, tokens[b].fact.value)
    best = next((i for i in clause if 0 < i - place <= 4 and tokens[i].fact.measure == "best_profit"), None)
    if best is not None and "profit" in {name for i in reading.names for name in tokens[i].measures}:
        now = [reading.value("profit", key) for key in reading.evidence.about(tokens[best].fact)]
        return _direction(tokens[best].fact.value, now[0]) if None not in now else None
    if scenario := reading.scenario():
        lane = reading.evidence.scenarios[scenario][0]
        moves = set()
        for measure in measures:
            after, before = reading.value(measure, scenario), reading.value(measure, lane)
            change = reading.value(f"{measure}.change", scenario)
            printed = reading.evidence.facts.get(f"{scenario}.{measure}.change")
            if printed and not any(digit in "123456789" for digit in reading.evidence.printed(printed)):
                moves.add(0)
            elif None not in (after, before):
                moves.add(_direction(after, before))
            elif change is not None:
                moves.add(_direction(change, 0.0))
        if moves:
            return moves.pop() if len(moves) == 1 else None
    if measures & _TREND and not any(
        tokens[i].fact.measure not in ("trend", "periods", "first_date", "last_date") for i in clause if i > place
    ):
        slopes = {
            _direction(value, 0.0)
            for key in reading.subjects(place)
            if (value := reading.value("trend", key)) is not None
        }
        return slopes.pop() if len(slopes) == 1 else None
    return None


def _direction(after, before):
    """Return 1, -1 or 0 for a rise, a fall, or a change that is too small to be told."""
    if abs(after - before) <= _LEVEL * max(abs(after), abs(before)):
        return 0
    return 1 if after > before else -1
