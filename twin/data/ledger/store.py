"""The ledger: flows of lanes kept in a database, one history for dashboards, notebooks and batches.

with Ledger() as ledger:                      # the database of DATABASE_URL, by default a file among the user's data
    ledger.import_file("flows.csv")
    ledger.append("2026-01-05", "BER-MUC", 120)
    history = ledger.history()
"""

import datetime
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self, TextIO

import pandas as pd
from sqlalchemy import and_, delete, func, select

from twin._check import require
from twin.data.advice import Advice, ways_out
from twin.data.author import require_planner
from twin.data.errors import RowsRefused
from twin.data.history import History
from twin.data.ledger.address import DEFAULT_LEDGER, address, place
from twin.data.ledger.editing import (
    Amounts,
    FlowEvent,
    append_flow,
    delete_flows,
    edit_flow,
    flow_events,
    undo_flow_change,
)
from twin.data.ledger.engine import IMPORT_TIMEOUT, READ_ONLY_SETTING, engine_at, lock_imports, reading, vacuum, writing
from twin.data.ledger.export import write_flows
from twin.data.ledger.export_texts import seen_in
from twin.data.ledger.flow import Flow, as_amount, as_day, as_id, as_ids, as_lane, as_lanes
from twin.data.ledger.importing import Import, import_staged, preview_staged
from twin.data.ledger.integrity import Stamp, refuse_damage, stamp
from twin.data.ledger.migration import prepare, table_version
from twin.data.ledger.outlying import far_from_record
from twin.data.ledger.plan_cells import PlanCells, entries_of_plan
from twin.data.ledger.preview import Preview
from twin.data.ledger.queries import flows_in_order, history_of, of_lanes, seen_amounts
from twin.data.ledger.remarks import flow_remarks
from twin.data.ledger.salvage import readable_flows
from twin.data.ledger.schema import Window, flow_changes, flows, imports, replaced
from twin.data.ledger.staging import stage_history, staged_file
from twin.data.ledger.statistics_query import attrs_of, statistics_of
from twin.data.ledger.sums import lane_names
from twin.data.ledger.undoing import Undone, undo_import
from twin.data.ledger.verify_ledger import Check, checks_of
from twin.data.settings import setting
from twin.data.statistics import lane_statistics
from twin.data.working_days import Closing

RESET_TOKEN = "delete all flows"  # confirms Ledger.reset
MANY = 1_000_000  # an import of at least so many flows is followed by a vacuum
OFF = ("", "0", "no", "false", "off")  # values of a setting that is not on
IMPORTED = ("id", "source", "records", "period", "imported_at", "author")  # columns of an import in the status

Lanes = str | Sequence[str] | None  # a lane, several, or None for all
Limit = str | datetime.date | None  # first or last day of flows, included, or None for no limit


