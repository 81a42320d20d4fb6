"""Data that the apps show of each notebook: title and neighbours in its page header, and a card in the contents."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

HUB = "06_operations_hub.ipynb"  # the planners' app, shown at full width; the other notebooks are lessons
CARDS = Path("share/jupyter/voila/templates/twin/contents.j2")


def about(entries: Sequence[Any], i: int) -> dict[str, Any]:
    """Return the metadata of notebook i for its page; previous and next are omitted if there is no such neighbour.

    entries : the ContentsRow of each notebook, in order.
    """
    told = {"title": entries[i].title, "question": entries[i].question, "wide": entries[i].file == HUB}
    if i > 0:
        told["previous"] = _neighbour(entries[i - 1])
    if i + 1 < len(entries):
        told["next"] = _neighbour(entries[i + 1])
    return told


def cards(entries: Iterable[Any], pictures: dict[str, str], sources: str) -> str:
    """Return the template file with all cards.

    entries : the ContentsRow of each notebook, in order.
    pictures : {file name of a notebook: path of its picture, relative to the notebooks' folder}.
    sources : address at which source files can be read.
    """
    listed = [
        {
            "file": entry.file,
            "number": entry.number,
            "title": entry.title,
            "question": entry.question,
            "wide": entry.file == HUB,
            "picture": pictures.get(entry.file, ""),
        }
        for entry in entries
    ]
    listed = json.dumps(listed, indent=1, ensure_ascii=False)
    return f"{{%- set sources = {json.dumps(sources)} -%}}\n{{%- set entries = {listed} -%}}\n"


def _neighbour(entry):
    return {"file": entry.file, "name": entry.short}
