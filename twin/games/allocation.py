"""Cost allocation rules: those in common use, the Shapley value, and rules based on the needs of the pool.

A rule takes the costs of all coalitions, indexed by the numbers of `coalitions`, and returns the payment of each
partner. Rules that need a linear programme are in `core_allocation`.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from twin._check import nonnegative, numbers, require
from twin.games._axes import labelled_axes
from twin.games.coalitions import all_coalitions, alone, partners_of
from twin.games.joint_demand import checked_covariance

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

_ROUNDING = 1e-12  # tolerance for rounding errors, relative to the largest cost [-]


class Sampled(NamedTuple):
    """An allocation estimated by sampling and its standard error, shape (n,) each. [$]"""

    mean: NDArray[np.float64]
    standard_error: NDArray[np.float64]


@labelled_axes("games partners", costs="games coalitions", weights="games partners")
def proportional(costs: ArrayLike, weights: ArrayLike | None = None) -> NDArray[np.float64]:
    """Return the allocation in proportion to weights: x_i = c(N) w_i / sum w.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]
    weights : array_like, shape (..., n), optional
        Weight of each partner, >= 0, for instance its volume; by default its stand-alone cost c(i).

    Returns
    -------
    ndarray, shape (..., n). [$]

    Errors
    ------
    ValueError if all weights are zero and c(N) is not.

    Source
    ------
    A rule in common use; notebook 08, eq. (8.9).

    >>> proportional([0.0, 5.0, 10.0, 12.0]).tolist()
    [4.0, 8.0]
    """
    count, costs = partners_of(costs), np.asarray(costs, float)
    if weights is None:
        weights = alone(costs)
        require(weights >= 0, "costs", "of partners that pay something alone, or nothing", weights)
    (weights,) = nonnegative(weights=weights)
    require(
        weights.ndim > 0 and weights.shape[-1] == count, "weights", f"{count} numbers, one a partner", weights.shape
    )
    total, whole = weights.sum(axis=-1, keepdims=True), costs[..., -1:]
    require((total > 0) | (whole == 0), "weights", "above zero in sum", 0.0)
    return whole * weights / np.where(total > 0, total, 1.0)


def equal_savings(costs: ArrayLike) -> NDArray[np.float64]:
    """Return the stand-alone costs less an equal share of the saving: x_i = c(i) - (sum c - c(N)) / n.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]

    Returns
    -------
    ndarray, shape (..., n). [$]

    Source
    ------
    A rule in common use; notebook 08, eq. (8.10).

    >>> equal_savings([0.0, 5.0, 10.0, 12.0]).tolist()
    [3.5, 8.5]
    """
    each = alone(costs)
    saving = each.sum(axis=-1, keepdims=True) - np.asarray(costs, float)[..., -1:]
    return each - saving / each.shape[-1]


def separable(costs: ArrayLike, rest: Literal["benefits", "equal"] = "benefits") -> NDArray[np.float64]:
    """Return the marginal costs m_i = c(N) - c(N without i) plus a share of the remaining, non-separable cost.

    equal: x_i = m_i + (c(N) - sum m) / n;  benefits: the rest in proportion to c(i) - m_i

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]
    rest : "benefits" or "equal", optional
        How the non-separable cost is shared: in proportion to the remaining benefits c(i) - m_i (SCRB, also known as
        ACAM), or equally (equal charge method, ECM).

    Returns
    -------
    ndarray, shape (..., n). [$]

    Limits
    ------
    If no remaining benefit is positive, the non-separable cost is shared equally.

    Source
    ------
    Straffin and Heaney (1981); Frisk et al. (2010); notebook 08, eq. (8.11).

    >>> separable([0.0, 5.0, 10.0, 12.0]).tolist(), separable([0.0, 5.0, 10.0, 12.0], "equal").tolist()
    ([3.5, 8.5], [3.5, 8.5])
    """
    known = isinstance(rest, str) and rest in ("benefits", "equal")
    require(known, "rest", '"benefits" or "equal"', rest)
    each = alone(costs)
    costs, count = np.asarray(costs, float), each.shape[-1]
    whole = costs[..., -1:]
    added = whole - costs[..., costs.shape[-1] - 1 - (1 << np.arange(count))]
    benefits = np.maximum(each - added, 0.0) if rest == "benefits" else np.ones_like(each)
    benefits = np.where(benefits > _ROUNDING * np.abs(costs).max(axis=-1, keepdims=True), benefits, 0.0)
    total = benefits.sum(axis=-1, keepdims=True)
    shares = np.where(total > 0, benefits / np.where(total > 0, total, 1.0), 1.0 / count)
    return added + (whole - added.sum(axis=-1, keepdims=True)) * shares


def shapley(costs: ArrayLike) -> NDArray[np.float64]:
    """Return the Shapley value, the marginal cost of each partner averaged over all orders of joining.

    x_i = sum over S without i of |S|! (n - |S| - 1)! / n! (c(S + i) - c(S))

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]

    Returns
    -------
    ndarray, shape (..., n). [$]

    Limits
    ------
    In the core of a concave game, in which the marginal cost of a partner falls as the coalition grows; Shapley (1971).
    In other games it can be outside the core.

    Source
    ------
    Shapley (1953); notebook 08, eq. (8.12).

    >>> shapley([0.0, 5.0, 6.0, 9.0]).tolist()
    [4.0, 5.0]
    """
    count, costs = partners_of(costs), np.asarray(costs, float)
    coalition, size = np.arange(2**count), all_coalitions(count).sum(axis=1)
    weight = np.array([1.0 / (count * comb(count - 1, others)) for others in range(count)])
    shares = []
    for partner in range(count):
        without = coalition[coalition >> partner & 1 == 0]
        shares.append((costs[..., without | 1 << partner] - costs[..., without]) @ weight[size[without]])
    return np.stack(shares, axis=-1)


def sampled_shapley(cost_of: Callable[[NDArray[np.bool_]], ArrayLike], orders: ArrayLike) -> Sampled:
    """Return an estimate of the Shapley value, and its standard error, for a game with any number of partners.

    Each order is used in all its n rotations, so that every partner joins at every position once. This stratifies the
    sample by position.

    Parameters
    ----------
    cost_of : callable
        Function from a membership table, bool of shape (k, n), to costs of shape (k,), for instance a function of
        `pooling` with its other arguments fixed. [$]
    orders : array_like of int, shape (samples, n)
        At least two orders in which the partners join, drawn with `joint_demand.orders`.

    Returns
    -------
    Sampled. Its mean payments add up to c(N), except for rounding. [$]

    Source
    ------
    Castro, Gomez and Tejada (2009); notebook 08, eq. (8.12).

    >>> answer = sampled_shapley(lambda members: members.sum(axis=1) ** 2.0, [[0, 1], [1, 0]])
    >>> answer.mean.tolist(), answer.standard_error.tolist()
    ([2.0, 2.0], [0.0, 0.0])
    """
    orders = np.asarray(orders)
    table = orders.ndim == 2 and len(orders) >= 2 and orders.shape[1] >= 1 and np.issubdtype(orders.dtype, np.integer)
    require(table, "orders", "a table of whole numbers with at least two rows", orders.shape)
    count = orders.shape[1]
    require(
        np.sort(orders, axis=1) == np.arange(count), "orders", f"of the partners 0 to {count - 1}, each once", orders
    )
    turns = (np.arange(count)[:, np.newaxis] + np.arange(count)) % count
    place = np.arange(count)
    shares = np.empty(orders.shape)
    for row, order in enumerate(orders):
        rotated = order[turns]  # a row for each rotation
        ranks = np.empty_like(rotated)
        np.put_along_axis(ranks, rotated, place[np.newaxis, :], axis=1)
        members = ranks[:, np.newaxis, :] <= place[:, np.newaxis]  # coalitions of the first 1, 2, ..., n partners
        (totals,) = numbers(cost_of=cost_of(members.reshape(-1, count)))
        added = np.diff(totals.reshape(count, count), prepend=0.0, axis=1)
        shares[row] = np.take_along_axis(added, ranks, axis=1).mean(axis=0)
    return Sampled(shares.mean(axis=0), shares.std(axis=0, ddof=1) / np.sqrt(len(orders)))


@labelled_axes("partners", covariance="partners partners", certain_costs="partners")
def covariance_rule(costs: ArrayLike, covariance: ArrayLike, certain_costs: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Return certain costs plus a share of the cost of uncertainty in proportion to the covariance with the pool.

    x_i = b_i + (c(N) - sum b) Cov(X_i, X_N) / Var(X_N)

    Parameters
    ----------
    costs : array_like, shape (2^n,)
        Cost of each coalition by its number. [$]
    covariance : array_like, shape (n, n)
        Covariance matrix of the partners' needs; the variance of their sum must be positive. [pallet^2]
    certain_costs : array_like, shape (n,), optional
        Cost b_i of each partner without variance: c mean_i if places are reserved together. [$]

    Returns
    -------
    ndarray, shape (n,). [$]

    Limits
    ------
    Always in the core of the game of `pooling.capacity_cost` if the certain costs are c mean_i. In other games, or with
    other certain costs, it can be outside the core. A partner whose covariance with the pool is negative is paid for
    it.

    Source
    ------
    Hartman and Dror (1996); notebook 08, eq. (8.13).

    >>> covariance_rule([0.0, 3.0, 4.0, 5.0], [[9.0, 0.0], [0.0, 16.0]]).tolist()
    [1.8, 3.2]
    """
    count, covariance = partners_of(costs), checked_covariance(covariance)
    (certain,) = numbers(certain_costs=certain_costs)
    require(len(covariance) == count, "covariance", f"a row for each of {count} partners", covariance.shape)
    one_each = certain.shape in ((), (count,))
    require(one_each, "certain_costs", f"a number for each of {count} partners", certain.shape)
    certain = np.broadcast_to(certain, count)
    with_pool = covariance.sum(axis=1)
    require(
        bool(with_pool.sum() > 1e-12 * np.abs(covariance).max()), "covariance", "of a pool that varies", with_pool.sum()
    )
    return certain + (np.asarray(costs, float)[-1] - certain.sum()) * with_pool / with_pool.sum()


