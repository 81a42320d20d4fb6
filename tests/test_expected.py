"""Every value in the paper's expected.csv, computed again from the flows with the standard library alone."""

import csv
from functools import cache
from itertools import combinations, permutations
from math import ceil, isclose, sqrt
from pathlib import Path
from statistics import NormalDist, mean, stdev

import pytest

from twin.batch.plan import read_plan
from twin.data.scenarios import IDLE_PLACE_COSTS, POLICIES, research_lanes, research_partners

PAPER = Path(__file__).parents[1] / "papers" / "pixels-to-premiums"
#: The parameters of each job, with the policy of its lane.
JOBS = {job.name: {**POLICIES.get(job.parameters.get("lane"), {}), **job.parameters} for job in read_plan(PAPER)}
ROWS = list(csv.DictReader((PAPER / "expected.csv").open(encoding="utf-8", newline="")))
NORMAL = NormalDist()


def loss(z):
    return NORMAL.pdf(z) - z * NORMAL.cdf(-z)


def cost(z, over, under):
    """Return the expected cost of a safety factor z, per unit of standard deviation."""
    return over * (z + loss(z)) + under * loss(z)


@cache
def flows():
    return research_lanes().flows


def lane_of(job):
    lane = flows()[flows()["lane"] == JOBS[job]["lane"]]
    volumes = [float(volume) for volume in lane["volume"]]
    return mean(volumes), stdev(volumes), sum(lane["returns"]) / sum(volumes)


def workload(job):
    demand_mean, demand_sd, rate = lane_of(job)
    return (1 + rate) * demand_mean, sqrt((1 + rate) ** 2 * demand_sd**2 + rate * (1 - rate) * demand_mean)


def sigma(job):
    given, (load, load_sd) = JOBS[job], workload(job)
    return sqrt(given["lead_time_mean_days"] * load_sd**2 + load**2 * given["lead_time_sd_days"] ** 2)


def under(job):
    given = JOBS[job]
    return given["sla_penalty"] + given["service_revenue"] - given["handling_cost"]


def newsvendor(job):
    demand_mean, demand_sd, _ = lane_of(job)
    over, short = IDLE_PLACE_COSTS[JOBS[job]["lane"]], under(job)
    z = NORMAL.inv_cdf(short / (short + over))
    least = cost(z, over, short)
    return {
        "critical_ratio": short / (short + over),
        "best_quantity": demand_mean + z * demand_sd,
        "best_cost": demand_sd * least,
        "mean_extra_cost": cost(0.0, over, short) / least - 1,
        "shortcut_extra_cost": cost(NORMAL.inv_cdf(max(0.5, 1 - over / short)), over, short) / least - 1,
    }


def buffers(job):
    given, (load, _), (_, demand_sd, _) = JOBS[job], workload(job), lane_of(job)
    z = NORMAL.inv_cdf(given["service_level"])
    lot = sqrt(2 * given["fixed_order_cost"] * load / given["holding_cost"])
    return {
        "safety_stock": z * sigma(job),
        "naive_service": NORMAL.cdf(z * demand_sd / sigma(job)),
        "order_quantity": lot,
        "lot_fill_rate": 1 - sigma(job) * loss(z) / lot,
    }


def cooperation(job):
    given, (load, load_sd) = JOBS[job], workload(job)
    required = load + NORMAL.inv_cdf(given["service_level"]) * sigma(job)
    overflow = load_sd * loss((given["internal_capacity"] - required) / load_sd)
    planned = max(required - given["internal_capacity"], 0.0)
    return {
        "planned_overflow": planned,
        "expected_overflow": overflow,
        "overflow_probability": NORMAL.cdf((required - given["internal_capacity"]) / load_sd),
        "missing_cost_a_year": given["partner_surcharge"] * (overflow - planned) * 365.25,
    }


def resilience(job):
    given = JOBS[job]
    z = NORMAL.inv_cdf(given["service_level"])
    return {"resilience_index": 50 * (z / 2) + 50 * (1 - given["dependency"])}


