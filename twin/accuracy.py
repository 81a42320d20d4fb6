"""The accuracy card: how far the answers of `assess` are from the paths of the dynamic model, and where they hold.

The card is a table that comes with the package, `accuracy.json`. Each row compares an answer with simulated lanes that
differ from a base lane in one factor: `twin.motion.design` says which lanes, `twin.motion.judged` what is compared, and
`make card` writes the table. This module reads it, and tells which answers of given lanes are outside their region.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.answers import ANSWERS
from twin.demand import PERIOD_NAMES, days_per_period

CARD_FILE = Path(__file__).with_name("accuracy.json")
BASE = "base"  # factor of the rows of the base lanes
TOLERANCE_OF_SHARES = 0.01  # largest error of a share within its region [-]
TOLERANCE = 0.05  # largest error of any other answer within its region, as a part of the simulated value [-]


class Row(NamedTuple):
    """The errors of one answer on the lanes of a block: told less simulated, as a part of the simulated value, or in
    shares for an answer that is a share.

    `typical` is the median over the lanes, `lowest` and `highest` are the extremes, `standard_error` is the largest of
    a lane, and `inside` says whether every error is within the tolerance, up to four standard errors.
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
    "unmet": Factor("where unmet demand is {}", "", "backordered"),
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
#: Share of periods without demand from which demand counts as intermittent, whatever its coefficient of variation.
INTERMITTENT = 0.125


@dataclass(frozen=True)
class Card:
    """The rows of an accuracy card, and its provenance: design, seed, versions and digest."""

    rows: tuple[Row, ...]
    provenance: Mapping[str, Any]

    @cached_property
    def blocks(self) -> dict[tuple[str, str, str | float], tuple[Row, ...]]:
        """Return the rows of each block, by kind, factor and level."""
        found: dict[tuple[str, str, str | float], list[Row]] = {}
        for row in self.rows:
            found.setdefault((row.kind, row.factor, row.level), []).append(row)
        return {block: tuple(rows) for block, rows in found.items()}

    def outside(self, lanes: Mapping[str, Any], *, period: str = "D") -> dict[str, NDArray[np.bool_]]:
        """Return for each answer of the card which lanes are outside its region; arguments as in `remarks`."""
        values = _values(lanes, period)
        found = {row.answer: np.zeros(len(values["kind"]), bool) for row in self.rows}
        for block, here in self._places(values):
            for row in self.blocks[block]:
                if not row.inside:
                    found[row.answer] |= here
        return found

    def remarks(self, lanes: Mapping[str, Any], *, period: str = "D") -> tuple[str, ...]:
        """Return a sentence for each level of a factor at which answers are outside their region; see `remarks`."""
        values = _values(lanes, period)
        found = []
        for (kind, factor, level), here in self._places(values):
            told = ", ".join(_error(row) for row in self.blocks[kind, factor, level] if self._is_news(row))
            if told:
                where = f"on {kind} lanes" if factor == BASE else self._words(kind, factor, level, period)
                found.append((int(here.sum()), f"{where}{_count(here)}: {told}"))
        return tuple(sentence for _, sentence in sorted(found, key=lambda each: -each[0]))

    def _places(self, values: Mapping[str, NDArray[Any]]) -> Iterator[tuple[tuple[str, str, Any], NDArray[np.bool_]]]:
        """Yield each block that lanes belong to, and these lanes; the base block has all lanes of its kind."""
        for kind in dict.fromkeys(row.kind for row in self.rows):
            of_kind = values["kind"] == kind
            if not of_kind.any():
                continue
            yield (kind, BASE, ""), of_kind
            for factor in FACTORS:
                levels = self._levels(kind, factor)
                nearest = _nearest(values[factor], levels)
                for number, level in enumerate(levels):
                    here = of_kind & (nearest == number)
                    if (kind, factor, level) in self.blocks and here.any():
                        yield (kind, factor, level), here

    def _levels(self, kind: str, factor: str) -> list[Any]:
        """Return the levels of a factor in ascending order, that of the base lanes among them."""
        base = FACTORS[factor].base
        levels = [level for of_kind, name, level in self.blocks if (of_kind, name) == (kind, factor)]
        return sorted({*levels, *([] if base is None else [base])})

    def _is_news(self, row: Row) -> bool:
        """Return whether an answer is outside its region by more than the remark on the base lanes says."""
        if row.inside or row.factor == BASE:
            return not row.inside
        base = [each for each in self.blocks[row.kind, BASE, ""] if each.answer == row.answer]
        return not base or base[0].inside or not base[0].lowest <= row.typical <= base[0].highest

    def _words(self, kind: str, factor: str, level: Any, period: str) -> str:
        words, unit, _ = FACTORS[factor]
        if isinstance(level, str):
            return words.format(level)
        levels = self._levels(kind, factor)
        number = f"{100 * level:g}%" if unit == "-" else f"{level:g}".replace("-", "−")
        if unit == "period":
            number += f" {PERIOD_NAMES[period]}{'' if level == 1 else 's'}"
        if level == levels[-1]:
            return words.format(f"{number} or more")
        return words.format(f"{number} or less" if level == levels[0] else f"about {number}")


