"""Find dates that are far from all others of a record, such as those of a mistyped year."""

import numpy as np

FEW = 0.02  # share of rows, and of days, up to which a group at an end may be a wrong year [-]
DAYS_OF_A_YEAR = 366  # [day]
ENOUGH_DAYS, FEW_DAYS_GAP = 12, 5 * DAYS_OF_A_YEAR  # a record of fewer days needs a longer gap [day]
FAR_DATE = "date is far from all others"
WIDER = 10  # a gap is wide if it is longer than this many times every other one [-]


def far_dates(days: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return which of some days are far: the gap to the others is longer than the span of the others and than a year.

    Days that lie within a year of each other form a group; the record grows from the group with most rows, of at least
    three days. A group that is not far from it joins it. A record of fewer than twelve days needs a gap of five years.
    At either end, few rows are far if the gap is longer than a year and than ten times every gap of the rest.

    >>> far_dates(np.array(["2024-01-01", "2024-01-02", "2024-01-09", "2204-01-03"], "datetime64[D]"), np.ones(4))
    array([False, False, False,  True])
    """
    known = np.flatnonzero(~np.isnat(days) & (counts > 0))
    order = known[np.argsort(days[known], kind="stable")]
    far = np.zeros(len(days), dtype=bool)
    distinct, place = np.unique(days[order], return_inverse=True)
    if len(distinct) < 4:
        return far
    numbers = distinct.astype(np.int64)
    group = np.concatenate([[0], np.cumsum(np.diff(numbers) > DAYS_OF_A_YEAR)])
    rows = np.bincount(group, np.bincount(place, counts[order]))
    if len(rows) == 1:
        return far
    starts = np.searchsorted(group, np.arange(len(rows)))
    ends = np.append(starts[1:], len(numbers)) - 1
    enough = ends - starts >= 2
    if not enough.any():
        return far
    low = high = int(np.argmax(np.where(enough, rows, -1)))
    while True:
        span = numbers[ends[high]] - numbers[starts[low]]
        before = numbers[starts[low]] - numbers[ends[low - 1]] if low else np.inf
        after = numbers[starts[high + 1]] - numbers[ends[high]] if high + 1 < len(rows) else np.inf
        days = ends[high] - starts[low] + 1
        if min(before, after) > max(span, DAYS_OF_A_YEAR if days >= ENOUGH_DAYS else FEW_DAYS_GAP):
            break
        low, high = (low - 1, high) if before <= after else (low, high + 1)
    low, high = _without_few(numbers, rows, starts, ends, low, high)
    far[order] = (group[place] < low) | (group[place] > high)
    return far


def _without_few(numbers, rows, starts, ends, low, high):
    """Return (low, high), the first and last group of a record, without groups at either end of few rows and days."""
    while low < high:
        inner = numbers[starts[low] : ends[high] + 1]
        most_days, most_rows = FEW * len(inner), FEW * rows[low : high + 1].sum()
        for first, rest in ((low, (low + 1, high)), (high, (low, high - 1))):
            kept = numbers[starts[rest[0]] : ends[rest[1]] + 1]
            gap = numbers[starts[low + 1]] - numbers[ends[low]] if first == low else numbers[starts[high]] - kept[-1]
            few = rows[first] <= most_rows and ends[first] - starts[first] + 1 <= most_days
            if few and gap > WIDER * np.diff(kept).max(initial=1):
                low, high = rest
                break
        else:
            break
    return low, high
