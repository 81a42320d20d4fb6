"""Compile the words of english.toml into patterns, and normalise the words of a question."""

import difflib
import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

from twin.plan.quantities import QUANTITIES

WORDS = tomllib.loads(files("twin.analyst").joinpath("english.toml").read_text(encoding="utf-8"))


def pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern that matches any of these words or patterns as whole words."""
    return re.compile(
        "|".join(f"(?:{word})(?!\\w)" if word.startswith("^") else f"(?<!\\w)(?:{word})(?!\\w)" for word in words)
    )


PATTERNS = {name: pattern(words) for name, words in WORDS["patterns"].items()}
TOPICAL = {kind: pattern(words) for kind, words in WORDS["topical"].items()}
KINDS = [(kind, int(weight), pattern(words)) for kind, by in WORDS["kinds"].items() for weight, words in by.items()]
KNOWN_WORDS = {
    word for quantity in QUANTITIES.values() for phrase in quantity.also for word in phrase.split() if len(word) > 5
}
KNOWN_WORDS |= set(WORDS["spelling"]["words"])
WORD_SIMILARITY = 0.86  # smallest similarity at which a word counts as a misspelling of a known one (difflib) [-]
SLANG = [(pattern([said]), meant) for said, meant in WORDS["slang"].items()]


def says(name: str, text: str) -> re.Match[str] | None:
    """Return the first match of the named patterns in a text; None if there is none."""
    return PATTERNS[name].search(text)


def normal(text: str) -> str:
    """Return a text with misspelt words corrected and everyday words replaced by terms of the field."""

    def right(match):
        word = match[0]
        near = (
            []
            if len(word) < 6 or word in KNOWN_WORDS
            else difflib.get_close_matches(word, KNOWN_WORDS, 1, WORD_SIMILARITY)
        )
        return near[0] if near and near[0][0] == word[0] and abs(len(near[0]) - len(word)) < 2 else word

    text = re.sub(r"[a-z]+", right, text.replace("’", "'"))
    for said, meant in SLANG:
        text = said.sub(meant, text)
    return " ".join(text.split())
