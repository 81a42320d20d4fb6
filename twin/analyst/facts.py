"""Add facts to the evidence: about a lane as it stands, a what-if, a comparison, an outlook, and the network."""

from collections.abc import Callable, Sequence

import numpy as np

from twin import demand, volatility
from twin._check import require
from twin.analyst.evidence import Evidence
from twin.answers import ANSWERS
from twin.lane import exposure_of
from twin.plan import lane_report
from twin.plan.portfolio import CHOICES, INPUTS, RANKINGS, Change, Portfolio
from twin.plan.quantities import QUANTITIES
from twin.policy import POLICY

RECENT_VOLUMES = 14  # number of latest periods that a model sees [period]
RAREST = 0.01  # share of periods that count as rare peaks [-]
PATTERN = 3  # smallest number of occurrences of a weekday, or of a month, that can form a pattern
MORE_SPACE = Change("internal_capacity", "times", 1.1)  # the what-if of a story on sharing capacity
ADDITIVE = {"pallet", "pallet/period", "$/period"}  # units of measures that have a sum over lanes
RANKED = 5  # number of lanes in the answer to a ranking
#: Numbers that a what-if and a comparison of lanes report.
REPORTED = tuple(name for name, row in QUANTITIES.items() if row.reported and (name in ANSWERS or name not in POLICY))


def lane_facts(evidence: Evidence, portfolio: Portfolio, lane: str, key: str) -> None:
    """Add all facts about a lane as it stands; `key` stands for the lane in their ids."""
    evidence.name_lane(key, lane)
    record = portfolio.feed.statistics.loc[lane]
    moments, policy = portfolio.inputs(lane)
    for name in ("demand_mean", "demand_sd", "last_volume", "trend", "periods"):
        evidence.add(key, name, record[name])
    for name in ("first_date", "last_date"):
        evidence.add(key, name, record[name].toordinal())
    for name, value in vars(policy).items():
        if name in CHOICES:
            evidence.choose(key, name, value)
        else:
            evidence.add(key, name, value)
    _horizon(evidence, portfolio, lane, key, portfolio.horizon)
    _evaluation(evidence, portfolio, lane, key)
    evidence.add(key, "use_with_buffer", portfolio.network([lane])["use_with_buffer"].iloc[0])
    if coming := portfolio.coming(lane):
        evidence.add(key, "coming_overflow_probability", coming["overflow_probability"])
    else:
        evidence.miss(key, "coming_overflow_probability", "the morning has no forecast of its overflow")
    _volatility(evidence, portfolio, lane, key, moments, policy)


def what_if(
    evidence: Evidence,
    portfolio: Portfolio,
    lane: str,
    key: str,
    changes: Sequence[Change],
    *,
    base: Sequence[Change] = (),
) -> str:
    """Add the numbers of a lane after changes to its inputs, and their differences; return the key of the what-if.

    base : changes of the case that it is compared with; by default the lane as it stands.
    """
    before, after = portfolio.numbers(lane, base), portfolio.numbers(lane, changes)
    inputs, changed = _inputs(portfolio, lane, base), _inputs(portfolio, lane, changes)
    other = f"whatif{1 + sum(name.startswith('whatif') for name in evidence.scenarios)}"
    evidence.scenarios[other] = (key, tuple(change.name for change in changes))
    for name in INPUTS:
        if changed[name] != inputs[name] and name in CHOICES:
            evidence.choose(other, name, changed[name])
        elif changed[name] != inputs[name]:
            evidence.add(other, name, changed[name])
            evidence.change(other, name, inputs[name], changed[name])
    before, after = _with_variation(before), _with_variation(after)
    for name in REPORTED:
        if name in after and name not in INPUTS:
            evidence.add(other, name, after[name])
            evidence.change(other, name, before[name], after[name])
    return other


def gap(evidence: Evidence, first: str, second: str) -> str:
    """Add the numbers of lane `second` less those of lane `first` (keys); return the key of the difference."""
    key = f"{second}_less_{first}"
    for name in REPORTED:
        values = [evidence.value(f"{lane}.{name}") for lane in (first, second)]
        if None not in values:
            evidence.change(key, name, *values)
    return key


def outlook(evidence: Evidence, portfolio: Portfolio, lane: str, key: str, horizon: int) -> str:
    """Add the forecast of a lane up to another horizon than the portfolio's; return the key of the outlook."""
    other = f"ahead{horizon}_{key}"
    numbers = portfolio.numbers(lane, horizon=horizon)
    _horizon(evidence, portfolio, lane, other, horizon)
    for name in ("horizon_mean", "horizon_workload", "horizon_capacity"):
        _add_or_miss(evidence, other, name, numbers)
    return other


