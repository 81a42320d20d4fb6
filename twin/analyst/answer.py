"""Answers of the analyst: checked sentences with the facts that they show, the author, and remarks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from twin.analyst.checking import PLACEHOLDER, Piece, Unsupported, checked
from twin.analyst.evidence import Evidence, Fact
from twin.analyst.offline import NOTHING

OFFLINE = "offline analyst"  # author of answers without a model, as pages call it
UNCHECKED = "A sentence is left out because it could not be checked."


@dataclass(frozen=True)
class Sentence:
    """A checked sentence; `replaced` is True if it stands in for unsupported sentences of a model."""

    pieces: tuple[Piece, ...]
    replaced: bool = False

    def text(self) -> str:
        """Return the sentence as readers see it."""
        return "".join(piece.text for piece in self.pieces).strip()

    def outline(self) -> str:
        """Return the sentence without numbers and names: a later question has other facts, with other ids."""
        return "".join("[number]" if p.fact else "[lane]" if p.lane else p.text for p in self.pieces).strip()

    def template(self) -> str:
        """Return the sentence with its placeholders, as it was written."""
        keys = (piece.fact.id if piece.fact else piece.lane for piece in self.pieces)
        texts = (piece.text for piece in self.pieces)
        return "".join(f"{{{{{key}}}}}" if key else text for key, text in zip(keys, texts, strict=True)).strip()

    @property
    def facts(self) -> list[Fact]:
        """Facts that the sentence shows, in order."""
        return [piece.fact for piece in self.pieces if piece.fact]


@dataclass(frozen=True)
class Answer:
    """An answer: the question, the author (`by`), the sentences, remarks, and the evidence behind them."""

    question: str
    by: str
    sentences: tuple[Sentence, ...]
    remarks: tuple[str, ...] = ()
    evidence: Evidence | None = field(default=None, repr=False, compare=False)

    def text(self) -> str:
        """Return the answer as text; sentences that stand in for a model's are in brackets."""
        words = []
        for replaced, run in self.runs():
            said = " ".join(sentence.text() for sentence in run)
            words.append(f"[{OFFLINE}: {said}]" if replaced else said)
        return " ".join(words)

    def runs(self) -> list[tuple[bool, tuple[Sentence, ...]]]:
        """Return consecutive sentences grouped by whether they stand in for a model's: (replaced, sentences)."""
        return [(replaced, tuple(run)) for replaced, run in groupby(self.sentences, lambda one: one.replaced)]

    @property
    def facts(self) -> list[Fact]:
        """Facts that the answer shows, each once, in order."""
        return list(dict.fromkeys(fact for sentence in self.sentences for fact in sentence.facts))


def told_offline(
    sentences: Iterable[str], evidence: Evidence, *, replaced: bool = False
) -> tuple[tuple[Sentence, ...], tuple[str, ...]]:
    """Return (checked sentences, remarks); a sentence that lacks a fact is left out, and a remark gives the reason."""
    kept, remarks = [], []
    for text in sentences:
        missing = [
            name for name in PLACEHOLDER.findall(text) if name not in evidence.facts and name not in evidence.lanes
        ]
        if missing:
            remarks += [_reason_missing(identity, evidence) for identity in missing]
            continue
        try:
            kept.append(Sentence(checked(text, evidence), replaced))
        except Unsupported:
            remarks.append(UNCHECKED)
    if not kept or (remarks and not any(sentence.facts for sentence in kept)):
        kept = [Sentence(checked(NOTHING, evidence), replaced)]
    return tuple(kept), tuple(dict.fromkeys(remarks))


def _reason_missing(identity, evidence):
    """Return a sentence on why a fact is not part of the answer."""
    words = identity.partition(".")[2].partition(".")[0].replace("_", " ")
    if identity in evidence.contradictions:
        sources = " and ".join(dict.fromkeys(fact.source for fact in evidence.contradictions[identity]))
        return f"The {words} is left out: its sources ({sources}) contradict each other."
    return f"The {words} is left out: {evidence.missing.get(identity, 'it is not on record')}."
