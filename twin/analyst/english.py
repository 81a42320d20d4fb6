"""The words of english.toml, as patterns."""

import re
import tomllib
from importlib.resources import files

WORDS = tomllib.loads(files("twin.analyst").joinpath("english.toml").read_text(encoding="utf-8"))


def pattern(words):
    """Return the pattern that finds any of these words, or patterns, between the ends of words."""
    return re.compile(
        "|".join(f"(?:{word})(?!\\w)" if word.startswith("^") else f"(?<!\\w)(?:{word})(?!\\w)" for word in words)
    )


PATTERNS = {name: pattern(words) for name, words in WORDS["patterns"].items()}
TOPICAL = {kind: pattern(words) for kind, words in WORDS["topical"].items()}
KINDS = [(kind, int(weight), pattern(words)) for kind, by in WORDS["kinds"].items() for weight, words in by.items()]
SLANG = [(pattern([said]), meant) for said, meant in WORDS["slang"].items()]


def says(name, text):
    """Return the first match of the patterns of this name in a text, or None."""
    return PATTERNS[name].search(text)
