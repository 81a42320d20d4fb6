"""Sentences on lanes whose answers are outside the region in which they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin._card import BASE_LANES, Card, Row, tolerance
from twin._regions import FACTORS, far, levels_of, places, values_of
from twin.answers import ANSWERS
from twin.demand import period_name

AGAINST = "; against the dynamic model: the median of simulated lanes, and the range"  # what errors are errors of


def remarks_of(card: Card, lanes: Mapping[str, Any], period: str | float) -> tuple[str, ...]:
    """Return a sentence for each block in which answers are outside their region; see `accuracy.remarks`."""
    values, found = values_of(lanes, period), []
    several = len(set(values["kind"].tolist())) > 1
    for (kind, factor, level), here in places(card, values):
        news = sorted((row for row in card.blocks[kind, factor, level] if _is_news(row, card)), key=_size)
        told = ", ".join(_error(row) for row in reversed(news))
        if told:
            where = [f"on {kind} lanes"] if several or factor == BASE_LANES else []
            where += [] if factor == BASE_LANES else [_words(card, kind, factor, level, period)]
            found.append((int(here.sum()), f"{' '.join(where)}{_count(here)}: {told}{AGAINST}"))
    for factor, side, limit, here in far(card, values):
        words, unit, _ = FACTORS[factor]
        where = words.format(f"{side} than {_written(limit, unit, period)}") + _count(here)
        found.append((int(here.sum()), f"{where}: no simulated lane is like that; the nearest counts"))
    return tuple(sentence for _, sentence in sorted(found, key=lambda each: -each[0]))


def _is_news(row: Row, card: Card) -> bool:
    """Return whether an answer is outside its region by more than the remark on the base lanes says."""
    if row.inside or row.factor == BASE_LANES:
        return not row.inside
    base = card.of_base(row)
    return base is None or base.inside or not base.lowest <= row.typical <= base.highest


def _size(row: Row) -> float:
    """Return the largest error of a row, in tolerances."""
    return max(-row.lowest, row.highest) / tolerance(row.answer)


def _words(card: Card, kind: str, factor: str, level: Any, period: str | float) -> str:
    """Return a level of a factor in words."""
    words, unit, _ = FACTORS[factor]
    if isinstance(level, str):
        return words.format(level)
    levels = levels_of(card, kind, factor)
    end = " or more" if level == levels[-1] else " or less" if level == levels[0] else ""
    return words.format(f"about {_written(level, unit, period)}{end}")


def _written(level: float, unit: str, period: str | float) -> str:
    """Return a level with its unit."""
    if unit == "-":
        return f"{100 * level:.3g}%"
    name = f" {period_name(period)}{'' if level == 1 else 's'}" if unit == "period" else ""
    return f"{level:.3g}{name}".replace("-", "−")


def _error(row: Row) -> str:
    """Return the error of an answer in words."""
    share, least = ANSWERS[row.answer].unit == "-", tolerance(row.answer)

    def size(*errors: float) -> str:
        digits, unit = (1, " points") if share else (0, "% of the margin" if row.answer == "profit" else "%")
        return " to ".join(f"{abs(100 * error):.{digits}f}" for error in errors) + unit

    name = ANSWERS[row.answer].label
    if row.lowest < -least and row.highest > least:
        return f"{name} between {size(row.lowest)} too low and {size(row.highest)} too high"
    near, far = sorted((row.lowest, row.highest), key=abs)
    side = "too high" if far > 0 else "too low"
    if near * far > 0:
        return f"{name} {size(row.typical)} {side} ({size(near, far)})"
    return f"{name} up to {size(far)} {side}"


def _count(here: NDArray[np.bool_]) -> str:
    """Return the number of lanes in parentheses; nothing if there is one lane."""
    some = int(here.sum())
    return "" if here.size == 1 else " (all lanes)" if some == here.size else f" ({some:,} of {here.size:,} lanes)"
