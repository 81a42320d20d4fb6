"""Whether a sentence says only numbers that stand in the evidence; placeholders {{id}} are filled here."""

import re
import unicodedata
from dataclasses import dataclass

from twin.analyst._units import agrees, unit_after
from twin.analyst.measures import MEASURES
from twin.analyst.numerals import numerals
from twin.quantities import label, rest_of

PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_MARK, _LANE = "\ue000", "\ue001"  # stand for what is filled in, while the words around it are read
_LINK = (
    "is are was were at of to by about around be being would will now then still comes come stands amounts rises falls"
)
_LINK += " for in on this the that lane its equals reaches currently only just already"
_LINK = rf"(?:\s|[,:=(]|\b(?:{_LINK.replace(' ', '|')})\b|{_LANE})*"
_RISE = re.compile(
    r"\b(?:ris(?:e|es|ing)|increas(?:e|es|ing)|grow(?:s|ing)?|gain(?:s|ing)?|climb(?:s|ing)?|improv\w+)\b", re.I
)
_FALL = re.compile(
    r"\b(?:fall(?:s|ing)?|drop(?:s|ping)?|decreas(?:e|es|ing)|declin(?:e|es|ing)|shrink(?:s|ing)?|los(?:es|ing))\b",
    re.I,
)
_NAMES = {name: {label(name).lower(), *measure.also} for name, measure in MEASURES.items()}
_MEANT = {}  # what people call a measure: the measures that are called so
for _name, _phrases in _NAMES.items():
    for _phrase in _phrases:
        if len(_phrase) > 3:
            _MEANT.setdefault(_phrase, set()).add(_name)
_CALLED = re.compile(rf"\b(?P<name>{'|'.join(map(re.escape, sorted(_MEANT, key=len, reverse=True)))}){_LINK}$")


class Unsupported(ValueError):
    """A sentence says something that the evidence does not support."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `fact` is the fact that it shows, `lane` whether it is the name of a lane."""

    text: str
    fact: object = None
    lane: bool = False


def checked(sentence, evidence):
    """Return the pieces of a sentence with its placeholders filled; raise `Unsupported` if it says more than is known.

    Every placeholder must be a fact or a lane. Every other number, however written, must be a fact within its printed
    rounding and unit. The unit that is said after a placeholder, the name before it and the direction must be its own.
    """
    for character in sentence:
        if character.isalpha() and not unicodedata.name(character, "").startswith(("LATIN", "GREEK", "MICRO")):
            raise Unsupported("it has letters in which numbers cannot be read")
    pieces, at = [], 0
    for match in PLACEHOLDER.finditer(sentence):
        pieces.append(Piece(sentence[at : match.start()]))
        pieces.append(_filled(match[1], evidence))
        at = match.end()
    pieces.append(Piece(sentence[at:]))
    pieces = _without_units(pieces, evidence)
    pieces = _supported(pieces, evidence)
    _named_right(pieces)
    _directed_right(pieces)
    return tuple(piece for piece in pieces if piece.text)


def _filled(identity, evidence):
    if identity in evidence.lanes:
        return Piece(evidence.lanes[identity], lane=True)
    if identity not in evidence.facts:
        raise Unsupported(f"{identity} is not among the facts")
    fact = evidence.facts[identity]
    return Piece(evidence.printed(fact), fact)


def _without_units(pieces, evidence):
    """Take away units that the text says once more around a filled number; another unit is an error."""
    pieces = list(pieces)
    for place, piece in enumerate(pieces):
        if piece.fact is None:
            continue
        before, after = pieces[place - 1].text, pieces[place + 1].text
        unit = evidence.unit(piece.fact)
        if money := re.search(r"(?:[$€£¥]|US\$|USD|EUR|GBP)\s?$", before):
            if money[0].strip() not in ("$", "US$", "USD") or not unit.startswith("$"):
                raise Unsupported(f"{piece.fact.id} is not in {money[0].strip()}")
            before = before[: money.start()]
        if re.search(r"(?:[\d/*×^]|[\s(][-−+±]|^[-−+±])\s?$", before) or re.match(r"\s?[\d/*×^]|\(|\s?[kKmM]\b", after):
            raise Unsupported(f"{piece.fact.id} is made part of another number")
        money = unit.startswith("$") and not unit_after(after, 0, "")[0]
        said, end = unit_after(after, 0, "$" if money else "")
        said = {"%": "-"}.get(said, said)
        if said not in ("", "$"):
            if not agrees(said, unit):
                raise Unsupported(f"{piece.fact.id} is in {unit}, not in {said}")
            after = after[end:]
        elif re.match(r"\s*(?:%|(?:hundred|thousand|million|billion)\b)", after):
            raise Unsupported(f"{piece.fact.id} is in {unit}")
        rest = rest_of(piece.fact.unit, evidence.period)
        if said == "" and rest and after.lower().lstrip().startswith(f"{rest} "):
            after = after.lstrip()[len(rest) :]
        pieces[place - 1], pieces[place + 1] = Piece(before), Piece(after)
    return pieces


