"""A portfolio of space (own places, hard blocks, a soft block, spot), judged on a record it had not seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from twin import forecast
from twin._check import floats, nonnegative, require, whole
from twin.plan.space_prices import SpacePrices, SpaceUsed
from twin.plan.space_rules import FEW_YEARS, RUNGS, SpaceRules

_NORMAL = 1.959964  # standard deviations from the mean to an end of a 95% interval [-]
_LEVEL = 0.95  # of the intervals from which the spread of a forecast is taken [-]


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
    least = count + FEW_YEARS * prices.year
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
    require(len(record) >= count + FEW_YEARS * prices.year, "years", "three fewer than the record has", years)
    strange = [rung for rung in rungs if rung not in RUNGS]
    require(not strange, "rungs", f"names from {', '.join(RUNGS)}", ", ".join(strange))
    rules = SpaceRules(record, said, spread, prices, float(nonnegative(soft_share=soft_share)[0]), len(record) - count)
    return {rung: rules.of(rung) for rung in rungs}
