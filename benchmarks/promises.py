"""Share of promises kept in a peak season and on lanes that change, by plans from the errors of the forecast.

*Peak.* The lane is BER-MUC of `research_lanes`, which has its peak around 1 December, with 20 seeds. Every plan is made
from the volumes before 1 November 2025 and promises 95 %; it is judged in the dynamic model on the demand of November
and December at the lane's own lead-time law, as the share of days on which no demand is short. The first row is a plan
by date for all 58 days at once (`protection.over` with `first`), for which nothing after 31 October is known. In the
second, the forecast is made anew every day, as a planner would, while the errors are those before 1 November.

*Change.* Lanes of 16 kinds, each in days, weeks and months (`changed_lanes`), promise 95 % of intervals of random
length. The rule of `past_errors.LaneErrors` and its constants were chosen on lanes of other seeds, before they met a
real record: among the rules that kept 93 % on each kind, the one with the least cost, in units of the least of any
rule, in the geometric mean over kinds. Rivals are errors in proportion to the mean error of the whole past without a
bound, which was the rule before, and the errors as they were. Cost counts a pallet short as 19 left over, which is the
Winkler score of a one-sided interval.
"""

import sys

import changed_lanes
import numpy as np
from measure import Row

from twin import buffers, demand, forecast
from twin.data.history import lane_volumes
from twin.data.scenarios import POLICIES, START, research_lanes
from twin.lead_time_demand import LeadTimes, rounded_gamma
from twin.motion import simulate
from twin.motion.laws import Gamma, Given
from twin.motion.rules import Rule
from twin.past_errors import LaneErrors
from twin.plan.promised import demand_after, origins, outcome
from twin.policy import Policy
from twin.protection import DemandPaths, over

LANE, SEEDS, LEVEL, BAR = "BER-MUC", range(1, 21), 0.95, 0.92
NOVEMBER = int((np.datetime64("2025-11-01") - START).astype(int))  # periods before it [day]
BEFORE, REPLICATIONS = 60, 100  # days simulated before November; paths of lead times for each seed
LENGTHS = {"D": (3, 4, 5), "W": (1, 2, 3), "MS": (1, 2, 3)}  # of intervals, with the chances 0.3, 0.4 and 0.3 [period]
OF_KIND, PROMISES = 12, 40  # lanes of each kind; promises on each lane


def kept(record, levels):
    """Return the share of the days from 1 November on without a shortage, given the level of each of these days."""
    policy, first = POLICIES[LANE], NOVEMBER - BEFORE
    of_day = np.r_[np.full(BEFORE, levels[0]), levels, levels[-1]]
    paths = simulate(
        Given(record[first:]),
        Gamma(policy["lead_time_mean_days"], policy["lead_time_sd_days"]),
        Rule(lambda state: np.maximum(of_day[state.step + 1] - state.position, 0.0), levels[0]),
        review_period=0,
        lead_times=Policy().lead_times,
        periods=len(record) - first,
        replications=REPLICATIONS,
        seed=1,
        keep=("backlog",),
    )
    return float(np.mean(paths.backlog[:, BEFORE:] <= 1e-9))


def formula(known):
    """Return the level of the formula from mean and standard deviation of a record. [pallet]"""
    policy = POLICIES[LANE]
    moments = np.mean(known), np.std(known, ddof=1)
    total = demand.lead_time_demand(*moments, policy["lead_time_mean_days"], policy["lead_time_sd_days"])
    return float(total.mean + buffers.safety_stock(total.sd, LEVEL))


def at_once(known, days, law):
    """Return the levels of all days, from what is known on 31 October."""
    steps = days + int(law.length.max())
    past = forecast.backtest(known, period="D", horizon=steps, level=LEVEL).mean
    paths = LaneErrors(known, past, period="D").paths()
    return np.array([over(paths, law, service_level=LEVEL, first=first).level(LEVEL) for first in range(days)])


def day_by_day(record, days, law):
    """Return the levels of all days, each from the forecast of the day before and the errors before November."""
    past = forecast.backtest(record, period="D", horizon=int(law.length.max()), level=LEVEL).mean
    errors = LaneErrors(record[:NOVEMBER], past[:NOVEMBER], period="D")
    paths, levels = errors.paths(), []
    for day in range(days):
        now = past[NOVEMBER - 1 + day]
        laid = DemandPaths(now, np.maximum(paths.paths - paths.forecast + now, 0.0), paths.in_season)
        levels.append(over(laid, law, service_level=LEVEL).level(LEVEL))
    return np.array(levels)


