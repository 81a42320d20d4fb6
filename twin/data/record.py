"""The record of a lane: the periods in which no row means no flow."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import gammainc

from twin.data.calendar import WorkingCalendar

ENOUGH = 12  # [period] periods with flow from which a lane's own rate is known
_LATEST = 8  # latest periods of a phase whose median is the usual number of lanes with a row [-]
FEWEST_SILENT = 2  # lanes that are silent together from which their number says more than that of each [lane]
UNLIKELY_TOGETHER = 0.01  # so many silent lanes with a smaller probability are no chance [-]
LONGEST_DELAY = 7  # most latest periods that can be recorded for some lanes and not yet for others [period]
UNLIKELY = 0.001  # a silence at an end of the record with a smaller probability is no chance [-]


def lane_records(
    first: np.ndarray,
    last: np.ndarray,
    active: np.ndarray,
    unread: np.ndarray,
    periods: int,
    usual: Sequence[float],
) -> tuple[np.ndarray, np.ndarray]:
    """Return (start, end) of each lane's record, both included: that of the file, unless it began late or ended early.

    p = active / (last - first + 1 - unread);  late if active >= 12 and (1 - p)^first < 0.001

    The latest periods are not yet recorded for the lanes without a row if more of these are silent together than
    chance explains (see `not_reached`): their flows are unknown there, not zero.

    Parameters
    ----------
    first, last : first and last period with a row of each lane, counted from 0. [period]
    active : number of periods with flow. [-]
    unread : number of periods whose volume could not be read. [-]
    periods : number of periods of the file. [-]
    usual : usual number of lanes without a row in the last period, the one before it, and so on, from `usual_silence`.

    >>> lane_records(np.array([30, 30]), np.array([59, 59]), np.array([30, 11]), np.array([0, 0]), 60, [])
    (array([30,  0]), array([59, 59]))
    """
    span = np.maximum(last - first + 1 - unread, 1)
    silent = 1 - np.minimum(active / span, 1.0)  # probability of a period without flow
    known = active >= ENOUGH
    start = np.where(known & (silent**first < UNLIKELY), first, 0)
    end = np.where(known & (silent ** (periods - 1 - last) < UNLIKELY), last, periods - 1)
    silence = periods - 1 - last
    late = not_reached(np.where(known, silent, np.nan), silence, usual)
    end = np.minimum(end, periods - 1 - np.minimum(silence, late))
    return start.astype(np.int64), end.astype(np.int64)


def not_reached(silent: np.ndarray, silence: np.ndarray, usual: Sequence[float]) -> int:
    """Return the number of latest periods that the record has not reached on the lanes that are silent in them.

    N(k) lanes are silent in all of the last k periods; k periods are not reached if P(N >= N(k)) < 0.01 for them and
    for all fewer. N is Poisson, whose mean is the larger of what the lanes' rates and what the same days of earlier
    weeks say; its tail is above that of a sum of independent lanes (Hoeffding 1956).

    silent : probability of a period without flow of each lane; NaN if unknown. [-]
    silence : periods since the last row of each lane; longer ones than `usual` has are those of the lane alone.
    usual : as for `lane_records`.

    >>> not_reached(np.full(12, 0.02), np.array([0] * 8 + [1] * 4), [0.0, 0.0])
    1
    """
    here = ~np.isnan(silent) & (silence <= len(usual))
    gone = int(np.sum(silence > len(usual)))
    for back in range(1, len(usual) + 1):
        count = int(np.sum(silence[here] >= back))
        mean = max(float(np.sum(silent[here] ** back)), min(usual[:back]) - gone)
        if count < FEWEST_SILENT or gammainc(count, mean) >= UNLIKELY_TOGETHER:
            return back - 1
    return len(usual)


def usual_silence(rows: np.ndarray, lanes: int, season: int) -> list[float]:
    """Return the usual number of lanes without a row in the last period, the one before it, and so on.

    It is the median of up to 8 periods of the same phase of the season before; 0 if there are fewer than 4.

    rows : number of lanes with a row in each period; lanes : number of lanes; season : of the calendar. [period]

    >>> usual_silence(np.array([9, 9, 2] * 6), 10, 3)
    [8.0, 1.0, 1.0]
    """
    found = []
    for back in range(1, min(season, LONGEST_DELAY, len(rows)) + 1):
        before = rows[-back - season :: -season][:_LATEST]
        found.append(lanes - float(np.median(before)) if len(before) >= _LATEST // 2 else 0.0)
    return found


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
    periods = int(time.max()) + 1
    usual = usual_silence(np.bincount(time, minlength=periods), len(lanes), calendar.season)
    start, end = lane_records(first, last, active, unread, periods, usual)
    return first, last, start, end, np.bincount(lane, minlength=len(lanes))
