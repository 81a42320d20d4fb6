"""The report on a history: one row per lane with every answer, the assumptions, and the lanes left out."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin import accuracy, forecast
from twin._check import require
from twin._choices import worded
from twin.answers import ANSWERS
from twin.data.history import History, dense, dense_in_weeks
from twin.data.statistics import assessable, lane_statistics
from twin.data.text import visible
from twin.lane import assess
from twin.plan.adjustments import adjusted, adjusts, in_plan, moved
from twin.plan.booked_lane import PlacesToBook, bookings_of_lanes, bookings_of_sites
from twin.plan.booking_terms import BookingTerms
from twin.plan.horizon import Horizon, horizon_of
from twin.plan.kept_forecasts import recalled
from twin.plan.lane_report import LEVEL, SHORTEST
from twin.plan.last_day import complete_part, counted
from twin.plan.partners_bookings import PartnersBookings, bookings_of_partners
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.quantities import FORECAST, RECORDED, UNIT_OF, names
from twin.policy import POLICY

if TYPE_CHECKING:
    from twin.plan.capacity_plan import CapacityPlan

_LOG = logging.getLogger(__name__)
_RECORD = tuple(name for name in names(RECORDED) if UNIT_OF[name] != "date")
_FORECAST = names(FORECAST)
#: The columns of a report, in order.
COLUMNS = tuple(dict.fromkeys((*_RECORD, *_FORECAST, *POLICY, *ANSWERS)))


@dataclass(frozen=True)
class Report:
    """Answers in `table`, one row per lane; units of its columns; lanes left out, with reasons; assumptions, and
    sentences on answers that are outside the region in which they hold. With a horizon, places to book ahead of it, by
    lane, by site, and by all lanes together.
    """

    history: History
    table: pd.DataFrame
    units: dict[str, str]
    refused: pd.DataFrame
    assumptions: tuple[str, ...]
    accuracy: tuple[str, ...]
    horizon: Horizon | None = None
    bookings: Mapping[str, PlacesToBook] = field(default_factory=dict)
    site_bookings: Mapping[str, PlacesToBook] = field(default_factory=dict)
    together: tuple[PartnersBookings, BookingTerms] | None = None


def assess_history(
    history: History,
    given: Mapping[str, float | str] | None = None,
    policies: pd.DataFrame | None = None,
    *,
    horizon: int | None = None,
    plan: CapacityPlan | None = None,
    together: Sequence[str] | None = None,
) -> Report:
    """Return the report on a history.

    Parameters
    ----------
    history : History
    given : mapping of policy field -> number, optional
        Fields of all lanes.
    policies : DataFrame, optional
        Fields that differ between lanes: columns are policy fields, and the index holds lanes. An empty cell leaves the
        field to `given`.

    horizon : int, optional
        Number of periods of a plan by date; none without it. [period]
    plan : CapacityPlan, optional
        Plan whose scenario in view and overrides count, and whose contracts and sites state the terms of places to book
        ahead.
    together : sequence of str, optional
        Lanes that are partners and book ahead of the horizon together; all of them if it is empty.

    Unset fields are filled in by `policies.filled`; the report's assumptions name them.

    >>> from twin.data.load import load_history
    >>> report = assess_history(load_history(), {"service_level": 0.95, "lead_time_mean_days": 5.0})
    >>> report.table.loc["HAM-ROT", "planned_overflow"].item()
    0.0
    """
    statistics, refused = assessable(lane_statistics(history))
    refused = pd.concat([refused, pd.DataFrame({"reason": history.without}, dtype="str")])
    require(
        len(statistics) > 0, "history", "one with a lane that can be assessed", "; ".join(refused["reason"].unique())
    )
    require(horizon is not None or together is None, "together", "used with a horizon", together)
    fields, assumptions = policy_table(statistics, given, policies, period=history.calendar.length)
    statistics, fields, notes = in_plan(plan, statistics, fields)
    changed = partial(adjusted, plan, period=history.period) if adjusts(plan) else None
    answers = assess(statistics, policy_of(fields), period=history.calendar.length)
    words = {name: worded(fields[name], row.unit) for name, row in POLICY.items() if row.choices}
    _LOG.debug("%d lanes assessed", len(statistics))
    names, _, volumes = dense(history)
    volumes = volumes[np.searchsorted(names, statistics.index)]
    columns = {
        **statistics[list(_RECORD)],
        **_next_period(history, statistics.index, changed),
        **fields,
        **words,
        **answers,
    }
    table = pd.DataFrame(columns, index=statistics.index)[list(COLUMNS)]
    remarks = accuracy.remarks({**table, **accuracy.record_of(volumes)}, history.calendar.length)
    units = {name: UNIT_OF[name] for name in COLUMNS}
    ahead = None if horizon is None else horizon_of(history, fields, statistics, horizon, changed)
    _LOG.debug("forecasts of %d lanes", len(statistics))
    assumptions = (*assumptions, *notes, *counted(complete_part(history)[1]))
    if ahead is not None:  # one number for one date
        table[list(_FORECAST)] = ahead.table.xs(pd.Timestamp(ahead.dates[0]), level="date")[["mean", "low", "high"]]
        each = {lane: policy_of(row) for lane, row in fields.loc[statistics.index].iterrows()}
        contracts = None if plan is None else plan.of("contract")
        bookings = bookings_of_lanes(ahead, each, history.calendar, contracts)
        of_sites = {} if plan is None else bookings_of_sites(ahead, each, history.calendar, plan)
        both = None if together is None else _together(ahead, each, together, history, contracts)
        return Report(history, table, units, refused, assumptions, remarks, ahead, bookings, of_sites, both)
    return Report(history, table, units, refused, assumptions, remarks)


def _together(ahead, policies, names, history, contracts):
    """Return what some lanes book together, all of them if none is named."""
    for name in names:
        require(name in policies, "together", "names of lanes that can be assessed", visible(name))
    chosen = {name: policies[name] for name in names or policies}
    return bookings_of_partners(ahead, chosen, history.calendar, contracts)


def _next_period(history, lanes, changed):
    """Return the forecast of the next period with its 95 % interval; NaN where the record cannot carry them."""
    names, dates, volumes = dense_in_weeks(history)
    calendar = history.calendar
    how = {"period": calendar.period, "season": calendar.season, "horizon": 1, "level": LEVEL}
    said = recalled(forecast.lanes, volumes[np.searchsorted(names, lanes)], **how)
    if changed is not None:
        coming = calendar.without_holidays.following(dates[-1], 1)
        mean = changed(list(lanes), coming, said.mean)
        low, high = (moved(end, said.mean, mean) for end in (said.low, said.high))
        said = said._replace(mean=mean, low=low, high=high)
    known = np.sum(~np.isnan(volumes), axis=1)[np.searchsorted(names, lanes)] >= SHORTEST
    carried = known & np.isfinite(said.high[:, 0])
    shown = zip((said.mean, said.low, said.high), (known, carried, carried), strict=True)
    return {name: np.where(there, part[:, 0], np.nan) for name, (part, there) in zip(_FORECAST, shown, strict=True)}
