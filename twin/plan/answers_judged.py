"""Answers of five kinds judged out of sample: naive, the formula, the own history, the calendar, and forecast errors.

Each level is made from the record up to its own period alone, and judged by the demand that came after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from twin._check import floats, positive, probabilities, require
from twin.data.history import History, dense_in_weeks
from twin.lead_time_demand import LeadTimes
from twin.past_errors import LaneErrors, same_time_of_year
from twin.plan.promised import demand_after, lane_errors, levels_said, origins, outcome
from twin.protection import DemandPaths, over

_LEARNED = 2 / 3  # share of a record before the first level [-]
_RULES = {"formula": "lead time varies", "own history": "not independent", "conformal": "with season"}


class JudgedAnswers(NamedTuple):
    """Levels of each answer at the end of periods, what they kept, and what they cost; NaN where not judged."""

    dates: NDArray[np.datetime64]  # shape (periods,)
    came: NDArray[np.float64]  # mean demand of the interval after each period, over its lengths [pallet]
    levels: dict[str, NDArray[np.float64]]  # by answer [pallet]
    kept: dict[str, NDArray[np.float64]]  # as of `promised.outcome` [-]
    cost: dict[str, NDArray[np.float64]]  # as of `promised.outcome` [pallet]

    def means(self) -> pd.DataFrame:
        """Return the means of kept, level and cost over the judged periods, a row for each answer."""
        judged = ~np.isnan(self.kept["formula"])
        rows = [[np.mean(by[name][judged]) for by in (self.kept, self.levels, self.cost)] for name in self.levels]
        return pd.DataFrame(rows, index=list(self.levels), columns=["kept", "level", "cost"])


def told(found: JudgedAnswers | None, *, price: float | None = None) -> list[str]:
    """Return a line for each answer: what it kept, its mean level, and its mean cost.

    found : JudgedAnswers of a lane; None is a record that is too short
    price : cost of a pallet left over, for costs in dollars; else they are in pallets left over [$/pallet]
    """
    if found is None:
        return ["the record is too short to judge these answers on its last third"]
    lines = []
    for name, row in found.means().iterrows():
        cost = f"{row.cost:,.0f} pallets" if price is None else f"${price * row.cost:,.1f}"
        lines.append(f"{name:12} kept {row.kept:6.1%}, mean level {row.level:8,.1f} pallets, mean cost {cost}")
    return lines


def against_the_formula(found: Mapping[str, JudgedAnswers]) -> pd.DataFrame:
    """Return by how much the mean cost of the other answers differs from that of the formula, a row for each lane. [-]

    found : dict of lane -> JudgedAnswers; a lane on which the formula costs nothing has no row
    """
    costs = {lane: answers.means()["cost"] for lane, answers in found.items()}
    changes = {lane: cost.drop("formula") / cost["formula"] - 1 for lane, cost in costs.items() if cost["formula"] > 0}
    return pd.DataFrame(changes).T


def calendar_levels(
    volumes: ArrayLike, dates: ArrayLike, lengths: LeadTimes, origins: ArrayLike, *, service_level: float = 0.95
) -> NDArray[np.float64]:
    """Return the level that covered the intervals of the past that began at the same place of the calendar.

    S = min {x: sum_k p_k #{o in C: X(o, k) <= x} / (n_k + 1) >= a}

    C has the past periods of the same weekday and time of the year (within 31 days, in earlier years). Where its n_k
    sums are too few for the promise a, it has all weekdays of that time, then the weekday alone, then the whole past.

    Parameters
    ----------
    volumes : array_like, shape (periods,)
        The record in time order; NaN where unknown. [pallet/period]
    dates : array_like of datetime64, shape (periods,)
        Dates of the periods; weekdays count where they are days.
    lengths : LeadTimes
        Whole lengths L_k of the interval, at least 1. [period]
    origins : array_like of int
        Periods at whose end a level is made, from what was known then.
    service_level : float, optional
        The promise a, in (0, 1). [-]

    Returns
    -------
    ndarray, shape (periods,); NaN at other periods, and where the whole past is too short for the promise. [pallet]

    Source
    ------
    Vovk, Gammerman and Shafer (2005): conformal quantiles of the cells of a partition; notebook 01, eq. (1.7), for one
    period; notebook 02, eq. (2.8), for an interval.

    >>> days = np.arange("2024-01-01", "2024-01-29", dtype="datetime64[D]")
    >>> one_day = LeadTimes(np.array([1.0]), np.array([1.0]))
    >>> calendar_levels([1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 0.0] * 4, days, one_day, [25, 26], service_level=0.6)[25:27]
    array([9., 0.])
    """
    (share,), record = probabilities(service_level=service_level), floats("volumes", volumes)
    days = np.asarray(dates, "datetime64[D]")
    require(days.shape == record.shape, "dates", "one for each volume", days.shape)
    daily = len(days) > 1 and np.diff(days).min() == np.timedelta64(1, "D")
    weekday = days.astype(int) % 7 if daily else np.zeros(len(days), int)
    steps, found = int(np.max(lengths.length)), np.full(len(record), np.nan)
    for at in np.asarray(origins, dtype=int):
        after = sliding_window_view(np.concatenate([record[1 : at + 1], np.full(steps - 1, np.nan)]), steps)
        season = same_time_of_year((days[at] - days[:at]).astype(float))
        alike = weekday[:at] == weekday[at]
        for cell in (alike & season, season, alike, np.ones(at, bool)):
            paths = DemandPaths(np.zeros(steps), after[cell], np.zeros(np.sum(cell), bool))
            level = over(paths, lengths, service_level=float(share)).level(float(share))
            if np.isfinite(level):
                found[at] = level
                break
    return found


def judged_answers(
    history: History,
    lengths: LeadTimes,
    lanes: Sequence[str],
    *,
    service_level: float = 0.95,
    naive_buffer: float = 0.0,
    scale: float = 1.0,
    most: int = 400,
) -> dict[str, JudgedAnswers]:
    """Return five answers for each lane, judged on the last third of its record.

    naive: mean demand of the interval + naive_buffer sd of one period;  formula: Eq. (10.1);  own history: quantile of
    the stretches of the past;  calendar: `calendar_levels`;  conformal: forecast + quantile of past forecast errors

    Parameters
    ----------
    history : History
    lengths : LeadTimes
        Whole lengths of the interval, at least 1. [period]
    lanes : sequence of names of its lanes
    service_level : float, optional
        The promise a, in (0, 1). A pallet short costs a / (1 - a) times as much as one left over. [-]
    naive_buffer : float, optional
        Standard deviations of one period that the naive answer adds to the mean. [-]
    scale : float, optional
        Pallets handled for each pallet of volume, such as 1 + return rate, > 0. [-]
    most : int, optional
        Most periods that are judged.

    Returns
    -------
    dict of lane -> JudgedAnswers, of the lanes whose record carries all five answers somewhere
    """
    (factor,) = positive(scale=scale)
    names, dates, _ = dense_in_weeks(history)
    require(set(lanes) <= set(names), "lanes", "lanes of the history", list(lanes))
    mean_length, found = float(lengths.probability @ lengths.length), {}
    for lane, errors in lane_errors(history, lengths, lanes).items():
        volumes, past = errors.volumes * factor, errors.past * factor
        here = origins(volumes, lengths, learned=_LEARNED, most=most)
        scaled = LaneErrors(volumes, past, period=errors.period)
        said = levels_said(scaled, lengths, here, service_level=service_level)
        naive = np.full(len(volumes), np.nan)
        for at in here:
            known = volumes[: at + 1][~np.isnan(volumes[: at + 1])]
            naive[at] = known.mean() * mean_length + naive_buffer * known.std(ddof=1) if known.size > 1 else np.nan
        levels = {"naive": naive} | {name: said[rule] for name, rule in _RULES.items()}
        levels["calendar"] = calendar_levels(volumes, dates, lengths, here, service_level=service_level)
        levels["conformal"] = levels.pop("conformal")
        carried = ~np.isnan(np.sum(list(levels.values()), axis=0))
        levels = {name: np.where(carried, level, np.nan) for name, level in levels.items()}
        judged = {n: outcome(volumes, lengths, x, service_level=service_level) for n, x in levels.items()}
        if not np.isnan(judged["formula"].kept).all():
            found[lane] = JudgedAnswers(
                dates,
                demand_after(volumes, lengths) @ lengths.probability,
                levels,
                {name: each.kept for name, each in judged.items()},
                {name: each.cost for name, each in judged.items()},
            )
    return found
