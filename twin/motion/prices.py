"""Prices of the dynamic model, and what a step costs at given flows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import own_places
from twin._check import numbers, require

Array = NDArray[np.float64]


class PriceList(NamedTuple):
    """Prices of the model, under the names that `Policy` gives them; each is a number or has one value per lane.

    `holding_cost` is paid for every place in use, own or the partner's, `partner_surcharge` in addition at the
    partner's, and `own_place_cost` for every own place, used or not. `sla_penalty` is paid for a pallet lost, and for a
    backordered pallet once a period. `overtime_price` is what a pallet handled in overtime costs beyond its handling,
    `spot_price` is what the partner takes to serve a pallet, `booking_price` what a
    booked place costs for a period, used or not, `missing_place_cost` what a pallet costs that finds no place, and
    `scrap_cost` what a return that is scrapped costs beyond its handling.
    """

    service_revenue: ArrayLike = 0.0
    handling_cost: ArrayLike = 0.0
    holding_cost: ArrayLike = 0.0
    own_place_cost: ArrayLike = 0.0
    partner_surcharge: ArrayLike = 0.0
    sla_penalty: ArrayLike = 0.0
    fixed_order_cost: ArrayLike = 0.0
    overtime_price: ArrayLike = 0.0
    spot_price: ArrayLike = 0.0
    booking_price: ArrayLike = 0.0
    missing_place_cost: ArrayLike = 0.0
    scrap_cost: ArrayLike = 0.0


class StepPrices(NamedTuple):
    """What a step costs: money per unit of each flow, for standing places, and for placing an order."""

    of_flows: tuple[tuple[str, Array], ...]
    standing: Array
    of_an_order: Array | None


def price_list_of(policy: Any) -> PriceList:
    """Return the prices of a policy, or of a mapping of its fields, in the account of `assess`; others are zero.

    own place: c, used or not, and v when it is used;  at the partner's: H + S;  served by the partner: H + S

    A policy that states no rent of a place has holding as its rent, paid for every own place, used or not: c = H and
    v = 0. With a stated rent, v = H (`own_places.place_prices`). A spot price in the mapping replaces H + S.

    >>> prices = price_list_of({"holding_cost": 2.5, "partner_surcharge": 9.0, "dwell": 1.0})
    >>> [float(price) for price in (prices.own_place_cost, prices.holding_cost, prices.partner_surcharge)]
    [2.5, 0.0, 11.5]
    """
    given = policy if isinstance(policy, Mapping) else vars(policy)
    stated = {name: given[name] for name in PriceList._fields if given.get(name) is not None}
    holding, surcharge = (stated.get(name, 0.0) for name in ("holding_cost", "partner_surcharge"))
    always, used = own_places.place_prices(holding, stated.get("own_place_cost", 0.0))
    whole = np.add(holding, surcharge)
    places = {"own_place_cost": always, "holding_cost": used, "partner_surcharge": whole - used}
    return PriceList(**{"spot_price": whole} | stated | places)


def prices_of(
    costs: PriceList | Mapping[str, ArrayLike] | None, own_places: Array, step: float, *, lanes: int, returns: str
) -> StepPrices:
    """Return the money of each flow of a step. [$/pallet]

    Parameters
    ----------
    costs : PriceList, mapping of its fields, or None for no money at all
    own_places : ndarray, shape (lanes, 1)
        Own places of each lane. [pallet]
    step : float
        Length of a step. [period]
    lanes : int
    returns : "passing", "restocked" or "scrapped"

    Errors
    ------
    ValueError for anything but these, and for a price that has neither one value nor one per lane.

    Source
    ------
    Notebook 09, eq. (9.4).
    """
    rule = "a PriceList or a mapping of its prices; price_list_of(policy) takes them from a Policy"
    require(costs is None or isinstance(costs, Mapping | PriceList), "costs", rule, type(costs).__name__)
    given = costs._asdict() if isinstance(costs, PriceList) else dict(costs or {})
    unknown = sorted(set(given) - set(PriceList._fields))
    require(not unknown, "costs", "prices named " + ", ".join(PriceList._fields), ", ".join(unknown))
    price = {name: np.atleast_1d(numbers(**{name: given.get(name, 0.0)})[0])[:, None] for name in PriceList._fields}
    for name, value in price.items():
        require(len(value) in (1, lanes), name, f"one value, or one for each of {lanes} lanes", value.shape[:1])
    holding, revenue, penalty = price["holding_cost"], price["service_revenue"], price["sla_penalty"]
    of_flows = {
        "shipped": revenue - price["handling_cost"],
        "overtime": -price["overtime_price"],
        "partner": revenue - price["spot_price"],
        "returns": -price["handling_cost"] - (price["scrap_cost"] if returns == "scrapped" else 0.0),
        "lost": -penalty,
        "backlog": -penalty * step,
        "space": -holding * step,
        "unplaced": (holding - price["missing_place_cost"]) * step,
        "overflow": -price["partner_surcharge"] * step,
        "booked": -price["booking_price"] * step,
    }
    order = price["fixed_order_cost"]
    return StepPrices(
        tuple((name, value) for name, value in of_flows.items() if value.any()),
        price["own_place_cost"] * own_places * step,
        order if order.any() else None,
    )
