"""Draw one lane under one policy: history and capacity, cost and profit, and losses; and the check of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from twin.demand import period_name
from twin.plan import lane_curves, lane_report
from twin.plan.unit_names import unit_names
from twin.view import plots
from twin.view.theme import ACCENT, BETTER, NAIVE, WITNESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from twin.forecast import Forecasts, Interval
    from twin.lane import Policy

PERIODS_SHOWN = 180  # latest periods of the history in a picture [period]
FARTHEST_ROOM = 2.2  # own capacity is drawn up to this multiple of the largest volume; above it, volumes look flat [-]
MAP_LEVELS, MAP_SPREADS = np.linspace(0.5, 0.995, 60), 24  # service levels, and number of lead-time sds, of the map
LOSSES_SHOWN = 0.998  # share of the simulated losses inside the picture [-]
HEIGHT, BOTTOM, TOP = 3.3, 0.17, 0.9  # height of a figure [inch]; bottom and top of its axes as shares of the height
RESOLUTION = 140  # resolution of pictures on a page [dots per inch]


def history(
    dates: NDArray,
    volumes: NDArray,
    policy: Policy,
    numbers: Mapping[str, float],
    said: Forecasts | Interval | None,
    coming: NDArray,
    period: str | float,
) -> Figure:
    """Return the figure of a lane's volumes, its forecast with a 95 % interval, and the volume that own space can take.

    numbers : answers of `lane_report.evaluate`; said : forecast of the periods whose first days are `coming`; period :
    of the record.
    """
    name = period_name(period)
    figure, ax = sheet(7.6, left=0.085, right=0.985)
    plots.frame(ax, "Volume, forecast, and own capacity", "", f"{unit_names().many} a {name}")
    shown = slice(max(len(volumes) - PERIODS_SHOWN, 0), None)
    ax.plot(dates[shown], volumes[shown], color=BETTER, linewidth=1.1)
    top = np.nanmax(volumes[shown], initial=numbers["demand_mean"])
    if said is not None:
        high = np.where(np.isfinite(said.high), said.high, said.mean)  # no band where the record carries no interval
        ax.plot(coming, said.mean, color=ACCENT)
        ax.fill_between(coming, np.minimum(said.low, high), high, color=ACCENT, alpha=0.18, linewidth=0)
        carried = np.isfinite(said.high).all()
        plots.label(ax, coming[-1], high[-1], "forecast, 95%" if carried else "forecast", ACCENT, (-1, 3))
        top = max(top, high.max())
    room = own_flow(policy)
    if room <= FARTHEST_ROOM * top:
        plots.level(ax, room, own_flow_label(policy), NAIVE, axis="y", at=0.01)
        top = max(top, room)
    ax.set_ylim(0, 1.15 * top)
    plots.over_time(ax, np.asarray(dates))
    return figure


def own_flow(policy: Policy) -> float:
    """Return the volume per period at which the workload fills own capacity: its use is then 100 %. [pallet/period]"""
    return policy.internal_capacity / (max(policy.dwell, 1e-9) * (1.0 + policy.return_rate))


def own_flow_label(policy: Policy) -> str:
    """Return the label of `own_flow`, which is less than the capacity that was entered if pallets come back or stay.

    >>> from twin import Policy
    >>> own_flow_label(Policy()), own_flow_label(Policy(return_rate=0.06)), own_flow_label(Policy(dwell=2.0))
    ('own capacity', 'own capacity net of returns', 'own capacity over the dwell time')
    """
    net = [" net of returns"] * (policy.return_rate > 0) + [" over the dwell time"] * (policy.dwell != 1)
    return f"own capacity{','.join(net)}"


def costs(policy: Policy, numbers: Mapping[str, float], period: str | float) -> Figure:
    """Return the figure of expected buffer cost over the service level, with the optimum and the current level."""
    figure, ax = sheet(4.6, left=0.155, right=0.95)
    unit = f"{unit_names().currency}/{period_name(period)}"
    plots.frame(ax, "Cost of a service level", "cycle service level", f"expected buffer cost [{unit}]", percent="x")
    levels = lane_report.LEVELS
    curve = lane_curves.cost_curve(levels, numbers, policy, period=period)
    ax.plot(levels, curve, color=BETTER)
    best, chosen = numbers["critical_ratio"], numbers["service_level"]
    if levels[0] <= best <= levels[-1]:
        word = "optimum" if numbers["best_buffer_cost"] <= curve.min() * (1 + 1e-9) else "critical ratio"
        plots.point(ax, best, numbers["best_buffer_cost"], f"{word} {best:.1%}", ACCENT, offset=(-4, -9))
    if abs(best - chosen) > 5e-4:
        plots.point(ax, chosen, numbers["buffer_cost"], f"today {chosen:.1%}", NAIVE, offset=(-6, 12), marker="s")
    low, high = curve.min(), max(curve[0], numbers["buffer_cost"], 2 * curve.min())
    room = (high - low) or 1.0  # certain demand: no cost at any level
    ax.set(xlim=(0.49, 1.005), ylim=(low - 0.2 * room, high + 0.18 * room))
    return figure


def profits(
    statistics: Mapping[str, float], policy: Policy, numbers: Mapping[str, float], period: str | float
) -> Figure:
    """Return the figure of expected profit over service level and lead-time sd, with the optimum and the current level.

    statistics : mean and standard deviation of demand, by name. [pallet/period]
    """
    figure, ax, beside = sheet(4.6, left=0.115, right=0.79, bar=True)
    title = f"Expected profit [{unit_names().currency}/{period_name(period)}]"
    plots.frame(ax, title, "cycle service level", "lead-time sd [day]", percent="x")
    spreads = np.linspace(0.0, 2.0 * max(policy.lead_time_sd_days, 1.0), MAP_SPREADS)
    surface = lane_curves.profit_map(MAP_LEVELS, spreads, statistics, policy, period=period)
    shading = {"cmap": "cividis", "shading": "nearest", "rasterized": True}
    ax.pcolormesh(MAP_LEVELS, spreads, surface, **shading)
    low, high = surface.min(), surface.max()
    scale = np.linspace(low, high, 64)
    beside.pcolormesh([0.0, 1.0], scale, np.column_stack((scale, scale)), **shading)
    beside.set(xlim=(0, 1), ylim=(low, high) if high > low else (low - 1, low + 1))
    spot = numbers["best_profit_level"], policy.lead_time_sd_days
    plots.point(ax, *spot, f"sweet spot {spot[0]:.1%}", ACCENT, offset=(-8, 10))
    if abs(numbers["service_level"] - spot[0]) > 2e-3:
        plots.point(ax, numbers["service_level"], spot[1], "today", NAIVE, offset=(-8, -10), marker="s")
    return figure


def losses(
    statistics: Mapping[str, float], policy: Policy, numbers: Mapping[str, float], period: str | float
) -> Figure:
    """Return the figure of a period's simulated loss, with value at risk and conditional value at risk."""
    figure, ax = sheet(4.6, left=0.05, right=0.97)
    name = period_name(period)
    plots.frame(ax, f"Loss of a single {name}", f"loss [{unit_names().currency}/{name}]; below zero: profit", "")
    draws = -lane_report.simulated_profits(statistics, policy, numbers, period=period)
    draws = draws[draws <= np.quantile(draws, LOSSES_SHOWN)]
    edge, mean = numbers["value_at_risk"], numbers["conditional_value_at_risk"]
    plots.histogram(ax, draws, BETTER, bins=50, split=edge)
    plots.level(ax, edge, f"VaR {edge:,.0f}".replace("-", "−"), WITNESS, side="left")
    plots.level(ax, mean, f"CVaR {mean:,.0f}".replace("-", "−"), NAIVE, at=0.82)
    ax.set_yticks([])
    return figure


