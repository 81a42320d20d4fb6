"""Reading a ledger: its flows, their history and statistics, exports and checks."""

import datetime
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self, TextIO

import numpy as np
import pandas as pd
from sqlalchemy import and_, func, select

from twin._check import require
from twin.data.history import History
from twin.data.ledger.address import DEFAULT_LEDGER, address, place
from twin.data.ledger.engine import READ_ONLY_SETTING, engine_at, reading
from twin.data.ledger.export import write_flows
from twin.data.ledger.export_texts import seen_in
from twin.data.ledger.flow import Flow, as_amount, as_day, as_id, as_lane, as_lanes
from twin.data.ledger.flow_events import FlowEvent, flow_events
from twin.data.ledger.integrity import Stamp, refuse_damage, stamp
from twin.data.ledger.migration import prepare, table_version
from twin.data.ledger.odd_days import odd_days
from twin.data.ledger.outlying import far_from_record
from twin.data.ledger.plan_log import entries_of_plan
from twin.data.ledger.queries import flows_in_order, history_of, of_lanes, seen_amounts
from twin.data.ledger.remarks import flow_remarks
from twin.data.ledger.salvage import readable_flows
from twin.data.ledger.schema import flows, imports
from twin.data.ledger.statistics_query import attrs_of, statistics_of
from twin.data.ledger.sums import lane_names
from twin.data.ledger.verify_ledger import Check, checks_of
from twin.data.ledger.window import Window
from twin.data.settings import setting
from twin.data.statistics import lane_statistics
from twin.data.working_days import Closing

OFF = ("", "0", "no", "false", "off")  # values of a setting that is not on
IMPORTED = ("id", "source", "records", "period", "imported_at", "author")  # columns of an import in the status

Lanes = str | Sequence[str] | None  # a lane, several, or None for all
Limit = str | datetime.date | None  # first or last day of flows, included, or None for no limit


class LedgerReader:
    """The flows stored at an address, to be read; `twin.data.ledger.store.Ledger` also changes them."""

    place = "an address that cannot be read"  # shown if the address is invalid

    def __init__(self, url: str | Path | None = DEFAULT_LEDGER, *, make: bool = True) -> None:
        url = address(url)  # the URL object hides its password
        self.place = place(url)
        self.read_only = setting(READ_ONLY_SETTING).strip().lower() not in OFF
        self._engine = engine_at(url, self.read_only)
        self._sound: Stamp | None = None  # state of the file when it was checked
        try:
            self.is_new = prepare(self._engine, make=make)
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

    @contextmanager
    def _reading(self):
        """Yield a connection that reads one snapshot of a ledger without damage."""
        with reading(self._engine) as connection:
            self._check(connection)
            yield connection

    def _check(self, connection):
        now = stamp(connection)
        if now is not None and now != self._sound:
            refuse_damage(connection, sealed=True)
            self._sound = now

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
        settling = {"period": period, "gaps": gaps, "duplicates": duplicates, "closing": Closing(closed, holidays)}
        with self._reading() as connection:
            return history_of(connection, self.place, *_chosen(lanes, first, last), **settling)

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
        with self._reading() as connection:
            return statistics_of(connection, self.place, *_chosen(lanes, first, last), period=period, gaps=gaps)

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

    def odd_day(self, date: str | datetime.date) -> str:
        """Return a sentence if a day is in the future, or far from those of all flows; "" otherwise."""
        with self._reading() as connection:
            return odd_days(connection, np.array([as_day(date)], "datetime64[D]"), "D")

    def remarks(self, flow: Flow) -> list[str]:
        """Return remarks on a stored flow whose day or lane looks mistaken, or that repeats a lane and day."""
        with self._reading() as connection:
            return list(flow_remarks(connection, flow))


def _chosen(lanes, first, last):
    return as_lanes(lanes), Window(as_day(first, "first"), as_day(last, "last"))


def _condition(lanes, first, last):
    names, window = _chosen(lanes, first, last)
    return and_(of_lanes(names), window.of())
