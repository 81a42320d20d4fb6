"""Cost games as arrays, compared with coalitions written out as sets of names."""

from itertools import combinations

import numpy as np
import pytest

from twin.games import coalitions

NAMES = ["A", "B", "C"]
TABLE = {
    ("A",): 5.0,
    ("B",): 6.0,
    ("C",): 8.0,
    ("A", "B"): 9.0,
    ("C", "A"): 11.0,
    frozenset("BC"): 12.5,
    ("B", "C", "A"): 15.0,
}


def subsets(partners):
    return [set(some) for size in range(len(partners) + 1) for some in combinations(partners, size)]


def number(members):
    return sum(2**member for member in members)


@pytest.mark.parametrize("partners", [1, 2, 3, 6, 15])
def test_bit_i_of_a_coalition_number_is_partner_i(partners):
    members = coalitions.all_coalitions(partners)
    assert members.shape == (2**partners, partners) and members.dtype == bool
    for row in {0, 1, 2, 2**partners // 3, 2**partners - 2, 2**partners - 1}:
        if row < 2**partners:
            assert "".join(str(int(member)) for member in members[row][::-1]) == f"{row:0{partners}b}"
    assert len({row.tobytes() for row in members}) == 2**partners


def test_invalid_numbers_of_partners_are_refused():
    for bad in (0, 16, 2.0, True, -1):
        with pytest.raises(ValueError, match="partners must be"):
            coalitions.all_coalitions(bad)


def test_number_of_partners_of_a_game():
    for partners in range(1, 16):
        assert coalitions.partners_of(np.zeros(2**partners)) == partners
    assert coalitions.partners_of(np.zeros((3, 2, 8))) == 3
    for bad in (3.0, [], [0.0], [0.0] * 6, [0.0] * 2**16, [[0.0] * 3]):
        with pytest.raises(ValueError, match=r"costs must be 2\^n numbers"):
            coalitions.partners_of(bad)
    with pytest.raises(ValueError, match="costs must be 0 for coalition number 0"):
        coalitions.partners_of([[0.0, 1.0], [0.5, 1.0]])
    with pytest.raises(ValueError, match="costs must be a finite number"):
        coalitions.partners_of([0.0, np.nan])


def test_game_of_table_follows_the_order_of_the_names():
    game = coalitions.game_of_table(TABLE, NAMES)
    assert game.tolist() == [0.0, 5.0, 6.0, 9.0, 8.0, 11.0, 12.5, 15.0]
    turned = coalitions.game_of_table(TABLE, ["C", "A", "B"])
    for members, cost in TABLE.items():
        assert turned[number(["C", "A", "B"].index(name) for name in members)] == cost


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({("A", "B"): None}, r"given for every coalition; got none for \['A', 'B'\]"),
        ({("B", "A"): 9.0}, r"given once for each coalition; got \('B', 'A'\)"),
        ({("A", "D"): 9.0}, r"of coalitions of A, B, C; got \('A', 'D'\)"),
        ({("A", "A"): 9.0}, "of coalitions of A, B, C"),
        ({(): 0.0}, "of coalitions of A, B, C"),
    ],
)
def test_game_of_table_refuses_incomplete_or_unknown_coalitions(change, rule):
    table = {members: cost for members, cost in (TABLE | change).items() if cost is not None}
    with pytest.raises(ValueError, match=f"^costs must be {rule}"):
        coalitions.game_of_table(table, NAMES)


def test_game_of_table_refuses_duplicate_names_and_infinite_costs():
    with pytest.raises(ValueError, match="partners must be of different names"):
        coalitions.game_of_table(TABLE, ["A", "B", "A"])
    with pytest.raises(ValueError, match="costs must be a finite number"):
        coalitions.game_of_table(TABLE | {("A",): np.inf}, NAMES)


def test_eq_8_8_savings_and_stand_alone_costs():
    game = coalitions.game_of_table(TABLE, NAMES)
    assert coalitions.alone(game).tolist() == [5.0, 6.0, 8.0]
    saved = coalitions.savings(game)
    for members, cost in TABLE.items():
        witness = sum(TABLE[name,] for name in members) - cost
        assert saved[number(NAMES.index(name) for name in members)] == pytest.approx(witness, abs=1e-14)
    assert saved[0] == 0.0


def test_leading_axes_are_separate_games():
    games = np.random.default_rng(1).uniform(0, 9, (2, 3, 16))
    games[..., 0] = 0.0
    saved, each, within = coalitions.savings(games), coalitions.alone(games), coalitions.game_within(games, 0b1011)
    assert (saved.shape, each.shape, within.shape) == ((2, 3, 16), (2, 3, 4), (2, 3, 8))
    for index in np.ndindex(2, 3):
        np.testing.assert_array_equal(each[index], coalitions.alone(games[index]))
        np.testing.assert_allclose(saved[index], coalitions.savings(games[index]), atol=1e-12)
        np.testing.assert_array_equal(within[index], coalitions.game_within(games[index], 0b1011))


@pytest.mark.parametrize("partners", [1, 2, 4, 6])
def test_subgame_of_every_coalition(partners):
    game = np.random.default_rng(partners).uniform(0, 9, 2**partners)
    game[0] = 0.0
    for members in subsets(range(partners))[1:]:
        inside = sorted(members)
        ours = coalitions.game_within(game, number(members))
        assert ours.shape == (2 ** len(inside),)
        for some in subsets(range(len(inside))):
            assert ours[number(some)] == game[number(inside[place] for place in some)]
    with pytest.raises(ValueError, match="coalition must be one of"):
        coalitions.game_within(game, 2**partners)
    with pytest.raises(ValueError, match="coalition must be a whole number >= 1"):
        coalitions.game_within(game, 0)
