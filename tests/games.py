"""Published and random games for tests, and independent solutions of them by enumeration and linear programmes."""

from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from twin.games.coalitions import game_of_table

TVA = game_of_table(  # Straffin and Heaney (1981): dams of the Tennessee Valley Authority
    {"1": 163520, "2": 140826, "3": 250096, "12": 301607, "13": 378821, "23": 367370, "123": 412584}, list("123")
)


def subsets(partners):
    return [some for size in range(1, partners + 1) for some in combinations(range(partners), size)]


def number(members):
    return sum(2**member for member in members)


def game_of(partners, cost):
    """Return the game in which a coalition costs `cost(members)`, with the members as a tuple."""
    costs = np.zeros(2**partners)
    for members in subsets(partners):
        costs[number(members)] = cost(members)
    return costs


def rows(partners):
    """Return the membership table of all coalitions, read from the binary numerals of their numbers."""
    return np.array([[int(bit) for bit in f"{m:0{partners}b}"[::-1]] for m in range(2**partners)], float)


def subadditive(seed, partners, *, whole=None):
    """Return a random subadditive game; with whole numbers below `whole` it has many ties."""
    rng = np.random.default_rng(seed)
    costs = rng.uniform(1, 10, 2**partners) if whole is None else rng.integers(0, whole, 2**partners).astype(float)
    costs *= np.sqrt(rows(partners).sum(axis=1)) if whole is None else 1.0
    costs[0] = 0.0
    for coalition in range(2**partners):
        part = (coalition - 1) & coalition
        while part:
            costs[coalition] = min(costs[coalition], costs[part] + costs[coalition ^ part])
            part = (part - 1) & coalition
    return costs


def concave(seed, partners):
    """Return a random concave game: a coalition pays once for each facility that at least one member needs."""
    rng = np.random.default_rng(seed)
    needed = rng.random((6, partners)) < 0.5
    prices = rng.uniform(0, 10, 6)
    return game_of(partners, lambda members: prices @ needed[:, list(members)].any(axis=1))


def is_stable(costs, shares):
    partners = len(shares)
    tolerance = 1e-8 * np.abs(costs).max()
    return abs(shares.sum() - costs[-1]) <= tolerance and all(
        sum(shares[member] for member in members) <= costs[number(members)] + tolerance for members in subsets(partners)
    )


def loose(seed, partners):
    """Return a random game that is not subadditive and in general has an empty core."""
    costs = np.random.default_rng(seed).uniform(1, 10, 2**partners)
    costs[0], costs[-1] = 0.0, 0.95 * costs[2 ** np.arange(partners)].sum()
    return costs


def gain_by_weights(costs):
    """Return the least-core value from the dual programme over balanced weights (Bondareva and Shapley).

    max mu c(N) - sum w_S c(S)  with  sum of w_S over S that contain i = mu for every i,  sum w = 1,  w >= 0
    """
    partners = len(costs).bit_length() - 1
    inside = rows(partners)[1:-1]
    balance = np.column_stack((inside.T, -np.ones(partners)))
    found = linprog(
        np.append(costs[1:-1], -costs[-1]),
        A_eq=np.vstack((balance, np.append(np.ones(len(inside)), 0.0))),
        b_eq=np.append(np.zeros(partners), 1.0),
        bounds=[(0, None)] * len(inside) + [(None, None)],
    )
    assert found.status == 0
    return -found.fun


def vertices(costs):
    """Return all vertices of the core: allocations in the core at which n - 1 coalitions have excess zero."""
    partners = len(costs).bit_length() - 1
    members, found = rows(partners), []
    for some in combinations(range(1, 2**partners - 1), partners - 1):
        chosen = [*some, 2**partners - 1]
        if abs(np.linalg.det(members[chosen])) > 1e-9:
            shares = np.linalg.solve(members[chosen], costs[chosen])
            if np.all(members @ shares <= costs + 1e-9 * costs.max()):
                found.append(shares)
    return np.array(found)


GAMES = [
    *(subadditive(seed, partners) for partners in (3, 4, 5, 6) for seed in range(6)),
    *(subadditive(seed, partners, whole=4) for partners in (3, 4, 5, 6) for seed in range(5)),
    *(concave(seed, partners) for partners in (3, 4, 5) for seed in range(4)),
]
GAMES = [costs for costs in GAMES if costs.any()]
IDS = [f"{number}, {len(costs).bit_length() - 1} partners" for number, costs in enumerate(GAMES)]
SMALL = [costs for costs in GAMES if len(costs) <= 16 and gain_by_weights(costs) <= 1e-9]
