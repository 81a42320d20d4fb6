"""Read the values of a plan from texts, and check entries and the plan as a whole."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.data.errors import Refused
from twin.data.files.dates import Rivals, parse_date
from twin.data.files.numbers import LARGEST_VOLUME, typed_number
from twin.data.lane_names import lane_name
from twin.data.text import number_of, visible
from twin.lane import assess
from twin.plan.kinds import PLAN_KINDS, Kind, PlanField
from twin.plan.policies import filled, policy_of
from twin.policy import POLICY

if TYPE_CHECKING:
    from twin.data.ledger.plan_log import Key, Values

    Entries = dict[tuple[str, str], dict[str, Any]]

LONGEST_PLAN_TEXT = 2_000  # [character] longest text of a plan
BETWEEN = ";"  # mark between the names of lanes in a list
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # characters that no text of a plan may have


def entry_name(kind: Kind, text: Any) -> str:
    """Return the name of an entry; an unusable one raises Refused.

    >>> entry_name(PLAN_KINDS["site"], " Berlin ")
    'Berlin'
    """
    try:
        return lane_name(str(text))
    except Refused as why:
        raise Refused(str(why).replace("lane", kind.name, 1)) from None


def refuse_misspelt_field(kind: Kind, text: str) -> None:
    """Raise ValueError for a FIELD=VALUE whose field the kind does not have, but one with nearly the same name.

    >>> refuse_misspelt_field(PLAN_KINDS["lane"], "servce_level=0.9")
    Traceback (most recent call last):
    ValueError: servce_level is no field of a lane; service_level is meant?
    """
    name, equals, _ = text.partition("=")
    near = get_close_matches(name, kind.fields, 1) if equals else []
    if near and name not in kind.fields:
        raise ValueError(f"{visible(name, 40)} is no field of a {kind.name}; {near[0]} is meant?")


def field_value(field: PlanField, value: Any) -> Any:
    """Return a value as a plan keeps it: a float, a text, a day as text, or a list of names; None for an empty one.

    A text is read as in a file; a number that may be read in two ways raises Refused, as any unusable value does.

    >>> of_site, of_event = PLAN_KINDS["site"].fields, PLAN_KINDS["event"].fields
    >>> field_value(of_site["places"], "400"), field_value(of_event["first"], "31 Jan 2026")
    (400.0, '2026-01-31')
    """
    if value is None or value != value or (isinstance(value, str) and not value.strip()):
        return None
    if field.form == "number":
        return _number_of(field, value)
    if field.form == "day":
        return _day_of(field, value)
    if field.form == "lanes":
        names = value.split(BETWEEN) if isinstance(value, str) else list(value)
        return list(dict.fromkeys(_name_of(name, "lane") for name in names if str(name).strip())) or None
    text = str(value).strip()
    if field.form == "word":
        if text not in field.words:
            raise Refused(f"{field.name} must be one of {', '.join(field.words)}; got {visible(text, 40)}")
        return text
    if field.name in ("lane", "site"):
        return _name_of(text, field.name)
    if len(text) > LONGEST_PLAN_TEXT:
        raise Refused(f"{field.name} must be a text of at most {LONGEST_PLAN_TEXT:,} characters; got {len(text):,}")
    if _CONTROL.search(text):
        raise Refused(f"{field.name} must be a text without control characters; got {visible(text, 40)}")
    return text


def _number_of(field, value):
    if isinstance(value, str):
        value = typed_number(field.name, value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise Refused(f"{field.name} must be a number; got {visible(str(value), 40)}") from None
    low, high = field.low, LARGEST_VOLUME if field.high is None else field.high
    if not ((-LARGEST_VOLUME if low is None else low) <= number <= high):
        rule = f"from {low or 0:g} to {high:g}" if field.high is not None else f">= {low or 0:g}"
        raise Refused(f"{field.name} must be a number {rule}; got {number:g}")
    return number + 0.0


def _day_of(field, value):
    if isinstance(value, str):
        try:
            value = parse_date(value)
        except Refused:
            value = None
    if isinstance(value, Rivals):
        days = sorted({f"{day}" for _, day in value.readings})
        raise Refused(f"{field.name} may be {' or '.join(days)}; write it as 2026-01-31")
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[D]").item()
    if isinstance(value, datetime.datetime):
        value = value.date()
    if not isinstance(value, datetime.date):
        raise Refused(f"{field.name} must be a day such as 2026-01-31")
    return value.isoformat()


def _name_of(text, what):
    try:
        return lane_name(str(text))
    except Refused as why:
        raise Refused(str(why).replace("lane", what, 1)) from None


def entries_of(values: Values) -> Entries:
    """Return the entries of a plan's cells: (kind, entry) -> field -> value."""
    found: Entries = {}
    for (kind, entry, field), value in values.items():
        found.setdefault((kind, entry), {})[field] = value
    return found


