"""Rules on comparisons: more or less than a number of another lane, of now, of the plan or of a best."""

from collections.abc import Iterator
from dataclasses import replace

from twin.analyst._form_engine import Stand
from twin.analyst._form_meanings import Meanings
from twin.analyst._form_words import MORE, NEEDS, PLANNED


class Comparisons(Meanings):
    """Rules on comparisons: more or less than a number of another lane, of now, of the plan or of a best."""

    def comparative(self, stand: Stand) -> Iterator[Stand]:
        if self.text(stand) in MORE:
            yield replace(stand, at=stand.at + 1, sign=MORE[self.text(stand)])

    def more(self, stand: Stand) -> Iterator[Stand]:
        sign = {"above": 1, "below": -1}.get(self.text(stand))
        if sign is not None:
            yield replace(stand, at=stand.at + 1, sign=sign)
        for after in self.comparative(stand):
            if self.text(after) == "than":
                yield replace(after, at=after.at + 1)

    def exceeds(self, stand: Stand) -> Iterator[Stand]:
        if self.text(stand) in ("exceeds", "exceed"):
            yield replace(stand, at=stand.at + 1, sign=1)

    def ordered(self, stand: Stand) -> Iterator[Stand]:
        still = self.text(replace(stand, at=stand.at)) == "still"
        yield from self.when(stand, not still and self.order(self.left(stand), stand.right) == stand.sign)

    def ordered_best(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, self.order(self.left(stand), stand.right) == 1)

    def now_implied(self, stand: Stand) -> Iterator[Stand]:
        if stand.case:
            yield replace(stand, right=self.identity(stand, stand.measure, ""))

    def before(self, stand: Stand) -> Iterator[Stand]:
        if self.text(stand) in ("today", "now", "before"):
            yield from self.now_implied(replace(stand, at=stand.at + 1))

    def now_right(self, stand: Stand) -> Iterator[Stand]:
        identity = self.identity(stand, stand.measure, "")
        if stand.case:
            yield from self.take(stand, identity, right=identity)

    def other_lane(self, stand: Stand) -> Iterator[Stand]:
        key = self.tokens[stand.at].lane if stand.at < len(self.tokens) else ""
        if key and key != self.lane_of(stand):
            right = self.identity(replace(stand, lane=key), stand.measure, "")
            yield replace(stand, at=stand.at + 1, right=right)

    def value_of_other(self, stand: Stand) -> Iterator[Stand]:
        fact = self.fact(stand)
        if fact is not None and fact.key in self.evidence.lanes and fact.name == stand.measure:
            if fact.key != self.lane_of(stand):
                yield from self.ordered(replace(stand, at=stand.at + 1, right=fact.id))

    def lane_of_left(self, stand: Stand) -> Iterator[Stand]:
        yield from self._owner(stand, self.left(stand))

    def lane_of_right(self, stand: Stand) -> Iterator[Stand]:
        yield from self._owner(stand, stand.right)

    def _owner(self, stand, identity):
        fact = self.evidence.facts.get(identity)
        if fact is not None and stand.at < len(self.tokens):
            if self.tokens[stand.at].lane and {self.tokens[stand.at].lane} == self.evidence.about(fact):
                yield replace(stand, at=stand.at + 1)

    def name_of_right(self, stand: Stand) -> Iterator[Stand]:
        if self.named(stand):
            ahead = stand.ahead if self.named(stand).startswith("horizon_") else ""
            yield replace(stand, at=stand.at + 1, right=self.identity(replace(stand, ahead=ahead), self.named(stand)))

    def planned(self, stand: Stand) -> Iterator[Stand]:
        if stand.measure in PLANNED:
            yield replace(stand, right=self.identity(stand, PLANNED[stand.measure]))

    def own(self, stand: Stand) -> Iterator[Stand]:
        if stand.measure in NEEDS:
            yield replace(stand, right=self.identity(replace(stand, ahead=""), "internal_capacity"))

    def optimal(self, stand: Stand) -> Iterator[Stand]:
        right = self.identity(stand, stand.measure, "optimum")
        yield from self.when(stand, right != self.left(stand) and not stand.case, right=right)

    def lane_value_again(self, stand: Stand) -> Iterator[Stand]:
        others = [
            key
            for key in self.evidence.lanes
            if f"{key}.{stand.measure}" in {self.tokens[i].fact.id for i in self.reading.facts if i < stand.at}
        ]
        for after in self.value(stand):
            if len(others) == 1 and self.order(after.left, f"{others[0]}.{stand.measure}") == stand.sign:
                yield after
