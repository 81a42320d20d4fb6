"""The options by which a file of flows is read, in one object that every interface fills in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from twin._check import require

#: Forms of a date written in digits -> what they mean, as the account and the errors say it.
FORMS = {
    "yyyymm": "year and month",
    "yyyyww": "year and ISO week",
    "yymmdd": "year, month and day of two digits each",
    "ddmmyy": "day, month and year of two digits each",
    "mmddyy": "month, day and year of two digits each",
    "yyddd": "year and day of the year",
    "yyyyddd": "year and day of the year",
    "yyyymmm": "year and fiscal period, taken as a month",
    "yyyymmddhh": "year, month, day and hour",
    "serial-1900": "day number of a spreadsheet, counted from 1900",
    "serial-1904": "day number of a spreadsheet, counted from 1904",
    "seconds": "seconds since 1970-01-01, UTC",
    "milliseconds": "milliseconds since 1970-01-01, UTC",
}
DECIMALS = (".", ",")
NEGATIVE = ("refuse", "returns", "subtract")  # accepted treatments of negative volumes
FAR_DATES = ("refuse", "keep")  # accepted treatments of dates far from all others
SUM_CHOICES = ("leave-out", "keep")  # accepted treatments of lanes that are the sum of others


@dataclass(frozen=True)
class ReadingOptions:
    """Options of reading a file of flows; the defaults let the file decide, or refuse it where it does not.

    columns : headers for date, lane, volume or returns, such as {"volume": "n_total"}.
    dayfirst : whether the day comes first in dates such as 03/04/2024; None: the column decides.
    decimal : decimal mark of the numbers, "." or ","; None: the column and the other marks of the file decide.
    dates : form of dates written in digits, one of FORMS; None: the column and its heading decide.
    far_dates : "refuse" or "keep" dates that are far from all others.
    negative : "refuse" negative volumes, take them as "returns", or "subtract" them from the volume of their day.
    where : conditions "COLUMN=VALUE" or "COLUMN!=VALUE" on the rows; conditions on one column are alternatives.
    sums : "leave-out" or "keep" lanes that are the sum of others; None: leave out those that are called a total, and
        refuse the file if there are others.
    sheet : name of the sheet of a spreadsheet; None: the only one that holds a table of flows.
    timezone : zone in whose days time stamps with an offset or in UTC seconds fall, such as "Europe/Berlin"; None: the
        day that is written, or that of UTC.
    closed : closed weekdays such as "sat,sun", or "none"; None: those on which the record never has a flow.
    holidays : countries and regions such as "DE-BE,PL", whose public holidays are closed; None: no holidays.
    first : first day that counts, such as "2024-01-01"; None: the record's.
    last : last day that counts; None: the record's.
    good_rows_only : whether to answer although more than 5 % of the rows cannot be used.
    """

    columns: Mapping[str, str] | None = None
    dayfirst: bool | None = None
    decimal: str | None = None
    dates: str | None = None
    far_dates: str = "refuse"
    negative: str = "refuse"
    where: tuple[str, ...] = ()
    sums: str | None = None
    sheet: str | None = None
    timezone: str | None = None
    closed: str | None = None
    holidays: str | None = None
    first: str | date | None = None
    last: str | date | None = None
    good_rows_only: bool = False

    def __post_init__(self) -> None:
        where = (self.where,) if isinstance(self.where, str) else tuple(self.where)
        object.__setattr__(self, "where", where)
        object.__setattr__(self, "decimal", self.decimal or None)
        for name in ("timezone", "closed", "holidays", "first", "last"):
            object.__setattr__(self, name, getattr(self, name) or None)
        if self.timezone:
            require(_is_zone(self.timezone), "timezone", "a name such as Europe/Berlin or UTC", repr(self.timezone))
        require(self.dayfirst in (None, True, False), "dayfirst", "True, False or None", repr(self.dayfirst))
        for name, accepted, optional in (
            ("decimal", DECIMALS, True),
            ("dates", tuple(FORMS), True),
            ("far_dates", FAR_DATES, False),
            ("negative", NEGATIVE, False),
            ("sums", SUM_CHOICES, True),
        ):
            value = getattr(self, name)
            shown = " or ".join(map(repr, accepted)) + (", or None" if optional else "")
            require(value in accepted or (optional and value is None), name, shown, repr(value))


def _is_zone(name):
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        return False
