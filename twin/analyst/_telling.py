"""Check the words around the numbers of a sentence: the lane, the name, actual or hypothetical, the direction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twin.analyst._naming_of_numbers import LANE, NUMBER, called_after, called_before, may_be_called
from twin.analyst.evidence import Evidence, Fact

_RISE = r"""ris(?:e|es|ing) rose increas\w+ grow(?:s|ing)? gain(?:s|ing)? climb\w* jump\w* soar\w* surg\w+ up higher
improv\w+""".split()
_FALL = r"""fall(?:s|ing)? fell drop\w* decreas\w+ declin\w+ shrink\w* los(?:es|ing) down lower(?:s|ing)? less plung\w+
sink\w*""".split()
_DIRECTIONS = [(sign, re.compile(rf"\b(?:{'|'.join(words)})\b", re.I)) for sign, words in ((1, _RISE), (-1, _FALL))]
_HYPOTHETICAL = r"""if would could with without were becom\w+ goes ris\w+ fall\w* from instead chang\w+ scenario then
under after over next ahead forecast by than against to""".split()
_HYPOTHETICAL = re.compile(rf"\b(?:{'|'.join(_HYPOTHETICAL)})\b|\(", re.I)
_CLAUSE = re.compile(r"[;,] | while | whereas | but ")
_YEARLY = re.compile(r"\b(?:annual(?:ly)?|yearly|per year|a year|biweekly|hourly)\b", re.I)
_PERIODIC = {"daily": "day", "weekly": "week", "monthly": "month"}


class Unsupported(ValueError):
    """The evidence does not support a sentence; the message gives the reason."""


@dataclass(frozen=True)
class Piece:
    """Part of a sentence: plain text, a number with its `fact`, or a lane name with the key of its `lane`."""

    text: str
    fact: Fact | None = None
    lane: str = ""


def told_right(pieces: Sequence[Piece], evidence: Evidence) -> None:
    """Raise `Unsupported` if the words around a number contradict its fact.

    The number must belong to the lane that is named, go by its own name, be of the right period, be told as
    hypothetical if it is of a what-if, and move in the direction that the words say.
    """
    text = "".join(LANE if piece.lane else NUMBER if piece.fact else piece.text for piece in pieces)
    words = "".join(piece.text for piece in pieces if not piece.fact and not piece.lane)
    facts = [piece.fact for piece in pieces if piece.fact]
    period = evidence.unit_of_period
    for place, piece in enumerate(pieces):
        about, spoken_of = evidence.about(piece.fact) if piece.fact else (), _lanes_around(pieces, place)
        if about and spoken_of and not about & spoken_of:
            raise Unsupported(f"{piece.fact.id} is of another lane")
    for fact in facts:
        if fact.key in evidence.scenarios and "." not in fact.name and not _HYPOTHETICAL.search(words):
            raise Unsupported(f"{fact.id} is of a what-if, and told as if it were so now")
        if "period" in fact.unit and (_YEARLY.search(words) or _other_period(words, period)):
            raise Unsupported(f"{fact.id} is of a {period}")
    place = -1
    for fact in facts:
        place = text.index(NUMBER, place + 1)
        for named in (called_before(text[:place]), called_after(text[place + 1 :])):
            if not may_be_called(fact, named):
                raise Unsupported(f"{fact.id} is called {named}")
    _directed_right(pieces)


def _lanes_around(pieces, place):
    """Return the lanes named before the number at `place`, or, if there are none, after it in the same clause."""
    if before := {piece.lane for piece in pieces[:place] if piece.lane}:
        return before
    after = set()
    for piece in pieces[place + 1 :]:
        if not piece.fact and not piece.lane and _CLAUSE.search(piece.text):
            break
        after |= {piece.lane} - {""}
    return after


def _other_period(words, period):
    """Return whether words such as "weekly" name a period other than the record's."""
    return any(re.search(rf"\b{word}\b", words, re.I) and name != period for word, name in _PERIODIC.items())


def _directed_right(pieces):
    """Raise `Unsupported` if a clause says "rises" of a change, or of two numbers "from ... to ...", that falls."""
    clauses, facts = [""], [[]]
    for piece in pieces:
        if piece.fact:
            facts[-1].append(piece.fact)
            continue
        first, *more = _CLAUSE.split(piece.text) if not piece.lane else [""]
        clauses[-1] += f" {first}"
        for part in more:
            clauses.append(part)
            facts.append([])
    for words, told in zip(clauses, facts, strict=True):
        signs = {sign for sign, pattern in _DIRECTIONS if pattern.search(words)}
        moves = [fact.value for fact in told if "." in fact.name]
        if len(told) == 2 and told[0].name == told[1].name and re.search(r"\bto\b", words):
            moves.append(told[1].value - told[0].value)
        if len(signs) == 1 and any(move * next(iter(signs)) < 0 for move in moves):
            raise Unsupported("it says the other direction")
