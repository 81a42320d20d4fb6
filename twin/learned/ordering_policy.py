"""Orders of a lane that loses what it cannot ship: those of one trained network, or of a formula where it is safer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from twin._check import positive, single, whole
from twin._discrete import shares_of_whole_numbers
from twin.distribution import Distribution
from twin.exact.heuristics import capped_base_stock
from twin.exact.pricing import Policy, Whole, checked_states, price
from twin.exact.single_source import LostSales
from twin.learned.features import SLOTS, lane_context, network_inputs
from twin.learned.perceptron import Layers, forward, order_sizes
from twin.learned.simulated_rules import ComparedCosts, best_capped_rule, compared
from twin.learned.weights import shipped_layers

_RATIOS, _MEANS = (3.0, 100.0), (2.5, 10.0)  # within which the network is used
_NARROWEST = 0.5  # variance over mean of the narrowest law; that of the widest is 1 + mean, as of a geometric law [-]
_EDGE = 1e-9  # of a range, as a share [-]
_SKEWED = 0.35  # largest deviation of the skewness from that of the laws of training [-]
_ERRORS = 3.0  # standard errors by which the formula must be better [-]
_PRICED = 10_000  # states up to which both are priced exactly, in a fraction of a second
_TOLERANCE = 1e-5  # of these prices [-]


@dataclass(frozen=True)
class LearnedPolicy:
    """A policy, the rule behind it, and a sentence that says why it is that rule."""

    said: str
    rule: str  # network or capped base stock
    lead_time: int  # [period]
    orders: Policy = field(repr=False)

    def __call__(self, states: Whole) -> Whole:
        """Return the orders for states (stock, next order to arrive, ..., latest order), a row each. [pallet]"""
        return self.orders(checked_states(states, self.lead_time))


def lost_sales(law: Distribution, lead_time: int, penalty: ArrayLike, holding_cost: ArrayLike = 1.0) -> LearnedPolicy:
    """Return a policy of nearly least average cost for a lane that loses what it cannot ship, within a second.

    q = most / (1 + exp(-f(state, lane))), rounded, with one trained network f for all lanes

    Parameters
    ----------
    law : frozen SciPy distribution
        Demand of a period, on the whole numbers; independent from period to period. [pallet/period]
    lead_time : int
        An order placed at the start of period t can be shipped from period t + lead_time on, >= 1. [period]
    penalty : float
        Cost of a lost pallet, > 0. [$/pallet]
    holding_cost : float
        Cost of a pallet left at the end of a period, > 0. [$/pallet/period]

    Returns
    -------
    LearnedPolicy
        A function from states, whole numbers of shape (n, lead_time), which are stock on hand and the orders that
        arrive 1, 2, ..., lead_time - 1 periods later, the next one first, to orders of shape (n,), as the policy of
        `twin.exact.lost_sales` [pallet]; `rule`, and `said`, the reason for it.

    Errors
    ------
    ValueError for a law that is not on whole numbers, or a cost or lead time out of range.

    Limits
    ------
    The network is used for lead times to 10 periods, penalties of 3 to 100 times the holding cost, means from 2.5 to 10
    and laws with about the first three moments of a binomial, Poisson, negative binomial or geometric law. Elsewhere,
    and where it costs more, orders are those of the best capped base stock on simulated demands, a constant order where
    its cap is below mean demand; `said` says so. Both are priced exactly where there are few states, as with Poisson
    demand of mean 5 and lead times to 3; elsewhere the network costs more if it does on common simulated demands by
    over three standard errors.

    Source
    ------
    Alvo, Russo, Kanoria and Lee (2023), Neural inventory control in networks via hindsight differentiable policy
    optimization, for derivatives along simulated paths; Xin (2021) for the capped base stock.

    >>> from scipy.stats import poisson
    >>> policy = lost_sales(poisson(5), 2, penalty=9)
    >>> policy.rule, policy(np.array([[3, 4], [9, 9]])).tolist()
    ('network', [7, 2])
    """
    positive(penalty=penalty, holding_cost=holding_cost)
    under, hold = single(penalty=penalty, holding_cost=holding_cost)
    problem = LostSales(shares_of_whole_numbers(law, "law"), whole("lead_time", lead_time, least=1), under, hold)
    capped = best_capped_rule(problem)
    formula = capped_base_stock(*capped)
    told = f"the best capped base stock, up to {capped.level:,} and at most {capped.cap:,} at a time"
    if (reason := _outside(problem)) is not None:
        said = f"{reason}, so the orders are those of {told}."
        return LearnedPolicy(said, "capped base stock", problem.lead_time, formula)
    network = network_policy(shipped_layers(), problem)
    found, how = _costs_of_both(problem, network, formula)
    share = f"{abs(1 - found.first / found.second):.2%}"
    if found.first > found.second + _ERRORS * found.standard_error:
        said = f"{how.capitalize()}, the network costs {share} more than {told}, whose orders are used."
        return LearnedPolicy(said, "capped base stock", problem.lead_time, formula)
    less = "less" if found.first <= found.second else "more, within the error of the simulation,"
    said = f"The orders are those of the network; {how}, it costs {share} {less} than {told}."
    return LearnedPolicy(said, "network", problem.lead_time, network)


def network_policy(layers: Layers, problem: LostSales) -> Policy:
    """Return the orders of a network, rounded, for a problem with a lead time of at most `SLOTS`."""
    mean, sd, skewness = _moments(problem)
    given = (problem.penalty / problem.holding_cost, mean, sd, skewness)
    lane = lane_context(np.array([problem.lead_time]), *(np.array([number]) for number in given))

    def policy(states: Whole) -> Whole:
        padded = np.zeros((len(states), SLOTS), np.float32)
        padded[:, : problem.lead_time] = states
        return np.rint(order_sizes(forward(layers, network_inputs(padded, lane))[-1], lane)[0]).astype(np.int64)

    return policy


def _costs_of_both(problem: LostSales, network: Policy, formula: Policy) -> tuple[ComparedCosts, str]:
    """Return the costs of both policies, priced exactly where there are few states, and words that say how."""
    if problem.level(problem.lead_time + 1) * problem.level(1) ** (problem.lead_time - 1) <= _PRICED:
        with suppress(ValueError):  # a policy whose stock grows has no price
            one, other = (price(problem, policy, _TOLERANCE).high for policy in (network, formula))
            return ComparedCosts(one, other, 0.0), "priced exactly"
    return compared(problem, network, formula), "in a simulation"


def _moments(problem: LostSales) -> tuple[float, float, float]:
    """Return mean, standard deviation and skewness of demand in a period."""
    numbers = np.arange(len(problem.shares))
    mean = float(numbers @ problem.shares)
    variance, third = (float((numbers - mean) ** power @ problem.shares) for power in (2, 3))
    return mean, variance**0.5, third / variance**1.5 if variance > 0 else 0.0


def _outside(problem: LostSales) -> str | None:
    """Return the first half of a sentence on what is outside the range of the network; None if nothing is."""
    mean, sd, skewness = _moments(problem)
    ratio = problem.penalty / problem.holding_cost
    spread = sd**2 / mean if mean > 0 else 0.0
    checks = (
        ("The lead time", problem.lead_time, 1, SLOTS, "periods"),
        ("The penalty", ratio, *_RATIOS, "times the holding cost"),
        ("Mean demand", mean, *_MEANS, "a period"),
        ("The variance of demand", spread, _NARROWEST, 1 + mean, "times the mean"),
    )
    for what, value, low, high, unit in checks:
        if not low * (1 - _EDGE) <= value <= high * (1 + _EDGE):
            return f"{what}, {value:,.4g} {unit}, is outside the range of the network, {low:g} to {high:,.3g}"
    usual, shifted = ((2 * sd**2 / rest - 1) / sd for rest in (mean, mean - 1))  # counted from 0, and from 1
    if not usual - _SKEWED <= skewness <= shifted + _SKEWED:
        return f"The skewness of demand, {skewness:.2f}, is far from that of the laws of the network, {usual:.2f}"
    return None
