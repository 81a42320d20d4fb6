"""Pools, contracts and terms of an alliance against loops over coalitions, and the labels of their results."""

import numpy as np
import pandas as pd
import pytest
from games import is_stable, number, subsets

from twin.games import alliance, allocation, joint_demand, mutual_help, pooling, stability
from twin.games.coalitions import all_coalitions

NEEDS = np.random.default_rng(87).gamma(3.0, 30.0, (40, 3))
PLACES = np.array([90.0, 100.0, 80.0])
RESERVING = alliance.Pool(NEEDS, 4.0, reservation_cost=1.0)
LENDING = alliance.Pool(NEEDS, 4.0, internal_capacity=PLACES)
NAMES, WEEKS = ["north", "south", "west"], pd.date_range("2024-01-01", periods=len(NEEDS), freq="W")
TABLE = pd.DataFrame(NEEDS, index=WEEKS, columns=NAMES)
OWN = pd.Series(PLACES, index=NAMES)


# --- pools and contracts ------------------------------------------------------------------------------------


def test_a_pool_keeps_a_copy_of_its_arrays():
    needs, places = NEEDS.copy(), PLACES.copy()
    pool = alliance.Pool(needs, 4.0, internal_capacity=places)
    needs[:], places[:] = 0.0, 0.0
    np.testing.assert_array_equal(pool.needs, NEEDS)
    np.testing.assert_array_equal(pool.internal_capacity, PLACES)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"needs": NEEDS[:1]}, "needs must be a table of at least two periods"),
        ({"needs": NEEDS[:, :1]}, "needs must be a table of at least two periods"),
        ({"needs": -NEEDS}, "needs must be finite and >= 0"),
        ({"partner_surcharge": -1.0}, "partner_surcharge must be finite and >= 0"),
        ({"reservation_cost": 0.0}, "reservation_cost must be finite and > 0"),
        ({"reservation_cost": None}, "reservation_cost or internal_capacity must be given, one of them"),
        ({"internal_capacity": PLACES}, "reservation_cost or internal_capacity must be given, one of them"),
        ({"reservation_cost": None, "internal_capacity": PLACES[:2]}, "internal_capacity must be a number for each"),
    ],
)
def test_invalid_pools_are_refused(given, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        alliance.Pool(**{"needs": NEEDS, "partner_surcharge": 4.0, "reservation_cost": 1.0, **given})


def test_costs_are_those_of_pooling_and_a_surcharge_can_be_overridden():
    members = all_coalitions(3)
    for surcharge in (4.0, 9.0):
        reserved = pooling.capacity_cost_on_record(members, NEEDS, 1.0, surcharge)
        lent = pooling.overflow_cost_on_record(members, NEEDS, PLACES, surcharge)
        np.testing.assert_array_equal(RESERVING.costs(partner_surcharge=surcharge), reserved)
        np.testing.assert_array_equal(LENDING.costs(partner_surcharge=surcharge), lent)
    np.testing.assert_array_equal(RESERVING.costs(), RESERVING.costs(partner_surcharge=4.0))


def test_normal_costs_take_the_moments_of_the_record_and_any_correlation():
    members, mean, covariance = all_coalitions(3), NEEDS.mean(axis=0), np.cov(NEEDS, rowvar=False)
    np.testing.assert_allclose(RESERVING.normal_costs(), pooling.capacity_cost(members, mean, covariance, 1.0, 4.0))
    np.testing.assert_allclose(LENDING.normal_costs(), pooling.overflow_cost(members, mean, covariance, PLACES, 4.0))
    independent = np.diag(np.diag(covariance))
    for correlation in (0.0, np.eye(3)):
        witness = pooling.capacity_cost(members, mean, independent, 1.0, 4.0)
        np.testing.assert_allclose(RESERVING.normal_costs(correlation), witness, rtol=1e-12)


@pytest.mark.parametrize("pool", [RESERVING, LENDING], ids=["reserving", "lending"])
def test_a_contract_has_every_rule_with_its_stability(pool):
    contract = alliance.assess(pool)
    assert set(contract.shares) == set(contract.leaving) == set(contract.stable) == set(alliance.RULES)
    np.testing.assert_array_equal(contract.costs, pool.costs())
    np.testing.assert_array_equal(contract.alone, contract.costs[[1, 2, 4]])
    assert contract.saving == pytest.approx(contract.alone.sum() - contract.costs[-1], rel=1e-14)
    for rule, shares in contract.shares.items():
        assert contract.stable[rule] == is_stable(contract.costs, shares)
        gains = {number(m): sum(shares[i] for i in m) - contract.costs[number(m)] for m in subsets(3)[:-1]}
        assert contract.leaving[rule].gain == pytest.approx(max(gains.values()), abs=1e-9)


def test_the_covariance_rule_is_left_out_if_the_pool_does_not_vary():
    balanced = np.column_stack((NEEDS[:, 0], 500.0 - NEEDS[:, 0]))
    contract = alliance.assess(alliance.Pool(balanced, 4.0, reservation_cost=1.0))
    assert set(alliance.RULES) - set(contract.shares) == {"covariance"}


# --- terms and joining --------------------------------------------------------------------------------------


def test_terms_are_the_mean_exchange_and_its_acceptable_prices():
    terms = alliance.terms(LENDING, 1.0)
    over, free = np.maximum(NEEDS - PLACES, 0.0), np.maximum(PLACES - NEEDS, 0.0)
    helped = np.minimum(over.sum(axis=1), free.sum(axis=1)).mean()
    assert terms.lent.sum() == pytest.approx(helped, rel=1e-12)
    assert terms.received.sum() == pytest.approx(helped, rel=1e-12)
    at_low, at_high = (mutual_help.net_saving(terms.lent, terms.received, price, 1.0, 4.0) for price in terms.prices)
    assert terms.prices.low == 0.0 and at_low.min() >= 0.0
    assert at_high.min() == pytest.approx(0.0, abs=1e-12)  # one partner is indifferent at the highest price
    with pytest.raises(ValueError, match="pool must be one whose partners keep what they have"):
        alliance.terms(RESERVING, 1.0)


def test_terms_depend_on_the_share_offered():
    whole, half, none = (alliance.terms(LENDING, 1.0, offered) for offered in (1.0, 0.5, 0.0))
    assert 0.0 == none.lent.sum() < half.lent.sum() < whole.lent.sum()
    np.testing.assert_array_equal(alliance.terms(LENDING, 1.0, np.full(3, 0.5)).lent, half.lent)


@pytest.mark.parametrize("rule", [allocation.shapley, allocation.equal_savings])
def test_eq_8_19_change_of_payments_when_a_partner_joins(rule):
    costs, change = RESERVING.costs(), alliance.joining(RESERVING.costs(), rule)
    for partner in range(3):
        first, second = others = [i for i in range(3) if i != partner]
        before = rule([0.0, costs[1 << first], costs[1 << second], costs[number(others)]])
        witness = rule(costs)
        witness[others] -= before
        witness[partner] -= costs[1 << partner]
        np.testing.assert_allclose(change[partner], witness, rtol=1e-12)


def test_expected_share_saved_falls_with_correlation_and_has_its_bounds():
    saved = alliance.expected_share_saved(RESERVING, [-0.5, 0.0, 0.5, 1.0])
    assert np.all(np.diff(saved) < 0) and saved[-1] == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ValueError, match=r"^correlation must be in \[-0.5, 1\]; got -0.6"):
        alliance.expected_share_saved(RESERVING, [-0.6])  # below -1/2, impossible for three partners


