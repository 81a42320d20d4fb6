"""Comments on actions: notes of the plan that name a lane or a site and the kind of its action, without a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twin._check import require
from twin.data.text import time_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.data.ledger.plan_history import Revision
    from twin.plan.capacity_plan import CapacityPlan

Subject = tuple[str, str]  # lane or site of an action, and its kind


class CommentEvent(NamedTuple):
    """A comment that was written (before is None), changed, or removed (after is None).

    name : of the note in the plan. at : time in UTC, in words. change : id of the change, which can be undone if it is
    the last one of this comment.
    """

    name: str
    author: str
    at: str
    before: str | None
    after: str | None
    change: int
    last: bool


def comment_on(plan: CapacityPlan, lane: str, action: str, text: str) -> str:
    """Write a comment on the action of a lane or of a site to the plan, and return the name of the note."""
    require(bool(text.strip()), "comment", "a text", "none")
    return plan.add("note", **{"site" if action == "handling" else "lane": lane}, action=action, text=text.strip())


def comment_events(plan: CapacityPlan) -> dict[Subject, list[CommentEvent]]:
    """Return what happened to the comments on each action, the latest first.

    >>> from twin.plan.capacity_plan import CapacityPlan
    >>> plan = CapacityPlan(author="eva")
    >>> name = comment_on(plan, "BER-MUC", "overflow", "The fair moves to week 12.")
    >>> made = plan.undo(1)
    >>> [(one.author, one.after, one.last) for one in comment_events(plan)["BER-MUC", "overflow"]]
    [('eva', None, True), ('eva', 'The fair moves to week 12.', False)]
    """
    of_note: dict[str, list[Revision]] = {}
    for revision in plan.history("note"):  # the latest first
        of_note.setdefault(revision.entry, []).append(revision)
    found: dict[Subject, list[CommentEvent]] = {}
    for name, revisions in of_note.items():
        known = {one.field: one.after for one in reversed(revisions) if one.after is not None}
        texts = [one for one in revisions if one.field == "text"]
        if "action" not in known or not texts:
            continue
        events = found.setdefault((known.get("lane") or known.get("site", ""), known["action"]), [])
        events += [
            CommentEvent(name, one.author, time_told(one.changed_at), one.before, one.after, one.change, not place)
            for place, one in enumerate(texts)
        ]
    return {subject: sorted(events, key=lambda one: -one.change) for subject, events in found.items()}


def present(events: Sequence[CommentEvent]) -> list[CommentEvent]:
    """Return the comments that hold, the latest first, each by the event that wrote its present text."""
    return [one for one in events if one.last and one.after is not None]
