"""Make the actions of the lanes and sites of a network: the money at risk by kind, and the candidates for a place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from twin.plan.action_rows import Candidate, Row, Taken
from twin.plan.booking_actions import BookingActions
from twin.plan.lane_facts import Known, LaneFacts
from twin.plan.level_actions import ended, gap, level_break
from twin.plan.partner_actions import Free, free_partners
from twin.plan.standing_actions import STANDING, loss, penalty, promise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.plan.shift_actions import Shifts

LEAST_MONEY = 1.0  # least money of an action [$/week or month]
MOST_CANDIDATES = 100  # most actions that are ranked, standing and others; more move up where others are decided


class ActionMaker:
    """Makes the actions of lanes and sites; `worth` is the number and the money of all that are worth their place.

    A loss counts only where the planner states a revenue, penalties only where one is stated, a promise only where a
    service level is stated, and places that are kept for nothing, or are free for others, only where own capacity is:
    no money is at risk for a value that is assumed.
    """

    def __init__(self, known: Known, shifts: Shifts | None) -> None:
        self.facts, self.shifts = LaneFacts(known), shifts
        self.worth: dict[str, tuple[int, float]] = {}

    def candidates(self) -> tuple[Candidate, ...]:
        """Return the actions that are worth their place, the most money first."""
        found = [
            (at, Candidate(self.facts.names[at], kind, float(amounts[at]), partial(self._made, kind, at)))
            for kind, amounts in self._stakes().items()
            for at in np.flatnonzero(amounts >= LEAST_MONEY)
        ]
        if self.shifts is not None:
            amounts = enumerate(self.shifts.money)
            sites = self.shifts.sites
            found += [
                (-1 - at, Candidate(sites[at], "handling", float(money), partial(self._made, "handling", at)))
                for at, money in amounts
                if money >= LEAST_MONEY
            ]
        found = sorted(found, key=lambda one: -one[1].money)
        for _, one in found:
            count, money = self.worth.get(one.kind, (0, 0.0))
            self.worth[one.kind] = count + 1, money + one.money
        standing = [one for one in found if one[1].kind in STANDING][:MOST_CANDIDATES]
        coming = [one for one in found if one[1].kind not in STANDING][:MOST_CANDIDATES]
        found = sorted([*coming, *standing], key=lambda one: -one[1].money)
        errors, overflowing = self.facts.known.found.errors, [at for at, one in found if one.kind == "overflow"]
        kept = {at: errors[at].copy() for at, _ in found if at >= 0}
        self.bookings = BookingActions(self.facts, self.shifts, kept, self._partners(overflowing))
        self.facts.forget_errors()
        return tuple(one for _, one in found)

    def _partners(self, overflowing: list[int]) -> dict[int, Free]:
        """Return the partner of each lane that overflows, where one is known to have free places."""
        facts, known = self.facts, self.facts.known
        owned = known.stated["internal_capacity"]
        if not owned.any():
            return {}
        here = known.table["status"].isin(["normal", "watch", "strained"]).to_numpy()[: len(facts.names)]
        here = here & owned & (facts.gaps.periods == 0)  # until missing flows are known, their places only look free
        places = [known.site.get(name) for name in facts.names]
        free = np.where(here, facts.own, 0.0)
        return free_partners(facts.mean, known.found.errors, free, overflowing, facts.block, places)

    def _made(self, kind: str, at: int, taken: Taken) -> Row:
        """Return what an action of a kind says of a lane, or of a site."""
        self.bookings.taken = taken
        booked: dict[str, Callable[[int], Row]] = {
            "overflow": self.bookings.overflow,
            "handling": self.bookings.handling,
        }
        return booked[kind](at) if kind in booked else _SAID[kind](self.facts, at)

    def _stakes(self) -> dict[str, NDArray[np.float64]]:
        """Return the money of each lane by kind of action."""
        facts, known = self.facts, self.facts.known
        block, policy, count = facts.block, known.policy, len(facts.names)
        money = np.nan_to_num(known.table["money"].to_numpy()[:count])
        over = known.table["status"].to_numpy()[:count] == "ended"
        price = np.broadcast_to(policy.partner_surcharge, count)
        idle = facts.always * known.stated["internal_capacity"]
        fine = np.broadcast_to(policy.sla_penalty, count)
        lost = np.maximum(-facts.answers["lane_profit"], 0.0) * known.stated["service_revenue"]
        avoided = (facts.best["profit"] - facts.answers["profit"]) * known.stated["sla_penalty"]
        short = np.maximum(np.nan_to_num(facts.promises.short) - facts.answers["expected_shortage"], 0.0)
        fall = np.minimum(np.maximum(-facts.breaks.shift, 0.0), facts.own) * idle * block
        stakes = {
            "overflow": money,
            "penalty": np.where(known.levels < facts.best["service_level"], avoided, 0.0) * block,
            "promise": np.where(known.levels > 0, short * fine, 0.0) * block,
            "loss": lost * block,
            "break": np.where(facts.breaks.shift > 0, money, fall),
            "gap": facts.gaps.volume * facts.scale * price,
        }
        stakes = {kind: np.where(over, 0.0, amounts) for kind, amounts in stakes.items()}
        return {**stakes, "ended": np.where(over, facts.own * idle, 0.0) * block}


#: The words of the kinds of actions that book nothing.
_SAID: dict[str, Callable[[LaneFacts, int], Row]] = {
    "penalty": penalty,
    "promise": promise,
    "loss": loss,
    "break": level_break,
    "gap": gap,
    "ended": ended,
}
