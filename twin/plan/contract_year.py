"""The coming year of the places under contract, month by month: places, their forecast use, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.periods import ONE_DAY
from twin.data.text import visible
from twin.plan.booking_terms import Booked, places_of
from twin.plan.contract_costs import cost_by_date, without_own
from twin.plan.contract_dates import contracts_on, notice_sentence
from twin.plan.horizon import forecasts_by_date
from twin.plan.needed_space import NeededSpace, carried_together, sd_on_record, space_of_lane, space_of_site
from twin.plan.policies import policy_of
from twin.plan.shared_places import shared_places
from twin.plan.site_lanes import lanes_of_sites
from twin.plan.wording import written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.feed import Feed
    from twin.plan.horizon import DatedForecasts
    from twin.policy import Policy

    Array = NDArray[np.float64]

MONTHS_AHEAD = 12  # of a year, from the month of the first coming period on
MOST_LANES_AHEAD = 32  # most lanes that are forecast over the year unless they are named
#: Column of a month -> (unit, meaning).
MONTH_COLUMNS = {
    "periods": ("period", "periods of the month that are to come"),
    "own_places": ("pallet", "own places"),
    "hard_places": ("pallet", "places of hard blocks"),
    "soft_places": ("pallet", "places of soft blocks, which may be given back"),
    "needed": ("pallet", "mean space needed, as forecast"),
    "use": ("-", "expected use of own places and hard blocks"),
    "beyond": ("pallet", "mean space beyond own places and hard blocks: soft blocks and the partner take it"),
    "fixed_cost": ("$", "paid whether places are used or not: own places, and the share of hard blocks that is fixed"),
    "variable_cost": ("$", "expected for other places of blocks, and for what goes to the partner at once"),
    "cost": ("$", "both together"),
}
CONTRACT_SAVES = ("$", "cost of the year without the contract, less the cost with it")
_MEANS = ("own_places", "hard_places", "soft_places", "needed", "beyond")  # means over a month; the others are sums


@dataclass(frozen=True)
class ContractYear:
    """The coming year of some sites and lanes.

    dates : first day of each period, shape (periods,).
    months : name of a site or lane -> a row for each month of the columns `MONTH_COLUMNS`; unknown numbers are NaN.
    contracts : those in force, with the columns of `contract_dates.CONTRACT_DATES` and saves, NaN where not computed.
    remarks : name -> sentences on its numbers.
    today : day from which notice counts.
    uncounted : number of a contract of several lanes whose places count for no site and no lane -> those who share it.
    others : names of sites and lanes that are left out, because together they have more than `MOST_LANES_AHEAD`.
    """

    dates: NDArray[np.datetime64]
    months: dict[str, pd.DataFrame]
    contracts: pd.DataFrame
    remarks: dict[str, list[str]]
    today: np.datetime64
    uncounted: dict[str, str]
    others: tuple[str, ...] = ()

    def sentences(self) -> Iterator[str]:
        """Yield the cost of the year of each site or lane, the days of notice, and what each contract saves."""
        for name, table in self.months.items():
            cost, fixed = (float(table[one].sum(skipna=False)) for one in ("cost", "fixed_cost"))
            always = f"{written(fixed, '$')} whether places are used or not"
            if cost == cost:
                total = f"cost {written(cost, '$')}, {always.replace(' ', ' of it ', 1)}"
            else:
                total = f"cost {always}, and an unknown amount by use" if fixed == fixed else "have an unknown cost"
            span = f"{self.dates[0]} to {self.dates[-1]}"
            yield " ".join([f"{visible(name, 60)}: the places {total}, {span}.", *self.remarks[name]])
        for name, row in self.contracts.sort_values("notice_by", kind="stable", na_position="last").iterrows():
            told, saves = notice_sentence(str(name), row, self.today, self.dates[-1]), row["saves"]
            amount = written(abs(saves), "$")
            worth = f" It saves {amount} in these months." if saves >= 0 else ""
            worth = f" It costs {amount} more than it saves in these months." if saves < 0 else worth
            if told:
                yield told + worth
        for number, lanes in self.uncounted.items():
            row = self.contracts.loc[number]
            paid = f", nor {written(row['fixed_cost'], '$')} that it costs in any case" if row["fixed_cost"] > 0 else ""
            yield (
                f"Contract {visible(number, 40)} is of {lanes}, and not of one site or one lane alone: its places "
                f"count in no year above{paid}. Put its lanes on one site, or state a contract for each."
            )
        if self.others:
            yield f"Left out: {', '.join(visible(name, 60) for name in self.others)}. Name one to see its year."


def contract_year(
    plan: CapacityPlan,
    feed: Feed,
    policies: pd.DataFrame,
    names: Iterable[str] = (),
    *,
    today: np.datetime64 | None = None,
) -> ContractYear:
    """Return the coming year of sites and lanes of a plan.

    The forecasts are those of the plan by date, the terms those of the places to book ahead, and own places are today's
    (`contract_costs.cost_by_date`). Where several lanes share the places of a site, its year is that of all of them.

    Parameters
    ----------
    plan : CapacityPlan
    feed : Feed, as `adjustments.planned_feed` returns it
    policies : the policy of each lane, as `policy_table` fills it in
    names : of sites or lanes, and only their contracts are told; by default all contracts, and the sites, and lanes of
        no site, that alone use one, up to 32 lanes
    today : day from which notice counts; by default that of this machine

    Limits
    ------
    Forecast errors are normal, with the spread of the lane's past errors so far ahead (`needed_space.sd_on_record`).
    After the last date of which the record has eight of these, its spread is kept.

    >>> from twin.plan.capacity_plan import CapacityPlan
    >>> from twin.plan.portfolio import research_portfolio
    >>> known, plan = research_portfolio(), CapacityPlan(author="eva")
    >>> block = {"type": "hard block", "first": "2026-01-01", "last": "2026-06-30", "places": 20, "price": 6}
    >>> plan.set("contract", "1", lanes="BER-MUC", **block)
    1
    >>> found = contract_year(plan, known.feed, known.policies)
    >>> found.months["BER-MUC"].shape, found.contracts.loc["1", "fixed_cost"]
    ((12, 10), 21720.0)
    """
    contracts, dates = plan.of("contract"), _coming(feed)
    names = list(names)
    who, left = _users(plan, feed, names)
    months, remarks, saves = {}, {}, {}
    for name, booked in who.items():
        of = {lane: policy_of(policies.loc[lane]) for lane in booked.lanes}
        space, notes = _space(plan, feed, of, booked, len(dates))
        costs = cost_by_date(space, booked, contracts, dates, feed.calendar)
        months[name], remarks[name] = _by_month(costs, dates), notes
        for number, contract in contracts.items():
            if contract["type"] != "spot" and booked.alone_uses(contract):
                if "price" not in contract and places_of(contract, dates).any():
                    notes.append(f"Contract {visible(number, 40)} states no price.")
                others = {key: each for key, each in contracts.items() if key != number}
                without = cost_by_date(without_own(space, contract, dates), booked, others, dates, feed.calendar)
                saves[number] = float((without["cost"] - costs["cost"]).sum())
    day = np.datetime64("today") if today is None else today
    if names:
        contracts = {key: each for key, each in contracts.items() if any(one.may_use(each) for one in who.values())}
    table = contracts_on(contracts, dates, day)
    table = table.assign(saves=[saves.get(name, np.nan) for name in table.index])
    return ContractYear(dates, months, table, remarks, day, _uncounted(plan, feed, table), left)


def _uncounted(plan: CapacityPlan, feed: Feed, table: pd.DataFrame) -> dict[str, str]:
    """Return who shares the places of a contract that no site and no lane uses alone, by the contract's number."""
    contracts = plan.of("contract")
    each = [*_sites(plan, feed).values(), *(Booked((lane,)) for lane in feed.statistics.index)]
    shared = (name for name in table.index if not any(who.alone_uses(contracts[name]) for who in each))
    lanes = {name: contracts[name].get("lanes") or ("all lanes",) for name in shared if table["type"][name] != "spot"}
    return {name: " and ".join(visible(lane, 60) for lane in some) for name, some in lanes.items()}


