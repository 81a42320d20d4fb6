"""Digests, and text that is the same for the same content."""

import hashlib
import json
import math


def digest(thing):
    """Return a digest of bytes, or of anything that JSON can hold."""
    data = thing if isinstance(thing, bytes) else json.dumps(thing, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def digest_of_file(path):
    """Return the digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def dump(thing):
    """Return JSON text that is the same for the same content."""
    return json.dumps(thing, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def plain(name, value):
    """Raise a ValueError, naming the argument, if a value is none that JSON can hold and give back."""
    inside = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    keys = value if isinstance(value, dict) else ()
    holds = isinstance(value, bool | int | float | str | list | dict | None) and all(type(key) is str for key in keys)
    if not holds or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(
            f"{name} must be a finite number, a text, true or false, or a list or mapping of such; got {value!r}"
        )
    for each in inside:
        plain(name, each)
