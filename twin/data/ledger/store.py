"""The ledger: flows of lanes kept in a database, one history for dashboards, notebooks and batches.

with Ledger() as ledger:                      # the database of DATABASE_URL, by default a file among the user's data
    ledger.import_file("flows.csv")
    ledger.append("2026-01-05", "BER-MUC", 120)
    history = ledger.history()
"""

import datetime
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self, TextIO

import pandas as pd
from sqlalchemy import and_, delete, func, insert, select

from twin._check import require
from twin.data.errors import RowsRefused
from twin.data.history import History
from twin.data.ledger.address import DEFAULT_LEDGER, address, place
from twin.data.ledger.engine import engine_at, reading, vacuum, writing
from twin.data.ledger.export import write_flows
from twin.data.ledger.flow import Flow, as_amount, as_day, as_id, as_ids, as_lane, as_lanes
from twin.data.ledger.importing import Import, import_staged
from twin.data.ledger.migration import prepare, table_version
from twin.data.ledger.queries import history_of, of_lanes, parts
from twin.data.ledger.remarks import flow_remarks
from twin.data.ledger.schema import Window, flows, imports
from twin.data.ledger.staging import stage_history, staged_file
from twin.data.ledger.statistics_query import statistics_of
from twin.data.ledger.sums import lane_names

RESET_TOKEN = "delete all flows"  # confirms Ledger.reset
MANY = 1_000_000  # an import of at least so many flows is followed by a vacuum
IMPORTED = ("id", "source", "records", "period", "imported_at")  # columns of an import in the status

Lanes = str | Sequence[str] | None  # a lane, several, or None for all
Limit = str | datetime.date | None  # first or last day of flows, included, or None for no limit


