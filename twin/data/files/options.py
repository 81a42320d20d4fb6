"""The options by which a file of flows is read, in one object that every interface fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from twin._check import require
from twin._period_kinds import PERIOD_KINDS
from twin.data.text import visible

#: Forms of a date written in digits -> what they mean, as the account and the errors say it.
FORMS = {
    "yyyymm": "year and month",
    "yyyyww": "year and ISO week",
    "yyyyq": "year and quarter",
    "yymmdd": "year, month and day of two digits each",
    "yyyy-dd-mm": "year, day and month, the last two of which a spreadsheet may have swapped",
    "mmyyyy": "month and year",
    "mmm-yy": "month by its name, and year of two digits",
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


@dataclass(frozen=True, kw_only=True)
class OptionRow:
    """The registry row of a field of `ReadingOptions`, from which each interface makes its control and its help.

    label : what the option is about, as the heading of a field.
    meaning : what it does, for help texts.
    choices : accepted value -> what it means; empty for texts, switches and lists.
    unset : what happens if the option is unset and has no default among the choices.
    example : placeholder of a value.
    imports : whether an import into the ledger obeys it.
    ledger : whether a history from the ledger obeys it.
    """

    name: str
    default: Any
    label: str = ""
    meaning: str = ""
    choices: Mapping[Any, str] = field(default_factory=dict)
    unset: str = "as the file shows"
    example: str = ""
    imports: bool = True
    ledger: bool = False

    @property
    def is_switch(self) -> bool:
        """True for an option that is on or off."""
        return self.default is False

    @property
    def is_list(self) -> bool:
        """True for an option that takes several texts."""
        return self.default == ()


def _option(default: Any, **row: Any) -> Any:
    """Return a field of `ReadingOptions`; its metadata hold its row of the registry, except name and default."""
    return field(default=default, metadata=row)


@dataclass(frozen=True)
class ReadingOptions:
    """Options of reading a file of flows; the defaults let the file decide, or refuse it where it does not.

    period : "D", "W", "MS" or "QS": sum the flows into days, weeks, months or quarters; None: the file's own
        period.
    gaps : "zero" or "unknown", the volume of a period without a row.
    duplicates : "sum", "first" or "refuse", for several rows of one lane and date.
    columns : headers for date, lane, volume or returns, such as {"volume": "n_total"}; a lane "From+To" joins two
        columns, and a lane "" means that all rows are one lane.
    dayfirst : whether the day comes first in dates such as 03/04/2024; None: the column decides.
    decimal : decimal mark of the numbers, "." or ","; None: the column and the other marks of the file decide.
    dates : form of dates written in digits, one of FORMS; None: the column and its heading decide.
    far_dates : "refuse" or "keep" dates that are far from all others.
    negative : "refuse" negative volumes, take them as "returns", "subtract" them from the volume of their day, or take
        them as "outbound": what went out, from which positive volumes are subtracted.
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

    period: str | None = _option(
        None,
        label="Period",
        meaning="sum the flows into days, weeks, months or quarters",
        choices={code: f"{kind.name}s" for code, kind in PERIOD_KINDS.items()},
        unset="the file's own",
        imports=False,
        ledger=True,
    )
    gaps: str = _option(
        "zero",
        label="A period without a row",
        meaning="volume of a period without a row",
        choices={"zero": "nothing flowed", "unknown": "is unknown and not counted"},
        imports=False,
        ledger=True,
    )
    duplicates: str = _option(
        "sum",
        label="Several rows of one lane and date",
        meaning="several rows of one lane and date",
        choices={"sum": "add them up", "first": "keep the first", "refuse": "refuse them all"},
        imports=False,
        ledger=True,
    )
    columns: Mapping[str, str] | None = _option(
        None,
        label="Heading of the",
        meaning="header of a column: lane=portname, lane=From+To to join two, lane= for a single lane",
        example="lane=portname",
    )
    dayfirst: bool | None = _option(
        None,
        label="Dates such as 03/04",
        meaning="order of day and month in dates such as 03/04",
        choices={True: "day first: 3 April", False: "month first: 4 March"},
    )
    decimal: str | None = _option(
        None,
        label="Decimal mark",
        meaning="decimal mark of the numbers",
        example="MARK",
        choices={".": "point", ",": "comma"},
    )
    dates: str | None = _option(
        None, label="Dates in digits", meaning="form of dates in digits", choices=FORMS, example="FORM"
    )
    far_dates: str = _option(
        "refuse",
        label="Dates far from all others",
        meaning="dates far from all others",
        choices={"refuse": "refuse them", "keep": "keep them"},
    )
    negative: str = _option(
        "refuse",
        label="Negative volumes",
        meaning="negative volumes",
        choices={
            "refuse": "refuse them",
            "returns": "are returns",
            "subtract": "subtract them from their day",
            "outbound": "are what went out, and positive ones are subtracted",
        },
    )
    where: tuple[str, ...] = _option(
        (),
        label="Only rows where",
        meaning="only rows with this value, or, with COLUMN!=VALUE, without it",
        example="COLUMN=VALUE",
    )
    sums: str | None = _option(
        None,
        label="Lanes that are the sum of others",
        meaning="lanes that are the sum of others",
        choices={"leave-out": "leave them out", "keep": "keep them"},
        unset="leave out totals, ask about others",
    )
    sheet: str | None = _option(
        None, label="Sheet", meaning="sheet of a spreadsheet", unset="the only one with flows", example="NAME"
    )
    timezone: str | None = _option(
        None,
        label="Time zone",
        meaning="days of this zone, for time stamps with an offset and for seconds in UTC",
        unset="as written, or UTC",
        example="Europe/Berlin",
    )
    closed: str | None = _option(
        None,
        label="Closed weekdays",
        meaning="weekdays on which nobody works, such as sat,sun, or none",
        unset="those without any flow",
        example="DAYS",
        imports=False,
        ledger=True,
    )
    holidays: str | None = _option(
        None,
        label="Public holidays of",
        meaning="countries and regions whose public holidays are closed, such as DE-BE,PL",
        unset="no country",
        example="REGIONS",
        imports=False,
        ledger=True,
    )
    first: str | None = _option(
        None,
        label="First day",
        meaning="first day that counts, included",
        unset="the record's",
        example="DAY",
        imports=False,
        ledger=True,
    )
    last: str | None = _option(
        None,
        label="Last day",
        meaning="last day that counts, included",
        unset="the record's",
        example="DAY",
        imports=False,
        ledger=True,
    )
    good_rows_only: bool = _option(
        False,
        label="answer although more than 5 % of the rows cannot be used",
        meaning="answer although more than 5 % of the rows cannot be used",
        imports=False,
    )

    def __post_init__(self) -> None:
        where = (self.where,) if isinstance(self.where, str) else tuple(self.where)
        object.__setattr__(self, "where", where)
        object.__setattr__(self, "columns", dict(self.columns) if self.columns else None)
        for name, row in READING.items():
            value = getattr(self, name)
            if value == "" and row.default is None:
                object.__setattr__(self, name, None)
            elif isinstance(value, date):
                object.__setattr__(self, name, value.isoformat())
            elif row.choices:
                accepted = value is row.default or (type(value) in map(type, row.choices) and value in row.choices)
                shown = " or ".join(map(repr, row.choices)) + (", or None" if row.default is None else "")
                require(accepted, name, shown, repr(value))
        if self.timezone:
            require(_is_zone(self.timezone), "timezone", "a name such as Europe/Berlin or UTC", repr(self.timezone))

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> ReadingOptions:
        """Return the options that a mapping of names to values states; a wrong name or kind of value is an error.

        >>> ReadingOptions.of({"negativ": "returns"})
        Traceback (most recent call last):
        ValueError: reading must hold options of reading a file; got 'negativ', perhaps for 'negative'
        """
        require(isinstance(given, Mapping), "reading", 'a mapping such as {"negative": "returns"}', repr(given))
        for name, value in given.items():
            if name not in READING:
                near = get_close_matches(str(name), READING, 1, 0.4)
                meant = f", perhaps for {near[0]!r}" if near else f"; there are {', '.join(READING)}"
                raise ValueError(f"reading must hold options of reading a file; got {visible(repr(name), 60)}{meant}")
            _check_kind(READING[name], value)
        return cls(**given)

    def told(self) -> dict[str, Any]:
        """Return the value of every option, as plain values for JSON."""
        return {**asdict(self), "columns": dict(self.columns or {}), "where": list(self.where)}

    def stated(self) -> dict[str, Any]:
        """Return the options that differ from their defaults."""
        values = {name: getattr(self, name) for name in READING}
        return {name: value for name, value in values.items() if value != READING[name].default}


#: Registry row of each field of `ReadingOptions`, by name and in order.
READING = {one.name: OptionRow(name=one.name, default=one.default, **one.metadata) for one in fields(ReadingOptions)}


def _check_kind(row: OptionRow, value: Any) -> None:
    """Raise ValueError unless the value is of the kind that an option takes."""
    if row.choices or value is None:
        return
    if row.name == "columns":
        named = isinstance(value, Mapping) and all(isinstance(part, str) for pair in value.items() for part in pair)
        require(named, "columns", 'a mapping such as {"volume": "n_total"}', repr(value))
    elif row.is_switch:
        require(isinstance(value, bool), row.name, "True or False", repr(value))
    elif row.is_list:
        texts = [value] if isinstance(value, str) else value
        listed = isinstance(texts, list | tuple) and all(isinstance(text, str) for text in texts)
        require(listed, row.name, f"a text such as {row.example!r}, or a list of such", repr(value))
    else:
        require(isinstance(value, str | date), row.name, "a text", repr(value))


def _is_zone(name):
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        return False
