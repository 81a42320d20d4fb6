"""Check that every file, number and page of a paper is what its notebooks, parameters, data and package give."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from twin.batch import summary
from twin.batch.expected import compare
from twin.batch.job import Job
from twin.batch.paper import MADE, PAPER_DIGEST_FILE, is_typeset, provenance_of, tells_provenance
from twin.batch.plan import OURS, read_plan
from twin.batch.provenance import inputs_of
from twin.batch.seal import faults, has_run
from twin.batch.summary import collect, finished_of
from twin.compute.folder_lock import folder_lock


def verify(folder: str | Path) -> list[str]:
    """Return a sentence for each output that differs from what its inputs give; none if all is well."""
    folder = Path(folder)
    jobs = read_plan(folder)
    out = folder / "out"
    with folder_lock(out) if out.is_dir() else contextlib.nullcontext():
        inputs = inputs_of(jobs)
        ran = [job for job in jobs if has_run(job)]
        complaints = list(_not_run(sorted({job.name for job in jobs} - {job.name for job in ran}), len(jobs)))
        complaints += [sentence for job in ran for sentence in faults(job, inputs[job.name])]
        complaints += [f"{path} is of no job in figures.yml; delete it" for path in strangers(out, jobs)]
        return complaints or [*_of_all(folder, jobs, finished_of(jobs))]


def _not_run(names: list[str], total: int) -> Iterator[str]:
    """Yield one sentence on the jobs that have not been run: the name of a single one, the number of several."""
    if len(names) == 1:
        yield f"{names[0]} has not been run"
    elif names:
        yield f"{len(names):,} of {total:,} jobs have not been run"


def strangers(out: Path, jobs: Iterable[Job]) -> Iterator[Path]:
    """Yield the paths in out/ that belong to no job of the plan."""
    folders = {job.folder for job in jobs}
    sweeps = {folder.parent for folder in folders} - {out}
    known = {*folders, *sweeps, *(out / name for name in (*MADE, *OURS, "results.json", "provenance.json"))}
    for within in (out, *sorted(sweeps)):
        for path in sorted(within.iterdir()) if within.is_dir() else ():
            if not path.name.startswith(".") and path not in known:
                yield path


def _of_all(folder, jobs, finished):
    """Yield a sentence for each fault of the files that are made from all jobs."""
    out = folder / "out"
    try:
        compare(collect(finished), folder / "expected.csv")
    except ValueError as error:
        yield str(error)
    for name, content in summary.files(summary.table(jobs, finished)).items():
        if not (out / name).is_file():
            yield f"{out / name} is missing"
        elif not summary.same(name, (out / name).read_bytes(), content):
            yield f"{out / name} does not hold what the jobs have yielded"
    for name, content in (("results.json", collect(finished)), ("provenance.json", provenance_of(folder, finished))):
        try:
            if json.loads((out / name).read_text(encoding="utf-8")) != content:
                yield f"{out / name} does not say what the jobs and the paper's files say"
        except (OSError, ValueError, RecursionError):
            yield f"{out / name} is missing or damaged"
            return
    pdf = out / "paper.pdf"
    was_made = pdf.exists() or (out / PAPER_DIGEST_FILE).exists()
    if was_made and not (is_typeset(folder) and tells_provenance(folder, pdf.read_bytes())):
        yield f"{pdf} was not made of what is there now, or has been changed"
