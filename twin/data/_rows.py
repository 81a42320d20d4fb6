"""From records to vectors: each distinct text is parsed once, and what cannot be used is refused."""

import re
from array import array

import numpy as np
import pandas as pd
from tqdm import tqdm

from twin.data._columns import match_columns
from twin.data._dates import CONTRADICTS, parse_date, settle
from twin.data._reading import inspect, records
from twin.data.account import Refused, visible

CHUNK = 1 << 16  # records between two updates of the progress bar
LARGEST = 1e15  # [pallet] whole numbers above about 9e15 are no longer exact
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


class Memo(dict):
    """Parse each distinct text once."""

    def __init__(self, parse):
        self.parse = parse

    def __missing__(self, text):
        value = self[text] = self.parse(text)
        return value


def number_parser(name, decimal):
    """Return a function from text to a finite number >= 0; its refusals speak of `name`."""
    other = "," if decimal == "." else "."
    thousands = rf"[+-]?\d{{1,3}}(?:\{other}\d{{3}})"
    grouped = re.compile(rf"{thousands}{{2,}}(?:\{decimal}\d+)?|{thousands}+\{decimal}\d+", re.ASCII)

    def parse(text):
        text = text.strip()
        if not text:
            raise Refused(f"{name} is empty")
        if text.lower().lstrip("+-") in ("nan", "na", "n/a", "null", "none"):
            raise Refused(f"{name} is not a number (missing)")
        if text.lower().lstrip("+-") in ("inf", "infinity"):
            raise Refused(f"{name} is infinite")
        if grouped.fullmatch(text):  # 1,234,567 or 1,234.5: no other reading is possible
            text = text.replace(other, "")
        plain = text.replace(decimal, ".")
        if other in text or not _NUMBER.fullmatch(plain):
            if _NUMBER.fullmatch(re.sub(r"[.,'\s]", "", text)):  # 1,234 may be 1234 or 1.234: never guessed
                raise Refused(f"{name} has thousands separators or a decimal mark that is not {decimal!r}")
            raise Refused(f"{name} is not a number")
        value = float(plain)
        if value < 0:
            raise Refused(f"{name} is negative")
        if value > LARGEST:
            raise Refused(f"{name} is infinite" if np.isinf(value) else f"{name} is above {LARGEST:.0e}")
        return abs(value)  # no minus zero

    return parse


def _numbered(parse):
    """Return (memo, values): the memo gives each distinct text the place of its value in the list."""
    values = []

    def place(text):
        values.append(parse(text))
        return len(values) - 1

    return Memo(place), values


def _lane(text):
    text = text.strip().strip("\ufeff")
    if not text:
        raise Refused("lane is empty")
    if "\0" in text:
        raise Refused("lane has a NUL byte")
    return text


