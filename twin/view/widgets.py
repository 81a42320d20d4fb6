"""The widgets of panels and the hub: what they hold in Python; how they look is in `front`."""

import re
from pathlib import Path

import anywidget
import traitlets

from twin.view import theme

FRONT = Path(__file__).parent / "front"
_STYLE = theme.css() + (FRONT / "front.css").read_text(encoding="utf-8")


def _script(name):
    """The script of a widget as one module: a widget cannot import from beside itself."""
    shared, own = ((FRONT / f"{part}.js").read_text(encoding="utf-8") for part in ("element", name))
    return shared.replace("export function", "function") + re.sub(r"^import .*\n", "", own, flags=re.M)


class Asking(anywidget.AnyWidget):
    """A widget that sends messages; `answered` is the number of the last one that is done with."""

    answered = traitlets.Int().tag(sync=True)

    def on_asked(self, answer):
        """Call answer(message, buffers) for each message."""

        def on_message(_widget, message, buffers):
            try:
                answer(message, buffers)
            finally:
                self.answered = int(message.get("serial", self.answered + 1))

        self.on_msg(on_message)


class Dials(Asking):
    """Controls with a slider and a number each.

    fields : list of dicts: name, label, unit, help, low, high, step, group; unit "%" shows shares as per cent, unit
        "yes" makes a switch of 0 and 1.
    subject, values : what they are of, and name -> number. A turned control comes as a message {"do": "turn",
        "subject": ..., "name": ..., "value": ...}.
    said : name -> sentence on what is wrong with it, "" for the form as a whole.
    presets : names of presets; messages {"do": "preset", "name": ...} and {"do": "reset"} ask for them, with a subject.
    """

    _esm, _css = _script("dials"), _STYLE
    fields = traitlets.List().tag(sync=True)
    subject = traitlets.Unicode().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    disabled = traitlets.List().tag(sync=True)
    presets = traitlets.List().tag(sync=True)


class NetworkTable(anywidget.AnyWidget):
    """A table of lanes that can be sorted, searched and picked from.

    columns : list of dicts: name, label, kind ("text", "number", "share", "status" or "spark"), digits, help.
    table : name of a column -> list of values; `sparks` : a byte a lane and period, 0 to 254, 255 where missing.
    row : name of a column -> value, of one lane that has changed since.
    thresholds : {"strain", "under_used"}: use of own capacity. [-]
    """

    _esm, _css = _script("network_table"), _STYLE
    columns = traitlets.List().tag(sync=True)
    table = traitlets.Dict().tag(sync=True)
    sparks = traitlets.Bytes().tag(sync=True)
    picked = traitlets.Unicode().tag(sync=True)
    row = traitlets.Dict().tag(sync=True)
    thresholds = traitlets.Dict().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)


class Sheet(Asking):
    """Tabs over a page of HTML with pictures; what is pressed or asked in it comes as a message {"do": ...}.

    tabs, tools : lists of (name, label); `active` is the tab, `page` its HTML. history, costs, profits, losses,
        savings, leaving : the pictures on it, as PNG; each is sent alone when it changes.
    query : the state as a query string, which becomes the page's address; the message {"do": "shown", "query": ...} has
        the one that the page was opened with.
    subject : what the page is of; messages name it.
    live : HTML of the part [data-live] of the page, while it grows.
    """

    _esm, _css = _script("sheet"), _STYLE
    tabs = traitlets.List().tag(sync=True)
    tools = traitlets.List().tag(sync=True)
    active = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    page = traitlets.Unicode().tag(sync=True)
    live = traitlets.Unicode().tag(sync=True)
    history = traitlets.Bytes().tag(sync=True)
    costs = traitlets.Bytes().tag(sync=True)
    profits = traitlets.Bytes().tag(sync=True)
    losses = traitlets.Bytes().tag(sync=True)
    savings = traitlets.Bytes().tag(sync=True)
    leaving = traitlets.Bytes().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    query = traitlets.Unicode().tag(sync=True)
    subject = traitlets.Unicode().tag(sync=True)


class Forms(Asking):
    """Forms on a page of HTML: each is sent as a message {"do": its name, ...}, files in pieces.

    said : HTML of the answer; `question` : {"text", "yes", "message"} to be confirmed before the message is sent.
    """

    _esm, _css = _script("forms"), _STYLE
    page = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    question = traitlets.Dict().tag(sync=True)


class Shown(anywidget.AnyWidget):
    """A picture, with words for those who cannot see it."""

    _esm, _css = _script("shown"), _STYLE
    png = traitlets.Bytes().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
