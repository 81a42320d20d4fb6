"""Moments of the space of a lane, against quadrature, draws of a bivariate normal, and days simulated one by one."""

import numpy as np
import pytest
from day_by_day import base_stock, mean_and_error
from scipy import integrate, stats

from twin import buffers, cooperation, demand, space

MEAN, SD, LEAD = 100.0, 20.0, 4


def test_goods_in_process_of_whole_periods_are_lead_time_demand():
    for dwell in (0.0, 1.0, 3.0):
        ours, theirs = space.goods_in_process(MEAN, SD, dwell), demand.lead_time_demand(MEAN, SD, dwell)
        assert ours == pytest.approx(theirs, rel=1e-12)


def test_goods_in_process_of_a_fraction_weight_the_oldest_period():
    rng = np.random.default_rng(3)
    goods = rng.normal(MEAN, SD, (400_000, 3)) @ [1.0, 1.0, 0.4]
    found = space.goods_in_process(MEAN, SD, 2.4)
    assert goods.mean() == pytest.approx(found.mean, abs=4 * goods.std() / 400_000**0.5)
    assert goods.std() == pytest.approx(found.sd, rel=4 / (2 * 400_000) ** 0.5)


def test_returns_are_the_workload_less_demand():
    mean, sd = space.returns(MEAN, SD, 0.2)
    load = demand.workload(MEAN, SD, 0.2)
    assert mean == pytest.approx(load.mean - MEAN)
    assert sd**2 + SD**2 + 2 * 0.2 * SD**2 == pytest.approx(load.sd**2, rel=1e-12)


@pytest.mark.parametrize("stock", [-60.0, -5.0, 0.0, 30.0, 200.0])
def test_stock_on_hand_by_quadrature(stock):
    density = stats.norm(0, 25).pdf
    first, second = (
        integrate.quad(lambda y, k=k: (stock - y) ** k * density(y), -400, stock, epsabs=1e-12)[0] for k in (1, 2)
    )
    found = space.stock_on_hand(stock, 25.0)
    assert found.mean == pytest.approx(first, rel=1e-8, abs=1e-9)
    assert found.sd == pytest.approx(np.sqrt(second - first**2), rel=1e-6, abs=1e-6)


def test_stock_on_hand_without_uncertainty():
    assert [tuple(map(float, space.stock_on_hand(stock, 0.0))) for stock in (-5.0, 0.0, 5.0)] == [
        (0, 0),
        (0, 0),
        (5, 0),
    ]


def test_stock_space_against_draws():
    """The moments are exact for a normal pair, and the covariance is that of Stein's lemma."""
    rng = np.random.default_rng(5)
    joint = 0.6 * 40 * 25
    y, goods = rng.multivariate_normal([0, 120], [[1600, joint], [joint, 625]], 1_000_000).T
    drawn = np.maximum(30 - y, 0) + goods
    found = space.stock_space(30.0, 40.0, 120.0, 25.0, joint)
    assert drawn.mean() == pytest.approx(found.mean, abs=4 * drawn.std() / 1000)
    assert drawn.std() == pytest.approx(found.sd, rel=4 / (2e6) ** 0.5)


@pytest.mark.parametrize("return_rate", [0.0, 0.18])
def test_both_bases_day_by_day(return_rate):
    """Mean space at the peak is the required capacity plus the backlog; both sds are within 2 % of the simulated."""
    exposed = demand.lead_time_demand(MEAN, SD, LEAD)
    stock = buffers.safety_stock(exposed.sd, 0.9)
    path = base_stock(exposed.mean + stock, MEAN, SD, lead_time=LEAD, return_rate=return_rate)
    back, load = space.returns(MEAN, SD, return_rate), demand.workload(MEAN, SD, return_rate)
    peak = space.stock_space(stock, exposed.sd, *load, (1 + return_rate) * SD**2)
    close = space.stock_space(stock, exposed.sd, *back, return_rate * SD**2)
    backlog = buffers.expected_shortage(stock, exposed.sd)
    assert peak.mean == pytest.approx(buffers.required_capacity(load.mean, stock) + backlog)
    for found, values in ((peak, path["peak"]), (close, path["close"] + path["returned"])):
        mean, error = mean_and_error(values)
        assert mean == pytest.approx(found.mean, abs=4 * error)
        assert values.std() == pytest.approx(found.sd, rel=0.02)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_overflow_of_normal_space_day_by_day(share):
    """With normal demand and a constant lead time, the normal overflow is within 6 % if it comes every fifth day."""
    exposed = demand.lead_time_demand(MEAN, SD, LEAD)
    stock = buffers.safety_stock(exposed.sd, 0.95)
    path = base_stock(exposed.mean + stock, MEAN, SD, lead_time=LEAD)
    need = space.stock_space(stock, exposed.sd, MEAN, SD, SD**2)
    places = np.quantile(path["peak"], share)
    simulated = np.maximum(path["peak"] - places, 0).mean()
    assert cooperation.expected_overflow(*need, places) == pytest.approx(simulated, rel=0.06)
    assert cooperation.overflow_probability(*need, places) == pytest.approx(1 - share, abs=0.03)


def test_review_stock_is_uniform_on_the_periods_that_wait():
    waits = 10.0 * np.arange(7)
    assert space.review_stock(10.0, 7.0) == pytest.approx((waits.mean(), waits.std()))
    assert tuple(map(float, space.review_stock(10.0, 0.0))) == (0.0, 0.0)


def test_a_covariance_beyond_the_sds_is_refused():
    with pytest.raises(ValueError, match=r"^covariance must be at most the product of the two sds; got 5.0$"):
        space.stock_space(1.0, 2.0, 3.0, 2.0, 5.0)
