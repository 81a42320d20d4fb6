"""Random draws: equal on every machine, with the stated moments."""

import numpy as np
import pytest

from twin import demand, newsvendor, simulate

MANY = dict(samples=400_000, seed=71)


def has_moments(draws, mean, sd):
    mean_agrees = simulate.estimate(draws).agrees(mean)
    return mean_agrees and simulate.estimate((draws - mean) ** 2).agrees(sd**2)


def test_the_generator_is_the_documented_one():
    """PCG64 seeded with a whole number: NumPy guarantees that this stream does not change."""
    expected = np.random.Generator(np.random.PCG64(7)).standard_normal(3)
    np.testing.assert_array_equal(simulate.generator(7).standard_normal(3), expected)


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: simulate.demand(100.0, 25.0, samples=50, seed=seed),
        lambda seed: simulate.lead_times(3.0, 1.0, samples=50, seed=seed),
        lambda seed: simulate.lead_time_demand(100.0, 25.0, np.full(50, 3.0), seed=seed),
        lambda seed: simulate.workload(np.full(50, 100), 0.3, seed=seed),
        lambda seed: simulate.resample(np.arange(100.0), samples=50, seed=seed),
        lambda seed: simulate.profits(120, 100, 30, margin=35, holding_cost=5, sla_penalty=20, samples=50, seed=seed),
    ],
    ids=["demand", "lead_times", "lead_time_demand", "workload", "resample", "profits"],
)
def test_a_seed_fixes_the_draws_and_another_changes_them(draw):
    np.testing.assert_array_equal(draw(5), draw(5))
    assert np.any(draw(5) != draw(6))
    assert draw(5).shape == (50,)


def test_moments_of_demand():
    assert has_moments(simulate.demand(100.0, 25.0, **MANY), 100.0, 25.0)


def test_moments_of_lead_times():
    draws = simulate.lead_times(3.0, 1.2, **MANY)
    assert has_moments(draws, 3.0, 1.2)
    assert draws.min() > 0
    np.testing.assert_array_equal(simulate.lead_times(3.0, 0.0, samples=4, seed=1), 3.0)


def test_lead_times_of_hardly_any_spread_are_their_mean_and_of_too_much_are_refused():
    np.testing.assert_array_equal(simulate.lead_times(1.0, 1e-170, samples=4, seed=1), 1.0)
    np.testing.assert_allclose(simulate.lead_times(1.0, 1e-12, samples=4, seed=1), 1.0, rtol=1e-10)
    for mean, sd in ((1.0, 1e200), (1e-300, 1.0), (1e-200, 1e-199)):
        with pytest.raises(ValueError, match=r"^sd must be such that sd\^2 / mean is a positive finite number; got "):
            simulate.lead_times(mean, sd, samples=4, seed=1)


def test_moments_of_demand_over_a_fixed_lead_time():
    total = demand.lead_time_demand(100.0, 25.0, 4.0)
    assert has_moments(simulate.lead_time_demand(100.0, 25.0, np.full(400_000, 4.0), seed=72), *total)


def test_moments_of_returns_of_a_fixed_shipment():
    draws = simulate.workload(np.full(400_000, 50), 0.3, seed=73)
    assert has_moments(draws, 65.0, np.sqrt(50 * 0.3 * 0.7))


def test_resampling_keeps_to_the_record():
    draws = simulate.resample([1.0, 2.0, 2.0, 10.0], **MANY)
    assert set(draws) == {1.0, 2.0, 10.0}
    assert simulate.estimate(draws == 2.0).agrees(0.5)


def test_eq_5_5_profits_draw_by_draw():
    """The two-piece form equals margin, leftovers and shortage written out."""
    arguments = dict(samples=200_000, seed=74)  # more than one block
    x = simulate.demand(100.0, 30.0, **arguments)
    witness = 35 * np.minimum(x, 120) - 5 * np.maximum(120 - x, 0) - 20 * np.maximum(x - 120, 0)
    draws = simulate.profits(120, 100, 30, margin=35, holding_cost=5, sla_penalty=20, **arguments)
    np.testing.assert_allclose(draws, witness, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("capacity", [0.0, 90.0, 150.0])
def test_eq_5_5_expected_profit_in_closed_form(capacity):
    draws = simulate.profits(capacity, 100, 25, margin=35, holding_cost=18.5, sla_penalty=2000, **MANY)
    closed = 35 * 100 - newsvendor.expected_cost(capacity, 100.0, 25.0, 2035.0, 18.5)
    assert simulate.estimate(draws).agrees(closed)


def test_an_estimate_carries_its_error():
    values = simulate.demand(100.0, 25.0, samples=10_000, seed=75)
    mean, error = simulate.estimate(values)
    assert (mean, error) == (pytest.approx(values.mean()), pytest.approx(values.std(ddof=1) / 100, rel=1e-12))
    found = simulate.estimate(values)
    assert found.agrees(mean + 3.9 * error)
    assert not found.agrees(mean + 4.1 * error)
    assert not found.agrees(mean - 4.1 * error)
    assert found.agrees(mean - 4.1 * error, errors=5)


def test_an_estimate_of_equal_values_agrees_with_them_alone():
    constant = simulate.estimate([3.0, 3.0, 3.0])
    assert constant.agrees(3.0)
    assert not constant.agrees(3.001)


# --- disruption ---------------------------------------------------------------------------------------------


def test_disrupted_flow_by_hand():
    served = simulate.disrupted_flow([100.0] * 6, [100, 50, 50, 120, 60, 100], 60.0)
    assert served.tolist() == [100, 100, 60, 100, 80, 100]  # the stock refills by 20 in the fourth period


def test_disrupted_flow_stock_never_refills_beyond_its_start():
    assert simulate.disrupted_flow([100.0] * 4, [500, 500, 40, 40], 50.0).tolist() == [100, 100, 90, 40]


def test_disrupted_flow_serves_no_more_than_demand_or_supply():
    rng = simulate.generator(76)
    wanted, capacity = rng.uniform(0, 100, (2, 50, 30))
    stock = rng.uniform(0, 200, 50)
    served = simulate.disrupted_flow(wanted, capacity, stock)
    assert np.all((served >= 0) & (served <= wanted))
    assert np.all(np.cumsum(served, axis=-1) <= stock[:, np.newaxis] + np.cumsum(capacity, axis=-1) + 1e-9)
    one_by_one = [simulate.disrupted_flow(*lane) for lane in zip(wanted, capacity, stock, strict=True)]
    np.testing.assert_array_equal(served, one_by_one)


def test_disrupted_flow_without_disruption_is_demand():
    wanted = [30.0, 80.0, 100.0]
    assert simulate.disrupted_flow(wanted, 100.0 + np.zeros(3), 0.0).tolist() == wanted
