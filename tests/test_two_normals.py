"""Probabilities of two normal variables: SciPy's Owen's T, Genz's bivariate normal, and closed forms."""

import numpy as np
import pytest
from scipy import special, stats

from twin import _two_normals

SCORES = np.array(
    [0.0, 1e-300, 1e-9, 0.01, 0.3, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.4, 8.6, 12.0, 20.0, 37.0]
)
EVERY = np.r_[-SCORES[:0:-1], SCORES]


def by_owens_t(h, k, r):
    """Return P(A > 0, B > 0) by Owen (1956) with SciPy's T."""
    h, k = (np.where(np.abs(x) < 1e-300, 1e-300, x) for x in (h, k))
    root = np.sqrt((1 - r) * (1 + r))
    with np.errstate(over="ignore"):
        parts = special.owens_t(h, (k / h - r) / root) + special.owens_t(k, (h / k - r) / root)
    return (special.ndtr(h) + special.ndtr(k)) / 2 - parts - np.where((h < 0) != (k < 0), 0.5, 0.0)


def test_owens_t_against_scipy():
    h, ratio = (x.ravel() for x in np.meshgrid(SCORES[1:], [0.0, 1e-12, 1e-3, 0.1, 0.3, 0.5, 0.8, 0.99, 1.0]))
    assert _two_normals._owens_t(h, ratio * h) == pytest.approx(special.owens_t(h, ratio), abs=1e-15)


def test_both_positive_against_scipy_and_genz_at_ordinary_and_extreme_arguments():
    h, k, r = (x.ravel() for x in np.meshgrid(EVERY, EVERY, [-0.99999, -0.9, -0.5, 0.0, 0.3, 0.9, 0.99, 0.99999]))
    found = _two_normals.positive(h, k, r)
    assert found.both == pytest.approx(by_owens_t(h, k, r), abs=1e-13)
    assert found.second == pytest.approx(stats.norm.cdf((k - r * h) / np.sqrt(1 - r * r)), abs=1e-10)
    for at in range(0, h.size, 499):
        law = stats.multivariate_normal(cov=[[1.0, r[at]], [r[at], 1.0]])
        assert found.both[at] == pytest.approx(law.cdf([h[at], k[at]]), abs=1e-12)


def test_means_of_zero_have_the_chance_of_a_quadrant_and_equal_variables_the_smaller_chance():
    r = np.linspace(-0.999, 0.999, 41)
    quadrant = _two_normals.positive(np.zeros(41), np.zeros(41), r).both
    assert quadrant == pytest.approx(0.25 + np.arcsin(r) / (2 * np.pi), abs=1e-14)
    h, k = (x.ravel() for x in np.meshgrid(EVERY, EVERY))
    equal = _two_normals.positive(h, k, np.full(h.size, 1 - 1e-14)).both
    assert equal == pytest.approx(special.ndtr(np.minimum(h, k)), abs=2.3e-8)  # sqrt(2 (1 - r)) / (2 pi) apart at most