# --- labels -------------------------------------------------------------------------------------------------


def test_a_contract_of_a_dataframe_has_the_names_of_its_partners():
    plain, named = alliance.assess(RESERVING), alliance.assess(alliance.Pool(TABLE, 4.0, reservation_cost=1.0))
    pd.testing.assert_series_equal(named.alone, pd.Series(plain.alone, index=NAMES))
    for rule, shares in plain.shares.items():
        pd.testing.assert_series_equal(named.shares[rule], pd.Series(shares, index=NAMES))
    assert named.stable == plain.stable


def test_terms_of_a_dataframe_have_the_names_of_its_partners():
    plain, pool = alliance.terms(LENDING, 1.0, 0.5), alliance.Pool(TABLE, 4.0, internal_capacity=OWN)
    for offered in (0.5, pd.Series(0.5, index=NAMES)):
        named = alliance.terms(pool, 1.0, offered)
        pd.testing.assert_series_equal(named.lent, pd.Series(plain.lent, index=NAMES))
        assert named.prices == pytest.approx(plain.prices, rel=1e-12)
    pd.testing.assert_series_equal(
        pool.scarcity_prices(), pd.Series(LENDING.scarcity_prices(), index=WEEKS), check_freq=False
    )


def test_functions_of_games_label_periods_and_partners():
    lent = mutual_help.exchange(TABLE, OWN).lent
    pd.testing.assert_frame_equal(lent, pd.DataFrame(mutual_help.exchange(NEEDS, PLACES).lent, WEEKS, NAMES))
    saved = mutual_help.net_saving(lent, lent, 2.0, pd.Series([1.0, 0.5, 2.0], index=NAMES), 4.0)
    assert saved.loc[WEEKS[3], "south"] == pytest.approx((4.0 - 0.5) * lent.loc[WEEKS[3], "south"], rel=1e-12)
    prices = pooling.scarcity_prices(TABLE, 1.0, 4.0)
    assert list(prices.index) == list(WEEKS)
    paid = allocation.dual_price_rule(prices, TABLE, OWN)
    pd.testing.assert_series_equal(paid, (TABLE - OWN).T @ prices.to_numpy())
    costs = RESERVING.costs()
    volumes = pd.Series([3.0, 1.0, 1.0], index=NAMES)
    assert allocation.proportional(costs, volumes)["north"] == pytest.approx(0.6 * costs[-1], rel=1e-14)
    covariance = joint_demand.covariance_matrix(pd.Series([3.0, 4.0, 5.0], index=NAMES), 0.5)
    assert covariance.loc["north", "west"] == 7.5
    draws = joint_demand.normal_draws(OWN, covariance, samples=5, seed=1)
    assert list(draws.columns) == list(allocation.covariance_rule(costs, covariance).index) == NAMES


