"""Run the jobs of a paper whose inputs changed; a job's folder appears only when the job is finished."""

import hashlib
import importlib.metadata
import json
import math
import shutil
import sys
from pathlib import Path

import twin
from twin.batch.notebook import NotebookError, execute, write
from twin.batch.plan import default_parameters
from twin.batch.pool import in_parallel
from twin.data.places import is_ledger

LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib")
PACKAGE = Path(twin.__file__).parent
OUT_OF_REACH = ("__main__.py", "command/", "batch/contents.py", "batch/paper.py", "batch/pool.py")  # of any notebook


def run(jobs, *, workers=None, executor=None, force=False):
    """Run the jobs that are not up to date; return {name: sentence} of those that failed."""
    inputs = {job.name: provenance(job) for job in jobs}
    stale = [job for job in jobs if force or not is_finished(job, inputs[job.name])]
    for job in stale:
        job.folder.parent.mkdir(parents=True, exist_ok=True)
    print(f"{len(stale)} of {len(jobs)} jobs to run", file=sys.stderr)
    tasks = {job.name: (job, inputs[job.name]) for job in stale}
    outcomes = in_parallel(run_job, tasks, workers=workers, executor=executor) if tasks else {}
    return {name: sentence for name, sentence in outcomes.items() if sentence}


def provenance(job):
    """Return everything that decides what a job yields, and one digest of it all."""
    parameters = {**default_parameters(job.notebook), **job.parameters}
    history = parameters.get("history") or ""
    files = [history] if history and not is_ledger(history) else []
    inputs = {
        "notebook": job.source,
        "notebook_digest": _digest(_source(job.notebook)),
        "parameters": dict(job.parameters),
        "package": twin.__version__,
        "package_digest": _package_digest(),
        "data": {name: _digest((job.notebook.parent / name).read_bytes()) for name in files},
        "versions": {
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            **{name: importlib.metadata.version(name) for name in LIBRARIES},
        },
    }
    if "seed" in parameters:
        inputs["seed"] = parameters["seed"]
    return {"digest": _digest(json.dumps(inputs, sort_keys=True).encode()), **inputs}


def is_finished(job, inputs):
    """Tell whether a job's folder holds all it yields, from these very inputs."""
    if any(map(is_ledger, {**default_parameters(job.notebook), **job.parameters}.values())):
        return False  # what lies behind an address may change unseen
    try:
        results = json.loads((job.folder / "results.json").read_text(encoding="utf-8"))
        same = results["provenance"]["digest"] == inputs["digest"] and set(job.results) <= set(results["results"])
    except (OSError, ValueError, KeyError, TypeError):  # missing, or damaged
        return False
    return same and all((job.folder / name).is_file() for name in job.files)


def run_job(job, inputs):
    """Run one job in a folder beside its own and put that in place; return a failure's sentence, or None."""
    partial = job.folder.with_name(f".{job.name}.part")
    try:
        shutil.rmtree(partial, ignore_errors=True)  # of a build that was killed
        partial.mkdir()
        saved_to = str(partial.resolve())
        notebook = execute(job.notebook, {**job.parameters, "out_dir": saved_to})
        text = json.dumps(notebook).replace(json.dumps(saved_to)[1:-1], f"out/{job.name}")
        write(json.loads(text), partial / job.notebook.name)
        _seal(job, partial, inputs)
        _put_in_place(partial, job.folder)
    except (NotebookError, ValueError, OSError, KeyError, TypeError) as error:  # the other jobs go on
        return f"job {job.name}: {error if isinstance(error, NotebookError | ValueError) else repr(error)}"
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _seal(job, folder, inputs):
    """Check that a job yielded what its plan says, and add where its numbers come from."""
    missing = [name for name in job.files if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"{job.source} must yield {', '.join(missing)}, and did not")
    path = folder / "results.json"
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    missing = sorted(set(job.results) - set(results))
    if missing:
        raise ValueError(f"{job.source} must yield the results {', '.join(missing)}; got {', '.join(results)}")
    for name, result in results.items():
        value = result["value"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"{job.source}: the result {name} must be a finite number; got {value!r}")
    path.write_text(dump({"provenance": inputs, "results": results}), encoding="utf-8", newline="\n")


def dump(thing):
    """Return JSON text that is the same for the same content."""
    return json.dumps(thing, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _put_in_place(partial, folder):
    """Exchange a folder for a finished one."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _source(notebook):
    """Return what a notebook runs and says, without what it printed last time."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    parts = [(c["cell_type"], "".join(c["source"]), c["metadata"].get("tags", [])) for c in cells]
    return json.dumps(parts).encode()


def _package_digest():
    """Return a digest of every file of the package that a notebook can reach."""
    files = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*") if path.is_file()}
    reached = {n: f for n, f in sorted(files.items()) if "__pycache__" not in n and not n.startswith(OUT_OF_REACH)}
    return _digest(json.dumps({name: _digest(file.read_bytes()) for name, file in reached.items()}).encode())


def _digest(data):
    return hashlib.sha256(data).hexdigest()[:16]
