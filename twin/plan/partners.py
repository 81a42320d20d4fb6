"""The needs for space of several partners, in the periods that all of them have on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin._check import nonnegative, require
from twin.data.text import visible
from twin.games.coalitions import MOST_PARTNERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from twin.plan.feed import Feed


class Together(NamedTuple):
    """The needs of partners in the periods that all of them have on record.

    names : names of the n partners.
    dates : first day of each period, shape (periods,).
    needs : space that each partner needed, shape (periods, n). [pallet]
    """

    names: tuple[str, ...]
    dates: NDArray[np.datetime64]
    needs: NDArray[np.float64]


def largest(feed: Feed, most: int = MOST_PARTNERS) -> list[str]:
    """Return the names of the lanes with the largest mean demand, in descending order.

    feed : the lanes to choose from.
    most : largest number of names.

    >>> from twin.plan.feed import feed_of_history
    >>> from twin.data.scenarios import research_partners
    >>> largest(feed_of_history(research_partners()), 2)
    ['grocery', 'parcels']
    """
    return feed.statistics["demand_mean"].sort_values(ascending=False, kind="stable").index[:most].tolist()


def needs_together(feed: Feed, names: Iterable[str], scale: ArrayLike = 1.0) -> Together:
    """Return the needs of partners in the periods that all of them have on record.

    Parameters
    ----------
    feed : plan.feed.Feed
        Feed in which each lane is a partner.
    names : list of 2 to 15 lanes
    scale : float or array_like, shape (n,), optional
        Space needed for each pallet of volume, including its returns, times its dwell in periods. [-]

    Returns
    -------
    Together

    Errors
    ------
    ValueError for lanes that are not in the feed, and if the lanes have fewer than two periods in common.

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


def _known(dates: NDArray[np.datetime64], volumes: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Return the dates with a known volume, up to the last flow: a lane has ended if only zeros follow."""
    last = np.flatnonzero(volumes > 0)[-1]
    return dates[: last + 1][~np.isnan(volumes[: last + 1])]


def _told(names: Sequence[str]) -> str:
    """Return the names as one text for an error message."""
    return ", ".join(visible(name, 40) for name in names) or "none"
