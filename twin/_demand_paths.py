"""Equally likely paths that the demand of a lane may take from here, and the even points that they are drawn with.

Each model of `_demand_models` forecasts each known period from those before, on demand and on its logarithm. Its weight
is its prior weight times the densities that it gave to what came, those of long ago counting less. The variance of its
noise is unknown, with an inverse gamma prior, so that its forecasts have Student's law (Bayesian model averaging;
Hoeting, Madigan, Raftery and Volinsky 1999; with forgetting, Raftery, Karny and Ettler 2010).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin import _special
from twin._demand_models import MODEL_BLOCK, MODEL_WINDOW, Bank, bank

DEMAND_PATHS = 127  # a prime number, for the lattice of `even_points`
_GENERATOR = 11  # of the lattice; of all numbers below 127 among those of least correlation between 30 columns
_GOLDEN = (np.sqrt(5) - 1) / 2  # shift between adjacent columns

_SHAPE = 1.0  # prior of the noise: shape, and sd as a share of the mean demand [-]
_PRIOR_SD = 0.15
_SOFT = 0.5  # added to demand, in units of its mean, before the logarithm [-]
_MEMORY = 0.97  # weight of a density in units of that of a period later [-]
_SURPRISE = 0.02  # least density that a model is charged with: one strange period does not end it [-]
_HIGHEST = 3.0  # highest demand of a path, in units of the highest known [-]


@lru_cache(maxsize=64)
def even_points(columns: int) -> NDArray[np.float64]:
    """Return points spread evenly over the unit cube, shape (DEMAND_PATHS, columns): a shifted lattice (Korobov 1959).

    They are even over the number of the path, too, which decides its model.
    """
    powers = [pow(_GENERATOR, column, DEMAND_PATHS) for column in range(1, columns + 1)]
    lattice = (np.outer(np.arange(DEMAND_PATHS), powers) % DEMAND_PATHS + 0.5) / DEMAND_PATHS
    points = (lattice + _GOLDEN * np.arange(columns)) % 1
    return np.clip(points, 1e-6, 1 - 1e-6)


@lru_cache(maxsize=8)
def _normal_points(ahead: int) -> NDArray[np.float64]:
    return _special.ndtri(even_points(ahead + 1)[:, :ahead])


@lru_cache(maxsize=2 * MODEL_WINDOW)
def _spreads(ahead: int, shape: float) -> NDArray[np.float64]:
    """Return the sd of the noise in each path, in units of its estimate."""
    return np.sqrt(shape / _special.gammaincinv(shape, even_points(ahead + 1)[:, ahead]))


def demand_paths(demand: NDArray[np.float64], periods: int) -> NDArray[np.float64]:
    """Return equally likely paths of the demand of the next periods, shape (DEMAND_PATHS, periods)."""
    recent = demand[-MODEL_WINDOW:]
    mean, known = recent.mean(), len(recent)
    if mean == 0:
        return np.zeros((DEMAND_PATHS, periods))
    ahead, block = (-(-number // MODEL_BLOCK) * MODEL_BLOCK for number in (periods, known))
    models = bank(block, ahead)
    logarithm = np.log(recent / mean + _SOFT)
    middle = logarithm.mean()
    views = np.zeros((block, 2))
    views[:known, 0], views[:known, 1] = recent / mean - 1, logarithm - middle
    innovations = (models.inverse.reshape(-1, block) @ views).reshape(-1, block, 2)[:, :known].transpose(2, 0, 1)

    weight = _weights(models, innovations, logarithm)
    places = np.searchsorted(np.cumsum(weight), (np.arange(DEMAND_PATHS) + 0.5) / DEMAND_PATHS * weight.sum())
    found, path = np.unique(places, return_inverse=True)
    view, model = np.divmod(found, len(models.prior))
    factor, past = models.factor[model, known : known + periods], innovations[view, model]
    shape = _SHAPE + (known - 1) / 2
    sd = np.sqrt((_SHAPE * _PRIOR_SD**2 + (past[:, 1:] ** 2).sum(axis=1) / 2) / shape)
    expected = (factor[:, :, :known] @ past[:, :, np.newaxis])[path, :, 0]
    coming = factor[path, :, known : known + periods] @ _normal_points(ahead)[:, :periods, np.newaxis]
    paths = expected + coming[:, :, 0] * (sd[path] * _spreads(ahead, shape))[:, np.newaxis]
    on_demand = (view[path] == 0)[:, np.newaxis]
    highest = _HIGHEST * recent.max() / mean
    grown = np.exp(np.minimum(paths + middle, np.log(highest + _SOFT))) - _SOFT
    return mean * np.clip(np.where(on_demand, paths + 1, grown), 0.0, highest)


def _weights(models: Bank, innovations: Any, logarithm: Any) -> NDArray[np.float64]:
    """Return the weights of the models on demand, then of those on its logarithm, up to a factor.

    The first period, which sets the level, is not scored.
    """
    scored = innovations[:, :, 1:]
    known = scored.shape[2]
    squares = scored**2
    shape = _SHAPE + np.arange(known) / 2
    variance = (_SHAPE * _PRIOR_SD**2 + (np.cumsum(squares, axis=2) - squares) / 2) / shape
    density = -models.scale[:, 1 : known + 1] - np.log(variance) / 2
    density -= (shape + 0.5) * np.log1p(squares / (2 * shape * variance))
    density[1] -= logarithm[1:]  # of demand itself, as the others
    density = np.maximum(density, np.log(_SURPRISE))
    score = models.prior + density @ _MEMORY ** np.arange(known)[::-1]
    score[:, models.jump > known] = -np.inf  # not yet
    return np.exp(score - score.max()).ravel()
