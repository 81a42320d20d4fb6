"""The number of places to book ahead with a partner now, and the saving against simpler rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, require, shares, whole
from twin.exact import booking_plans, booking_rules
from twin.exact.booking_problems import Booking, booking_problem
from twin.exact.bookings import smallest_table, solved
from twin.exact.demand_laws import laws_by_period
from twin.exact.hidden_regimes import hidden_booking, hidden_price
from twin.exact.pricing import Optimum, Policy, Whole, price
from twin.exact.soft_blocks import places_to_keep, soft_block
from twin.learned.booking_inputs import LONGEST_TERM, booking_context
from twin.learned.booking_policy import network_bookings
from twin.learned.weights import BOOKINGS, shipped_layers
from twin.simulate import Estimate

_NETWORK, _ROLLING = "network", "rolling plan"
_MOST_VALUES = 2**18  # largest table, over all periods of the season, for which the exact optimum is quick
_TOLERANCE = 1e-5  # of the exact optimum, as a share of its cost [-]
_REPLICATIONS, _PERIODS, _SEED = 400, 24, 20  # of a simulation where the table is too large


class BookAhead(NamedTuple):
    """Places to book now, average costs per period in the long run, and the rule that was used."""

    places: int | Whole  # to book now, one number for each contract if there are several [place]
    cost: float  # of the rule used [$/period]
    standard_error: float  # of cost; 0 where it is exact [$/period]
    least_cost: float  # a lower bound on the cost of every rule [$/period]
    fixed_places: int  # best fixed number of places in force [place]
    fixed_cost: float  # [$/period]
    newsvendor_cost: float  # of the newsvendor on the forecast, with the better contract [$/period]
    saved_on_fixed: float  # fixed_cost - cost [$/period]
    saved_on_newsvendor: float  # newsvendor_cost - cost [$/period]
    rule: str  # newsvendor, plan, exact, marginal rule, network or rolling plan
    remark: str  # why this rule
    keep: int = 0  # places of the soft block to keep for the period that lies the return window ahead [place]


def book_ahead(
    demand: Any,
    *,
    lead_time: int,
    term: int | Sequence[int],
    place_cost: ArrayLike,
    surcharge: ArrayLike,
    demand_sd: ArrayLike | None = None,
    regimes: ArrayLike | None = None,
    refusal: ArrayLike = 0.0,
    refused_cost: ArrayLike | None = None,
    partner_space: Any = None,
    soft_places: ArrayLike = 0,
    soft_cost: float = 0.0,
    return_window: int = 1,
    booked: ArrayLike | None = None,
    period: int = 0,
    regime: int = 0,
    belief: float | None = None,
) -> BookAhead:
    """Return how many places to book now, and what that saves against a fixed number and against the newsvendor.

    a = argmin over a of  sum over j of  P(i, j) V_t+1(j, (B, a)),  V as in `twin.exact.booking`

    Parameters
    ----------
    demand : array_like of means, or frozen SciPy distribution on whole numbers, or an array of them
        Demand of a period: a single entry, one for each period of the season (with regimes: one for each regime), or a
        table with a row for each period and a column for each regime. The season repeats. Without regimes
        a plain list is one of periods, while `twin.exact.booking` reads it as regimes. [pallet/period]
    lead_time : int
        A booking made now, after the demand of this period, is in force from lead_time periods later on, >= 1. [period]
    term : int, or one for each contract
        Number of periods that a booking is in force, >= 1. [period]
    place_cost : float, or one for each contract
        Rent of a booked place, used or not, > 0. [$/place/period]
    surcharge : array_like, shape () or (season,)
        Whole price of a pallet that goes to the partner at once, >= 0. [$/pallet]
    demand_sd : array_like, broadcast to demand, optional
        Standard deviation of demand given as means; without it, demand is Poisson. [pallet/period]
    regimes : array_like, shape (regimes, regimes), optional
        Probability that a regime follows another, with the present one in rows; without it, there is one regime. [-]
    refusal : array_like, shape () or (season,) or (season, regimes)
        Probability that the partner refuses everything in a period. [-]
    refused_cost : array_like, of the shape of surcharge, optional
        Cost of a pallet that has no place anywhere, at least the surcharge; needed with refusal or partner_space.
        [$/pallet]
    partner_space : frozen SciPy distribution on whole numbers, or an array of them, optional
        Free space of the partner in a period: one law, one for each regime, or a table with a row for each period and a
        column for each regime. He takes min(missing, free) pallets; unlimited by default. [pallet/period]
    soft_places : array_like of whole numbers, shape () or (season,)
        Places of a soft block, each given back free of charge or kept for one period; not with a belief. [place]
    soft_cost : float
        Rent of a place of the soft block that is kept, >= 0. [$/place/period]
    return_window : int
        Periods before use at which the places to keep are named, 1 to lead_time. [period]
    booked : array_like of whole numbers, shape (sum over contracts of lead_time + term - 1,), optional
        Past bookings, oldest first, contract by contract; none by default. [place]
    period, regime : int
        Present period of the season and present regime, counted from 0.
    belief : float, optional
        Probability that the second of two regimes holds now, where the regime is hidden and demand alone tells of it;
        `regime` is not used then. Without it, the regime is observed. [-]

    Returns
    -------
    BookAhead
        `places` [place]; `cost`, `standard_error`, `least_cost`, `fixed_cost`, `newsvendor_cost`, `saved_on_fixed`,
        `saved_on_newsvendor` [$/period]; `fixed_places`, `keep` [place]; `rule`, `remark`.

    Errors
    ------
    ValueError for a standard deviation that no demand in whole pallets has, a period or regime that does not exist,
    and whatever `twin.exact.booking` refuses.

    Limits
    ------
    A hidden regime: the exact optimum on a grid of beliefs or, where its table is large, the cheaper of the marginal
    rule and the network of `twin.learned.booking`; costs are simulated, and `least_cost` is that of the grid, which
    tells more than demand does (`twin.exact.hidden_regimes`).
    A term of one period: the newsvendor on the forecast is optimal. One regime: the plan by the calendar is optimal,
    and `cost` is its cost; the places are those of the rolling plan, whose horizon ends, and which costs up to 0.2 %
    more where several plans are equally good.
    Several regimes: the exact optimum where its table is small; otherwise the cheaper of the marginal rule and, with
    one contract of at most 13 periods, the network, both simulated on the same paths. With a season, this is the
    network where it costs less than the marginal rule and the calendar plan; otherwise the rolling plan, with the cost
    of the better of these two; where the exact costs are known, the rolling plan is up to 2 % cheaper than that, and
    at most 0.1 % dearer.

    Source
    ------
    `twin.exact.booking`, `twin.exact.booking_rules`, `twin.exact.booking_plans` and `twin.learned.booking`.

    >>> found = book_ahead([5, 5, 12, 5], lead_time=1, term=2, place_cost=10, surcharge=25)
    >>> found.places, found.rule, round(found.cost, 2), round(found.saved_on_newsvendor, 2)
    (6, 'plan', 98.2, 8.7)
    """
    laws = laws_by_period(demand, demand_sd, one_regime=regimes is None)
    terms = (laws, lead_time, term, place_cost, surcharge, regimes)
    partner = {"refusal": refusal, "refused_cost": refused_cost, "partner_space": partner_space}
    if belief is not None:
        rule = "0 where a belief stands for the regime, because its price is not known"
        require(not np.any(np.asarray(soft_places)), "soft_places", rule, soft_places)
        return _on_beliefs(terms, partner, booked, period, belief)
    problem = booking_problem(*terms, **partner)
    state = _state(problem, booked, period, regime)
    keep = None
    if np.any(np.asarray(soft_places)):
        keep = places_to_keep(problem, soft_places, soft_cost, return_window)
        problem = soft_block(problem, soft_places, soft_cost, return_window)
    fixed = booking_rules.fixed_places(problem)
    newsvendors = [booking_rules.newsvendor_on_forecast(problem, contract) for contract in range(problem.decisions)]
    bound = booking_rules.single_term_bound(problem)
    if problem.terms == (1,):
        policy, cost, error, newsvendor_cost = newsvendors[0], bound, 0.0, bound
        rule, remark = "newsvendor", "With a term of one period, the newsvendor on the forecast is optimal."
    elif problem.regimes == 1:
        policy, cost, error = booking_plans.rolling_plan(problem), booking_plans.calendar_plan(problem).cost, 0.0
        bound, rule, remark = cost, "plan", "Without regimes, the best plan by the calendar is optimal."
        newsvendor_cost = min(price(problem, each, _TOLERANCE).high for each in newsvendors)
    elif (optimum := _exact(problem)) is not None:
        policy, cost, error, bound = optimum.policy, optimum.high, 0.0, optimum.low
        rule, remark = "exact", "The best booking of all rules, from a table of all states."
        newsvendor_cost = min(optimum.price(each).high for each in newsvendors)
    else:
        policy, cost, error, newsvendor_cost, rule, dearer = _look_ahead(problem, newsvendors)
        source = "taken to be that of the better of two simpler rules" if rule == _ROLLING else "simulated"
        remark = (
            f"The table of the exact optimum is too large for a quick answer, so the {rule} is used; its cost is "
            f"{source}, and no rule costs less than {bound:,.2f} a period.{dearer}"
        )
    places = np.asarray(policy(state[None, :])).reshape(-1)
    return BookAhead(
        int(places[0]) if problem.decisions == 1 else places, cost, error, bound, fixed.places, fixed.cost,
        newsvendor_cost, fixed.cost - cost, newsvendor_cost - cost, rule, remark, _kept(problem, state, places, keep),
    )  # fmt: skip


def _on_beliefs(
    terms: tuple[Any, ...], partner: dict[str, Any], booked: ArrayLike | None, period: int, belief: float
) -> BookAhead:
    """Return the places to book where two regimes are hidden, from checked arguments but the belief."""
    (chance,) = shares(belief=belief)
    require(terms[-1] is not None, "regimes", "given with a belief", terms[-1])
    problem = hidden_booking(*terms, **partner)
    grid = problem.beliefs
    state = _state(grid, booked, period, round(float(chance) * (grid.regimes - 1)))
    contracts, season = range(grid.decisions), grid.season
    newsvendors = [booking_rules.newsvendor_on_forecast(grid, contract) for contract in contracts]
    optimum = _exact(grid)
    if optimum is not None:
        rules, bound = [("exact", optimum.policy)], optimum.low
        remark = "The best booking of all rules on a grid of beliefs, from a table of all states; costs are simulated."
    else:
        rules, bound = _quick_rules(grid), booking_rules.single_term_bound(grid)
        remark = (
            "The table of the exact optimum is too large for a quick answer, so the {} is used; costs are simulated."
        )
    size = {"seasons": -(-_PERIODS // season), "replications": _REPLICATIONS, "seed": _SEED}
    (cost, error), best = min((hidden_price(problem, each, **size), at) for at, (_, each) in enumerate(rules))
    rule, policy = rules[best]
    simple = min(hidden_price(problem, each, **size).mean for each in newsvendors)
    fixed, places = booking_rules.fixed_places(problem.seen), np.asarray(policy(state[None, :])).reshape(-1)
    return BookAhead(
        int(places[0]) if grid.decisions == 1 else places, cost, error, bound, fixed.places, fixed.cost, simple,
        fixed.cost - cost, simple - cost, rule, remark.format(rule),
    )  # fmt: skip


def _kept(problem: Booking, state: Whole, places: Whole, keep: Whole | None) -> int:
    """Return the places of a soft block to keep for the period that lies the return window ahead."""
    if keep is None:
        return 0
    first, others = 2, 0
    for contract, (term, kept) in enumerate(zip(problem.terms, problem.kept, strict=True)):
        every = np.append(state[first : first + kept], places[contract])
        others, first = others + int(every[problem.window : problem.window + term].sum()), first + kept
    return int(keep[state[0], state[1], min(others, keep.shape[2] - 1)])


def _exact(problem: Booking) -> Optimum | None:
    """Return the optimum from a table that is quick to compute; None if no such table is large enough."""
    most = _MOST_VALUES // problem.season
    if smallest_table(problem) > most:
        return None
    optimum = solved(problem, _TOLERANCE, most)
    return None if optimum.capped else optimum


def _look_ahead(problem: Booking, newsvendors: list[Policy]) -> tuple[Policy, float, float, float, str, str]:
    """Return a rule for a table that is too large, a cost that it keeps, its error, the newsvendor's cost, its name.

    The last text says what the network costs if it can be priced and is not used. The rolling plan takes too long to
    be simulated, and its cost is that of the calendar plan or the marginal rule.
    """

    def priced(policy: Policy) -> Estimate:
        return booking_rules.simulated_price(
            problem, policy, seasons=-(-_PERIODS // problem.season), replications=_REPLICATIONS, seed=_SEED
        )

    simplest = min(priced(each).mean for each in newsvendors)
    rules = _quick_rules(problem)
    costs = [priced(policy) for _, policy in rules]
    planned = booking_plans.calendar_plan(problem).cost if problem.season > 1 else np.inf
    best = min(range(len(rules)), key=lambda at: costs[at].mean)
    (rule, policy), (cost, error) = rules[best], costs[best]
    if problem.season == 1 or (rule == _NETWORK and cost < planned):
        return policy, cost, error, simplest, rule, _dearer(rules, costs, rule)
    simple = min(each for (name, _), each in zip(rules, costs, strict=True) if name != _NETWORK)
    cost, error = min(simple, Estimate(planned, 0.0))
    return booking_plans.rolling_plan(problem), cost, error, simplest, _ROLLING, _dearer(rules, costs, _ROLLING)


def _quick_rules(problem: Booking) -> list[tuple[str, Policy]]:
    """Return the rules that are quick for a table of any size: the marginal rule of each contract, and the network."""
    contracts = range(problem.decisions)
    rules = [("marginal rule", booking_rules.marginal_rule(problem, contract)) for contract in contracts]
    if problem.decisions == 1 and problem.terms[0] <= LONGEST_TERM:
        rules.append((_NETWORK, network_bookings(shipped_layers(BOOKINGS), booking_context(problem))))
    return rules


def _dearer(rules: list[tuple[str, Policy]], costs: list[Estimate], used: str) -> str:
    """Return a sentence on the cost of the network if it is priced and not used."""
    found = [cost for (name, _), cost in zip(rules, costs, strict=True) if name == _NETWORK != used]
    return f" The network would cost {found[0].mean:,.2f}, simulated." if found else ""


def _state(problem: Booking, booked: ArrayLike | None, period: int, regime: int) -> Whole:
    """Return the present state from checked arguments."""
    size = sum(problem.kept)
    (past,) = nonnegative(booked=np.zeros(size) if booked is None else booked)
    require(past.shape == (size,), "booked", f"a list of {size} past bookings, oldest first", past.shape)
    require(past == np.floor(past), "booked", "whole numbers of places", past)
    for name, value, count in (("period", period, problem.season), ("regime", regime, problem.regimes)):
        require(whole(name, value, least=0) < count, name, f"below {count}", value)
    return np.array([period, regime, *past], np.int64)
