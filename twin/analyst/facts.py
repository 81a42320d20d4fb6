"""What is put on the table of facts: a lane as it stands, a lane if something were different, all lanes together."""

import numpy as np

from twin import demand, volatility
from twin._check import require
from twin.answers import ANSWERS
from twin.plan import lane_report
from twin.plan.portfolio import INPUTS, RANKINGS, Change
from twin.plan.quantities import QUANTITIES
from twin.policy import POLICY

RECENT_VOLUMES = 14  # last periods of a lane that a model sees
RAREST = 0.01  # share of periods that count as the largest [-]
PATTERN = 3  # times that a weekday or a month must have come by, before it counts as a pattern
MORE_SPACE = Change("internal_capacity", "times", 1.1)  # what own space is compared with
ADDITIVE = {"pallet", "pallet/period", "$/period"}  # units of what lanes have together
RANKED = 5  # lanes of a ranking that are named
#: Numbers that a what-if and a comparison of lanes report.
REPORTED = tuple(name for name, row in QUANTITIES.items() if row.reported and (name in ANSWERS or name not in POLICY))


def lane_facts(evidence, portfolio, lane, key):
    """Add what is known of a lane as it stands."""
    evidence.name_lane(key, lane)
    record = portfolio.feed.statistics.loc[lane]
    moments, policy = portfolio.inputs(lane)
    for name in ("demand_mean", "demand_sd", "last_volume", "trend", "periods"):
        evidence.add(key, name, record[name])
    for name in ("first_date", "last_date"):
        evidence.add(key, name, record[name].toordinal())
    for name, value in vars(policy).items():
        evidence.add(key, name, value)
    evidence.add(key, "horizon", portfolio.horizon)
    _evaluation(evidence, portfolio, lane, key)
    evidence.add(key, "use", portfolio.network([lane])["use"].iloc[0])
    _volatility(evidence, portfolio, lane, key, moments, policy)


def what_if(evidence, portfolio, lane, key, changes, *, base=()):
    """Add the numbers of a lane, `key`, with changes to its inputs, and how they differ from those with the changes
    `base`: from the lane as it stands, where there are none. Return the key of the what-if.
    """
    before, after = portfolio.numbers(lane, base), portfolio.numbers(lane, changes)
    inputs, changed = _inputs(portfolio, lane, base), _inputs(portfolio, lane, changes)
    other = f"whatif{1 + sum(name.startswith('whatif') for name in evidence.scenarios)}"
    evidence.scenarios[other] = (key, tuple(change.name for change in changes))
    for name in INPUTS:
        if changed[name] != inputs[name]:
            evidence.add(other, name, changed[name])
            evidence.change(other, name, inputs[name], changed[name])
    before, after = _with_variation(before), _with_variation(after)
    for name in REPORTED:
        if name in after and name not in INPUTS:
            evidence.add(other, name, after[name])
            evidence.change(other, name, before[name], after[name])
    return other


def gap(evidence, first, second):
    """Add how the numbers of a second lane differ from those of a first one; return the key of the difference."""
    key = f"{second}_less_{first}"
    for name in REPORTED:
        values = [evidence.value(f"{lane}.{name}") for lane in (first, second)]
        if None not in values:
            evidence.change(key, name, *values)
    return key


def outlook(evidence, portfolio, lane, key, horizon):
    """Add what is forecast for other periods ahead than the portfolio looks; return the key of the outlook."""
    other = f"ahead{horizon}_{key}"
    numbers = portfolio.numbers(lane, horizon=horizon)
    evidence.add(other, "horizon", horizon)
    for name in ("horizon_mean", "horizon_workload", "horizon_capacity"):
        _add_or_miss(evidence, other, name, numbers)
    return other


def network(evidence, portfolio, key_of, measure, *, largest=True):
    """Add the number of lanes, their total profit and those at the top by a measure, best first; return their keys."""
    require(measure in RANKINGS, "measure", "one that lanes can be ranked by", measure)
    table = portfolio.network()
    evidence.add("network", "lanes", len(table))
    for name in ("profit", "expected_overflow", measure):
        if QUANTITIES[name].unit in ADDITIVE:
            evidence.add("network", name, table[name].sum())
    ranked = table[measure].nlargest(RANKED) if largest else table[measure].nsmallest(RANKED)
    keys = []
    for lane, value in ranked.items():
        keys.append(key_of(lane))
        evidence.name_lane(keys[-1], lane)
        evidence.add(keys[-1], measure, value)
    return keys


def recent(portfolio, lane):
    """Return the last volumes of a lane, as (date, volume) pairs; missing ones left out. [pallet/period]"""
    dates, volumes = portfolio.feed.series(lane)
    pairs = zip(dates[-RECENT_VOLUMES:].astype(str), volumes[-RECENT_VOLUMES:].tolist(), strict=True)
    return [(date, volume) for date, volume in pairs if np.isfinite(volume)]


def one_point_more(level):
    """Return the change of a service level by one percentage point; by less where there is no whole one left.

    >>> one_point_more(0.95).amount, one_point_more(0.999).amount
    (0.01, 0.0005)
    """
    return Change("service_level", "plus", 0.01 if level < 0.985 else round((1.0 - level) / 2, 9))


def _evaluation(evidence, portfolio, lane, key):
    numbers = portfolio.numbers(lane)
    for name in lane_report.NUMBERS:
        if name not in ("demand_mean", "demand_sd"):
            _add_or_miss(evidence, key, name, numbers)


def _add_or_miss(evidence, key, name, numbers):
    if name in numbers:
        evidence.add(key, name, numbers[name])
    else:
        evidence.miss(key, name, f"a forecast takes at least {lane_report.SHORTEST} known periods")


def _volatility(evidence, portfolio, lane, key, moments, policy):
    """What the variation of demand, and of lead-time demand, is made of."""
    evidence.add(key, "coefficient_of_variation", volatility.coefficient_of_variation(**moments))
    period = portfolio.feed.period
    times = [
        demand.lead_time_in_periods(getattr(policy, f"lead_time_{which}_days"), period) for which in ("mean", "sd")
    ]
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
    if period == "D":
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
    cycles = (dates[-1] - dates[0]).astype(int) / cycle
    if cycles < PATTERN - 1 or len(set(groups.tolist())) < 2:
        return evidence.miss(key, name, "the record is too short to tell")
    try:
        evidence.add(key, name, volatility.explained_share(volumes, groups))
    except ValueError:
        evidence.miss(key, name, "the volumes do not vary")


def _inputs(portfolio, lane, changes=()):
    moments, policy = portfolio.inputs(lane, changes)
    return {**moments, **{name: float(value) for name, value in vars(policy).items()}}


def _with_variation(numbers):
    moments = {name: numbers[name] for name in ("demand_mean", "demand_sd")}
    return {**numbers, "coefficient_of_variation": float(volatility.coefficient_of_variation(**moments))}
