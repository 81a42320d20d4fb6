"""Read the records of a CSV file: compression, encoding, separator, quotes and line numbers."""

import codecs
import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 20  # bytes read at a time
SEPARATORS = ",;\t|"
BYTE_ORDER_MARKS = (  # longest first, because a utf-32 mark begins with a utf-16 mark
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"  # bytes that have no character in cp1252


@dataclass(frozen=True)
class Source:
    """A text file with its detected format; `size` is the number of bytes on disk."""

    path: Path
    gzipped: bool
    encoding: str
    separator: str
    size: int

    @contextmanager
    def open(self) -> Iterator[tuple[io.TextIOWrapper, Callable[[], int]]]:
        """Yield the open text, with its original line ends, and a function that returns the bytes read from disk."""
        with self.path.open("rb") as raw:
            data = gzip.GzipFile(fileobj=raw) if self.gzipped else raw
            with io.TextIOWrapper(data, encoding=self.encoding, newline="") as text:
                yield text, raw.tell


def inspect(path: str | Path) -> Source:
    """Return the file at path with its detected format; the whole file is read once to detect it."""
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name one CSV file in it")
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if not path.is_file():
        raise ValueError(f"{path} is no file but a pipe or a device; save what comes out of it in a file")
    with path.open("rb") as raw:
        magic = raw.read(4)
    if magic == b"PK\x03\x04":
        raise ValueError(f"{path} is a zip archive or a spreadsheet; save the sheet as CSV")
    gzipped = magic[:2] == b"\x1f\x8b"
    with gzip.open(path) if gzipped else path.open("rb") as data:
        try:
            encoding = _find_encoding(data, path)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise ValueError(f"{path} is a broken or cut gzip file; fetch it again") from None
    source = Source(path, gzipped, encoding, ",", path.stat().st_size)
    with source.open() as (text, _):
        return Source(path, gzipped, encoding, _find_separator(text, path), source.size)


def _find_encoding(data, path):
    block = data.read(BLOCK)
    if not block:
        raise ValueError(f"{path} is empty")
    marked = next((name for mark, name in BYTE_ORDER_MARKS if block.startswith(mark)), None)
    decoder = codecs.getincrementaldecoder(marked or "utf-8")()
    decodes, cp1252 = True, True
    while decodes or not marked:
        cp1252 = cp1252 and not any(byte in block for byte in NOT_IN_CP1252)
        try:
            if decodes:
                decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            decodes = False
        if not block:
            break
        block = data.read(BLOCK)
    if decodes:
        return marked or "utf-8"
    if marked:
        raise ValueError(f"{path} starts with the byte-order mark of {marked} but is not {marked} throughout")
    return "cp1252" if cp1252 else "latin-1"


def _find_separator(text, path):
    line = next((line for line in text if line.strip()), None)
    if line is None:
        raise ValueError(f"{path} holds nothing but blank lines")
    if "\0" in line:
        raise ValueError(f"{path} has NUL bytes in its header: no text, or utf-16 without a byte-order mark")
    if is_separator_line(line):
        return line.strip("\ufeff\r\n ")[4]
    return max(SEPARATORS, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))


def is_separator_line(line: str) -> bool:
    """Return whether a line is the `sep=;` that spreadsheets write above the header."""
    line = line.strip("\ufeff\r\n ").lower()
    return line.startswith("sep=") and line[4:] in tuple(SEPARATORS)


def records(text: Iterable[str], separator: str) -> Iterator[tuple[int, list[str] | None, list[str]]]:
    """Yield (line, fields, raw lines) for each record; fields is None if the record cannot be split into fields.

    Blank lines have no fields. The first record with a separator, the header, sets the number of fields.
    If a record of several lines has broken quotes or another number of fields, only its first line is given up and
    its other lines are read again: a stray quote costs one line, not the rest of the file.
    """
    again: deque[str] = deque()
    taken, line, width = [], 1, 0

    def lines():
        while again:
            taken.append(again.popleft())
            yield taken[-1]
        for physical in text:
            taken.append(physical)
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
                taken.clear()
            return
        except csv.Error:
            yield line, None, taken[:1]
            line += 1
            again.extendleft(reversed(taken[1:]))
            taken.clear()
