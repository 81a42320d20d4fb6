"""The dynamic model: what happens in a step, in the order of events.

1. Deliveries due arrive, restocked returns are put away, and bookings come into force.
2. Demand comes. A stock lane ships from stock, backorders first; a flow lane handles goods within the handling of its
   site, and then in overtime. The rest is backordered, lost, or served by the partner at once.
3. Goods come back with the return rate, in the step in which they are demanded; demand that is lost has no returns.
4. Goods take places: stock on hand, and on the basis "peak" also goods in process.
5. Goods beyond own and booked places go to the partner, as far as it has free space.
6. Orders and bookings are placed, and money is counted.

An order placed at the end of step t arrives at the start of step t + 1 + L. A booking made in step t is in force from
step t + L until the next one is; bookings that begin in the same step add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.motion.prices import StepPrices
from twin.motion.state import FLOWS, Array, Due, State, told

Policy = Callable[[State], Any]


@dataclass
class Site:
    """Places and handling that lanes share; without `of_lane` each lane is a site of its own.

    `places` [pallet] and `handling` [pallet/step] are columns of one value per site, or None where there is no limit;
    `overtime` is what is handled beyond handling at most, or None for none. [pallet/step]
    """

    of_lane: Any
    places: Array | None
    handling: Array | None
    overtime: Array | None = None

    def count(self, lanes: int) -> int:
        """Return the number of sites of that many lanes."""
        return lanes if self.of_lane is None else int(self.of_lane.max()) + 1

    def total(self, amount: Array) -> Array:
        """Return the sum over the lanes of each site."""
        if self.of_lane is None:
            return amount
        sums = np.zeros((self.count(len(amount)), amount.shape[1]))
        np.add.at(sums, self.of_lane, amount)
        return sums

    def shared(self, part: Array, amount: Array, total: Array) -> Array:
        """Return what each lane has of a part of its site's total, in proportion to its own amount."""
        if self.of_lane is None:
            return part
        share = np.divide(part, total, out=np.zeros_like(total), where=total > 0)
        return amount * share[self.of_lane]


@dataclass
class Lanes:
    """What stays the same from step to step, for all lanes of a run."""

    kind: str
    unmet: str
    returns: str
    basis: str
    review: int
    step: float
    return_rate: Array
    weights: Array
    site: Site
    costs: StepPrices
    policy: Policy | None


@dataclass
class Streams:
    """What comes from outside: demand, lead times of orders [step], the partner's free space, and random returns."""

    demand: Iterator[Array]
    delay: Callable[[State], Any]
    free: Callable[[State], Array | None]
    random: np.random.Generator
    random_of_lost: np.random.Generator


