"""The readings of a lane in `assess`: each is the named formula, and each kind and rule agrees with simulated days."""

import time
from dataclasses import replace

import numpy as np
import pytest
from day_by_day import base_stock, mean_and_error

from twin import (
    Policy,
    assess,
    buffers,
    cooperation,
    crossing,
    demand,
    lost_sales,
    newsvendor,
    own_places,
    space,
    stock_overflow,
)
from twin.data.scenarios import POLICIES, research_lanes
from twin.data.statistics import lane_facts
from twin.motion import rules, simulate
from twin.motion.laws import Gamma, Normal
from twin.motion.of_policy import arguments_of
from twin.policy import POLICY

LANE = {"demand_mean": 100.0, "demand_sd": 20.0}
STOCK = Policy(
    kind="stock", service_level=0.95, lead_time_mean_days=4.0, lead_time_sd_days=0.0, return_rate=0.18, dwell=1.0,
    internal_capacity=220.0, own_place_cost=3.0, holding_cost=2.5, partner_surcharge=9.0,
)  # fmt: skip
READINGS = ("headroom_overflow", "close_overflow", "peak_overflow")


def spaces(policy, statistics=LANE):
    """Return buffer, sd over the exposure, and the goods that pass, by basis, from the named formulas."""
    mean, sd = statistics.values()
    exposed = demand.lead_time_demand(mean, sd, policy.lead_time_mean_days, policy.lead_time_sd_days)
    stock = buffers.safety_stock(exposed.sd, policy.service_level)
    common = space.common_periods(policy.dwell, policy.lead_time_mean_days)
    back = space.goods_in_process(*space.returns(mean, sd, policy.return_rate), policy.dwell)
    load = space.goods_in_process(*demand.workload(mean, sd, policy.return_rate), policy.dwell)
    share = policy.return_rate
    return {
        "close": (stock, exposed.sd, *back, common * share * sd**2),
        "peak": (stock, exposed.sd, *load, common * (1 + share) * sd**2),
    }


@pytest.mark.parametrize("basis", ["peak", "close"])
@pytest.mark.parametrize("dwell", [1.0, 2.5])
def test_readings_of_a_stock_lane_are_the_named_formulas(basis, dwell):
    policy = replace(STOCK, basis=basis, dwell=dwell)
    answers, needs = assess(LANE, policy), spaces(policy)

    def over(places, basis):
        buffer, sd, *goods = needs[basis]
        names = ("passing_mean", "passing_sd", "covariance")
        return stock_overflow.overflow(places, buffer, sd, **dict(zip(names, goods, strict=True)))

    for name in needs:
        assert answers[f"{name}_overflow"] == pytest.approx(over(220.0, name).mean, rel=1e-10)
    assert answers["lane_overflow"] == answers[f"{basis}_overflow"]
    assert answers["lane_overflow_probability"] == pytest.approx(over(220.0, basis).probability)
    mean, best = space.stock_space(*needs[basis]).mean, answers["optimal_own_capacity"]
    prices = {"always": 3.0, "partner_price": 11.5, "used": 2.5}
    assert over(best, basis).probability == pytest.approx(own_places.overflow_ratio(**prices), abs=1e-6)
    for places, name in ((220.0, "space_cost"), (best, "optimal_space_cost")):
        cost = 3.0 * places + 2.5 * mean + (11.5 - 2.5) * over(places, basis).mean
        assert answers[name] == pytest.approx(cost, rel=1e-10)
    assert answers["capacity_gives_away"] == pytest.approx(answers["space_cost"] - answers["optimal_space_cost"])


def test_the_optimal_own_capacity_costs_least():
    places = np.linspace(0.0, 600.0, 2401)
    for policy in (STOCK, replace(STOCK, kind="flow"), replace(STOCK, own_place_cost=0.0)):
        answers = assess(LANE, replace(policy, internal_capacity=places))
        least = answers["space_cost"].argmin()
        assert answers["optimal_own_capacity"][0] == pytest.approx(places[least], abs=0.25)
        assert answers["optimal_space_cost"][0] <= answers["space_cost"][least] + 1e-9
        assert answers["capacity_gives_away"][least] < 1e-3 * answers["space_cost"][least]


