"""Build a paper: run its jobs, collect and check the results, and typeset the PDF."""

import hashlib
import io
import json
import logging
import os
import sys
from collections.abc import Collection
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from twin.batch import summary
from twin.batch.digest import digest, digest_of_file, dump
from twin.batch.expected import compare
from twin.batch.job import Job
from twin.batch.jobs import run
from twin.batch.plan import OURS, read_plan
from twin.batch.reads import with_jobs_read
from twin.batch.summary import collect, finished_of
from twin.compute.folder_lock import folder_lock

_LOG = logging.getLogger(__name__)
MADE = ("paper.pdf", "summary.csv", "summary.parquet")  # generated files in out/ that no template reads
PAPER_DIGEST_FILE = ".paper.digest"  # holds digests of paper.pdf and of its inputs
FAILURES_LISTED = 20  # most failures listed in an error


def build(
    folder: str | Path,
    *,
    workers: int | None = None,
    only: Collection[str] | None = None,
    force: bool = False,
    executor: Executor | None = None,
    pdf: bool = True,
) -> int:
    """Run the changed jobs of a paper's folder, build the paper, and return the exit code; errors go to stderr.

    workers : number of jobs at a time, by default one per core.
    only : names of jobs or sweeps to run, with those that they read; the table and the paper are then left unchanged.
    force : run also the jobs that are up to date.
    executor : where to run the jobs, by default this machine.
    pdf : whether to typeset the paper.
    """
    folder = Path(folder)
    try:
        jobs = _chosen(read_plan(folder), only, folder)
        with folder_lock(folder / "out"):
            done: set[str] = set()
            try:
                failures = run(jobs, workers=workers, executor=executor, force=force, finished=done)
            except BaseException:  # an interrupt (Ctrl-C, SIGTERM) or a failure
                if done:  # without finished jobs, an earlier table is kept
                    _gather(folder, jobs, done, write=only is None)
                raise
            finished = _gather(folder, jobs, done, write=only is None)
            if failures:
                raise ValueError(_listed(failures, folder))
            compare(collect(finished), folder / "expected.csv", partly=only is not None)
            if only is None:
                _replace(folder / "out" / "results.json", dump(collect(finished)).encode())
                _replace(folder / "out" / "provenance.json", dump(provenance_of(folder, finished)).encode())
            if only is None and pdf:
                typeset(folder)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{folder}: stopped; finished jobs are kept", file=sys.stderr)
        return 130
    return 0


def _gather(folder: Path, jobs: list[Job], done: Collection[str], *, write: bool) -> dict[str, dict[str, Any]]:
    """Return {job: content of its results.json} of finished jobs; write their table, and print their number."""
    finished = finished_of(job for job in jobs if job.name in done)
    told = f"{len(finished):,} of {len(jobs):,} jobs are finished"
    if write:
        for name, content in summary.files(summary.table(jobs, finished)).items():
            _replace(folder / "out" / name, content)
        told += f"; {folder / 'out' / MADE[-1]}"
    _LOG.info(told)
    return finished


def provenance_of(folder: Path, finished: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the provenance of a paper: digests of its own files, the inputs of each job, and one digest of it all."""
    names = {path: path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()}
    own = [path for path, name in names.items() if name.parts[0] != "out" and not _is_hidden(name)]
    jobs = {name: {**content["provenance"], "sealed": content["sealed"]} for name, content in finished.items()}
    whole = {"files": {names[path].as_posix(): digest_of_file(path) for path in own}, "jobs": jobs}
    return {"digest": digest(whole), **whole}


def typeset(folder: Path) -> None:
    """Typeset paper.typ to out/paper.pdf, unless none of its inputs has changed."""
    pdf, mark = folder / "out" / "paper.pdf", folder / "out" / PAPER_DIGEST_FILE
    if is_typeset(folder):
        print(f"{pdf} is up to date")
        return
    if not (folder / "paper.typ").is_file():
        raise ValueError(f"{folder / 'paper.typ'} is missing; twin batch runs the jobs alone")
    import typst

    try:
        # Only the fonts that come with Typst are used, so that pages are equal on every machine.
        pages = typst.compile(folder / "paper.typ", root=folder, ignore_system_fonts=True, timestamp=0)
    except (RuntimeError, typst.TypstError) as error:
        raise ValueError(f"{folder / 'paper.typ'} cannot be typeset: {error}") from None
    if not tells_provenance(folder, pages):
        raise ValueError(
            f"{folder / 'paper.typ'} must say where its numbers come from: "
            'set document(keywords: json("out/provenance.json").digest)'
        )
    _replace(pdf, pages)
    _replace(mark, (_digest_of_inputs(folder) + hashlib.sha256(pages).hexdigest()).encode())
    print(pdf)


def is_typeset(folder: Path) -> bool:
    """Return whether a paper's PDF exists, unchanged and typeset from the present inputs."""
    pdf, mark = folder / "out" / "paper.pdf", folder / "out" / PAPER_DIGEST_FILE
    if not (pdf.is_file() and mark.is_file()):
        return False
    return mark.read_text() == _digest_of_inputs(folder) + hashlib.sha256(pdf.read_bytes()).hexdigest()


def tells_provenance(folder: Path, pages: bytes) -> bool:
    """Return whether the keywords of a PDF, given as bytes, hold the digest of the paper's provenance."""
    import pypdf

    recorded = json.loads((folder / "out" / "provenance.json").read_text(encoding="utf-8"))["digest"]
    return recorded in (pypdf.PdfReader(io.BytesIO(pages)).metadata or {}).get("/Keywords", "")


def _chosen(jobs, only, folder):
    names = [job.name for job in jobs]
    sweeps = [name.split("/")[0] for name in names]
    unknown = sorted(set(only or ()) - set(names) - set(sweeps))
    if unknown:
        known = ", ".join(dict.fromkeys(sweeps))
        raise ValueError(f"{folder} has no job {', '.join(unknown)}; it has {known}")
    if only is None:
        return jobs
    return with_jobs_read([job for job in jobs if {job.name, job.name.split("/")[0]} & set(only)], jobs)


def _listed(failures, folder):
    """Return the sentences on failed jobs, one for all jobs with the same failure, up to FAILURES_LISTED."""
    alike = {}
    for name, sentence in failures.items():
        alike.setdefault(sentence.removeprefix(f"job {name}: "), []).append(name)
    told = [
        f"job {names[0]}{f' and {len(names) - 1:,} more' if len(names) > 1 else ''}: {reason}"
        for reason, names in alike.items()
    ]
    if len(told) > FAILURES_LISTED:
        told = [*told[:FAILURES_LISTED], f"and {len(told) - FAILURES_LISTED:,} other failures"]
    return "\n".join([*told, f"logs are in {folder / 'out' / 'logs'}"])


def _digest_of_inputs(folder):
    """Return a digest of everything that a template can read: the paper's own files, results and figures."""
    import importlib.metadata

    total = hashlib.sha256(importlib.metadata.version("typst").encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        made = name.parts[0] == "out" and name.parts[1] in (*MADE, *OURS)
        if not made and not _is_hidden(name):
            total.update(f"{name.as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _is_hidden(name):
    return any(part.startswith(".") for part in name.parts)


def _replace(path, content):
    """Replace a file atomically; a file with equal content is not touched."""
    if path.is_file() and path.read_bytes() == content:
        return
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(content)
    os.replace(partial, path)
