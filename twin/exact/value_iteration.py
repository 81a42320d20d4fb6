"""Relative value iteration for the average cost of a Markov decision process, with bounds that hold at every step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from twin._check import positive

Array = NDArray[np.float64]

_MOST_SWEEPS = 20_000  # sweeps after which a problem is said not to settle
_STALLED = 0.999  # a span that falls by less in a sweep is that of states that alternate [-]
_ROUNDING = 64 * np.finfo(float).eps  # a span below this share of the values is rounding [-]


def average_cost(
    update: Callable[[Array], Array], start: Array, tolerance: float, steps: int = 1
) -> tuple[float, float, Array]:
    """Return a lower and an upper bound on the least average cost per period, and the relative values of the states.

    low = min over states of (T V - V) / steps <= g* <= max over states of (T V - V) / steps = high

    Parameters
    ----------
    update : callable
        Operator T of one sweep: the least cost of the next `steps` periods plus the value of where they end. [$]
    start : ndarray
        Values of the states to begin with. [$]
    tolerance : float
        Largest span high - low that is accepted, > 0, as a share of the larger of the bounds' sizes; a span at the
        level of rounding is accepted too. [-]
    steps : int
        Periods of one sweep; more than one where costs follow a season. [period]

    Returns
    -------
    low, high : float. [$/period]
    values : ndarray, shape of `start`. [$]

    Errors
    ------
    ValueError if tolerance is not above 0.
    ArithmeticError if the bounds do not come together in 20,000 sweeps, as with several closed classes of states.

    Source
    ------
    MacQueen (1966), A modified dynamic programming method for Markovian decision problems; Puterman (1994), 8.5
    and, for the half steps, 8.5.4; notebook 11, eq. (11.4).

    >>> low, high, _ = average_cost(lambda v: np.array([1.0, 3.0]) + v.mean(), np.zeros(2), 1e-9)
    >>> round(low, 6), round(high, 6)
    (2.0, 2.0)
    >>> average_cost(lambda v: np.array([1.0, 3.0]) + v[::-1], np.zeros(2), 1e-9)[:2]
    (2.0, 2.0)
    """
    positive(tolerance=tolerance)
    values, span = start, np.inf
    for _ in range(_MOST_SWEEPS):
        new = update(values)
        change = new - values
        low, high = float(change.min()) / steps, float(change.max()) / steps
        if high - low <= tolerance * max(abs(low), abs(high)):
            return low, high, new - new.flat[0]
        stalled, span = high - low > _STALLED * span, high - low
        if stalled and span * steps <= _ROUNDING * float(np.abs(new).max()):
            return low, high, new - new.flat[0]
        values = (new + values) / 2 if stalled else new  # half a step damps states that alternate
        values = values - values.flat[0]
    raise ArithmeticError(
        f"the bounds on the average cost, {low:g} and {high:g}, do not come together in "
        f"{_MOST_SWEEPS:,} sweeps: the policy has several closed classes of states, or its stock hardly ever settles"
    )
