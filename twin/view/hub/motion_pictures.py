"""Draw the pictures of the tab on motion: space against own places, and money, of a lane or a site."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.dates import ConciseDateFormatter
from matplotlib.ticker import FuncFormatter

from twin.data.calendar import WorkingCalendar
from twin.data.text import visible
from twin.plan.ahead import steps_ahead
from twin.plan.unit_names import unit_names
from twin.view import charts, pictures, plots
from twin.view.guard import told
from twin.view.hub.session import Session
from twin.view.theme import BETTER, NAIVE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from twin.plan.ahead import Ahead


def drawn(session: Session, name: str) -> Figure | None:
    """Return the picture of this name: space against own places, or money, today's policy and the alternative.

    None for a site that cannot be simulated: the page says why.
    """
    shown = _shown(session)
    if shown is None:
        return None
    where, dates = shown.where, shown.dates
    figure, ax = pictures.sheet(4.6, left=0.155, right=0.97)
    if name == "space_ahead":
        plots.frame(ax, f"Space{where}", "", unit_names().many)
        plots.fan(ax, shown.today.space, time=dates, places=shown.places)
    else:
        plots.frame(ax, f"Profit since the first day{where}", "", unit_names().currency)
        plots.fan(ax, shown.today.money, time=dates, path=None)
        middle = np.median(shown.other.money, axis=0)
        ax.plot(dates, middle, color=NAIVE, linestyle="--")
        ends = {"alternative": (middle[-1], NAIVE), "today": (float(np.median(shown.today.money[:, -1])), BETTER)}
        upper = max(ends, key=ends.get)
        for label, (end, colour) in ends.items():
            plots.label(ax, dates[-1], end, label, colour, (-4, 8 if label == upper else -8))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    ax.xaxis.set_major_formatter(ConciseDateFormatter(ax.xaxis.get_major_locator(), show_offset=False))
    return figure


def charted(session: Session, name: str) -> charts.Chart | None:
    """Return the numbers of the picture of this name, for a page that draws it; None as `drawn`."""
    shown = _shown(session)
    if shown is None:
        return None
    if name == "space_ahead":
        levels = {"own places": shown.places}
        title = f"Space{shown.where}"
        return charts.fan(title, unit_names().many, shown.dates, shown.today.space, levels=levels, path=0)
    others = {"median of the alternative": np.median(shown.other.money, axis=0)}
    title = f"Profit since the first day{shown.where}"
    return charts.fan(title, unit_names().currency, shown.dates, shown.today.money, others=others)


class _Shown(NamedTuple):
    """The content of the pictures: where, dates, days today and with the alternative, and own places."""

    where: str
    dates: NDArray[np.datetime64]
    today: Ahead
    other: Ahead
    places: float


def _shown(session: Session) -> _Shown | None:
    """Return the days of the lane or site in motion; None if the site cannot be simulated."""
    if not session.site:
        dates = _dates(session, session.series()[0][-1])
        return _Shown("", dates, *session.ahead(), session.policy.internal_capacity)
    found: list[_Shown] = []
    with told(lambda text: None):  # the page shows the same error
        site, days = session.site_ahead()
        where = f", site {visible(site.name, 30)}"
        found.append(_Shown(where, _dates(session, site.dates[-1]), days.today, days.other, site.places))
    return found[0] if found else None


def _dates(session, last):
    """Return the days after a last one among the next `DAYS_AHEAD` days on which the lanes work."""
    start = np.datetime64(last, "D")
    calendar = session.feed.calendar
    calendar = calendar if calendar.period == "D" else WorkingCalendar()  # the steps of weeks and months are days
    return calendar.following(start, steps_ahead(session.feed.calendar.length))


def _short(value):
    """Return an amount for an axis, in thousands where it is large."""
    return f"{value:,.0f}" if abs(value) < 10_000 else f"{value / 1000:,.0f}k"