def _coming(feed: Feed) -> NDArray[np.datetime64]:
    """Return the first days of the periods that begin in the coming twelve months."""
    (first,) = feed.calendar.following(feed.forecasts.last, 1)
    end = (first.astype("datetime64[M]") + MONTHS_AHEAD).astype("datetime64[D]") - ONE_DAY
    dates = feed.calendar.range(first, end)
    return dates[dates <= end]


def _users(plan: CapacityPlan, feed: Feed, names: Sequence[str]) -> tuple[dict[str, Booked], tuple[str, ...]]:
    """Return who uses the places, sites with their lanes on record and lanes, by name; and the names left out."""
    found = _sites(plan, feed)
    alone = {lane: Booked((lane,)) for lane in feed.statistics.index}
    for name in names:
        require(name in found or name in alone, "entry", "a site of the plan, or a lane with flows", visible(name, 60))
    if names:
        return {name: found.get(name) or alone[name] for name in names}, ()
    of_site = {lane for each in found.values() for lane in each.lanes}
    contracts = plan.of("contract").values()
    both = found | {lane: each for lane, each in alone.items() if lane not in of_site}
    both = {name: each for name, each in both.items() if any(map(each.alone_uses, contracts))}
    reached = np.cumsum([len(each.lanes) for each in both.values()])
    kept = dict(name for name, lanes in zip(both.items(), reached, strict=True) if lanes <= MOST_LANES_AHEAD)
    return kept, tuple(name for name in both if name not in kept)


