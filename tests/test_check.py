"""The validator, and the contract that every public formula keeps: what it refuses, broadcasts and returns."""

import inspect
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from house import public_formulas
from scipy import stats

from twin import (
    Policy,
    _check,
    accuracy,
    assess,
    buffers,
    continuous_review,
    continuous_review_poisson,
    cooperation,
    crossing,
    demand,
    distribution,
    finance,
    forecast,
    joint_replenishment,
    lead_time_demand,
    lost_sales,
    lot_size,
    min_max,
    newsvendor,
    newsvendor_limits,
    ordering,
    overflow_ahead,
    own_places,
    past_errors,
    periodic_review,
    poisson,
    promise_dates,
    protection,
    quantity_discounts,
    reorder_approximations,
    reservation,
    resilience,
    simulate,
    space,
    stock_overflow,
    volatility,
)
from twin.games import (
    alliance,
    allocation,
    coalitions,
    core_allocation,
    joint_demand,
    mutual_help,
    pooled_bookings,
    pooling,
    stability,
)


def number(value):
    return value, [np.nan, np.inf, -np.inf, "many", None]


def nonnegative(value):
    return value, [np.nan, np.inf, -1e-9, "many", None]


def positive(value):
    return value, [np.nan, np.inf, -1.0, 0.0, "many", None]


def probability(value):
    return value, [np.nan, -0.1, 0.0, 1.0, "many", None]


def share(value):
    return value, [np.nan, -1e-9, 1 + 1e-9, "many", None]


def whole(value, least):
    return value, [np.nan, least - 1, 2.5, True, "many", None]


def period(value):
    return value, ["M", "days", 0, -7.0, np.nan, True, None]


COSTS = dict(underage_cost=positive(80.0), overage_cost=positive(20.0))
PRICES = dict(holding_cost=nonnegative(10.0), partner_surcharge=nonnegative(5.0))
MONEY = dict(
    service_revenue=nonnegative(85.0),
    handling_cost=nonnegative(50.0),
    holding_cost=nonnegative(5.0),
    sla_penalty=nonnegative(20.0),
)
STOCK = dict(safety_stock=number(40.0), lead_time_demand_sd=nonnegative(25.0))
TIERS = dict(
    reservation_cost=positive(10.0),
    option_fee=positive(3.0),
    option_surcharge=nonnegative(12.0),
    partner_surcharge=nonnegative(40.0),
)
PAID = {argument: nonnegative(good) for argument, (good, _) in TIERS.items()}
NEED = dict(mean=nonnegative(100.0), sd=nonnegative(30.0))
LEVEL = dict(
    base_stock=nonnegative(550.0),
    demand_mean=nonnegative(100.0),
    demand_sd=nonnegative(30.0),
    exposure=nonnegative(5.0),
    spell_sd=nonnegative(0.5),
)
PLACE = dict(always=positive(2.5), partner_price=nonnegative(11.5), used=nonnegative(2.0))
SPACE = dict(mean=nonnegative(140.0), sd=nonnegative(25.0), internal_capacity=nonnegative(150.0))

LANE = dict(lead_time_demand_mean=nonnegative(108.0), lead_time_demand_sd=nonnegative(43.0))
DEMAND = dict(demand_mean=nonnegative(50.0), demand_sd=nonnegative(8.0))
REVIEW = dict(lead_time_mean=nonnegative(4.0), review_period=positive(1.0), lead_time_sd=nonnegative(0.5))
CLOSES = REVIEW | dict(review_period=(2.0, [*positive(2.0)[1], 1.5, 1001.0]))
BACKORDERS = dict(holding_cost=nonnegative(0.2), backorder_cost=nonnegative(7.5))
BACKORDERS_PAID = dict(holding_cost=positive(0.2), backorder_cost=positive(7.5))
ORDERS = dict(fixed_order_cost=nonnegative(8.0), **BACKORDERS)
ORDERS_PAID = dict(fixed_order_cost=positive(8.0), **BACKORDERS_PAID)
PENALTY = dict(fixed_order_cost=positive(8.0), holding_cost=positive(0.2), sla_penalty=positive(25.0))
LOT = dict(reorder_point=number(100.0), order_quantity=positive(250.0))

