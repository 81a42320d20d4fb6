"""Files that come from the page in pieces, and what is made of them."""

import tempfile
from pathlib import Path

from twin._check import require
from twin.data.errors import RowsRefused
from twin.data.text import visible

BY_COMMAND = "name others yourself: columns={'volume': ...}, --column volume=..."
BY_FORM = "write the file's own headings for date, lane, volume into the field beside it"
MOST_UPLOADS = 3  # files at a time
LARGEST_FILE = 64 * 2**20  # of a file [byte]


class Uploads:
    """Files that a planner has sent and not used yet; of more than a few the oldest are dropped."""

    def __init__(self):
        self._held = {}

    def collect(self, message, buffers):
        """Add pieces to the file of a message."""
        if message.get("first"):
            self._held = {**dict(list(self._held.items())[1 - MOST_UPLOADS :]), message.get("id"): bytearray()}
        held = self._held.get(message.get("id"))
        if held is not None and len(held) <= LARGEST_FILE:
            for buffer in buffers:
                held += buffer

    def read(self, message, read):
        """Return what read(path, name) makes of the file of a message; sentences call it by its own name."""
        content = self._held.pop(message.get("upload"), None)
        require(content is not None, "file", "chosen first", "none")
        rule = f"at most {LARGEST_FILE / 2**20:.0f} MB; import larger ones by the command line"
        require(len(content) <= LARGEST_FILE, "file", rule, f"{len(content) / 2**20:.0f} MB")
        name = visible(str(message.get("file", "")).replace("\\", "/").rpartition("/")[2], 120) or "the file"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "upload.csv")
            path.write_bytes(content)
            try:
                return read(path, name)
            except RowsRefused as refusal:
                raise RowsRefused(str(refusal).replace(str(path), name), refusal.account) from None
            except (ValueError, OSError) as error:
                raise ValueError(str(error).replace(str(path), name).replace(BY_COMMAND, BY_FORM)) from None
