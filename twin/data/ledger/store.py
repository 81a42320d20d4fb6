"""The ledger: flows of lanes kept in a database, one history for dashboards, notebooks and batches.

with Ledger() as ledger:                      # the database of DATABASE_URL, by default a file among the user's data
    ledger.import_file("flows.csv")
    ledger.append("2026-01-05", "BER-MUC", 120)
    history = ledger.history()
"""

import datetime
from collections.abc import Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from twin._check import require
from twin.data.advice import Advice, ways_out
from twin.data.author import require_planner
from twin.data.errors import RowsRefused
from twin.data.history import History
from twin.data.ledger.editing import append_flow, delete_flows, edit_flow, undo_flow_change
from twin.data.ledger.engine import IMPORT_TIMEOUT, lock_imports, vacuum, writing
from twin.data.ledger.flow import Flow, as_amount, as_day, as_id, as_ids, as_lane
from twin.data.ledger.flow_events import Amounts
from twin.data.ledger.importing import Import, import_staged, preview_staged
from twin.data.ledger.plan_cells import PlanCells
from twin.data.ledger.preview import Preview
from twin.data.ledger.reader import LedgerReader
from twin.data.ledger.removal import remove_unused
from twin.data.ledger.schema import flow_changes, flows, imports, replaced
from twin.data.ledger.staging import stage_history, staged_file
from twin.data.ledger.undoing import Undone, undo_import

RESET_TOKEN = "delete all flows"  # confirms Ledger.reset
MANY = 1_000_000  # an import of at least so many flows is followed by a vacuum


class Ledger(LedgerReader):
    """The flows stored at an address, to be read (see `LedgerReader`) and changed.

    Every use checks an SQLite file for damage first, unless it has not changed since the last check. If the setting
    TWIN_LEDGER_READ_ONLY is on, the ledger may only be read.

    An unusable argument raises ValueError, a failure of the database raises LedgerError. The message is one sentence,
    and nothing has been changed.

    Parameters
    ----------
    url : str, optional
        postgresql://user:password@host:port/database, or sqlite:////data/flows.sqlite. The default is DATABASE_URL
        (from the environment or a .env file) or, if unset, an SQLite file among the user's data.
    make : bool, optional
        Whether to make a new ledger if there is none; `is_new` then says so. Otherwise NoLedger is raised.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with folder, Ledger(f"sqlite:///{folder.name}/flows.sqlite") as ledger:
    ...     flow = ledger.append("2026-01-05", "BER-MUC", 120)
    ...     ledger.count(), ledger.delete(flow.id)[0].volume, ledger.count()
    (1, 120.0, 0)
    """

    @property
    def plan(self) -> PlanCells:
        """Return the plan that is kept beside the flows; `twin.plan.capacity_plan` says what its cells mean."""
        return PlanCells(self._reading, partial(self._writing, again=False))

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

    def remove_unused(self) -> bool:
        """Delete the SQLite file of the ledger if nothing was ever written to it, and return whether it is gone."""
        return remove_unused(self._engine)

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
        sure: bool = False,
        asked: Preview | None = None,
        progress: bool = False,
        **reading: Any,
    ) -> Import:
        """Add the flows of a CSV file or a spreadsheet: all of them, or none if a row cannot be used.

        Parameters
        ----------
        path : str or Path
        good_rows_only : bool
            Leave out the rows that cannot be used; the account lists them. A row of which only the numbers cannot be
            read is stored with an unknown volume, which differs from zero.
        held : {"ask", "new-only", "replace", "add"}
            What to do if the ledger already holds flows of lanes and days of the file. "ask" (default): raise
            AlreadyHeld, with the counts, unless every flow is held already; so it does if new flows are far from the
            record of their lane. The other words ask nothing about these. "new-only": add only the lanes and days that
            are not held. "replace": also replace those that differ; `undo` brings the replaced flows back. "add": add
            all flows on top.
        sure : bool
            Add flows that are far from the record of their lane, or whose day is in the future or far from all others,
            and files whose rows all stand in them twice, without asking. Whatever `held` is, such a day or file raises
            AlreadyHeld otherwise.
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
            return self._import(staged, held, sure, asked, progress)

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
        self,
        history: History,
        *,
        held: str = "ask",
        sure: bool = False,
        asked: Preview | None = None,
        progress: bool = False,
    ) -> Import:
        """Add the flows of a history; `held`, `sure` and `asked` as in `import_file`."""
        return self._import(stage_history(history), held, sure, asked, progress)

    def _import(self, staged, held, sure, asked, progress):
        with self._writing(patience=IMPORT_TIMEOUT) as connection:
            done = import_staged(connection, staged, held=held, sure=sure, asked=asked, progress=progress)
        if done.records >= MANY:
            vacuum(self._engine, flows.name)
        return done


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
