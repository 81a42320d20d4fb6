"""Split the pieces of a sentence into tokens: words, marks, facts and lanes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twin.analyst._pieces import Piece
from twin.analyst._vocabulary import CLASSES
from twin.analyst.evidence import Fact

_WORD = re.compile(r"['’]s\b|[A-Za-z]+|\S")
_NOT = re.compile(r"\b(?P<verb>do|does|did|is|are|was|were|has|have|had|would|should|could|need)n['’]t\b", re.I)


#: Short forms of verbs after a pronoun -> the verbs.
_SHORT = {"d": " would", "m": " am", "ll": " will", "ve": " have", "re": " are"}
_SHORT_FORM = re.compile(r"(?<=[A-Za-z])['’](d|m|ll|ve|re)\b")


_QUOTES = set("\"'“”‘’«»")


@dataclass(frozen=True)
class Token:
    """Part of a sentence: kind is "word", "mark", "fact", "lane" or "name" (of a quantity)."""

    kind: str
    text: str
    fact: Fact | None = None
    lane: str = ""
    measures: frozenset[str] = frozenset()

    def says(self, *classes: str) -> bool:
        """Return whether the word makes a claim of one of these classes."""
        return self.kind in ("word", "name") and not CLASSES.get(self.text, set()).isdisjoint(classes)


def tokens_of(pieces: Sequence[Piece]) -> list[Token]:
    """Return the tokens of pieces; names of quantities are still words."""
    made = []
    for piece in pieces:
        if piece.fact:
            made.append(Token("fact", piece.text, fact=piece.fact))
        elif piece.lane:
            made.append(Token("lane", piece.text, lane=piece.lane))
        else:
            text = _NOT.sub(r"\g<verb> not", piece.text).replace("cannot", "can not").replace("can't", "can not")
            text = re.sub(r"\b(?:i\.e\.|e\.g\.),?", "namely", text)
            text = _SHORT_FORM.sub(lambda match: _SHORT[match[1]], text)
            text = re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", " ", text)
            text = re.sub(r"\b([Ee])ither (?=lane\b|of\b)", lambda m: "Each " if m[1] == "E" else "each ", text)
            for match in _WORD.finditer(text):
                word = match[0].replace("’", "'")
                if word in _QUOTES:
                    continue
                made.append(Token("word" if word[-1].isalpha() else "mark", word.lower()))
    return made
