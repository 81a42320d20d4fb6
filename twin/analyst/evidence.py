"""The table of facts that an answer may rest on: each with an id, a name, a value, a unit and where it comes from."""

import math
import re
from dataclasses import dataclass
from datetime import date

from twin._check import require
from twin.data.text import visible
from twin.demand import PERIOD_NAMES
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label, quantity, unit_in

CHANGES = {".change": "change of ", ".relative": "relative change of "}  # endings of names: against the lane as it is
SAME_VALUE = 1e-9  # relative difference up to which two sources say the same


@dataclass(frozen=True)
class Fact:
    """One number: `key` says of what, a lane or a what-if; `name` is that of a measure, also with an ending."""

    key: str
    name: str
    value: float
    unit: str
    source: str

    @property
    def id(self):
        """What stands for the number in a text: {{id}}."""
        return f"{self.key}.{self.name}"

    @property
    def measure(self):
        """The name without its ending."""
        return self.name.partition(".")[0]

    @property
    def words(self):
        """The name in words."""
        ending = self.name.removeprefix(self.measure)
        return f"{CHANGES.get(ending, '')}{label(self.measure)}"


class Evidence:
    """Facts about lanes, what is missing and why, and where sources contradict each other.

    period : "D", "W" or "MS"; facts are printed in it.
    """

    def __init__(self, period):
        self.period = period
        self.facts, self.lanes, self.scenarios = {}, {}, {}
        self.missing, self.contradictions = {}, {}

    def name_lane(self, key, lane):
        """Say which lane a key stands for."""
        self.lanes[key] = visible(lane, 40)

    def add(self, key, name, value, source="", unit=""):
        """Add a fact; one that cannot be used is noted as missing, with the reason.

        unit : of the value, where it says so itself; it must be that of the measure.
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

    def miss(self, key, name, reason):
        """Say why something is not on record."""
        self.missing[f"{key}.{name}"] = reason

    def change(self, key, name, before, after):
        """Add how a number has changed: in its unit, shares in percentage points, and relative to what it was."""
        scale = 100.0 if QUANTITIES[name].unit == "-" else 1.0
        self.add(key, f"{name}.change", scale * (after - before))
        if before:
            self.add(key, f"{name}.relative", (after - before) / abs(before))

    def value(self, identity):
        """Return the value of a fact, or None."""
        fact = self.facts.get(identity)
        return None if fact is None else fact.value

    def printed(self, fact):
        """Return a fact as it is shown.

        >>> evidence = Evidence("W")
        >>> evidence.add("lane1", "profit", -120.5), evidence.printed(evidence.facts["lane1.profit"])
        (None, '−$120.5 a week')
        """
        if fact.unit == "date":
            return date.fromordinal(int(fact.value)).isoformat()
        text = quantity(fact.value, fact.unit, self.period)
        return f"+{text}" if "." in fact.name and fact.value > 0 else text

    @property
    def unit_of_period(self):
        """The name of the period."""
        return PERIOD_NAMES[self.period]

    def about(self, fact):
        """Return the keys of the lanes that a fact is about; none where it is about all of them."""
        if fact.key in self.scenarios:
            return {self.scenarios[fact.key][0]}
        return set(re.findall(r"lane\d+", fact.key))

    def of(self, fact):
        """Return in words what a fact is of: a lane, a what-if on one, an outlook, a difference, the network."""
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

    def unit(self, fact):
        """Return the unit of a fact with the name of the period in it."""
        return unit_in(fact.unit, self.period)


def _unit_of(unit, ending):
    if ending == "change":
        return "points" if unit == "-" else unit
    return "-" if ending == "relative" else unit
