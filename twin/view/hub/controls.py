"""What a planner can turn: every control with its unit, help and bounds, and presets of several at once."""

from dataclasses import dataclass

from twin.demand import DAYS_PER_PERIOD
from twin.plan.portfolio import LONGEST_HORIZON
from twin.plan.quantities import label

OPTIMUM = "newsvendor_optimum"
TARGETS = ("service_level", OPTIMUM, "horizon")


@dataclass(frozen=True)
class Field:
    """One control; `low` and `high` are its bounds, `step` what a key press moves it by."""

    name: str
    unit: str
    help: str
    low: float
    high: float
    step: float
    group: str

    @property
    def label(self):
        """The name in words."""
        return label(self.name)


def fields_for(required_capacity, start, period):
    """Return the controls of a lane.

    Parameters
    ----------
    required_capacity : float
        Of the lane's starting policy; the bounds of own capacity make room for it. [pallet]
    start : dict of name -> float
        Starting values; bounds make room for them, too.
    period : "D", "W" or "MS"
    """
    day = DAYS_PER_PERIOD[period]
    reach = _round_up(2.0 * max(required_capacity, start["internal_capacity"], 1.0))
    per_period = "$/pallet/period"
    made = (
        Field("holding_cost", per_period, "cost of keeping a pallet for a period", 0.1, _money(30 * day), 0.1, "Costs"),
        Field("sla_penalty", "$/pallet", "penalty for a pallet not served", 0, 500, 1, "Costs"),
        Field("handling_cost", "$/pallet", "cost of handling a pallet, shipped or returned", 0, 500, 1, "Costs"),
        Field("service_revenue", "$/pallet", "earned by a pallet shipped; a return earns nothing", 1, 1000, 1, "Costs"),
        Field(
            "partner_surcharge",
            per_period,
            "what a place at the partner costs on top of holding",
            0,
            _money(60 * day),
            0.5,
            "Costs",
        ),
        Field("lead_time_mean_days", "day", "mean time from review to arrival", 0, 90, 0.5, "Flow"),
        Field("lead_time_sd_days", "day", "standard deviation of the lead time", 0, 30, 0.1, "Flow"),
        Field("return_rate", "-", "share of shipped pallets that come back, each a random event", 0, 1, 0.01, "Flow"),
        Field(
            "internal_capacity",
            "pallet",
            "own pallet places; more goes to the partner",
            0,
            reach,
            1,
            "Flow",
        ),
        Field("service_level", "-", "probability of no shortage in a cycle", 0.5, 0.999, 0.001, "Target"),
        Field("horizon", "period", "how far the forecast looks ahead", 1, LONGEST_HORIZON[period], 1, "Target"),
    )
    return tuple(_with_room(field, start.get(field.name)) for field in made)


#: Presets change some controls of the lane's own policy: a factor on a control, or a new value for it.
PRESETS = {
    "own policy": {},
    "unreliable carrier": {"lead_time_sd_days": ("times", 2.0)},
    "strict SLA": {"sla_penalty": ("times", 3.0), OPTIMUM: ("to", 1.0)},
    "partner in high season": {"partner_surcharge": ("times", 2.5)},
    "many returns": {"return_rate": ("to", 0.3)},
    "quarter less own space": {"internal_capacity": ("times", 0.75)},
}


def preset(name, start):
    """Return the control values of a preset, from those a lane starts with."""
    changes = {
        control: start[control] * amount if kind == "times" else amount
        for control, (kind, amount) in PRESETS[name].items()
    }
    return {**start, **changes}


def _with_room(field, value):
    """The field with bounds that hold the value it starts with, also three times it when it is large."""
    if value is None:
        return field
    high = field.high if field.unit == "-" else max(field.high, _round_up(3.0 * value) if value > field.high / 3 else 0)
    return Field(field.name, field.unit, field.help, min(field.low, value), max(high, value), field.step, field.group)


def _money(value):
    """Two digits at most."""
    return float(f"{value:.2g}")


def _round_up(value):
    """The next number of one digit, or of one and a half."""
    power = 10.0 ** (len(str(int(value))) - 1)
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value)
