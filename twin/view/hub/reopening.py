"""The state of a session as an address, so that a link reopens it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from twin._choices import word_of
from twin.data.text import visible
from twin.plan.unit_names import UnitNames
from twin.policy import POLICY
from twin.view.guard import told
from twin.view.hub.controls import OPTIMUM
from twin.view.hub.session import STRAIN, UNDER_USED

if TYPE_CHECKING:
    from twin.view.hub.session import Session


def query_of(session: Session) -> str:
    """Return the state as a query string: source, lane, and the values and thresholds that were changed."""
    start = {"strain": STRAIN, "under_used": UNDER_USED}
    other = {name: value for name, value in session.thresholds.items() if value != start[name]}
    now = {**session.changed, **other}
    changed = {name: _as_text(name, value) for name, value in now.items()}
    changed |= {name: word for name, word in vars(session.units).items() if word != getattr(UnitNames, name)}
    changed |= {name: named for name in ("site", "scenario") if (named := getattr(session, name))}
    return urlencode({"source": session.feed.source, "lane": session.lane, **changed})


def restore(session: Session, query: str) -> list[str]:
    """Restore the state from a query string; return error sentences on the parts that could not be used."""
    given, said = dict(parse_qsl(query.removeprefix("?"))), []
    name = given.get("lane", session.lane)
    if name not in session.policies.index:
        return [f"lane {visible(name)} is not among these lanes"]
    session.pick(name)
    if scenario := given.get("scenario"):
        with told(said.append):
            session.look_at(scenario)
    session.reset()
    known = {field.name for field in session.fields} | {OPTIMUM}
    words = {field.name for field in session.fields if field.choices}
    asked = {name: text if name in words else _number(text) for name, text in given.items() if name in known}
    try:
        session.change(**asked)
    except ValueError:  # try them one by one, so that a wrong value does not prevent the others
        for control, value in asked.items():
            with told(said.append):
                session.change(**{control: value})
    limits = {limit: _number(given[limit]) for limit in session.thresholds if limit in given}
    if limits:
        with told(said.append):
            session.set_thresholds(**{**session.thresholds, **limits})
    with told(said.append):
        session.watch(given.get("site", ""))
    named = {name: given[name] for name in vars(session.units) if name in given}
    with told(said.append):
        session.units = replace(session.units, **named)
    return said


def _as_text(name, value):
    """Return the value of a control as it stands in an address."""
    row = POLICY.get(name)
    return word_of(value, row.unit) if row and row.choices else f"{value:.10g}"


def _number(text):
    """Return the number in a text; NaN, which every control refuses, if there is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
