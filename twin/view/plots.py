"""Draw arrays on an Axes, with one function for each kind of drawing; each role keeps its colour in every picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from twin.view.theme import ACCENT, BETTER, LANES, MUTED, NAIVE, WITNESS  # noqa: F401 - notebooks use them from here

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

Offset = tuple[float, float]  # horizontal and vertical distance of a text from its point [points of type]


def figure(columns: int = 1, *, width: float = 7.2, height: float = 3.2) -> tuple[Figure, Any]:
    """Return a figure and its axes side by side: one Axes, or an array of them. Sizes in inches."""
    drawing = Figure(figsize=(width, height))
    return drawing, drawing.subplots(1, columns)


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
    ax: Axes, names: Sequence[str], values: Sequence[float] | NDArray, colours: str | Sequence[str], *, unit: str = ""
) -> None:
    """Draw a horizontal bar for each name, with the value at its end."""
    place = np.arange(len(names))[::-1]
    ax.barh(place, values, color=colours, height=0.6)
    ax.set_yticks(place, names)
    ax.grid(False, axis="y")
    reach = max(np.max(values), 0) - min(np.min(values), 0)
    for y, value in zip(place, values, strict=True):
        sign = 1 if value >= 0 else -1
        side = "left" if sign > 0 else "right"
        number = f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
        ax.text(value + sign * 0.02 * reach, y, f"{number.replace('-', '−')}{unit}", va="center", ha=side)
    ax.margins(x=0.18)
