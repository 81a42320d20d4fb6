"""The mechanism map: which assumption of the dynamic model moves the cost of a plan, and the plan itself.

Eight assumptions are switched on and off in every combination. In each of the 2^8 worlds the same plan of the framework
is priced, and the best places and the best buffer are found. All lanes are scaled to a mean demand of 100 pallets a
period, so that one price list fits them; `shapley_effects` then shares out the variance of each answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin import buffers, lot_size
from twin import demand as moments
from twin.motion import laws, rules
from twin.motion.effects import settings
from twin.motion.of_policy import arguments_of
from twin.motion.run import simulate
from twin.policy import Policy
from twin.simulate import generator

Array = NDArray[np.float64]

#: Switch -> what is assumed while it is off, and while it is on.
SWITCHES = {
    "billing basis": ("places counted at the close of a day", "places counted at the peak of a day"),
    "unmet demand": ("backordered", "lost"),
    "lead-time law": ("persistent lead times", "independent lead times, orders cross"),
    "returns": ("no returns", "a tenth of the goods comes back"),
    "dependence": ("independent days", "blocks of 28 days on record"),
    "season": ("the season's factors in random order", "the season on the calendar"),
    "lots": ("an order each day", "economic lots"),
    "site sharing": ("places of a lane's own", "places shared by the lanes of a file"),
}
#: Answers of a world, with their units.
OUTCOMES = {"cost": "$/period", "places": "pallet", "buffer": "pallet", "given away": "$/period"}

_MEAN = 100.0  # mean demand of every lane after scaling [pallet/period]
_LEAD_TIME = 5.0, 1.5  # mean and sd [period]
_RETURN_RATE = 0.1  # [-]
_LEVEL = 0.95  # cycle service level of the plan [-]
_PRICES = {
    "service_revenue": 85.0,
    "handling_cost": 50.0,
    "holding_cost": 1.0,
    "own_place_cost": 1.5,
    "partner_surcharge": 12.0,
    "sla_penalty": 40.0,
    "fixed_order_cost": 600.0,
}
_FACTORS = np.array([-0.5, 0.3, 1.0, 1.645, 2.3, 3.0, 4.0])  # safety factors tried for the buffer [-]
_PLAN = 3  # place of the plan's factor among them
_BLOCK = 28  # days, or months, that stay together where dependence is on [period]


class Flows(NamedTuple):
    """Records of a file, which share a calendar and, where sites are shared, their places."""

    volumes: Array  # shape (lanes, periods) [pallet/period]
    season: Array  # seasonal factor of each period on record, shape (lanes, periods) [-]
    calendar: Array  # the factor of each step of a typical year, shape (lanes, steps) [-]


class Answers(NamedTuple):
    """Answers of one combination of switches, each of shape (2, lanes): two independent halves of the replications."""

    cost: Array  # of the framework's plan, against the margin of all demand [$/period]
    places: Array  # best own places at the buffer of the plan [pallet]
    buffer: Array  # best stock above the mean workload of the lead time, at the places of the plan [pallet]
    given_away: Array  # additional cost of the plan's places over the best ones [$/period]


def worlds(
    histories: Sequence[Flows],
    *,
    steps: int = 364,
    replications: int = 12,
    seed: int = 1,
    each: Callable[[Any], Any] = iter,
) -> Answers:
    """Return the answers of all combinations of the switches, each of shape (2, lanes, 2^8).

    Parameters
    ----------
    histories : sequence of Flows
        Records of at least 50 lanes in all, file by file.
    steps, replications, seed : int
        Recorded steps, replications (an even number, split into two halves), and the seed of all draws.
    each : callable, optional
        Wraps the combinations, for instance in a bar of progress.
    """
    demand = {
        (dependence, season): np.concatenate(
            [_paths(history, dependence, season, steps, replications, [seed, k]) for k, history in enumerate(histories)]
        )
        for dependence in (0, 1)
        for season in (0, 1)
    }
    spread = np.concatenate([_scaled(history).std(axis=1) for history in histories])
    site = np.repeat(np.arange(len(histories)), [len(history.volumes) for history in histories])
    found = [_world(dict(zip(SWITCHES, row, strict=True)), demand, spread, site, seed) for row in each(settings(8))]
    return Answers(*(np.stack(answers, axis=-1) for answers in zip(*found, strict=True)))


def _scaled(history: Flows) -> Array:
    """Return the record of each lane at a mean of 100."""
    return _MEAN * history.volumes / history.volumes.mean(axis=1, keepdims=True)


def _paths(history: Flows, dependence: int, season: int, steps: int, replications: int, seed: Any) -> Array:
    """Return demand of shape (lanes, replications, steps), resampled from a record with or without its structure."""
    random = generator(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    volumes = _scaled(history)
    rest = volumes / history.season
    block = _BLOCK if dependence else 1
    count = -(-(steps + _BLOCK) // block)
    first = random.integers(rest.shape[1], size=(replications, count, 1))
    at = ((first + np.arange(block)) % rest.shape[1]).reshape(replications, -1)[:, : steps + _BLOCK]
    calendar = history.calendar
    when = np.tile(np.arange(at.shape[1]) % calendar.shape[1], (replications, 1))
    if not season:
        when = random.integers(calendar.shape[1], size=at.shape)
    paths = rest[:, at] * calendar[:, when]
    scale = _MEAN / (rest.mean(axis=1) * calendar.mean(axis=1))
    return paths * scale[:, None, None]


def _world(on: dict[str, int], demand: dict[tuple[int, int], Array], spread: Array, site: Array, seed: int) -> Answers:
    """Return the answers of one combination of switches."""
    sigma, plan, workload = _plan(spread)
    tried = len(_FACTORS)
    levels = (_LEAD_TIME[0] * workload + _FACTORS * sigma[:, None]).ravel()  # lane by lane, the factors inside
    rent = _PRICES["holding_cost"] + _PRICES["own_place_cost"]
    lot = max(float(lot_size.order_quantity(workload, _PRICES["fixed_order_cost"], rent)), workload)
    paths = demand[on["dependence"], on["season"]]
    group = (site[:, None] * tried + np.arange(tried)).ravel()  # a site for each file and factor
    shared = bool(on["site sharing"])
    policy = Policy(
        kind="stock",
        service_level=_LEVEL,
        lead_time_mean_days=_LEAD_TIME[0],
        lead_time_sd_days=_LEAD_TIME[1],
        return_rate=_RETURN_RATE * on["returns"],
        internal_capacity=np.bincount(group, np.repeat(plan, tried)) if shared else np.repeat(plan, tried),
        unmet="lost" if on["unmet demand"] else "backordered",
        lead_times="independent" if on["lead-time law"] else "persistent",
        basis="peak" if on["billing basis"] else "close",
        **_PRICES,
    )
    chosen = arguments_of({"demand_mean": _MEAN, "demand_sd": 0.0}, policy) | {
        "demand": laws.Given(np.repeat(paths, tried, axis=0)),
        "policy": rules.reorder_point(levels, lot) if on["lots"] else rules.base_stock(levels),
    }
    run = simulate(
        **chosen,
        sites=group if shared else None,
        periods=paths.shape[2] - _BLOCK,
        warm_up=_BLOCK,
        replications=paths.shape[1],
        seed=seed,
        keep=("space", "money", "demand"),
    )
    margin = _PRICES["service_revenue"] - _PRICES["handling_cost"]
    halves = (slice(None, paths.shape[1] // 2), slice(paths.shape[1] // 2, None))
    cost = np.stack([(margin * run.demand - run.money)[:, half].mean(axis=(1, 2)) for half in halves])
    cost = cost.reshape(2, -1, tried)
    space = run.space.reshape(-1, tried, *run.space.shape[1:])[:, _PLAN]
    booked = [_booked(space[:, half], site, shared, plan) for half in halves]
    places, given_away = (np.stack(parts) for parts in zip(*booked, strict=True))
    return Answers(cost[..., _PLAN], places, _lowest(cost) * sigma, given_away)


def _booked(space: Array, site: Array, shared: bool, plan: Array) -> tuple[Array, Array]:
    """Return best own places of each lane, or its share of its site's, and what those of the plan give away."""
    own = space.mean(axis=(1, 2))
    if shared:
        space = np.stack([space[site == k].sum(axis=0) for k in range(site.max() + 1)])
        plan = np.bincount(site, plan)
    rent, surcharge = _PRICES["own_place_cost"], _PRICES["partner_surcharge"]

    def bill(places: Array) -> Array:
        return rent * places + surcharge * np.maximum(space - places[:, None, None], 0.0).mean(axis=(1, 2))

    best = np.quantile(space, 1 - rent / surcharge, axis=(1, 2))
    found = best, bill(plan) - bill(best)
    if not shared:
        return found
    share = own / np.bincount(site, own)[site]
    return found[0][site] * share, found[1][site] * share


