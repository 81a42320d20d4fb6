"""The lanes and flows that a page shows, read from a history or from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.account import Account
from twin.data.calendar import WorkingCalendar
from twin.data.history import dense
from twin.data.longer_records import longer_in
from twin.data.periods import ONE_DAY
from twin.data.statistics import assessable, lane_statistics
from twin.data.text import visible
from twin.plan.network_forecasts import NetworkForecasts

if TYPE_CHECKING:
    from twin.data.history import History
    from twin.data.ledger.store import Ledger
    from twin.plan.network_forecasts import Changed

SPARKLINE_PERIODS = 40  # number of latest periods in a sparkline [period]


@dataclass(frozen=True)
class Feed:
    """Lanes that can be assessed, and their flows.

    source : "research", "file", "ledger" or the name of a record; `place` says in words which file or ledger.
    calendar : the periods of the record.
    statistics : one row per lane, as `lane_statistics` says; `refused` has a reason for each lane left out.
    recent : volumes of the last `SPARKLINE_PERIODS` periods, shape (lanes, SPARKLINE_PERIODS); NaN before a lane's
        first period, and for unknown volumes. [pallet/period]
    account : account of the rows read, refused and of decisions; None for a ledger, whose decisions are in `notes`.
    series : function that returns (dates, volumes) of a lane from its first period to its last.
    records : function that returns (dates, volumes) of some lanes from the first period of the feed to its last, the
        volumes with the shape (lanes, dates), and NaN before a lane's first period and after its last.
    history : function that returns the history of all flows.
    missing : sentence why another source, in whose place these lanes are shown, cannot be opened; "" if there is none.
    """

    source: str
    place: str
    calendar: WorkingCalendar
    statistics: pd.DataFrame
    refused: pd.DataFrame
    recent: np.ndarray
    notes: tuple[str, ...]
    account: Account | None
    series: Callable[[str], tuple[np.ndarray, np.ndarray]]
    records: Callable[[Sequence[str]], tuple[np.ndarray, np.ndarray]]
    history: Callable[[], History]
    missing: str = ""

    @property
    def period(self) -> str:
        """The period: "D" day, "W" week, "MS" month, "QS" quarter."""
        return self.calendar.period

    @cached_property
    def forecasts(self) -> NetworkForecasts:
        """Forecasts of the lanes after the last period."""
        return NetworkForecasts(self.calendar, self.statistics, self.records)

    def under(self, statistics: pd.DataFrame, changed: Changed) -> Feed:
        """Return the same feed with other statistics, and with forecasts that `changed` changes."""
        made = replace(self, statistics=statistics)
        vars(made)["forecasts"] = self.forecasts.under(changed)  # the records are walked through once for all
        return made


def feed_of_history(history: History, source: str = "file") -> Feed:
    """Return the feed of a history.

    >>> from twin.data.scenarios import research_lanes
    >>> feed = feed_of_history(research_lanes(), "research")
    >>> dates, volumes = feed.series("HAM-ROT")
    >>> feed.statistics.index.tolist(), len(volumes)
    (['BER-MUC', 'FRA-PAR', 'HAM-ROT'], 1092)
    """
    table, refused = _some(*assessable(lane_statistics(history)))
    refused = pd.concat([refused, pd.DataFrame({"reason": history.without}, dtype="str")])
    lanes, dates, volumes = dense(history)

    def within(rows):
        """Return the columns from the first period of lanes to their last."""
        first, last = _day(rows["first_date"].min()), _day(rows["last_date"].max())
        return slice(history.calendar.between(dates[0], first), history.calendar.between(dates[0], last) + 1)

    def series(lane):
        here = within(table.loc[[lane]])
        return dates[here], volumes[np.searchsorted(lanes, lane), here]

    def records(names):
        here = within(table)
        return dates[here], volumes[np.searchsorted(lanes, names), here]

    recent = _last(volumes[np.searchsorted(lanes, table.index)])
    account = history.account
    words, whole = (*account.notes, *longer_in(account.audit)), lambda: history
    return Feed(source, account.file, history.calendar, table, refused, recent, words, account, series, records, whole)


def feed_of_ledger(ledger: Ledger) -> Feed:
    """Return the feed of a ledger: the database computes the statistics, and `series` reads flows on request."""
    statistics = ledger.statistics()
    calendar, notes = statistics.attrs["calendar"], statistics.attrs["notes"]
    table, refused = _some(*assessable(statistics))

    def on_record(lanes, dates):
        """Return the volumes on these dates, shape (lanes, dates); NaN for a volume that could not be read."""
        flows = ledger.read(lanes, first=dates[0], last=calendar.following(dates[-1], 1)[0] - ONE_DAY)
        gone = [] if lanes is None else pd.Index(lanes).difference(flows["lane"].unique())  # deleted by another user
        rule = "one whose flows the ledger still holds; look at the ledger anew"
        require(len(gone) == 0, "lane", rule, ", ".join(visible(name) for name in gone[:1]))
        names = table.index if lanes is None else pd.Index(lanes)
        place, days = names.get_indexer(flows["lane"]), flows["date"].to_numpy().astype("datetime64[D]")
        column = calendar.between(dates[0], days)  # weeks begin on the weekday of the record
        volumes = np.zeros((len(names), len(dates)))
        here = place >= 0
        np.add.at(volumes, (place[here], column[here]), flows["volume"].to_numpy()[here])
        return volumes

    def series(lane):
        row = table.loc[lane]
        dates = calendar.range(_day(row["first_date"]), _day(row["last_date"]))
        return dates, on_record([lane], dates)[0]

    def between(first, last, lanes=None):
        """Return (dates, volumes) of lanes, by default all, between two days; NaN outside the record of a lane."""
        dates, rows = calendar.range(first, last), table if lanes is None else table.loc[lanes]
        volumes = on_record(lanes, dates)
        begin, close = (
            rows[name].to_numpy().astype("datetime64[D]")[:, np.newaxis] for name in ("first_date", "last_date")
        )
        volumes[(dates < begin) | (dates > close)] = np.nan
        return dates, volumes

    def records(lanes):
        return between(first, last, list(lanes))

    first, last = _day(table["first_date"].min()), _day(table["last_date"].max())
    recent = between(calendar.shifted(last, 1 - SPARKLINE_PERIODS), last)[1]
    place, said = ledger.place, tuple(notes)
    return Feed("ledger", place, calendar, table, refused, recent, said, None, series, records, ledger.history)


def _some(table, refused):
    reasons = "; ".join(refused["reason"].unique())
    require(len(table) > 0, "history", "one with a lane that can be assessed", reasons)
    table.attrs.clear()  # pandas would copy them whenever a row or a column is read
    return table, refused


def _last(volumes):
    """Return the last `SPARKLINE_PERIODS` columns, padded with NaN on the left."""
    recent = volumes[:, -SPARKLINE_PERIODS:]
    return np.pad(recent, ((0, 0), (SPARKLINE_PERIODS - recent.shape[1], 0)), constant_values=np.nan)


def _day(value):
    return np.datetime64(value, "D")
