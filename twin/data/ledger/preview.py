"""The preview of an import: how many records are new, same, changed and outlying, and which they are."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import Connection, and_, func, select

from twin.data.ledger.flow_events import Amounts, amounts_in, last_change, told_amounts
from twin.data.ledger.outlying import told_range
from twin.data.ledger.overlap import REVISED, SAME, staged_days, staged_ranges, staged_rows
from twin.data.ledger.schema import flow_changes, flows
from twin.data.text import time_told, visible

if TYPE_CHECKING:
    from twin.data.account import Account
    from twin.data.errors import Counts
    from twin.data.ledger.staging import Staged

MOST_LISTED = 20  # most records of a kind that a preview lists
MOST_IN_WORDS = 3  # most that a sentence names


class Outlier(NamedTuple):
    """A record outside the usual range of its lane. [pallet]"""

    lane: str
    date: datetime.date
    volume: float
    low: float
    high: float


class Difference(NamedTuple):
    """A lane and day that the ledger holds with other sums than the file. [pallet]"""

    lane: str
    date: datetime.date
    held: Amounts
    file: Amounts


class Correction(NamedTuple):
    """A lane and day that somebody has changed by hand, and that the file has otherwise; held is None if deleted."""

    lane: str
    date: datetime.date
    held: Amounts | None
    file: Amounts
    author: str
    changed_at: str
    change: int


class Preview(NamedTuple):
    """The flows that an import would meet, counted and named; nothing is written.

    counts : numbers of records. seen : id of the last change by hand when they were counted.
    outliers, changed, corrected : the first `MOST_LISTED` of each kind; account : of the file.
    odd : sentences on what looks mistaken in the file, such as a day; "" if nothing does.
    """

    counts: Counts
    seen: int
    outliers: tuple[Outlier, ...] = ()
    changed: tuple[Difference, ...] = ()
    corrected: tuple[Correction, ...] = ()
    account: Account | None = None
    odd: str = ""


def preview_of(connection: Connection, staged: Staged, counts: Counts, ranges: np.ndarray, compared: bool) -> Preview:
    """Return the preview of staged records that have been counted.

    ranges : usual range of each lane, shape (lanes, 2) [pallet]. compared : whether the temporary tables hold them.
    """
    seen = last_change(connection)
    if not compared:
        return Preview(counts, seen, tuple(_outliers(staged, ranges)), account=staged.account)
    outliers = _stored_outliers(connection) if counts.outlying else ()
    changed, corrected = _differences(connection), corrections(connection, 0)[:MOST_LISTED]
    return Preview(counts, seen, tuple(outliers), tuple(changed), tuple(corrected), staged.account)


def corrections(connection: Connection, after: int) -> list[Correction]:
    """Return the lanes and days of the temporary tables that were changed by hand, the latest first.

    after : id of the last change by hand that does not count.
    """
    same = and_(flow_changes.c.lane == staged_days.c.lane, flow_changes.c.date == staged_days.c.date)
    statement = select(flow_changes, *_SUMS).join(staged_days, same)
    statement = statement.where(staged_days.c.state != SAME, flow_changes.c.id > after)
    found: dict[int, Correction] = {}
    for row in connection.execute(statement.order_by(flow_changes.c.id.desc())):
        held = amounts_in(row.after)
        found.setdefault(
            row.flow_id, Correction(row.lane, row.date, held, _sums(row), row.author, row.changed_at, row.id)
        )
    return list(found.values())


_SUMS = [staged_days.c[name] for name in ("known", "recorded", "volume", "returns")]


def _sums(row) -> Amounts:
    return row.volume if row.known else None, row.returns if row.recorded else None


def _outliers(staged, ranges):
    """Yield the first staged records outside the usual range of their lane."""
    low, high = ranges.T
    left = MOST_LISTED
    for block in staged.blocks():
        lane, volume = block["lane"], block["volume"]
        for i in np.flatnonzero((volume < low[lane]) | (volume > high[lane]))[:left]:
            left -= 1
            day = np.datetime64(int(block["day"][i]), "D").item()
            of = int(lane[i])
            yield Outlier(staged.lanes[of], day, float(volume[i]), float(low[of]), float(high[of]))


def _stored_outliers(connection):
    """Yield the first new and changed records of the temporary tables outside the usual range of their lane."""
    rows, ranges = staged_rows, staged_ranges
    same = and_(rows.c.lane == staged_days.c.lane, rows.c.date == staged_days.c.date)
    far = (rows.c.volume < ranges.c.low) | (rows.c.volume > ranges.c.high)
    columns = rows.c.lane, rows.c.date, rows.c.volume, ranges.c.low, ranges.c.high
    statement = select(*columns).join(staged_days, same).join(ranges, ranges.c.lane == rows.c.lane)
    statement = statement.where(staged_days.c.state != SAME, far).order_by(rows.c.lane, rows.c.date)
    for row in connection.execute(statement.limit(MOST_LISTED)):
        yield Outlier(*row)


def _differences(connection):
    """Yield the first lanes and days of the temporary tables whose sums differ from those that are held."""
    key = staged_days.c.lane, staged_days.c.date
    first = select(*key, *_SUMS).where(staged_days.c.state == REVISED).order_by(*key).limit(MOST_LISTED).subquery()
    held = func.sum(flows.c.volume).label("held"), func.sum(flows.c.returns).label("back")
    same = and_(flows.c.lane == first.c.lane, flows.c.date == first.c.date)
    statement = select(first, *held).join(flows, same).group_by(*first.c).order_by(first.c.lane, first.c.date)
    for row in connection.execute(statement):
        yield Difference(row.lane, row.date, (row.held, row.back), _sums(row))


def outliers_in_words(outliers: Sequence[Outlier], count: int) -> str:
    """Return the first outliers in words, and how many more there are; "" if there are none."""
    told = [
        f"{visible(one.lane, 40)} {one.date} {one.volume:,.10g} (usual {told_range(one.low, one.high)})"
        for one in outliers[:MOST_IN_WORDS]
    ]
    more = f" and {count - len(told):,} more" if count > len(told) else ""
    return f": {', '.join(told)}{more}" if told else ""


def corrections_in_words(found: Iterable[Correction]) -> str:
    """Return in words which lanes and days were changed by hand in the meantime."""
    told = [
        f"{visible(one.lane, 60)} on {one.date} is {told_amounts(one.held)} since {one.author} changed it at "
        f"{time_told(one.changed_at)}, and would be {told_amounts(one.file)}"
        for one in found
    ]
    more = f"; and {len(told) - MOST_IN_WORDS:,} more" if len(told) > MOST_IN_WORDS else ""
    return "; ".join(told[:MOST_IN_WORDS]) + more
