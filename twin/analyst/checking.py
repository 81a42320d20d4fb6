"""Check that a sentence gives only numbers from the evidence, and fill in its placeholders {{id}}."""

import re
import unicodedata
from itertools import islice, product

from twin.analyst._counts import counts_lanes
from twin.analyst._lane_names import with_lanes
from twin.analyst._naming_of_numbers import LANE, NUMBER
from twin.analyst._pieces import Piece, Unsupported
from twin.analyst._units import agrees, unit_after
from twin.analyst._written_numbers import elided, places_of
from twin.analyst.claims import claims_hold
from twin.analyst.evidence import Evidence
from twin.analyst.numerals import numerals, plain
from twin.plan.wording import rest_of

PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
MOST_READINGS = 8  # most choices of facts that are tried for the written numbers of a sentence
GREEK = re.compile("[\u0370-\u03ff]")
_SYMBOLS = set("+−=<>≤≥≈~%°&→±×÷|^")  # symbols that a sentence may contain
#: Text before, or after, a number that makes it part of another number: a digit, an operator, "divided by".
_MADE_PART = re.compile(
    r"(?:[\d/*×÷^√∑±+]|(?:^|[\s(])[-−]|\b(?:minus|plus|negative|times|divided by|multiplied by|square root of))\s?$",
    re.I,
)
_MADE_PART_AFTER = re.compile(
    r"[.,]?\s?\d|\s?[*×÷^√]|\(|\s?/\s?\d|\s(?:minus|plus|times|divided by|squared|cubed)\b|\s?[kKmM]\b", re.I
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
    pieces = with_lanes([*pieces, Piece(sentence[at:])], evidence)
    pieces = _without_units(pieces, evidence)
    if any(brace in piece.text for piece in pieces if not piece.fact and not piece.lane for brace in "{}"):
        raise Unsupported("it has a placeholder that cannot be read")
    refused = None
    for read in islice(_with_numbers(pieces, evidence), MOST_READINGS):
        try:
            claims_hold(read, evidence)
        except Unsupported as why:
            refused = refused or why
        else:
            return tuple(piece for piece in read if piece.text)
    raise refused


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
    """Yield the pieces with a piece of its own, and a fact, for every number that is written out.

    A number may equal more than one fact; there are pieces for each of them, the likeliest facts first.
    """
    text = "".join((NUMBER if p.fact else LANE) * len(p.text) if p.fact or p.lane else p.text for p in pieces)
    found = [numeral for numeral in numerals(text) if not counts_lanes(numeral, text, evidence)]
    units = {numeral.unit for numeral in found} | {evidence.unit(piece.fact) for piece in pieces if piece.fact}
    facts = [places_of(numeral, text, evidence) + elided(numeral, text, evidence, units) for numeral in found]
    for numeral, some in zip(found, facts, strict=True):
        if not some:
            raise Unsupported(f"no fact is {text[numeral.start : numeral.end].strip()!r}")
    for chosen in product(*facts):
        yield _cut(pieces, {start: (end, fact) for start, end, fact in filter(None, chosen)})


def _cut(pieces, found):
    """Return pieces with a piece of its own for each number in `found`: start -> (end, fact)."""
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
