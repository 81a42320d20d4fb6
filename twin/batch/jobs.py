"""Run the jobs whose inputs have changed; the folder of a job appears only when the job is finished.

A worker, here or on another machine, returns the files of its job, and only this process puts them in place. So a job
is never half-written or stored twice, even if workers die and jobs are retried.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

from twin.batch import log
from twin.batch.job_kernel import workers as kernels
from twin.batch.normal_form import dumps, normalise
from twin.batch.notebook import NotebookError
from twin.batch.notebook import run as run_notebook
from twin.batch.plan import Job
from twin.batch.provenance import VARIABLE, inputs_of, same_here, source
from twin.batch.seal import faults, seal
from twin.compute.pool import in_parallel


def run(
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    force: bool = False,
    finished: set[str] | None = None,
) -> dict[str, str]:
    """Run the jobs that are not up to date (all, with force), and return {name: sentence} of those that failed.

    finished : set to which the names of finished jobs are added as soon as they are known, the ones that are up to date
        first. If the run is stopped, it holds the jobs whose folders are complete.
    """
    finished = set() if finished is None else finished
    inputs = inputs_of(jobs)
    stale = [job for job in jobs if force or not is_finished(job, inputs[job.name])]
    finished.update({job.name for job in jobs} - {job.name for job in stale})
    print(f"{len(stale)} of {len(jobs)} jobs to run", file=sys.stderr)
    if not stale:
        return {}
    texts = {notebook: source(notebook) for notebook in {job.notebook for job in stale}}
    tasks = {job.name: (job, inputs[job.name], texts[job.notebook]) for job in stale}

    def receive(name, outcome):
        job = tasks[name][0]
        log.write(job, outcome.log)
        if outcome.failure:
            return outcome.failure
        _put_in_place(job, outcome.files)
        finished.add(name)

    if executor is not None:  # workers may run on other machines and in other folders
        away = {name: (replace(job, paper=job.paper.absolute()), *rest) for name, (job, *rest) in tasks.items()}
        return in_parallel(run_job, away, executor=executor, receive=receive)
    with kernels(workers) as executor:
        return in_parallel(run_job, tasks, executor=executor, receive=receive)


def is_finished(job: Job, inputs: dict[str, Any]) -> bool:
    """Return whether a job's folder holds all its results, unchanged and made from these inputs."""
    return "ledger" not in inputs and not any(faults(job, inputs))


def run_job(job: Job, inputs: dict[str, Any], text: str) -> log.JobOutcome:
    """Run a job and return its outcome: its files or the sentence on its failure, and its log."""
    entry = log.begin(job)
    try:
        same_here(inputs, job.notebook.parent)
        with tempfile.TemporaryDirectory(prefix="twin-") as scratch:
            folder, told = Path(scratch).resolve() / "out", Path(scratch, "provenance.json")
            folder.mkdir()
            told.write_text(json.dumps(inputs), encoding="utf-8")  # may be too long for an environment variable
            parameters = {**job.parameters, "out_dir": str(folder)}
            ran = run_notebook(job.notebook, parameters, text=text, environment={VARIABLE: str(told)})
            entry.tell(ran)
            if job.keep == "results":
                folder = _results_alone(folder)
            else:
                ran = json.dumps(normalise(ran)).replace(json.dumps(str(folder))[1:-1], f"out/{job.name}")
                (folder / job.notebook.name).write_text(dumps(json.loads(ran)), encoding="utf-8", newline="\n")
            seal(job, folder, inputs)
            files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
            return entry.outcome(files={name: path.read_bytes() for name, path in files.items()})
    except NotebookError as error:
        entry.tell(error.ran)
        return entry.outcome(failure=f"job {job.name}: {error}")
    except (ValueError, OSError, KeyError, TypeError) as error:  # the other jobs continue
        return entry.outcome(failure=f"job {job.name}: {error if isinstance(error, ValueError) else repr(error)}")


def _results_alone(folder: Path) -> Path:
    """Move results.json into a new folder beside the job's own, and return that folder."""
    alone = folder.with_name("kept")
    alone.mkdir()
    if (folder / "results.json").is_file():  # if it is missing, the seal reports it
        (folder / "results.json").rename(alone / "results.json")
    return alone


def _put_in_place(job, files):
    """Replace a job's folder by one with the finished files."""
    partial, old = (job.folder.with_name(f".{job.folder.name}.{kind}") for kind in ("part", "old"))
    for left in (partial, old):  # left by a build that was killed
        _remove(left)
    for name, content in files.items():
        (partial / name).parent.mkdir(parents=True, exist_ok=True)
        (partial / name).write_bytes(content)
    if job.folder.exists() or job.folder.is_symlink():
        job.folder.rename(old)
    partial.rename(job.folder)
    _remove(old)


def _remove(path):
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)
