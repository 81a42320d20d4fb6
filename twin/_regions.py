"""The conditions that the accuracy card distinguishes, and which of them hold on given lanes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin._card import BASE_LANES, Card
from twin.demand import days_per_period
from twin.policy import POLICY

Values = dict[str, NDArray[Any]]


class Factor(NamedTuple):
    """A factor's level: its words in a sentence, its unit, and the value of the base lanes, None if several."""

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


def outside(card: Card, lanes: Mapping[str, Any], period: str | float) -> dict[str, NDArray[np.bool_]]:
    """Return for each answer of a card which lanes are outside its region; arguments as in `accuracy.remarks`."""
    values = values_of(lanes, period)
    found = {row.answer: np.zeros(len(values["kind"]), bool) for row in card.rows}
    for block, here in places(card, values):
        for row in card.blocks[block]:
            if not row.inside:
                found[row.answer] |= here
    return found


def places(card: Card, values: Values) -> Iterator[tuple[tuple[str, str, Any], NDArray[np.bool_]]]:
    """Yield each block that lanes belong to, and these lanes; the base block has all lanes of its kind."""
    for kind in dict.fromkeys(row.kind for row in card.rows):
        of_kind = values["kind"] == kind
        if not of_kind.any():
            continue
        yield (kind, BASE_LANES, ""), of_kind
        for factor in FACTORS:
            levels = levels_of(card, kind, factor)
            nearest = _nearest(values[factor], levels) if levels else None
            for number, level in enumerate(levels):
                here = of_kind & (nearest == number)
                if (kind, factor, level) in card.blocks and here.any():
                    yield (kind, factor, level), here


def far(card: Card, values: Values) -> Iterator[tuple[str, str, float, NDArray[np.bool_]]]:
    """Yield factor, side ("more" or "less"), limit and lanes, wherever lanes are far from the simulated ones."""
    for kind in dict.fromkeys(row.kind for row in card.rows):
        for factor, (_, _, base) in FACTORS.items():
            levels = [level for level in levels_of(card, kind, factor) if not isinstance(level, str)]
            if len(levels) < 2:
                continue
            high, low = FAR * levels[-1], levels[0] / FAR if 0 < levels[0] != base else -np.inf
            for side, limit, beyond in (("more", high, values[factor] > high), ("less", low, values[factor] < low)):
                here = beyond & (values["kind"] == kind)
                if here.any():
                    yield factor, side, limit, here


def levels_of(card: Card, kind: str, factor: str) -> list[Any]:
    """Return the levels of a factor in ascending order, that of the base lanes among them."""
    base = FACTORS[factor].base
    return sorted({*card.levels(kind, factor), *([] if base is None else [base])})


def values_of(lanes: Mapping[str, Any], period: str | float) -> Values:
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
