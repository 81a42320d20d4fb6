"""The forecasts of the lanes of a feed, as `assess` makes them, one lane at a time or many in the time of a few.

A lane that is intermittent is forecast from the pool of all such lanes, so it takes them all; any other lane has the
same forecast alone as among others. A page therefore walks through the record of the lane in view first, and through
those of the other lanes while the planner reads.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin import forecast
from twin.past_errors import ErrorPool, LaneErrors
from twin.plan.adjustments import moved
from twin.plan.kept_forecasts import lanes_and_means, recalled
from twin.plan.lane_report import LEVEL, SHORTEST
from twin.plan.parts import Computing

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from twin.data.calendar import WorkingCalendar

    Records = Callable[[Sequence[str]], tuple[NDArray, NDArray]]
    #: Returns forecasts as a plan changes them, from names of lanes, dates and forecasts, shape (lanes, dates).
    Changed = Callable[[Sequence[str], NDArray[np.datetime64], NDArray[np.float64]], NDArray[np.float64]]
    Walked = tuple[forecast.Forecasts, NDArray[np.float64] | None]  # of a lane: what is said, and was at each period

TOGETHER = 32  # lanes whose records are walked through together: in about twice the time of one [lane]
MOST_KEPT = 10_000_000  # most forecasts of the past that are kept; more lanes are forecast when they are in view
_LATEST = 12  # forecasts of single lanes that are kept; of lanes that are asked for together, all of the last time
_WARM_UP = 8  # known periods before a lane can be intermittent, as in `forecast` [period]
_INTERMITTENT = 0.5  # share of periods with flow below which it is, as in `forecast` [-]


class LaneForecast(NamedTuple):
    """Forecast of a lane, its past ones with their errors, and the errors of all intermittent lanes if it is one.

    said : `forecast.Forecasts` of the lane, whose mean, low and high have the shape (steps,). [pallet/period]
    alone : the mean without what a plan changes. [pallet/period]
    """

    said: forecast.Forecasts
    errors: LaneErrors
    pool: ErrorPool
    alone: NDArray[np.float64]


class NetworkForecasts:
    """Forecasts of the lanes of a feed after its last period; the arguments are fields of `Feed`.

    >>> from twin.data.scenarios import research_lanes
    >>> from twin.plan.feed import feed_of_history
    >>> found = feed_of_history(research_lanes(), "research").forecasts.of("HAM-ROT", 2)
    >>> found.said.mean.shape, found.errors.past.shape
    ((2,), (1092, 2))
    """

    def __init__(self, calendar: WorkingCalendar, statistics: pd.DataFrame, records: Records) -> None:
        self.calendar, self._records, self._names = calendar, records, list(statistics.index)
        ends = (np.datetime64(day, "D") for day in (statistics["first_date"].min(), statistics["last_date"].max()))
        self._dates = calendar.without_holidays.range(*ends)
        self._changed: Changed | None = None
        self._walked: dict[tuple[str, int], Walked] = {}  # of all lanes, by lane and steps
        self._near: dict[tuple[str, int], Walked] = {}  # the same of the latest lanes in view
        self._judged: dict[tuple[str, int], tuple[forecast.Forecasts, LaneErrors]] = {}
        self._latest: dict[tuple[str, int], LaneForecast] = {}
        self._record: tuple[str, NDArray[np.float64]] = "", np.empty(0)  # of the latest lane in view
        self._pools: dict[int, ErrorPool] = {}  # by steps

    def under(self, changed: Changed) -> NetworkForecasts:
        """Return the same forecasts as `changed` changes them: the mean to what it returns, the rest in proportion."""
        made = copy.copy(self)  # the records that are walked through serve both
        made._changed, made._latest = changed, {}
        return made

    @property
    def last(self) -> np.datetime64:
        """First day of the last period of the feed."""
        return self._dates[-1]

    def volumes(self, lanes: Sequence[str]) -> NDArray[np.float64]:
        """Return the records of lanes in the periods of the feed, shape (lanes, periods).

        Volumes are NaN where unknown, as on holidays. [pallet/period]
        """
        dates, volumes = self._records(lanes)
        found = np.full((len(lanes), len(self._dates)), np.nan)
        days = dates.astype("datetime64[D]")
        found[:, np.asarray(self.calendar.without_holidays.between(self._dates[0], days))] = volumes
        return found

    def of(self, lane: str, steps: int) -> LaneForecast:
        """Return the forecast of a lane over the periods ahead; `steps` is at least 1."""
        key = lane, steps
        if key not in self._latest:
            ((said, errors),) = self._known([lane], steps)
            pool = self._pool(steps) if _intermittent(errors.volumes) else ErrorPool([errors])
            found = LaneForecast(self._planned(lane, said), errors, pool, said.mean)
            self._latest = _with(self._latest, {key: found})
        return self._latest[key]

    def together(self, lanes: Sequence[str], steps: int) -> list[tuple[forecast.Forecasts, LaneErrors]]:
        """Return the forecast of each of some lanes, and its past errors; many take little longer than one."""
        known = zip(lanes, self._known(lanes, steps), strict=True)
        return [(self._planned(name, said), errors) for name, (said, errors) in known]

    def _planned(self, lane, said):
        """Return the forecast of a lane as the plan changes it."""
        return as_planned(said, lane, self.last, self.calendar, self._changed)

    def _known(self, lanes, steps):
        """Return the forecast of each lane by its record alone, with its errors; new records are walked together.

        That of each of them is kept until others are asked for.
        """
        found = {(name, steps): self._judged[name, steps] for name in lanes if (name, steps) in self._judged}
        records = self._unjudged([name for name in lanes if (name, steps) not in found])
        walked = {name: self._walked[name, steps] for name in records if self._has(self._walked, name, steps)}
        walked |= self._new({name: record for name, record in records.items() if name not in walked}, steps)
        for name, (said, past) in walked.items():
            found[name, steps] = said, LaneErrors(records[name], past, period=self.calendar.length, since=said.since)
        self._judged = _with(self._judged, found)
        return [found[name, steps] for name in lanes]

    def _new(self, records, steps):
        """Return the walked forecasts of new records; lanes with few flows are walked with all such lanes, and kept."""
        few = self._intermittents if any(map(_intermittent, records.values())) else {}
        others, room = [name for name in records if name not in few], max(TOGETHER - len(few), 0)
        parts = [[*few, *others[:room]], *(others[at : at + TOGETHER] for at in range(room, len(others), TOGETHER))]
        every, found = few | records, {}
        for part in filter(None, parts):
            (each,) = self._walk(np.array([every[name] for name in part]), (steps,))
            found |= zip(part, each, strict=True)
        self._walked |= {(name, steps): found[name] for name in few}
        return {name: found[name] for name in records}

    def _unjudged(self, lanes):
        """Return the records of some lanes by name; that of the lane in view is not read again."""
        there = {name: self._volumes(name) for name in lanes if name == self._record[0] or len(lanes) == 1}
        others = [name for name in lanes if name not in there]
        return there | (dict(zip(others, self.volumes(others), strict=True)) if others else {})

    def outlook(self, lane: str, horizon: int) -> forecast.Forecasts | None:
        """Return the forecast of the next periods of a lane; None if fewer than three of its periods are known.

        horizon : number of periods, holidays not counted, >= 1. [period]
        """
        if np.sum(~np.isnan(self._volumes(lane))) < SHORTEST:
            return None
        _, steps = coming_steps(self.last, self.calendar, horizon)
        said = self._planned(lane, self._seen(lane, int(steps[-1]) + 1))
        return said._replace(**{name: getattr(said, name)[steps] for name in ("mean", "low", "high")})

    def _steps(self, horizons):
        """Return the steps of these numbers of periods."""
        return sorted({int(coming_steps(self.last, self.calendar, periods)[1][-1]) + 1 for periods in horizons})

    def _volumes(self, lane):
        """Return the record of the lane in view."""
        if self._record[0] != lane:
            self._record = lane, self.volumes([lane])[0]
        return self._record[1]

    def _seen(self, lane, steps):
        """Return what is said of the lane in view."""
        if _intermittent(self._volumes(lane)):
            self._gathered((steps,), past=False)
        for known in (self._walked, self._judged, self._near):
            if (lane, steps) in known:
                return known[lane, steps][0]
        ((made,),) = self._walk(self._volumes(lane)[np.newaxis], (steps,))
        self._near = _with(self._near, {(lane, steps): made})
        return made[0]

    def _has(self, known, lane, steps, *, past=True):
        """Return whether a forecast is known, with those of the past if they are asked for."""
        return (lane, steps) in known and not (past and known[lane, steps][1] is None)

    def prepared(self, horizons: Iterable[int]) -> Generator[Callable[[], Any] | Computing, Any, None]:
        """Walk through the records of all lanes, so that `of` finds them; yield the parts of the work.

        horizons : periods ahead that will be asked for. The forecasts of the past are kept for the longest of them; of
            more than `MOST_KEPT` numbers, a lane is walked when it is in view.
        """
        wanted = self._steps(horizons)
        most = MOST_KEPT // (len(self._dates) * max(wanted))
        few = yield lambda: self._intermittents
        if few is None or len(few) > most:
            return
        names = self._names if len(self._names) <= most else list(few)
        names = [name for name in names if any(not self._has(self._walked, name, each, past=False) for each in wanted)]
        volumes = yield lambda: self.volumes(names)
        if volumes is not None and names:
            self._walked |= (yield Computing(partial(self._kept, names, wanted, volumes))) or {}

    @cached_property
    def _intermittents(self) -> dict[str, NDArray[np.float64]]:
        """The records of the lanes that are intermittent at some period, by name."""
        parts = (self._names[start : start + TOGETHER] for start in range(0, len(self._names), TOGETHER))
        records = ((name, volumes) for part in parts for name, volumes in zip(part, self.volumes(part), strict=True))
        return {name: volumes for name, volumes in records if _intermittent(volumes)}

    def _gathered(self, wanted, *, past=True):
        """Keep the forecasts of the lanes that are intermittent at some period, with those of the past if asked for."""
        names = self._intermittents
        known = {steps: all(self._has(self._walked, name, steps, past=past) for name in names) for steps in wanted}
        if new := sorted(steps for steps in known if not known[steps]):
            self._walked |= self._kept(list(names), new, np.array(list(names.values())))

    def _pool(self, steps):
        """Return the errors of all intermittent lanes."""
        if steps not in self._pools:
            self._gathered((steps,))
            records, period = self._intermittents.items(), self.calendar.length
            walked = [(volumes, *self._walked[name, steps]) for name, volumes in records]
            errors = [LaneErrors(volumes, past, period=period, since=said.since) for volumes, said, past in walked]
            self._pools[steps] = ErrorPool(errors)
        return self._pools[steps]

    def _kept(self, names, wanted, volumes):
        """Return the forecasts of some lanes to keep, with what was said in the past for the longest horizon."""
        return {
            (name, steps): (said, past if steps == max(wanted) else None)
            for steps, walked in zip(wanted, self._walk(volumes, wanted), strict=True)
            for name, (said, past) in zip(names, walked, strict=True)
        }

    def _walk(self, volumes, wanted):
        """Return, for each number of steps, what is said of each lane, and was at the end of each period."""
        how: dict[str, Any] = {"period": self.calendar.period, "season": self.calendar.season, "level": LEVEL}
        found = []
        for steps in wanted:
            said, past = recalled(lanes_and_means, volumes, horizon=steps, **how)
            lanes = range(len(volumes))
            found.append([(forecast.Forecasts(*(part[at] for part in said)), past.mean[at]) for at in lanes])
        return found


def as_planned(
    said: forecast.Forecasts, lane: str, last: np.datetime64, calendar: WorkingCalendar, changed: Changed | None
) -> forecast.Forecasts:
    """Return the forecast of a lane after the period `last` as `changed` changes it; itself if nothing changes it."""
    if changed is None:
        return said
    before = np.asarray(said.mean)
    (after,) = changed([lane], calendar.without_holidays.following(last, len(before)), before[np.newaxis])
    if np.array_equal(after, before, equal_nan=True):
        return said
    low, high = (moved(np.asarray(end), before, after) for end in (said.low, said.high))
    return said._replace(mean=after, low=low, high=high)


def _with(known, more):
    """Return what is known with more of it, and without the oldest."""
    others = {key: each for key, each in known.items() if key not in more}
    return dict(list((others | more).items())[-max(_LATEST, len(more)) :])


def coming_steps(
    last: np.datetime64, calendar: WorkingCalendar, periods: int
) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Return the first days of the periods after the last one, and the step of each in a forecast, from 0.

    A holiday is no period of a plan, and a step of its own in a forecast.

    >>> from twin.data.calendar import WorkingCalendar
    >>> coming_steps(np.datetime64("2025-12-28"), WorkingCalendar(), 2)[1].tolist()
    [0, 1]
    """
    coming = calendar.following(last, periods)
    return coming, np.asarray(calendar.without_holidays.between(last, coming)) - 1


def _intermittent(volumes):
    """Return whether a lane is without flow in most periods up to some period."""
    count = np.cumsum(~np.isnan(volumes))
    share = np.cumsum(np.nan_to_num(volumes) > 0) / np.maximum(count, 1)
    return bool(np.any((share < _INTERMITTENT) & (count > _WARM_UP)))
