"""Records of a table that are no rows: repeated headers, totals, units below the header."""

from collections.abc import Sequence

from twin.data.files.headings import ends_a_block, is_total
from twin.data.files.layout import Layout, is_numeric


def leftover(fields: Sequence[str], header: Sequence[str], layout: Layout) -> str:
    """Return "header" for a record that repeats the header, "total" for one of totals, "" for a row.

    A record of totals names a total where a lane or a date stands, and has no date, or no lane but the total.
    """
    if len(fields) != layout.width:
        return ""
    if [cell.strip("\ufeff ") for cell in fields] == [name.strip("\ufeff ") for name in header]:
        return "header"
    date = fields[layout.key].strip()
    if layout.dated and date and not ends_a_block(date):
        return ""
    names = [cell for i in layout.names if (cell := fields[i].strip())]
    total = is_total if not layout.dated and len(names) == len(layout.names) else ends_a_block
    return "total" if names and total(names[0]) and not is_numeric(names[0]) else ""


def is_row_of_units(fields: Sequence[str], layout: Layout) -> bool:
    """Return whether the record below the header holds units: texts in brackets and no digits."""
    given = [cell.strip() for cell in fields if cell.strip()]
    if len(fields) != layout.width or not given or any(c.isdigit() for cell in given for c in cell):
        return False
    return all(cell[0] in "[(" or not fields[layout.key].strip() for cell in given)


def fitted(fields: list[str], header: Sequence[str]) -> list[str]:
    """Return a record with the number of fields of the header, if it differs by blank fields at the end alone."""
    width = len(header)
    if len(fields) > width and not any(cell.strip() for cell in fields[width:]):
        return fields[:width]
    if 1 < len(fields) < width and not any(name.strip() for name in header[len(fields) :]):
        return fields + [""] * (width - len(fields))
    return fields