def _supported(pieces, evidence):
    """Find the fact of every number that is written out."""
    text = "".join(_MARK * len(p.text) if p.fact or p.lane else p.text for p in pieces)
    shown = "".join(piece.text for piece in pieces)
    found = {}
    for numeral in numerals(text):
        fact = _fact_of(numeral, text, evidence)
        if fact is None:
            raise Unsupported(f"no fact is {text[numeral.start : numeral.end].strip()!r}")
        found[numeral.start] = (numeral.end, fact)
    made, at = [], 0
    for piece in pieces:
        end = at + len(piece.text)
        if piece.fact or piece.lane:
            made.append(piece)
        else:
            here = at
            for start in sorted(start for start in found if at <= start < end):
                stop, fact = found[start]
                made += [Piece(shown[here:start]), Piece(shown[start:stop], fact)]
                here = stop
            made.append(Piece(shown[here:end]))
        at = end
    return made


def _fact_of(numeral, text, evidence):
    """The fact that a number written in a text is, or None; of several the one whose measure the text names.

    Right after the name of a measure it must be of that measure.
    """
    alike = [f for f in evidence.facts.values() if _of_kind(numeral, f, text, evidence) and _is(numeral, f)]
    if called := _CALLED.search(text[: numeral.start].rpartition(_MARK)[2].lower()):
        alike = [fact for fact in alike if fact.measure in _MEANT[called["name"]]]
    return max(alike, key=lambda fact: _named(fact, text), default=None)


def _of_kind(numeral, fact, text, evidence):
    """Whether a number can be meant for a fact by its unit; one without a unit must be named in the text."""
    if numeral.unit == "times" and fact.name.endswith(".relative"):
        return True
    if numeral.unit == "":
        exact = numeral.slack < 0.5 or fact.unit != "-"
        return fact.unit in ("lane", "points", "-") and exact and _named(fact, text)
    return agrees(numeral.unit, evidence.unit(fact))


def _is(numeral, fact):
    """Whether a number is a fact within its printed rounding; without a sign it may be that of either sign."""
    if numeral.signed and numeral.value > 0 and "." not in fact.name:
        return False  # a plus is said of changes alone
    value = numeral.value - 1 if numeral.unit == "times" and fact.unit != "times" else numeral.value
    off = abs(value - fact.value) if numeral.signed or value < 0 else abs(abs(value) - abs(fact.value))
    return off <= numeral.slack * (1 + 1e-9) + 1e-12 * abs(fact.value)


def _named(fact, text):
    return any(phrase in text.lower() for phrase in _NAMES[fact.measure])


def _named_right(pieces):
    """A number right after the name of a measure must be of that measure."""
    before = ""
    for piece in pieces:
        if piece.fact is None:
            before += _LANE if piece.lane else piece.text.lower()
            continue
        if (named := _CALLED.search(before)) and piece.fact.measure not in _MEANT[named["name"]]:
            raise Unsupported(f"{piece.fact.id} is called {named['name']}")
        before = ""


def _directed_right(pieces):
    """What is said to rise must not fall, where a sentence has one change and one direction."""
    changes = [piece.fact for piece in pieces if piece.fact and "." in piece.fact.name and piece.fact.value]
    text = " ".join(piece.text for piece in pieces if piece.fact is None)
    up, down = bool(_RISE.search(text)), bool(_FALL.search(text))
    if len(changes) == 1 and up != down and (changes[0].value > 0) != up:
        raise Unsupported(f"{changes[0].id} goes the other way")
