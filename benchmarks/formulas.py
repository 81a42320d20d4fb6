"""Time of the formulas, against loops over `scipy.stats` and `np.polyfit`, random draws, and an empty interpreter."""

import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
from measure import Row, at_least, at_most, pretty, seconds
from scipy import special, stats

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from house import public_formulas

from twin import _two_normals, finance, forecast, lane, newsvendor, simulate


def lanes(count):
    """Return statistics and policies of random lanes; each has its own service level, which is the slowest case."""
    rng = simulate.generator(1)
    statistics = {"demand_mean": rng.uniform(50, 500, count), "demand_sd": rng.uniform(5, 50, count)}
    return statistics, lane.Policy(service_level=rng.uniform(0.8, 0.999, count))


#: The answers that the loop computes too, in its order; `assess` has further readings of them.
LOOPED = (
    "workload_mean workload_sd lead_time_demand_mean lead_time_demand_sd critical_ratio service_level safety_stock "
    "reorder_point expected_shortage order_quantity order_cost fill_rate buffer_cost required_capacity "
    "planned_overflow dependency planned_warehousing_cost expected_overflow overflow_probability expected_dependency "
    "expected_warehousing_cost resilience_index revenue handling holding penalty surcharge profit"
).split()


def assess_in_a_loop(statistics, policy):
    """Return the answers `LOOPED`, computed lane by lane with `scipy.stats.norm`."""
    norm, p = stats.norm, policy
    length, spread = p.lead_time_mean_days, p.lead_time_sd_days
    answers = []
    for mean, sd, level in zip(statistics["demand_mean"], statistics["demand_sd"], p.service_level, strict=True):
        load = (1 + p.return_rate) * mean
        load_sd = ((1 + p.return_rate) ** 2 * sd**2 + p.return_rate * (1 - p.return_rate) * mean) ** 0.5
        sigma = (length * load_sd**2 + load**2 * spread**2) ** 0.5
        space_sd = load_sd * p.dwell**0.5
        under = p.sla_penalty + p.service_revenue - p.handling_cost
        ratio = under / (under + p.holding_cost)
        z = norm.ppf(level)
        stock = z * sigma
        short = sigma * (norm.pdf(z) - z * norm.sf(z))
        lot = max((2 * p.fixed_order_cost * load / p.holding_cost) ** 0.5, load)
        required = max(load * p.dwell + stock, 0.0)
        planned = max(required - p.internal_capacity, 0.0)
        k = (p.internal_capacity - required) / space_sd
        above = norm.sf(k)
        overflow = space_sd * (norm.pdf(k) - k * above)
        revenue, handling = p.service_revenue * (mean - short), p.handling_cost * (load - short)
        holding, penalty, surcharge = (
            p.holding_cost * (stock + short),
            p.sla_penalty * short,
            overflow * p.partner_surcharge,
        )
        answers.append(
            (
                *(load, load_sd, length * load, sigma, ratio, level, stock, length * load + stock, short, lot),
                p.fixed_order_cost * load / lot + p.holding_cost * lot / 2,
                max(1 - short / load, 0.0),
                p.holding_cost * (stock + short) + under * short,
                *(required, planned, planned / required),
                p.holding_cost * required + p.partner_surcharge * planned,
                *(overflow, above, overflow / required),
                p.holding_cost * required + p.partner_surcharge * overflow,
                50 * min(max(z / 2, 0.0), 1.0) + 50 * (1 - planned / required),
                *(revenue, handling, holding, penalty, surcharge),
                revenue - handling - holding - penalty - surcharge,
            )
        )
    return np.array(answers)


def measure_assess():
    count, few = 100_000, 200
    statistics, policy = lanes(count)
    head = (
        {name: values[:few] for name, values in statistics.items()},
        lane.Policy(service_level=policy.service_level[:few]),
    )
    answers = lane.assess(*head)
    table = np.column_stack([answers[name] for name in LOOPED])
    np.testing.assert_allclose(table, assess_in_a_loop(*head), rtol=1e-7, atol=1e-9)  # both give the same answers
    ours, loop = seconds(lambda: lane.assess(statistics, policy), lambda: assess_in_a_loop(*head), rounds=9)
    what = "assess 100,000 lanes against a loop over scipy.stats.norm"
    yield at_least(what, ours, loop * count / few, 1000, baseline_note=f" (scaled from {few} lanes)")


def measure_stock():
    """Measure lanes that hold stock, whose space is not normal: against flow lanes, and against SciPy's Owen's T."""
    statistics, policy = lanes(100_000)
    stock = replace(policy, kind="stock")
    ours, flow = seconds(lambda: lane.assess(statistics, stock), lambda: lane.assess(statistics, policy), rounds=9)
    yield at_most("assess 100,000 stock lanes against flow lanes", ours, flow, 10)
    h, ratio = simulate.generator(1).uniform([[0.0], [0.0]], [[6.0], [1.0]], (2, 100_000))
    blocks = [slice(start, start + 2**14) for start in range(0, h.size, 2**14)]

    def quadrature():
        return np.concatenate([_two_normals._owens_t(h[block], ratio[block] * h[block]) for block in blocks])

    np.testing.assert_allclose(quadrature(), special.owens_t(h, ratio), rtol=0, atol=1e-15)
    ours, scipy = seconds(quadrature, lambda: special.owens_t(h, ratio), rounds=9)
    yield at_least("Owen's T of 100,000 lanes against scipy.special.owens_t", ours, scipy, 2.5)


