"""The cost of places on coming dates, under the contracts of a plan: what is paid in any case, and what by use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.plan.booking_terms import Booked, booking_terms, places_of, soft_block_of, soft_contract
from twin.plan.contract_dates import always_paid, paid, price_of
from twin.plan.kept_places import cost_with_block, excess_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.plan.booking_terms import Contracts
    from twin.plan.needed_space import NeededSpace

    Array = NDArray[np.float64]


def cost_by_date(
    space: NeededSpace,
    who: Booked,
    contracts: Contracts,
    dates: NDArray[np.datetime64],
    calendar: WorkingCalendar,
) -> dict[str, Array]:
    """Return places, space and costs by date, under the names of `contract_year.MONTH_COLUMNS`.

    Places are filled in the order own, fixed share of hard blocks, other places by price, soft block, partner. Those of
    an own contract that begins or ends on these dates come or go with it.

    Parameters
    ----------
    space : NeededSpace on the dates, with the own places of the first one
    who : Booked, the lanes that use the places, and their site
    contracts : as `CapacityPlan.of("contract")`; those that others use, too, count for the terms alone
    dates : first day of each period, shape (dates,)
    calendar : periods of the dates
    """
    mine = [contract for contract in contracts.values() if who.alone_uses(contract)]
    of = {kind: [each for each in mine if each["type"] == kind] for kind in ("own", "hard block", "soft block")}
    none = np.zeros(len(dates))
    places = {kind: sum((places_of(each, dates) for each in some), none) for kind, some in of.items()}
    own = np.maximum(space.own_places + places["own"] - places["own"][0], 0.0)
    fixed = space.place_cost * np.maximum(own - places["own"], 0.0)
    room = own.copy()
    for each in (*of["own"], *of["hard block"]):
        always = always_paid(each) * places_of(each, dates)
        fixed = fixed + paid(always, price_of(each))
        room = room + (always if each["type"] == "hard block" else 0.0)
    there = own + places["hard block"]
    beyond = excess_cost(space.mean, space.sd, there, 1.0)
    variable = np.full(len(dates), np.nan)
    for month in np.unique(dates.astype("datetime64[M]")):
        here = dates.astype("datetime64[M]") == month
        variable[here] = _variable(space, room, mine, who, contracts, dates, here, calendar)[here]
    return {
        **{"own_places": own, "hard_places": places["hard block"], "soft_places": places["soft block"]},
        **{"needed": space.mean, "beyond": beyond, "used": np.clip(space.mean - beyond, 0.0, there)},
        **{"fixed_cost": fixed, "variable_cost": variable, "cost": fixed + variable},
    }


def _variable(
    space: NeededSpace,
    room: Array,
    mine: Sequence[Mapping[str, Any]],
    who: Booked,
    contracts: Contracts,
    dates: NDArray[np.datetime64],
    here: NDArray[np.bool_],
    calendar: WorkingCalendar,
) -> Array:
    """Return the expected cost of places beyond those that are always paid, on the terms of some of the dates."""
    prices = {"place_cost": space.place_cost, "surcharge": space.surcharge}
    partner = booking_terms(contracts, who, dates[here], calendar, **prices).surcharge
    soft = soft_contract(contracts, who, dates[here])
    others = [each for each in mine if each["type"] in ("hard block", "soft block") and each is not soft]
    total, room = np.zeros(len(dates)), room.copy()
    for each in sorted(others, key=price_of):
        more, price = (1 - always_paid(each)) * places_of(each, dates), price_of(each)
        if price >= partner:
            continue
        used = excess_cost(space.mean, space.sd, room, 1.0) - excess_cost(space.mean, space.sd, room + more, 1.0)
        total, room = total + np.where(more > 0, price * used, 0.0), room + more
    if soft is None:
        return total + excess_cost(space.mean, space.sd, room, partner)
    block = soft_block_of(contracts, who, dates[here], calendar)
    block = block._replace(places=np.where(here, np.floor(places_of(soft, dates)), 0.0))
    return total + cost_with_block(space.mean, space.sd, room[:, None], partner, block)[:, 0]


def without_own(space: NeededSpace, contract: Mapping[str, Any], dates: NDArray[np.datetime64]) -> NeededSpace:
    """Return the space with the own places that are left without a contract, which has some if it is an own one."""
    here = places_of(contract, dates)[0] if contract["type"] == "own" else 0.0
    return space._replace(own_places=max(space.own_places - here, 0.0))
