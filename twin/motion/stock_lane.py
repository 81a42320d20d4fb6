"""A stock lane of the framework, with the moments and the policy that `assess` takes, ready to be simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import buffers, demand, lane
from twin._check import nonnegative, require
from twin.motion.diary import clock
from twin.motion.laws import Given
from twin.motion.of_policy import arguments_of, step_of
from twin.motion.paths import Paths
from twin.motion.rules import base_stock
from twin.motion.run import simulate
from twin.policy import Policy
from twin.simulate import Estimate, estimate

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class StockLane:
    """One lane whose stock is ordered up to a level, as the formulas of `assess` describe it.

    Parameters
    ----------
    statistics : mapping with "demand_mean" and "demand_sd" of one lane, mean > 0. [pallet/period]
    policy : Policy of one lane, with a service level and a mean lead time > 0
    period : "D", "W", "MS" or "QS", or the days that a working day stands for, optional
        Period of the demand; lead times, in days, are converted to it.
    prices : mapping of fields of `PriceList`, optional
        Prices beyond those of the policy, such as a spot price.

    >>> stock = StockLane({"demand_mean": 140.0, "demand_sd": 25.0}, Policy(service_level=0.95, lead_time_mean_days=3,
    ...     lead_time_sd_days=0))
    >>> round(stock.level(), 1), round(stock.level(review=1), 1)
    (491.2, 642.2)
    """

    statistics: Mapping[str, Any]
    policy: Policy
    period: str | float = "D"
    prices: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        require(self.policy.service_level is not None, "service_level", "set", self.policy.service_level)
        require(self.lead_time.mean > 0, "lead_time_mean_days", "> 0", self.policy.lead_time_mean_days)

    @cached_property
    def demand(self) -> demand.Moments:
        """Return the moments of demand. [pallet/period]"""
        return demand.Moments(*(float(self.statistics[name]) for name in ("demand_mean", "demand_sd")))

    @cached_property
    def workload(self) -> demand.Moments:
        """Return the moments of demand and returns together. [pallet/period]"""
        return demand.workload(*self.demand, float(self.policy.return_rate))

    @cached_property
    def lead_time(self) -> demand.Moments:
        """Return the moments of the lead time. [period]"""
        days = self.policy.lead_time_mean_days, self.policy.lead_time_sd_days
        return demand.Moments(*(float(demand.lead_time_in_periods(value, self.period)) for value in days))

    @property
    def step(self) -> float:
        """Return the length of a step: a period, or a part of it if the mean lead time is shorter. [period]"""
        return step_of(self.lead_time.mean)

    def changed(self, **fields: ArrayLike) -> StockLane:
        """Return the lane with other values of fields of its policy."""
        return replace(self, policy=replace(self.policy, **fields))

    @property
    def periods_a_year(self) -> float:
        """Return the number of periods of a year. [period]"""
        return DAYS_A_YEAR / demand.days_per_period(self.period)

    @property
    def year(self) -> int:
        """Return the whole periods of a year; of days there are 52 weeks, so that weekdays stay in place. [period]"""
        if self._in_working_days:
            return 52 * round(7 / self.period)
        return {"D": 364, "W": 52, "MS": 12, "QS": 4}[self.period]

    @property
    def _in_working_days(self) -> bool:
        """Return whether the period is a working day, which is given by the days for which it stands."""
        return not isinstance(self.period, str)

    def over_lead_time(self, moments: demand.Moments | None = None, *, review: float = 0.0) -> demand.Moments:
        """Return the moments of demand over the protection interval, lead time and review period. [pallet]

        moments : of what the stock protects, by default demand.
        """
        drawn = self.demand if moments is None else moments
        return demand.lead_time_demand(*drawn, self.lead_time.mean + review, self.lead_time.sd)

    def level(self, moments: demand.Moments | None = None, *, review: float = 0.0) -> float:
        """Return the order-up-to level that keeps the service level by the formula. [pallet]

        S = (L + R) mean + z sqrt((L + R) sd^2 + mean^2 sd_L^2)

        Source
        ------
        Notebook 09, eq. (9.6).
        """
        total = self.over_lead_time(moments, review=review)
        return float(total.mean + buffers.safety_stock(total.sd, self.policy.service_level))

    def run(self, level: ArrayLike, law: Any = None, **changes: Any) -> Paths:
        """Return paths under a base-stock level; `law` of demand is by default gamma, with the lane's moments.

        The rest is that of the policy (`of_policy.arguments_of`), but stock is reviewed continuously, unmet demand is
        backordered, lead times are independent, and places count at the peak, unless `changes`, which are arguments of
        `motion.simulate`, say otherwise.
        """
        chosen = arguments_of(self.statistics, replace(self.policy, kind="stock"), period=self.period)
        chosen |= {"policy": base_stock(level), "costs": chosen["costs"]._asdict() | dict(self.prices or {})}
        chosen |= {"review_period": 0, "unmet": "backordered", "lead_times": "independent", "basis": "peak"}
        return simulate(**chosen | ({} if law is None else {"demand": law}) | changes)

    def on_record(
        self, level: ArrayLike, volumes: ArrayLike, dates: ArrayLike, **changes: Any
    ) -> tuple[Paths, NDArray[np.datetime64]]:
        """Return the path whose demand is the record, and the time of each of its steps.

        Parameters
        ----------
        level : float
            Order-up-to level. [pallet]
        volumes : array_like, shape (periods,)
            Demand of each period on record; the parts of a period have equal parts of it. [pallet/period]
        dates : array_like of dates, shape (periods,)
            First day of each of these periods.
        changes : arguments of `motion.simulate`
        """
        (recorded,) = nonnegative(volumes=volumes)
        parts = round(1 / self.step)
        times = clock(dates, parts, 1.0 if self._in_working_days else demand.days_per_period(self.period))
        require(len(times) == recorded.size * parts, "dates", f"{recorded.size}, one for each volume", np.size(dates))
        law = Given(np.repeat(recorded * self.step, parts))
        return self.run(level, law, **{"periods": recorded.size} | changes), times

    def measures(self, paths: Paths) -> dict[str, Estimate]:
        """Return what paths keep of the promises of `assess`, in its own account, with standard errors between paths.

        The money is that of `lane.economics`: holding for the goods on hand, and penalty and margin for the backlog.
        """
        stock, short, over = (getattr(paths, name).mean(axis=-1) for name in ("on_hand", "backlog", "overflow"))
        account = lane.economics(vars(self.policy), self.demand.mean, self.workload.mean, stock, short, over)
        values = {
            "service [%]": 100 * (paths.backlog == 0).mean(axis=-1),
            "short [pallet]": short,
            "space [pallet]": paths.space.mean(axis=-1),
            "overflow [pallet]": over,
            "profit [$/period]": account.profit,
        }
        return {name: estimate(value) for name, value in values.items()}

    def promised(self, answers: Mapping[str, ArrayLike]) -> dict[str, Estimate]:
        """Return the answers of `assess` under the names of `measures`; a formula has no standard error."""
        values = {
            "service [%]": 100 * np.asarray(answers["service_level"]),
            "short [pallet]": answers["expected_shortage"],
            "space [pallet]": answers["required_capacity"],
            "overflow [pallet]": answers["expected_overflow"],
            "profit [$/period]": answers["profit"],
        }
        return {name: Estimate(float(value), 0.0) for name, value in values.items()}
