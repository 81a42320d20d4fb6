"""At most ten actions for the lanes of a history, by the money at stake, each with reason, decision and gain."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from twin import lane, overflow_ahead
from twin._check import require
from twin.data.history import History, dense_in_weeks
from twin.data.record import complete_periods
from twin.data.statistics import assessable, lane_statistics
from twin.demand import period_name
from twin.own_places import place_prices
from twin.plan.attention import HALF_LIFE, SILENT, STATUSES, WEEKS, ranked_periods, watched
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.portfolio import Policies
from twin.plan.unit_names import unit_names
from twin.plan.wording import quantity, whole_money, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.policy import Policy

MOST_ACTIONS = 10
MOST_CANDIDATES = 100  # most actions that are ranked; those beyond ten move up where others are decided
LEAST_MONEY = 1.0  # least money of an action [$/week or month]
BLOCK_NAMES = {"D": "week", "W": "week", "MS": "month", "QS": "quarter"}  # name of the span of `ranked_periods`


COLUMNS = ["lane", "kind", "money", "reason", "decision", "places", "first_date", "last_date", "gain"]


class Candidate(NamedTuple):
    """An action that is worth its place: its lane, kind and money [$/week or month]; `said` returns the rest."""

    lane: str
    kind: str
    money: float
    said: Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Attention:
    """The lanes with their status, and the actions ranked by money.

    date : last period on record that is complete (`data.record.complete_periods`).
    period : "D", "W", "MS" or "QS".
    lanes : a row per lane with status, and with capacity [pallet], expected_overflow of the coming week or month
        [pallet], overflow_probability of one of its periods [-] and money [$/week or month].
    assumptions : sentences on unset fields of the policy, and on periods left out.
    history : what was read.
    candidates : every action that is worth its place, the most money first.
    """

    date: np.datetime64
    period: str
    lanes: pd.DataFrame
    assumptions: tuple[str, ...]
    history: History
    candidates: tuple[Candidate, ...] = field(default=(), repr=False, compare=False)

    @property
    def actions(self) -> pd.DataFrame:
        """The ten actions with the most money, as `ranked` returns them."""
        return self.ranked()

    def ranked(self, without: Collection[tuple[str, str]] = (), most: int = MOST_ACTIONS) -> pd.DataFrame:
        """Return at most `most` actions, one a lane, the most money first, in the planner's names of units.

        without : (lane, kind) of actions that are left out, because they are decided.

        The columns are lane, kind (overflow, loss or ended), money [$/week or month], reason and decision in words,
        places [pallet], first_date and last_date of the booking, and gain [$].
        """
        rows: dict[str, dict[str, Any]] = {}
        for one in self.candidates:
            if len(rows) == most:
                break
            if one.lane not in rows and (one.lane, one.kind) not in without:
                rows[one.lane] = {"lane": one.lane, "kind": one.kind, "money": one.money, **one.said()}
        table = pd.DataFrame(rows.values(), columns=COLUMNS)
        for name in ("first_date", "last_date"):
            table[name] = pd.Series([row[name] for row in rows.values()], dtype=object)  # None, where pandas has NaN
        return table


def attention_of(
    history: History, given: Mapping[str, float | str] | None = None, policies: Policies | None = None
) -> Attention:
    """Return the status of every lane of a history, and the ranked actions.

    history, given, policies : as for `table_report.assess_history`.

    >>> from twin.data.load import load_history
    >>> found = attention_of(load_history(), {"internal_capacity": 150.0})
    >>> found.actions["lane"].tolist(), found.lanes.loc["BER-MUC", "status"]
    (['BER-MUC', 'HAM-ROT', 'FRA-PAR'], 'strained')
    """
    whole, (history, left_out) = history, _complete(history)
    statistics, refused = assessable(lane_statistics(history))
    require(len(statistics) > 0, "history", "one with a lane that can be assessed", "none")
    fields, assumptions = policy_table(statistics, given, policies, period=history.calendar.length)
    policy = policy_of(fields)
    names, dates, volumes = dense_in_weeks(history)
    rows = np.searchsorted(names, statistics.index)
    scale = np.broadcast_to((1 + policy.return_rate) * policy.dwell, len(rows))  # places per pallet of volume
    own = np.broadcast_to(policy.internal_capacity, len(rows)).astype(float)
    price = np.broadcast_to(policy.partner_surcharge, len(rows)).astype(float)
    found = watched(
        volumes[rows] * scale[:, np.newaxis], own, price, period=history.period, season=history.calendar.season
    )
    status = np.array(STATUSES)[found.status[:, -1]]
    here = np.isin(status, ("normal", "watch", "strained"))
    table = pd.DataFrame(
        {
            "status": status,
            "capacity": own,
            "expected_overflow": np.where(here, found.expected, np.nan),
            "overflow_probability": np.where(here, found.probability, np.nan),
            "money": np.where(here, found.expected * price, np.nan),
        },
        index=statistics.index,
    )
    for name in {*refused.index, *whole.flows["lane"].unique()} - {*statistics.index}:
        table.loc[name, "status"] = "no data"
    stated = {*(given or {}), *(() if policies is None else _columns(policies))}
    maker = _Maker(history.calendar, dates[-1], statistics, policy, found, table, stated)
    return Attention(dates[-1], history.period, table, (*assumptions, *left_out), whole, maker.candidates())


def _complete(history):
    """Return the history up to its last complete period, and a sentence on the later ones, if there are any."""
    days, calendar = history.flows["date"].to_numpy().astype("datetime64[D]"), history.calendar
    every_week, season = calendar.without_holidays, ranked_periods(calendar.period, calendar.season)
    time = every_week.between(days.min(), days)
    few = season * SILENT[calendar.period]
    end = complete_periods(np.bincount(time), season=season, few=few)
    if end > time.max():
        return history, ()
    note = (
        f"flows after {days[time < end].max()} are left out ({int(np.sum(time >= end)):,} rows, up to {days.max()}): "
        f"fewer than half of the lanes that usually flow have a row there"
    )
    return replace(history, flows=history.flows[time < end]), (note,)


def _columns(policies):
    """Return the fields that policies state, of a table or of a mapping of lanes."""
    return (
        policies.columns if isinstance(policies, pd.DataFrame) else {name for row in policies.values() for name in row}
    )


class _Maker:
    """Makes the actions of lanes, one a lane: that with the most money.

    A loss counts only if the user states a revenue, and places kept for an ended lane only if they are stated.
    """

    def __init__(self, calendar, last, statistics, policy: Policy, found, table, stated) -> None:
        self.period, self.length = calendar.period, calendar.length
        self.found, self.table, self.stated = found, table, stated
        self.statistics, self.block = statistics, ranked_periods(calendar.period, calendar.season)
        self.ahead = calendar.without_holidays.following(last, self.block * WEEKS[self.period] + 1)
        self.open = calendar.is_period(self.ahead[:-1])
        count = len(statistics)
        always, used = place_prices(policy.holding_cost, policy.own_place_cost)
        self.always, used, holding = (np.broadcast_to(x, count) for x in (always, used, policy.holding_cost))
        self.whole_price = holding + policy.partner_surcharge
        self.saved = np.maximum(self.whole_price - used, 0.0)
        self.profit = np.broadcast_to(lane.assess(statistics, policy, period=calendar.length)["profit"], count)
        self._booking = cache(self._best_booking)

    def candidates(self) -> tuple[Candidate, ...]:
        """Return the actions that are worth their place, the most money first."""
        count = len(self.statistics)
        money = np.nan_to_num(self.table["money"].to_numpy()[:count])
        ended = self.table["status"].to_numpy()[:count] == "ended"
        kept = self.always * self.table["capacity"].to_numpy()[:count]
        loss = np.maximum(-self.profit, 0.0)
        stakes = {
            "overflow": (money, self._overflow),
            "loss": (np.where(ended | ("service_revenue" not in self.stated), 0.0, loss * self.block), self._loss),
            "ended": (np.where(ended & ("internal_capacity" in self.stated), kept * self.block, 0.0), self._ended),
        }
        found = [
            (at, Candidate(self.statistics.index[at], kind, float(amounts[at]), partial(make, at)))
            for kind, (amounts, make) in stakes.items()
            for at in np.flatnonzero(amounts >= LEAST_MONEY)
        ]
        found = sorted(found, key=lambda one: -one[1].money)[:MOST_CANDIDATES]
        self.errors = {at: self.found.errors[at].copy() for at in {at for at, _ in found}}
        self.mean = self.found.mean
        del self.found  # the errors of all lanes would take much memory
        return tuple(one for _, one in found)

    def _overflow(self, at: int) -> dict[str, Any]:
        row = self.table.iloc[at]
        near = self.mean[at, : self.block].mean()
        reason = (
            f"{self._said(near)} are expected a {self._unit()} against {self._said(row['capacity'])} owned: "
            f"{100 * row['overflow_probability']:.0f}% of the coming {self._many()} overflow, "
            f"by {self._said(row['expected_overflow'])} in the {BLOCK_NAMES[self.period]}"
        )
        places, first, last, gain = self._booking(at, float(row["capacity"]))
        if places > 0:
            weeks = f"from {first} to {last}"
            decision = f"book {self._said(places)} {weeks}: saves {whole_money(gain)}"
        else:
            worth = self.saved[at] * row["overflow_probability"]
            decision = (
                f"buy from the partner on the day ({written(self.whole_price[at], '$')} a place); a place booked ahead "
                f"pays below {written(worth, '$')} a {self._unit()}"
            )
        return _row(reason, decision, gain, places, first, last)

    def _best_booking(self, at: int, capacity: float) -> tuple[float, Any, Any, float]:
        """Return places, first and last day, and gain of the best booking over the weeks in which one pays."""
        block, life = self.block, self.block * HALF_LIFE[self.period]
        prices = {"always": float(self.always[at]), "saved": float(self.saved[at]), "half_life": life}

        def best(span):
            return overflow_ahead.places_ahead(self.mean[at, span], self.errors[at][:, span], capacity, **prices)

        def steps(first, end):
            return first * block + np.flatnonzero(self.open[first * block : end * block])

        weeks = [steps(week, week + 1) for week in range(WEEKS[self.period])]
        paying = [week for week, span in enumerate(weeks) if len(span) and best(span).gain > 0]
        if not paying:
            return 0.0, None, None, 0.0
        span = steps(paying[0], paying[-1] + 1)
        found, first = best(span), self.ahead[span[0]]
        last = self.ahead[span[-1]] if self.period == "D" else self.ahead[span[-1] + 1] - 1
        return float(found.places), first, last, float(found.gain)

    def _loss(self, at: int) -> dict[str, Any]:
        loss = -float(self.profit[at])
        demand = float(self.statistics["demand_mean"].iloc[at])
        reason = f"the lane loses {quantity(loss, '$/period', self.length)} at its prices"
        more = f"{written(loss / demand, '$')} a {unit_names().goods}"
        decision = f"raise the price by {more} to break even, or give the lane up"
        return _row(reason, decision, loss * self.block)

    def _ended(self, at: int) -> dict[str, Any]:
        own = float(self.table["capacity"].iloc[at])
        day = pd.Timestamp(self.statistics["last_date"].iloc[at]).date()
        reason = f"no flow since {day}, and {self._said(own)} are kept for it"
        gain = own * float(self.always[at]) * self.block
        return _row(reason, f"release {self._said(own)}", gain)

    def _unit(self) -> str:
        return period_name(self.length)

    def _many(self) -> str:
        return f"{self._unit()}s"

    @staticmethod
    def _said(places: float) -> str:
        return f"{places:,.1f} places" if places < 10 and places % 1 else f"{places:,.0f} places"


def _row(
    reason: str, decision: str, gain: float, places: float = 0.0, first: Any = None, last: Any = None
) -> dict[str, Any]:
    """Return the columns of an action that its candidate says."""
    dates = {"first_date": first and str(first), "last_date": last and str(last)}
    return {"reason": reason, "decision": decision, "places": places, **dates, "gain": gain}
