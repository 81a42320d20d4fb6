"""The table of all results of a batch: one row per result, with the parameters of its job."""

import io
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from twin.batch.job import Job
from twin.batch.parameters import default_parameters

if TYPE_CHECKING:
    import pandas as pd

SUMMARY_COLUMNS = ("job", "notebook", "result", "value", "unit")  # the other columns are parameters


def finished_of(jobs: Iterable[Job]) -> dict[str, dict[str, Any]]:
    """Return {job: content of its results.json} of finished jobs."""
    return {job.name: json.loads((job.folder / "results.json").read_text(encoding="utf-8")) for job in jobs}


def collect(finished: dict[str, dict[str, Any]]) -> dict[str, dict[str, dict]]:
    """Return the results {job: {name: {value, unit}}} of finished jobs."""
    return {name: content["results"] for name, content in finished.items()}


def table(jobs: Sequence[Job], finished: dict[str, dict[str, Any]]) -> "pd.DataFrame":
    """Return a table of the results of finished jobs, in the order of the plan.

    A parameter has a column if any job sets it. Other jobs show the default of their notebook, or a blank if their
    notebook has no such parameter or leaves it unset. Means over seeds have no seed.

    finished : {job: content of its results.json}.
    """
    import pandas as pd

    given = list(dict.fromkeys(name for job in jobs for name in job.parameters))
    defaults = {notebook: default_parameters(notebook) for notebook in {job.notebook for job in jobs}}
    rows = []
    for job in jobs:
        if job.name not in finished:
            continue
        values = {**defaults[job.notebook], **job.parameters}
        if job.over_seeds:
            values["seed"] = None
        known = {name: value for name, value in values.items() if value == value}  # without NaN, which is unset
        stated = {f"parameter_{name}" if name in SUMMARY_COLUMNS else name: known.get(name) for name in given}
        rows += [
            {"job": job.name, "notebook": job.notebook.name, **stated, "result": name}
            | {key: result[key] for key in ("value", "unit")}
            for name, result in finished[job.name]["results"].items()
        ]
    found = pd.DataFrame(rows, columns=list(rows[0]) if rows else list(SUMMARY_COLUMNS), dtype=object)
    for name in found.columns.difference(SUMMARY_COLUMNS):
        found[name] = _column(found[name].tolist())
    return found.astype({"value": float, "job": str, "notebook": str, "result": str, "unit": str})


def files(found: "pd.DataFrame") -> dict[str, bytes]:
    """Return {file name: bytes} of the table as CSV and as Parquet; equal tables give equal bytes."""
    parquet = io.BytesIO()
    found.to_parquet(parquet, index=False, write_page_checksum=True)
    return {"summary.csv": as_csv(found), "summary.parquet": parquet.getvalue()}


def as_csv(found: "pd.DataFrame") -> bytes:
    """Return a table as CSV, with every digit of its numbers."""
    return found.to_csv(index=False, lineterminator="\n").encode()


def same(name: str, content: bytes, other: bytes) -> bool:
    """Return whether two files of the table hold equal tables; Parquet bytes also differ by the writer's version."""
    import pandas as pd

    if not name.endswith(".parquet") or content == other:
        return content == other
    try:
        tables = (pd.read_parquet(io.BytesIO(each), page_checksum_verification=True) for each in (content, other))
        return next(tables).equals(next(tables))
    except (ValueError, OSError):
        return False


def _column(values):
    """Return the values of one parameter in a column type that represents each exactly, with blanks for None."""
    import pandas as pd

    kinds = {type(value) for value in values if value is not None}
    if kinds == {int} and all(-(2**63) <= value < 2**63 for value in values if value is not None):
        return pd.array(values, dtype="Int64") if None in values else values
    if kinds <= {int, float} and all(type(value) is not int or abs(value) <= 2**53 for value in values):
        return pd.array(values, dtype="Float64") if None in values else [float(value) for value in values]
    if kinds == {bool}:
        return pd.array(values, dtype="boolean") if None in values else values
    if kinds == {str}:
        return values
    # Values of mixed types (from several notebooks), lists, and numbers with more digits than a column holds: as JSON.
    return [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
