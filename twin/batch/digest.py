"""Digests, and text that is the same for the same content."""

import hashlib
import json


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
