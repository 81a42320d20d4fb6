"""The conflicts of changes of a plan: values that others have written since, and changes that cannot be undone."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from twin.data.errors import PlanChanged
from twin.data.ledger.plan_log import KEY, Key, Values, present_values, written_by
from twin.data.ledger.schema import plan_cells, plan_changes
from twin.data.text import number_of, time_told, visible

MOST_NAMED = 3  # most cells that an error names


def _raw_name(key):
    kind, entry, field = key
    return f"{field} of {kind} {visible(entry, 60)}"


def _raw_value(_key, value):
    return "empty" if value is None else visible(json.dumps(value, ensure_ascii=False), 60)


class CellWords(NamedTuple):
    """Functions that say a cell in sentences: its name by its key, and a value by key and value."""

    name: Callable[[Key], str] = _raw_name
    value: Callable[[Key, Any], str] = _raw_value


PLAIN_WORDS = CellWords()


def refuse_conflicts(
    connection: Connection, changed: Values, held: Values, seen: int, own: set[int], words: CellWords
) -> None:
    """Raise PlanChanged if others have given some of these cells another value since the change `seen`."""
    statement = select(plan_cells, plan_changes.c.author, plan_changes.c.changed_at).join_from(
        plan_cells, plan_changes, plan_cells.c.change_id == plan_changes.c.id
    )
    later = statement.where(plan_changes.c.id > seen).order_by(plan_changes.c.id)
    writers = {key: row for row in connection.execute(later) if (key := (row.kind, row.entry, row.field)) in changed}
    found = {key: row for key, row in writers.items() if row.change_id not in own}
    if found:
        then = present_values(connection, plan_cells.c.change_id <= seen)
        found = {key: row for key, row in found.items() if then.get(key, (None,))[0] != held.get(key)}
    if found:
        told = [
            f"{words.name(key)} is {words.value(key, held.get(key))} since {row.author} changed it at "
            f"{time_told(row.changed_at)}, and would be {words.value(key, changed[key])}"
            for key, row in list(found.items())[:MOST_NAMED]
        ]
        more = f"; and {number_of(len(found) - MOST_NAMED, 'cell')} more" if len(found) > MOST_NAMED else ""
        raise PlanChanged(f"the plan has changed in the meantime: {'; '.join(told)}{more}", tuple(found))


def refuse_later(connection: Connection, change: int, words: CellWords) -> None:
    """Raise PlanChanged if a change is undone already, or if later changes in effect have written its cells."""
    later = select(plan_changes.c.id, plan_changes.c.undoes).where(plan_changes.c.id > change)
    undoes = {row.id: row.undoes for row in connection.execute(later)}
    undone: dict[int, int] = {}  # change -> the change in effect that undoes it
    for key in sorted(undoes, reverse=True):
        if key not in undone and undoes[key] is not None:
            undone[undoes[key]] = key
    if change in undone:
        raise PlanChanged(
            f"change {change} is undone already, by change {undone[change]}; undo that to have it again", ()
        )
    in_effect = [key for key, past in undoes.items() if key not in undone and (past is None or past < change)]
    if not in_effect:
        return
    mine = {row.key for row in written_by(connection, change)}
    statement = select(plan_cells, plan_changes.c.author, plan_changes.c.changed_at).join_from(
        plan_cells, plan_changes, plan_cells.c.change_id == plan_changes.c.id
    )
    for row in connection.execute(statement.where(plan_changes.c.id > change).order_by(plan_changes.c.id.desc(), *KEY)):
        key = (row.kind, row.entry, row.field)
        if row.change_id in in_effect and key in mine:
            raise PlanChanged(
                f"change {change} cannot be undone, because {row.author} changed {words.name(key)} at "
                f"{time_told(row.changed_at)} (change {row.change_id}); undo change {row.change_id} first, or set the "
                "value itself",
                (key,),
            )
