"""Run one notebook with papermill.

python -m twin.batch.notebook FILE... runs notebooks again in place, in parallel.
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from twin.batch.job_kernel import kernel_manager, workers
from twin.batch.normal_form import dumps, normalise
from twin.data.places import refuse_secrets


class NotebookError(Exception):
    """A notebook that failed; the message names notebook, cell and error, and `ran` is how far it came, if it began."""

    ran = None


def run(path, parameters=None, *, text=None, environment=None):
    """Return the notebook at path as papermill leaves it, run in its own folder with these parameters.

    text : of the notebook, where it is not to be read from path; environment : variables for its kernel.
    """
    import papermill  # takes a second: only those who run something wait for it
    from papermill.exceptions import PapermillExecutionError

    path = Path(path)
    for name, value in (parameters or {}).items():
        refuse_secrets(name, value)
    with tempfile.TemporaryDirectory(prefix="twin-") as scratch:
        before, after = Path(scratch, "before.ipynb"), Path(scratch, "after.ipynb")
        try:
            before.write_text(path.read_text(encoding="utf-8") if text is None else text, encoding="utf-8")
            ran = papermill.execute_notebook(
                before,
                after,
                parameters=parameters or {},
                kernel_name="python3",
                language="python",
                kernel_manager_class=kernel_manager(scratch, environment or {}),
                # the kernel's folder; ours stays
                resources={"metadata": {"path": str(path.parent if path.parent.is_dir() else scratch)}},
                request_save_on_cell_execute=False,
                progress_bar=False,
            )
        except PapermillExecutionError as failure:
            error = NotebookError(_explain(path, before, failure, injected=bool(parameters)))
            error.ran = json.loads(after.read_text(encoding="utf-8"))
            raise error from None
        except Exception as error:  # a kernel that died, a file that is no notebook
            raise NotebookError(f"{path}: {type(error).__name__}: {error}") from error
    unfinished = [cell for cell in ran.cells if cell.cell_type == "code" and _status(cell) != "completed"]
    if unfinished:  # sys.exit(0), which papermill lets pass
        line = unfinished[0].source.strip().split("\n")[0]
        error = NotebookError(f"{path}: ended before its end, at `{line[:90]}`")
        error.ran = ran
        raise error
    return ran


def _status(cell):
    return cell.metadata.get("papermill", {}).get("status")


def execute(path, parameters=None):
    """Return the notebook at path, run in its own folder with these parameters, in normal form."""
    return normalise(run(path, parameters))


def write(notebook, path):
    """Write a notebook so that path holds the old or the new one, never a part."""
    path = Path(path)
    partial = path.with_name(f".{path.name}.part")
    partial.write_text(dumps(notebook), encoding="utf-8", newline="\n")
    os.replace(partial, path)


def rerun(path):
    """Run a notebook in place; return the sentence that tells its failure, or None."""
    try:
        write(execute(path), path)
    except NotebookError as error:
        return str(error)


def main(paths):
    """Run notebooks in place, in parallel, the others also when one fails; return the exit code."""
    from twin.compute.pool import in_parallel

    with workers() as executor:
        failures = in_parallel(rerun, {Path(path).name: (path,) for path in paths}, executor=executor)
    for failure in failures.values():
        print(failure, file=sys.stderr)
    return int(bool(failures))


def _explain(path, source, error, injected):
    """Return where a notebook failed and why; cells count from 1, as the reader of the file counts them."""
    import nbformat

    cells = nbformat.read(source, as_version=4).cells
    tagged = (i for i, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", []))
    shifted = injected and error.cell_index > next(tagged, len(cells))  # papermill added a cell before it
    trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    pointed = re.search(r"^-+> *\d+ (.*)", trace, re.M)  # IPython points at the line; the first arrow is in the cell
    line = (pointed[1] if pointed else error.source).strip().split("\n")[0]
    reason = re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}").strip().splitlines()[0]
    return f"{path}, cell {error.cell_index + 1 - shifted}: `{line[:90]}`\n  {reason}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
