"""Tables with dates down and a column for each lane, and tables of one series, as rows of date, lane and volume."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from twin.data.advice import Advice
from twin.data.files.columns import COLUMNS_NAMED, find_columns, shown_headers
from twin.data.files.headings import FIRST_CHOICE, MEASURES, PAIRS, is_total, plain, without_unit
from twin.data.files.ignored import RIVAL_VALUES
from twin.data.files.joins import Join, find_joins
from twin.data.files.layout import Layout, Record, are_numbers, column, is_date, is_nothing, is_numeric, span
from twin.data.files.month_names import WEEKDAY_WORDS

_WORD = r"(?:h|he|hr|hrs|hour|std|stunde|uhr|heure|hora|ora|uur)\.?"
_HOUR = re.compile(
    r"(?P<hour>\d{1,2})[:.](?P<minute>[0-5]\d)(?:\s*[-\u2013]\s*\d{1,2}[:.][0-5]\d)?(?:\s*Uhr)?"
    rf"|(?P<before>\d{{1,2}})\s*{_WORD}|{_WORD}[\s_]*(?P<behind>\d{{1,2}})",
    re.ASCII | re.IGNORECASE,
)
MOST_LANES = 20_000  # columns; more are no lanes


def across_layout(
    header: list[str], rows: Sequence[list[str]], file: str | Path, chosen: dict[str, str], series: str
) -> Layout | None:
    """Return the layout of a table without a column of lanes: one lane, or a column for each; None if it has another.

    series : name of the lane if the heading of its volumes says nothing.
    """
    if chosen.get("lane") or (any(map(is_numeric, (name for name in header if name.strip()))) and "date" not in chosen):
        return None
    known = {ours: name for ours, name in chosen.items() if name}
    joins = find_joins(header, rows, known, file)
    found = find_columns(header, {ours: name for ours, name in known.items() if ours not in joins}, ())
    if "lane" in joins or (found["lane"] and "lane" not in chosen):
        return None
    when = joins.get("date") or _dates(header, rows, found["date"])
    if when is None:
        return None
    parts = {i for i, name in enumerate(header) if plain(without_unit(name)) in PARTS_OF_DATES}
    others = [i for i in range(len(header)) if i not in when.places and i not in parts and i not in found["returns"]]
    volumes = found["volume"]
    texts = [i for i in others if i not in volumes and _is_text(column(rows, i))]
    repeated = len({when.of(row) for row in rows if len(row) == len(header)}) < len(rows)
    if "lane" not in chosen and (texts or repeated):
        return None
    if len(volumes) == 1:
        lanes = {volumes[0]: _series_name(header[volumes[0]], series)}
    elif volumes:
        return None
    else:
        lanes = _lanes_across(header, rows, others, file, series)
    if not lanes:
        return None
    clocks = {i: clock for i in lanes if (clock := _clock(header[i]))}
    if len(lanes) > 1 and len(clocks) == len(lanes):
        return _layout(header, when, dict.fromkeys(lanes, series), [], clocks)
    return _layout(header, when, lanes, found["returns"][:1] if len(lanes) == 1 else [], {})


def _clock(heading):
    """Return the time at which the hour of a heading begins: 7:00, 07:00-08:00, 7 Uhr, H7; "" if it names none."""
    match = _HOUR.fullmatch(heading.strip("\ufeff "))
    if not match:
        return ""
    hour, minute = int(match["hour"] or match["before"] or match["behind"]), int(match["minute"] or 0)
    return f"{hour:02d}:{minute:02d}" if 60 * hour + minute <= 24 * 60 else ""


def _refuse_weekdays_and_versions(names, file):
    """Raise ValueError if columns of numbers are weekdays, or versions of one flow, and not lanes."""
    for words, what, way in (
        (WEEKDAY_WORDS, "weekdays", "write a row for each day with its date, or one column with the sum of the week"),
        (RIVAL_VALUES, "versions or measures of one flow", ""),
    ):
        if len(names) > 1 and all(plain(without_unit(name)) in words for name in names):
            text = (
                f"{file} has columns {shown_headers([name.strip() for name in names])}, which are {what} and no lanes"
            )
            if way:
                raise ValueError(f"{text}: {way}")
            raise ValueError(Advice(text, *(("columns", {"volume": name.strip()}) for name in names[:COLUMNS_NAMED])))


PARTS_OF_DATES = PAIRS["year"] | PAIRS["month"] | PAIRS["week"] | PAIRS["day"] | PAIRS["hour"] | PAIRS["quarter"]


def _lanes_across(header, rows, others, file, series):
    """Return {column: name of its lane} of the columns of numbers, without totals."""
    numbers = [i for i in others if are_numbers(column(rows, i)) and header[i].strip() and not is_total(header[i])]
    measures = [i for i in numbers if plain(without_unit(header[i])) in MEASURES]
    if measures:
        names = shown_headers([header[i].strip() for i in numbers])
        text = (
            f"{file} has no column for lane, volume, and two readings: each of {names} is a lane, which a file of only "
            "these columns would say, or one of them is the volume of one lane"
        )
        raise ValueError(Advice(text, ("columns", {"volume": header[numbers[0]].strip()})))
    _refuse_weekdays_and_versions([header[i] for i in numbers], file)
    if len(numbers) > MOST_LANES:
        return {}
    if len(numbers) == 1:
        return {numbers[0]: _series_name(header[numbers[0]], series)}
    total = _sum_of_others(rows, numbers)
    return {i: header[i].strip("\ufeff ") for i in numbers if i != total}


def _sum_of_others(rows, places):
    """Return the column that is the sum of all others in each row, or None; plain numbers alone are compared."""
    try:
        table = [[float(row[i] or 0) for i in places] for row in rows if len(row) > places[-1]]
    except (ValueError, IndexError):
        return None
    if len(places) < 3 or len(table) < 3:
        return None
    alike = (k for k in range(len(places)) if all(abs(2 * row[k] - sum(row)) <= 1e-9 * abs(row[k]) for row in table))
    return next((places[k] for k in alike if any(row[k] for row in table)), None)


def _series_name(heading, series):
    """Return the name of the only lane: the heading of its volumes, or that of the file if this says nothing."""
    name = plain(without_unit(heading))
    general = FIRST_CHOICE["volume"] | {"value", "wert", "count", "sales"}
    return series if name in general else heading.strip("\ufeff ")


def _dates(header, rows, places):
    """Return the column of dates: by its heading, or the first column if its cells are dates."""
    if len(places) > 1:
        return None
    place = places[0] if places else 0
    cells = [cell for cell in column(rows, place) if cell.strip()]
    if not places and not (cells and sum(map(is_date, cells)) >= 0.9 * len(cells)):
        return None
    return Join([place], lambda fields: fields[place])


def _is_text(cells):
    given = [cell for cell in cells if not is_nothing(cell)]
    return bool(given) and not are_numbers(given)


def _layout(header, when: Join, lanes: dict[int, str], returns: Sequence[int], clocks: dict[int, str]) -> Layout:
    names = [header[i].strip("\ufeff ") for i in lanes]
    dates = " + ".join(header[i].strip("\ufeff ") for i in when.places) or "(no heading)"
    across = len(set(lanes.values())) > 1
    said = span(names).replace("'", "")
    columns = {dates: "date", said: "lane, volume" if across else "volume"}
    columns |= {header[i].strip("\ufeff "): "returns" for i in returns}
    used = {*when.places, *lanes, *returns}
    ignored = tuple(name.strip("\ufeff ") for i, name in enumerate(header) if i not in used and name.strip())
    out = ["date", "lane", "volume", *(["returns"] if returns else [])]
    positions = {name: i for i, name in enumerate(out)}
    layout = Layout(out, positions, columns, ignored, len(header), when.places[0], names=tuple(when.places))
    if len(lanes) > 1:
        layout.spread = tuple(lanes)
    if clocks:
        layout.notes.append(f"{len(lanes):,} columns, {span(names)}, are an hour each; they were turned into rows")
    if across:
        layout.notes.append(f"{len(lanes):,} columns, {span(names)}, are a lane each; they were turned into rows")
    else:
        layout.notes.append(f"no column names a lane: all rows are one lane, {next(iter(lanes.values()))!r}")
    if len(when.places) > 1:
        layout.notes.append(f"the date is {dates.replace(' + ', ' and ')} joined")
    layout.reshape = lambda records: _melted(records, when, lanes, returns, clocks, len(header))
    return layout


def _melted(
    records: Iterable[Record],
    when: Join,
    lanes: dict[int, str],
    returns: Sequence[int],
    clocks: dict[int, str],
    width: int,
) -> Iterator[Record]:
    """Yield a row of date, lane and volume for each cell of the columns of lanes."""
    for line, fields, raw in records:
        if fields is None or len(fields) != width:
            yield line, None if fields is None else fields[:1], raw
            continue
        day = when.of(fields)
        for place, lane in lanes.items():
            date = f"{day} {clocks[place]}" if clocks and day.strip() else day
            row = [date, lane, fields[place], *(fields[i] for i in returns)]
            yield line, row, raw if len(lanes) == 1 else [", ".join(row)]
