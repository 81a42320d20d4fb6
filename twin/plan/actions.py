"""At most ten actions for the lanes of a history, by the money at stake, each with reason, decision and gain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin import lane, overflow_ahead
from twin._check import require
from twin.data.history import History, dense_in_weeks
from twin.data.statistics import assessable, lane_statistics
from twin.demand import period_name
from twin.own_places import place_prices
from twin.plan.attention import HALF_LIFE, STATUSES, WEEKS, ranked_periods, watched
from twin.plan.last_day import complete_part, left_out
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.portfolio import Policies
from twin.plan.wording import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.policy import Policy

MOST_ACTIONS = 10
LEAST_MONEY = 1.0  # least money of an action [$/week or month]
BLOCK_NAMES = {"D": "week", "W": "week", "MS": "month", "QS": "quarter"}  # name of the span of `ranked_periods`


@dataclass(frozen=True)
class Attention:
    """The lanes with their status, and the actions ranked by money.

    date : last period on record that is complete (`data.record.complete_periods`).
    period : "D", "W", "MS" or "QS".
    lanes : a row per lane with status, and with capacity [pallet], expected_overflow of the coming week or month
        [pallet], overflow_probability of one of its periods [-] and money [$/week or month].
    actions : at most ten rows, the most money first: lane, kind (overflow, loss or ended), money [$/week or month],
        reason and decision in words, places [pallet], first_date and last_date of the booking, gain [$].
    assumptions : sentences on unset fields of the policy, and on periods left out.
    history : what was read.
    """

    date: np.datetime64
    period: str
    lanes: pd.DataFrame
    actions: pd.DataFrame
    assumptions: tuple[str, ...]
    history: History


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
    whole, (history, later) = history, complete_part(history)
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
    return Attention(dates[-1], history.period, table, maker.actions(), (*assumptions, *left_out(later)), whole)


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

    def actions(self) -> pd.DataFrame:
        """Return the actions, the most money first."""
        money = np.nan_to_num(self.table["money"].to_numpy()[: len(self.statistics)])
        status = self.table["status"].to_numpy()[: len(self.statistics)]
        ended = status == "ended"
        idle = np.where(
            ended & ("internal_capacity" in self.stated),
            self.always * self.table["capacity"].to_numpy()[: len(ended)],
            0.0,
        )
        loss = np.where(ended | ("service_revenue" not in self.stated), 0.0, np.maximum(-self.profit, 0.0))
        stakes = np.stack([money, loss * self.block, idle * self.block])
        most = stakes.max(axis=0)
        order = [at for at in np.argsort(-most, kind="stable")[:MOST_ACTIONS] if most[at] >= LEAST_MONEY]
        makers = (self._overflow, self._loss, self._ended)
        rows = [{**makers[int(stakes[:, at].argmax())](at), "money": float(most[at])} for at in order]
        columns = ["lane", "kind", "money", "reason", "decision", "places", "first_date", "last_date", "gain"]
        return pd.DataFrame(rows, columns=columns)

    def _overflow(self, at: int) -> dict[str, Any]:
        name, row = self.statistics.index[at], self.table.iloc[at]
        near = self.found.mean[at, : self.block].mean()
        reason = (
            f"{self._said(near)} are expected a {self._unit()} against {self._said(row['capacity'])} owned: "
            f"{100 * row['overflow_probability']:.0f}% of the coming {self._many()} overflow, "
            f"by {self._said(row['expected_overflow'])} in the {BLOCK_NAMES[self.period]}"
        )
        places, first, last, gain = self._booking(at, float(row["capacity"]))
        if places > 0:
            weeks = f"from {first} to {last}"
            decision = f"book {self._said(places)} {weeks}: saves ${gain:,.0f}"
        else:
            worth = self.saved[at] * row["overflow_probability"]
            decision = (
                f"buy from the partner on the day (${self.whole_price[at]:,.2f} a place); a place booked ahead "
                f"pays below ${worth:,.2f} a {self._unit()}"
            )
        return self._row(name, "overflow", reason, decision, places, first, last, gain)

    def _booking(self, at: int, capacity: float) -> tuple[float, Any, Any, float]:
        """Return places, first and last day, and gain of the best booking over the weeks in which one pays."""
        block, life = self.block, self.block * HALF_LIFE[self.period]
        prices = {"always": float(self.always[at]), "saved": float(self.saved[at]), "half_life": life}

        def best(span):
            return overflow_ahead.places_ahead(
                self.found.mean[at, span], self.found.errors[at][:, span], capacity, **prices
            )

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
        name, loss = self.statistics.index[at], -float(self.profit[at])
        demand = float(self.statistics["demand_mean"].iloc[at])
        reason = f"the lane loses {quantity(loss, '$/period', self.length)} at its prices"
        decision = f"raise the price by ${loss / demand:,.2f} a pallet to break even, or give the lane up"
        return self._row(name, "loss", reason, decision, 0.0, None, None, loss * self.block)

    def _ended(self, at: int) -> dict[str, Any]:
        name, own = self.statistics.index[at], float(self.table["capacity"].iloc[at])
        day = pd.Timestamp(self.statistics["last_date"].iloc[at]).date()
        reason = f"no flow since {day}, and {self._said(own)} are kept for it"
        gain = own * float(self.always[at]) * self.block
        return self._row(name, "ended", reason, f"release {self._said(own)}", 0.0, None, None, gain)

    def _row(self, lane, kind, reason, decision, places, first, last, gain) -> dict[str, Any]:
        dates = {"first_date": first and str(first), "last_date": last and str(last)}
        return {
            "lane": lane,
            "kind": kind,
            "reason": reason,
            "decision": decision,
            "places": places,
            **dates,
            "gain": gain,
        }

    def _unit(self) -> str:
        return period_name(self.length)

    def _many(self) -> str:
        return f"{self._unit()}s"

    @staticmethod
    def _said(places: float) -> str:
        return f"{places:,.1f} places" if places < 10 and places % 1 else f"{places:,.0f} places"
