"""Curves of a lane under one policy: cost of the buffer, profit, and cost of space, all by `lane.assess`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twin import lane

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.policy import Policy

    Moments = Mapping[str, Any]

LEVELS = np.linspace(0.5, 0.999, 500)  # cycle service levels of a curve or a map [-]


def cost_curve(
    service_level: ArrayLike, statistics: Moments, policy: Policy, *, period: str = "D"
) -> NDArray[np.float64]:
    """Return the `buffer_cost` of `lane.assess` at each service level. [$/period]

    service_level : array_like, shape (m,), in (0, 1); other arguments as for `twin.plan.lane_report.evaluate`. [-]

    Limits
    ------
    Least at the critical ratio, unless there is a review period of several periods; see `lane.assess`.

    Source
    ------
    Notebook 01, eq. (1.4), with the lead-time demand of notebook 02.
    """
    levels = np.asarray(service_level, dtype=float)
    moments = {name: np.full(levels.size, float(statistics[name])) for name in ("demand_mean", "demand_sd")}
    return lane.assess(moments, replace(policy, service_level=levels), period=period)["buffer_cost"]


def profit_map(
    service_level: ArrayLike,
    lead_time_sd_days: ArrayLike,
    statistics: Moments,
    policy: Policy,
    *,
    period: str | float = "D",
) -> NDArray[np.float64]:
    """Return the expected profit of `lane.assess`, surcharge included, for each service level and lead-time sd.

    Parameters
    ----------
    service_level : array_like, shape (m,), in (0, 1). [-]
    lead_time_sd_days : array_like, shape (k,), >= 0. [day]

    Returns
    -------
    ndarray, shape (k, m): one row per lead-time sd. [$/period]

    Limits
    ------
    Without overflow, the best level of every row is the critical ratio, if that is among the levels; a partner's
    surcharge lowers the best level.

    Source
    ------
    Notebook 05, eq. (5.2).
    """
    levels, spreads = np.meshgrid(service_level, lead_time_sd_days)
    everywhere = replace(policy, service_level=levels.ravel(), lead_time_sd_days=spreads.ravel())
    moments = {name: np.full(levels.size, float(statistics[name])) for name in ("demand_mean", "demand_sd")}
    return lane.assess(moments, everywhere, period=period)["profit"].reshape(levels.shape)


def space_curve(
    places: ArrayLike, statistics: Moments, policy: Policy, *, period: str | float = "D"
) -> NDArray[np.float64]:
    """Return the cost of space for each number of own places, by kind and billing basis of the lane. [$/period]

    places : array_like, shape (m,), >= 0. [pallet]

    Limits
    ------
    Convex; least at the `optimal_own_capacity` of `lane.assess`, where it is the `optimal_space_cost`.

    Source
    ------
    Notebook 03, eq. (3.8).

    >>> policy = lane.Policy(holding_cost=2.5, partner_surcharge=9.0)
    >>> space_curve([100, 120, 160], {"demand_mean": 100.0, "demand_sd": 25.0}, policy).round(1).tolist()
    [364.7, 334.6, 400.8]
    """
    own = np.asarray(places, dtype=float)
    moments = {name: np.full(own.size, float(statistics[name])) for name in ("demand_mean", "demand_sd")}
    return lane.assess(moments, replace(policy, internal_capacity=own), period=period)["space_cost"]
