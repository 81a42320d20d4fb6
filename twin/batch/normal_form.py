"""The normal form of a notebook: two runs of the same cells, the same bytes."""

import copy
import re
import sysconfig
from pathlib import Path

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
WIDGET = "application/vnd.jupyter.widget-view+json"  # a live view dies with its kernel; its picture stays
PACKAGE = Path(twin.__file__).parent
TRACES = ("papermill", "execution", "ExecuteTime", "trusted")
ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,}")
# Where a warning arose: a file that the kernel makes up for a cell, or one of this machine's.
CELL_FILE = re.compile(r"[^\s\"'<>]*ipykernel_\d+[/\\](?=\d+\.py)")
PLACES = {str(PACKAGE): "site-packages/twin", sysconfig.get_path("purelib"): "site-packages"}
MODEL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def normalise(notebook):
    """Return a copy of a notebook without what differs between two runs of the same cells."""
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


def dumps(notebook):
    """Return the text of a notebook file."""
    import nbformat

    return nbformat.writes(nbformat.from_dict(notebook), version=4).rstrip("\n") + "\n"


def _normal_outputs(outputs):
    """Join what one stream said in one cell, drop live views, and replace addresses and model ids."""
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
    """Return a text that names no place in memory or on disk."""
    for place, name in PLACES.items():
        text = text.replace(place, name)
    return MODEL_ID.sub("0" * 32, ADDRESS.sub("0x0", CELL_FILE.sub("ipykernel/", text)))
