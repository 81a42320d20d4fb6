"""Check that a sentence gives only numbers from the evidence, and fill in its placeholders {{id}}."""

import re
import unicodedata

from twin.analyst._naming_of_numbers import LANE, NUMBER, called_before, is_named, may_be_called
from twin.analyst._telling import Piece, Unsupported, told_right
from twin.analyst._units import agrees, unit_after
from twin.analyst.evidence import Evidence
from twin.analyst.numerals import numerals, plain
from twin.plan.wording import rest_of

PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
LARGEST_ROUNDING = 0.05  # largest rounding error of a written number, relative to the number [-]
GREEK = re.compile("[\u0370-\u03ff]")
_SYMBOLS = set("+−=<>≤≥≈~%°&→±×÷|^")  # symbols that a sentence may contain
#: Text before, or after, a number that makes it part of another number: a digit, an operator, "divided by".
_MADE_PART = re.compile(
    r"(?:[\d/*×÷^√∑±+]|(?:^|[\s(])[-−]|\b(?:minus|plus|negative|times|divided by|multiplied by|square root of))\s?$",
    re.I,
)
_MADE_PART_AFTER = re.compile(
    r"\s?[\d*×÷^√]|\(|\s?/\s?\d|\s(?:minus|plus|times|divided by|squared|cubed)\b|\s?[kKmM]\b", re.I
)
#: Currency before a number, and words after it that are no unit of ours.
_MONEY_BEFORE = re.compile(r"(?:[^\W\d_]{0,3}[$€£¥₹₽₩]|\b[A-Z]{3})\s?$")
_WRONG_AFTER = re.compile(
    r"\s*(?:[€£¥₹₽₩$]|(?:hundred|thousand|million|billion|trillion|bn|mn|mio|grand|rupees|roubles|yuan|containers?|teus?|"
    r"parcels?|cubic|square|per annum|p\.?\s?a\.?(?=\W|$)|annually|yearly)\b)",
    re.I,
)
_RATE_AFTER = re.compile(r"[\s,(]*(?:/|\b(?:per|each|every)\s+)(?P<what>\w+)", re.I)


def checked(sentence: str, evidence: Evidence) -> tuple[Piece, ...]:
    """Return the pieces of a sentence, placeholders filled in; raise `Unsupported` if the evidence lacks its numbers.

    Every placeholder must be the id of a fact or the key of a lane, and the words around it must fit: the right lane,
    name, unit and direction, and a number of a what-if must be told as hypothetical. Every other number, in digits or
    in words, must equal a fact about a lane as it stands, within its printed rounding; the sentence must contain the
    fact's name, and give its unit and sign.
    """
    sentence = plain(sentence)
    for character in set(sentence):
        if (character.isalpha() and not unicodedata.name(character, "").startswith(("LATIN", "GREEK", "MICRO"))) or (
            unicodedata.category(character) in ("So", "Sm", "Sk") and character not in _SYMBOLS
        ):
            raise Unsupported("it has signs in which numbers cannot be read")
    if any(not word.isascii() and GREEK.search(word) and len(word) > 1 for word in re.findall(r"[^\W\d_]+", sentence)):
        raise Unsupported("it has letters of two kinds in a word")
    pieces, at = [], 0
    for match in PLACEHOLDER.finditer(sentence):
        pieces += [Piece(sentence[at : match.start()]), _filled(match[1], evidence)]
        at = match.end()
    pieces = _without_units([*pieces, Piece(sentence[at:])], evidence)
    if any(brace in piece.text for piece in pieces if not piece.fact and not piece.lane for brace in "{}"):
        raise Unsupported("it has a placeholder that cannot be read")
    pieces = _with_numbers(pieces, evidence)
    told_right(pieces, evidence)
    return tuple(piece for piece in pieces if piece.text)


def _filled(identity, evidence):
    """Return the piece for a placeholder: a lane name, or a printed number with its fact."""
    if identity in evidence.lanes:
        return Piece(evidence.lanes[identity], lane=identity)
    if identity not in evidence.facts:
        raise Unsupported(f"{identity} is not among the facts")
    fact = evidence.facts[identity]
    return Piece(evidence.printed(fact), fact)


