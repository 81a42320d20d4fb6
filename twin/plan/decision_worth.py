"""The worth of past decisions: what places that were booked ahead avoided and cost, on the flows that came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin.data.text import number_of
from twin.own_places import place_prices
from twin.plan.at_risk import TAKEN
from twin.plan.needed_space import space_of_pallet
from twin.plan.policies import policy_of
from twin.plan.unit_names import unit_names
from twin.plan.wording import money, unit_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.feed import Feed

#: Column of a decision -> (unit, meaning).
WORTH = {
    "lane": ("word", "lane of the decision"),
    "state": ("word", "accepted, changed, or declined: the places that were then not booked"),
    "places": ("pallet", "places booked"),
    "first": ("date", "first day"),
    "last": ("date", "last day"),
    "periods": ("period", "periods of these days whose flow is known, on which all that follows rests"),
    "unknown": ("period", "periods of these days on record whose flow is not known"),
    "to_come": ("period", "periods of these days that are not on record yet"),
    "avoided": ("pallet", "overflow that the places took, summed over the periods"),
    "rent": ("$", "price of the places, used or not"),
    "gain": ("$", "what the overflow would have cost at the partner's, less the rent"),
    "expected": ("$", "gain that was expected when it was decided; empty if it was not known"),
    "in_time": ("word", "yes if it was last changed before its first day; no: its flows may have been known"),
    "author": ("word", "who decided"),
    "decided_at": ("date", "time of the last change of the decision, in UTC"),
}
_DECIDES = ("lane", "state", "action", "first", "last", "places", "price")  # fields on which the worth rests


@dataclass(frozen=True)
class DecisionWorth:
    """The past decisions on places ahead of a lane.

    table : a row for each, the first to begin first, with the columns of `WORTH`.
    others : number of decisions that name no places of a lane for dates, such as a shift of a site.
    period : period of the record.
    """

    table: pd.DataFrame
    others: int
    period: str | float

    def sentences(self) -> Iterator[str]:
        """Yield the totals of what was booked, and what was declined or decided afterwards."""
        known = self.table[self.table["periods"] > 0]
        taken, in_time = known["state"].isin(TAKEN), known["in_time"] == "yes"
        if (taken & in_time).any():
            yield from self._total(known[taken & in_time])
        if (~taken & in_time).any():
            declined = known[~taken & in_time]
            gain = float(declined["gain"].sum())
            yield f"{_told(len(declined), 'that was', 'that were')} declined would have {_gained(gain)}."
        if (~in_time).any():
            late = known[~in_time]
            yield (
                f"{_told(len(late), 'was', 'were')} last changed on or after the first day, when flows may have been "
                f"known; left out of these totals, with {money(float(late['gain'].sum()))}."
            )
        if self.others:
            yield (
                f"{_told(self.others, 'is', 'are')} not judged: snoozed, without places of a lane for dates, or on "
                "another kind of action, such as a shift of a site."
            )

    def _total(self, rows: pd.DataFrame) -> Iterator[str]:
        avoided, rent, gain = (float(rows[name].sum()) for name in ("avoided", "rent", "gain"))
        done = rows[(rows["to_come"] == 0) & (rows["unknown"] == 0) & rows["expected"].notna()]
        over = f"{avoided:,.0f} {unit_names().many} of overflow for a rent of {money(rent)}"
        yield (
            f"{_told(len(rows), 'on places ahead', 'on places ahead')} took {over}: together they {_gained(gain)}. "
            f"{_lost(rows)} of them lost money."
        )
        if len(done):
            gained, expected = (float(done[name].sum()) for name in ("gain", "expected"))
            told = number_of(len(done), "decision")
            yield f"The {told} whose dates are all over {_gained(gained)}; {money(expected)} was expected."
        began = rows[rows["to_come"] > 0]
        if len(began):
            left = number_of(int(began["to_come"].sum()), unit_in("period", self.period))
            yield f"{_told(len(began), 'is', 'are')} counted so far; {left} are to come."


def _told(count: int, one: str, more: str) -> str:
    return number_of(count, f"decision {one}", f"decisions {more}")


def _gained(gain: float) -> str:
    return f"gained {money(gain)}" if gain >= 0 else f"lost {money(-gain)}"


def _lost(rows: pd.DataFrame) -> str:
    count = int((rows["gain"] < 0).sum())
    return f"{count:,}" if count else "None"


def decision_worth(plan: CapacityPlan, feed: Feed, policies: pd.DataFrame) -> DecisionWorth:
    """Return what decisions on places ahead of lanes avoided and cost, on the flows of their dates that are on record.

    gain = sum over t of  s min((X_t - C - B_t)+, n) - c n,  s = H + S - v

    X is the space that the flows took, C the lane's own places and B those of decisions before; n places cost c, used
    or not; a pallet at the partner's costs H + S, and one in an own place v (`own_places.place_prices`). The same
    prices stand behind the gain that an action promises.

    Parameters
    ----------
    plan : CapacityPlan
    feed : Feed, by the record alone
    policies : the policy of each lane as it is now, as `policy_table` fills it in

    Limits
    ------
    Own places and prices are those of the plan now; the price of the places is that of the decision if it states one.

    >>> from twin.plan.capacity_plan import CapacityPlan
    >>> from twin.plan.portfolio import research_portfolio
    >>> known, plan = research_portfolio(), CapacityPlan(author="eva")
    >>> of = {"first": "2025-12-01", "last": "2025-12-14", "places": 20, "state": "accepted", "price": 1}
    >>> plan.set("lane", "BER-MUC", internal_capacity=150), plan.set("decision", "1", lane="BER-MUC", **of)
    (1, 2)
    >>> found = decision_worth(plan, known.feed, known.policies)
    >>> found.table[["periods", "rent", "in_time"]].values.tolist()
    [[14, 280.0, 'no']]
    """
    whole, when = plan.of("decision"), _last_changes(plan)
    judged = {
        name: one
        for name, one in whole.items()
        if one.get("lane") in policies.index
        and one.get("places", 0) > 0
        and one["state"] != "snoozed"
        and one.get("action", "overflow") in ("overflow", "break")
    }
    taken: dict[str, NDArray[np.float64]] = {}  # places of the decisions before, by lane and period
    rows = {}
    for name, one in sorted(judged.items(), key=lambda item: (item[1]["first"], when[item[0]].changed_at)):
        lane = one["lane"]
        dates, volumes = feed.series(lane)
        before = taken.setdefault(lane, np.zeros(len(dates)))
        row, booked = _row(one, feed, policies.loc[lane], dates, volumes, before)
        if row["periods"] + row["unknown"] == 0:
            continue  # its dates are not on record yet
        if one["state"] in TAKEN:
            taken[lane] = before + booked
        last = when[name]
        in_time = "yes" if last.changed_at[:10] < one["first"] else "no"
        rows[name] = {**row, "in_time": in_time, "author": last.author, "decided_at": last.changed_at}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(WORTH)).rename_axis("decision")
    return DecisionWorth(table, len(whole) - len(judged), feed.calendar.length)


def _last_changes(plan: CapacityPlan) -> dict[str, Any]:
    """Return the latest revision of each decision that changed more than its comment."""
    found: dict[str, Any] = {}
    for revision in plan.history("decision"):  # the latest first
        if revision.field in _DECIDES:
            found.setdefault(revision.entry, revision)
    return found


def _row(
    one: Mapping[str, Any],
    feed: Feed,
    fields: pd.Series,
    dates: NDArray[np.datetime64],
    volumes: NDArray[np.float64],
    before: NDArray[np.float64],
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Return the columns of a decision that its flows say, and its places in each period of the record."""
    policy, calendar, places = policy_of(fields), feed.calendar, float(one["places"])
    first, last = np.datetime64(one["first"]), np.datetime64(one.get("last") or one["first"])
    here = (dates >= first) & (dates <= last) & calendar.is_period(dates)
    known = here & ~np.isnan(volumes)
    always, used = place_prices(policy.holding_cost, policy.own_place_cost)
    rent = float(one.get("price", always))
    saved = max(float(policy.holding_cost) + float(policy.partner_surcharge) - float(used), 0.0)
    beyond = space_of_pallet(policy) * volumes[known] - float(policy.internal_capacity) - before[known]
    avoided = float(np.clip(beyond, 0.0, places).sum())
    paid = rent * places * int(known.sum())
    coming = (
        calendar.following(dates[-1], max(int((last - dates[-1]).astype(int)), 0)) if last > dates[-1] else dates[:0]
    )
    row = {
        **{name: one.get(name) for name in ("lane", "state", "first")},
        **{"places": places, "last": str(last), "periods": int(known.sum()), "unknown": int((here & ~known).sum())},
        **{"to_come": int(((coming >= first) & (coming <= last)).sum()), "avoided": avoided, "rent": paid},
        **{"gain": saved * avoided - paid, "expected": float(one.get("gain", np.nan))},
    }
    return row, np.where(here, places, 0.0)
