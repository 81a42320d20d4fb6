"""Decide comparatives: what a sentence says is more, or less, than something else is so by the facts."""

from twin.analyst._cases import AHEAD
from twin.analyst._orders import compare, measures_of, told_of
from twin.analyst._premises import free_premise
from twin.analyst._relations import effect_of
from twin.analyst._sentence import Reading
from twin.analyst._sides import MARKERS, PIVOTS, Side, marker_after, side_after
from twin.analyst._vocabulary import ADJECTIVES, CLASSES, COSTS, MORE_IS_GOOD
from twin.plan.portfolio import INPUTS

_MAIN = {"demand_mean", "expected_overflow", "lead_time_mean_days", "required_capacity", "expected_warehousing_cost"}
#: Price of one pallet or order -> the amount of a period that a sentence may mean by its name.
_AMOUNTS = {"handling_cost": "handling", "holding_cost": "holding", "sla_penalty": "penalty"}
_AMOUNTS |= {"partner_surcharge": "surcharge", "service_revenue": "revenue"}


#: Best value -> the quantity that it is the best value of.
_AIMS = {"best_profit": "profit", "best_profit_level": "service_level", "best_buffer_cost": "buffer_cost"}


def sign_of(reading: Reading, place: int, measures: set[str]) -> int | None:
    """Return 1 for a word that says more of these measures, -1 for one that says less; None if it says neither."""
    word, classes = reading.text(place), CLASSES.get(reading.text(place), set())
    if word in ADJECTIVES:
        return ADJECTIVES[word][1]
    if word in ("ahead", "behind") and reading.name_after(place, 3) is not None:
        return 1 if word == "ahead" else -1
    if classes & {"better", "worse"} and not classes & {"more", "less"}:
        good = {MORE_IS_GOOD.get(name) for name in measures}
        if len(good) != 1 or None in good:
            return None
        return good.pop() * (1 if "better" in classes else -1)
    sign = 1 if "more" in classes else -1
    if word in ("more", "less") and reading.text(place + 1) in ADJECTIVES:
        sign *= ADJECTIVES[reading.text(place + 1)][1]
    return sign


def without_fixed(reading: Reading, case: str, measures: set[str]) -> set[str]:
    """Return measures without the inputs that a what-if leaves as they are, if there are others among them."""
    fixed = {name for name in measures if name in INPUTS and name not in reading.evidence.scenarios[case][1]}
    return measures - fixed or measures


