"""Seasonal indices: exact on exact seasons, from the past alone, and drawn to 1 where they are noise."""

import numpy as np
import pytest

from twin import simulate
from twin._seasons import Season, cumulated

MONTHS = np.array([0.5, 0.6, 0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.2, 1.0, 0.9, 1.0])


@pytest.mark.parametrize("pattern", [MONTHS, np.array([1.2, 1.1, 1.0, 1.0, 1.1, 1.2, 0.4])], ids=["months", "weekdays"])
def test_an_exact_season_is_found_exactly(pattern):
    length = len(pattern)
    volumes = 100.0 * np.tile(pattern, 6)[:, np.newaxis]
    season = Season(volumes, length, 1, 5)
    targets = len(volumes) + np.arange(length)
    found = season.at(len(volumes) - 1, targets)[:, 0]
    np.testing.assert_allclose(found, pattern[targets % length] / pattern.mean(), rtol=1e-12)


def test_an_index_needs_two_seasons_and_knows_nothing_of_the_future():
    volumes = simulate.generator(81).gamma(4, 25, (80, 3)) * np.tile(MONTHS, 7)[:80, np.newaxis]
    season = Season(volumes, 12, 1, 5)
    assert np.all(season.at(20, np.arange(21, 24)) == 1.0)
    for origin in (24, 40, 70):
        shorter = Season(volumes[: origin + 1], 12, 1, 5)
        targets = origin + 1 + np.arange(12)
        np.testing.assert_allclose(season.at(origin, targets), shorter.at(origin, targets), rtol=1e-12)


def test_an_index_of_noise_is_drawn_to_one_and_one_of_a_season_is_not():
    random = simulate.generator(82)
    noise = random.gamma(4, 25, (96, 200))
    seasonal = 100 * np.tile(MONTHS, 8)[:, np.newaxis] * random.normal(1, 0.05, (96, 200))
    kept = [np.mean(Season(volumes, 12, 1, 5).kept[-7]) for volumes in (noise, seasonal)]
    assert kept[0] < 0.4 and kept[1] > 0.95


def test_unknown_periods_and_late_starts_leave_the_index_finite():
    volumes = 100.0 * np.tile(MONTHS, 8)[:, np.newaxis] * np.ones(2)
    volumes[:30, 0], volumes[50, 1] = np.nan, np.nan
    found = Season(volumes, 12, 1, 5).at(95, 96 + np.arange(12))
    np.testing.assert_allclose(found, (MONTHS / MONTHS.mean())[:, np.newaxis] * np.ones(2), rtol=0.02)


def test_sums_of_rows():
    rows = simulate.generator(83).random((9, 4))
    np.testing.assert_allclose(cumulated(rows)[1:], np.cumsum(rows, axis=0), rtol=1e-14)
