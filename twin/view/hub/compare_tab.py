"""Build the what-if tab: the kept values A of a lane, the current values B, and their differences."""

from collections.abc import Mapping
from html import escape

from twin._choices import word_of
from twin.data.text import visible
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import rest_of, unit_in, written
from twin.view.hub.controls import OPTIMUM
from twin.view.hub.session import Session
from twin.view.words import figure, listed, table

#: Answers in the comparison.
COMPARED_ANSWERS = """
service_level safety_stock required_capacity fill_rate expected_overflow overflow_probability dependency
resilience_index expected_warehousing_cost expected_outsourcing_cost optimal_own_capacity capacity_gives_away
buffer_cost lane_profit profit value_at_risk conditional_value_at_risk""".split()
PIN_BUTTON = '<button type="button" data-do="pin">Keep these values as A</button>'
FORGET = '<button type="button" data-do="unpin">Forget A</button>'


def page(session: Session, numbers: Mapping[str, float]) -> str:
    """Return the tab as HTML."""
    kept = session.pinned
    if kept is None:
        return (
            "<p>Keep the lane's current values as A, then change the controls. B always follows the controls, and this "
            f"tab lists every difference from A.</p><p>{PIN_BUTTON}</p>"
        )
    period, rows = session.feed.period, []
    for name in COMPARED_ANSWERS:
        unit, before, now = UNIT_OF[name], kept["numbers"][name], numbers[name]
        kept_figure = f'<span data-kept="{name}" data-value="{before!r}">{written(before, unit)}</span>'
        words = name.replace("_", " "), kept_figure, figure(name, now, unit), difference(before, now, unit)
        rows.append([*words, escape(rest_of(unit, period))])
    heads = ("", f"A: {visible(kept['lane'], 20)}", f"B: {visible(session.lane, 20)}", "B − A", "")
    return "".join((_turned(kept, session), table("A and B", heads, rows, text=(4,)), f"<p>{PIN_BUTTON} {FORGET}</p>"))


def difference(before: float, now: float, unit: str) -> str:
    """Return the change of a number in words, with a sign, so that readers do not depend on colour.

    >>> difference(0.95, 0.9, "-"), difference(100.0, 100.0, "pallet")
    ('−5.0 points', 'no change')
    """
    if unit == "-":
        points = 100 * (now - before)
        return "no change" if abs(points) < 0.05 else f"{'+' if points > 0 else '−'}{abs(points):.1f} points"
    text = written(now - before, unit)
    if not any(digit in text for digit in "123456789"):
        return "no change"
    return text if text.startswith("−") else f"+{text}"


def _turned(kept, session):
    """Return a list of the controls that differ between A and B, as HTML."""
    before, now, said = kept["values"], session.values, []
    if kept["lane"] != session.lane:
        said.append(f"lane: {visible(kept['lane'])} in A, {visible(session.lane)} in B")
    for field in session.fields:
        a, b, unit = before[field.name], now[field.name], unit_in(field.unit, session.feed.period)
        if a != b and field.choices:
            said.append(f"{field.label}: {word_of(a, unit)} in A, {word_of(b, unit)} in B")
        elif a != b:
            said.append(f"{field.label}: {a:.6g} in A, {b:.6g} in B{'' if unit == '-' else f' [{unit}]'}")
    if before[OPTIMUM] != now[OPTIMUM]:
        said.append(f"newsvendor optimum: only in {'B' if now[OPTIMUM] else 'A'}")
    return f"<p>What differs between A and B:</p>{listed(said)}" if said else "<p>A and B are the same so far.</p>"