class Model:
    """A run of the model: its state, what is due later, and the goods in process; notebook 09, eq. (9.2) and (9.3)."""

    def __init__(self, lanes: Lanes, streams: Streams, start: Array) -> None:
        self.lanes, self.streams = lanes, streams
        self.nothing = np.zeros_like(start)  # one array for every flow that a run does not have; never written to
        self.state = State(-1, start.copy(), *(self.nothing for _ in FLOWS[1:]))
        self.orders, self.begun, self.restocked = Due(start.shape), Due(start.shape), Due(start.shape)
        self.in_process = np.zeros((lanes.weights.shape[0], *start.shape))
        stay = np.maximum((lanes.weights > 0).sum(axis=0), 1)  # whole steps of the dwell time of each lane
        self.stay = int(stay[0, 0]) if np.all(stay == stay[0]) else np.broadcast_to(stay, start.shape)
        self.stock = lanes.kind == "stock"

    def advance(self) -> State:
        """Take one step, and return the state at its end."""
        self.state.step += 1
        self._deliver()
        self._meet_demand()
        self._take_returns()
        self._fill_places()
        self._use_the_partner()
        self._order()
        self._count_money()
        return self.state

    def _deliver(self) -> None:
        now = self.state
        due = self.orders.take(now.step)
        now.on_order = now.on_order - due
        if self.stock:
            now.on_hand = now.on_hand + due
            if self.lanes.returns == "restocked":
                now.on_hand += self.restocked.take(now.step)
        elif self.lanes.policy is not None:
            now.booked = np.where(self.begun.take(now.step) > 0, due, now.booked)

    def _meet_demand(self) -> None:
        now, unmet = self.state, self.lanes.unmet
        now.demand = next(self.streams.demand)
        wanted = now.backlog + now.demand
        if self.stock:
            now.shipped = np.minimum(now.on_hand, wanted)
            now.on_hand = now.on_hand - now.shipped
        else:
            now.shipped = self._handled(wanted, self.lanes.site.handling)
            if self.lanes.site.overtime is not None:
                now.overtime = self._handled(wanted - now.shipped, self.lanes.site.overtime)
                now.shipped = now.shipped + now.overtime
        rest = wanted - now.shipped
        if unmet == "backordered":
            now.backlog = rest
        elif unmet == "lost":
            now.lost = rest
        else:
            now.partner = rest

    def _handled(self, wanted: Array, most: Array | None) -> Array:
        """Return the goods that a site handles at most; its lanes share this in proportion to what they want."""
        if most is None:
            return wanted
        site = self.lanes.site
        total = site.total(wanted)
        return np.minimum(site.shared(np.minimum(total, most), wanted, total), wanted)

    def _take_returns(self) -> None:
        now, lanes = self.state, self.lanes
        if not lanes.return_rate.any():
            return
        random = self.streams.random
        part = random.random(now.demand.shape)  # a part of a pallet is one with that probability
        pallets = np.ceil(now.demand - part).astype(np.int64)
        back = random.binomial(pallets, lanes.return_rate)
        if lanes.unmet == "lost":  # from a stream of its own, so that policies with one seed meet the same returns
            served = np.ceil(now.demand - now.lost - part).astype(np.int64)
            back = self.streams.random_of_lost.hypergeometric(back, pallets - back, served)
        now.returns = back.astype(float)
        if self.stock and lanes.returns == "restocked":
            self.restocked.add(now.step, self.stay, now.returns)

    def _fill_places(self) -> None:
        now, lanes = self.state, self.lanes
        passing = now.returns
        if lanes.basis == "peak" or not self.stock:
            passing = passing + now.shipped
        if len(lanes.weights) == 1:
            now.space = now.on_hand + lanes.weights[0] * passing
            return
        self.in_process[now.step % len(self.in_process)] = passing
        age = (now.step - np.arange(len(self.in_process))) % len(self.in_process)
        now.space = now.on_hand + (lanes.weights[age] * self.in_process).sum(axis=0)

    def _use_the_partner(self) -> None:
        now, site = self.state, self.lanes.site
        if site.places is None:
            return
        total = site.total(now.space)
        beyond = np.maximum(total - site.places - site.total(now.booked), 0.0)
        free = self.streams.free(now)
        at_partner = beyond if free is None else np.minimum(beyond, free)
        now.overflow = site.shared(at_partner, now.space, total)
        now.unplaced = site.shared(beyond - at_partner, now.space, total)

    def _order(self) -> None:
        now, lanes = self.state, self.lanes
        if lanes.policy is None:
            return
        review = now.step % lanes.review == 0
        wanted = told("policy", lanes.policy(now), self.nothing.shape, "lanes") if review else self.nothing
        now.ordered = np.maximum(wanted, self.nothing)
        delay = self.streams.delay(now)  # in every step, so that policies with other reviews meet the same lead times
        if not review:
            return
        self.orders.add(now.step, delay + 1, now.ordered)
        if not self.stock:
            self.begun.add(now.step, delay + 1, self.nothing + 1.0)
        now.on_order = now.on_order + now.ordered

    def _count_money(self) -> None:
        now, lanes = self.state, self.lanes
        money = self.nothing - lanes.costs.standing
        for name, price in lanes.costs.of_flows:
            money += price * getattr(now, name)
        if lanes.costs.of_an_order is not None:
            money -= lanes.costs.of_an_order * (now.ordered > 0)
        now.money = money
