"""Whether what a paper shows is what its notebooks, parameters, data and package give: every file, number and page."""

import json
from pathlib import Path

from twin.batch import summary
from twin.batch.digest import digest, digest_of_file
from twin.batch.expected import compare
from twin.batch.paper import collect, finished_of, is_typeset, provenance_of, tells_provenance
from twin.batch.plan import OURS, read_plan
from twin.batch.provenance import inputs_of


def verify(folder):
    """Return the sentences that say what is not as its inputs make it; none where all is well."""
    folder = Path(folder)
    jobs = read_plan(folder)
    inputs = inputs_of(jobs)
    complaints = [sentence for job in jobs for sentence in _of_job(job, inputs[job.name])]
    complaints += _strangers(folder, jobs)
    if complaints:
        return complaints
    finished = finished_of(jobs)
    try:
        compare(collect(finished), folder / "expected.csv")
    except ValueError as error:
        complaints.append(str(error))
    for name, content in summary.files(summary.table(jobs, finished)).items():
        path = folder / "out" / name
        if not path.is_file() or path.read_bytes() != content:
            complaints.append(f"{path} does not hold what the jobs have yielded")
    if (folder / "paper.typ").is_file():
        complaints += _of_paper(folder, finished)
    return complaints


def _of_job(job, inputs):
    """Yield what is wrong with the folder of one job."""
    try:
        told = json.loads((job.folder / "results.json").read_text(encoding="utf-8"))
        recorded, results, sealed = told["provenance"], told["results"], dict(told["sealed"])
    except FileNotFoundError:
        yield f"{job.name} has not been run"
        return
    except (OSError, ValueError, KeyError, TypeError):
        yield f"{job.folder / 'results.json'} is damaged"
        return
    changed = sorted(key for key in {*inputs, *recorded} - {"digest"} if inputs.get(key) != recorded.get(key))
    if changed:
        yield f"{job.name} was made of another {' and '.join(changed).replace('_', ' ')} than there is now"
    if digest({key: value for key, value in recorded.items() if key != "digest"}) != recorded.get("digest"):
        yield f"{job.name}: its record of inputs has been changed"
    if digest(results) != sealed.pop("results", None):
        yield f"{job.name}: a number in {job.folder / 'results.json'} has been changed"
    here = {path.relative_to(job.folder).as_posix(): path for path in job.folder.rglob("*") if path.is_file()}
    here.pop("results.json")
    for name in sorted({*here, *sealed}):
        if name not in here:
            yield f"{job.folder / name} is missing"
        elif name not in sealed:
            yield f"{job.folder / name} is of no job"
        elif digest_of_file(here[name]) != sealed[name]:
            yield f"{job.folder / name} has been changed"


def _strangers(folder, jobs):
    """Yield folders of out/ that belong to no job of the plan."""
    known = {job.folder for job in jobs} | {job.folder.parent for job in jobs}
    for path in sorted((folder / "out").glob("*")) + sorted((folder / "out").glob("*/*")):
        of_plan = path in known or path.parent in {job.folder for job in jobs} or OURS[0] in path.parts
        if path.is_dir() and not path.name.startswith(".") and not of_plan:
            yield f"{path} is of no job in figures.yml"


def _of_paper(folder, finished):
    """Yield what is wrong with what is made of all jobs."""
    out = folder / "out"
    for name, content in (("results.json", collect(finished)), ("provenance.json", provenance_of(folder, finished))):
        try:
            if json.loads((out / name).read_text(encoding="utf-8")) != content:
                yield f"{out / name} does not say what the jobs and the paper's files say"
        except (OSError, ValueError):
            yield f"{out / name} is missing or damaged"
            return
    pdf = out / "paper.pdf"
    if not pdf.is_file():
        yield f"{pdf} is missing"
    elif not (is_typeset(folder) and tells_provenance(folder, pdf.read_bytes())):
        yield f"{pdf} was not made of what is there now, or has been changed"
