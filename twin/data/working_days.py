"""Find the working calendar of a daily record: closed weekdays from its silence, holidays of countries on request."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from twin._check import require
from twin.data.advice import Advice
from twin.data.calendar import WEEKDAY_NAMES, WEEKDAYS, WorkingCalendar, weekday_of
from twin.data.periods import ONE_DAY
from twin.data.record import UNLIKELY

OPEN = "none"  # value of the option `closed` by which every weekday is open
CHANCE = 0.05  # a silence with a smaller probability is told, though it may be chance [-]
YEARS_AHEAD = 3  # years after the record whose holidays are known, for forecasts [year]


class Closing(NamedTuple):
    """The closed weekdays and holidays that a user states.

    closed : weekdays such as "sat,sun", or "none"; None: the record decides.
    holidays : countries and regions such as "DE-BE,PL", whose holidays are closed; None: no holidays.
    """

    closed: str | None = None
    holidays: str | None = None


RECORD_DECIDES = Closing()  # nothing is stated


def closed_weekdays(text: str) -> tuple[int, ...]:
    """Return the numbers of weekdays, 0 for Monday, in a list such as "sat,sun"; () for "none".

    >>> closed_weekdays("sun, Saturday")
    (5, 6)
    """
    names = [name.strip().lower() for name in text.split(",")]
    if names == [OPEN]:
        return ()
    found = {name: [i for i, full in enumerate(WEEKDAY_NAMES) if name in (full.lower(), WEEKDAYS[i])] for name in names}
    known = all(found.values()) and len(found) < 7
    require(known, "closed", f"fewer than seven of {','.join(WEEKDAYS)} with commas, or {OPEN}", repr(text))
    return tuple(sorted(day for days in found.values() for day in days))


def working_calendar(
    active: np.ndarray, first: np.datetime64, last: np.datetime64, closing: Closing, notes: list[str]
) -> WorkingCalendar:
    """Return the calendar of a daily record; `notes` gets a sentence on every closed day.

    A weekday is closed if it is stated, or if nothing flows on any of its n days in the record and this silence is no
    chance at the rate of the other weekdays:  (1 - p)^n < 0.001,  p = days with flow / (days + 1) of the others

    A holiday on which something flows is a period, and so are those of the same name outside the record.

    Parameters
    ----------
    active : distinct days with a flow, or with one that could not be read, of whichever lane.
    first, last : first and last day of the record.
    """
    if closing.closed is None:
        closed = _silent_weekdays(active, first, last, notes)
    else:
        closed = closed_weekdays(closing.closed)
        names = ", ".join(WEEKDAY_NAMES[day] for day in closed) or "no weekday"
        notes.append(f"closed as asked: {names}")
    if not closing.holidays:
        return WorkingCalendar("D", closed)
    return WorkingCalendar("D", closed, _holidays(active, first, last, closed, closing.holidays, notes))


def said_of_periods(calendar: WorkingCalendar) -> list[str]:
    """Return a sentence on what a period is if days are closed; none if they are all open."""
    if calendar.length == calendar.period:
        return []
    return [
        f"closed days are no periods: a period is a working day, which stands for {calendar.days_per_period:.4g} days "
        "of a lead time, and costs per period are costs of a working day"
    ]


def _silent_weekdays(active, first, last, notes):
    """Return the weekdays on which nothing flows for another reason than chance."""
    total = np.bincount(weekday_of(np.arange(first, last + ONE_DAY)), minlength=7)
    flowing = np.bincount(weekday_of(active), minlength=7)
    open_days = total[flowing > 0].sum()
    rate = flowing.sum() / (open_days + 1)
    chance = np.where(flowing == 0, (1 - rate) ** total, 1.0)
    closed = tuple(np.flatnonzero(chance < UNLIKELY).tolist())
    if closed:
        text = f"{_plurals(closed)}: no flow on any of {_counts(total, closed)}, so they are taken as closed"
        notes.append(Advice(f"{text}, unless stated", ("closed", "none")))
    if rare := np.flatnonzero((chance >= UNLIKELY) & (chance < CHANCE)).tolist():
        names = ",".join(WEEKDAYS[day] for day in rare)
        text = (
            f"{_plurals(rare)}: no flow on any of {_counts(total, rare)}, too few to take them as closed, so they are "
            "periods, unless stated"
        )
        notes.append(Advice(text, ("closed", names)))
    return closed


def _holidays(active, first, last, closed, regions, notes):
    """Return the closed holidays from the year before the record to some years after it."""
    begin, end = (day.astype("datetime64[Y]").astype(int) + 1970 for day in (first, last))
    named = holidays_of(regions, range(begin - 1, end + YEARS_AHEAD + 1))
    days = np.array(sorted(named), dtype="datetime64[D]")
    on_record = (days >= first) & (days <= last) & ~np.isin(weekday_of(days), closed)
    worked = on_record & np.isin(days, active)
    names = {named[day] for day in days[worked].tolist()}
    alike = ((days < first) | (days > last)) & np.array(
        [name in names for _, name in sorted(named.items())], dtype=bool
    )
    sentence = f"holidays of {regions}: {int((on_record & ~worked).sum()):,} on open weekdays of the record are closed"
    if worked.any():
        sentence += (
            f"; {int(worked.sum()):,} with flow are periods ({', '.join(map(str, days[worked][:3]))}"
            f"{', ...' if worked.sum() > 3 else ''})"
        )
    notes.append(sentence)
    return tuple(days[~worked & ~alike].tolist())


def holidays_of(regions: str, years: Iterable[int]) -> dict[datetime.date, str]:
    """Return the public holidays of countries, or of their regions, in some years, each with its name.

    regions : codes of ISO 3166 with commas, such as "DE-BE,PL".

    >>> found = holidays_of("DE-BE", [2024])
    >>> found[datetime.date(2024, 5, 1)], datetime.date(2024, 3, 8) in found
    ('Labor Day', True)
    """
    import holidays  # here, because it takes long to load, and few need it

    countries, found = holidays.list_supported_countries(), {}
    for region in (text.strip().upper() for text in regions.split(",")):
        country, _, part = region.partition("-")
        require(country in countries, "holidays", "countries or regions such as DE-BE, with commas", repr(regions))
        parts = {name.upper(): name for name in countries[country]}
        known = f"{country}, or {country}- with one of {', '.join(countries[country])}"
        require(not part or part in parts, "holidays", known, repr(region))
        found |= holidays.country_holidays(country, parts.get(part), years=years, language="en_US")
    return found


def _plurals(days):
    return " and ".join(f"{WEEKDAY_NAMES[day]}s" for day in days)


def _counts(total, days):
    return " and ".join(f"{total[day]:,}" for day in days)
