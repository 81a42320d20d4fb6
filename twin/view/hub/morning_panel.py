"""The morning panel of the hub: totals, and at most ten actions with buttons to accept, snooze and comment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from twin._check import require
from twin.data.text import visible
from twin.plan.actions import BLOCK_NAMES
from twin.plan.wording import written
from twin.view.guard import sentence, told
from twin.view.widgets import Forms
from twin.view.words import alert, table

if TYPE_CHECKING:
    from twin.plan.morning import Morning
    from twin.view.hub.session import Session

SNOOZED_DAYS = 7  # days for which an action is put off [day]
DECIDED_BY = {"accept": "accepted", "decline": "declined", "snooze": "snoozed", "change": "changed"}
_UNITS = {"demand": "pallet", "use": "-", "money": "$", "money_at_risk": "$"}
_ENDS = "This plan ends with the page: it belongs to no ledger."


class MorningPanel(Forms):
    """The panel as a widget; `on_lane` is called with the lane of an action that is clicked."""

    def __init__(self, session: Session, on_lane: Callable[[str], Any] = lambda lane: None) -> None:
        super().__init__()
        self.session, self.on_lane = session, on_lane
        self.show(session)
        self.on_asked(self._on_message)

    def show(self, session: Session) -> None:
        """Show the morning of a session; an error is told in place of it."""
        self.session = session
        with told(lambda text: setattr(self, "page", _radios() + alert(text))):
            note = "" if session.feed.source == "ledger" else f'<p class="twin-help">{_ENDS}</p>'
            self.page = page(session.morning()) + note

    def _on_message(self, message: dict[str, Any], _buffers: list[bytes]) -> None:
        done = str(message.get("do", ""))
        if done == "opened":
            return
        self.said = ""
        with told(lambda text: setattr(self, "said", alert(text))):
            lane = str(message.get("lane", ""))
            if done == "lane":
                self.on_lane(lane)
                return
            require(done in DECIDED_BY, "request", "one of those on the page", visible(done, 40))
            self._decide(lane, done, message)
            self.show(self.session)
            self.said = f"<p>{escape(sentence(f'{visible(lane, 60)}: {DECIDED_BY[done]}'))}</p>"

    def _decide(self, lane: str, done: str, message: Mapping[str, Any]) -> None:
        more = {name: str(message[name]) for name in ("places", "partner", "price", "comment") if message.get(name)}
        if done == "snooze":
            day = self.session.morning().attention.date.astype("datetime64[D]")
            more["until"] = str(message.get("until") or day + np.timedelta64(SNOOZED_DAYS, "D"))
        self.session.decide(lane, DECIDED_BY[done], **more)


def morning_panel(session: Session, on_lane: Callable[[str], Any] = lambda lane: None) -> MorningPanel:
    """Return the morning panel of a session."""
    return MorningPanel(session, on_lane)


def page(morning: Morning) -> str:
    """Return the page of totals and actions as HTML."""
    name = BLOCK_NAMES[morning.attention.period]
    return f'<div class="twin-morning">{_radios()}{_totals(morning, name)}{_actions(morning, name)}</div>'


def _radios() -> str:
    return '<div class="twin-radios"></div>'  # the answer to a button is shown behind it


def _totals(morning: Morning, name: str) -> str:
    heads = ("", f"demand [pallet/{name}]", "use of own places", f"profit [$/{name}]", f"at risk [$/{name}]")
    rows = []
    for site, row in morning.totals.iterrows():
        cells = [escape(visible(str(site), 40))]
        for column, unit in _UNITS.items():
            change = row.get(f"{column}_change", 0.0)
            moved = f" <small>{'+' if change > 0 else ''}{written(change, unit)}</small>" if change else ""
            cells.append(("–" if np.isnan(row[column]) else written(row[column], unit)) + moved)
        rows.append(cells)
    return table(f"After {morning.attention.date}; small: change on the {name} before", heads, rows)


def _actions(morning: Morning, name: str) -> str:
    rows = [_action(row) for row in morning.actions.to_dict(orient="records")]
    if not rows:
        return "<p>Nothing to do: no lane is expected to overflow or to lose money.</p>"
    heads = ("lane", f"$ a {name}", "why", "proposed", "decision")
    return table("", heads, rows, text=(2, 3, 4))


def _action(row: Mapping[str, Any]) -> list[str]:
    lane = row["lane"]
    shown = escape(visible(lane, 40))
    if row["state"]:
        done = f"<b>{escape(row['state'])}</b> {escape(visible(row['comment'], 60))}"
    else:
        done = "".join(_button(do, lane, word) for do, word in (("accept", "Accept"), ("snooze", "Snooze")))
        done += (
            f'<details><summary>Change</summary><form data-form="change"><input type="hidden" name="lane" '
            f'value="{escape(lane, quote=True)}">{_input("places", row["places"])}{_input("price", "")}'
            f'{_input("partner", "")}{_input("comment", "")}<button type="submit">Decide</button></form></details>'
        )
    link = _button("lane", lane, shown)
    return [link, written(row["money"], "$"), escape(row["reason"]), escape(row["decision"]), done]


def _button(do: str, lane: str, word: str) -> str:
    with_lane = escape(json.dumps({"lane": lane}), quote=True)
    return f'<button type="button" data-do="{do}" data-with="{with_lane}">{word}</button>'


def _input(name: str, value: Any) -> str:
    shown = f"{value:.10g}" if isinstance(value, float) else value
    return f'<label>{name} <input name="{name}" value="{escape(str(shown), quote=True)}" size="8"></label>'
