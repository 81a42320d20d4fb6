"""A story about a lane: sentences whose numbers are placeholders of facts."""

from twin.plan.wording import label

CAUSES = {
    "demand_share": "demand itself",
    "lead_time_share": "an unreliable carrier",
    "returns_share": "returned pallets",
}


class Story:
    """Sentences about a lane, `key`, from evidence; [name] in them stands for a fact of it, [lane] for its name."""

    def __init__(self, evidence, key):
        self.evidence, self.key, self.sentences = evidence, key, []

    def value(self, name, key=""):
        """Return the value of a fact of the lane, or of another key; None where there is none."""
        return self.evidence.value(f"{key or self.key}.{name}")

    def say(self, *parts):
        """Add a sentence."""
        text = " ".join(parts)
        for name in (part.partition("]")[0] for part in text.split("[")[1:]):
            text = text.replace(f"[{name}]", fact(self.key if name == "lane" else f"{self.key}.{name}"))
        self.sentences.append(text)

    def knows(self, *names, key=""):
        """Return whether facts of the lane are on record; where one is not, the answer will say why."""
        lacking = [name for name in names if self.value(name, key) is None]
        self.sentences += [fact(f"{key or self.key}.{name}") for name in lacking]
        return not lacking

    def causes(self):
        """Return the causes of the variance of lead-time demand that are on record, the largest first."""
        shares = {name: self.value(name) for name in CAUSES if self.value(name) is not None}
        return sorted(shares, key=shares.get, reverse=True)


def fact(identity):
    """Return the placeholder of a fact.

    >>> fact("lane1.profit")
    '{{lane1.profit}}'
    """
    return f"{{{{{identity}}}}}"


def capital(name):
    """Return the name of a number in words, as a sentence begins with it."""
    words = label(name)
    return words[:1].upper() + words[1:]


def listed(parts):
    """Return parts as a list in words: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 2 else parts)
