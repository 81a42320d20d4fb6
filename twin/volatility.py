"""What makes a lane's demand vary: a pattern that comes back, or a few rare shocks."""

import numpy as np

from twin._check import nonnegative, numbers, positive, probabilities, require


def coefficient_of_variation(demand_mean, demand_sd):
    """Return the standard deviation of demand as a share of its mean: sd / mean. [-]

    demand_mean : array_like, > 0; demand_sd : array_like, >= 0. [pallet/period]

    >>> float(coefficient_of_variation(100.0, 25.0))
    0.25
    """
    (mean,), (sd,) = positive(demand_mean=demand_mean), nonnegative(demand_sd=demand_sd)
    return sd / mean


def explained_share(volumes, groups):
    """Return the share of the variance of volumes that the groups they belong to explain: weekdays, say, or months.

    1 - (n - 1) / (n - k) * (squares within the k groups) / (squares about the mean)

    Parameters
    ----------
    volumes : array_like, shape (n,)
        [pallet/period]
    groups : array_like, shape (n,)
        What each belongs to: at least two groups, and more volumes than groups.

    Returns
    -------
    float; 1 when nothing varies within the groups, about 0 when they say nothing, and then below it by chance. [-]

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


def shock_share(volumes, rarest):
    """Return the share of the squares about the mean that the largest volumes hold.

    Parameters
    ----------
    volumes : array_like, shape (n,)
        [pallet/period]
    rarest : float
        How many of the volumes count as the largest, as a share of n in (0, 1); the number is rounded up. [-]

    Returns
    -------
    float. [-]

    Limits
    ------
    Many normal volumes: z phi(z) + rarest at the quantile z of 1 - rarest, 7.2 % for the largest 1 %.

    Source
    ------
    Notebook 07, eq. (7.3).

    >>> shock_share([0, 0, 0, 0, 10], 0.2)
    0.8
    """
    volumes = _series(volumes)
    (rarest,) = probabilities(rarest=rarest)
    most = np.sort(volumes)[volumes.size - int(np.ceil(np.round(rarest * volumes.size, 9))) :]
    return float(np.sum((most - volumes.mean()) ** 2) / _squares(volumes))


def _series(volumes):
    (volumes,) = numbers(volumes=volumes)
    require(volumes.ndim == 1 and volumes.size > 1, "volumes", "a list of at least two numbers", volumes.shape)
    return volumes


def _squares(volumes):
    """Sum of squares about the mean."""
    squares = np.sum((volumes - volumes.mean()) ** 2)
    require(squares > 0, "volumes", "such that they vary", f"{volumes.size} times {volumes[0]:g}")
    return squares
