"""Where a result comes from: digests of notebook, package and data, parameters, versions and seed."""

import functools
import importlib.metadata
import json
import sys

import twin
from twin.batch.digest import digest, digest_of_file
from twin.batch.normal_form import PACKAGE
from twin.batch.parameters import cells_of, default_parameters
from twin.batch.plan import KEPT_FILES
from twin.data.places import is_ledger

VERSIONED_LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib")
#: Files and folders that no notebook uses: a change there makes no job run again.
OUT_OF_REACH = ("__main__.py", "apps/", "batch/", "command/", "compute/")
#: Exceptions: the kernel that a job runs in, and the form in which its results are kept.
FORM = (
    "apps/fork_server.py",
    *(f"batch/{name}.py" for name in ("digest", "jobs", "job_kernel", "normal_form", "notebook", "seal")),
)
VARIABLE = "TWIN_PROVENANCE"  # by it a job's notebook knows, so that figures can say it


def inputs_of(jobs):
    """Return, by the name of each job, everything that decides what it yields, and one digest of it all."""
    here = package()
    source, data, defaults = map(functools.cache, (_source_digest, _data_digest, default_parameters))
    found = {}
    for job in jobs:
        parameters = {**defaults(job.notebook), **job.parameters}
        history = parameters.get("history") or ""
        files = [history] if history and not is_ledger(history) else []
        inputs = {
            "job": job.name,
            "notebook": job.source,
            "notebook_digest": source(job.notebook),
            "parameters": dict(job.parameters),
            "data": {name: data(job.notebook.parent / name) for name in files},
            **here,
        }
        if "seed" in parameters:
            inputs["seed"] = parameters["seed"]
        if job.keep != KEPT_FILES[0]:
            inputs["keep"] = job.keep
        if any(map(is_ledger, parameters.values())):
            inputs["ledger"] = True  # what lies behind an address may change unseen
        found[job.name] = {"digest": digest(inputs), **inputs}
    return found


def package():
    """Return the package's version and digest, and the versions of what its numbers depend on, as they are here."""
    return {
        "package": twin.__version__,
        "package_digest": _package_digest(),
        "versions": {
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            **{name: importlib.metadata.version(name) for name in VERSIONED_LIBRARIES},
        },
    }


def same_here(inputs, folder):
    """Raise a ValueError if this machine would not run a job on what it was planned with; folder is its notebook's."""
    here = package()
    for name, path in ((name, folder / name) for name in inputs["data"]):
        if not path.is_file():
            raise ValueError(f"history must be a file, named relative to the notebook's folder; {path} is missing here")
        if digest_of_file(path) != inputs["data"][name]:
            raise ValueError(f"{path} is not on this worker what it is where the batch was started, or it has changed")
    other = [name.replace("_", " ") for name in here if here[name] != inputs[name]]
    if other:
        raise ValueError(f"this worker's {' and '.join(other)} must be those where the batch was started, and is not")


def source(notebook):
    """Return the text of a notebook without what it printed last time."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return json.dumps(content)


def _source_digest(notebook):
    """Return a digest of what a notebook runs and says."""
    return digest([(c["cell_type"], "".join(c["source"]), c["metadata"].get("tags", [])) for c in cells_of(notebook)])


def _data_digest(path):
    return digest_of_file(path) if path.is_file() else None  # the job will say so, and the others go on


def _package_digest():
    """Return a digest of every file of the package that a notebook can reach."""
    paths = (path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    files = {path.relative_to(PACKAGE).as_posix(): path for path in paths if not path.name.startswith(".")}
    reached = {n: f for n, f in sorted(files.items()) if n in FORM or not n.startswith(OUT_OF_REACH)}
    return digest({name: digest(file.read_bytes()) for name, file in reached.items()})
