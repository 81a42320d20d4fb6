"""A decision of a planner on an action of the morning: its fields in the plan, and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from twin._check import require
from twin.data.files.numbers import typed_text
from twin.data.periods import ONE_DAY
from twin.data.text import visible
from twin.plan.attention import WEEKS, ranked_periods
from twin.plan.wording import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.plan.morning import Morning

SNOOZED_DAYS = 7  # days for which an action is put off [day]
DAYS_OF_A_STEP = {
    "D": 1,
    "W": 7,
    "MS": 30,
    "QS": 91,
}  # length of a period [day]


def decision(morning: Morning, name: str, action: str, state: str, **more: Any) -> dict[str, Any]:
    """Return the fields of a decision of the plan on an action.

    morning : what the planner sees
    name : lane of the action, or its site
    action : kind of the action, one of `kinds.ACTION_KINDS`
    state : "accepted", "changed", "snoozed" or "declined"
    more : fields in place of those that are proposed, such as places, price, partner, until and comment; an empty one
        is none. A snoozed action waits for a week from today, unless `until` says another day. The gain of another
        booking than the proposed one is unknown, and an action that claims no saving has none.

    >>> from twin.data.load import load_history
    >>> from twin.plan.morning import morning_of
    >>> found = morning_of(load_history(), policies={"BER-MUC": {"internal_capacity": 150.0}})
    >>> decision(found, "BER-MUC", "overflow", "snoozed", until="2027-01-01")["until"]
    '2027-01-01'
    """
    rows = [row for row in morning.actions.to_dict(orient="records") if (row["lane"], row["kind"]) == (name, action)]
    require(len(rows) == 1, "action", "one of those shown", f"{visible(action, 20)} of {visible(name, 40)}")
    row, period = rows[0], morning.attention.period
    block = ranked_periods(period, morning.attention.history.calendar.season)
    first = row["first_date"] or str(morning.attention.date + ONE_DAY)
    days = block * WEEKS[period] * DAYS_OF_A_STEP[period]
    last = row["last_date"] or str(np.datetime64(first, "D") + days * ONE_DAY)
    if state == "snoozed":
        more = {"until": str(morning.today + SNOOZED_DAYS * ONE_DAY), **more}
    subject = {"site" if action == "handling" else "lane": name}
    proposed = {"places": float(row["places"]), "first": first, "last": last, "partner": row["partner"]}
    proposed["price"] = row["price"]
    same = all(as_written(more.get(field, value)) == as_written(value) for field, value in proposed.items())
    gain = {"gain": float(row["gain"])} if same and row["gain"] > 0 else {}
    fields = {**subject, "action": action, **proposed, **gain, "state": state, **more}
    return {field: value for field, value in fields.items() if as_written(value)}


def as_written(value: Any) -> str:
    """Return a proposed value as the form of an action shows it; "" for none.

    >>> as_written(54.0), as_written(None), as_written("2026-01-31")
    ('54', '', '2026-01-31')
    """
    if value is None or value != value:
        return ""
    return typed_text(float(f"{value:.10g}")) if isinstance(value, int | float) else str(value)


def decision_words(row: Any) -> str:
    """Return a decision in words, without its lane and its comment.

    >>> decision_words({"state": "snoozed", "until": "2027-01-01"})
    'snoozed until 2027-01-01'
    """
    here = {name: value for name, value in row.items() if value is not None and value == value}
    if here["state"] == "snoozed":
        return f"snoozed until {here['until']}"
    places = here.get("places", 0.0)
    if here["state"] == "declined" or not places:
        return str(here["state"])
    price = f" for {written(here['price'], '$/pallet')} a place" if "price" in here else ""
    at = f" at {visible(here['partner'], 40)}" if here.get("partner") else ""
    booked = " booked" if action_of(here) == "overflow" else ""
    until = f" to {here['last']}" if "last" in here else ""
    many = f"{places:,.10g} place{'' if places == 1 else 's'}"
    return f"{here['state']}: {many}{booked}{at}{price}, {here['first']}{until}"


def action_of(one: Mapping[str, Any]) -> str:
    """Return the kind of the action that a decision of the plan is about; one that names none is on places.

    >>> action_of({"lane": "A"}), action_of({"site": "Kiel"}), action_of({"lane": "A", "action": "loss"})
    ('overflow', 'handling', 'loss')
    """
    return one.get("action") or ("handling" if "site" in one else "overflow")
