"""Display the figures and headline numbers of a notebook, and save both if a batch job gives a folder."""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.plan.wording import tabulated
from twin.view import words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from twin.simulate import Estimate

FORMATS = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}  # file formats; dates would change the bytes
METADATA_FIELDS = {"svg": "Description", "pdf": "Subject"}  # metadata field for the provenance of a figure

#: What Jupyter displays: content by MIME type, and metadata.
Bundle = tuple[dict[str, Any], dict[str, Any]]


class Picture:
    """A figure that Jupyter displays as PNG, with a description in words for readers who cannot see it."""

    def __init__(self, figure: Figure, words: str, origin: str = "", *, colours: int = 0) -> None:
        self.png, self.words = png(figure, origin=origin, colours=colours), words
        self.width = round(100 * figure.get_figwidth())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        bundle = {"image/png": self.png, "text/plain": f"<figure: {self.words}>"}
        return bundle, {"image/png": {"width": self.width, "alt": self.words}}


class Words:
    """A table or a sentence that Jupyter displays as HTML, or as plain text where HTML is not possible."""

    def __init__(self, html: str, text: str) -> None:
        self.html, self.text = html, text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/html": self.html, "text/plain": self.text}, {}


def with_error(estimate: Estimate, digits: int = 1) -> str:
    """Return a simulated mean with its standard error as text; a number that is certain stands alone.

    >>> from twin.simulate import Estimate
    >>> with_error(Estimate(27406.4, 0.0), 0), with_error(Estimate(-5.28, 0.07), 2), with_error(Estimate(-0.01, 0.0))
    ('27,406', '−5.28 ± 0.07', '0.0')
    """
    mean = f"{estimate.mean:z,.{digits}f}".replace("-", "−")
    return f"{mean} ± {estimate.standard_error:,.{digits}f}" if estimate.standard_error else mean


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> Words:
    """Return a table of texts to display; the first column names the rows, the others are aligned as numbers.

    >>> print(table(["lane", "mean"], [["HAM-ROT", "140.0"], ["FRA-PAR", "20.1"]]).text)
    lane      mean
    HAM-ROT  140.0
    FRA-PAR   20.1
    """
    rows = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    text = "\n".join(
        "  ".join([first.ljust(widths[0]), *map(str.rjust, rest, widths[1:])]).rstrip()
        for first, *rest in (heads, *rows)
    )
    return Words(words.table(caption, heads, [[escape(cell) for cell in row] for row in rows]), text)


def compared(columns: Mapping[str, Mapping[str, Estimate]], digits: int = 1) -> Words:
    """Return a table of estimates to display, with a row for each measure and a column for each case.

    >>> from twin.simulate import Estimate
    >>> print(compared({"told": {"service [%]": Estimate(95, 0)}, "kept": {"service [%]": Estimate(98.1, 0.2)}}).text)
                 told        kept
    service [%]  95.0  98.1 ± 0.2
    """
    first = next(iter(columns.values()))
    rows = [[name, *(with_error(column[name], digits) for column in columns.values())] for name in first]
    return table(["", *columns], rows)


class Live:
    """A widget, and a still picture or text that replaces it where no kernel runs.

    part : name of the place that the widget takes on the page of an app; the page's template reads it.
    """

    def __init__(self, widget: Any, still: Picture | Words, part: str = "") -> None:
        self.widget, self.still, self.part = widget, still, part

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle:
        still, metadata = self.still._repr_mimebundle_()
        live = self.widget._repr_mimebundle_(**kwargs)
        live = live[0] if isinstance(live, tuple) else live
        return {**live, **still}, {**metadata, "twin": {"part": self.part}} if self.part else metadata


def png(figure: Figure, *, quick: bool = False, origin: str = "", colours: int = 0) -> bytes:
    """Return a figure as PNG; the same drawing gives the same bytes.

    quick : use the figure's own resolution and little compression, for a page that waits for the picture.
    origin : provenance of the figure, stored in its metadata.
    colours : largest number of colours, for a figure of many small texts, which then takes a quarter of the bytes; 0
        for all.
    """
    buffer = io.BytesIO()
    how = {"dpi": "figure", "pil_kwargs": {"compress_level": 1}} if quick else {}
    figure.savefig(buffer, format="png", metadata={"Description": origin} if origin else {}, **how)
    return _fewer_colours(buffer, colours) if colours else buffer.getvalue()


def _fewer_colours(picture: io.BytesIO, colours: int) -> bytes:
    """Return a PNG with a palette of that many colours; its texts stay as they are."""
    from PIL import Image, PngImagePlugin

    image, buffer, texts = Image.open(picture), io.BytesIO(), PngImagePlugin.PngInfo()
    for name, text in image.info.items():
        if isinstance(text, str):
            texts.add_text(name, text)
    image.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(buffer, "png", optimize=True, pnginfo=texts)
    return buffer.getvalue()


def show(figure: Figure, name: str, words: str, out_dir: str = "", *, colours: int = 0) -> Picture:
    """Return a picture to display, and save it as `name`.svg, .pdf and .png if `out_dir` is set.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    name, words : str
        File name without ending, and a description of the picture in words.
    out_dir : str, optional
        Folder to save in; empty means do not save.
    colours : int, optional
        Largest number of colours of the PNG; 0 for all.
    """
    provenance = os.environ.get("TWIN_PROVENANCE")  # file with the provenance of figures; a batch job sets it
    origin = Path(provenance).read_text(encoding="utf-8") if provenance else ""
    # The PNG comes first because every drawing moves the layout a little: so lessons and batch jobs show the same.
    picture = Picture(figure, words, origin, colours=colours)
    if out_dir:
        Path(out_dir).mkdir(parents=True, exist_ok=True)
        Path(out_dir, f"{name}.png").write_bytes(picture.png)
        for ending, metadata in FORMATS.items():
            field = {METADATA_FIELDS[ending]: origin} if origin else {}
            figure.savefig(Path(out_dir, f"{name}.{ending}"), metadata=metadata | field)
    return picture


def headline(out_dir: str = "", /, **results: tuple[float, str]) -> None:
    """Print named results with their units, and save them as results.json if `out_dir` is set.

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
