"""Causes of the variation of a lane's demand: a recurring pattern, or a few rare shocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, numbers, positive, probabilities, require
from twin._labels import Numbers, labelled


@labelled
def coefficient_of_variation(demand_mean: ArrayLike, demand_sd: ArrayLike) -> Numbers:
    """Return the standard deviation of demand as a share of its mean: sd / mean. [-]

    demand_mean : array_like, > 0; demand_sd : array_like, >= 0. [pallet/period]

    >>> float(coefficient_of_variation(100.0, 25.0))
    0.25
    """
    (mean,), (sd,) = positive(demand_mean=demand_mean), nonnegative(demand_sd=demand_sd)
    return sd / mean


def explained_share(volumes: ArrayLike, groups: ArrayLike) -> float:
    """Return the share of the variance of volumes that groups such as weekdays or months explain.

    1 - (n - 1) / (n - k) * (squares within the k groups) / (squares about the mean)

    Parameters
    ----------
    volumes : array_like, shape (n,)
        [pallet/period]
    groups : array_like, shape (n,)
        Group of each volume: at least two groups, and more volumes than groups.

    Returns
    -------
    float; 1 if volumes do not vary within the groups; about 0, and by chance negative, if groups explain nothing. [-]

    Source
    ------
    Correlation ratio, adjusted for its degrees of freedom: Kelley (1935), epsilon squared; notebook 07, eq. (7.2).

    >>> round(explained_share([1, 3, 11, 13], ["Mon", "Mon", "Tue", "Tue"]), 3)
    0.942
    """
    volumes = _series(volumes)
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    require(group.shape == volumes.shape, "groups", f"one for each of the {volumes.size} volumes", group.shape)
    sizes = np.bincount(group)
    require(1 < sizes.size < volumes.size, "groups", "at least two, and fewer than volumes", sizes.size)
    within = np.sum((volumes - (np.bincount(group, volumes) / sizes)[group]) ** 2)
    return float(1 - (volumes.size - 1) / (volumes.size - sizes.size) * within / _squares(volumes))


def shock_share(volumes: ArrayLike, rarest: float) -> float:
    """Return the share of the sum of squares about the mean that is due to the largest volumes.

    Parameters
    ----------
    volumes : array_like, shape (n,)
        [pallet/period]
    rarest : float
        Share of the n volumes that counts as the largest, in (0, 1); their number is rounded up. [-]

    Returns
    -------
    float. [-]

    Limits
    ------
    For many normal volumes: z phi(z) + rarest, with z the quantile of 1 - rarest; 7.2 % for the largest 1 %.

    Source
    ------
    Notebook 07, eq. (7.3).

    >>> shock_share([0, 0, 0, 0, 10], 0.2)
    0.8
    """
    volumes = _series(volumes)
    (share,) = probabilities(rarest=rarest)
    count = int(np.ceil(np.round(share * volumes.size, 9)))  # in floating point, 0.07 * 100 is slightly more than 7
    most = np.sort(volumes)[volumes.size - count :]
    return float(np.sum((most - volumes.mean()) ** 2) / _squares(volumes))


def _series(volumes):
    (volumes,) = numbers(volumes=volumes)
    require(volumes.ndim == 1 and volumes.size > 1, "volumes", "a list of at least two numbers", volumes.shape)
    return volumes


def _squares(volumes):
    """Return the sum of squares about the mean."""
    squares = np.sum((volumes - volumes.mean()) ** 2)
    require(squares > 0, "volumes", "such that they vary", f"{volumes.size} times {volumes[0]:g}")
    return squares
