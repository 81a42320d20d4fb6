"""Draw arrays on an Axes, with one function for each kind of drawing; each role keeps its colour in every picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.dates import ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from twin.view.theme import ACCENT, BETTER, LANES, MUTED, NAIVE, WITNESS  # noqa: F401 - notebooks use them from here

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

Offset = tuple[float, float]  # horizontal and vertical distance of a text from its point [points of type]


def figure(columns: int = 1, *, rows: int = 1, width: float = 7.2, height: float = 3.2) -> tuple[Figure, Any]:
    """Return a figure and its axes: one Axes, or an array of them; rows share the horizontal axis. Sizes in inches."""
    drawing = Figure(figsize=(width, height))
    return drawing, drawing.subplots(rows, columns, sharex=rows > 1)


def frame(ax: Axes, title: str, x_label: str, y_label: str, *, percent: str = "") -> None:
    """Set the title and labels of an Axes; axes in `percent` ("x", "y" or "xy") show shares as percentages."""
    ax.set(title=title, xlabel=x_label, ylabel=y_label)
    for axis in percent:
        getattr(ax, f"{axis}axis").set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))


def line(
    ax: Axes,
    x: Sequence[float] | NDArray,
    y: Sequence[float] | NDArray,
    text: str = "",
    colour: str = BETTER,
    *,
    at: int = -1,
    offset: Offset = (4, 0),
    style: str = "-",
) -> None:
    """Draw y over x, and write its name beside point number `at` instead of in a legend."""
    ax.plot(x, y, style, color=colour)
    label(ax, x[at], y[at], text, colour, offset)


def label(ax: Axes, x: float, y: float, text: str, colour: str = WITNESS, offset: Offset = (5, 5)) -> None:
    """Write a text beside a point, on the side that the offset points to."""
    across = "left" if offset[0] > 0 else "right" if offset[0] < 0 else "center"
    along = "bottom" if offset[1] > 0 else "top" if offset[1] < 0 else "center"
    ax.annotate(
        text,
        (x, y),
        offset,
        textcoords="offset points",
        color=colour,
        ha=across,
        va=along,
        fontsize=8.5,
        annotation_clip=False,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
    )


def point(
    ax: Axes,
    x: float,
    y: float,
    text: str = "",
    colour: str = BETTER,
    *,
    offset: Offset = (6, 6),
    marker: str = "o",
) -> None:
    """Mark one point, and write its name beside it."""
    ax.plot([x], [y], marker, color=colour, markeredgecolor="white", markersize=7, zorder=5)
    label(ax, x, y, text, colour, offset)


def witnesses(ax: Axes, x: ArrayLike, values: ArrayLike, errors: ArrayLike) -> None:
    """Draw simulated values in black, with bars of four standard errors, over the curve that they check."""
    ax.errorbar(x, values, 4 * np.asarray(errors), fmt="o", color=WITNESS, markersize=3.5, elinewidth=1, zorder=4)


def span(ax: Axes, low: float, high: float) -> None:
    """Shade the part of an Axes between two values of the horizontal axis."""
    ax.axvspan(low, high, color=MUTED, alpha=0.10, linewidth=0)


def level(
    ax: Axes,
    value: float,
    text: str,
    colour: str = MUTED,
    *,
    axis: str = "x",
    at: float = 0.97,
    side: str = "right",
) -> None:
    """Draw a dashed line at one value of an axis, and write its name at the share `at` of its length."""
    (ax.axvline if axis == "x" else ax.axhline)(value, color=colour, linewidth=1.2, linestyle=(0, (4, 2)))
    transform = ax.get_xaxis_transform() if axis == "x" else ax.get_yaxis_transform()
    where, shift = ((value, at), (4 if side == "right" else -4, 0)) if axis == "x" else ((at, value), (0, 3))
    ax.annotate(
        text,
        where,
        shift,
        xycoords=transform,
        textcoords="offset points",
        color=colour,
        ha=("left" if side == "right" else "right"),
        va="top" if axis == "x" else "bottom",
        fontsize=8.5,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
    )


def histogram(
    ax: Axes,
    values: ArrayLike,
    colour: str = MUTED,
    *,
    bins: int = 40,
    split: float | None = None,
    tail_colour: str = NAIVE,
) -> None:
    """Draw the histogram of values as a density; bars from `split` upwards have another colour."""
    values = np.asarray(values, float)
    edges = np.histogram_bin_edges(values, bins)
    if split is not None:  # place an edge at the split, so that no bar covers both sides
        width = edges[1] - edges[0]
        below, above = np.ceil((split - edges[0]) / width), np.ceil((edges[-1] - split) / width)
        edges = split + width * np.arange(-max(below, 1), max(above, 1) + 1)
    heights, edges = np.histogram(values, bins=edges, density=True)
    tail = np.zeros(len(heights), bool) if split is None else edges[:-1] > split - 1e-9 * width
    ax.stairs(np.where(tail, 0, heights), edges, fill=True, color=colour, alpha=0.35)
    ax.stairs(np.where(tail, heights, 0), edges, fill=True, color=tail_colour, alpha=0.6)


def heat(ax: Axes, x: ArrayLike, y: ArrayLike, z: ArrayLike, bar_label: str) -> None:
    """Draw z over x and y as a heat map with contour lines and a labelled colour bar."""
    mesh = ax.pcolormesh(x, y, z, cmap="cividis", shading="nearest", rasterized=True)
    contours = ax.contour(x, y, z, levels=6, colors="white", linewidths=0.6, alpha=0.6)
    ax.clabel(contours, fontsize=7, fmt="{:,.0f}".format)
    ax.grid(False)
    ax.figure.colorbar(mesh, ax=ax, label=bar_label, pad=0.02).outline.set_visible(False)


def bars(
    ax: Axes,
    names: Sequence[str],
    values: Sequence[float] | NDArray,
    colours: str | Sequence[str],
    *,
    unit: str = "",
    errors: ArrayLike | None = None,
) -> None:
    """Draw a horizontal bar for each name, with the value at its end; a line of four standard errors, if given."""
    place = np.arange(len(names))[::-1]
    bounds = 4 * np.asarray(np.zeros(len(names)) if errors is None else errors, float)
    ax.barh(place, values, color=colours, height=0.6)
    if errors is not None:
        ax.errorbar(values, place, xerr=bounds, fmt="none", ecolor=WITNESS, elinewidth=1)
    ax.set_yticks(place, names)
    ax.grid(False, axis="y")
    reach = max(np.max(values), 0) - min(np.min(values), 0)
    for y, value, bound in zip(place, values, bounds, strict=True):
        sign = 1 if value >= 0 else -1
        side = "left" if sign > 0 else "right"
        number = f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
        ax.text(value + sign * (0.02 * reach + bound), y, f"{number.replace('-', '−')}{unit}", va="center", ha=side)
    ax.margins(x=0.18)


def compared(
    axes: Sequence[Axes], columns: Mapping[str, Mapping[str, Any]], measures: Sequence[str], *, naive: str = ""
) -> None:
    """Draw one measure on each Axes as bars, one bar for each case, with lines of four standard errors.

    Parameters
    ----------
    axes : sequence of Axes side by side, one for each measure; the names of the cases stand at the first
    columns : dict of case -> dict of measure -> Estimate
    measures : sequence of str
    naive : str, optional
        Case that has the colour of a naive answer.
    """
    colours = [NAIVE if name == naive else BETTER for name in columns]
    for ax, measure in zip(axes, measures, strict=True):
        values, errors = zip(*(column[measure] for column in columns.values()), strict=True)
        frame(ax, measure.capitalize(), "", "")
        bars(ax, list(columns), values, colours, errors=errors)
        ax.tick_params(left=False, bottom=False, labelleft=bool(ax is axes[0]), labelbottom=False)


def effects(axes: Sequence[Axes], rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw the shares of an answer's variance that switches cause, one answer on each Axes, with their intervals.

    Parameters
    ----------
    axes : sequence of Axes side by side, one for each answer; the names of the switches stand at the first
    rows : sequence of dicts with "answer", "switch", "share", "low" and "high", as in `motion.mechanisms.shipped`
    """
    for ax, answer in zip(axes, dict.fromkeys(row["answer"] for row in rows), strict=False):
        told = [row for row in rows if row["answer"] == answer]
        place = np.arange(len(told))[::-1]
        share, low, high = (np.array([row[name] for row in told]) for name in ("share", "low", "high"))
        frame(ax, answer.capitalize(), "", "", percent="x")
        ax.barh(place, share, color=BETTER, height=0.6)
        ax.errorbar(share, place, xerr=(share - low, high - share), fmt="none", ecolor=WITNESS, elinewidth=1)
        ax.set_yticks(place, [row["switch"] for row in told])
        ax.tick_params(left=False, labelleft=bool(ax is axes[0]))
        ax.grid(False, axis="y")


