"""Rules on numbers: the one that a quantity has, rises and falls, signs, and what stays as it is."""

from collections.abc import Iterator
from dataclasses import replace

from twin.analyst._form_engine import Stand
from twin.analyst._form_meanings import Meanings
from twin.analyst._form_words import OBJECT_OF_VERB, PAYABLES, SHIFTS, SPREAD_OF


class Values(Meanings):
    """Rules on numbers: the one that a quantity has, rises and falls, signs, and what stays as it is."""

    def quantity(self, stand: Stand) -> Iterator[Stand]:
        if self.named(stand):
            yield replace(stand, at=stand.at + 1, measure=self.named(stand))

    def value(self, stand: Stand) -> Iterator[Stand]:
        identity = self.identity(stand, stand.measure)
        yield from self.take(stand, identity, left=identity)

    def value_on_lane(self, stand: Stand) -> Iterator[Stand]:
        if stand.at + 2 < len(self.tokens) and self.tokens[stand.at + 1].text in ("on", "for", "of", "at"):
            if key := self.tokens[stand.at + 2].lane:
                for after in self.value(replace(stand, lane=key)):
                    yield replace(after, at=stand.at + 3)

    def any_value(self, stand: Stand) -> Iterator[Stand]:
        fact = self.fact(stand)
        if fact is not None:
            yield replace(stand, at=stand.at + 1, left=fact.id)

    def quantity_told(self, stand: Stand) -> Iterator[Stand]:
        if self.named(stand) and self.identity(stand, self.named(stand)) == stand.left:
            yield replace(stand, at=stand.at + 1, measure=self.named(stand))

    def left_value(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take(stand, self.left(stand), left=self.left(stand))

    def right_value(self, stand: Stand) -> Iterator[Stand]:
        fact = self.fact(stand)
        if fact is None:
            return
        left = self.evidence.facts[stand.left] if stand.left else None
        now = bool(stand.case) and fact.id == self.identity(stand, stand.measure, "")
        other = not stand.case and left is not None and fact.name == left.name and fact.key in self.evidence.lanes
        if fact.id == stand.right or (not stand.right and (now or other)):
            yield replace(stand, at=stand.at + 1, right=fact.id)

    def now(self, stand: Stand) -> Iterator[Stand]:
        if stand.case:
            yield from self.take(stand, self.identity(stand, stand.measure, ""))

    def change(self, stand: Stand) -> Iterator[Stand]:
        if stand.case in self.evidence.scenarios:
            key = stand.case if self.evidence.scenarios[stand.case][0] == self.lane_of(stand) else ""
        else:
            facts = [self.evidence.facts.get(one) for one in (self.left(stand), stand.right)]
            if None in facts or facts[0].name != facts[1].name:
                return
            key = f"{facts[0].key}_less_{facts[1].key}"
        for ending in ("change", "relative"):
            yield from self.take(stand, f"{key}.{stand.measure}.{ending}")

    def moves(self, stand: Stand) -> Iterator[Stand]:
        sign, stand = self.move(stand)
        if sign is not None and stand.case and sign == self._moved(stand):
            yield replace(stand, at=stand.at + 1)

    def which_way(self, stand: Stand) -> Iterator[Stand]:
        sign = {"up": 1, "down": -1}.get(self.text(stand))
        if sign is not None and sign == self._moved(stand):
            yield replace(stand, at=stand.at + 1)

    def _moved(self, stand):
        return self.order(self.identity(stand, stand.measure), self.identity(stand, stand.measure, ""))

    def same(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, stand.case in self.evidence.scenarios and self._moved(stand) == 0)

    def all_same(self, stand: Stand) -> Iterator[Stand]:
        values = {self.evidence.value(f"{key}.{stand.measure}") for key in self.evidence.lanes}
        yield from self.when(stand, len(values) == 1 and None not in values and not stand.case)

    def shifting(self, stand: Stand) -> Iterator[Stand]:
        sign = SHIFTS.get(self.text(stand))
        if sign is not None:
            yield replace(stand, at=stand.at + 1, sign=sign)

    def shifted(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, self._moved(stand) == stand.sign)

    def _signed(self, stand, sign):
        cases = {stand.case, ""} if "still" in {token.text for token in self.tokens[: stand.at]} else {stand.case}
        values = [self.evidence.value(self.identity(stand, stand.measure, case)) for case in cases]
        yield from self.when(stand, None not in values and all(value * sign > 0 for value in values))

    def negative(self, stand: Stand) -> Iterator[Stand]:
        yield from self._signed(stand, -1)

    def positive(self, stand: Stand) -> Iterator[Stand]:
        yield from self._signed(stand, 1)

    def profit(self, stand: Stand) -> Iterator[Stand]:
        yield replace(stand, measure="profit")

    def verb(self, stand: Stand) -> Iterator[Stand]:
        measure = OBJECT_OF_VERB.get(self.text(stand), "")
        after = replace(stand, at=stand.at + 1, measure=measure)
        if measure == "forecast_mean" and not stand.ahead:
            return
        if measure:
            yield from self.positive(after) if measure == "profit" else iter([after])

    def still(self, stand: Stand) -> Iterator[Stand]:
        value = self.evidence.value(self.identity(stand, "profit", ""))
        yield from self.when(stand, value is not None and value > 0)

    def _turned(self, stand, sign):
        values = [self.evidence.value(self.identity(stand, "profit", case)) for case in ("", stand.case)]
        yield from self.when(stand, None not in values and values[0] * sign < 0 < values[1] * sign)

    def into_loss(self, stand: Stand) -> Iterator[Stand]:
        yield from self._turned(stand, -1)

    def into_profit(self, stand: Stand) -> Iterator[Stand]:
        yield from self._turned(stand, 1)

    def loss_now(self, stand: Stand) -> Iterator[Stand]:
        now = self.evidence.value(self.identity(stand, "profit", ""))
        then = self.evidence.value(self.identity(stand, "profit"))
        yield from self.when(stand, None not in (now, then) and now < 0 < then and stand.measure == "profit")

    def forecasted(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, stand.ahead, measure="forecast_mean")

    def worked(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, stand.ahead not in ("", "next"), measure="workload_mean")

    def overflow(self, stand: Stand) -> Iterator[Stand]:
        yield replace(stand, measure="overflow_probability")

    def dependency(self, stand: Stand) -> Iterator[Stand]:
        yield replace(stand, measure="dependency")

    def quantity_needed(self, stand: Stand) -> Iterator[Stand]:
        if self.named(stand) == "required_capacity":
            yield replace(stand, at=stand.at + 1)

    def payable(self, stand: Stand) -> Iterator[Stand]:
        if self.text(stand) in PAYABLES:
            yield replace(stand, at=stand.at + 1, measure=PAYABLES[self.text(stand)])

    def payable_value(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take(stand, self.identity(stand, stand.measure))

    def quantity_of_whole(self, stand: Stand) -> Iterator[Stand]:
        if self.named(stand) == "revenue" and stand.measure in ("handling", "holding", "penalty", "surcharge"):
            yield replace(stand, at=stand.at + 1)

    def use(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, not stand.left or stand.measure == "use_with_buffer", measure="use_with_buffer")

    def spread(self, stand: Stand) -> Iterator[Stand]:
        if stand.measure in SPREAD_OF and not stand.ahead:
            yield from self.take(stand, self.identity(stand, SPREAD_OF[stand.measure]))

    def given(self, stand: Stand) -> Iterator[Stand]:
        if not stand.case:
            yield from self.take_of_lane(stand, "capacity_gives_away")
