"""Everything known of the lanes of a network from which their actions are made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from twin import lane
from twin._choices import coded
from twin.demand import period_name
from twin.own_places import place_prices
from twin.plan.attention import SILENT, WEEKS, ranked_periods
from twin.plan.record_actions import JUDGED, breaks, gaps, promises
from twin.policy import POLICY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.plan.attention import Watched
    from twin.policy import Policy

STAKED = ("internal_capacity", "service_revenue", "sla_penalty")  # fields at which money is at risk only if stated


class Known(NamedTuple):
    """Everything known of the lanes: a row each of `statistics`, `volumes` (lanes, periods) and `table`.

    stated : whether the planner states a field of `STAKED` for each lane, by field, shape (lanes,).
    levels : service levels that are stated; NaN where none is, shape (lanes,). [-]
    contracts, site : contracts of the plan by name, and the site of each lane that has one.
    """

    calendar: WorkingCalendar
    last: np.datetime64
    statistics: pd.DataFrame
    volumes: NDArray[np.float64]
    policy: Policy
    found: Watched
    table: pd.DataFrame
    stated: Mapping[str, NDArray[np.bool_]]
    levels: NDArray[np.float64]
    contracts: Mapping[str, Mapping[str, Any]]
    site: Mapping[str, str]


class LaneFacts:
    """Answers, prices and coming need of the lanes, and what their record calls for; arrays of shape (lanes, ...)."""

    def __init__(self, known: Known) -> None:
        self.known, calendar = known, known.calendar
        self.period, self.length = calendar.period, calendar.length
        kinds = coded("kind", known.policy.kind, POLICY["kind"].choices)
        holds = kinds == POLICY["kind"].choices.index("stock")
        self.stocks = np.broadcast_to(holds, len(known.statistics))  # lanes whose stock takes places besides the goods
        self.names, self.block = known.statistics.index, ranked_periods(calendar.period, calendar.season)
        self.ahead = calendar.without_holidays.following(known.last, self.block * WEEKS[self.period] + 1)
        self.open = calendar.is_period(self.ahead[:-1])
        policy, count = known.policy, len(self.names)
        always, used = place_prices(policy.holding_cost, policy.own_place_cost)
        self.always, used, holding = (np.broadcast_to(x, count) for x in (always, used, policy.holding_cost))
        self.whole_price = holding + policy.partner_surcharge
        self.saved = np.maximum(self.whole_price - used, 0.0)
        self.answers = self._assessed(policy)
        self.best = self.answers
        with suppress(ValueError):  # for instance, holding that costs nothing has no best service level
            self.best = self._assessed(replace(policy, service_level=None))
        self.own = known.table["capacity"].to_numpy()[:count]
        self.mean = known.found.mean
        self.stated = (known.found.times[:, : self.block] != 1).any(axis=1)  # whether the plan states what comes next
        self.scale = np.broadcast_to((1 + policy.return_rate) * policy.dwell, count)
        self.gaps = gaps(known.volumes, self.block, self.block * SILENT[self.period])
        self.breaks = breaks(known.found.errors, known.volumes * self.scale[:, np.newaxis])
        promised = (self.answers["reorder_point"], self.answers["exposure"], np.nan_to_num(known.levels))
        self.promises = promises(known.volumes, *promised, self.block * JUDGED[self.period])

    def _assessed(self, policy):
        """Return the answers of the lanes under a policy, each with a number a lane."""
        answers = lane.assess(self.known.statistics, policy, period=self.length)
        return {name: np.broadcast_to(value, len(self.names)) for name, value in answers.items()}

    def forget_errors(self) -> None:
        """Forget the errors of all lanes, which would take much memory."""
        self.known = self.known._replace(found=None)

    def last_day(self, at: int) -> Any:
        """Return the last day of a lane on record."""
        return pd.Timestamp(self.known.statistics["last_date"].iloc[at]).date()

    @property
    def unit(self) -> str:
        """Return the name of a period."""
        return period_name(self.length)
