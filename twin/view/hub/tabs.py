"""List the tabs of the hub with their pages and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from twin.view import charts, pictures
from twin.view.hub import capacity_tab, compare_tab, motion_pictures, motion_tab, partners_tab, risk_tab
from twin.view.hub.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Page = Callable[[Session, Mapping[str, float]], str]

#: Name of a tab -> its label, the function that returns its page as HTML, and the names of its pictures.
TABS: dict[str, tuple[str, Page | None, tuple[str, ...]]] = {
    "capacity": ("Capacity and cooperation", capacity_tab.page, ("history",)),
    "risk": ("Profit and risk", risk_tab.page, ("costs", "profits", "losses")),
    "motion": ("In motion", motion_tab.page, ("space_ahead", "money_ahead")),
    "partners": ("Partners", partners_tab.page, ("savings", "leaving")),
    "compare": ("What-if", compare_tab.page, ()),
    "analyst": ("Analyst", None, ()),  # `view.analyst_desk` builds this page
}


def drawn(name: str, session: Session, numbers: Mapping[str, float]) -> Figure | None:
    """Return the picture of this name as a figure; None if there is nothing to draw."""
    if name in TABS["partners"][2]:
        return partners_tab.drawn(session, name)
    if name in TABS["motion"][2]:
        return motion_pictures.drawn(session, name)
    period, policy = session.feed.calendar.length, session.policy
    if name == "history":
        return pictures.history(*session.series(), policy, numbers, *session.outlook(), period)
    if name == "costs":
        return pictures.costs(policy, numbers, period)
    return {"profits": pictures.profits, "losses": pictures.losses}[name](session.moments, policy, numbers, period)


def charted(name: str, session: Session, numbers: Mapping[str, float]) -> charts.Chart | None:
    """Return the numbers of the picture of this name, for a page that draws it; None if only `drawn` has it."""
    if name in TABS["motion"][2]:
        return motion_pictures.charted(session, name)
    if name == "history":
        return charts.history(*session.series(), session.policy, numbers, *session.outlook(), session.feed.calendar)
    return None