def _sites(plan: CapacityPlan, feed: Feed) -> dict[str, Booked]:
    """Return the sites with lanes on record, by name."""
    known = set(feed.statistics.index)
    sites = {site: tuple(lane for lane in lanes if lane in known) for site, lanes in lanes_of_sites(plan).items()}
    return {site: Booked(lanes, site) for site, lanes in sites.items() if lanes}


def _space(plan, feed, policies: dict[str, Policy], who: Booked, periods: int) -> tuple[NeededSpace, list[str]]:
    """Return the space that lanes need on the coming dates, NaN where unknown, and remarks on it."""
    lanes = list(who.lanes)
    ahead = forecasts_by_date(feed.forecasts, lanes, periods, longest=0)
    reach, each = _with_spread(ahead, lanes)
    spaces = [space_of_lane(*each[lane], policies[lane]) for lane in lanes]
    own = [float(policies[lane].internal_capacity) for lane in lanes]
    if len(lanes) > 1:
        places = float(shared_places(plan, lanes, own).capacity[0])
        steps = ahead.steps[np.minimum(np.arange(periods), max(reach - 1, 0))]
        space = space_of_site(spaces, [ahead.errors[lane] for lane in lanes], steps, places)
    else:
        space = spaces[0]
        if who.site is not None:
            space = space._replace(own_places=float(shared_places(plan, lanes, own).capacity[0]))
    if space.remark:
        unknown = np.full(periods, np.nan)
        return space._replace(mean=unknown, sd=unknown), [space.remark.replace("Bookings ahead", "Use and cost")]
    size = " for its size" if any(each.seasonal.any() for each in ahead.errors.values()) else ""
    day = ahead.dates[max(reach - 1, 0)]
    far = f"The spread of the forecast after {day} is that of this day{size}; the record carries no more."
    return space, [*_season_notes(ahead.seasons), *([far] if reach < periods else [])]


def _season_notes(seasons: dict[str, str]) -> list[str]:
    """Return the sentences on the season in the forecasts of lanes, each once, with its lanes where they differ."""
    said: dict[str, list[str]] = {}
    for lane, sentence in seasons.items():
        said.setdefault(sentence, []).append(visible(lane, 60))
    if len(said) == 1:
        return [sentence for sentence in said if sentence]
    return [f"{', '.join(lanes)}: {sentence}" for sentence, lanes in said.items() if sentence]


def _with_spread(ahead: DatedForecasts, lanes: Sequence[str]) -> tuple[int, dict[str, tuple[Array, Array]]]:
    """Return the number of dates with a spread for all lanes, and mean and spread of each; the last spread is kept."""
    means = {lane: ahead.table.loc[lane]["mean"].to_numpy() for lane in lanes}
    spreads = {lane: sd_on_record(ahead.errors[lane], ahead.steps, means[lane]) for lane in lanes}
    carried = carried_together([ahead.errors[lane] for lane in lanes], ahead.steps)
    carried &= ~np.isnan(list(spreads.values())).any(axis=0)
    reach = len(carried) if carried.all() else int(carried.argmin())
    last = np.minimum(np.arange(len(carried)), max(reach - 1, 0))
    held = {lane: spreads[lane][last] for lane in lanes}
    for lane in lanes:
        if ahead.errors[lane].seasonal.any():  # the spread goes on with the season
            held[lane] = np.where(np.isnan(spreads[lane]), held[lane], spreads[lane])
    return reach, {lane: (means[lane], held[lane]) for lane in lanes}


def _by_month(costs: dict[str, Array], dates: NDArray[np.datetime64]) -> pd.DataFrame:
    """Return the columns of `MONTH_COLUMNS` by month."""
    table = pd.DataFrame(costs, index=dates.astype("datetime64[M]").astype(str))
    groups = table.groupby(level=0)
    found = groups.sum(min_count=1).where(~groups.apply(lambda month: month.isna().any()))
    found[list(_MEANS)] = found[list(_MEANS)].div(groups.size(), axis=0)
    there = (found["own_places"] + found["hard_places"]) * groups.size()
    found = found.assign(periods=groups.size(), use=found["used"] / there.where(there > 0))
    return found[list(MONTH_COLUMNS)].rename_axis("month")