#: Formulas whose every argument broadcasts: function -> argument -> (a good value, bad values).
STOCK_SPACE = dict(
    safety_stock=number(40.0),
    exposed_sd=nonnegative(60.0),
    passing_mean=nonnegative(100.0),
    passing_sd=nonnegative(30.0),
    covariance=(90.0, [np.nan, np.inf, -1e9, 1e9, "many", None]),
)
ELEMENTWISE = {
    demand.workload: dict(demand_mean=nonnegative(100.0), demand_sd=nonnegative(30.0), return_rate=share(0.1)),
    demand.lead_time_demand: dict(
        mean=nonnegative(100.0),
        sd=nonnegative(25.0),
        lead_time_mean=nonnegative(3.0),
        lead_time_sd=nonnegative(0.5),
    ),
    demand.lead_time_demand_shares: dict(
        demand_mean=nonnegative(100.0),
        demand_sd=nonnegative(25.0),
        lead_time_mean=nonnegative(3.0),
        lead_time_sd=nonnegative(0.5),
        return_rate=share(0.1),
    ),
    lead_time_demand.distribution_free_level: dict(
        mean=nonnegative(1000.0), sd=nonnegative(300.0), service_level=probability(0.9)
    ),
    lead_time_demand.largest_shortage: dict(stock=number(1400.0), mean=number(1000.0), sd=nonnegative(300.0)),
    demand.expected_excess: dict(level=number(120.0), mean=number(100.0), sd=nonnegative(30.0)),
    demand.excess_and_leftover: dict(level=number(120.0), mean=number(100.0), sd=nonnegative(30.0)),
    demand.probability_above: dict(level=number(120.0), mean=number(100.0), sd=nonnegative(30.0)),
    demand.second_loss: dict(level=number(120.0), mean=number(100.0), sd=nonnegative(30.0)),
    poisson.expected_excess: dict(level=number(6.0), mean=(4.0, [*nonnegative(4.0)[1], 1.1e9])),
    poisson.second_loss: dict(level=number(6.0), mean=(4.0, [*nonnegative(4.0)[1], 1.1e9])),
    newsvendor_limits.bounded_quantity: dict(
        mean=number(100.0),
        sd=nonnegative(30.0),
        underage_cost=nonnegative(80.0),
        overage_cost=nonnegative(20.0),
        least=(80.0, [*number(80.0)[1], 131.0]),
        most=number(130.0),
    ),
    newsvendor_limits.order_threshold: dict(
        mean=number(100.0), sd=nonnegative(30.0), **COSTS, fixed_order_cost=nonnegative(50.0)
    ),
    periodic_review.service_stock: dict(service_level=probability(0.9), **DEMAND, **REVIEW),
    periodic_review.cycle_service_level: dict(base_stock=number(270.0), **DEMAND, **REVIEW),
    periodic_review.mean_backlog: dict(base_stock=number(270.0), **DEMAND, **REVIEW),
    periodic_review.fill_rate: dict(base_stock=number(270.0), **DEMAND | dict(demand_mean=positive(50.0)), **REVIEW),
    continuous_review.stock_levels: dict(**LOT, **LANE),
    continuous_review.expected_cost: dict(**LOT, demand_mean=nonnegative(1300.0), **LANE, **ORDERS),
    continuous_review.best_reorder_point: dict(order_quantity=positive(250.0), **LANE, **BACKORDERS_PAID),
    continuous_review.best_policy: dict(demand_mean=positive(1300.0), **LANE, **ORDERS_PAID),
    reorder_approximations.penalty_policy: dict(demand_mean=positive(1300.0), **LANE, **PENALTY),
    reorder_approximations.penalty_cost: dict(
        **LOT,
        demand_mean=nonnegative(1300.0),
        **LANE,
        fixed_order_cost=nonnegative(8.0),
        holding_cost=nonnegative(0.2),
        sla_penalty=nonnegative(25.0),
    ),
    reorder_approximations.loss_policy: dict(demand_mean=positive(1300.0), **LANE, **ORDERS_PAID),
    newsvendor.costs_from_prices: dict(
        price=number(190.0), cost=number(110.0), salvage=number(90.0), penalty=number(1.0)
    ),
    newsvendor.critical_ratio: dict(underage_cost=nonnegative(80.0), overage_cost=nonnegative(20.0)),
    newsvendor.best_quantity: dict(mean=number(100.0), sd=nonnegative(30.0), **COSTS),
    newsvendor.best_safety_factor: COSTS,
    newsvendor.expected_cost: dict(
        quantity=number(110.0),
        mean=number(100.0),
        sd=nonnegative(30.0),
        underage_cost=nonnegative(80.0),
        overage_cost=nonnegative(20.0),
    ),
    newsvendor.cost_curve: dict(
        service_level=probability(0.8),
        sd=nonnegative(30.0),
        underage_cost=nonnegative(80.0),
        overage_cost=nonnegative(20.0),
    ),
    newsvendor.distribution_free_quantity: dict(mean=positive(100.0), sd=nonnegative(30.0), **COSTS),
    newsvendor.distribution_free_cost: dict(mean=positive(100.0), sd=nonnegative(30.0), **COSTS),
    buffers.safety_stock: dict(lead_time_demand_sd=nonnegative(25.0), service_level=probability(0.95)),
    buffers.cycle_service_level: STOCK,
    buffers.expected_shortage: STOCK,
    buffers.penalty_cost: dict(**STOCK, sla_penalty=nonnegative(20.0)),
    buffers.fill_rate: dict(**STOCK, order_quantity=positive(100.0)),
    buffers.safety_stock_for_fill_rate: dict(
        fill_rate=probability(0.95), lead_time_demand_sd=positive(25.0), order_quantity=positive(100.0)
    ),
    buffers.required_capacity: dict(
        workload_mean=nonnegative(140.0), safety_stock=number(41.0), dwell=nonnegative(2.0)
    ),
    lot_size.order_quantity: dict(
        demand_mean=nonnegative(1300.0), fixed_order_cost=nonnegative(8.0), holding_cost=positive(0.225)
    ),
    lot_size.order_cost: dict(
        order_quantity=positive(250.0),
        demand_mean=nonnegative(1300.0),
        fixed_order_cost=nonnegative(8.0),
        holding_cost=nonnegative(0.225),
    ),
    lot_size.backordered_lot: dict(
        demand_mean=nonnegative(1300.0), fixed_order_cost=nonnegative(8.0), **BACKORDERS_PAID
    ),
    lot_size.backordered_cost: dict(
        order_quantity=positive(250.0), backordered_share=share(0.1), demand_mean=nonnegative(1300.0), **ORDERS
    ),
    lot_size.production_quantity: dict(
        demand_mean=nonnegative(1300.0),
        fixed_order_cost=nonnegative(8.0),
        holding_cost=positive(0.2),
        production_rate=(2000.0, [*positive(2000.0)[1], 1300.0]),
    ),
    lot_size.production_cost: dict(
        order_quantity=positive(250.0),
        demand_mean=nonnegative(1300.0),
        fixed_order_cost=nonnegative(8.0),
        holding_cost=nonnegative(0.2),
        production_rate=(2000.0, [*positive(2000.0)[1], 1300.0]),
    ),
    joint_replenishment.power_of_two_cycle: dict(cycle=positive(3.0), base_cycle=positive(1.0)),
    cooperation.planned_overflow: dict(required_capacity=nonnegative(200.0), internal_capacity=nonnegative(150.0)),
    cooperation.dependency: dict(overflow=nonnegative(20.0), required_capacity=positive(120.0)),
    cooperation.planned_cost: dict(
        required_capacity=nonnegative(200.0), internal_capacity=nonnegative(150.0), **PRICES
    ),
    cooperation.expected_overflow: SPACE,
    cooperation.overflow_probability: SPACE,
    cooperation.expected_cost: dict(**SPACE, **PRICES),
    crossing.outstanding_variance_bound: dict(lead_time_mean=nonnegative(5.0), lead_time_sd=nonnegative(1.5)),
    crossing.effective_lead_time_sd: dict(
        lead_time_mean=nonnegative(5.0), lead_time_sd=nonnegative(1.5), between_orders=positive(1.0)
    ),
    lost_sales.lost_pallets: LEVEL,
    lost_sales.loss_probability: LEVEL,
    lost_sales.fill_rate: dict(lost=nonnegative(2.0), demand_mean=positive(100.0)),
    lost_sales.cost: dict(**LEVEL, underage_cost=nonnegative(75.0), holding_cost=nonnegative(2.5)),
    lost_sales.best_base_stock: dict(
        **{argument: given for argument, given in LEVEL.items() if argument != "base_stock"},
        underage_cost=positive(75.0),
        holding_cost=positive(2.5),
    ),
    own_places.place_prices: dict(holding_cost=nonnegative(2.5), own_place_cost=nonnegative(3.0)),
    own_places.overflow_ratio: PLACE,
    own_places.overflow_ratio_if_idle: dict(idle=positive(2.5), partner_surcharge=nonnegative(7.5)),
    own_places.best_places: dict(**NEED, **PLACE),
    own_places.places_cost: dict(capacity=nonnegative(110.0), **NEED, **PLACE),
    space.goods_in_process: dict(mean=nonnegative(100.0), sd=nonnegative(30.0), dwell=nonnegative(1.5)),
    space.returns: dict(demand_mean=nonnegative(100.0), demand_sd=nonnegative(30.0), return_rate=share(0.1)),
    space.stock_on_hand: dict(safety_stock=number(40.0), exposed_sd=nonnegative(60.0)),
    space.stock_space: STOCK_SPACE,
    space.common_periods: dict(dwell=nonnegative(1.5), exposure=nonnegative(5.5)),
    stock_overflow.overflow: dict(capacity=nonnegative(220.0), **STOCK_SPACE),
    stock_overflow.places: dict(probability=probability(0.2), **STOCK_SPACE),
    space.lot_stock: dict(order_quantity=nonnegative(120.0)),
    space.review_stock: dict(demand_mean=nonnegative(100.0), review_period=nonnegative(7.0)),
    reservation.best_capacity: dict(**NEED, reservation_cost=positive(10.0), partner_surcharge=nonnegative(25.0)),
    reservation.capacity_cost: dict(
        capacity=nonnegative(110.0), **NEED, reservation_cost=nonnegative(10.0), partner_surcharge=nonnegative(25.0)
    ),
    reservation.best_tiers: dict(**NEED, **TIERS),
    reservation.tiers_cost: dict(own=nonnegative(90.0), option=nonnegative(40.0), **NEED, **PAID),
    mutual_help.net_saving: dict(
        lent=nonnegative(3.0),
        received=nonnegative(5.0),
        transfer_price=nonnegative(12.0),
        lending_cost=nonnegative(4.0),
        partner_surcharge=nonnegative(20.0),
    ),
    volatility.coefficient_of_variation: dict(demand_mean=positive(100.0), demand_sd=nonnegative(25.0)),
    resilience.coverage: dict(safety_stock=number(50.0), lead_time_demand_sd=positive(25.0)),
    resilience.resilience_index: dict(
        coverage=number(1.0),
        dependency=share(0.1),
        full_coverage=positive(2.0),
        buffer_weight=share(0.5),
    ),
    resilience.index_parts: dict(
        coverage=number(1.0),
        dependency=share(0.1),
        full_coverage=positive(2.0),
        buffer_weight=share(0.5),
    ),
    resilience.time_to_survive: dict(
        stock=nonnegative(120.0), demand=nonnegative(100.0), remaining_capacity=nonnegative(70.0)
    ),
    finance.underage_cost: dict(
        sla_penalty=nonnegative(20.0), service_revenue=nonnegative(85.0), handling_cost=nonnegative(50.0)
    ),
    finance.unit_economics: dict(
        demand_mean=nonnegative(100.0),
        workload_mean=nonnegative(110.0),
        leftover=nonnegative(40.0),
        shortage=nonnegative(1.0),
        overflow=nonnegative(3.0),
        partner_surcharge=nonnegative(5.0),
        **MONEY,
    ),
}