def sample_path(
    axes: Sequence[Axes],
    paths: Any,
    *,
    parts: Sequence[str] = ("goods", "space", "money"),
    time: ArrayLike | None = None,
    places: float | None = None,
    path: int = 0,
) -> None:
    """Draw one simulated path over time, one part on each Axes: goods, space against own places, or money.

    Parameters
    ----------
    axes : sequence of Axes, one for each part
    paths : twin.motion.paths.Paths of one lane, which keep the flows of the parts
    parts : sequence of "goods", "space" and "money"
    time : array_like, shape (steps,), optional
        Times of the last steps of the path, numbers or dates; earlier steps are left out. By default all steps.
    places : float, optional
        Own places. [pallet]
    path : int, optional
        Which replication.
    """
    draw = {"goods": _goods, "space": _space, "money": _money}
    steps = paths.space.shape[-1] if time is None else len(np.asarray(time))
    x = np.arange(steps) if time is None else np.asarray(time)
    for ax, part in zip(axes, parts, strict=True):
        draw[part](ax, x, lambda name: getattr(paths, name)[path, -steps:], places)
        over_time(ax, x)


def _goods(ax: Axes, x: NDArray, flow: Any, _places: float | None) -> None:
    """Draw goods on hand and on order, and the backlog below zero."""
    frame(ax, "Goods", "", "goods [pallet]")
    ax.plot(x, flow("on_order"), color=MUTED, linewidth=1, label="on order")
    ax.fill_between(x, flow("on_hand"), step="mid", color=BETTER, alpha=0.35, linewidth=0)
    ax.step(x, flow("on_hand"), where="mid", color=BETTER, linewidth=1.1, label="on hand")
    ax.fill_between(x, -flow("backlog"), step="mid", color=NAIVE, linewidth=0.4, label="backlog, below zero")
    ax.axhline(0, color=WITNESS, linewidth=0.8)
    _named(ax)


