"""Options that several commands share: how a file of flows is read, and which flows of a ledger."""

import os
import shlex
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Collection, Sequence
from typing import Any

from twin._check import require
from twin.data.advice import Way
from twin.data.errors import Refused
from twin.data.files.numbers import typed_number
from twin.data.files.options import READING, OptionRow
from twin.data.places import is_ledger
from twin.data.text import visible

#: Field of `ReadingOptions` -> option of each choice, for a field whose choices are options of their own.
FLAGS = {"dayfirst": {True: "--day-first", False: "--month-first"}}
_LONG = 10_000_000  # [byte] a larger file has a progress bar even if stderr is not a terminal


def add_reading_options(group: Any, *, imports: bool = False) -> None:
    """Add an option for each field of `ReadingOptions`, for an import those that it obeys."""
    for row in READING.values():
        if row.imports or not imports:
            _add(group, row)


def _add(group: Any, row: OptionRow) -> None:
    """Add the option of a field, or of each of its choices."""
    if row.name in FLAGS:
        order = group.add_mutually_exclusive_group()
        for value, flag in FLAGS[row.name].items():
            order.add_argument(
                flag, dest=row.name, action="store_const", const=value, default=row.default, help=_escaped(row, value)
            )
    elif row.is_switch:
        group.add_argument(_flag(row.name), action="store_true", help=row.meaning.replace("%", "%%"))
    elif row.is_list:
        group.add_argument(
            _flag(row.name), action="append", default=[], metavar=row.example, help=f"{row.meaning}; repeatable"
        )
    elif row.choices:
        group.add_argument(
            _flag(row.name),
            choices=tuple(row.choices),
            default=row.default,
            metavar=row.example or None,
            help=_help(row),
        )
    elif row.name == "columns":
        group.add_argument(
            _flag(row.name),
            action="append",
            default=[],
            dest=row.name,
            metavar="NAME=HEADER",
            help=f"{row.meaning}; repeatable",
        )
    else:
        group.add_argument(_flag(row.name), metavar=row.example or "TEXT", help=_help(row))


def _escaped(row, value):
    return f"{row.meaning}: {row.choices[value]}".replace("%", "%%")


def _help(row: OptionRow) -> str:
    """Return the help of an option with choices, or of a text."""
    if row.name == "dates":
        return f"{row.meaning}: {', '.join(row.choices)}"
    default = row.unset if row.default is None else row.default
    words = "; ".join(f"{value}: {meaning}" for value, meaning in row.choices.items())
    return f"{row.meaning}{f' ({words})' if words else ''}; default: {default}".replace("%", "%%")


def _flag(name: str) -> str:
    """Return the option of a field, which for `columns` is that of one column."""
    return "--column" if name == "columns" else f"--{name.replace('_', '-')}"


def on_command_line(ways: Sequence[Way]) -> str:
    """Return the words that say how to choose one of some options of reading on the command line.

    >>> on_command_line([("negative", "returns"), ("columns", {"lane": "From+To"})])
    'say --negative returns or --column lane=From+To'
    """
    return "say " + " or ".join(_written(field, value) for field, value in ways)


def _written(field, value):
    if field in FLAGS:
        return FLAGS[field][value]
    if value is True:
        return _flag(field)
    texts = [f"{name}={header}" for name, header in value.items()] if field == "columns" else [str(value)]
    return " ".join(f"{_flag(field)} {shlex.quote(visible(text, 120))}" for text in texts)


def add_calendar_options(group: Any) -> None:
    """Add the options on the days that are no periods."""
    for name in ("closed", "holidays"):
        _add(group, READING[name])


def add_period(group: Any) -> None:
    """Add the option that sums the flows into periods."""
    _add(group, READING["period"])


def add_lane(group: Any) -> None:
    """Add the option that selects lanes of a ledger."""
    group.add_argument("--lane", action="append", dest="lanes", metavar="LANE", help="only this lane; repeatable")


def add_scenario(group: Any) -> None:
    """Add the option that puts a scenario of the ledger's plan in view."""
    group.add_argument(
        "--scenario", metavar="NAME", help="with ledger: compute everything in a scenario of its plan, by its name"
    )