ON_RECORD = {"demand_mean": 100.0, "demand_sd": 25.0}
SERIES = [10.0, 12.0, 13.0, 17.0]
DRAWS = dict(samples=whole(5, 2), seed=whole(1, 0))
MATRIX = (
    [[9.0, 2.0], [2.0, 16.0]],
    [[], 3.0, [9.0], [[9.0, 1.0], [2.0, 16.0]], [[1.0, 2.0], [2.0, 1.0]], [[np.nan]], "many"],
)
PAIR = ([40.0, 50.0], [[], 3.0, [1.0], [1.0, np.nan], "many"])
PLACES = ([40.0, 50.0], [[], 3.0, [1.0], [1.0, np.nan], [1.0, -1.0], "many"])
GAME = dict(costs=([0.0, 5.0, 6.0, 9.0], [[], 3.0, [0.0, 1.0, 2.0], [1.0, 5.0, 6.0, 9.0], [0.0, np.nan], "many"]))
SHARES = ([4.0, 5.0], [[], 3.0, [9.0], [np.nan, 9.0], "many"])
MEMBERS = (coalitions.all_coalitions(2), [[], 3.0, [[1, 0]], [[True]], "many"])
TABLE = ([[4.0, 1.0], [1.0, 4.0], [2.0, 3.0]], [[], 3.0, [1.0, 2.0], [[np.nan, 1.0]], [[-1.0, 1.0]], "many"])
ONE_COST, ONE_SURCHARGE = (1.0, [0.0, np.nan, [1.0, 1.0], "many"]), (2.0, [1.0, np.nan, [2.0, 2.0], "many"])
POOL = alliance.Pool(TABLE[0], partner_surcharge=2.0, reservation_cost=1.0)
HELP = alliance.Pool(TABLE[0], partner_surcharge=2.0, internal_capacity=[3.0, 3.0])

