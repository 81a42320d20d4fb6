"""Build a story about a lane: sentences in which placeholders of facts stand for the numbers."""

from collections.abc import Sequence

from twin.analyst.evidence import Evidence
from twin.plan.wording import label

#: Causes of variance in lead-time demand, in words.
CAUSES = {
    "demand_share": "demand itself",
    "lead_time_share": "an unreliable carrier",
    "returns_share": "returned pallets",
}


class Story:
    """Sentences about the lane `key`; in them [name] stands for a fact of this lane, and [lane] for its name."""

    def __init__(self, evidence: Evidence, key: str) -> None:
        self.evidence, self.key = evidence, key
        self.sentences: list[str] = []

    def value(self, name: str, key: str = "") -> float | None:
        """Return the value of a fact of the lane, or of another key; None if it is not on record."""
        return self.evidence.value(f"{key or self.key}.{name}")

    def say(self, *parts: str) -> None:
        """Add a sentence, given as parts that are joined by spaces."""
        text = " ".join(parts)
        for name in (part.partition("]")[0] for part in text.split("[")[1:]):
            text = text.replace(f"[{name}]", fact(self.key if name == "lane" else f"{self.key}.{name}"))
        self.sentences.append(text)

    def knows(self, *names: str, key: str = "") -> bool:
        """Return whether all these facts are on record; the answer will say why a missing one is left out."""
        missing = [name for name in names if self.value(name, key) is None]
        self.sentences += [fact(f"{key or self.key}.{name}") for name in missing]
        return not missing

    def causes(self) -> list[str]:
        """Return the known causes of variance in lead-time demand, largest share first."""
        shares = {name: self.value(name) for name in CAUSES if self.value(name) is not None}
        return sorted(shares, key=shares.get, reverse=True)


def fact(identity: str) -> str:
    """Return the placeholder of a fact, given its id.

    >>> fact("lane1.profit")
    '{{lane1.profit}}'
    """
    return f"{{{{{identity}}}}}"


def capital(name: str) -> str:
    """Return the label of a measure with a capital first letter, for the beginning of a sentence."""
    words = label(name)
    return words[:1].upper() + words[1:]


def listed(parts: Sequence[str]) -> str:
    """Return parts joined as a list in words: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 2 else parts)
