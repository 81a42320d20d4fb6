"""Hold the facts that an answer may use: each has an id, a name, a value, a unit and a source."""

import math
import re
from dataclasses import dataclass
from datetime import date

from twin._check import require
from twin._period_kinds import PERIOD_KINDS
from twin.data.text import visible
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label, quantity, unit_in

CHANGES = {".change": "change of ", ".relative": "relative change of "}  # ending of a name -> its words
SAME_VALUE = 1e-9  # tolerance within which two sources agree on a value, relative and absolute


@dataclass(frozen=True)
class Fact:
    """A number with its source.

    key : key of the lane, what-if, outlook, difference or network that it belongs to.
    name : name of a measure; with the ending .change or .relative, a difference to the lane as it stands.
    """

    key: str
    name: str
    value: float
    unit: str
    source: str

    @property
    def id(self) -> str:
        """Identifier of the fact; {{id}} is its placeholder in a text."""
        return f"{self.key}.{self.name}"

    @property
    def measure(self) -> str:
        """Name of the measure, without an ending."""
        return self.name.partition(".")[0]

    @property
    def words(self) -> str:
        """Name of the fact in words."""
        ending = self.name.removeprefix(self.measure)
        return f"{CHANGES.get(ending, '')}{label(self.measure)}"


class Evidence:
    """Facts about lanes, missing facts with the reason, and facts whose sources contradict each other.

    period : "D", "W", "MS" or "QS"; the unit of time in which facts are printed.
    """

    def __init__(self, period: str) -> None:
        self.period = period
        self.facts: dict[str, Fact] = {}
        self.lanes: dict[str, str] = {}  # key -> name of a lane
        self.scenarios: dict[str, tuple[str, tuple[str, ...]]] = {}  # key of a what-if -> key of its lane, inputs
        self.rankings: dict[tuple[str, bool], list[str]] = {}  # (measure, largest first) -> keys of the first lanes
        self.missing: dict[str, str] = {}  # id -> reason
        self.contradictions: dict[str, list[Fact]] = {}
        self.choices: dict[str, str] = {}  # id of an input whose value is one of a few words -> the word

    def name_lane(self, key: str, lane: str) -> None:
        """Record the name of the lane that a key stands for."""
        self.lanes[key] = visible(lane, 40)

    def add(self, key: str, name: str, value: float, source: str = "", unit: str = "") -> None:
        """Add a fact; if its unit is wrong or its value not finite, record it as missing instead.

        unit : unit of the value, if known; it must be the unit of the measure.
        """
        measure, _, ending = name.partition(".")
        require(measure in QUANTITIES, "name", "that of a measure", measure)
        meant = _unit_of(QUANTITIES[measure].unit, ending)
        fact = Fact(key, name, float(value), meant, source or QUANTITIES[measure].source)
        if unit and unit != meant:
            return self.miss(key, name, f"it is given in {unit}, where {meant} is meant")
        if not math.isfinite(fact.value):
            return self.miss(key, name, "it is not known")
        before = self.facts.get(fact.id)
        if before and not math.isclose(before.value, fact.value, rel_tol=SAME_VALUE, abs_tol=SAME_VALUE):
            self.contradictions.setdefault(fact.id, [before]).append(fact)
            del self.facts[fact.id]
        elif not before and fact.id not in self.contradictions:
            self.facts[fact.id] = fact

    def choose(self, key: str, name: str, word: str) -> None:
        """Record the word of an input whose value is one of a few words; a sentence may not use it as a number."""
        self.choices[f"{key}.{name}"] = word
        self.miss(key, name, f"it is a word: {word}, which is {QUANTITIES[name].unit}")

    def miss(self, key: str, name: str, reason: str) -> None:
        """Record the reason why a fact is missing."""
        self.missing[f"{key}.{name}"] = reason

    def change(self, key: str, name: str, before: float, after: float) -> None:
        """Add the change of a number, in its unit (shares in percentage points) and relative to its former value."""
        scale = 100.0 if QUANTITIES[name].unit == "-" else 1.0
        self.add(key, f"{name}.change", scale * (after - before))
        if before:
            self.add(key, f"{name}.relative", (after - before) / abs(before))

    def value(self, identity: str) -> float | None:
        """Return the value of a fact, given its id; None if it is not on record."""
        fact = self.facts.get(identity)
        return None if fact is None else fact.value

    def printed(self, fact: Fact) -> str:
        """Return the value of a fact with its unit, as readers see it.

        >>> evidence = Evidence("W")
        >>> evidence.add("lane1", "profit", -120.5), evidence.printed(evidence.facts["lane1.profit"])
        (None, '−$120.5 a week')
        """
        if fact.unit == "date":
            return date.fromordinal(int(fact.value)).isoformat()
        text = quantity(fact.value, fact.unit, self.period)
        return f"+{text}" if "." in fact.name and fact.value > 0 else text

    @property
    def unit_of_period(self) -> str:
        """Name of the period: "day", "week" or "month"."""
        return PERIOD_KINDS[self.period].name

    def about(self, fact: Fact) -> set[str]:
        """Return the keys of the lanes that a fact is about; an empty set for a fact about all lanes."""
        if fact.key in self.scenarios:
            return {self.scenarios[fact.key][0]}
        return set(re.findall(r"lane\d+", fact.key))

    def of(self, fact: Fact) -> str:
        """Return the subject of a fact in words: a lane, a what-if, an outlook, a difference or the network."""
        lane = next((self.lanes[key] for key in sorted(self.lanes, key=len, reverse=True) if key in fact.key), "")
        if fact.key in self.lanes:
            return lane
        if fact.key in self.scenarios:
            key, inputs = self.scenarios[fact.key]
            return f"{self.lanes[key]}, what if: {', '.join(map(label, inputs))}"
        if fact.key.startswith("ahead"):
            return f"{lane}, ahead"
        if "_less_" in fact.key:
            return " less ".join(self.lanes[key] for key in fact.key.split("_less_"))
        return {"twin": "every lane"}.get(fact.key, "all lanes together")

    def unit(self, fact: Fact) -> str:
        """Return the unit of a fact, with the name of the period in it."""
        return unit_in(fact.unit, self.period)


def _unit_of(unit, ending):
    """Return the unit of a fact, given the unit of its measure and the ending of its name."""
    if ending == "change":
        return "points" if unit == "-" else unit
    return "-" if ending == "relative" else unit
