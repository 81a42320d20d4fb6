"""Draw what rules cost above an exact optimum, and the places and orders of a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from twin.view import plots
from twin.view.theme import ACCENT, BETTER, LANES, MUTED, NAIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

_LEAST_GAP = 0.003  # a smaller gap is drawn as this one on a logarithmic axis [%]


def rungs(ax: Axes, gaps: Mapping[str, float], title: str) -> None:
    """Draw the gap of each rule to the optimum as a bar; the first rule is the naive one.

    gaps : cost of each rule above the optimum [%]
    """
    plots.bars(ax, list(gaps), list(gaps.values()), [NAIVE] + [BETTER] * (len(gaps) - 1), unit=" %")
    plots.frame(ax, title, "above the optimum [%]", "")


def places_in_force(ax: Axes, demand: ArrayLike, places: ArrayLike, busy: ArrayLike, fixed: int, title: str) -> None:
    """Draw demand as bars, the places of a rule as a line, a fixed number as a dashed line; busy periods are shaded."""
    time = np.arange(len(np.asarray(demand)))
    shade = {"transform": ax.get_xaxis_transform(), "color": MUTED, "alpha": 0.13, "linewidth": 0}
    ax.fill_between(time, 0, 1, where=np.asarray(busy, bool), step="mid", **shade)
    ax.bar(time, demand, color=MUTED, alpha=0.55, width=0.75)
    ax.step(time, places, where="mid", color=BETTER)
    plots.level(ax, fixed, f"one fixed number: {fixed}", NAIVE, axis="y", at=0.7)
    plots.frame(ax, title, "period", "places, pallets")
    ax.margins(x=0.01)


def gaps_by_term(
    axes: Sequence[Axes], gaps: Mapping[tuple[str, int], Mapping[str, float]], rules: Sequence[str]
) -> None:
    """Draw the gap of each rule by the term of a booking, a rule on each Axes and a line for each world.

    gaps : dict of (world, term [period]) -> dict of rule -> gap [%]
    """
    worlds, terms = (list(dict.fromkeys(part)) for part in zip(*gaps, strict=True))
    for ax, rule in zip(axes, rules, strict=True):
        for world, colour in zip(worlds, (ACCENT, NAIVE, BETTER), strict=True):
            ax.plot(terms, [gaps[world, term][rule] for term in terms], "o-", color=colour, label=world)
        plots.frame(ax, rule.capitalize(), "term of a booking [period]", "above the optimum [%]")
        ax.set_xticks(terms)
    axes[-1].legend(fontsize=8.5)


def two_contracts(axes: Sequence[Axes], prices: ArrayLike, saved: ArrayLike, places: ArrayLike) -> None:
    """Draw the saving of a second contract by its rent, and the mean places of both contracts.

    prices : rent of the second contract, shape (n,) [$/place/period]
    saved : share of the cost that it saves, shape (n,) [-]
    places : mean places of the first and of the second contract, shape (n, 2) [place]
    """
    left, right = axes
    left.plot(prices, saved, "o-", color=BETTER)
    plots.frame(left, "Saved by a second contract", "its rent [$/place/period]", "share of the cost", percent="y")
    names, colours = ("long contract", "short contract"), (BETTER, ACCENT)
    right.stackplot(prices, *np.asarray(places).T, colors=colours, alpha=0.6, labels=names)
    plots.frame(right, "Mean places in force", "rent of the second contract [$/place/period]", "places")
    right.legend(loc="lower right", fontsize=8.5)


def orders_by_position(ax: Axes, positions: ArrayLike, orders: ArrayLike, shares: ArrayLike, level: int) -> None:
    """Draw the orders of a policy over the inventory position, larger dots where more time is spent; and a base stock.

    positions, orders : of each state that is reached, shape (n,) [pallet]
    shares : of time in each state, shape (n,) [-]
    level : base-stock level [pallet]
    """
    pairs, place = np.unique(np.stack([positions, orders], axis=1), axis=0, return_inverse=True)
    weight = np.bincount(place.ravel(), np.asarray(shares, float))
    seen = weight > 1e-5
    ax.scatter(*pairs[seen].T, s=900 * weight[seen] + 3, color=BETTER, alpha=0.55, linewidth=0, label="best policy")
    x = np.arange(pairs[seen, 0].min(), max(pairs[seen, 0].max(), level) + 1)
    ax.plot(x, np.maximum(level - x, 0), color=NAIVE, linewidth=1.2, linestyle=(0, (4, 2)), label=f"base stock {level}")
    plots.frame(ax, "Orders of the best policy", "on hand and on order [pallet]", "order [pallet]")
    ax.set_ylim(-0.5, 1.6 * pairs[seen, 1].max() + 1)
    ax.legend(loc="upper right", fontsize=8.5)


def gap_dots(ax: Axes, gaps: Mapping[str, Mapping[str, float]], title: str) -> None:
    """Draw the gap of each rule on each lane as dots on a logarithmic axis, lanes from top to bottom.

    gaps : dict of rule -> dict of lane -> gap to the optimum; only the first rule has all lanes [%]
    """
    lanes = list(next(iter(gaps.values())))
    height = np.arange(len(lanes))[::-1]
    for (rule, found), colour, marker in zip(gaps.items(), (NAIVE, *LANES[1:], BETTER), "osD^vP", strict=False):
        values = np.maximum([found.get(lane, np.nan) for lane in lanes], _LEAST_GAP)
        ax.plot(values, height, marker, color=colour if rule != "network" else BETTER, markersize=5, label=rule)
    ax.set_xscale("log")
    ax.set_yticks(height, lanes, fontsize=8)
    ax.grid(False, axis="y")
    plots.frame(ax, title, "cost above the optimum [%]", "")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=4, fontsize=8.5)


def gaps_over(ax: Axes, x: ArrayLike, gaps: Mapping[str, Sequence[float]], title: str, x_label: str) -> None:
    """Draw gaps to the optimum over a quantity, a line for each name; names that begin with capped are dashed. [%]"""
    colours: dict[str, str] = {}
    for name, values in gaps.items():
        rule, _, case = name.partition(", ")
        colour = colours.setdefault(case, (BETTER, ACCENT, NAIVE)[len(colours) % 3])
        ax.plot(x, values, "o--" if rule == "capped" else "o-", color=colour, markersize=4, label=name)
    plots.frame(ax, title, x_label, "above the optimum [%]")
    ax.legend(fontsize=8.5)


def stock_and_orders(axes: Sequence[Axes], stock: ArrayLike, demand: ArrayLike, orders: ArrayLike) -> None:
    """Draw stock at the start of each period beside its demand, what is lost, and the orders below. [pallet]"""
    above, below = axes
    time, there, came = np.arange(len(np.asarray(stock))), np.asarray(stock), np.asarray(demand)
    above.bar(time, np.minimum(came, there), color=MUTED, alpha=0.55, width=0.75, label="shipped")
    above.bar(time, np.maximum(came - there, 0), bottom=np.minimum(came, there), color=NAIVE, width=0.75, label="lost")
    above.step(time, there, where="mid", color=BETTER, label="on hand at the start")
    plots.frame(above, "Stock and demand", "", "goods [pallet]")
    above.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize=8.5)
    below.bar(time, orders, color=BETTER, alpha=0.75, width=0.75)
    plots.frame(below, "Orders", "period", "order [pallet]")
    for ax in (above, below):
        ax.margins(x=0.01)


def ablation(ax: Axes, runs: Mapping[str, Sequence[tuple[float, float]]], title: str) -> None:
    """Draw mean and worst gap of training runs on a logarithmic axis, a row for each recipe and a line for each run.

    runs : dict of recipe -> (mean gap, worst gap) of each of its runs [%]
    """
    names = list(runs)
    for row, name in enumerate(reversed(names)):
        colour = BETTER if name == names[0] else NAIVE
        shift = 0.18 * (np.arange(len(runs[name])) - (len(runs[name]) - 1) / 2)
        for (mean, worst), up in zip(runs[name], shift[::-1], strict=True):
            ax.plot([mean, worst], [row + up] * 2, "-", color=colour, linewidth=1.2)
            ax.plot([mean], [row + up], "o", color=colour, markersize=5)
            ax.plot([worst], [row + up], "|", color=colour, markersize=9)
    ax.set_xscale("log")
    ax.set_yticks(range(len(names)), names[::-1])
    ax.grid(False, axis="y")
    plots.frame(ax, title, "gap: mean (dot) to worst (bar) [%]", "")


def gap_and_core_hours(
    ax: Axes, ours: Mapping[str, tuple[float, float, float]], others: Mapping[str, tuple[float, float, float]]
) -> None:
    """Draw mean (dot) and worst (bar) gap against core-hours of training, both on logarithmic axes.

    ours, others : dict of name -> core-hours [hour], mean gap, worst gap [%]
    """
    for group, colour in ((ours, BETTER), (others, NAIVE)):
        for name, (hours, mean, worst) in group.items():
            ax.plot([hours] * 2, [mean, worst], "-", color=colour, linewidth=1.2)
            ax.plot([hours], [worst], "_", color=colour, markersize=9)
            side = (7, 0) if colour == BETTER else (-7, 0)
            plots.point(ax, hours, mean, name, colour, offset=side)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.margins(0.1)
    plots.frame(ax, "", "training [core-hour]", "gap to the optimum [%]")
