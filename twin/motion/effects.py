"""Shapley effects of switches: how much of the variation of an answer each assumption is responsible for."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin._check import numbers, require

Array = NDArray[np.float64]


def settings(switches: int) -> NDArray[np.int64]:
    """Return every combination of on (1) and off (0) switches, in the order that `shapley_effects` reads.

    >>> settings(2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    return np.array(list(product((0, 1), repeat=switches)))


def shapley_effects(values: ArrayLike, again: ArrayLike | None = None) -> Array:
    """Return the Shapley effect of each switch: its share in the variance of an answer over all combinations.

    effect of i = sum over sets u that hold i of V_u / |u|,   V_u = b_u^2

    b_u is the mean of the answer times the product of the signs (-1 off, +1 on) of the switches in u; with independent
    switches that are on half of the time, V_u is the part of the variance that these switches cause together.

    Parameters
    ----------
    values : array_like, shape (..., 2^k)
        Answer for each row of `settings(k)`, in any unit.
    again : array_like, shape of values, optional
        The answers of an independent repetition. With them b_u^2 is the product of both estimates, which random errors
        do not enlarge; a small effect may then be estimated as negative.

    Returns
    -------
    ndarray, shape (..., k)
        Variance due to each switch; their sum is the variance of the answer. [unit of values squared]

    Errors
    ------
    ValueError if the number of values is not a power of two.

    Source
    ------
    Owen (2014), "Sobol' indices and Shapley value", SIAM/ASA Journal on Uncertainty Quantification 2(1).

    >>> shapley_effects([0.0, 0.0, 0.0, 4.0]).tolist()
    [1.5, 1.5]
    """
    (first,) = numbers(values=values)
    (second,) = numbers(again=values if again is None else again)
    switches = int(np.log2(max(first.shape[-1] if first.ndim else 0, 1)))
    require(first.ndim > 0 and 2**switches == first.shape[-1] >= 2, "values", "2, 4, 8, ... answers", first.shape)
    require(first.shape == second.shape, "again", "of the shape of values", second.shape)
    signs = 2 * settings(switches) - 1
    members = settings(switches)[1:]  # the sets u, without the empty one
    contrasts = np.stack([np.prod(np.where(member, signs, 1), axis=1) for member in members])
    parts = (first @ contrasts.T) * (second @ contrasts.T) / first.shape[-1] ** 2
    return parts @ (members / members.sum(axis=1, keepdims=True))
