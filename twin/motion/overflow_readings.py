"""Readings of own capacity: what overflows to the partner in a year, by what a place counts and how lead times behave.

The framework compares a required capacity with the own capacity, and does not say when a pallet takes a place. Each row
here is one answer to that, computed by the dynamic model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin import buffers, cooperation, demand
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
    "today's formula": "today",
    "day's peak": "peak",
    "day's peak, normal": "peak_normal",
}
_SPELL = 60  # periods for which a persistent lead time holds [period]
_NODES = np.linspace(-9.0, 9.0, 6001)  # standard normal scores of the integral over lead-time demand [-]


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
    - "today's formula": `cooperation.expected_overflow` of the required capacity;
    - "day's peak": goods shipped in the dwell time take places too; constant lead times, and the three laws;
    - "day's peak, normal": `normal_peak_overflow`, the same with normal lead-time demand.

    Parameters
    ----------
    statistics : mapping with "demand_mean" and "demand_sd" of one lane, mean > 0. [pallet/period]
    policy : Policy of one lane, with a service level and a mean lead time > 0
    period : "D", "W", "MS", or its length in days, optional
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
    today = cooperation.expected_overflow(required, demand.lead_time_demand(*lane.workload, dwell).sd, places)
    normal = normal_peak_overflow(*lane.workload, *lane.lead_time, policy.service_level, places, dwell=dwell)
    laws = ("constant", *LEAD_TIMES)
    return (
        OverflowReading("reserved headroom", "", *headroom),
        *(both("stock at close", kind, "close") for kind in laws),
        OverflowReading("today's formula", "", Estimate(float(today) * money, 0.0), None),
        *(both("day's peak", kind, "peak") for kind in laws),
        OverflowReading("day's peak, normal", "", Estimate(float(normal) * money, 0.0), None),
    )


def by_label(rows: Iterable[OverflowReading]) -> dict[str, Estimate]:
    """Return the values of readings in one column, first those in which the workload draws. [$/year]"""
    rows = list(rows)
    both = ((f"{drawn} draws: {row.label}", getattr(row, f"{drawn}_draws")) for drawn in _DRAWN for row in rows)
    return {label: value for label, value in both if value is not None}


def normal_peak_overflow(
    mean: float,
    sd: float,
    lead_time_mean: float,
    lead_time_sd: float,
    service_level: float,
    capacity: float,
    *,
    dwell: float = 1.0,
) -> float:
    """Return the expected overflow at the day's peak, if demand over the lead time is normal. [pallet]

    E[((SS - Y)+ + W - C)+],  Y and W jointly normal,  cov(Y, W) = min(L, dwell) sd^2

    Y is demand over the lead time less its mean, W the demand of the dwell time, which is part of the lead time. Given
    Y, W is normal, so the overflow is a normal loss, which is integrated over Y.

    Parameters
    ----------
    mean, sd : float
        Moments of demand or workload, both >= 0. [pallet/period]
    lead_time_mean, lead_time_sd : float
        Moments of the lead time, both >= 0. [period]
    service_level : float
        Cycle service level of the safety stock SS, in (0, 1). [-]
    capacity : float
        Own places C, >= 0. [pallet]
    dwell : float, optional
        Time that goods shipped take a place. [period]

    Limits
    ------
    Without a spread of anything: (SS + mean dwell - C)+. Orders that cross are not modelled.

    Source
    ------
    Notebook 09, eq. (9.7).

    >>> round(normal_peak_overflow(143.1, 25.4, 3.0, 0.5, 0.95, 285.0), 1)
    30.1
    """
    total = demand.lead_time_demand(mean, sd, lead_time_mean, lead_time_sd)
    stock = float(buffers.safety_stock(total.sd, service_level))
    spread = demand.lead_time_demand(mean, sd, dwell).sd
    shared = min(lead_time_mean, dwell) * sd**2
    slope = shared / total.sd if total.sd > 0 else 0.0  # change of E[W] with a standard normal score of Y [pallet]
    rest = np.sqrt(max(float(spread**2 - slope**2), 0.0))  # rounding only
    density = np.exp(-0.5 * _NODES**2)
    space = np.maximum(stock - total.sd * _NODES, 0.0) + mean * dwell + slope * _NODES
    return float(np.average(demand.expected_excess(capacity, space, rest), weights=density))


def _yearly(paths: Paths, money: float) -> Estimate:
    """Return the overflow of paths in money a year."""
    mean, error = paths.estimate("overflow")
    return Estimate(float(np.squeeze(mean)) * money, float(np.squeeze(error)) * money)
