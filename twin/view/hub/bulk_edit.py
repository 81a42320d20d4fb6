"""Give many lanes the same value of a field of the plan at once: those that a planner has filtered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.errors import Refused
from twin.data.text import number_of, visible
from twin.plan.wording import label, unit_in
from twin.policy import POLICY

if TYPE_CHECKING:
    from twin.view.hub.session import Session


def settable(period: str) -> list[dict[str, Any]]:
    """Return the fields of a lane that can be set, as `widgets.NetworkTable` takes them."""
    site = {"name": "site", "label": "site", "help": "site of the plan whose places and handling are used", "words": []}
    return [site, *(_field(row, period) for row in POLICY.values())]


def _field(row, period):
    """Return one field; shares are written as percentages, as the controls have them."""
    unit = "" if row.choices else "%" if row.unit == "-" else unit_in(row.unit, period)
    name = f"{label(row.name)} [{unit}]" if unit else label(row.name)
    return {"name": row.name, "label": name, "help": row.meaning, "words": list(row.choices)}


def set_lanes(session: Session, message: Mapping[str, Any]) -> str:
    """Write a value of a field to the plan for lanes that a page names, as one change, and return what was done.

    An empty value removes those that the plan has. If somebody has changed one of them since, PlanChanged names both
    values, and nothing is written.
    """
    field, lanes = str(message.get("field", "")), message.get("lanes")
    require(isinstance(lanes, list) and len(lanes) > 0, "lanes", "some of those shown", visible(str(lanes), 40))
    strangers = [name for name in lanes if name not in session.policies.index]
    require(not strangers, "lanes", "some of those shown", ", ".join(visible(name, 40) for name in strangers[:3]))
    require(field in POLICY or field == "site", "field", "one of those on the page", visible(field, 40))
    made = session.plan.set("lane", lanes, **{field: _value(field, str(message.get("text", "")).strip())})
    if made is None:
        return f"Nothing new: {number_of(len(lanes), 'lane')} had this value already."
    ends = "" if session.feed.source == "ledger" else " This plan ends with the page."
    return f"Kept in the plan: {session.plan.sentence(made)}.{ends}"


def _value(field, text):
    """Return the value in a field of the page; None if it is empty."""
    if not text or field == "site" or POLICY[field].choices or POLICY[field].unit != "-":
        return text or None
    from twin.plan.kinds import PLAN_KINDS
    from twin.plan.plan_rules import field_value

    try:
        return field_value(PLAN_KINDS["lane"].fields[field], text.removesuffix("%")) / 100
    except Refused as why:
        raise ValueError(str(why)) from None