def measure_scale():
    small, large = lanes(10**5), lanes(10**7)

    def twenty_times():
        for _ in range(20):
            lane.assess(*small)

    one, many = seconds(twenty_times, lambda: lane.assess(*large), rounds=3)
    tracemalloc.start()
    answers = lane.assess(*large)
    peak = tracemalloc.get_traced_memory()[1] - sum(values.nbytes for values in answers.values())
    tracemalloc.stop()
    note = f" a lane ({peak / 1e6:.0f} MB of temporaries)"
    what = "cost of a lane at 10^7 against 10^5"
    yield at_most(what, many / 1e7, one / 20 / 1e5, 1.3, ours_note=note, baseline_note=" a lane")


def measure_surface():
    levels, spreads = np.linspace(0.5, 0.999, 200), np.linspace(0.0, 3.0, 200)
    where = dict(demand_mean=100.0, demand_sd=25.0, lead_time_mean=3.0)
    money = dict(service_revenue=85.0, handling_cost=50.0, holding_cost=5.0, sla_penalty=20.0)

    def surface():
        return finance.profit_surface(levels, spreads, **where, **money)

    def loop(rows):
        profits = np.empty((len(rows), len(levels)))
        for i, spread in enumerate(rows):
            for j, level in enumerate(levels):
                sigma = (3 * 25.0**2 + 100.0**2 * spread**2) ** 0.5
                z = stats.norm.ppf(level)
                loss = stats.norm.pdf(z) - z * (1 - stats.norm.cdf(z))
                profits[i, j] = 35 * 100.0 - sigma * (5 * (z + loss) + 55 * loss)
        return profits

    np.testing.assert_allclose(surface()[:2], loop(spreads[:2]), rtol=1e-9)
    ours, baseline = seconds(surface, lambda: loop(spreads[:2]), rounds=9)
    what = "profit surface 200 x 200 against a double loop"
    yield at_least(what, ours, baseline * 100, 10_000, baseline_note=" (scaled from 2 rows)")


def measure_monte_carlo():
    count = 10**6
    plan = dict(margin=35, holding_cost=5, sla_penalty=20, samples=count, seed=1)

    def risk():
        return finance.tail_risk(-simulate.profits(120, 100, 30, **plan), 0.95)

    ours, draws = seconds(risk, lambda: simulate.generator(1).standard_normal(count), rounds=9)
    yield at_most("10^6 profits with VaR and CVaR against their random draws alone", ours, draws, 3)


def measure_trend():
    count, few, periods = 100_000, 300, 365
    volumes = simulate.generator(1).normal(100.0, 20.0, (count, periods))
    time = np.arange(periods)

    def loop():
        return [np.polyfit(time, series, 1) for series in volumes[:few]]

    np.testing.assert_allclose(forecast.linear_trend(volumes[:few]).slope, [fit[0] for fit in loop()], rtol=1e-6)
    ours, baseline = seconds(lambda: forecast.linear_trend(volumes), loop, rounds=5)
    what = "trend of 100,000 lanes x 365 against a loop over np.polyfit"
    yield at_least(what, ours, baseline * count / few, 100, baseline_note=f" (scaled from {few} lanes)")


def measure_import():
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run(statement):
        subprocess.run([sys.executable, "-c", statement], check=True, env=environment)

    layer = "import " + ", ".join(f"twin.{name}" for name in public_formulas())
    ours, bare, empty = seconds(lambda: run(layer), lambda: run("import numpy"), lambda: run("pass"), rounds=9)
    note = f" for numpy, {pretty(empty)} for nothing"
    what = "import the formula layer, interpreter started and all"
    yield at_most(what, ours, bare, 1.5, baseline_note=note)
    yield Row(f"{what} (s)", pretty(ours), pretty(bare) + note, ours / 0.3, "<= 0.3 s", ours <= 0.3)


def measure_scalar():
    def ours():
        for _ in range(200):
            newsvendor.best_quantity(100.0, 25.0, 55.0, 18.5)

    def baseline():
        for _ in range(200):
            100.0 + 25.0 * stats.norm.ppf(55.0 / (55.0 + 18.5))

    one, other = seconds(ours, baseline, rounds=15)
    what = "one newsvendor, checks included, against scipy.stats.norm.ppf"
    yield at_least(what, one / 200, other / 200, 4)


MEASUREMENTS = (
    measure_assess,
    measure_stock,
    measure_scale,
    measure_surface,
    measure_monte_carlo,
    measure_trend,
    measure_import,
    measure_scalar,
)
