"""The flow history of lanes: one row per lane and period, and the account of the rows left out.

history = load_history("flows.csv")  # twin.data.load
print(history.account)
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.account import Account
from twin.data.calendar import WorkingCalendar
from twin.data.lane_names import quoting_of, written_lane
from twin.data.record import records_of
from twin.data.whole_file import whole_file


@dataclass(frozen=True)
class History:
    """Flows of lanes per period.

    flows : table of date (first day of the period), lane (categorical), volume [pallet/period] and, when
        known, returns [pallet/period]; one row per lane and period, sorted by lane and date. A missing (NaN) volume
        was recorded but could not be read: it is unknown, whatever `gaps` says.
    calendar : its periods: days, weeks, months or quarters, and the days that are none.
    gaps : "zero" or "unknown", the meaning of a period without a row within a lane's record.
    account : rows read and refused, and decisions made.
    without : lanes of the file of which no row is left, each with the reason.
    recorded : the periods in which the flows were recorded, if they are summed into longer ones; None if they are not.
    """

    flows: pd.DataFrame
    calendar: WorkingCalendar
    gaps: str
    account: Account
    without: dict[str, str] = field(default_factory=dict)
    recorded: WorkingCalendar | None = None

    @property
    def period(self) -> str:
        """The period: "D" day, "W" week, "MS" month, "QS" quarter."""
        return self.calendar.period

    @property
    def recorded_periods(self) -> float:
        """Periods of the record that one period of the history stands for: 5 for weeks of five working days. [-]"""
        return 1.0 if self.recorded is None else self.calendar.days_per_period / self.recorded.days_per_period


def dense(history: History) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (lanes, dates, volumes): the volume of every lane in every period of the record.

    volumes has the shape (lanes, periods) [pallet/period]; gaps are 0 or NaN as `history.gaps` states, and periods
    outside a lane's record (see `twin.data.record`) are NaN.
    """
    flows = history.flows
    lane, lanes = pd.factorize(flows["lane"], sort=True)
    days = flows["date"].to_numpy().astype("datetime64[D]")
    dates = history.calendar.range(days.min(), days.max())
    column = history.calendar.between(days.min(), days)
    volumes = np.full((len(lanes), len(dates)), np.nan)
    if history.gaps == "zero":
        _, _, start, end, _ = records_of(flows, history.calendar)
        period = np.arange(len(dates))
        volumes[(period >= start[:, None]) & (period <= end[:, None])] = 0.0
    volumes[lane, column] = flows["volume"]
    return np.asarray(lanes, dtype=str), dates, volumes


def dense_in_weeks(history: History) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what `dense` does with a period for each holiday, whose volumes are NaN, so that all weeks are alike.

    A forecast of the periods `ahead = history.calendar.following(dates[-1], horizon)` then takes the steps
    `history.calendar.without_holidays.between(dates[-1], ahead)`, counted from 1.
    """
    lanes, open_dates, known = dense(history)
    calendar = history.calendar.without_holidays
    dates = calendar.range(open_dates[0], open_dates[-1])
    volumes = np.full((len(lanes), len(dates)), np.nan)
    volumes[:, calendar.between(dates[0], open_dates)] = known
    return lanes, dates, volumes


def write_csv(history: History, path: str | Path) -> None:
    """Write the flows as CSV that `read_history` reads back; equal flows give equal bytes."""
    lanes = history.flows["lane"].astype("str").map(written_lane)
    flows = history.flows.assign(date=history.flows["date"].dt.strftime("%Y-%m-%d"), lane=lanes)
    for name in flows.columns.intersection(["volume", "returns"]):
        if (flows[name].dropna() % 1 == 0).all():
            flows[name] = flows[name].astype("Int64")  # 12, not 12.0; empty where unknown
    form = {"lineterminator": "\n", "quoting": quoting_of(lanes.unique())}
    compression = "gzip" if str(path).endswith(".gz") else None
    with whole_file(path, "path") as partial:
        flows.to_csv(partial, index=False, encoding="utf-8", compression=compression, **form)


def lane_record(history: History, lane: str) -> tuple[np.ndarray, np.ndarray]:
    """Return (dates, volumes) of the known periods of one lane in time order: first day, and volume [pallet/period].

    >>> from twin.data.load import load_history
    >>> dates, volumes = lane_record(load_history(), "HAM-ROT")
    >>> str(dates[0]), str(dates[-1]), volumes.shape
    ('2023-01-02', '2025-12-28', (1092,))
    """
    lanes, dates, volumes = dense(history)
    require(lane in lanes, "lane", f"one of {', '.join(lanes[:12])}{' …' * (len(lanes) > 12)}", lane)
    of_lane = volumes[lanes == lane][0]
    known = ~np.isnan(of_lane)
    return dates[known], of_lane[known]


def lane_volumes(history: History, lane: str) -> np.ndarray:
    """Return the known volumes of one lane in time order, over its record. [pallet/period]

    >>> from twin.data.load import load_history
    >>> lane_volumes(load_history(), "HAM-ROT").shape
    (1092,)
    """
    return lane_record(history, lane)[1]
