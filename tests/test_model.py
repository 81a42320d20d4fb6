"""Properties of every path of the dynamic model: goods, places and money are conserved, whatever the settings."""

import numpy as np
import pytest
from fuzz import cases
from hypothesis import given
from hypothesis import strategies as st

from twin.motion import laws, rules, simulate
from twin.motion.prices import PriceList
from twin.motion.state import FLOWS

PERIODS = 20
POLICIES = {
    "stock": [
        rules.base_stock(17.0),
        rules.capped_base_stock(20.0, 7.0),
        rules.reorder_point(9.0, 8.0),
        rules.min_max(6.0, 19.0),
        rules.constant_order(5.5),
        lambda state: 0.5 * state.demand,
    ],
    "flow": [
        None,
        rules.fixed_booking(3.0),
        rules.seasonal_booking([0.0, 4.0, 1.5], ahead=2),
        lambda state: 0.25 * state.space,
    ],
}
LEAD_TIMES = [2.0, 3.0, laws.Gamma(2.5, 1.0), laws.Record([1.0, 1.0, 4.0, 2.0], block=2)]
DEMANDS = [laws.Poisson(6.0), laws.Gamma(6.0, 4.0), laws.Correlated(laws.Normal(6.0, 3.0), 0.6), 6.25]


@st.composite
def runs(draw):
    """Return the arguments of a run: every switch, with numbers that make each of them matter."""

    def one_of(*values):
        return draw(st.sampled_from(values))

    kind, lanes = one_of("stock", "flow"), one_of(1, 2, 3)
    shared = one_of(False, True)
    sites = np.array([0, 1, 0])[:lanes] if shared else np.arange(lanes)
    count = int(sites.max()) + 1
    settings = {
        "demand": laws.Seasonal(one_of(*DEMANDS[:-1]), [1.0, 0.5, 1.5]) if one_of(0, 1) else one_of(*DEMANDS),
        "lead_time": one_of(*LEAD_TIMES),
        "policy": one_of(*POLICIES[kind]),
        "kind": kind,
        "review_period": one_of(0.0, 1.0, 2.0),
        "unmet": one_of("backordered", "lost", "partner"),
        "lead_times": one_of("independent", "waiting", "persistent"),
        "return_rate": np.array([0.3, 0.0, 1.0])[:lanes] * one_of(0.0, 1.0),
        "returns": one_of("passing", "restocked", "scrapped"),
        "dwell": np.array([one_of(0.0, 0.5, 1.0, 2.0, 2.5), 3.0, 1.0])[:lanes],
        "basis": one_of("peak", "close"),
        "sites": sites if shared else None,
        "step": one_of(1.0, 0.5, 0.25),
        "start": np.full(lanes, 4.0) if kind == "stock" else None,
        "spell": 5,
    }
    settings["capacity"] = one_of(None, np.array([9.0, 2.0, 30.0])[:count])
    settings["handling"] = one_of(None, np.array([8.0, 6.0, 5.0])[:count])
    settings["overtime"] = None if settings["handling"] is None else one_of(None, np.array([3.0, 0.0, 1.5])[:count])
    steps = round(PERIODS / settings["step"])
    settings["partner_space"] = one_of(None, np.resize([2.0, 0.0, 9.0], steps))
    return settings | {"replications": one_of(1, 3), "periods": PERIODS, "seed": draw(st.integers(0, 99))}


def summed(flow, sites):
    """Return the sum of a flow, (lanes, replications, steps), over the lanes of each site."""
    return np.stack([flow[sites == site].sum(axis=0) for site in range(sites.max() + 1)])


def later(flow, steps):
    """Return a flow moved to so many steps later."""
    return np.concatenate([np.zeros_like(flow[..., :steps]), flow], axis=-1)[..., : flow.shape[-1]]


