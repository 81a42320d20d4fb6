"""Sliders for a drawing: redraw on release, say what went wrong in a sentence, and a still picture without a kernel."""

import re
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from twin.view.guard import told
from twin.view.output import Live, Picture, png


class Control(NamedTuple):
    """One slider: its start value is the notebook's own parameter, and its bounds make room for it."""

    value: float
    low: float
    high: float
    label: str  # meaning and unit, as the reader sees it: "holding cost [$/pallet]"


def panel(draw, controls, words, *, live=True):
    """Return what to display: sliders beside the drawing, or with live=False the drawing of the start values alone.

    Parameters
    ----------
    draw : callable
        Takes the controls by name, returns a figure; a ValueError becomes a sentence under its slider.
    controls : dict of name -> Control
    words : str
        What the picture shows, for those who cannot see it and for pages without a kernel.
    live : bool, optional
    """
    still = Picture(draw(**{name: control.value for name, control in controls.items()}), words)
    return Panel(draw, controls, still) if live else still


class Panel(Live):
    """Sliders beside a picture; carries the still picture for places that show no widgets."""

    def __init__(self, draw, controls, still):
        import ipywidgets

        from twin.view.widgets import Dials, Shown

        self._draw = draw
        self.dials = Dials(
            fields=[_field(name, control) for name, control in controls.items()],
            values={name: float(control.value) for name, control in controls.items()},
        )
        self.picture = Shown(png=still.png, words=still.words, width=still.width)
        box = ipywidgets.Box([self.dials, self.picture])
        box.add_class("twin-desk")
        self.dials.on_asked(self._on_message)
        super().__init__(box, still)

    def _on_message(self, message, _buffers):
        if message.get("do") != "turn":
            return
        name = message["name"]
        asked = {**self.dials.values, name: message["value"]}
        self.dials.said = {}  # also the same sentence is said again
        with told(lambda text: setattr(self.dials, "said", {name: text})):
            self.picture.png = png(self._draw(**asked))
            self.dials.values = asked


def _field(name, control):
    """The control as `Dials` takes it; its step can show and reach the start value."""
    low, high = min(control.low, control.value), max(control.high, control.value)
    label, unit = re.fullmatch(r"(.*?)\s*(?:\[(.*)\])?", control.label).groups()
    step = 10.0 ** min(_exponent((high - low) / 100), _last_digit(control.value or high))
    coarse = (
        10.0 ** _exponent(high - low) / 100 if high > low else step
    )  # bounds that were computed are rounded outwards
    bounds = {
        "low": float(f"{np.floor(low / coarse) * coarse:.9g}"),
        "high": float(f"{np.ceil(high / coarse) * coarse:.9g}"),
    }
    bounds["step"] = step
    return {"name": name, "label": label, "unit": (unit or "").removeprefix("-"), "help": label, "group": "", **bounds}


def _exponent(number):
    """The power of ten at or below a positive number: 0.03 -> -2."""
    return int(f"{number:e}".split("e")[1])


def _last_digit(number):
    """The power of ten of the last of its first three digits that is not zero: 18.5 -> -1, 0.0025 -> -4."""
    return Decimal(f"{number:.3g}").normalize().as_tuple().exponent
