"""One table of all results of a batch: a row a result, with the parameters that gave it."""

import io
import json

from twin.batch.plan import default_parameters

NAMES = ("job", "notebook", "result", "value", "unit")  # the other columns are parameters


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
        stated = {f"parameter_{name}" if name in NAMES else name: values.get(name) for name in given}
        rows += [
            {"job": job.name, "notebook": job.notebook.name, **stated, "result": name}
            | {key: result[key] for key in ("value", "unit")}
            for name, result in finished[job.name]["results"].items()
        ]
    found = pd.DataFrame(rows, columns=list(rows[0]) if rows else list(NAMES))
    for name in found.columns.difference(NAMES):
        if len({type(value) for value in found[name] if value is not None}) > 1 or found[name].map(type).eq(list).any():
            found[name] = found[name].map(_text)  # of several notebooks, which mean different things by it
    return found.astype({"value": float})


def files(found):
    """Return {file name: bytes} of the table, as CSV and as Parquet; the same table gives the same bytes."""
    parquet = io.BytesIO()
    found.to_parquet(parquet, index=False)
    return {
        "summary.csv": found.to_csv(index=False, lineterminator="\n").encode(),
        "summary.parquet": parquet.getvalue(),
    }


def _text(value):
    return None if value is None else json.dumps(value, ensure_ascii=False)
