"""Linear programmes over the coalitions of a game, solved by SciPy's HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin._check import require
from twin.games.coalitions import all_coalitions, alone, partners_of, savings

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from scipy.optimize import OptimizeResult

COST_TOLERANCE = 1e-12  # rounding error of sums of costs, relative to the largest cost [-]
SAVING_TOLERANCE = 1e-7  # feasibility tolerance of the linear programmes, relative to the largest saving [-]


class NormalisedGame(NamedTuple):
    """A game with stand-alone costs subtracted, divided by its largest saving, so that all its numbers are near one.

    costs : c(S) less the stand-alone costs of the members, divided by `scale`, shape (2^n,). [-]
    members : membership table of 0 and 1, shape (2^n, n).
    alone : stand-alone costs of the game itself, shape (n,). [$]
    scale : largest saving of the game itself, or 1 if there is none. [$]
    """

    costs: NDArray[np.float64]
    members: NDArray[np.float64]
    alone: NDArray[np.float64]
    scale: float

    def payments(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return an allocation of the game itself from an allocation x of the normalised game. [$]"""
        return self.alone + self.scale * x


def normalised(costs: ArrayLike) -> NormalisedGame:
    """Return the normalised form of one game of at least two partners."""
    count, costs = partners_of(costs), np.asarray(costs, float)
    require(costs.ndim == 1 and count >= 2, "costs", "of one game of two partners or more", costs.shape)
    saved = savings(costs)
    saved[np.abs(saved) <= COST_TOLERANCE * np.abs(costs).max()] = 0.0
    scale = float(np.abs(saved).max()) or 1.0
    return NormalisedGame(-saved / scale, all_coalitions(count).astype(float), alone(costs), scale)


def core_constraints(game: NormalisedGame, gain: float) -> dict[str, NDArray[np.float64]]:
    """Return the constraints of the core, or of the least core, as the keyword arguments of `linprog`.

    gain : largest excess that a coalition may have; a value below zero counts as zero, which gives the core. [$]
    """
    slack = max(gain, 0.0) / game.scale * (1 + 1e-9)  # the factor covers rounding
    members = game.members
    return {"A_ub": members[1:-1], "b_ub": game.costs[1:-1] + slack, "A_eq": members[-1:], "b_eq": game.costs[-1:]}


def least_largest_excess(
    game: NormalisedGame,
    free: NDArray[np.intp],
    fixed: NDArray[np.intp] | list[int],
    payments: NDArray[np.float64],
    highest: float | None,
) -> OptimizeResult:
    """Return the solution (x, t) of the programme that minimises the largest excess t of some coalitions.

    min t  with  x(S) - t <= c(S) for S in free,  x(S) = payments for S in fixed,  x_i <= highest
    """
    from scipy.optimize import linprog

    members = game.members
    return solved(
        linprog(
            np.append(np.zeros(members.shape[1]), 1.0),
            A_ub=np.pad(members[free], ((0, 0), (0, 1)), constant_values=-1.0),
            b_ub=game.costs[free],
            A_eq=np.pad(members[fixed], ((0, 0), (0, 1))),
            b_eq=payments,
            bounds=[(None, highest)] * members.shape[1] + [(None, None)],
        )
    )


def solved(answer: OptimizeResult) -> OptimizeResult:
    """Return the result of `linprog` if it found an optimum; raise ValueError if not."""
    if answer.status != 0:
        raise ValueError(f"costs must be ones that the linear programme can be solved for; it says: {answer.message}")
    return answer
