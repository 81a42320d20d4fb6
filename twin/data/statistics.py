"""Statistics of lanes, one row per lane: mean, standard deviation, trend and return rate."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.history import History
from twin.data.record import lane_records, usual_silence


def lane_statistics(history: History) -> pd.DataFrame:
    """Return the statistics of every lane of a history, one row per lane.

    If `history.gaps` is "zero", a lane's periods are those of the history, unless it began late or ended early (see
    `lane_records`), and those without a row count as zero. If it is "unknown", only periods with a row count.

    Returns
    -------
    DataFrame, one row per lane (index lane)
        demand_mean : mean volume over the lane's periods. [pallet/period]
        demand_sd : standard deviation with n - 1; NaN for a single period. [pallet/period]
        periods : number n of periods. [-]
        last_volume : volume of the last of these periods whose volume could be read. [pallet/period]
        trend : least-squares slope over these periods; NaN for a single period. [pallet/period per period]
        return_rate : returns per volume, if the history has returns; NaN for a lane without volume. [-]
        first_date, last_date : first and last of these periods.

    >>> from twin.data.scenarios import research_lanes
    >>> lane_statistics(research_lanes())["periods"].tolist()
    [1092, 1092, 1092]
    """
    flows = history.flows
    lane, lanes = pd.factorize(flows["lane"], sort=True)
    days = flows["date"].to_numpy().astype("datetime64[D]")
    time = history.calendar.between(days.min(), days).astype(float)
    known = ~flows["volume"].isna().to_numpy()  # an unread volume is unknown, not zero
    volume = np.where(known, flows["volume"], 0.0)

    def total(weights=None):
        return np.bincount(lane, weights, minlength=len(lanes))

    def maximum(values, where=slice(None)):
        greatest = np.full(len(lanes), -np.inf)
        np.maximum.at(greatest, lane[where], values[where])
        return greatest

    rows, latest = total(known), maximum(time, known)
    sold = total(volume)
    level, origin = sold / rows, total(known * time) / rows
    deviation, offset = np.where(known, volume - level[lane], 0.0), time - origin[lane]
    sums = {
        "sold": sold,
        "origin": origin,
        "first": -maximum(-offset),
        "last": maximum(offset),
        "known": rows,
        "active": total(volume > 0),
        "deviations": total(deviation),
        "squares": total(deviation**2),
        "times": total(known * offset),
        "time_squares": total(known * offset**2),
        "products": total(offset * deviation),
        "unread": total(~known),
        "unread_times": total(~known * offset),
        "unread_squares": total(~known * offset**2),
        "unread_last": maximum(offset, ~known),
        "latest": latest - origin,
        "last_volume": total(volume * (time == latest[lane])),
    }
    if "returns" in flows:
        sums["returns"] = total(np.where(known, flows["returns"], 0.0))
    dates = history.calendar.range(days.min(), days.max())
    rows_of_period = np.bincount(time.astype(np.int64), minlength=len(dates))
    return from_sums(
        lanes, sums, history.gaps, dates, usual_silence(rows_of_period, len(lanes), history.calendar.season)
    )


def from_sums(
    lanes: Sequence[str] | np.ndarray | pd.Index,
    sums: dict[str, np.ndarray],
    gaps: str,
    dates: np.ndarray,
    usual: Sequence[float],
) -> pd.DataFrame:
    """Return the table of `lane_statistics`, computed from sums over the periods of each lane.

    Parameters
    ----------
    lanes : names of the lanes
    sums : dict of arrays with one value per lane. Times count periods from the first of `dates`, less `origin`, and
        deviations are volumes less a level; choosing both near the data keeps the sums accurate.
        sold : sum of the known volumes
        origin : time that all other times are relative to, of each lane
        first, last : time of the first and the last period with a row
        active : number of periods with flow
        known, deviations, squares, times, time_squares, products : number of periods with a known volume; and over
            these periods the sums of deviation, deviation^2, time, time^2 and time * deviation
        unread, unread_times, unread_squares, unread_last : number of periods whose volume could not be read; their
            sums of time and time^2, and the last of these times (-inf if there is none)
        latest, last_volume : time and volume of the last known period
        returns : sum of returns in known periods; omitted if the history has no returns
    gaps : "zero" or "unknown", as in a history
    dates : first day of every period
    usual : usual numbers of lanes without a row in the latest periods, as for `lane_records`
    """
    s, zero = SimpleNamespace(**sums), gaps == "zero"
    mean_known, centre_known = s.sold / s.known, s.origin + s.times / s.known
    squares_known = np.maximum(s.squares - s.deviations**2 / s.known, 0.0)  # rounding only
    first, last, latest, unread_last = (
        np.rint(s.origin + offset) for offset in (s.first, s.last, s.latest, s.unread_last)
    )
    if zero:
        first, last = (end.astype(float) for end in lane_records(first, last, s.active, s.unread, len(dates), usual))
    span = last - first + 1
    n = span - s.unread if zero else s.known
    absent = n - s.known  # number of periods without a row, which count as zero

    mean = s.sold / n
    squares = squares_known + s.known * (mean_known - mean) ** 2 + absent * mean**2
    if zero:  # times of all periods of the span except the unread ones
        centre = (first + last) / 2
        middle = (span * centre - (s.origin * s.unread + s.unread_times)) / n
        off = s.origin - middle
        unread = s.unread_squares + 2 * off * s.unread_times + s.unread * off**2
        spread = span * (span**2 - 1) / 12 + span * (centre - middle) ** 2 - unread
    else:
        middle, spread = centre_known, s.time_squares - s.times**2 / s.known
    # Deviations of all n times from their mean sum to zero, so absent periods add no term.
    cross = s.products - s.times * s.deviations / s.known + s.known * (centre_known - middle) * mean_known
    several = n > 1
    sd = np.sqrt(np.divide(squares, n - 1, out=np.full(len(lanes), np.nan), where=several))
    trend = np.divide(cross, spread, out=np.full(len(lanes), np.nan), where=several)

    columns = {
        "demand_mean": mean,
        "demand_sd": sd,
        "periods": n.astype(np.int64),
        "last_volume": np.where((latest == last) | (unread_last == last), s.last_volume, 0.0),
        "trend": trend,
    }
    if hasattr(s, "returns"):
        columns["return_rate"] = np.divide(s.returns, s.sold, out=np.full(len(lanes), np.nan), where=s.sold > 0)
    dates = dates.astype("datetime64[s]")
    columns["first_date"], columns["last_date"] = dates[first.astype(int)], dates[last.astype(int)]
    return pd.DataFrame(columns, index=pd.Index(np.asarray(lanes), dtype="str", name="lane"))


def lane_facts(history: History, lane: str) -> pd.Series:
    """Return the row of one lane in `lane_statistics`.

    >>> from twin.data.scenarios import research_lanes
    >>> int(lane_facts(research_lanes(), "HAM-ROT")["periods"])
    1092
    """
    table = lane_statistics(history)
    known = f"one of {', '.join(table.index[:12])}{' …' * (len(table) > 12)}"
    require(lane in table.index, "lane", known, lane)
    require(table.loc[lane, "periods"] >= 2, "lane", "one with at least two periods on record", lane)
    return table.loc[lane]


def assessable(statistics: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (good, refused): the lanes that the formulas apply to, and the reason against each of the others.

    >>> table = pd.DataFrame({"demand_mean": [5.0, 0.0], "periods": [9, 9]}, index=["A", "B"])
    >>> good, refused = assessable(table)
    >>> good.index.tolist(), refused.loc["B", "reason"]
    (['A'], 'demand is zero in every period')
    """
    reason = pd.Series("", index=statistics.index, dtype="str")
    rules = [
        (statistics["periods"] < 2, "only one period of history: no standard deviation"),
        (statistics["demand_mean"] == 0, "demand is zero in every period"),
    ]
    if "return_rate" in statistics:
        rules.append((statistics["return_rate"] > 1, "more returns than volume: return_rate is above 1"))
    for broken, sentence in rules:
        reason[broken & (reason == "")] = sentence
    refused = reason[reason != ""].to_frame("reason")
    return statistics[reason == ""], refused
