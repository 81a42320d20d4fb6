"""The rows of the accuracy card, and what they say of given lanes; `twin.accuracy` is the public door.

The card is a table that comes with the package, `accuracy.json`. Each row compares an answer with simulated lanes that
differ from a base lane in one factor: `twin.motion.design` says which lanes, and `twin.motion.judged` what is compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.answers import ANSWERS
from twin.demand import PERIOD_NAMES, days_per_period
from twin.policy import POLICY

CARD_FILE = Path(__file__).with_name("accuracy.json")
BASE_LANES = "base"  # factor of the rows of the base lanes
TOLERANCE_OF_SHARES = 0.01  # largest error of a share within its region [-]
TOLERANCE = 0.05  # largest error of any other answer within its region, as a part of the simulated value [-]


class Row(NamedTuple):
    """The errors of one answer on the lanes of a block: told less simulated, as a part of the simulated value, or in
    shares for an answer that is a share.

    `typical` is the median over the lanes, `lowest` and `highest` are the extremes, `standard_error` is the largest of
    a lane, and `inside` says whether every error is within the tolerance, up to four standard errors, but at most twice
    the tolerance. Errors of profit, which may be near zero, are parts of the margin of demand.
    """

    kind: str
    factor: str
    level: str | float
    answer: str
    typical: float
    lowest: float
    highest: float
    standard_error: float
    inside: bool


class Factor(NamedTuple):
    """How a level reads in a sentence, its unit, and the value of the base lanes; None if they have several."""

    words: str
    unit: str
    base: float | str | None


#: The factors that a plan or a record states, in the order of the remarks.
FACTORS = {
    "unmet": Factor("where the rule for unmet demand is {}", "", "backordered"),
    "basis": Factor("where places are counted at the {}", "", "peak"),
    "review_period": Factor("with a review period of {}", "period", 0.0),
    "lead_time_sd, independent": Factor("where lead times vary by {} and orders overtake each other", "period", 0.0),
    "lead_time_sd, waiting": Factor("where lead times vary by {} and orders wait for earlier ones", "period", 0.0),
    "lead_time_sd, persistent": Factor("where lead times vary by {} and stay so for a spell", "period", 0.0),
    "lead_time_mean": Factor("with a mean lead time of {}", "period", None),
    "demand_cv": Factor("where demand varies by {} of its mean", "-", 0.3),
    "zero_share": Factor("where {} of the periods have no demand", "-", 0.0),
    "autocorrelation": Factor("where demand has an autocorrelation of {}", "", 0.0),
    "return_rate": Factor("with a return rate of {}", "-", 0.0),
    "dwell": Factor("with a dwell time of {}", "period", 1.0),
    "lot": Factor("where a lot is the workload of {}", "period", 1.0),
    "service_level": Factor("at a service level of {}", "-", None),
    "capacity_ratio": Factor("where own capacity is {} of the required capacity", "-", None),
}
#: Policy fields that are switches of the model.
SWITCHED = ("kind", "unmet", "basis", "lead_times")
#: What a table of lanes must state.
NEEDED = (
    *("demand_mean", "demand_sd", "workload_mean", "order_quantity", "required_capacity", "service_level"),
    *("lead_time_mean_days", "lead_time_sd_days", "review_period_days", "return_rate", "dwell", "internal_capacity"),
)
#: Share of periods without demand from which demand counts as intermittent, whatever its coefficient of variation.
INTERMITTENT = 0.125
FAR = 1.5  # ratio to the outermost level of a factor from which on a lane is far from the simulated ones [-]


class Card:
    """The rows of an accuracy card, its provenance, and its rows by kind, factor and level."""

    def __init__(self, rows: tuple[Row, ...], provenance: Mapping[str, Any]) -> None:
        self.rows, self.provenance = rows, provenance
        self.blocks: dict[tuple[str, str, str | float], list[Row]] = {}
        for row in rows:
            self.blocks.setdefault((row.kind, row.factor, row.level), []).append(row)

    def outside(self, lanes: Mapping[str, Any], period: str) -> dict[str, NDArray[np.bool_]]:
        """Return for each answer of the card which lanes are outside its region; arguments as in `accuracy.remarks`."""
        values = _values(lanes, period)
        found = {row.answer: np.zeros(len(values["kind"]), bool) for row in self.rows}
        for block, here in self._places(values):
            for row in self.blocks[block]:
                if not row.inside:
                    found[row.answer] |= here
        return found

    def remarks(self, lanes: Mapping[str, Any], period: str) -> tuple[str, ...]:
        """Return a sentence for each block in which answers are outside their region; see `accuracy.remarks`."""
        values, found = _values(lanes, period), []
        several = len(set(values["kind"].tolist())) > 1
        for (kind, factor, level), here in self._places(values):
            told = ", ".join(_error(row) for row in self.blocks[kind, factor, level] if self._is_news(row))
            if told:
                where = [f"on {kind} lanes"] if several or factor == BASE_LANES else []
                where += [] if factor == BASE_LANES else [self._words(kind, factor, level, period)]
                found.append((int(here.sum()), f"{' '.join(where)}{_count(here)}: {told}"))
        for where, here in self._far(values, period):
            found.append(
                (int(here.sum()), f"{where}{_count(here)}: no simulated lane is like that; the nearest counts")
            )
        return tuple(sentence for _, sentence in sorted(found, key=lambda each: -each[0]))

    def worst(self) -> dict[str, Row]:
        """Return for each answer the row with its largest error."""
        found: dict[str, Row] = {}
        for row in self.rows:
            held = found.setdefault(row.answer, row)
            if max(-row.lowest, row.highest) > max(-held.lowest, held.highest):
                found[row.answer] = row
        return found

    def _places(self, values: Mapping[str, NDArray[Any]]) -> Iterator[tuple[tuple[str, str, Any], NDArray[np.bool_]]]:
        """Yield each block that lanes belong to, and these lanes; the base block has all lanes of its kind."""
        for kind in dict.fromkeys(row.kind for row in self.rows):
            of_kind = values["kind"] == kind
            if not of_kind.any():
                continue
            yield (kind, BASE_LANES, ""), of_kind
            for factor in FACTORS:
                levels = self._levels(kind, factor)
                nearest = _nearest(values[factor], levels) if levels else None
                for number, level in enumerate(levels):
                    here = of_kind & (nearest == number)
                    if (kind, factor, level) in self.blocks and here.any():
                        yield (kind, factor, level), here

    def _far(self, values: Mapping[str, NDArray[Any]], period: str) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Yield in words each side on which lanes are far from the outermost levels of a factor, and these lanes."""
        for kind in dict.fromkeys(row.kind for row in self.rows):
            for factor, (words, unit, base) in FACTORS.items():
                levels = [level for level in self._levels(kind, factor) if not isinstance(level, str)]
                if len(levels) < 2:
                    continue
                high, low = FAR * levels[-1], levels[0] / FAR if 0 < levels[0] != base else -np.inf
                for side, limit, far in (("more", high, values[factor] > high), ("less", low, values[factor] < low)):
                    here = far & (values["kind"] == kind)
                    if here.any():
                        yield words.format(f"{side} than {_written(limit, unit, period)}"), here

    def _levels(self, kind: str, factor: str) -> list[Any]:
        """Return the levels of a factor in ascending order, that of the base lanes among them."""
        base = FACTORS[factor].base
        levels = [level for of_kind, name, level in self.blocks if (of_kind, name) == (kind, factor)]
        return sorted({*levels, *([] if base is None else [base])})

    def _is_news(self, row: Row) -> bool:
        """Return whether an answer is outside its region by more than the remark on the base lanes says."""
        if row.inside or row.factor == BASE_LANES:
            return not row.inside
        base = [each for each in self.blocks[row.kind, BASE_LANES, ""] if each.answer == row.answer]
        return not base or base[0].inside or not base[0].lowest <= row.typical <= base[0].highest

    def _words(self, kind: str, factor: str, level: Any, period: str) -> str:
        words, unit, _ = FACTORS[factor]
        if isinstance(level, str):
            return words.format(level)
        levels, number = self._levels(kind, factor), _written(level, unit, period)
        end = " or more" if level == levels[-1] else " or less" if level == levels[0] else ""
        return words.format(f"about {number}{end}")


