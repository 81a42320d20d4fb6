"""Places to book ahead: those of one trained network, or of a plan or simpler rule where that costs no more."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.exact.booking_plans import rolling_plan
from twin.exact.booking_problems import Booking
from twin.exact.ladder import costs_of_numbers, rules_of
from twin.exact.pricing import Policy, Whole, price
from twin.learned.booking_inputs import BookingContext, booking_context, booking_inputs
from twin.learned.perceptron import Layers, forward
from twin.learned.weights import BOOKINGS, shipped_layers

GAIN = 4.0  # of the marginal rule's gain, in the result to which the network's is added [-]
_TOLERANCE = 1e-5  # of the prices [-]


@dataclass(frozen=True)
class LearnedBookings:
    """A policy, the rule behind it, its cost, and a sentence that says why it is that rule."""

    said: str
    rule: str  # network, plan, newsvendor or marginal rule
    cost: float  # upper bound on its average cost; of the plan, that of the calendar plan [$/period]
    bookings: Policy = field(repr=False)

    def __call__(self, states: Whole) -> Whole:
        """Return the places to book for states of the problem, a row each. [place]"""
        return self.bookings(states)


def booking(problem: Booking) -> LearnedBookings:
    """Return a policy of nearly least average cost for a booking problem, priced exactly and never above simple rules.

    book one more place while  f(state, places booked so far) + 4 (worth over the term / rent - 1) > 0

    f is one trained network for all problems, and 0 gives nearly the marginal rule of `twin.exact.booking_rules`.

    Parameters
    ----------
    problem : Booking
        The problem of `twin.exact.booking`, in the field `problem` of its result, with one contract.

    Returns
    -------
    LearnedBookings
        A function from states, as the policy of `twin.exact.booking`, to places; `rule`, `cost` and `said`.

    Errors
    ------
    ValueError for several contracts, a term of more than 13 periods, and a table of states that is too large to price.

    Limits
    ------
    Without regimes the calendar plan is optimal, and is used. With them, the network is used where its exact cost is
    below those of the calendar plan, the newsvendor and the marginal rule; otherwise the cheapest of these. Where that
    is the calendar plan, bookings are those of the rolling plan, which makes it anew from the present state.

    Source
    ------
    Notebook 12, eq. (12.10).

    >>> from scipy.stats import poisson
    >>> from twin.exact.booking_problems import booking_problem
    >>> calm, busy = poisson(3), poisson(8)
    >>> given = dict(lead_time=1, term=3, place_cost=10, surcharge=25, regimes=[[0.9, 0.1], [0.1, 0.9]])
    >>> policy = booking(booking_problem([[calm, busy], [calm, calm], [busy, busy]], **given))
    >>> policy.rule
    'network'
    """
    costs = costs_of_numbers(problem)
    if problem.regimes == 1:
        said = "Without regimes, the best plan by the calendar is optimal."
        return LearnedBookings(said, "plan", costs["calendar plan"], rolling_plan(problem))
    network = network_bookings(shipped_layers(BOOKINGS), booking_context(problem))
    simple = {name: policy for name, (policy,) in rules_of(problem, rolling=False).items()}
    found = {"network": network, **simple}
    prices = {name: price(problem, policy, _TOLERANCE).high for name, policy in found.items()}
    prices["plan"] = costs["calendar plan"]
    best = min((name for name in prices if name != "network"), key=prices.__getitem__)
    change = f"{abs(prices['network'] / prices[best] - 1):.2%}"
    if prices["network"] < prices[best]:
        said = f"Priced exactly, the network costs {change} less than the {best}."
        return LearnedBookings(said, "network", prices["network"], network)
    said = f"Priced exactly, the network costs {change} more than the {best}, which is used."
    return LearnedBookings(said, best, prices[best], rolling_plan(problem) if best == "plan" else found[best])


def network_bookings(layers: Layers, context: BookingContext) -> Policy:
    """Return the bookings of a network for the problem of a context."""
    most = int(context.levels.max())

    def policy(states: Whole) -> Whole:
        given = np.asarray(states)
        booked, rows = np.zeros(len(given), np.int64), np.arange(len(given))
        while len(rows):
            inputs, gain = booking_inputs(context, given[rows], booked[rows])
            more = forward(layers, inputs)[-1][:, 0] + GAIN * gain > 0
            rows = rows[more]
            booked[rows] += 1
            rows = rows[booked[rows] <= most]
        return booked

    return policy
