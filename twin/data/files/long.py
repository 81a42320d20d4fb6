"""Tables with a row for each date and lane: the usual layout, where columns may have to be joined or filled down."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from twin.data.files.columns import match_columns
from twin.data.files.joins import find_joins
from twin.data.files.layout import Layout, Record, column
from twin.data.text import visible


def long_layout(
    header: list[str],
    rows: Sequence[list[str]],
    file: str | Path,
    chosen: dict[str, str],
    below: Sequence[str],
) -> Layout:
    """Return the layout of a table with a row for each date and lane; raise ValueError if it has another."""
    joins = find_joins(header, rows, chosen, file)
    wider = list(header)
    made = {}
    for ours, join in joins.items():
        made[ours] = len(wider)
        wider.append(" + ".join(header[i].strip("\ufeff ") for i in join.places))
    rest = {ours: name for ours, name in chosen.items() if ours not in made}
    positions = match_columns(header, file, rest, below=below, made=made)
    columns = {wider[i].strip("\ufeff"): ours for ours, i in positions.items()}
    _refuse_split_decimals(header, rows, positions["volume"], file)
    used = {*positions.values(), *(i for join in joins.values() for i in join.places)}
    ignored = tuple(name.strip("\ufeff") for i, name in enumerate(header) if i not in used and name.strip())
    key = joins["date"].places[0] if "date" in joins else positions["date"]
    layout = Layout(wider, positions, columns, ignored, len(header), key, names=tuple(range(len(header))))
    layout.fills = fills(rows, positions, joins)
    if joins:
        layout.reshape = lambda records: _with_joins(records, list(joins.values()), len(header))
        for ours, join in joins.items():
            parts = " and ".join(repr(header[i].strip("\ufeff ")) for i in join.places)
            example = next((text for row in rows if len(row) == len(header) and (text := join.of(row))), "")
            layout.notes.append(f"the {ours} is {parts} joined: {example!r}")
    return layout


def _refuse_split_decimals(header, rows, volume, file):
    """Raise ValueError if digits stand behind the volumes without a heading, as when a comma has split decimals."""
    behind = column(rows, volume + 1) if volume + 1 < len(header) and not header[volume + 1].strip() else []
    given = [cell for cell in behind if cell.strip()]
    if given and all(cell.strip().isdigit() for cell in given):
        raise ValueError(
            f"{file} has digits such as {visible(given[0].strip(), 40)!r} in a column without a heading behind the "
            f"column {visible(header[volume].strip(), 40)!r}, as when decimal commas are taken for separators: give "
            "the column a heading, or put numbers with a comma in quotes"
        )


def _with_joins(records: Iterator[Record], joins: list, width: int) -> Iterator[Record]:
    for line, fields, raw in records:
        if fields is not None and len(fields) == width:
            fields = [*fields, *(join.of(fields) for join in joins)]
        elif fields and len(fields) > width:
            fields = fields[:1]  # the reader refuses it for its number of fields
        yield line, fields, raw


def fills(rows: Sequence[list[str]], positions: dict[str, int], joins: dict) -> tuple[int, ...]:
    """Return the columns of lane or date that are written in the first row of a block only, as in merged cells.

    That is so if the first row has a value, at least a third of the others have none, each value stands once, and the
    other column never repeats a value within a block.
    """
    found = []
    for ours, other in (("lane", "date"), ("date", "lane")):
        if ours in joins or ours not in positions or other not in positions or other in joins:
            continue
        cells = [cell.strip() for cell in column(rows, positions[ours])]
        beside = [cell.strip() for cell in column(rows, positions[other])]
        blank = sum(not cell for cell in cells)
        given = [cell for cell in cells if cell]
        if len(cells) < 3 or not cells[0] or 3 * blank < len(cells) or len(set(given)) < len(given):
            continue
        within: set[str] = set()
        for cell, value in zip(cells, beside, strict=False):
            within = set() if cell else within
            if value in within or not value:
                break
            within.add(value)
        else:
            found.append(positions[ours])
    return tuple(found) if len(found) < 2 else ()