def network(
    evidence: Evidence, portfolio: Portfolio, key_of: Callable[[str], str], measure: str, *, largest: bool = True
) -> list[str]:
    """Add the number of lanes, totals, and the first lanes of a ranking by a measure; return the keys of the latter."""
    require(measure in RANKINGS, "measure", "one that lanes can be ranked by", measure)
    table = portfolio.network()
    evidence.add("network", "lanes", len(table))
    for name in ("profit", "lane_profit", "expected_overflow", measure):
        if QUANTITIES[name].unit in ADDITIVE:
            evidence.add("network", name, table[name].sum())
    ranked = table[measure].nlargest(RANKED) if largest else table[measure].nsmallest(RANKED)
    keys = []
    for lane, value in ranked.items():
        keys.append(key_of(lane))
        evidence.name_lane(keys[-1], lane)
        evidence.add(keys[-1], measure, value)
    evidence.rankings[measure, largest] = keys
    return keys


def recent(portfolio: Portfolio, lane: str) -> list[tuple[str, float]]:
    """Return the latest known volumes of a lane as (date, volume) pairs. [pallet/period]"""
    dates, volumes = portfolio.feed.series(lane)
    pairs = zip(dates[-RECENT_VOLUMES:].astype(str), volumes[-RECENT_VOLUMES:].tolist(), strict=True)
    return [(date, volume) for date, volume in pairs if np.isfinite(volume)]


def one_point_more(level: float) -> Change:
    """Return the change of a service level by one percentage point, or by less if the level is too close to 1.

    >>> one_point_more(0.95).amount, one_point_more(0.999).amount
    (0.01, 0.0005)
    """
    return Change("service_level", "plus", 0.01 if level < 0.985 else round((1.0 - level) / 2, 9))


def _horizon(evidence, portfolio, lane, key, horizon):
    """Add the number of periods of a forecast, and its first and last date."""
    evidence.add(key, "horizon", horizon)
    last = portfolio.feed.series(lane)[0][-1].astype("datetime64[D]")
    ahead = portfolio.feed.calendar.following(last, horizon)
    for name, day in (("horizon_first_date", ahead[0]), ("horizon_last_date", ahead[-1])):
        evidence.add(key, name, day.item().toordinal())


def _evaluation(evidence, portfolio, lane, key):
    """Add the numbers of `lane_report.evaluate`."""
    numbers = portfolio.numbers(lane)
    for name in lane_report.NUMBERS:
        if name not in ("demand_mean", "demand_sd"):
            _add_or_miss(evidence, key, name, numbers)


def _add_or_miss(evidence, key, name, numbers):
    """Add a number as a fact, or note that the record is too short for a forecast."""
    if name in numbers:
        evidence.add(key, name, numbers[name])
    else:
        evidence.miss(key, name, f"a forecast takes at least {lane_report.SHORTEST} known periods")


def _volatility(evidence, portfolio, lane, key, moments, policy):
    """Add the shares of each cause in the variance of demand and of lead-time demand."""
    evidence.add(key, "coefficient_of_variation", volatility.coefficient_of_variation(**moments))
    times = exposure_of(policy, portfolio.feed.calendar.length)
    try:
        shares = demand.lead_time_demand_shares(*moments.values(), *times, policy.return_rate)
        for cause, share in shares._asdict().items():
            evidence.add(key, f"{cause}_share", share)
    except ValueError:
        for cause in demand.Shares._fields:
            evidence.miss(key, f"{cause}_share", "nothing varies")
    dates, volumes = portfolio.feed.series(lane)
    known = np.isfinite(volumes)
    dates, volumes = dates[known].astype("datetime64[D]"), volumes[known]
    patterns = {"season_share": dates.astype("datetime64[M]").astype(int) % 12}
    if portfolio.feed.period == "D":
        patterns["weekday_share"] = (dates.astype(int) + 3) % 7
    else:
        evidence.miss(key, "weekday_share", "the history is not daily")
    for name, groups in patterns.items():
        _pattern(evidence, key, name, volumes, groups, dates, {"season_share": 365, "weekday_share": 7}[name])
    try:
        evidence.add(key, "shock_share", volatility.shock_share(volumes, RAREST))
    except ValueError:
        evidence.miss(key, "shock_share", "the volumes do not vary")


def _pattern(evidence, key, name, volumes, groups, dates, cycle):
    """Add the share of variance that a pattern explains, if the record is long enough; `cycle` is its length [day]."""
    cycles = (dates[-1] - dates[0]).astype(int) / cycle
    if cycles < PATTERN - 1 or len(set(groups.tolist())) < 2:
        return evidence.miss(key, name, "the record is too short to tell")
    try:
        evidence.add(key, name, volatility.explained_share(volumes, groups))
    except ValueError:
        evidence.miss(key, name, "the volumes do not vary")


def _inputs(portfolio, lane, changes=()):
    """Return all inputs of a lane by name, after changes."""
    moments, policy = portfolio.inputs(lane, changes)
    return {**moments, **vars(policy)}


def _with_variation(numbers):
    """Return the numbers of a lane with the coefficient of variation added."""
    moments = {name: numbers[name] for name in ("demand_mean", "demand_sd")}
    return {**numbers, "coefficient_of_variation": float(volatility.coefficient_of_variation(**moments))}
