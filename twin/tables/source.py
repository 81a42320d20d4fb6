"""A table of lanes in Parquet files: its footers, its division into parts, and its rows in batches."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from twin._check import require
from twin.policy import POLICY

PART = 2**20  # size of a part, about a second of work; also the default row group of pyarrow and pandas [lane]
LANES_IN_MEMORY = 2**16  # size of a batch [lane]
MOMENTS = ("demand_mean", "demand_sd")
_BUFFER = 2**20  # read buffer of a column [byte]


class RowRange(NamedTuple):
    """Consecutive row groups of one file."""

    path: Path
    identity: str  # digest that identifies the state of the file, by `identity_of`
    groups: range
    first_row: int  # number of its first row in the file, counted from 1


class Part(NamedTuple):
    """Row ranges whose answers form one file, and their number of lanes."""

    pieces: tuple[RowRange, ...]
    lanes: int


class LaneTable:
    """A Parquet file, or a folder of Parquet files, with one row per lane; opening it reads only the footers.

    The columns demand_mean and demand_sd are required; lane and any field of `Policy` are optional; others are unused.

    Attributes
    ----------
    path : Path
    columns : names of the columns that are used
    unused : names of the others
    label : pyarrow type of the column lane; None if there is no such column
    lanes : number of rows
    missing : column -> number of rows without a value; None if the footers do not tell
    parts : tuple of Part; each has consecutive row groups with at most `PART` lanes in total, or one larger row group

    A ValueError names the file, the column and the rule that it breaks.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "lanes.parquet")
    ...     pq.write_table(pa.table({"demand_sd": [25.0, 4.0], "demand_mean": [100, 20], "region": ["N", "S"]}), file)
    ...     table = LaneTable(file)
    >>> table.lanes, table.columns, table.unused
    (2, ('demand_mean', 'demand_sd'), ('region',))
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).resolve()
        groups, labels, self.missing = [], {}, {}
        for path in _files(self.path):
            with opened(path) as file:
                schema, identity, row = file.schema_arrow, identity_of(path, file.metadata), 1
                _check_counts(path, file.metadata)
                labels[path] = _checked(path, schema)
                for number in range(file.metadata.num_row_groups):
                    group = file.metadata.row_group(number)
                    groups.append((path, identity, number, row, group.num_rows))
                    row += group.num_rows
                    _add_missing(self.missing, group)
        first = next(iter(labels))
        for path, found in labels.items():
            rule = f"a table with the columns of {first.name}, {_told(labels[first])}"
            require(found == labels[first], path, rule, _told(found))
        self.columns, self.label = labels[first]
        self.unused = tuple(name for name in schema.names if name not in self.columns)
        self.parts = tuple(_cut(groups))
        self.lanes = sum(part.lanes for part in self.parts)
        require(self.lanes > 0, self.path, "a table with at least one lane", "no rows")

    def unset(self, given: Container[str]) -> dict[str, int | None]:
        """Return policy field -> number of lanes where it is unset; fields in `given` are set for all lanes."""
        counts = {name: self.missing.get(name) if name in self.columns else self.lanes for name in POLICY}
        return {name: 0 if name in given else count for name, count in counts.items()}


def _add_missing(missing, group):
    """Add to `missing` the number of rows of a row group without a value, by column."""
    for place in range(group.num_columns):
        column = group.column(place)
        found = column.statistics.null_count if column.is_stats_set and column.statistics.has_null_count else None
        before = missing.get(column.path_in_schema, 0)
        missing[column.path_in_schema] = None if found is None or before is None else before + found


def batches(pieces: Sequence[RowRange], columns: Sequence[str]) -> Iterator[tuple[Path, int, pa.RecordBatch]]:
    """Yield (path, number of the first row, RecordBatch) for the rows of pieces, in their order."""
    for path, identity, groups, row in pieces:
        with opened(path) as file:
            # The digests of parts are those of the file as it was when the run began; a replaced file is refused.
            require(identity_of(path, file.metadata) == identity, path, "as it was when the run began", "another file")
            try:
                for batch in file.iter_batches(LANES_IN_MEMORY, row_groups=groups, columns=columns, use_threads=False):
                    yield path, row, batch
                    row += len(batch)
            except (pa.ArrowException, OSError) as error:
                place = _place(file, groups, columns)
                raise ValueError(f"{path} cannot be read from row {row:,} on: {error}{place}") from None