class Comparison:
    """A comparative at a place of a sentence, and what it compares."""

    def __init__(self, reading: Reading, place: int) -> None:
        self.reading, self.place = reading, place
        marker = marker_after(reading, place)
        self.right = self._right(marker) if marker is not None else None
        self.marker = place if marker is None else marker
        self.measures = self._left_measures() if place == marker else measures_of(reading, place)
        told = {reading.tokens[i].fact.measure for i in reading.facts if i < self.marker}
        just = place - 2 if reading.text(place - 1) == "," else place - 1
        if just in reading.facts and place != marker and reading.text(place + 1) in ("than", "on", "for"):
            self.measures = {reading.tokens[just].fact.measure}
        self.measures = self.measures & told or told_of(reading, self.measures)
        self.case = reading.case(place)
        if self.right and self.right.facts and CLASSES.get(reading.text(place), set()) & {"better", "worse"}:
            left = self._left_fact(self.right.facts[0])
            self.measures = {left.measure} if left is not None else self.measures
        name = reading.name_before(place, reading.clause(place).start)
        self.lost = (
            name is not None
            and reading.text(name) in ("loss", "losses")
            and not (
                {reading.tokens[i].fact.measure for i in reading.facts} & {"value_at_risk", "conditional_value_at_risk"}
            )
        )
        if self.lost:
            self.measures = {"profit"}
        if self.case:
            self.measures = without_fixed(reading, self.case, self.measures)
        if not reading.words & AHEAD:
            self.measures = self.measures - {"horizon_capacity"} or self.measures

    def _right(self, marker):
        """Return what stands after a marker; "it" is what an earlier comparative compares with, or own capacity."""
        reading = self.reading
        if reading.text(marker + 1) not in ("it", "this", "that") or reading.text(marker + 2) in (
            "of",
            "on",
            "at",
            "has",
        ):
            return side_after(reading, marker)
        earlier = [i for i in range(marker) if reading.text(i) in PIVOTS]
        if earlier:
            return side_after(reading, earlier[-1])
        named = {name for i in reading.names if i < marker for name in reading.tokens[i].measures}
        named |= {reading.tokens[i].fact.measure for i in reading.facts if i < marker}
        own = (frozenset({"internal_capacity"}),) if "internal_capacity" in named or "use_with_buffer" in named else ()
        side = side_after(reading, marker)
        return Side((), (), own, frozenset(), (), side.end) if own else side

    def _left_measures(self):
        """Return the measures that stand before a word such as "exceeds": a number, a name, or the object of a verb."""
        reading, place = self.reading, self.place
        clause = reading.clause(place)
        for here in range(place - 1, clause.start - 1, -1):
            token = reading.tokens[here]
            if token.fact and "." not in token.fact.name:
                return {token.fact.measure}
            if token.measures:
                return set(token.measures)
        return measures_of(reading, place)

    def order(self, key: str) -> int | None:
        """Return 1, -1 or 0 as a lane has more, less or as much of what is compared; None if facts do not tell."""
        order = self._order(key)
        if self.lost and order is not None:
            return -order
        return self._of_pair() if order is None else order

    def _of_pair(self):
        """Return the order of two numbers of one unit that follow, with "against" or "compared with" between them."""
        reading = self.reading
        after = [i for i in reading.facts if i > self.place]
        if len(after) != 2 or not {reading.text(i) for i in range(*after)} & (MARKERS - {"than"}):
            return None
        one, two = (reading.tokens[i].fact for i in after)
        return compare(one.value, two.value) if one.unit == two.unit and "." not in one.name + two.name else None

    def _order(self, key):
        right = self.right
        reading, place = self.reading, self.place
        near = next((reading.tokens[i].fact for i in (place - 1, place + 2, place + 3) if 0 <= i < len(reading.tokens)
                     and reading.tokens[i].fact and "." in reading.tokens[i].fact.name
                     and (i < place or reading.text(i - 1) == "by")), None)  # fmt: skip
        if near is not None:
            turn = -1 if "_less_" in near.key and near.key.endswith(f"_less_{key}") else 1
            return compare(turn * near.value, 0.0)
        if right is None:
            return self._implied(key)
        if (
            right.facts
            and right.facts[0].measure == "use_with_buffer"
            and right.measures[:1] == (frozenset({"internal_capacity"}),)
        ):
            return compare(right.facts[0].value, 1.0)
        if right.facts and right.facts[0].measure == "revenue" and len(self.measures & COSTS) > 3:
            return self._with_measure(key, right)
        if right.facts and ((order := self._with_number(key, right)) is not None or not right.lanes):
            return order
        if "zero" in right.flags:
            return self._one(self._values(key, self.measures), [0.0])
        if right.lanes:
            return self._with_lanes(key, right)
        if "now" in right.flags and self.case and not right.measures:
            return self._one(self._values(key, self.measures), self._values(key, self.measures, case=""))
        if right.measures:
            return self._with_measure(key, right)
        if "others" in right.flags:
            return self._with_others(key)
        if "now" in right.flags and not self.case:
            return self._best_with_now(key)
        return self._implied(key)

    def _best_with_now(self, key):
        """Return the order of a best value to the one that stands; None for other quantities."""
        pairs = [(name, now) for name, now in _AIMS.items() if name in self.measures]
        found = [(self.reading.value(name, key), self.reading.value(now, key)) for name, now in pairs[:1]]
        return compare(*found[0]) if found and None not in found[0] else None

    # ------------------------------------------------------------ values

    def _values(self, key, measures, case=None):
        """Return {measure: value} for the measures of a lane that are on record."""
        case = self.case if case is None else case
        found = {name: self.reading.value_in(name, key, case) for name in measures}
        return {name: value for name, value in found.items() if value is not None}

    def _one(self, ours, theirs):
        """Return the order that all values on one side have to those of the other; None if it differs."""
        if isinstance(theirs, list):
            pairs = [(value, other) for value in ours.values() for other in theirs]
        else:
            pairs = [(ours[name], theirs[name]) for name in ours if name in theirs]
        orders = {compare(*pair) for pair in pairs}
        if len(orders) > 1 and not isinstance(theirs, list):
            orders = {compare(ours[name], theirs[name]) for name in ours if name in theirs and name in _MAIN} or orders
        return orders.pop() if len(orders) == 1 else None

    # ------------------------------------------------------------ what it is compared with

    def _left_fact(self, other):
        """Return the number before a comparison that can be compared with another number; None without one."""
        reading = self.reading
        before = [reading.tokens[i].fact for i in reading.facts if i < self.marker]
        before += [reading.tokens[i].fact for i in reading.facts if i >= self.right.end]
        alike = [f for f in before if f.unit == other.unit and f.id != other.id and "." not in f.name + other.name]
        same = [fact for fact in alike if fact.measure == other.measure]
        named = [fact for fact in alike if fact.measure in self.measures]
        return (same or named or alike or [None])[-1]

    def _with_number(self, key, right):
        """Return the order to a number that is told."""
        other = right.facts[0]
        left = self._left_fact(other)
        if left is not None:
            return compare(left.value, other.value)
        scenario = self.case or self.reading.scenario()
        if other.measure == "internal_capacity":
            self.measures = self.measures & {"horizon_capacity"} or {"required_capacity"}
        if other.measure in self.measures and scenario and other.key in self.reading.evidence.lanes:
            after = self.reading.value(other.measure, scenario)
            return None if after is None else compare(after, other.value)
        if other.measure in self.measures and key in self.reading.evidence.about(other):
            return None
        others = [key for key in right.lanes if key not in self.reading.evidence.about(other)]
        if others:
            return None
        measures = {name for name in self.measures if name != other.measure or key != other.key}
        units = {fact.measure: fact.unit for fact in self.reading.evidence.facts.values() if "." not in fact.name}
        ours = self._values(key, {name for name in measures if units.get(name) == other.unit})
        return self._one(ours, [other.value])

    def _with_lanes(self, key, right):
        """Return the order to the lanes that are named."""
        others = [one for one in right.lanes if one != key]
        if not others:
            return 0
        if right.joint and len(others) > 1:
            theirs = {name: sum(self.reading.value(name, one) or 0.0 for one in others) for name in self.measures}
            return self._one(self._values(key, self.measures), theirs)
        ours = self._values(key, told_of(self.reading, self.measures))
        orders = {self._one(ours, self._values(one, told_of(self.reading, self.measures))) for one in others}
        return orders.pop() if len(orders) == 1 else None

    def _with_others(self, key):
        """Return the order to every other lane."""
        evidence = self.reading.evidence
        others = [one for one in evidence.lanes if one != key]
        if not others or (evidence.value("network.lanes") or 0) > len(evidence.lanes):
            for name in self.measures:
                for largest in (True, False):
                    if evidence.rankings.get((name, largest), [""])[0] == key:
                        return 1 if largest else -1
            return None
        measures = told_of(self.reading, self.measures)
        orders = {self._one(self._values(key, measures), self._values(one, measures)) for one in others}
        return orders.pop() if len(orders) == 1 else None

    def _with_measure(self, key, right):
        """Return the order to another quantity of the same lane."""
        reading = self.reading
        told = {reading.tokens[i].fact.measure for i in reading.facts}
        theirs = right.measures[0]
        if "revenue" in theirs and len(self.measures & COSTS) > 3:  # all costs together
            profit = reading.value_in("profit", key, self.case)
            return None if profit is None else compare(0.0, profit)
        told_use = "use_with_buffer" in told and not told & {"required_capacity", "horizon_capacity"}
        needs = self.measures & {"required_capacity", "horizon_capacity"}
        if theirs == {"internal_capacity"} and (told_use or not needs):
            use = reading.value_in("use_with_buffer", key, "") if not self.case else None
            if self.case:
                return self._one(self._values(key, {"required_capacity"}), [*self._values(key, theirs).values()])
            return None if use is None else compare(use, 1.0)
        ours = self.measures & told or self.measures - theirs or self.measures
        units = {fact.measure: fact.unit for fact in reading.evidence.facts.values() if "." not in fact.name}
        pairs = [
            (one, two) for one in ours for two in (theirs & told or theirs)
            if one != two and units.get(one) == units.get(two)
        ]  # fmt: skip
        if not pairs:
            ours = {_AMOUNTS.get(name, name) for name in ours}
            pairs = [(one, _AMOUNTS.get(two, two)) for one in ours for two in theirs if one != _AMOUNTS.get(two, two)]
            pairs = [(one, two) for one, two in pairs if units.get(one) == units.get(two)]
        if right.joint and len(right.measures) > 1:
            sums = [sum(self._values(key, set(names)).values()) for names in right.measures]
            return self._one(self._values(key, self.measures), [sum(sums)])
        orders = set()
        for one, two in pairs:
            mine, other = (reading.value_in(name, key, self.case) for name in (one, two))
            if None not in (mine, other):
                orders.add(compare(mine, other))
        return orders.pop() if len(orders) == 1 else None

    def _implied(self, key):
        """Return the order to what a comparative leaves unsaid: a number beside it, what stands, the other lane."""
        reading, place = self.reading, self.place
        aims = [reading.tokens[i].fact for i in reading.facts if abs(i - place) <= 10
                and {_AIMS.get(reading.tokens[i].fact.name), reading.tokens[i].fact.name} & self.measures
                and reading.tokens[i].fact.name in _AIMS]  # fmt: skip
        if aims and aims[0].key == key and (now := reading.value(_AIMS[aims[0].name], key)) is not None:
            return compare(aims[0].value, now)
        if premise := free_premise(reading, place):
            return effect_of(reading, *premise, self.measures, key)
        if self.case:
            return self._one(self._values(key, told_of(reading, self.measures)),
                             self._values(key, self.measures, case=""))  # fmt: skip
        start = reading.clause(place).start
        earlier = {reading.tokens[i].lane for i in reading.lanes if i < start}
        if len(earlier) == 1 and key not in earlier and any(reading.tokens[i].lane == key for i in reading.lanes):
            measures = told_of(reading, self.measures)
            return self._one(self._values(key, measures), self._values(earlier.pop(), measures))
        lanes = list(dict.fromkeys(reading.tokens[i].lane for i in reading.lanes))
        lanes = lanes if len(lanes) == 2 else list(reading.evidence.lanes)
        others = [one for one in lanes if one != key]
        if len(others) == 1 and key in lanes:
            measures = told_of(reading, self.measures)
            return self._one(self._values(key, measures), self._values(others[0], measures))
        pair = [reading.tokens[i].fact for i in reading.facts if i in reading.clause(place)]
        if len(pair) == 2 and pair[0].measure == pair[1].measure and pair[0].key != pair[1].key:
            turn = 1 if pair[0].key == key or pair[1].key != key else -1
            return turn * compare(pair[0].value, pair[1].value)
        return None