def _lowest(cost: Array) -> Array:
    """Return the safety factor of least cost: the lowest point of the parabola through the best and its neighbours."""
    best = np.clip(cost.argmin(axis=-1), 1, cost.shape[-1] - 2)
    x = _FACTORS[best[..., None] + np.arange(-1, 2)]
    y = np.take_along_axis(cost, best[..., None] + np.arange(-1, 2), axis=-1)
    left = (y[..., 1] - y[..., 0]) / (x[..., 1] - x[..., 0])
    right = (y[..., 2] - y[..., 1]) / (x[..., 2] - x[..., 1])
    bend = np.maximum((right - left) / (x[..., 2] - x[..., 0]), 1e-12)
    return np.clip((x[..., 0] + x[..., 1]) / 2 - left / (2 * bend), _FACTORS[0], _FACTORS[-1])


def planned_places(histories: Sequence[Flows]) -> Array:
    """Return the own places that the framework plans for each lane, the same in every world. [pallet]"""
    return _plan(np.concatenate([_scaled(history).std(axis=1) for history in histories]))[1]


def _plan(spread: Array) -> tuple[Array, Array, float]:
    """Return the sd of lead-time workload and the places of the framework's plan by lane, and the mean workload."""
    load = moments.workload(_MEAN, spread, _RETURN_RATE)
    sigma = moments.lead_time_demand(*load, *_LEAD_TIME).sd
    return sigma, buffers.required_capacity(load.mean, buffers.safety_stock(sigma, _LEVEL)), float(load.mean)


def shipped() -> dict[str, Any]:
    """Return the mechanism map in the package: its provenance, the effects with 95 % intervals, and the decisions.

    >>> shipped()["provenance"]["lanes"]["straits"]
    6
    """
    return json.loads((Path(__file__).parent / "mechanisms.json").read_text(encoding="utf-8"))
