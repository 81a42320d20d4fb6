"""The numbers that an analyst may speak of: name, unit, meaning, source, and what people call them."""

from dataclasses import dataclass, fields

from twin import lane
from twin.analyst.english import WORDS
from twin.plan import lane_report

_STATISTICS = {"demand_mean": "pallet/period", "demand_sd": "pallet/period", "last_volume": "pallet/period"}
_STATISTICS |= {"trend": "pallet/period^2", "periods": "period", "first_date": "date", "last_date": "date"}
_POLICY = {entry.name: entry.metadata["unit"] for entry in fields(lane.Policy)}
_DERIVED = {
    "coefficient_of_variation": ("-", "volatility.coefficient_of_variation"),
    "weekday_share": ("-", "volatility.explained_share"),
    "season_share": ("-", "volatility.explained_share"),
    "shock_share": ("-", "volatility.shock_share"),
    "demand_share": ("-", "demand.lead_time_demand_shares"),
    "returns_share": ("-", "demand.lead_time_demand_shares"),
    "lead_time_share": ("-", "demand.lead_time_demand_shares"),
    "use": ("-", "portfolio.Portfolio.network"),
    "horizon": ("period", "portfolio.Portfolio"),
    "lanes": ("lane", "portfolio.Portfolio"),
    "risk_share": ("-", "scenario.RISK_LEVEL"),
    "interval_level": ("-", "scenario.outlook"),
}


@dataclass(frozen=True)
class Measure:
    """A number by name; `also` are words that people use for it, beside its name."""

    unit: str
    meaning: str
    source: str
    also: tuple[str, ...]


def _measure(name, meaning):
    if name in _DERIVED:
        unit, source = _DERIVED[name]
    elif name in _POLICY:
        unit, source = _POLICY[name], "lane.Policy"
    elif name in _STATISTICS:
        unit, source = _STATISTICS[name], "data.statistics"
    else:
        unit, source = lane_report.LANE_REPORT_UNITS[name], "lane.assess" if name in lane.UNITS else "scenario.evaluate"
    return Measure(unit, meaning, source, tuple(WORDS["measures"].get(name, ())))


MEASURES = {name: _measure(name, meaning) for name, meaning in WORDS["meanings"].items()}
