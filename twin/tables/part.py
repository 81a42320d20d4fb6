"""One part of a table of lanes: it is read, assessed and written in batches, and its file appears when complete."""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

import twin
from twin._check import numbers
from twin._choices import coded
from twin.answers import UNITS
from twin.data.text import visible
from twin.lane import assess
from twin.plan.policies import filled, policy_of
from twin.policy import POLICY
from twin.tables.source import LANES_IN_MEMORY, MOMENTS, RowRange, batches, opened

_KEY = b"twin"  # key of the entry with digest, version, period and policy in the metadata of a part


@dataclass(frozen=True)
class Recipe:
    """The columns, policy and period by which lanes are assessed, and the names of the answers to keep."""

    columns: tuple[str, ...]
    label: pa.DataType | None
    given: dict[str, float]
    period: str
    keep: tuple[str, ...]

    def schema(self) -> pa.Schema:
        """Return the schema of the answers: one column each, with its unit."""
        named = [pa.field("lane", self.label)] if self.label else []
        return pa.schema(
            named + [pa.field(name, pa.float64(), nullable=False, metadata={"unit": UNITS[name]}) for name in self.keep]
        )

    def digest(self, pieces: Sequence[RowRange]) -> str:
        """Return a digest of everything that determines the answers of a part; equal digests mean equal answers."""
        source = [(piece.identity, piece.groups, piece.first_row) for piece in pieces]
        policy = sorted(self.given.items())
        made_of = (twin.__version__, self.columns, str(self.label), policy, self.period, self.keep, source)
        return hashlib.sha256(repr(made_of).encode()).hexdigest()

    def answers(self, batch: pa.RecordBatch) -> dict[str, NDArray[np.float64]]:
        """Return the answers of a batch that are kept; a ValueError names the argument or answer that breaks a rule."""
        answers = self.lanes(batch)
        return dict(zip(self.keep, numbers(**{name: answers[name] for name in self.keep}), strict=True))

    def lanes(self, batch: pa.RecordBatch) -> dict[str, NDArray[np.float64]]:
        """Return statistics, policy and all answers of a batch."""
        statistics = {name: _floats(batch.column(name)) for name in MOMENTS}
        stated = dict(self.given)
        for name in self.columns:
            if name in POLICY:
                stated[name] = self._stated(name, batch.column(name))
        with np.errstate(all="ignore"):  # `numbers` below or a formula refuses the result of an overflow
            fields, _ = filled(stated, statistics, period=self.period)
            answers = assess(statistics, policy_of(fields), period=self.period)
        return {**statistics, **fields, **answers}

    def _stated(self, name, column):
        """Return a column of the policy as floats; a missing value is the one given for all lanes, or else NaN."""
        if choices := POLICY[name].choices:
            values = coded(name, column.to_pandas().to_numpy(), choices, unset=True)
            given = coded(name, self.given.get(name, np.nan), choices, unset=True)
            return np.where(np.isnan(values), given, values)
        values, missing = _floats(column), column.is_null().to_numpy(zero_copy_only=False)
        numbers(**{name: values[~missing]})
        return np.where(missing, self.given.get(name, np.nan), values) if missing.any() else values

    def refusal(self, batch: pa.RecordBatch) -> str | None:
        """Return the reason why a batch cannot be assessed, or None if it can."""
        try:
            self.answers(batch)
        except ValueError as error:
            return str(error)


def make_part(path: Path, pieces: Sequence[RowRange], recipe: Recipe) -> str | None:
    """Write the answers of a part to a file that appears when it is complete; return an error sentence, or None.

    Only one batch is in memory at a time, whatever the size of the part.
    """
    partial = path.with_name(f".{path.name}.{uuid4().hex}")  # on a cluster, two workers may write the same part
    seal = {"digest": recipe.digest(pieces), "version": twin.__version__, "period": recipe.period}
    schema = recipe.schema().with_metadata({_KEY: json.dumps({**seal, "policy": recipe.given})})
    try:
        # Answers hardly ever repeat, so dictionary encoding would take five times as long, and more space.
        with pq.ParquetWriter(partial, schema, use_dictionary=False, write_page_checksum=True) as writer:
            for source, row, batch in batches(pieces, recipe.columns):
                try:
                    answers = recipe.answers(batch)
                except ValueError:
                    return _first_refused(source, row, batch, recipe)
                named = [batch.column("lane")] if recipe.label else []
                writer.write_batch(pa.record_batch([*named, *map(pa.array, answers.values())], schema=schema))
        os.replace(partial, path)
    except ValueError as error:
        return str(error)
    except OSError as error:
        return f"{path} cannot be written: {error}"
    finally:
        partial.unlink(missing_ok=True)


def digest_in(path: Path) -> str | None:
    """Return the digest in the metadata of a part, or None if the file was not written by `make_part`."""
    try:
        return json.loads(pq.read_schema(path).metadata[_KEY])["digest"]
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError):
        return None


def is_intact(path: Path, lanes: int) -> bool:
    """Return whether a part has this number of lanes, and every page of it agrees with its checksum."""
    try:
        with opened(path) as file:
            return sum(map(len, file.iter_batches(LANES_IN_MEMORY))) == lanes
    except (pa.ArrowException, OSError, ValueError):
        return False


def _first_refused(source, row, batch, recipe):
    """Return a sentence on the first lane of a batch that cannot be assessed."""
    at = bisect_left(range(len(batch)), True, key=lambda i: recipe.refusal(batch.slice(0, i + 1)) is not None)
    lane = batch.slice(at, 1)
    name = f" (lane {visible(str(lane.column('lane')[0].as_py()))})" if recipe.label else ""
    return f"{source}, row {row + at:,}{name}: {recipe.refusal(lane)}"


def _floats(column):
    """Return a column as an array of floats; a missing value is NaN, which no formula accepts."""
    return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
