"""Zip archives, of which spreadsheets are made: what they are, and how much comes out of them."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

ZIP_MARK, OLE_MARK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLOCK = 1 << 20  # bytes read or unpacked at a time


def is_spreadsheet(path: Path) -> bool:
    """Return whether a file is a spreadsheet, by its bytes."""
    with path.open("rb") as data:
        start = data.read(8)
    if start == OLE_MARK:
        return True
    if not start.startswith(ZIP_MARK):
        return False
    try:
        with zipfile.ZipFile(path) as parts:
            if any(name.startswith("xl/workbook") or name == "content.xml" for name in parts.namelist()):
                return True
            raise ValueError(f"{path} is a zip archive; name the file in it, unpacked")
    except (zipfile.BadZipFile, struct.error, UnicodeDecodeError, NotImplementedError):
        raise ValueError(f"{path} is a broken or cut zip archive or spreadsheet; fetch it again") from None


def unzipped_size(path: Path, most: int) -> int:
    """Return the number of bytes that come out of a zip archive, whatever it says; counting ends soon after `most`."""
    size = 0
    try:
        with zipfile.ZipFile(path) as parts, path.open("rb") as data:
            for part in parts.infolist():
                data.seek(part.header_offset + 26)
                name, extra = struct.unpack("<HH", data.read(4))
                data.seek(part.header_offset + 30 + name + extra)
                size += _inflated(data, part.compress_size, most - size) if part.compress_type else part.compress_size
                if size > most:
                    break
    except (zipfile.BadZipFile, zlib.error, struct.error):
        raise ValueError(f"{path} is a broken or cut zip archive or spreadsheet; fetch it again") from None
    return size


def _inflated(data: BinaryIO, packed: int, most: int) -> int:
    """Return the number of bytes that come out of deflated ones."""
    inflate, size, left = zlib.decompressobj(-15), 0, packed
    while left and size <= most:
        block = data.read(min(_BLOCK, left))
        if not block:
            raise zlib.error("cut")
        left -= len(block)
        while block and size <= most:
            size += len(inflate.decompress(block, _BLOCK))
            block = inflate.unconsumed_tail
    return size
