"""The lanes that need attention over the coming weeks: the status of each, and at most ten actions by expected money.

The status of a lane rests on the overflow that is expected of it in the coming week or month (`twin.overflow_ahead`),
in money. It is the mean of two estimates: by the forecast and the spread of its recent errors, and by recent weeks.
A lane is

    strained  if it is one of the lanes with the first half of the network's expected overflow money,
              or if nine of ten coming periods overflow,
    watch     if it is another of those with the first 85 %, or if three of four coming periods overflow,
    normal    otherwise, and if less than 1 % of own places is expected to overflow,
    ended     if it is silent for a week or more (4 weeks, 3 months), and no chance at its own rate (`data.record`),
    no data   if it has no own capacity or no forecast.

At most four lanes in ten are on watch or strained for their money. A lane that is, stays so until it leaves a wider
bound, so that a status does not change with every day's noise: see `STATUS_RULES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin import cooperation, forecast, overflow_ahead
from twin._check import require
from twin._lane_walks import columns_of, terms_of, walked_parts
from twin.data.calendar import WorkingCalendar
from twin.data.record import lane_records
from twin.plan.kept_forecasts import recalled
from twin.plan.record_actions import LEAST_BLOCKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

LEVEL_OF_INTERVALS = 0.95  # level of the intervals that the forecast computes and the status does not use [-]
HALF_LIFE = {"D": 4.0, "W": 13.0, "MS": 12.0, "QS": 4.0}  # time after which a past error counts half [block]
RECENT = {"D": 8, "W": 8, "MS": 6, "QS": 4}  # latest blocks whose overflow counts [block]
WEEKS = {"D": 4, "W": 8, "MS": 3, "QS": 2}  # blocks ahead for which places are proposed
BLOCK_NAMES = {"D": "week", "W": "week", "MS": "month", "QS": "quarter"}  # name of the span of `ranked_periods`
SILENT = {"D": 1, "W": 4, "MS": 3, "QS": 2}  # fewest silent blocks at the end of a lane that ended
REPLAYED = {"D": 60, "W": 26, "MS": 12, "QS": 4}  # periods before the last on which statuses are followed [period]
MEMORY = 4  # half-lives after which an error no longer counts [-]
_AT_ONCE = 2_000_000  # most forecasts of the past that are computed as a whole, and kept for other pages
_TOGETHER = 128  # lanes whose errors are looked at together: they fit into the processor's cache [lane]
STATUSES = ("normal", "watch", "strained", "ended", "no data")


class Thresholds(NamedTuple):
    """Largest number at which a lane gets a status, and at which it keeps it."""

    enter: float
    leave: float


#: Rules of status. `strained` and `money`: share of the network's expected overflow money on lanes with more of it.
#: `rank`: share of the lanes that have more. `little`: 1 less expected overflow as a share of own places.
#: `often` (watch) and `always` (strained): share of coming periods without overflow.
STATUS_RULES = {
    "strained": Thresholds(0.5, 0.7),
    "money": Thresholds(0.85, 0.95),
    "rank": Thresholds(0.35, 0.4),
    "little": Thresholds(0.99, 0.995),
    "often": Thresholds(0.25, 0.5),
    "always": Thresholds(0.1, 0.25),
}


@dataclass(frozen=True)
class Watched:
    """Expected overflow and places of the lanes' coming periods, in the order of the lanes.

    status : number of each lane's status in `STATUSES`, after each of the last periods, shape (lanes, replayed).
    expected : expected overflow of the coming week or month, shape (lanes,). [pallet]
    probability : mean probability of overflow in its periods, shape (lanes,). [-]
    mean : forecast of the need for space in each coming period, shape (lanes, horizon). [pallet]
    errors : errors of past forecasts of it, shape (lanes, past, horizon). [pallet]
    times : factor by which a planner changes the forecast, shape (lanes, horizon). [-]
    """

    status: NDArray[np.int64]
    expected: NDArray[np.float64]
    probability: NDArray[np.float64]
    mean: NDArray[np.float64]
    errors: NDArray[np.float64]
    times: NDArray[np.float64]


def watched(
    needs: NDArray[np.float64],
    capacity: NDArray[np.float64],
    price: NDArray[np.float64],
    *,
    period: str,
    season: int | None = None,
    said: forecast.Interval | None = None,
    changed: Callable[[slice, NDArray[np.float64]], NDArray[np.float64]] | None = None,
) -> Watched:
    """Return status and expected overflow of lanes, from what is known at the end of their record.

    Parameters
    ----------
    needs : ndarray, shape (lanes, periods)
        Space needed in each period, >= 0; NaN where unknown. A lane has ended if its needs stop a week before the
        last period (4 weeks, 3 months) or earlier, by the rule of `data.record`. [pallet]
    capacity, price : ndarray, shape (lanes,)
        Own capacity [pallet], and money that a pallet beyond it costs. [$/pallet/period]
    period : "D", "W", "MS" or "QS"
    season : int, optional
        Days of a working week, if the period is a working day; 7 by default. [period]
    said : Interval, shape (lanes, periods, horizon), optional
        `forecast.backtest` of these needs at level 0.95, if it is known already; its horizon has `WEEKS` times
        `ranked_periods`. [pallet]
    changed : callable, optional
        Returns the latest forecasts of some lanes, shape (some, horizon), as a planner changes them, from the rows of
        the lanes and what the record says; errors follow in proportion. [pallet]

    >>> random = np.random.default_rng(1)
    >>> needs = random.poisson([[30.0], [100.0], [10.0]], (3, 200)).astype(float)
    >>> found = watched(needs, np.array([60.0, 95.0, 0.0]), np.full(3, 5.0), period="D")
    >>> [STATUSES[number] for number in found.status[:, -1]]
    ['normal', 'strained', 'no data']
    """
    block = ranked_periods(period, season)
    horizon, life, latest = block * WEEKS[period], block * HALF_LIFE[period], block * RECENT[period]
    lanes, last, memory = *needs.shape, int(MEMORY * life)
    kept = min(max(memory, (LEAST_BLOCKS + 1) * horizon), last)  # so many that a break of the level shows
    if said is not None:
        require(said.mean.shape == (*needs.shape, horizon), "said", f"of {horizon} periods ahead", said.mean.shape)
    ends = np.arange(max(last - REPLAYED[period], 0) + 1, last + 1)
    known, (expected, probability) = np.zeros((lanes, len(ends)), bool), np.zeros((2, lanes, len(ends)))
    last_mean, changes = np.zeros((lanes, horizon)), np.ones((lanes, horizon))
    errors = np.zeros((lanes, kept, horizon))
    for rows, mean in _told(needs, said, period, season, horizon):
        own, came = capacity[rows], np.fmax(needs[rows] - capacity[rows, np.newaxis], 0.0)
        error = overflow_ahead.errors_of(needs[rows], mean)
        errors[rows], last_mean[rows] = error[:, -kept:], np.nan_to_num(mean[:, -1])
        known[rows] = ~np.isnan(mean[:, ends - 1]).any(axis=2) & (own > 0)[:, np.newaxis]
        near = np.nan_to_num(mean[:, ends - 1, :block])
        if changed is not None:
            before = last_mean[rows].copy()
            last_mean[rows] = changed(rows, before)
            changes[rows] = times = _ratio(last_mean[rows], before)
            near[:, -1] = last_mean[rows, :block]
            errors[rows] *= times[:, np.newaxis]
        sd, recent = np.empty(near.shape), np.empty(near.shape[:2])
        by_step = np.ascontiguousarray(error[:, :, :block].swapaxes(1, 2)).swapaxes(1, 2)  # quick sums over the past
        for at, end in enumerate(ends):
            past, planned = by_step[:, max(end - memory, 0) : end], changed is not None and end == last
            if planned:
                past = past * changes[rows, np.newaxis, :block]
            ahead = overflow_ahead.overflow_ahead(near[:, at], past, own, life)
            probability[rows, at] = ahead.probability.mean(axis=1)
            sd[:, at] = overflow_ahead.spread_of_errors(past, life)
            recent[:, at] = block * overflow_ahead.recent_overflow(came[:, max(end - latest, 0) : end])
        by_law = np.asarray(cooperation.expected_overflow(near, sd, own[:, np.newaxis, np.newaxis])).sum(axis=2)
        if changed is not None:  # recent overflow says nothing where a planner states the demand ahead
            stated = (changes[rows, :block] != 1).any(axis=1)
            recent[stated, -1] = by_law[stated, -1]
        expected[rows] = (by_law + recent) / 2
    burden = expected / (block * np.maximum(capacity, 1e-300))[:, np.newaxis]
    money = np.where(known, expected * price[:, np.newaxis], np.nan)
    status = statuses(money, burden, np.where(known, probability, 0.0))
    ended = np.stack([_ended(needs[:, :end], block * SILENT[period]) for end in ends], axis=1)
    status = np.where(known, status, STATUSES.index("no data"))
    status = np.where(ended & (capacity > 0)[:, np.newaxis], STATUSES.index("ended"), status)
    return Watched(status, expected[:, -1], probability[:, -1], last_mean, errors, changes)


def _ratio(after, before):
    """Return the change of forecasts as a factor; 1 where there was nothing to change."""
    return np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)


def _told(needs, said, period, season, horizon):
    """Yield some lanes and their forecasts at each period, shape (lanes, periods, horizon).

    No interval is used, and a walk makes that of one step at least; so the whole of a large network is never in memory.
    """
    if said is None and needs.size * horizon <= _AT_ONCE:
        how = {"period": period, "horizon": horizon, "level": LEVEL_OF_INTERVALS, "season": season}
        said = recalled(forecast.backtest, needs, **how)
    if said is not None:
        parts = (said.mean,)
    else:
        table, _, _ = columns_of(needs, period)
        terms = terms_of(table, period, season, horizon, LEVEL_OF_INTERVALS, judged=1)
        parts = (np.moveaxis(each[0], 2, 0) for _, each in walked_parts(table, terms))
    first = 0
    for mean in parts:
        for start in range(0, len(mean), _TOGETHER):
            part = slice(start, start + _TOGETHER)
            yield slice(first + start, first + start + len(mean[part])), mean[part]
        first += len(mean)


def ranked_periods(period: str, season: int | None) -> int:
    """Return the periods of the week or month whose money ranks the lanes: the days of a (working) week, or one.

    >>> ranked_periods("D", None), ranked_periods("D", 5), ranked_periods("MS", 12)
    (7, 5, 1)
    """
    return (season or WorkingCalendar(period).season) if period == "D" else 1


def _ended(needs, silent):
    """Return whether each lane ended `silent` periods before the last one or earlier, by the rule of a record."""
    known, periods = ~np.isnan(needs), needs.shape[1]
    first, last = known.argmax(axis=1), periods - 1 - known[:, ::-1].argmax(axis=1)
    _, end = lane_records(first, last, known.sum(axis=1), np.zeros(len(needs)), periods, ())
    return known.any(axis=1) & (periods - 1 - end >= silent)


def statuses(
    money: NDArray[np.float64], burden: NDArray[np.float64], probability: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the number of each status in `STATUSES` over time: normal, watch or strained, by `STATUS_RULES`.

    Parameters
    ----------
    money : ndarray, shape (lanes, periods)
        Expected overflow after each period; NaN without a forecast. [$]
    burden : ndarray, shape (lanes, periods)
        The same as a share of own places. [-]
    probability : ndarray, shape (lanes, periods)
        Probability that a coming period overflows. [-]

    >>> money = np.array([[60.0, 55.0], [30.0, 35.0], [10.0, 0.0], [0.0, 10.0], [1.0, 1.0]])
    >>> statuses(money, money / 100, np.zeros((5, 2)))[:, -1].tolist()
    [2, 0, 0, 0, 0]
    """
    known = np.nan_to_num(money)
    order = np.argsort(-known, axis=0, kind="stable")
    ordered = np.take_along_axis(known, order, axis=0)
    before = (np.cumsum(ordered, axis=0) - ordered) / np.maximum(known.sum(axis=0), 1e-300)
    share, rank = np.empty(money.shape), np.empty(money.shape)
    np.put_along_axis(share, order, before, axis=0)
    np.put_along_axis(rank, order, np.arange(len(money), dtype=float)[:, np.newaxis], axis=0)
    share[~(known > 0)] = np.inf
    lanes = int(np.sum(~np.isnan(money).all(axis=1)))
    few, most = (max(np.floor(bound * lanes), 1.0) - 1.0 for bound in STATUS_RULES["rank"])
    alarm = overflow_ahead.hysteresis
    dear = alarm(share, *STATUS_RULES["money"]) & alarm(rank, few, most) & alarm(1 - burden, *STATUS_RULES["little"])
    watch = dear | alarm(1 - probability, *STATUS_RULES["often"])
    strained = dear & alarm(share, *STATUS_RULES["strained"]) | alarm(1 - probability, *STATUS_RULES["always"])
    return np.where(strained, 2, watch.astype(np.int64))
