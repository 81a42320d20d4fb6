"""Decide rises, falls and what stays the same: by numbers told, a what-if, a trend, or what follows from a premise."""

from itertools import pairwise

from twin.analyst._compared import without_fixed
from twin.analyst._decide import decide
from twin.analyst._orders import compare, told_of
from twin.analyst._premises import free_premise
from twin.analyst._relations import effect_of
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import MORE_IS_GOOD

SLIGHT = 0.02  # relative change up to which a number "hardly changes" [-]
_FLAT = 1e-3  # largest trend of demand that is called flat, relative to its mean [1/period]
_TREND = {"trend", "demand_mean", "horizon_mean", "forecast_mean", "last_volume"}
_KINDS = ("rise", "fall", "improve", "worsen", "same")
_ABOUT = set("almost nearly practically about roughly virtually basically hardly barely scarcely largely".split())
_WOULD = set("would could will may might can should".split())
_EARN = set("earn earns make makes".split())
#: Verbs that make a phrase with "up", "down" or "out", in which it says no direction: "ties up", "adds up to".
_PARTICLES = (
    "tie tying eat take taking make mak made add end use using fill sum set break back follow bring come pick keep"
    " give giv sign look speed free build buil end start wind hold held"
).split()


def moves_hold(reading: Reading) -> None:
    """Settle words for changes that facts bear out; raise `Unsupported` if facts say the contrary."""
    _unchanged_list(reading)
    levels = {reading.tokens[i].fact.measure for i in reading.facts} & {"service_level", "best_profit_level"}
    for place in (i for i in reading.names if "profit" in reading.tokens[i].measures):
        if reading.text(place + 1) in ("peak", "peaks") and levels == {"service_level"}:
            reading.refuse(place + 1, "is not said of the level that earns most")
    for place in reading.names:
        word = reading.text(place).split()[0]
        sign = {"upward": 1, "downward": -1, "rising": 1, "falling": -1}.get(word)
        if sign and "trend" in reading.tokens[place].measures:
            trends = {key: reading.value("trend", key) for key in reading.evidence.lanes}
            decide(reading, place, lambda key, s=sign, t=trends: None if t[key] is None else t[key] * s > 0)
    for place in reading.find(*_KINDS):
        if place in reading.settled or (reading.tokens[place].says("same") and reading.text(place - 1) == "not"):
            continue
        after = reading.tokens[min(place + 1, len(reading.tokens) - 1)].fact
        if reading.text(place) in ("add", "adds") and after and after.key in reading.evidence.scenarios:
            if "." not in after.name:
                reading.refuse(place, "is said of a result, not of a change")
        name = reading.name_after(place, 3)
        if reading.text(place).startswith("suffer") and reading.text(place + 1) == "from" and name is not None:
            measures = reading.tokens[name].measures
            decide(reading, place, lambda key, m=measures: any((reading.value(one, key) or 0) > 0 for one in m))
            continue
        if _is_phrase(reading, place):
            reading.settle(place, proved=False)
        elif turn := _turn(reading, place):
            reading.settle(place, *turn)
        else:
            move = Move(reading, place)
            near = [
                i for i in range(place - 3, place) if reading.text(i) in _ABOUT and reading.tokens[place].says("same")
            ]
            decide(reading, place, move.holds, *near)


def stays_hold(reading: Reading) -> None:
    """Settle "leaves X as it is" if a what-if leaves it so; raise `Unsupported` if it changes it."""
    for place, token in enumerate(reading.tokens):
        pair = reading.text(place + 1) in ("it", "they") and reading.text(place + 2) in ("is", "are", "was", "were")
        verb = next((i for i in range(place) if reading.text(i) in _LEAVES), None)
        scenario = reading.scenario() or next(reversed(reading.evidence.scenarios), "")
        if token.text != "as" or not pair or verb is None or not scenario:
            continue
        inputs = reading.evidence.scenarios[scenario][1]
        names = [i for i in reading.names if i < place and not reading.tokens[i].measures & set(inputs)]
        moves = {case_moves(reading, scenario, set(reading.tokens[i].measures)) for i in names}
        if moves - {0, None}:
            reading.refuse(place, "is not so")
        reading.proved += moves == {0}


