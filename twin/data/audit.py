"""Look across the lanes of a file: lanes that are the sum of others, and names that may mean one lane."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from twin.data.text import visible

CALLED_TOTAL = frozenset(
    "total totals gesamt gesamtsumme insgesamt summe sum all alle overall grandtotal subtotal zwischensumme "
    "gesamtergebnis ergebnis totale somme tous todo todos".split()
)
FEWEST_PERIODS, FEWEST_VALUES = 5, 4  # a sum that holds in fewer periods, or with fewer values, may be chance
LARGEST_TABLE = 5_000_000  # lanes x periods; beyond, only the sum of all lanes is looked for
MOST_SUMS, MOST_PARTS = 50, 150  # lanes that are tried as a sum, largest first, and lanes tried as its parts
TOTAL_AGREES = 0.9  # share of the periods in which a lane that is called a total is the sum of the others
ENOUGH_PERIODS = 12  # from which a lane that is the sum of all others but for a few errors is no chance [-]
MOST_ROUNDED = 0.05  # largest share of a total that rounding explains [-]
TELLING = 8  # periods that rule out most lanes as parts of a sum
CLOSE = 1e-6  # relative difference up to which two sums are equal
NAMES_SHOWN = 3
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,2}", re.ASCII | re.IGNORECASE)
_LOOKALIKES = str.maketrans("АВЕКМНОРСТХУаеорсухіјΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTXYaeopcyxijABEZHIKMNOPTYX")


def normal_name(name: str) -> str:
    """Return a lane name without differences of writing: code points, case, dashes, blanks and a final .0.

    >>> normal_name("ber \\u2013 MUC"), normal_name("1001.0")
    ('bermuc', '1001')
    """
    text = unicodedata.normalize("NFKC", name).translate(_LOOKALIKES)
    text = re.sub(r"[.,]0+$", "", text) if re.fullmatch(r"\d+[.,]0+", text) else text
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Pd", "Zs", "Cf", "Cc") and c not in "_\u2212")
    return kept.casefold() or text


def names_told(lanes: Sequence[str]) -> Iterator[str]:
    """Yield a sentence on names that are alike, and one on names in scientific notation."""
    groups: dict[str, list[str]] = {}
    for lane in lanes:
        groups.setdefault(normal_name(lane), []).append(lane)
    alike = [names for names in groups.values() if len(names) > 1]
    if alike:
        shown = "; ".join(" and ".join(repr(visible(name, 40)) for name in names[:2]) for names in alike[:NAMES_SHOWN])
        number = sum(map(len, alike))
        yield (
            f"lane names that differ only in case, dashes, blanks or code points: {number:,} of {len(lanes):,}, which "
            f"may be {len(alike):,} {'lane' if len(alike) == 1 else 'lanes'} ({shown}); they are kept apart"
        )
    rounded = [lane for lane in lanes if _SCIENTIFIC.fullmatch(lane)]
    if rounded:
        yield (
            f"lane names in scientific notation: {len(rounded):,} ({', '.join(visible(x, 40) for x in rounded[:3])}); "
            "a spreadsheet has rounded long numbers, so one name may stand for several articles, whose flows are added "
            "up and cannot be told apart: export the column as text"
        )


def sum_lanes(flows: pd.DataFrame) -> dict[str, int]:
    """Return the lanes that are the sum of others in every period, each with the number of its parts.

    The sum of all other lanes is found for any number of lanes; sums of some by non-negative least squares whose
    weights are all 0 or 1. A lane that is called a total may differ in a tenth of its periods, and needs no number of
    periods.
    """
    lane, lanes = pd.factorize(flows["lane"], sort=True)
    date, dates = pd.factorize(flows["date"], sort=True)
    if len(lanes) < 2:
        return {}
    volume = np.nan_to_num(flows["volume"].to_numpy(dtype=float))
    names = [str(name) for name in lanes]
    if len(lanes) * len(dates) > LARGEST_TABLE:
        return _sum_of_all(lane, date, volume, names)
    table = np.zeros((len(lanes), len(dates)))
    np.add.at(table, (lane, date), volume)
    unread = np.zeros(len(dates), dtype=bool)
    unread[date[np.isnan(flows["volume"].to_numpy(dtype=float))]] = True
    return _sums_of_some(table[:, ~unread], names)


def _sum_of_all(lane, date, volume, names):
    total = np.bincount(date, volume)
    agree = np.abs(2 * volume - total[date]) <= CLOSE * total[date]
    whole = np.bincount(lane, agree, len(names)) == np.count_nonzero(total)
    found = [i for i in np.flatnonzero(whole) if len(np.unique(volume[lane == i])) >= FEWEST_VALUES]
    return {names[i]: len(names) - 1 for i in found[:1]}


def _sums_of_some(table, names):
    found: dict[str, int] = {}
    left = np.ones(len(names), dtype=bool)
    whole = table.sum(axis=0)
    sizes = table.sum(axis=1)
    largest = np.argsort(-sizes, kind="stable")[:MOST_SUMS]
    told = [i for i, name in enumerate(names) if is_total(name) and i not in set(largest.tolist())]
    for i in [*told, *largest[::-1].tolist()]:  # subtotals before totals
        mine = table[i]
        active = mine > 0
        if is_total(names[i]) and (number := _total_of(table, i, left, names)):
            found[names[i]] = number
            left[i] = False
            continue
        if _nearly_all(mine, sizes[left].sum() - sizes[i]) and (number := _total_of(table, i, left, names)) > 1:
            found[names[i]] = number
            left[i] = False
            continue
        if active.sum() < FEWEST_PERIODS or len(np.unique(mine[active])) < FEWEST_VALUES:
            continue
        share = mine / np.maximum(np.maximum(whole, mine), np.finfo(float).tiny)
        telling = np.argsort(np.where(whole > 0, share, np.inf))[:TELLING]  # where others are most often larger
        others = left & (sizes > 0) & (table[:, telling] <= mine[telling] * (1 + CLOSE)).all(axis=1)
        others[i] = False
        scale = CLOSE * np.maximum(mine, mine.max() * 1e-6)
        others[others] = (table[others] <= mine + scale).all(axis=1)
        parts = table[others]
        if len(parts) < 2 or (parts.sum(axis=0) < mine - scale).any():
            continue
        number = len(parts)
        if (np.abs(parts.sum(axis=0) - mine) > scale).any():
            number = _parts_by_weights(parts, mine)
        if number >= 2:
            found[names[i]] = number
            left[i] = False
    return found


def _nearly_all(mine, rest):
    """Return whether a lane of any name may be the sum of all others, of volume `rest`, but for a few errors."""
    enough = (mine > 0).sum() >= ENOUGH_PERIODS and len(np.unique(mine[mine > 0])) >= FEWEST_VALUES
    return enough and abs(rest - mine.sum()) <= (1 - TOTAL_AGREES) * rest


def _total_of(table, i, left, names):
    """Return the number of lanes that a total sums up: all that are no totals; 0 if it is not their sum.

    A total that stands in one period may sum up the whole record, of all lanes or of the lane that its name begins
    with: `Summe`, `BER-MUC Total`.
    """
    others = left & np.array([not is_total(name) for name in names]) & (table.sum(axis=1) > 0)
    others[i] = False
    mine, whole = table[i], table[others].sum(axis=0)
    active = mine > 0
    equal = np.abs(whole - mine) <= CLOSE * np.maximum(mine, 1e-6)
    if is_total(names[i]) and np.all(mine == np.rint(mine)):  # it, or its parts, may be rounded
        equal = np.abs(whole - mine) <= np.minimum(0.5 * (others.sum() + 1), MOST_ROUNDED * mine)
    if active.any() and equal[active].mean() >= TOTAL_AGREES:
        return int(others.sum())
    if active.sum() != 1 or not is_total(names[i]):
        return 0
    rest = " ".join(word for word in names[i].split() if not is_total(word))
    named = np.array([name == rest for name in names]) & others
    for parts in (others, named):
        if parts.any() and abs(table[parts].sum() - mine.sum()) <= CLOSE * mine.sum():
            return int(parts.sum())
    return 0


def _parts_by_weights(parts, mine):
    """Return the number of lanes whose sum is exactly `mine`, 0 if least squares finds none."""
    if len(parts) > MOST_PARTS or len(mine) < len(parts) + FEWEST_PERIODS:
        return 0
    weights, rest = nnls(parts.T, mine)
    whole = np.rint(weights)
    exact = np.abs(weights - whole).max() < 1e-6 and whole.max() <= 1 and rest <= CLOSE * np.linalg.norm(mine)
    return int(whole.sum()) if exact else 0


def is_total(name: str) -> bool:
    """Return whether a lane is called a total: one of its words is one of CALLED_TOTAL.

    >>> is_total("DE - Gesamt"), is_total("Totnes"), is_total("Grand Total")
    (True, False, True)
    """
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return any(word in CALLED_TOTAL for word in words) or "".join(words) in CALLED_TOTAL
