"""Joint demand of several partners: its covariance matrix and seeded random draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin import _special
from twin._check import nonnegative, numbers, require, whole
from twin.games._axes import labelled_axes
from twin.simulate import generator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import ArrayLike, NDArray


@labelled_axes("partners partners", sd="partners", correlation="partners partners")
def covariance_matrix(sd: ArrayLike, correlation: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Return the covariance matrix of demands: rho_ij s_i s_j.

    Parameters
    ----------
    sd : array_like, shape (n,)
        Standard deviation of each partner's demand, >= 0. [pallet]
    correlation : float, or array_like of shape (n, n), optional
        One correlation for every pair, or a symmetric correlation matrix with ones on its diagonal. [-]

    Returns
    -------
    ndarray, shape (n, n). [pallet^2]

    Errors
    ------
    ValueError for correlations that cannot hold together: the matrix has a negative eigenvalue.

    >>> covariance_matrix([10.0, 20.0], 0.5).tolist()
    [[100.0, 100.0], [100.0, 400.0]]
    """
    (sd,), (rho,) = nonnegative(sd=sd), numbers(correlation=correlation)
    require(sd.ndim == 1 and sd.size > 0, "sd", "a list of at least one number", sd)
    if rho.ndim == 0:
        rho = np.where(np.eye(sd.size, dtype=bool), 1.0, rho)
    require(rho.shape == (sd.size, sd.size), "correlation", "one number, or a matrix with a row a partner", rho.shape)
    require(bool(np.all(np.abs(np.diag(rho) - 1) <= 1e-9)), "correlation", "1 on its diagonal", np.diag(rho).tolist())
    return _semidefinite(correlation=rho) * np.outer(sd, sd)


def checked_covariance(covariance: ArrayLike) -> NDArray[np.float64]:
    """Return a covariance matrix as a float array, after checking that it is symmetric and positive semidefinite.

    Parameters
    ----------
    covariance : array_like, shape (n, n). [pallet^2]

    >>> checked_covariance([[1.0, 2.0], [2.0, 1.0]])
    Traceback (most recent call last):
    ValueError: covariance must be one that demands can have: no eigenvalue below zero; got -1
    """
    return _semidefinite(covariance=covariance)


@labelled_axes("draws partners", mean="partners", covariance="partners partners")
def normal_draws(mean: ArrayLike, covariance: ArrayLike, *, samples: int, seed: int) -> NDArray[np.float64]:
    """Return random draws of jointly normal demands, which may be negative, as the closed forms assume.

    Parameters
    ----------
    mean : array_like, shape (n,)
        Mean demand of each partner. [pallet]
    covariance : array_like, shape (n, n). [pallet^2]
    samples, seed : int
        Number of draws, >= 2, and the seed.

    Returns
    -------
    ndarray, shape (samples, n). [pallet]

    >>> normal_draws([100.0, 50.0], covariance_matrix([0.0, 0.0]), samples=2, seed=1).tolist()
    [[100.0, 50.0], [100.0, 50.0]]
    """
    (mean,), covariance = numbers(mean=mean), checked_covariance(covariance)
    require(mean.shape == covariance.shape[:1], "mean", "a number for each row of the covariance", mean.shape)
    values, vectors = np.linalg.eigh(covariance)
    normal = generator(seed).standard_normal((whole("samples", samples, least=2), mean.size))
    return mean + (normal * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


@labelled_axes("draws partners", correlation="partners partners")
def draws(
    distributions: Sequence[Any], correlation: ArrayLike = 0.0, *, samples: int, seed: int
) -> NDArray[np.float64]:
    """Return random draws of correlated demands of any distributions, joined by a Gaussian copula.

    x_i = F_i^-1(Phi(u_i)),  u standard normal with the given correlation

    Parameters
    ----------
    distributions : list of n frozen SciPy distributions
        Marginal distribution of each partner's demand. [pallet]
    correlation : float, or array_like of shape (n, n), optional
        Correlation of the normal scores u. The correlation of skewed demands is closer to zero. [-]
    samples, seed : int
        Number of draws, >= 2, and the seed.

    Returns
    -------
    ndarray, shape (samples, n). [pallet]

    Source
    ------
    Nelsen (2006), Gaussian copula; notebook 08, eq. (8.3).

    >>> from scipy.stats import gamma, poisson
    >>> draws([poisson(5), gamma(4.0, scale=25.0)], 0.8, samples=100_000, seed=1).mean(axis=0).round(0).tolist()
    [5.0, 100.0]
    """
    count = len(distributions)
    scores = normal_draws(np.zeros(count), covariance_matrix(np.ones(count), correlation), samples=samples, seed=seed)
    levels = np.clip(_special.ndtr(scores), 0.0, 1.0 - 2**-53)
    return np.column_stack([each.ppf(level) for each, level in zip(distributions, levels.T, strict=True)])


def orders(partners: int, *, samples: int, seed: int) -> NDArray[np.int64]:
    """Return random orders of the partners, all orders being equally likely.

    Parameters
    ----------
    partners : int
        Number n of partners, >= 1.
    samples, seed : int
        Number of orders, >= 2, and the seed.

    Returns
    -------
    ndarray of int, shape (samples, n)

    >>> sorted(orders(3, samples=2, seed=1)[0].tolist())
    [0, 1, 2]
    """
    rows = np.tile(np.arange(whole("partners", partners, least=1)), (whole("samples", samples, least=2), 1))
    return generator(seed).permuted(rows, axis=1)


def _semidefinite(**argument: ArrayLike) -> NDArray[np.float64]:
    """Return the argument as a float array, after checking that it is symmetric and positive semidefinite."""
    (matrix,), (name,) = numbers(**argument), argument
    square = matrix.ndim == 2 and 0 < matrix.shape[0] == matrix.shape[1]
    require(square, name, "a square matrix", matrix.shape)
    scale = np.abs(matrix).max()
    require(bool(np.all(np.abs(matrix - matrix.T) <= 1e-9 * scale)), name, "symmetric", matrix.tolist())
    lowest = np.linalg.eigvalsh(matrix)[0]
    rule = "one that demands can have: no eigenvalue below zero"
    require(lowest >= -1e-9 * scale * len(matrix), name, rule, f"{lowest:.6g}")
    return matrix
