"""Load a history: from a file, from the ledger, or the synthetic research lanes."""

from twin._check import require
from twin.data.files.rows import read_rows
from twin.data.places import is_ledger
from twin.data.scenarios import research_lanes
from twin.data.settle import check_options, history_from


def load_history(
    history="", *, period=None, gaps="zero", duplicates="sum", lanes=None, first=None, last=None, **reading
):
    """Return the synthetic research lanes for "", the flows of a ledger, or the history in the file of that name.

    history : "", a path, "ledger:" for the ledger that DATABASE_URL names (else the user's own), or an address as
        `twin.data.ledger.store.Ledger` takes it.
    lanes, first, last : of a ledger, just the flows of these lanes, or between these days.
    reading : of a file, further arguments of `read_history`.

    >>> load_history("").flows["lane"].cat.categories.tolist()
    ['BER-MUC', 'FRA-PAR', 'HAM-ROT']
    """
    settling = {"period": period, "gaps": gaps}
    chosen = {name: value for name, value in {"lanes": lanes, "first": first, "last": last}.items() if value}
    if is_ledger(history):
        from twin.data.ledger.store import Ledger  # needs a database's packages; files need none

        plain = {"dayfirst": None, "decimal": ".", "columns": None}
        given = [name for name, value in reading.items() if name != "progress" and value != plain[name]]
        require(not given, "history", f"a file where {' and '.join(given)} is said", "a ledger")
        with Ledger(history) as ledger:
            return ledger.history(**chosen, **settling, duplicates=duplicates)
    require(not chosen, "history", f"a ledger where {' and '.join(chosen)} is said", repr(str(history)))
    if history == "":
        return research_lanes(**settling)
    return read_history(history, **settling, duplicates=duplicates, **reading)


def read_history(
    path,
    *,
    period=None,
    gaps="zero",
    duplicates="sum",
    dayfirst=None,
    decimal=".",
    columns=None,
    progress=False,
    name=None,
):
    """Read a CSV file, plain or gzipped, of date, lane, volume and optionally returns.

    Columns may carry the usual other names (product_name, sku, demand, quantity, order_date, ...). Rows that
    cannot be used are refused, each with its line and reason, in `history.account`. Returns left blank count as none.

    Parameters
    ----------
    path : str or Path
        The file; its encoding, separator and compression are found out from its bytes.
    period : {"D", "W", "MS"}, optional
        Sum the flows into days, weeks (from Monday) or months. By default the file's own period: months when
        every date is the first (or every date the last) of its month, weeks when every date is the same
        weekday, else days. Rows in an unfinished first or last period are refused, because part of a month
        understates demand.
    gaps : {"zero", "unknown"}
        Meaning of a period without a row, from a lane's first row to the last period of the file. "zero", the
        default: these are records of flow, so no record says that nothing flowed. "unknown": not counted.
    duplicates : {"sum", "first", "refuse"}
        Rows with the same lane and date are added up (the default: several flows of one day), or all but the
        first are refused, or all of them.
    dayfirst : bool, optional
        Order in dates such as 03/04/2024; by default the rest of the column decides, or reading stops.
    decimal : {".", ","}
        Decimal mark of volume and returns.
    columns : dict, optional
        Headers of the file for some of date, lane, volume, returns, such as {"volume": "n_total"}.
    progress : bool
        Show a progress bar on stderr.
    name : str, optional
        What the account calls the file; by default its path.

    Raises
    ------
    ValueError, FileNotFoundError
        In one sentence, when the file as a whole cannot be used.

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
    reading = {"columns": columns, "dayfirst": dayfirst, "decimal": decimal, "progress": progress, "name": name}
    rows, unknown, refused, facts = read_rows(path, **reading)
    settling = {"period": period, "gaps": gaps, "duplicates": duplicates}
    return history_from(rows, facts, refused=refused, unknown=unknown, **settling)