RATES = dict(
    fixed_order_cost=nonnegative(8.0),
    holding_rate=nonnegative(0.3),
    breaks=([0.0, 400.0, 800.0], [[], 3.0, [1.0, 400.0, 800.0], [0.0, 800.0, 400.0], [0.0, np.nan, 800.0], "many"]),
    unit_costs=([0.75, 0.72, 0.68], [[], 3.0, [0.75, 0.72], [0.68, 0.72, 0.75], [0.75, np.nan, 0.68], "many"]),
    holding_cost=nonnegative(0.1),
)
RATES_PAID = RATES | dict(fixed_order_cost=positive(8.0))
ONE_PER_LANE = [[], 3.0, [1.0], [np.nan, 1.0], [0.0, 1.0], "many"]
JOINT = dict(
    shared_order_cost=(15.0, [0.0, np.nan, [1.0, 1.0], "many"]),
    own_order_costs=([10.0, 12.0], [[], 3.0, [np.nan, 1.0], [0.0, 1.0], "many"]),
    demand_means=([400.0, 20.0], ONE_PER_LANE),
    holding_costs=([1.0, 1.0], ONE_PER_LANE),
)
MINMAX = dict(
    demand=(stats.poisson(6), [stats.norm(6, 1), stats.poisson(0), stats.poisson(1e6), distribution.empirical([1.5])]),
    protection=(stats.poisson(12), [stats.norm(12, 1), stats.zipf(1.5)]),
)
WHOLE_LEVEL = [np.nan, 2.5, True, "many", None]
FORECAST = dict(
    volumes=(SERIES, [[], 3.0, [1.0, np.inf], [1.0, -1.0], "many"]),
    period=("MS", [*period("MS")[1], 7]),
    horizon=whole(2, 1),
    level=(0.9, [np.nan, 0.0, 1.0, "many", [0.5, 0.9]]),
    season=(12, [0, *WHOLE_LEVEL[:-1]]),
)
AHEAD = dict(
    forecast=([100.0, 90.0], [3.0, [-1.0, 1.0], [np.nan, 1.0], "many"]),
    errors=([[5.0, 20.0], [-5.0, 0.0]], [[5.0, 2.0], [[5.0]], [[np.inf, 1.0]], "many"]),
    capacity=nonnegative(95.0),
    half_life=(2.0, [*positive(2.0)[1], [1.0, 2.0]]),
)
LENGTHS = lead_time_demand.lead_times([1.0, 2.0])
BAD_LENGTHS = [lead_time_demand.LeadTimes(np.array([bad]), np.ones(1)) for bad in (np.nan, -1.0)]
ERRORS = past_errors.LaneErrors(SERIES * 6, [[15.0] * 4] * (6 * len(SERIES)), period="W")

