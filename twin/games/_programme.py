"""Linear programmes over the coalitions of a game, solved by SciPy's HiGHS."""

from typing import NamedTuple

import numpy as np

from twin._check import require
from twin.games.coalitions import all_coalitions, alone, partners_of, savings

OF_COSTS, OF_SAVINGS = 1e-12, 1e-7  # what sums of the largest cost, and programmes of the largest saving, lose


class Game(NamedTuple):
    """A game less what each pays alone, in units of its largest saving: programmes of it have numbers of one size."""

    costs: np.ndarray
    members: np.ndarray
    alone: np.ndarray
    scale: float

    def payments(self, x):
        """What partners pay, of a solution of the game so scaled."""
        return self.alone + self.scale * x


def normalised(costs):
    """Return a game as programmes take it; it must be one game of two partners or more."""
    count, costs = partners_of(costs), np.asarray(costs, float)
    require(costs.ndim == 1 and count >= 2, "costs", "of one game of two partners or more", costs.shape)
    saved = savings(costs)
    saved[np.abs(saved) <= OF_COSTS * np.abs(costs).max()] = 0.0
    scale = float(np.abs(saved).max()) or 1.0
    return Game(-saved / scale, all_coalitions(count).astype(float), alone(costs), scale)


def rows_of_the_core(game, gain):
    """Rows of a programme: no coalition pays more than on its own, but for a gain by leaving that is no less. [$]"""
    room = max(gain, 0.0) / game.scale * (1 + 1e-9)  # what rounding may take
    members = game.members
    return {"A_ub": members[1:-1], "b_ub": game.costs[1:-1] + room, "A_eq": members[-1:], "b_eq": game.costs[-1:]}


def stretch(game, inside, held, held_costs, highest):
    """Return the solution of min t, x(S) - t <= c(S) inside, x(S) fixed for those held, no x_i above the highest."""
    from scipy.optimize import linprog

    members = game.members
    return solved(
        linprog(
            np.append(np.zeros(members.shape[1]), 1.0),
            A_ub=np.pad(members[inside], ((0, 0), (0, 1)), constant_values=-1.0),
            b_ub=game.costs[inside],
            A_eq=np.pad(members[held], ((0, 0), (0, 1))),
            b_eq=held_costs,
            bounds=[(None, highest)] * members.shape[1] + [(None, None)],
        )
    )


def solved(answer):
    """Return the answer of a programme, once it is one."""
    if answer.status != 0:
        raise ValueError(f"costs must be ones that the linear programme can be solved for; it says: {answer.message}")
    return answer