class _Growing:
    """The vectors of usable rows while a file is being read."""

    def __init__(self, at, decimal):
        self.at = at
        self.names = [name for name in ("volume", "returns") if name in at]
        self.numbers = {name: Memo(number_parser(name, decimal)) for name in self.names}
        self.dates, self.parsed = _numbered(parse_date)
        self.lanes, self.lane_names = _numbered(_lane)
        self.line, self.date, self.lane, self.mark = array("q"), array("q"), array("q"), array("q")
        self.value = {name: array("d") for name in self.names}

    def add(self, line, fields):
        """Append one record; one whose lane and date alone can be read is appended as unknown, and Refused raised."""
        date, lane = self.dates[fields[self.at["date"]]], self.lanes[fields[self.at["lane"]]]
        try:
            values, refused = [self.numbers[name][fields[self.at[name]]] for name in self.names], None
        except Refused as why:
            values, refused = [np.nan for _ in self.names], why
        self.line.append(line)
        self.date.append(date)
        self.lane.append(lane)
        self.mark.append(hash(tuple(fields)))  # tells exact copies without keeping the text
        for name, value in zip(self.names, values, strict=True):
            self.value[name].append(value)
        if refused:
            raise refused

    def forget(self):
        """Forget parsed volumes: unlike dates and lanes they may never repeat, and memory stays bounded."""
        for memo in self.numbers.values():
            memo.clear()

    def table(self, dayfirst, file):
        """Return (rows, unknown, refused, note) once the whole column of dates is known."""
        date, lane = (np.asarray(code, dtype=np.int64) for code in (self.date, self.lane))
        texts, counts = list(self.dates), np.bincount(date, minlength=len(self.parsed))
        days, note = settle(self.parsed, texts, counts, dayfirst, file)
        names = sorted(set(self.lane_names))
        code = {name: i for i, name in enumerate(names)}
        lane = np.array([code[name] for name in self.lane_names], dtype=np.int64)[lane]
        rows = pd.DataFrame(
            {
                "line": np.asarray(self.line),
                "date": days[date],
                "lane": pd.Categorical.from_codes(lane, pd.Index(names, dtype="str")),
                **{name: np.asarray(value) for name, value in self.value.items()},
                "copy": pd.Series(np.asarray(self.mark)).duplicated(),
            }
        )
        lost = rows["volume"].isna()  # refused already; what flowed there and then is unknown, not zero
        unknown, rows = rows.loc[lost, ["date", "lane"]].dropna(), rows[~lost]
        date, contrary = date[~lost.to_numpy()], rows["date"].isna().to_numpy()
        written = [texts[i] for i in date[contrary]]
        refused = [
            (line, CONTRADICTS, visible(f"{text}, {lane}, {volume:g}"))
            for line, text, lane, volume in zip(
                rows["line"][contrary], written, rows["lane"][contrary], rows["volume"][contrary], strict=True
            )
        ]
        return rows[~contrary].reset_index(drop=True), unknown, refused, note


def read_rows(path, *, columns=None, dayfirst=None, decimal=".", progress=False):
    """Return (rows, unknown, refused, facts): usable rows, others as (line, reason, text), fields of the account.

    rows : line, date, lane (categorical), volume, returns (when the file has them), copy (exact copy of an
        earlier record).
    unknown : date and lane of refused rows where just the volume or the returns could not be read.
    """
    source = inspect(path)
    refused, blank, read = [], 0, 0
    with source.open() as (text, position), _bar(source, progress) as bar:
        stream = records(text, source.separator)
        header = next((fields for _, fields, _ in stream if fields is None or any(fields)), [])
        if header is None:
            raise ValueError(f"{path} has a header whose quotes do not close properly")
        growing = _Growing(match_columns(header, path, columns), decimal)
        for line, fields, raw in stream:
            if fields == [] or fields == [""]:
                blank += 1
                continue
            read += 1
            if read % CHUNK == 0:
                bar.update(position() - bar.n)
                growing.forget()
            try:
                if fields is None:
                    quoted = '"' in raw[0]
                    raise Refused("quotes do not close properly" if quoted else "field is too long")
                if len(fields) != len(header):
                    raise Refused(f"row does not have the {len(header)} fields of the header")
                growing.add(line, fields)
            except Refused as why:
                refused.append((line, str(why), visible("".join(raw))))
        bar.update(position() - bar.n)
    if not read:
        raise ValueError(f"{path} has a header and no rows")
    rows, unknown, contrary, note = growing.table(dayfirst, path)
    used = growing.at.values()
    notes = [note] if note else []
    stray = len(growing.lane_names) - len(set(growing.lane_names))
    if stray:
        notes.append(f"lane names that differ from another only by blanks around them, taken as one lane: {stray:,}")
    if blank:
        notes.append(f"blank lines skipped: {blank:,}")
    if source.encoding in ("cp1252", "latin-1"):
        notes.append(f"the text is not utf-8; it was read as {source.encoding}, so accents may be wrong")
    facts = {
        "file": str(path),
        "encoding": source.encoding,
        "separator": source.separator,
        "rows_read": read,
        "columns": {header[i].strip("\ufeff"): ours for ours, i in growing.at.items()},
        "ignored": tuple(name.strip("\ufeff") for i, name in enumerate(header) if i not in used),
        "notes": tuple(notes),
    }
    return rows, unknown, refused + contrary, facts


def _bar(source, progress):
    return tqdm(total=source.size, unit="B", unit_scale=True, desc=source.path.name, disable=not progress)
