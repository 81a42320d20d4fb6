"""Words around numbers: those that may stand between a name and its number, owners of quantities, and related names."""

from twin.analyst._naming_of_numbers import NAMES_TOGETHER
from twin.plan.quantities import QUANTITIES

#: Words that may stand between a name, or a verb, and its number.
LINK = set(
    """'s a about again against almost alone already also amount amounts an and another approximately are around as
at average averages be become becomes been being between both but by can change changed changes changing
clearly comes compared could currently day days decrease decreases down drop drops each equal equals estimated
even expected fall falls first for forecast from go goes grow grows had has have he here higher improve
improves in increase increases instead into is it its itself just lane lanes less lies lower mainly may mean
means might month months more nearly noticeably now of on only or our over per planned presently quite rather
reach reaches really remain remains respectively rise rises roughly say second significantly slightly so some
stands stays still surely than that the then there these they this those to today too under up versus very vs
was we week weeks where whereas which while will with would""".split()
)
#: Subjects of a verb that has a number as its object.
DOERS = set(
    """all both carrier entire it its lane lanes network pallet pallets partner plan portfolio that these they this
    together total warehouse we which whole""".split()
)
#: Parts of the resilience index.
POINTS = {"buffer_points", "independence_points"}
#: Quantities that are differences or shares by themselves, and so may follow "by".
BY = {"planned_overflow", "expected_overflow", "weekday_share", "season_share", "demand_share", "lead_time_share"}
BY |= {"coefficient_of_variation", "lead_time_sd_days", "returns_share", "trend", "profit_sd", "demand_sd"}
#: Quantities that can be called the partner's.
PARTNERS = {"partner_surcharge", "surcharge", "expected_outsourcing_cost", "planned_outsourcing_cost"}
PARTNERS |= {"expected_overflow", "planned_overflow", "dependency", "expected_dependency", "expected_warehousing_cost"}
#: Owners of a quantity -> quantities that can be theirs.
OWNERS = {
    "planner": set(),
    "planners": set(),
    "analyst": set(),
    "carrier": {"lead_time_mean_days", "lead_time_sd_days", "lead_time_share"},
    "carriers": {"lead_time_mean_days", "lead_time_sd_days", "lead_time_share"},
    "customer": {"service_revenue", "sla_penalty", "return_rate", "service_level", "fill_rate", "demand_mean"},
    "customers": {"service_revenue", "sla_penalty", "return_rate", "service_level", "fill_rate", "demand_mean"},
    "client": {"service_revenue", "sla_penalty"},
    "clients": {"service_revenue", "sla_penalty"},
    "supplier": {"lead_time_mean_days", "lead_time_sd_days"},
    "competitor": {"partner_surcharge"},
    "competitors": {"partner_surcharge"},
}
#: Share -> what it is a share of.
WHOLE = {
    "fill_rate": "demand",
    "coefficient_of_variation": "mean average",
    "use_with_buffer": "capacity,own capacity,own space,space,places,own places",
    "dependency": "capacity space requires required requirement needs plan",
    "expected_dependency": "capacity",
    "overflow_probability": "days weeks months periods time cases",
    "weekday_share": "variance variation volatility demand",
    "season_share": "variance variation volatility demand",
    "demand_share": "variance variation uncertainty variability",
    "lead_time_share": "variance variation uncertainty variability",
    "returns_share": "variance variation uncertainty variability",
    "shock_share": "deviations variance variation volatility",
    "return_rate": "what pallets shipments demand volume",
    "risk_share": "periods days weeks months",
    "interval_level": "cases",
}


def goes_by(measure: str, measures: frozenset[str]) -> bool:
    """Return whether a quantity may go by a name with these meanings, or by that of a related one in another unit."""
    if measure in measures or (measure == "horizon_mean" and "demand_mean" in measures):
        return True  # mean demand ahead, of which a sentence says by other words that it is ahead
    unit = QUANTITIES[measure].unit
    return any(
        measure in group and any(QUANTITIES[other].unit != unit for other in group & measures)
        for group in NAMES_TOGETHER
    )
