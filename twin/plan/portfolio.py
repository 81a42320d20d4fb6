"""Lanes with their policies: every number of a lane as it stands, or with changed inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import numpy as np
import pandas as pd

from twin import lane, volatility
from twin._check import numbers, require
from twin._choices import coded, worded
from twin.answers import ANSWERS
from twin.data.scenarios import POLICIES, research_lanes
from twin.data.text import visible
from twin.plan import lane_report
from twin.plan.at_risk import Booking, lane_at_risk
from twin.plan.attention import SILENT, ranked_periods
from twin.plan.feed import Feed, feed_of_history
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.policy import POLICY, Policy

#: Policies as `policy_table` takes them.
Policies: TypeAlias = pd.DataFrame | Mapping[str, Mapping[str, float]]

DEMAND = ("demand_mean", "demand_sd")
INPUTS = (*DEMAND, *POLICY)
CHOICES = {name: row for name, row in POLICY.items() if row.choices}  # inputs whose value is one of a few words
ORDER = {"demand_mean": 0, "service_level": 2}  # rank in which changes are made; 1 for all other inputs
HOW = {"to": lambda value, amount: amount, "times": np.multiply, "plus": np.add}
DEFAULT_HORIZON = 14  # default horizon of the forecast [period]
LONGEST_HORIZON = {"D": 90, "W": 52, "MS": 24, "QS": 16}  # longest horizon of the forecast [period]
#: Columns of `network` that lanes can be ranked by.
RANKINGS = tuple(
    dict.fromkeys(
        (
            *("last_volume", "trend", "use_with_buffer", "coefficient_of_variation"),
            *(name for name in INPUTS if name not in CHOICES),
            *ANSWERS,
        )
    )
)
MOST_USE = 10.0  # largest use that is shown; without own capacity it would be infinite [-]


@dataclass(frozen=True)
class Change:
    """A change of an input of a lane: set `to` an amount, multiplied (`times`) or increased (`plus`), in its unit.

    A field whose value is one of a few words can be set `to` a word only, or to its number.
    """

    name: str
    how: str
    amount: float | str

    def __post_init__(self):
        require(self.name in INPUTS, "input", f"one of {', '.join(INPUTS)}", self.name)
        require(self.how in HOW, "how", f"one of {', '.join(HOW)}", self.how)
        if row := CHOICES.get(self.name):
            require(self.how == "to", "how", f"to, as {self.name} is a word", self.how)
            coded(self.name, self.amount, row.choices)
        else:
            numbers(amount=self.amount)

    def of(self, value: float) -> float:
        """Return a value after the change; the number of a word."""
        if row := CHOICES.get(self.name):
            return float(coded(self.name, self.amount, row.choices))
        return float(HOW[self.how](value, self.amount))


@dataclass(frozen=True)
class Portfolio:
    """Lanes and their policies; immutable.

    feed : plan.feed.Feed
    policies : DataFrame, one row per lane, the fields of `Policy` as columns; a missing service level means the
        critical ratio.
    horizon : default horizon of the forecast. [period]
    assumptions : sentences on unset policy fields.
    changed : lanes whose policy differs from the one they started with.
    bookings : places that decisions of a plan take, as `at_risk.bookings_of` returns them.
    """

    feed: Feed
    policies: pd.DataFrame
    horizon: int
    assumptions: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    bookings: Mapping[str, Sequence[Booking]] = field(default_factory=dict)

    def inputs(self, name: str, changes: Iterable[Change] = ()) -> tuple[dict[str, float], Policy]:
        """Return (moments, policy) of a lane after changes.

        A change of `demand_mean` scales `demand_sd`, so that the coefficient of variation stays the same, unless
        `demand_sd` is changed, too. An unset service level first follows from the changed costs, and is then changed.
        """
        require(name in self.policies.index, "lane", "one of the lanes", visible(name))
        row = self.policies.loc[name].copy()
        moments = {given: float(self.feed.statistics.loc[name, given]) for given in DEMAND}
        for change in sorted(changes, key=lambda change: ORDER.get(change.name, 1)):
            if change.name == "service_level":
                row["service_level"] = change.of(float(policy_of(row).service_level))
            elif change.name in POLICY:
                row[change.name] = change.of(row[change.name])
            else:
                before, now = moments[change.name], change.of(moments[change.name])
                moments[change.name] = now
                if change.name == "demand_mean":
                    moments["demand_sd"] *= now / before
        return moments, policy_of(row)

    def numbers(self, name: str, changes: Iterable[Change] = (), *, horizon: int | None = None) -> dict[str, float]:
        """Return every number of a lane, as `lane_report.evaluate` does, after changes of its inputs."""
        moments, policy = self.inputs(name, changes)
        _, volumes = self.feed.series(name)
        scale = moments["demand_mean"] / float(self.feed.statistics.loc[name, "demand_mean"])
        ahead = self.horizon if horizon is None else horizon
        how = {
            "period": self.feed.calendar.length,
            "scale": scale,
            "outlooks": partial(self.feed.forecasts.outlook, name),
        }
        return lane_report.evaluate(moments, policy, volumes, horizon=ahead, **how)

    def coming(self, name: str) -> dict[str, float]:
        """Return overflow of a lane in the coming week or month, as the morning has it; empty where it has none.

        The names are those of `at_risk.AT_RISK_COLUMNS`.
        """
        forecasts, calendar = self.feed.forecasts, self.feed.calendar
        silent = calendar.between(self.feed.series(name)[0][-1], forecasts.last)
        ended = silent >= ranked_periods(calendar.period, calendar.season) * SILENT[calendar.period]
        _, policy = self.inputs(name)
        if ended or not policy.internal_capacity > 0 or forecasts.outlook(name, 1) is None:
            return {}
        return lane_at_risk(forecasts, name, policy, self.bookings)

    def network(self, only: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table of lanes, all by default: their inputs, every answer of `lane.assess`, variation and use.

        use, use_with_buffer : latest workload over the dwell time, without and with the buffer, as a share of own
        capacity, notebook 06, eq. (6.1); at most `MOST_USE`. [-]
        """
        statistics, table = self.feed.statistics, self.policies
        if only is not None:
            statistics, table = statistics.loc[only], table.loc[only]
        policy = policy_of(table)
        answers = lane.assess(statistics, policy, period=self.feed.calendar.length)
        answers.attrs.clear()  # pandas would copy them with every column
        latest = (1 + policy.return_rate) * statistics["last_volume"] * policy.dwell
        own = np.maximum(policy.internal_capacity, 1e-9)
        columns = {
            **{name: statistics[name] for name in ("last_volume", *DEMAND, "trend")},
            **{name: value for name, value in vars(policy).items() if name not in ANSWERS},
            **{name: worded(getattr(policy, name), row.unit) for name, row in CHOICES.items()},
            "coefficient_of_variation": volatility.coefficient_of_variation(
                **{name: statistics[name].to_numpy() for name in DEMAND}
            ),
            **answers,
            "use": np.minimum(latest / own, MOST_USE),
            "use_with_buffer": np.minimum((latest + answers["safety_stock"]) / own, MOST_USE),
        }
        return pd.DataFrame(columns, index=statistics.index)


def portfolio_of(feed: Feed, known: Policies | None = None, horizon: int = DEFAULT_HORIZON) -> Portfolio:
    """Return the portfolio of a feed, with the starting policies of its lanes.

    known : policies as `policy_table` takes them, optional; unset fields are filled in.
    """
    policies, assumptions = policy_table(feed.statistics, policies=known, period=feed.calendar.length)
    return Portfolio(feed, policies, horizon, assumptions)


def research_portfolio() -> Portfolio:
    """Return the research lanes with their own policies.

    >>> research_portfolio().policies.index.tolist()
    ['BER-MUC', 'FRA-PAR', 'HAM-ROT']
    """
    return portfolio_of(feed_of_history(research_lanes(), "research"), POLICIES)
