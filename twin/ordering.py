"""A rule that orders each period for a stock lane whose demand, lead times and losses are not known beforehand.

Formulas with known laws: `twin.periodic_review`, `twin.lost_sales`. The rule is a function of the history alone: it
keeps nothing from one call to the next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin._check import nonnegative, positive, require, whole
from twin._demand_models import MODEL_BLOCK
from twin._demand_paths import DEMAND_PATHS, demand_paths, even_points
from twin._learned_lead_times import ages_at_arrival, arrival_chances

_LONGEST = 60  # longest promised lead time [period]
_OVERAGE = 1.1  # holding cost charged for a pallet too many, in periods: it may stay longer than one
_OVERAGE_PER_PERIOD = 0.15  # growth of the overage charge with each period of lead time, in which errors go unnoticed
_UNLIKELY = 0.02  # share of the orders that arrive below which a lead time is left out [-]


def next_order(
    demand: ArrayLike,
    orders: ArrayLike,
    arrivals: ArrayLike,
    *,
    promised_lead_time: int,
    profit: float,
    holding_cost: float,
) -> int:
    """Return the quantity to order now, from the history of a stock lane, its promised lead time and two prices.

    q = max(0, quantile of D(l) - X(l) at profit / (profit + c holding_cost)),  c = 1.1 + 0.15 E[l]

    D is the demand of the period in which the order arrives, l periods from now, and X the stock that it finds. Both
    are computed on 127 equally likely paths: demand by the models that forecast the recent past best (steady, drifting,
    with a trend, a season or a jump of its level), arrivals of open orders by the lead times and losses seen so far,
    sales lost where stock runs out. In each period the order is placed first, then goods arrive (with lead time 0 those
    just ordered, too), then demand is served from stock; the rest of it is lost.

    Parameters
    ----------
    demand : array_like, shape (n,), n >= 1
        Demand of the past periods in time order, lost sales included, >= 0. It may begin before the first order.
        [pallet]
    orders : array_like, shape (m,), m <= n
        Quantity ordered in each of the last m of these periods, >= 0; before these, nothing was ordered. Empty at the
        start. [pallet]
    arrivals : array_like, shape (m,)
        Quantity that arrived in the same m periods, >= 0. The orders that it came from are found by their quantities.
        Stock that the lane began with, or that no order explains, counts as an arrival of its period. [pallet]
    promised_lead_time : int
        Periods from order to arrival as promised, 0 to 60; 0 arrives in the period of the order. [period]
    profit : float
        Margin of a pallet sold, > 0. [$/pallet]
    holding_cost : float
        Cost of a pallet left at the end of a period, > 0. [$/pallet/period]

    Returns
    -------
    int, >= 0, in whole pallets. [pallet]

    Errors
    ------
    ValueError for a history that is empty or whose lengths disagree, for negative, unknown or infinite values, and
    for a promised lead time or a price outside its range.

    Limits
    ------
    Demand is known in full: sales are no substitute where stock ran out. The models see the last 60 periods. An open
    order older than 2 x promised_lead_time + 4 periods is taken for lost. An order that arrives in parts is not
    recognised, nor are more than three that arrive together: they stay open until they are that old. The end of the
    lane is not foreseen.

    Source
    ------
    The myopic rule under lost sales: Morton (1971); Zipkin (2008), Operations Research 56, 1256-1263. The charge c and
    the constants of the models were chosen on lanes of our own making (benchmarks/moving_lanes.py).

    >>> next_order([100] * 20, [100] * 15, [100] * 15, promised_lead_time=0, profit=1, holding_cost=1)
    100
    """
    demand, orders, arrivals = nonnegative(demand=demand, orders=orders, arrivals=arrivals)
    (profit, holding_cost), promised = positive(profit=profit, holding_cost=holding_cost), promised_lead_time
    promised = whole("promised_lead_time", promised, least=0)
    require(promised <= _LONGEST, "promised_lead_time", f"at most {_LONGEST} periods", promised)
    require(demand.ndim == 1 and demand.size > 0, "demand", "a series of at least one period", demand.shape)
    require(orders.ndim == 1 and len(orders) <= len(demand), "orders", "a series no longer than demand", orders.shape)
    require(arrivals.shape == orders.shape, "arrivals", f"as long as orders, {len(orders)} periods", arrivals.shape)
    for name, price in (("profit", profit), ("holding_cost", holding_cost)):
        require(np.ndim(price) == 0, name, "a single number", price)

    ages = ages_at_arrival(orders, arrivals, promised)
    missing = np.cumprod(1 - arrival_chances(orders, ages, promised))  # not arrived by this age
    law = -np.diff(missing, prepend=1.0)
    leads = np.flatnonzero(law >= _UNLIKELY * law.sum())
    law = law[leads] / law[leads].sum()
    paths = demand_paths(demand, leads[-1] + 1)
    short = _shortages(paths, _stock(demand, arrivals), _coming(orders, ages, missing, leads[-1] + 1))[:, leads]
    overage = holding_cost * (_OVERAGE + _OVERAGE_PER_PERIOD * (law @ leads))
    quantity = _quantile(short, np.broadcast_to(law, short.shape), profit / (profit + overage))
    return max(0, round(quantity))


def _stock(demand: NDArray[np.float64], arrivals: NDArray[np.float64]) -> float:
    """Return the stock on hand now."""
    stock = 0.0
    for wanted, arrived in zip(demand[len(demand) - len(arrivals) :].tolist(), arrivals.tolist(), strict=True):
        stock = max(0.0, stock + arrived - wanted)
    return stock


def _coming(orders: Any, ages: Any, missing: NDArray[np.float64], periods: int) -> NDArray[np.float64]:
    """Return what arrives of the open orders on each path in each of the next periods, shape (paths, periods)."""
    age = np.arange(len(orders), 0, -1)  # in the period that begins now
    waiting = np.flatnonzero((ages < 0) & (orders > 0) & (age < len(missing)))
    age = age[waiting]
    later = np.concatenate([missing, np.full(periods, missing[-1])])[age[:, np.newaxis] + np.arange(periods)]
    still = later / missing[age - 1][:, np.newaxis]  # chance that it is open after each period
    first = periods + MODEL_BLOCK + 1  # the columns before are those of demand
    points = even_points(first + len(missing))[:, first + age]
    wait = (points[:, :, np.newaxis] < still).sum(axis=2)
    return ((wait[:, :, np.newaxis] == np.arange(periods)) * orders[waiting, np.newaxis]).sum(axis=1)


def _shortages(paths: NDArray[np.float64], stock: float, coming: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return demand less stock in each period of each path; what is not served is lost."""
    short, held = paths - coming, np.full(DEMAND_PATHS, stock)
    for period in short.T:
        period -= held
        held = np.maximum(-period, 0.0)
    return short


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], level: float) -> float:
    order = np.argsort(values, axis=None)
    total = np.cumsum(weights.ravel()[order])
    return float(values.ravel()[order[np.searchsorted(total, level * total[-1])]])
