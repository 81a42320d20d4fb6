"""Sentences on the numbers of a lesson, computed from them, so that they hold for every lane and every parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from twin.simulate import Estimate

ERRORS = 4.0  # standard errors within which two estimates count as equal


def joined(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    >>> joined(["A"]), joined(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def side(found: Estimate | float, other: Estimate | float, words: Sequence[str] = ("less", "as much", "more")) -> str:
    """Return the word for how one number compares with another: below, equal within four standard errors, or above.

    Parameters
    ----------
    found, other : Estimate or float, in one unit
        Numbers to compare; a float is certain.
    words : sequence of three texts, optional
        For below, equal and above.

    >>> side(Estimate(98.1, 0.2), 95.0), side(Estimate(94.8, 1.4), 95.0), side(3.0, 4.0, ("fewer", "as many", "more"))
    ('more', 'as much', 'fewer')
    """
    (mean, error), (base, its) = (each if isinstance(each, Estimate) else (float(each), 0.0) for each in (found, other))
    gap = Estimate(mean - base, float(np.hypot(error, its)))
    return words[1] if gap.agrees(0.0, ERRORS) or np.isclose(mean, base) else words[2 if mean > base else 0]


def ranked(values: Mapping[str, Estimate | float], digits: int = 1) -> str:
    """Return names with their numbers, the smallest first.

    >>> ranked({"waiting": 347.8, "independent": Estimate(212.94, 4.5)})
    'independent (212.9) and waiting (347.8)'
    """
    means = {name: value.mean if isinstance(value, Estimate) else float(value) for name, value in values.items()}
    return joined([f"{name} ({means[name]:z,.{digits}f})" for name in sorted(means, key=means.__getitem__)])


def longest_run(true: ArrayLike) -> int:
    """Return the length of the longest run of true values.

    >>> longest_run([True, False, True, True]), longest_run([False])
    (2, 0)
    """
    ends = np.flatnonzero(~np.r_[False, np.asarray(true, dtype=bool), False])
    return int(np.diff(ends).max() - 1)


def against(cases: Mapping[str, Mapping[str, Estimate]], base: str) -> str:
    """Return a sentence for each case but the base on what it has less, as much or more of.

    >>> print(against({"promised": {"short [pallet]": Estimate(4, 0)}, "kept": {"short [pallet]": Estimate(9, 1)}},
    ...     "promised"))
    kept: more short than promised
    """
    words = (f"less {{}} than {base}", f"{{}} as {base}", f"more {{}} than {base}")
    return "\n".join(
        f"{case}: "
        + joined([side(found[name], cases[base][name], words).format(name.split(" [")[0]) for name in cases[base]])
        for case, found in cases.items()
        if case != base
    )


def nearest(values: Mapping[str, Estimate | float], to: float) -> str:
    """Return the name of the value that is nearest to a number.

    >>> nearest({"independent": 212.9, "persistent": Estimate(274.3, 23.7)}, 280.6)
    'persistent'
    """
    return min(values, key=lambda name: abs(np.ravel(values[name])[0] - to))
