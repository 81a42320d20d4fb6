"""Readings of own capacity: what overflows to the partner in a year, by what a place counts and how lead times behave.

The framework compares a required capacity with the own capacity, and does not say when a pallet takes a place. Each row
here is one answer to that, computed by the dynamic model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin import buffers, cooperation, demand, space, stock_overflow
from twin._check import whole
from twin.motion.laws import Gamma
from twin.motion.lead_times import LEAD_TIMES
from twin.motion.paths import Paths
from twin.motion.stock_lane import StockLane
from twin.policy import Policy
from twin.simulate import Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_DRAWN = ("workload", "demand")
_NAMES = {
    "reserved headroom": "headroom",
    "stock at close": "close",
    "framework's formula": "framework",
    "day's peak": "peak",
    "day's peak, normal": "peak_normal",
}
_SPELL = 60  # periods for which a persistent lead time holds [period]


class OverflowReading(NamedTuple):
    """One reading of own capacity, with the surcharge that a lane pays for its overflow. [$/year]

    `workload_draws` is the reading in which shipped and returned pallets both come out of stock, as the framework's
    buffer has it; `demand_draws` is the stock lane of the model, where returns pass through and the buffer protects
    demand alone. A formula has the standard error 0; None means that the reading does not apply.
    """

    space: str
    lead_times: str
    workload_draws: Estimate
    demand_draws: Estimate | None

    @property
    def label(self) -> str:
        """Return the reading in words, such as "day's peak, waiting"."""
        return ", ".join(filter(None, (self.space, self.lead_times)))

    @property
    def name(self) -> str:
        """Return the reading as a name for results, such as "peak_waiting"."""
        return "_".join(filter(None, (_NAMES[self.space], self.lead_times)))


def of_lane(
    statistics: Mapping[str, ArrayLike],
    policy: Policy,
    *,
    period: str | float = "D",
    paths: int = 200,
    periods: int = 720,
    seed: int = 0,
) -> tuple[OverflowReading, ...]:
    """Return the surcharge of a lane for its overflow under each reading of its own capacity. [$/year]

    Demand is gamma with the moments of the lane. Orders are placed every period up to the mean of demand over the lead
    time plus the safety stock of the service level, and a plan protects the lead time alone (continuous review). The
    rows, from the top:

    - "reserved headroom": no goods are held, only the workload of the dwell time takes places (a flow lane);
    - "stock at close": stock after shipping takes places, and returns in process;
    - "framework's formula": `cooperation.expected_overflow` of the required capacity;
    - "day's peak": goods shipped in the dwell time take places too; constant lead times, and the three laws;
    - "day's peak, normal": `stock_overflow.overflow`, the same with normal lead-time demand, as in `peak_overflow` of
      `assess`.

    Parameters
    ----------
    statistics : mapping with "demand_mean" and "demand_sd" of one lane, mean > 0. [pallet/period]
    policy : Policy of one lane, with a service level and a mean lead time > 0
    period : "D", "W", "MS", "QS", or its length in days, optional
    paths, periods : int, optional
        Paths, at least two, and recorded periods of each; every path has two spells of lead times before them.
    seed : int, optional

    Returns
    -------
    tuple of OverflowReading

    Limits
    ------
    Lead times are rounded to whole steps, of a period or of a part of it that is no longer than the mean lead time.
    Goods that clear a backlog take a place on the day on which they arrive and leave.

    Source
    ------
    NOTATION.md, *The dynamic model*; notebook 09, eq. (9.7).

    >>> rows = of_lane({"demand_mean": 140.0, "demand_sd": 25.0}, Policy(service_level=0.95,
    ...     lead_time_mean_days=3, lead_time_sd_days=0, internal_capacity=220), paths=50, periods=60)
    >>> [(row.space, row.lead_times, round(row.workload_draws.mean, -3)) for row in rows[:2]]
    [('reserved headroom', '', 0.0), ('stock at close', 'constant', 0.0)]
    """
    whole("paths", paths, least=2)
    lane = StockLane(statistics, policy, period)
    money = float(policy.partner_surcharge) * lane.periods_a_year
    run = {"periods": periods, "replications": paths, "seed": seed, "keep": (), "warm_up": 2 * _SPELL, "spell": _SPELL}
    drawn = {lane.workload: 0.0, lane.demand: float(policy.return_rate)}  # moments of what draws, and what comes back

    def held(moments: demand.Moments, kind: str, basis: str) -> Estimate:
        """Return the surcharge of a lane that holds stock against demand of these moments."""
        law = {"lead_time": Gamma(lane.lead_time.mean)} if kind == "constant" else {"lead_times": kind}
        back = {"basis": basis, "return_rate": drawn[moments]}
        return _yearly(lane.run(lane.level(moments), Gamma(*moments), **back, **law, **run), money)

    def both(space: str, kind: str, basis: str) -> OverflowReading:
        return OverflowReading(space, kind, *(held(moments, kind, basis) for moments in (lane.workload, lane.demand)))

    headroom = [
        _yearly(lane.run(0.0, Gamma(*moments), kind="flow", policy=None, return_rate=back, **run), money)
        for moments, back in ((lane.workload, 0.0), (lane.demand, float(policy.return_rate)))
    ]
    dwell, places = float(policy.dwell), float(policy.internal_capacity)
    stock = lane.level(lane.workload) - lane.over_lead_time(lane.workload).mean
    required = buffers.required_capacity(lane.workload.mean, stock, dwell)
    told = cooperation.expected_overflow(required, demand.lead_time_demand(*lane.workload, dwell).sd, places)
    passing = space.goods_in_process(*lane.workload, dwell)
    shared = space.common_periods(dwell, lane.lead_time.mean) * lane.workload.sd**2
    goods = {"passing_mean": passing.mean, "passing_sd": passing.sd, "covariance": shared}
    normal = stock_overflow.overflow(places, stock, lane.over_lead_time(lane.workload).sd, **goods).mean
    laws = ("constant", *LEAD_TIMES)
    return (
        OverflowReading("reserved headroom", "", *headroom),
        *(both("stock at close", kind, "close") for kind in laws),
        OverflowReading("framework's formula", "", Estimate(float(told) * money, 0.0), None),
        *(both("day's peak", kind, "peak") for kind in laws),
        OverflowReading("day's peak, normal", "", Estimate(float(normal) * money, 0.0), None),
    )


def by_label(rows: Iterable[OverflowReading]) -> dict[str, Estimate]:
    """Return the values of readings in one column, first those in which the workload draws. [$/year]"""
    rows = list(rows)
    both = ((f"{drawn} draws: {row.label}", getattr(row, f"{drawn}_draws")) for drawn in _DRAWN for row in rows)
    return {label: value for label, value in both if value is not None}


def _yearly(paths: Paths, money: float) -> Estimate:
    """Return the overflow of paths in money a year."""
    mean, error = paths.estimate("overflow")
    return Estimate(float(np.squeeze(mean)) * money, float(np.squeeze(error)) * money)
