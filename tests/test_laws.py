"""Laws of demand and lead times: their distribution, dependence and season, against SciPy and against counting."""

import numpy as np
import pytest
from scipy import stats

from twin.motion import laws

GAMMA = stats.gamma(16.0, scale=6.25 / 4)  # mean 25, sd 6.25
SPREAD = np.log1p(0.25**2)
LAWS = {
    "normal": (laws.Normal(25.0, 2.5), stats.norm(25.0, 2.5)),
    "gamma": (laws.Gamma(25.0, 6.25), GAMMA),
    "lognormal": (laws.Lognormal(25.0, 6.25), stats.lognorm(np.sqrt(SPREAD), scale=25 * np.exp(-SPREAD / 2))),
    "poisson": (laws.Poisson(4.0), stats.poisson(4.0)),
    "scipy": (laws.law_of("demand", GAMMA), GAMMA),
}


def drawn(law, steps=1, replications=1, lanes=1, step=1.0, seed=1):
    """Return draws of a law, shape (steps, lanes, replications)."""
    stream = law.stream(np.random.default_rng(seed), (lanes, replications), step)
    return np.array([next(stream) for _ in range(steps)])


def follows(values, distribution):
    """Fail unless values have the distribution, by its moments and, if it is continuous, its whole shape."""
    n, mean, variance = values.size, distribution.mean(), distribution.var()
    fourth = (distribution.stats("k") + 3) * variance**2
    assert abs(values.mean() - mean) < 4 * np.sqrt(variance / n)
    assert abs(((values - mean) ** 2).mean() - variance) < 4 * np.sqrt((fourth - variance**2) / n)
    if hasattr(distribution.dist, "pdf"):
        assert stats.kstest(values, distribution.cdf).pvalue > 1e-4
    else:
        counts = np.bincount(values.astype(int))
        expected = n * distribution.pmf(np.arange(counts.size))
        common = expected > 10
        assert (
            stats.chisquare(counts[common], expected[common] * counts[common].sum() / expected[common].sum())[1] > 1e-4
        )


@pytest.mark.parametrize("name", LAWS)
def test_draws_have_the_distribution_of_the_law(name):
    law, distribution = LAWS[name]
    follows(drawn(law, steps=40, replications=500).ravel(), distribution)


@pytest.mark.parametrize("name", [name for name in LAWS if name != "scipy"])
def test_correlated_draws_have_the_same_distribution_and_the_stated_correlation(name):
    law, distribution = LAWS[name]
    values = drawn(laws.Correlated(law, -0.6), steps=4, replications=20_000)[:, 0]
    follows(values[3], distribution)
    if hasattr(distribution.dist, "pdf"):
        scores = stats.norm.ppf(distribution.cdf(values))
        for first, second, expected in ((0, 1, -0.6), (2, 3, -0.6), (1, 3, 0.36)):
            error = (1 - expected**2) / np.sqrt(20_000)
            assert abs(np.corrcoef(scores[first], scores[second])[0, 1] - expected) < 4 * error


@pytest.mark.parametrize("mean", [0.0, 0.02, 1.0, 5.0, 300.0])
def test_quantiles_of_poisson_scores_are_exact(mean):
    score = np.linspace(-5, 5, 2001)
    quantile = laws.Poisson(mean).scores(score[None], 1.0)[0]
    assert (quantile == np.maximum(stats.poisson.ppf(stats.norm.cdf(score), mean), 0)).all()


@pytest.mark.parametrize("mean", [0.02, 1.0, 5.0, 300.0])
def test_quantiles_of_poisson_scores_step_where_the_distribution_does(mean):
    """A score a billionth below the probability of at most k gives k, and one above it k + 1."""
    steps = stats.norm.ppf(stats.poisson.cdf(np.arange(400), mean))
    steps = steps[np.abs(steps) < 5]
    below, above = (laws.Poisson(mean).scores(steps[None] + change, 1.0)[0] for change in (-1e-9, 1e-9))
    assert (above == below + 1).all()
    np.testing.assert_allclose(stats.poisson.cdf(below, mean), stats.norm.cdf(steps), rtol=1e-9)


@pytest.mark.parametrize("law", [laws.Normal(25.0, 2.5), laws.Gamma(25.0, 6.25), laws.Lognormal(25.0, 6.25)])
def test_parts_of_a_period_add_up_to_the_moments_of_a_period(law):
    sums = drawn(law, steps=4, replications=40_000, step=0.25).sum(axis=0).ravel()
    spread = (sums - 25.0) ** 2
    assert abs(sums.mean() - 25.0) < 4 * law.sd / np.sqrt(sums.size)
    assert abs(spread.mean() - law.sd**2) < 4 * spread.std() / np.sqrt(sums.size)


@pytest.mark.parametrize(("name", "parts"), [("gamma", 5), ("poisson", 2)])
def test_parts_of_divisible_laws_add_up_to_the_law(name, parts):
    law, distribution = LAWS[name]
    follows(drawn(law, steps=parts, replications=20_000, step=1 / parts).sum(axis=0).ravel(), distribution)


@pytest.mark.parametrize("law", [laws.Normal([3.0, 0.0]), laws.Gamma([3.0, 0.0]), laws.Lognormal([3.0, 0.0])])
def test_a_law_without_spread_is_constant_and_a_mean_of_zero_gives_nothing(law):
    assert (drawn(law, steps=3, lanes=2, replications=2) == [[[3.0], [0.0]]] * 3).all()
    assert (drawn(laws.Correlated(law, 0.5), steps=3, lanes=2, replications=2) == [[[3.0], [0.0]]] * 3).all()


