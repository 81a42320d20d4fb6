"""Make the actions for the lanes and sites of a network: what is at stake, the reason in words, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from twin import lane, overflow_ahead
from twin.demand import period_name
from twin.own_places import place_prices
from twin.plan.attention import BLOCK_NAMES, HALF_LIFE, SILENT, WEEKS, ranked_periods
from twin.plan.partner_actions import contract_for, free_partners
from twin.plan.record_actions import JUDGED, breaks, gaps, promises
from twin.plan.unit_names import unit_names
from twin.plan.wording import quantity, whole_money, written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.plan.attention import Watched
    from twin.plan.shift_actions import Shifts
    from twin.policy import Policy

LEAST_MONEY = 1.0  # least money of an action [$/week or month]
MOST_CANDIDATES = 100  # most actions that are ranked, standing and others; more move up where others are decided
#: Kinds of actions on terms that hold until they are negotiated; the others are about the coming weeks.
STANDING = ("loss", "penalty", "promise")
ACTION_COLUMNS = [
    "lane",
    "kind",
    "money",
    "reason",
    "decision",
    "places",
    "first_date",
    "last_date",
    "partner",
    "price",
]
ACTION_COLUMNS += ["gain"]

Row = dict[str, Any]


class Candidate(NamedTuple):
    """An action that is worth its place: its lane (or site), kind and money [$/week or month].

    said : function that returns the other columns, in the planner's names of units.
    """

    lane: str
    kind: str
    money: float
    said: Callable[[], Row]


class Known(NamedTuple):
    """Everything known of the lanes: a row each of `statistics`, `volumes` (lanes, periods) and `table`.

    stated : fields of the policy that the planner states, for some lane.
    levels : service levels that are stated; NaN where none is, shape (lanes,). [-]
    contracts, site : contracts of the plan by name, and the site of each lane that has one.
    """

    calendar: WorkingCalendar
    last: np.datetime64
    statistics: pd.DataFrame
    volumes: NDArray[np.float64]
    policy: Policy
    found: Watched
    table: pd.DataFrame
    stated: set[str]
    levels: NDArray[np.float64]
    contracts: Mapping[str, Mapping[str, Any]]
    site: Mapping[str, str]


class ActionMaker:
    """Makes the actions of lanes and sites; `worth` is the number and the money of all that are worth their place.

    A loss counts only if the user states a revenue, a promise only where a service level is stated, and places that
    are kept for nothing only if own capacity is stated.
    """

    def __init__(self, known: Known, shifts: Shifts | None) -> None:
        self.known, self.shifts, calendar = known, shifts, known.calendar
        self.worth: dict[str, tuple[int, float]] = {}
        self.period, self.length = calendar.period, calendar.length
        self.names, self.block = known.statistics.index, ranked_periods(calendar.period, calendar.season)
        self.ahead = calendar.without_holidays.following(known.last, self.block * WEEKS[self.period] + 1)
        self.open = calendar.is_period(self.ahead[:-1])
        policy, count = known.policy, len(self.names)
        always, used = place_prices(policy.holding_cost, policy.own_place_cost)
        self.always, used, holding = (np.broadcast_to(x, count) for x in (always, used, policy.holding_cost))
        self.whole_price = holding + policy.partner_surcharge
        self.saved = np.maximum(self.whole_price - used, 0.0)
        self.answers = self._assessed(policy)
        self.best = self.answers
        with suppress(ValueError):  # for instance, holding that costs nothing has no best service level
            self.best = self._assessed(replace(policy, service_level=None))
        self.own = known.table["capacity"].to_numpy()[:count]
        self.mean = known.found.mean
        self._bookings: dict[tuple[Any, ...], tuple[float, Any, Any, float]] = {}  # the best ones, when they are known

    def _assessed(self, policy):
        """Return the answers of the lanes under a policy, each with a number a lane."""
        answers = lane.assess(self.known.statistics, policy, period=self.length)
        return {name: np.broadcast_to(value, len(self.names)) for name, value in answers.items()}

    def candidates(self) -> tuple[Candidate, ...]:
        """Return the actions that are worth their place, the most money first."""
        found = [
            (at, Candidate(self.names[at], kind, float(amounts[at]), partial(make, at)))
            for kind, (amounts, make) in self._stakes().items()
            for at in np.flatnonzero(amounts >= LEAST_MONEY)
        ]
        if self.shifts is not None:
            amounts = enumerate(self.shifts.money)
            found += [
                (-1 - at, Candidate(self.shifts.sites[at], "handling", float(money), partial(self._handling, at)))
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
        errors, overflowing = self.known.found.errors, [at for at, one in found if one.kind == "overflow"]
        self.errors = {at: errors[at].copy() for at, _ in found if at >= 0}
        if "internal_capacity" in self.known.stated:
            here = self.known.table["status"].isin(["normal", "watch", "strained"]).to_numpy()[: len(self.names)]
            here = here & (self.gaps.periods == 0)  # until missing flows are known, their places only look free
            self.partners = free_partners(self.mean, errors, np.where(here, self.own, 0.0), overflowing, self.block)
        else:
            self.partners = {}
        self.known = self.known._replace(found=None)  # the errors of all lanes would take much memory
        return tuple(one for _, one in found)

    def _stakes(self) -> dict[str, tuple[NDArray[np.float64], Callable[[int], Row]]]:
        """Return the money of each lane by kind of action, and the function that says the rest."""
        known, block, policy = self.known, self.block, self.known.policy
        count = len(self.names)
        money = np.nan_to_num(known.table["money"].to_numpy()[:count])
        ended = known.table["status"].to_numpy()[:count] == "ended"
        price = np.broadcast_to(policy.partner_surcharge, count)
        idle = self.always * ("internal_capacity" in known.stated)
        scale = np.broadcast_to((1 + policy.return_rate) * policy.dwell, count)
        self.gaps = gaps(known.volumes, block, block * SILENT[self.period])
        self.breaks = breaks(known.found.errors, known.volumes * scale[:, np.newaxis])
        promised = (self.answers["reorder_point"], self.answers["exposure"], np.nan_to_num(known.levels))
        self.promises = promises(known.volumes, *promised, block * JUDGED[self.period])
        penalty = np.broadcast_to(policy.sla_penalty, count)
        lost = np.maximum(-self.answers["profit"], 0.0) * ("service_revenue" in known.stated)
        avoided = (self.best["profit"] - self.answers["profit"]) * ("sla_penalty" in known.stated)
        short = np.maximum(np.nan_to_num(self.promises.short) - self.answers["expected_shortage"], 0.0)
        fall = np.minimum(np.maximum(-self.breaks.shift, 0.0), self.own) * idle * block
        stakes = {
            "overflow": (money, self._overflow),
            "penalty": (np.where(known.levels < self.best["service_level"], avoided, 0.0) * block, self._penalty),
            "promise": (np.where(known.levels > 0, short * penalty, 0.0) * block, self._promise),
            "loss": (lost * block, self._loss),
            "break": (np.where(self.breaks.shift > 0, money, fall), self._break),
            "gap": (self.gaps.volume * scale * price, self._gap),
        }
        stakes = {kind: (np.where(ended, 0.0, amounts), make) for kind, (amounts, make) in stakes.items()}
        return {**stakes, "ended": (np.where(ended, self.own * idle, 0.0) * block, self._ended)}

    # ------------------------------------------------------------ kinds of actions

    def _overflow(self, at: int) -> Row:
        row, near = self.known.table.iloc[at], self.mean[at, : self.block].mean()
        reason = (
            f"{_said(near)} are expected a {self._unit()} against {_said(row['capacity'])} owned: "
            f"{100 * row['overflow_probability']:.0f}% of the coming {self._unit()}s overflow, "
            f"by {_said(row['expected_overflow'])} in the {BLOCK_NAMES[self.period]}"
        )
        places, first, last, gain = self._best_booking(at, float(row["capacity"]))
        partner, price, why, begins = self._partner(at, first, last)
        if places > 0 and begins > str(first):
            places, first, last, gain = self._best_booking(at, float(row["capacity"]), np.datetime64(begins))
        where = f" at {partner}" if partner else ""
        if places > 0:
            decision = f"book {_said(places)}{where} from {first} to {last}: saves {whole_money(gain)}"
        else:
            worth = self.saved[at] * row["overflow_probability"]
            decision = (
                f"buy from {partner or 'the partner'} on the day ({written(self.whole_price[at], '$')} a place); a "
                f"place booked ahead pays below {written(worth, '$')} a {self._unit()}"
            )
        return _row(reason + why, decision, gain, places, first, last, partner, price)

    def _partner(self, at: int, first: Any, last: Any) -> tuple[str, float | None, str, str]:
        """Return the proposed partner, the price of a contract with it, the reason, and the day it begins, or ""."""
        name, day = self.names[at], str(first or self.ahead[0])
        contract = contract_for(self.known.contracts, name, self.known.site.get(name), day, str(last or ""))
        if contract:
            number, terms = contract
            why = f"; contract {number} with {terms['partner']} has the lowest price of the plan"
            return terms["partner"], terms.get("price"), why, terms["first"]
        if at not in self.partners:
            return "", None, "", ""
        other, free, share = self.partners[at]
        return (
            self.names[other],
            None,
            f"; {self.names[other]} has {_said(free)} free then, for {100 * share:.0f}% of it",
            "",
        )

    def _best_booking(self, at: int, capacity: float, begins: Any = None) -> tuple[float, Any, Any, float]:
        """Return places, first and last day, and gain of the best booking for a lane, from a day on or from now."""
        key = at, capacity, begins
        if key not in self._bookings:
            given = self.mean[at], self.errors[at], capacity, self.always[at], self.saved[at]
            self._bookings[key] = self._weeks_that_pay(*given, begins)
        return self._bookings[key]

    def _weeks_that_pay(self, mean, errors, capacity, always, saved, begins=None):
        """Return places, first and last day, and gain of the best booking over the weeks in which one pays."""
        bookable = self.open if begins is None else self.open & (self.ahead[:-1] >= begins)
        block, life = self.block, self.block * HALF_LIFE[self.period]
        prices = {"always": float(always), "saved": float(saved), "half_life": life}

        def best(span):
            return overflow_ahead.places_ahead(mean[span], errors[:, span], capacity, **prices)

        def steps(first, end):
            return first * block + np.flatnonzero(bookable[first * block : end * block])

        weeks = [steps(week, week + 1) for week in range(WEEKS[self.period])]
        paying = [week for week, span in enumerate(weeks) if len(span) and best(span).gain > 0]
        if not paying:
            return 0.0, None, None, 0.0
        span = steps(paying[0], paying[-1] + 1)
        found, first = best(span), self.ahead[span[0]]
        last = self.ahead[span[-1]] if self.period == "D" else self.ahead[span[-1] + 1] - 1
        return float(found.places), first, last, float(found.gain)

    def _handling(self, at: int) -> Row:
        shifts, many = self.shifts, unit_names().many
        near = shifts.found.mean[at, : self.block].mean()
        reason = (
            f"{near:,.0f} {many} are expected a {self._unit()} against {shifts.limit[at]:,.0f} that the shift can "
            f"handle: {100 * shifts.found.probability[at]:.0f}% of the coming {self._unit()}s go beyond it, by "
            f"{shifts.found.expected[at]:,.0f} {many} in the {BLOCK_NAMES[self.period]}"
        )
        given = shifts.found.mean[at], shifts.found.errors[at], float(shifts.limit[at])
        slots, first, last, gain = self._weeks_that_pay(
            *given, shifts.handling[at], shifts.handling[at] + shifts.price[at]
        )
        if slots > 0:
            decision = f"add a shift for {slots:,.0f} {many} from {first} to {last}: saves {whole_money(gain)}"
        else:
            whole = written(shifts.handling[at] + shifts.price[at], "$")
            decision = (
                f"give the rest to a partner on the day ({whole} a {unit_names().goods}): a shift ahead costs more"
            )
        return _row(reason, decision, gain, slots, first, last)

    def _penalty(self, at: int) -> Row:
        now, best = self.answers, self.best
        reason = (
            f"{written(now['penalty'][at], '$')} of penalties a {self._unit()} are expected at a service level of "
            f"{100 * now['service_level'][at]:.1f}%; its costs make {100 * best['service_level'][at]:.1f}% the best"
        )
        gain = float(best["profit"][at] - now["profit"][at]) * self.block
        decision = (
            f"raise the buffer from {now['safety_stock'][at]:,.0f} to {best['safety_stock'][at]:,.0f} "
            f"{unit_names().many}: saves {whole_money(gain)} a {BLOCK_NAMES[self.period]}"
        )
        return _row(reason, decision, gain)

    def _promise(self, at: int) -> Row:
        found, many = self.promises, unit_names().many
        days = min(self.block * JUDGED[self.period], self.known.volumes.shape[1])
        reason = (
            f"{100 * self.known.levels[at]:.0f}% are promised, and {100 * found.kept[at]:.0f}% were kept in the latest "
            f"{days} {self._unit()}s by a buffer of {self.answers['safety_stock'][at]:,.0f} {many}"
        )
        more = float(found.needed[at] - self.answers["reorder_point"][at])
        penalty, holding = (np.broadcast_to(x, len(self.names))[at] for x in self._prices())
        gain = float(penalty * (found.short[at] - found.short_then[at]) - holding * more) * self.block
        decision = f"raise the buffer by {more:,.0f} {many}, which would have kept it"
        decision += f": saves {whole_money(gain)} a {BLOCK_NAMES[self.period]}" if gain > 0 else ""
        return _row(reason, decision, max(gain, 0.0))

    def _prices(self):
        return self.known.policy.sla_penalty, self.known.policy.holding_cost

    def _loss(self, at: int) -> Row:
        loss = -float(self.answers["profit"][at])
        demand = float(self.known.statistics["demand_mean"].iloc[at])
        reason = f"the lane loses {quantity(loss, '$/period', self.length)} at its prices"
        more = f"{written(loss / demand, '$')} a {unit_names().goods}"
        decision = f"raise the price by {more} to break even, or give the lane up"
        return _row(reason, decision, loss * self.block)

    def _break(self, at: int) -> Row:
        shift, share = float(self.breaks.shift[at]), float(self.breaks.share[at])
        near = float(self.mean[at, : self.block].mean())
        reason = (
            f"the latest {WEEKS[self.period]} {BLOCK_NAMES[self.period]}s took {abs(share):.0%} "
            f"{'more' if shift > 0 else 'less'} space than was forecast before them, {_said(abs(shift))} a "
            f"{self._unit()}: unlike any error before"
        )
        if shift > 0:
            decision = (
                f"confirm the new level, and plan for {_said(near)} in place of {_said(float(self.own[at]))} owned"
            )
            return _row(reason, decision, 0.0)
        idle = min(-shift, float(self.own[at]))
        gain = idle * float(self.always[at]) * self.block
        decision = f"confirm the new level, and release {_said(idle)}: saves {whole_money(gain)} a "
        return _row(reason, decision + BLOCK_NAMES[self.period], gain)

    def _gap(self, at: int) -> Row:
        missing, day = int(self.gaps.periods[at]), self._last_day(at)
        reason = (
            f"no flow since {day}, where there always was one: {missing:,} {self._unit()}s with about "
            f"{self.gaps.volume[at]:,.0f} {unit_names().many} are missing"
        )
        decision = "import the missing flows, or enter zeros: until then the forecast counts them as none"
        return _row(reason, decision, 0.0)

    def _ended(self, at: int) -> Row:
        own = float(self.own[at])
        reason = f"no flow since {self._last_day(at)}, and {_said(own)} are kept for it"
        gain = own * float(self.always[at]) * self.block
        return _row(reason, f"release {_said(own)}: saves {whole_money(gain)} a {BLOCK_NAMES[self.period]}", gain)

    def _last_day(self, at: int) -> Any:
        return pd.Timestamp(self.known.statistics["last_date"].iloc[at]).date()

    def _unit(self) -> str:
        return period_name(self.length)


def _said(places: float) -> str:
    return f"{places:,.1f} places" if places < 10 and places % 1 else f"{places:,.0f} places"


def _row(reason, decision, gain, places=0.0, first=None, last=None, partner="", price=None) -> Row:
    """Return the columns of an action that its candidate says."""
    dates = {"first_date": first and str(first), "last_date": last and str(last)}
    found = {"reason": reason, "decision": decision, "places": places, **dates, "partner": partner, "price": price}
    return {**found, "gain": gain}
