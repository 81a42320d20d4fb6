"""The newsvendor under normal demand, and when only mean and standard deviation are known.

The underage cost is lost for each pallet too few, the overage cost for each pallet too many. Finding the best
quantity and evaluating any quantity are two functions. Other distributions: `twin.distribution`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import _special
from twin._check import nonnegative, numbers, positive, probabilities, require
from twin._labels import Numbers, labelled
from twin.demand import excess_and_leftover

_NEAR_ONE = 0.9999  # critical ratio above which its complement has more digits [-]


class Costs(NamedTuple):
    """Underage and overage cost. [$/pallet]"""

    underage_cost: Numbers
    overage_cost: Numbers


@labelled
def costs_from_prices(
    price: ArrayLike, cost: ArrayLike, *, salvage: ArrayLike = 0.0, penalty: ArrayLike = 0.0
) -> Costs:
    """Return underage and overage cost of one unit bought at `cost` and sold at `price`.

    Cu = price - cost + penalty,  Co = cost - salvage

    Parameters
    ----------
    price, cost, salvage, penalty : array_like, shapes that broadcast
        Revenue, purchase cost, value of a leftover unit, goodwill lost per unit short. [$/pallet]

    Returns
    -------
    Costs (underage_cost, overage_cost), broadcast shape. [$/pallet]

    >>> [float(c) for c in costs_from_prices(190, 110, salvage=90)]
    [80.0, 20.0]
    """
    price, cost, salvage, penalty = numbers(price=price, cost=cost, salvage=salvage, penalty=penalty)
    return Costs(price - cost + penalty, cost - salvage)


@labelled
def critical_ratio(underage_cost: ArrayLike, overage_cost: ArrayLike) -> Numbers:
    """Return the service level that balances both costs: Cu / (Cu + Co).

    Parameters
    ----------
    underage_cost, overage_cost : array_like, shapes that broadcast
        Both >= 0 and not both 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape, 0 to 1. [-]

    Limits
    ------
    Cu = 0 gives 0 (never stock), Co = 0 gives 1 (never run short).

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 01, eq. (1.1).

    >>> float(critical_ratio(80, 20))
    0.8
    """
    under, over = nonnegative(underage_cost=underage_cost, overage_cost=overage_cost)
    total = under + over
    require(total > 0, "underage_cost + overage_cost", "> 0", total)
    return under / total


@labelled
def best_quantity(mean: ArrayLike, sd: ArrayLike, underage_cost: ArrayLike, overage_cost: ArrayLike) -> Numbers:
    """Return the quantity of least expected cost under normal demand: mean + sd Phi^-1(Cu / (Cu + Co)).

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of demand, sd >= 0. [pallet]
    underage_cost, overage_cost : array_like
        Both > 0: with either one 0 the best quantity is infinite. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    Equal costs give the mean; sd = 0 gives the mean.

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 01, eq. (1.3).

    >>> round(float(best_quantity(3192, 1181, 80, 20)), 2)
    4185.95
    """
    (mean,), (sd,) = numbers(mean=mean), nonnegative(sd=sd)
    under, over = positive(underage_cost=underage_cost, overage_cost=overage_cost)
    return mean + sd * _safety_factor(under, over)


@labelled
def best_safety_factor(underage_cost: ArrayLike, overage_cost: ArrayLike) -> Numbers:
    """Return the safety factor of least expected cost: the standard normal quantile of the critical ratio.

    z = Phi^-1(Cu / (Cu + Co)) = -Phi^-1(Co / (Cu + Co))

    Parameters
    ----------
    underage_cost, overage_cost : array_like, shapes that broadcast
        Both > 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [-]

    Limits
    ------
    Exact even if the critical ratio rounds to 1. Equal costs give 0.

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 01, eq. (1.3).

    >>> round(float(best_safety_factor(1e16, 1.0)), 6)
    8.222082
    """
    return _safety_factor(*positive(underage_cost=underage_cost, overage_cost=overage_cost))


def _safety_factor(under, over):
    with np.errstate(over="ignore"):  # refused in a sentence
        total = under + over
    ratio = under / total
    factor, held, near_one = _special.ndtri(ratio), ratio > 0, ratio > _NEAR_ONE
    if near_one.any():
        complement = over / total
        factor, held = np.where(near_one, -_special.ndtri(complement), factor)[()], held & (complement > 0)
    require(held, "underage_cost / overage_cost", "within the range of floating-point numbers", ratio)
    return factor


@labelled
def expected_cost(
    quantity: ArrayLike, mean: ArrayLike, sd: ArrayLike, underage_cost: ArrayLike, overage_cost: ArrayLike
) -> Numbers:
    """Return the expected overage and underage cost of any quantity under normal demand.

    cost = Co E[(q - X)+] + Cu E[(X - q)+]

    Parameters
    ----------
    quantity, mean, sd : array_like, shapes that broadcast
        Quantity on hand and the moments of demand, sd >= 0. [pallet]
    underage_cost, overage_cost : array_like
        Both >= 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [$]

    Limits
    ------
    sd = 0 gives Co (q - mean)+ + Cu (mean - q)+. At the best quantity the cost is (Co + Cu) sd phi(z).

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 01, eq. (1.4).

    >>> round(float(expected_cost(40, 50, 8, 0.7, 0.18)), 5)
    7.35613
    """
    under, over = nonnegative(underage_cost=underage_cost, overage_cost=overage_cost)
    (quantity,) = numbers(quantity=quantity)
    shortage, leftover = excess_and_leftover(quantity, mean, sd)
    return over * leftover + under * shortage


@labelled
def cost_curve(service_level: ArrayLike, sd: ArrayLike, underage_cost: ArrayLike, overage_cost: ArrayLike) -> Numbers:
    """Return the expected cost as a function of the cycle service level.

    cost = sd (Co (z + loss(z)) + Cu loss(z)),  z = Phi^-1(service level),  loss(z) = phi(z) - z (1 - Phi(z))

    Parameters
    ----------
    service_level : array_like
        Probability of no shortage, 0 < level < 1. [-]
    sd : array_like
        Standard deviation of demand, >= 0. [pallet]
    underage_cost, overage_cost : array_like, shapes that broadcast with the others
        Both >= 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape; convex in z, with its minimum at `critical_ratio`. [$]

    Limits
    ------
    Co is charged on leftovers; charging it on the safety stock z sd would move the minimum to 1 - Co / Cu.

    Source
    ------
    Silver, Pyke and Thomas (2017); notebook 01, eq. (1.4).

    >>> round(float(cost_curve(0.8, 1181, 80, 20)), 1)
    33063.5
    """
    (level,), (sd,) = probabilities(service_level=service_level), nonnegative(sd=sd)
    return sd * expected_cost(_special.ndtri(level), 0.0, 1.0, underage_cost, overage_cost)


@labelled
def distribution_free_quantity(
    mean: ArrayLike, sd: ArrayLike, underage_cost: ArrayLike, overage_cost: ArrayLike
) -> Numbers:
    """Return the quantity of least expected cost under the worst demand of this mean and standard deviation.

    q = mean + sd/2 (sqrt(Cu/Co) - sqrt(Co/Cu));  0 when sd^2 Co > mean^2 Cu

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of a demand that is never negative, mean > 0, sd >= 0. [pallet]
    underage_cost, overage_cost : array_like
        Both > 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Source
    ------
    Scarf (1958); notebook 01, eq. (1.5).

    >>> round(float(distribution_free_quantity(0.9, 0.7, 32, 10)), 4)
    1.3304
    """
    mean, sd, under, over = _scarf_arguments(mean, sd, underage_cost, overage_cost)
    quantity = mean + sd / 2 * (np.sqrt(under / over) - np.sqrt(over / under))
    return np.where(sd**2 * over <= mean**2 * under, quantity, 0.0)[()]


@labelled
def distribution_free_cost(
    mean: ArrayLike, sd: ArrayLike, underage_cost: ArrayLike, overage_cost: ArrayLike
) -> Numbers:
    """Return the expected cost that `distribution_free_quantity` never exceeds: min(sd sqrt(Cu Co), Cu mean). [$]

    Arguments as in `distribution_free_quantity`. Source: Scarf (1958); notebook 01, eq. (1.5).

    >>> round(float(distribution_free_cost(0.9, 0.7, 32, 10)), 3)
    12.522
    """
    mean, sd, under, over = _scarf_arguments(mean, sd, underage_cost, overage_cost)
    return np.minimum(sd * np.sqrt(under * over), under * mean)


def _scarf_arguments(mean, sd, underage_cost, overage_cost):
    costs = positive(underage_cost=underage_cost, overage_cost=overage_cost)
    return [*positive(mean=mean), *nonnegative(sd=sd), *costs]
