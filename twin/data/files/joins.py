"""Join columns that make a lane or a date together: origin and destination, year and month, date and hour."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from twin.data.advice import Advice
from twin.data.files.columns import find_columns, shown_headers
from twin.data.files.headings import FIRST_CHOICE, PAIRS, known, plain, without_unit
from twin.data.files.layout import column, is_nothing, is_numeric
from twin.data.files.month_names import MONTH_OF, QUARTER_WORDS
from twin.data.files.period_headings import dated

_HOUR = re.compile(r"(?:[01]?\d|2[0-4])(?:[:.][0-5]\d){0,2}(?:\s*(?:h|uhr))?", re.IGNORECASE)
_HOURS = known("hour, hour_of_day, Stunde, heure, hora, uur, ora, godzina")  # may be whole numbers; a time may last so
_CLOCK = re.compile(r"[:.]|h|^\s*$", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20|21)\d{2}(?:\.0)?")
_TRUE_LANES = known(
    "lane, lane_id, lane_name, lane_code, lane_no, service_lane, trade_lane, route, route_id, route_name, route_code, "
    "corridor, Strecke, Relation, Route, Linie, Tour, Verbindung, Korridor, Verkehr, Streckenname, Relationsname, "
    "liaison, trajet, itinéraire, ruta, trayecto, traject, tratta, rotta, percorso, trasa, relacja, unique_id"
)


class Join(NamedTuple):
    """Columns of a table that make one of ours together; `of` returns its text from the fields of a record."""

    places: list[int]
    of: Callable[[list[str]], str]


def find_joins(
    header: Sequence[str], rows: Sequence[Sequence[str]], chosen: dict[str, str], file: str | Path
) -> dict[str, Join]:
    """Return the joins that a table needs, by the name of the column they make: date or lane."""
    joins = {}
    for ours in ("date", "lane"):
        if "+" in chosen.get(ours, "") and plain(chosen[ours]) not in map(plain, header):
            joins[ours] = _asked(header, ours, chosen[ours], file)
    found = find_columns(header, {ours: name for ours, name in chosen.items() if ours not in joins}, ())
    parts = {part: [i for i, name in enumerate(header) if _name_in(name, names)] for part, names in PAIRS.items()}
    one = {part: places[0] for part, places in parts.items() if len(places) == 1}
    if "date" not in chosen and (join := _date(header, rows, found["date"], one)):
        joins["date"] = join
    if "lane" not in chosen and "origin" in one and "destination" in one:
        others = [i for i in found["lane"] if plain(without_unit(header[i])) in FIRST_CHOICE["lane"]]
        if any(plain(without_unit(header[i])) in _TRUE_LANES for i in others):
            return joins
        ends = [header[one["origin"]], header[one["destination"]]]
        if others:
            name = header[others[0]].strip()
            text = (
                f"{file} has two readings of its lanes: {name!r}, or {ends[0].strip()!r} and {ends[1].strip()!r} joined"
            )
            both = "+".join(map(str.strip, ends))
            raise ValueError(Advice(text, ("columns", {"lane": name}), ("columns", {"lane": both})))
        joins["lane"] = _joined([one["origin"], one["destination"]])
    return joins


def _name_in(name, names):
    return plain(name) in names or plain(without_unit(name)) in names


def _asked(header, ours, text, file):
    """Return the join that `columns` asks for with a text such as A+B."""
    places = []
    for part in text.split("+"):
        found = [i for i, name in enumerate(header) if plain(name) == plain(part)]
        if len(found) != 1:
            asked = f"one column {part.strip()!r} for {ours} {text!r}"
            raise ValueError(f"{file} must have {asked}; found {shown_headers(header)}")
        places += found
    return _joined(places, " " if ours == "date" else "-")


def _joined(places, mark="-"):
    def of(fields):
        parts = [fields[i].strip() for i in places]
        return mark.join(parts) if all(parts) else ""  # half a lane is none

    return Join(list(places), of)


def _date(header, rows, dates, one):
    """Return the join of the parts of a date, or None if the table has a date in one column."""
    parts = set(one.values())
    whole = [i for i in dates if i not in parts]
    if whole or "year" not in one:
        return _with_hour(header, rows, whole or dates, one)
    year = one["year"]
    if not _all(column(rows, year), YEAR.fullmatch):
        return None
    if "month" in one and "day" in one:
        if _all(column(rows, one["month"]), _month) and _all(column(rows, one["day"]), _small(31)):
            places = [year, one["month"], one["day"]]
            return Join(places, lambda fields: _day(*(fields[i] for i in places)))
    for unit, most in (("month", 12), ("week", 53), ("quarter", 4)):
        place = one.get(unit)
        if place is not None and _all(column(rows, place), _TESTS.get(unit, _small(most))):
            return Join([year, place], lambda fields, unit=unit, i=place: _part(unit, fields[year], fields[i]))
    return None


def _with_hour(header, rows, dates, one):
    """Return the join of a date and an hour, if the column of dates holds no times itself."""
    if len(dates) != 1 or "hour" not in one:
        return None
    day, hour = dates[0], one["hour"]
    name = plain(without_unit(header[hour]))
    days, hours = column(rows, day), column(rows, hour)
    if not all(_HOUR.fullmatch(cell.strip()) for cell in hours if cell.strip()) or any(":" in cell for cell in days):
        return None
    if not any(cell.strip() for cell in hours) or (name not in _HOURS and not all(map(_CLOCK.search, hours))):
        return None

    def of(fields):
        text = fields[hour].strip()
        if not text or not fields[day].strip():
            return fields[day]
        parts = re.split(r"[:.]", re.sub(r"\s*(?:h|uhr)$", "", text, flags=re.IGNORECASE))
        return f"{fields[day].strip()} {':'.join(part.zfill(2) for part in (*parts, '00')[: max(2, len(parts))])}"

    return Join([day, hour], of)


def _all(cells, test):
    """Return whether nine in ten of the cells that are given pass a test."""
    given = [cell.strip() for cell in cells if not is_nothing(cell)]
    return bool(given) and sum(bool(test(cell)) for cell in given) >= 0.9 * len(given)


def _small(most):
    return lambda text: is_numeric(text) and 1 <= _number(text) <= most


def _number(text):
    digits = re.search(r"\d{1,4}", text)
    return int(digits[0]) if digits else 0


def _month(text):
    """Return the number of a month written as a number or a name; 0 if it is neither."""
    if named := MONTH_OF.get(plain(text)):
        return named
    return _number(text) if re.fullmatch(r"0?[1-9](?:\.0)?|1[0-2](?:\.0)?", text.strip()) else 0


def _quarter(text):
    """Return whether a cell is the number of a quarter: 1, Q1, 1. Quartal."""
    number, words = re.search(r"\d+", text), re.findall(r"[^\W\d_]+", text)
    return bool(number and 1 <= int(number[0]) <= 4 and all(plain(word) in QUARTER_WORDS for word in words))


_TESTS = {"month": _month, "quarter": _quarter}  # whether a cell is the number of a part of a year


def _part(unit, year, text):
    """Return the first day of a period as text; what cannot be read stays as it is, so that the reader refuses it."""
    number = _month(text) if unit == "month" else _number(text)
    return dated(unit, number, _number(year)) or f"{year.strip()} {text.strip()}".strip()


def _day(year, month, day):
    number = _month(month)
    return f"{_number(year):04d}-{number:02d}-{_number(day):02d}" if number else f"{year} {month} {day}".strip()
