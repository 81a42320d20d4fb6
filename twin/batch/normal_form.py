"""The normal form of a notebook, in which two runs of the same cells are equal byte for byte."""

import copy
import re
import sysconfig
from pathlib import Path
from typing import Any

import twin

# Regardless of who ran it: the kernel and the language, without the machine's exact version.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3",
}
WIDGET = "application/vnd.jupyter.widget-view+json"  # a live view needs its kernel; its picture is kept
PACKAGE = Path(twin.__file__).parent
TRACES = ("papermill", "execution", "ExecuteTime", "trusted")  # metadata of a single run
ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,}")  # address of an object in memory
# Places of warnings: the file name that the kernel invents for a cell, or a folder of this machine.
CELL_FILE = re.compile(r"[^\s\"'<>]*ipykernel_\d+[/\\](?=\d+\.py)")
PLACES = {str(PACKAGE): "site-packages/twin", sysconfig.get_path("purelib"): "site-packages"}
MODEL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")  # id of a widget model


def normalise(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a notebook without any content that differs between two runs of the same cells."""
    notebook = copy.deepcopy(notebook)
    for trace in (*TRACES, "widgets"):
        notebook["metadata"].pop(trace, None)
    notebook["metadata"].update(kernelspec=dict(KERNEL), language_info=copy.deepcopy(LANGUAGE))
    for cell in notebook["cells"]:
        for trace in TRACES:
            cell["metadata"].pop(trace, None)
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["id"] = "injected-parameters"
        if cell["cell_type"] == "code":
            cell["outputs"] = _normal_outputs(cell["outputs"])
    return notebook


def dumps(notebook: dict[str, Any]) -> str:
    """Return the text of a notebook file."""
    import nbformat

    return nbformat.writes(nbformat.from_dict(notebook), version=4).rstrip("\n") + "\n"


def _normal_outputs(outputs):
    """Return outputs with the text of each stream joined, live views dropped, and addresses and model ids replaced."""
    joined, streams = [], {}
    for output in outputs:
        if output["output_type"] == "stream":
            if output["name"] in streams:
                streams[output["name"]]["text"] += output["text"]
                continue
            streams[output["name"]] = output
        elif "data" in output:
            output["data"].pop(WIDGET, None)
            output["metadata"].pop(WIDGET, None)
            if not output["data"]:
                continue
        joined.append(output)
    for output in joined:
        texts = output.get("data", output)
        for key in ("text", "text/plain", "text/html", "text/markdown", "image/svg+xml"):
            if isinstance(texts.get(key), str):
                texts[key] = _placeless(texts[key])
    return joined


def _placeless(text):
    """Return a text without addresses in memory, folders of this machine and widget ids."""
    for place, name in PLACES.items():
        text = text.replace(place, name)
    return MODEL_ID.sub("0" * 32, ADDRESS.sub("0x0", CELL_FILE.sub("ipykernel/", text)))
