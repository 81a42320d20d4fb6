"""Widgets of the panels and the hub: their state in Python; `front` holds their scripts and styles."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from twin.view import theme
from twin.view.messages import as_sent

FRONT = Path(__file__).parent / "front"
_STYLE = theme.css() + (FRONT / "front.css").read_text(encoding="utf-8")


def _script(name: str, *shared: str) -> str:
    """Return the script of a widget with element.js and other shared scripts inside; a widget cannot import files."""
    *before, own = ((FRONT / f"{part}.js").read_text(encoding="utf-8") for part in ("element", *shared, name))
    functions = "".join(before).replace("export function", "function")
    return re.sub(r"^import .*\n", "", functions + own, flags=re.M)


class Asking(anywidget.AnyWidget):
    """A widget whose page sends numbered messages; `answered` is the number of the last one that was handled."""

    answered = traitlets.Int().tag(sync=True)

    def on_asked(self, answer: Callable[[dict[str, Any], list[bytes]], Any]) -> None:
        """Register a callback: answer(message, buffers) is called for each message of the page, by `as_sent`."""

        def on_message(_widget: Any, message: Any, buffers: list[bytes]) -> None:
            message = as_sent(message)
            serial = message.get("serial", self.answered + 1)
            try:
                answer(message, buffers)
            finally:
                self.answered = serial if isinstance(serial, int) else self.answered + 1

        self.on_msg(on_message)


class Dials(Asking):
    """A form of controls, each with a slider and a number field.

    fields : list of dicts with name, label, unit, help, low, high, step and group of a control; unit "%" shows shares
        as percentages, unit "yes" makes a checkbox for 0 and 1. A list "choices" makes a drop-down list of these words,
        whose value is the number of a word, from 0.
    subject : name of the lane that the controls belong to; every message contains it.
    values : name of a control -> number. A change arrives as a message {"do": "turn", "name": ..., "value": ...}.
    said : name of a control -> error sentence; the name "" stands for the whole form.
    disabled : names of the controls that cannot be changed now.
    presets : names of presets; the messages {"do": "preset", "name": ...} and {"do": "reset"} ask for one.
    """

    _esm, _css = _script("dials"), _STYLE
    fields = traitlets.List().tag(sync=True)
    subject = traitlets.Unicode().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    disabled = traitlets.List().tag(sync=True)
    presets = traitlets.List().tag(sync=True)


class NetworkTable(Asking):
    """A table of lanes that a planner can sort, search, group, export and pick from.

    columns : list of dicts with name, label, kind ("text", "number", "share", "status" or "spark"), digits, help, and
        hidden if the column is not shown at first; columns of texts and statuses can group the lanes.
    table : name of a column -> list of values.
    sparks : sparklines as one byte per lane and period, from 0 to 254; 255 is a missing value.
    picked : name of the lane that is picked.
    row : name of a column -> new value, for one lane that has changed.
    thresholds : use with buffer above ("strain") and below ("under_used") which the status changes. [-]
    units : names of the unit of goods ("goods") and of the currency ("currency") in all labels.
    settable : fields of the plan that can be set for all lanes shown, with name, label, help and words to choose from;
        the page asks by {"do": "set", "field": ..., "text": ..., "lanes": [...]}.
    said, noted : error sentence, and sentence on what was done.
    """

    _esm, _css = _script("network_table"), _STYLE
    settable = traitlets.List().tag(sync=True)
    noted = traitlets.Unicode().tag(sync=True)
    columns = traitlets.List().tag(sync=True)
    table = traitlets.Dict().tag(sync=True)
    sparks = traitlets.Bytes().tag(sync=True)
    picked = traitlets.Unicode().tag(sync=True)
    row = traitlets.Dict().tag(sync=True)
    thresholds = traitlets.Dict().tag(sync=True)
    units = traitlets.Dict().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)


class Sheet(Asking):
    """Tabs over a page of HTML with pictures; buttons and forms on it send messages {"do": ...}.

    tabs, tools : lists of (name, label) of the tabs and of the buttons beside the title.
    active, page : name of the open tab, and its HTML.
    history, costs, profits, losses, space_ahead, money_ahead, savings, leaving : pictures as PNG; only a changed
        picture is sent.
    charts : name of a picture -> its numbers (`view.charts.Chart`), where the page draws it itself.
    title, status, said, noted : heading, line below it, error sentence, and sentence on what was done.
    assumed : what was assumed, as one sentence each; readers unfold them.
    query : state as a query string, which the page copies into its address; when it opens, the page sends its own
        query string as {"do": "shown", "query": ...}.
    subject : name of the lane that the page is about; every message contains it.
    live : HTML of the element [data-live] on the page, sent while an answer arrives.
    """

    _esm, _css = _script("sheet", "chart"), _STYLE
    tabs = traitlets.List().tag(sync=True)
    tools = traitlets.List().tag(sync=True)
    active = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    page = traitlets.Unicode().tag(sync=True)
    live = traitlets.Unicode().tag(sync=True)
    charts = traitlets.Dict().tag(sync=True)
    history = traitlets.Bytes().tag(sync=True)
    costs = traitlets.Bytes().tag(sync=True)
    profits = traitlets.Bytes().tag(sync=True)
    losses = traitlets.Bytes().tag(sync=True)
    space_ahead = traitlets.Bytes().tag(sync=True)
    money_ahead = traitlets.Bytes().tag(sync=True)
    savings = traitlets.Bytes().tag(sync=True)
    leaving = traitlets.Bytes().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    noted = traitlets.Unicode().tag(sync=True)
    assumed = traitlets.List().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    query = traitlets.Unicode().tag(sync=True)
    subject = traitlets.Unicode().tag(sync=True)


class Forms(Asking):
    """Forms on a page of HTML; each sends a message {"do": name of the form, ...}, and files in pieces.

    page : HTML of the forms.
    said : HTML of the answer to the last form.
    question : {"text", "yes", "message"} of a dialog; the message is sent if the planner confirms.
    """

    _esm, _css = _script("forms"), _STYLE
    page = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    question = traitlets.Dict().tag(sync=True)


class Told(Asking):
    """A part of a text as HTML; when it comes into view, the page asks for it anew by {"do": "seen"}.

    It stands beside a hub, whose widgets bring the style.
    """

    _esm = _script("told")
    html = traitlets.Unicode().tag(sync=True)


class Shown(anywidget.AnyWidget):
    """A picture as PNG, with a description in words for readers who cannot see it, and a width. [pixel]"""

    _esm, _css = _script("shown"), _STYLE
    png = traitlets.Bytes().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
