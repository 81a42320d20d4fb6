"""The kinds of entries of a plan and their fields: the registry behind its files, commands and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from twin.policy import POLICY

CONTRACT_TYPES = ("own", "hard block", "soft block", "spot")
DECISION_STATES = ("accepted", "changed", "snoozed", "declined")
#: Kinds of actions that a plan's decisions are about; the subject of "handling" is a site, that of the others a lane.
ACTION_KINDS = ("overflow", "handling", "penalty", "promise", "loss", "break", "gap", "ended")
VISIT = "visit"  # the kind of entries that no planner writes by hand
SEEN = ("demand", "use", "money", "money_at_risk")  # totals of the morning, as a visit keeps them
VOLUME = "volume"  # the field of a scenario that is the demand itself


class PlanField(NamedTuple):
    """A field of a kind.

    form : "number", "day", "text", "word" (one of `words`), "lanes" (a list of names) or "site" (a name of the plan).
    low, high : least and largest number.
    needed : whether every entry must have it.
    """

    name: str
    form: str
    unit: str
    meaning: str
    words: tuple[str, ...] = ()
    low: float | None = 0.0
    high: float | None = None
    needed: bool = False


class Kind(NamedTuple):
    """A kind of entry: its name, which heads the column of entries, the name of its sheet, and its fields.

    check : function of the values of an entry that yields what is wrong with them together.
    """

    name: str
    sheet: str
    meaning: str
    fields: dict[str, PlanField]
    check: Callable[[Mapping[str, Any]], list[str]] = lambda values: []


def _number(name: str, unit: str, meaning: str, **more: Any) -> PlanField:
    return PlanField(name, "number", unit, meaning, **more)


def _text(name: str, meaning: str, **more: Any) -> PlanField:
    return PlanField(name, "text", "-", meaning, **more)


def _day(name: str, meaning: str, **more: Any) -> PlanField:
    return PlanField(name, "day", "date", meaning, **more)


_SITE = PlanField("site", "site", "-", "site of the plan whose places and handling are used")
_LANE = PlanField("lane", "text", "-", "name of the lane", needed=True)
_LANES = PlanField("lanes", "lanes", "-", "names of lanes with ; between them; empty: all lanes")
_FIRST, _LAST = _day("first", "first day, included"), _day("last", "last day, included")
_POLICY = tuple(
    PlanField(name, "word" if row.choices else "number", row.unit, row.meaning, row.choices, low=None)
    for name, row in POLICY.items()
)


def _kind(name: str, sheet: str, meaning: str, *fields: PlanField, check: Any = None) -> Kind:
    return Kind(name, sheet, meaning, {field.name: field for field in fields}, check or _in_order)


def _in_order(values: Mapping[str, Any]) -> list[str]:
    first, last = values.get("first"), values.get("last")
    return [f"last must be a day from first, {first}, on; got {last}"] if first and last and last < first else []


def _either(values: Mapping[str, Any], one: str, other: str) -> list[str]:
    """Return what is wrong unless exactly one of two fields is given."""
    both = [name for name in (one, other) if name in values]
    told = "both" if both else "neither"
    return [] if len(both) == 1 else [f"either {one} or {other} must be given, and not both; got {told}"]


def _override(values: Mapping[str, Any]) -> list[str]:
    return _in_order(values) + _either(values, "volume", "factor")


def _scenario(values: Mapping[str, Any]) -> list[str]:
    wrong = _in_order(values) + _either(values, "value", "factor")
    if values.get("field") == VOLUME and "value" in values:
        wrong.append(f"value must be left out where field is {VOLUME}: say a factor")
    if values.get("field") != VOLUME and {"first", "last"} & set(values):
        wrong.append(f"first and last must be left out unless field is {VOLUME}: a policy holds for all days")
    return wrong


def _contract(values: Mapping[str, Any]) -> list[str]:
    kind, wrong = values.get("type"), _in_order(values)
    if kind != "hard block" and "take_or_pay" in values:
        wrong.append(f"take_or_pay must be left out unless type is hard block; got {kind}")
    if (kind == "soft block") != ("return_window_days" in values):
        wrong.append(f"return_window_days must be given for a soft block, and for no other type; got type {kind}")
    if kind != "spot" and "places" not in values:
        wrong.append(f"places must be given unless type is spot; got type {kind}")
    return wrong


def _decision(values: Mapping[str, Any]) -> list[str]:
    snoozed = values.get("state") == "snoozed"
    wrong = _in_order(values) + _either(values, "lane", "site")
    if snoozed != ("until" in values):
        wrong.append("until must be given if state is snoozed, and otherwise left out")
    return wrong


#: The kinds by name. A file of which several columns head entries is of the first kind among these.
PLAN_KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind(
            "contract",
            "contracts",
            "space that is owned or booked for some months",
            PlanField(
                "type",
                "word",
                "-",
                "own, hard block, soft block (given back in time, free) or spot",
                CONTRACT_TYPES,
                needed=True,
            ),
            _SITE,
            _LANES,
            _text("partner", "who gives the space"),
            _number("places", "pallet", "number of places"),
            _day("first", "first day of the first month, included", needed=True),
            _day("last", "last day of the last month, included; empty: until notice is given"),
            _number("notice_days", "day", "period of notice"),
            _number("price", "$/pallet/period", "price of a place and period"),
            _number("take_or_pay", "-", "share of the places that is paid whether it is used or not", high=1.0),
            _number("return_window_days", "day", "days before use until which places may be given back"),
            check=_contract,
        ),
        _kind(
            "override",
            "overrides",
            "a planner's own figure in place of a forecast",
            _LANE,
            _FIRST._replace(needed=True),
            _LAST._replace(needed=True),
            _number("volume", "pallet/period", "demand of each period, in place of the forecast"),
            _number("factor", "-", "factor on the forecast"),
            _text("reason", "reason in words"),
            check=_override,
        ),
        _kind(
            "scenario",
            "scenarios",
            "one change of a field; a scenario is all changes with its name",
            _text("name", "name of the scenario that the change belongs to", needed=True),
            _LANES,
            PlanField(
                "field",
                "word",
                "-",
                f"field of a policy that is a number, or {VOLUME}, the demand",
                (VOLUME, *(name for name, row in POLICY.items() if not row.choices)),
                needed=True,
            ),
            _number("value", "as the field", "new value"),
            _number("factor", "-", "factor on the value that the field has"),
            _FIRST,
            _LAST,
            _text("reason", "reason in words"),
            check=_scenario,
        ),
        _kind(
            "note",
            "notes",
            "a remark on a lane, on a site or on the plan, or a comment on an action",
            _LANE._replace(needed=False),
            _SITE,
            PlanField("action", "word", "-", "kind of the action that it is a comment on", ACTION_KINDS),
            _text("text", "the remark", needed=True),
        ),
        _kind(
            "event",
            "events",
            "an event of the calendar",
            _FIRST._replace(needed=True),
            _LAST,
            _LANES,
            _text("what", "the event in words", needed=True),
        ),
        _kind(
            "decision",
            "decisions",
            "a decision that was proposed and taken",
            _LANE._replace(needed=False),
            _SITE,
            PlanField("action", "word", "-", "kind of the action that it is about", ACTION_KINDS),
            _FIRST._replace(meaning="first day of the first week", needed=True),
            _LAST._replace(meaning="last day of the last week"),
            _number("places", "pallet", "places or slots to book"),
            _text("partner", "partner who gives them"),
            _number(
                "price", "$/pallet/period", "price of a place or slot and period, without what is paid in any case"
            ),
            _number("gain", "$", "expected gain, less the price of the places", low=None),
            PlanField("state", "word", "-", "what was decided", DECISION_STATES, needed=True),
            _day("until", "day until which a snoozed decision waits"),
            _text("comment", "comment in words"),
            check=_decision,
        ),
        _kind(
            VISIT,
            "visits",
            "totals that a planner saw in the morning; its name is that of the planner, and of the network or a site",
            _number("demand", "pallet", "demand of the last week or month on record", low=None),
            _number("use", "-", "use of own places", low=None),
            _number("money", "$", "profit of a week or month at mean demand", low=None),
            _number("money_at_risk", "$", "money of the overflow expected in the coming week or month", low=None),
        ),
        _kind("lane", "lanes", "site and policy of a lane", _SITE, *_POLICY),
        _kind(
            "site",
            "sites",
            "places and handling that lanes share",
            _number("places", "pallet", "own places; empty: those of its lanes together"),
            _number("handling_per_period", "pallet/period", "pallets that a shift can handle; empty: no limit"),
            _text("comment", "comment in words"),
        ),
    )
}


def kind_of(name: str) -> Kind:
    """Return the kind of a name, or of the name of its sheet.

    >>> kind_of("lanes").name
    'lane'
    """
    for kind in PLAN_KINDS.values():
        if name in (kind.name, kind.sheet):
            return kind
    raise ValueError(f"kind must be one of {', '.join(PLAN_KINDS)}; got {name!r}")
