"""Evaluate one lane under one policy: all its numbers, its forecast, and draws of its profit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from twin import accuracy, buffers, demand, finance, forecast, lane, resilience, simulate
from twin._check import floats, whole
from twin.answers import ANSWERS
from twin.plan.kept_forecasts import recalled
from twin.plan.lane_curves import LEVELS, cost_curve, profit_map
from twin.plan.quantities import FORECAST, HORIZON, JUDGEMENT, names

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.policy import Policy

    Moments = Mapping[str, Any]

RISK_LEVEL = 0.95  # probability level of the value at risk
RISK_SAMPLES, RISK_SEED = 20_000, 6  # number of simulated periods for risk measures, and their seed
LEVEL = 0.95  # probability that the interval of a forecast holds its volume [-]
SHORTEST = 3  # smallest number of known periods for a forecast [period]

#: The numbers of `evaluate`, in the order in which they are reported.
NUMBERS = ("demand_mean", "demand_sd", *names(FORECAST, HORIZON), *ANSWERS, *names(JUDGEMENT))


def evaluate(
    statistics: Moments,
    policy: Policy,
    volumes: ArrayLike = (),
    *,
    horizon: int = 1,
    period: str | float = "D",
    scale: float = 1.0,
    samples: int = RISK_SAMPLES,
    seed: int = RISK_SEED,
    outlooks: Callable[[int], forecast.Forecasts | None] | None = None,
) -> dict[str, float]:
    """Return every number of a lane under a policy, by name; names as in `NUMBERS`, units as in `quantities.UNIT_OF`.

    Parameters
    ----------
    statistics : mapping with "demand_mean" and "demand_sd"
        Moments of the lane's demand, mean > 0 and sd >= 0. [pallet/period]
    policy : lane.Policy
        One number per field.
    volumes : array_like, shape (periods,), optional
        The lane's history in time order; NaN for unknown volumes. With fewer than three known periods, the result has
        no forecasts. [pallet/period]
    horizon : int, optional
        Periods ahead, >= 1. [period]
    period : "D", "W", "MS", "QS", or its length in days, optional
    scale : float, optional
        Factor of the forecasts, where a what-if changes the mean demand. [-]
    samples, seed : int, optional
        Simulated periods behind `profit_sd` and the tail, and their seed.
    outlooks : callable, optional
        Forecast of the lane among those of its network by the number of periods ahead, or None without one; by
        default `outlook` of its volumes alone.

    Returns
    -------
    dict of name -> float. All of `lane.assess`, and
        forecast_mean, _low, _high : forecast of the next period, with its 95 % interval if the record carries one.
        horizon_mean : mean forecast of the periods up to the horizon.
        horizon_workload, horizon_capacity : workload and required capacity of that demand.
        planned_, expected_outsourcing_cost : (holding + surcharge) x planned, expected overflow.
        buffer_points, independence_points : terms of the resilience index.
        best_buffer_cost : buffer cost at the critical ratio.
        best_profit, best_profit_level : largest profit over `LEVELS` at this lead-time sd, and its service level.
        profit_sd, value_at_risk, conditional_value_at_risk : sd of the simulated profit, and risk of its loss.

    Source
    ------
    Notebook 06.

    >>> flat = evaluate({"demand_mean": 100.0, "demand_sd": 0.0}, lane.Policy(lead_time_sd_days=0.0), [100] * 5)
    >>> flat["horizon_mean"], flat["value_at_risk"] == -flat["profit"]
    (100.0, True)
    """
    answers = {name: float(value) for name, value in lane.assess(statistics, policy, period=period).items()}
    moments = {name: float(statistics[name]) for name in ("demand_mean", "demand_sd")}
    place_cost = policy.holding_cost + policy.partner_surcharge
    parts = resilience.index_parts(buffers.safety_stock(1.0, answers["service_level"]), answers["dependency"])
    profits = simulated_profits(statistics, policy, answers, period=period, samples=samples, seed=seed)
    risk = finance.tail_risk(-profits, RISK_LEVEL)
    (row,) = profit_map(LEVELS, [policy.lead_time_sd_days], statistics, policy, period=period)
    ahead = outlooks or (lambda steps: outlook(volumes, steps, period=period))
    numbers = {
        **moments,
        **_ahead(ahead, policy, answers["safety_stock"], horizon, scale),
        **answers,
        "planned_outsourcing_cost": place_cost * answers["planned_overflow"],
        "expected_outsourcing_cost": place_cost * answers["expected_overflow"],
        "buffer_points": parts.buffer,
        "independence_points": parts.independence,
        "best_buffer_cost": cost_curve([answers["critical_ratio"]], statistics, policy, period=period)[0],
        "best_profit": row.max(),
        "best_profit_level": LEVELS[row.argmax()],
        "profit_sd": profits.std(ddof=1),
        "value_at_risk": risk.value_at_risk,
        "conditional_value_at_risk": risk.conditional_value_at_risk,
    }
    return {name: float(numbers[name]) for name in NUMBERS if name in numbers}


def remarks(
    statistics: Moments,
    policy: Policy,
    answers: Mapping[str, float],
    volumes: ArrayLike = (),
    *,
    period: str | float = "D",
) -> tuple[str, ...]:
    """Return a sentence on each condition under which answers of the lane are off, as `accuracy.remarks` does.

    answers : of `evaluate`; the other arguments are those of `evaluate`.
    """
    volumes = floats("volumes", volumes)
    record = accuracy.record_of(volumes) if volumes.size else {}
    moments = {name: statistics[name] for name in ("demand_mean", "demand_sd")}
    return accuracy.remarks({**moments, **vars(policy), **answers, **record}, period)


def outlook(
    volumes: ArrayLike, horizon: int, probability: float = LEVEL, *, period: str | float = "D"
) -> forecast.Forecasts | None:
    """Return the forecast of the periods up to the horizon; None if fewer than three periods are known.

    Parameters as in `forecast.lanes`, for one lane; the latest results are kept, so that a page can ask again.
    [pallet/period]

    >>> ahead = outlook([3.0, 5.0] * 20, 2, period="W")
    >>> [round(volume) for volume in ahead.mean.tolist()], str(ahead.method)
    ([4, 4], 'smoothing')
    """
    record, steps = floats("volumes", volumes), whole("horizon", horizon, least=1)
    if np.sum(~np.isnan(record)) < SHORTEST:
        return None
    return _outlook(record.tobytes(), steps, float(probability), period)


@lru_cache(maxsize=256)
def _outlook(record: bytes, horizon: int, level: float, period: str | float) -> forecast.Forecasts:
    word, season = (period, None) if isinstance(period, str) else ("D", max(round(7 / period), 1))
    return recalled(forecast.lanes, np.frombuffer(record), period=word, horizon=horizon, level=level, season=season)


def simulated_profits(
    statistics: Moments,
    policy: Policy,
    answers: Mapping[str, float],
    *,
    period: str | float = "D",
    samples: int = RISK_SAMPLES,
    seed: int = RISK_SEED,
) -> NDArray[np.float64]:
    """Return draws of a period's profit under the policy, shape (samples,). [$/period]"""
    length, spread = map(float, lane.exposure_of(policy, period))
    flows = simulate.policy_flows(
        float(statistics["demand_mean"]),
        float(statistics["demand_sd"]),
        lead_time_mean=length,
        lead_time_sd=spread,
        review_period=float(demand.lead_time_in_periods(policy.review_period_days, period)),
        safety_stock=answers["safety_stock"],
        return_rate=policy.return_rate,
        internal_capacity=policy.internal_capacity,
        dwell=policy.dwell,
        samples=samples,
        seed=seed,
    )
    profit_of_a_unit = lane.economics(vars(policy), *np.eye(len(flows))).profit  # profit is linear in the flows
    return profit_of_a_unit @ np.array(flows)


def _ahead(outlooks, policy, safety_stock, horizon, scale):
    """Return the forecasts by name; an empty dict if the history is too short, and no interval where it is infinite."""
    said, following = (outlooks(steps) for steps in (1, whole("horizon", horizon, least=1)))
    if said is None or following is None:
        return {}
    mean = scale * float(following.mean.mean())
    load = float(demand.workload(mean, 0.0, policy.return_rate).mean)
    names = ("mean", "low", "high") if np.isfinite(said.high[0]) else ("mean",)
    next_period = {f"forecast_{name}": scale * getattr(said, name)[0] for name in names}
    required = buffers.required_capacity(load, safety_stock, policy.dwell)
    return {**next_period, "horizon_mean": mean, "horizon_workload": load, "horizon_capacity": required}
