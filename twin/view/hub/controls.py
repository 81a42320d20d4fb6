"""Define the controls of the hub, with bounds that suit a lane, and presets of several controls."""

from collections.abc import Mapping
from dataclasses import dataclass

from twin._period_kinds import PERIOD_KINDS
from twin.plan.portfolio import LONGEST_HORIZON
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label
from twin.policy import POLICY

OPTIMUM = "newsvendor_optimum"  # name of the checkbox that sets the service level to the critical ratio
TARGETS = ("service_level", OPTIMUM, "horizon")  # controls that are no plain fields of the policy


@dataclass(frozen=True)
class Field:
    """A control: a quantity of the registry, with bounds that suit a lane; `step` is the step of a key press.

    choices : words of a control whose value is one of a few words; its values are their numbers, from 0.
    """

    name: str
    unit: str
    help: str
    low: float
    high: float
    step: float
    group: str
    choices: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name of the control in words."""
        return label(self.name)


#: Groups of controls, in order.
GROUPS = ("Costs", "Flow", "Target", "Rules")
#: Quantities with a control, in the order of the page.
CONTROLS = tuple(
    sorted(
        (row for row in (*POLICY.values(), QUANTITIES["horizon"]) if row.control),
        key=lambda row: GROUPS.index(row.control.group),
    )
)


def fields_for(required_capacity: float, start: Mapping[str, float], period: str) -> tuple[Field, ...]:
    """Return the controls of a lane.

    Parameters
    ----------
    required_capacity : float
        Required capacity of the starting policy; own capacity can be set to twice as much. [pallet]
    start : dict of name -> float
        Starting values; bounds are widened to hold them.
    period : "D", "W", "MS" or "QS"
    """
    highest = {
        "internal_capacity": _round_up(2.0 * max(required_capacity, start["internal_capacity"], 1.0)),
        "horizon": LONGEST_HORIZON[period],
    }
    return tuple(_field(row, highest.get(row.name), start.get(row.name), period) for row in CONTROLS)


def _field(row, high, value, period):
    """Return the control of a quantity; `high` is its upper bound where that depends on the lane."""
    bounds = row.control
    if row.choices:
        return Field(row.name, row.unit, row.meaning, bounds.low, bounds.high, bounds.step, bounds.group, row.choices)
    if high is None:
        per_period = row.unit.endswith("/period")
        high = _two_digits(bounds.high * PERIOD_KINDS[period].days) if per_period else bounds.high
    field = Field(row.name, row.unit, row.meaning, bounds.low, high, bounds.step, bounds.group)
    return _with_room(field, value)


#: Presets change some controls of the lane's own policy: a factor on a control, or a new value for it.
PRESETS = {
    "own policy": {},
    "unreliable carrier": {"lead_time_sd_days": ("times", 2.0)},
    "strict SLA": {"sla_penalty": ("times", 3.0), OPTIMUM: ("to", 1.0)},
    "partner in high season": {"partner_surcharge": ("times", 2.5)},
    "many returns": {"return_rate": ("to", 0.3)},
    "quarter less own space": {"internal_capacity": ("times", 0.75)},
}


def preset(name: str, start: Mapping[str, float]) -> dict[str, float]:
    """Return the values of the controls in a preset, given the starting values of a lane."""
    changes = {
        control: start[control] * amount if kind == "times" else amount
        for control, (kind, amount) in PRESETS[name].items()
    }
    return {**start, **changes}


def _with_room(field, value):
    """Return the control with bounds that hold its starting value, and three times a large one."""
    if value is None:
        return field
    high = field.high if field.unit == "-" else max(field.high, _round_up(3.0 * value) if value > field.high / 3 else 0)
    return Field(field.name, field.unit, field.help, min(field.low, value), max(high, value), field.step, field.group)


def _two_digits(value):
    """Return a number rounded to two significant digits."""
    return float(f"{value:.2g}")


def _round_up(value):
    """Return the next larger number of the form 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten."""
    power = 10.0 ** (len(str(int(value))) - 1)
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value)
