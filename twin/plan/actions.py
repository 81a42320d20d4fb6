"""At most ten actions for the lanes of a history, by the money at risk, each with reason, decision and gain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.history import History, dense_in_weeks
from twin.data.statistics import assessable, lane_statistics
from twin.plan.action_maker import LEAST_MONEY, ActionMaker
from twin.plan.action_rows import ACTION_COLUMNS, Candidate, Row, Taken
from twin.plan.adjustments import adjusted, adjusts, in_plan
from twin.plan.at_risk import AtRisk, Booking, at_risk_of, bookings_of
from twin.plan.attention import BLOCK_NAMES, STATUSES, watched
from twin.plan.lane_facts import STAKED, Known
from twin.plan.last_day import complete_part, left_out
from twin.plan.policies import policy_of
from twin.plan.policy_table import lanes_that_state, policy_table
from twin.plan.portfolio import Policies
from twin.plan.shift_actions import shifts_of
from twin.plan.sites_behind import as_far_as_recorded
from twin.plan.standing_actions import STANDING
from twin.plan.wording import money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.plan.capacity_plan import CapacityPlan

MOST_ACTIONS = 10
MOST_STANDING = 4  # most places of standing actions while actions on the coming weeks wait


@dataclass(frozen=True)
class Attention:
    """The lanes with their status, and the actions ranked by money.

    date : last period on record that is complete (`data.record.complete_periods`).
    period : "D", "W", "MS" or "QS".
    lanes : a row per lane with status, and with capacity [pallet], expected_overflow of the coming week or month
        [pallet], overflow_probability of one of its periods [-] and money [$/week or month]; places that are booked
        by decisions count as capacity for their dates.
    assumptions : sentences on unset fields of the policy, and on periods left out.
    history : what was read.
    candidates : actions that are worth their place, the most money first.
    worth : kind of action -> number and money of all that are worth their place.
    own_stated : whether the own capacity of some lane is stated; otherwise hardly any can overflow.
    risk : what the lanes of the candidates, and those with a booking, have at risk by date.
    bookings : bookings by decisions that count as capacity for their dates, by lane.
    """

    date: np.datetime64
    period: str
    lanes: pd.DataFrame
    assumptions: tuple[str, ...]
    history: History
    candidates: tuple[Candidate, ...] = field(default=(), repr=False, compare=False)
    worth: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    own_stated: bool = True
    risk: AtRisk | None = field(default=None, repr=False, compare=False)
    bookings: Mapping[str, tuple[Booking, ...]] = field(default_factory=dict, repr=False)

    def under(self, decisions: Mapping[str, Mapping[str, Any]]) -> Attention:
        """Return the same with the places that decisions of a plan take: what is left of overflow and money at risk."""
        taken, lanes = bookings_of(decisions), self.lanes.copy()
        changed = [name for name in {**self.bookings, **taken} if self.bookings.get(name) != taken.get(name)]
        changed = [name for name in changed if self.risk is not None and name in self.risk.rows]
        if changed:
            left = self.risk.only(changed).columns(taken)
            lanes.loc[changed, list(left)] = np.stack(list(left.values()), axis=1)
        return replace(self, lanes=lanes, bookings=taken)

    @property
    def actions(self) -> pd.DataFrame:
        """The ten actions with the most money, as `ranked` returns them."""
        return self.ranked()

    def ranked(self, without: Collection[tuple[str, str]] = (), most: int = MOST_ACTIONS) -> pd.DataFrame:
        """Return at most `most` actions, one a lane, the most money first, in the planner's names of units.

        Actions on terms that hold until they are negotiated (`STANDING`) take at most `MOST_STANDING` places while
        others wait: lanes that lose money at their prices would hide what is due in the coming weeks. An action on the
        overflow of a lane with bookings is on what is left of it, if further places pay. Actions that save less than
        `LEAST_MONEY` are left out.

        without : (lane, kind) of actions that are left out, because they are decided.

        The columns are lane (or site), kind (`kinds.ACTION_KINDS`), money [$/week or month], reason and decision in
        words, places or slots [pallet], first_date and last_date of the booking, partner, price of a place: of its
        contract, beyond what is paid in any case, or as of an own place [$/pallet/period], rent of all its places on
        all its dates [$], and gain: what the action saves, less the rent [$].
        """
        return table_of(self._rows(without, most)[0])

    def _rows(self, without: Collection[tuple[str, str]], most: int) -> tuple[list[Row], set[tuple[str, str]]]:
        """Return the rows of `ranked`, and lane and kind of the actions above the last one that are not worth it."""
        waiting = [self._now(one) for one in self.candidates if (one.lane, one.kind) not in without]
        waiting.sort(key=lambda one: -one.money)
        small: set[tuple[str, str]] = set()
        while True:
            found, taken = _chosen([one for one in waiting if (one.lane, one.kind) not in small], most), self.taken()
            rows = [self.row(one, taken) for one in found]
            more = {(row["lane"], row["kind"]) for row in rows if not self._worth_it(row)}
            if not more:
                return rows, small
            small |= more

    def taken(self) -> Taken:
        """Return what is decided, with all places that contracts then have left."""
        return Taken(self.bookings, self.lanes)

    def row(self, one: Candidate, taken: Taken) -> Row:
        """Return the columns of an action."""
        return {"lane": one.lane, "kind": one.kind, "money": one.money, **one.said(taken)}

    def _now(self, one: Candidate) -> Candidate:
        """Return a candidate with the money that bookings of its lane leave at risk."""
        return (
            one._replace(money=float(self.lanes.loc[one.lane, "money"])) if self._of_rest(one.lane, one.kind) else one
        )

    def _of_rest(self, lane: str, kind: str) -> bool:
        """Return whether an action is on what bookings leave of the overflow of a lane, and not all of it."""
        last = max((one.get("last", "9999") for one in self.bookings.get(lane, ())), default="")
        return kind == "overflow" and last > str(self.date)

    def _worth_it(self, row: Row) -> bool:
        """Return whether an action saves enough to be shown; one that claims no saving is, unless it is on a rest."""
        return row["gain"] >= LEAST_MONEY or (row["gain"] <= 0 and not self._of_rest(row["lane"], row["kind"]))

    def others(self, seen: Collection[tuple[str, str]]) -> str:
        """Return in words how many actions of each kind are not among those seen, and their money; "" for none.

        seen : (lane, kind) of the actions that are shown or decided.

        >>> from twin.data.load import load_history
        >>> attention_of(load_history(), {"internal_capacity": 150.0}).others([("BER-MUC", "overflow")])
        'overflow 1 ($384 a week)'
        """
        left = {kind: list(worth) for kind, worth in self.worth.items()}
        small = self._rows(seen, MOST_ACTIONS)[1]
        for one in self.candidates:
            if (one.lane, one.kind) in seen or (one.lane, one.kind) in small:
                left[one.kind] = [left[one.kind][0] - 1, left[one.kind][1] - one.money]
        block = BLOCK_NAMES[self.period]
        return ", ".join(f"{kind} {count:,} ({money(most)} a {block})" for kind, (count, most) in left.items() if count)


def attention_of(
    history: History,
    given: Mapping[str, float | str] | None = None,
    policies: Policies | None = None,
    plan: CapacityPlan | None = None,
) -> Attention:
    """Return the status of every lane of a history, and the ranked actions.

    history, given, policies : as for `table_report.assess_history`.
    plan : the plan whose sites, contracts, overrides and scenario in view count, optional; its policies count if they
        are given as `policies`.

    >>> from twin.data.load import load_history
    >>> found = attention_of(load_history(), {"internal_capacity": 150.0})
    >>> found.actions["lane"].tolist(), found.lanes.loc["BER-MUC", "status"]
    (['BER-MUC', 'HAM-ROT'], 'strained')
    """
    whole, (history, later) = history, complete_part(history)
    history = as_far_as_recorded(history, plan)
    statistics, refused = assessable(lane_statistics(history))
    require(len(statistics) > 0, "history", "one with a lane that can be assessed", "none")
    fields, assumptions = policy_table(statistics, given, policies, period=history.calendar.length)
    statistics, fields, planned = in_plan(plan, statistics, fields)
    policy = policy_of(fields)
    names, dates, volumes = dense_in_weeks(history)
    rows = np.searchsorted(names, statistics.index)
    scale = np.broadcast_to((1 + policy.return_rate) * policy.dwell, len(rows))  # places per pallet of volume
    own = np.broadcast_to(policy.internal_capacity, len(rows)).astype(float)
    price = np.broadcast_to(policy.partner_surcharge, len(rows)).astype(float)
    how = {"period": history.period, "season": history.calendar.season}

    def changed(some, needs):
        """Return the latest forecasts of some lanes as the plan changes them."""
        per_pallet = np.maximum(scale[some, np.newaxis], 1e-300)
        coming = history.calendar.without_holidays.following(dates[-1], needs.shape[1])
        volumes = needs / per_pallet
        planned = adjusted(plan, list(statistics.index[some]), coming, volumes, period=history.period)
        return needs + (planned - volumes) * per_pallet

    needs = volumes[rows] * scale[:, np.newaxis]
    found = watched(needs, own, price, **how, changed=changed if adjusts(plan) else None)
    status = np.array(STATUSES)[found.status[:, -1]]
    here = np.isin(status, ("normal", "watch", "strained"))
    names = list(statistics.index)
    risk = at_risk_of(names, found, volumes[rows], policy, history.calendar, dates[-1])
    overflow = {name: np.where(here, values, np.nan) for name, values in risk.columns({}).items()}
    table = pd.DataFrame({"status": status, "capacity": own, **overflow}, index=statistics.index)
    for name in {*refused.index, *whole.flows["lane"].unique()} - {*statistics.index}:
        table.loc[name, "status"] = "no data"
    stated = {field: _stated(field, given, policies, statistics.index) for field in STAKED}
    lanes, sites, contracts = ({} if plan is None else plan.of(kind) for kind in ("lane", "site", "contract"))
    site = {name: entry["site"] for name, entry in lanes.items() if "site" in entry}
    load, more = (list(statistics.index), volumes[rows]), {"periods": history.recorded_periods, **how}
    shifts = shifts_of(sites, site, *load, policy, found.times, **more)
    of_lanes = (statistics, volumes[rows], policy, found, table, stated, fields["service_level"].to_numpy(dtype=float))
    maker = ActionMaker(Known(history.calendar, dates[-1], *of_lanes, contracts, site), shifts)
    notes = (*assumptions, *planned, *left_out(later))
    found = maker.candidates()
    own, taken = bool(stated["internal_capacity"].any()), {} if plan is None else plan.of("decision")
    looked_at = {one.lane for one in found} | {*bookings_of(taken)}
    kept = risk.only([name for name, known in zip(names, here, strict=True) if known and name in looked_at])
    made = Attention(dates[-1], history.period, table, notes, whole, found, maker.worth, own, kept)
    return made.under(taken)


def table_of(rows: list[Row]) -> pd.DataFrame:
    """Return rows of actions as a table with the columns `ACTION_COLUMNS`."""
    table = pd.DataFrame(rows, columns=ACTION_COLUMNS)
    for name in ("first_date", "last_date"):
        table[name] = pd.Series([row[name] for row in rows], dtype=object)  # None, where pandas has NaN
    return table


def _chosen(waiting: list[Candidate], most: int) -> list[Candidate]:
    """Return at most `most` candidates, one a lane, of which at most `MOST_STANDING` stand while others wait."""
    chosen: dict[str, Candidate] = {}
    for limit in (min(MOST_STANDING, most), most):  # in the second round, standing actions fill what is left
        for one in waiting:
            full = one.kind in STANDING and sum(kept.kind in STANDING for kept in chosen.values()) >= limit
            if len(chosen) < most and one.lane not in chosen and not full:
                chosen[one.lane] = one
    return sorted(chosen.values(), key=lambda one: -one.money)


def _stated(field, given, policies, lanes):
    """Return whether the planner states a field of the policy of each lane, for all lanes or for this one."""
    return np.array(lanes.isin(lanes_that_state(field, policies, lanes))) | (field in (given or {}))
