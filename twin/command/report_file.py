"""The report of assess as a file to send: a web page, a PDF or a workbook, by the ending of its name."""

from __future__ import annotations

import html
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin._choices import words_in
from twin.command import plan_by_date
from twin.command.options import on_command_line
from twin.command.printing import GROUP_HEADINGS
from twin.command.workbook_of_lanes import workbook
from twin.data.text import number_of, visible
from twin.data.whole_file import whole_file
from twin.demand import period_name
from twin.plan.dated import DATED
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import label, rest_of, tabulated, written

if TYPE_CHECKING:
    from twin.plan.booked_lane import PlacesToBook
    from twin.plan.table_report import Report

#: Answers in the table of all lanes.
OVERVIEW = tuple(
    "demand_mean service_level safety_stock required_capacity internal_capacity lane_overflow lane_profit".split()
)
LANES_OF_A_PAGE = 1_000  # most lanes in the table of a page; a workbook has all
_LANES_ABREAST = 5  # lanes side by side in a table of all answers
_HERE = Path(__file__).parent


def check_file(option: str, file: str, force: bool) -> None:
    """Raise an error if a report cannot be written to a path, before anything is computed."""
    path, ends = Path(file), (".xlsx",) if option == "--xlsx" else tuple(_WRITERS)
    require(path.suffix.lower() in ends, option, f"a file that ends in {' or '.join(ends)}", file or "an empty name")
    require(not path.is_dir() and path.parent.is_dir(), option, "a file in a folder that exists", file)
    require(force or not os.path.exists(file), option, "a new file, or --force must be said", f"{file}, which exists")
    if path.suffix.lower() == ".pdf":
        import typst  # noqa: F401  # the extra apps brings it
    elif path.suffix.lower() == ".xlsx":
        import xlsxwriter  # noqa: F401  # the extra excel brings it


def write_report(option: str, report: Report, file: str, *, most: int) -> None:
    """Write the report to a file, in the form that the ending of its name says; `most` lanes have all their answers."""
    _WRITERS[Path(file).suffix.lower()](option, report, file, most)


def content(report: Report, most: int) -> dict[str, Any]:
    """Return the words of a page: title, account, sentences, and tables with caption, head, rows and notes."""
    lanes = report.table["demand_mean"].nlargest(most).index
    reasons = report.refused.groupby("reason").groups.items()
    return {
        "title": f"Capacity plan: {visible(report.history.account.file, 120)}",
        "account": report.history.account.told(on_command_line),
        "period": period_name(report.history.calendar.length),
        "assumptions": list(report.assumptions),
        "accuracy": list(report.accuracy),
        "refused": [f"{reason}: {', '.join(map(visible, names))}" for reason, names in reasons],
        "tables": [_overview(report), *_dated(report, lanes), *_answers(report, lanes)],
    }


def _table(caption: str, head: Sequence[str], rows: list[list[str]], notes: Sequence[str] = ()) -> dict[str, Any]:
    return {"caption": caption, "head": head, "rows": rows, "notes": notes}


def _overview(report: Report) -> dict[str, Any]:
    """Return a table of the main answers, a row per lane."""
    shown = report.table.nlargest(LANES_OF_A_PAGE, "demand_mean")
    texts = {name: [_text(value, UNIT_OF[name]) for value in shown[name]] for name in OVERVIEW}
    rows = [list(row) for row in zip(map(visible, shown.index), *texts.values(), strict=True)]
    of_all = f", the largest of {len(report.table):,}" if len(shown) < len(report.table) else ""
    head = ["lane", *(_with_unit(name, report.history.calendar.length) for name in OVERVIEW)]
    return _table(f"{number_of(len(shown), 'lane')}{of_all}", head, rows)


def _text(value: float, unit: str) -> str:
    return written(value, unit) if value == value else "–"


def _with_unit(name: str, length: str | float) -> str:
    unit = rest_of(UNIT_OF[name], length)
    return f"{label(name)}, {unit}" if unit else label(name)


