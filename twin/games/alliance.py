"""The contract of an alliance: partners on record in, what pooling saves, every share-out, and whether it lasts."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from twin import buffers
from twin._check import nonnegative, numbers, positive, require
from twin.games import allocation, core_allocation, mutual_help, pooling, stability
from twin.games.coalitions import MOST_PARTNERS, all_coalitions, alone, game_within, partners_of
from twin.games.joint_demand import covariance_matrix


@dataclass(frozen=True, eq=False)
class Pool:
    """Partners that pool their space, and what space costs them.

    needs : space that each partner needed in each period, shape (periods, n), 2 to 15 partners. [pallet]
    partner_surcharge : cost of a pallet that the pool has no room for. [$/pallet/period]
    reservation_cost : given where partners reserve places together, what a place costs, used or not. [$/pallet/period]
    internal_capacity : given where partners lend each other what they have: places of each, shape (n,). [pallet]

    >>> Pool([[4, 1], [1, 4]], partner_surcharge=2.0)
    Traceback (most recent call last):
    ValueError: reservation_cost or internal_capacity must be given, one of them; got None and None
    """

    needs: np.ndarray
    partner_surcharge: float
    reservation_cost: float | None = None
    internal_capacity: np.ndarray | None = None

    def __post_init__(self):
        (needs,) = nonnegative(needs=self.needs)
        table = needs.ndim == 2 and len(needs) >= 2 and 2 <= needs.shape[1] <= MOST_PARTNERS
        rule = f"a table of at least two periods and 2 to {MOST_PARTNERS} partners"
        require(table, "needs", rule, needs.shape)
        given = self.reservation_cost, self.internal_capacity
        one = (given[0] is None) != (given[1] is None)
        require(one, "reservation_cost or internal_capacity", "given, one of them", f"{given[0]} and {given[1]}")
        nonnegative(partner_surcharge=self.partner_surcharge)
        object.__setattr__(self, "needs", needs.copy())
        if self.reserves:
            positive(reservation_cost=self.reservation_cost)
        else:
            (places,) = nonnegative(internal_capacity=self.internal_capacity)
            fits = places.shape == needs.shape[1:]
            require(fits, "internal_capacity", f"a number for each of {needs.shape[1]} partners", places.shape)
            object.__setattr__(self, "internal_capacity", places.copy())

    @property
    def reserves(self):
        """Whether partners reserve places together; else they lend each other what they have."""
        return self.reservation_cost is not None

    def costs(self, *, partner_surcharge=None):
        """Return what every coalition would have paid on record, shape (2^n,). [$/period]

        partner_surcharge : another one than the pool's own, to see what it changes.
        """
        members = all_coalitions(self.needs.shape[1])
        surcharge = self.partner_surcharge if partner_surcharge is None else partner_surcharge
        if self.reserves:
            return pooling.capacity_cost_on_record(members, self.needs, self.reservation_cost, surcharge)
        return pooling.overflow_cost_on_record(members, self.needs, self.internal_capacity, surcharge)

    def normal_costs(self, correlation=None):
        """Return what every coalition would pay under normal needs of the record's moments. [$/period]

        correlation : one of every pair, or a matrix; by default the record's own. [-]
        """
        members, mean = all_coalitions(self.needs.shape[1]), self.needs.mean(axis=0)
        covariance = np.cov(self.needs, rowvar=False)
        if correlation is not None:
            covariance = covariance_matrix(np.sqrt(np.diag(covariance)), correlation)
        if self.reserves:
            prices = self.reservation_cost, self.partner_surcharge
            return pooling.capacity_cost(members, mean, covariance, *prices)
        return pooling.overflow_cost(members, mean, covariance, self.internal_capacity, self.partner_surcharge)

    def scarcity_prices(self):
        """Return the price of a pallet's space in each period, shape (periods,). [$/pallet]"""
        if self.reserves:
            return pooling.scarcity_prices(self.needs, self.reservation_cost, self.partner_surcharge)
        return pooling.overflow_prices(self.needs, self.internal_capacity, self.partner_surcharge)

    def share_saved(self, costs):
        """Return which share of what partners pay alone is saved; 0 where nothing is paid. [-]

        costs : of every coalition of one game or several, shape (..., 2^n). [$/period]
        """
        paid = alone(costs).sum(axis=-1)
        least = 1e-9 * self.partner_surcharge * self.needs.mean(axis=0).sum()  # below it is rounding
        return (paid - costs[..., -1]) / np.where(paid > least, paid, np.inf)


