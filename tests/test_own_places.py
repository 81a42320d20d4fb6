"""Own places against a partner's: critical ratios by enumeration of costs over drawn needs."""

import numpy as np
import pytest

from twin import own_places, reservation
from twin.newsvendor import best_quantity

MEAN, SD = 142.0, 25.4


def least(cost_of_a_period):
    """Return the number of places of least mean cost over drawn needs, with the cost of each need given places."""
    needs = np.random.default_rng(2).normal(MEAN, SD, (200_000, 1))
    places = np.linspace(100, 220, 481)
    costs = np.array([cost_of_a_period(needs, each).mean() for each in places])
    return places[costs.argmin()], costs.min()


@pytest.mark.parametrize("used", [0.0, 2.5])
def test_eq_3_7_a_place_paid_always(used):
    """c for each place, v for each used one, the whole price p at the partner's."""
    c, p = 2.5, 11.5
    places, cost = least(lambda x, own: c * own + used * np.minimum(x, own) + p * np.maximum(x - own, 0.0))
    best = own_places.best_places(MEAN, SD, c, p, used)
    assert best == pytest.approx(places, abs=0.6)
    assert own_places.places_cost(best, MEAN, SD, c, p, used) == pytest.approx(cost, rel=2e-3)
    assert own_places.overflow_ratio(c, p, used) == pytest.approx(c / (p - used))


def test_eq_1_1_a_place_paid_only_when_idle():
    c, s = 2.5, 7.5
    places, _ = least(lambda x, own: c * np.maximum(own - x, 0.0) + s * np.maximum(x - own, 0.0))
    assert best_quantity(MEAN, SD, s, c) == pytest.approx(places, abs=0.6)
    assert own_places.overflow_ratio_if_idle(c, s) == pytest.approx(c / (s + c))


def test_the_two_ratios_of_a_busy_lane():
    """$2.50 a place and $9 surcharge: 78.3 % if holding is the rent, 72.2 % if holding comes on top."""
    for used, level in ((0.0, 0.783), (2.5, 0.722)):
        assert 1 - own_places.overflow_ratio(2.5, 11.5, used) == pytest.approx(level, abs=5e-4)


def test_rent_is_not_charged_twice():
    always, used = own_places.place_prices(2.5, [0.0, 4.0])
    assert always.tolist() == [2.5, 4.0] and used.tolist() == [0.0, 2.5]


def test_a_partner_that_is_not_dearer_gets_everything():
    assert own_places.best_places(MEAN, SD, 5.0, 4.0) == 0.0
    assert own_places.overflow_ratio(5.0, 4.0) == 1.0


def test_eq_3_7_without_a_price_of_use_is_best_capacity():
    assert own_places.best_places(MEAN, SD, 10.0, 25.0) == reservation.best_capacity(MEAN, SD, 10.0, 25.0)


def test_a_place_that_costs_more_in_use_than_the_partner_is_refused():
    with pytest.raises(ValueError, match=r"^used must be at most the partner's price; got 12.0$"):
        own_places.places_cost(100.0, MEAN, SD, 1.0, 11.5, 12.0)
