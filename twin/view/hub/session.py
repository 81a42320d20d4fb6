"""The state of one planner's session: the lane in view, all lanes, and their results. No widgets, no drawing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from twin._check import require
from twin.motion.prices import price_list_of
from twin.plan import ahead, lane_report
from twin.plan.ahead import OTHER_SEED, SHOWN_SEED
from twin.plan.booked_lane import bookings_of_lanes, bookings_of_sites
from twin.plan.coming_overflow import steps_watched
from twin.plan.forecast_paths import coming_demand
from twin.plan.horizon import forecasts_by_date, lane_by_date
from twin.plan.network_forecasts import coming_steps
from twin.plan.policies import policy_of
from twin.plan.portfolio import DEFAULT_HORIZON, Policies
from twin.plan.site_ahead import best_shared_places, site_ahead
from twin.plan.site_lanes import site_of
from twin.plan.unit_names import UnitNames
from twin.view.hub.lane_in_view import LaneInView
from twin.view.hub.partnership import Partnership

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from twin.forecast import Forecasts
    from twin.plan.ahead import Ahead
    from twin.plan.booked_lane import PlacesToBook
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.feed import Feed
    from twin.plan.horizon import Horizon
    from twin.plan.site_ahead import SiteAhead
    from twin.plan.site_lanes import SiteLanes
    from twin.policy import Policy
    from twin.view.hub.meanwhile import Work

PATHS_KEPT = 5  # number of simulations in the cache
DATED_KEPT = 4  # latest forecasts by date of lanes, or of the lanes of a site, that are kept
STRAIN, UNDER_USED = 1.10, 0.75  # default thresholds: use with buffer at which a lane's status changes [-]
STRAINED, NORMAL, SPARE = "capacity strain", "normal", "under-used"  # statuses of a lane


class Session(LaneInView):
    """The state of one planner's hub: the lane in view, all lanes, and their results.

    Parameters
    ----------
    feed, known, plan : as for `PlannedLanes`
    before : Session, optional
        Earlier session whose choices are kept for lanes that the feed still has, and by default its plan.
    """

    def __init__(
        self, feed: Feed, known: Policies | None = None, before: Session | None = None, plan: CapacityPlan | None = None
    ) -> None:
        super().__init__(feed, known, before._plan if plan is None and before is not None else plan)
        self.thresholds = {"strain": STRAIN, "under_used": UNDER_USED}
        self.units = UnitNames()  # names in all labels
        self.partnership = Partnership()
        if before is not None:
            self._keep(before)

    def _forget(self):
        super()._forget()
        self._paths = {}  # cache: simulated paths by lane or site, policy and question
        self._dated = {}  # cache: forecasts by date of the lanes in view, each with the lanes of its site

    def _keep(self, before):
        """Take over the choices of an earlier session; values that are out of bounds for the new flows are dropped."""
        same = self.feed.statistics.equals(before.feed.statistics) and self._same_plan(before)
        if same and before._morning is not None:  # for instance, a page that opens reads its ledger once more
            self._morning = before._morning
            self._look_at_decisions()
        self.thresholds, self.pinned, self.units = before.thresholds, before.pinned, before.units
        self.partnership, self._first_seen = before.partnership, before._first_seen
        for name in self.policies.index.intersection(list(before._changed)):
            self.lane = name
            with suppress(ValueError):
                self.change(**before._changed[name])
        self.lane = self.feed.statistics["demand_mean"].idxmax()
        if before.lane in self.policies.index:
            self.lane, self._site = before.lane, before._site

    # ------------------------------------------------------------ the lane over time

    def outlook(self) -> tuple[Forecasts | None, NDArray]:
        """Return the forecast of the lane over the horizon, and the first days of its periods."""
        forecasts = self.feed.forecasts
        coming, _ = coming_steps(forecasts.last, self.feed.calendar, self.horizon)
        return forecasts.outlook(self.lane, self.horizon), coming

    def ahead(self) -> tuple[Ahead, Ahead]:
        """Return the next days of the lane in the dynamic model: under today's policy, and under the alternative."""
        return tuple(self._next_days(policy) for policy in (self._today(), self.alternative()))

    def alternative(self) -> Policy:
        """Return the policy with the service level of least cost, and the places of least cost on other paths."""
        best = ahead.alternative(self.policy, self.numbers())
        prices, spaces = price_list_of(best), self._next_days(best, seed=OTHER_SEED).space
        places = best_shared_places(spaces[np.newaxis], prices.own_place_cost, prices.partner_surcharge)
        return replace(best, internal_capacity=places)

    def expected_demand(self) -> NDArray[np.float64]:
        """Return the lane's forecast that the actions of the morning have, from the end of its record on."""
        return coming_demand(self.feed.forecasts, self.lane, self.series()[0][-1], self.watched)

    @property
    def watched(self) -> int:
        """Number of periods ahead that the morning looks at. [period]"""
        return steps_watched(self.feed.calendar)

    def _next_days(self, policy, seed=SHOWN_SEED):
        """Return the next days of the lane under a policy, from a cache."""
        function = partial(ahead.ahead, forecast=self.expected_demand(), seed=seed)
        return self._simulated(function, policy, ("ahead", seed))

    def on_record(self) -> Ahead:
        """Return what today's policy would have kept on the record."""
        return self._simulated(ahead.on_record, self._today(), ahead.on_record)

    def by_date(self) -> Horizon:
        """Return the plan of the lane by date, over the horizon."""
        self._forecasts_by_date()  # with those of its site, so that one walk does for all
        of_lane = self.lane, self.feed.statistics, self._today(), self.horizon
        found = partial(lane_by_date, self.feed.forecasts, *of_lane, longest=self._longest())
        return self._from_cache((self.lane, self._today(), self.horizon), found)

    def places_to_book(self) -> PlacesToBook:
        """Return the places to book ahead of the lane's dates, over the horizon."""
        dated, policy = self._forecasts_by_date(), {self.lane: self.policy}
        return bookings_of_lanes(dated, policy, self.feed.calendar, self.contracts())[self.lane]

    def site_places_to_book(self) -> dict[str, PlacesToBook]:
        """Return the places to book ahead for the site of the lane, by its name; none if it shares no site."""
        names = self._lanes_here()
        if len(names) < 2:
            return {}
        each = {name: policy_of(row) for name, row in self.portfolio.policies.loc[names].iterrows()}
        return bookings_of_sites(self._forecasts_by_date(), each, self.feed.calendar, self._plan)

    def _lanes_here(self):
        """Return the lane in view, or all lanes of its site."""
        of_lane = {} if self._plan is None else self._plan.of("lane")
        here = of_lane.get(self.lane, {}).get("site")
        if here is None:
            return [self.lane]
        return [name for name, fields in of_lane.items() if fields.get("site") == here and name in self.policies.index]

    def _forecasts_by_date(self):
        """Return the forecasts by date of the lane in view and of the lanes of its site, from a cache."""
        names, longest = self._lanes_here(), self._longest()
        key, kept = (tuple(names), self.horizon, longest), self._dated
        if key not in kept:
            found = forecasts_by_date(self.feed.forecasts, names, self.horizon, longest=longest)
            self._dated = {**dict(list(kept.items())[1 - DATED_KEPT :]), key: found}
        return self._dated[key]

    def site_ahead(self) -> tuple[SiteLanes, SiteAhead]:
        """Return the site in motion and its next days, from a cache."""
        policies, stated = self.portfolio.policies, self.plan.of("site").get(self.site)

        def found():
            site = site_of(self.plan, self.site, self.feed, policies)
            site = replace(site, volumes=site.volumes * self._times(site.lanes)[:, np.newaxis])
            return site, site_ahead(site)

        lanes = self.sites()[self.site]
        return self._from_cache((self.site, repr(stated), policies.loc[lanes].to_csv()), found)

    def prepared(self) -> Work:
        """Forecast the lanes that are not in view in parts, as `Meanwhile` does them, so that a click finds them."""
        return self.feed.forecasts.prepared((1, DEFAULT_HORIZON, DEFAULT_HORIZON + self._longest()))

    def _today(self):
        """Return the policy of the lane with the service level that it has, stated or not."""
        return replace(self.policy, service_level=self.numbers()["service_level"])

    def _simulated(self, function, policy, key):
        """Return paths of the lane, from a cache: page and pictures ask for the same ones."""
        volumes = self.series()[1] * self._times([self.lane])
        found = partial(function, self.moments, policy, volumes, period=self.feed.calendar.length)
        return self._from_cache((self.lane, policy, key), found)

    def _times(self, lanes):
        """Return the factor by which the scenario in view changes the demand of lanes on all days."""
        planned, known = (feed.statistics["demand_mean"][list(lanes)] for feed in (self.feed, self._of_record))
        return (planned / known.where(known > 0, 1.0)).to_numpy()

    def _from_cache(self, key, found):
        """Return what was found before under a key, or find it now."""
        if key not in self._paths:
            self._paths = {**dict(list(self._paths.items())[-PATHS_KEPT:]), key: found()}
        return self._paths[key]

    def remarks(self) -> tuple[str, ...]:
        """Return sentences on answers of the lane that are outside the region in which they hold."""
        volumes = self.series()[1]
        return lane_report.remarks(self.moments, self.policy, self.numbers(), volumes, period=self.feed.calendar.length)

    # ------------------------------------------------------------ all lanes

    def network(self, only: list[str] | None = None) -> pd.DataFrame:
        """Return a table of lanes with the current values of their controls: answers of `lane.assess`, use and status.

        The outlook is the status by the forecast, and the coming overflow the share of the coming periods that exceed
        own capacity; "" and NaN until the morning is computed.
        Where the plan has sites, a column names that of each lane.
        only : names of the lanes; all lanes by default.
        """
        shown = self.portfolio.network(only)
        if sites := self.sites():
            of_lane = {name: site for site, lanes in sites.items() for name in lanes}
            shown["site"] = [of_lane.get(name, "") for name in shown.index]
        strain, under = self.thresholds["strain"], self.thresholds["under_used"]
        use = shown["use_with_buffer"]
        shown["status"] = np.select([use > strain, use < under], [STRAINED, SPARE], NORMAL)
        ahead = None if self._morning is None else self._morning.attention.lanes.reindex(shown.index)
        shown["outlook"] = "" if ahead is None else ahead["status"].fillna("no data")
        shown["coming_overflow"] = np.nan if ahead is None else ahead["overflow_probability"]
        return shown

    def set_thresholds(self, strain: float, under_used: float) -> None:
        """Set the use with buffer above which a lane is strained, and below which it is under-used. [-]"""
        rule = "0% < under-used < strain <= 1000%"
        require(0 < under_used < strain <= 10, "thresholds", rule, f"{under_used:.0%} and {strain:.0%}")
        self.thresholds = {"strain": float(strain), "under_used": float(under_used)}