def test_a_negative_normal_draw_counts_as_zero():
    values = drawn(laws.Normal(1.0, 2.0), replications=40_000).ravel()
    assert values.min() == 0 and abs((values == 0).mean() - stats.norm.cdf(-0.5)) < 4 * 0.5 / 200


def test_lanes_have_their_own_moments():
    law = laws.Gamma([10.0, 40.0], [1.0, 8.0])
    values = drawn(law, steps=100, lanes=2, replications=100)
    for lane, (mean, sd) in enumerate(((10.0, 1.0), (40.0, 8.0))):
        follows(values[:, lane].ravel(), stats.gamma((mean / sd) ** 2, scale=sd**2 / mean))


def test_blocks_of_a_record_keep_its_order_and_use_every_value_alike():
    record = np.arange(13.0)
    values = drawn(laws.Record(record, block=5), steps=40, replications=2000)[:, 0]
    blocks = values.reshape(8, 5, 2000)
    assert ((np.diff(blocks, axis=1) % 13) == 1).all()
    first = blocks[:, 0]
    assert stats.chisquare(np.bincount(first.astype(int).ravel(), minlength=13)).pvalue > 1e-4
    assert abs(np.corrcoef(first[0], first[1])[0, 1]) < 4 / np.sqrt(2000)


def test_lanes_of_a_record_are_resampled_together():
    values = drawn(
        laws.Record([[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]], block=2), steps=9, lanes=2, replications=50
    )
    assert (values[:, 1] == 10 * values[:, 0]).all() and len(np.unique(values[0, 0])) == 4


@pytest.mark.parametrize("block", [1, 3, 10])
def test_a_record_with_a_season_keeps_its_place_in_the_season(block):
    """17 values hold two seasons of 7; the other 3 are left out, or a block that runs over the end lost its place."""
    values = drawn(laws.Record(np.arange(17.0), block=block, season=7), steps=60, replications=200)[:, 0]
    assert (values % 7 == np.arange(60)[:, None] % 7).all()
    assert set(np.unique(values)) == set(range(14))


def test_parts_of_a_period_on_record_are_equal():
    whole = drawn(laws.Record([2.0, 4.0, 8.0]), steps=16, replications=9)
    halves = drawn(laws.Record([2.0, 4.0, 8.0]), steps=32, replications=9, step=0.5)
    assert (halves[::2] == halves[1::2]).all()
    assert (halves[::2] * 2 == whole).all()


@pytest.mark.parametrize("parts", [1, 2])
def test_a_season_multiplies_the_draws_of_its_periods(parts):
    law = laws.Seasonal(laws.Normal(6.0), [[1.0, 0.5, 0.0], [2.0, 1.0, 1.0]])
    values = drawn(law, steps=4 * parts, lanes=2, step=1 / parts)[..., 0].reshape(4, parts, 2).sum(axis=1)
    assert law.lanes == 2 and values.tolist() == [[6, 12], [3, 6], [0, 6], [6, 12]]


def test_given_values_come_as_they_are():
    one = laws.Given([1.0, 2.0])
    assert drawn(one, steps=2, lanes=2, replications=2).tolist() == [[[1, 1], [1, 1]], [[2, 2], [2, 2]]]
    each = laws.Given([[1.0, 2.0], [3.0, 4.0]])
    assert drawn(each, steps=2, lanes=2, replications=2).tolist() == [[[1, 3], [1, 3]], [[2, 4], [2, 4]]]
    lanes = laws.Given(np.arange(8.0).reshape(2, 2, 2))
    assert lanes.lanes == 2 and drawn(lanes, steps=2, lanes=2, replications=2)[1].tolist() == [[1, 3], [5, 7]]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: laws.Normal(-1.0, 1.0), "mean must be finite and >= 0; got -1.0"),
        (lambda: laws.Gamma(1.0, np.nan), "sd must be finite and >= 0; got nan"),
        (lambda: laws.Gamma([1.0, 0.0], 1.0), "mean must be > 0 where sd > 0; got 0.0 at 1"),
        (lambda: laws.Lognormal(0.0, 1.0), "mean must be > 0 where sd > 0; got 0.0"),
        (lambda: laws.Poisson(np.inf), "mean must be finite and >= 0; got inf"),
        (lambda: laws.Poisson(4.0, 2.0), "sd must be left out for a Poisson law; got 2.0"),
        (lambda: laws.Correlated(laws.Poisson(4.0), 1.0), "correlation must be in (-1, 1); got 1.0"),
        (lambda: laws.Seasonal(laws.Poisson(4.0), [1.0, -2.0]), "factors must be finite and >= 0; got -2.0 at 1"),
        (lambda: laws.Seasonal(laws.Poisson(4.0), 2.0), "factors must be one row of factors, or one a lane; got 2.0"),
        (lambda: laws.Record([]), "values must be a record, or one a lane; got (0,)"),
        (lambda: laws.Record([1.0, np.nan]), "values must be finite and >= 0; got nan at 1"),
        (lambda: laws.Record([1.0, 2.0], season=3), "season must be from 1 to 2; got 3"),
        (lambda: laws.Record([1.0, 2.0], block=0), "block must be >= 1; got 0"),
        (lambda: laws.Given(np.zeros((1, 1, 1, 1))), "values must be of one to three dimensions; got (1, 1, 1, 1)"),
        (lambda: laws.law_of("demand", "many"), "demand must be finite and >= 0; got 'many'"),
        (
            lambda: drawn(laws.law_of("demand", stats.norm(0.0, 1.0)), replications=50),
            "draws of the distribution must be >=",
        ),
        (lambda: drawn(laws.law_of("demand", GAMMA), step=0.5), "step must be 1 with a SciPy distribution"),
    ],
)
def test_a_law_refuses_in_a_sentence(make, said):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value).startswith(said)
