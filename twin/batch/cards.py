"""What the apps show of each notebook: title and neighbours in the header of its page, a card in the contents."""

import json
from pathlib import Path

HUB = "06_operations_hub.ipynb"  # planners open it first, and its page takes all the width; the others are lessons
CARDS = Path("share/jupyter/voila/templates/twin/contents.j2")


def about(entries, i):
    """Return what the metadata of notebook i tell its page; empty where there is no neighbour."""
    told = {"title": entries[i].title, "question": entries[i].question, "wide": entries[i].file == HUB}
    if i > 0:
        told["previous"] = _neighbour(entries[i - 1])
    if i + 1 < len(entries):
        told["next"] = _neighbour(entries[i + 1])
    return told


def cards(entries, pictures, sources):
    """Return the template file with all cards, and with `sources`, the address at which source files can be read.

    pictures : dict of file name -> path of a notebook's picture, from the notebooks' folder.
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
