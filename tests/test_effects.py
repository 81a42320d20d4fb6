"""Shapley effects: against the Shapley value of the game whose worth is explained variance, and known answers."""

import numpy as np
import pytest

from twin.games.allocation import shapley
from twin.motion.effects import settings, shapley_effects
from twin.simulate import generator


def explained(values, known):
    """Return the variance of the mean of the answers given the switches in `known`, by grouping the combinations."""
    rows = settings(int(np.log2(len(values))))
    groups = {tuple(row[list(known)]) for row in rows}
    means = [values[[tuple(row[list(known)]) == group for row in rows]].mean() for group in groups]
    return np.var(means)


@pytest.mark.parametrize("switches", [1, 2, 3, 4])
def test_effects_are_the_shapley_value_of_explained_variance(switches):
    values = generator(switches).normal(size=2**switches)
    game = [explained(values, [k for k in range(switches) if coalition >> k & 1]) for coalition in range(2**switches)]
    assert shapley_effects(values) == pytest.approx(shapley(game), rel=1e-9)


def test_effects_add_up_to_the_variance_of_each_row():
    values = generator(5).normal(size=(7, 32))
    assert shapley_effects(values).sum(axis=-1) == pytest.approx(values.var(axis=-1), rel=1e-12)


def test_a_switch_that_changes_nothing_has_no_effect():
    values = np.array([[1.0, 3.0], [1.0, 3.0]]).ravel()  # the second switch alone
    assert shapley_effects(values).tolist() == [0.0, 1.0]


def test_random_errors_do_not_enlarge_effects_of_two_repetitions():
    random = generator(6)
    truth = settings(4) @ np.array([1.0, 0.0, 0.0, 0.0])
    first, second = truth + random.normal(size=(2, 4000, 16))
    effects = shapley_effects(first, second)
    errors = effects.std(axis=0, ddof=1) / np.sqrt(len(effects))
    assert np.all(np.abs(effects.mean(axis=0) - [0.25, 0, 0, 0]) < 4 * errors)
    assert shapley_effects(first).mean(axis=0)[1] > 10 * errors[1]  # one repetition alone is biased


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0], 5.0])
def test_the_number_of_answers_is_a_power_of_two(values):
    with pytest.raises(ValueError, match=r"^values must be 2, 4, 8, ... answers; got"):
        shapley_effects(values)


def test_repetitions_have_one_shape():
    with pytest.raises(ValueError, match=r"^again must be of the shape of values; got"):
        shapley_effects([1.0, 2.0], [1.0, 2.0, 3.0, 4.0])
