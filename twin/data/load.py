"""Load a history from a file, from the ledger, or from the synthetic research lanes."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from twin._check import require
from twin.data.files.rows import read_rows
from twin.data.history import History
from twin.data.places import is_ledger
from twin.data.scenarios import research_lanes
from twin.data.settle import check_options, history_from


def load_history(
    history: str | Path = "",
    *,
    period: str | None = None,
    gaps: str = "zero",
    duplicates: str = "sum",
    lanes: str | Sequence[str] | None = None,
    first: str | date | None = None,
    last: str | date | None = None,
    **reading: Any,
) -> History:
    """Return the history of a file or a ledger, or the synthetic research lanes by default.

    history : "" for the research lanes, a path, "ledger:" for the ledger that DATABASE_URL names (by default the
        user's own), or an address that `twin.data.ledger.store.Ledger` accepts.
    lanes, first, last : restrict a ledger to the flows of these lanes, or from `first` to `last` inclusive.
    reading : further arguments of `read_history`, for a file.

    >>> load_history("").flows["lane"].cat.categories.tolist()
    ['BER-MUC', 'FRA-PAR', 'HAM-ROT']
    """
    settling = {"period": period, "gaps": gaps}
    chosen = {name: value for name, value in {"lanes": lanes, "first": first, "last": last}.items() if value}
    if is_ledger(history):
        from twin.data.ledger.store import Ledger  # imports SQLAlchemy, which files do not need

        plain = {"dayfirst": None, "decimal": ".", "columns": None, "sheet": None}
        given = [name for name, value in reading.items() if name != "progress" and value != plain[name]]
        require(not given, "history", f"a file where {' and '.join(given)} is said", "a ledger")
        with Ledger(history) as ledger:
            return ledger.history(**chosen, **settling, duplicates=duplicates)
    require(not chosen, "history", f"a ledger where {' and '.join(chosen)} is said", repr(str(history)))
    if history == "":
        return research_lanes(**settling)
    return read_history(history, **settling, duplicates=duplicates, **reading)


def read_history(
    path: str | Path,
    *,
    period: str | None = None,
    gaps: str = "zero",
    duplicates: str = "sum",
    dayfirst: bool | None = None,
    decimal: str = ".",
    columns: dict[str, str] | None = None,
    sheet: str | None = None,
    progress: bool = False,
    name: str | None = None,
) -> History:
    """Return the history in a file of date, lane, volume and optionally returns: CSV, plain or gzipped, or a sheet.

    Columns may have other usual names (product_name, sku, Strecke, Menge, order_date, ...). The header may stand below
    the head of a report or have two rows; a table with a column for each period or lane becomes rows; origin and
    destination, year and month, date and hour are joined. `history.account` says so. Rows that cannot be used are
    refused and listed there, each with its line and reason. Blank returns count as none.

    Parameters
    ----------
    path : str or Path
        The file; its encoding, separator and compression are detected from its bytes. "-" is standard input.
        Spreadsheets (.xlsx, .xls, .ods) need the extra `excel`.
    period : {"D", "W", "MS"}, optional
        Sum the flows into days, weeks (from Monday) or months. The default is the file's own period: months if
        every date is the first (or every date the last) of its month, weeks if all dates fall on the same
        weekday, else days. Rows in an unfinished first or last period are refused, because part of a month
        understates demand.
    gaps : {"zero", "unknown"}
        Meaning of a period without a row, from a lane's first row to the last period of the file. "zero" (default):
        nothing flowed in that period. "unknown": the period is not counted.
    duplicates : {"sum", "first", "refuse"}
        Treatment of rows with the same lane and date: add them up (default), keep the first and refuse the
        others, or refuse all of them.
    dayfirst : bool, optional
        Whether the day comes first in dates such as 03/04/2024. By default the other dates in the column decide;
        if they do not, a ValueError is raised.
    decimal : {".", ","}
        Decimal mark of volume and returns.
    columns : dict, optional
        Headers of the file for date, lane, volume or returns, such as {"volume": "n_total"}. "Von+Nach" joins two
        columns, and the lane "" makes all rows one lane.
    sheet : str, optional
        Name of the sheet of a spreadsheet. By default the only sheet that holds a table of flows.
    progress : bool
        Show a progress bar on stderr.
    name : str, optional
        Name of the file in the account; by default its path.

    Raises
    ------
    ValueError, FileNotFoundError
        If the file as a whole cannot be used; the message is one sentence.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "flows.csv")
    ...     _ = path.write_text("date,sku,qty\\n2024-01-01,A,5\\n2024-01-02,A,x\\n2024-01-03,A,7\\n")
    ...     history = read_history(path)
    >>> history.flows["volume"].tolist(), history.period
    ([5.0, nan, 7.0], 'D')
    >>> history.account.reasons()
    {'volume is not a number': 1}
    """
    require(decimal in (".", ","), "decimal", "'.' or ','", repr(decimal))
    require(dayfirst in (None, True, False), "dayfirst", "True, False or None", repr(dayfirst))
    check_options(period, gaps, duplicates)
    reading = {"columns": columns, "dayfirst": dayfirst, "decimal": decimal, "sheet": sheet, "progress": progress}
    rows, unknown, refused, facts = read_rows(path, name=name, **reading)
    settling = {"period": period, "gaps": gaps, "duplicates": duplicates}
    return history_from(rows, facts, refused=refused, unknown=unknown, **settling)
