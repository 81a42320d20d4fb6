"""Program that writes the cells of a spreadsheet as lines of JSON; `sheet.py` runs it in a process of its own.

A damaged or hostile spreadsheet can make the parser allocate any amount of memory, which ends its process. The first
line is {"sheets"}, the first line of a sheet {"sheet", "filled"}, and each further line the list of texts of a row.
usage: python cells.py FILE MOST_MEMORY DECIMAL [SHEET]
"""

import contextlib
import datetime
import json
import sys
from collections.abc import Iterator
from typing import Any

MOST_TIME = 300  # processor time of the program [s]
EXACT = 2**53  # whole numbers up to this size are exact


def text_of(value: Any, decimal: str) -> str:
    """Return the text of a cell: dates in ISO form, numbers without a fraction if they are whole.

    >>> text_of(1234.0, "."), text_of(datetime.datetime(2024, 1, 31), "."), text_of(0.5, ",")
    ('1234', '2024-01-31', '0,5')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        value = int(value)
    if isinstance(value, float):
        text = repr(value)
        places = len(text.partition(".")[2])  # a fourth place, so that no reader takes the point for one of thousands
        return (text + "0" if places == 3 and "e" not in text else text).replace(".", decimal)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ") if value.time() != datetime.time() else value.date().isoformat()
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)  # date, time, whole number


def lines_of(path: str, decimal: str, wanted: str | None) -> Iterator[Any]:
    """Yield the names of all worksheets of a spreadsheet, and the lines of one or of all that are visible."""
    import python_calamine

    with open(path, "rb") as data, python_calamine.load_workbook(data) as book:  # its format is told by its bytes
        kind, shown = python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetVisibleEnum.Visible
        sheets = {about.name: about.visible == shown for about in book.sheets_metadata if about.typ == kind}
        yield {"sheets": list(sheets)}
        for name, visible in sheets.items():
            if name == wanted or (wanted is None and visible):
                sheet = book.get_sheet_by_name(name)
                merged = _merged(sheet)
                yield {"sheet": name, "filled": len(merged)}
                for i, row in enumerate(sheet.iter_rows()):
                    values = (merged.get((i, j), value) for j, value in enumerate(row)) if merged else row
                    yield [text_of(value, decimal) for value in values]


def _merged(sheet):
    """Return {(row, column): value} of the cells below the first one of merged blocks of texts and dates."""
    blocks = [(top, left, end) for (top, left), (end, right) in sheet.merged_cell_ranges or () if end > top]
    tops, merged = {top for top, _, _ in blocks}, {}
    most = (sheet.end[0] + 1) * (sheet.end[1] + 1) if sheet.end else 0  # blocks that overlap are none of a spreadsheet
    if 0 < sum(min(end, sheet.end[0]) - top for top, _, end in blocks if sheet.end) <= most:
        rows = {i: row for i, row in enumerate(sheet.iter_rows()) if i in tops}
        for top, left, end in blocks:
            value = dict(enumerate(rows.get(top, ()))).get(left - sheet.start[1], "")
            if value and not isinstance(value, (int, float)):
                last = min(end, sheet.end[0])
                merged |= {(row, left - sheet.start[1]): value for row in range(top + 1, last + 1)}
    return merged


def main(path: str, memory: str, decimal: str, *wanted: str) -> int:
    """Write the cells of a spreadsheet to stdout; a last line {"error"} says why it cannot be read."""
    try:
        import resource

        most = {
            resource.RLIMIT_AS: int(memory),
            resource.RLIMIT_FSIZE: int(memory) // 2,
            resource.RLIMIT_CPU: MOST_TIME,
        }
        for kind, limit in most.items():
            limits = [given for given in resource.getrlimit(kind) if given != resource.RLIM_INFINITY]
            with contextlib.suppress(ValueError):  # macOS has the names, but not every limit
                resource.setrlimit(kind, (min([limit, *limits]),) * 2)
    except ImportError:  # not on Windows
        pass
    try:
        for line in lines_of(path, decimal, *(wanted or [None])):
            print(json.dumps(line))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
