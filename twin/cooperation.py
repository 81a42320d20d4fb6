"""Horizontal cooperation: the overflow from own capacity into a partner's warehouse, and its cost.

Planned figures use one number, the required capacity; expected figures use the whole distribution.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, positive
from twin._labels import Numbers, labelled
from twin.demand import expected_excess, probability_above


@labelled
def planned_overflow(required_capacity: ArrayLike, internal_capacity: ArrayLike) -> Numbers:
    """Return the pallets that a plan sends to the partner: max(0, C_req - C_max).

    Parameters
    ----------
    required_capacity, internal_capacity : array_like, shapes that broadcast
        Capacity that the plan requires and own capacity, both >= 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    Exact only if demand is certain; at required = internal it is 0, but `expected_overflow` is 0.3989 sd.

    Source
    ------
    Hegde (2026), horizontal cooperation; notebook 03, eq. (3.1).

    >>> round(float(planned_overflow(200.7, 150.3)), 9)
    50.4
    """
    required, internal = nonnegative(required_capacity=required_capacity, internal_capacity=internal_capacity)
    return np.maximum(required - internal, 0.0)


@labelled
def dependency(overflow: ArrayLike, required_capacity: ArrayLike) -> Numbers:
    """Return the share of the required capacity that the partner provides: overflow / C_req.

    Parameters
    ----------
    overflow : array_like, shapes that broadcast
        Planned or expected overflow, >= 0. [pallet]
    required_capacity : array_like
        Total capacity needed, > 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [-]

    Source
    ------
    Hegde (2026), dependency ratio; notebook 03, eq. (3.2).

    >>> round(float(dependency(20.0, 120.0)), 4)
    0.1667
    """
    (overflow,) = nonnegative(overflow=overflow)
    (required,) = positive(required_capacity=required_capacity)
    return overflow / required


@labelled
def planned_cost(
    required_capacity: ArrayLike, internal_capacity: ArrayLike, holding_cost: ArrayLike, partner_surcharge: ArrayLike
) -> Numbers:
    """Return the warehousing cost of a plan: H C_req, plus the surcharge S on the overflow.

    C_req <= C_max: H C_req;  else: H C_max + (H + S)(C_req - C_max)

    Parameters
    ----------
    required_capacity, internal_capacity : array_like, shapes that broadcast
        Both >= 0. [pallet]
    holding_cost, partner_surcharge : array_like
        Cost H of a pallet place and surcharge S of a partner's, both >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape. [$/period]

    Source
    ------
    Hegde (2026), horizontal cooperation; notebook 03, eq. (3.3).

    >>> float(planned_cost(120, 100, 10.0, 5.0))
    1300.0
    """
    holding, surcharge = nonnegative(holding_cost=holding_cost, partner_surcharge=partner_surcharge)
    overflow = planned_overflow(required_capacity, internal_capacity)
    return holding * np.asarray(required_capacity, float) + surcharge * overflow


@labelled
def expected_overflow(mean: ArrayLike, sd: ArrayLike, internal_capacity: ArrayLike) -> Numbers:
    """Return the overflow of an average period: E[(X - C_max)+] of a normal need X for space.

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of the space needed in a period, both >= 0. [pallet]
    internal_capacity : array_like
        Own capacity C_max, >= 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    sd = 0 gives the planned overflow of the mean; otherwise the result is larger (Jensen's inequality).

    Source
    ------
    Normal loss function, Silver, Pyke and Thomas (2017); notebook 03, eq. (3.4).

    >>> round(float(expected_overflow(140.0, 25.0, 150.0)), 2)
    5.76
    """
    mean, capacity = nonnegative(mean=mean, internal_capacity=internal_capacity)
    return expected_excess(capacity, mean, sd)


@labelled
def overflow_probability(mean: ArrayLike, sd: ArrayLike, internal_capacity: ArrayLike) -> Numbers:
    """Return the probability that own capacity does not suffice: P(X > C_max). [-]

    Arguments as in `expected_overflow`; notebook 03, eq. (3.5).

    >>> round(float(overflow_probability(140.0, 25.0, 150.0)), 3)
    0.345
    """
    mean, capacity = nonnegative(mean=mean, internal_capacity=internal_capacity)
    return probability_above(capacity, mean, sd)


@labelled
def expected_cost(
    mean: ArrayLike,
    sd: ArrayLike,
    internal_capacity: ArrayLike,
    holding_cost: ArrayLike,
    partner_surcharge: ArrayLike,
) -> Numbers:
    """Return the expected warehousing cost: H E[X] + S E[(X - C_max)+].

    It is the expectation of the planned cost, and so never less than the planned cost of the mean.

    Parameters
    ----------
    mean, sd, internal_capacity : as in `expected_overflow`. [pallet]
    holding_cost, partner_surcharge : array_like
        Both >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape. [$/period]

    Source
    ------
    Notebook 03, eq. (3.6).

    >>> round(float(expected_cost(100, 25, 150, 18.5, 5.0)), 3)
    1851.061
    """
    holding, surcharge = nonnegative(holding_cost=holding_cost, partner_surcharge=partner_surcharge)
    (mean,) = nonnegative(mean=mean)
    return holding * mean + surcharge * expected_overflow(mean, sd, internal_capacity)
