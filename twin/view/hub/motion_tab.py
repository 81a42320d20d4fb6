"""Build the tab on motion: the lane's next days in the dynamic model, today's policy beside the alternative."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.dates import ConciseDateFormatter
from matplotlib.ticker import FuncFormatter

from twin.data.calendar import WorkingCalendar
from twin.plan.ahead import DAYS_AHEAD, PATHS_AHEAD, steps_ahead
from twin.plan.unit_names import unit_names
from twin.plan.wording import written
from twin.view import charts, pictures, plots
from twin.view.hub.session import Session
from twin.view.theme import BETTER, NAIVE
from twin.view.words import picture, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def page(session: Session, numbers: Mapping[str, float]) -> str:
    """Return the tab as HTML."""
    n, policy = numbers, session.policy
    (today, other), record = session.ahead(), session.on_record()
    places = f"{policy.internal_capacity:,.0f}", f"{n['optimal_own_capacity']:,.0f}"
    levels = written(n["service_level"], "-"), written(n["critical_ratio"], "-")
    earned = [written(float(days.money[:, -1].mean()), "$") for days in (today, other)]
    gain = other.money[:, -1] - today.money[:, -1]  # the same demand on every path
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    shares = [
        ["own places exceeded", n["lane_overflow_probability"], today.overflow, other.overflow, record.overflow],
    ]
    if policy.kind == "stock":
        shares.append(["demand is short", 1 - n["service_level"], today.short, other.short, record.short])
    rows = [[name, *(written(share, "-") for share in values)] for name, *values in shares]
    span = f"next {DAYS_AHEAD} days"
    heads = (
        "share of days",
        "formula",
        span,
        "with the alternative",
        "today's policy on the record",
    )
    return "".join(
        (
            f"<p>The {span} in the dynamic model, on {PATHS_AHEAD} paths; demand is resampled from the record in "
            f"blocks, at their season. Today: {places[0]} own places{_target(policy, levels[0])}. Alternative: "
            f"{places[1]} own places, the best number by the formula{_target(policy, levels[1])}.</p>",
            '<div class="twin-pictures">',
            picture("space_ahead", f"Space over the {span}: bands of half and nine tenths of the paths."),
            picture("money_ahead", f"Profit since the first day; over the {span} today {earned[0]} on average."),
            "</div>",
            f"<p>After {DAYS_AHEAD} days today's policy has earned {earned[0]} on average, the alternative "
            f"{earned[1]}: a difference of {written(float(gain.mean()), '$')} ± "
            f"{written(float(1.96 * error), '$')} (95 %).</p>",
            table("How often: promised, simulated, and on the record", heads, rows),
            "<p>On the record, the same policy meets the demand of the past; its lead times are drawn.</p>",
        )
    )


def _target(policy, level):
    """Return the service level in words, where it decides what is ordered."""
    return f", {level} service" if policy.kind == "stock" else ""


def drawn(session: Session, name: str) -> Figure:
    """Return the picture of this name: space against own places, or money; today's policy and the alternative."""
    today, other = session.ahead()
    dates = _dates(session)
    figure, ax = pictures.sheet(4.6, left=0.155, right=0.97)
    if name == "space_ahead":
        plots.frame(ax, "Space", "", unit_names().many)
        plots.fan(ax, today.space, time=dates, places=session.policy.internal_capacity)
    else:
        plots.frame(ax, "Profit since the first day", "", unit_names().currency)
        plots.fan(ax, today.money, time=dates, path=None)
        middle = np.median(other.money, axis=0)
        ax.plot(dates, middle, color=NAIVE, linestyle="--")
        ends = {"alternative": (middle[-1], NAIVE), "today": (float(np.median(today.money[:, -1])), BETTER)}
        upper = max(ends, key=ends.get)
        for label, (end, colour) in ends.items():
            plots.label(ax, dates[-1], end, label, colour, (-4, 8 if label == upper else -8))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    ax.xaxis.set_major_formatter(ConciseDateFormatter(ax.xaxis.get_major_locator(), show_offset=False))
    return figure


def charted(session: Session, name: str) -> charts.Chart:
    """Return the numbers of the picture of this name, for a page that draws it."""
    today, other = session.ahead()
    dates = _dates(session)
    if name == "space_ahead":
        places = {"own places": session.policy.internal_capacity}
        return charts.fan("Space", unit_names().many, dates, today.space, levels=places, path=0)
    others = {"median of the alternative": np.median(other.money, axis=0)}
    return charts.fan("Profit since the first day", unit_names().currency, dates, today.money, others=others)


def _dates(session):
    """Return the days of the next `DAYS_AHEAD` days on which the lane works."""
    start = np.datetime64(session.series()[0][-1], "D")
    calendar = session.feed.calendar
    calendar = calendar if calendar.period == "D" else WorkingCalendar()  # the steps of weeks and months are days
    return calendar.following(start, steps_ahead(session.feed.calendar.length))


def _short(value):
    """Return an amount for an axis, in thousands where it is large."""
    return f"{value:,.0f}" if abs(value) < 10_000 else f"{value / 1000:,.0f}k"
