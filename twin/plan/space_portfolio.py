"""A portfolio of space (own places, hard blocks, a soft block, spot), judged on a record it had not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from twin import forecast
from twin._check import floats, nonnegative, positive, require, whole
from twin.exact.booking_plans import least_cost

Array = NDArray[np.float64]

_NORMAL = 1.959964  # standard deviations from the mean to an end of a 95% interval [-]
_LEVEL = 0.95  # of the intervals from which the spread of a forecast is taken [-]
_NODES = 9  # quantiles of what is learnt between a plan and the day on which places are given back
_FEW_YEARS = 3  # years of record behind the rules that know no forecast
_FAR = 4.0  # standard deviations above the largest forecast up to which places are counted [-]

#: The rules, from the simplest to the one that knows the future.
RUNGS = ("spot", "fixed", "calendar", "newsvendor", "marginal", "rolling", "hindsight")


@dataclass(frozen=True)
class SpacePrices:
    """Prices and terms of the four kinds of space; a place is paid by the period.

    own : place that is taken for a whole year, used or not. [$/place/period]
    hard : place of a hard block, booked one period ahead for `term` periods, used or not. [$/place/period]
    soft : place of the soft block that is kept; one period before use the others are given back, free. [$/place/period]
    spot : whole price of a pallet that goes to the partner at once. [$/pallet]
    term : of a hard block, >= 1. [period]
    year : periods of a year. [period]
    """

    own: float = 10.0
    hard: float = 12.0
    soft: float = 14.0
    spot: float = 30.0
    term: int = 3
    year: int = 12

    def __post_init__(self) -> None:
        positive(own=self.own, hard=self.hard, soft=self.soft, spot=self.spot)
        for name in ("term", "year"):
            whole(name, getattr(self, name), least=1)


class SpaceUsed(NamedTuple):
    """Places of each kind by period, and the cost; arrays of shape (periods,)."""

    own: Array  # [place]
    hard: Array  # in force [place]
    soft: Array  # kept [place]
    spot: Array  # sent to the partner at once [pallet]
    cost: Array  # [$]


def portfolio_backtest(
    volumes: ArrayLike,
    *,
    prices: SpacePrices,
    soft_share: float = 0.2,
    years: int,
    period: str = "MS",
    rungs: Sequence[str] = RUNGS,
) -> dict[str, SpaceUsed]:
    """Return what each rule would have paid in the last years of a record, each decision from what was known then.

    At the end of a period the rule sees the record up to it, and its forecast (`forecast.backtest`). It books hard
    blocks from the next period on, names the places of the soft block that it keeps for the next period, and at the end
    of a year takes own places for the next one. What has no place goes to the partner at the spot price.

    spot : no place at all.
    fixed : own places alone, the best number on the last three years of the record.
    calendar : own places, blocks and kept places planned at the end of a year from the same months of the last three.
    newsvendor : own places by the forecast of the year, blocks up to the newsvendor level of the next period.
    marginal : places as long as their use is worth their rent, where one that can be booked later is worth no more.
    rolling : the plan of `least_cost` on the forecast of the coming year, made anew each period; its first step counts.
    hindsight : the least cost with all volumes known, over all years together.

    Parameters
    ----------
    volumes : array_like, shape (periods,)
        Record in time order that ends with a whole year; all known. [pallet/period]
    prices : SpacePrices
    soft_share : float, optional
        Places of the soft block, as a share of the mean volume of the year before. [-]
    years : int
        Number of years that are judged; at least three years of record must come before them.
    period : "D", "W", "MS" or "QS", optional
    rungs : list of names from `RUNGS`, optional

    Returns
    -------
    dict of rung -> SpaceUsed over the judged periods

    Limits
    ------
    Forecast errors are taken to be normal. The rolling plan takes own places to continue at the end of the year.

    Source
    ------
    Regret against hindsight: Savage (1951); the plan as a linear programme: Veinott and Wagner (1962).
    """
    record = floats("volumes", volumes)
    count = whole("years", years, least=1) * prices.year
    least = count + _FEW_YEARS * prices.year
    require(
        record.ndim == 1 and len(record) >= least, "volumes", f"one series of {least} periods or more", record.shape
    )
    require(not np.isnan(record).any(), "volumes", "known in all periods", "NaN")
    said = forecast.backtest(record, period=period, horizon=prices.year, level=_LEVEL)
    spread = (said.high - said.low) / (2 * _NORMAL)
    begin = len(record) - count
    require(np.isfinite(spread[begin - 1 :]).all(), "volumes", "long enough for intervals before the first year", begin)
    used = np.where(np.arange(len(record))[:, None] >= begin - 1, spread, 0.0)
    return portfolio_costs(record, said.mean, used, prices=prices, soft_share=soft_share, years=years, rungs=rungs)


def portfolio_costs(
    volumes: ArrayLike,
    mean: ArrayLike,
    sd: ArrayLike,
    *,
    prices: SpacePrices,
    soft_share: float = 0.2,
    years: int,
    rungs: Sequence[str] = RUNGS,
) -> dict[str, SpaceUsed]:
    """Return what each rule pays in the last years of a record, from forecasts that are given.

    Parameters
    ----------
    volumes : array_like, shape (periods,). [pallet/period]
    mean, sd : array_like, shape (periods, year)
        Forecast at the end of each period for the periods after it, and the standard deviation of its error.
    prices, soft_share, years, rungs : as for `portfolio_backtest`

    >>> flat = np.full(8, 5.0)
    >>> found = portfolio_costs(
    ...     flat, np.full((8, 2), 5.0), np.full((8, 2), 0.01), prices=SpacePrices(year=2, term=1), years=1
    ... )
    >>> [round(float(found[rung].cost.sum())) for rung in ("spot", "fixed", "rolling", "hindsight")]
    [300, 100, 100, 100]
    """
    record, said = nonnegative(volumes=volumes, mean=mean)
    (spread,) = nonnegative(sd=sd)
    require(said.shape == spread.shape == (len(record), prices.year), "mean", "of shape (periods, year)", said.shape)
    count = whole("years", years, least=1) * prices.year
    require(len(record) >= count + _FEW_YEARS * prices.year, "years", "three fewer than the record has", years)
    strange = [rung for rung in rungs if rung not in RUNGS]
    require(not strange, "rungs", f"names from {', '.join(RUNGS)}", ", ".join(strange))
    judge = _Judge(record, said, spread, prices, float(nonnegative(soft_share=soft_share)[0]), len(record) - count)
    return {rung: judge.of(rung) for rung in rungs}


class _Outlook(NamedTuple):
    """The knowledge of a rule at the end of a period."""

    curves: Array  # least cost of each coming period by what may be learnt of it and by places [$]
    hard: Array  # places of blocks in force in each coming period [place]
    own: float | None  # own places of the year; None if a year begins [place]


class _Judge:
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
            months = self._past(at).reshape(_FEW_YEARS, p.year).T
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
        return self.record[at - _FEW_YEARS * self.prices.year : at]

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
