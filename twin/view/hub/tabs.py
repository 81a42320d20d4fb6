"""The tabs of the hub: their names, their pages, and the pictures on them."""

from twin.view import pictures
from twin.view.hub import capacity_tab, compare_tab, partners_tab, risk_tab

#: Name of each tab: its label, its page, and its pictures.
TABS = {
    "capacity": ("Capacity and cooperation", capacity_tab.page, ("history",)),
    "risk": ("Profit and risk", risk_tab.page, ("costs", "profits", "losses")),
    "partners": ("Partners", partners_tab.page, ("savings", "leaving")),
    "compare": ("What-if", compare_tab.page, ()),
    "analyst": ("Analyst", None, ()),  # has a page of its own: `view.analyst`
}


def drawn(name, session, numbers):
    """Return one picture of the lane, as a figure; None where there is nothing to draw."""
    if name in TABS["partners"][2]:
        return partners_tab.drawn(session, name)
    period, policy = session.feed.period, session.policy
    if name == "history":
        return pictures.history(*session.series(), policy, numbers, session.horizon, period)
    if name == "costs":
        return pictures.costs(policy, numbers, period)
    return {"profits": pictures.profits, "losses": pictures.losses}[name](session.moments, policy, numbers, period)
