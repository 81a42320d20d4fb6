"""The record of a lane: the periods in which no row means no flow."""

import numpy as np
import pandas as pd

from twin.data.calendar import WorkingCalendar

ENOUGH = 12  # [period] periods with flow from which a lane's own rate is known
_LATEST = 8  # latest periods of a phase whose median is the usual number of lanes with a row [-]
UNLIKELY = 0.001  # a silence at an end of the record with a smaller probability is no chance [-]


def lane_records(
    first: np.ndarray, last: np.ndarray, active: np.ndarray, unread: np.ndarray, periods: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (start, end) of each lane's record, both included: that of the file, unless it began late or ended early.

    p = active / (last - first + 1 - unread);  late if active >= 12 and (1 - p)^first < 0.001

    Parameters
    ----------
    first, last : first and last period with a row of each lane, counted from 0. [period]
    active : number of periods with flow. [-]
    unread : number of periods whose volume could not be read. [-]
    periods : number of periods of the file. [-]

    >>> lane_records(np.array([30, 30]), np.array([59, 59]), np.array([30, 11]), np.array([0, 0]), 60)
    (array([30,  0]), array([59, 59]))
    """
    span = np.maximum(last - first + 1 - unread, 1)
    silent = 1 - np.minimum(active / span, 1.0)  # probability of a period without flow
    known = active >= ENOUGH
    start = np.where(known & (silent**first < UNLIKELY), first, 0)
    end = np.where(known & (silent ** (periods - 1 - last) < UNLIKELY), last, periods - 1)
    return start.astype(np.int64), end.astype(np.int64)


def complete_periods(rows: np.ndarray, *, season: int, few: int) -> int:
    """Return the number of periods up to the last complete one; later ones were not yet recorded for most lanes.

    A period is complete if at least half as many lanes as usual have a row: the median of the latest 8 periods with
    rows of the same phase of the season. Trailing periods are left out only if fewer than `few` of them have rows.

    rows : number of lanes with a row in each period. [-]
    season : periods after which the usual number repeats. [period]
    few : fewest periods with rows that are no chance. [period]

    >>> complete_periods(np.array([9, 8, 9, 9, 8, 9, 0, 1]), season=1, few=4)
    6
    """
    phase, usual = np.arange(len(rows)) % season, np.zeros(season)
    for number in range(season):
        known = rows[(phase == number) & (rows > 0)][-_LATEST:]
        usual[number] = np.median(known) if len(known) >= _LATEST // 2 else 0.0
    full = np.flatnonzero((rows > 0) & (rows >= usual[phase] / 2))
    end = int(full[-1]) + 1 if len(full) else len(rows)
    return end if np.count_nonzero(rows[end:]) < few else len(rows)


def records_of(flows: pd.DataFrame, calendar: WorkingCalendar) -> tuple[np.ndarray, ...]:
    """Return (first, last, start, end, periods) of the lanes of flows, in the order of their names.

    first, last : first and last period with a row; start, end : those of the record; periods : number of rows.
    """
    lane, lanes = pd.factorize(flows["lane"], sort=True)
    days = flows["date"].to_numpy().astype("datetime64[D]")
    time = calendar.between(days.min(), days)
    volume = flows["volume"].to_numpy(dtype=float)
    first, last = np.full(len(lanes), np.iinfo(np.int64).max), np.full(len(lanes), -1)
    np.minimum.at(first, lane, time)
    np.maximum.at(last, lane, time)
    active = np.bincount(lane, volume > 0, len(lanes))
    unread = np.bincount(lane, np.isnan(volume), len(lanes))
    start, end = lane_records(first, last, active, unread, int(time.max()) + 1)
    return first, last, start, end, np.bincount(lane, minlength=len(lanes))
