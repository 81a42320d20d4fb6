"""Speed of the dynamic model, against the simulator of stockpyl on one single-stage system; and a slider's redraw.

stockpyl needs other versions of its dependencies, so it runs in an environment of its own, which is made with uv at the
first run and kept in the virtual environment of the project.
"""

import subprocess
import sys
from pathlib import Path

from measure import Row, at_most, pretty, seconds

from twin import motion
from twin.motion import laws, rules

MEAN, SD, EXPOSURE, LEVEL = 50.0, 8.0, 4, 213.2
PRICES = {"holding_cost": 0.18, "sla_penalty": 0.7}
PEER = f"""
import time
from stockpyl.sim import simulation
from stockpyl.supply_chain_network import single_stage_system
system = single_stage_system(
    holding_cost={PRICES["holding_cost"]}, stockout_cost={PRICES["sla_penalty"]}, demand_type="N", mean={MEAN},
    standard_deviation={SD}, policy_type="BS", base_stock_level={LEVEL}, shipment_lead_time={EXPOSURE},
)
simulation(system, 100, rand_seed=1, progress_bar=False)
start = time.perf_counter()
cost = simulation(system, 3000, rand_seed=1, progress_bar=False)
print((time.perf_counter() - start) / 3000, cost / 3000)
"""


def system(periods, replications, **settings):
    """Return paths of the system of `PEER`; the model exposes a lane to L + 1 periods, stockpyl to its lead time."""
    return motion.simulate(
        laws.Normal(MEAN, SD), EXPOSURE - 1, rules.base_stock(LEVEL), basis="close", costs=PRICES, seed=1,
        periods=periods, replications=replications, **settings,
    )  # fmt: skip


def peer_python():
    """Return the interpreter of an environment with stockpyl, which is made if it is not there."""
    folder = Path(sys.prefix) / "var" / "stockpyl"
    python = folder / "bin" / "python"
    if not python.exists():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", folder], check=True, capture_output=True)
        install = [*uv, "pip", "install", "--quiet", "--python", python, "stockpyl==1.0.2", "numpy<2"]
        subprocess.run(install, check=True, capture_output=True)
    return python


def measure_motion():
    python = peer_python()
    for periods, replications, keep, bar in ((5000, 1, None, 10), (365, 1000, None, 400), (100, 20_000, (), 5000)):
        settings = {} if keep is None else {"keep": keep}
        run = subprocess.run([python, "-c", PEER], check=True, capture_output=True, text=True)
        peer, peer_cost = map(float, run.stdout.split())
        cost = -system(5000, 30, warm_up=50, keep=()).estimate("money").mean
        (spent,) = seconds(lambda p=periods, r=replications, s=settings: system(p, r, **s), rounds=5)
        ours = spent / (periods * replications)
        yield Row(
            f"node-periods a second, {replications:,} replications (cost {cost:.2f}, stockpyl {peer_cost:.2f})",
            f"{1 / ours:,.0f}/s", f"{1 / peer:,.0f}/s stockpyl", peer / ours, f">= {bar:,}x", peer / ours >= bar,
        )  # fmt: skip


def measure_redraw():
    """A year of days for 1,000 paths of one lane, all arrays kept, as a slider asks for it."""

    def year():
        motion.simulate(
            laws.Gamma(140.0, 25.0), laws.Gamma(3.0, 0.5), rules.base_stock(560.0), return_rate=0.02, capacity=285.0,
            costs={"holding_cost": 2.5, "partner_surcharge": 9.0, "service_revenue": 85.0}, replications=1000, seed=1,
        )  # fmt: skip

    def plain():
        system(365, 1000, keep=())

    ours, base = seconds(year, plain, rounds=5)
    yield at_most("a year of 1,000 paths, all kept, with returns and random lead times", ours, base, 20)
    yield Row("the same, in the time of a redraw", pretty(ours), "300 ms", ours / 0.3, "<= 1x", ours <= 0.3)


MEASUREMENTS = (measure_motion, measure_redraw)
