"""Gaussian models of the demand of one lane, and equally likely paths that demand may take from here.

Each model is the covariance K of the demand of all periods, in units of the variance of its noise: a steady level, one
that drifts, a trend, a season, or a level that jumped in a certain period. With K = L L',
the innovations v = L^-1 y are the part of each demand that earlier demand did not foretell. They weight the models, and
L turns innovations to come into demand to come.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MODEL_WINDOW = 60  # most recent periods that the models see [period]
MODEL_BLOCK = 12  # matrices are kept for multiples of this number of periods, so that few are kept [period]
_LEVEL = 100.0  # variance of the level about the mean of the window; variances are in units of the noise [-]
_DRIFTS = (0.02, 0.2)  # variance of the step of a random walk [-]
_SLOPES = (0.01, 0.1)  # variance of a straight slope [1/period^2]
_SEASONS = (4, 6, 7, 8, 10, 12, 13, 20, 26)  # length of a season [period]
_SWINGS = (2.0, 8.0)  # variance of a season [-]
_JUMP = 16.0  # variance of a jump [-]
_LITTLE_DRIFT = 0.01  # drift beside a trend or a season [-]
_PRIORS = dict(steady=1.0, drift=0.1, trend=0.05, season=0.015, jump=0.008)  # weight of each model


class Bank(NamedTuple):
    """Factors of the models that a number of known periods can tell apart."""

    factor: NDArray[np.float64]  # L, (models, periods, periods)
    inverse: NDArray[np.float64]  # L^-1 of the known periods, (models, known, known)
    scale: NDArray[np.float64]  # logarithm of the sd of each innovation, (models, known)
    prior: NDArray[np.float64]  # logarithm of the weight before any demand is known, (models,)
    jump: NDArray[np.int_]  # period of the jump, 0 if there is none, (models,)


def _covariances(periods: int) -> list[tuple[str, int, Any]]:
    """Return the kind, the period of the jump and the covariance of each model."""
    time = np.arange(periods, dtype=float)
    early, late = np.minimum.outer(time, time), np.maximum.outer(time, time)
    gap = late - early
    steady = np.eye(periods) + _LEVEL
    moving = steady + _LITTLE_DRIFT * early
    models = [("steady", 0, steady)]
    models += [("drift", 0, steady + drift * early) for drift in _DRIFTS]
    models += [("trend", 0, moving + slope * early * late) for slope in _SLOPES]
    waves = [np.cos(2 * np.pi * gap / length) for length in _SEASONS]
    models += [("season", 0, moving + swing * wave) for swing in _SWINGS for wave in waves]
    after = [(period, time >= period) for period in range(2, MODEL_WINDOW)]
    return models + [("jump", period, steady + _JUMP * np.outer(later, later)) for period, later in after]


@lru_cache(maxsize=4)
def _all_models(ahead: int) -> tuple[Any, Any, Any, Any]:
    kinds, jumps, covariances = zip(*_covariances(MODEL_WINDOW + ahead), strict=True)
    factor = np.linalg.cholesky(np.array(covariances))
    return (
        factor,
        np.linalg.inv(factor[:, :MODEL_WINDOW, :MODEL_WINDOW]),
        np.log([_PRIORS[kind] for kind in kinds]),
        np.array(jumps),
    )


@lru_cache(maxsize=4 * MODEL_WINDOW // MODEL_BLOCK)
def bank(known: int, ahead: int) -> Bank:
    """Return the models for a number of known periods and of periods ahead, both multiples of `MODEL_BLOCK`.

    The factor of the first periods is a part of that of all periods, so that all are made from one decomposition.
    """
    factor, inverse, prior, jump = _all_models(ahead)
    use = np.flatnonzero(jump < known)
    scale = np.log(np.diagonal(factor, axis1=1, axis2=2)[use, :known])
    return Bank(factor[use], np.ascontiguousarray(inverse[use, :known, :known]), scale, prior[use], jump[use])
