"""Places that partners reserve for each time of the year, judged on the years after those from which they were set."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin._check import floats, positive, require
from twin.games import coalitions, stability
from twin.past_errors import same_time_of_year

Array = NDArray[np.float64]
_LEARNED = 2 / 3  # share of the record from which reserves are set [-]
_BLOCK = 4_000_000  # most numbers that are sorted at a time


class Reserves(NamedTuple):
    """Places reserved by the pool, and the mean cost of each coalition (by coalition number), on some periods."""

    dates: NDArray[np.datetime64]  # shape (periods,)
    needs: Array  # space that the pool needed [pallet]
    reserved: Array  # places that it had reserved [pallet]
    costs: Array  # shape (2^n,) [$/period]

    def alone(self) -> Array:
        """Return the cost of each partner alone. [$/period]"""
        return coalitions.alone(self.costs)

    def share_saved(self) -> float:
        """Return the share of their cost alone that the partners save together. [-]"""
        apart = self.alone().sum()
        return float(1.0 - self.costs[-1] / apart) if apart > 0 else 0.0

    def gain_by_leaving(self, weights: ArrayLike) -> float:
        """Return what the coalition that gains most by leaving gains if the bill is shared by weights. [$/period]"""
        share = floats("weights", weights)
        return float(stability.leaving(self.costs, share / share.sum() * self.costs[-1]).gain)


def reserves(
    needs: ArrayLike,
    dates: ArrayLike,
    *,
    reservation_cost: float,
    partner_surcharge: float,
    by_season: bool,
    later: bool = True,
) -> Reserves:
    """Return what coalitions pay for places that are set on the first two thirds of a record.

    C_t(S) = min {x: #{u in T_t: X_u(S) <= x} >= (1 - c/s)(n + 1)};  c(S) = mean of c C_t(S) + s (X_t(S) - C_t(S))^+

    T_t has the n periods of the first two thirds that lie within 31 days of the same day of the year. Where they are
    too few for the level 1 - c/s, or without seasons, it has all of the first two thirds.

    Parameters
    ----------
    needs : array_like, shape (periods, partners)
        Space that each partner needed. [pallet]
    dates : array_like of datetime64, shape (periods,)
    reservation_cost, partner_surcharge : float
        Costs c of a place, used or not, and s > c of a pallet without a place. [$/pallet/period]
    by_season : bool
        Reserve for each time of the year, and not one quantity for all periods.
    later : bool, optional
        Judge the last third; otherwise the first two thirds themselves, as a contract does that is signed on them.

    Returns
    -------
    Reserves of the judged periods.

    Source
    ------
    Notebook 08, eq. (8.18).

    >>> months = np.arange("2023-01", "2026-01", dtype="datetime64[M]")
    >>> needs = np.tile(np.r_[np.full(6, 10.0), np.full(6, 30.0)], 3)
    >>> both = np.column_stack([needs, 40.0 - needs])
    >>> prices = dict(reservation_cost=10.0, partner_surcharge=20.0)
    >>> for by_season in (False, True):
    ...     found = reserves(both, months, by_season=by_season, **prices)
    ...     print(found.costs.round(1), round(found.share_saved(), 2))
    [  0. 300. 300. 400.] 0.33
    [  0. 200. 200. 400.] 0.0
    """
    record, days = floats("needs", needs), np.asarray(dates, "datetime64[D]")
    fits = record.ndim == 2 and len(record) >= 2
    require(fits, "needs", "of shape (periods, partners), 2 periods or more", record.shape)
    require(days.shape == record.shape[:1], "dates", "one for each period", days.shape)
    price, surcharge = positive(reservation_cost=reservation_cost, partner_surcharge=partner_surcharge)
    require(surcharge > price, "partner_surcharge", "above reservation_cost", partner_surcharge)
    members = coalitions.all_coalitions(record.shape[1])
    space, cut = members.astype(float) @ record.T, int(_LEARNED * len(record))
    judged = np.arange(cut, len(record)) if later else np.arange(cut)
    level = 1.0 - float(price / surcharge)
    constant = _quantile(space[:, :cut], level)
    places = np.repeat(constant[:, np.newaxis], len(judged), axis=1)
    for column, at in enumerate(judged if by_season else []):
        away = np.abs((days[at] - days[:cut]).astype(float))
        cell = np.flatnonzero(same_time_of_year(away, earlier_years=False))
        if _rank(len(cell), level) < len(cell):
            places[:, column] = _quantile(space[:, cell], level)
    paid = price * places + surcharge * np.maximum(space[:, judged] - places, 0.0)
    return Reserves(days[judged], space[-1, judged], places[-1], paid.mean(axis=1))


def _rank(count: int, level: float) -> int:
    """Return the place of the quantile among `count` sorted values, counted from 0, by the rule of n + 1."""
    return int(np.ceil(level * (count + 1) - 1e-9)) - 1


def _quantile(space: Array, level: float) -> Array:
    """Return the quantile of each row; the largest value where the rule of n + 1 asks for more values."""
    rank = min(max(_rank(space.shape[1], level), 0), space.shape[1] - 1)
    rows = max(1, _BLOCK // space.shape[1])
    parts = [np.partition(space[at : at + rows], rank)[:, rank] for at in range(0, len(space), rows)]
    return np.concatenate(parts)