def _place(file, groups, columns):
    """Return the first row group and column that cannot be read, in words; "" if each can be read alone."""
    for group in groups:
        for column in columns:
            try:
                for _ in file.iter_batches(LANES_IN_MEMORY, row_groups=[group], columns=[column], use_threads=False):
                    pass
            except (pa.ArrowException, OSError):
                return f" (row group {group}, column {column})"
    return ""


def opened(path: Path) -> pq.ParquetFile:
    """Return an open Parquet file; a ValueError gives the reason why it cannot be opened."""
    try:
        # Row groups may be large; with pyarrow's defaults, a whole row group would be in memory.
        # Pages without checksums, which other programs may have written, are read all the same.
        return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path} must be a Parquet file; {error}") from None


def _check_counts(path, metadata):
    """Raise ValueError if the numbers of rows in a footer contradict each other; a footer has no checksum."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    flat = [i for i in range(metadata.num_columns) if metadata.schema.column(i).max_repetition_level == 0]
    agree = metadata.num_rows == sum(group.num_rows for group in groups) and all(
        group.column(i).num_values == group.num_rows for group in groups for i in flat
    )
    require(agree, path, "a Parquet file whose footer is intact", "numbers of rows that contradict each other")


def identity_of(path: Path, metadata: pq.FileMetaData) -> str:
    """Return a digest of a file's name, size, time of change and footer, which holds each column's extremes."""
    footer, stat = pa.BufferOutputStream(), path.stat()
    metadata.write_metadata_file(footer)
    return hashlib.sha256(f"{path.name} {stat.st_size} {stat.st_mtime_ns} ".encode() + footer.getvalue()).hexdigest()


def _files(path):
    """Return the files of a table; as in other tools, names that begin with a dot or an underscore are ignored."""
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if path.is_file():
        return [path]
    files = sorted(entry for entry in path.iterdir() if not entry.name.startswith((".", "_")))
    require(bool(files), path, "a Parquet file, or a folder of such", "an empty folder")
    return files


def _checked(path, schema):
    """Return the columns of a file that are used, in the order of the registry, and the type of the column lane."""
    times = {name: schema.names.count(name) for name in ("lane", *MOMENTS, *POLICY)}
    for name, count in times.items():
        require(count > 0 or name not in MOMENTS, path, f"a table with a column {name}", ", ".join(schema.names))
        require(count < 2, path, f"a table with one column {name}", f"{count} of them")
        if count and name != "lane":
            kind = schema.field(name).type
            known = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
            if name in POLICY and POLICY[name].choices:
                words = kind.value_type if pa.types.is_dictionary(kind) else kind
                text = pa.types.is_string(words) or pa.types.is_large_string(words) or pa.types.is_string_view(words)
                require(known or text, f"{path}, column {name}", "of words", kind)
            else:
                require(known, f"{path}, column {name}", "of numbers", kind)
    label = schema.field("lane").type if times["lane"] else None
    return tuple(name for name, count in times.items() if count), label


def _told(found):
    columns, label = found
    return ", ".join(f"lane ({label})" if name == "lane" else name for name in columns)


def _cut(groups):
    """Yield parts of consecutive row groups."""
    run, lanes = [], 0
    for group in groups:
        *_, more = group
        if run and lanes + more > PART:
            yield _part(run, lanes)
            run, lanes = [], 0
        run.append(group)
        lanes += more
    if run:
        yield _part(run, lanes)


def _part(run, lanes):
    pieces = []
    for (path, identity), of_file in groupby(run, key=lambda group: group[:2]):
        (_, _, first, row, _), *_ = of_file = list(of_file)
        pieces.append(RowRange(path, identity, range(first, first + len(of_file)), row))
    return Part(tuple(pieces), lanes)