#: Other functions: of a whole list, a distribution, a period or a seed. None stands for "not refused by value".
OTHERS = {
    demand.days_per_period: dict(period=period("D")),
    demand.period_name: dict(period=period("D")),
    demand.lead_time_in_periods: dict(lead_time_days=nonnegative(7.0), period=period("W")),
    demand.change_period: dict(
        demand_mean=nonnegative(100.0), demand_sd=nonnegative(25.0), given=("D", []), wanted=("W", [])
    ),
    distribution.best_quantity: dict(distribution=(stats.poisson(18), []), **COSTS),
    distribution.expected_excess: dict(
        quantity=number(20.0), distribution=(stats.poisson(18), [stats.cauchy(), stats.zipf(1.5)])
    ),
    distribution.expected_cost: dict(
        quantity=number(20.0),
        distribution=(stats.poisson(18), [stats.cauchy()]),
        underage_cost=nonnegative(80.0),
        overage_cost=nonnegative(20.0),
    ),
    distribution.second_loss: dict(
        quantity=number(20.0),
        distribution=(stats.poisson(18), [stats.cauchy(), stats.zipf(2.5), stats.zipf(4.5), stats.pareto(1.5)]),
    ),
    distribution.total: dict(
        distribution=(stats.poisson(18), [stats.norm(18, 1), stats.poisson(1e6), stats.zipf(1.5)]), count=whole(4, 1)
    ),
    periodic_review.expected_cost: dict(base_stock=number(270.0), **DEMAND, **CLOSES, **BACKORDERS),
    periodic_review.best_stock: dict(**DEMAND, **CLOSES, **BACKORDERS_PAID),
    continuous_review_poisson.stock_levels: dict(
        reorder_point=(3.0, [*number(3.0)[1], 2.5]),
        order_quantity=(9.0, [*positive(9.0)[1], 2.5]),
        lead_time_demand_mean=nonnegative(6.0),
    ),
    continuous_review_poisson.expected_cost: dict(
        reorder_point=(3.0, [*number(3.0)[1], 2.5]),
        order_quantity=(9.0, [*positive(9.0)[1], 2.5]),
        demand_mean=nonnegative(12.0),
        lead_time_demand_mean=(6.0, [*nonnegative(6.0)[1], 1.1e9]),
        **ORDERS,
    ),
    continuous_review_poisson.best_policy: dict(
        demand_mean=positive(12.0),
        lead_time_demand_mean=(6.0, [*nonnegative(6.0)[1], 1.1e9]),
        fixed_order_cost=nonnegative(8.0),
        **BACKORDERS_PAID,
    ),
    min_max.expected_cost: dict(
        reorder_point=(6, WHOLE_LEVEL), order_up_to=(18, [*WHOLE_LEVEL, 6, 40_000]), **MINMAX, **ORDERS
    ),
    min_max.best_policy: dict(**MINMAX, fixed_order_cost=(8.0, [*nonnegative(8.0)[1], 1e9]), **BACKORDERS_PAID),
    min_max.power_approximation: dict(
        demand_mean=positive(50.0),
        demand_sd=positive(8.0),
        **ORDERS_PAID,
        lead_time=nonnegative(2.0),
        capped=(True, []),
    ),
    quantity_discounts.all_units_cost: dict(order_quantity=positive(250.0), demand_mean=nonnegative(1300.0), **RATES),
    quantity_discounts.best_all_units_lot: dict(demand_mean=positive(1300.0), **RATES_PAID),
    quantity_discounts.incremental_cost: dict(order_quantity=positive(250.0), demand_mean=nonnegative(1300.0), **RATES),
    quantity_discounts.best_incremental_lot: dict(demand_mean=positive(1300.0), **RATES_PAID),
    joint_replenishment.joint_cost: dict(
        base_cycle=(0.35, [0.0, np.nan, [0.1, 0.2], "many"]),
        multiples=([1.0, 2.0], [*ONE_PER_LANE, [1.5, 1.0]]),
        **JOINT,
    ),
    joint_replenishment.best_joint_plan: dict(
        **JOINT | dict(shared_order_cost=(15.0, [*JOINT["shared_order_cost"][1], 1e-30])), power_of_two=(False, [])
    ),
    distribution.empirical: dict(sample=([8.0, 9.0, 9.0], [[], 3.0, [1.0, np.nan], ["many"], [[1.0]]])),
    buffers.root_sum_of_squares: dict(
        sd=([3.0, 4.0], [[], 3.0, [1.0, -1.0], [np.nan], "many"]),
        correlation=(0.3, [1.01, -1.01, np.nan, "many"]),
    ),
    joint_demand.covariance_matrix: dict(
        sd=([3.0, 4.0], [[], 3.0, [1.0, -1.0], [np.nan], "many"]),
        correlation=(0.3, [1.01, np.nan, [[1.0]], [[1.0, 2.0], [2.0, 1.0]], [[2.0, 0.0], [0.0, 2.0]], "many"]),
    ),
    joint_demand.checked_covariance: dict(covariance=MATRIX),
    joint_demand.normal_draws: dict(mean=PAIR, covariance=MATRIX, **DRAWS),
    joint_demand.draws: dict(
        distributions=([stats.poisson(5), stats.norm(5, 1)], []), correlation=(0.3, [1.01, np.nan, "many"]), **DRAWS
    ),
    joint_demand.orders: dict(partners=whole(3, 1), **DRAWS),
    reservation.best_tiers_of: dict(distribution=(stats.poisson(18), []), **TIERS),
    reservation.tiers_cost_of: dict(
        own=nonnegative(15.0), option=nonnegative(5.0), distribution=(stats.poisson(18), [stats.cauchy()]), **PAID
    ),
    mutual_help.expected_help: dict(mean=PAIR, covariance=MATRIX, internal_capacity=PLACES, refusal=share(0.1)),
    mutual_help.probability_all_short: dict(mean=PAIR, covariance=MATRIX, internal_capacity=PLACES),
    mutual_help.exchange: dict(
        needs=([[30.0, 60.0]], [3.0, [[np.nan, 1.0]], "many"]), internal_capacity=PLACES, offered=share(0.5)
    ),
    mutual_help.acceptable_prices: dict(
        lent=([5.0, 2.0], [[np.nan, 1.0], [-1.0, 1.0], "many"]),
        received=([2.0, 5.0], [[np.nan, 1.0], [-1.0, 1.0], "many"]),
        lending_cost=(4.0, [-1.0, 21.0, np.nan, "many"]),
        partner_surcharge=nonnegative(20.0),
    ),
    coalitions.all_coalitions: dict(partners=(3, [0, 16, 2.5, True, "many", None])),
    coalitions.partners_of: GAME,
    coalitions.game_of_table: dict(
        costs=(
            {("A",): 5.0, ("B",): 6.0, ("A", "B"): 9.0},
            [{}, {("C",): 1.0}, {("A", "A"): 1.0}, {("A",): np.nan}, {("A", "B"): 9.0, ("B", "A"): 9.0}],
        ),
        partners=(["A", "B"], [["A", "A"], []]),
    ),
    coalitions.savings: GAME,
    coalitions.alone: GAME,
    coalitions.game_within: dict(**GAME, coalition=whole(1, 1)),
    pooling.capacity_cost: dict(
        members=MEMBERS, mean=PAIR, covariance=MATRIX, reservation_cost=ONE_COST, partner_surcharge=ONE_SURCHARGE
    ),
    pooling.overflow_cost: dict(
        members=MEMBERS,
        mean=PAIR,
        covariance=MATRIX,
        internal_capacity=PLACES,
        partner_surcharge=(2.0, [-1.0, np.nan, [2.0, 2.0], "many"]),
    ),
    pooling.capacity_cost_on_record: dict(
        members=MEMBERS, needs=TABLE, reservation_cost=ONE_COST, partner_surcharge=ONE_SURCHARGE
    ),
    pooling.overflow_cost_on_record: dict(
        members=MEMBERS,
        needs=TABLE,
        internal_capacity=PLACES,
        partner_surcharge=(2.0, [-1.0, np.nan, [2.0, 2.0], "many"]),
    ),
    pooling.scarcity_prices: dict(needs=TABLE, reservation_cost=ONE_COST, partner_surcharge=ONE_SURCHARGE),
    pooling.overflow_prices: dict(
        needs=TABLE, internal_capacity=PLACES, partner_surcharge=(2.0, [-1.0, np.nan, [2.0, 2.0], "many"])
    ),
    allocation.proportional: dict(**GAME, weights=([1.0, 2.0], [[], 3.0, [1.0], [-1.0, 1.0], [0.0, 0.0], "many"])),
    allocation.equal_savings: GAME,
    allocation.separable: dict(**GAME, rest=("equal", ["all", None, 3.0])),
    allocation.shapley: GAME,
    allocation.sampled_shapley: dict(
        cost_of=(lambda members: members.sum(axis=1), [lambda members: np.full(len(members), np.nan)]),
        orders=([[0, 1], [1, 0]], [[], [[0, 1]], [[0, 0], [1, 0]], [[0.5, 1.0], [1.0, 0.0]]]),
    ),
    allocation.covariance_rule: dict(
        **GAME,
        covariance=(MATRIX[0], [*MATRIX[1], np.zeros((2, 2))]),
        certain_costs=([1.0, 2.0], [[1.0], [np.nan, 1.0]]),
    ),
    allocation.dual_price_rule: dict(
        prices=([0.5, 0.5, 0.0], [3.0, [0.5], [-1.0, 1.0, 1.0], "many"]),
        needs=(TABLE[0], TABLE[1][1:]),
        internal_capacity=([1.0, 1.0], [[1.0], [-1.0, 1.0], [np.nan, 1.0]]),
    ),
    pooled_bookings.pooled_bookings: dict(
        needs=([[[4.0, 2.0]], [[1.0, 3.0]]], [3.0, [[1.0, 2.0]], [[[-1.0, 1.0]]], [[[np.nan, 1.0]]], "many"]),
        term=whole(1, 1),
        place_cost=positive(5.0),
        surcharge=positive(20.0),
        internal_capacity=([1.0, 1.0], [[1.0], [-1.0, 1.0], [np.nan, 1.0]]),
    ),
    stability.excess: dict(**GAME, allocation=SHARES),
    stability.leaving: dict(**GAME, allocation=(SHARES[0], [*SHARES[1], [4.0, 6.0]])),
    stability.in_core: dict(**GAME, allocation=(SHARES[0], [*SHARES[1], [4.0, 6.0]])),
    stability.rounding: GAME,
    stability.least_core: GAME,
    stability.acceptable: GAME,
    core_allocation.nucleolus: dict(costs=(GAME["costs"][0], [*GAME["costs"][1], [0.0, 1.0, 1.0, 3.0]])),
    core_allocation.equal_profit: GAME,
    alliance.assess: dict(pool=(POOL, [])),
    alliance.terms: dict(pool=(HELP, [POOL]), lending_cost=(1.0, [-1.0, 3.0, np.nan]), offered=share(0.5)),
    alliance.joining: dict(**GAME, rule=(allocation.shapley, [])),
    alliance.expected_share_saved: dict(pool=(POOL, []), correlations=([0.0, 0.5], [0.5, [np.nan], "many"])),
    resilience.recovery: dict(
        flow=([60.0, 20.0, 100.0], [[], 3.0, [1.0, -1.0], [np.nan], "many"]), baseline=positive(100.0)
    ),
    finance.profit_surface: dict(
        service_level=probability(0.9),
        lead_time_sd=nonnegative(0.5),
        demand_mean=nonnegative(100.0),
        demand_sd=nonnegative(25.0),
        lead_time_mean=nonnegative(1.0),
        return_rate=share(0.1),
        **MONEY,
    ),
    accuracy.card: {},
    accuracy.remarks: dict(
        lanes=({**ON_RECORD, **vars(Policy()), **assess(ON_RECORD, Policy())}, [{}, {"demand_mean": 1.0}]),
        period=("D", ["X", -3]),
    ),
    accuracy.record_of: dict(volumes=(SERIES, [[], 3.0, "many"])),
    finance.tail_risk: dict(
        losses=(SERIES, [[], 3.0, [np.nan, 1.0], [np.inf], "many"]),
        level=(0.95, [0.0, 1.0, np.nan, [0.9, 0.95], "many"]),
    ),
    finance.tail_risk_of: dict(
        distribution=(stats.norm(100, 20), [stats.cauchy(), stats.zipf(1.5)]), level=probability(0.95)
    ),
    forecast.linear_trend: dict(
        volumes=(SERIES, [[], 3.0, [1.0, 2.0], [1.0, np.inf, 3.0], [1.0, 2.0, np.nan], "many"])
    ),
    forecast.predict: dict(
        trend=(forecast.linear_trend(SERIES), []), horizon=whole(2, 1), probability=probability(0.9)
    ),
    overflow_ahead.errors_of: dict(
        volumes=([1.0, 2.0], [3.0, [np.inf, 1.0], "many"]), past=([[1.0]] * 2, [[[1.0]], [1.0, 2.0], "many"])
    ),
    overflow_ahead.overflow_ahead: AHEAD,
    overflow_ahead.spread_of_errors: dict(
        errors=([[1.0], [2.0]], [3.0, [1.0], [[np.inf]], "many"]), half_life=AHEAD["half_life"]
    ),
    overflow_ahead.recent_overflow: dict(recent=([3.0, 4.0], [3.0, [], [-1.0], [np.inf], [np.nan], "many"])),
    overflow_ahead.places_ahead: AHEAD | dict(always=positive(1.0), saved=nonnegative(5.0)),
    overflow_ahead.hysteresis: dict(
        score=(SERIES, [3.0, "many"]),
        enter=(12.0, [np.nan, np.inf, [1.0, 2.0], "many"]),
        leave=(15.0, [np.nan, 11.0, [20.0, 21.0], "many"]),
    ),
    forecast.lanes: FORECAST,
    forecast.backtest: FORECAST,
    forecast.lanes_and_past: FORECAST,
    lead_time_demand.lead_times: dict(
        lengths=(SERIES, [[], 3.0, [-1.0], [np.nan], "many"]),
        probabilities=([1 / len(SERIES)] * len(SERIES), [[0.5, 0.5], 0.5, [2.0] * len(SERIES), "many"]),
    ),
    lead_time_demand.rounded_gamma: dict(mean=nonnegative(5.0), sd=nonnegative(1.5), step=positive(1.0)),
    lead_time_demand.by_moments: dict(mean=positive(100.0), sd=positive(20.0), law=("gamma", ["Poisson", 3])),
    lead_time_demand.mixture: dict(
        mean=positive(100.0), sd=positive(20.0), lead_times=(LENGTHS, BAD_LENGTHS), law=("normal", ["Poisson", 3])
    ),
    lead_time_demand.moments_of: dict(lead_times=(LENGTHS, BAD_LENGTHS)),
    lead_time_demand.resampled: dict(record=(SERIES, [[], 3.0, [np.nan], "many"]), lead_times=(LENGTHS, BAD_LENGTHS)),
    past_errors.same_time_of_year: dict(away=([7.0, 365.0], [[np.nan], ["many"]]), earlier_years=(True, [])),
    past_errors.past_levels: dict(
        errors=(ERRORS, []), lead_times=(LENGTHS, BAD_LENGTHS), service_level=probability(0.8), pool=(None, [])
    ),
    past_errors.kept: dict(
        errors=(ERRORS, []), lead_times=(LENGTHS, []), levels=([40.0] * len(ERRORS.volumes), [[40.0], 40.0, "many"])
    ),
    promise_dates.promised_days: dict(
        durations=(SERIES, [3.0, [-1.0], "many"]), service_level=probability(0.5), method=("normal", ["Poisson", 3])
    ),
    promise_dates.judged: dict(
        ordered=([0.0, 1.0, 2.0, 3.0], [[np.nan] * 4]),
        durations=([1.0] * 4, [[-1.0] * 4, "many"]),
        groups=(["air"] * 4, []),
        service_level=probability(0.4),
        first=(0.7, [np.nan, -0.1, 1.0, "many"]),
    ),
    protection.over: dict(
        paths=(ERRORS.paths(), []),
        lead_times=(LENGTHS, [*BAD_LENGTHS, lead_time_demand.lead_times([9.0])]),
        service_level=probability(0.8),
        first=whole(1, 0),
    ),
    ordering.next_order: dict(
        demand=(SERIES, [[], 3.0, [-1.0], [np.nan], [np.inf], "many"]),
        orders=([5.0, 6.0], [3.0, [-1.0, 1.0], [np.nan, 1.0], [1.0] * 99, "many"]),
        arrivals=([5.0, 6.0], [3.0, [1.0], [-1.0, 1.0], [np.nan, 1.0], "many"]),
        promised_lead_time=whole(0, 0),
        profit=positive(4.0),
        holding_cost=positive(1.0),
    ),
    volatility.explained_share: dict(
        volumes=(SERIES, [[], 3.0, [1.0], [1.0, np.nan, 3.0, 4.0], [2.0, 2.0, 2.0, 2.0], "many"]),
        groups=([0, 0, 1, 1], [[0, 0, 0, 0], [0, 1, 2, 3], [0, 1], "many"]),
    ),
    volatility.shock_share: dict(
        volumes=(SERIES, [[], 3.0, [1.0], [1.0, np.nan], [2.0, 2.0], "many"]), rarest=(0.25, [0.0, 1.0, np.nan, "many"])
    ),
    simulate.generator: dict(seed=whole(1, 0)),
    simulate.estimate: dict(values=(SERIES, [[], [1.0], 3.0, [np.nan, 1.0], "many"])),
    simulate.demand: dict(mean=number(100.0), sd=nonnegative(25.0), **DRAWS),
    simulate.workload: dict(shipped=([100, 20], [-1, 2.5, np.nan, "many"]), return_rate=share(0.1), seed=whole(1, 0)),
    simulate.resample: dict(history=(SERIES, [[], 3.0, [np.nan], "many"]), **DRAWS),
    simulate.lead_time_demand: dict(
        mean=number(100.0), sd=nonnegative(25.0), lead_times=([3.0, 4.0], [-1.0, np.nan]), seed=whole(1, 0)
    ),
    simulate.lead_times: dict(mean=positive(3.0), sd=nonnegative(1.0), **DRAWS),
    simulate.profits: dict(
        capacity=nonnegative(120.0),
        demand_mean=nonnegative(100.0),
        demand_sd=nonnegative(30.0),
        margin=nonnegative(35.0),
        holding_cost=nonnegative(5.0),
        sla_penalty=nonnegative(20.0),
        **DRAWS,
    ),
    simulate.policy_flows: dict(
        demand_mean=nonnegative(100.0),
        demand_sd=nonnegative(25.0),
        lead_time_mean=nonnegative(5.0),
        lead_time_sd=nonnegative(1.0),
        return_rate=share(0.1),
        safety_stock=number(60.0),
        internal_capacity=nonnegative(150.0),
        dwell=nonnegative(1.0),
        review_period=nonnegative(2.5),
        **DRAWS,
    ),
    simulate.disrupted_flow: dict(
        demand=([100.0, 90.0], [[-1.0], [np.nan], "many"]),
        capacity=([50.0, 100.0], [[-1.0], [np.nan], "many"]),
        stock=nonnegative(20.0),
    ),
}
CONTRACTS = ELEMENTWISE | OTHERS