@labelled_axes("partners", prices="periods", needs="periods partners", internal_capacity="partners")
def dual_price_rule(prices: ArrayLike, needs: ArrayLike, internal_capacity: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Return the allocation at dual prices: a partner pays the price for each pallet and earns it for each own place.

    x_i = sum_t price_t (X_it - C_i)

    Parameters
    ----------
    prices : array_like, shape (periods,)
        `pooling.scarcity_prices`, or `overflow_prices` for partners that keep the places they have. [$/pallet]
    needs : array_like, shape (periods, n)
        Space that each partner needed. [pallet]
    internal_capacity : array_like, shape (n,), optional
        Places that each partner contributes, >= 0. [pallet]

    Returns
    -------
    ndarray, shape (n,); negative for a partner that the others pay. [$]

    Limits
    ------
    Always in the core of the game on the same historical record.

    Source
    ------
    Anupindi, Bassok and Zemel (2001); notebook 08, eq. (8.16).

    >>> dual_price_rule([0.5, 0.5, 0.0], [[4, 1], [1, 4], [2, 2]]).tolist()
    [2.5, 2.5]
    """
    prices, needs, capacity = nonnegative(prices=prices, needs=needs, internal_capacity=internal_capacity)
    require(needs.ndim == 2, "needs", "a table with a row a period", needs.shape)
    require(prices.shape == needs.shape[:1], "prices", f"a number for each of {len(needs)} periods", prices.shape)
    one_each = capacity.shape in ((), needs.shape[1:])
    require(one_each, "internal_capacity", f"a number for each of {needs.shape[1]} partners", capacity.shape)
    return prices @ (needs - capacity)
