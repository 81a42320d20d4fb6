"""Handling of sites beyond the shift: the workload of their lanes against what a shift can handle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin.plan.attention import ranked_periods, watched
from twin.plan.sites_behind import as_a_season_ago

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from twin.plan.attention import Watched
    from twin.policy import Policy


class Shifts(NamedTuple):
    """Sites with a limit on handling; arrays of shape (sites,).

    found : forecast workload of each site against its limit, as `attention.watched` returns it for lanes. [pallet]
    """

    sites: tuple[str, ...]
    limit: NDArray[np.float64]  # pallets that a shift can handle [pallet/period]
    handling: NDArray[np.float64]  # cost of handling a pallet, by the lanes' volumes [$/pallet]
    price: NDArray[np.float64]  # what a partner takes more, by the lanes' volumes [$/pallet]
    found: Watched

    @property
    def money(self) -> NDArray[np.float64]:
        """The extra money that partners take for the workload beyond the shift. [$/week or month]"""
        return self.found.expected * self.price


def shifts_of(
    sites: Mapping[str, Mapping[str, Any]],
    site_of: Mapping[str, str],
    names: Sequence[str],
    volumes: NDArray[np.float64],
    policy: Policy,
    times: NDArray[np.float64],
    periods: float,
    **how: Any,
) -> Shifts | None:
    """Return the sites of a plan that state what a shift can handle and have lanes here; None without any.

    Parameters
    ----------
    sites : name -> fields of the plan's sites
    site_of : name of a lane -> its site
    names, volumes : lanes and their record, shape (lanes, periods), unknown volumes as a week before. [pallet/period]
    policy : return rate, handling cost and partner surcharge of the lanes
    times : factor by which a planner changes the forecast of each lane, shape (lanes, horizon). [-]
    periods : periods of the record in one of the volumes; a pallet beyond the shift is at the partner for one. [-]
    how : period and season, as `attention.watched` takes them
    """
    place = np.array([site_of.get(name, "") for name in names])
    limited = {
        name: float(site["handling_per_period"]) for name, site in sites.items() if "handling_per_period" in site
    }
    chosen = tuple(name for name in limited if name in place)
    if not chosen:
        return None
    season = ranked_periods(how["period"], how.get("season"))
    load = as_a_season_ago(volumes, season) * np.broadcast_to(1 + policy.return_rate, len(place))[:, np.newaxis]
    inside = np.array([place == name for name in chosen], dtype=float)
    weight = inside * load.mean(axis=1)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    limit = np.array([limited[name] for name in chosen])
    handling, price = (
        weight @ np.broadcast_to(np.asarray(cost, dtype=float), len(place))
        for cost in (policy.handling_cost, np.asarray(policy.partner_surcharge) / periods)
    )
    follows = weight @ times
    found = watched(inside @ load, limit, price, **how, changed=lambda some, needs: needs * follows[some])
    return Shifts(chosen, limit, handling, price, found)
