"""Which lanes pool their space in the hub, how, and what it comes to. No widgets, no drawing."""

from typing import NamedTuple

import numpy as np

from twin._check import require
from twin.data.text import visible
from twin.games import alliance, allocation, stability
from twin.games.coalitions import MOST_PARTNERS, savings
from twin.plan.partners import Together, largest, needs_together
from twin.view.hub.feed_answers import amount

WAYS = {"help": "lend each other the places they have", "reserve": "reserve places together"}
AT_FIRST = 4  # partners, before anybody chooses
OFFERED = 15  # lanes that are offered by name
BANDS = 10  # partners up to which the acceptable payments are looked for: they take a linear programme each
USUAL = 4.0  # surcharges of so many times a place's cost are assumed, where nobody states what a place costs
ASSUMED = "a quarter of the surcharge"
PAID_ANYWAY = 0.0  # cost of keeping a partner's pallet on top of holding, which its owner would pay anywhere
HALF = 0.5  # a commitment of half the spare places


class PartnershipOutcome(NamedTuple):
    """What pooling comes to.

    together : partners and their needs; `pool` what they pool, `contract` every rule of sharing.
    acceptable : payments that nobody would leave for; None for many partners.
    terms : of lending each other places, else None; `half` the same when half of the spare places are offered.
    joining : what each partner's joining changes, by Shapley value, shape (n, n). [$/period]
    otherwise : what would be saved in other cases, rows of words, saving and share of what is paid alone.
    """

    together: Together
    pool: alliance.Pool
    contract: alliance.Contract
    acceptable: stability.Payments | None
    terms: alliance.Terms | None
    half: alliance.Terms | None
    joining: np.ndarray
    otherwise: list


class Partnership:
    """The partners that a planner has picked, lanes of one feed; each lane is taken as an LSP of its own."""

    def __init__(self):
        self.way, self.rule, self.reservation_cost = "help", "Shapley value", None
        self._names, self._feed, self._known = None, None, {}

    def names(self, session):
        """Return the partners: the lane in view and the largest others, until somebody picks."""
        here = session.policies.index
        kept = [name for name in self._names or () if name in here]
        if self._names is None or (self._names and not kept):
            others = [name for name in largest(session.feed, AT_FIRST) if name != session.lane]
            return [session.lane, *others][:AT_FIRST]
        return kept

    def offered(self, session):
        """Return the lanes to pick from: the partners, the lane in view, and the largest."""
        return list(dict.fromkeys([*largest(session.feed, OFFERED), session.lane, *self.names(session)]))

    def place_cost(self, session):
        """Return what a place costs that is reserved together: as stated, else as assumed. [$/pallet/period]"""
        if self.reservation_cost is not None:
            return self.reservation_cost
        return session.policy.partner_surcharge / USUAL

    def rule_of(self, found):
        """Return the rule looked at; another one where it cannot be had."""
        return self.rule if self.rule in found.contract.shares else "Shapley value"

    def do(self, message, session):
        """Take over what a planner has picked; return whether the message was about that."""
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
            cost = amount("cost of a place", text) if text else None  # back to what is assumed
            require(cost is None or 0 < cost < np.inf, "cost of a place", "a number above 0", visible(text, 40))
            self.reservation_cost = cost
        else:
            return False
        return True

    def _toggle(self, name, session):
        require(name in session.policies.index, "partner", "one of the lanes", visible(name, 40))
        names = self.names(session)
        if name in names:
            names.remove(name)
        else:
            require(len(names) < MOST_PARTNERS, "partners", f"at most {MOST_PARTNERS}", len(names) + 1)
            names.append(name)
        self._names = names

    def outcome(self, session):
        """Return the `PartnershipOutcome` for the partners as they stand; the last one is kept."""
        names, policy = self.names(session), session.policy
        network = session.portfolio.network(names)
        own, place_cost = network["internal_capacity"].to_numpy(), self.place_cost(session)
        scale = ((1.0 + network["return_rate"]) * network["dwell"]).to_numpy()
        buffer = network["safety_stock"].to_numpy()
        key = (*names, self.way, place_cost, policy.partner_surcharge, *own, *scale, *buffer)
        if self._feed is not session.feed:  # the same lanes may have other flows by now
            self._feed, self._known = session.feed, {}
        if key not in self._known:
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


def sensitivity(pool):
    """Return what would be saved otherwise, as (words, saving, share of what is paid alone). [$/period, -]

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
