"""Import staged records in one transaction: all or none, and lanes and days that are held only as was asked."""

import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from twin._check import require
from twin.data.account import Account
from twin.data.author import author_name
from twin.data.errors import AlreadyHeld, Counts
from twin.data.ledger import bulk, overlap
from twin.data.ledger.checksum import codes_of, lane_codes, row_codes, seal_of, total, written
from twin.data.ledger.doubled import doubled
from twin.data.ledger.engine import lock_imports
from twin.data.ledger.flow import Flow
from twin.data.ledger.odd_days import odd_days
from twin.data.ledger.outlying import outlying, usual_ranges
from twin.data.ledger.overlap import NEW, REVISED, SAME
from twin.data.ledger.preview import Preview, corrections, corrections_in_words, outliers_in_words, preview_of
from twin.data.ledger.queries import parts
from twin.data.ledger.remarks import import_remarks
from twin.data.ledger.schema import flow_changes, flows, imports
from twin.data.ledger.staging import Staged
from twin.data.text import number_of, visible

LONGEST_SOURCE = 500  # [character] longest name of a source that is stored
ALL_STATES = (NEW, SAME, REVISED)
#: What to do with lanes and days that are held -> states of the lanes and days that are added.
HELD = {"ask": (NEW,), "new-only": (NEW,), "replace": (NEW, REVISED), "add": ALL_STATES}


class Import(NamedTuple):
    """The outcome of an import.

    id : of the import, or None if nothing was added.
    records : number of records added; 0 if they were there already.
    unknown : number of these records whose volume is unknown.
    repeated : whether nothing was added because the records were there already.
    counts : records of the file by their lanes and days: new, same as held, changed; and those of the new and changed
        that are far from the record of their lane.
    account : account of the file or history that was read.
    notes : remarks on the records, one sentence each.
    """

    id: int | None
    records: int
    unknown: int
    repeated: bool
    counts: Counts
    account: Account
    notes: tuple[str, ...]


def import_staged(
    connection: Connection, staged: Staged, *, held: str, sure: bool, asked: Preview | None, progress: bool
) -> Import:
    """Add staged records within the transaction of a connection, and return the outcome.

    held, sure, asked : as in `Ledger.import_file`.
    """
    require(held in HELD, "held", " or ".join(map(repr, HELD)), repr(held))
    records, _, digest = staged.measure()
    lock_imports(connection)  # the comparison below holds until the transaction ends
    same = connection.execute(select(imports).where(imports.c.digest == digest).order_by(imports.c.repeat)).all()
    if same and held == "ask" and _all_stored(connection, same):
        again = number_of(records, "flow was", "flows were")
        note = f"the same {again} imported on {same[0].imported_at[:10]} from {same[0].source}"
        return Import(same[0].id, 0, 0, True, Counts(0, records, 0, 0), staged.account, (note,))
    counts, ranges, compared = _compared(connection, staged, records, progress)
    _ask(connection, staged, held, sure or asked is not None, asked, counts, ranges, compared)
    added = sum(counts[state] for state in HELD[held])
    if not added:
        overlap.forget(connection)
        differ = f", and {number_of(counts.changed, 'differs', 'differ')} in this file" if counts.changed else ""
        note = f"the ledger holds flows of all these lanes and days{differ}"
        return Import(None, 0, 0, True, counts, staged.account, (note,))
    notes = (*_notes(counts, held), *import_remarks(connection, staged))
    key = _enter(connection, staged, added, digest if added == records else f"{held} {digest}")
    if compared and held == "replace":
        overlap.set_aside(connection, key)
    if compared:
        overlap.add_states(connection, key, HELD[held])
        overlap.forget(connection)
    else:
        bulk.insert(connection, staged, key, records, progress)
    checksum, unknown = _sum_of_staged(staged) if added == records else _sum_of_stored(connection, key)
    connection.execute(update(imports).where(imports.c.id == key).values(kept=added, checksum=written(checksum)))
    return Import(key, added, unknown, False, counts, staged.account, notes)


def preview_staged(connection: Connection, staged: Staged, progress: bool) -> Preview:
    """Return what an import of staged records would meet, within a transaction; nothing is written."""
    lock_imports(connection)
    counts, ranges, compared = _compared(connection, staged, staged.measure()[0], progress)
    found = preview_of(connection, staged, counts, ranges, compared)
    if counts.new + counts.changed:
        found = found._replace(odd=_odd(connection, staged))
    if compared:
        overlap.forget(connection)
    return found


def _compared(connection, staged, records, progress):
    """Return (counts, ranges, compared): whether the temporary tables hold the records, compared with the ledger's."""
    ranges = usual_ranges(connection, staged.lanes)
    if overlap.may_overlap(connection, staged):
        return overlap.compare(connection, staged, records, ranges, progress), ranges, True
    return Counts(records, 0, 0, outlying(staged, ranges)), ranges, False