def measure_peak():
    """Yield the shares kept, pooled over the seeds, with four standard errors between seeds, beside the formula's."""
    policy = POLICIES[LANE]
    law = rounded_gamma(policy["lead_time_mean_days"], policy["lead_time_sd_days"])
    shares = {"plan of 31 October for all days": [], "forecast anew every day": [], "formula": []}
    for seed in SEEDS:
        record = lane_volumes(research_lanes(seed=seed), LANE).astype(float)
        known, days = record[:NOVEMBER], len(record) - NOVEMBER
        plans = at_once(known, days, law), day_by_day(record, days, law), np.full(days, formula(known))
        for name, levels in zip(shares, plans, strict=True):
            shares[name].append(kept(record, levels))
    told = {name: (np.mean(each), 4 * np.std(each, ddof=1) / np.sqrt(len(each))) for name, each in shares.items()}
    words = {name: f"{100 * mean:.1f} % +- {100 * half:.1f}" for name, (mean, half) in told.items()}
    for name in list(shares)[:2]:
        mean = told[name][0]
        what = f"{LANE}, 95 % promised in November and December, kept: {name}; formula"
        yield Row(what, words[name], words["formula"], mean / BAR, ">= 92 %", mean >= BAR)


def rules(errors, at):
    """Return the paths by three rules: those of `LaneErrors`, errors as they were, and in proportion to their mean."""
    error, forecast = errors.error_known(at), errors.past[at]
    there = np.flatnonzero(~np.isnan(error[:, 0]))
    first = np.abs(errors.error[:-1, 0])
    mean = np.r_[0.0, np.nancumsum(first) / np.maximum(np.cumsum(~np.isnan(first)), 1)]
    ratio = np.divide(mean[at], mean[there], out=np.ones(len(there)), where=mean[there] > 0)
    seasons = np.zeros(len(there), bool)
    others = (np.maximum(forecast + error[there] * each, 0.0) for each in (1.0, ratio[:, np.newaxis]))
    return [errors.paths(at), *(DemandPaths(forecast, paths, seasons) for paths in others)]


def promises(kind, period):
    """Return what the rules kept, cost, and said at most on lanes of a kind; shape (3 measures, 3 rules, lanes).

    Costs are in units of the mean error of the forecast of an interval; levels in units of the largest demand of one.
    """
    law = LeadTimes(np.array(LENGTHS[period], float), np.array([0.3, 0.4, 0.3]))
    seeds = range(changed_lanes.JUDGED, changed_lanes.JUDGED + OF_KIND)
    lanes = np.array([changed_lanes.lane(kind, period, seed) for seed in seeds])
    past = forecast.backtest(lanes, period=period, horizon=max(LENGTHS[period]), level=LEVEL).mean
    found = np.full((3, 3, OF_KIND), np.nan)
    for number, (volumes, said) in enumerate(zip(lanes, past, strict=True)):
        errors, came = LaneErrors(volumes, said, period=period), demand_after(volumes, law)
        chosen = origins(volumes, law, learned=0.3, most=PROMISES)
        levels = np.full((3, len(volumes)), np.nan)
        for at in chosen:
            each = [over(paths, law, service_level=LEVEL).level(LEVEL) for paths in rules(errors, at)]
            levels[:, at] = each if np.isfinite(each).all() else np.nan
        judged = [outcome(volumes, law, level, service_level=LEVEL) for level in levels]
        ahead = np.cumsum(said, axis=1)[:, law.length.astype(int) - 1]
        unit = np.mean((np.abs(came - ahead) @ law.probability)[chosen])
        found[0, :, number] = [np.nanmean(each.kept) for each in judged]
        found[1, :, number] = [np.nanmean(each.cost) / unit for each in judged]
        found[2, :, number] = np.nanmax(levels, axis=1) / np.nanmax(came)
    return found


def measure_change():
    """Yield, of days, weeks and months, the least share kept of a kind, the cost, and the largest level."""
    for period in LENGTHS:
        kept, cost, most = [], [], []
        for kind in changed_lanes.KINDS:
            shares, costs, levels = promises(kind, period)
            kept.append(np.mean(shares, axis=1))
            cost.append(np.mean(costs, axis=1) / np.mean(costs[1]))
            most.append(np.max(levels, axis=1))
            words = f"kept {100 * kept[-1][0]:.1f} % (as they were {100 * kept[-1][1]:.1f})"
            print(f"{period} {kind}: {words}, cost {cost[-1][0]:.2f} of that, level {most[-1][0]:.1f}", file=sys.stderr)
        ours, plain, mean = 100 * np.min(kept, axis=0)
        what, told = f"lanes that change, {period}: ", f"as they were {plain:.1f} %, by the mean {mean:.1f} %"
        yield Row(what + "kept of 95 % on the worst kind", f"{ours:.1f} %", told, ours / 93, ">= 93 %", ours >= 93)
        ours, _, mean = np.exp(np.mean(np.log(cost), axis=0))
        unit = "cost, in units of that of errors as they were; by the mean"
        yield Row(what + unit, f"{ours:.2f}", f"{mean:.3g}", ours / mean, "<= 1x", ours <= mean)
        ours, plain, mean = np.max(most, axis=0)
        told = f"as they were {plain:.1f}, by the mean {mean:.3g}"
        yield Row(
            what + "largest level, in units of the largest demand", f"{ours:.1f}", told, ours / 5, "<= 5", ours <= 5
        )


MEASUREMENTS = (measure_peak, measure_change)
