"""One row a lane: how much flows, how much it varies, where it is heading, how much comes back."""

import numpy as np
import pandas as pd

from twin._check import require
from twin.data._periods import period_range, periods_between


def lane_statistics(history):
    """Return the statistics of every lane, all lanes at once.

    A lane's periods run from its first row to the last period of the history, those without a row counting as
    zero, when `history.gaps` is "zero"; they are the periods with a row when it is "unknown".

    Returns
    -------
    DataFrame, one row a lane (index lane)
        demand_mean : mean volume over the lane's periods. [pallet/period]
        demand_sd : standard deviation with n - 1; NaN for a single period. [pallet/period]
        periods : number n of periods. [-]
        last_volume : volume of the last of these periods that could be read. [pallet/period]
        trend : least-squares slope over these periods; NaN for a single period. [pallet/period per period]
        return_rate : returns per volume, when the history has returns; NaN without volume. [-]
        first_date, last_date : first and last of these periods.

    >>> from twin.data.scenarios import research_lanes
    >>> lane_statistics(research_lanes())["periods"].tolist()
    [1092, 1092, 1092]
    """
    flows, zero = history.flows, history.gaps == "zero"
    lane, lanes = pd.factorize(flows["lane"], sort=True)
    volume = flows["volume"].to_numpy(dtype=float)
    days = flows["date"].to_numpy().astype("datetime64[D]")
    time = periods_between(days.min(), days, history.period).astype(float)
    end = time.max()

    def total(weights=None):
        return np.bincount(lane, weights, minlength=len(lanes))

    known = ~np.isnan(volume)  # what was written down and could not be read counts neither as volume nor as zero
    rows, unread = total(known), total(~known)
    first, last = np.full(len(lanes), np.inf), np.full(len(lanes), -np.inf)
    np.minimum.at(first, lane, time)
    np.maximum.at(last, lane, time)
    if zero:
        last = np.full(len(lanes), end)
    span = last - first + 1
    n = span - unread if zero else rows
    absent = n - rows  # periods that count as zero

    volume, sold = np.where(known, volume, 0.0), total(np.where(known, volume, 0.0))
    mean = sold / n
    deviation = np.where(known, volume - mean[lane], 0.0)
    centre = (first + last) / 2
    middle = (span * centre - total(np.where(known, 0.0, time))) / n if zero else total(np.where(known, time, 0.0)) / n
    offset = time - middle[lane]
    if zero:  # all periods of the span but those that could not be read
        spread = span * (span**2 - 1) / 12 + span * (centre - middle) ** 2 - total(~known * offset**2)
    else:
        spread = total(known * offset**2)
    # Two passes; an absent period deviates by -mean, and the offsets of all periods of a lane add up to zero.
    squares = total(deviation**2) + absent * mean**2
    cross = total(offset * deviation) + mean * total(known * offset)
    several = n > 1
    sd = np.sqrt(np.divide(squares, n - 1, out=np.full(len(lanes), np.nan), where=several))
    trend = np.divide(cross, spread, out=np.full(len(lanes), np.nan), where=several)

    latest = np.full(len(lanes), -np.inf)
    np.maximum.at(latest, lane[known], time[known])
    unread_last = total(~known & (time == last[lane])) > 0
    in_last = known & (time == np.where(unread_last, latest, last)[lane])
    columns = {
        "demand_mean": mean,
        "demand_sd": sd,
        "periods": n.astype(np.int64),
        "last_volume": np.bincount(lane[in_last], volume[in_last], minlength=len(lanes)),
        "trend": trend,
    }
    if "returns" in flows:
        back = total(np.where(known, flows["returns"].to_numpy(dtype=float), 0.0))
        columns["return_rate"] = np.divide(back, sold, out=np.full(len(lanes), np.nan), where=sold > 0)
    dates = period_range(days.min(), days.max(), history.period).astype("datetime64[s]")
    columns["first_date"], columns["last_date"] = dates[first.astype(int)], dates[last.astype(int)]
    return pd.DataFrame(columns, index=pd.Index(np.asarray(lanes), dtype="str", name="lane"))


def lane_facts(history, lane):
    """Return the row of one lane from `lane_statistics`.

    >>> from twin.data.scenarios import research_lanes
    >>> int(lane_facts(research_lanes(), "HAM-ROT")["periods"])
    1092
    """
    table = lane_statistics(history)
    known = f"one of {', '.join(table.index[:12])}{' …' * (len(table) > 12)}"
    require(lane in table.index, "lane", known, lane)
    require(table.loc[lane, "periods"] >= 2, "lane", "one with at least two periods on record", lane)
    return table.loc[lane]


def assessable(statistics):
    """Return (good, refused): the lanes the formulas apply to, and a reason for each of the others.

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
