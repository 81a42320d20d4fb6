"""Find the lanes that a sentence names in letters, whatever their hyphens and capitals."""

import re
from collections.abc import Sequence
from functools import lru_cache

from twin.analyst._pieces import Piece
from twin.analyst._vocabulary import KNOWN
from twin.analyst.evidence import Evidence
from twin.analyst.numerals import plain

MOST_WORDS = 6  # longest name that is looked for [words]
_BETWEEN = r"[\s\-–—/→>_.]{1,3}"


def with_lanes(pieces: Sequence[Piece], evidence: Evidence) -> list[Piece]:
    """Return pieces in which every name of a lane of the evidence is a piece of its own, with the lane's key."""
    pattern, keys = _pattern(tuple(evidence.lanes.items()))
    if not keys:
        return list(pieces)
    made = []
    for piece in pieces:
        if piece.fact or piece.lane:
            made.append(piece)
            continue
        at = 0
        for match in pattern.finditer(piece.text):
            key = keys[int(match.lastgroup[1:])]
            made += [Piece(piece.text[at : match.start()]), Piece(match[0], lane=key)]
            at = match.end()
        made.append(Piece(piece.text[at:]))
    return made


@lru_cache(maxsize=64)
def _pattern(lanes):
    """Return (pattern that matches the name of any of these lanes, their keys); one group for each lane."""
    parts, keys = [], []
    for key, name in sorted(lanes, key=lambda pair: -len(pair[1])):
        words = re.findall(r"[^\W_]+", plain(name))
        if not words or len(words) > MOST_WORDS or not any(word.isalpha() for word in words):
            continue
        written = _BETWEEN.join(map(re.escape, words))
        if all(word.lower() in KNOWN or len(word) < 3 for word in words):  # such as "Stock": only in quotes
            written = f"(?<=[\"'“‘«])(?-i:{written})(?=[\"'”’»])"
        parts.append(f"(?P<l{len(keys)}>{written})")
        keys.append(key)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w])(?!-\w)", re.IGNORECASE) if parts else None, keys
