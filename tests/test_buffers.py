"""Safety stock from service and service from safety stock, against quadrature, exact covariance and simulation."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy.integrate import quad

from twin import buffers, cooperation, demand, simulate

NORMAL = NormalDist()
LEVELS = [0.01, 0.3, 0.5, 0.9, 0.95, 0.99, 0.9999]


@pytest.mark.parametrize("level", LEVELS)
def test_eq_2_3_safety_stock_and_cycle_service_are_inverse(level):
    stock = buffers.safety_stock(25.0, level)
    assert stock == pytest.approx(25 * NORMAL.inv_cdf(level), rel=1e-9, abs=1e-12)
    assert buffers.cycle_service_level(stock, 25.0) == pytest.approx(level, rel=1e-12)


def test_eq_2_3_cycle_service_by_simulation():
    total = demand.lead_time_demand(100.0, 30.0, 4.0)
    draws = simulate.lead_time_demand(100.0, 30.0, np.full(400_000, 4.0), seed=31)
    stock = buffers.safety_stock(total.sd, 0.95)
    assert simulate.estimate(draws <= total.mean + stock).agrees(0.95)
    shortage = np.maximum(draws - total.mean - stock, 0)
    assert simulate.estimate(shortage).agrees(buffers.expected_shortage(stock, total.sd))
    assert simulate.estimate(1 - shortage / 400.0).agrees(buffers.fill_rate(stock, total.sd, 400.0))
    assert simulate.estimate(20 * shortage).agrees(buffers.penalty_cost(stock, total.sd, 20.0))


@pytest.mark.parametrize("stock", [-40.0, 0.0, 10.0, 80.0])
def test_eq_2_4_expected_shortage_by_quadrature(stock):
    witness, _ = quad(lambda x: (x - stock) * NORMAL.pdf(x / 25) / 25, stock, 300.0, epsrel=1e-11, epsabs=0)
    assert buffers.expected_shortage(stock, 25.0) == pytest.approx(witness, rel=1e-8)
    assert buffers.penalty_cost(stock, 25.0, 20.0) == pytest.approx(20 * witness, rel=1e-8)
    assert buffers.fill_rate(stock, 25.0, 100.0) == pytest.approx(1 - witness / 100, rel=1e-8)


def test_shortage_limits():
    assert buffers.expected_shortage(0.0, 25.0) == pytest.approx(25 * NORMAL.pdf(0), rel=1e-15)
    np.testing.assert_array_equal(buffers.expected_shortage([-7.0, 0.0, 7.0], 0.0), [7.0, 0.0, 0.0])


@pytest.mark.parametrize("fill_rate", [0.01, 0.5, 0.9, 0.98, 0.999, 1 - 1e-9])
@pytest.mark.parametrize("quantity", [5.0, 100.0, 5000.0])
def test_eq_2_5_stock_from_fill_rate_and_back(fill_rate, quantity):
    stock = buffers.safety_stock_for_fill_rate(fill_rate, 25.0, quantity)
    missed = buffers.expected_shortage(stock, 25.0) / quantity
    assert missed == pytest.approx(1 - fill_rate, rel=1e-9)
    assert buffers.fill_rate(stock, 25.0, quantity) == pytest.approx(fill_rate, rel=1e-12)


def test_eq_2_5_stock_from_fill_rate_grows_with_the_target():
    targets = np.linspace(0.01, 0.9999, 500)
    assert np.all(np.diff(buffers.safety_stock_for_fill_rate(targets, 25.0, 100.0)) > 0)


def test_fill_rate_is_zero_where_the_expected_shortage_exceeds_the_lot():
    assert buffers.fill_rate(-1000.0, 25.0, 100.0) == 0.0


def test_a_stock_has_a_fill_rate_far_above_its_cycle_service_level():
    stock = buffers.safety_stock(707.1068, 0.9214)
    assert buffers.fill_rate(stock, 707.1068, 10_000.0) > 0.997


# --- pooling ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.4, 1.0])
def test_eq_2_6_root_sum_of_squares_is_the_sum_of_the_covariance_matrix(rho):
    sd = np.array([10.0, 20.0, 30.0, 40.0])
    covariance = np.outer(sd, sd) * (rho + (1 - rho) * np.eye(4))
    assert buffers.root_sum_of_squares(sd, rho) == pytest.approx(np.sqrt(covariance.sum()), rel=1e-12)


def test_eq_2_6_limits():
    assert buffers.root_sum_of_squares([7.0]) == 7.0
    assert buffers.root_sum_of_squares([3.0, 4.0], 1.0) == 7.0
    assert buffers.root_sum_of_squares([5.0, 5.0], -1.0) == 0.0
    assert buffers.root_sum_of_squares([6.0, 6.0, 6.0], -0.5) == pytest.approx(0.0, abs=1e-7)


@pytest.mark.parametrize(("count", "lowest"), [(2, -1.0), (3, -0.5), (5, -0.25)])
def test_eq_2_6_a_correlation_below_the_lowest_common_one_is_refused(count, lowest):
    assert buffers.root_sum_of_squares(np.ones(count), lowest) == pytest.approx(0.0, abs=1e-7)
    with pytest.raises(ValueError, match=rf"^correlation must be in \[{lowest:.4g}, 1\]; got "):
        buffers.root_sum_of_squares(np.ones(count), lowest - 0.1)


@pytest.mark.parametrize("size", [1e-200, 1e-160, 1.0, 1e160, 1e200, 1e307])
def test_eq_2_6_scales_with_its_unit_however_large(size):
    assert buffers.root_sum_of_squares([3 * size, 4 * size]) == pytest.approx(5 * size, rel=1e-15)
    assert buffers.root_sum_of_squares([3 * size, 4 * size], 1.0) == pytest.approx(7 * size, rel=1e-15)
    mixed = buffers.root_sum_of_squares([[3 * size, 4 * size], [3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(mixed, [5 * size, 5.0, 0.0], rtol=1e-15)


def test_eq_2_6_many_pools_at_once():
    sd, rho = np.array([[3.0, 4.0], [5.0, 12.0]]), np.array([0.0, 0.5])
    pools = buffers.root_sum_of_squares(sd, rho)
    assert pools.shape == (2,)
    assert pools.tolist() == [buffers.root_sum_of_squares(sd[i], rho[i]) for i in range(2)]
    assert isinstance(buffers.root_sum_of_squares([3.0, 4.0]), float)


@pytest.mark.parametrize(
    ("rho", "left", "helped"),
    [
        (-0.5, 4.5336, 10.7206),
        (0.0, 8.7723, 6.4819),
        (0.3, 10.9246, 4.3296),
        (0.5, 12.2465, 3.0077),
        (0.8, 14.0957, 1.1585),
        (0.99, 15.1975, 0.0567),
    ],
)
def test_two_partners_help_each_other_less_when_they_peak_together(rho, left, helped):
    alone = 2 * cooperation.expected_overflow(100.0, 30.0, 110.0)
    pooled = cooperation.expected_overflow(200.0, buffers.root_sum_of_squares([30.0, 30.0], rho), 220.0)
    assert alone == pytest.approx(15.2542, abs=5e-5)
    assert pooled == pytest.approx(left, abs=5e-5)
    assert alone - pooled == pytest.approx(helped, abs=5e-5)


# --- capacity -----------------------------------------------------------------------------------------------


def test_required_capacity_turns_a_flow_into_a_stock():
    assert buffers.required_capacity(140.0, 41.0) == 181.0
    assert buffers.required_capacity(140.0, 41.0, 3.0) == 461.0
    assert buffers.required_capacity(140.0, -200.0) == 0.0
    day = buffers.required_capacity(140.0, 41.0, 7.0)  # a dwell time of seven days, or of one week
    assert buffers.required_capacity(7 * 140.0, 41.0, 1.0) == day


@pytest.mark.parametrize("z", [-8.0, -1.0, 0.0, 0.5, 3.0, 10.0, 20.0])
def test_stock_from_fill_rate_and_back_far_into_both_tails(z):
    shortage = buffers.expected_shortage(z, 1.0)
    quantity = shortage / 0.01
    assert buffers.safety_stock_for_fill_rate(0.99, 1.0, quantity) == pytest.approx(z, rel=1e-8, abs=1e-8)


def test_cycle_service_level_ten_deviations_below_the_mean():
    assert buffers.cycle_service_level(-1000.0, 100.0) == pytest.approx(7.61985302416e-24, rel=1e-9)