def name(function):
    return f"{function.__module__.removeprefix('twin.')}.{function.__name__}"


def values(function):
    return {argument: good for argument, (good, _) in CONTRACTS[function].items()}


def as_arrays(result):
    """Return the arrays of a result: one, or those of a named tuple."""
    return [np.asarray(part) for part in (result if isinstance(result, tuple) else (result,))]


REFUSALS = [
    pytest.param(function, argument, bad, id=f"{name(function)}-{argument}={bad!r:.12}")
    for function, arguments in CONTRACTS.items()
    for argument, (_, bads) in arguments.items()
    for bad in bads
]


@pytest.mark.parametrize(("function", "argument", "bad"), REFUSALS)
def test_bad_argument_is_refused_by_its_name(function, argument, bad):
    with pytest.raises(ValueError, match=rf"^{argument} must be .+; got "):
        function(**{**values(function), argument: bad})


@pytest.mark.parametrize("function", CONTRACTS, ids=name)
def test_good_arguments_are_accepted(function):
    function(**values(function))


@pytest.mark.parametrize("function", ELEMENTWISE, ids=name)
def test_one_bad_element_refuses_the_array_and_is_the_one_named(function):
    for argument, (good, _) in ELEMENTWISE[function].items():
        with pytest.raises(ValueError, match=rf"^{argument} must be .*; got nan at 1$"):
            function(**{**values(function), argument: [good, np.nan, good]})


