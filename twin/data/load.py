"""Load a history from a file, the ledger, a record of the package, or the synthetic research lanes."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from twin._check import require
from twin.data.account import refusals
from twin.data.advice import Advice, ways_out
from twin.data.audit import names_told
from twin.data.errors import RowsRefused
from twin.data.files.numbers import VOLUME_UNKNOWN
from twin.data.files.options import READING, ReadingOptions
from twin.data.files.rows import read_rows
from twin.data.history import History
from twin.data.ledger.flow import as_day
from twin.data.places import RECORD_PREFIX, is_ledger, is_record
from twin.data.records import flows_file, public_record
from twin.data.scenarios import research_lanes
from twin.data.settle import check_options, history_from
from twin.data.working_days import Closing

_LOG = logging.getLogger(__name__)
OF_DAYS = ("first", "last", "closed", "holidays")  # options of reading that also apply to a ledger
REFUSED_SHARE = 0.05  # share of refused rows beyond which nothing is answered unless good_rows_only is said


def load_history(
    history: str | Path = "",
    *,
    period: str | None = None,
    gaps: str = "zero",
    duplicates: str = "sum",
    lanes: str | Sequence[str] | None = None,
    progress: bool = False,
    **reading: Any,
) -> History:
    """Return the history of a file, a record or a ledger, or the synthetic research lanes by default.

    history : "" for the research lanes, a path, "record:NAME" for a record of the package (`twin.data.records`),
        "ledger:" for the ledger that DATABASE_URL names (by default the user's own), or an address that
        `twin.data.ledger.store.Ledger` accepts.
    lanes : restrict a ledger to the flows of these lanes.
    progress : show a progress bar on stderr while a file is read.
    reading : further options of `ReadingOptions`; first, last, closed and holidays also apply to a ledger.

    >>> load_history("").flows["lane"].cat.categories.tolist()
    ['BER-MUC', 'FRA-PAR', 'HAM-ROT']
    >>> load_history("record:sfo-air-cargo").account.licence
    'Open Data Commons Public Domain Dedication and License (PDDL 1.0)'
    """
    how = ReadingOptions(period=period, gaps=gaps, duplicates=duplicates, **reading)
    settling = {"period": period, "gaps": gaps}
    if is_ledger(history) or history == "":
        given = [name for name in how.stated() if not READING[name].ledger or (not history and name in OF_DAYS)]
        kind = "a ledger" if history else "none, which means the research lanes"
        holders = "a file or a ledger" if all(READING[name].ledger for name in given) else "a file"
        require(not given, "history", f"{holders} where {' and '.join(given)} is said", kind)
    if is_ledger(history):
        from twin.data.ledger.store import Ledger  # imports SQLAlchemy, which files do not need

        days = {name: getattr(how, name) for name in OF_DAYS}
        with Ledger(history, make=False) as ledger:
            return _with_options(ledger.history(lanes, **days, **settling, duplicates=duplicates), how)
    require(not lanes, "history", "a ledger where lanes are named, because all of a file is read", repr(str(history)))
    if history == "":
        return _with_options(research_lanes(**settling), how)
    if is_record(history):
        return _of_record(str(history), **settling, duplicates=duplicates, progress=progress, **reading)
    return read_history(history, **settling, duplicates=duplicates, progress=progress, **reading)


def _of_record(history, **options):
    """Return the history of a record; its account says where the record is from and under which terms."""
    record = public_record(history)
    found = read_history(flows_file(record), **{**options, "name": RECORD_PREFIX + record.name})
    told: dict[str, Any] = {name: getattr(record, name) for name in ("source", "licence", "attribution")}
    told["notes"] = (f"volumes are in {record.unit}, which the answers call pallets", *found.account.notes)
    return replace(found, account=replace(found.account, **told))


def read_history(
    path: str | Path,
    *,
    period: str | None = None,
    gaps: str = "zero",
    duplicates: str = "sum",
    progress: bool = False,
    name: str | None = None,
    **reading: Any,
) -> History:
    """Return the history in a file of date, lane, volume and optionally returns: CSV, plain or gzipped, or a sheet.

    Columns may have other usual names (product_name, sku, Strecke, Menge, order_date, ...). The header may stand below
    the head of a report or have two rows; a table with a column for each period or lane becomes rows; origin and
    destination, year and month, date and hour are joined. `history.account` says so. Rows that cannot be used are
    refused and listed there, each with its line and reason. What such a row would have said is
    unknown, not zero: its volume, and the gaps that a row without a readable date or lane may have filled. Blank
    returns count as none.

    Parameters
    ----------
    path : str or Path
        The file; its encoding, separator and compression are detected from its bytes. "-" is standard input.
        Spreadsheets (.xlsx, .xls, .ods) need the extra `excel`.
    period : {"D", "W", "MS", "QS"}, optional
        Sum the flows into days, weeks (from Monday), months or quarters. The default is the file's own period:
        quarters if dates are written as such (2024-Q1), or if every date is the first (or every date the last) day of
        a quarter and they are not all several quarters apart; months in the same way; weeks if all dates fall on the
        same weekday; else days. Rows in an unfinished first or last period are refused, because part of a month
        understates demand.
    gaps : {"zero", "unknown"}
        Meaning of a period without a row, within the record of a lane: that of the file, unless the lane began late or
        ended early (see `twin.data.record.lane_records`). "zero" (default): nothing flowed in that period. "unknown":
        the period is not counted.
    duplicates : {"sum", "first", "refuse"}
        Treatment of rows with the same lane and date: add them up (default), keep the first and refuse the
        others, or refuse all of them.
    progress : bool
        Show a progress bar on stderr.
    name : str, optional
        Name of the file in the account; by default its path.
    reading : fields of `twin.data.files.options.ReadingOptions`
        By default the file decides how its dates and numbers are read, and where it does not, a ValueError shows the
        readings and the option. Days on which nobody ever works are no periods, as the account says.

    Raises
    ------
    RowsRefused
        If more than 5 % of the rows cannot be used, unless good_rows_only is True; its `account` lists them.
    ValueError, FileNotFoundError
        If the file as a whole cannot be used; the message is one sentence.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "flows.csv")
    ...     _ = path.write_text("date,sku,qty\\n2024-01-01,A,5\\n2024-01-02,A,x\\n2024-01-03,A,7\\n")
    ...     history = read_history(path, good_rows_only=True)
    >>> history.flows["volume"].tolist(), history.period
    ([5.0, nan, 7.0], 'D')
    >>> history.account.reasons()
    {'volume is not a number': 1}
    """
    check_options(period, gaps, duplicates)
    how = ReadingOptions(period=period, gaps=gaps, duplicates=duplicates, **reading)
    rows = read_rows(path, reading=how, progress=progress, name=name)
    rows.facts["audit"] = (*names_told(rows.lanes), *rows.audit)
    rows.facts["options"] = how.told()
    settling = {"period": period, "gaps": gaps, "duplicates": duplicates}
    history = history_from(
        rows.table,
        rows.facts,
        refused=rows.refused,
        unknown=rows.unknown,
        lost=rows.lost,
        lanes=rows.lanes,
        sums=how.sums,
        cut=rows.cut,
        own=rows.period,
        window=(as_day(how.first, "first"), as_day(how.last, "last")),
        closing=Closing(how.closed, how.holidays),
        **settling,
    )
    _LOG.debug("%s: %d rows read, %d refused", history.account.file, history.account.rows_read, len(rows.refused))
    bad = refusals(row for row in rows.refused if row[1] != VOLUME_UNKNOWN)
    if len(bad) > REFUSED_SHARE * history.account.rows_read and not how.good_rows_only:
        raise RowsRefused(_too_many(bad, history.account), history.account)
    return history


def _with_options(history, how):
    return replace(history, account=replace(history.account, options=how.told()))


def _too_many(bad, account):
    """Return the sentence on a file of which too many rows cannot be used."""
    share, (line, _, text) = len(bad) / account.rows_read, bad.iloc[0]
    why = "; ".join(f"{count:,} x {reason}" for reason, count in bad["reason"].value_counts().items())
    text = (
        f"{account.file} has {len(bad):,} of {account.rows_read:,} rows ({share:.1%}) that cannot be used, more than "
        f"{REFUSED_SHARE:.0%}, so nothing is answered: {why}; the first is line {line}: {text}"
    )
    return Advice(text, *ways_out(bad["reason"]), ("good_rows_only", True))
