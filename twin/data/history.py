"""The flow history of lanes: a file in, one row a lane and period out, and an account of what was left out.

history = read_history("flows.csv")
print(history.account)
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from twin._check import require
from twin.data._lane_names import written_lane
from twin.data._periods import LENGTH, period_range, periods_between
from twin.data._rows import read_rows
from twin.data._settling import (
    end_notes,
    gap_note,
    into_periods,
    mark_unknown,
    settle_duplicates,
    settle_returns,
    sum_flows,
)
from twin.data.account import Account, refusals
from twin.data.places import is_ledger

GAPS = ("zero", "unknown")
DUPLICATES = ("sum", "first", "refuse")


@dataclass(frozen=True)
class History:
    """Flows of lanes per period.

    flows : table of date (first day of the period), lane (categorical), volume [pallet/period] and, when
        known, returns [pallet/period]; one row a lane and period, sorted by lane and date. A missing volume is one
        that was written down and could not be read: unknown, whatever `gaps` says.
    period : "D" day, "W" week, "MS" month.
    gaps : "zero" or "unknown", the meaning of a period without a row after a lane's first row.
    account : what was read, refused and decided.
    """

    flows: pd.DataFrame
    period: str
    gaps: str
    account: Account


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


def load_history(
    history="", *, period=None, gaps="zero", duplicates="sum", lanes=None, first=None, last=None, **reading
):
    """Return the synthetic research lanes for "", the flows of a ledger, or the history in the file of that name.

    history : "", a path, "ledger:" for the ledger that DATABASE_URL names (else the user's own), or an address as
        `twin.data.ledger.Ledger` takes it.
    lanes, first, last : of a ledger, just the flows of these lanes, or between these days.
    reading : of a file, further arguments of `read_history`.

    >>> load_history("").flows["lane"].cat.categories.tolist()
    ['BER-MUC', 'FRA-PAR', 'HAM-ROT']
    """
    settling = {"period": period, "gaps": gaps}
    chosen = {name: value for name, value in {"lanes": lanes, "first": first, "last": last}.items() if value}
    if is_ledger(history):
        from twin.data.ledger import Ledger  # needs a database's packages; files need none

        plain = {"dayfirst": None, "decimal": ".", "columns": None}
        given = [name for name, value in reading.items() if name != "progress" and value != plain[name]]
        require(not given, "history", f"a file where {' and '.join(given)} is said", "a ledger")
        with Ledger(history) as ledger:
            return ledger.history(**chosen, **settling, duplicates=duplicates)
    require(not chosen, "history", f"a ledger where {' and '.join(chosen)} is said", repr(str(history)))
    if history == "":
        from twin.data.scenarios import research_lanes  # scenarios are themselves made of histories

        return research_lanes(**settling)
    return read_history(history, **settling, duplicates=duplicates, **reading)


def history_from(rows, facts, *, refused=(), unknown=None, period=None, gaps="zero", duplicates="sum"):
    """Return the history of a table of usable rows: repeated rows and periods settled, the account closed.

    rows : table of line, date, lane, volume, optionally returns and copy (exact copy of an earlier record).
    facts : the account's fields that are known already; `refused` its rows (line, reason, text) so far.
    unknown : table of date and lane where something flowed that could not be read.
    """
    check_options(period, gaps, duplicates)
    notes = list(facts["notes"])
    refused = list(refused)
    written, rows = rows, settle_duplicates(rows, duplicates, refused, notes)
    if duplicates == "refuse":  # nobody knows what flowed there
        contested = written.loc[written.index.difference(rows.index), ["date", "lane"]]
        unknown = contested if unknown is None else pd.concat([unknown, contested])
    _check_some_left(rows, refused, facts)
    inferred = period is None
    rows, period, summed = into_periods(rows, period, refused, notes, facts["file"])
    _check_some_left(rows, refused, facts)
    flows = sum_flows(settle_returns(rows, notes))
    if unknown is not None and len(unknown):
        flows = mark_unknown(flows, unknown, period, summed, notes)
    notes.append(gap_note(flows, period, gaps))
    last = flows.groupby("lane", observed=True)["date"].last().dt.date
    notes += end_notes(last.index, last, last.max(), gaps)
    closing = {"rows_kept": len(rows), "refused": refusals(refused), "notes": tuple(notes)}
    account = Account(**{**facts, **closing}, period=period, period_inferred=inferred)
    return History(flows, period, gaps, account)


def check_options(period, gaps, duplicates="sum"):
    """Refuse what is no period, no meaning of gaps or no way to settle duplicates."""
    require(period is None or period in LENGTH, "period", "'D', 'W', 'MS' or None", repr(period))
    require(gaps in GAPS, "gaps", "'zero' or 'unknown'", repr(gaps))
    require(duplicates in DUPLICATES, "duplicates", "'sum', 'first' or 'refuse'", repr(duplicates))


def _check_some_left(rows, refused, facts):
    if len(rows):
        return
    table = refusals(refused)
    reasons = "; ".join(f"{count:,} x {reason}" for reason, count in table["reason"].value_counts().items())
    line, _, text = table.iloc[0]
    first = f"the first is {facts.get('row', 'line')} {line}: {text}"
    raise ValueError(f"{facts['file']} has no usable row: {reasons}; {first}")


def dense(history):
    """Return (lanes, dates, volumes): every lane on every period of the file, for plots and forecasts.

    volumes has the shape (lanes, periods) [pallet/period]; gaps are 0 or NaN as the history says, and periods
    before a lane's first row are NaN.
    """
    flows = history.flows
    lane, lanes = pd.factorize(flows["lane"], sort=True)
    days = flows["date"].to_numpy().astype("datetime64[D]")
    dates = period_range(days.min(), days.max(), history.period)
    column = periods_between(days.min(), days, history.period)
    volumes = np.full((len(lanes), len(dates)), np.nan)
    if history.gaps == "zero":
        first = np.full(len(lanes), len(dates))
        np.minimum.at(first, lane, column)
        volumes[np.arange(len(dates)) >= first[:, None]] = 0.0
    volumes[lane, column] = flows["volume"]
    return np.asarray(lanes, dtype=str), dates, volumes


def write_csv(history, path):
    """Write the flows as CSV that `read_history` reads back: the same flows give the same bytes."""
    lanes = history.flows["lane"].astype("str").map(written_lane)
    flows = history.flows.assign(date=history.flows["date"].dt.strftime("%Y-%m-%d"), lane=lanes)
    for name in flows.columns.intersection(["volume", "returns"]):
        if (flows[name].dropna() % 1 == 0).all():
            flows[name] = flows[name].astype("Int64")  # 12, not 12.0; empty where unknown
    flows.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def lane_volumes(history, lane):
    """Return the known volumes of one lane in time order, from its first row on. [pallet/period]

    >>> lane_volumes(load_history(), "HAM-ROT").shape
    (1092,)
    """
    lanes, _, volumes = dense(history)
    require(lane in lanes, "lane", f"one of {', '.join(lanes[:12])}{' …' * (len(lanes) > 12)}", lane)
    known = volumes[lanes == lane][0]
    return known[~np.isnan(known)]
