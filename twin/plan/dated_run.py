"""A plan by date and the formula's plan of one lane in the dynamic model, on the same paths of demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin import demand
from twin.motion.laws import Given
from twin.motion.of_policy import arguments_of
from twin.motion.rules import Rule
from twin.motion.run import simulate
from twin.plan.ahead import on_record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.motion.paths import Paths
    from twin.motion.state import State
    from twin.policy import Policy
    from twin.protection import DemandPaths

_PATHS, _SEED = 200, 11  # paths of demand that are run, and the seed of lead times and returns
_OF_SEASON = 0.5  # weight of the paths from the same time of the year, where there are any [-]


class DatedRun(NamedTuple):
    """Means of a plan by date over its paths in the dynamic model; arrays of shape (periods,)."""

    overflow_probability: NDArray[np.float64]  # [-]
    expected_overflow: NDArray[np.float64]  # [pallet]
    profit: NDArray[np.float64]  # [$/period]
    gain: float  # mean money of a period, less that of the formula's plan [$/period]
    gain_error: float  # standard error of the gain between paths [$/period]


def run_by_date(
    policy: Policy,
    paths: DemandPaths,
    record: NDArray[np.float64],
    plan: NDArray[np.float64],
    formula: float,
    *,
    period: str | float = "D",
) -> DatedRun:
    """Return the run of a plan and its gain over the formula's plan, which has one number for all dates.

    A stock lane orders up to the level of the protection interval that begins with the next step. On a flow lane the
    plan is the places that are booked, and the gain is that of the bookings; overflow and profit are those of own
    capacity, as `lane.assess` has them.

    Parameters
    ----------
    policy : Policy of one lane, with a service level
    paths : DemandPaths over at least as many steps as the plan has
    record : ndarray, shape (periods,)
        The record, whose last periods come before the plan; NaN where unknown. [pallet/period]
    plan : ndarray, shape (dates,)
        Reorder point of a stock lane, or places of a flow lane, by date. [pallet]
    formula : float
        The same of the formula's plan. [pallet]
    period : "D", "W", "MS", "QS", or its length in days, optional
    """
    ahead = _drawn(paths, len(plan))
    before = _before(policy, record, period)
    law = np.concatenate([np.broadcast_to(before, (len(ahead), len(before))), ahead], axis=1)
    rows = [np.r_[np.full(len(before), each[0]), each] for each in (plan, np.full(len(plan), formula))]
    moments = {"demand_mean": np.nanmean(record), "demand_sd": np.nanstd(record)}
    step = None if policy.kind == "stock" else 1.0  # a flow lane waits for no lead time
    chosen = arguments_of(moments, policy, period=period, step=step)
    if policy.kind == "stock":
        ours, theirs = (_stock(chosen, law, levels) for levels in rows)
        own = ours
    else:
        own = _flow(chosen, law)
        ours, theirs = (_flow(chosen, law, places) for places in rows)
    parts = own.money.shape[1] // law.shape[1]
    overflow, money = (_by_date(values, len(before), parts) for values in (own.overflow, own.money))
    beyond = _by_date((own.overflow > 1e-9).astype(float), len(before), parts)
    gained = [_by_date(run.money, len(before), parts).mean(axis=1) * parts for run in (ours, theirs)]
    gain = gained[0] - gained[1]
    return DatedRun(
        beyond.mean(axis=0),
        overflow.mean(axis=0),
        money.mean(axis=0) * parts,
        float(gain.mean()),
        float(gain.std(ddof=1) / np.sqrt(len(gain))),
    )


def record_overflow(
    moments: Mapping[str, float], policy: Policy, record: NDArray[np.float64], *, period: str | float = "D"
) -> float:
    """Return the share of periods on record on which the lane would have taken more than own capacity. [-]

    On a flow lane they are counted; a stock lane is run on its record in the dynamic model under the formula's plan.
    """
    if policy.kind == "stock":
        return on_record(moments, policy, record, period=period).overflow
    load = (1 + policy.return_rate) * np.where(np.isnan(record), np.nanmean(record), record)
    ages = np.arange(max(1, int(np.ceil(policy.dwell))))
    space = np.convolve(load, np.clip(policy.dwell - ages, 0.0, 1.0), mode="valid")
    return float(np.mean(space > policy.internal_capacity + 1e-9))


def _drawn(paths: DemandPaths, dates: int) -> NDArray[np.float64]:
    """Return paths that are known on all dates, evenly chosen by weight, shape (_PATHS, dates)."""
    known = ~np.isnan(paths.paths[:, dates - 1])
    season = known & paths.in_season
    weight = known / known.sum()
    if season.any():
        weight = (1 - _OF_SEASON) * weight + _OF_SEASON * season / season.sum()
    chosen = np.searchsorted(np.cumsum(weight), (np.arange(_PATHS) + 0.5) / _PATHS)
    return paths.paths[np.minimum(chosen, len(known) - 1), :dates]


def _before(policy: Policy, record: NDArray[np.float64], period: str | float) -> NDArray[np.float64]:
    """Return the volumes before the plan: long enough for the goods and orders under way."""
    lead = float(demand.lead_time_in_periods(policy.lead_time_mean_days, period)) if policy.kind == "stock" else 0.0
    review = float(demand.lead_time_in_periods(policy.review_period_days, period))
    known = np.where(np.isnan(record), np.nanmean(record), record)
    return known[-min(len(known), int(np.ceil(max(3 * lead + review, policy.dwell))) + 1) :]


def _by_date(values: NDArray[np.float64], before: int, parts: int) -> NDArray[np.float64]:
    """Return the mean over the steps of each date of the plan, shape (paths, dates)."""
    return values.reshape(len(values), -1, parts).mean(axis=2)[:, before:]


def _stock(chosen: dict[str, Any], law: NDArray[np.float64], levels: NDArray[np.float64]) -> Paths:
    """Return the run of a stock lane that orders up to a level for each period, shape (periods,)."""
    parts, last = round(1 / chosen["step"]), len(levels) - 1
    rule = Rule(lambda state: np.maximum(levels[min((state.step + 1) // parts, last)] - state.position, 0.0), levels[0])
    steps = Given(np.repeat(law / parts, parts, axis=1))
    return simulate(**chosen | {"demand": steps, "policy": rule} | _run(law))


def _flow(chosen: dict[str, Any], law: NDArray[np.float64], places: NDArray[np.float64] | None = None) -> Paths:
    """Return the run of a flow lane with own places, or with places booked for each period, shape (periods,)."""
    chosen = chosen | {"demand": Given(law)} | _run(law)
    if places is None:
        return simulate(**chosen)

    def booked(state: State) -> float:
        return float(places[min(state.step + 1, len(places) - 1)])

    prices = chosen["costs"]._replace(booking_price=chosen["costs"].own_place_cost)
    return simulate(**chosen | {"lead_time": 1.0, "policy": booked, "capacity": 0.0, "costs": prices})


def _run(law: NDArray[np.float64]) -> dict[str, Any]:
    return {"periods": law.shape[1], "replications": len(law), "seed": _SEED, "keep": ("money", "overflow")}
