"""Open a file of flows: a text, whose separator is not settled yet, or a sheet of a spreadsheet."""

from collections.abc import Sequence
from pathlib import Path

from twin._check import require
from twin.data.advice import Advice
from twin.data.files.header import NoLayout, find_header
from twin.data.files.reading import existing, inspect
from twin.data.files.sheet import SheetRows, sheets_of
from twin.data.files.table import Origin, Table, open_table, sample_of
from twin.data.files.zipped import is_spreadsheet
from twin.data.text import visible

SHEETS_NAMED = 3  # most sheets that an error advises to choose
FILE_ENDINGS = ("gz", "csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods")


def table_of(
    path: str | Path,
    *,
    columns: dict[str, str] | None,
    sheet: str | None,
    decimal: str,
    name: str,
) -> Table:
    """Return the table of a text or a spreadsheet, with the layout that its first records and its header mean.

    columns : headings that override the accepted ones.
    sheet : name of the sheet of a spreadsheet; by default the only one with a table.
    decimal : decimal mark of texts; numbers in the cells of a spreadsheet get it.
    name : name of the file; a table of one lane without a heading of its own is called after it.
    """
    path = existing(path)
    series = series_name(name)
    if not is_spreadsheet(path):
        require(sheet is None, "sheet", f"unset for {path}, which is no spreadsheet", repr(sheet))
        return open_table(inspect(path).readings(), columns, series)
    sheets = sheets_of(path, sheet, decimal)
    require(len(sheets) > 0, str(path), "a spreadsheet with cells that hold something", "none")
    return open_table(sheets if len(sheets) == 1 else [_only(sheets, columns, series)], columns, series)


def origins_of(path: str | Path, decimal: str) -> Sequence[Origin]:
    """Return the readings of a text with each separator, or the first sheet of a spreadsheet that holds anything.

    decimal : decimal mark that numbers in the cells of a spreadsheet get.
    """
    path = existing(path)
    if not is_spreadsheet(path):
        return inspect(path).readings()
    sheets = sheets_of(path, None, decimal)
    require(len(sheets) > 0, str(path), "a spreadsheet with cells that hold something", "none")
    return sheets[:1]


def _only(sheets: Sequence[SheetRows], columns: dict[str, str] | None, series: str) -> SheetRows:
    """Return the only sheet that holds a table, or the first if none does; raise ValueError if there are several."""
    usable = []
    for sheet in sheets:
        try:
            find_header(sample_of(sheet), sheet.path, columns, series)
        except NoLayout:
            continue
        except ValueError:
            pass  # a table that says too much
        usable.append(sheet)
    if len(usable) > 1:
        names = ", ".join(repr(visible(sheet.name, 40)) for sheet in usable)
        ways = (("sheet", sheet.name) for sheet in usable[:SHEETS_NAMED])
        raise ValueError(Advice(f"{usable[0].path} has {len(usable)} sheets that can be read: {names}", *ways))
    return (usable or list(sheets))[0]


def series_name(file: str) -> str:
    """Return the name of a file without folders and endings, as the name of its only lane.

    >>> series_name("data/berlin.2024.csv.gz"), series_name("flows.xlsx")
    ('berlin.2024', 'flows')
    """
    name = file.replace("\\", "/").rpartition("/")[2]
    for _ in range(2):
        stem, dot, ending = name.rpartition(".")
        if dot and stem and ending.lower() in FILE_ENDINGS:
            name = stem
    return name or "the file"
