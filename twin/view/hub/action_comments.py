"""Build the comments on an action as HTML: those that hold, the form that writes another one, and their history."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from twin.data.text import visible
from twin.plan.comments import present

if TYPE_CHECKING:
    from twin.plan.comments import CommentEvent

LONGEST_COMMENT = 2000  # [character]


def talk(lane: str, kind: str, events: Sequence[CommentEvent]) -> str:
    """Return the folded comments on the action of a lane or of a site, given their events, the latest first."""
    name, here = id_of(lane, kind), present(events)
    word = f"Comments: {len(here)}" if here else "Comment"
    items = "".join(
        f"<li><b>{escape(visible(one.author, 40))}</b> {one.at}: {escape(visible(one.after or '', LONGEST_COMMENT))} "
        f"{_undo(lane, one, 'Remove' if one.before is None else 'Undo')}</li>"
        for one in here
    )
    form = (
        f"{hidden(lane, kind)}{f'<ul>{items}</ul>' if items else ''}"
        '<div class="twin-row"><label>comment <input type="text" name="comment" autocomplete="off" '
        f'maxlength="{LONGEST_COMMENT}" data-once></label></div>'
        f'<div class="twin-row"><button type="submit">Write the comment</button></div>{_past(lane, name, events)}'
    )
    label = escape(f"{word} on {visible(lane, 40)}, {kind}", quote=True)
    return (
        f'<details class="twin-change" name="twin-change" id="{name}-talk"><summary aria-label="{label}">{word}'
        f'</summary><form data-form="comment" id="{name}-comment">{form}</form></details>'
    )


def _past(lane: str, name: str, events: Sequence[CommentEvent]) -> str:
    """Return the history of the comments, folded; "" without one. The removal of a comment can be undone."""
    items = "".join(
        f"<li>{one.at}, {escape(visible(one.author, 40))}: {escape(_happened(one))} "
        f"{_undo(lane, one, 'Undo') if one.last and one.after is None else ''}</li>"
        for one in events
    )
    return f'<details id="{name}-past"><summary>History</summary><ul>{items}</ul></details>' if items else ""


def _happened(one):
    done = "removed" if one.after is None else "wrote" if one.before is None else "changed to"
    return f"{done} “{visible((one.before if one.after is None else one.after) or '', 80)}”"


def _undo(lane, one, word):
    return button("uncomment", {"lane": lane, "change": str(one.change)}, word, f"{word}: {_happened(one)}")


def id_of(lane: str, kind: str) -> str:
    """Return the id of the elements of an action."""
    return f"twin-act-{zlib.crc32(json.dumps([lane, kind]).encode()):08x}"


def hidden(lane: str, kind: str) -> str:
    """Return the hidden fields that say which action a form is about."""
    return "".join(
        f'<input type="hidden" name="{field}" value="{escape(value, quote=True)}">'
        for field, value in (("lane", lane), ("action", kind))
    )


def button(do: str, about: Mapping[str, str], word: str, label: str = "", goto: str = "") -> str:
    """Return a button that sends a message. goto : selector of the place that it scrolls to."""
    more = f' aria-label="{escape(label, quote=True)}"' if label else ""
    more += f' data-goto="{goto}"' if goto else ""
    with_it = escape(json.dumps(about), quote=True)
    return f'<button type="button" data-do="{do}" data-with="{with_it}"{more}>{escape(word)}</button>'
