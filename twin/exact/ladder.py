"""The ladder of rules for booking ahead: the exact cost of each rung, from one fixed number to the rolling plan."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.exact import booking_plans, booking_rules
from twin.exact.booking_problems import Booking
from twin.exact.long_run import long_run
from twin.exact.pricing import Optimum, Policy, PriceBounds, price
from twin.exact.value_iteration import Array


def ladder(problem: Booking, tolerance: float = 1e-5, *, rolling: bool = True) -> dict[str, PriceBounds]:
    """Return bounds on the average cost of each simple rule for booking ahead, from the simplest one on. [$/period]

    Parameters
    ----------
    problem : Booking
        The problem of `twin.exact.booking`, in the field `problem` of its result.
    tolerance : float
        Largest difference between the bounds of a price, as a share of it. [-]
    rolling : bool
        Whether the rolling plan is priced too: a linear programme for each state that it reaches.

    Returns
    -------
    dict of rule -> PriceBounds
        `one fixed number`, `calendar plan`, `newsvendor`, `marginal rule` and `rolling plan`; of several contracts, the
        rules that use a single one take the better one.

    Source
    ------
    `twin.exact.booking_rules` and `twin.exact.booking_plans`.

    >>> from scipy.stats import poisson
    >>> from twin.exact import booking
    >>> laws = [[poisson(mean)] for mean in (5, 5, 12, 5)]
    >>> found = booking(laws, lead_time=1, term=2, place_cost=10, surcharge=25)
    >>> costs = ladder(found.problem)
    >>> [round(costs[rule].high, 2) for rule in ("one fixed number", "newsvendor", "rolling plan")]
    [106.52, 106.9, 98.2]
    """
    found = {rule: PriceBounds(cost, cost) for rule, cost in costs_of_numbers(problem).items()}
    for rule, policies in rules_of(problem, rolling=rolling).items():
        found[rule] = min((price(problem, policy, tolerance) for policy in policies), key=lambda cost: cost.high)
    return found


def costs_of_numbers(problem: Booking) -> dict[str, float]:
    """Return the exact costs of the rungs without a forecast, one fixed number and the calendar plan. [$/period]"""
    fixed, planned = booking_rules.fixed_places(problem), booking_plans.calendar_plan(problem)
    return {"one fixed number": fixed.cost, "calendar plan": planned.cost}


def rules_of(problem: Booking, *, rolling: bool = True) -> dict[str, list[Policy]]:
    """Return the policies of each rule that looks at a forecast, one for each contract that it may use alone."""
    contracts = range(problem.decisions)
    rules = {
        "newsvendor": [booking_rules.newsvendor_on_forecast(problem, contract) for contract in contracts],
        "marginal rule": [booking_rules.marginal_rule(problem, contract) for contract in contracts],
    }
    return rules | ({"rolling plan": [booking_plans.rolling_plan(problem)]} if rolling else {})


def gaps_of_rules(optimum: Optimum, *, rolling: bool = True) -> dict[str, float]:
    """Return by how much each rule of `ladder` costs more than the optimum of `booking`, never below 0. [%]

    100 (upper bound on the cost of the rule / lower bound on the least cost - 1)
    """
    problem: Any = optimum.problem
    costs = ladder(problem, rolling=rolling)
    return {rule: max(100 * (cost.high / optimum.low - 1), 0.0) for rule, cost in costs.items()}


def mean_places(problem: Booking, policy: Policy) -> Array:
    """Return the mean number of places in force under a policy, one number for each contract. [place]"""
    run, first, places = long_run(problem, policy), 2, []
    for term, kept in zip(problem.terms, problem.kept, strict=True):
        places.append(run.states[:, first : first + term].sum(axis=1))
        first += kept
    return run.shares @ np.stack(places, axis=1)
