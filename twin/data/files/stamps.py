"""Time stamps: the day on which each falls in a time zone, and the days that a record covers in part."""

import datetime
import re
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from twin.data.advice import Advice
from twin.data.files.dates import Rivals, parse_date
from twin.data.text import visible

DAY = 24 * 60  # [minute]
MOST_CLOCKS = 100_000  # ends of time stamps that are kept
RARE_SILENCE = 0.01  # a silence at the edge of a record with a smaller probability is no chance [-]
FEWEST_STAMPS = 3  # distinct times of a usual day below which stamps say nothing about the hours of work [-]
FEWEST_DAYS = 3  # days between the first and the last from which the usual hours are known [day]
DAYS_TO_COMPARE, LEAST_GAP = 5, 60  # days from which a longer silence than any other is told, if so long [day, minute]
UTC_SECONDS = "seconds since 1970 in UTC"
SECONDS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}  # forms -> parts of 1 s
_CLOCK = re.compile(
    r"[T\s,]\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d(?:[.,]\d+)?)?\s*(?:(?P<half>[AP])\.?M\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$",
    re.ASCII | re.IGNORECASE,
)
_UTC = datetime.UTC


class Stamps:
    """A parser of dates as `parse_date`, which knows time zones and notes the times of day that it has seen.

    Without a zone, a time stamp falls on the day that is written, and seconds since 1970 on the day of UTC.
    """

    def __init__(self, timezone: str | None = None) -> None:
        self.timezone, self.zone = timezone, ZoneInfo(timezone) if timezone else None
        self.times: dict[str, dict[datetime.date, int]] = {"": {}}  # bits of the minutes seen, by form and day
        self.clocks: dict[str, Clock | None] = {}  # parsed ends of time stamps
        self.offsets: dict[tuple[str, str], None] = {}  # offsets as written, each with its form, in order
        self.moved: dict[str, tuple[str, datetime.date]] = {}  # first stamp that falls on another day than written
        self.midnight = ""  # first time stamp at 24:00

    def __call__(self, text: str) -> datetime.date | Rivals:
        day = parse_date(text)
        if (at := text.find(":")) > 0:
            end = text[max(at - 3, 0) :]  # from the mark before the hour on
            clock = self.clocks[end] if end in self.clocks else self._parsed(end)
            if clock is None:
                return day
            if clock.bit and type(day) is datetime.date:  # the usual kind, for which each microsecond counts
                times = self.times[""]
                times[day] = times.get(day, 0) | clock.bit
                return day
            return self._with_clock(text, day, clock)
        if isinstance(day, Rivals) and len(text.strip()) >= 10:
            return self._of_digits(text, day)
        return day

    def notes(self, cells: Sequence[datetime.date | Rivals], days: np.ndarray) -> list[str]:
        """Return a sentence on the zone of the days, if time stamps have an offset or a zone is asked for.

        cells, days : the distinct dates of the column, and the day that was decided for each.
        """
        forms = _forms(cells, days)
        zones = [zone for form, zone in self.offsets if form in forms]
        if self.zone and not zones:
            return [f"no time stamp has an offset from UTC, so none is moved to the days of {self.timezone}"]
        if self.zone:
            moved = next((example for form, example in self.moved.items() if form in forms), None)
            example = f": {visible(moved[0].strip())!r} is {moved[1]}" if moved else ", which are the days as written"
            return [f"time stamps with an offset from UTC fall on the days of {self.timezone}{example}"]
        if not zones:
            return []
        text = f"time stamps have an offset from UTC ({', '.join(zones[:3])}); they fall on the day as written"
        if zones == [UTC_SECONDS]:
            text = f"time stamps in {UTC_SECONDS} fall on the day of UTC"
        return [Advice(f"{text}, unless a zone is stated", ("timezone", "Europe/Berlin"))]

    def cut_days(self, cells: Sequence[datetime.date | Rivals], days: np.ndarray, used: np.ndarray) -> list["CutDay"]:
        """Return the first and the last day of a record if it covers them only in part.

        A day is cut if the silence before its first time stamp, or after its last, is no chance at the rate of the
        other days of its weekday, (1 - p)^n < 0.01 with n times on a usual day of which the share p is in the silence,
        or if it is longer than on every other day by more than these differ, and by an hour.

        cells, days : the distinct dates of the column, and the day that was decided for each; used : days of the rows.
        """
        forms = _forms(cells, days)
        times: dict[np.datetime64, int] = {}
        for form in forms & self.times.keys():
            for day, bits in self.times[form].items():
                times[np.datetime64(day, "D")] = times.get(np.datetime64(day, "D"), 0) | bits
        on_record = np.unique(used)
        between = [day for day in on_record[1:-1] if day in times]
        if len(between) < FEWEST_DAYS:
            return []
        found = []
        for day, place in ((on_record[0], "first"), (on_record[-1], "last")):
            alike = [times[other] for other in between if (other - day).astype(int) % 7 == 0]
            others = [times[other] for other in between]
            if day in times and (minute := _cut(times[day], alike, others, place)) is not None:
                found.append(CutDay(day, place, f"{minute // 60:02}:{minute % 60:02}"))
        return found

    def _parsed(self, end):
        """Return the clock at the end of a time stamp; None if there is none."""
        if len(self.clocks) == MOST_CLOCKS:
            self.clocks.clear()
        match = _CLOCK.search(end)
        self.clocks[end] = clock = match and _clock(match)
        return clock

    def _with_clock(self, text, day, clock):
        if clock.minute == DAY and not self.midnight:
            self.midnight = text.strip()
        if clock.zone:
            self.offsets.update(dict.fromkeys((form, clock.zone) for form, _ in _readings(day)))
        if not (self.zone and clock.zone):
            for form, reading in _readings(day):
                self._note(form, reading, min(clock.minute, DAY - 1))  # 24:00 is the end of the day that is written
            return day
        utc = clock.minute - clock.offset
        if not isinstance(day, Rivals):
            return self._local(text, day, utc)
        return Rivals(day.kind, tuple((form, self._local(text, each, utc, form)) for form, each in day.readings))

    def _local(self, text, day, minutes, form=""):
        """Return the day of the zone that it is some minutes after a day begins in UTC."""
        written = datetime.datetime(day.year, day.month, day.day, tzinfo=_UTC)
        moment = (written + datetime.timedelta(minutes=minutes)).astimezone(self.zone)
        self._note(form, moment.date(), 60 * moment.hour + moment.minute)
        if moment.date() != day:
            self.moved.setdefault(form, (text, moment.date()))
        return moment.date()

    def _of_digits(self, text, day):
        digits, readings = re.sub(r"[.,].*", "", text.strip()), []
        for form, written in day.readings:
            if form in SECONDS:
                self.offsets.setdefault((form, UTC_SECONDS))
                minutes = int(digits) // SECONDS[form] % 86_400 // 60
                if self.zone:
                    written = self._local(text, written, minutes, form)
                else:
                    self._note(form, written, minutes)
            elif form.startswith("yyyymmddhh"):
                self._note(form, written, min(60 * int(digits[8:10]) + int(digits[10:12] or 0), DAY - 1))
            readings.append((form, written))
        return Rivals(day.kind, tuple(readings))

    def _note(self, form, day, minute):
        times = self.times.setdefault(form, {})
        times[day] = times.get(day, 0) | 1 << minute


