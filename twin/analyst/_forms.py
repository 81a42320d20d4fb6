"""Decide sentences in plain forms, such as "the profit of A-B is 5", of which each word has its place (forms.toml)."""

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files

from twin.analyst._form_engine import Stand, matches, steps_of
from twin.analyst._form_rules import Rules
from twin.analyst._sentence import Reading

_FORMS = tomllib.loads(files("twin.analyst").joinpath("forms.toml").read_text(encoding="utf-8"))
MOST_TOKENS = 120  # most tokens of a sentence that is read as a form


def holds_in_form(reading: Reading) -> bool:
    """Return whether a sentence is in a form of which every word and every number is borne out by the evidence."""
    named = {reading.tokens[i].lane for i in reading.lanes}
    about = {key for i in reading.facts for key in reading.evidence.about(reading.tokens[i].fact)}
    unnamed = about - named
    if (unnamed and (len(reading.evidence.lanes) != 2 or not named)) or any(
        token.kind == "told" for token in reading.tokens
    ):
        return False
    if len(reading.tokens) > MOST_TOKENS:
        return False
    rules = Rules(reading)

    def word(what, stand):
        token = reading.tokens[stand.at] if stand.at < len(reading.tokens) else None
        return (
            replace(stand, at=stand.at + 1)
            if token and not token.fact and token.text == what.replace("_", " ")
            else None
        )

    @cache
    def ends(what, stand):
        if what in _FORMS:
            return tuple(dict.fromkeys(matches(steps_of(_FORMS[what]), stand, word, rule)))
        return tuple(getattr(rules, what.lower())(stand))

    def rule(what, stand):
        return iter(ends(what, stand))

    return any(True for _ in rule("SENTENCE", Stand()))
