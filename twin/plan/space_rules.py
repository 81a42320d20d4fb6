"""Rules that take space of four kinds (own places, hard blocks, a soft block, spot), on the record of a lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from twin.exact.booking_plans import least_cost
from twin.plan.space_prices import SpacePrices, SpaceUsed

Array = NDArray[np.float64]

_NODES = 9  # quantiles of what is learnt between a plan and the day on which places are given back
FEW_YEARS = 3  # years of record behind the rules that know no forecast
_FAR = 4.0  # standard deviations above the largest forecast up to which places are counted [-]

#: The rules, from the simplest to the one that knows the future.
RUNGS = ("spot", "fixed", "calendar", "newsvendor", "marginal", "rolling", "hindsight")


class _Outlook(NamedTuple):
    """The knowledge of a rule at the end of a period."""

    curves: Array  # least cost of each coming period by what may be learnt of it and by places [$]
    hard: Array  # places of blocks in force in each coming period [place]
    own: float | None  # own places of the year; None if a year begins [place]


class SpaceRules:
    """The rules on one record; `first` is the first judged period."""

    def __init__(self, record: Array, mean: Array, sd: Array, prices: SpacePrices, share: float, first: int) -> None:
        self.record, self.mean, self.sd, self.prices, self.first = record, mean, sd, prices, first
        peak = max(float(record.max()), float((mean + _FAR * sd)[first - 1 :].max()))
        self.places = np.arange(int(np.ceil(peak)) + 2, dtype=float)
        starts = np.arange(first, len(record), prices.year)
        sizes = [round(share * record[at - prices.year : at].mean()) for at in starts]
        self.block = np.repeat(np.array(sizes, float), prices.year)

    def of(self, rung: str) -> SpaceUsed:
        """Return what a rule takes and pays."""
        return getattr(self, f"_{rung}")()

    def _spot(self) -> SpaceUsed:
        none = np.zeros(len(self.block))
        return self._paid(none, none, none)

    def _fixed(self) -> SpaceUsed:
        own = [self._best_own(self._past(at)[None]) for at in self._years()]
        none = np.zeros(len(self.block))
        return self._paid(np.repeat(own, self.prices.year), none, none)

    def _calendar(self) -> SpaceUsed:
        p, own, hard, soft = self.prices, [], [], []
        for at in self._years():
            months = self._past(at).reshape(FEW_YEARS, p.year).T
            block = self.block[at - self.first]
            curves, kept = self._option(months, block)
            booked = self._plan(curves, with_own=True)
            own += [booked[0]] * p.year
            hard += list(_in_force(booked[1:], p.term))
            places = booked[0] + _in_force(booked[1:], p.term)
            soft += [kept[month, int(places[month])] for month in range(p.year)]
        return self._paid(own, hard, soft)

    def _hindsight(self) -> SpaceUsed:
        p, count = self.prices, len(self.block)
        known = [
            self._option(volume[None, None], block) for volume, block in zip(self._judged(), self.block, strict=True)
        ]
        curves, kept = (np.concatenate(part) for part in zip(*known, strict=True))
        age = np.arange(count)[:, None] - np.arange(count)
        year = np.arange(count)[:, None] // p.year == np.arange(count // p.year)
        covers = np.concatenate([year, (age >= 0) & (age < p.term)], axis=1).astype(float)
        rents = covers.sum(axis=0) * np.r_[np.full(count // p.year, p.own), np.full(count, p.hard)]
        booked = np.rint(least_cost(covers, rents, curves, np.zeros(count))[0])
        own, hard = np.repeat(booked[: count // p.year], p.year), _in_force(booked[count // p.year :], p.term)
        soft = kept[np.arange(count), (own + hard).astype(int)]
        return self._paid(own, hard, soft)

    def _forward(self, decide: Callable[[_Outlook], tuple[float, float]]) -> SpaceUsed:
        """Return what a rule takes that decides at the end of each period on the forecast of then.

        decide : returns the own places of a year that begins, and the places of a block to book now.
        """
        p, count = self.prices, len(self.block)
        own, hard, soft = np.zeros(count), np.zeros(count + p.year + p.term), np.zeros(count)
        for at in range(count):
            begins = at % p.year == 0
            spot, kept = self._forecast(self.first + at - 1, self.block[at])
            ahead = _Outlook(spot, hard[at : at + p.year], None if begins else own[at])
            chosen, booked = decide(ahead)
            if begins:
                own[at : at + p.year] = chosen
            hard[at : at + p.term] += booked
            soft[at] = kept[min(int(own[at] + hard[at]), len(self.places) - 1)]
        return self._paid(own, hard[:count], soft)

    def _newsvendor(self) -> SpaceUsed:
        return self._forward(self._by_level)

    def _rolling(self) -> SpaceUsed:
        return self._forward(self._by_plan)

    def _marginal(self) -> SpaceUsed:
        return self._forward(self._by_use)

    def _by_level(self, ahead: _Outlook) -> tuple[float, float]:
        """Book up to the newsvendor level of the next period; own places by the curves of all."""
        p, curves = self.prices, ahead.curves.mean(axis=1)
        own = ahead.own
        if own is None:
            own = float((p.own * p.year * self.places + curves.sum(axis=0)).argmin())
        level = (p.hard * self.places + curves[0]).argmin()
        return own, max(float(level) - own - ahead.hard[0], 0.0)

    def _by_plan(self, ahead: _Outlook) -> tuple[float, float]:
        """Follow the first step of the plan of the whole year, as forecast now."""
        own, curves = ahead.own, ahead.curves.mean(axis=1)
        if own is None:
            own = float(self._plan(curves, with_own=True, places=ahead.hard)[0])
        return own, float(self._plan(curves, with_own=False, places=own + ahead.hard)[0])

    def _by_use(self, ahead: _Outlook) -> tuple[float, float]:
        """Take places as long as their use is worth their rent; a place that can be booked later is worth no more."""
        p, own = self.prices, ahead.own
        use = -np.diff(ahead.curves, axis=-1, append=0.0)
        use[..., -1] = 0.0
        later = np.minimum(use, p.hard).mean(axis=1)
        if own is None:
            there = np.minimum(self.places.astype(int) + ahead.hard.astype(int)[:, None], len(self.places) - 1)
            own = float(np.sum(np.take_along_axis(later, there, axis=1).sum(axis=0) > p.own * p.year))
        worth = np.concatenate([use[:1].mean(axis=1), later[1 : p.term]])
        have = (own + ahead.hard[: len(worth)]).astype(int)
        there = np.minimum(have[:, None] + self.places.astype(int), len(self.places) - 1)
        gain = np.take_along_axis(worth, there, axis=1).sum(axis=0)
        return own, float(np.sum(gain > p.hard * len(worth)))

    def _forecast(self, origin: int, block: float) -> tuple[Array, NDArray[np.int64]]:
        """Return the curves of the coming year, shape (periods, nodes, places), and the places to keep.

        A node is what may be learnt of a period until one period before its use.
        """
        mean, sd = self.mean[origin], np.maximum(self.sd[origin], 1e-9)
        rest = np.minimum(sd, sd[0])  # error that is left one period before use
        learnt = np.sqrt(np.maximum(sd**2 - rest**2, 0.0))
        nodes = ndtri((np.arange(_NODES) + 0.5) / _NODES)
        centres = mean[:, None] + learnt[:, None] * nodes
        z = (self.places - centres[..., None]) / rest[:, None, None]
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        curves, kept = self._kept(self.prices.spot * rest[:, None, None] * (density - z * ndtr(-z)), block)
        return curves, kept[0, 0]

    def _option(self, volumes: Array, block: float) -> tuple[Array, Array]:
        """Return the curves of periods whose volume is one of some, equally likely, and the places to keep.

        volumes : shape (periods, volumes). [pallet/period]
        """
        excess = np.maximum(volumes[..., None] - self.places, 0.0).mean(axis=1)
        return self._kept(self.prices.spot * excess, block)

    def _kept(self, excess: Array, block: float) -> tuple[Array, Array]:
        """Return min over n <= block of c n + excess at places + n, along the last axis, and its n.

        The excess is convex: kept places lift the others to the level at which one more costs more than it saves.
        """
        rent, last = self.prices.soft, len(self.places) - 1
        level = (rent * self.places + excess).argmin(axis=-1)[..., None]
        kept = np.clip(level - self.places, 0, block).astype(int)
        there = np.minimum(self.places.astype(int) + kept, last)
        return rent * kept + np.take_along_axis(excess, there, axis=-1), kept

    def _plan(self, curves: Array, *, with_own: bool, places: ArrayLike = 0.0) -> Array:
        """Return the bookings of least cost over a coming year: own places if they are asked for, then blocks."""
        p, count = self.prices, len(curves)
        age = np.arange(count)[:, None] - np.arange(count)
        covers = ((age >= 0) & (age < p.term)).astype(float)
        rents = covers.sum(axis=0) * p.hard
        if with_own:
            covers, rents = np.c_[np.ones(count), covers], np.r_[p.own * count, rents]
        found = least_cost(covers, rents, curves, np.broadcast_to(places, count).astype(float))[0]
        return np.rint(found)

    def _best_own(self, volumes: Array) -> float:
        excess = np.maximum(volumes[..., None] - self.places, 0.0).mean(axis=1)[0]
        return float((self.prices.own * self.places + self.prices.spot * excess).argmin())

    def _past(self, at: int) -> Array:
        return self.record[at - FEW_YEARS * self.prices.year : at]

    def _years(self) -> range:
        return range(self.first, len(self.record), self.prices.year)

    def _judged(self) -> Array:
        return self.record[self.first :]

    def _paid(self, own: ArrayLike, hard: ArrayLike, soft: ArrayLike) -> SpaceUsed:
        p, taken = self.prices, [np.asarray(each, float) for each in (own, hard, soft)]
        spot = np.maximum(self._judged() - sum(taken), 0.0)
        cost = p.own * taken[0] + p.hard * taken[1] + p.soft * taken[2] + p.spot * spot
        return SpaceUsed(*taken, spot, cost)


def _in_force(bookings: Array, term: int) -> Array:
    """Return the places in force in each period, of bookings that begin in it."""
    return np.convolve(bookings, np.ones(term))[: len(bookings)]