class Clock(NamedTuple):
    """A time of day, 1440 for 24:00 [minute], and the zone as written, with its offset from UTC [minute].

    bit : the bit of the minute; 0 at 24:00, and if there is a zone.
    """

    minute: int
    zone: str
    offset: int
    bit: int


class CutDay(NamedTuple):
    """A day that a record covers only in part: the "first" or "last" one, and its first or last time stamp."""

    day: np.datetime64
    place: str
    time: str

    @property
    def sentence(self) -> str:
        """Return the reason against a row of this day."""
        return (
            f"is in the unfinished {self.place} day of the record, {self.day}, whose {self.place} time is {self.time}"
        )


def _cut(bits: int, alike: list[int], others: list[int], place: str) -> int | None:
    """Return the first or last minute of a day if the silence before or after it is unusual; alike : same weekday."""
    first = place == "first"
    edge = (lambda b: (b & -b).bit_length() - 1) if first else (lambda b: b.bit_length() - 1)
    minute, edges = edge(bits), [edge(other) for other in others]
    silent = (1 << minute) - 1 if first else ~((1 << minute + 1) - 1)
    missing, total = (sum((other & part).bit_count() for other in alike or others) for part in (silent, -1))
    usual = total / len(alike or others)
    if usual < FEWEST_STAMPS:
        return None
    beyond = minute - max(edges) if first else min(edges) - minute
    longest = alike and len(edges) >= DAYS_TO_COMPARE and beyond > max(max(edges) - min(edges), LEAST_GAP)
    return minute if longest or (1 - missing / (total + 1)) ** usual < RARE_SILENCE else None


def _readings(day):
    """Return the readings of a date, each (form, day); of a date with one reading, the form is empty."""
    return day.readings if isinstance(day, Rivals) else (("", day),)


def _forms(cells, days):
    """Return the forms that were decided for the cells of several readings, and "" for all others."""
    forms, against = {""}, set()
    for cell, day in zip(cells, days.tolist(), strict=True):
        if isinstance(cell, Rivals):
            for form, reading in cell.readings:
                (forms if reading == day else against).add(form)
    return forms - against


def _clock(match):
    hour, zone, offset = int(match["hour"]), match["zone"] or "", 0
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"].upper() == "P")
    if zone[:1] in ("+", "-"):
        offset = int(f"{zone[0]}1") * (60 * int(zone[1:3]) + int(zone[3:].replace(":", "") or 0))
    minute = 60 * hour + int(match["minute"])
    return Clock(minute, zone, offset, 0 if zone or minute == DAY else 1 << minute)
