"""The full check of a ledger: what its database offers, and the ledger's own counts and checksums."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select, union_all
from sqlalchemy.exc import DBAPIError

from twin.data.ledger.causes import cause
from twin.data.ledger.checksum import codes_of, total, written
from twin.data.ledger.flow import Flow
from twin.data.ledger.integrity import broken_seals, file_damage
from twin.data.ledger.migration import table_version
from twin.data.ledger.plan_log import broken_changes
from twin.data.ledger.queries import CHUNK
from twin.data.ledger.schema import VERSION, flows, imports, plan_changes, replaced
from twin.data.text import number_of

MOST_FAULTS = 20  # faults of a file that are listed


class Check(NamedTuple):
    """One check of a ledger; `passed` is None if it could not be made."""

    name: str
    passed: bool | None
    found: str


def checks_of(connection: Connection) -> Iterator[Check]:
    """Yield the checks of a ledger, one after the other."""
    sound = True
    for check in _of_sqlite(connection) if connection.dialect.name == "sqlite" else _of_postgresql(connection):
        sound = sound and check.passed is not False
        yield check
    ours = {"entries of imports": _of_entries, "flows of imports": _of_imports, "changes of the plan": _of_plan}
    other = sound and table_version(connection) != VERSION
    why = "the tables are of another version" if other else "what the database has found comes first"
    for name, make in ours.items():
        yield make(connection, name) if sound and not other else Check(name, None, why)


def _of_sqlite(connection):
    name = "pages, table and index"
    try:
        faults = file_damage(connection, MOST_FAULTS)
        yield Check(name, not faults, "; ".join(faults) or "integrity_check: ok")
    except (DBAPIError, UnicodeDecodeError):  # SQLite cannot read its list of tables
        yield Check(name, False, "the list of tables cannot be read")
        return
    faults = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    yield Check("foreign keys", not faults, f"foreign_key_check: {len(faults):,} broken" if faults else "ok")


def _of_entries(connection, name):
    broken = broken_seals(connection)
    count = connection.execute(select(func.count()).select_from(imports)).scalar_one()
    return Check(name, not broken, "; ".join(broken[:MOST_FAULTS]) or f"{count:,} as written")


def _of_plan(connection, name):
    broken = list(broken_changes(connection))
    count = connection.execute(select(func.count()).select_from(plan_changes)).scalar_one()
    return Check(name, not broken, "; ".join(broken[:MOST_FAULTS]) or f"{count:,} as written, in a chain of seals")


def _of_postgresql(connection):
    on = connection.exec_driver_sql("SHOW data_checksums").scalar_one() == "on"
    counted = "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"
    failures = connection.exec_driver_sql(counted).scalar_one_or_none()
    if not on:
        yield Check("checksums of pages", None, "off: the server's owner can turn them on with pg_checksums --enable")
    else:
        yield Check(
            "checksums of pages", not failures, f"{number_of(failures or 0, 'failure')} since the statistics began"
        )
    yield _amcheck(connection)


def _amcheck(connection):
    """Return the check that every flow is in the index, by PostgreSQL's extension amcheck."""
    name = "table and index"
    schema = connection.exec_driver_sql(
        "SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'amcheck'"
    ).scalar_one_or_none()
    if schema is None:
        return Check(name, None, "the extension amcheck is not installed; CREATE EXTENSION amcheck installs it")
    prepare = connection.dialect.identifier_preparer.quote
    statement = f"SELECT {prepare(schema)}.bt_index_check(%s::regclass, true)"
    try:
        with connection.begin_nested():
            for index in sorted(index.name for index in flows.indexes):
                connection.exec_driver_sql(statement, (index,))
    except DBAPIError as error:  # also of a user without the right to call it
        damaged = str(getattr(error.orig, "sqlstate", "")).startswith("XX")
        return Check(name, False if damaged else None, f"amcheck: the index {cause(error)}")
    return Check(name, True, "amcheck: every flow is in the index")


def _of_imports(connection, name):
    """Return the check of the flows of imports against the counts and checksums kept with each import."""
    found, sums = Counter(), Counter()
    columns = (*Flow._fields, "import_id")
    stored = union_all(*(select(*[table.c[name] for name in columns]) for table in (flows, replaced)))
    result = connection.execute(stored, execution_options={"yield_per": CHUNK})
    for part in result.partitions():
        by_import = {}
        for row in part:
            by_import.setdefault(row.import_id, []).append(row)
        for key, rows in by_import.items():
            found[key] += len(rows)
            sums[key] += total(codes_of(rows))
    logged = found.pop(None, 0)
    faults, unknown = [], 0
    for row in connection.execute(select(imports).order_by(imports.c.id)):
        here = found.pop(row.id, 0)
        unknown += row.checksum is None
        if here != row.kept:
            faults.append(f"import {row.id} has {number_of(here, 'flow')} and should have {row.kept:,}")
        elif row.checksum not in (None, written(sums[row.id])):
            faults.append(f"a flow of import {row.id} is not the one that was imported")
    faults += [
        f"{number_of(count, 'flow names', 'flows name')} import {key}, which does not exist"
        for key, count in sorted(found.items())
    ]
    words = f"counts and sums agree; {number_of(logged, 'flow was', 'flows were')} logged one by one, without any"
    if unknown:
        words += f"; {number_of(unknown, 'import')} of an earlier version without sums"
    return Check(name, not faults, "; ".join(faults[:MOST_FAULTS]) or words)
