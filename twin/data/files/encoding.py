"""Find the encoding of a text file, and refuse lines that are too long, before a whole line is in memory."""

import codecs
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 1 << 20  # longest line, and longest record of several lines [character]
BLOCK = LONGEST_LINE  # bytes read at a time; at most LONGEST_LINE, so that no line inside a block can be too long
BYTE_ORDER_MARKS = (  # longest first, because a utf-32 mark begins with a utf-16 mark
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"  # bytes that have no character in cp1252


def find_encoding(data: BinaryIO, path: Path) -> str:
    """Return the encoding of a text, which is read to its end; raise ValueError if one of its lines is too long."""
    block = data.read(BLOCK)
    if not block:
        raise ValueError(f"{path} is empty")
    marked = next((name for mark, name in BYTE_ORDER_MARKS if block.startswith(mark)), None)
    decoder = codecs.getincrementaldecoder(marked or "utf-8")()
    decodes, cp1252, lines = True, True, _LineLengths(path)
    while decodes or not marked:
        ascii_only = block.isascii()
        cp1252 = cp1252 and (ascii_only or not any(byte in block for byte in NOT_IN_CP1252))
        text = None
        if decodes:
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                decodes = False
        lines.add(block.decode("latin-1") if text is None else text)
        if not block:
            break
        block = data.read(BLOCK)
    if decodes:
        return marked or "utf-8"
    if marked:
        raise ValueError(f"{path} starts with the byte-order mark of {marked} but is not {marked} throughout")
    return "cp1252" if cp1252 else "latin-1"


class _LineLengths:
    """A check of text that arrives in blocks of at most LONGEST_LINE: no line may be longer than that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line, self.length, self.last = 1, 0, ""  # number and length of the current line, and the last character

    def add(self, text: str) -> None:
        """Count the lines of the next block; raise ValueError if a line is too long."""
        marks = [at for at in (text.find("\n"), text.find("\r")) if at >= 0]
        if self.length + min(marks, default=len(text)) > LONGEST_LINE:
            raise ValueError(
                f"{self.path}, line {self.line:,}: a line must have at most {LONGEST_LINE:,} characters (1 MB); "
                "got a longer one: is this a table with one row per line?"
            )
        if marks:
            split = self.last == "\r" and text[0] == "\n"  # one line end, in two blocks
            returns = text.count("\r") - text.count("\r\n") if "\r" in text else 0
            self.line += text.count("\n") + returns - split
            self.length = 0
        self.length += len(text) - 1 - max(text.rfind("\n"), text.rfind("\r"))
        self.last = text[-1:]


def note_of(encoding: str) -> str:
    """Return a sentence on a text that is not in utf-8; "" on one that is.

    >>> note_of("utf-8"), note_of("latin-1")
    ('', 'the text is not utf-8; it was read as latin-1, so accents may be wrong')
    """
    here = encoding in ("cp1252", "latin-1")
    return f"the text is not utf-8; it was read as {encoding}, so accents may be wrong" if here else ""
