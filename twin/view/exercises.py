"""Check a reader's answers to the exercises of a notebook, and say what is off without showing the right value.

A lesson holds one check for each exercise, and one cell in which the reader writes answers. A check computes the right
value from the notebook's own variables, so it also holds if the notebook is run with other parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from twin._check import require

#: Returns what is wrong with an answer, in a few words, or "" if the answer is right.
Check = Callable[[Any], str]
PER_CENT = 100.0


def near(right: Callable[[], float], within: float = 0.005) -> Check:
    """Return a check that accepts a number close to the right value, and otherwise says on which side it lies.

    Parameters
    ----------
    right : callable
        Computes the right value when an answer is checked, so that unanswered exercises take no time.
    within : float, optional
        Largest error as a share of the right value, > 0; the default accepts three significant digits. [-]

    >>> check = near(lambda: 0.8)
    >>> check(0.801), check(0.7), check(80.0), check("four fifths")
    ('', 'too small', 'wrong by a factor of 100: a share, or a percentage?', 'an answer must be a number')
    """
    require(within > 0, "within", "> 0", within)

    def check(answer: Any) -> str:
        try:
            value = float(answer)
        except (TypeError, ValueError):
            return "an answer must be a number"
        if math.isnan(value):
            return "an answer must be a number"
        exact = float(right())

        def close(number: float) -> bool:
            return math.isclose(number, exact, rel_tol=within, abs_tol=1e-9)

        if close(value):
            return ""
        if close(-value):
            return "the sign is wrong"
        if close(value * PER_CENT) or close(value / PER_CENT):
            return "wrong by a factor of 100: a share, or a percentage?"
        return "too large" if value > exact else "too small"

    return check


def lowest(cost: Callable[[float], float], low: float, high: float) -> Callable[[], float]:
    """Return a function that searches between two bounds for the argument of least cost, as `near` takes it.

    >>> round(lowest(lambda x: (x - 2.0) ** 2, 0.0, 5.0)(), 6)
    2.0
    """
    from scipy import optimize

    return lambda: float(optimize.minimize_scalar(cost, bounds=(low, high), options={"xatol": 1e-7}).x)


def root(difference: Callable[[float], float], low: float, high: float) -> Callable[[], float]:
    """Return a function that searches between two bounds for a zero of a function, as `near` takes it.

    >>> round(root(lambda x: x**2 - 2.0, 0.0, 2.0)(), 6)
    1.414214
    """
    from scipy import optimize

    return lambda: float(optimize.brentq(difference, low, high, xtol=1e-12))


def satisfies(conditions: Callable[..., Mapping[str, Any]]) -> Check:
    """Return a check that accepts every answer that meets all conditions, and otherwise names those it does not meet.

    Parameters
    ----------
    conditions : callable
        Takes the answer (a tuple as several arguments), and returns a dict of condition in words -> whether it is met.

    >>> check = satisfies(lambda low, high: {"the mean is 3": low + high == 6, "the range is 2": high - low == 2})
    >>> check((2, 4)), check((1, 5))
    ('', 'it must hold that the range is 2')
    """

    def check(answer: Any) -> str:
        answer = answer if isinstance(answer, tuple | list) else (answer,)
        unmet = [words for words, met in conditions(*answer).items() if not met]
        return f"it must hold that {' and that '.join(unmet)}" if unmet else ""

    return check


def check(answers: Mapping[int, Any], checks: Mapping[int, Check]) -> None:
    """Print whether each answer is right, and which exercises wait for an answer.

    Parameters
    ----------
    answers : dict of number of an exercise -> answer
        None, or no entry, if there is no answer yet.
    checks : dict of number of an exercise -> check

    Raises
    ------
    ValueError
        If an answer has a number that no exercise has.

    >>> check({1: 0.8, 2: 3.0, 3: None}, {1: near(lambda: 0.8), 2: near(lambda: 4.0), 3: near(lambda: 5.0)})
    exercise 1: right
    exercise 2: not yet; too small
    waiting for an answer: 3
    """
    require(set(answers) <= set(checks), "answers", f"numbered {min(checks)} to {max(checks)}", sorted(answers))
    given = {number: answer for number, answer in answers.items() if answer is not None}
    for number, answer in given.items():
        print(f"exercise {number}: {_verdict(checks[number], answer)}")
    if waiting := [str(number) for number in answers if number not in given]:
        print(f"waiting for an answer: {', '.join(waiting)}")


def _verdict(check: Check, answer: Any) -> str:
    """Return the sentence on one answer; an error in it is reported and does not stop the notebook."""
    try:
        wrong = check(answer)
    except Exception as error:  # an answer can be any object, and a notebook must run to its end
        return f"cannot be checked; {type(error).__name__}: {error}"
    return f"not yet; {wrong}" if wrong else "right"
