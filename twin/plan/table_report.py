"""A history assessed: one row a lane with every answer, what was assumed, and what could not be assessed."""

from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd

from twin import forecast
from twin._check import require
from twin.data.history import History, dense
from twin.data.statistics import assessable, lane_statistics
from twin.lane import UNITS, Policy, assess
from twin.plan.lane_report import SHORTEST

JUST_FITS = "internal_capacity is the required capacity: the plan just fits"
CRITICAL = "service_level is the critical ratio of each lane"
_STATISTICS = {
    "demand_mean": "pallet/period",
    "demand_sd": "pallet/period",
    "periods": "period",
    "last_volume": "pallet/period",
    "trend": "pallet/period^2",
}
_FORECAST = dict.fromkeys(("forecast_mean", "forecast_low", "forecast_high"), "pallet/period")
_POLICY = {entry.name: entry.metadata["unit"] for entry in fields(Policy)}


@dataclass(frozen=True)
class Report:
    """A row a lane in `table`, with the unit of each column; lanes left out, and why; what was assumed."""

    history: History
    table: pd.DataFrame
    units: dict
    refused: pd.DataFrame
    assumptions: tuple[str, ...]


def assess_history(history, given=None, policies=None):
    """Return the report on a history.

    Parameters
    ----------
    history : History
    given : dict, optional
        Policy fields, one number each, for all lanes.
    policies : DataFrame, optional
        Policy fields as columns, lanes as index: what differs between lanes. An empty cell leaves it to `given`.

    Own capacity that nobody states is taken as the required capacity, so that the plan just fits; a return rate that
    nobody states is the one on record.

    >>> from twin.data.load import load_history
    >>> report = assess_history(load_history(), {"service_level": 0.95, "lead_time_mean_days": 5.0})
    >>> report.table.loc["HAM-ROT", "planned_overflow"].item()
    0.0
    """
    statistics, refused = assessable(lane_statistics(history))
    require(
        len(statistics) > 0, "history", "one with a lane that can be assessed", "; ".join(refused["reason"].unique())
    )
    stated, assumptions = _stated(statistics, given or {}, policies)
    policy = Policy.just_fitting(statistics, stated, period=history.period)
    used = {name: value for name, value in asdict(policy).items() if value is not None}
    answers = assess(statistics, policy, period=history.period)
    columns = {**statistics[list(_STATISTICS)], **_next_period(history, statistics.index), **used, **answers}
    units = {**_STATISTICS, **_FORECAST, **_POLICY, **UNITS}
    table = pd.DataFrame(columns, index=statistics.index)[list(units)]
    return Report(history, table, units, refused, tuple(assumptions))


def _stated(statistics, given, policies):
    """The policy fields that somebody states or the record shows, and sentences on those that nobody does."""
    stated, assumptions = dict(given), []
    if "return_rate" not in stated and "return_rate" in statistics:
        stated["return_rate"] = statistics["return_rate"].to_numpy()
        if policies is None or "return_rate" not in policies or policies["return_rate"].isna().any():
            assumptions.append("return_rate is the share on record")
    if policies is not None:
        unknown = policies.columns.difference(list(_POLICY))
        require(unknown.empty, "policies", f"a table of the columns {', '.join(_POLICY)}", ", ".join(unknown))
        require(policies.index.is_unique, "policies", "a table with one row a lane", "a repeated lane")
        if strangers := len(policies.index.difference(statistics.index)):
            assumptions.append(f"{strangers:,} lanes of the policies are not among the lanes assessed")
        for name, column in policies.reindex(statistics.index).items():
            default = None if name == "internal_capacity" else getattr(Policy, name)
            otherwise = stated.get(name, default)
            stated[name] = _filled(name, column, otherwise)
            if column.isna().any() and name not in given and name != "return_rate":
                assumptions.append(f"{name} {otherwise:g} for the lanes that the policies leave out")
    if "internal_capacity" not in stated:
        assumptions.append(JUST_FITS)
    if "service_level" not in stated:
        assumptions.append(CRITICAL)
    unstated = [name for name in _POLICY if name not in (*stated, "internal_capacity", "service_level")]
    if unstated:
        assumptions.append(by_default(unstated))
    return stated, assumptions


def by_default(names):
    """Return a sentence on policy fields that nobody states, and the number that each has then.

    >>> by_default(["dwell"])
    'by default: dwell 1 period'
    """
    words = [f"{name} {getattr(Policy, name):g} {_POLICY[name]}".removesuffix(" -") for name in names]
    return f"by default: {', '.join(words)}"


def _filled(name, column, otherwise):
    """A column of the policies as numbers, its empty cells filled with what holds otherwise."""
    values = pd.to_numeric(column, errors="coerce")
    wrong = column[values.isna() & column.notna()]
    require(wrong.empty, name, "a number in the policies", wrong.iloc[0] if len(wrong) else "")
    empty = values.index[values.isna()]
    stated_for_all = otherwise is not None or empty.empty
    require(stated_for_all, name, "stated for every lane or for none", f"nothing for {', '.join(empty[:3])}")
    return np.where(values.isna(), otherwise, values).astype(float)


def _next_period(history, lanes):
    """Forecast of the next period with its 95 % interval; missing for lanes shorter than three periods."""
    names, _, volumes = dense(history)
    volumes = volumes[np.searchsorted(names, lanes)]
    ahead = {name: np.full(len(lanes), np.nan) for name in _FORECAST}
    enough = np.sum(~np.isnan(volumes), axis=1) >= SHORTEST
    if enough.any():
        interval = forecast.predict(forecast.linear_trend(volumes[enough]), 1)
        for name, values in zip(ahead, interval, strict=True):
            ahead[name][enough] = values[:, 0]
    return ahead
