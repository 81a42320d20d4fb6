"""The contract of an alliance: saving by pooling, every allocation rule and its stability, on the historical record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin import buffers
from twin._check import nonnegative, numbers, positive, require
from twin.games import allocation, core_allocation, mutual_help, pooling, stability
from twin.games._axes import labels_by_axis, with_axes
from twin.games.coalitions import MOST_PARTNERS, all_coalitions, alone, game_within, partners_of
from twin.games.joint_demand import covariance_matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from twin._labels import Numbers


@dataclass(frozen=True, eq=False)
class Pool:
    """Partners that pool their space: their needs on the historical record and the cost of space.

    needs : space that each partner needed in each period, shape (periods, n), 2 to 15 partners. [pallet]
    partner_surcharge : cost of a pallet for which the pool has no room. [$/pallet/period]
    reservation_cost : cost of a reserved place, used or not; given if the partners reserve together. [$/pallet/period]
    internal_capacity : own places of each partner, shape (n,); given if the partners lend them to each other. [pallet]

    Needs in a DataFrame with the partners as columns give results with the names of the partners.

    >>> Pool([[4, 1], [1, 4]], partner_surcharge=2.0)
    Traceback (most recent call last):
    ValueError: reservation_cost or internal_capacity must be given, one of them; got None and None
    """

    needs: Numbers
    partner_surcharge: float
    reservation_cost: float | None
    internal_capacity: Numbers | None

    def __init__(
        self,
        needs: ArrayLike,
        partner_surcharge: float,
        reservation_cost: float | None = None,
        internal_capacity: ArrayLike | None = None,
    ) -> None:
        (table,) = nonnegative(needs=needs)
        is_table = table.ndim == 2 and len(table) >= 2 and 2 <= table.shape[1] <= MOST_PARTNERS
        rule = f"a table of at least two periods and 2 to {MOST_PARTNERS} partners"
        require(is_table, "needs", rule, table.shape)
        one = (reservation_cost is None) != (internal_capacity is None)
        both = f"{reservation_cost} and {internal_capacity}"
        require(one, "reservation_cost or internal_capacity", "given, one of them", both)
        nonnegative(partner_surcharge=partner_surcharge)
        axes = {"needs": "periods partners", "internal_capacity": "partners"}
        labels = labels_by_axis({"needs": needs, "internal_capacity": internal_capacity}, axes)
        periods, partners = labels.get("periods"), labels.get("partners")
        places = None
        if internal_capacity is None:
            positive(reservation_cost=reservation_cost)
        else:
            (places,) = nonnegative(internal_capacity=internal_capacity)
            fits = places.shape == table.shape[1:]
            require(fits, "internal_capacity", f"a number for each of {table.shape[1]} partners", places.shape)
            places = with_axes(places.copy(), partners)
        object.__setattr__(self, "needs", with_axes(table.copy(), periods, partners))
        object.__setattr__(self, "partner_surcharge", partner_surcharge)
        object.__setattr__(self, "reservation_cost", reservation_cost)
        object.__setattr__(self, "internal_capacity", places)

    @property
    def reserves(self) -> bool:
        """Return whether the partners reserve places together; otherwise they lend each other the places they have."""
        return self.reservation_cost is not None

    def costs(self, *, partner_surcharge: float | None = None) -> NDArray[np.float64]:
        """Return the cost of every coalition on the historical record, shape (2^n,). [$/period]

        partner_surcharge : overrides the surcharge of the pool. [$/pallet/period]
        """
        members = all_coalitions(self.needs.shape[1])
        surcharge = self.partner_surcharge if partner_surcharge is None else partner_surcharge
        if self.reserves:
            return pooling.capacity_cost_on_record(members, self.needs, self.reservation_cost, surcharge)
        return pooling.overflow_cost_on_record(members, self.needs, self.internal_capacity, surcharge)

    def normal_costs(self, correlation: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the expected cost of every coalition if needs were jointly normal, shape (2^n,). [$/period]

        Means and standard deviations are those of the historical record.

        correlation : one number for every pair, or a matrix; by default that of the historical record. [-]
        """
        members, mean = all_coalitions(self.needs.shape[1]), self.needs.mean(axis=0)
        covariance = np.cov(self.needs, rowvar=False)
        if correlation is not None:
            covariance = covariance_matrix(np.sqrt(np.diag(covariance)), correlation)
        if self.reserves:
            prices = self.reservation_cost, self.partner_surcharge
            return pooling.capacity_cost(members, mean, covariance, *prices)
        return pooling.overflow_cost(members, mean, covariance, self.internal_capacity, self.partner_surcharge)

    def scarcity_prices(self) -> NDArray[np.float64]:
        """Return the dual price of space in each period, shape (periods,). [$/pallet]"""
        if self.reserves:
            return pooling.scarcity_prices(self.needs, self.reservation_cost, self.partner_surcharge)
        return pooling.overflow_prices(self.needs, self.internal_capacity, self.partner_surcharge)

    def share_saved(self, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the saving of the grand coalition as a share of the stand-alone costs; 0 if those are 0. [-]

        costs : cost of every coalition, of one game or several, shape (..., 2^n). [$/period]
        """
        paid = alone(costs).sum(axis=-1)
        least = 1e-9 * self.partner_surcharge * self.needs.mean(axis=0).sum()  # smaller costs are rounding errors
        return (paid - costs[..., -1]) / np.where(paid > least, paid, np.inf)


def _by_covariance(pool: Pool, costs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the allocation by the covariance rule, with the moments of the historical record. [$/period]"""
    covariance = np.cov(pool.needs, rowvar=False)
    certain = pool.reservation_cost * pool.needs.mean(axis=0) if pool.reserves else 0.0
    return allocation.covariance_rule(costs, covariance, certain)


#: Allocation rules by name: functions of a pool and the costs of its coalitions. The first four are in common use.
RULES: dict[str, Callable[[Pool, NDArray[np.float64]], NDArray[np.float64]]] = {
    "equal savings": lambda pool, costs: allocation.equal_savings(costs),
    "by volume": lambda pool, costs: allocation.proportional(costs, pool.needs.mean(axis=0)),
    "by cost alone": lambda pool, costs: allocation.proportional(costs),
    "separable costs": lambda pool, costs: allocation.separable(costs),
    "equal charge": lambda pool, costs: allocation.separable(costs, "equal"),
    "covariance": _by_covariance,
    "Shapley value": lambda pool, costs: allocation.shapley(costs),
    "equal profit": lambda pool, costs: core_allocation.equal_profit(costs),
    "nucleolus": lambda pool, costs: core_allocation.nucleolus(costs),
    "scarcity prices": lambda pool, costs: allocation.dual_price_rule(
        pool.scarcity_prices(), pool.needs, 0.0 if pool.reserves else pool.internal_capacity
    ),
}


class Contract(NamedTuple):
    """Costs of an alliance of n partners and the result of every allocation rule.

    costs : cost of every coalition, shape (2^n,). [$/period]
    alone : stand-alone cost of every partner, shape (n,). [$/period]
    saving : stand-alone costs less the cost of the grand coalition. [$/period]
    shares : name of a rule -> payment of each partner, shape (n,). [$/period]
    leaving : name of a rule -> the coalition with the largest excess, and that excess.
    stable : name of a rule -> whether the allocation is in the core.
    """

    costs: NDArray[np.float64]
    alone: Numbers
    saving: float
    shares: dict[str, Numbers]
    leaving: dict[str, stability.Leaving]
    stable: dict[str, bool]


def assess(pool: Pool) -> Contract:
    """Return the contract of a pool: costs on the historical record, and every rule of `RULES` with its stability.

    Parameters
    ----------
    pool : Pool

    Returns
    -------
    Contract

    Limits
    ------
    Capacity that is optimal in hindsight need not be optimal in the future: with few periods the saving is a rough
    estimate. The covariance rule is left out if the total need of the pool does not vary.

    Source
    ------
    Notebook 08.

    >>> contract = assess(Pool([[4, 1], [1, 4], [2, 3], [3, 2]], partner_surcharge=2.0, reservation_cost=1.0))
    >>> contract.saving, contract.shares["Shapley value"].tolist(), contract.stable["Shapley value"]
    (2.0, [2.5, 2.5], True)
    """
    costs = pool.costs()
    covariance = np.cov(pool.needs, rowvar=False)
    varies = covariance.sum() > 1e-9 * np.abs(covariance).max()  # a smaller variance is a rounding error
    shares = {name: rule(pool, costs) for name, rule in RULES.items() if varies or name != "covariance"}
    partners = getattr(pool.needs, "columns", None)
    shares = {name: with_axes(np.asarray(share), partners) for name, share in shares.items()}
    each = alone(costs)
    leaving = {name: stability.leaving(costs, share) for name, share in shares.items()}
    stable = {name: bool(worst.gain <= 0) for name, worst in leaving.items()}
    return Contract(costs, with_axes(each, partners), float(each.sum() - costs[-1]), shares, leaving, stable)


class Terms(NamedTuple):
    """Mean exchange of pallet places per period, and the transfer prices that leave no partner worse off.

    lent, received : mean places that each partner lends and receives, shape (n,). [pallet/period]
    prices : lowest and highest acceptable transfer price. [$/pallet]
    """

    lent: Numbers
    received: Numbers
    prices: mutual_help.Prices


def terms(pool: Pool, lending_cost: float, offered: ArrayLike = 1.0) -> Terms:
    """Return the mean exchange of places between partners that lend to each other, and the acceptable transfer prices.

    Parameters
    ----------
    pool : Pool
        A pool with `internal_capacity`.
    lending_cost : float
        Cost of storing a partner's pallet, from 0 to the surcharge. [$/pallet]
    offered : float, or array_like that broadcasts with the needs, optional
        Share of its free places that a partner commits to offer. [-]

    Returns
    -------
    Terms

    Source
    ------
    `mutual_help`; notebook 08, eq. (8.2) and (8.5).

    >>> pool = Pool([[4, 1], [1, 5], [2, 2]], partner_surcharge=3.0, internal_capacity=[3, 3])
    >>> terms(pool, 1.0).received.round(2).tolist()
    [0.33, 0.67]
    """
    require(not pool.reserves, "pool", "one whose partners keep what they have", "one that reserves together")
    trade = mutual_help.exchange(pool.needs, pool.internal_capacity, offered)
    lent, received = trade.lent.mean(axis=0), trade.received.mean(axis=0)
    prices = mutual_help.acceptable_prices(lent, received, lending_cost, pool.partner_surcharge)
    return Terms(lent, received, prices)


def joining(costs: ArrayLike, rule: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the change of every partner's payment when one partner joins the others.

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 2
        Cost of each coalition by its number. [$]
    rule : callable
        Function from the costs of all coalitions to an allocation, for instance `allocation.shapley`.

    Returns
    -------
    ndarray, shape (n, n). Row i has the changes when partner i joins; i itself is compared with its stand-alone cost.
    [$]

    Source
    ------
    Notebook 08, eq. (8.19).

    >>> from twin.games.allocation import shapley
    >>> joining([0.0, 5.0, 6.0, 9.0], shapley).tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    count, (costs,) = partners_of(costs), numbers(costs=costs)
    require(costs.ndim == 1 and count >= 2, "costs", "of one game of two partners or more", costs.shape)
    change = np.tile(rule(costs), (count, 1))
    for partner in range(count):
        others = np.arange(count) != partner
        change[partner, others] -= rule(game_within(costs, costs.shape[-1] - 1 - (1 << partner)))
        change[partner, partner] -= costs[1 << partner]
    return change


def expected_share_saved(pool: Pool, correlations: ArrayLike) -> NDArray[np.float64]:
    """Return the share of the stand-alone costs that pooling would save if all pairs had the same correlation.

    Parameters
    ----------
    pool : Pool
    correlations : array_like, shape (k,)
        Correlation of every pair of partners, each from -1/(n-1) to 1. [-]

    Returns
    -------
    ndarray, shape (k,), for jointly normal needs with the means and standard deviations of the historical record; 0 if
    the stand-alone costs are 0. [-]

    >>> pool = Pool([[4, 1], [1, 4], [2, 3], [3, 2]], partner_surcharge=2.0, reservation_cost=1.0)
    >>> expected_share_saved(pool, [0.0, 1.0]).round(3).tolist()
    [0.085, 0.0]
    """
    (correlations,) = numbers(correlations=correlations)
    some = correlations.ndim == 1 and correlations.size > 0
    require(some, "correlations", "a list of at least one number", correlations.shape)
    buffers.root_sum_of_squares(np.ones(pool.needs.shape[1]), correlations)  # refuses impossible correlations
    games = np.array([pool.normal_costs(correlation) for correlation in correlations])
    return pool.share_saved(games)
