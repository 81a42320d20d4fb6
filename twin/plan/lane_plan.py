"""The plan of one lane by date: reorder points, reserve and places from its forecast's errors, and what was kept."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from twin import demand, lane
from twin.lead_time_demand import LeadTimes, rounded_gamma
from twin.motion.prices import PriceList, price_list_of
from twin.past_errors import ErrorPool, LaneErrors, kept, past_levels
from twin.plan.adjustments import moved
from twin.plan.dated_run import DatedRun, record_overflow, run_by_date
from twin.policy import Policy
from twin.protection import DemandPaths, over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.overflow_ahead import OverflowAhead

_SEED = 7  # seed of the returns on the paths


def protection_law(policy: Policy, period: str | float) -> LeadTimes:
    """Return the law of the protection interval of a lane: a gamma lead time in whole days, and the review period.

    >>> protection_law(Policy(lead_time_mean_days=3.0, lead_time_sd_days=0.0, review_period_days=4.0), "W").length
    array([1.])
    """
    review = float(demand.lead_time_in_periods(policy.review_period_days, period))
    exposure = lane.exposure_of(policy, period)
    day = 1.0 / demand.days_per_period(period) if isinstance(period, str) else 1.0
    lead = rounded_gamma(max(float(exposure.mean) - review, 0.0), float(exposure.sd), step=day)
    return LeadTimes(lead.length + review, lead.probability)


def longest_protection(law: LeadTimes) -> int:
    """Return the longest protection interval of a law, in whole periods."""
    return int(np.ceil(law.length.max()))


class LanePlan:
    """The plan of one lane by date, from its moments, its policy and law, and the errors of its past forecasts."""

    def __init__(
        self,
        moments: dict[str, float],
        policy: Policy,
        law: LeadTimes,
        errors: LaneErrors,
        pool: ErrorPool,
        period: str | float,
        planned: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    ) -> None:
        self.planned = planned  # forecasts of all steps by the record alone, and as the plan changes them
        self.moments, self.policy, self.law, self.errors, self.pool = moments, policy, law, errors, pool
        self.period, self.level = period, float(policy.service_level)
        self.answers = lane.assess(moments, policy, period=period)
        total = demand.lead_time_demand(*moments.values(), *lane.exposure_of(policy, period))
        self._constant = float(total.mean + self.answers["goods_buffer"])  # reorder point of the formula for goods
        self.returned = 0.0 if policy.kind == "stock" else float(policy.return_rate)  # goods held protect demand alone

    def numbers(
        self,
        steps: NDArray[np.int64],
        periods: int,
        interval: dict[str, NDArray[np.float64]],
        overflow: OverflowAhead | None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the numbers by date, and those of the lane.

        overflow : of a flow lane by date, in place of that of its run; None for a stock lane. [pallet], [-]
        """
        every = self.pool.paths(self.errors, service_level=self.level)
        paths = DemandPaths(every.forecast[steps], every.paths[:, steps], every.in_season)
        if self.planned is not None:
            alone, planned = (part[steps] for part in self.planned)
            ahead = (moved(part, alone, planned) for part in (paths.forecast, paths.paths))
            paths = DemandPaths(*ahead, every.in_season)
        load = self._with_returns(paths)
        found = [over(load, self.law, service_level=self.level, first=first) for first in range(periods)]
        points = np.array([each.level(self.level) for each in found])
        carried = np.isfinite(points)
        points = np.where(carried, points, np.nan)
        expected = np.array([_expected(load.forecast, self.law, first) for first in range(periods)])
        fill = [each.fill_rate(point) for each, point in zip(found, points, strict=True)]
        required = (1 + self.policy.return_rate) * interval["mean"] * self.policy.dwell + points - expected
        required = np.maximum(required, 0.0)
        run = self._run(paths, points if self.policy.kind == "stock" else required)
        if overflow is not None:
            run = _with_overflow(run, overflow, price_list_of(self.policy))
        dated = {
            **interval,
            "reserve": points - expected,
            "reorder_point": points,
            "fill_rate": np.where(carried, fill, np.nan),
            "required_capacity": required,
            "overflow_probability": run.overflow_probability,
            "expected_overflow": run.expected_overflow,
            "profit": run.profit,
        }
        return dated, self._of_lane(run, "" if carried.all() else self._refusal(load, int(np.argmin(carried))))

    def _run(self, paths: DemandPaths, plan: NDArray[np.float64]) -> DatedRun:
        """Return the run of the plan in the dynamic model; NaN where the record cannot carry it."""
        if not (np.isfinite(plan).all() and np.isfinite(paths.paths[:, len(plan) - 1]).any()):
            return DatedRun(*(np.full(len(plan), np.nan) for _ in range(3)), np.nan, np.nan)
        formula = self._constant if self.policy.kind == "stock" else float(self.answers["required_capacity"])
        return run_by_date(self.policy, paths, self.errors.volumes, plan, formula, period=self.period)

    def _with_returns(self, paths: DemandPaths) -> DemandPaths:
        """Return the paths of what draws the reserve: of demand, and on a flow lane of returns as well."""
        if not self.returned:
            return paths
        random = np.random.Generator(np.random.PCG64(_SEED))
        back = random.binomial(np.nan_to_num(paths.paths).round().astype(np.int64), self.returned)
        return paths._replace(forecast=(1 + self.returned) * paths.forecast, paths=paths.paths + back)

    def _of_lane(self, run: DatedRun, remark: str) -> dict[str, Any]:
        law = tuple(self.law.length), tuple(self.law.probability)
        levels = _promises(self.errors, self.pool, *law, self.level)
        ours = kept(self.errors, self.law, levels)
        stock, answers = self.policy.kind == "stock", self.answers
        return {
            "service_level": self.level,
            "kept": ours.share,
            "worst_kept": ours.worst,
            "formula_kept": kept(self.errors, self.law, np.where(np.isnan(levels), np.nan, self._constant)).share,
            "formula_reserve": float(answers["goods_buffer" if stock else "safety_stock"]),
            "formula_required_capacity": float(answers["required_capacity"]),
            "formula_overflow_probability": float(answers["lane_overflow_probability"]),
            "record_overflow": record_overflow(self.moments, self.policy, self.errors.volumes, period=self.period),
            "gain": run.gain,
            "gain_error": run.gain_error,
            "remark": remark,
        }

    def _refusal(self, load: DemandPaths, first: int) -> str:
        """Return the sentence on a promise that the record cannot carry."""
        last = first + int(np.ceil(self.law.length.max())) - 1
        there, least = int(np.sum(~np.isnan(load.paths[:, last]))), int(np.ceil(1 / (1 - self.level) - 1e-9)) - 1
        return (
            f"A promise of {self.level:.4g} takes {least} past forecasts of {last + 1} periods, with what came; "
            f"there are {there}, so it is not made."
        )


def _with_overflow(run: DatedRun, over: OverflowAhead, prices: PriceList) -> DatedRun:
    """Return a run with another overflow, and the money of it; unknown where the run is."""
    known = np.isfinite(run.expected_overflow)
    expected, probability = (np.where(known, part, np.nan) for part in over)
    profit = run.profit + float(prices.partner_surcharge) * (run.expected_overflow - expected)
    return run._replace(overflow_probability=probability, expected_overflow=expected, profit=profit)


def _expected(means: NDArray, law: LeadTimes, first: int) -> float:
    """Return the forecast of an interval of random length. [pallet]"""
    total = np.r_[0.0, np.cumsum(means)]
    ends = np.interp(first + law.length, np.arange(len(total)), total)
    return float(law.probability @ (ends - total[first]))


@lru_cache(maxsize=64)
def _promises(
    errors: LaneErrors, pool: ErrorPool, lengths: tuple[float, ...], chances: tuple[float, ...], level: float
) -> NDArray[np.float64]:
    """Return the reorder points that were said on the lane's own past; prices do not change them."""
    law = LeadTimes(np.array(lengths), np.array(chances))
    return past_levels(errors, law, service_level=level, pool=pool)