def _answers(report: Report, lanes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield a table for each group of answers and for some lanes: answers as rows, lanes as columns."""
    for start in range(0, len(lanes), _LANES_ABREAST):
        block = report.table.loc[lanes[start : start + _LANES_ABREAST]]
        groups: dict[str, list[list[str]]] = {}
        for name, unit in report.units.items():
            if name in GROUP_HEADINGS:
                groups[GROUP_HEADINGS[name].capitalize()] = rows = []
            rows.append([label(name), "word" if words_in(unit) else unit, *map(tabulated, block[name])])
        head = ["", "unit", *(visible(lane, 40) for lane in block.index)]
        yield from (_table(caption, head, rows) for caption, rows in groups.items())


def _dated(report: Report, lanes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the plan by date of some lanes, if there is one, with what such plans have kept."""
    plan, history = report.horizon, report.history
    if plan is None:
        return
    head = ["date", *(name.replace("_", " ") for name in DATED)]
    for lane in lanes:
        numbers = zip(plan.dates.astype(str), plan.table.loc[lane].to_numpy(), strict=True)
        rows = [[date, *map(tabulated, row)] for date, row in numbers]
        said = plan_by_date.sentences_of(plan.lanes.loc[lane], history.period, history.calendar.length)
        notes = [": ".join(part.strip() for part in sentence.split(" ", 1)) for sentence in said]
        notes += report.bookings[lane].sentences(history.calendar.length)
        yield _table(f"Plan by date of {visible(lane, 40)}", head, rows, notes)
    for site, places in report.site_bookings.items():
        yield _site(site, places, history.calendar.length)


def _site(site: str, places: PlacesToBook, length: str | float) -> dict[str, Any]:
    """Return a table of the places to book ahead for a site, by date, with sentences on them."""
    n, days = places.numbers(), places.dates.astype(str)
    columns = [n[name] or [] for name in ("bookings", "places")]
    rows = [[date, *map(tabulated, row)] for date, *row in zip(days, *columns, strict=False)]
    caption = f"Places to book ahead for site {visible(site, 40)}, its lanes together"
    return _table(caption, ["date", "places to book", "in force"], rows, list(places.sentences(length)))


def _page(option: str, report: Report, file: str, most: int) -> None:
    """Write a page that needs no other file."""
    words = content(report, most)
    parts = [f"<h1>{html.escape(words['title'])}</h1>", f"<pre>{html.escape(words['account'])}</pre>"]
    parts.append(f"<p>One period is a {words['period']}.</p>")
    for heading, name in (("Assumed", "assumptions"), ("Where answers are off", "accuracy"), ("Refused", "refused")):
        opened = " open" * (name != "accuracy")
        if words[name]:
            parts.append(f"<details{opened}><summary>{heading}</summary>{_listed(words[name])}</details>")
    for table in words["tables"]:
        head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in table["head"])
        rows = "".join(_row(row) for row in table["rows"])
        parts += [
            f"<figure><figcaption>{html.escape(table['caption'])}</figcaption>",
            f'<div tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>',
            f"{_listed(table['notes'])}</figure>",
        ]
    frame = (_HERE / "report_page.html").read_text(encoding="utf-8")
    text = frame.replace("{title}", html.escape(words["title"])).replace("{body}", "\n".join(parts))
    with whole_file(file, option) as unfinished:
        Path(unfinished).write_text(text, encoding="utf-8")


def _listed(sentences):
    return f"<ul>{''.join(f'<li>{html.escape(sentence)}</li>' for sentence in sentences)}</ul>" if sentences else ""


def _row(cells):
    first, *others = map(html.escape, cells)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'


def _pdf(option: str, report: Report, file: str, most: int) -> None:
    """Write pages in A4; the same report gives the same bytes."""
    import typst

    with tempfile.TemporaryDirectory() as folder, whole_file(file, option) as unfinished:
        Path(folder, "words.json").write_text(json.dumps(content(report, most)), encoding="utf-8")
        Path(folder, "page.typ").write_bytes((_HERE / "report_page.typ").read_bytes())
        pages = typst.compile(Path(folder, "page.typ"), root=folder, ignore_system_fonts=True, timestamp=0)
        Path(unfinished).write_bytes(pages)


#: Ending of a file -> function that writes it.
_WRITERS: dict[str, Callable[[str, Report, str, int], None]] = {".html": _page, ".pdf": _pdf, ".xlsx": workbook}
