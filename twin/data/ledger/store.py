"""The ledger: flows of lanes kept in a database, one history for dashboards, notebooks and batches.

with Ledger() as ledger:                      # where DATABASE_URL says, else a file of the user
    ledger.import_file("flows.csv")
    ledger.append("2026-01-05", "BER-MUC", 120)
    history = ledger.history()
"""

from contextlib import closing

import pandas as pd
from sqlalchemy import and_, delete, func, insert, select

from twin._check import require
from twin.data.errors import RowsRefused
from twin.data.ledger.address import HERE, address, place
from twin.data.ledger.engine import engine_at, reading, tidy, writing
from twin.data.ledger.export import write_flows
from twin.data.ledger.flow import Flow, as_amount, as_day, as_id, as_ids, as_lane, as_lanes
from twin.data.ledger.importing import import_staged
from twin.data.ledger.migration import prepare, table_version
from twin.data.ledger.queries import history_of, of_lanes, parts
from twin.data.ledger.remarks import flow_remarks
from twin.data.ledger.schema import Window, flows, imports
from twin.data.ledger.staging import stage_history, staged_file
from twin.data.ledger.statistics_query import statistics_of
from twin.data.ledger.sums import lane_names

RESET_TOKEN = "delete all flows"
MANY = 1_000_000  # flows after which the database looks after its index at once
IMPORTED = ("id", "source", "records", "period", "imported_at")


