"""Finance: unit economics of a lane, profit by service level and lead-time variability, and the tail of a loss."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import distribution as general
from twin._check import nonnegative, numbers, probabilities, require
from twin._labels import Numbers, labelled, labelled_by_row
from twin.demand import lead_time_demand, workload
from twin.newsvendor import cost_curve


class UnitEconomics(NamedTuple):
    """Expected revenue, costs and profit of one period; each has the shape of its own arguments."""

    revenue: Numbers
    handling: Numbers
    holding: Numbers
    penalty: Numbers
    surcharge: Numbers
    profit: Numbers


class TailRisk(NamedTuple):
    """Value at risk and conditional value at risk, in the unit of the loss."""

    value_at_risk: Numbers
    conditional_value_at_risk: Numbers


@labelled
def underage_cost(sla_penalty: ArrayLike, service_revenue: ArrayLike, handling_cost: ArrayLike) -> Numbers:
    """Return the cost of one pallet too few: the penalty plus the margin it would have earned.

    Cu = p + (r - c)

    The handling that its return would cost is neglected.

    Parameters
    ----------
    sla_penalty, service_revenue, handling_cost : array_like, shapes that broadcast
        All >= 0; their sum Cu must not be negative. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [$/pallet]

    Source
    ------
    Notebook 05, eq. (5.1).

    >>> float(underage_cost(20.0, 85.0, 50.0))
    55.0
    """
    penalty, revenue, handling = nonnegative(
        sla_penalty=sla_penalty, service_revenue=service_revenue, handling_cost=handling_cost
    )
    cost = penalty + revenue - handling
    require(cost >= 0, "sla_penalty + service_revenue - handling_cost", ">= 0", np.round(cost, 6))
    return cost


@labelled
def unit_economics(
    demand_mean: ArrayLike,
    workload_mean: ArrayLike,
    leftover: ArrayLike,
    shortage: ArrayLike,
    overflow: ArrayLike,
    *,
    service_revenue: ArrayLike,
    handling_cost: ArrayLike,
    holding_cost: ArrayLike,
    sla_penalty: ArrayLike,
    partner_surcharge: ArrayLike,
) -> UnitEconomics:
    """Return revenue, costs and profit of an average period.

    profit = r (D - short) - c (W - short) - h leftover - p short - s overflow

    Parameters
    ----------
    demand_mean, workload_mean : array_like, shapes that broadcast
        Demand D, and workload W = demand and returns, both >= 0. [pallet/period]
    leftover, shortage, overflow : array_like
        Expected stock left over, demand short (backordered or lost), and volume at the partner, all >= 0.
        [pallet/period]
    service_revenue, handling_cost, holding_cost, sla_penalty, partner_surcharge : array_like
        All >= 0; holding and surcharge are per period. Only shipped demand earns revenue; a return costs handling and
        earns nothing. [$/pallet]

    Returns
    -------
    UnitEconomics. [$/period]

    Source
    ------
    Notebook 05, eq. (5.2).

    >>> unit_economics(100, 110, 40, 1, 0, service_revenue=85, handling_cost=50, holding_cost=5, sla_penalty=20,
    ...                partner_surcharge=5).profit.item()
    2745.0
    """
    demand, load, left, short, over = nonnegative(
        demand_mean=demand_mean, workload_mean=workload_mean, leftover=leftover, shortage=shortage, overflow=overflow
    )
    price, handle, hold, fine, extra = nonnegative(
        service_revenue=service_revenue,
        handling_cost=handling_cost,
        holding_cost=holding_cost,
        sla_penalty=sla_penalty,
        partner_surcharge=partner_surcharge,
    )
    lines = price * (demand - short), handle * (load - short), hold * left, fine * short, extra * over
    return UnitEconomics(*lines, lines[0] - lines[1] - lines[2] - lines[3] - lines[4])


def profit_surface(
    service_level: ArrayLike,
    lead_time_sd: ArrayLike,
    *,
    demand_mean: float,
    demand_sd: float,
    lead_time_mean: float,
    return_rate: float = 0.0,
    service_revenue: float,
    handling_cost: float,
    holding_cost: float,
    sla_penalty: float,
) -> Numbers:
    """Return the expected profit for each service level and lead-time sd, with one sigma for stock and shortage.

    profit = r D - c W - sigma(sd_L) (h (z + loss(z)) + Cu loss(z)),  z = Phi^-1(service level)

    Parameters
    ----------
    service_level : array_like, shape (m,)
        Cycle service levels, each in (0, 1). [-]
    lead_time_sd : array_like, shape (k,)
        Standard deviations of the lead time, each >= 0. [period]
    demand_mean, demand_sd : float
        Moments of demand, both >= 0. [pallet/period]
    lead_time_mean : float
        Mean lead time, >= 0. [period]
    return_rate : float, optional
        Probability that a pallet comes back, 0 to 1. [-]
    service_revenue, handling_cost, holding_cost, sla_penalty : float
        All >= 0. [$/pallet], holding per period

    Returns
    -------
    ndarray, shape (k, m): one row for each lead-time sd. [$/period]

    Limits
    ------
    The best service level of every row is the critical ratio, because shortage and stock use the same sigma.

    Source
    ------
    Notebook 05, eq. (5.3).

    >>> profit_surface([0.5], [0.0], demand_mean=100, demand_sd=25, lead_time_mean=1, service_revenue=85,
    ...                handling_cost=50, holding_cost=18.5, sla_penalty=20).round(2).tolist()
    [[2766.94]]
    """
    load = workload(demand_mean, demand_sd, return_rate)
    sigma = lead_time_demand(*load, lead_time_mean, lead_time_sd).sd
    shortage_cost = underage_cost(sla_penalty, service_revenue, handling_cost)
    nonnegative(holding_cost=holding_cost)
    buffer_cost = cost_curve(service_level, np.expand_dims(sigma, -1), shortage_cost, holding_cost)
    return np.asarray(service_revenue) * demand_mean - np.asarray(handling_cost) * load.mean - buffer_cost


@labelled_by_row
def tail_risk(losses: ArrayLike, level: float = 0.95) -> TailRisk:
    """Return value at risk and conditional value at risk of equally likely losses.

    VaR = smallest x with F(x) >= level;  CVaR = mean of the worst (1 - level) share, splitting the atom at VaR

    Parameters
    ----------
    losses : array_like, shape (..., n)
        Losses on the last axis; a profit is a negative loss. [$]
    level : float, optional
        Probability level, in (0, 1). [-]

    Returns
    -------
    TailRisk, each of shape (...). [$]

    Limits
    ------
    CVaR >= VaR >= the median for level >= 1/2; CVaR equals VaR only if all losses in the tail are equal.

    Source
    ------
    Rockafellar and Uryasev (2002); notebook 05, eq. (5.4).

    >>> [round(float(x), 9) for x in tail_risk(range(1, 11), 0.85)]
    [9.0, 9.666666667]
    """
    (losses,), (share,) = numbers(losses=losses), probabilities(level=level)
    require(losses.ndim > 0 and losses.shape[-1] > 0, "losses", "a list of at least one number", losses)
    require(share.ndim == 0, "level", "one number", share)
    count = losses.shape[-1]
    rank = max(int(np.ceil(count * share * (1 - 1e-12))), 1)  # in floating point, 0.07 * 100 is slightly more than 7
    ordered = np.partition(losses, rank - 1, axis=-1)
    quantile = ordered[..., rank - 1][()]
    beyond = np.sum(ordered[..., rank:] - ordered[..., rank - 1 : rank], axis=-1)
    return TailRisk(quantile, quantile + beyond / (count * (1 - share)))


@labelled
def tail_risk_of(distribution: general.Distribution, level: ArrayLike = 0.95) -> TailRisk:
    """Return value at risk and conditional value at risk of a loss with a known distribution.

    VaR = smallest x with F(x) >= level;  CVaR = VaR + E[(X - VaR)+] / (1 - level)

    Parameters
    ----------
    distribution : frozen SciPy distribution of one loss, of finite mean
        e.g. `scipy.stats.norm(100, 20)`; a profit is a negative loss. [$]
    level : array_like, optional
        Probability level, in (0, 1). [-]

    Returns
    -------
    TailRisk, each of the shape of level. [$]

    Limits
    ------
    With `distribution.empirical(losses)` the result is that of `tail_risk(losses)`. CVaR is refused if
    `distribution.expected_excess` refuses the distribution.

    Source
    ------
    Rockafellar and Uryasev (2002); notebook 05, eq. (5.4).

    >>> from scipy.stats import expon
    >>> [round(float(x), 9) for x in tail_risk_of(expon(scale=50), 0.95)]
    [149.786613678, 199.786613678]
    """
    (level,) = probabilities(level=level)
    quantile = general.best_quantity(distribution, level, 1 - level)
    return TailRisk(quantile, quantile + general.expected_excess(quantile, distribution) / (1 - level))