@pytest.mark.parametrize("function", ELEMENTWISE, ids=name)
def test_scalars_in_scalar_out(function):
    result = function(**values(function))
    for part in result if isinstance(result, tuple) else (result,):
        assert isinstance(part, float), type(part)  # NumPy's float64 is one; an array of no dimension is not


@pytest.mark.parametrize("function", ELEMENTWISE, ids=name)
def test_broadcast_equals_element_wise(function):
    """Arguments in turn vary along rows and columns: the (3, 2) answer is made of six scalar ones."""
    factors = {"row": np.array([[1.0], [0.9], [0.8]]), "column": np.array([1.0, 0.85])}
    way = dict(zip(ELEMENTWISE[function], ["row", "column"] * 6, strict=False))
    grid = {argument: good * factors[way[argument]] for argument, good in values(function).items()}
    together = as_arrays(function(**grid))
    shape = np.broadcast_shapes(*(value.shape for value in grid.values()))
    for index in np.ndindex(shape):
        alone = function(**{k: float(np.broadcast_to(value, shape)[index]) for k, value in grid.items()})
        for whole_, part in zip(together, as_arrays(alone), strict=True):
            assert np.broadcast_to(whole_, shape)[index] == pytest.approx(part, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("function", ELEMENTWISE, ids=name)
def test_arguments_are_not_changed_and_lists_do_as_well_as_arrays(function):
    arrays = {argument: np.full(2, good) for argument, good in values(function).items()}
    before = {argument: value.copy() for argument, value in arrays.items()}
    of_arrays = as_arrays(function(**arrays))
    of_lists = as_arrays(function(**{argument: value.tolist() for argument, value in arrays.items()}))
    np.testing.assert_equal(arrays, before)
    for one, other in zip(of_arrays, of_lists, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("function", ELEMENTWISE, ids=name)
def test_labels_in_labels_out(function):
    """One labelled argument, the others plain: Series give Series, a DataFrame with its columns a DataFrame."""
    lanes = pd.Index(["BER-MUC", "HAM-CGN", "FRA-STR"], name="lane")
    factors = np.array([1.0, 0.9, 0.8])
    for argument, good in values(function).items():
        rows = good * factors
        plain = as_arrays(function(**{**values(function), argument: rows}))
        series = function(**{**values(function), argument: pd.Series(rows, index=lanes)})
        for part, same in zip(series if isinstance(series, tuple) else (series,), plain, strict=True):
            if np.ndim(same):  # a part that does not depend on this argument is one number
                pd.testing.assert_series_equal(part, pd.Series(same, index=lanes))
        table = pd.DataFrame(np.outer(rows, [1.0, 0.95]), index=lanes, columns=["low", "high"])
        plain = as_arrays(function(**{**values(function), argument: table.to_numpy()}))
        frame = function(**{**values(function), argument: table})
        for part, same in zip(frame if isinstance(frame, tuple) else (frame,), plain, strict=True):
            if np.ndim(same):
                pd.testing.assert_frame_equal(part, pd.DataFrame(same, index=lanes, columns=table.columns))


def test_every_public_formula_has_its_contract_here():
    modules = [import_module(f"twin.{module}") for module in public_formulas()]
    public = {
        name(function)
        for module in modules
        for key, function in inspect.getmembers(module, inspect.isfunction)
        if not key.startswith("_") and function.__module__ == module.__name__
    }
    public -= {found for found in public if found.startswith("lane.")}  # tables and policies: tests/test_lane.py
    assert public == {name(function) for function in CONTRACTS}
    for function, arguments in CONTRACTS.items():
        assert set(arguments) == set(inspect.signature(function).parameters), name(function)


# --- the validator itself -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2.0, "2.0"),
        (2, "2.0"),
        (np.float64(7.0), "7.0"),
        ([0.5, 2.0], "2.0 at 1"),
        (np.array([[0.5, -1.0]]), "-1.0 at (0, 1)"),
        ([0.5, 2.0, 3.0], "2.0 at 1, 3.0 at 2"),
        ([2.0, 0.5, 2.0], "2.0 at 0, 2"),
        ([[0.5, 2.0], [np.nan, 0.0]], "2.0 at (0, 1), nan at (1, 0)"),
        ("many", "'many'"),
        ([0.5, "many"], "'many' at 1"),
        (["many", 0.5, "few"], "'many' at 0, 'few' at 2"),
        ([[0.5], [0.5, 0.5]], "[0.5] at 0, [0.5, 0.5] at 1"),
        (10**310, "100000000000000000...0000000000000000000"),
    ],
)
def test_the_message_shows_the_offending_value(value, shown):
    with pytest.raises(ValueError) as refusal:
        _check.shares(rho=value)
    assert str(refusal.value) == f"rho must be in [0, 1]; got {shown}"


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (_check.numbers, [-1e308, 0.0, 1e308], [np.nan, np.inf, -np.inf]),
        (_check.nonnegative, [0.0, 5e-324, 1e308], [-5e-324, np.nan, np.inf, -np.inf]),
        (_check.positive, [5e-324, 1e308], [0.0, -0.0, -1.0, np.nan, np.inf]),
        (_check.probabilities, [5e-324, 0.5, np.nextafter(1, 0)], [0.0, 1.0, np.nan, np.inf, -np.inf]),
        (_check.shares, [0.0, 0.5, 1.0], [-5e-324, np.nextafter(1, 2), np.nan, np.inf, -np.inf]),
    ],
)
def test_ranges_end_where_they_say(check, good, bad):
    (checked,) = check(x=good)
    assert checked.dtype == float
    np.testing.assert_array_equal(checked, good)
    for value in bad:
        with pytest.raises(ValueError, match=r"^x must be "):
            check(x=[*good, value])


