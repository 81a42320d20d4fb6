"""Build the choice of a scenario as HTML: a form that puts one of the plan in view, and the bar that says which."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from twin.data.text import visible
from twin.view.hub.action_comments import button

if TYPE_CHECKING:
    from twin.view.hub.session import Session


def scenario_choice(session: Session) -> str:
    """Return the form, and a sentence on the scenario in view; "" if the plan has no scenario."""
    names = session.scenarios()
    if not names:
        return ""
    choices = {"": "as planned", **{name: visible(name, 60) for name in names}}
    options = "".join(
        f'<option value="{escape(name, quote=True)}"{" selected" * (name == session.scenario)}>{escape(shown)}</option>'
        for name, shown in choices.items()
    )
    form = (
        '<form data-form="scenario" id="twin-scenario"><div class="twin-row"><label>Scenario '
        f'<select name="scenario">{options}</select></label><button type="submit">Show</button></div></form>'
    )
    return form + _meaning(session)


def in_view(session: Session) -> str:
    """Return the bar that names the scenario in view and leaves it, wherever the page is scrolled; "" for none."""
    if not session.scenario:
        return ""
    said = f"<p>Scenario in view: <b>{escape(visible(session.scenario, 60))}</b></p>"
    leave = button("scenario", {"scenario": ""}, "Leave the scenario")
    return f'<section class="twin-in-view" aria-label="Scenario in view">{said}{leave}</section>'


def _meaning(session):
    if not session.scenario:
        return ""
    name = escape(visible(session.scenario, 60))
    rest = "What you keep or set changes the plan itself, and no visit is counted."
    return f'<p class="twin-note">All numbers of this page are those of the scenario <b>{name}</b>. {rest}</p>'
