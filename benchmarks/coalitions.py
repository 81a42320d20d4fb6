"""Games of partners: all coalitions at once against a loop, and the time of large games."""

import numpy as np
from measure import Row, at_least, pretty, seconds

from twin import simulate
from twin.games import allocation, coalitions, core_allocation, joint_demand, pooling

MEAN, PLACE, SURCHARGE = 100.0, 10.0, 40.0
SOON = 10.0  # [s] longest acceptable wait for an answer about a game


def partners(count):
    """Return means, covariance and 60 simulated monthly needs of partners that share part of their variation."""
    rng = simulate.generator(count)
    sd, common = rng.uniform(10, 40, count), rng.uniform(-0.5, 0.9, count)
    covariance = np.outer(sd * common, sd * common) + np.diag(sd**2 * (1 - common**2))
    mean = np.full(count, MEAN)
    needs = joint_demand.normal_draws(mean, covariance, samples=60, seed=1)
    return mean, covariance, np.maximum(needs, 0.0)


def normal_in_a_loop(mean, covariance):
    """Return the cost of each coalition, computed one by one from its part of the covariance."""
    from statistics import NormalDist

    normal = NormalDist()
    factor = SURCHARGE * normal.pdf(normal.inv_cdf(1 - PLACE / SURCHARGE))
    costs = []
    for number in range(2 ** len(mean)):
        inside = [partner for partner in range(len(mean)) if number >> partner & 1]
        spread = np.sqrt(covariance[np.ix_(inside, inside)].sum())
        costs.append(PLACE * mean[inside].sum() + factor * spread)
    return np.array(costs)


def record_in_a_loop(needs):
    """Return the cost of each coalition on the historical record, computed one by one."""
    costs = []
    for number in range(2 ** needs.shape[1]):
        inside = [partner for partner in range(needs.shape[1]) if number >> partner & 1]
        total = needs[:, inside].sum(axis=1)
        capacity = np.quantile(total, 1 - PLACE / SURCHARGE, method="inverted_cdf")
        costs.append(PLACE * capacity + SURCHARGE * np.maximum(total - capacity, 0.0).mean())
    return np.array(costs)


def measure_characteristic_functions():
    mean, covariance, needs = partners(12)
    members = coalitions.all_coalitions(12)

    def normal():
        return pooling.capacity_cost(members, mean, covariance, PLACE, SURCHARGE)

    def record():
        return pooling.capacity_cost_on_record(members, needs, PLACE, SURCHARGE)

    assert np.allclose(normal(), normal_in_a_loop(mean, covariance))
    assert np.allclose(record(), record_in_a_loop(needs))
    ours, loop = seconds(normal, lambda: normal_in_a_loop(mean, covariance), rounds=5)
    yield at_least("4,096 coalitions, normal needs: at once, one by one", ours, loop, 20)
    ours, loop = seconds(record, lambda: record_in_a_loop(needs), rounds=3)
    yield at_least("4,096 coalitions, 60 months on record: at once, one by one", ours, loop, 10)


def measure_large_games():
    """Compare the Shapley value of 15 partners and the nucleolus of 10 and 15 with the longest acceptable wait."""
    for what, rule, count in (
        ("Shapley value of 15 partners", allocation.shapley, 15),
        ("nucleolus of 10 partners", core_allocation.nucleolus, 10),
        ("nucleolus of 15 partners", core_allocation.nucleolus, 15),
    ):
        mean, covariance, _ = partners(count)
        costs = pooling.capacity_cost(coalitions.all_coalitions(count), mean, covariance, PLACE, SURCHARGE)
        (ours,) = seconds(lambda rule=rule, costs=costs: rule(costs), rounds=3)
        ratio = ours / SOON
        yield Row(f"{what}, of the time one waits", pretty(ours), pretty(SOON), ratio, "<= 1x", ratio <= 1)


MEASUREMENTS = (measure_characteristic_functions, measure_large_games)