def test_misaligned_labels_are_refused():
    turned = OWN[::-1]
    with pytest.raises(ValueError, match="internal_capacity must be labelled as needs is, in the same order"):
        mutual_help.exchange(TABLE, turned)
    with pytest.raises(ValueError, match="internal_capacity must be labelled as needs is, in the same order"):
        alliance.Pool(TABLE, 4.0, internal_capacity=turned)
    with pytest.raises(ValueError, match="needs must be labelled as prices is, in the same order"):
        allocation.dual_price_rule(pooling.scarcity_prices(TABLE, 1.0, 4.0)[::-1], TABLE)
    square = pd.DataFrame(np.eye(3), index=NAMES, columns=NAMES[::-1])
    with pytest.raises(ValueError, match="the columns of covariance must be labelled as covariance is"):
        allocation.covariance_rule(RESERVING.costs(), square)


def test_arrays_and_lists_give_arrays():
    assert type(mutual_help.exchange(NEEDS.tolist(), PLACES).lent) is np.ndarray
    assert type(alliance.assess(RESERVING).shares["by volume"]) is np.ndarray
    assert isinstance(mutual_help.net_saving(3.0, 5.0, 12.0, 4.0, 20.0), float)
    assert isinstance(
        stability.leaving(RESERVING.costs(), pd.Series(alliance.assess(RESERVING).shares["nucleolus"])).gain, float
    )
