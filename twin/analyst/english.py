"""The words of english.toml, as patterns."""

import difflib
import re
import tomllib
from importlib.resources import files

from twin.plan.quantities import QUANTITIES

WORDS = tomllib.loads(files("twin.analyst").joinpath("english.toml").read_text(encoding="utf-8"))


def pattern(words):
    """Return the pattern that finds any of these words, or patterns, between the ends of words."""
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
WORD_SIMILARITY = 0.86  # how much a misspelt word must be like one that is known [-]
SLANG = [(pattern([said]), meant) for said, meant in WORDS["slang"].items()]


def says(name, text):
    """Return the first match of the patterns of this name in a text, or None."""
    return PATTERNS[name].search(text)


def normal(text):
    """A text in the words that are looked for: misspelt ones put right, slang in terms of the field."""

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