def levels_stay(reading: Reading) -> None:
    """Raise `Unsupported` if a number of a what-if is told as one that stays, "profit stays at 5", and differs."""
    for place in reading.facts:
        fact = reading.tokens[place].fact
        lane = reading.evidence.scenarios.get(fact.key, ("",))[0]
        now = reading.evidence.facts.get(f"{lane}.{fact.name}")
        stays = {reading.text(i) for i in reading.part(place) if i < place} & (_LEAVES - {"leave", "leaves"})
        moves = any(reading.tokens[i].says(*_KINDS[:4], "gain", "loss") for i in reading.part(place))
        if now and stays and not moves and reading.evidence.printed(now) != reading.evidence.printed(fact):
            if reading.text(place - 1) == "at":
                reading.refuse(place, "is not what stands")


_LEAVES = set("leave leaves leaving left stay stays remain remains".split())


def _unchanged_list(reading):
    """Settle "Unchanged: lead time and dwell" if a what-if leaves all of them as they are."""
    for place in reading.find("same"):
        if reading.text(place) == "unchanged" and reading.text(place + 1) == ":":
            names = [i for i in reading.names if i > place]
            if any(Move(reading, place, set(reading.tokens[i].measures)).holds(key) is not True
                   for i in names for key in reading.subjects(place)):  # fmt: skip
                reading.refuse(place, "is not so")
            reading.settle(place)


def _is_phrase(reading, place):
    """Return whether a word is part of a phrase that says no direction: "ties up", "stock falls to ..."."""
    word, before, after = reading.text(place), reading.text(place - 1), reading.text(place + 1)
    fact = next((i for i in reading.facts if 0 < i - place <= 3), None)
    point = fact is not None and reading.tokens[fact].fact.measure == "reorder_point"
    return (
        (word in ("up", "down") and before.startswith(tuple(_PARTICLES)))
        or ((word == "up" and after == "to" and reading.clause(place))
        and fact is not None
        and reading.tokens[fact].fact.unit in ("date", "period"))
        or (word in ("up", "down") and after == "to" and reading.text(place + 2) in ("the", "its", "a"))
        or (word.startswith(("add", "cut")) and after in ("up", "into"))
        or (word.startswith("fall") and after in ("between", "within", "into"))
        or (word.startswith("fall") and after == "on" and bool(reading.tokens[place - 1].fact))
        or (word in ("rise", "rises") and after == "to" and reading.text(place + 2) == "the")
        or (point and "fall" in reading.classes(place))
    )  # fmt: skip


def _turn(reading, place):
    """Return the places of the words of "from profit into loss" if a what-if turns a profit into a loss; else []."""
    near = range(place, min(place + 8, len(reading.tokens)))
    words = {reading.text(i) for i in near}
    loss = next((i for i in near if reading.tokens[i].says("loss")), None)
    scenario = reading.case(place) or reading.scenario()
    if loss is None or not words & {"into", "to"} or not (scenario or "from" in words):
        return []
    if not scenario:
        return []
    values = reading.value("profit", reading.evidence.scenarios[scenario][0]), reading.value("profit", scenario)
    return [loss] if None not in values and values[0] > 0 > values[1] else []


