"""Rules on parts and tails: shares of a variance, points of resilience, intervals and tail losses."""

from collections.abc import Iterator
from dataclasses import replace

from twin.analyst._form_engine import Stand
from twin.analyst._form_meanings import Meanings
from twin.analyst._form_words import SHARE_OF_CAUSE, SHARE_OF_RHYTHM


class Parts(Meanings):
    """Rules on parts and tails: shares of a variance, points of resilience, intervals and tail losses."""

    def _cause(self, stand):
        """Yield (share, stand after its cause)."""
        for length in (1, 2, 5):
            words = " ".join(token.text for token in self.tokens[stand.at : stand.at + length])
            share = SHARE_OF_CAUSE.get(words) or SHARE_OF_RHYTHM.get(words)
            if share:
                yield share, replace(stand, at=stand.at + length)

    def cause(self, stand: Stand) -> Iterator[Stand]:
        for share, after in self._cause(stand):
            yield replace(after, measure=share, left="")

    def cause_of_right(self, stand: Stand) -> Iterator[Stand]:
        for share, after in self._cause(stand):
            right = self.identity(stand, share)
            yield from self.when(after, stand.right in ("", right), right=right)

    def right_share(self, stand: Stand) -> Iterator[Stand]:
        fact = self.fact(stand)
        if fact is not None and fact.measure in {*SHARE_OF_CAUSE.values(), *SHARE_OF_RHYTHM.values()}:
            yield replace(stand, at=stand.at + 1, right=fact.id)

    def share(self, stand: Stand) -> Iterator[Stand]:
        fact = self.fact(stand)
        if fact is None or fact.name != stand.measure or fact.key not in self.evidence.lanes:
            return
        following = next(
            (i for i in range(stand.at + 1, len(self.tokens)) if i in self.reading.facts), len(self.tokens)
        )
        after = [self.tokens[i].lane for i in self.reading.lanes if stand.at < i < following]
        if fact.key in (self.lane_of(stand), *after[:1]):
            yield replace(stand, at=stand.at + 1, left=fact.id, lane=fact.key)

    def variance_of(self, stand: Stand) -> Iterator[Stand]:
        of = {"lead time demand": SHARE_OF_CAUSE, "demand": SHARE_OF_RHYTHM}.get(self.text(stand), {})
        if stand.measure in of.values():
            yield replace(stand, at=stand.at + 1)

    def resilience(self, stand: Stand) -> Iterator[Stand]:
        yield from self._named(stand, "resilience_index")

    def revenue(self, stand: Stand) -> Iterator[Stand]:
        yield from self._named(stand, "revenue")

    def _named(self, stand, measure):
        if self.named(stand) == measure:
            yield replace(stand, at=stand.at + 1, measure=measure)

    def buffer_points(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take_of_lane(stand, "buffer_points")

    def independence_points(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take_of_lane(stand, "independence_points")

    def interval_low(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take_of_lane(stand, "forecast_low")

    def interval_high(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take_of_lane(stand, "forecast_high")

    def interval_level(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take(stand, "twin.interval_level")

    def risk_share(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take(stand, "twin.risk_share")

    def periods(self, stand: Stand) -> Iterator[Stand]:
        if self.text(stand) == f"{self.evidence.unit_of_period}s":
            yield replace(stand, at=stand.at + 1)

    def _loss(self, stand, measure):
        value = self.evidence.value(f"{self.lane_of(stand)}.{measure}")
        if value is not None and value > 0 and not stand.case:
            yield from self.take_of_lane(stand, measure)

    def tail_value(self, stand: Stand) -> Iterator[Stand]:
        yield from self._loss(stand, "value_at_risk")

    def mean_loss(self, stand: Stand) -> Iterator[Stand]:
        yield from self._loss(stand, "conditional_value_at_risk")

    def mean_tail(self, stand: Stand) -> Iterator[Stand]:
        if not stand.case:
            yield from self.take_of_lane(stand, "conditional_value_at_risk")
