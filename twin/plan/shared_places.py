"""The places and the handling that lanes share at the sites of a plan, as the dynamic model takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin._check import nonnegative, require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from twin.plan.capacity_plan import CapacityPlan

NO_LIMIT = float(np.finfo(float).max)  # handling of a site without a limit [pallet/period]


class SharedPlaces(NamedTuple):
    """Sites of lanes: arguments `sites`, `capacity` and `handling` of `twin.motion.simulate`.

    names : name of each site; a lane without one is a site of its own, of its name.
    sites : number of the site of each lane, shape (lanes,).
    capacity : places, shape (sites,). [pallet]
    handling : shape (sites,), or None where no site has a limit. [pallet/period]
    """

    names: tuple[str, ...]
    sites: NDArray[np.int64]
    capacity: NDArray[np.float64]
    handling: NDArray[np.float64] | None


def shared_places(plan: CapacityPlan, lanes: Sequence[str], own_places: ArrayLike) -> SharedPlaces:
    """Return the sites of lanes with the places and the handling that the plan gives them.

    A site whose places the plan does not state has the own places of its lanes together.

    Parameters
    ----------
    plan : CapacityPlan
    lanes : names of the lanes
    own_places : array_like, shape (lanes,)
        Own places of each lane. [pallet]

    >>> from twin.plan.capacity_plan import CapacityPlan
    >>> plan = CapacityPlan(author="eva")
    >>> plan.set("site", "Berlin", places=400), plan.set("lane", ["A", "B"], site="Berlin")
    (1, 2)
    >>> shared_places(plan, ["A", "B", "C"], [100.0, 100.0, 50.0])[1:]
    (array([0, 0, 1]), array([400.,  50.]), None)
    """
    (own,) = nonnegative(own_places=own_places)
    require(own.shape == (len(lanes),), "own_places", f"one number for each of {len(lanes)} lanes", own.shape)
    entries, known = plan.of("lane"), plan.of("site")
    # A lane and a site may have the same name, so a lane of its own has another key.
    keys = [(entries.get(lane, {}).get("site"), None) for lane in lanes]
    keys = [key if key[0] is not None else (None, lane) for key, lane in zip(keys, lanes, strict=True)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    sites = np.array([numbers[key] for key in keys], dtype=np.int64)
    stated = [known.get(site, {}) for site, _ in numbers]
    together = np.bincount(sites, own, minlength=len(numbers))
    capacity = np.array([fields.get("places", total) for fields, total in zip(stated, together, strict=True)])
    limits = [fields.get("handling_per_period") for fields in stated]
    handling = np.array([NO_LIMIT if limit is None else limit for limit in limits])
    limited = any(limit is not None for limit in limits)
    return SharedPlaces(tuple(site or lane for site, lane in numbers), sites, capacity, handling if limited else None)
