"""Five real partners: the largest carriers of air cargo from San Francisco to Asia in 60 months of airport data.

Savings of coalitions, stable and unstable allocation rules, and the coalitions that would leave: each number is
compared with a loop over coalitions or over orders of joining.
"""

import json
from itertools import combinations, permutations
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_real_data import real_data

from twin.batch.notebook import execute
from twin.data.load import read_history
from twin.games import alliance, allocation, stability
from twin.plan.feed import feed_of_history
from twin.plan.partners import largest, needs_together

PLACE, SURCHARGE = 10.0, 40.0
NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "08_coalitions.ipynb"
UNITED, KOREAN, CHINA, ASIANA, EVA = CARRIERS = (
    "United Airlines",
    "Korean Air Lines",
    "China Airlines",
    "Asiana Airlines",
    "EVA Airways",
)


@pytest.fixture(scope="module")
def tons():
    """Return the tons enplaned in each month, a column for each carrier."""
    flights = pd.read_csv(real_data() / "sfo_air_cargo.csv.gz")
    months = flights["Activity Period"].between(201501, 201912)
    chosen = months & (flights["GEO Region"] == "Asia") & (flights["Activity Type Code"] == "Enplaned")
    table = flights[chosen].pivot_table(
        index="Activity Period", columns="Operating Airline", values="Cargo Metric TONS", aggfunc="sum"
    )
    table = table[table.sum().sort_values(ascending=False).index[:5]]
    assert table.shape == (60, 5) and not table.isna().any(axis=None)
    return table


@pytest.fixture(scope="module")
def contract(tons):
    return alliance.assess(alliance.Pool(tons.to_numpy(), SURCHARGE, reservation_cost=PLACE))


def cost(table, members):
    """Return c C + s mean((X - C)+), C being the smallest total with a share 1 - c/s of the months at or below it."""
    if not members:
        return 0.0
    total = sorted(sum(row[member] for member in members) for row in table)
    capacity = total[ceil((1 - PLACE / SURCHARGE) * len(total)) - 1]
    return PLACE * capacity + SURCHARGE * sum(max(need - capacity, 0.0) for need in total) / len(total)


@pytest.fixture(scope="module")
def by_hand(tons):
    """Return the cost of each coalition by the tuple of its members."""
    table, count = tons.to_numpy().tolist(), range(5)
    return {members: cost(table, members) for size in range(6) for members in combinations(count, size)}


def gains(by_hand, share):
    """Return the excess of each coalition except the grand coalition."""
    inside = {members: price for members, price in by_hand.items() if 0 < len(members) < 5}
    return {members: sum(share[member] for member in members) - price for members, price in inside.items()}


def names(members):
    return {CARRIERS[member] for member in members}


def test_the_five_largest_carriers(tons):
    assert tuple(tons.columns) == CARRIERS


def test_saving_by_pooling(contract, by_hand):
    for members, price in by_hand.items():
        assert contract.costs[sum(1 << member for member in members)] == pytest.approx(price, rel=1e-12)
    each = sum(by_hand[member,] for member in range(5))
    assert contract.saving == pytest.approx(each - by_hand[0, 1, 2, 3, 4], rel=1e-9)
    assert contract.saving / each == pytest.approx(0.076, abs=5e-4)


def test_savings_of_pairs_and_of_four_partners(by_hand):
    """The grand coalition saves most; China Airlines, which peaks with the other Asian carriers, adds least to it."""
    pairs = {pair: gain(by_hand, pair) for pair in combinations(range(5), 2)}
    assert names(max(pairs, key=pairs.get)) == {UNITED, KOREAN} and names(min(pairs, key=pairs.get)) == {KOREAN, CHINA}
    fours = {four: gain(by_hand, four) for four in combinations(range(5), 4)}
    best, everybody = max(fours, key=fours.get), gain(by_hand, (0, 1, 2, 3, 4))
    assert names(best) == {UNITED, KOREAN, ASIANA, EVA}
    assert everybody - fours[best] == pytest.approx(422, abs=1)


def gain(by_hand, members):
    return sum(by_hand[member,] for member in members) - by_hand[members]


@pytest.mark.parametrize(
    ("rule", "leavers", "gain"),
    [
        ("equal savings", {UNITED, KOREAN, ASIANA}, 782),
        ("by volume", {UNITED, CHINA, ASIANA}, 1714),
        ("by cost alone", {UNITED, KOREAN, ASIANA, EVA}, 459),
        ("covariance", {UNITED, CHINA, ASIANA, EVA}, 84),
        ("Shapley value", {UNITED, KOREAN, ASIANA, EVA}, 31),
    ],
)
def test_coalition_with_the_largest_excess_under_each_unstable_rule(contract, by_hand, rule, leavers, gain):
    found = gains(by_hand, contract.shares[rule])
    worst = max(found, key=found.get)
    assert names(worst) == leavers and found[worst] == pytest.approx(gain, abs=1)
    assert contract.leaving[rule].coalition == sum(1 << member for member in worst)
    assert contract.leaving[rule].gain == pytest.approx(found[worst], rel=1e-9)
    assert not contract.stable[rule]


@pytest.mark.parametrize("rule", ["separable costs", "equal charge", "equal profit", "nucleolus", "scarcity prices"])
def test_stable_rules(contract, by_hand, rule):
    assert max(gains(by_hand, contract.shares[rule]).values()) <= 1e-9 * contract.costs[-1]
    assert contract.stable[rule]


def test_shapley_value_equals_the_mean_over_all_orders(contract, by_hand):
    """The Shapley value is compared with a loop over all 120 orders of joining."""
    shares, orders = np.zeros(5), list(permutations(range(5)))
    for order in orders:
        for place, member in enumerate(order):
            before, after = sorted(order[:place]), sorted(order[: place + 1])
            shares[member] += (by_hand[tuple(after)] - by_hand[tuple(before)]) / len(orders)
    np.testing.assert_allclose(contract.shares["Shapley value"], shares, rtol=1e-10)


def test_dual_prices_are_in_the_core_for_any_choice_of_months(tons):
    rng = np.random.Generator(np.random.PCG64(6))
    for _ in range(40):
        months = rng.choice(60, size=rng.integers(3, 60))  # with repetitions
        pool = alliance.Pool(tons.to_numpy()[months], SURCHARGE, reservation_cost=PLACE)
        share = allocation.dual_price_rule(pool.scarcity_prices(), pool.needs)
        assert stability.in_core(pool.costs(), share)


def test_notebook_08_gives_the_same_numbers_for_a_file_of_the_carriers(tons, contract, tmp_path):
    months = pd.to_datetime(tons.index.astype(str), format="%Y%m")
    flows = tons.set_axis(months).rename_axis("date").melt(ignore_index=False, var_name="lane", value_name="volume")
    flows.to_csv(path := tmp_path / "carriers.csv")
    feed = feed_of_history(read_history(path))
    assert feed.period == "MS" and largest(feed, 2) == [UNITED, KOREAN]
    np.testing.assert_array_equal(needs_together(feed, CARRIERS).needs, tons.to_numpy())
    parameters = {"history": str(path), "live": False, "samples": 20_000, "out_dir": str(tmp_path / "out")}
    execute(NOTEBOOK, parameters)
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["results"]
    assert results["saving"]["value"] == pytest.approx(contract.saving, rel=1e-9)
    assert results["by_volume_gain"]["value"] == pytest.approx(contract.leaving["by volume"].gain, rel=1e-9)
