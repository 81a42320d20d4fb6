"""Sliders for a drawing: redraw on release, say what went wrong in a sentence, and a still picture without a kernel."""

from decimal import Decimal
from html import escape
from typing import NamedTuple

from twin.view.output import Picture, png


class Control(NamedTuple):
    """One slider: its start value is the notebook's own parameter, and its bounds make room for it."""

    value: float
    low: float
    high: float
    label: str  # meaning and unit, as the reader sees it


def panel(draw, controls, words, *, live=True):
    """Return what to display: sliders beside the drawing, or with live=False the drawing of the start values alone.

    Parameters
    ----------
    draw : callable
        Takes the controls by name, returns a figure; a ValueError becomes a sentence under the sliders.
    controls : dict of name -> Control
    words : str
        What the picture shows, for those who cannot see it and for pages without a kernel.
    live : bool, optional
    """
    still = Picture(draw(**{name: control.value for name, control in controls.items()}), words)
    return Panel(draw, controls, still) if live else still


class Panel:
    """Sliders beside a picture; carries the still picture for places that show no widgets."""

    def __init__(self, draw, controls, still):
        import ipywidgets as widgets

        self._draw, self._still = draw, still
        self.sliders = {name: _slider(control) for name, control in controls.items()}
        self.picture = widgets.Image(value=still.png, format="png", width=still.width, layout={"max_width": "100%"})
        self.message = widgets.HTML()
        column = widgets.VBox(
            [*self.sliders.values(), self.message], layout={"flex": "1 1 260px", "max_width": "340px"}
        )
        frame = widgets.Box([self.picture], layout={"flex": "1 1 420px", "min_width": "0"})
        self.box = widgets.Box([column, frame], layout={"display": "flex", "flex_flow": "row wrap", "grid_gap": "16px"})
        for slider in self.sliders.values():
            slider.observe(self._redraw, "value")

    def _redraw(self, _change):
        try:
            self.picture.value = png(self._draw(**{name: slider.value for name, slider in self.sliders.items()}))
            self.message.value = ""
        except ValueError as error:
            self.message.value = f'<p role="alert" style="color: #B00020">{escape(str(error))}</p>'

    def _repr_mimebundle_(self, **kwargs):
        still, metadata = self._still._repr_mimebundle_()
        live = self.box._repr_mimebundle_(**kwargs)
        live = live[0] if isinstance(live, tuple) else live
        return {**live, **still}, metadata


def _slider(control):
    import ipywidgets as widgets

    low, high = min(control.low, control.value), max(control.high, control.value)
    digit = min(_exponent((high - low) / 100), _last_digit(control.value or high))
    return widgets.FloatSlider(
        value=control.value,
        min=low,
        max=high,
        step=10.0**digit,
        description=control.label,
        continuous_update=False,
        readout_format=f".{max(0, -digit)}f",
        style={"description_width": "170px"},
        layout={"width": "100%"},
    )


def _exponent(number):
    """The power of ten at or below a positive number: 0.03 -> -2."""
    return int(f"{number:e}".split("e")[1])


def _last_digit(number):
    """The power of ten of the last of its first three digits that is not zero: 18.5 -> -1, 0.0025 -> -4."""
    return Decimal(f"{number:.3g}").normalize().as_tuple().exponent
