"""Safety stock from a service target, and service from a safety stock; sigma is always that of lead-time demand.

Type 1 is the cycle service level (probability of no shortage in a cycle); type 2 is the fill rate (share of demand
met at once). The same stock gives different values of the two, so every promise must say which it means.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin import _special
from twin._check import nonnegative, numbers, positive, probabilities, require
from twin._labels import Numbers, labelled, labelled_by_row
from twin.demand import expected_excess, probability_above


@labelled
def safety_stock(lead_time_demand_sd: ArrayLike, service_level: ArrayLike) -> Numbers:
    """Return the buffer that meets a cycle service level: SS = z sd,  z = Phi^-1(service level).

    Parameters
    ----------
    lead_time_demand_sd : array_like, shapes that broadcast
        Root-sum-of-squares sd of lead-time demand (`demand.lead_time_demand`), >= 0. [pallet]
    service_level : array_like
        Probability of no shortage in a cycle, 0 < level < 1. [-]

    Returns
    -------
    ndarray or float, broadcast shape; negative below one half, and never rounded. [pallet]

    Source
    ------
    Silver, Pyke and Thomas (2017); notebook 02, eq. (2.3).

    >>> round(float(safety_stock(615.4267, 0.95)), 2)
    1012.29
    """
    (sd,), (level,) = nonnegative(lead_time_demand_sd=lead_time_demand_sd), probabilities(service_level=service_level)
    return _special.ndtri(level) * sd


@labelled
def cycle_service_level(safety_stock: ArrayLike, lead_time_demand_sd: ArrayLike) -> Numbers:
    """Return the probability of no shortage in a cycle with a given buffer: Phi(SS / sd). [-]

    Arguments as in `expected_shortage`. Inverse of `safety_stock`; notebook 02, eq. (2.3).

    >>> round(float(cycle_service_level(1000, 707.1068)), 4)
    0.9214
    """
    (stock,), (sd,) = numbers(safety_stock=safety_stock), nonnegative(lead_time_demand_sd=lead_time_demand_sd)
    return probability_above(-stock, 0.0, sd)


@labelled
def expected_shortage(safety_stock: ArrayLike, lead_time_demand_sd: ArrayLike) -> Numbers:
    """Return the pallets short in an average cycle: ESC = sd loss(SS / sd).

    Parameters
    ----------
    safety_stock : array_like, shapes that broadcast
        Buffer above the mean lead-time demand, any sign. [pallet]
    lead_time_demand_sd : array_like
        Standard deviation that the buffer was computed with, >= 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape, >= 0. [pallet/cycle]

    Limits
    ------
    SS = 0 gives 0.3989 sd; sd = 0 gives max(0, -SS).

    Source
    ------
    Silver, Pyke and Thomas (2017); notebook 02, eq. (2.4).

    >>> round(float(expected_shortage(1000, 707.1068)), 3)
    25.127
    """
    (stock,), (sd,) = numbers(safety_stock=safety_stock), nonnegative(lead_time_demand_sd=lead_time_demand_sd)
    return expected_excess(stock, 0.0, sd)


@labelled
def penalty_cost(safety_stock: ArrayLike, lead_time_demand_sd: ArrayLike, sla_penalty: ArrayLike) -> Numbers:
    """Return the SLA penalty of an average cycle: penalty times expected shortage.

    Parameters
    ----------
    safety_stock, lead_time_demand_sd : as in `expected_shortage`. [pallet]
    sla_penalty : array_like
        Penalty for a pallet not served, >= 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [$/cycle]

    >>> round(float(penalty_cost(0.0, 25.0, 20.0)), 2)
    199.47
    """
    (penalty,) = nonnegative(sla_penalty=sla_penalty)
    return penalty * expected_shortage(safety_stock, lead_time_demand_sd)


@labelled
def fill_rate(safety_stock: ArrayLike, lead_time_demand_sd: ArrayLike, order_quantity: ArrayLike) -> Numbers:
    """Return the share of demand met at once: 1 - ESC / Q.

    Parameters
    ----------
    safety_stock, lead_time_demand_sd : as in `expected_shortage`. [pallet]
    order_quantity : array_like
        Demand of a cycle, equal to the lot Q at its start, > 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape, 0 to 1. [-]

    Limits
    ------
    Exact if no shortage lasts into the next cycle (Q well above sd); for smaller lots, the true fill rate is higher.
    A cycle cannot lose more than its own demand, so the result is 0 if the expected shortage reaches Q.

    Source
    ------
    Silver, Pyke and Thomas (2017); notebook 02, eq. (2.5).

    >>> round(float(fill_rate(1000, 707.1068, 10000)), 4)
    0.9975
    """
    (quantity,) = positive(order_quantity=order_quantity)
    return np.maximum(1.0 - expected_shortage(safety_stock, lead_time_demand_sd) / quantity, 0.0)


@labelled
def safety_stock_for_fill_rate(
    fill_rate: ArrayLike, lead_time_demand_sd: ArrayLike, order_quantity: ArrayLike
) -> Numbers:
    """Return the buffer that meets a fill rate: SS = z sd with loss(z) = (1 - fill rate) Q / sd.

    Parameters
    ----------
    fill_rate : array_like, shapes that broadcast
        Share of demand met at once, 0 < fill rate < 1. [-]
    lead_time_demand_sd, order_quantity : array_like
        Both > 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape; negative if the lot alone exceeds the target. [pallet]

    Source
    ------
    Silver, Pyke and Thomas (2017); inverse of notebook 02, eq. (2.5).

    >>> round(float(100 + safety_stock_for_fill_rate(0.98, 25, 100)), 2)
    125.53
    """
    (rate,) = probabilities(fill_rate=fill_rate)
    sd, quantity = positive(lead_time_demand_sd=lead_time_demand_sd, order_quantity=order_quantity)
    return sd * _inverse_loss((1.0 - rate) * quantity / sd)


@labelled_by_row
def root_sum_of_squares(sd: ArrayLike, correlation: ArrayLike = 0.0) -> Numbers:
    """Return the standard deviation of the sum of several demands with one common correlation.

    sd' = sqrt((1 - rho) sum s_i^2 + rho (sum s_i)^2)

    Parameters
    ----------
    sd : array_like, shape (..., n)
        Standard deviation of each part on the last axis, >= 0. [pallet]
    correlation : array_like, shape (...), optional
        Common pairwise correlation, -1/(n-1) <= rho <= 1. [-]

    Returns
    -------
    ndarray or float, shape (...). [pallet]

    Limits
    ------
    rho = 1 gives the sum of the parts, so pooling saves nothing.

    Source
    ------
    Eppen (1979); notebook 02, eq. (2.6).

    >>> float(root_sum_of_squares([3.0, 4.0]))
    5.0
    """
    (sd,), (rho,) = nonnegative(sd=sd), numbers(correlation=correlation)
    require(sd.ndim > 0 and sd.shape[-1] > 0, "sd", "a list of at least one number", sd)
    lowest = -1.0 / max(sd.shape[-1] - 1, 1)
    require((rho >= lowest) & (rho <= 1), "correlation", f"in [{lowest:.4g}, 1]", rho)
    exponent = np.clip(np.frexp(sd.max(axis=-1))[1], -1000, 1000)
    part = sd * np.ldexp(1.0, -exponent)[..., np.newaxis]  # an exact scaling, so that no square overflows
    variance = (1 - rho) * np.sum(part**2, axis=-1) + rho * np.sum(part, axis=-1) ** 2
    return np.ldexp(np.sqrt(np.maximum(variance, 0.0)), exponent)  # the variance can round to just below 0


@labelled
def required_capacity(workload_mean: ArrayLike, safety_stock: ArrayLike, dwell: ArrayLike = 1.0) -> Numbers:
    """Return the pallet places that a lane needs: workload times dwell time, plus the buffer.

    C = workload mean * dwell + SS       (Little's law turns the flow into a stock)

    Parameters
    ----------
    workload_mean : array_like, shapes that broadcast
        Mean workload, returns included, >= 0. [pallet/period]
    safety_stock : array_like. [pallet]
    dwell : array_like, optional
        Time a pallet stays, >= 0. [period]

    Returns
    -------
    ndarray or float, broadcast shape; 0 if a negative buffer exceeds the workload. [pallet]

    >>> float(required_capacity(140.0, 41.1))
    181.1
    """
    mean, dwell = nonnegative(workload_mean=workload_mean, dwell=dwell)
    (stock,) = numbers(safety_stock=safety_stock)
    return np.maximum(mean * dwell + stock, 0.0)


def _inverse_loss(loss):
    """Return z with phi(z) - z (1 - Phi(z)) = loss, by Newton's method on its logarithm.

    The logarithm is concave, so all steps after the first approach the root from the right.
    """
    right = np.sqrt(np.maximum(-2.0 * np.log(loss * np.sqrt(2 * np.pi)), 0.0))  # loss(z) <= phi(z) for z >= 0
    z = np.where(right > 0, right, -loss)  # loss(z) > -z, so -loss is left of the root
    for _ in range(100):
        current = expected_excess(z, 0.0, 1.0)
        step = current / _special.ndtr(-z) * np.log(current / loss)
        z = z + step
        if np.all(np.abs(step) <= 1e-13 * (1.0 + np.abs(z))):
            return z[()]
    raise ValueError("fill_rate must be one that some buffer can meet; the search did not settle")