def _without_units(pieces, evidence):
    """Return the pieces without units that the text repeats around a filled-in number; refuse another unit."""
    pieces = list(pieces)
    for place, piece in enumerate(pieces):
        if piece.fact is None:
            continue
        before, after = pieces[place - 1].text, pieces[place + 1].text
        unit = evidence.unit(piece.fact)
        if money := _MONEY_BEFORE.search(before):
            if money[0].strip() not in ("$", "US$", "USD") or not unit.startswith("$"):
                raise Unsupported(f"{piece.fact.id} is not in {money[0].strip()}")
            before = before[: money.start()]
        bare = unit.startswith("$") and not unit_after(after, 0, "")[0]
        said, end = unit_after(after, 0, "$" if bare else "")
        said = {"%": "-"}.get(said, said)
        if said not in ("", "$"):
            if not agrees(said, unit):
                raise Unsupported(f"{piece.fact.id} is in {unit}, not in {said}")
            after = after[end:]
        rate = _RATE_AFTER.match(after)
        if _WRONG_AFTER.match(after) or (rate and rate["what"].lower().rstrip("s") not in unit.split("/")):
            raise Unsupported(f"{piece.fact.id} is in {unit}")
        if _MADE_PART.search(before) or _MADE_PART_AFTER.match(after):
            raise Unsupported(f"{piece.fact.id} is made part of another number")
        rest = rest_of(piece.fact.unit, evidence.period)
        if said == "" and rest and after.lower().lstrip().startswith(f"{rest} "):
            after = after.lstrip()[len(rest) :]
        pieces[place - 1], pieces[place + 1] = Piece(before), Piece(after)
    return pieces


def _with_numbers(pieces, evidence):
    """Return the pieces with a piece of its own, and its fact, for every number that is written out."""
    text = "".join((NUMBER if p.fact else LANE) * len(p.text) if p.fact or p.lane else p.text for p in pieces)
    found = {}
    for numeral in numerals(text):
        fact = _fact_of(numeral, text, evidence)
        if fact is None:
            raise Unsupported(f"no fact is {text[numeral.start : numeral.end].strip()!r}")
        found[numeral.start] = (numeral.end, fact)
    made, at = [], 0
    for piece in pieces:
        end = here = at + len(piece.text)
        if piece.fact or piece.lane:
            made.append(piece)
        else:
            here = at
            for start in sorted(start for start in found if at <= start < end):
                stop, fact = found[start]
                made += [Piece(piece.text[here - at : start - at]), Piece(piece.text[start - at : stop - at], fact)]
                here = stop
            made.append(Piece(piece.text[here - at :]))
        at = end
    return made


def _fact_of(numeral, text, evidence):
    """Return the fact that a written number stands for, among facts whose measure the text names; None if none."""
    alike = [fact for fact in evidence.facts.values() if _of_kind(numeral, fact, evidence) and _is(numeral, fact)]
    alike = [fact for fact in alike if is_named(fact.measure, text)]
    return max(alike, key=lambda fact: may_be_called(fact, called_before(text[: numeral.start])), default=None)


def _of_kind(numeral, fact, evidence):
    """Return whether a written number has the unit of a fact, and the fact may be written out at all."""
    if numeral.unit == "times":
        return fact.name.endswith(".relative")
    if fact.key not in evidence.lanes and fact.key not in ("network", "twin"):
        return False  # facts of a what-if or an outlook need placeholders
    if numeral.unit == "":
        return fact.unit in ("lane", "points") or (fact.unit == "-" and numeral.slack < 0.5)
    return agrees(numeral.unit, evidence.unit(fact))


def _is(numeral, fact):
    """Return whether a number equals a fact within its printed rounding; a negative loss may be told as a gain."""
    value = numeral.value - 1 if numeral.unit == "times" else numeral.value
    if fact.measure.endswith("value_at_risk") and not numeral.signed:
        value = abs(value) if fact.value > 0 else -abs(value)
    if value == fact.value:
        return True
    if not numeral.slack <= max(LARGEST_ROUNDING * abs(numeral.value), 1e-12) and abs(fact.value) >= 1:
        return False
    if numeral.value == 0 and numeral.slack >= (0.005 if numeral.unit == "-" else 0.5):
        return False  # "0 pallets" means exactly none, whereas "0.0 pallets" may be a few hundredths
    return abs(value - fact.value) <= numeral.slack * (1 + 1e-9) + 1e-12 * abs(fact.value)
