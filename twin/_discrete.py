"""Quantile, expected excess and expected leftover of a discrete SciPy distribution, by search and by sums.

The points of the distribution are integers, shifted by `loc`, or those of `rv_discrete(values=...)`.
"""

from __future__ import annotations

import numpy as np

from twin._check import require

_ROUNDING = 1e-10  # relative tolerance of a level, because sums of shares have rounding errors [-]
_NEGLIGIBLE = 1e-15  # a sum over a tail ends when the next stretch adds less than this share [-]
_DOUBLINGS = 10  # most doublings of the stretch summed; a tail that still adds to the sum then is called slow
_MOST_POINTS = 2**24  # most integers summed one by one on one side of the median
_STRETCHES = 8  # most stretches of a slow tail that are summed to extrapolate the rest
_POWER_FROM = 1024.0  # distance from the median from which a slow tail is taken to behave like a power
_TRUSTED = 1e-8  # largest relative error that a result may have [-]
_AGREED = 1e-7  # largest deviation from 1 of the sum of SciPy's probabilities [-]
_NEAR = 1e-4  # smallest tail probability for which SciPy's quantile is a good start of the search [-]
MOST_NUMBERS = 2**16  # most whole numbers from 0 on whose probabilities are kept one by one
_NO_CHANCE = 1e-18  # probability of the tail that is cut off there [-]
_FARTHEST = 2**22  # longest step of the search from that start, unless the distribution is wide


def quantile(distribution, level, tail):
    """Return the smallest point x with P(X <= x) >= level; from level 1/2 on, with P(X > x) <= tail = 1 - level."""
    table = _table(distribution)
    if table is None:
        return _search(distribution, level, tail)
    points, weights = table
    below = np.cumsum(weights)
    beyond = np.cumsum(weights[::-1])  # probability of the last point, of the last two, ...
    low = np.searchsorted(below, level * (1 - _ROUNDING))
    high = len(points) - 1 - np.searchsorted(beyond, tail * (1 + _ROUNDING), side="right")
    return points[np.clip(np.where(level < 0.5, low, high), 0, len(points) - 1)]


def excess_and_leftover(levels, distribution, mean):
    """Return E[(X - q)+] and E[(q - X)+] for a list of levels q."""
    points, weights, *beyond_last = _table(distribution) or _integers(levels, distribution, mean)
    return _beyond(levels, points, weights, *beyond_last), _beyond(-levels, -points[::-1], weights[::-1])


def second_loss(levels, distribution, mean):
    """Return E[((X - q)+)^2] / 2 for a list of levels q: the area under E[(X - x)+], a chain of straight lines."""
    points, weights, *beyond_last = _table(distribution) or _integers(levels, distribution, mean)
    rule = "one whose tail falls faster than any power, for a second loss"
    require(not any(beyond_last), "distribution", rule, "a slow tail")
    nodes = np.union1d(points, levels)
    excess = _beyond(nodes, points, weights)
    strips = np.append(np.diff(nodes) * (excess[1:] + excess[:-1]) / 2, 0.0)
    return np.cumsum(strips[::-1])[::-1][np.searchsorted(nodes, levels)]


def shares_of_whole_numbers(distribution, name="distribution"):
    """Return the probabilities of 0, 1, 2, ... up to a number that demand exceeds with negligible probability."""
    try:
        low, table = float(distribution.support()[0]), _table(distribution)
    except (AttributeError, TypeError):
        rule = "a frozen SciPy distribution of whole numbers, such as scipy.stats.poisson(5)"
        raise ValueError(f"{name} must be {rule}; got {distribution!r}") from None
    rule = "one of whole numbers >= 0"
    require(hasattr(distribution, "pmf") and low >= 0 and low == np.floor(low), name, rule, f"values from {low:g}")
    if table is not None:
        points, weights = table
        require(points == np.floor(points), name, rule, points)
        last = points[-1]
    else:
        last = 64.0
        while last < MOST_NUMBERS and distribution.sf(last) > _NO_CHANCE:
            last *= 2
    ok = last < MOST_NUMBERS
    require(ok, name, f"one of numbers below {MOST_NUMBERS:,} (count demand in a larger unit)", "more")
    if table is not None:
        return np.bincount(points.astype(int), weights)
    numbers_ = np.arange(last + 1)
    return distribution.pmf(numbers_[: 1 + np.argmax(distribution.sf(numbers_) <= _NO_CHANCE)])


def shares_of_sum(one, other):
    """Return the probabilities of 0, 1, 2, ... for the sum of two independent demands."""
    ok = len(one) + len(other) <= MOST_NUMBERS
    require(ok, "count", f"so small that the sum stays below {MOST_NUMBERS:,}", f"up to {len(one) + len(other) - 2:,}")
    shares = np.convolve(one, other)
    beyond = np.cumsum(shares[::-1])[::-1]
    return shares[: np.count_nonzero(beyond > _NO_CHANCE)]


def _integers(levels, distribution, mean):
    """Return the integers to sum over, their probabilities, and P(X > K) and E[(X - K)+] of the last one, K."""
    middle, spread, (low, high) = distribution.ppf(0.5), distribution.std(), distribution.support()
    up = _reach(lambda k: distribution.pmf(middle + k), levels.max() - middle, high - middle, spread)
    down = _reach(lambda k: distribution.pmf(middle - k), middle - levels.min(), middle - low, spread)
    slow = up == np.inf and high == np.inf
    length = max(_POWER_FROM, np.ceil(levels.max() - middle)) if slow else up
    rule = f"spread over fewer than {_MOST_POINTS:,} integers"
    ok = (1 + slow) * length <= _MOST_POINTS and down <= _MOST_POINTS  # a slow tail is summed to twice its length
    require(ok, "distribution", rule, "more")
    points = middle + np.arange(-down, length + 1)
    weights = distribution.pmf(points)
    chance, area = 0.0, 0.0
    if slow:
        chance, area = _slow_tail(lambda k: distribution.pmf(middle + k), length, points, weights, mean)
    total = weights.sum() + chance
    require(abs(total - 1) <= _AGREED, "distribution", "one whose probabilities add up to 1", total)
    return points, weights, chance, area


