"""Drawing: arrays on an Axes, one function a kind of picture. Every role has one colour throughout the project."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from twin.view.theme import ACCENT, BETTER, LANES, MUTED, NAIVE, WITNESS  # noqa: F401 - also for whoever draws


def figure(columns=1, *, width=7.2, height=3.2):
    """Return a figure and its axes, side by side: one Axes, or an array of them."""
    drawing = Figure(figsize=(width, height))
    return drawing, drawing.subplots(1, columns)


def frame(ax, title, x_label, y_label, *, percent=""):
    """Title and label an Axes; `percent` names the axes ("x", "y" or "xy") whose shares read as per cent."""
    ax.set(title=title, xlabel=x_label, ylabel=y_label)
    for axis in percent:
        getattr(ax, f"{axis}axis").set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))


def line(ax, x, y, text="", colour=BETTER, *, at=-1, offset=(4, 0), style="-"):
    """Draw y over x and write its name beside the point number `at`, rather than in a legend."""
    ax.plot(x, y, style, color=colour)
    label(ax, x[at], y[at], text, colour, offset)


def label(ax, x, y, text, colour=WITNESS, offset=(5, 5)):
    """Write words beside a point; the offset, in points, says on which side."""
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


def point(ax, x, y, text="", colour=BETTER, *, offset=(6, 6), marker="o"):
    """Mark one point and say what it is."""
    ax.plot([x], [y], marker, color=colour, markeredgecolor="white", markersize=7, zorder=5)
    label(ax, x, y, text, colour, offset)


def witnesses(ax, x, values, errors):
    """Draw simulated values with bars of four standard errors, black on whatever they bear witness to."""
    ax.errorbar(x, values, 4 * np.asarray(errors), fmt="o", color=WITNESS, markersize=3.5, elinewidth=1, zorder=4)


def span(ax, low, high):
    """Shade a stretch of the horizontal axis."""
    ax.axvspan(low, high, color=MUTED, alpha=0.10, linewidth=0)


def level(ax, value, text, colour=MUTED, *, axis="x", at=0.97, side="right"):
    """Draw a thin dashed line across the Axes at one value of an axis, and name it."""
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


def histogram(ax, values, colour=MUTED, *, bins=40, split=None, tail_colour=NAIVE):
    """Draw how often values occur, as a density; from `split` on in another colour."""
    values = np.asarray(values, float)
    edges = np.histogram_bin_edges(values, bins)
    if split is not None:  # make it an edge, so that no bar stands for both sides
        width = edges[1] - edges[0]
        below, above = np.ceil((split - edges[0]) / width), np.ceil((edges[-1] - split) / width)
        edges = split + width * np.arange(-max(below, 1), max(above, 1) + 1)
    heights, edges = np.histogram(values, bins=edges, density=True)
    tail = np.zeros(len(heights), bool) if split is None else edges[:-1] > split - 1e-9 * width
    ax.stairs(np.where(tail, 0, heights), edges, fill=True, color=colour, alpha=0.35)
    ax.stairs(np.where(tail, heights, 0), edges, fill=True, color=tail_colour, alpha=0.6)


def heat(ax, x, y, z, bar_label):
    """Draw z over x and y as a heat map with a few contour lines and a labelled colour bar."""
    mesh = ax.pcolormesh(x, y, z, cmap="cividis", shading="nearest", rasterized=True)
    contours = ax.contour(x, y, z, levels=6, colors="white", linewidths=0.6, alpha=0.6)
    ax.clabel(contours, fontsize=7, fmt="{:,.0f}".format)
    ax.grid(False)
    ax.figure.colorbar(mesh, ax=ax, label=bar_label, pad=0.02).outline.set_visible(False)


def bars(ax, names, values, colours, *, unit=""):
    """Draw one horizontal bar a name, its value written at the end."""
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
