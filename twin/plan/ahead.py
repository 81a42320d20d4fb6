"""The next days of a lane in the dynamic model, under a policy, and what the same policy keeps on the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.motion.laws import Given, Record
from twin.motion.of_policy import arguments_of
from twin.motion.run import simulate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from twin.motion.paths import Paths
    from twin.policy import Policy

DAYS_AHEAD = 90  # steps ahead; a step is a day, whatever the period of the record [day]
PATHS_AHEAD, _SEED = 400, 9  # simulated paths, and the seed of all of them
REPLAYS = 10  # paths with the demand on record, whose lead times and returns are drawn
_STEPS = {"D": 1, "W": 7, "MS": 30}  # steps of a period
_SEASON = {"D": (364, 7, 1), "W": (52, 1), "MS": (12, 1)}  # seasons, the longest that a record holds twice [period]
_BLOCK = {"D": 28, "W": 8, "MS": 12}  # periods that stay together when a record is resampled [period]


@dataclass(frozen=True)
class Ahead:
    """Paths of a lane; arrays of shape (paths, days).

    space : places that goods take, own and the partner's. [pallet]
    money : profit since the first day. [$]
    overflow, short : share of days on which own places are exceeded, and on which demand is short. [-]
    """

    space: NDArray[np.float64]
    money: NDArray[np.float64]
    overflow: float
    short: float


def ahead(statistics: Mapping[str, Any], policy: Policy, volumes: ArrayLike, *, period: str = "D") -> Ahead:
    """Return the next `DAYS_AHEAD` days of a lane: demand is resampled from its record in blocks, at their season.

    Parameters
    ----------
    statistics : mapping with "demand_mean" and "demand_sd"
        Moments of the lane's demand. [pallet/period]
    policy : Policy of one lane, with a service level
    volumes : array_like, shape (periods,)
        The record in time order; unknown volumes are taken at the mean. [pallet/period]
    period : "D", "W" or "MS", optional

    >>> from twin.policy import Policy
    >>> steady = Policy(kind="flow", service_level=0.95, internal_capacity=90.0)
    >>> days = ahead({"demand_mean": 100.0, "demand_sd": 0.0}, steady, [100.0] * 30)
    >>> days.space.shape, days.overflow
    ((400, 90), 1.0)
    """
    known = _known(volumes)
    season = next(length for length in _SEASON[period] if 2 * length <= len(known) or length == 1)
    block = min(_BLOCK[period], max(len(known) // 4, 1))
    law = Record(known[len(known) % season :], block=block, season=season)
    before = -(-60 // (_STEPS[period] * season)) * season  # whole seasons, so that the first day follows the record
    periods = -(-DAYS_AHEAD // _STEPS[period])
    paths = _paths(statistics, policy, law, period, periods=periods, warm_up=before, replications=PATHS_AHEAD)
    shown = slice(None), slice(None, DAYS_AHEAD)
    return _told(paths.space[shown], paths.money[shown], paths.overflow[shown], _short(paths)[shown])


def on_record(statistics: Mapping[str, Any], policy: Policy, volumes: ArrayLike, *, period: str = "D") -> Ahead:
    """Return the days on record under a policy: demand is that of the record, and lead times are drawn.

    Arguments as for `ahead`. The first days, on which the first orders are under way, are left out.
    """
    known = _known(volumes)
    law = Given(np.repeat(known / _STEPS[period], _STEPS[period]))
    paths = _paths(statistics, policy, law, period, periods=len(known), replications=REPLAYS)
    days = paths.space.shape[1]
    first = min(int(2 * policy.lead_time_mean_days + policy.review_period_days), days // 2)
    later = slice(None), slice(first, None)
    return _told(paths.space[later], paths.money[later], paths.overflow[later], _short(paths)[later])


def alternative(policy: Policy, answers: Mapping[str, float]) -> Policy:
    """Return the policy with the best own capacity, and the service level that costs least."""
    best = {"internal_capacity": answers["optimal_own_capacity"], "service_level": answers["critical_ratio"]}
    return replace(policy, **best)


def _paths(statistics: Mapping[str, Any], policy: Policy, law: Any, period: str, **run: Any) -> Paths:
    """Return paths of a lane whose steps are days."""
    chosen = arguments_of(statistics, policy, period=period, step=1 / _STEPS[period])
    kept = ("space", "money", "overflow", "backlog", "lost", "partner")
    return simulate(**chosen | {"demand": law, "seed": _SEED, "keep": kept} | run)


def _short(paths: Paths) -> NDArray[np.bool_]:
    """Return whether a day ends with demand that is backordered, lost, or served by the partner."""
    return paths.backlog + paths.lost + paths.partner > 0


def _told(space: Any, money: Any, overflow: Any, short: Any) -> Ahead:
    return Ahead(space, money.cumsum(axis=1), float((overflow > 0).mean()), float(short.mean()))


def _known(volumes: ArrayLike) -> NDArray[np.float64]:
    """Return a record in which unknown volumes are the mean of the known ones."""
    record = np.asarray(volumes, float)
    return np.where(np.isnan(record), np.nanmean(record), record)
