"""Digests of content, and a canonical JSON form."""

import hashlib
import json
import math
from pathlib import Path


def digest(thing: object) -> str:
    """Return a digest of bytes, or of any value that JSON can represent."""
    data = thing if isinstance(thing, bytes) else json.dumps(thing, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def digest_of_file(path: str | Path) -> str:
    """Return the digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def dump(thing: object) -> str:
    """Return JSON text that is equal for equal content."""
    return json.dumps(thing, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def plain(name: str, value: object) -> None:
    """Raise a ValueError that names the argument, if a value cannot be written to JSON and read back unchanged."""
    inside = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    keys = value if isinstance(value, dict) else ()
    holds = isinstance(value, bool | int | float | str | list | dict | None) and all(type(key) is str for key in keys)
    if not holds or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(
            f"{name} must be a finite number, a text, true or false, or a list or mapping of such; got {value!r}"
        )
    for each in inside:
        plain(name, each)