def _by_covariance(pool, costs):
    covariance = np.cov(pool.needs, rowvar=False)
    certain = pool.reservation_cost * pool.needs.mean(axis=0) if pool.reserves else 0.0
    return allocation.covariance_rule(costs, covariance, certain)


#: Every rule by its name: it takes a pool and the costs of its coalitions. The first four are those in common use.
RULES = {
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
    """What an alliance comes to, n partners and all 2^n coalitions of them.

    costs : of every coalition, shape (2^n,). [$/period]
    alone : of every partner alone, shape (n,). [$/period]
    saving : of all together against all alone. [$/period]
    shares : name of a rule -> what each partner pays, shape (n,). [$/period]
    leaving : name of a rule -> the coalition that would gain most by leaving, and its gain.
    stable : name of a rule -> whether no coalition would gain.
    """

    costs: np.ndarray
    alone: np.ndarray
    saving: float
    shares: dict[str, np.ndarray]
    leaving: dict[str, stability.Leaving]
    stable: dict[str, bool]


def assess(pool):
    """Return the contract of a pool: costs of coalitions on record, and every rule of `RULES` with its stability.

    Parameters
    ----------
    pool : Pool

    Returns
    -------
    Contract

    Limits
    ------
    What would have been best on record is not what will be: with few periods the saving is a rough estimate. The
    covariance rule is left out where the pool's needs do not vary.

    Source
    ------
    Notebook 08.

    >>> contract = assess(Pool([[4, 1], [1, 4], [2, 3], [3, 2]], partner_surcharge=2.0, reservation_cost=1.0))
    >>> contract.saving, contract.shares["Shapley value"].tolist(), contract.stable["Shapley value"]
    (2.0, [2.5, 2.5], True)
    """
    costs = pool.costs()
    covariance = np.cov(pool.needs, rowvar=False)
    varies = covariance.sum() > 1e-9 * np.abs(covariance).max()  # partners that almost cancel leave rounding
    shares = {name: rule(pool, costs) for name, rule in RULES.items() if varies or name != "covariance"}
    each = alone(costs)
    leaving = {name: stability.leaving(costs, share) for name, share in shares.items()}
    stable = {name: worst.gain <= 0 for name, worst in leaving.items()}
    return Contract(costs, each, float(each.sum() - costs[-1]), shares, leaving, stable)


class Terms(NamedTuple):
    """What partners do for each other in an average period, and the transfer prices that suit all of them.

    lent, received : shape (n,). [pallet/period]
    prices : lowest and highest acceptable one. [$/pallet]
    """

    lent: np.ndarray
    received: np.ndarray
    prices: mutual_help.Prices


def terms(pool, lending_cost, offered=1.0):
    """Return the terms of lending each other the places that are there.

    Parameters
    ----------
    pool : Pool
        Of partners that keep their `internal_capacity`.
    lending_cost : float
        Cost of keeping a partner's pallet, from 0 to the surcharge. [$/pallet]
    offered : float, or array_like that broadcasts with the needs, optional
        Share of its spare places that a partner offers: the commitment. [-]

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


def joining(costs, rule):
    """Return what each partner pays less, or more, once a partner joins the others.

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 2
        Cost of each coalition by its number. [$]
    rule : callable
        Takes the costs of all coalitions of some partners, returns what each pays: `allocation.shapley` for instance.

    Returns
    -------
    ndarray, shape (n, n): row i is the change of everybody's payment by i's joining, that of i against c(i). [$]

    Source
    ------
    Notebook 08, eq. (8.18).

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


def expected_share_saved(pool, correlations):
    """Return which share of what partners pay alone pooling would save, were every pair equally correlated.

    Parameters
    ----------
    pool : Pool
    correlations : array_like, shape (k,)
        Of every pair, each from -1/(n-1) to 1. [-]

    Returns
    -------
    ndarray, shape (k,), under normal needs of the record's moments; 0 where nothing is paid alone. [-]

    >>> pool = Pool([[4, 1], [1, 4], [2, 3], [3, 2]], partner_surcharge=2.0, reservation_cost=1.0)
    >>> expected_share_saved(pool, [0.0, 1.0]).round(3).tolist()
    [0.085, 0.0]
    """
    (correlations,) = numbers(correlations=correlations)
    some = correlations.ndim == 1 and correlations.size > 0
    require(some, "correlations", "a list of at least one number", correlations.shape)
    buffers.root_sum_of_squares(np.ones(pool.needs.shape[1]), correlations)  # refuses what cannot be
    games = np.array([pool.normal_costs(correlation) for correlation in correlations])
    return pool.share_saved(games)