def _table(distribution):
    """Return the points of `rv_discrete(values=...)` and their probabilities; None if the points are integers."""
    finite = getattr(distribution, "dist", distribution)
    if not hasattr(finite, "xk"):
        return None
    shift = distribution.support()[0] - np.min(finite.xk)
    return np.ravel(finite.xk) + shift, np.ravel(finite.pk)


def _beyond(levels, points, weights, chance=0.0, area=0.0):
    """Return E[(X - q)+] of a table whose last point has probability `chance` and excess `area` beyond it.

    All terms are positive, so no digits cancel.
    """
    at_least = np.cumsum(np.append(weights, chance)[::-1])[::-1]  # P(X >= point)
    strips = np.append(np.diff(points) * at_least[1:-1], area)
    beyond = np.cumsum(strips[::-1])[::-1]  # E[(X - point)+]
    after = np.searchsorted(points, levels)  # the first point that is not below the level
    point = np.minimum(after, len(points) - 1)
    return np.where(after < len(points), beyond[point] + (points[point] - levels) * at_least[point], 0.0)


def _reach(pmf, level, end, spread):
    """Return the distance from the median at which a sum beyond a level may end; infinite if it is out of reach."""
    first, last, total = 0.0, max(64.0, np.ceil(8 * spread)) if np.isfinite(spread) else 64.0, 0.0
    for _ in range(_DOUBLINGS):
        if last >= end or last > _MOST_POINTS:
            break
        stretch = np.arange(first, last + 1)
        weights = pmf(stretch)
        more = np.maximum(stretch - level, 0.0) @ weights
        total += more
        if first > 0 and (not weights.any() or (first > level and more <= _NEGLIGIBLE * total)):
            return last
        first, last = last + 1, 2 * last
    return end if end <= _MOST_POINTS else np.inf


def _slow_tail(pmf, length, points, weights, mean):
    """Return P(X > K) and E[(X - K)+] of the last point K, which lies `length` beyond the median.

    Each is computed in two ways, and the more accurate value is returned: as the remainder of 1 and of the mean after
    the points up to K, which is accurate for heavy tails, and as the limit of sums over stretches of doubling length
    (the tail behaves like a power), which is accurate for lighter ones.
    """
    last, start, sums = points[-1], length, []
    while 2 * start <= _MOST_POINTS and len(sums) < _STRETCHES:
        stretch = np.arange(start + 1, 2 * start + 1)
        chances = pmf(stretch)
        sums.append((chances.sum(), (stretch - length) @ chances))
        start *= 2
    remainders = 1 - weights.sum(), mean - last + _beyond(-last, -points[::-1], weights[::-1])
    noises = 1e-14, 4 * np.spacing(max(abs(last), abs(mean)))
    return [
        _more_exact((remainder, noise / abs(remainder)), _limit(np.array(terms)))
        for remainder, noise, terms in zip(remainders, noises, zip(*sums, strict=True), strict=True)
    ]


def _more_exact(*candidates):
    """Return the value of the smallest relative error."""
    value, error = min(candidates, key=lambda candidate: candidate[1])
    rule = "less far in the tail of a distribution as heavy"
    require(error <= _TRUSTED, "quantity", rule, f"a relative error of {error:.1g}")
    return value


def _limit(terms):
    """Return the limit of a series by Wynn's epsilon algorithm, and its relative error."""
    if len(terms) < 2 or not 0 < terms[-1] < terms[-2]:
        return np.nan, np.inf
    before, now = np.zeros(len(terms) + 1), np.cumsum(terms)
    limits, errors = [now[-1]], [terms[-1] / now[-1]]
    while len(now) > 2:
        for _ in range(2):  # infinite or NaN if two sums are equal
            before, now = now, before[1:-1] + 1 / np.diff(now)
        limits.append(now[-1])
        errors.append(abs(now[-1] / limits[-2] - 1))
    best = np.nanargmin(errors)
    return limits[best], errors[best]


def _search(distribution, level, tail):
    """Return each quantile: steps of doubling length bracket it, and bisection finds it."""

    def enough(k):
        below, above = distribution.cdf(k) >= level * (1 - _ROUNDING), distribution.sf(k) <= tail * (1 + _ROUNDING)
        return np.where(level < 0.5, below, above)

    near = distribution.ppf(np.clip(level, _NEAR, 1 - _NEAR))
    farthest = np.maximum(_FARTHEST, 1000 * np.abs(near - distribution.ppf(0.5)))
    high, step = near, 1.0
    while not np.all(found := enough(high)):
        ok = found | (step <= farthest)
        require(ok, "distribution", "light-tailed enough for a quantile as far out", "none within reach")
        high, step = np.where(found, high, high + step), 2 * step
    low, step = high - 1, 1.0
    while np.any(found := enough(low)):
        low, high, step = np.where(found, low - step, low), np.where(found, low, high), 2 * step
    while np.any(high - low > 1):
        middle = low + np.floor((high - low) / 2)
        found = enough(middle)
        low, high = np.where(found, low, middle), np.where(found, middle, high)
    return high
