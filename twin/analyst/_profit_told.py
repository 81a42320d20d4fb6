"""Refuse a profit that is told after costs it does not pay, as a gain though it is a loss, or at another level."""

from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import Reading

_IN_PROFIT = {"handling_cost", "handling", "holding_cost", "holding", "sla_penalty", "penalty", "surcharge"}
_IN_PROFIT |= {"partner_surcharge", "revenue", "service_revenue"}
_EARNING = set("earn earns profitable".split())
_TAILS = {"value_at_risk", "conditional_value_at_risk"}


def profit_is_after_its_costs(reading: Reading) -> None:
    """Raise `Unsupported` if a profit is told as what is left after a cost that is not taken from it."""
    if "profit" not in {fact.measure for fact in [reading.tokens[i].fact for i in reading.facts]}:
        return
    for place, token in enumerate(reading.tokens):
        name = reading.name_after(place, 3) if token.text in ("after", "minus") else None
        if name is not None and not reading.tokens[name].measures & _IN_PROFIT:
            reading.refuse(name, "is not taken from the profit")


def tails_have_their_sign(reading: Reading) -> None:
    """Raise `Unsupported` if a lane is said to earn money where its only number is a loss of its worst periods."""
    told = [fact for fact in [reading.tokens[i].fact for i in reading.facts] if fact.key != "twin"]
    losses = [fact for fact in told if fact.measure in _TAILS and "." not in fact.name and fact.value > 0]
    lanes = {reading.tokens[i].lane for i in reading.lanes}
    if len(told) != 1 or not losses or len(lanes) > 1 or reading.words & {"not", "no", "if", "would"}:
        return
    for place, token in enumerate(reading.tokens):
        part = {reading.text(i) for i in reading.part(place)}
        if token.text in _EARNING and part & {"worst", "bad"}:
            reading.refuse(place, "is not so")


def earnings_are_profits(reading: Reading) -> None:
    """Raise `Unsupported` if the number of "A-B earns the most, with 5" is of another quantity than the profit."""
    for place in reading.facts:
        fact = reading.tokens[place].fact
        earns = [i for i in range(place) if reading.text(i) in _EARNING]
        if fact.unit != "$/period" or fact.name == "profit" or reading.text(place - 1) != "with" or not earns:
            continue
        if "." not in fact.name and not any(i in reading.names or i in reading.facts for i in range(earns[-1], place)):
            raise Unsupported(f"{fact.id} is no profit")


def best_values_go_together(reading: Reading) -> None:
    """Raise `Unsupported` if the best profit is told at the service level of today, or today's profit at the best."""
    told = {reading.tokens[i].fact.name: i for i in reading.facts}
    for level, profit, other in (
        ("service_level", "best_profit", "best_profit_level"),
        ("best_profit_level", "profit", "best_profit"),
    ):
        if not {level, profit} <= told.keys() or other in told:
            continue
        place = told[level]
        words = {reading.text(i) for i in range(place - 4, place)}
        if words & {"at", "with", "were"} and "level" in " ".join(words) and not words & {"from", "than", "instead"}:
            if reading.words & {"would", "could", "might"}:
                raise Unsupported(f"{reading.tokens[told[profit]].fact.id} is not that of this service level")


TOLD_OF_PROFIT = (profit_is_after_its_costs, tails_have_their_sign, earnings_are_profits, best_values_go_together)
