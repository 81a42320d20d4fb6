"""From a paper's folder to its results and its PDF: jobs, one table, comparison with what is expected, typesetting."""

import hashlib
import io
import json
import os
import sys
from pathlib import Path

from twin.batch import summary
from twin.batch.digest import digest, digest_of_file, dump
from twin.batch.expected import compare
from twin.batch.jobs import run
from twin.batch.plan import OURS, read_plan
from twin.compute.folder_lock import folder_lock

MADE = ("paper.pdf", "summary.csv", "summary.parquet")  # of out/; no template reads them
PAPER_DIGEST_FILE = ".paper.digest"  # says of what paper.pdf was made
FAILURES_LISTED = 20  # sentences on failures


def build(folder, *, workers=None, only=None, force=False, executor=None, pdf=True):
    """Run what changed in a paper's folder and return the exit code; what goes wrong is told in sentences.

    only names jobs, or sweeps, to run; what is made of all of them is then left as it is. force runs jobs that are up
    to date. Without pdf the results are not typeset.
    """
    folder = Path(folder)
    try:
        jobs = _chosen(read_plan(folder), only, folder)
        with folder_lock(folder / "out"):
            failures = run(jobs, workers=workers, executor=executor, force=force)
            finished = finished_of(job for job in jobs if job.name not in failures)
            if only is None:
                for name, content in summary.files(summary.table(jobs, finished)).items():
                    _replace(folder / "out" / name, content)
            print(f"{len(finished):,} of {len(jobs):,} jobs are finished; {folder / 'out' / MADE[-1]}", file=sys.stderr)
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


def finished_of(jobs):
    """Return {job: what its results.json holds}."""
    return {job.name: json.loads((job.folder / "results.json").read_text(encoding="utf-8")) for job in jobs}


def collect(finished):
    """Return {job: {name: {value, unit}}}."""
    return {name: content["results"] for name, content in finished.items()}


def provenance_of(folder, finished):
    """Return where all that a paper shows comes from, with one digest of it: its own files, and each job's inputs."""
    names = {path: path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()}
    own = [path for path, name in names.items() if name.parts[0] != "out" and not _is_hidden(name)]
    jobs = {name: {**content["provenance"], "sealed": content["sealed"]} for name, content in finished.items()}
    whole = {"files": {names[path].as_posix(): digest_of_file(path) for path in own}, "jobs": jobs}
    return {"digest": digest(whole), **whole}


def typeset(folder):
    """Typeset paper.typ to out/paper.pdf, unless nothing that it may read has changed."""
    pdf, mark = folder / "out" / "paper.pdf", folder / "out" / PAPER_DIGEST_FILE
    if is_typeset(folder):
        print(f"{pdf} is up to date")
        return
    if not (folder / "paper.typ").is_file():
        raise ValueError(f"{folder / 'paper.typ'} is missing; python -m twin batch runs the jobs alone")
    import typst

    try:
        # Fonts come with Typst: those of the machine would make other pages elsewhere.
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


def is_typeset(folder):
    """Tell whether a paper's PDF is there as it was typeset from what is there."""
    pdf, mark = folder / "out" / "paper.pdf", folder / "out" / PAPER_DIGEST_FILE
    if not (pdf.is_file() and mark.is_file()):
        return False
    return mark.read_text() == _digest_of_inputs(folder) + hashlib.sha256(pdf.read_bytes()).hexdigest()


def tells_provenance(folder, pages):
    """Tell whether the keywords of a PDF, given as bytes, hold the digest of where the paper comes from."""
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
    return [job for job in jobs if only is None or {job.name, job.name.split("/")[0]} & set(only)]


def _listed(failures, folder):
    """Return the sentences on failed jobs, one for all that failed alike, and the first of many."""
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
    """Return a digest of all that a template can read: the paper's own files, results and figures."""
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
    """Write a file so that it is the old or the new one, never a part; equal content is left alone."""
    if path.is_file() and path.read_bytes() == content:
        return
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(content)
    os.replace(partial, path)
