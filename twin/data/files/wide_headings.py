"""Find the columns of a wide table that are periods, and their dates."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from twin.data.files.headings import FIRST_CHOICE, MEASURES, PAIRS, is_total, plain, without_unit
from twin.data.files.joins import YEAR
from twin.data.files.layout import are_numbers, column, is_date, is_nothing
from twin.data.files.period_headings import Period, period_of, quarter_text

FIRST_MONDAY = date(2001, 1, 1)  # date of the first of numbered periods without a year
FEWEST = {"date": 2, "month": 2, "day": 3, "week": 3, "quarter": 2}  # headings that make a table wide


def periods_in(header: Sequence[str], rows: Sequence[list[str]], parts: Sequence[tuple[str, str]]) -> dict[int, Period]:
    """Return the columns of the largest group of headings that are periods of one kind, with their periods."""
    found = {}
    for i, name in enumerate(header):
        period = period_of(name)
        if period is None and parts:
            upper, lower = parts[i]
            if plain(without_unit(lower)) in FIRST_CHOICE["volume"]:
                period = period_of(upper)
            elif plain(without_unit(upper)) in FIRST_CHOICE["volume"]:
                period = period_of(lower)
        if period and _are_volumes(column(rows, i)):
            found[i] = period
    groups: dict[tuple, dict[int, Period]] = defaultdict(dict)
    for i, period in found.items():
        unit = "month" if period.unit == "date" else period.unit
        groups["dated" if period.text else "numbered", unit, period.run][i] = period
    best = max(groups.values(), key=len, default={})
    return best if best and len(best) >= FEWEST[next(iter(best.values())).unit] else {}


def may_be_a_period(heading: str, rows: Sequence[list[str]], place: int, parts: Sequence[tuple[str, str]]) -> bool:
    """Return whether a column between periods holds volumes below a heading that is neither a period nor a total."""
    known = period_of(heading) or is_total(heading) or YEAR.fullmatch(heading.strip()) or not heading.strip()
    known = known or (parts and any(map(period_of, parts[place])))  # with another measure
    return not known and plain(without_unit(heading)) not in MEASURES and are_numbers(column(rows, place))


def _are_volumes(cells: Sequence[str]) -> bool:
    """Return whether the cells below a heading are numbers and no dates."""
    given = [cell for cell in cells if not is_nothing(cell)]
    return not given or (are_numbers(given) and not all(map(is_date, given)))


def year_column(
    header: Sequence[str], others: Sequence[int], rows: Sequence[list[str]], periods: dict[int, Period]
) -> int | None:
    """Return the column of years that belongs to months or weeks without a year, or None."""
    if any(period.text for period in periods.values()):
        return None
    years = [i for i in others if plain(without_unit(header[i])) in PAIRS["year"]]
    return years[0] if len(years) == 1 and are_numbers(column(rows, years[0])) else None


def dates_of_columns(
    periods: dict[int, Period], has_year: bool, header: Sequence[str], others: list[int]
) -> dict[int, str]:
    """Return the date of each column as text; empty if the headings are numbered and the table has dates as well."""
    if has_year:
        return {i: str(period.number) for i, period in periods.items()}
    if all(period.text for period in periods.values()):
        return {i: period.text for i, period in periods.items()}
    numbers = _in_order([period.number for period in periods.values()], next(iter(periods.values())).unit)
    if any(plain(without_unit(header[i])) in FIRST_CHOICE["date"] for i in others) or len(set(numbers)) < len(numbers):
        return {}
    first, unit = min(numbers), next(iter(periods.values())).unit
    if unit == "month" and not next(iter(periods.values())).run:
        first = 1  # a month by its name keeps its place in the year
    return {i: _numbered(unit, number - first) for i, number in zip(periods, numbers, strict=True)}


def _in_order(numbers: list[int], unit: str) -> list[int]:
    """Return numbers of weeks, months or quarters that begin anew within a table as numbers that go on: 51, 52, 53."""
    turns = [i for i in range(1, len(numbers)) if numbers[i] < numbers[i - 1]]
    if len(turns) != 1 or unit not in ("week", "month", "quarter") or numbers[turns[0]] != 1:
        return numbers
    turn = turns[0]
    return [number + (numbers[turn - 1] if i >= turn else 0) for i, number in enumerate(numbers)]


def _numbered(unit: str, place: int) -> str:
    """Return the first day of a period of a run that begins on FIRST_MONDAY."""
    if unit in ("day", "week"):
        return (FIRST_MONDAY + timedelta(days=place * (7 if unit == "week" else 1))).isoformat()
    if unit == "quarter":
        return quarter_text(FIRST_MONDAY.year + place // 4, place % 4 + 1)
    return date(FIRST_MONDAY.year + place // 12, place % 12 + 1, 1).isoformat()
