"""Show a figure or the headline numbers of a notebook, and save both when a batch gives a folder."""

import io
import json
import math
import os
from pathlib import Path

from twin._check import require
from twin.plan.wording import tabulated

FORMATS = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}  # metadata that would change bytes
METADATA_FIELDS = {"svg": "Description", "pdf": "Subject"}  # where a figure says how it came to be


class Picture:
    """A drawn figure that Jupyter shows as PNG, with words for those who cannot see it."""

    def __init__(self, figure, words, origin=""):
        self.png, self.words = png(figure, origin=origin), words
        self.width = round(100 * figure.get_figwidth())

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"image/png": self.png, "text/plain": f"<figure: {self.words}>"}
        return bundle, {"image/png": {"width": self.width, "alt": self.words}}


class Words:
    """A table or a sentence that Jupyter shows as HTML, and as text where there is none."""

    def __init__(self, html, text):
        self.html, self.text = html, text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}, {}


class Live:
    """A widget, and what stands for it where no kernel runs."""

    def __init__(self, widget, still):
        self.widget, self.still = widget, still

    def _repr_mimebundle_(self, **kwargs):
        still, metadata = self.still._repr_mimebundle_()
        live = self.widget._repr_mimebundle_(**kwargs)
        live = live[0] if isinstance(live, tuple) else live
        return {**live, **still}, metadata


def png(figure, *, quick=False, origin=""):
    """Return the PNG bytes of a figure, the same for the same drawing.

    origin : what its metadata say of how it came to be.
    quick : in the figure's own resolution and hardly compressed, for pages that wait for it.
    """
    buffer = io.BytesIO()
    how = {"dpi": "figure", "pil_kwargs": {"compress_level": 1}} if quick else {}
    figure.savefig(buffer, format="png", metadata={"Description": origin} if origin else {}, **how)
    return buffer.getvalue()


def show(figure, name, words, out_dir=""):
    """Return a picture to display; save it as `name`.svg, .pdf and .png when `out_dir` is set.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    name, words : str
        File name without ending, and what the picture shows, in words.
    out_dir : str, optional
        Folder to save in; empty means do not save.
    """
    told = os.environ.get("TWIN_PROVENANCE")  # a file that says how it came to be, where a batch runs
    origin = Path(told).read_text(encoding="utf-8") if told else ""
    # First: each drawing moves the layout a little, and batches show what lessons do.
    picture = Picture(figure, words, origin)
    if out_dir:
        Path(out_dir).mkdir(parents=True, exist_ok=True)
        Path(out_dir, f"{name}.png").write_bytes(picture.png)
        for ending, metadata in FORMATS.items():
            field = {METADATA_FIELDS[ending]: origin} if origin else {}
            figure.savefig(Path(out_dir, f"{name}.{ending}"), metadata=metadata | field)
    return picture


def headline(out_dir="", /, **results):
    """Print named results with their units, and save them as results.json when `out_dir` is set.

    Parameters
    ----------
    out_dir : str
        Folder to save in; empty means do not save.
    results : name=(value, unit)

    >>> headline(best_service_level=(0.9036, "-"), saving=(12.345, "$/day"))
    best_service_level   0.9036
    saving                12.35 $/day
    """
    width = max(map(len, results)) + 2
    for name, (value, unit) in results.items():
        require(math.isfinite(value), name, "a finite number", value)
        print(f"{name:{width}}{tabulated(value):>8} {unit if unit != '-' else ''}".rstrip())
    if out_dir:
        table = {name: {"value": float(value), "unit": unit} for name, (value, unit) in results.items()}
        path = Path(out_dir) / "results.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"results": table}, indent=1) + "\n", encoding="utf-8")
