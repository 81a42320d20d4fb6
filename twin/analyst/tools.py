"""Declare and run the functions that a model may call; their results become facts."""

from typing import Any

import numpy as np

from twin._check import require
from twin.analyst import facts
from twin.analyst.evidence import Evidence
from twin.analyst.naming import Names
from twin.plan.portfolio import CHOICES, HOW, INPUTS, LONGEST_HORIZON, RANKINGS, Change, Portfolio

MOST_CALLS = 6  # most function calls for one answer
_LANE = {"type": "string", "description": "key of a lane, such as lane1"}


def _declared(name, description, **properties):
    """Return the declaration of a function in JSON schema."""
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"name": name, "description": description, "parameters": parameters}


_WORDS = "; ".join(f"{name} {', '.join(row.choices)}" for name, row in CHOICES.items())
_CHANGE = {
    "type": "object",
    "properties": {
        "input": {"type": "string", "enum": list(INPUTS)},
        "how": {"type": "string", "enum": list(HOW)},
        "amount": {
            "type": "number",
            "description": "in the unit of the input; shares from 0 to 1; lead times in days; for an input that is "
            f"one of a few words, the number of the word from 0: {_WORDS}",
        },
    },
    "required": ["input", "how", "amount"],
}
DECLARATIONS = [
    _declared("assess", "Every number of another lane as it stands.", lane=_LANE),
    _declared(
        "what_if",
        "Numbers of a lane if inputs were different, and how they change.",
        lane=_LANE,
        changes={"type": "array", "items": _CHANGE},
    ),
    _declared("compare", "How the second lane's numbers differ from the first one's.", first=_LANE, second=_LANE),
    _declared("forecast", "Demand and capacity some days ahead.", lane=_LANE, days={"type": "integer"}),
    _declared(
        "rank",
        "The first lanes of the network by a number.",
        measure={"type": "string", "enum": list(RANKINGS)},
        largest={"type": "boolean", "description": "whether the largest comes first"},
    ),
]


def _amount(change):
    """Return the amount of a change as a number, or as the word of an input that takes words."""
    amount = change["amount"]
    return amount if change["input"] in CHOICES and isinstance(amount, str) else float(amount)


class Toolbox:
    """The functions that a model may call while it answers one question; each adds facts to the evidence."""

    def __init__(self, evidence: Evidence, portfolio: Portfolio, names: Names) -> None:
        self._evidence, self._portfolio, self._names = evidence, portfolio, names
        self._calls = 0

    def run(self, name: str, arguments: dict[str, Any]) -> str:
        """Run a function, and return a sentence for the model: the new facts, or the reason why it was refused."""
        self._calls += 1
        before = set(self._evidence.facts)
        try:
            require(self._calls <= MOST_CALLS, "calls", f"at most {MOST_CALLS} in one answer", self._calls)
            require(name in {one["name"] for one in DECLARATIONS}, "function", "one of those declared", name)
            getattr(self, f"_{name}")(**arguments)
        except ValueError as error:
            return f"{name} was refused: {self._names.masked(str(error))}"
        except Exception as error:  # a model may send anything; the error message, which may quote it, is not repeated
            return f"{name} was refused: its arguments cannot be used ({type(error).__name__})"
        new = [fact for fact in self._evidence.facts if fact not in before]
        return f"{name} was run: {len(new)} new facts, {new[0].partition('.')[0]}.*" if new else f"{name}: nothing new"

    def _lane(self, key):
        """Return the lane of a key, after adding its facts."""
        lane = self._names.lane(str(key))
        require(lane in self._portfolio.policies.index, "lane", "one that is still here", key)
        if f"{key}.profit" not in self._evidence.facts:
            facts.lane_facts(self._evidence, self._portfolio, lane, key)
        return lane

    def _assess(self, lane):
        self._lane(lane)

    def _what_if(self, lane, changes):
        made = tuple(Change(one["input"], one["how"], _amount(one)) for one in changes)
        require(bool(made), "changes", "at least one", "none")
        facts.what_if(self._evidence, self._portfolio, self._lane(lane), lane, made)

    def _compare(self, first, second):
        self._lane(first)
        self._lane(second)
        require(first != second, "lanes", "two different ones", first)
        facts.gap(self._evidence, first, second)

    def _forecast(self, lane, days):
        period = self._portfolio.feed.period
        require(np.isfinite(float(days)), "days", "a finite number", days)
        periods = min(
            max(1, round(float(days) / self._portfolio.feed.calendar.days_per_period)), LONGEST_HORIZON[period]
        )
        facts.outlook(self._evidence, self._portfolio, self._lane(lane), lane, periods)

    def _rank(self, measure, largest):
        require(measure in RANKINGS, "measure", "one of those declared", measure)
        facts.network(self._evidence, self._portfolio, self._names.key, measure, largest=largest is True)
