"""Partners that lend each other free pallet places: pallets lent and received, savings and acceptable transfer prices.

For any demand and any correlation, the pallets helped are the partners' separate overflow less their pooled overflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin._check import nonnegative, numbers, require, shares
from twin.demand import expected_excess, probability_above
from twin.games._axes import labelled_axes
from twin.games.joint_demand import checked_covariance

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin._labels import Numbers


class Exchange(NamedTuple):
    """Places that each partner lends and receives in each period, shape (..., n). [pallet]"""

    lent: Numbers
    received: Numbers


class Prices(NamedTuple):
    """Lowest and highest transfer price that leave no partner worse off. [$/pallet]"""

    low: float
    high: float


@labelled_axes("cases", mean="partners", covariance="partners partners", internal_capacity="partners", refusal="cases")
def expected_help(
    mean: ArrayLike, covariance: ArrayLike, internal_capacity: ArrayLike, refusal: ArrayLike = 0.0
) -> Numbers:
    """Return the expected pallets per period that partners store for each other, under jointly normal needs.

    (1 - q) (sum_i E[(X_i - C_i)+] - E[(sum_i X_i - sum_i C_i)+])

    Parameters
    ----------
    mean : array_like, shape (n,)
        Mean space that each partner needs. [pallet]
    covariance : array_like, shape (n, n). [pallet^2]
    internal_capacity : array_like, shape (n,)
        Own places of each partner, >= 0. [pallet]
    refusal : array_like, any shape, optional
        Probability q that all help in a period is refused, independent of the needs, 0 to 1. [-]

    Returns
    -------
    ndarray or float, shape of refusal, >= 0. [pallet/period]

    Limits
    ------
    Zero for correlation 1 between partners of equal coverage: all are short at the same time. With more than two
    partners, q assumes that all refuse together; if each decides on its own, use `exchange` on drawn needs.

    Source
    ------
    Difference of sum of (x)+ and (sum x)+; notebook 08, eq. (8.1).

    >>> from twin.games.joint_demand import covariance_matrix
    >>> round(float(expected_help([100, 100], covariance_matrix([30, 30], 0.3), [110, 110])), 4)
    4.3296
    """
    mean, covariance, capacity = _partners(mean, covariance, internal_capacity)
    (refusal,) = shares(refusal=refusal)
    alone = expected_excess(capacity, mean, np.sqrt(np.diag(covariance))).sum()
    together = expected_excess(capacity.sum(), mean.sum(), np.sqrt(max(covariance.sum(), 0.0)))
    return ((1.0 - refusal) * max(alone - together, 0.0))[()]


def probability_all_short(mean: ArrayLike, covariance: ArrayLike, internal_capacity: ArrayLike) -> float:
    """Return the probability that all partners are short in the same period, so that none can help. [-]

    P(X_1 > C_1, ..., X_n > C_n) of jointly normal needs. Arguments as in `expected_help`.

    The absolute error is below 1e-9 for two partners and about 1e-4 for more. A need without variance that equals
    the capacity counts as short with probability 1/2.

    >>> from twin.games.joint_demand import covariance_matrix
    >>> round(float(probability_all_short([100, 100], covariance_matrix([30, 30], 0.5), [100, 100])), 6)
    0.333333
    """
    from scipy.stats import multivariate_normal

    mean, covariance, capacity = _partners(mean, covariance, internal_capacity)
    sd = np.sqrt(np.diag(covariance))
    certain, varies = sd == 0, np.flatnonzero(sd)
    certain_short = np.prod(probability_above(capacity[certain], mean[certain], 0.0))
    if varies.size < 2:
        return float(certain_short * np.prod(probability_above(capacity[varies], mean[varies], sd[varies])))
    centre, spread = (capacity - mean)[varies], covariance[np.ix_(varies, varies)]
    law = multivariate_normal(centre, spread, allow_singular=True, seed=0)  # a fixed seed makes calls repeatable
    return float(certain_short * law.cdf(np.zeros(varies.size)))


@labelled_axes("periods partners", needs="periods partners", internal_capacity="partners", offered="periods partners")
def exchange(needs: ArrayLike, internal_capacity: ArrayLike, offered: ArrayLike = 1.0) -> Exchange:
    """Return the pallet places that each partner lends and receives in each period, shared pro rata.

    helped = min(sum of overflows, sum of free places offered)

    Each partner receives in proportion to its overflow and lends in proportion to the free places that it offers.

    Parameters
    ----------
    needs : array_like, shape (..., n)
        Space that each partner needs, from the historical record or drawn at random. [pallet]
    internal_capacity : array_like, shape (n,)
        Own places of each partner, >= 0. [pallet]
    offered : array_like that broadcasts with needs, optional
        Share of its free places that a partner offers: below 1 for a partial commitment, 0 for a refusal. [-]

    Returns
    -------
    Exchange, each of shape (..., n). [pallet]

    Limits
    ------
    With everything offered, the pallets helped in each period are the separate overflow less the pooled overflow.

    Source
    ------
    Notebook 08, eq. (8.2).

    >>> trade = exchange([[130.0, 80.0, 105.0]], [110.0, 110.0, 110.0])
    >>> trade.lent.round(2).tolist(), trade.received.tolist()
    ([[0.0, 17.14, 2.86]], [[20.0, 0.0, 0.0]])
    """
    (needs,), (capacity,), (offered,) = (
        numbers(needs=needs),
        nonnegative(internal_capacity=internal_capacity),
        shares(offered=offered),
    )
    require(needs.ndim > 0 and needs.shape[-1] > 0, "needs", "a table with a column a partner", needs.shape)
    same = capacity.shape == needs.shape[-1:]
    require(same, "internal_capacity", f"a number for each of {needs.shape[-1]} partners", capacity.shape)
    try:
        offered = np.broadcast_to(offered, needs.shape)
    except ValueError:
        require(False, "offered", f"one number, or an array that fits needs of shape {needs.shape}", offered.shape)
    over, spare = np.maximum(needs - capacity, 0.0), np.maximum(capacity - needs, 0.0) * offered
    wanted, at_hand = over.sum(axis=-1, keepdims=True), spare.sum(axis=-1, keepdims=True)
    helped = np.minimum(wanted, at_hand)
    scale = np.finfo(float).tiny
    return Exchange(spare * (helped / np.maximum(at_hand, scale)), over * (helped / np.maximum(wanted, scale)))


@labelled_axes(
    "periods partners",
    lent="periods partners",
    received="periods partners",
    transfer_price="periods partners",
    lending_cost="periods partners",
    partner_surcharge="periods partners",
)
def net_saving(
    lent: ArrayLike,
    received: ArrayLike,
    transfer_price: ArrayLike,
    lending_cost: ArrayLike,
    partner_surcharge: ArrayLike,
) -> Numbers:
    """Return the net saving of each partner from the exchange: (s - t) received + (t - k) lent.

    Parameters
    ----------
    lent, received : array_like, shapes that broadcast
        Pallets in an average period, both >= 0. [pallet/period]
    transfer_price : array_like
        Price t that the borrower pays the lender for a pallet, >= 0. [$/pallet]
    lending_cost, partner_surcharge : array_like
        Cost k of storing a partner's pallet, and surcharge s that its owner would pay elsewhere, both >= 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape. The sum over all partners is (s - k) helped at any transfer price. [$/period]

    Source
    ------
    Notebook 08, eq. (8.4).

    >>> float(net_saving(3.0, 5.0, 12.0, 4.0, 20.0))
    64.0
    """
    lent, received, price, cost, surcharge = nonnegative(
        lent=lent,
        received=received,
        transfer_price=transfer_price,
        lending_cost=lending_cost,
        partner_surcharge=partner_surcharge,
    )
    return (surcharge - price) * received + (price - cost) * lent


def acceptable_prices(lent: ArrayLike, received: ArrayLike, lending_cost: float, partner_surcharge: float) -> Prices:
    """Return the lowest and the highest transfer price that leave no partner worse off in an average period.

    A net lender needs t >= (k lent - s received) / (lent - received), a net borrower t <= (s received - k lent) /
    (received - lent).

    Parameters
    ----------
    lent, received : array_like, shape (n,)
        Pallets in an average period, both >= 0; all partners together lend as many as they receive. [pallet/period]
    lending_cost, partner_surcharge : float
        As in `net_saving`, with lending cost <= surcharge: help is never worth its cost otherwise. [$/pallet]

    Returns
    -------
    Prices, both >= 0. The highest price is infinite if no partner borrows more than it lends. [$/pallet]

    Limits
    ------
    All prices from k to s are acceptable, and leave no partner worse off in any period. At other acceptable prices a
    partner loses in some periods and gains in others.

    Source
    ------
    Individual rationality; notebook 08, eq. (8.5).

    >>> acceptable_prices([5.0, 2.0], [2.0, 5.0], 4.0, 20.0)
    Prices(low=0.0, high=30.666666666666668)
    """
    lent, received = nonnegative(lent=lent, received=received)
    cost, surcharge = nonnegative(lending_cost=lending_cost, partner_surcharge=partner_surcharge)
    require(lent.ndim == 1 and lent.shape == received.shape, "lent and received", "of one length", lent.shape)
    alike = abs(lent.sum() - received.sum()) <= 1e-9 * (lent.sum() + received.sum())
    require(alike, "lent and received", "equal in sum", (lent.sum(), received.sum()))
    require(surcharge.ndim == 0, "partner_surcharge", "one number for all partners", surcharge.tolist())
    require(cost.ndim == 0, "lending_cost", "one number for all partners", cost.tolist())
    require(cost <= surcharge, "lending_cost", "<= partner_surcharge", cost)
    net, money = lent - received, cost * lent - surcharge * received
    certain = np.abs(net) > 1e-12 * (lent + received)  # a partner that lends as much as it borrows accepts any price
    bound = money[certain] / net[certain]
    lenders = net[certain] > 0
    low, high = bound[lenders].max(initial=0.0), bound[~lenders].min(initial=np.inf)
    return Prices(
        float(min(low, cost)), float(max(high, surcharge))
    )  # k and s are acceptable; rounding must not exclude them


def _partners(mean: ArrayLike, covariance: ArrayLike, internal_capacity: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """Return the three arguments as float arrays, after checking that their lengths agree."""
    covariance = checked_covariance(covariance)
    (mean,), (capacity,) = numbers(mean=mean), nonnegative(internal_capacity=internal_capacity)
    for name, value in (("mean", mean), ("internal_capacity", capacity)):
        require(value.shape == covariance.shape[:1], name, "a number for each row of the covariance", value.shape)
    return mean, covariance, capacity
