"""Run the jobs whose inputs have changed; the folder of a job appears only when the job is finished.

A worker, here or on another machine, returns the files of its job, and only this process puts them in place. So a job
is never half-written or stored twice, even if workers die and jobs are retried.
"""

import contextlib
import json
import logging
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

from twin.batch import log
from twin.batch.digest import dump
from twin.batch.job import Job
from twin.batch.job_kernel import workers as kernels
from twin.batch.normal_form import dumps, normalise
from twin.batch.notebook import NotebookError
from twin.batch.notebook import run as run_notebook
from twin.batch.provenance import VARIABLE, inputs_of, same_here, source
from twin.batch.reads import READ_TABLE, RESULTS_FILE, jobs_read, stages, table_read
from twin.batch.seal import faults, seal
from twin.batch.seeds import intervals
from twin.compute.pool import in_parallel

_LOG = logging.getLogger(__name__)


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
    read, failures = jobs_read(jobs), {}
    with kernels(workers) if executor is None else contextlib.nullcontext(executor) as pool:
        for number, stage in enumerate(stages(jobs)):
            waiting = {
                job.name: [one.name for one in read.get(job.name, ()) if one.name not in finished] for job in stage
            }
            failures |= {name: _cannot_read(name, missing) for name, missing in waiting.items() if missing}
            ready = [job for job in stage if not waiting[job.name]]
            inputs = inputs_of(jobs)
            stale = [job for job in ready if force or not is_finished(job, inputs[job.name])]
            finished.update({job.name for job in ready} - {job.name for job in stale})
            _LOG.info("%d of %d jobs%s to run", len(stale), len(stage), " that read others" * (number > 0))
            failures |= _run_stage(stale, inputs, read, pool, finished, away=executor is not None)
    return failures


def _run_stage(jobs, inputs, read, pool, finished, *, away):
    """Run jobs that do not read each other, add those that finish to `finished`, and return the failures.

    read : {name: the jobs that it reads}, which have finished.
    away : whether the workers may run on other machines and in other folders.
    """
    texts = {notebook: source(notebook) for notebook in {job.notebook for job in jobs}}
    tasks = {}
    for job in jobs:
        table = table_read(read[job.name]) if job.name in read else b""
        here = replace(job, paper=job.paper.absolute()) if away else job
        tasks[job.name] = (here, inputs[job.name], texts[job.notebook], table)
    named = {job.name: job for job in jobs}

    def receive(name, outcome):
        log.write(named[name], outcome.log)
        if outcome.failure:
            return outcome.failure
        _put_in_place(named[name], outcome.files)
        finished.add(name)

    return in_parallel(run_job, tasks, executor=pool, receive=receive) if tasks else {}


def _cannot_read(name, missing):
    """Return the sentence on a job that cannot run because jobs that it reads have failed."""
    more = f" and {len(missing) - 3:,} more" if len(missing) > 3 else ""
    return f"job {name}: needs the results of {', '.join(missing[:3])}{more}, which failed"


def is_finished(job: Job, inputs: dict[str, Any]) -> bool:
    """Return whether a job's folder holds all its results, unchanged and made from these inputs."""
    return "ledger" not in inputs and not any(faults(job, inputs))


def run_job(job: Job, inputs: dict[str, Any], text: str, table: bytes) -> log.JobOutcome:
    """Run a job and return its outcome: its files or the sentence on its failure, and its log.

    text : content of its notebook.
    table : results of the jobs that it reads, as CSV.
    """
    entry = log.begin(job)
    try:
        same_here(inputs, job.notebook.parent)
        with tempfile.TemporaryDirectory(prefix="twin-") as scratch:
            folder = Path(scratch).resolve() / "out"
            folder.mkdir()
            if job.over_seeds:
                (folder / "results.json").write_text(dump({"results": intervals(table.decode())}), encoding="utf-8")
            else:
                folder = _run_notebook(job, inputs, text, table, folder, entry)
            seal(job, folder, inputs)
            files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
            return entry.outcome(files={name: path.read_bytes() for name, path in files.items()})
    except NotebookError as error:
        entry.tell(error.ran)
        return entry.outcome(failure=f"job {job.name}: {error}")
    except (ValueError, OSError, KeyError, TypeError) as error:  # the other jobs continue
        return entry.outcome(failure=f"job {job.name}: {error if isinstance(error, ValueError) else repr(error)}")


def _run_notebook(job, inputs, text, table, folder, entry):
    """Run the notebook of a job, and return the folder of the files to keep: `folder`, or one with the results alone.

    entry : the log of the job.
    """
    told, parameters = folder.with_name("provenance.json"), {**job.parameters, "out_dir": str(folder)}
    told.write_text(json.dumps(inputs), encoding="utf-8")  # may be too long for an environment variable
    if job.reads:
        (folder / READ_TABLE).write_bytes(table)
        parameters[RESULTS_FILE] = str(folder / READ_TABLE)
    ran = run_notebook(job.notebook, parameters, text=text, environment={VARIABLE: str(told)})
    entry.tell(ran)
    if job.keep == "results":
        return _results_alone(folder)
    ran = json.dumps(normalise(ran)).replace(json.dumps(str(folder))[1:-1], f"out/{job.name}")
    (folder / job.notebook.name).write_text(dumps(json.loads(ran)), encoding="utf-8", newline="\n")
    return folder


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
