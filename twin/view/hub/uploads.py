"""Collect files that a page sends in pieces, and read them."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from twin._check import require
from twin.data.advice import said
from twin.data.errors import RowsRefused
from twin.data.files.reading import unpacked_size
from twin.data.text import visible
from twin.view.hub.reading_form import in_form

Read = TypeVar("Read")

MOST_UPLOADS = 3  # files that are kept at a time; the oldest is dropped
LARGEST_FILE = 64 * 2**20  # largest file, as it is sent and as it comes out of a gzip [byte]
_RULE = f"at most {LARGEST_FILE / 2**20:.0f} MB; import larger ones by the command line"


class Uploads:
    """Files that a planner has sent and that have not been read yet; the oldest beyond `MOST_UPLOADS` are dropped."""

    def __init__(self) -> None:
        self._held: dict[Any, bytearray] = {}

    def collect(self, message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        """Add pieces to the file that a message belongs to."""
        if message.get("begins"):
            self._held = {**dict(list(self._held.items())[1 - MOST_UPLOADS :]), message.get("id"): bytearray()}
        held = self._held.get(message.get("id"))
        if held is not None and len(held) <= LARGEST_FILE:
            for buffer in buffers:
                held += buffer

    def hold(self, message: dict[str, Any], path: Path) -> None:
        """Keep the content of a message's file, so that it can be read again."""
        self.collect({"id": message.get("upload"), "begins": True}, [path.read_bytes()])

    def read(self, message: dict[str, Any], read: Callable[[Path, str], Read]) -> Read:
        """Return the result of read(path, name) for a message's file; error sentences contain the file's own name."""
        content = self._held.pop(message.get("upload"), None)
        require(content is not None, "file", "chosen first", "none")
        require(len(content) <= LARGEST_FILE, "file", _RULE, "more")
        name = visible(str(message.get("file", "")).replace("\\", "/").rpartition("/")[2], 120) or "the file"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "upload.csv")
            path.write_bytes(content)
            try:
                fits = unpacked_size(path, LARGEST_FILE) <= LARGEST_FILE
                require(fits, f"what comes out of {name}", _RULE, "more")
                return read(path, name)
            except RowsRefused as refusal:
                raise RowsRefused(said(refusal, in_form).replace(str(path), name), refusal.account) from None
            except (ValueError, OSError) as error:
                raise ValueError(said(error, in_form).replace(str(path), name)) from None
