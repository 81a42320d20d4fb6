"""One table of all results of a batch: a row a result, with the parameters that gave it."""

import io
import json
from collections.abc import Iterable

from twin.batch.parameters import default_parameters
from twin.batch.plan import Job

SUMMARY_COLUMNS = ("job", "notebook", "result", "value", "unit")  # the other columns are parameters


def finished_of(jobs: Iterable[Job]) -> dict[str, dict]:
    """Return {job: what its results.json holds}."""
    return {job.name: json.loads((job.folder / "results.json").read_text(encoding="utf-8")) for job in jobs}


def collect(finished: dict[str, dict]) -> dict[str, dict]:
    """Return {job: {name: {value, unit}}}."""
    return {name: content["results"] for name, content in finished.items()}


def table(jobs, finished):
    """Return a DataFrame of the results of finished jobs, in the order of the plan.

    finished : {job: what its results.json holds}. A parameter has a column if any job sets it; jobs that leave it
        as their notebook has it show that value, and those whose notebook does not know it are blank.
    """
    import pandas as pd

    given = list(dict.fromkeys(name for job in jobs for name in job.parameters))
    defaults = {notebook: default_parameters(notebook) for notebook in {job.notebook for job in jobs}}
    rows = []
    for job in jobs:
        if job.name not in finished:
            continue
        values = {**defaults[job.notebook], **job.parameters}
        stated = {f"parameter_{name}" if name in SUMMARY_COLUMNS else name: values.get(name) for name in given}
        rows += [
            {"job": job.name, "notebook": job.notebook.name, **stated, "result": name}
            | {key: result[key] for key in ("value", "unit")}
            for name, result in finished[job.name]["results"].items()
        ]
    found = pd.DataFrame(rows, columns=list(rows[0]) if rows else list(SUMMARY_COLUMNS), dtype=object)
    for name in found.columns.difference(SUMMARY_COLUMNS):
        found[name] = _column(found[name].tolist())
    return found.astype({"value": float, "job": str, "notebook": str, "result": str, "unit": str})


def files(found):
    """Return {file name: bytes} of the table, as CSV and as Parquet; the same table gives the same bytes."""
    parquet = io.BytesIO()
    found.to_parquet(parquet, index=False)
    text = found.to_csv(index=False, lineterminator="\n")
    return {"summary.csv": text.encode(), "summary.parquet": parquet.getvalue()}


def same(name, content, other):
    """Tell whether two files of the table hold the same; one of Parquet also says by which version it was written."""
    import pandas as pd

    if not name.endswith(".parquet") or content == other:
        return content == other
    try:
        return pd.read_parquet(io.BytesIO(content)).equals(pd.read_parquet(io.BytesIO(other)))
    except (ValueError, OSError):
        return False


def _column(values):
    """Return the values of one parameter in the type that keeps each as it is, blank where there is none."""
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
    # Of several notebooks, which mean different things by it; lists; numbers of more digits than a table holds.
    return [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
