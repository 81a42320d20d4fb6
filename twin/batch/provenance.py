"""The provenance of a result: digests of notebook, package and data, parameters, versions and seed."""

import functools
import importlib.metadata
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import twin
from twin.batch.digest import digest, digest_of_file
from twin.batch.job import KEPT_FILES, Job
from twin.batch.normal_form import PACKAGE
from twin.batch.parameters import cells_of, default_parameters
from twin.batch.reads import jobs_read, table_read
from twin.data.places import is_ledger, is_record

VERSIONED_LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib")
#: Files and folders that no notebook uses; a change there does not rerun a job.
OUT_OF_REACH = ("__main__.py", "apps/", "batch/", "command/", "compute/")
#: Exceptions: modules that determine the kernel of a job and the form of its results.
FORM = (
    "apps/fork_server.py",
    *(f"batch/{name}.py" for name in ("digest", "jobs", "job_kernel", "normal_form", "notebook", "seal", "seeds")),
)
FILE_PARAMETERS = ("history", "policies", "run")  # parameters of a notebook that name a file that it reads
VARIABLE = "TWIN_PROVENANCE"  # environment variable with the path of a job's provenance, which figures record


def inputs_of(jobs: Sequence[Job]) -> dict[str, dict[str, Any]]:
    """Return the inputs of each job by its name: everything that determines its results, and one digest of it.

    The jobs must include those that they read. What has not been read yet has no digest.
    """
    here, read = package(), jobs_read(jobs)
    source, data, defaults = map(functools.cache, (_source_digest, _data_digest, default_parameters))
    found = {}
    for job in jobs:
        parameters = {**defaults(job.notebook), **job.parameters}
        given = [parameters.get(name) or "" for name in FILE_PARAMETERS]
        files = [name for name in given if name and not is_ledger(name) and not is_record(name)]
        inputs = {
            "job": job.name,
            "notebook": job.source,
            "notebook_digest": source(job.notebook),
            "parameters": dict(job.parameters),
            "data": {name: data(job.notebook.parent / name) for name in files},
            **here,
        }
        if job.name in read:
            inputs["reads_digest"] = _reads_digest(read[job.name])
        if "seed" in parameters and not job.over_seeds:
            inputs["seed"] = parameters["seed"]
        if job.keep != KEPT_FILES[0]:
            inputs["keep"] = job.keep
        if any(map(is_ledger, parameters.values())):
            inputs["ledger"] = True  # flows in a ledger can change without notice
        found[job.name] = {"digest": digest(inputs), **inputs}
    return found


def package() -> dict[str, Any]:
    """Return version and digest of the package and the versions of its numerical libraries on this machine."""
    return {
        "package": twin.__version__,
        "package_digest": _package_digest(),
        "versions": {
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            **{name: importlib.metadata.version(name) for name in VERSIONED_LIBRARIES},
        },
    }


def same_here(inputs: dict[str, Any], folder: Path) -> None:
    """Raise a ValueError if data, package or versions on this machine differ from a job's planned inputs.

    folder : folder of the job's notebook.
    """
    here = package()
    for name, path in ((name, folder / name) for name in inputs["data"]):
        if not path.is_file():
            raise ValueError(
                f"{' and '.join(FILE_PARAMETERS)} must be files, named relative to the notebook's folder; "
                f"{path} is missing here"
            )
        if digest_of_file(path) != inputs["data"][name]:
            raise ValueError(f"{path} is not on this worker what it is where the batch was started, or it has changed")
    other = [name.replace("_", " ") for name in here if here[name] != inputs[name]]
    if other:
        raise ValueError(f"this worker's {' and '.join(other)} must be those where the batch was started, and is not")


def source(notebook: Path) -> str:
    """Return the text of a notebook without its stored outputs."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return json.dumps(content)


def _source_digest(notebook):
    """Return a digest of the cells of a notebook, without outputs."""
    return digest([(c["cell_type"], "".join(c["source"]), c["metadata"].get("tags", [])) for c in cells_of(notebook)])


def _data_digest(path):
    return digest_of_file(path) if path.is_file() else None  # the job reports the missing file, and the others continue


def _reads_digest(jobs):
    """Return the digest of the table that a job reads, or None if not all of these jobs have finished."""
    try:
        return digest(table_read(jobs))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # missing or damaged, which others report
        return None


def _package_digest():
    """Return a digest of every file of the package that a notebook can reach."""
    paths = (path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    files = {path.relative_to(PACKAGE).as_posix(): path for path in paths if not path.name.startswith(".")}
    reached = {n: f for n, f in sorted(files.items()) if n in FORM or not n.startswith(OUT_OF_REACH)}
    return digest({name: digest(file.read_bytes()) for name, file in reached.items()})