def finance(job):
    given, (demand_mean, _, _), (load, _) = JOBS[job], lane_of(job), workload(job)
    over, short = given["holding_cost"], under(job)
    z = NORMAL.inv_cdf(short / (short + over))
    certain = given["service_revenue"] * demand_mean - given["handling_cost"] * load
    return {"best_level": short / (short + over), "profit": certain - sigma(job) * cost(z, over, short)}


@cache
def weeks():
    """Return the weekly volumes of every partner."""
    table = research_partners().flows
    return {name: [float(v) for v in part["volume"]] for name, part in table.groupby("lane", observed=True)}


def reserved(total, place, surcharge):
    """Return the best capacity for a record of needs, and its cost."""
    capacity = sorted(total)[ceil((1 - place / surcharge) * len(total)) - 1]
    return capacity, place * capacity + surcharge * mean(max(need - capacity, 0.0) for need in total)


@cache
def coalitions(job):
    place, surcharge = JOBS[job]["reservation_cost"], JOBS[job]["partner_surcharge"]
    needs, names = weeks(), sorted(weeks())
    everybody = tuple(names)
    price, own = {(): 0.0}, {}
    for size in range(1, len(names) + 1):
        for members in combinations(names, size):
            capacity, price[members] = reserved(
                [sum(row) for row in zip(*map(needs.get, members), strict=True)], place, surcharge
            )
            own[members] = capacity
    alone = sum(price[name,] for name in names)
    by_volume = {name: price[everybody] * sum(needs[name]) / sum(map(sum, needs.values())) for name in names}
    orders = list(permutations(names))
    shapley = dict.fromkeys(names, 0.0)
    for order in orders:
        for at, name in enumerate(order):
            shapley[name] += (price[tuple(sorted(order[: at + 1]))] - price[tuple(sorted(order[:at]))]) / len(orders)
    over = [[max(need - own[name,], 0.0) for need in needs[name]] for name in names]
    room = sum(own[name,] for name in names)
    together = mean(max(sum(row) - room, 0.0) for row in zip(*needs.values(), strict=True))
    overflow = sum(map(mean, over))
    return {
        "saving_share": 1 - price[everybody] / alone,
        "saving": alone - price[everybody],
        "helped_share": 1 - together / overflow,
        "by_volume_gain": most_gained(by_volume, price),
        "shapley_gain": most_gained(shapley, price),
    }


def most_gained(share, price):
    groups = [members for members in price if 0 < len(members) < len(share)]
    return max(sum(share[name] for name in members) - price[members] for members in groups)


def draw(job):
    """Return the numbers of the research lanes that the notebook of draws computes, too, under its names."""
    found = {}
    for kind, names in DRAWN.items():
        for lane in POLICIES:
            found |= {f"{name}_{lane}": kind(f"{kind.__name__}/lane={lane}")[name] for name in names}
    for sd in (0.5, 1.0, 2.0, 3.0):
        found[f"profit_sd={sd}"] = finance(f"finance-unreliable/lead_time_sd_days={sd}")["profit"]
    return found | {name: coalitions("coalitions")[name] for name in ("saving_share", "helped_share", "by_volume_gain")}


DRAWN = {
    newsvendor: ["best_quantity"],
    buffers: ["safety_stock", "naive_service", "lot_fill_rate"],
    cooperation: ["planned_overflow", "expected_overflow", "missing_cost_a_year"],
    finance: ["profit"],
}
KINDS = {kind.__name__: kind for kind in (newsvendor, buffers, cooperation, resilience, finance, coalitions, draw)}


def kind_of(job):
    """Return the function that computes the values of a job, or None."""
    return KINDS.get(job.partition("/")[0].partition("-")[0])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['job']}-{row['name']}")
def test_the_expected_value_is_what_the_standard_library_says(row):
    value = kind_of(row["job"])(row["job"])[row["name"]]
    assert isclose(float(row["value"]), value, rel_tol=1e-9, abs_tol=1e-12)


def test_every_value_computed_here_guards_the_paper():
    guarded = {(row["job"], row["name"]) for row in ROWS}
    assert guarded == {(job, name) for job in JOBS if kind_of(job) for name in kind_of(job)(job)}