def test_headroom_stock_at_close_and_peak_day_by_day():
    """The readings of a lane that overflows on one day in ten, within 8 %; the framework's overflow is none of them."""
    answers = assess(LANE, STOCK)
    exposed = demand.lead_time_demand(*LANE.values(), 4.0)
    path = base_stock(exposed.mean + answers["goods_buffer"], 100.0, 20.0, lead_time=4, return_rate=0.18)
    counted = {
        "headroom_overflow": path["demand"] + path["returned"],
        "close_overflow": path["close"] + path["returned"],
        "peak_overflow": path["peak"],
    }
    for name, places in counted.items():
        mean, error = mean_and_error(np.maximum(places - 220.0, 0.0))
        assert answers[name] == pytest.approx(mean, rel=0.08, abs=max(4 * error, 0.02)), name
        assert abs(answers["expected_overflow"] - mean) > max(10 * error, 0.2 * mean), name


@pytest.mark.parametrize(("basis", "law"), [("peak", "persistent"), ("peak", "independent"), ("close", "independent")])
def test_overflow_of_a_busy_lane_by_law_of_lead_times(basis, law):
    """HAM-ROT as a stock lane with gamma demand and lead times; simulated overflow within an eighth, or 1.5 pallets."""
    facts, own = lane_facts(research_lanes(), "HAM-ROT"), POLICIES["HAM-ROT"]
    given = {name: value for name, value in own.items() if name != "return_rate"}
    given |= {"fixed_order_cost": 0.0, "kind": "stock", "basis": basis, "lead_times": law}  # no lots
    policy = Policy(**given, return_rate=facts["return_rate"])
    answers = assess({name: facts[name] for name in LANE}, policy)
    length, spread = own["lead_time_mean_days"], own["lead_time_sd_days"]
    path = base_stock(
        length * facts["demand_mean"] + answers["goods_buffer"],
        facts["demand_mean"],
        facts["demand_sd"],
        lead_time=length,
        lead_time_sd=spread,
        law=law,
        law_of_demand="gamma",
        return_rate=facts["return_rate"],
        days=3000,
    )
    places = path["peak"] if basis == "peak" else path["close"] + path["returned"]
    simulated = np.maximum(places - own["internal_capacity"], 0.0).mean()
    assert answers["lane_overflow"] == pytest.approx(simulated, rel=0.125, abs=1.5)


@pytest.mark.parametrize("lane", ["BER-MUC", "FRA-PAR", "HAM-ROT"])
@pytest.mark.parametrize("basis", ["peak", "close"])
@pytest.mark.parametrize("law", ["persistent", "independent"])
def test_stock_lanes_in_the_dynamic_model(lane, basis, law):
    """Gamma demand and lead times: mean space within 4 %; overflow within 1.5 pallets, a sixth (peak) or a half."""
    facts, own = lane_facts(research_lanes(), lane), POLICIES[lane]
    policy = Policy(**own, kind="stock", basis=basis, lead_times=law, return_rate=facts["return_rate"])
    policy = replace(policy, fixed_order_cost=0.0)  # no lots
    moments = {name: facts[name] for name in LANE}
    answers = assess(moments, policy)
    assert policy.lead_time_sd_days > 0
    path = simulate(
        Gamma(*moments.values()),
        Gamma(own["lead_time_mean_days"], own["lead_time_sd_days"]),
        rules.base_stock(own["lead_time_mean_days"] * facts["demand_mean"] + answers["goods_buffer"]),
        review_period=0.0,
        lead_times=law,
        return_rate=facts["return_rate"],
        basis=basis,
        capacity=own["internal_capacity"],
        periods=3000,
        warm_up=300,
        replications=60,
        seed=17,
        keep=("overflow", "space"),
    )
    within = 1 / 6 if basis == "peak" else 0.5
    overflow, space_needed = path.estimate("overflow"), path.estimate("space")
    assert answers["lane_overflow"] == pytest.approx(overflow.mean, rel=within, abs=1.5 + 4 * overflow.standard_error)
    everything = assess(moments, replace(policy, internal_capacity=0.0))["lane_overflow"]
    assert everything == pytest.approx(space_needed.mean, rel=0.04)


