"""Show a drawing with sliders and lists: it is redrawn when one changes, and stays as a picture without a kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin._check import require
from twin.view.guard import told
from twin.view.output import Live, Picture, png

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Control(NamedTuple):
    """A slider with its start value, its bounds, and its label; bounds widen if the start value lies outside."""

    value: float
    low: float
    high: float
    label: str  # meaning and unit, as the reader sees them: "holding cost [$/pallet]"


class Choice(NamedTuple):
    """A list of options with the one chosen at the start, and its label."""

    value: str
    options: tuple[str, ...]
    label: str


def panel(
    draw: Callable[..., Figure], controls: Mapping[str, Control | Choice], words: str, *, live: bool = True
) -> Panel | Picture:
    """Return sliders and lists beside a drawing, or, with live=False, a picture of the drawing at the start values.

    Parameters
    ----------
    draw : callable
        Takes the values of the controls by name, and returns a figure; a ValueError is shown under its control.
    controls : dict of name -> Control or Choice
    words : str
        Description of the picture, for readers who cannot see it and for pages without a kernel.
    live : bool, optional
        False where no kernel will run, as in a batch job.
    """
    still = Picture(draw(**{name: control.value for name, control in controls.items()}), words)
    return Panel(draw, controls, still) if live else still


class Panel(Live):
    """Sliders and lists beside a picture, and the still picture for pages that cannot show widgets."""

    def __init__(self, draw: Callable[..., Figure], controls: Mapping[str, Control | Choice], still: Picture) -> None:
        import ipywidgets

        from twin.view.widgets import Dials, Shown

        self._draw, self._controls = draw, controls
        self.dials = Dials(
            fields=[_list(*each) if isinstance(each[1], Choice) else _field(*each) for each in controls.items()],
            values={name: _number(control) for name, control in controls.items()},
        )
        self.picture = Shown(png=still.png, words=still.words, width=still.width)
        box = ipywidgets.Box([self.dials, self.picture])
        box.add_class("twin-desk")
        self.dials.on_asked(self._on_message)
        super().__init__(box, still)

    def _on_message(self, message: dict[str, Any], _buffers: list[bytes]) -> None:
        """Redraw with the value that a slider was moved to, or the option that was chosen."""
        name = message.get("name", "")
        if message.get("do") != "turn" or name not in self.dials.values:
            return
        asked = {**self.dials.values, name: message.get("value", np.nan)}
        self.dials.said = {}  # an unchanged value would not be sent: so the same sentence appears again
        with told(lambda text: setattr(self.dials, "said", {name: text})):
            drawing = self._draw(**{key: self._meant(key, value) for key, value in asked.items()})
            self.picture.png = png(drawing, quick=True)
            self.dials.values = asked

    def _meant(self, name: str, value: float) -> float | str:
        """Return the value of a slider, or the option of a list, whose page sends its number."""
        control = self._controls[name]
        if not isinstance(control, Choice):
            return value
        numbers = range(len(control.options))
        require(value in numbers, name, "one of " + ", ".join(control.options), value)
        return control.options[int(value)]


def _number(control: Control | Choice) -> float:
    """Return the value of a control as `Dials` takes it; an option of a list is its number, from 0."""
    if isinstance(control, Choice):
        return float(control.options.index(control.value))
    return float(control.value)


def _list(name: str, choice: Choice) -> dict[str, Any]:
    """Return a choice as `Dials` takes it."""
    require(choice.value in choice.options, name, "one of " + ", ".join(choice.options), choice.value)
    label = {"name": name, "label": choice.label, "unit": "", "help": "", "group": ""}
    return label | {"low": 0.0, "high": len(choice.options) - 1.0, "step": 1.0, "choices": list(choice.options)}


def _field(name: str, control: Control) -> dict[str, Any]:
    """Return a control as `Dials` takes it, with a step that can reach the start value."""
    low, high = min(control.low, control.value), max(control.high, control.value)
    label, unit = re.fullmatch(r"(.*?)\s*(?:\[(.*)\])?", control.label).groups()
    step = 10.0 ** min(_exponent((high - low) / 100), _last_digit(control.value or high))
    coarse = 10.0 ** _exponent(high - low) / 100 if high > low else step  # computed bounds are rounded outwards
    bounds = {
        "low": float(f"{np.floor(low / coarse) * coarse:.9g}"),
        "high": float(f"{np.ceil(high / coarse) * coarse:.9g}"),
    }
    bounds["step"] = step
    return {"name": name, "label": label, "unit": (unit or "").removeprefix("-"), "help": label, "group": "", **bounds}


def _exponent(number: float) -> int:
    """Return the exponent of the power of ten at or below a positive number: 0.03 -> -2."""
    return int(f"{number:e}".split("e")[1])


def _last_digit(number: float) -> int:
    """Return the exponent of the last non-zero digit among the first three: 18.5 -> -1, 0.0025 -> -4."""
    return Decimal(f"{number:.3g}").normalize().as_tuple().exponent