def sheet(width: float, *, left: float, right: float, bar: bool = False) -> tuple[Any, ...]:
    """Return a figure and its Axes at fixed positions; an automatic layout would take longer than the drawing.

    bar : add a narrow Axes on the right for the colour scale of a map.
    """
    with rc_context({"axes.titley": 1.0, "figure.constrained_layout.use": False}):
        figure = Figure(figsize=(width, HEIGHT), dpi=RESOLUTION)
        ax = figure.add_axes((left, BOTTOM, right - left, TOP - BOTTOM))
    ax.xaxis.set_label_coords((left + right) / 2, 0.075, figure.transFigure)
    ax.yaxis.set_label_coords(0.24 / width, 0.5, figure.transFigure)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=(1, 2, 2.5, 5, 10)))
    if bar:
        ax.grid(False)
        beside = figure.add_axes((right + 0.02, BOTTOM, 0.03, TOP - BOTTOM))
        beside.set_xticks([])
        beside.yaxis.tick_right()
        beside.yaxis.set_major_locator(MaxNLocator(5, steps=(1, 2, 2.5, 5, 10)))
        beside.yaxis.set_major_formatter("{x:,.0f}")
        beside.grid(False)
        for spine in beside.spines.values():
            spine.set_visible(False)
    return figure, *figure.axes


def caught(relative_error: NDArray, beyond_rounding: NDArray, shown: NDArray) -> Figure:
    """Return the figure of the share of wrong numbers that the check refuses, over their relative error.

    relative_error : size of the error of each number. [-]
    beyond_rounding : True if the number is printed otherwise than the true one.
    shown : True if the check let the number pass.
    """
    figure, ax = plots.figure(width=6.2)
    plots.frame(ax, "Wrong numbers that the check refuses", "relative error of the number", "refused", percent="y")
    powers = np.log10(relative_error)
    edges = np.arange(np.floor(powers.min()), np.ceil(powers.max()) + 0.26, 0.25)
    for chosen, colour, words, offset in (
        (beyond_rounding, ACCENT, "of numbers that print differently", (0, 8)),
        (np.full(shown.shape, True), BETTER, "of all numbers", (8, -8)),
    ):
        count, refused = (np.histogram(powers[which], edges)[0] for which in (chosen, chosen & ~shown))
        known = count > 0
        middles, share = 10.0 ** (edges[:-1] + 0.125)[known], refused[known] / count[known]
        ax.plot(middles, share, "o-", color=colour, markersize=3.5)
        half = share.size // 2
        plots.label(ax, middles[half], share[half], words, colour, offset)
    ax.set(xscale="log", ylim=(-0.04, 1.16))
    return figure