def scenario_of(options: Namespace) -> str:
    """Return the name of the scenario that is to be in view; "" for none."""
    rule = "used with ledger:, whose plan has scenarios"
    require(options.scenario is None or is_ledger(options.file), "--scenario", rule, options.file or "no file")
    return options.scenario or ""


def plan_of(options: Namespace, history: Any) -> Any:
    """Return the plan of the ledger, with the scenario in view that --scenario names; None for other flows.

    history : the flows; where they are summed into longer periods, the plan is read in these.
    """
    scenario = scenario_of(options)
    if not is_ledger(options.file):
        return None
    from twin.plan.ledger_policies import ledger_plan  # imports SQLAlchemy

    plan = ledger_plan(options.file)
    plan.look_at(scenario)
    plan.periods = history.recorded_periods
    return plan


def add_window(group: Any) -> None:
    """Add the options that select flows of a ledger by lane and day."""
    add_lane(group)
    for name in ("first", "last"):
        _add(group, READING[name])


def reading_of(options: Namespace) -> dict[str, Any]:
    """Return the arguments of `load_history` from the options; `progress` is True for long files and in a terminal."""
    if options.file == "":
        raise ValueError("file must have a name; got an empty one")
    chosen = {name: getattr(options, name) for name in READING if hasattr(options, name)}
    columns = dict(pair.split("=", 1) for pair in options.columns if "=" in pair)
    if len(columns) < len(options.columns):
        raise ValueError(f"--column must be NAME=HEADER; got {', '.join(options.columns)}")
    return {
        **chosen,
        "columns": columns or None,
        "progress": not getattr(options, "quiet", False) and (sys.stderr.isatty() or is_long(options.file)),
    }


def is_long(path: str | None) -> bool:
    """Return whether a file is large enough for a progress bar."""
    return bool(path) and os.path.exists(path) and os.path.getsize(path) > _LONG


def count(text: str) -> int:
    """Return the whole number >= 1 in the text of an option.

    >>> count("14")
    14
    """
    if not (text.isdecimal() and int(text) > 0):
        raise ArgumentTypeError(f"must be a whole number >= 1; got {text}")
    return int(text)


def pallets(text: str) -> float:
    """Return the number of pallets in the text of an argument; one that may be read in two ways is refused.

    >>> pallets("120"), pallets("12,5")
    (120.0, 12.5)
    """
    try:
        return typed_number("the number", text)
    except Refused as why:
        if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity"):  # refused by the ledger, in its own words
            return float(text)
        raise ArgumentTypeError(str(why)) from None


def stated_policies(
    options: Namespace, history: Any, lanes: Sequence[str] | None = None, given: Collection[str] = ()
) -> tuple[Any, tuple[str, ...]]:
    """Return (policies, notes): those of --policies, of the plan of a ledger, or of the research lanes; else None.

    history : the flows; where they are summed into longer periods, the policies are converted to these.
    lanes : names of the lanes of a ledger that are used; None for all.
    given : fields that options state, which hold for all research lanes.
    """
    from twin.data.scenarios import POLICIES

    policies, notes = None, ()
    if not options.file:
        policies = {lane: {k: v for k, v in fields.items() if k not in given} for lane, fields in POLICIES.items()}
    if is_ledger(options.file):
        from twin.plan.ledger_policies import ledger_policies  # imports SQLAlchemy

        policies, notes = ledger_policies(options.file, lanes, used=not options.policies)
    if options.policies:
        from twin.plan.policy_file import read_policies  # imports pandas

        policies = read_policies(options.policies, decimal=options.decimal)
        notes = (*notes, *policies.attrs["notes"])
    return _in_its_period(policies, notes, options, history, given)


def _in_its_period(policies, notes, options, history, given):
    """Return (policies, notes) in the period of a history whose flows are summed into longer periods."""
    if history.recorded is None:
        return policies, notes
    from twin.plan.record_units import policies_in_longer_period, said_of_units

    if policies is None:
        plan = plan_of(options, history)
        if plan is None or not plan.entries:
            return policies, notes
        policies = {}
    lanes, periods = history.flows["lane"].cat.categories, history.recorded_periods
    said = said_of_units(history.period, history.recorded.length)
    return policies_in_longer_period(policies, lanes, periods, given), (*notes, said)
