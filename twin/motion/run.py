"""Simulate lanes and sites step by step under a policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, require, shares, whole
from twin._labels import labels_of
from twin.motion.laws import check_fit, law_of, part_of
from twin.motion.lead_times import LEAD_TIMES, Delays
from twin.motion.model import Lanes, Model, Policy, Site, Streams
from twin.motion.partner import free_space
from twin.motion.paths import Paths, Recorder
from twin.motion.prices import PriceList, prices_of
from twin.motion.state import FLOWS, Array

_COLUMNS = 2**14  # paths simulated at a time, which bounds the memory beyond the arrays that are kept [path]
_CHOICES = {
    "kind": ("stock", "flow"),
    "unmet": ("backordered", "lost", "partner"),
    "lead_times": LEAD_TIMES,
    "returns": ("passing", "restocked", "scrapped"),
    "basis": ("peak", "close"),
}


def simulate(
    demand: Any,
    lead_time: Any = 0.0,
    policy: Policy | None = None,
    *,
    kind: str = "stock",
    review_period: float = 1.0,
    unmet: str = "backordered",
    lead_times: str = "independent",
    return_rate: ArrayLike = 0.0,
    returns: str = "passing",
    dwell: ArrayLike = 1.0,
    basis: str = "peak",
    capacity: ArrayLike | None = None,
    handling: ArrayLike | None = None,
    overtime: ArrayLike | None = None,
    partner_space: Any = None,
    costs: PriceList | Mapping[str, ArrayLike] | None = None,
    sites: ArrayLike | None = None,
    periods: int = 365,
    replications: int = 1,
    seed: int = 0,
    warm_up: int = 0,
    start: ArrayLike | None = None,
    step: float = 1.0,
    spell: int = 60,
    keep: tuple[str, ...] = FLOWS,
) -> Paths:
    """Return simulated paths of goods, places and money of lanes under a policy.

    The order of events in a step is that of `twin.motion.model`. All random numbers come from `seed`, in one stream for
    each of demand, lead times, returns and the partner's space, so two policies with one seed meet the same demand.

    Parameters
    ----------
    demand : number, array_like, SciPy distribution or law of `twin.motion.laws`
        Demand on a stock lane, arrivals on a flow lane; a number is constant, an array a path. [pallet/period]
    lead_time : as `demand`
        Lead time of an order or booking. An order placed in step t arrives in step t + 1 + L, a booking is in force
        from step t + L, so a booking needs L >= 1. Random lead times are rounded to whole steps. [period]
    policy : callable of a `State`, or None
        What to order, or to book on a flow lane, at the end of a step; a negative quantity is none. See
        `twin.motion.rules`. [pallet]
    kind : "stock" or "flow"
    review_period : float
        Periods between two reviews. 0 is continuous review: one review a step, and lead times shorter by a step, so
        that a plan protects the lead time alone. [period]
    unmet : "backordered", "lost" or "partner"
        What happens to demand beyond the stock, or to goods beyond the handling of a flow lane.
    lead_times : "independent", "waiting" or "persistent"
        Orders may overtake each other, wait for earlier ones, or share a lead time for a spell; see
        `twin.motion.lead_times`.
    return_rate : array_like, shape () or (lanes,)
        Probability that a pallet comes back in the step in which it is demanded; demand lost has no returns. [-]
    returns : "passing", "restocked" or "scrapped"
        Returns take places for the dwell time; then they pass on, go back on hand, or are scrapped at `scrap_cost`.
    dwell : array_like, shape () or (lanes,)
        Time that goods in process take a place. [period]
    basis : "peak" or "close"
        Places counted with the goods shipped in the step, or at its close. A flow lane has goods in process alone.
    capacity, handling : array_like, shape () or (lanes,), or (sites,) with `sites`; None for no limit
        Own places [pallet], and goods that a flow lane's site handles. [pallet/period]
    overtime : as `handling`; None for no overtime
        Goods that the site handles beyond `handling` at most, at `overtime_price`, before the rest waits, is refused or
        goes to the partner. [pallet/period]
    partner_space : None, number, array_like, law, or callable of a `State`
        Free space of the partner; None is unlimited. [pallet]
    costs : PriceList or mapping of its fields
        Prices; without them, money is zero. See `twin.motion.prices`.
    sites : array_like of int, shape (lanes,), optional
        Number of the site of each lane, from 0. Without it each lane is a site of its own.
    periods, warm_up : int
        Periods recorded, and periods simulated before them. [period]
    replications, seed : int
    start : array_like, shape () or (lanes,), optional
        Goods on hand at the start; by default the level of the policy, or 0 if it has none. [pallet]
    step : float
        Length of a step, 1 or a whole part of a period. [period]
    spell : int
        Steps for which a persistent lead time holds.
    keep : tuple of str
        Names of the arrays to keep; the others have estimates alone, and take no memory.

    Returns
    -------
    Paths with the arrays `demand on_hand backlog on_order shipped overtime lost partner returns space booked overflow
    unplaced ordered money`, shape (replications, steps), with lanes first where there are several, and with
    `estimate(name)`.

    Limits
    ------
    Memory beyond the kept arrays is bounded, whatever the number of replications.

    Source
    ------
    NOTATION.md, section The dynamic model, has the definitions. With lost sales, the order of events is that of Zipkin
    (2008), Operations Research 56(5), whose lead time is L here too.

    >>> from twin.motion.rules import base_stock
    >>> paths = simulate([3.0, 5.0, 4.0], 1.0, base_stock(8.0), periods=3)
    >>> paths.on_hand.tolist(), paths.backlog.tolist()
    ([[5.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]])
    """
    chosen = {"kind": kind, "unmet": unmet, "lead_times": lead_times, "returns": returns, "basis": basis}
    for name, value in chosen.items():
        require(value in _CHOICES[name], name, "one of " + ", ".join(_CHOICES[name]), value)
    require(set(keep) <= set(FLOWS), "keep", "names among " + ", ".join(FLOWS), ", ".join(keep))
    require(0 < step <= 1 and abs(1 / step - round(1 / step)) < 1e-9, "step", "1, or a whole part of a period", step)
    need, delay = law_of("demand", demand), law_of("lead_time", lead_time)
    free = partner_space if partner_space is None or callable(partner_space) else law_of("partner_space", partner_space)
    stock = 0.0 if kind == "flow" else getattr(policy, "start", 0.0) if start is None else start
    by_lane = {"return_rate": return_rate, "dwell": dwell, "start": nonnegative(start=stock)[0]}
    by_lane |= {} if sites is not None else {"capacity": capacity, "handling": handling, "overtime": overtime}
    labels = labels_of(by_lane | {f"demand {name}": value for name, value in vars(need).items()})
    count = max(need.lanes, delay.lanes, *(np.size(value) for value in by_lane.values()), np.size(sites))
    for name, value in by_lane.items():
        require(np.size(value) in (1, count), name, f"one value, or one for each of {count} lanes", np.shape(value))
    parts = round(1 / step)
    every, review = _reviewed(review_period, step)
    less = 0 if policy is None else 1 if kind == "flow" else 1 - review
    site = _site(sites, capacity, handling, overtime, count, step)
    lanes = Lanes(
        kind,
        unmet,
        returns,
        basis,
        every,
        step,
        _column(shares(return_rate=return_rate)[0]),
        _weights(nonnegative(dwell=dwell)[0] / step),
        site,
        prices_of(costs, _places_by_lane(site, count), step, lanes=count, returns=returns),
        policy,
    )
    steps, before = whole("periods", periods, least=1) * parts, whole("warm_up", warm_up, least=0) * parts
    whole("replications", replications, least=1)
    whole("spell", spell, least=1)
    run = {"replications": replications, "steps": steps + before}
    check_fit("demand", need, lanes=count, **run)
    if policy is not None:
        check_fit("lead_time", delay, lanes=count, **run)
    if hasattr(free, "stream"):
        check_fit("partner_space", free, lanes=site.count(count), **run)
    recorder = Recorder(keep, steps, count, replications)
    width = max(1, _COLUMNS // count)
    for chunk, first in enumerate(range(0, replications, width)):
        columns = slice(first, min(first + width, replications))
        shape = (count, columns.stop - first)
        random = [np.random.Generator(np.random.PCG64([whole("seed", seed, least=0), chunk, k])) for k in range(5)]
        streams = Streams(
            part_of(need, columns).stream(random[0], shape, step),
            Delays(part_of(delay, columns), lead_times, random[1], shape, step, less, spell),
            free_space(part_of(free, columns), random[3], (site.count(count), shape[1])),
            random[2],
            random[4],
        )
        model = Model(lanes, streams, np.zeros(shape) + _column(stock))
        for _ in range(before):
            model.advance()
        recorder.run(model, columns)
    return Paths(recorder, labels, several=count > 1 or labels is not None)


def _reviewed(review_period: float, step: float) -> tuple[int, int]:
    """Return the steps between two reviews, and 1, or 0 for continuous review."""
    (period,) = nonnegative(review_period=review_period)
    if period == 0:
        return 1, 0
    every = float(period) / step
    require(every >= 1 and abs(every - round(every)) < 1e-9, "review_period", "0 or a whole number of steps", period)
    return round(every), 1


def _weights(dwell: Array) -> Array:
    """Return the share of a place that goods take at each age, shape (steps of the longest dwell, lanes, 1)."""
    ages = np.arange(max(1, int(np.ceil(dwell.max()))))
    return np.clip(_column(dwell)[None] - ages[:, None, None], 0.0, 1.0)


def _site(sites: Any, capacity: Any, handling: Any, overtime: Any, count: int, step: float) -> Site:
    """Return the sites of the lanes with their limits as columns."""
    of_lane = None
    if sites is not None:
        of_lane = np.asarray(sites)
        ok = of_lane.shape == (count,) and np.issubdtype(of_lane.dtype, np.integer) and of_lane.min() >= 0
        require(bool(ok), "sites", f"a whole number >= 0 for each of {count} lanes", sites)
    require(
        overtime is None or handling is not None, "overtime", "used with handling, beyond which it begins", overtime
    )
    given = {"capacity": capacity, "handling": handling, "overtime": overtime}
    limits = {
        name: None
        if value is None
        else _column(nonnegative(**{name: value})[0]) * (1.0 if name == "capacity" else step)
        for name, value in given.items()
    }
    site = Site(of_lane, *limits.values())
    for name, limit in limits.items():
        sizes = (1, site.count(count))
        require(limit is None or len(limit) in sizes, name, f"one value, or one for each of {sizes[1]} sites", limit)
    return site


def _places_by_lane(site: Site, count: int) -> Array:
    """Return own places of each lane; those of a site count for its lanes in equal parts."""
    if site.places is None:
        return np.zeros((1, 1))
    if site.of_lane is None:
        return site.places
    lanes_of_site = np.maximum(np.bincount(site.of_lane), 1)[:, None]
    return (np.broadcast_to(site.places, lanes_of_site.shape) / lanes_of_site)[site.of_lane]


def _column(value: Any) -> Array:
    return np.atleast_1d(np.asarray(value, float))[:, None]
