"""Find what the words of a form mean: the lane, the quantity and the case, and so the number that must follow."""

from collections.abc import Iterator
from dataclasses import replace

from twin.analyst._form_engine import Stand
from twin.analyst._form_words import AHEAD_OF, IN_BEST_CASE, MOVES, NAMES
from twin.analyst._orders import compare
from twin.analyst._sentence import Reading
from twin.analyst.evidence import Fact
from twin.plan.portfolio import INPUTS


class Meanings:
    """Meanings of words; `only` is the one lane of a sentence, `cases` and `aheads` are those it may speak of."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.tokens, self.evidence = reading, reading.tokens, reading.evidence
        named = {self.tokens[i].lane for i in reading.lanes}
        self.only = named.pop() if len(named) == 1 else ""
        told = [self.tokens[i].fact for i in reading.facts]
        scenarios = {fact.key for fact in told} & reading.evidence.scenarios.keys()
        best = {fact.name for fact in told} & {name for names in IN_BEST_CASE.values() for name in names.values()}
        self.cases = ("", *(scenarios or reading.evidence.scenarios), *(IN_BEST_CASE if best else ()))
        horizons = [fact.key for fact in told if fact.measure == "horizon"]
        self.aheads = ("", *horizons, *(("next",) if reading.words & {"next", "tomorrow", "coming"} else ()))

    def fact(self, stand: Stand) -> Fact | None:
        """Return the fact at a stand; None if another token stands there."""
        return self.tokens[stand.at].fact if stand.at < len(self.tokens) else None

    def lane_of(self, stand: Stand) -> str:
        """Return the key of the lane that a stand speaks of."""
        return stand.lane or self.only

    def identity(self, stand: Stand, measure: str, case: str | None = None) -> str:
        """Return the id of the fact that a quantity means at a stand, in its case or in another one."""
        lane, case = self.lane_of(stand), stand.case if case is None else case
        if case in IN_BEST_CASE:
            return f"{lane}.{IN_BEST_CASE[case].get(measure, measure)}"
        if case and self.evidence.scenarios[case][0] != lane:
            return ""
        if stand.ahead:
            return self._ahead(stand.ahead, measure, case, lane)
        if case and f"{case}.{measure}" not in self.evidence.facts and measure in INPUTS:
            return f"{lane}.{measure}"
        return f"{case or lane}.{measure}"

    def _ahead(self, ahead, measure, case, lane):
        """Return the id of what a quantity means in the next period, or over a horizon; "" for other quantities."""
        if ahead == "next":
            measure = {"demand_mean": "forecast_mean"}.get(measure, measure)
            return f"{lane}.{measure}" if measure.startswith("forecast_") and not case else ""
        if measure not in AHEAD_OF or lane not in self.evidence.about(self.evidence.facts[f"{ahead}.horizon"]):
            return ""
        return f"{case or ahead}.{AHEAD_OF[measure]}"

    def left(self, stand: Stand) -> str:
        """Return the id of what a stand tells or compares."""
        return stand.left or self.identity(stand, stand.measure)

    def order(self, one: str, two: str) -> int | None:
        """Return 1, -1 or 0 as one fact is more, less or as much as another; None if they cannot be compared."""
        facts = [self.evidence.facts.get(identity) for identity in (one, two)]
        if None in facts or facts[0].unit != facts[1].unit or one == two:
            return None
        return compare(facts[0].value, facts[1].value)

    def change_of_input(self, stand: Stand) -> int | None:
        """Return 1 or -1 as a case raises or lowers its input; None for things as they stand."""
        lane = self.lane_of(stand)
        if stand.case in self.evidence.scenarios:
            lane, inputs = self.evidence.scenarios[stand.case]
            orders = {self.order(f"{stand.case}.{name}", f"{lane}.{name}") for name in inputs}
            return orders.pop() if len(orders) == 1 else None
        pairs = {
            "best": ("best_profit_level", "service_level"),
            "optimum": ("optimal_own_capacity", "internal_capacity"),
        }
        if stand.case not in pairs:
            return None
        return self.order(*(f"{lane}.{name}" for name in pairs[stand.case]))

    def input_of(self, stand: Stand) -> str:
        """Return the input that a what-if changes, if it changes one only; "" otherwise."""
        _, inputs = self.evidence.scenarios.get(stand.case, ("", ()))
        return inputs[0] if len(inputs) == 1 else ""

    def take(self, stand: Stand, identity: str, **said: object) -> Iterator[Stand]:
        """Yield the stand after a number, if it is the one with an id."""
        fact = self.fact(stand)
        if fact is not None and fact.id == identity:
            yield replace(stand, at=stand.at + 1, **said)

    def text(self, stand: Stand) -> str:
        """Return the text of the token at a stand; "" for a number and beyond the sentence."""
        return self.tokens[stand.at].text if stand.at < len(self.tokens) and not self.fact(stand) else ""

    def named(self, stand: Stand) -> str:
        """Return the quantity that the token at a stand names; "" if it names none, or more than one."""
        return NAMES.get(self.text(stand), "")

    def move(self, stand: Stand) -> tuple[int | None, Stand]:
        """Return 1 or -1 for a verb of a rise or a fall, or None, and the stand of its last word, as in "goes up"."""
        if self.text(stand) in ("go", "goes"):
            stand = replace(stand, at=stand.at + 1)
            return {"up": 1, "down": -1}.get(self.text(stand)), stand
        return MOVES.get(self.text(stand)), stand

    def when(self, stand: Stand, holds: object, **said: object) -> Iterator[Stand]:
        """Yield a stand, without taking a token, if something holds."""
        if holds:
            yield replace(stand, **said)

    def take_of_lane(self, stand: Stand, measure: str) -> Iterator[Stand]:
        """Yield the stand after a number, if it is that of a quantity of the lane as things stand."""
        yield from self.take(stand, f"{self.lane_of(stand)}.{measure}")