@pytest.mark.parametrize("lane", ["BER-MUC", "FRA-PAR", "HAM-ROT"])
def test_stock_lanes_that_order_in_lots_in_the_dynamic_model(lane):
    """With lots of 1.8 to 5 days: mean space within 2 %, overflow within 5 %, best own places within 3 %."""
    facts, own = lane_facts(research_lanes(), lane), POLICIES[lane]
    policy = Policy(**own, kind="stock", return_rate=facts["return_rate"])
    moments = {name: facts[name] for name in LANE}
    answers = assess(moments, policy)
    assert answers["order_quantity"] > 1.5 * answers["workload_mean"]
    run = {"periods": 1500, "warm_up": 300, "replications": 40, "seed": 17, "keep": ("overflow", "space")}
    path = simulate(**arguments_of(moments, policy), **run)
    overflow, needed = path.estimate("overflow"), path.estimate("space")
    assert answers["lane_overflow"] == pytest.approx(overflow.mean, rel=0.05, abs=4 * overflow.standard_error)
    everything = assess(moments, replace(policy, internal_capacity=0.0))["lane_overflow"]
    assert everything == pytest.approx(needed.mean, rel=0.02)
    rare = policy.holding_cost / (policy.holding_cost + policy.partner_surcharge)
    assert answers["optimal_own_capacity"] == pytest.approx(np.quantile(path.space, 1 - rare), rel=0.03)


def test_lost_sales_in_the_dynamic_model():
    """Service, shortage and cost of the lane's own level under each rule; lost within 8 %, of normal demand."""
    policy = Policy(
        kind="stock", service_level=0.9, lead_time_mean_days=5.0, lead_time_sd_days=0.0, holding_cost=2.5,
        partner_surcharge=9.0,
    )  # fmt: skip
    for unmet, flow in (("backordered", "backlog"), ("lost", "lost"), ("partner", "partner")):
        answers = assess(LANE, replace(policy, unmet=unmet))
        path = simulate(
            Normal(100.0, 20.0),
            5.0,
            rules.base_stock(500.0 + answers["goods_buffer"]),
            review_period=0.0,
            unmet=unmet,
            periods=2000,
            warm_up=200,
            replications=100,
            seed=3,
            keep=(flow, "on_hand"),
        )
        assert answers["unmet_service"] == pytest.approx(1 - path.share(flow, 1e-9).mean, abs=0.01), unmet
        short = path.estimate(flow)
        assert answers["unmet_shortage"] == pytest.approx(short.mean, rel=0.08, abs=4 * short.standard_error), unmet
        price = 11.5 if unmet == "partner" else 55.0
        cost = 2.5 * path.estimate("on_hand").mean + price * short.mean
        assert answers["unmet_cost"] == pytest.approx(cost, rel=0.03), unmet


def test_goods_protect_demand_alone():
    """BER-MUC: slots for workload need a buffer of 331 pallets, goods in stock one of 281."""
    facts = lane_facts(research_lanes(), "BER-MUC")
    policy = Policy(service_level=0.95, lead_time_mean_days=5.0, lead_time_sd_days=1.5)
    policy = replace(policy, return_rate=facts["return_rate"])
    answers = assess({name: facts[name] for name in LANE}, policy)
    assert round(float(answers["safety_stock"])) == 331 and round(float(answers["goods_buffer"])) == 281


def test_a_flow_lane_has_one_reading():
    answers = assess(LANE, replace(STOCK, kind="flow"))
    assert len({float(answers[name]) for name in (*READINGS, "lane_overflow")}) == 1
    load = demand.workload(*LANE.values(), 0.18)
    assert answers["lane_overflow"] == pytest.approx(cooperation.expected_overflow(*load, 220.0), rel=1e-10)


# --- profit of a lane as it runs ----------------------------------------------------------------------------

AS_THEY_RUN = {
    "flow": {"kind": "flow", "return_rate": 0.18, "dwell": 2.5, "internal_capacity": 320.0},
    "flow, own rent": {"kind": "flow", "own_place_cost": 3.0, "internal_capacity": 110.0},
    "backordered": {"return_rate": 0.18, "dwell": 1.5},
    "lost": {"unmet": "lost", "return_rate": 0.18},
    "partner": {"unmet": "partner"},
    "reviewed": {"review_period_days": 7.0},
    "in lots": {"fixed_order_cost": 2500.0},
    "close, own rent": {"basis": "close", "own_place_cost": 2.0, "internal_capacity": 90.0},
}