@cases(150)
@given(runs())
def test_goods_places_and_money_are_conserved(run):
    costs = {name: price + 1.0 for price, name in enumerate(PriceList._fields)}
    paths = simulate(**run, costs=costs)
    f = {name: getattr(paths, name) for name in FLOWS}
    if f["demand"].ndim == 2:
        f = {name: flow[None] for name, flow in f.items()}
    lanes, stock, step = len(f["demand"]), run["kind"] == "stock", run["step"]
    sites = np.arange(lanes) if run["sites"] is None else run["sites"]
    same = {"rtol": 0, "atol": 1e-8}
    assert all((flow >= -1e-9).all() for name, flow in f.items() if name != "money")

    # Demand goes somewhere, and nothing is short while there is stock or handling left.
    rest = f["lost"] + f["partner"] + f["backlog"] - later(f["backlog"], 1)
    np.testing.assert_allclose(f["demand"], f["shipped"] + rest, **same)
    open_end = {"backordered": "backlog"}.get(run["unmet"], run["unmet"])
    assert not any(f[name].any() for name in {"backlog", "lost", "partner"} - {open_end})
    if stock:
        assert not (f["on_hand"] * f[open_end]).any()
    else:
        assert not f["on_hand"].any()
        wanted = f["demand"] + later(f["backlog"], 1)
        done, short = summed(f["shipped"], sites), summed(f[open_end], sites)
        np.testing.assert_allclose(f["shipped"] * summed(wanted, sites)[sites], done[sites] * wanted, rtol=0, atol=1e-7)
        limit = np.inf if run["handling"] is None else run["handling"][:, None, None] * step
        extra = 0.0 if run["overtime"] is None else run["overtime"][:, None, None] * step
        assert (done <= limit + extra + 1e-8).all()
        np.testing.assert_allclose(np.where(short > 1e-8, done - limit - extra, 0.0), 0.0, **same)
        np.testing.assert_allclose(summed(f["overtime"], sites), np.maximum(done - limit, 0.0), **same)

    # Goods ordered arrive or are on order; restocked returns come back when their dwell time is over.
    stay = [max(1, int(np.ceil(dwell / step))) for dwell in run["dwell"]]
    ordered = np.cumsum(f["ordered"], axis=-1)
    between = np.arange(ordered.shape[-1]) % max(1, round(run["review_period"] / step)) > 0
    assert not f["ordered"][..., between].any()
    if stock:
        back = np.cumsum([later(flow, steps) for flow, steps in zip(f["returns"], stay, strict=True)], axis=-1)
        back = back if run["returns"] == "restocked" else np.zeros_like(ordered)
        came = 4.0 + ordered - f["on_order"] + back
        np.testing.assert_allclose(came, np.cumsum(f["shipped"], axis=-1) + f["on_hand"], **same)
    served = f["demand"] - f["lost"]
    rates = run["return_rate"]
    assert (f["returns"] <= np.ceil(served) * (rates > 0)[:, None, None]).all()
    assert (f["returns"] >= np.floor(served) * (rates == 1)[:, None, None]).all()

    # Goods on hand and in process take places: own ones, booked ones, the partner's, or none.
    passing = f["returns"] + (0.0 if stock and run["basis"] == "close" else f["shipped"])
    for lane, dwell in enumerate(run["dwell"] / step):
        weights = [min(1.0, dwell - age) for age in range(int(np.ceil(dwell)))]
        in_process = sum(weight * later(passing[lane], age) for age, weight in enumerate(weights))
        np.testing.assert_allclose(f["space"][lane], f["on_hand"][lane] + in_process, **same)
    if run["capacity"] is None:
        assert not (f["overflow"].any() or f["unplaced"].any())
        standing = 0.0
    else:
        space, booked = summed(f["space"], sites), summed(f["booked"], sites)
        own = np.minimum(space, run["capacity"][:, None, None])
        used = np.minimum(space - own, booked)
        overflow, unplaced = summed(f["overflow"], sites), summed(f["unplaced"], sites)
        np.testing.assert_allclose(space, own + used + overflow + unplaced, **same)
        np.testing.assert_allclose(f["overflow"] * space[sites], overflow[sites] * f["space"], rtol=0, atol=1e-7)
        free = np.inf if run["partner_space"] is None else run["partner_space"]
        assert (overflow <= free + 1e-8).all()
        np.testing.assert_allclose(np.where(unplaced > 1e-8, overflow - free, 0.0), 0.0, **same)
        standing = (run["capacity"] / np.bincount(sites))[sites][:, None, None]

    # Money is the flows at their prices.
    money = costs["service_revenue"] * (f["shipped"] + f["partner"]) - costs["spot_price"] * f["partner"]
    money -= costs["handling_cost"] * (f["shipped"] + f["returns"]) + costs["overtime_price"] * f["overtime"]
    money -= costs["scrap_cost"] * f["returns"] * (run["returns"] == "scrapped")
    money -= costs["sla_penalty"] * (f["lost"] + step * f["backlog"]) + costs["fixed_order_cost"] * (f["ordered"] > 0)
    places = costs["holding_cost"] * (f["space"] - f["unplaced"]) + costs["partner_surcharge"] * f["overflow"]
    places += costs["own_place_cost"] * standing + costs["booking_price"] * f["booked"]
    money -= step * (places + costs["missing_place_cost"] * f["unplaced"])
    np.testing.assert_allclose(f["money"], money, **same)


