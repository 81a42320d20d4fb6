"""Hold a planner's choice of partners and of their way of pooling, and compute the results. No widgets, no drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from twin._check import require
from twin.data.text import visible
from twin.games import alliance, allocation, stability
from twin.games.coalitions import MOST_PARTNERS, savings
from twin.plan.horizon import forecasts_by_date, longest_of
from twin.plan.partners import Together, largest, needs_together
from twin.plan.partners_bookings import bookings_of_partners
from twin.plan.policies import policy_of
from twin.view.hub.feed_answers import amount

if TYPE_CHECKING:
    import pandas as pd

    from twin.lane import Policy
    from twin.plan.booking_terms import BookingTerms, Contracts
    from twin.plan.feed import Feed
    from twin.plan.partners_bookings import PartnersBookings
    from twin.plan.portfolio import Portfolio

#: Ways of pooling, as the buttons name them.
WAYS = {
    "help": "lend each other spare places",
    "reserve": "reserve places together",
    "book": "book places ahead together",
}
AT_FIRST = 4  # number of partners before the planner picks any
OFFERED = 15  # number of lanes that have a button
BANDS = 10  # most partners for which the range of payments in the core is computed (two linear programmes per partner)
USUAL = 4.0  # assumed ratio of the surcharge to the cost of a reserved place, if that cost is unset [-]
ASSUMED = "a quarter of the surcharge"  # the same assumption in words
PAID_ANYWAY = 0.0  # extra cost of storing a partner's pallet; its owner pays holding in any case [$/pallet/period]
HALF = 0.5  # share of the spare places that partners commit in the second calculation [-]


class PartnershipSession(Protocol):
    """The parts of a session that a partnership reads."""

    feed: Feed
    lane: str
    policies: pd.DataFrame

    @property
    def policy(self) -> Policy:
        """Policy of the lane in view."""

    @property
    def portfolio(self) -> Portfolio:
        """All lanes with their policies."""

    @property
    def horizon(self) -> int:
        """Periods ahead that are in view."""

    def contracts(self) -> Contracts:
        """Return the contracts of the plan."""


class PartnershipOutcome(NamedTuple):
    """Results of pooling.

    together : partners and their needs on common dates.
    pool : the pooling problem.
    contract : payments and stability under every rule of sharing.
    acceptable : lowest and highest payment of each partner in the core, or in the least core if the core is empty;
        None for more than `BANDS` partners.
    terms : terms of lending each other places; None if places are reserved together.
    half : the same terms if each partner commits half of its spare places.
    joining : change of each partner's payment when another one joins, by Shapley value, shape (n, n). [$/period]
    otherwise : rows (assumption, saving [$/period], saving as a share of the cost alone [-]).
    """

    together: Together
    pool: alliance.Pool
    contract: alliance.Contract
    acceptable: stability.Payments | None
    terms: alliance.Terms | None
    half: alliance.Terms | None
    joining: np.ndarray
    otherwise: list[tuple[str, float, float]]


class Partnership:
    """The partners that a planner has picked among the lanes of one feed; each lane stands for one LSP."""

    def __init__(self) -> None:
        self.way, self.rule = "help", "Shapley value"
        self.reservation_cost: float | None = None  # cost of a reserved place; None means the default
        self._names: list[str] | None = None
        self._feed: Feed | None = None
        self._known: dict[tuple, Any] = {}  # cache of the latest outcome

    def names(self, session: PartnershipSession) -> list[str]:
        """Return the partners: the planner's choice, or by default the lane in view and the largest others."""
        here = session.policies.index
        kept = [name for name in self._names or () if name in here]
        if self._names is None or (self._names and not kept):
            others = [name for name in largest(session.feed, AT_FIRST) if name != session.lane]
            return [session.lane, *others][:AT_FIRST]
        return kept

    def offered(self, session: PartnershipSession) -> list[str]:
        """Return the lanes that have a button: the largest ones, the lane in view, and the partners."""
        return list(dict.fromkeys([*largest(session.feed, OFFERED), session.lane, *self.names(session)]))

    def place_cost(self, session: PartnershipSession) -> float:
        """Return the cost of a reserved place, by default a share of the surcharge. [$/pallet/period]"""
        if self.reservation_cost is not None:
            return self.reservation_cost
        return session.policy.partner_surcharge / USUAL

    def rule_of(self, found: PartnershipOutcome) -> str:
        """Return the selected rule of sharing; the Shapley value if the selected rule gave no result."""
        return self.rule if self.rule in found.contract.shares else "Shapley value"

    def do(self, message: dict[str, Any], session: PartnershipSession) -> bool:
        """Apply a choice of the planner; return False if the message is about something else."""
        done = message.get("do")
        if done == "partner":
            self._toggle(str(message.get("name", "")), session)
        elif done == "partner-way":
            way = str(message.get("way"))
            require(way in WAYS, "way", f"one of {', '.join(WAYS)}", visible(way, 40))
            self.way = way
        elif done == "partner-rule":
            rule = str(message.get("rule"))
            require(rule in alliance.RULES, "rule", "one of those listed", visible(rule, 40))
            self.rule = rule
        elif done == "partner-cost":
            text = str(message.get("reservation_cost", "")).strip()
            cost = amount("cost of a place", text) if text else None  # an empty field restores the default
            require(cost is None or 0 < cost < np.inf, "cost of a place", "a number above 0", visible(text, 40))
            self.reservation_cost = cost
        else:
            return False
        return True

    def _toggle(self, name: str, session: PartnershipSession) -> None:
        """Add a lane to the partners, or remove it."""
        require(name in session.policies.index, "partner", "one of the lanes", visible(name, 40))
        names = self.names(session)
        if name in names:
            names.remove(name)
        else:
            require(len(names) < MOST_PARTNERS, "partners", f"at most {MOST_PARTNERS}", len(names) + 1)
            names.append(name)
        self._names = names

    def outcome(self, session: PartnershipSession) -> PartnershipOutcome:
        """Return the results for the current partners; the latest results are cached."""
        names, policy = self.names(session), session.policy
        network = session.portfolio.network(names)
        own, place_cost = network["internal_capacity"].to_numpy(), self.place_cost(session)
        scale = ((1.0 + network["return_rate"]) * network["dwell"]).to_numpy()
        buffer = network["safety_stock"].to_numpy()
        key = (*names, self.way, place_cost, policy.partner_surcharge, *own, *scale, *buffer)
        if self._is_new(key, session):
            if self.way == "reserve":
                rule = "below the surcharge: else nobody should reserve at all"
                require(place_cost < policy.partner_surcharge, "cost of a place", rule, f"${place_cost:,.4g}")
            together = needs_together(session.feed, names, scale)
            needs = np.maximum(together.needs + buffer, 0.0)
            how = {"reservation_cost": place_cost} if self.way == "reserve" else {"internal_capacity": own}
            pool = alliance.Pool(needs, policy.partner_surcharge, **how)
            contract = alliance.assess(pool)
            lend = not pool.reserves
            self._known = {
                key: PartnershipOutcome(
                    together,
                    pool,
                    contract,
                    stability.acceptable(contract.costs) if len(names) <= BANDS else None,
                    alliance.terms(pool, PAID_ANYWAY) if lend else None,
                    alliance.terms(pool, PAID_ANYWAY, HALF) if lend else None,
                    alliance.joining(contract.costs, allocation.shapley),
                    sensitivity(pool),
                )
            }
        return self._known[key]

    def bookings(self, session: PartnershipSession) -> tuple[PartnersBookings, BookingTerms]:
        """Return what the partners book ahead together over the horizon, and on which terms; the latest are cached."""
        names = self.names(session)
        table, period = session.portfolio.policies, session.feed.calendar.length
        policies = {name: policy_of(row) for name, row in table.loc[names].iterrows()}
        longest = longest_of(table, period)
        key = ("book", session.horizon, longest, repr(policies), repr(session.contracts()))
        if self._is_new(key, session):
            ahead = forecasts_by_date(session.feed.forecasts, names, session.horizon, longest=longest)
            found = bookings_of_partners(ahead, policies, session.feed.calendar, session.contracts())
            self._known = {key: found}
        return self._known[key]

    def _is_new(self, key: tuple, session: PartnershipSession) -> bool:
        """Return whether a result is not known; a new feed may have other flows of the same lanes."""
        if self._feed is not session.feed:
            self._feed, self._known = session.feed, {}
        return key not in self._known


def sensitivity(pool: alliance.Pool) -> list[tuple[str, float, float]]:
    """Return savings under other assumptions: (assumption, saving [$/period], share of the cost alone [-]).

    >>> pool = alliance.Pool([[4, 1], [1, 4], [2, 3], [3, 2]], partner_surcharge=2.0, reservation_cost=0.5)
    >>> [words for words, _, _ in sensitivity(pool)][:2]
    ['on record', 'surcharge halved']
    """
    games = {"on record": pool.costs()}
    for words, times in (("surcharge halved", 0.5), ("surcharge doubled", 2.0)):
        surcharge = times * pool.partner_surcharge
        if not pool.reserves or surcharge > pool.reservation_cost:
            games[words] = pool.costs(partner_surcharge=surcharge)
    games["normal needs, correlated as on record"] = pool.normal_costs()
    for correlation in (0.0, 0.5, 0.9):
        games[f"normal needs, every pair correlated {correlation:g}"] = pool.normal_costs(correlation)
    return [(words, float(savings(costs)[-1]), float(pool.share_saved(costs))) for words, costs in games.items()]