@pytest.mark.parametrize("changes", AS_THEY_RUN.values(), ids=AS_THEY_RUN)
def test_the_profit_of_a_lane_is_the_money_of_the_dynamic_model(changes):
    """Normal demand and a constant lead time: within four standard errors, on a stock lane 1 % of the margin more."""
    terms = {"kind": "stock", "service_level": 0.95, "lead_time_mean_days": 4.0, "lead_time_sd_days": 0.0}
    policy = Policy(**terms | {"internal_capacity": 220.0, "partner_surcharge": 9.0} | changes)
    answers = assess(LANE, policy)
    run = {"periods": 1000, "warm_up": 200, "replications": 100, "seed": 29, "keep": ("money",)}
    money = simulate(**arguments_of(LANE, policy) | {"demand": Normal(*LANE.values())}, **run).estimate("money")
    margin = (policy.service_revenue - policy.handling_cost) * LANE["demand_mean"]
    within = 4 * money.standard_error + (0.01 * margin if policy.kind == "stock" else 0.0)
    assert answers["lane_profit"] == pytest.approx(money.mean, rel=0, abs=within)
    assert abs(answers["profit"] - money.mean) > within


def test_the_profit_of_a_lane_follows_the_kind_of_each_lane_of_a_table():
    """A flow lane among stock lanes, lost sales among backorders: each is as it is alone."""
    kinds, unmet = ["flow", "stock", "stock", "stock"], ["lost", "lost", "partner", "backordered"]
    table = {name: np.full(4, value) for name, value in LANE.items()}
    together = assess(table, replace(STOCK, kind=np.array(kinds), unmet=np.array(unmet)))["lane_profit"]
    lanes = zip(kinds, unmet, strict=True)
    alone = [assess(LANE, replace(STOCK, kind=kind, unmet=rule))["lane_profit"] for kind, rule in lanes]
    assert together == pytest.approx(alone, rel=1e-12) and len(set(alone)) == 4


# --- unmet demand -------------------------------------------------------------------------------------------


def test_lost_sales_and_backorders_of_one_level():
    """With demand that is lost, less is short and the best level is lower; both are priced against simulated days."""
    lane = {"demand_mean": 118.3, "demand_sd": 42.7}
    policy = Policy(
        lead_time_mean_days=5.0, lead_time_sd_days=0.0, holding_cost=2.5, sla_penalty=20.0, service_revenue=105.0,
        handling_cost=50.0,
    )  # fmt: skip
    back, lost = (assess(lane, replace(policy, unmet=rule)) for rule in ("backordered", "lost"))
    assert back["unmet_shortage"] == back["expected_shortage"] and back["unmet_cost"] == back["buffer_cost"]
    assert back["unmet_level"] == pytest.approx(back["reorder_point"])
    path = base_stock(float(back["reorder_point"]), 118.3, 42.7, lead_time=5, lost=True)
    short, error = mean_and_error(path["short"])
    assert lost["unmet_shortage"] == pytest.approx(short, rel=0.08, abs=4 * error)
    assert lost["unmet_cost"] == pytest.approx(2.5 * path["close"].mean() + 75 * short, rel=0.03)
    assert lost["unmet_level"] == pytest.approx(lost_sales.best_base_stock(118.3, 42.7, 5.0, 75.0, 2.5))
    assert lost["unmet_level"] < back["unmet_level"] - 25
    assert lost["buffer_cost"] == back["buffer_cost"]  # the framework's own answers stay


def test_the_partner_serves_at_its_whole_price():
    served = assess(LANE, replace(STOCK, unmet="partner"))
    total = demand.lead_time_demand(*LANE.values(), 4.0)
    level = total.mean + served["goods_buffer"]
    lost = lost_sales.lost_pallets(level, *LANE.values(), 4.0)
    assert served["unmet_shortage"] == pytest.approx(lost)
    assert served["unmet_cost"] == pytest.approx(lost_sales.cost(level, *LANE.values(), 4.0, 11.5, 2.5))