def test_a_booking_is_in_force_until_the_next():
    """Booked in the first step of each three, for two steps later: nothing, and then the same without a gap."""
    paths = simulate(5.0, 2.0, rules.fixed_booking(4.0), kind="flow", review_period=3, periods=8)
    assert paths.booked.tolist() == [[0, 0, 4, 4, 4, 4, 4, 4]]
    assert paths.on_order.tolist() == [[4, 4, 0, 4, 4, 0, 4, 4]]
    paths = simulate(5.0, 2.0, lambda state: state.step + 1.0, kind="flow", review_period=3, periods=8)
    assert paths.booked.tolist() == [[0, 0, 1, 1, 1, 4, 4, 4]]


def test_a_booking_is_in_force_from_the_next_step_at_the_earliest():
    """Random lead times below a step count as one; continuous review is a review a step, and takes nothing off."""
    run = {"policy": rules.fixed_booking(4.0), "kind": "flow", "periods": 4}
    for lead_time, review in ((1.0, 1), (laws.Record([0.2]), 1), ([0.0] * 4, 1), (1.0, 0), (laws.Record([0.0]), 0)):
        paths = simulate(5.0, lead_time, review_period=review, **run)
        assert paths.booked.tolist() == [[0, 4, 4, 4]] and paths.on_order.tolist() == [[4, 4, 4, 4]]


def test_restocked_goods_of_each_lane_come_back_after_its_own_dwell_time():
    given = {"return_rate": 1.0, "returns": "restocked", "dwell": [1.0, 3.0], "start": [6.0, 6.0]}
    paths = simulate([6.0, 0.0, 0.0, 0.0, 0.0], **given, periods=5)
    assert paths.on_hand[:, 0].tolist() == [[0, 6, 6, 6, 6], [0, 0, 0, 6, 6]]


RANDOM = {
    "demand": laws.Poisson(6.0),
    "lead_time": laws.Gamma(3.0, 1.5),
    "return_rate": 0.4,
    "capacity": 20.0,
    "partner_space": laws.Gamma(3.0, 3.0),
    "periods": 60,
    "replications": 40,
    "unmet": "lost",
    "seed": 5,
}


def test_two_policies_with_one_seed_meet_the_same_demand_lead_times_and_returns():
    """A larger order arrives when the smaller one would; returns differ where sales differ, and nowhere else."""
    low, high = (simulate(policy=rules.constant_order(quantity), **RANDOM) for quantity in (4.0, 8.0))
    assert (low.demand == high.demand).all()
    first, second = (np.diff(np.cumsum(paths.ordered, axis=1) - paths.on_order, prepend=0.0) for paths in (low, high))
    assert (second == 2 * first).all() and len(np.unique(first)) > 2
    assert 0.2 < (low.lost == high.lost).mean() < 0.8
    neither = (low.lost == 0) & (high.lost == 0)
    assert (low.returns[neither] == high.returns[neither]).all()
    assert (np.abs(low.returns - high.returns) <= np.abs(low.lost - high.lost))[low.lost * high.lost == 0].all()


def test_policies_with_other_review_periods_meet_the_same_lead_times():
    once, often = (
        simulate(4.0, RANDOM["lead_time"], rules.constant_order(1.0), review_period=review, periods=30, seed=3)
        for review in (10.0, 1.0)
    )
    every = simulate(4.0, RANDOM["lead_time"], lambda state: float(state.step % 10 == 0), periods=30, seed=3)
    assert (once.on_order == every.on_order).all() and (often.on_order >= once.on_order).all()


