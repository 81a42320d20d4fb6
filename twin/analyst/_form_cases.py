"""Rules on where and in which case a form speaks: lanes, time ahead, what-ifs and best values."""

from collections.abc import Iterator
from dataclasses import replace

from twin.analyst._form_engine import Stand
from twin.analyst._form_meanings import Meanings
from twin.analyst._form_words import MORE, NAMES, SHARE_OF_CAUSE


class Cases(Meanings):
    """Rules on where and in which case a form speaks: lanes, time ahead, what-ifs and best values."""

    def lane(self, stand: Stand) -> Iterator[Stand]:
        key = self.tokens[stand.at].lane if stand.at < len(self.tokens) else ""
        if key and (not stand.left or key in self.evidence.about(self.evidence.facts[stand.left])):
            yield replace(stand, at=stand.at + 1, lane=key)

    def all_lanes(self, stand: Stand) -> Iterator[Stand]:
        yield replace(stand, lane="network")

    def lanes_count(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take(stand, "network.lanes")

    def horizon(self, stand: Stand) -> Iterator[Stand]:
        fact = self.fact(stand)
        if fact is not None and fact.measure == "horizon" and fact.key == stand.ahead:
            yield replace(stand, at=stand.at + 1, framed=True)

    def next_period(self, stand: Stand) -> Iterator[Stand]:
        if self.text(stand) == self.evidence.unit_of_period and stand.ahead == "next":
            yield replace(stand, at=stand.at + 1, framed=True)

    def tomorrow(self, stand: Stand) -> Iterator[Stand]:
        day = self.evidence.unit_of_period == "day"
        yield from self.when(stand, day and stand.ahead == "next", framed=True)

    def case(self, stand: Stand) -> Iterator[Stand]:
        case_said, ahead_said = stand.case if stand.said else "", stand.ahead if stand.framed else ""
        for case in (one for one in self.cases if one or not case_said):
            for ahead in (ahead_said,) if ahead_said else self.aheads:
                said, framed = case == case_said != "", ahead == ahead_said != ""
                yield Stand(stand.at, stand.lane, case, said, ahead, framed, stand.measure)

    def again(self, stand: Stand) -> Iterator[Stand]:
        yield replace(stand, left="", right="", sign=0)

    def said(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, (stand.said or not stand.case) and (stand.framed or not stand.ahead))

    def said_of_now(self, stand: Stand) -> Iterator[Stand]:
        told = self.evidence.facts.get(stand.right or stand.left)
        yield from self.when(stand, not stand.case or (told is not None and told.key in self.evidence.lanes))

    def would(self, stand: Stand) -> Iterator[Stand]:
        text = self.text(stand)
        if (text in ("would", "could") and stand.case) or (text in ("will", "should") and stand.ahead):
            yield replace(stand, at=stand.at + 1)

    def end(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, stand.at == len(self.tokens))

    def input(self, stand: Stand) -> Iterator[Stand]:
        if stand.case in self.evidence.scenarios and self.named(stand) and self.named(stand) == self.input_of(stand):
            yield replace(stand, at=stand.at + 1)

    def input_named(self, stand: Stand) -> Iterator[Stand]:
        yield from self.input(stand)

    def input_value(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take(stand, f"{stand.case}.{self.input_of(stand)}", said=True)

    def input_now(self, stand: Stand) -> Iterator[Stand]:
        lane, _ = self.evidence.scenarios.get(stand.case, ("", ()))
        yield from self.take(stand, f"{lane}.{self.input_of(stand)}")

    def input_change(self, stand: Stand) -> Iterator[Stand]:
        for ending in ("change", "relative"):
            yield from self.take(stand, f"{stand.case}.{self.input_of(stand)}.{ending}", said=True)

    def input_moves(self, stand: Stand) -> Iterator[Stand]:
        sign, stand = self.move(stand)
        if sign is not None and sign == self.change_of_input(stand):
            yield replace(stand, at=stand.at + 1)

    def meant(self, stand: Stand) -> Iterator[Stand]:
        alike = [
            case for case in self.evidence.scenarios if self.input_of(replace(stand, case=case)) == self.input_of(stand)
        ]
        yield from self.when(stand, stand.case in alike and len(alike) == 1, said=True)

    def raising(self, stand: Stand) -> Iterator[Stand]:
        if self.text(stand).endswith("ing"):
            yield from self.input_moves(stand)

    def compared(self, stand: Stand) -> Iterator[Stand]:
        sign = MORE.get(self.text(stand))
        if sign is not None and sign == self.change_of_input(stand):
            yield replace(stand, at=stand.at + 1)

    def input_before(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, self._before(stand, {self.input_of(stand)}))

    def level_before(self, stand: Stand) -> Iterator[Stand]:
        yield from self.when(stand, self._before(stand, {"service_level"}))

    def level_now(self, stand: Stand) -> Iterator[Stand]:
        yield from self.take(stand, f"{self.lane_of(stand)}.service_level")

    def _before(self, stand, names):
        return any(NAMES.get(token.text) in names for token in self.tokens[: stand.at])

    def _best(self, stand, case):
        yield from self.when(stand, stand.case == case, said=True)

    def best(self, stand: Stand) -> Iterator[Stand]:
        yield from self._best(stand, "best")

    def optimum(self, stand: Stand) -> Iterator[Stand]:
        yield from self._best(stand, "optimum")

    def critical(self, stand: Stand) -> Iterator[Stand]:
        yield from self._best(stand, "critical")

    def _best_told(self, stand, case, measure):
        if stand.case == case:
            yield from self.take(stand, f"{self.lane_of(stand)}.{measure}", said=True)

    def best_level(self, stand: Stand) -> Iterator[Stand]:
        yield from self._best_told(stand, "best", "best_profit_level")

    def optimal_places(self, stand: Stand) -> Iterator[Stand]:
        yield from self._best_told(stand, "optimum", "optimal_own_capacity")

    def critical_ratio(self, stand: Stand) -> Iterator[Stand]:
        yield from self._best_told(stand, "critical", "critical_ratio")

    def topic(self, stand: Stand) -> Iterator[Stand]:
        if self.named(stand):
            yield replace(stand, at=stand.at + 1, measure=SHARE_OF_CAUSE.get(self.text(stand), ""))

    def topic_after(self, stand: Stand) -> Iterator[Stand]:
        if self.named(stand):
            yield replace(stand, at=stand.at + 1)
