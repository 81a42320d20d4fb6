"""Real records inside the package: series of facts, each in a folder of its own with its source and a statement.

A folder holds flows.csv.gz (date, lane, volume and, if known, returns), record.toml (title, source, licence,
attribution, what the record is, how it was derived, what is missing, what it must not be used for, digests), and, for
some, lead_times.csv.gz. `load_history("record:NAME")` reads the flows. tools/records.py derives all of them.
"""

import gzip
import hashlib
import tomllib
import zlib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from twin.data.places import RECORD_PREFIX
from twin.data.text import visible

_FOLDER = Path(__file__).parent
_FLOWS, _LEAD_TIMES = "flows.csv.gz", "lead_times.csv.gz"


@dataclass(frozen=True)
class PublicRecord:
    """A record of the package and the statement that comes with it.

    name, title : its name, and one line on what it holds.
    unit : unit of its volumes.
    source, licence, attribution : publisher and title, terms, and the line to print beside anything made from it.
    statement : sentences by the words what, derived, missing and not_for.
    digests : SHA-256 digest of each file by its name, taken before compression.
    """

    name: str
    title: str
    unit: str
    source: str
    licence: str
    attribution: str
    statement: dict[str, str]
    digests: dict[str, str]


def record_names() -> list[str]:
    """Return the names of all records, in alphabetical order.

    >>> "sfo-air-cargo" in record_names()
    True
    """
    return sorted(path.parent.name for path in _FOLDER.glob("*/record.toml"))


def public_record(name: str) -> PublicRecord:
    """Return the record of a name, with or without "record:" before it; a name that is not known is a ValueError.

    >>> public_record("record:sfo-air-cargo").attribution
    'Data: City and County of San Francisco, Air Traffic Cargo Statistics.'
    >>> public_record("sfo-aircargo")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: record must be one of online-retail, ...; got sfo-aircargo; the nearest is record:sfo-air-cargo
    """
    name, names = str(name).removeprefix(RECORD_PREFIX), record_names()
    if name not in names:
        near = get_close_matches(name.casefold(), names, n=1, cutoff=0.0) if name else []
        raise ValueError(
            f"record must be one of {', '.join(names)}; got {visible(name) or 'no name'}"
            + "".join(f"; the nearest is {RECORD_PREFIX}{other}" for other in near)
        )
    held = tomllib.loads((_FOLDER / name / "record.toml").read_text(encoding="utf-8"))
    told = {key: held[key] for key in ("title", "unit", "source", "licence", "attribution", "statement")}
    return PublicRecord(name=name, digests=held["sha256"], **told)


def listing() -> str:
    """Return a line for each record: its name and title."""
    names = record_names()
    width = max(map(len, names)) + len(RECORD_PREFIX)
    return "\n".join(f"{RECORD_PREFIX + name:{width}}  {public_record(name).title}" for name in names)


def flows_file(record: PublicRecord) -> Path:
    """Return the path of the flows of a record; a file that is damaged or changed is a ValueError."""
    return _checked(record, _FLOWS)


def lead_times(name: str) -> pd.DataFrame:
    """Return the order lines of a record, one row each, with their lead times; a record without is a ValueError.

    lead time = delivered - ordered,  days late = delivered - scheduled

    The columns are lane, country, mode, packs, ordered, scheduled, delivered (days), lead_time_days (NaN if no order
    date is known; negative where the source has a delivery before its order) and late_days (negative if early). Rows
    are in the order of their scheduled days.

    >>> lines = lead_times("scms")
    >>> len(lines), int(lines["lead_time_days"].count()), f"{lines['lead_time_days'].mean():.2f}"
    (10324, 4592, '105.56')
    """
    record = public_record(name)
    if _LEAD_TIMES not in record.digests:
        others = [other for other in record_names() if _LEAD_TIMES in public_record(other).digests]
        raise ValueError(f"record must be one with lead times ({', '.join(others)}); got {record.name}")
    days = ["ordered", "scheduled", "delivered"]
    path = _checked(record, _LEAD_TIMES)
    lines = pd.read_csv(path, parse_dates=days, keep_default_na=False, na_values={day: [""] for day in days})
    lines = lines.sort_values(["scheduled", "delivered"], kind="stable", ignore_index=True)
    lines.insert(0, "lane", lines["country"] + " (" + lines["mode"] + ")")
    lines["lead_time_days"] = (lines["delivered"] - lines["ordered"]).dt.days
    lines["late_days"] = (lines["delivered"] - lines["scheduled"]).dt.days
    return lines


def _checked(record, file):
    """Return the path of a file of a record, after comparing its digest."""
    path = _FOLDER / record.name / file
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as why:
        raise ValueError(f"{RECORD_PREFIX}{record.name} cannot be read ({why}); install the package again") from None
    if hashlib.sha256(content).hexdigest() != record.digests[file]:
        raise ValueError(
            f"{RECORD_PREFIX}{record.name} is not as it was shipped: {file} has another digest than record.toml"
        )
    return path