class Ledger:
    """The flows stored at an address.

    Every use checks an SQLite file for damage first, unless it has not changed since the last check. If the setting
    TWIN_LEDGER_READ_ONLY is on, the ledger may only be read.

    An unusable argument raises ValueError, a failure of the database raises LedgerError. The message is one sentence,
    and nothing has been changed.

    Parameters
    ----------
    url : str, optional
        postgresql://user:password@host:port/database, or sqlite:////data/flows.sqlite. The default is DATABASE_URL
        (from the environment or a .env file) or, if unset, an SQLite file among the user's data.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with folder, Ledger(f"sqlite:///{folder.name}/flows.sqlite") as ledger:
    ...     flow = ledger.append("2026-01-05", "BER-MUC", 120)
    ...     ledger.count(), ledger.delete(flow.id)[0].volume, ledger.count()
    (1, 120.0, 0)
    """

    place = "an address that cannot be read"  # shown if the address is invalid

    def __init__(self, url: str | Path | None = DEFAULT_LEDGER) -> None:
        url = address(url)  # the URL object hides its password
        self.place = place(url)
        self.read_only = setting(READ_ONLY_SETTING).strip().lower() not in OFF
        self._engine = engine_at(url, self.read_only)
        self._sound: Stamp | None = None  # state of the file when it was checked
        try:
            prepare(self._engine)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Ledger at {self.place}>"

    def close(self) -> None:
        """Close all connections; the ledger opens new ones if it is used again."""
        self._engine.dispose()

    @property
    def plan(self) -> PlanCells:
        """Return the plan that is kept beside the flows; `twin.plan.capacity_plan` says what its cells mean."""
        return PlanCells(self._reading, partial(self._writing, again=False))

    @contextmanager
    def _reading(self):
        """Yield a connection that reads one snapshot of a ledger without damage."""
        with reading(self._engine) as connection:
            self._check(connection)
            yield connection

    @contextmanager
    def _writing(self, again=True, patience=None):
        """Yield a connection that changes a ledger without damage; `again` : check a file that has changed again.

        Raises an error if whoever is at work may only look.
        """
        require_planner()
        with writing(self._engine, patience) as connection:
            if again or self._sound is None:
                self._check(connection)
            yield connection

    def _check(self, connection):
        now = stamp(connection)
        if now is not None and now != self._sound:
            refuse_damage(connection, sealed=True)
            self._sound = now

    # ------------------------------------------------------------ changes

    def append(self, date: str | datetime.date, lane: str, volume: float, returns: float | None = None) -> Flow:
        """Add one flow, and return it with its id.

        Parameters
        ----------
        date : date or str, such as 2026-01-05
        lane : str
        volume : float, finite and >= 0 [pallet]
        returns : float, optional, finite and >= 0 [pallet]
        """
        require(date is not None, "date", "a day", date)
        values = {"date": as_day(date), "lane": as_lane(lane), "volume": as_amount(volume=volume)}
        values["returns"] = None if returns is None else as_amount(returns=returns)
        with self._writing(again=False) as connection:
            return append_flow(connection, values)

    def delete(self, *ids: int, seen: Mapping[int, Amounts] | None = None) -> list[Flow]:
        """Delete the flows with these ids, all or none, and return them; `seen` as in `edit`, by id."""
        ids = as_ids(ids)
        with self._writing() as connection:
            return delete_flows(connection, ids, self.place, seen or {})

    def edit(self, key: int, volume: float, returns: float | None = None, *, seen: Amounts | None = None) -> Flow:
        """Give a flow another volume and other returns [pallet], and return it as it is then.

        Author, time and both values are kept, as of flows that are added or deleted one by one: `events` lists them,
        and `undo_edit` undoes them.

        Parameters
        ----------
        seen : pair of volume and returns, optional
            Those that the author has seen. If the flow has others since, FlowChanged names both, and nothing is
            written. By default the author has seen those that it has.
        """
        amounts = as_amount(volume=volume), None if returns is None else as_amount(returns=returns)
        with self._writing() as connection:
            return edit_flow(connection, as_id(key), amounts, self.place, seen)

    def undo_edit(self, change: int) -> Flow | None:
        """Undo a change of one flow by hand, and return the flow as it is then; None if there is none then.

        FlowChanged is raised if the flow has changed since.
        """
        with self._writing() as connection:
            return undo_flow_change(connection, as_id(change, "change"))

    def events(self, lane: str, date: str | datetime.date | None = None) -> list[FlowEvent]:
        """Return what happened to the flows of a lane, the latest first.

        Of a day, these are its imports and all changes by hand; of all days, the latest changes by hand.
        """
        with self._reading() as connection:
            return flow_events(connection, as_lane(lane), as_day(date))

    def find(self, key: int) -> Flow:
        """Return the flow with this id."""
        key = as_id(key)
        statement = select(*[flows.c[name] for name in Flow._fields]).where(flows.c.id == key)
        with self._reading() as connection:
            row = connection.execute(statement).first()
        require(row is not None, "id", f"that of a flow in the ledger at {self.place}", key)
        return Flow(*row)

    def far_from_record(self, lane: str, volume: float) -> str:
        """Return a sentence if a volume is far from what the ledger holds of a lane (see `usual_range`); "" if not."""
        lane, volume = as_lane(lane), as_amount(volume=volume)
        with self._reading() as connection:
            return far_from_record(connection, lane, volume)

    def remarks(self, flow: Flow) -> list[str]:
        """Return remarks on a stored flow whose day or lane looks mistaken, or that repeats a lane and day."""
        with self._reading() as connection:
            return list(flow_remarks(connection, flow))

    def undo(self, import_id: int) -> Undone:
        """Delete an import and those of its flows that are left, bring back the flows that it replaced, and count both.

        An import of which a later one has replaced flows can be undone only after that one.
        """
        key = as_id(import_id, "import_id")
        with self._writing() as connection:
            done = undo_import(connection, key)
            require(done is not None, "import_id", f"that of an import into the ledger at {self.place}", key)
        return done

    def reset(self, token: str) -> int:
        """Delete all flows and imports, and return the number of deleted flows; `token` must be RESET_TOKEN.

        The plan is kept, as is its history.
        """
        require(
            token == RESET_TOKEN, "token", f"{RESET_TOKEN!r}, which deletes every flow at {self.place}", repr(token)
        )
        with self._writing() as connection:
            lock_imports(connection)
            deleted = connection.execute(delete(flows)).rowcount
            connection.execute(delete(replaced))
            connection.execute(delete(imports))
            connection.execute(delete(flow_changes))
        return deleted

    def import_file(
        self,
        path: str | Path,
        *,
        good_rows_only: bool = False,
        held: str = "ask",
        asked: Preview | None = None,
        progress: bool = False,
        **reading: Any,
    ) -> Import:
        """Add the flows of a CSV file: all of them, or none if a row cannot be used.

        Parameters
        ----------
        path : str or Path
        good_rows_only : bool
            Leave out the rows that cannot be used; the account lists them. A row of which only the numbers cannot be
            read is stored with an unknown volume, which differs from zero.
        held : {"ask", "new-only", "replace", "add"}
            What to do if the ledger already holds flows of lanes and days of the file. "ask" (default): raise
            AlreadyHeld, with the counts, unless every flow is held already. "new-only": add only the lanes and days
            that are not held. "replace": also replace those that differ; `undo` brings the replaced flows back. "add":
            add all flows on top.
        asked : Preview, optional
            Preview that somebody has agreed to. If the counts differ since, or somebody has changed by hand what would
            be replaced or added again, AlreadyHeld is raised anew, with both values.
        progress : bool
            Show progress bars on stderr.
        reading : columns, dayfirst, decimal and name, as in `read_history`.

        Raises
        ------
        RowsRefused, AlreadyHeld, ValueError, FileNotFoundError, LedgerError
        """
        with _usable(path, good_rows_only, progress, reading) as staged:
            return self._import(staged, held, asked, progress)

    def preview_file(
        self, path: str | Path, *, good_rows_only: bool = False, progress: bool = False, **reading: Any
    ) -> Preview:
        """Return what `import_file` would meet, with the records that are outlying or changed; nothing is written."""
        with (
            _usable(path, good_rows_only, progress, reading) as staged,
            self._writing(patience=IMPORT_TIMEOUT) as connection,
        ):
            return preview_staged(connection, staged, progress)

    def import_history(
        self, history: History, *, held: str = "ask", asked: Preview | None = None, progress: bool = False
    ) -> Import:
        """Add the flows of a history; `held` and `asked` as in `import_file`."""
        return self._import(stage_history(history), held, asked, progress)

    def _import(self, staged, held, asked, progress):
        with self._writing(patience=IMPORT_TIMEOUT) as connection:
            done = import_staged(connection, staged, held=held, asked=asked, progress=progress)
        if done.records >= MANY:
            vacuum(self._engine, flows.name)
        return done

    # ------------------------------------------------------------ queries

    def count(self, lanes: Lanes = None, first: Limit = None, last: Limit = None) -> int:
        """Return the number of flows of some lanes between two days, by default of all lanes and days."""
        statement = select(func.count()).select_from(flows).where(_condition(lanes, first, last))
        with self._reading() as connection:
            return connection.execute(statement).scalar_one()

    def lanes(self) -> list[str]:
        """Return the names of all lanes, in order."""
        with self._reading() as connection:
            return list(connection.execute(lane_names()).scalars())

    def read(self, lanes: Lanes = None, first: Limit = None, last: Limit = None) -> pd.DataFrame:
        """Return the flows of some lanes between two days, both included, as a table with their ids.

        Columns id, date, lane, volume [pallet] and returns [pallet], sorted by lane, date and id; a missing volume is
        unknown, missing returns are not recorded.
        """
        table = pd.DataFrame(self.records(lanes, first, last), columns=list(Flow._fields))
        kinds = {"id": "int64", "date": "datetime64[s]", "lane": "str", "volume": "float64", "returns": "float64"}
        return table.astype(kinds)

    def records(self, lanes: Lanes = None, first: Limit = None, last: Limit = None) -> Generator[Flow, None, None]:
        """Return an iterator over the flows of `read`, in the same order; its use of memory is bounded."""
        return self._stream(_condition(lanes, first, last))

    def _stream(self, condition):
        with self._reading() as connection:
            yield from flows_in_order(connection, condition)

    def export(self, file: str | Path | TextIO, lanes: Lanes = None, first: Limit = None, last: Limit = None) -> int:
        """Write the flows to a path, whose ending says the form, or as CSV to an open text file; return their number.

        The forms are .csv, which `read_history` reads back, .json (a list of objects), .jsonl (an object a line), each
        also compressed as .gz, .parquet and .xlsx. Each flow has date, lane, volume and returns [pallet]; a volume that
        is unknown, or returns that were not recorded, are null (in CSV, an unknown volume is NaN).

        A file at a path is replaced atomically: it is the old or the whole new one. In CSV, a lane name that a
        spreadsheet would run as a formula has a leading apostrophe, which `read_history` removes.
        """
        condition = _condition(lanes, first, last)
        with self._reading() as connection:
            seen = seen_amounts(connection, condition)
            with closing(flows_in_order(connection, condition)) as records:
                return write_flows(records, file, seen)

    def salvage(self, file: str | Path | TextIO) -> int:
        """Write as `export` does what a damaged SQLite file still gives; return the number of flows."""
        with reading(self._engine) as connection:
            with closing(readable_flows(connection)) as records:
                seen = seen_in(records)
            with closing(readable_flows(connection)) as records:
                return write_flows(records, file, seen)

    def history(
        self,
        lanes: Lanes = None,
        first: Limit = None,
        last: Limit = None,
        *,
        period: str | None = None,
        gaps: str = "zero",
        duplicates: str = "sum",
        closed: str | None = None,
        holidays: str | None = None,
    ) -> History:
        """Return the history of the flows, as `read_history` does for a file; its account refers to flows by id."""
        chosen = as_lanes(lanes), Window(as_day(first, "first"), as_day(last, "last"))
        settling = {"period": period, "gaps": gaps, "duplicates": duplicates, "closing": Closing(closed, holidays)}
        with self._reading() as connection:
            return history_of(connection, self.place, *chosen, **settling)

    def statistics(
        self,
        lanes: Lanes = None,
        first: Limit = None,
        last: Limit = None,
        *,
        period: str | None = None,
        gaps: str = "zero",
        closed: str | None = None,
        holidays: str | None = None,
    ) -> pd.DataFrame:
        """Return `lane_statistics` of the same history; the database computes the sums, so no flows are fetched.

        Only stated closed weekdays or holidays take the flows, because something may have flowed on them. The `attrs`
        of the table hold period, calendar, gaps, and notes on decisions.
        """
        if closed or holidays:
            days = {"first": first, "last": last, "closed": closed, "holidays": holidays}
            history = self.history(lanes, **days, period=period, gaps=gaps)
            table = lane_statistics(history)
            table.attrs = attrs_of(history.calendar, gaps, history.account.notes)
            return table
        chosen = as_lanes(lanes), Window(as_day(first, "first"), as_day(last, "last"))
        with self._reading() as connection:
            return statistics_of(connection, self.place, *chosen, period=period, gaps=gaps)

    def verify(self) -> list[Check]:
        """Return every check of the ledger: what its database offers, and the counts and checksums of its imports."""
        with reading(self._engine) as connection:
            return list(checks_of(connection))

    def status(self) -> dict[str, Any]:
        """Return the location and the contents of the ledger as plain values."""
        span = select(func.count(), func.min(flows.c.date), func.max(flows.c.date)).select_from(flows)
        order = select(*[imports.c[name] for name in IMPORTED]).order_by(imports.c.id)
        with self._reading() as connection:
            count, first, last = connection.execute(span).one()
            past = [dict(zip(IMPORTED, row, strict=True)) for row in connection.execute(order)]
            names = list(connection.execute(lane_names()).scalars())
            tables = table_version(connection)
            planned = entries_of_plan(connection)
        return {
            "place": self.place,
            "engine": self._engine.dialect.name,
            "schema_version": tables,
            "read_only": self.read_only,
            "flows": count,
            "lanes": len(names),
            "first_date": first and first.isoformat(),
            "last_date": last and last.isoformat(),
            "plan_entries": planned,
            "imports": past,
        }


@contextmanager
def _usable(path, good_rows_only, progress, reading):
    """Yield the staged records of a file; if rows cannot be used, refuse the file unless they are to be left out."""
    with staged_file(path, progress=progress, **reading) as staged:
        if len(staged.unusable) and not good_rows_only:
            line, reason, text = staged.unusable.iloc[0]
            why = (
                f"{len(staged.unusable):,} of {staged.account.rows_read:,} rows of {path} cannot be used, so none "
                f"was imported; the first is line {line}, {reason}: {text}"
            )
            ways = ways_out(staged.unusable["reason"])
            raise RowsRefused(Advice(why, *ways, ("good_rows_only", True)), staged.account)
        yield staged


def _condition(lanes, first, last):
    return and_(of_lanes(as_lanes(lanes)), Window(as_day(first, "first"), as_day(last, "last")).of())
