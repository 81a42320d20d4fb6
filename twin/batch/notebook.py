"""Run one notebook with papermill.

python -m twin.batch.notebook FILE... reruns notebooks in place, in parallel.
"""

import json
import logging
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.batch.job_kernel import kernel_manager, workers
from twin.batch.normal_form import dumps, normalise
from twin.data.places import refuse_secrets

if TYPE_CHECKING:
    from nbformat import NotebookNode


class NotebookError(Exception):
    """A notebook failed; the message names notebook, cell and error, and `ran` is the partly run notebook, if any."""

    ran: dict[str, Any] | None = None


def run(
    path: str | Path,
    parameters: dict[str, Any] | None = None,
    *,
    text: str | None = None,
    environment: dict[str, str] | None = None,
) -> "NotebookNode":
    """Run the notebook at path in its own folder, and return it as papermill leaves it.

    parameters : override the notebook's own.
    text : content of the notebook, by default read from path.
    environment : variables for its kernel.
    """
    import papermill  # imported late, as it takes a second
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
                # working folder of the kernel, not of this process
                resources={"metadata": {"path": str(path.parent if path.parent.is_dir() else scratch)}},
                request_save_on_cell_execute=False,
                progress_bar=False,
            )
        except PapermillExecutionError as failure:
            error = NotebookError(_explain(path, before, failure, injected=bool(parameters)))
            error.ran = json.loads(after.read_text(encoding="utf-8"))
            raise error from None
        except Exception as error:  # for instance a kernel that died, or a file that is not a notebook
            raise NotebookError(f"{path}: {type(error).__name__}: {error}") from error
    unfinished = [cell for cell in ran.cells if cell.cell_type == "code" and _status(cell) != "completed"]
    if unfinished:  # for instance after sys.exit(0), which papermill does not report
        line = unfinished[0].source.strip().split("\n")[0]
        error = NotebookError(f"{path}: ended before its end, at `{line[:90]}`")
        error.ran = ran
        raise error
    return ran


def _status(cell):
    return cell.metadata.get("papermill", {}).get("status")


def execute(path: str | Path, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run the notebook at path in its own folder with these parameters, and return it in normal form."""
    return normalise(run(path, parameters))


def write(notebook: dict[str, Any], path: str | Path) -> None:
    """Write a notebook by an atomic replacement of the file at path."""
    path = Path(path)
    partial = path.with_name(f".{path.name}.part")
    partial.write_text(dumps(notebook), encoding="utf-8", newline="\n")
    os.replace(partial, path)


def rerun(path: str | Path) -> str | None:
    """Run a notebook in place, and return the sentence on its failure, or None."""
    try:
        write(execute(path), path)
    except NotebookError as error:
        return str(error)


def main(paths: list[str]) -> int:
    """Run notebooks in place, in parallel, and return the exit code; a failure does not stop the others."""
    from twin.compute.pool import in_parallel

    with workers() as executor:
        failures = in_parallel(rerun, {Path(path).as_posix(): (path,) for path in paths}, executor=executor)
    for failure in failures.values():
        print(failure, file=sys.stderr)
    return int(bool(failures))


def _explain(path, source, error, injected):
    """Return the place and the reason of a failure; cells count from 1 and without those that papermill adds."""
    import nbformat

    cells = nbformat.read(source, as_version=4).cells
    tagged = (i for i, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", []))
    shifted = injected and error.cell_index > next(tagged, len(cells))  # papermill added a cell before it
    trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    pointed = re.search(r"^-+> *\d+ (.*)", trace, re.M)  # IPython's first arrow marks the failing line of the cell
    line = (pointed[1] if pointed else error.source).strip().split("\n")[0]
    reason = re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}").strip().splitlines()[0]
    return f"{path}, cell {error.cell_index + 1 - shifted}: `{line[:90]}`\n  {reason}"


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    sys.exit(main(sys.argv[1:]))