def test_every_lane_has_its_own_rules():
    rules = {"kind": ["flow", "stock", "stock"], "unmet": ["lost", "backordered", "partner"]}
    together = assess({name: [value] * 3 for name, value in LANE.items()}, replace(STOCK, **rules))
    codes = {name: [float(POLICY[name].choices.index(word)) for word in words] for name, words in rules.items()}
    coded = assess({name: [value] * 3 for name, value in LANE.items()}, replace(STOCK, **codes))
    for i in range(3):
        alone = assess(LANE, replace(STOCK, **{name: words[i] for name, words in rules.items()}))
        for name, value in alone.items():
            assert together[name][i] == coded[name][i] == pytest.approx(value, rel=1e-12), name


# --- exposure -----------------------------------------------------------------------------------------------


def test_a_review_period_is_protected_with_the_lead_time():
    """Monthly orders with a lead time of a week: the buffer protects both, as (R, S) does."""
    policy = Policy(service_level=0.95, lead_time_mean_days=7.0, lead_time_sd_days=0.0, review_period_days=7.0)
    weekly, daily = assess(LANE, policy), assess(LANE, replace(policy, review_period_days=0.0))
    assert weekly["exposure"] == 14.0 and daily["exposure"] == 7.0
    assert weekly["safety_stock"] == pytest.approx(daily["safety_stock"] * 2**0.5)
    assert assess(LANE, policy, period="W")["exposure"] == 2.0


def test_review_of_every_period_keeps_its_promise_day_by_day():
    """A lead time of two days, reviewed each day: an order arrives on the third day, so demand of three is exposed."""
    policy = Policy(service_level=0.95, lead_time_mean_days=2.0, lead_time_sd_days=0.0, review_period_days=1.0)
    answers = assess(LANE, policy)
    path = base_stock(float(answers["reorder_point"]), 100.0, 20.0, lead_time=3)
    kept, error = mean_and_error(path["short"] == 0)
    assert kept == pytest.approx(0.95, abs=4 * error)
    bare = assess(LANE, replace(policy, review_period_days=0.0))
    path = base_stock(float(bare["reorder_point"]), 100.0, 20.0, lead_time=3)
    assert (path["short"] == 0).mean() < 0.1


def test_crossing_orders_have_a_smaller_exposure_sd():
    policy = Policy(service_level=0.95, lead_time_mean_days=5.0, lead_time_sd_days=1.5, lead_times="independent")
    sd = crossing.effective_lead_time_sd(5.0, 1.5)
    total = demand.lead_time_demand(*LANE.values(), 5.0, sd)
    assert assess(LANE, policy)["safety_stock"] == pytest.approx(buffers.safety_stock(total.sd, 0.95))
    waiting, persistent = (assess(LANE, replace(policy, lead_times=law)) for law in ("waiting", "persistent"))
    assert waiting["safety_stock"] == persistent["safety_stock"] > assess(LANE, policy)["safety_stock"]


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, row in POLICY.items() if row.choices])
def test_a_misspelt_word_is_refused_with_the_choices(name):
    words = ", ".join(POLICY[name].choices)
    with pytest.raises(ValueError, match=rf"^{name} must be one of {words}; got no$"):
        assess(LANE, Policy(**{name: "no"}))
    with pytest.raises(ValueError, match=rf"^{name} must be one of {words}; got 'no' at 1$"):
        assess({key: [value] * 2 for key, value in LANE.items()}, Policy(**{name: [POLICY[name].choices[0], "no"]}))


def test_words_of_a_million_lanes_are_cheap():
    """Arrays of words cost less than half of what the answers cost."""
    count = 200_000
    statistics = {name: np.full(count, value) for name, value in LANE.items()}
    words = np.array(["flow", "stock"])[np.zeros(count, int)]

    def seconds(policy):
        begun = time.process_time()
        assess(statistics, policy)
        return time.process_time() - begun

    plain, spelt = (min(seconds(Policy(kind=kind)) for _ in range(3)) for kind in ("flow", words))
    assert spelt < 1.5 * plain + 0.05


def test_best_quantity_and_level_agree_for_backorders():
    answers = assess(LANE, replace(STOCK, service_level=0.8, return_rate=0.0))
    total = demand.lead_time_demand(*LANE.values(), 4.0)
    assert answers["unmet_level"] == pytest.approx(newsvendor.best_quantity(*total, 55.0, 2.5))
