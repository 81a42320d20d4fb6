"""The next days of a lane in the dynamic model, under a policy, and what the same policy keeps on the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin.demand import period_name
from twin.motion.laws import Given, Record
from twin.motion.of_policy import arguments_of
from twin.motion.run import simulate
from twin.plan.forecast_paths import drawn_paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from twin.motion.paths import Paths
    from twin.policy import Policy

DAYS_AHEAD = 90  # length of the paths; a step is a day, whatever the period of the record [day]
PATHS_AHEAD = 400  # simulated paths
SHOWN_SEED, OTHER_SEED = 9, 1009  # seeds of the paths that are shown, and of those on which the best places are found
REPLAYS = 10  # paths with the demand on record, whose lead times and returns are drawn
_STEPS = {"D": 1, "W": 7, "MS": 30, "QS": 91}  # steps of a period
# Seasons, the longest that a record holds twice. [period]
_SEASON = {"D": (364, 7, 1), "W": (52, 1), "MS": (12, 1), "QS": (4, 1)}
_BLOCK = {"D": 28, "W": 8, "MS": 12, "QS": 4}  # periods that stay together when a record is resampled [period]
_WEEKS_A_YEAR, _WEEKS_OF_BLOCK = 52, 4  # the same of a record of working days [week]


@dataclass(frozen=True)
class Ahead:
    """Paths of a lane, or sums over the lanes of a site; arrays of shape (paths, days).

    space : places that goods take, own and the partner's. [pallet]
    money : profit since the first day. [$]
    overflow, short : share of days on which own places are exceeded, and on which demand of a lane is short. [-]
    """

    space: NDArray[np.float64]
    money: NDArray[np.float64]
    overflow: float
    short: float


class _Pace(NamedTuple):
    """Steps of a period, days of a step, seasons, the longest first, and the periods of a block and of a week."""

    steps: int
    days: float
    seasons: tuple[int, ...]
    block: int
    week: int


def _pace(period: str | float) -> _Pace:
    """Return how a period is taken in steps of a day, or of a working day if its length is given."""
    if isinstance(period, str):
        return _Pace(_STEPS[period], 1.0, _SEASON[period], _BLOCK[period], 7 if period == "D" else 1)
    week = max(round(7 / period), 1)
    return _Pace(1, period, (_WEEKS_A_YEAR * week, week, 1), _WEEKS_OF_BLOCK * week, week)


def steps_of(period: str | float) -> int:
    """Return the number of steps, days or working days, of a period.

    >>> steps_of("W"), steps_of(1.4)
    (7, 1)
    """
    return _pace(period).steps


def steps_ahead(period: str | float) -> int:
    """Return the number of steps, days or working days, in the next `DAYS_AHEAD` days.

    >>> steps_ahead("W"), steps_ahead(1.4)
    (90, 64)
    """
    return round(DAYS_AHEAD / _pace(period).days)


def step_name(period: str | float) -> str:
    """Return the name of a step of the next days in a sentence.

    >>> step_name("W"), step_name(1.4)
    ('day', 'working day')
    """
    return period_name("D" if isinstance(period, str) else period)


def ahead(
    statistics: Mapping[str, Any],
    policy: Policy,
    volumes: ArrayLike,
    *,
    period: str | float = "D",
    forecast: ArrayLike = (),
    seed: int = SHOWN_SEED,
) -> Ahead:
    """Return the next `DAYS_AHEAD` days of a lane: its record in blocks, at their season, at the level of a forecast.

    Parameters
    ----------
    statistics : mapping with "demand_mean" and "demand_sd"
        Moments of the lane's demand. [pallet/period]
    policy : Policy of one lane, with a service level
    volumes : array_like, shape (periods,)
        The record in time order; unknown volumes are taken at the mean. [pallet/period]
    period : "D", "W", "MS", "QS", or the days that a working day stands for, optional
    forecast : array_like, shape (known,), optional
        Forecast of the first periods, as `coming_demand` returns it; later ones keep its level. Without one, the level
        is that of the record. [pallet/period]
    seed : int, optional
        Seed of the paths.

    >>> from twin.policy import Policy
    >>> steady = Policy(kind="flow", service_level=0.95, internal_capacity=90.0)
    >>> days = ahead({"demand_mean": 100.0, "demand_sd": 0.0}, steady, [100.0] * 30)
    >>> days.space.shape, days.overflow
    ((400, 90), 1.0)
    """
    drawn, before = demand_ahead(volumes, period, forecast, paths=PATHS_AHEAD, seed=seed)
    periods, law = drawn.shape[-1] // steps_of(period) - before, Given(drawn[0])
    run = {"periods": periods, "warm_up": before, "replications": PATHS_AHEAD, "seed": seed}
    paths = paths_of(statistics, policy, law, period, **run)
    shown = slice(None), slice(None, steps_ahead(period))
    return told(paths.space[shown], paths.money[shown], paths.overflow[shown], are_short(paths)[shown])


def demand_ahead(
    volumes: ArrayLike, period: str | float, forecast: ArrayLike, *, paths: int, seed: int
) -> tuple[NDArray[np.float64], int]:
    """Return paths of demand over the next `DAYS_AHEAD` days, shape (lanes, paths, steps), and their first periods.

    volumes, forecast : as `ahead` takes them, or those of several lanes, of which one block is drawn for all.

    The first periods, which come before the first day that is shown, are the second number.
    """
    law, before = resampled(volumes, period)
    parts = steps_of(period)
    how = {"before": before, "periods": -(-steps_ahead(period) // parts), "span": _pace(period).week, "parts": parts}
    return drawn_paths(law, forecast, **how, paths=paths, seed=seed), before


def resampled(volumes: ArrayLike, period: str | float) -> tuple[Record, int]:
    """Return the law that resamples records in blocks, and the periods before the first day that follows them.

    volumes : shape (periods,), or (lanes, periods), of which one block is drawn for all lanes. [pallet/period]

    >>> law, before = resampled([[1.0, 2.0] * 20, [2.0, 1.0] * 20], "D")
    >>> law.values.shape, law.season, before
    ((2, 35), 7, 63)
    """
    known, pace = known_volumes(volumes), _pace(period)
    periods = known.shape[-1]
    season = next(length for length in pace.seasons if 2 * length <= periods or length == 1)
    law = Record(known[..., periods % season :], block=min(pace.block, max(periods // 4, 1)), season=season)
    return law, -(-60 // (pace.steps * season)) * season  # whole seasons, so that the first day follows the record


def on_record(statistics: Mapping[str, Any], policy: Policy, volumes: ArrayLike, *, period: str | float = "D") -> Ahead:
    """Return the days on record under a policy: demand is that of the record, and lead times are drawn.

    Arguments as for `ahead`. The first days, on which the first orders are under way, are left out.
    """
    known, steps = known_volumes(volumes), steps_of(period)
    law = Given(np.repeat(known / steps, steps))
    paths = paths_of(statistics, policy, law, period, periods=len(known), replications=REPLAYS)
    later = slice(None), slice(first_replayed(policy, period, paths.space.shape[1]), None)
    return told(paths.space[later], paths.money[later], paths.overflow[later], are_short(paths)[later])


def first_replayed(policy: Policy, period: str | float, steps: int) -> int:
    """Return the first step of a record of so many after the first orders, at most the one in the middle.

    >>> from twin.policy import Policy
    >>> first_replayed(Policy(lead_time_mean_days=7.0), "D", 100)
    14
    """
    under_way = np.max(2 * np.asarray(policy.lead_time_mean_days) + policy.review_period_days) / _pace(period).days
    return min(int(under_way), steps // 2)


def alternative(policy: Policy, answers: Mapping[str, float]) -> Policy:
    """Return the policy with the best own capacity, and the service level that costs least."""
    best = {"internal_capacity": answers["optimal_own_capacity"], "service_level": answers["critical_ratio"]}
    return replace(policy, **best)


def paths_of(statistics: Mapping[str, Any], policy: Policy, law: Any, period: str | float, **run: Any) -> Paths:
    """Return paths of lanes whose steps are days, or working days; `run` has further arguments of `simulate`."""
    chosen = arguments_of(statistics, policy, period=period, step=1 / steps_of(period))
    kept = ("space", "money", "overflow", "backlog", "lost", "partner")
    return simulate(**chosen | {"demand": law, "seed": SHOWN_SEED, "keep": kept} | run)


def are_short(paths: Paths) -> NDArray[np.bool_]:
    """Return whether a day ends with demand that is backordered, lost, or served by the partner."""
    return paths.backlog + paths.lost + paths.partner > 0


def difference(today: Ahead, other: Ahead) -> tuple[float, float]:
    """Return the mean of what another policy earns more over all days, and half of its 95% interval. [$]

    The demand is the same on each pair of paths.
    """
    gain = other.money[:, -1] - today.money[:, -1]
    return float(gain.mean()), float(1.96 * gain.std(ddof=1) / np.sqrt(len(gain)))


def told(space: Any, money: Any, overflow: Any, short: Any) -> Ahead:
    """Return paths with the money since the first day, and the shares of days."""
    return Ahead(space, money.cumsum(axis=1), float((overflow > 0).mean()), float(short.mean()))


def known_volumes(volumes: ArrayLike) -> NDArray[np.float64]:
    """Return records in which unknown volumes of a lane are the mean of its known ones."""
    record = np.asarray(volumes, float)
    return np.where(np.isnan(record), np.nanmean(record, axis=-1, keepdims=True), record)
