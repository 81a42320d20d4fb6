"""Wide tables, with a column for each day, week, month or quarter, as rows of date, lane and volume."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from twin.data.files.columns import find_columns
from twin.data.files.dates import is_fiscal
from twin.data.files.headings import ENGLISH_HEADINGS, MEASURES, is_total, plain, without_unit
from twin.data.files.ignored import MOST_VALUES, RIVAL_HEADINGS, UNIT_HEADINGS
from twin.data.files.joins import YEAR, find_joins
from twin.data.files.layout import Layout, Record, column, is_nothing, is_numeric, span
from twin.data.files.period_headings import dated
from twin.data.files.wide_headings import dates_of_columns, may_be_a_period, periods_in, year_column


def wide_layout(
    header: list[str],
    rows: Sequence[list[str]],
    file: str | Path,
    chosen: dict[str, str],
    series: str,
    parts: Sequence[tuple[str, str]],
) -> Layout | None:
    """Return the layout of a table with a column for each period, or None if it is no such table.

    series : name of the lane if there is one row and no column for its name.
    parts : for a header of two rows, the (upper, lower) texts of each column.
    """
    if "date" in chosen or "volume" in chosen:
        return None
    periods = periods_in(header, rows, parts)
    if not periods:
        _refuse_fiscal(header, file)
        return None
    places = list(periods)
    others = [i for i in range(len(header)) if i not in periods]
    if any(is_numeric(header[i]) and not YEAR.fullmatch(header[i].strip()) for i in others):
        return None  # a row, and no header
    strange = [
        i for i in range(places[0], places[-1]) if i not in periods and may_be_a_period(header[i], rows, i, parts)
    ]
    if strange:
        name = header[strange[0]].strip()
        raise ValueError(f"{file} has a column {name!r} of numbers between its columns of periods: rename or remove it")
    year = year_column(header, others, rows, periods)
    if not (dates := dates_of_columns(periods, year is not None, header, others)):
        return None
    repeated = [text for text, count in Counter(dates.values()).items() if count > 1]
    if repeated:
        twice = [header[i].strip() for i, text in dates.items() if text == repeated[0]]
        raise ValueError(
            f"{file} has {len(twice)} columns for one period: {twice[0]!r} and {twice[1]!r}; keep one of them"
        )
    once_a_year = year is not None and len(set(column(rows, year))) == len(rows)
    lane_places, lane = _lane(header, rows, [i for i in others if i != year], file, chosen, series, once_a_year)
    names = [header[i].strip("\ufeff ") for i in places]
    used = {*places, *lane_places, *([] if year is None else [year])}
    kinds = [i for i in others if i != year and _tells_rows_apart(header[i], column(rows, i))]
    layout = Layout(
        ["date", "lane", "volume", *(header[i].strip("\ufeff ") for i in kinds)],
        {"date": 0, "lane": 1, "volume": 2},
        {
            **{header[i].strip("\ufeff ") or "(no heading)": "lane" for i in lane_places},
            span(names).replace("'", ""): "date, volume",
        },
        tuple(header[i].strip("\ufeff ") for i in range(len(header)) if i not in used and header[i].strip()),
        len(header),
        lane_places[0] if lane_places else places[0],
        names=(*lane_places, *(i for i in others if i not in lane_places and _names_rows(header[i], column(rows, i)))),
        fills=_fills(rows, lane_places),
        spread=tuple(places),
        dated=False,
    )
    layout.notes += _told(periods, dates, names, header, lane_places, series, year)
    unit = periods[places[0]].unit

    def date_of(fields: list[str], place: int) -> str:
        if year is None:
            return dates[place]
        number = "".join(c for c in fields[year] if c.isdigit())[:4]
        return dated(unit, periods[place].number, int(number or 0)) or fields[year]

    layout.reshape = lambda records: _melted(records, places, date_of, lane, len(header), kinds)
    return layout


def _refuse_fiscal(header, file):
    """Raise ValueError if columns are quarters of fiscal years, of which the first month is not known."""
    fiscal = [name.strip() for name in header if is_fiscal(name)]
    if len(fiscal) > 1:
        raise ValueError(
            f"{file} has columns such as {fiscal[0]!r} for quarters of fiscal years, whose first month is not known: "
            "name each by its calendar quarter, such as 2024-Q1, or its first day"
        )


def _lane(header, rows, others, file, chosen, series, once_a_year) -> tuple[list[int], Callable[[list[str]], str]]:
    """Return (places, lane): the columns that name the lane of a row, and a function from fields to the lane.

    once_a_year : whether each row is of a year of its own, so that all may be one lane.
    """
    if not chosen.get("lane", "any"):
        return [], lambda fields: series
    names = [header[i] for i in others]
    joins = find_joins(names, [[row[i] for i in others if i < len(row)] for row in rows], chosen, file)
    if "lane" in joins:
        places = [others[i] for i in joins["lane"].places]
    elif "lane" in chosen:
        places = [others[i] for i in find_columns(names, chosen, ())["lane"]]
        if not places:
            raise ValueError(f"{file} has no column for lane: it was to be {chosen['lane']!r}")
    else:
        known = [others[i] for i in find_columns(names, {}, ())["lane"]]
        text = [i for i in others if _names_rows(header[i], column(rows, i))]
        text = [i for i in text if plain(header[i]) not in RIVAL_HEADINGS | UNIT_HEADINGS] or text
        text = text or [i for i in others[:1] if any(cell.strip() for cell in column(rows, i))]
        distinct = [i for i in known + text if len(set(column(rows, i))) == len(rows)]
        places = known if len(known) == 1 and (known[0] in distinct or not text) else distinct[:1] or text
    if not places and len(rows) > 1 and not once_a_year:
        raise ValueError(f"{file} has a column for each period, several rows, and no column that names their lanes")
    if not places:
        return [], lambda fields: series

    def lane(fields: list[str]) -> str:
        parts = [fields[i].strip() for i in places]
        return "-".join(parts) if all(parts) or len(parts) == 1 else ""

    return places, lane


def _tells_rows_apart(heading, cells):
    """Return whether a column may hold kinds of rows, such as units or versions: few texts, most of which repeat."""
    given = {cell.strip() for cell in cells if cell.strip()}
    few = 1 < len(given) <= min(MOST_VALUES, len(cells) // 2) and not all(map(is_numeric, given))
    return few and plain(heading) not in ENGLISH_HEADINGS


def _names_rows(heading, cells):
    """Return whether a column holds names: texts, below a heading of no measure and no total."""
    if is_total(heading) or plain(without_unit(heading)) in MEASURES - {"id", "index"}:
        return False
    given = [cell for cell in cells if not is_nothing(cell)]
    return bool(given) and not all(map(is_numeric, given))


def _fills(rows, places):
    """Return the columns of names, all but the last, that are written in the first row of a block only."""
    found = []
    for i in places:
        cells = [cell.strip() for cell in column(rows, i)]
        given = [cell for cell in cells if cell]
        if len(places) > 1 and cells and cells[0] and len(given) < len(cells) and len(set(given)) == len(given):
            found.append(i)
    return tuple(found) if len(found) < len(places) else ()


def _told(periods, dates, names, header, lane_places, series, year):
    """Yield the sentences on the reading of a wide table."""
    unit = next(iter(periods.values())).unit
    yield f"{len(names):,} columns of periods, {span(names)}, were turned into rows of date, lane and volume"
    if year is not None:
        yield f"their year is in the column {header[year].strip()!r}"
    elif not all(period.text for period in periods.values()):
        first = min(dates.values())
        yield f"these {unit}s are numbered and have no dates: the first was taken as the {unit} of {first}"
    if len(lane_places) > 1:
        yield f"the lane is {' and '.join(repr(header[i].strip()) for i in lane_places)} joined"
    if not lane_places:
        yield f"no column names a lane: all rows are one lane, {series!r}"


def _melted(
    records: Iterable[Record],
    places: Sequence[int],
    date_of: Callable[[list[str], int], str],
    lane: Callable[[list[str]], str],
    width: int,
    kinds: Sequence[int],
) -> Iterator[Record]:
    """Yield a row of date, lane and volume for each cell of the columns of periods."""
    for line, fields, raw in records:
        if fields is None or len(fields) != width:
            yield line, None if fields is None else fields[:1], raw
            continue
        name, rest = lane(fields), [fields[i] for i in kinds]
        for place in places:
            row = [date_of(fields, place), name, fields[place]]
            yield line, [*row, *rest], [", ".join(row)]
