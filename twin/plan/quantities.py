"""The registry of quantities: one row defines the name, unit and meaning of a number for every interface."""

from __future__ import annotations

from collections.abc import Iterable

from twin._quantity import Bounds, Quantity
from twin.answers import ANSWERS
from twin.policy import POLICY

#: Quantities of the record of a lane.
RECORDED = (
    Quantity(
        name="demand_mean",
        heading="mean",
        symbol=r"$\mu_D$",
        unit="pallet/period",
        meaning="mean demand of a lane",
        source="data.statistics",
        words=(
            "typical daily volume | typical volume | typical demand | daily volume | average demand | "
            "mean demand | average volume | demand on average | average daily demand | mean volume | "
            "average daily volume | demand average"
        ),
    ),
    Quantity(
        name="demand_sd",
        reported=False,
        symbol=r"$\sigma_D$",
        unit="pallet/period",
        meaning="standard deviation of demand",
        source="data.statistics",
        words=(
            "standard deviation of daily volume | standard deviation of demand | demand's standard "
            "deviation | spread of demand | sd of demand | standard deviation of daily demand | "
            "demand standard deviation"
        ),
    ),
    Quantity(
        name="periods",
        reported=False,
        symbol="$n$",
        unit="period",
        meaning="number of periods on record",
        source="data.statistics",
        words="days on record | length of the record | how long is the record",
    ),
    Quantity(
        name="last_volume",
        reported=False,
        heading="latest",
        unit="pallet/period",
        meaning="volume of the last period",
        source="data.statistics",
        words=(
            "most recent day | came through last | last day in the history | most recent daily volume "
            "| last daily volume | latest daily volume | recorded last | latest volume | last day's "
            "volume | most recent volume | volume yesterday | last recorded volume"
        ),
    ),
    Quantity(
        name="trend",
        reported=False,
        symbol="$b$",
        unit="pallet/period^2",
        meaning="slope of the least-squares line through the volumes",
        source="data.statistics",
        words="slope",
    ),
    Quantity(
        name="first_date",
        reported=False,
        unit="date",
        meaning="first day of the record",
        source="data.statistics",
    ),
    Quantity(
        name="last_date",
        reported=False,
        unit="date",
        meaning="last day of the record",
        source="data.statistics",
    ),
)
#: The forecast of the next period.
FORECAST = (
    Quantity(
        name="forecast_mean",
        reported=False,
        symbol=r"$\hat y$",
        unit="pallet/period",
        meaning="forecast of the next period",
        source="forecast.lanes",
        words="forecast | forecast for the next day | next day's forecast | mean forecast",
    ),
    Quantity(
        name="forecast_low",
        reported=False,
        unit="pallet/period",
        meaning="lower end of the forecast's 95% interval",
        source="forecast.lanes",
        words="lower end of the forecast | low forecast",
    ),
    Quantity(
        name="forecast_high",
        reported=False,
        unit="pallet/period",
        meaning="upper end of the forecast's 95% interval",
        source="forecast.lanes",
        words="upper end of the forecast | high forecast",
    ),
)
#: The forecast up to the horizon.
HORIZON = (
    Quantity(
        name="horizon_mean",
        reported=False,
        unit="pallet/period",
        meaning="mean forecast of the periods up to the horizon, at least 0",
        source="plan.lane_report.evaluate",
    ),
    Quantity(
        name="horizon_workload",
        reported=False,
        unit="pallet/period",
        meaning="workload of the demand forecast up to the horizon",
        source="plan.lane_report.evaluate",
    ),
    Quantity(
        name="horizon_capacity",
        unit="pallet",
        meaning="required capacity of the demand forecast up to the horizon",
        source="plan.lane_report.evaluate",
    ),
)
#: Further numbers of `lane_report.evaluate`.
JUDGEMENT = (
    Quantity(
        name="planned_outsourcing_cost",
        reported=False,
        unit="$/period",
        meaning="holding and surcharge of the planned overflow",
        source="plan.lane_report.evaluate",
        words="planned outsourcing",
    ),
    Quantity(
        name="expected_outsourcing_cost",
        unit="$/period",
        meaning="holding and surcharge of the expected overflow",
        source="plan.lane_report.evaluate",
        words="outsourcing cost | outsourcing costs | cost of outsourcing | cost of overflow | outsourcing bill",
    ),
    Quantity(
        name="buffer_points",
        reported=False,
        unit="points",
        meaning="points of the resilience index that the buffer earns",
        source="resilience.index_parts",
    ),
    Quantity(
        name="independence_points",
        reported=False,
        unit="points",
        meaning="points of the resilience index that independence of partners earns",
        source="resilience.index_parts",
    ),
    Quantity(
        name="best_buffer_cost",
        reported=False,
        unit="$/period",
        meaning="buffer cost at the critical ratio",
        source="plan.lane_report.evaluate",
        words="least buffer cost",
    ),
    Quantity(
        name="best_profit",
        unit="$/period",
        meaning="largest expected profit over all service levels",
        source="plan.lane_report.evaluate",
        words="highest profit | maximum profit | best possible profit | max profit | most profit",
    ),
    Quantity(
        name="best_profit_level",
        reported=False,
        unit="-",
        meaning="service level that maximises expected profit",
        source="plan.lane_report.evaluate",
        words=(
            "best service level | optimal service level | service level is optimal | service level is "
            "best | ideal service level | service level does profit peak | service level where profit "
            "peaks | service level is profit highest | service level gives the most profit | service "
            "level maximises profit | best service level for profit | sweet spot | most profitable "
            "service level | service level with the highest profit | service level earns most | "
            "profit-maximising service level"
        ),
    ),
    Quantity(
        name="profit_sd",
        unit="$/period",
        meaning="standard deviation of a period's profit, simulated",
        source="plan.lane_report.evaluate",
        words=(
            "profit's standard deviation | sd of profit | standard deviation of profit | profit swing "
            "| profit spread | profit volatility | profit vary | standard deviation of the profit | "
            "sd of the profit"
        ),
    ),
    Quantity(
        name="value_at_risk",
        symbol=r"$\mathrm{VaR}$",
        unit="$/period",
        meaning="loss that one period in twenty exceeds",
        source="finance.tail_risk",
        words="var",
    ),
    Quantity(
        name="conditional_value_at_risk",
        symbol=r"$\mathrm{CVaR}$",
        unit="$/period",
        meaning="mean loss of the worst twentieth of periods",
        source="finance.tail_risk",
        words="cvar | expected shortfall | conditional var",
    ),
)
#: Further numbers that the hub shows and the analyst may speak of.
DERIVED = (
    Quantity(
        name="use",
        reported=False,
        unit="-",
        meaning="latest workload over the dwell time as a share of own capacity",
        source="plan.portfolio.Portfolio",
    ),
    Quantity(
        name="use_with_buffer",
        reported=False,
        unit="-",
        meaning="latest workload and buffer as a share of own capacity",
        source="plan.portfolio.Portfolio",
        words="use | utilisation | utilization | occupancy",
    ),
    Quantity(
        name="coming_overflow_probability",
        reported=False,
        unit="-",
        meaning="probability of the forecast that goods that pass in a coming period exceed own and booked places",
        source="plan.at_risk.lane_at_risk",
    ),
    Quantity(
        name="coefficient_of_variation",
        symbol=r"$\sigma_D/\mu_D$",
        unit="-",
        meaning="standard deviation of demand as a share of its mean",
        source="volatility.coefficient_of_variation",
        words="cv | variation coefficient",
    ),
    Quantity(
        name="weekday_share",
        reported=False,
        symbol=r"$\varepsilon^2$",
        unit="-",
        meaning="share of demand's variance that the day of the week explains",
        source="volatility.explained_share",
    ),
    Quantity(
        name="season_share",
        reported=False,
        symbol=r"$\varepsilon^2$",
        unit="-",
        meaning="share of demand's variance that the month of the year explains",
        source="volatility.explained_share",
    ),
    Quantity(
        name="shock_share",
        reported=False,
        unit="-",
        meaning="share of the squared deviations from the mean in the largest hundredth of volumes",
        source="volatility.shock_share",
    ),
    Quantity(
        name="demand_share",
        reported=False,
        unit="-",
        meaning="share of the variance of lead-time demand that is due to demand",
        source="demand.lead_time_demand_shares",
    ),
    Quantity(
        name="returns_share",
        reported=False,
        unit="-",
        meaning="share of the variance of lead-time demand that is due to returns",
        source="demand.lead_time_demand_shares",
    ),
    Quantity(
        name="lead_time_share",
        reported=False,
        unit="-",
        meaning="share of the variance of lead-time demand that is due to the lead time",
        source="demand.lead_time_demand_shares",
    ),
    Quantity(
        name="horizon",
        reported=False,
        unit="period",
        meaning="periods that the forecast looks ahead",
        source="forecast",
        control=Bounds("Target", 1.0, None, 1.0),
    ),
    Quantity(
        name="horizon_first_date",
        reported=False,
        unit="date",
        meaning="first day of the forecast",
        source="data.calendar",
    ),
    Quantity(
        name="horizon_last_date",
        reported=False,
        unit="date",
        meaning="first day of the last period of the forecast",
        source="data.calendar",
    ),
    Quantity(
        name="risk_share",
        reported=False,
        unit="-",
        meaning="share of periods beyond the value at risk",
        source="plan.lane_report.RISK_LEVEL",
    ),
    Quantity(
        name="interval_level",
        reported=False,
        unit="-",
        meaning="probability that a new observation lies in the forecast's interval",
        source="plan.lane_report.outlook",
    ),
    Quantity(
        name="lanes",
        reported=False,
        unit="lane",
        meaning="number of lanes",
        source="plan.portfolio.Portfolio",
    ),
)

#: Every quantity by name.
QUANTITIES = {
    row.name: row for row in (*RECORDED, *POLICY.values(), *FORECAST, *HORIZON, *ANSWERS.values(), *JUDGEMENT, *DERIVED)
}
#: Unit of every quantity by name.
UNIT_OF = {name: row.unit for name, row in QUANTITIES.items()}


def names(*groups: Iterable[Quantity]) -> tuple[str, ...]:
    """Return the names of the rows of groups, in order."""
    return tuple(row.name for group in groups for row in group)