class Ledger:
    """The flows stored at an address.

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
        self._engine = engine_at(url)
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
        with writing(self._engine) as connection:
            (key,) = connection.execute(insert(flows).values(values)).inserted_primary_key
        return Flow(key, **values)

    def delete(self, *ids: int) -> list[Flow]:
        """Delete the flows with these ids, all or none, and return them."""
        ids = as_ids(ids)
        with writing(self._engine) as connection:
            statement = delete(flows).where(flows.c.id.in_(ids)).returning(*[flows.c[name] for name in Flow._fields])
            deleted = {row.id: Flow(*row) for row in connection.execute(statement)}
            missing = [key for key in ids if key not in deleted]
            require(
                not missing, "id", f"that of a flow in the ledger at {self.place}", ", ".join(map(str, missing[:5]))
            )
        return [deleted[key] for key in ids]

    def find(self, key: int) -> Flow:
        """Return the flow with this id."""
        key = as_id(key)
        statement = select(*[flows.c[name] for name in Flow._fields]).where(flows.c.id == key)
        with reading(self._engine) as connection:
            row = connection.execute(statement).first()
        require(row is not None, "id", f"that of a flow in the ledger at {self.place}", key)
        return Flow(*row)

    def remarks(self, flow: Flow) -> list[str]:
        """Return remarks on a stored flow whose day or lane looks mistaken, or that repeats a lane and day."""
        with reading(self._engine) as connection:
            return list(flow_remarks(connection, flow))

    def undo(self, import_id: int) -> int:
        """Delete an import and those of its flows that are left, and return the number of deleted flows."""
        key = as_id(import_id, "import_id")
        with writing(self._engine) as connection:
            known = connection.execute(delete(imports).where(imports.c.id == key)).rowcount
            require(known, "import_id", f"that of an import into the ledger at {self.place}", key)
            return connection.execute(delete(flows).where(flows.c.import_id == key)).rowcount

    def reset(self, token: str) -> int:
        """Delete all flows and imports, and return the number of deleted flows; `token` must be RESET_TOKEN."""
        require(
            token == RESET_TOKEN, "token", f"{RESET_TOKEN!r}, which deletes every flow at {self.place}", repr(token)
        )
        with writing(self._engine) as connection:
            deleted = connection.execute(delete(flows)).rowcount
            connection.execute(delete(imports))
        return deleted

    def import_file(
        self,
        path: str | Path,
        *,
        good_rows_only: bool = False,
        new_only: bool = False,
        again: bool = False,
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
        new_only : bool
            Leave out the flows of lanes and days that are already stored, for files that extend earlier ones.
        again : bool
            Add the records even if an earlier import has already added them.
        progress : bool
            Show progress bars on stderr.
        reading : columns, dayfirst, decimal and name, as in `read_history`.

        Raises
        ------
        RowsRefused, ValueError, FileNotFoundError, LedgerError
        """
        with staged_file(path, progress=progress, **reading) as staged:
            if len(staged.unusable) and not good_rows_only:
                line, reason, text = staged.unusable.iloc[0]
                raise RowsRefused(
                    f"{len(staged.unusable):,} of {staged.account.rows_read:,} rows of {path} cannot be used, so none "
                    f"was imported; the first is line {line}, {reason}: {text}",
                    staged.account,
                )
            return self._import(staged, new_only, again, progress)

    def import_history(
        self, history: History, *, new_only: bool = False, again: bool = False, progress: bool = False
    ) -> Import:
        """Add the flows of a history; like `import_file`, it adds equal records only once."""
        return self._import(stage_history(history), new_only, again, progress)

    def _import(self, staged, new_only, again, progress):
        with writing(self._engine) as connection:
            done = import_staged(connection, staged, new_only=new_only, again=again, progress=progress)
        if done.records >= MANY:
            vacuum(self._engine, flows.name)
        return done

    # ------------------------------------------------------------ queries

    def count(self, lanes: Lanes = None, first: Limit = None, last: Limit = None) -> int:
        """Return the number of flows of some lanes between two days, by default of all lanes and days."""
        statement = select(func.count()).select_from(flows).where(_condition(lanes, first, last))
        with reading(self._engine) as connection:
            return connection.execute(statement).scalar_one()

    def lanes(self) -> list[str]:
        """Return the names of all lanes, in order."""
        with reading(self._engine) as connection:
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
        columns = [flows.c[name] for name in Flow._fields]
        with reading(self._engine) as connection:
            for part in parts(connection, columns, condition, [flows.c.lane, flows.c.date, flows.c.id]):
                yield from map(Flow._make, part)

    def export(self, file: str | Path | TextIO, lanes: Lanes = None, first: Limit = None, last: Limit = None) -> int:
        """Write the flows as CSV that `read_history` reads back, to a path or an open text file; return their number.

        A file at a path is replaced atomically: it is the old or the whole new one. A lane name that a spreadsheet
        would run as a formula is written with a leading apostrophe, which `read_history` removes.
        """
        with closing(self.records(lanes, first, last)) as records:
            return write_flows(records, file)

    def history(
        self,
        lanes: Lanes = None,
        first: Limit = None,
        last: Limit = None,
        *,
        period: str | None = None,
        gaps: str = "zero",
        duplicates: str = "sum",
    ) -> History:
        """Return the history of the flows, as `read_history` does for a file; its account refers to flows by id."""
        chosen = as_lanes(lanes), Window(as_day(first, "first"), as_day(last, "last"))
        with reading(self._engine) as connection:
            return history_of(connection, self.place, *chosen, period=period, gaps=gaps, duplicates=duplicates)

    def statistics(
        self,
        lanes: Lanes = None,
        first: Limit = None,
        last: Limit = None,
        *,
        period: str | None = None,
        gaps: str = "zero",
    ) -> pd.DataFrame:
        """Return `lane_statistics` of the same history; the database computes the sums, so no flows are fetched.

        The `attrs` of the table hold period, gaps, and notes on decisions.
        """
        chosen = as_lanes(lanes), Window(as_day(first, "first"), as_day(last, "last"))
        with reading(self._engine) as connection:
            return statistics_of(connection, self.place, *chosen, period=period, gaps=gaps)

    def status(self) -> dict[str, Any]:
        """Return the location and the contents of the ledger as plain values."""
        span = select(func.count(), func.min(flows.c.date), func.max(flows.c.date)).select_from(flows)
        order = select(*[imports.c[name] for name in IMPORTED]).order_by(imports.c.id)
        with reading(self._engine) as connection:
            count, first, last = connection.execute(span).one()
            past = [dict(zip(IMPORTED, row, strict=True)) for row in connection.execute(order)]
            names = list(connection.execute(lane_names()).scalars())
            tables = table_version(connection)
        return {
            "place": self.place,
            "engine": self._engine.dialect.name,
            "schema_version": tables,
            "flows": count,
            "lanes": len(names),
            "first_date": first and first.isoformat(),
            "last_date": last and last.isoformat(),
            "imports": past,
        }


def _condition(lanes, first, last):
    return and_(of_lanes(as_lanes(lanes)), Window(as_day(first, "first"), as_day(last, "last")).of())
