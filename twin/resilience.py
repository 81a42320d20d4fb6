"""Resilience: the composite index of the framework, and the loss of service and the recovery time of a disruption."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, numbers, positive, require, shares
from twin._labels import Numbers, labelled, labelled_by_row


class Recovery(NamedTuple):
    """Effect of a disruption on a flow; one entry per lane."""

    depth: Numbers  # largest shortfall as a share of the baseline [-]
    service_lost: Numbers  # sum of shortfalls, in periods of baseline flow [period]
    time_to_recover: Numbers  # time until the flow is back at its baseline; inf if the record ends before [period]


class IndexParts(NamedTuple):
    """The two terms of the index, whose sum is the index; one entry per lane."""

    buffer: Numbers  # 100 w for a buffer of full coverage, less for a smaller one [points]
    independence: Numbers  # 100 (1 - w) if nothing depends on a partner, else less [points]


@labelled
def coverage(safety_stock: ArrayLike, lead_time_demand_sd: ArrayLike) -> Numbers:
    """Return the number of standard deviations of lead-time demand that the buffer covers: SS / sd.

    Parameters
    ----------
    safety_stock : array_like, shapes that broadcast. [pallet]
    lead_time_demand_sd : array_like
        Root-sum-of-squares sd of the same workload, > 0: certain demand has no deviation to cover. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [-]

    Limits
    ------
    A buffer set by `buffers.safety_stock` has coverage z for any demand.

    >>> float(coverage(50.0, 25.0))
    2.0
    """
    (stock,), (sd,) = numbers(safety_stock=safety_stock), positive(lead_time_demand_sd=lead_time_demand_sd)
    return stock / sd


@labelled
def resilience_index(
    coverage: ArrayLike, dependency: ArrayLike, *, full_coverage: ArrayLike = 2.0, buffer_weight: ArrayLike = 0.5
) -> Numbers:
    """Return the composite index, 0 to 100.

    index = 100 (w min(1, max(0, coverage / kappa)) + (1 - w)(1 - dependency))

    Parameters
    ----------
    coverage : array_like, shapes that broadcast
        Buffer in standard deviations (`coverage`). [-]
    dependency : array_like
        Share of capacity that a partner provides, 0 to 1. [-]
    full_coverage, buffer_weight : array_like, optional
        Coverage kappa > 0 that counts as complete, and weight w of the buffer part, 0 to 1. [-]

    Returns
    -------
    ndarray or float, broadcast shape; rises with coverage, falls with dependency. [points]

    Limits
    ------
    If `buffers.safety_stock` sets the buffer, coverage is z, and the index depends on the service level and the
    dependency alone. It measures neither a shock nor a time; `recovery` and `time_to_survive` do.

    Source
    ------
    Hegde (2026), resilience score; notebook 04, eq. (4.1).

    >>> float(resilience_index(1.0, 0.1))
    70.0
    """
    return sum(index_parts(coverage, dependency, full_coverage=full_coverage, buffer_weight=buffer_weight))


@labelled
def index_parts(
    coverage: ArrayLike, dependency: ArrayLike, *, full_coverage: ArrayLike = 2.0, buffer_weight: ArrayLike = 0.5
) -> IndexParts:
    """Return the two terms of the index: the points of the buffer, and those of independence of partners.

    buffer = 100 w min(1, max(0, coverage / kappa)),  independence = 100 (1 - w)(1 - dependency)

    Arguments as in `resilience_index`.

    Returns
    -------
    IndexParts, each of the broadcast shape; their sum is the index. [points]

    Source
    ------
    Hegde (2026), resilience score; notebook 04, the terms of eq. (4.1).

    >>> [float(part) for part in index_parts(1.0, 0.1)]
    [25.0, 45.0]
    """
    (coverage,), (dependency, weight) = (
        numbers(coverage=coverage),
        shares(dependency=dependency, buffer_weight=buffer_weight),
    )
    (full,) = positive(full_coverage=full_coverage)
    buffer_part = np.clip(coverage / full, 0.0, 1.0)  # the index is bounded by definition
    return IndexParts(100.0 * weight * buffer_part, 100.0 * (1.0 - weight) * (1.0 - dependency))


@labelled_by_row
def recovery(flow: ArrayLike, baseline: ArrayLike) -> Recovery:
    """Return depth, service lost and time to recover of a flow from the onset of a disruption on.

    depth = max (B - f_t) / B,  lost = sum (B - f_t)+ / B,  both over t < T = first t with f_t >= B after the drop

    Parameters
    ----------
    flow : array_like, shape (..., periods)
        Flow per period from the onset on, in time order on the last axis, >= 0. [pallet/period]
    baseline : array_like, shape (...)
        Flow B before the disruption, > 0. [pallet/period]

    Returns
    -------
    Recovery, each of shape (...); a flow still below its baseline when the record ends has time_to_recover = inf.

    Limits
    ------
    A flow that is never below its baseline gives 0, 0, 0. Flow above the baseline does not offset a shortfall. One
    period at the baseline counts as recovery, so average a noisy flow first.

    Source
    ------
    Resilience triangle, Bruneau et al. (2003); notebook 04, eq. (4.2).

    >>> [round(float(x), 9) for x in recovery([60, 20, 40, 100], 100.0)]
    [0.8, 1.8, 3.0]
    """
    (flow,), (baseline,) = nonnegative(flow=flow), positive(baseline=baseline)
    require(flow.ndim > 0 and flow.shape[-1] > 0, "flow", "a series of at least one period", flow)
    short = 1.0 - flow / baseline[..., np.newaxis]
    down = short > 0
    back = np.maximum.accumulate(down, axis=-1) & ~down
    returned = back.any(axis=-1)
    end = np.where(returned, back.argmax(axis=-1), flow.shape[-1])
    lasting = np.arange(flow.shape[-1]) < end[..., np.newaxis]  # until the flow is back, or the record ends
    lost = np.where(lasting, np.maximum(short, 0.0), 0.0)
    time = np.where(down.any(axis=-1), np.where(returned, end, np.inf), 0.0)
    return Recovery(lost.max(axis=-1), lost.sum(axis=-1), time[()])


@labelled
def time_to_survive(stock: ArrayLike, demand: ArrayLike, remaining_capacity: ArrayLike) -> Numbers:
    """Return the time that a stock lasts in a disruption: stock / (demand - remaining capacity).

    Parameters
    ----------
    stock : array_like, shapes that broadcast
        Pallets on hand when the disruption starts, >= 0. [pallet]
    demand, remaining_capacity : array_like
        Flow demanded and flow still possible, both >= 0. [pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape; inf if the remaining capacity meets demand. [period]

    Source
    ------
    Simchi-Levi et al. (2015), time to survive; notebook 04, eq. (4.3).

    >>> float(time_to_survive(120, 100, 70))
    4.0
    """
    stock, demand, remaining = nonnegative(stock=stock, demand=demand, remaining_capacity=remaining_capacity)
    gap = demand - remaining
    with np.errstate(divide="ignore", invalid="ignore"):  # without a gap the stock lasts for ever
        return np.where(gap > 0, stock / gap, np.inf)[()]
