"""From records to vectors, block by block; what cannot be used is refused with its line and the reason."""

from array import array

import numpy as np
import pandas as pd
from tqdm import tqdm

from twin.data.errors import Refused
from twin.data.files.columns import match_columns
from twin.data.files.dates import CONTRADICTS, parse_date, settle
from twin.data.files.fields import Codes, Memo, number_parser
from twin.data.files.reading import inspect, records
from twin.data.lane_names import read_lane
from twin.data.settle_steps import as_categories
from twin.data.text import visible

CHUNK = 1 << 16  # records in a block, between two updates of the progress bar
# date and lane are codes; mark tells exact copies without keeping the text; a volume that is NaN could not be read,
# returns that are NaN were left blank
ROW = np.dtype([("line", "q"), ("date", "i"), ("lane", "i"), ("mark", "q"), ("volume", "d"), ("returns", "d")])


class Scan:
    """One pass over a file: `blocks` yields its rows, the attributes hold the rest once it is through.

    name : what the account calls the file, its path by default.
    dates, lanes : Codes; names : which of volume and returns the file has; refused : rows (line, reason, text).
    """

    def __init__(self, path, *, columns=None, decimal=".", progress=False, name=None):
        self.source, self.columns, self.progress = inspect(path), columns, progress
        self.name = name or str(path)
        volume, returns = (number_parser(name, decimal) for name in ("volume", "returns"))
        self.numbers = {"volume": Memo(volume), "returns": Memo(lambda text: returns(text) if text.strip() else np.nan)}
        self.dates, self.lanes = Codes(parse_date), Codes(read_lane)
        self.refused, self.read, self.blank = [], 0, 0

    def blocks(self):
        """Yield arrays of ROW: the rows whose date and lane can be read, also those whose numbers cannot."""
        with self.source.open() as (text, position), self._bar() as bar:
            stream = records(text, self.source.separator)
            self._read_header(stream)
            self.growing = {name: array(ROW[name].char) for name in ROW.names}
            for line, fields, raw in stream:
                if fields == [] or fields == [""]:
                    self.blank += 1
                    continue
                self.read += 1
                try:
                    self._add(line, fields, raw)
                except Refused as why:
                    self.refused.append((line, str(why), visible("".join(raw))))
                if self.read % CHUNK == 0:
                    bar.update(position() - bar.n)
                    yield self._block()
            bar.update(position() - bar.n)
        if not self.read:
            raise ValueError(f"{self.source.path} has a header and no rows")
        yield self._block()

    def facts(self, note=None):
        """Return what the account says of the whole file; note : the sentence on its dates."""
        notes = [note] if note else []
        stray = len(self.lanes.of) - len(self.lanes.texts)
        if stray:
            alike = "lane names that differ from another only by blanks around them, taken as one lane"
            notes.append(f"{alike}: {stray:,}")
        if self.blank:
            notes.append(f"blank lines skipped: {self.blank:,}")
        if self.source.encoding in ("cp1252", "latin-1"):
            notes.append(f"the text is not utf-8; it was read as {self.source.encoding}, so accents may be wrong")
        used = self.at.values()
        return {
            "file": self.name,
            "encoding": self.source.encoding,
            "separator": self.source.separator,
            "rows_read": self.read,
            "columns": {self.header[i].strip("\ufeff"): ours for ours, i in self.at.items()},
            "ignored": tuple(name.strip("\ufeff") for i, name in enumerate(self.header) if i not in used),
            "notes": tuple(notes),
        }

    def _read_header(self, stream):
        self.header = next((fields for _, fields, _ in stream if fields is None or any(fields)), [])
        if self.header is None:
            raise ValueError(f"{self.source.path} has a header whose quotes do not close properly")
        self.at = match_columns(self.header, self.source.path, self.columns)
        self.names = [name for name in self.numbers if name in self.at]
        self.cells = [(self.numbers[name], self.at[name]) for name in self.names]

    def _add(self, line, fields, raw):
        """Append one record; one whose lane and date alone can be read is appended as unknown, and Refused raised."""
        if fields is None:
            raise Refused("quotes do not close properly" if '"' in raw[0] else "field is too long")
        if len(fields) != len(self.header):
            raise Refused(f"row does not have the {len(self.header)} fields of the header")
        date, lane = self.dates.of[fields[self.at["date"]]], self.lanes.of[fields[self.at["lane"]]]
        try:
            values, refused = [parsed[fields[i]] for parsed, i in self.cells], None
        except Refused as why:
            values, refused = [np.nan for _ in self.cells], why
        growing = self.growing
        growing["line"].append(line)
        growing["date"].append(date)
        growing["lane"].append(lane)
        growing["mark"].append(hash(tuple(fields)))
        for name, value in zip(self.names, values, strict=True):
            growing[name].append(value)
        if refused:
            raise refused

    def _block(self):
        """Return the rows since the last block; parsed texts that may never repeat are forgotten."""
        block = np.empty(len(self.growing["line"]), dtype=ROW)
        block["returns"] = np.nan
        for name, vector in self.growing.items():
            if vector:
                block[name] = vector
                del vector[:]
        for memo in (*self.numbers.values(), self.dates.of):
            memo.clear()
        return block

    def _bar(self):
        size, name = self.source.size, self.source.path.name
        return tqdm(total=size, unit="B", unit_scale=True, desc=name, disable=not self.progress)


def read_rows(path, *, dayfirst=None, **options):
    """Return (rows, unknown, refused, facts): usable rows, others as (line, reason, text), fields of the account.

    rows : line, date, lane (categorical), volume, returns (when the file has them), copy (exact copy of an
        earlier record).
    unknown : date and lane of refused rows where just the volume or the returns could not be read.
    options : of `Scan`.
    """
    scan = Scan(path, **options)
    block = np.concatenate(list(scan.blocks()))
    counts = np.bincount(block["date"], minlength=len(scan.dates.texts))
    days, note = settle(scan.dates.values, scan.dates.texts, counts, dayfirst, path)
    known = ~np.isnan(block["volume"])
    clear = ~np.isnat(days)[block["date"]]
    table = pd.DataFrame(
        {
            "line": block["line"],
            "date": days[block["date"]],
            "lane": as_categories(block["lane"], scan.lanes.values),
            **{name: block[name] for name in scan.names},
            "copy": pd.Series(block["mark"]).duplicated(),
        }
    )
    unknown = table.loc[~known & clear, ["date", "lane"]]  # what flowed there and then is unknown, not zero
    refused = scan.refused + contradictions(block[known & ~clear], scan)
    return table[known & clear].reset_index(drop=True), unknown, refused, scan.facts(note)


def contradictions(block, scan):
    """Return the refusals (line, reason, text) of rows whose date contradicts the rest of the column."""
    texts, lanes = scan.dates.texts, scan.lanes.values
    return [
        (int(row["line"]), CONTRADICTS, visible(f"{texts[row['date']]}, {lanes[row['lane']]}, {row['volume']:g}"))
        for row in block
    ]