def _space(ax: Axes, x: NDArray, flow: Any, places: float | None) -> None:
    """Draw the places in use; what exceeds the own places is at the partner."""
    frame(ax, "Space", "", "places [pallet]")
    ax.step(x, flow("space"), where="mid", color=BETTER, linewidth=1.1, label="in use")
    if places is not None:
        over = np.maximum(flow("space"), places)
        ax.fill_between(x, places, over, step="mid", color=NAIVE, linewidth=0.4, label="at the partner")
        ax.axhline(places, color=WITNESS, linewidth=1.2, linestyle=(0, (4, 2)), label=f"own places: {places:,.0f}")
    ax.set_ylim(bottom=0)
    _named(ax)


def _money(ax: Axes, x: NDArray, flow: Any, _places: float | None) -> None:
    """Draw the money of each step, losses in another colour."""
    money = flow("money")
    frame(ax, "Money", "", "money [$/step]")
    ax.fill_between(x, np.maximum(money, 0), step="mid", color=BETTER, alpha=0.55, linewidth=0, label="profit")
    ax.fill_between(x, np.minimum(money, 0), step="mid", color=NAIVE, linewidth=0.4, label="loss")
    ax.axhline(0, color=WITNESS, linewidth=0.8)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda amount, _: f"{amount:,.0f}".replace("-", "\N{MINUS SIGN}")))
    _named(ax)


def _named(ax: Axes) -> None:
    """Write the names of what is drawn in a row above the Axes, on the right of its title."""
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, fontsize=8.5, borderpad=0.2, handlelength=1.4)


def over_time(ax: Axes, x: NDArray) -> None:
    """Fill the width of an Axes with time, and write dates short."""
    ax.margins(x=0.01)
    if np.issubdtype(x.dtype, np.datetime64):
        years = ["", *(5 * ["%Y"])]
        ax.xaxis.set_major_formatter(ConciseDateFormatter(ax.xaxis.get_major_locator(), offset_formats=years))


def fan(
    ax: Axes,
    values: ArrayLike,
    *,
    time: ArrayLike | None = None,
    colour: str = BETTER,
    path: int | None = 0,
    places: float | None = None,
) -> None:
    """Draw the median of simulated paths over time, the bands that hold half and nine tenths of them, and one path.

    Parameters
    ----------
    values : array_like, shape (paths, steps)
    time : array_like, shape (steps,), optional
        Times, numbers or dates.
    path : int or None, optional
        Path that is drawn as a black line.
    places : float, optional
        Own places, drawn as a dashed line. [pallet]
    """
    paths = np.asarray(values, float)
    x = np.arange(paths.shape[1]) if time is None else np.asarray(time)
    low, lower, middle, upper, high = np.quantile(paths, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    ax.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0)
    ax.fill_between(x, lower, upper, color=colour, alpha=0.30, linewidth=0)
    ax.plot(x, middle, color=colour, linewidth=1.4)
    if path is not None:
        ax.plot(x, paths[path], color=WITNESS, linewidth=0.8)
    if places is not None:
        level(ax, places, f"own places: {places:,.0f}", NAIVE, axis="y", at=0.02)
    over_time(ax, x)
