"""The works that docstrings and lessons cite, found in docs/references.bib by the names and the year in the text."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from pybtex.database import parse_file

BIBLIOGRAPHY = Path(__file__).parents[2] / "docs/references.bib"
#: Names of one author or several, and a year: "Silver, Pyke and Thomas (2017)", "Huh et al. (2009)".
_NAME = r"(?:(?:Van|van|de) )?[A-ZÉ][\w’'é-]+"
CITED = re.compile(rf"({_NAME}(?:, {_NAME})*(?:,? and {_NAME}| et al\.)?),? \((\d{{4}})\)")


@cache
def works() -> dict[str, tuple[tuple[str, ...], str]]:
    """Return the last names of the authors and the year of each work, by its key."""
    entries = parse_file(str(BIBLIOGRAPHY), bib_format="bibtex").entries
    return {key: (_names(entry), entry.fields["year"]) for key, entry in entries.items()}


def _names(entry):
    persons = entry.persons.get("author") or entry.persons["editor"]
    return tuple(" ".join((*person.prelast_names, *person.last_names)).strip("{}") for person in persons)


def key_of(names: str, year: str) -> str | None:
    """Return the key of the work that a text cites by names and year; None if the bibliography does not have it."""
    given = re.split(r",? and |, | et al\.", names.replace("’", "'").removesuffix("'s"))
    given = [_folded(name) for name in given if name]
    for key, (authors, published) in works().items():
        last = [_folded(name) for name in authors]
        if year == published and given == last[: len(given)] and (len(given) == len(last) or "et al" in names):
            return key
    return None


def _folded(name):
    """Return a name without accents and prefixes such as "van", in which texts differ."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return re.sub(r"^(van|de) ", "", plain.lower())


def citations(text: str) -> list[tuple[str, str]]:
    """Return names and year of each work that a text cites.

    >>> citations("Silver, Pyke and Thomas (2017), chapter 6; after Scarf (1958).")
    [('Silver, Pyke and Thomas', '2017'), ('Scarf', '1958')]
    """
    return [(found[1], found[2]) for found in CITED.finditer(" ".join(text.split()))]


def linked(text: str) -> str:
    """Return reStructuredText in which each work that the bibliography has is a link to it."""

    def link(found):
        key = key_of(found[1], found[2])
        return f":work:`{found[0]} <{key}>`" if key else found[0]

    return CITED.sub(link, text)
