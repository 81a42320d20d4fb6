"""Partners' needs for space side by side: the periods that all of them have on record."""

from typing import NamedTuple

import numpy as np

from twin._check import nonnegative, require
from twin.data.text import visible
from twin.games.coalitions import MOST_PARTNERS


class Together(NamedTuple):
    """Periods that all partners have on record, and what each needed in them.

    names : tuple of n; dates : shape (periods,); needs : shape (periods, n). [pallet]
    """

    names: tuple[str, ...]
    dates: np.ndarray
    needs: np.ndarray


def largest(feed, most=MOST_PARTNERS):
    """Return the names of the lanes of largest mean volume, the largest first.

    >>> from twin.plan.feed import feed_of_history
    >>> from twin.data.scenarios import research_partners
    >>> largest(feed_of_history(research_partners()), 2)
    ['grocery', 'parcels']
    """
    return feed.statistics["demand_mean"].sort_values(ascending=False, kind="stable").index[:most].tolist()


def needs_together(feed, names, scale=1.0):
    """Return what partners needed in the periods that all of them have on record.

    Parameters
    ----------
    feed : data.feed.Feed
        Each lane is a partner.
    names : list of 2 to 15 lanes
    scale : float or array_like, shape (n,), optional
        Space that a pallet of volume takes: one with its returns, over the time that it stays. [-]

    Returns
    -------
    Together

    Errors
    ------
    ValueError for lanes that are not in the feed, and for fewer than two periods in common.

    >>> from twin.plan.feed import feed_of_history
    >>> from twin.data.scenarios import research_partners
    >>> needs_together(feed_of_history(research_partners()), ["toys", "garden"]).needs.shape
    (156, 2)
    """
    names = tuple(map(str, names))
    rule = f"2 to {MOST_PARTNERS} different lanes"
    require(2 <= len(names) <= MOST_PARTNERS and len(set(names)) == len(names), "partners", rule, _told(names))
    for name in names:
        require(name in feed.statistics.index, "partners", "lanes on record", visible(name))
    records = [feed.series(name) for name in names]
    known = [_known(*record) for record in records]
    common = known[0]
    for dates in known[1:]:
        common = np.intersect1d(common, dates, assume_unique=True)
    require(len(common) >= 2, "partners", "ones with two periods or more in common on record", _told(names))
    columns = [volumes[np.isin(dates, common)] for dates, volumes in records]
    (scale,) = nonnegative(scale=scale)
    require(scale.shape in ((), (len(names),)), "scale", f"a number for each of {len(names)} partners", scale.shape)
    return Together(names, common, np.column_stack(columns) * scale)


def _known(dates, volumes):
    """The dates of known volumes; a lane that flows no more has ended with its last flow, and needs nothing after."""
    last = np.flatnonzero(volumes > 0)[-1]
    return dates[: last + 1][~np.isnan(volumes[: last + 1])]


def _told(names):
    return ", ".join(visible(name, 40) for name in names) or "none"
