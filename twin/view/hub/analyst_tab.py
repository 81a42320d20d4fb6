"""The analyst tab: a question about the lane; the offline analyst finds numbers by the words of their names."""

import re
from html import escape

from twin import scenario
from twin.data.text import visible
from twin.quantities import rest_of
from twin.view.hub.words import alert, figure, table

OFFLINE = "The analyst is offline: it looks up the lane's own numbers by their names, and makes up none."


def page(session, numbers, question=""):
    """Return the tab as HTML, with the answer to a question where there is one."""
    box = (
        '<form data-form="ask"><label for="twin-question">Your question about this lane</label>'
        f'<div class="twin-row"><input id="twin-question" name="question" value="{escape(question, quote=True)}" '
        f'placeholder="how much overflow is expected?" maxlength="500"><button type="submit">Ask</button></div></form>'
        f"<p>{OFFLINE}</p>"
    )
    if not question.strip():
        return box
    found = lookup(question, numbers)
    if not found:
        names = ", ".join(name.replace("_", " ") for name in numbers)
        return box + alert(f"No number of this lane is named by these words. It knows: {names}.")
    period = session.feed.period
    rows = [
        [name.replace("_", " "), figure(name, numbers[name], unit), escape(rest_of(unit, period))]
        for name, unit in ((name, scenario.UNITS[name]) for name in found)
    ]
    return box + table(f"{visible(session.lane)}, as it stands", ("", "value", ""), rows, text=(2,))


def lookup(question, names):
    """Return the names that share most words with the question; none where no word is shared.

    >>> lookup("How large is the safety stock?", ["safety_stock", "profit"])
    ['safety_stock']
    """
    asked = set(re.findall(r"[a-z]+", question.lower()))
    shared = {name: len(asked & set(name.split("_"))) for name in names}
    most = max(shared.values(), default=0)
    return [name for name, count in shared.items() if count == most > 0]
