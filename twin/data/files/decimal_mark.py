"""Decide the decimal mark of the numbers of a file, by all of them and by the other marks of the file."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from twin.data.advice import Advice, Decision
from twin.data.files.amounts import ALL_WHOLE, MOST_CONTRARY, Amounts
from twin.data.files.options import ReadingOptions
from twin.data.text import number_of, visible

CLEAR = 19  # a mark is decided if this many times more cells can be read only with it than only with the other
DECIMAL_WAYS = (("decimal", "."), ("decimal", ","))  # the options that say which decimal mark the numbers have
ROUND = "000 behind every mark"  # a reason for a mark of decimals


def decide_mark(
    columns: Sequence[Amounts], reading: ReadingOptions, votes: Sequence[tuple[int, str]], file: str | Path
) -> tuple[str, str | None]:
    """Return (mark, note): the decimal mark of the numbers of a file, and a sentence on it if it had a rival.

    votes : what the rest of the file says, each (+1 for a decimal comma or -1 for a point, reason).
    """
    only = {".": sum(c.point_only for c in columns), ",": sum(c.comma_only for c in columns)}
    either = {mark: sum(c.either[mark] for c in columns) for mark in ".,"}
    shown = next((c.example for c in columns if c.example), None)
    if reading.decimal:
        mark, why = reading.decimal, "as asked"
        if len(list(chain(*(c.pending["," if mark == "." else "."] for c in columns)))) > MOST_CONTRARY:
            raise ValueError(
                f"{file} has over {MOST_CONTRARY:,} numbers that cannot be read with the decimal mark {mark!r}"
            )
    elif any(only.values()):
        mark = max(only, key=only.get)
        other = "," if mark == "." else "."
        if only[other] * CLEAR > only[mark] or only[other] > MOST_CONTRARY:
            cells = [next(c.pending[m][0][2] for c in columns if c.pending[m]) for m in ".,"]
            text = (
                f"{file} has rows that need a decimal point, such as {visible(cells[0], 40)!r}, and rows that need a "
                f"decimal comma, such as {visible(cells[1], 40)!r}"
            )
            raise ValueError(Advice(text, *DECIMAL_WAYS))
        why = f"{number_of(only[mark], 'number')} can be read only so"
    elif shown:
        marked = [column for column in columns if sum(column.either.values())]
        alone = sum(either.values()) >= ALL_WHOLE and not any(column.plain_logs[1] for column in marked)
        mark, why = _by_votes(either, [*votes, *_shapes(columns)], alone)
        if not mark:
            text, number = shown
            text = (
                f"{file} has numbers such as {visible(text)!r} that may be {number.point:,.10g} (decimal point) or "
                f"{number.comma:,.10g} (decimal comma), and neither the column nor the other marks of the file decide"
            )
            raise ValueError(Advice(text, *DECIMAL_WAYS))
    else:
        return ".", None
    if not shown and (mark == "." or reading.decimal):
        return mark, None
    note = f"the decimal mark of the numbers is {mark!r} ({why})"
    if shown:
        value = shown[1].point if mark == "." else shown[1].comma
        note += f": {visible(shown[0])!r} is {value:.10g}"
    return mark, Decision(note, "decimal", mark)


def _shapes(columns):
    """Yield the votes of the columns themselves."""
    for column in columns:
        shape = column.grouping()
        if shape:
            sign = 1 if column.either["."] else -1
            why = "whole numbers beside them" if shape > 0 else "larger whole numbers without a mark"
            why = why if column.plain_logs[1] else ROUND
            yield shape * sign, why


def _by_votes(either, votes, alone):
    """Return (mark, why): a mark of decimals needs one vote, a mark of thousands two, and neither a contrary one.

    alone : whether every number of many has the mark and three digits behind it, as thousands have; decimals then need
        two votes. That all numbers are round is no vote on its own.
    """
    if all(either.values()):
        return "", ""
    mark = "." if either["."] else ","
    thousands = 1 if mark == "." else -1  # the vote under which the mark separates thousands
    yes = [why for vote, why in votes if vote == thousands]
    no = [why for vote, why in votes if vote == -thousands]
    if yes and no:
        return "", ""
    if len(yes) > 1:
        return ("," if mark == "." else "."), " and ".join(yes)
    return (mark, " and ".join(no)) if len(no) > alone and set(no) - {ROUND} else ("", "")