@cache
def shipped() -> Card:
    """Return the card that comes with the package."""
    content = json.loads(CARD_FILE.read_text(encoding="utf-8"))
    rows = (Row(*block, *row) for block, rows in content["blocks"] for row in rows)
    return Card(tuple(rows), content["provenance"])


def tolerance(answer: str) -> float:
    """Return the largest error of an answer within its region."""
    return TOLERANCE_OF_SHARES if ANSWERS[answer].unit == "-" else TOLERANCE


def _values(lanes: Mapping[str, Any], period: str) -> dict[str, NDArray[Any]]:
    """Return the value of each factor, and the kind, of every lane."""
    days = days_per_period(period)
    given = {name: np.asarray(lanes[name], float) for name in NEEDED}
    zero_share, correlation = (
        np.asarray(lanes[name] if name in lanes else 0.0, float) for name in ("zero_share", "autocorrelation")
    )
    words = {name: _words_of(name, lanes[name]) for name in SWITCHED}
    spread = given["lead_time_sd_days"] / days
    variation = given["demand_sd"] / given["demand_mean"]
    found = {
        **words,
        "review_period": given["review_period_days"] / days,
        "lead_time_mean": given["lead_time_mean_days"] / days,
        "demand_cv": np.where(zero_share < INTERMITTENT, variation, 0.0),
        "zero_share": zero_share,
        "autocorrelation": correlation,
        "return_rate": given["return_rate"],
        "dwell": given["dwell"],
        "lot": given["order_quantity"] / given["workload_mean"],
        "service_level": given["service_level"],
        "capacity_ratio": given["internal_capacity"] / given["required_capacity"],
    }
    for law in ("independent", "waiting", "persistent"):
        found[f"lead_time_sd, {law}"] = np.where(words["lead_times"] == law, spread, 0.0)
    return dict(zip(found, np.broadcast_arrays(*map(np.atleast_1d, found.values())), strict=True))


def _words_of(name: str, value: Any) -> NDArray[Any]:
    """Return the words of a switch; a table may hold their numbers."""
    given = np.asarray(value)
    if given.dtype.kind in "OUST":
        return given.astype(str)
    return np.array(POLICY[name].choices)[given.astype(int)]


def _nearest(values: NDArray[Any], levels: list[Any]) -> NDArray[np.intp]:
    """Return the position of the nearest level; of texts, that of the same one, or -1."""
    if isinstance(levels[0], str):
        found = np.full(values.shape, -1)
        for number, level in enumerate(levels):
            found[values == level] = number
        return found
    return np.searchsorted((np.array(levels[1:]) + np.array(levels[:-1])) / 2, values)


def _written(level: float, unit: str, period: str) -> str:
    """Return a level with its unit."""
    if unit == "-":
        return f"{100 * level:.3g}%"
    name = f" {PERIOD_NAMES[period]}{'' if level == 1 else 's'}" if unit == "period" else ""
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
