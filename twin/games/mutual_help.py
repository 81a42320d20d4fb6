"""Partners that lend each other the places they do not need: what that saves, who gives and takes, at which price.

What is helped is what overflows alone less what overflows together, whatever the demand and its correlation.
"""

from typing import NamedTuple

import numpy as np

from twin._check import nonnegative, numbers, require, shares
from twin.demand import expected_excess, probability_above
from twin.games.joint_demand import checked_covariance


class Exchange(NamedTuple):
    """Places that each partner lends and receives in a period. [pallet]"""

    lent: np.ndarray
    received: np.ndarray


class Prices(NamedTuple):
    """Lowest and highest transfer price that leaves no partner worse off. [$/pallet]"""

    low: float
    high: float


def expected_help(mean, covariance, internal_capacity, refusal=0.0):
    """Return the pallets of an average period that partners keep for each other, under normal needs.

    (1 - q) (sum_i E[(X_i - C_i)+] - E[(sum_i X_i - sum_i C_i)+])

    Parameters
    ----------
    mean : array_like, shape (n,)
        Mean space that each partner needs. [pallet]
    covariance : array_like, shape (n, n). [pallet^2]
    internal_capacity : array_like, shape (n,)
        Own places, >= 0. [pallet]
    refusal : array_like, any shape, optional
        Probability q that a period's help is refused, whatever is needed, 0 to 1. [-]

    Returns
    -------
    ndarray or float, shape of refusal, >= 0. [pallet/period]

    Limits
    ------
    Correlation 1 between partners of equal coverage: no help, they are short at the same time. For more than two,
    q is that all refuse at once; when each decides alone, see `exchange` on drawn needs.

    Source
    ------
    Identity of (sum x)+ and sum of (x)+; notebook 08, eq. (8.1).

    >>> from twin.games.joint_demand import covariance_matrix
    >>> round(float(expected_help([100, 100], covariance_matrix([30, 30], 0.3), [110, 110])), 4)
    4.3296
    """
    mean, covariance, capacity = _partners(mean, covariance, internal_capacity)
    (refusal,) = shares(refusal=refusal)
    alone = expected_excess(capacity, mean, np.sqrt(np.diag(covariance))).sum()
    together = expected_excess(capacity.sum(), mean.sum(), np.sqrt(max(covariance.sum(), 0.0)))
    return ((1.0 - refusal) * max(alone - together, 0.0))[()]


def probability_all_short(mean, covariance, internal_capacity):
    """Return the probability that every partner is short in the same period, so that none can help. [-]

    P(X_1 > C_1, ..., X_n > C_n) of normal needs; arguments as in `expected_help`. Two partners to 1e-9,
    more to about 1e-4. A certain need that just fits counts as short with probability 1/2.

    >>> from twin.games.joint_demand import covariance_matrix
    >>> round(float(probability_all_short([100, 100], covariance_matrix([30, 30], 0.5), [100, 100])), 6)
    0.333333
    """
    from scipy.stats import multivariate_normal

    mean, covariance, capacity = _partners(mean, covariance, internal_capacity)
    sd = np.sqrt(np.diag(covariance))
    certain, varies = sd == 0, np.flatnonzero(sd)
    surely = np.prod(probability_above(capacity[certain], mean[certain], 0.0))
    if varies.size < 2:
        return float(surely * np.prod(probability_above(capacity[varies], mean[varies], sd[varies])))
    options = {"allow_singular": True, "abseps": 1e-5, "releps": 1e-5, "seed": 0}  # the same points at every call
    spare = multivariate_normal((capacity - mean)[varies], covariance[np.ix_(varies, varies)], **options)
    return float(surely * spare.cdf(np.zeros(varies.size)))


def exchange(needs, internal_capacity, offered=1.0):
    """Return what each partner lends and receives in every period, shared pro rata.

    helped = min(sum of overflows, sum of spare places offered);  each receives and lends in proportion to its own

    Parameters
    ----------
    needs : array_like, shape (..., n)
        Space that each partner needs, recorded or drawn. [pallet]
    internal_capacity : array_like, shape (n,)
        Own places, >= 0. [pallet]
    offered : array_like that broadcasts with needs, optional
        Share of its spare places that a partner offers: below 1 for a commitment in part, 0 for a refusal. [-]

    Returns
    -------
    Exchange, each of shape (..., n). [pallet]

    Limits
    ------
    With everything offered the help is, period by period, the overflow alone less that of the pool.

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


def net_saving(lent, received, transfer_price, lending_cost, partner_surcharge):
    """Return what the exchange saves each partner: (s - t) received + (t - k) lent.

    Parameters
    ----------
    lent, received : array_like, shapes that broadcast
        Pallets of an average period, both >= 0. [pallet/period]
    transfer_price : array_like
        Paid for a pallet by who brings it to who keeps it, >= 0. [$/pallet]
    lending_cost, partner_surcharge : array_like
        Cost k of keeping a partner's pallet, and surcharge s that its owner would pay elsewhere, both >= 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape; over all partners it is (s - k) helped, whatever the price. [$/period]

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


def acceptable_prices(lent, received, lending_cost, partner_surcharge):
    """Return the transfer prices that leave no partner worse off in an average period.

    A net lender needs t >= (k lent - s received) / (lent - received), a net borrower t <= (s received - k lent) /
    (received - lent).

    Parameters
    ----------
    lent, received : array_like, shape (n,)
        Pallets of an average period, both >= 0, in all as many lent as received. [pallet/period]
    lending_cost, partner_surcharge : float
        As in `net_saving`, lending cost <= surcharge: else nobody should help at all. [$/pallet]

    Returns
    -------
    Prices: from 0 up; infinite where nobody borrows more than it lends. [$/pallet]

    Limits
    ------
    Every price from k to s is among them, and suits both sides in every single period; outside that, one side accepts
    a loss now for a gain later.

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
    certain = np.abs(net) > 1e-12 * (lent + received)  # who lends as much as it borrows takes any price
    bound = money[certain] / net[certain]
    lenders = net[certain] > 0
    low, high = bound[lenders].max(initial=0.0), bound[~lenders].min(initial=np.inf)
    return Prices(float(min(low, cost)), float(max(high, surcharge)))  # rounding may cut what suits every period


def _partners(mean, covariance, internal_capacity):
    covariance = checked_covariance(covariance)
    (mean,), (capacity,) = numbers(mean=mean), nonnegative(internal_capacity=internal_capacity)
    for name, value in (("mean", mean), ("internal_capacity", capacity)):
        require(value.shape == covariance.shape[:1], name, "a number for each row of the covariance", value.shape)
    return mean, covariance, capacity