@cache
def card() -> Card:
    """Return the card that comes with the package.

    >>> [row.inside for row in card().blocks["stock", "base", ""] if row.answer == "service_level"]
    [True]
    """
    content = json.loads(CARD_FILE.read_text(encoding="utf-8"))
    return Card(tuple(Row(*row) for row in content["rows"]), content["provenance"])


def tolerance(answer: str) -> float:
    """Return the largest error of an answer within its region.

    >>> tolerance("fill_rate"), tolerance("profit")
    (0.01, 0.05)
    """
    return TOLERANCE_OF_SHARES if ANSWERS[answer].unit == "-" else TOLERANCE


def remarks(lanes: Mapping[str, Any], *, period: str = "D") -> tuple[str, ...]:
    """Return a sentence for each level of a factor at which answers of the lanes are outside their region.

    Parameters
    ----------
    lanes : mapping or DataFrame; each value is a number, or has one entry per lane
        Statistics, policy and answers of `assess`, by name. `autocorrelation` and `zero_share`, the share of periods
        without demand, are used if they are there. [-]
    period : "D", "W" or "MS", optional

    Returns
    -------
    tuple of sentences, those on most lanes first; empty if every answer is within its region. They give the median
    error on the simulated lanes, and its range: an answer is too high if it is above the simulated value.

    Limits
    ------
    Each factor is judged alone, at its level nearest to the lane. `card().provenance["check"]` says how many answers
    were off on lanes in which several factors differ, and how many of those had a remark.

    Source
    ------
    The dynamic model, `twin.motion.simulate`.

    >>> from twin import Policy, assess
    >>> moments = {"demand_mean": 100.0, "demand_sd": 20.0}
    >>> policy = Policy(lead_time_sd_days=2.0, service_level=0.9)
    >>> found = remarks({**moments, **vars(policy), **assess(moments, policy)})
    >>> any(sentence.startswith("where lead times vary by 2 days or more") for sentence in found)
    True
    """
    return card().remarks(lanes, period=period)


def _values(lanes: Mapping[str, Any], period: str) -> dict[str, NDArray[Any]]:
    """Return the value of each factor, and the kind, of every lane."""
    days = days_per_period(period)

    def of(name: str, otherwise: Any = 0.0) -> NDArray[Any]:
        return np.asarray(lanes[name] if name in lanes else otherwise)

    zero_share, law = of("zero_share"), of("lead_times", "independent")
    spread = of("lead_time_sd_days") / days
    varying = of("demand_sd") / of("demand_mean")
    found = {
        "kind": of("kind", "stock"),
        "unmet": np.where(of("unmet", "backordered") == "partner", "lost", of("unmet", "backordered")),
        "basis": of("basis", "peak"),
        "review_period": of("review_period_days") / days,
        **{
            f"lead_time_sd, {name}": np.where(law == name, spread, 0.0)
            for name in ("independent", "waiting", "persistent")
        },
        "lead_time_mean": of("lead_time_mean_days") / days,
        "demand_cv": np.where(zero_share < INTERMITTENT, varying, 0.0),
        "zero_share": zero_share,
        "autocorrelation": of("autocorrelation"),
        "return_rate": of("return_rate"),
        "dwell": of("dwell", 1.0),
        "lot": of("order_quantity") / of("workload_mean"),
        "service_level": of("service_level"),
        "capacity_ratio": of("internal_capacity") / of("required_capacity"),
    }
    return dict(zip(found, np.broadcast_arrays(*map(np.atleast_1d, found.values())), strict=True))


def _nearest(values: NDArray[Any], levels: list[Any]) -> NDArray[np.intp]:
    """Return the position of the nearest level; of texts, that of the same one, or -1."""
    if isinstance(levels[0], str):
        found = np.full(values.shape, -1)
        for number, level in enumerate(levels):
            found[values == level] = number
        return found
    return np.searchsorted((np.array(levels[1:]) + np.array(levels[:-1])) / 2, values)


def _error(row: Row) -> str:
    """Return the error of an answer in words."""
    share, least = ANSWERS[row.answer].unit == "-", tolerance(row.answer)

    def size(*errors: float) -> str:
        return " to ".join(f"{abs(100 * error):.{1 if share else 0}f}" for error in errors) + (
            " points" if share else "%"
        )

    name = ANSWERS[row.answer].label
    if row.lowest < -least and row.highest > least:
        return f"{name} between {size(row.lowest)} too low and {size(row.highest)} too high"
    near, far = sorted((row.lowest, row.highest), key=abs)
    spread = size(near, far) if near * far > 0 else f"up to {size(far)}"
    return f"{name} {size(row.typical)} too {'high' if far > 0 else 'low'} ({spread})"


def _count(here: NDArray[np.bool_]) -> str:
    """Return the number of lanes in parentheses; nothing if there is one lane."""
    some = int(here.sum())
    return "" if here.size == 1 else " (all lanes)" if some == here.size else f" ({some:,} of {here.size:,} lanes)"