class Ledger:
    """The flows at an address. What cannot be used is a ValueError, what the database cannot do a LedgerError.

    Both are a sentence, and then nothing has changed.

    Parameters
    ----------
    url : str, optional
        postgresql://user:password@host:port/database, or sqlite:////data/flows.sqlite. By default where DATABASE_URL
        says (also in a file .env), else an SQLite file among the user's data.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with folder, Ledger(f"sqlite:///{folder.name}/flows.sqlite") as ledger:
    ...     flow = ledger.append("2026-01-05", "BER-MUC", 120)
    ...     ledger.count(), ledger.delete(flow.id)[0].volume, ledger.count()
    (1, 120.0, 0)
    """

    place = "an address that cannot be read"  # until it has been

    def __init__(self, url=HERE):
        url = address(url)  # keeps the password to itself
        self.place = place(url)
        self._engine = engine_at(url)
        try:
            prepare(self._engine)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return f"<Ledger at {self.place}>"

    def close(self):
        """Give connections back; the ledger opens new ones when it is used again."""
        self._engine.dispose()

    # ------------------------------------------------------------ changes

    def append(self, date, lane, volume, returns=None):
        """Add one flow and return it with its id.

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

    def delete(self, *ids):
        """Delete the flows with these ids, all or none, and return them."""
        ids = as_ids(ids)
        with writing(self._engine) as connection:
            statement = delete(flows).where(flows.c.id.in_(ids)).returning(*[flows.c[name] for name in Flow._fields])
            gone = {row.id: Flow(*row) for row in connection.execute(statement)}
            missing = [key for key in ids if key not in gone]
            require(
                not missing, "id", f"that of a flow in the ledger at {self.place}", ", ".join(map(str, missing[:5]))
            )
        return [gone[key] for key in ids]

    def find(self, key):
        """Return the flow with this id."""
        key = as_id(key)
        statement = select(*[flows.c[name] for name in Flow._fields]).where(flows.c.id == key)
        with reading(self._engine) as connection:
            row = connection.execute(statement).first()
        require(row is not None, "id", f"that of a flow in the ledger at {self.place}", key)
        return Flow(*row)

    def remarks(self, flow):
        """Return sentences on what looks mistaken about a flow in the ledger: its day, its lane, or a second one."""
        with reading(self._engine) as connection:
            return list(flow_remarks(connection, flow))

    def undo(self, import_id):
        """Take back one import: delete its flows, as many as are left, and the memory of it; return how many."""
        key = as_id(import_id, "import_id")
        with writing(self._engine) as connection:
            known = connection.execute(delete(imports).where(imports.c.id == key)).rowcount
            require(known, "import_id", f"that of an import into the ledger at {self.place}", key)
            return connection.execute(delete(flows).where(flows.c.import_id == key)).rowcount

    def reset(self, token):
        """Delete all flows and the memory of imports; return how many flows there were. `token` is RESET_TOKEN."""
        require(
            token == RESET_TOKEN, "token", f"{RESET_TOKEN!r}, which deletes every flow at {self.place}", repr(token)
        )
        with writing(self._engine) as connection:
            gone = connection.execute(delete(flows)).rowcount
            connection.execute(delete(imports))
        return gone

    def import_file(self, path, *, good_rows_only=False, new_only=False, again=False, progress=False, **reading):
        """Add the flows of a CSV file: all of them, or none where one row cannot be used.

        Parameters
        ----------
        path : str or Path
        good_rows_only : bool
            Leave out the rows that cannot be used; the account tells which. One whose numbers alone cannot be
            read is kept as an unknown volume, which is not zero.
        new_only : bool
            Leave out the flows of lanes and days that the ledger holds already: for exports that come again, longer.
        again : bool
            Add records that an earlier import has already added.
        progress : bool
            Show progress bars on stderr.
        reading : columns, dayfirst, decimal, name, as in `read_history`.

        Raises
        ------
        RowsRefused, ValueError, FileNotFoundError, LedgerError
        """
        with staged_file(path, progress=progress, **reading) as staged:
            if len(staged.bad) and not good_rows_only:
                line, reason, text = staged.bad.iloc[0]
                raise RowsRefused(
                    f"{len(staged.bad):,} of {staged.account.rows_read:,} rows of {path} cannot be used, so none was "
                    f"imported; the first is line {line}, {reason}: {text}",
                    staged.account,
                )
            return self._import(staged, new_only, again, progress)

    def import_history(self, history, *, new_only=False, again=False, progress=False):
        """Add the flows of a history; as `import_file`, it adds the same ones once."""
        return self._import(stage_history(history), new_only, again, progress)

    def _import(self, staged, new_only, again, progress):
        with writing(self._engine) as connection:
            done = import_staged(connection, staged, new_only=new_only, again=again, progress=progress)
        if done.records >= MANY:
            tidy(self._engine, flows.name)
        return done

    # ------------------------------------------------------------ answers

    def count(self, lanes=None, first=None, last=None):
        """Return the number of flows; of all lanes and days, or of some."""
        statement = select(func.count()).select_from(flows).where(_condition(lanes, first, last))
        with reading(self._engine) as connection:
            return connection.execute(statement).scalar_one()

    def lanes(self):
        """Return the names of all lanes, in order."""
        with reading(self._engine) as connection:
            return list(connection.execute(lane_names()).scalars())

    def read(self, lanes=None, first=None, last=None):
        """Return the flows of some lanes between two days, both included, as a table with their ids.

        Columns id, date, lane, volume [pallet] and returns [pallet], sorted by lane, date and id; a missing volume is
        unknown, missing returns are not recorded.
        """
        table = pd.DataFrame(self.records(lanes, first, last), columns=list(Flow._fields))
        kinds = {"id": "int64", "date": "datetime64[s]", "lane": "str", "volume": "float64", "returns": "float64"}
        return table.astype(kinds)

    def records(self, lanes=None, first=None, last=None):
        """Return an iterator over the same flows in the same order: as many as there are, in little memory."""
        return self._stream(_condition(lanes, first, last))

    def _stream(self, condition):
        columns = [flows.c[name] for name in Flow._fields]
        with reading(self._engine) as connection:
            for part in parts(connection, columns, condition, [flows.c.lane, flows.c.date, flows.c.id]):
                yield from map(Flow._make, part)

    def export(self, file, lanes=None, first=None, last=None):
        """Write the flows as CSV that `read_history` reads back, to a path or an open text file; return how many.

        A path holds the old file or the whole new one, never a part. A lane whose name a spreadsheet would run as a
        formula is written with an apostrophe before it, which reading takes off again.
        """
        with closing(self.records(lanes, first, last)) as records:
            return write_flows(records, file)

    def history(self, lanes=None, first=None, last=None, *, period=None, gaps="zero", duplicates="sum"):
        """Return the history of the flows, as `read_history` does of a file; flows are its rows, ids their lines."""
        chosen = as_lanes(lanes), Window(as_day(first, "first"), as_day(last, "last"))
        with reading(self._engine) as connection:
            return history_of(connection, self.place, *chosen, period=period, gaps=gaps, duplicates=duplicates)

    def statistics(self, lanes=None, first=None, last=None, *, period=None, gaps="zero"):
        """Return `lane_statistics` of the same history; the database adds up, so no flow has to leave it.

        The table's `attrs` say what its numbers are: period, gaps, and notes on what was decided.
        """
        chosen = as_lanes(lanes), Window(as_day(first, "first"), as_day(last, "last"))
        with reading(self._engine) as connection:
            return statistics_of(connection, self.place, *chosen, period=period, gaps=gaps)

    def status(self):
        """Return where the ledger is and what it holds, as plain values."""
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