def test_lost_demand_has_no_returns_and_the_rest_has_its_share():
    """Returns of what is sold are binomial: their mean is the rate's share, their variance given sales n is n p q."""
    paths = simulate(policy=rules.base_stock(20.0), **RANDOM | {"replications": 400})
    sold = paths.demand - paths.lost
    assert paths.lost.mean() > 1.0
    surprise = (paths.returns - 0.4 * sold) / np.sqrt(np.where(sold > 0, sold, 1) * 0.24)
    surprise = surprise[sold > 0]
    assert abs(surprise.mean()) < 4 / np.sqrt(surprise.size)
    assert abs((surprise**2).mean() - 1) < 4 * np.sqrt(2.0 / surprise.size)


def test_a_part_of_a_pallet_comes_back_with_its_probability():
    paths = simulate(2.25, return_rate=0.5, kind="flow", periods=4000)
    assert set(np.unique(paths.returns)) == {0, 1, 2, 3}
    assert abs(paths.returns.mean() - 1.125) < 4 * np.sqrt(0.25 * 2.25 + 0.25 * 0.1875) / np.sqrt(4000)


def test_replications_beyond_a_chunk_are_simulated_alike(monkeypatch):
    """With demand, lead times and the partner's space given for each path, chunks change nothing."""
    random = np.random.default_rng(2)
    paths = {"demand": random.poisson(6, (25, 30)), "lead_time": random.integers(1, 4, (25, 30)), "replications": 25}
    paths |= {"partner_space": random.integers(0, 5, (25, 30)), "capacity": 15.0, "policy": rules.base_stock(18.0)}
    whole = simulate(**paths, periods=30)
    monkeypatch.setattr("twin.motion.run._COLUMNS", 7)
    parts = simulate(**paths, periods=30)
    assert all((getattr(whole, name) == getattr(parts, name)).all() for name in FLOWS)
    assert whole.unplaced.any()
    sums = simulate(**paths, periods=30, keep=())
    for name in FLOWS:
        np.testing.assert_allclose(sums.estimate(name), whole.estimate(name), rtol=1e-12, atol=1e-12)


def test_a_seed_gives_the_same_paths_everywhere():
    """Whole numbers in, whole numbers out: sums that were read off one machine hold on every other."""
    run = RANDOM | {"lead_time": laws.Record([1, 1, 2, 4]), "partner_space": 3.0, "policy": rules.base_stock(30.0)}
    paths = simulate(**run)
    weights = np.arange(1, 61)
    stored = {
        "on_hand": 20159,
        "on_order": 20327,
        "demand": 19151,
        "shipped": 19906,
        "lost": 7221,
        "returns": 20175,
        "space": 21357,
        "overflow": 22880,
        "unplaced": 21448,
        "ordered": 19906,
    }
    assert {name: int((getattr(paths, name) @ weights % 997).sum()) for name in stored} == stored
    assert (simulate(**run | {"seed": 6}).demand != paths.demand).any()


def test_a_warm_up_is_the_beginning_of_the_same_path():
    run = RANDOM | {"policy": rules.base_stock(30.0)}
    long, short = simulate(**run), simulate(**run | {"warm_up": 20, "periods": 40})
    assert all((getattr(long, name)[:, 20:] == getattr(short, name)).all() for name in FLOWS)


@pytest.mark.parametrize("step", [0.5, 0.25])
def test_a_constant_lane_is_the_same_with_shorter_steps(step):
    """A flow lane without chance: flows of a period add up, places and money agree."""
    run = {"kind": "flow", "handling": 8.0, "unmet": "partner", "dwell": 2.0, "capacity": 10.0, "periods": 40}
    run |= {"costs": {"holding_cost": 1.0, "own_place_cost": 0.5, "partner_surcharge": 3.0, "spot_price": 7.0}}
    whole, parts = simulate(12.0, **run), simulate(12.0, **run, step=step)
    for name in ("shipped", "partner", "money"):
        by_period = getattr(parts, name).reshape(40, -1).sum(axis=1)
        np.testing.assert_allclose(by_period[2:], getattr(whole, name)[0, 2:])
    np.testing.assert_allclose(parts.space[0, -1], whole.space[0, -1])
