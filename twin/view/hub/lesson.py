"""The lesson text of the hub, whose sentences and pictures follow the lane in view and its controls."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from html import escape
from string import Formatter
from typing import TYPE_CHECKING, Any

from twin.data.text import visible
from twin.plan.quantities import UNIT_OF
from twin.plan.unit_names import named_units
from twin.plan.wording import quantity
from twin.view.guard import told
from twin.view.output import Live, Picture, Words, png, show
from twin.view.widgets import Told
from twin.view.words import alert

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from twin.view.hub.hub import Hub
    from twin.view.hub.session import Session

Sentence = str | Callable[["Session"], str]


class Lesson:
    """The parts of the lesson that are about the lane in view.

    hub : the hub whose lane is in view. live : whether parts are widgets, which follow the lane.
    """

    def __init__(self, hub: Hub, *, live: bool = True) -> None:
        self._hub, self._live = hub, live

    def say(self, *sentences: Sentence) -> Live | Words:
        """Return sentences to display, a line each.

        A sentence is a text with names of numbers in braces, such as "{lane} earns {profit}": each is written with its
        unit, or as a format says, as in {profit:.0f}. Or it is a function of the session that returns the sentence.
        """
        text = self._text(sentences)
        still = Words(_paragraphs(text), text)
        return self._followed(still, lambda: _paragraphs(self._text(sentences)), still.html)

    def draw(self, drawing: Callable[[Session], Figure], name: str, words: str, out_dir: str = "") -> Live | Picture:
        """Return a picture to display; `name`, `words` and `out_dir` as in `output.show`.

        A page gets it when a reader sees it: a page opens on its panels, and a picture is as large as all of them.

        drawing : function of the session that returns the figure.
        """
        still = show(drawing(self._hub.session), name, words, out_dir)

        def drawn() -> str:
            return _picture(png(drawing(self._hub.session), quick=True), words, self._hub.session.lane)

        return self._followed(still, drawn)

    def _followed(self, still, anew, html=""):
        """Return a widget that is written when a reader sees it, and anew if lane, controls or flows have changed.

        html : as it is written now; without it, the widget is empty until then.
        """
        if not self._live:
            return still
        widget, shown = Told(html=html), [self._state() if html else None]

        def on_asked(_message: dict[str, Any], _buffers: list[bytes]) -> None:
            state = self._state()
            if state != shown[0]:
                with told(lambda text: setattr(widget, "html", alert(text))):
                    widget.html = anew()
                shown[0] = state

        widget.on_asked(on_asked)
        return Live(widget, still, "told")

    def _state(self):
        session = self._hub.session
        return session.lane, session.values, session.units, session.feed

    def _text(self, sentences):
        session = self._hub.session
        with named_units(session.units):
            numbers = _numbers(session)
            lines = [one(session) if callable(one) else Formatter().vformat(one, (), numbers) for one in sentences]
        return "\n".join(lines)


class _Number:
    """A number that is written with its unit, or as a format says."""

    def __init__(self, value: Any, unit: str, period: str | float) -> None:
        self.value, self.unit, self.period = value, unit, period

    def __format__(self, how: str) -> str:
        return format(self.value, how) if how else quantity(self.value, self.unit, self.period)


def _numbers(session: Session) -> Mapping[str, Any]:
    """Return every number of the lane in view by name, and its name as "lane"."""
    row = session.network([session.lane]).iloc[0].to_dict() | session.numbers()
    period = session.feed.calendar.length
    found = {name: _Number(value, UNIT_OF[name], period) for name, value in row.items() if name in UNIT_OF}
    return {**found, "lane": visible(session.lane, 60)}


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())


def _picture(content: bytes, words: str, lane: str) -> str:
    source = base64.b64encode(content).decode()
    about = escape(f"{visible(lane, 60)}: {words}", quote=True)
    return f'<figure class="twin-picture"><img src="data:image/png;base64,{source}" alt="{about}"></figure>'
