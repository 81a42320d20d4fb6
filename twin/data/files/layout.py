"""The layout of a table: where date, lane and volume stand, and how its records become rows of them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from twin.data.errors import Refused
from twin.data.files.dates import parse_date
from twin.data.text import visible

Record = tuple[int, list[str] | None, list[str]]  # line, fields (None: cannot be split), the text of the record
_NUMERIC = re.compile(r"[-+(]?\s*(?:\d[\d.,'\s]*|[.,]\d+)(?:e[+-]?\d+)?\s*[-)%]?", re.IGNORECASE)
MISSING_MARKS = frozenset({"", "-", "–", "—", ".", "na", "n/a", "nan", "null", "none", "unknown", "#n/a", "#nv", "x"})


@dataclass
class Layout:
    """A rule by which the records below a header become rows.

    header : headings of the rows that come out; positions : where date, lane, volume and returns stand in them.
    columns, ignored : headings of the file that are used, with the name they have here, and those that are not.
    width : number of fields of a record in the file.
    key : field of a record that begins with a digit unless the record is unusual, if there is such a field.
    notes : sentences on what was done.
    reshape : function from records to rows; None if they are the same.
    fills : fields that are written in the first record of a block only.
    names : fields in which a total may be named.
    spread : fields of a record that become a row each.
    dated : whether a record has a date, so that a total among the records has none.
    """

    header: list[str]
    positions: dict[str, int]
    columns: dict[str, str]
    ignored: tuple[str, ...]
    width: int
    key: int
    notes: list[str] = field(default_factory=list)
    reshape: Callable[[Iterator[Record]], Iterator[Record]] | None = None
    fills: tuple[int, ...] = ()
    names: tuple[int, ...] = ()
    spread: tuple[int, ...] = ()
    dated: bool = True


def is_numeric(text: str) -> bool:
    """Return whether a cell looks like a number, whatever its marks."""
    return bool(_NUMERIC.fullmatch(text.strip()))


def is_date(text: str) -> bool:
    """Return whether a cell is a date, or one of several; six digits or fewer, with or without a fraction, are none."""
    try:
        whole = re.split(r"[.,]", text.strip())
        return bool(parse_date(text)) and not (len(whole) < 3 and "".join(whole).isdigit() and len(whole[0]) <= 6)
    except Refused:
        return False


def is_nothing(text: str) -> bool:
    """Return whether a cell holds no value: it is blank, or a usual mark for a missing one."""
    return text.strip().casefold() in MISSING_MARKS


def are_numbers(cells: Sequence[str]) -> bool:
    """Return whether cells are numbers, some of which may be missing."""
    given = [cell for cell in cells if not is_nothing(cell)]
    return bool(given) and sum(map(is_numeric, given)) >= 0.9 * len(given)


def column(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    """Return a column of records, without those that are too short."""
    return [row[place] for row in rows if place < len(row)]


def span(names: Sequence[str]) -> str:
    """Return the first and the last of some headings, for a sentence."""
    first, last = visible(names[0].strip(), 40), visible(names[-1].strip(), 40)
    return f"{first!r}" if len(names) == 1 else f"{first!r} to {last!r}"


def lines_told(lines: Sequence[int], number: int) -> str:
    """Return a number of lines with the first of them, for a sentence."""
    shown = ", ".join(f"{line:,}" for line in lines[:3]) + (", ..." if number > 3 else "")
    return f"{number:,} ({'line' if number == 1 else 'lines'} {shown})"