@pytest.mark.parametrize("empty", [[], np.empty((0, 3))])
def test_empty_tables_pass(empty):
    (checked,) = _check.positive(x=empty)
    assert checked.size == 0


def test_whole_numbers():
    assert _check.whole("n", np.int64(3), least=1) == 3
    assert type(_check.whole("n", np.int64(3), least=1)) is int


def test_a_refusal_among_a_hundred_thousand_names_three_places_and_a_count():
    sd = np.ones(100_000)
    sd[[17, 40, 99, 1_000, 50_000, 60_000, 70_000, 99_999]] = np.nan
    with pytest.raises(ValueError) as refusal:
        buffers.safety_stock(sd, 0.95)
    told = "lead_time_demand_sd must be finite and >= 0; got nan at 17, 40, 99 (and 5 more)"
    assert str(refusal.value) == told


@pytest.mark.parametrize(
    "value", [["no number"] * 10**5, "x" * 10**6, np.full((10**3, 10**3), -1.0), [[[1]] * 10**5, 1]]
)
def test_a_refusal_is_short_whatever_was_given(value):
    with pytest.raises(ValueError, match=r"^rho must be in \[0, 1\]; got ") as refusal:
        _check.shares(rho=value)
    assert len(str(refusal.value)) < 300


def test_a_rule_of_several_arguments_quotes_a_long_value_in_part():
    with pytest.raises(ValueError, match=r"^losses must be finite; got \[0\. 0\. .+ \.\.\.$") as refusal:
        _check.require(False, "losses", "finite", np.zeros(900))
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize("value", [3, 3.0, np.float64(3.0), np.int32(3), np.array(3.0)])
def test_a_plain_number_is_checked_as_an_array_is(value):
    (checked,) = _check.positive(x=value)
    assert (checked.dtype, checked.shape, checked.size, float(checked)) == (float, (), 1, 3.0)
    assert checked[..., np.newaxis].shape == (1,)