def _odd(connection, staged):
    """Return sentences on what looks mistaken in new flows: a day, or a file that stands in itself twice."""
    days = odd_days(connection, staged.days, staged.account.period)
    return "; ".join(filter(None, (days, doubled(staged))))


def _ask(connection, staged, held, sure, asked, counts, ranges, compared):
    """Raise AlreadyHeld if nobody has said what is meant, or if the ledger is not as it was when somebody said it."""
    adds = sum(counts[state] for state in HELD[held]) if held != "ask" else counts.new + counts.changed
    odd = "" if sure or not adds else _odd(connection, staged)
    later = corrections(connection, asked.seen) if asked and compared and held in ("new-only", "replace") else []
    twice = held == "ask" and counts.new + counts.changed and counts.same + counts.changed
    far = held == "ask" and not sure and counts.outlying
    if later or twice or far or odd or (asked and asked.counts != counts):
        found = preview_of(connection, staged, counts, ranges, compared)._replace(odd=odd)
        why = f"the ledger has changed in the meantime: {corrections_in_words(later)}. " if later else ""
        raise AlreadyHeld(why + _question(staged, found), found)


def counted(counts: Counts) -> str:
    """Return the counts of an import in words.

    >>> counted(Counts(171, 63661, 0, 2))
    '171 of new lanes and days, 63,661 the same as held, 0 changed; 2 outlying'
    """
    return (
        f"{counts.new:,} of new lanes and days, {counts.same:,} the same as held, {counts.changed:,} changed; "
        f"{counts.outlying:,} outlying"
    )


def _question(staged, found):
    held = found.counts.same + found.counts.changed
    records = found.counts.new + held
    if found.odd:
        outliers = outliers_in_words(found.outliers, found.counts.outlying)
        count = f"far from the record of their lane: {found.counts.outlying:,} of the flows"
        more = f"; {count}{outliers}" if outliers else ""
        return f"{staged.account.file} looks mistaken: {found.odd}{more}"
    if not held:
        return (
            f"{staged.account.file} has flows that are far from the record of their lane, {found.counts.outlying:,} of "
            f"its {records:,}{outliers_in_words(found.outliers, found.counts.outlying)}"
        )
    return (
        f"{staged.account.file} has lanes and days that the ledger already holds: of its {number_of(records, 'flow')}, "
        f"{counted(found.counts)}{outliers_in_words(found.outliers, found.counts.outlying)}"
    )


def _notes(counts, held):
    """Yield notes on what was done with lanes and days that were held, and on outlying flows."""
    if held == "add" and counts.same + counts.changed:
        yield f"{number_of(counts.same + counts.changed, 'flow')} came on top of flows of the same lanes and days"
    elif held == "replace" and counts.changed:
        changed = number_of(counts.changed, "flow")
        yield f"{changed} replaced those held of the same lanes and days; undo brings these back"
    if counts.outlying:
        yield f"new or changed flows that are far from the record of their lane: {counts.outlying:,}"


def _enter(connection, staged, records, digest):
    """Insert the entry of an import, with its seal, and return its id."""
    last = select(func.max(imports.c.repeat)).where(imports.c.digest == digest)
    repeat = connection.execute(last).scalar_one()
    values = {
        "digest": digest,
        "repeat": 0 if repeat is None else repeat + 1,
        "source": visible(staged.account.file, LONGEST_SOURCE),
        "records": records,
        "period": staged.account.period,
        "imported_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "author": author_name(),
    }
    (key,) = connection.execute(insert(imports).values(values)).inserted_primary_key
    row = connection.execute(select(imports).where(imports.c.id == key)).one()
    connection.execute(update(imports).where(imports.c.id == key).values(seal=seal_of(row)))
    return key


def _all_stored(connection, same):
    """Return whether all flows of these imports are stored as they came; if none is, forget the imports."""
    keys, added = [one.id for one in same], sum(one.records for one in same)
    left = connection.execute(select(func.count()).where(flows.c.import_id.in_(keys))).scalar_one()
    if not sum(one.kept for one in same):
        connection.execute(delete(imports).where(imports.c.id.in_(keys)))
    edited = connection.execute(select(flow_changes.c.id).where(flow_changes.c.import_id.in_(keys)).limit(1)).first()
    return left == added and not edited


def _sum_of_staged(staged):
    """Return the checksum of staged records, and the number of unknown volumes."""
    lanes, checksum, unknown = lane_codes(staged.lanes), 0, 0
    for block in staged.blocks():
        checksum += total(row_codes(lanes[block["lane"]], block["day"], block["volume"], block["returns"]))
        unknown += int((block["volume"] != block["volume"]).sum())
    return checksum, unknown


def _sum_of_stored(connection, key):
    """Return the checksum of the flows of an import, and the number of unknown volumes."""
    checksum = unknown = 0
    for part in parts(connection, [flows.c[name] for name in Flow._fields], flows.c.import_id == key, []):
        checksum += total(codes_of(part))
        unknown += sum(row.volume is None for row in part)
    return checksum, unknown
