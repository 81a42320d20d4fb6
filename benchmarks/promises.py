"""Share of promises kept in a peak season, by the formula's plan and by plans from the errors of the forecast.

The lane is BER-MUC of `research_lanes`, which has its peak around 1 December, with 20 seeds. Every plan is made from
the volumes before 1 November 2025 and promises 95 %; it is judged in the dynamic model on the demand of November and
December at the lane's own lead-time law, as the share of days on which no demand is short. The first row is a plan by
date for all 58 days at once (`protection.over` with `first`), for which nothing after 31 October is known. In the
second, the forecast is made anew every day, as a planner would, while the errors are those before 1 November.
"""

import numpy as np
from measure import Row

from twin import buffers, demand, forecast
from twin.data.history import lane_volumes
from twin.data.scenarios import POLICIES, START, research_lanes
from twin.lead_time_demand import rounded_gamma
from twin.motion import simulate
from twin.motion.laws import Gamma, Given
from twin.motion.rules import Rule
from twin.past_errors import LaneErrors
from twin.policy import Policy
from twin.protection import DemandPaths, over

LANE, SEEDS, LEVEL, BAR = "BER-MUC", range(1, 21), 0.95, 0.92
NOVEMBER = int((np.datetime64("2025-11-01") - START).astype(int))  # periods before it [day]
BEFORE, REPLICATIONS = 60, 100  # days simulated before November; paths of lead times for each seed


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


MEASUREMENTS = (measure_peak,)
