"""An answer: sentences with the facts that they show, who gave it, and what has to be said about it."""

from dataclasses import dataclass, field
from itertools import groupby

from twin.analyst.checking import PLACEHOLDER, Unsupported, checked
from twin.analyst.evidence import Evidence
from twin.analyst.offline import NOTHING

OFFLINE = "offline analyst"
UNCHECKED = "A sentence is left out, as what it says could not be checked."


@dataclass(frozen=True)
class Sentence:
    """A sentence that was checked; `replaced` when it stands for one of the model's that was not supported."""

    pieces: tuple
    replaced: bool = False

    def text(self):
        """Return it in words."""
        return "".join(piece.text for piece in self.pieces).strip()

    def outline(self):
        """Return it without a number or a name: facts of another question have other ids."""
        return "".join("[number]" if p.fact else "[lane]" if p.lane else p.text for p in self.pieces).strip()

    def template(self):
        """Return it with placeholders, as it was written."""
        keys = (piece.fact.id if piece.fact else piece.lane for piece in self.pieces)
        texts = (piece.text for piece in self.pieces)
        return "".join(f"{{{{{key}}}}}" if key else text for key, text in zip(keys, texts, strict=True)).strip()

    @property
    def facts(self):
        """The facts that it shows."""
        return [piece.fact for piece in self.pieces if piece.fact]


@dataclass(frozen=True)
class Answer:
    """What was asked, by whom it was answered, its sentences, and remarks on it."""

    question: str
    by: str
    sentences: tuple[Sentence, ...]
    remarks: tuple[str, ...] = ()
    evidence: Evidence = field(default=None, repr=False, compare=False)

    def text(self):
        """Return the answer in words; sentences that stand for others are marked."""
        words = []
        for replaced, run in self.runs():
            said = " ".join(sentence.text() for sentence in run)
            words.append(f"[{OFFLINE}: {said}]" if replaced else said)
        return " ".join(words)

    def runs(self):
        """Return the sentences as runs of those that stand for others, and those that do not: (replaced, sentences)."""
        return [(replaced, tuple(run)) for replaced, run in groupby(self.sentences, lambda one: one.replaced)]

    @property
    def facts(self):
        """The facts shown, each once, in order."""
        return list(dict.fromkeys(fact for sentence in self.sentences for fact in sentence.facts))


def told_offline(sentences, evidence, *, replaced=False):
    """Return (sentences checked, remarks): those whose facts are all on record, and why others are left out."""
    kept, remarks = [], []
    for text in sentences:
        lacking = [
            name for name in PLACEHOLDER.findall(text) if name not in evidence.facts and name not in evidence.lanes
        ]
        if lacking:
            remarks += [_why(identity, evidence) for identity in lacking]
            continue
        try:
            kept.append(Sentence(checked(text, evidence), replaced))
        except Unsupported:
            remarks.append(UNCHECKED)
    if not kept or (remarks and not any(sentence.facts for sentence in kept)):
        kept = [Sentence(checked(NOTHING, evidence), replaced)]
    return tuple(kept), tuple(dict.fromkeys(remarks))


def _why(identity, evidence):
    words = identity.partition(".")[2].partition(".")[0].replace("_", " ")
    if identity in evidence.contradictions:
        sources = " and ".join(dict.fromkeys(fact.source for fact in evidence.contradictions[identity]))
        return f"Sources contradict each other on the {words} ({sources}), so it is not said."
    return f"The {words} is left out: {evidence.missing.get(identity, 'it is not on record')}."