def faults(entries: Entries, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return (kind, entry) -> what is wrong with it, for those of the wanted entries that the plan cannot hold.

    entries : every entry of the plan as it would be, because a lane or a contract must name a site that is there.
    """
    found: dict[tuple[str, str], str] = {}
    here = [key for key in dict.fromkeys(wanted) if key in entries]
    for key in here:
        kind, values = PLAN_KINDS[key[0]], entries[key]
        missing = [
            f"{name} must be given" for name, field in kind.fields.items() if field.needed and name not in values
        ]
        wrong = missing or kind.check(values)
        site = values.get("site")
        if site is not None and ("site", site) not in entries:
            wrong.append(f"site must be one of the plan; got {visible(site, 60)}, which twin plan set site adds")
        if wrong:
            found[key] = "; ".join(wrong)
    lanes = {entry: entries[kind, entry] for kind, entry in here if kind == "lane"}
    return found | {("lane", lane): why for lane, why in _policy_faults(lanes).items()}


def refuse_faults(values: Values, keys: set[Key]) -> None:
    """Raise ValueError if a plan cannot hold the entries of the keys that change, or lacks a site that others name."""
    entries = entries_of(values)
    wanted = {key[:2] for key in keys}
    gone = {entry for kind, entry in wanted if kind == "site" and (kind, entry) not in entries}
    if gone:
        wanted |= {key for key, fields in entries.items() if fields.get("site") in gone}
    found = faults(entries, sorted(wanted))
    if found:
        told = "; ".join(f"{kind} {visible(entry, 60)}: {why}" for (kind, entry), why in list(found.items())[:3])
        more = f"; and {number_of(len(found) - 3, 'entry', 'entries')} more" if len(found) > 3 else ""
        raise ValueError(f"{told}{more}")


def _policy_faults(lanes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return lane -> why `assess` refuses its fields; all lanes are tried together, and apart only if that fails."""
    stated = {lane: {name: fields[name] for name in POLICY if name in fields} for lane, fields in lanes.items()}
    stated = {lane: fields for lane, fields in stated.items() if fields}
    if not stated or not _refused(list(stated.values())):
        return {}
    if len(stated) == 1:
        ((lane, fields),) = stated.items()
        return {lane: _refused([fields])}
    names = list(stated)
    halves = names[: len(names) // 2], names[len(names) // 2 :]
    return {key: why for half in halves for key, why in _policy_faults({name: stated[name] for name in half}).items()}


def _refused(rows: list[dict[str, Any]]) -> str:
    """Return why lanes with these fields, and defaults for the others, cannot be assessed; "" if they can be."""
    table = {name: [row.get(name, np.nan) for row in rows] for name in POLICY if any(name in row for row in rows)}
    columns = {
        name: np.array(values, dtype=object if POLICY[name].choices else float) for name, values in table.items()
    }
    flows = {"demand_mean": np.ones(len(rows)), "demand_sd": np.ones(len(rows))}
    try:
        fields, _ = filled(columns, flows)
        assess(flows, policy_of({name: np.broadcast_to(value, len(rows)) for name, value in fields.items()}))
    except ValueError as error:
        return str(error).removesuffix(" at 0") + _by_default(str(error), rows[0])
    return ""


def _by_default(why: str, stated: Mapping[str, Any]) -> str:
    """Return the defaults of fields that a refusal names and a lane does not state, in words."""
    named = set(re.findall(r"\w+", why)) - set(stated)
    told = [
        f"{name} {row.default:g}" for name, row in POLICY.items() if name in named and isinstance(row.default, float)
    ]
    return f"; not stated, so by default: {', '.join(told)}" if told else ""
