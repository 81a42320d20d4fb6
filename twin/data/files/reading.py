"""Read the records of a CSV file: compression, encoding, separator, quotes and line numbers."""

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from twin.data.files.clean_text import Columns, Lines, parts_of, split
from twin.data.files.encoding import BLOCK, LONGEST_LINE, find_encoding
from twin.data.files.layout import Record
from twin.data.files.zipped import ZIP_MARK, unzipped_size

MOST_AGAIN = 10  # most characters that are read again because of quotes that do not close, per character of the file
SEPARATORS = ",;\t|"
GZIP_MARK = b"\x1f\x8b"


@dataclass(frozen=True)
class Source:
    """A text file with its detected format.

    size : number of bytes on disk.
    others : further separators that the text may have, the likelier ones first.
    """

    path: Path
    gzipped: bool
    encoding: str
    separator: str
    size: int
    others: str = ""
    notes: tuple[str, ...] = ()

    @contextmanager
    def open(self) -> Iterator[tuple[io.TextIOWrapper, Callable[[], int]]]:
        """Yield the open text, with its original line ends, and a function that returns the bytes read from disk."""
        with _opened(self.path, self.gzipped) as (data, raw):
            with io.TextIOWrapper(data, encoding=self.encoding, newline="") as text:
                yield text, raw.tell

    @contextmanager
    def rows(self, skip: int, width: int) -> Iterator[tuple[Iterator[Record], Callable[[], int]]]:
        """Yield (records, position): the records after the first `skip` lines, and a function for a progress bar.

        width : number of fields of a record; if 0, that of the first record with a separator.
        """
        with self.open() as (text, position):
            yield records(islice(text, skip, None), self.separator, self.path, line=skip + 1, width=width), position

    @contextmanager
    def pieces(self, skip: int, width: int) -> Iterator[tuple[Iterator[Columns | Iterator[Record]], Callable[[], int]]]:
        """Yield (pieces, position): the same records in pieces, each the columns of a clean part or a few records.

        Once quotes need care, all the rest is one piece of records, because a record may go on in the next part.
        """

        def pieces(text):
            line = skip + 1
            for part in parts_of(text):
                if columns := split(part, self.separator, width):
                    yield Columns(line, columns, Lines(part))
                    line += len(columns[0])
                    continue
                lines = io.StringIO(part, newline="")
                if '"' in part:
                    yield records(chain(lines, text), self.separator, self.path, line=line, width=width)
                    return
                yield records(lines, self.separator, self.path, line=line, width=width)
                line += part.count("\n") + part.count("\r") - part.count("\r\n")

        with self.open() as (text, position):
            deque(islice(text, skip), maxlen=0)
            yield pieces(text), position

    def readings(self) -> list["Source"]:
        """Return this text with each separator that it may have, the likeliest first."""
        return [self, *(replace(self, separator=mark, others="") for mark in self.others)]


def inspect(path: str | Path) -> Source:
    """Return the file at path with its detected format; the whole file is read once to detect it."""
    path = existing(path)
    with path.open("rb") as raw:
        gzipped = raw.read(2) == GZIP_MARK
    with _opened(path, gzipped) as (data, _):
        encoding = find_encoding(data, path)
    source = Source(path, gzipped, encoding, ",", path.stat().st_size)
    with source.open() as (text, _):
        first, *others = _find_separators(text, path)
    return replace(source, separator=first, others="".join(others))


def existing(path: str | Path) -> Path:
    """Return the path of a file; raise ValueError or FileNotFoundError if it is none that can be read twice."""
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name one file in it")
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if not path.is_file():
        raise ValueError(
            f"{path} is no file but a pipe or a device; save what comes out of it in a file, or read it as -"
        )
    return path


def unpacked_size(path: Path, most: int) -> int:
    """Return the number of bytes that come out of a file, plain, gzipped or zipped; counting ends soon after `most`."""
    with path.open("rb") as raw:
        mark = raw.read(4)
    if mark == ZIP_MARK:
        return unzipped_size(path, most)
    gzipped, size = mark.startswith(GZIP_MARK), 0
    with _opened(path, gzipped) as (data, _):
        while size <= most and (block := data.read(BLOCK)):
            size += len(block)
    return size


@contextmanager
def _opened(path: Path, gzipped: bool) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Yield (unpacked bytes, bytes on disk) of a file; a broken gzip file raises ValueError whenever it is noticed."""
    try:
        with path.open("rb") as raw:
            yield (gzip.GzipFile(fileobj=raw) if gzipped else raw), raw
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ValueError(f"{path} is a broken or cut gzip file; fetch it again") from None


def _find_separators(text, path):
    """Return the separators that a text may have, the one of most fields in its first line first."""
    line = next((line for line in text if line.strip()), None)
    if line is None:
        raise ValueError(f"{path} holds nothing but blank lines")
    if "\0" in line:
        raise ValueError(f"{path} has NUL bytes in its header: no text, or utf-16 without a byte-order mark")
    if is_separator_line(line):
        return line.strip("\ufeff\r\n ")[4]
    return sorted(SEPARATORS, key=lambda mark: -_width(line, mark))


def _width(line, separator):
    """Return the number of fields of a line; 0 if it cannot be split."""
    try:
        return len(next(csv.reader([line], delimiter=separator), []))
    except csv.Error:  # a field is too long
        return 0


def is_separator_line(line: str) -> bool:
    """Return whether a line is the `sep=;` that spreadsheets write above the header."""
    line = line.strip("\ufeff\r\n ").lower()
    return line.startswith("sep=") and line[4:] in tuple(SEPARATORS)


def records(text: Iterable[str], separator: str, path: str | Path, *, line: int, width: int) -> Iterator[Record]:
    """Yield (line, fields, raw lines) for each record; fields is None if the record cannot be split into fields.

    line : number of the first line; width : number of fields, 0 if it is not known.
    Blank lines have no fields. The first record with a separator, the header, sets the number of fields.
    If a record of several lines has broken quotes or another number of fields, only its first line is given up and
    its other lines are read again: a stray quote costs one line, not the rest of the file. A file in which so many
    quotes do not close that this would take long is refused with a ValueError.
    """
    text, again = iter(text), deque()
    taken = []
    size = done = reread = 0  # characters: of the current record, of the records before, and read again

    def lines():
        nonlocal size
        while (physical := again.popleft() if again else next(text, None)) is not None:
            taken.append(physical)
            size += len(physical)
            if size > LONGEST_LINE and len(taken) > 1:
                raise csv.Error("a record is too long")
            yield physical

    while True:
        try:
            for fields in csv.reader(lines(), delimiter=separator, skipinitialspace=True, strict=True):
                if width and len(taken) > 1 and len(fields) != width:
                    raise csv.Error("a quote swallowed other rows")
                if not width and is_separator_line(taken[0]):
                    fields = []
                width = width or (len(fields) if len(fields) > 1 else 0)
                yield line, fields, taken
                line += len(taken)
                done += size
                size = 0
                taken.clear()
            return
        except csv.Error:
            yield line, None, taken[:1]
            line += 1
            done += len(taken[0])
            reread += size - len(taken[0])
            if reread > MOST_AGAIN * max(done, LONGEST_LINE):
                raise ValueError(f"{path}, line {line:,}: too many quotes up to here do not close") from None
            size = 0
            again.extendleft(reversed(taken[1:]))
            taken.clear()