class Move:
    """A word for a change at a place of a sentence, and the measures that it is about."""

    def __init__(self, reading: Reading, place: int, measures: set[str] | None = None) -> None:
        self.reading, self.place = reading, place
        self.measures = measures or told_of(reading, self._governed())
        self.clause = [i for i in reading.facts if i in reading.clause(place)]

    def holds(self, key: str) -> bool | None:
        """Return whether a lane's number moves as the word says; None if facts do not tell."""
        reading, place = self.reading, self.place
        if reading.tokens[place].says("same") and self._is_about_the_same(key):
            return True
        moved = self.direction(key)
        said = self._said()
        return None if moved is None or said is None else moved == said

    def _is_about_the_same(self, key):
        """Return whether "almost the same" is said of what changes slightly, or "flat" of a level demand."""
        reading, place = self.reading, self.place
        near = {reading.text(i) for i in range(place - 3, place)} & _ABOUT
        scenario = reading.case(place) or reading.scenario()
        if near and scenario:
            changes = [reading.value(f"{name}.relative", scenario) for name in self.measures]
            return bool(changes) and all(change is not None and abs(change) <= SLIGHT for change in changes)
        if reading.text(place) in ("flat", "stable", "level") and self.measures & _TREND:
            trend, mean = reading.value("trend", key), reading.value("demand_mean", key)
            return None not in (trend, mean) and abs(trend) <= _FLAT * mean
        return False

    def _said(self):
        """Return the direction that the word says of its measures: 1, -1 or 0; None if that is not clear."""
        reading, place = self.reading, self.place
        token = reading.tokens[place]
        if token.says("same"):
            return 0
        if token.says("rise", "fall"):
            lost = {reading.text(i) for i in range(max(place - 5, 0), place + 4)} & {"loss", "losses", "deficit"}
            turn = -1 if lost and self.measures & {"profit"} else 1
            return turn if token.says("rise") else -turn
        good = {MORE_IS_GOOD.get(name) for name in self.measures}
        return None if len(good) != 1 or None in good else good.pop() * (1 if token.says("improve") else -1)

    def _governed(self):
        """Return the measures that a word for a change is about: its object, its subject, or a number beside it."""
        reading, place = self.reading, self.place
        text, after = reading.text, reading.name_after(place, 3)
        noun = text(place - 1) in ("an", "a", "the", "this", "that") and text(place + 1) not in ("in", "of")
        if noun and not text(place).endswith(("ing", "ward")):
            after = None
        if text(place + 1) == "from" and after is not None:
            told = next((reading.tokens[i].fact.measure for i in reading.facts if 0 < i - place <= 6), "")
            if told in reading.tokens[after].measures:
                return {told}  # "slips from a profit of 5 to a loss of 2"
        if text(place + 1) in ("to", "by", "from", "of", "at", "because", "if") and text(place + 2) not in (
            "the",
            "its",
        ):
            after = None
        before = reading.name_before(place, reading.clause(place).start)
        name = after if after is not None else before
        if text(place - 1) in _EARN and after is None:
            return {"profit"}
        if name is None:
            fact = next((i for i in reading.facts if 0 < i - place <= 3), None)
            if fact is not None:
                return {reading.tokens[fact].fact.measure}
            name = reading.name_before(place)
        if name is None:
            return {reading.tokens[i].fact.measure for i in reading.facts}
        return set(reading.tokens[name].measures)

    # ------------------------------------------------------------ where facts say that it moves

    def direction(self, key: str) -> int | None:
        """Return the direction in which facts say that the measures of a lane move: 1, -1 or 0; None without facts."""
        for way in (self._by_change, self._between_numbers, self._to_the_best):
            moved = way(key)
            if moved is not None:
                return moved
        scenario = self.reading.case(self.place) or self.reading.scenario()
        premise = free_premise(self.reading, self.place)
        if scenario and not premise:
            return self._in_case(key, scenario)
        if not {self.reading.text(i) for i in self.reading.part(self.place)} & _WOULD:
            trend = self._by_trend(key)
            if trend is not None:
                return trend
        if premise:
            return effect_of(self.reading, *premise, self.measures, key)
        return self._by_trend(key)

    def _by_change(self, key):
        """Return the sign of a change that is told after the word."""
        for one in self.clause:
            fact = self.reading.tokens[one].fact
            if one > self.place and "." in fact.name and fact.measure in self.measures:
                return compare(fact.value, 0.0)
        return None

    def _between_numbers(self, key):
        """Return the direction from one number that is told to another one: "from a to b", "b, up from a"."""
        reading, tokens = self.reading, self.reading.tokens
        for a, b in pairwise(self.clause):
            one, two = tokens[a].fact, tokens[b].fact
            if (one.name != two.name and _AIMS.get(two.name) != one.name) or one.id == two.id:
                continue
            inputs = one.measure in ("service_level", *_AIMS) and "service_level" not in self.measures
            if (
                self.measures
                and one.measure not in self.measures
                and (self._is_of_others(a) or inputs or b < self.place)
            ):
                continue
            between = {reading.text(i) for i in range(a, b)}
            if "to" in between and "from" in {reading.text(i) for i in range(max(a - 3, 0), a)}:
                return compare(two.value, one.value)
            if reading.text(b - 1) == "from" and a < self.place < b:
                return compare(one.value, two.value)
        to = next((i for i in self.clause if 0 < i - self.place <= 4 and reading.text(i - 1) == "to"), None)
        if to is None:
            return None
        fact = tokens[to].fact
        if fact.key in reading.evidence.lanes and fact.measure not in ("reorder_point", *_AIMS) and fact.unit != "date":
            before = [tokens[i].fact for i in self.clause if tokens[i].fact.measure == fact.measure and i != to]
            if not any(one.key in reading.evidence.scenarios for one in before):
                reading.refuse(to, "is the number as it stands, not a result of a change")
        return None

    def _is_of_others(self, place):
        """Return whether another number, or another word for a change, stands between the word and a number."""
        return any(
            self.place < i < place and (i in self.clause or self.reading.tokens[i].says(*_KINDS)) for i in range(place)
        )

    def _to_the_best(self, key):
        """Return the direction from what stands to a best value that is told after the word."""
        for one in self.clause:
            fact = self.reading.tokens[one].fact
            if 0 < one - self.place <= 7 and fact.measure in _AIMS and _AIMS[fact.measure] in self.measures:
                now = [self.reading.value(_AIMS[fact.measure], lane) for lane in self.reading.evidence.about(fact)]
                return compare(fact.value, now[0]) if None not in now else None
        return None

    def _in_case(self, key, scenario):
        """Return the direction in which a what-if moves the measures; it moves those of one lane only."""
        reading = self.reading
        lane = reading.evidence.scenarios[scenario][0]
        if key != lane:
            return 0
        return case_moves(reading, scenario, without_fixed(reading, scenario, self.measures))

    def _by_trend(self, key):
        """Return the sign of the trend of demand."""
        others = ("trend", "periods", "first_date", "last_date")
        told = [self.reading.tokens[i].fact.measure for i in self.clause if i > self.place]
        told = told[:1] if told[:1] == ["trend"] else told  # "is growing by 0.1, and its mean is 5"
        if not self.measures & _TREND or any(measure not in others for measure in told):
            return None
        trend = self.reading.value("trend", key)
        return None if trend is None else compare(trend, 0.0)


_AIMS = {"best_profit": "profit", "best_profit_level": "service_level", "best_buffer_cost": "buffer_cost"}


def case_moves(reading: Reading, scenario: str, measures: set[str]) -> int | None:
    """Return the direction in which a what-if moves these measures; None if it is not known, or not the same."""
    lane, moves = reading.evidence.scenarios[scenario][0], set()
    for measure in measures:
        after, before = reading.value_in(measure, lane, scenario), reading.value(measure, lane)
        change = reading.evidence.facts.get(f"{scenario}.{measure}.change")
        if change and not any(digit in "123456789" for digit in reading.evidence.printed(change)):
            moves.add(0)
        elif None not in (after, before):
            moves.add(compare(after, before))
        elif change is not None:
            moves.add(compare(change.value, 0.0))
    return moves.pop() if len(moves) == 1 else None
