"""The answers of `assess` on space, own places and unmet demand, which depend on the rules of a lane.

The framework's formulas are one reading of several. These are the readings by kind of lane, billing basis, law of lead
times and rule for unmet demand. Terms that are needed twice are computed once; `tests/test_readings.py` compares them
with the named formulas.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin import _special, cooperation, crossing, demand, lost_sales, own_places, periodic_review, space, stock_overflow
from twin.demand import Moments
from twin.policy import POLICY

_CODES = {
    (field, word): float(code)
    for field in ("kind", "unmet", "basis", "lead_times")
    for code, word in enumerate(POLICY[field].choices)
}
STOCK_LANE = _CODES["kind", "stock"]  # number of the kind of lane that holds goods
EXPOSED = ("lead_time_mean_days", "lead_time_sd_days", "review_period_days", "lead_times")  # fields of the exposure
_LEAST, _MOST = 1e-16, 1.0 - 2.0**-53  # smallest and largest critical ratio with a finite level [-]
_NEVER = -40.0  # safety factor below which nothing is bought; it stands for minus infinity [-]


class Buffer(NamedTuple):
    """The buffer of a lane: what draws it in a period, the exposure, safety factor, sd over the exposure, and losses.

    losses : expected excess over and leftover below the safety factor, of a standard normal variable.
    """

    drawn: Moments
    exposure: Moments
    factor: Any
    sd: Any
    losses: demand.Gaps


def standard_losses(factor: Any, level: Any) -> demand.Gaps:
    """Return expected excess over a safety factor and leftover below it, given its service level, Phi(factor)."""
    tail = _density(factor) - np.abs(factor) * np.minimum(level, 1.0 - level)  # the smaller of the two
    return demand.Gaps(tail + np.maximum(-factor, 0.0), tail + np.maximum(factor, 0.0))


def exposure_of(given: dict[str, Any], period: str | float) -> Moments:
    """Return mean and sd of the time that a buffer protects: lead time and review period. [period]

    If lead times are independent, orders cross, and the sd is the one that gives the variance of what is outstanding.
    """
    lead, spread, review = (
        demand.lead_time_in_periods(given[name], period)
        for name in ("lead_time_mean_days", "lead_time_sd_days", "review_period_days")
    )
    crosses = given["lead_times"] == _CODES["lead_times", "independent"]
    if np.any(crosses):
        crossed = crossing.effective_lead_time_sd(lead, spread, np.maximum(review, 1.0))
        spread = np.where(crosses, crossed, spread)[()]
    return Moments(lead + review, spread)


def lot_in_stock(lot: Any, load_mean: Any, review: Any) -> Any:
    """Return the lot by which a stock lane orders, or 0 where each review orders what was demanded. [pallet]

    lot : order quantity of `assess`, which is at least the mean workload between two orders.
    """
    return np.where(lot > load_mean * np.maximum(review, 1.0) * (1.0 + 1e-9), lot, 0.0)[()]


def mean_shortage(given: dict[str, NDArray], period: str, buffer: Buffer, last: Any) -> Any:
    """Return the shortage of an average period: that at the end of the exposure, or its mean over a review period.

    last : shortage at the end of the exposure. [pallet]
    """
    lead_time, review = (
        demand.lead_time_in_periods(given[name], period) for name in ("lead_time_mean_days", "review_period_days")
    )
    if not np.any(review > 1.0):
        return last
    level = buffer.exposure.mean * buffer.drawn.mean + buffer.factor * buffer.sd
    parts = np.broadcast_arrays(level, *buffer.drawn, lead_time, np.maximum(review, 1.0), buffer.exposure.sd, last)
    long = parts[4] > 1.0
    level, mean, sd, lead_time, review, spread = (part[long] for part in parts[:6])
    found = np.array(parts[6])
    found[long] = periodic_review.mean_backlog(
        level, mean, sd, lead_time_mean=lead_time, review_period=review, lead_time_sd=spread
    )
    return found[()]


def of_space(
    given: dict[str, NDArray], load: Moments, buffer: Buffer, goods: Moments, review: Any, lot: Any
) -> dict[str, Any]:
    """Return the readings of overflow, and the cost of own places, today's and best.

    goods : moments of demand over the exposure; review : review period [period]; lot : order quantity. [pallet]
    """
    capacity, holding = given["internal_capacity"], given["holding_cost"]
    always, used = own_places.place_prices(holding, given["own_place_cost"])
    partner = holding + given["partner_surcharge"]
    ratio = own_places.overflow_ratio(always, partner, used)
    need = space.goods_in_process(*load, given["dwell"])
    over, chance = overflow(need, capacity)
    factor = np.maximum(-_special.ndtri(ratio), _NEVER)
    best = np.where(ratio < 1.0, np.maximum(need.mean + need.sd * factor, 0.0), 0.0)
    least = need.sd * (_density(factor) - factor * ratio)
    if np.any(best <= 0.0):
        least = np.where(best > 0.0, least, cooperation.expected_overflow(*need, best))
    overflows = dict.fromkeys(("headroom_overflow", "close_overflow", "peak_overflow", "lane_overflow"), over)
    found = {**overflows, "lane_overflow_probability": chance, "need": need.mean, "best": best, "least": least}
    held = np.asarray(given["kind"] == STOCK_LANE)
    if held.any():
        waits = space.review_stock(given["demand_mean"], review)
        waits = _with(waits, space.lot_stock(lot_in_stock(lot, load.mean, review)))
        stock = Moments(buffer.factor * goods.sd + waits.mean, np.hypot(goods.sd, waits.sd))
        common = space.common_periods(given["dwell"], buffer.exposure.mean) * given["demand_sd"] ** 2
        returned = space.returns(given["demand_mean"], given["demand_sd"], given["return_rate"])
        back = space.goods_in_process(*returned, given["dwell"])
        counted = given["basis"] == _CODES["basis", "peak"]
        arrays = held, capacity, *stock, *need, *back, common, given["return_rate"], counted, ratio
        chosen, *picked = np.broadcast_arrays(*arrays)
        for name, value in _of_stock(*(array[chosen] for array in picked)).items():
            found[name] = np.array(np.broadcast_to(found[name], chosen.shape))
            found[name][chosen] = value
    need_mean, best, least = (found.pop(name) for name in ("need", "best", "least"))
    cost, least_cost = (
        always * places + used * need_mean + (partner - used) * beyond
        for places, beyond in ((capacity, found["lane_overflow"]), (best, least))
    )
    return {
        **found,
        "space_cost": cost,
        "optimal_own_capacity": best,
        "optimal_space_cost": least_cost,
        "capacity_gives_away": np.maximum(cost - least_cost, 0.0),
    }


def _of_stock(capacity, stock, exposed, load, load_sd, back, back_sd, common, rate, peak, ratio):
    """Return the answers on space of stock lanes by name, with the mean need, the best own places, and their overflow.

    stock, exposed : mean and sd of the stock without the cut at zero; load, back : moments of the goods in process, and
    of the returns among them; common : variance of demand of the periods that these have in common with the exposure.
    """
    bases = {  # the factor of `common` is cov(goods that pass, demand) / var(demand) in a period
        "close": {"passing_mean": back, "passing_sd": back_sd, "covariance": rate * common},
        "peak": {"passing_mean": load, "passing_sd": load_sd, "covariance": (1.0 + rate) * common},
    }
    over = {basis: stock_overflow.overflow(capacity, stock, exposed, **goods) for basis, goods in bases.items()}
    own = {name: np.where(peak, bases["peak"][name], bases["close"][name]) for name in bases["peak"]}
    best = np.where(ratio < 1.0, stock_overflow.places(np.minimum(ratio, _MOST), stock, exposed, **own), 0.0)
    mean, chance = (np.where(peak, *both) for both in zip(over["peak"], over["close"], strict=True))
    return {
        "close_overflow": over["close"].mean,
        "peak_overflow": over["peak"].mean,
        "lane_overflow": mean,
        "lane_overflow_probability": chance,
        "need": space.stock_on_hand(stock, exposed).mean + own["passing_mean"],
        "best": best,
        "least": stock_overflow.overflow(best, stock, exposed, **own).mean,
    }


def of_unmet(
    given: dict[str, NDArray], period: str, buffer: Buffer, short_cost: Any, ratio: Any, best: Any, target: Any
) -> dict[str, Any]:
    """Return service, shortage and cost at the lane's level under its rule, and its level of least cost.

    ratio : critical ratio of backorders; best : its safety factor, or None; target : cycle service level. [-]
    """
    holding = given["holding_cost"]
    if best is None:
        best = _special.ndtri(np.clip(ratio, _LEAST, _MOST))
    mean = buffer.exposure.mean * buffer.drawn.mean
    last, left = (buffer.sd * loss for loss in buffer.losses)
    short = mean_shortage(given, period, buffer, last)
    found = {
        "unmet_service": target,
        "unmet_shortage": short,
        "unmet_cost": holding * left + short_cost * short,
        "unmet_level": np.maximum(mean + buffer.sd * best, 0.0),
    }
    gone = np.asarray(given["unmet"] > _CODES["unmet", "backordered"])
    if not gone.any():
        return found
    level = np.maximum(mean + buffer.sd * buffer.factor, 0.0)
    served = given["unmet"] == _CODES["unmet", "partner"]
    price = np.where(served, holding + given["partner_surcharge"], short_cost)
    crosses = given["lead_times"] == _CODES["lead_times", "independent"]
    length = np.maximum(buffer.exposure.mean, np.finfo(float).tiny)
    outstanding = np.hypot(buffer.drawn.sd, buffer.drawn.mean * buffer.exposure.sd / np.sqrt(length))
    sd, spells = np.where(crosses, outstanding, buffer.drawn.sd), np.where(crosses, 0.0, buffer.exposure.sd)
    arrays = (gone, level, buffer.drawn.mean, sd, buffer.exposure.mean, price, holding, spells)
    chosen, *picked = np.broadcast_arrays(*arrays)
    level, mean, sd, time, price, hold, spells = (array[chosen] for array in picked)
    lost = lost_sales.lost_pallets(level, mean, sd, time, spells)
    values = (
        1.0 - lost_sales.loss_probability(level, mean, sd, time, spells),
        lost,
        lost_sales.cost(level, mean, sd, time, price, hold, spells),
        lost_sales.best_base_stock(mean, sd, time, np.maximum(price, _LEAST * hold), hold, spells),
    )
    for name, value in zip(found, values, strict=True):
        found[name] = np.array(np.broadcast_to(found[name], chosen.shape))
        found[name][chosen] = value
    return {name: value[()] for name, value in found.items()}


def of_money(given: dict[str, NDArray], short: Any, space_cost: Any, review: Any, lot: Any) -> tuple[Any, Any]:
    """Return the demand that a lane serves itself, and all money but revenue and handling of it, as the lane runs.

    A flow lane handles goods on the day on which they move: nothing is short, and nothing is ordered. A stock lane pays
    the penalty for a pallet lost, and for a backordered one in each period; the partner serves a pallet at H + S.

    short : `unmet_shortage` [pallet/period]; space_cost : of own places and the partner's [$/period]; review : review
    period [period]; lot : order quantity. [pallet]
    """
    held = np.asarray(given["kind"] == STOCK_LANE)
    demand_mean, unmet = given["demand_mean"], given["unmet"]
    if not held.any():
        return demand_mean, -space_cost
    short = np.where(held, short, 0.0)
    gone = np.where(unmet > _CODES["unmet", "backordered"], np.minimum(short, demand_mean), 0.0)
    by_partner = given["service_revenue"] - given["holding_cost"] - given["partner_surcharge"]
    of_short = np.where(unmet == _CODES["unmet", "partner"], by_partner, -given["sla_penalty"])
    load_mean = demand_mean * (1.0 + given["return_rate"])
    in_lots = lot_in_stock(lot, load_mean, review)
    orders = np.where(in_lots > 0.0, demand_mean / np.maximum(in_lots, _LEAST), 1.0 / np.maximum(review, 1.0))
    ordering = np.where(held, given["fixed_order_cost"] * orders, 0.0)
    return demand_mean - gone, of_short * short - ordering - space_cost


def _with(stock, waits):
    """Return the moments of the sum of two independent quantities."""
    return Moments(stock.mean + waits.mean, np.hypot(stock.sd, waits.sd))


def overflow(need: Moments, capacity: Any) -> tuple[Any, Any]:
    """Return expected overflow and its probability, for normal space; the density and its tail are computed once."""
    gap = capacity - need.mean
    with np.errstate(over="ignore"):  # certain space is the limit sd -> 0, with k = 0 or +-infinity
        k = gap / np.maximum(need.sd, np.finfo(float).tiny)
        above = _special.ndtr(-k)
        return need.sd * _density(k) - gap * above, above


def _density(k):
    return np.exp(-0.5 * k * k) * 0.3989422804014327
