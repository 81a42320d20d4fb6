"""Published and independently computed values (`published.json`); one adapter a model calls our functions."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from twin import (
    buffers,
    continuous_review,
    continuous_review_poisson,
    cooperation,
    demand,
    distribution,
    finance,
    joint_replenishment,
    lot_size,
    min_max,
    newsvendor,
    periodic_review,
    quantity_discounts,
    reorder_approximations,
    reservation,
)
from twin.games import allocation, coalitions, core_allocation, joint_demand, pooling, stability

CASES = json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))

ADAPTERS = {}


def adapts(*models):
    """Register an adapter: a function that takes the inputs of a case and returns the values that `expected` names."""
    return lambda function: ADAPTERS.update(dict.fromkeys(models, function)) or function


# --- newsvendor, normal -------------------------------------------------------------------------------------


@adapts("critical_ratio")
def _(underage_cost, overage_cost):
    return {"critical_ratio": newsvendor.critical_ratio(underage_cost, overage_cost)}


@adapts("newsvendor_normal", "newsvendor_normal_cost")
def _(holding_cost, stockout_cost, demand_mean, demand_sd, base_stock_level=None):
    costs = stockout_cost, holding_cost
    level = base_stock_level or newsvendor.best_quantity(demand_mean, demand_sd, *costs)
    cost = newsvendor.expected_cost(level, demand_mean, demand_sd, *costs)
    return {"base_stock_level": level, "cost": cost}


@adapts("base_stock_normal", "base_stock_normal_cost")
def _(demand_mean, demand_sd, lead_time, review_period, holding_cost, stockout_cost, base_stock_level=None):
    times = dict(lead_time_mean=lead_time, review_period=review_period)
    costs = dict(holding_cost=holding_cost, backorder_cost=stockout_cost)
    level = base_stock_level or periodic_review.best_stock(demand_mean, demand_sd, **times, **costs)
    cost = periodic_review.expected_cost(level, demand_mean, demand_sd, **times, **costs)
    return {"base_stock_level": level, "cost": cost}


@adapts("newsvendor_normal_quantity")
def _(critical_ratio, demand_mean, demand_sd):
    quantity = newsvendor.best_quantity(demand_mean, demand_sd, critical_ratio, 1 - critical_ratio)
    return {"order_quantity": quantity}


@adapts("newsvendor_normal_explicit", "newsvendor_normal_explicit_eval")
def _(price, cost, salvage, holding_cost, stockout_penalty, demand_mean, demand_sd, order_quantity=None):
    leftover_value = salvage - holding_cost
    costs = newsvendor.costs_from_prices(price, cost, salvage=leftover_value, penalty=stockout_penalty)
    quantity = order_quantity or newsvendor.best_quantity(demand_mean, demand_sd, *costs)
    regret = newsvendor.expected_cost(quantity, demand_mean, demand_sd, *costs)
    lost = demand.expected_excess(quantity, demand_mean, demand_sd)
    return {
        "order_quantity": quantity,
        "expected_profit": (price - cost) * demand_mean - regret,
        "expected_lost_sales": lost,
        "expected_leftover": quantity - demand_mean + lost,
        "expected_sales": demand_mean - lost,
    }


@adapts("newsvendor_myopic")
def _(holding_cost, stockout_cost, purchase_cost, purchase_cost_next, discount_factor, **moments):
    saved = purchase_cost - discount_factor * purchase_cost_next  # by buying a unit in the next period
    answer = ADAPTERS["newsvendor_normal"](holding_cost + saved, stockout_cost - saved, **moments)
    return {**answer, "cost": answer["cost"] + purchase_cost * moments["demand_mean"]}


@adapts("scarf_minmax_newsvendor")
def _(demand_mean, demand_sd, underage_cost, overage_cost):
    arguments = demand_mean, demand_sd, underage_cost, overage_cost
    return {
        "order_quantity": newsvendor.distribution_free_quantity(*arguments),
        "worst_case_cost": newsvendor.distribution_free_cost(*arguments),
    }


@adapts("normal_loss", "normal_loss_standard")
def _(x=None, mean=0.0, sd=1.0, z=None):
    level = z if x is None else x
    loss = demand.expected_excess(level, mean, sd)
    return {"loss": loss, "complementary_loss": level - mean + loss}


@adapts("normal_second_loss")
def _(z):
    return {
        "second_loss": demand.second_loss(z, 0.0, 1.0),
        "complementary_second_loss": demand.second_loss(-z, 0.0, 1.0),
    }


# --- newsvendor, any distribution ---------------------------------------------------------------------------


def any_demand(demand_distribution, underage_cost, overage_cost, quantity=None, margin=np.nan):
    costs = underage_cost, overage_cost
    best = distribution.best_quantity(demand_distribution, *costs) if quantity is None else quantity
    cost = distribution.expected_cost(best, demand_distribution, *costs)
    profit = margin * demand_distribution.mean() - cost
    return {"base_stock_level": best, "order_quantity": best, "cost": cost, "expected_profit": profit}


def any_demand_from_prices(demand_distribution, price, cost, salvage, quantity=None):
    costs = newsvendor.costs_from_prices(price, cost, salvage=salvage)
    return any_demand(demand_distribution, *costs, quantity, price - cost)


def outcomes(demand_distribution, quantity):
    lost = distribution.expected_excess(quantity, demand_distribution)
    mean = demand_distribution.mean()
    return {
        "expected_lost_sales": lost,
        "expected_sales": mean - lost,
        "expected_leftover": quantity - mean + lost,
    }


@adapts("newsvendor_poisson", "newsvendor_poisson_cost")
def _(holding_cost, stockout_cost, demand_mean, base_stock_level=None):
    return any_demand(stats.poisson(demand_mean), stockout_cost, holding_cost, base_stock_level)


@adapts("base_stock_poisson")
def _(holding_cost, stockout_cost, demand_mean, lead_time, review_period):
    total = stats.poisson(demand.lead_time_demand(demand_mean, 0.0, lead_time + review_period).mean)
    return any_demand(total, stockout_cost, holding_cost)


@adapts("base_stock_discrete_uniform")
def _(holding_cost, stockout_cost, demand_low, demand_high, lead_time):
    assert lead_time == 0
    return any_demand(stats.randint(demand_low, demand_high + 1), stockout_cost, holding_cost)


@adapts("newsvendor_poisson_explicit", "newsvendor_poisson_explicit_eval")
def _(price, cost, salvage, holding_cost, stockout_penalty, demand_mean, order_quantity=None):
    assert holding_cost == stockout_penalty == 0
    return any_demand_from_prices(stats.poisson(demand_mean), price, cost, salvage, order_quantity)


@adapts("newsvendor_poisson_metrics")
def _(demand_mean, order_quantity):
    return outcomes(stats.poisson(demand_mean), order_quantity)


@adapts("newsvendor_binomial_explicit")
def _(price, cost, salvage, n, prob):
    return any_demand_from_prices(stats.binom(n, prob), price, cost, salvage)


@adapts("newsvendor_discrete_cost")
def _(holding_cost, stockout_cost, demand_pmf, base_stock_level):
    table = stats.rv_discrete(values=([int(x) for x in demand_pmf], list(demand_pmf.values())))
    return any_demand(table, stockout_cost, holding_cost, base_stock_level)


@adapts("newsvendor_discrete_explicit")
def _(price, cost, salvage, demand_support, demand_probabilities):
    table = stats.rv_discrete(values=(demand_support, demand_probabilities))
    return any_demand_from_prices(table, price, cost, salvage)


@adapts("newsvendor_discrete_metrics")
def _(demand_support, demand_probabilities, order_quantity):
    return outcomes(stats.rv_discrete(values=(demand_support, demand_probabilities)), order_quantity)


@adapts("newsvendor_lognormal")
def _(holding_cost, stockout_cost, mu_log, sigma_log):
    return any_demand(stats.lognorm(sigma_log, scale=np.exp(mu_log)), stockout_cost, holding_cost)


@adapts("newsvendor_lognormal_quantity")
def _(price, cost, salvage, demand_mean, demand_sd):
    sigma = np.sqrt(np.log1p((demand_sd / demand_mean) ** 2))
    mu = np.log(demand_mean) - sigma**2 / 2
    answer = any_demand_from_prices(stats.lognorm(sigma, scale=np.exp(mu)), price, cost, salvage)
    return {"mu_log": mu, "sigma_log": sigma, **answer}


@adapts("newsvendor_truncated_normal")
def _(price, cost, salvage, normal_mean, normal_sd, low, high):
    ends = (low - normal_mean) / normal_sd, (high - normal_mean) / normal_sd
    return any_demand_from_prices(stats.truncnorm(*ends, normal_mean, normal_sd), price, cost, salvage)


@adapts("newsvendor_uniform_quantity")
def _(price, cost, salvage, demand_low, demand_high):
    return any_demand_from_prices(stats.uniform(demand_low, demand_high - demand_low), price, cost, salvage)


@adapts("newsvendor_uniform_quantity_costs")
def _(underage_cost, overage_cost, demand_low, demand_high):
    return any_demand(stats.uniform(demand_low, demand_high - demand_low), underage_cost, overage_cost)


@adapts("newsvendor_additive_yield_uniform")
def _(holding_cost, stockout_cost, demand, yield_low, yield_high):
    needed = stats.uniform(demand - yield_high, yield_high - yield_low)  # certain demand less a random yield
    return any_demand(needed, stockout_cost, holding_cost)


@adapts("capacity_protection_level")
def _(high_fare, low_fare, capacity, high_fare_demand):
    costs = high_fare - low_fare, low_fare  # Littlewood: a place kept too few, a place kept in vain
    level = distribution.best_quantity(stats.poisson(high_fare_demand), *costs)
    ratio = newsvendor.critical_ratio(*costs)
    return {"critical_ratio": ratio, "protection_level": level, "booking_limit": capacity - level}


# --- buffers and service ------------------------------------------------------------------------------------


def per_week(annual_demand, annual_demand_sd, weeks_per_year=52):
    return annual_demand / weeks_per_year, annual_demand_sd / np.sqrt(weeks_per_year)


@adapts("safety_stock_rss")
def _(demand_mean, demand_sd, lead_time_mean, lead_time_sd, cycle_service_level):
    sd = demand.lead_time_demand(demand_mean, demand_sd, lead_time_mean, lead_time_sd).sd
    return {"sigma_lead_time_demand": sd, "safety_stock": buffers.safety_stock(sd, cycle_service_level)}


@adapts("safety_stock_csl")
def _(demand_mean, demand_sd, lead_time, cycle_service_level):
    total = demand.lead_time_demand(demand_mean, demand_sd, lead_time)
    stock = buffers.safety_stock(total.sd, cycle_service_level)
    return {"safety_stock": stock, "reorder_point": total.mean + stock}


@adapts("safety_stock_pooling")
def _(n_locations, demand_mean, demand_sd, correlation, lead_time, csl):
    each = np.full(n_locations, demand.lead_time_demand(demand_mean, demand_sd, lead_time).sd)
    alone = buffers.safety_stock(each, csl).sum()
    pooled = buffers.safety_stock(buffers.root_sum_of_squares(each, correlation), csl)
    return {
        "decentralised_safety_stock": alone,
        "pooled_safety_stock": pooled,
        "pooling_ratio": pooled / alone,
    }


@adapts("safety_stock_for_fill_rate")
def _(annual_demand, annual_demand_sd, lead_time, order_quantity, fill_rate):
    sd = demand.lead_time_demand(*per_week(annual_demand, annual_demand_sd), lead_time).sd
    stock = buffers.safety_stock_for_fill_rate(fill_rate, sd, order_quantity)
    level = buffers.cycle_service_level(stock, sd)
    return {"z": stock / sd, "cycle_service_level": level, "safety_stock": stock}


@adapts("fill_rate_from_csl")
def _(csl, annual_demand, annual_demand_sd, order_quantity, lead_time):
    total = demand.lead_time_demand(*per_week(annual_demand, annual_demand_sd), lead_time)
    stock = buffers.safety_stock(total.sd, csl)
    return {
        "lead_time_demand": total.mean,
        "sigma_lead_time_demand": total.sd,
        "expected_shortage_per_cycle": buffers.expected_shortage(stock, total.sd),
        "fill_rate": buffers.fill_rate(stock, total.sd, order_quantity),
        "safety_stock": stock,
        "reorder_point": total.mean + stock,
    }


@adapts("fill_rate_single_period")
def _(demand_mean, demand_sd, order_quantity):
    stock = order_quantity - demand_mean
    return {
        "fill_rate": buffers.fill_rate(stock, demand_sd, demand_mean),
        "in_stock_probability": buffers.cycle_service_level(stock, demand_sd),
    }


@adapts("reorder_point_type1")
def _(lead_time_demand_mean, lead_time_demand_sd, service_level):
    return {"reorder_point": lead_time_demand_mean + buffers.safety_stock(lead_time_demand_sd, service_level)}


@adapts("reorder_point_type2")
def _(lead_time_demand_mean, lead_time_demand_sd, order_quantity, fill_rate):
    stock = buffers.safety_stock_for_fill_rate(fill_rate, lead_time_demand_sd, order_quantity)
    return {"reorder_point": lead_time_demand_mean + stock}


@adapts("service_given_rop")
def _(demand_mean, demand_sd, lead_time, reorder_point, order_quantity):
    total = demand.lead_time_demand(demand_mean, demand_sd, lead_time)
    stock = reorder_point - total.mean
    return {
        "safety_stock": stock,
        "sigma_lead_time_demand": total.sd,
        "cycle_service_level": buffers.cycle_service_level(stock, total.sd),
        "expected_shortage_per_cycle": buffers.expected_shortage(stock, total.sd),
        "fill_rate": buffers.fill_rate(stock, total.sd, order_quantity),
        "average_inventory": stock + order_quantity / 2,
        "average_flow_time_weeks": (stock + order_quantity / 2) / demand_mean,
    }


# --- lot size -----------------------------------------------------------------------------------------------


@adapts("eoq", "eoq_cost")
def _(fixed_cost, holding_cost, demand_rate, order_quantity=None):
    costs = demand_rate, fixed_cost, holding_cost
    quantity = order_quantity or lot_size.order_quantity(*costs)
    return {"order_quantity": quantity, "cost": lot_size.order_cost(quantity, *costs)}


@adapts("eoq_sensitivity")
def _(q_ratio):
    costs = 1300.0, 8.0, 0.225
    best = lot_size.order_quantity(*costs)
    return {"cost_ratio": lot_size.order_cost(q_ratio * best, *costs) / lot_size.order_cost(best, *costs)}


@adapts("eoq_backorders")
def _(fixed_cost, holding_cost, backorder_cost, demand_rate):
    terms = demand_rate, fixed_cost, holding_cost, backorder_cost
    lot = lot_size.backordered_lot(*terms)
    cost = lot_size.backordered_cost(*lot, *terms)
    return {"order_quantity": lot.order_quantity, "backorder_fraction": lot.backordered_share, "cost": cost}


@adapts("epq")
def _(fixed_cost, holding_cost, demand_rate, production_rate):
    terms = demand_rate, fixed_cost, holding_cost, production_rate
    lot = lot_size.production_quantity(*terms)
    return {"order_quantity": lot, "cost": lot_size.production_cost(lot, *terms)}


def discounted(best, cost_of, demand_rate, fixed_cost, holding_rate, breakpoints, unit_costs):
    terms = dict(fixed_order_cost=fixed_cost, holding_rate=holding_rate, breaks=breakpoints, unit_costs=unit_costs)
    found = best(demand_rate, **terms)
    assert cost_of(found.order_quantity, demand_rate, **terms) == pytest.approx(found.cost, rel=1e-13)
    return {"order_quantity": found.order_quantity, "region": found.tier, "cost": found.cost}


@adapts("eoq_all_units_discount")
def _(**case):
    return discounted(quantity_discounts.best_all_units_lot, quantity_discounts.all_units_cost, **case)


@adapts("eoq_incremental_discount")
def _(**case):
    return discounted(quantity_discounts.best_incremental_lot, quantity_discounts.incremental_cost, **case)


@adapts("joint_replenishment_silver")
def _(shared_fixed_cost, individual_fixed_costs, holding_costs, demand_rates):
    lanes = dict(own_order_costs=individual_fixed_costs, demand_means=demand_rates, holding_costs=holding_costs)
    plan = joint_replenishment.best_joint_plan(shared_fixed_cost, **lanes)
    cost = joint_replenishment.joint_cost(*plan, shared_order_cost=shared_fixed_cost, **lanes)
    return {
        "base_cycle_time": plan.base_cycle,
        "order_multiples": plan.multiples,
        "cost": cost,
        "enumerated_optimum_cost": cost,
    }


@adapts("power_of_two")
def _(eoq_cycle_weeks):
    cycle = joint_replenishment.power_of_two_cycle(eoq_cycle_weeks)
    best = lot_size.order_quantity(1.0, 1.0, 2.0 / eoq_cycle_weeks**2)  # demand of 1 a week: lot and cycle are equal
    costs = [lot_size.order_cost(lot, 1.0, 1.0, 2.0 / eoq_cycle_weeks**2) for lot in (cycle, best)]
    return {"power_of_two_cycle_weeks": cycle, "cost_ratio": costs[0] / costs[1]}


# --- lot and reorder point, min-max -------------------------------------------------------------------------


def lane_of(demand_mean, demand_sd, lead_time):
    total = demand.lead_time_demand(demand_mean, demand_sd, lead_time)
    return dict(lead_time_demand_mean=total.mean, lead_time_demand_sd=total.sd)


def prices(fixed_cost, holding_cost, stockout_cost):
    return dict(fixed_order_cost=fixed_cost, holding_cost=holding_cost, backorder_cost=stockout_cost)


@adapts("rq_exact_cost")
def _(holding_cost, stockout_cost, fixed_cost, demand_mean, demand_sd, lead_time, reorder_point, order_quantity):
    lane, costs = lane_of(demand_mean, demand_sd, lead_time), prices(fixed_cost, holding_cost, stockout_cost)
    return {"cost": continuous_review.expected_cost(reorder_point, order_quantity, demand_mean, **lane, **costs)}


@adapts("rq_optimal_r_for_Q", "rq_eoqb_approximation")
def _(holding_cost, stockout_cost, fixed_cost, demand_mean, demand_sd, lead_time, order_quantity=None):
    costs = dict(holding_cost=holding_cost, backorder_cost=stockout_cost)
    best = lot_size.backordered_lot(demand_mean, fixed_cost, **costs).order_quantity
    lot, lane = order_quantity or best, lane_of(demand_mean, demand_sd, lead_time)
    return {"order_quantity": lot, "reorder_point": continuous_review.best_reorder_point(lot, **lane, **costs)}


@adapts("rq_loss_function_approximation")
def _(holding_cost, stockout_cost, fixed_cost, demand_mean, demand_sd, lead_time):
    lane, costs = lane_of(demand_mean, demand_sd, lead_time), prices(fixed_cost, holding_cost, stockout_cost)
    return reorder_approximations.loss_policy(demand_mean, **lane, **costs)._asdict()


def penalised(lane, demand_mean, fixed_cost, holding_cost, stockout_cost):
    costs = dict(fixed_order_cost=fixed_cost, holding_cost=holding_cost, sla_penalty=stockout_cost)
    found = reorder_approximations.penalty_policy(demand_mean, **lane, **costs)
    cost = reorder_approximations.penalty_cost(*found, demand_mean, **lane, **costs)
    return {**found._asdict(), "cost": cost}


@adapts("rq_eil_approximation")
def _(demand_mean, demand_sd, lead_time, **costs):
    return penalised(lane_of(demand_mean, demand_sd, lead_time), demand_mean, **costs)


@adapts("rq_hadley_whitin")
def _(demand_rate, lead_time_demand_mean, lead_time_demand_sd, **costs):
    lane = dict(lead_time_demand_mean=lead_time_demand_mean, lead_time_demand_sd=lead_time_demand_sd)
    return penalised(lane, demand_rate, **costs)


@adapts("rq_poisson_cost", "rq_poisson_exact")
def _(demand_mean, lead_time, reorder_point=None, order_quantity=None, **costs):
    terms = dict(lead_time_demand_mean=demand_mean * lead_time, **prices(**costs))
    found = reorder_point, order_quantity
    if order_quantity is None:
        found = continuous_review_poisson.best_policy(demand_mean, **terms)
    cost = continuous_review_poisson.expected_cost(*found, demand_mean, **terms)
    return {"reorder_point": found[0], "order_quantity": found[1], "cost": cost}


@adapts("sS_poisson_cost", "sS_poisson_exact")
def _(demand_mean, s=None, S=None, lead_time=0, **costs):
    one = stats.poisson(demand_mean)
    terms = dict(protection=distribution.total(one, lead_time + 1), **prices(**costs))
    levels = (s, S) if S is not None else tuple(map(int, min_max.best_policy(one, **terms)))
    return {"s": levels[0], "S": levels[1], "cost": min_max.expected_cost(*levels, one, **terms)}


@adapts("sS_power_approximation")
def _(demand_mean, demand_sd, **costs):
    """The textbook leaves out the cap that the authors put on small lots."""
    levels = min_max.power_approximation(demand_mean, demand_sd, **prices(**costs), capped=False)
    return {"s": levels.reorder_point, "S": levels.order_up_to}


@adapts("rq_eoq_plus_ss")
def _(holding_cost, stockout_cost, fixed_cost, demand_mean, demand_sd, lead_time):
    total = demand.lead_time_demand(demand_mean, demand_sd, lead_time)
    return {
        "order_quantity": lot_size.order_quantity(demand_mean, fixed_cost, holding_cost),
        "reorder_point": newsvendor.best_quantity(*total, stockout_cost, holding_cost),
    }


@adapts("total_logistics_cost")
def _(
    order_quantity,
    annual_demand,
    annual_demand_sd,
    lead_time_mean,
    lead_time_sd,
    unit_cost,
    transport_cost,
    holding_rate,
    ordering_cost,
    csl,
):
    daily = annual_demand / 365, annual_demand_sd / np.sqrt(365)
    sd = demand.lead_time_demand(*daily, lead_time_mean, lead_time_sd).sd
    stock = buffers.safety_stock(sd, csl)
    landed = unit_cost + transport_cost
    holding = holding_rate * landed
    lots = lot_size.order_cost(order_quantity, annual_demand, ordering_cost, holding)
    total = annual_demand * landed + lots + holding * stock
    return {"sigma_lead_time_demand": sd, "safety_stock": stock, "total_cost": total}


# --- cooperation and money ----------------------------------------------------------------------------------


@adapts("expected_overflow_cost")
def _(demand_mean, demand_sd, internal_capacity, base_cost, partner_surcharge):
    arguments = demand_mean, demand_sd, internal_capacity
    overflow = cooperation.expected_overflow(*arguments)
    return {
        "expected_overflow": overflow,
        "probability_of_overflow": cooperation.overflow_probability(*arguments),
        "expected_cost": cooperation.expected_cost(*arguments, base_cost, partner_surcharge),
        "deterministic_overflow": cooperation.planned_overflow(demand_mean, internal_capacity),
        "expected_dependency": cooperation.dependency(overflow, demand_mean),
    }


@adapts("capacity_pooling_two_lsps")
def _(demand_mean, demand_sd, correlation, internal_capacity):
    alone = cooperation.expected_overflow(demand_mean, demand_sd, internal_capacity).sum()
    sd = buffers.root_sum_of_squares(demand_sd, correlation)
    pooled = cooperation.expected_overflow(sum(demand_mean), sd, sum(internal_capacity))
    return {
        "expected_overflow_separate": alone,
        "expected_overflow_pooled": pooled,
        "reduction": 1 - pooled / alone,
    }


@adapts("capacity_reservation")
def _(demand_mean, demand_sd, reservation_cost, spot_surcharge):
    given = demand_mean, demand_sd, reservation_cost, spot_surcharge
    capacity = reservation.best_capacity(*given)
    return {"capacity": capacity, "cost": reservation.capacity_cost(capacity, *given)}


def pooling_cost(sd, correlation, holding_cost, stockout_cost):
    level = newsvendor.critical_ratio(stockout_cost, holding_cost)
    together = buffers.root_sum_of_squares(sd, correlation)
    return newsvendor.cost_curve(level, [*sd, together], stockout_cost, holding_cost)


@adapts("newsvendor_pooling_symmetric")
def _(players, demand_sd, holding_cost, stockout_cost, correlation):
    *alone, together = pooling_cost([demand_sd] * players, correlation, holding_cost, stockout_cost)
    return {
        "standalone_cost": alone[0],
        "grand_coalition_cost": together,
        "cost_per_player_when_pooled": together / players,
        "saving_fraction": 1 - together / sum(alone),
    }


@adapts("newsvendor_game_normal")
def _(demand_sd, correlation, holding_cost, stockout_cost):
    covariance = joint_demand.covariance_matrix(demand_sd, correlation)
    partners = coalitions.all_coalitions(len(demand_sd))
    no_mean = np.zeros(len(demand_sd))
    costs = pooling.capacity_cost(partners, no_mean, covariance, holding_cost, holding_cost + stockout_cost)
    by_covariance = allocation.covariance_rule(costs, covariance)
    return {
        "standalone_costs": coalitions.alone(costs),
        "grand_coalition_cost": costs[-1],
        "shapley_costs": allocation.shapley(costs),
        "nucleolus_costs": core_allocation.nucleolus(costs),
        "covariance_allocation": by_covariance,
        "core_nonempty": stability.least_core(costs).gain <= 0,
        "shapley_in_core": stability.in_core(costs, allocation.shapley(costs)),
        "covariance_allocation_in_core": stability.in_core(costs, by_covariance),
    }


def game(values):
    """Return the costs by coalition number, given values by size of coalition and then in lexicographic order."""
    partners = range((len(values) + 1).bit_length() - 1)
    rows = [members for size in partners for members in combinations(partners, size + 1)]
    return coalitions.game_of_table(dict(zip(rows, values, strict=True)), partners)


def judged(costs):
    shares = allocation.shapley(costs)
    empty = stability.least_core(costs).gain > 1e-9 * np.abs(costs).max()
    return (
        shares,
        core_allocation.nucleolus(costs),
        {"core_empty": empty, "shapley_in_core": stability.in_core(costs, shares)},
    )


@adapts("cooperative_cost_game")
def _(players, values_by_size_then_lexicographic):
    shares, nucleolus, core_ = judged(game(values_by_size_then_lexicographic))
    return {"shapley": shares, "nucleolus": nucleolus, **core_}


@adapts("cooperative_profit_game")
def _(players, values_by_size_then_lexicographic):
    shares, nucleolus, core_ = judged(-game(values_by_size_then_lexicographic))
    return {"shapley": -shares, "nucleolus": -nucleolus, **core_}


@adapts("equal_profit_method")
def _(cost_values_by_size_then_lexicographic):
    costs = game(cost_values_by_size_then_lexicographic)
    shares = core_allocation.equal_profit(costs)
    paid = np.ptp(shares / coalitions.alone(costs))
    return {"allocation": shares, "max_pairwise_difference_of_relative_savings": paid}


@adapts("joint_ordering_soc")
def _(shared_order_cost, demand_rates, holding_costs):
    """Orders placed together cost the root of the sum of squares; each pays in proportion to its own square."""
    lots = lot_size.order_quantity(demand_rates, shared_order_cost, holding_costs)
    each = lot_size.order_cost(lots, demand_rates, shared_order_cost, holding_costs)
    costs = np.sqrt(coalitions.all_coalitions(len(each)) @ each**2)
    shares = allocation.proportional(costs, each**2)
    assert stability.in_core(costs, shares)
    return {"individual_costs": each, "grand_coalition_cost": costs[-1], "soc_allocation": shares}


@adapts("capacity_plan_expected_profit")
def _(demand_mean, demand_sd, capacity, unit_cost, price, holding_cost, penalty):
    underage = finance.underage_cost(penalty, price, unit_cost)
    regret = newsvendor.expected_cost(capacity, demand_mean, demand_sd, underage, holding_cost)
    return {"expected_profit": (price - unit_cost) * demand_mean - regret}


def tail(risk):
    return {"var": risk.value_at_risk, "cvar": risk.conditional_value_at_risk}


@adapts("var_cvar_discrete")
def _(losses, alpha):
    return tail(finance.tail_risk(losses, alpha))


@adapts("var_cvar_normal")
def _(loss_mean, loss_sd, alpha):
    return tail(finance.tail_risk_of(stats.norm(loss_mean, loss_sd), alpha))


@adapts("var_cvar_exponential")
def _(loss_mean, alpha):
    return tail(finance.tail_risk_of(stats.expon(scale=loss_mean), alpha))


@adapts("var_cvar_lognormal")
def _(mu_log, sigma_log, alpha):
    return tail(finance.tail_risk_of(stats.lognorm(sigma_log, scale=np.exp(mu_log)), alpha))


# --- the tests ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_published_value(case):
    answers = ADAPTERS[case["model"]](**{name: given["value"] for name, given in case["inputs"].items()})
    for name, expected in case["expected"].items():
        tolerance = case["tolerance"].get(name, case["tolerance"])
        wanted = pytest.approx(expected, rel=tolerance.get("rel", 0.0), abs=tolerance.get("abs", 0.0))
        assert answers[name] == wanted, name


def test_every_case_has_a_source_units_and_an_adapter():
    assert len({case["id"] for case in CASES}) == len(CASES)
    for case in CASES:
        assert case["source"] and case["expected"] and case["tolerance"], case["id"]
        assert all(given["unit"] for given in case["inputs"].values()), case["id"]
    assert {case["model"] for case in CASES} == set(ADAPTERS)
