"""Excel workbooks: sheets of typed columns, written row by row, so that memory holds one row at a time."""

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from twin._check import require
from twin.data.lane_names import begins_a_formula

ROWS_OF_A_SHEET = 1_048_575  # most rows below the header
LONGEST_CELL = 32_767  # most characters of a cell
EARLIEST_DAY = datetime.date(1900, 3, 1)  # Excel has no days before 1900, and counts a 29 February 1900
WIDEST = 60  # widest column [character]
BORN = datetime.datetime(1980, 1, 1)  # time stamp of every workbook: equal contents give equal bytes


class Worksheet(NamedTuple):
    """A sheet: its name, the names of its columns, and its rows of texts, numbers, days and None."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


class _Exact(float):
    """A number that is written with every digit; XlsxWriter asks for 16, and some numbers need 17."""

    def __format__(self, _):
        return float.__repr__(self)


def write_workbook(path: Path, sheets: Iterable[Worksheet], way_out: str) -> None:
    """Write sheets to a new workbook: numbers as numbers, days as days, texts as texts, never as formulas.

    The header stays in view and has filters; columns are as wide as their cells. None and NaN are empty cells.

    Errors
    ------
    ValueError if a sheet has more rows than Excel holds, which `way_out` helps, or a day before 1 March 1900.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    settings = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    try:
        with xlsxwriter.Workbook(str(path), settings) as book:
            book.set_properties({"created": BORN})
            head, guard = book.add_format({"bold": True, "bottom": 1}), book.add_format({"quote_prefix": True})
            for sheet in sheets:
                _write_sheet(book.add_worksheet(sheet.name), sheet, head, guard, way_out)
    except FileCreateError as error:
        raise error.args[0] from None


def _write_sheet(page, sheet, head, guard, way_out):
    """Write a sheet; `head` is the format of the header, `guard` that of a text which begins like a formula."""
    widths, last = [0] * len(sheet.columns), 0
    _write_row(page, 0, sheet.columns, widths, head, head)
    for last, row in enumerate(sheet.rows, 1):
        require(last <= ROWS_OF_A_SHEET, f"sheet {sheet.name}", f"at most {ROWS_OF_A_SHEET:,} rows; {way_out}", "more")
        _write_row(page, last, row, widths, None, guard)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width, WIDEST) + 2)


def _write_row(page, number, row, widths, plain, guard):
    for column, value in enumerate(row):
        if value is None or value != value:
            continue
        if isinstance(value, str):
            text = value if len(value) <= LONGEST_CELL else f"{value[: LONGEST_CELL - 1]}…"
            page.write_string(number, column, text, guard if begins_a_formula(text) else plain)
            size = len(text)
        elif isinstance(value, datetime.date):
            day = value.date() if isinstance(value, datetime.datetime) else value
            require(day >= EARLIEST_DAY, "a day in a workbook", f"one from {EARLIEST_DAY} on, as Excel has them", day)
            page.write_datetime(number, column, value)
            size = 10
        else:
            page.write_number(number, column, _Exact(value))
            size = len(f"{value:.10g}")
        widths[column] = max(widths[column], size)
