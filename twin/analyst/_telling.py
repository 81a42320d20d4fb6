"""What a sentence tells of its numbers: of which lane, by which name, as what is or would be, rising or falling."""

import re
from dataclasses import dataclass

from twin.analyst._naming_of_numbers import LANE, NUMBER, called_after, called_before, may_be_called

_RISE = r"""ris(?:e|es|ing) rose increas\w+ grow(?:s|ing)? gain(?:s|ing)? climb\w* jump\w* soar\w* surg\w+ up higher
improv\w+""".split()
_FALL = r"""fall(?:s|ing)? fell drop\w* decreas\w+ declin\w+ shrink\w* los(?:es|ing) down lower(?:s|ing)? less plung\w+
sink\w*""".split()
_WAYS = [(way, re.compile(rf"\b(?:{'|'.join(words)})\b", re.I)) for way, words in ((1, _RISE), (-1, _FALL))]
_IF = r"""if would could with without were becom\w+ goes ris\w+ fall\w* from instead chang\w+ scenario then under after
over next ahead forecast by than against to""".split()
_IF = re.compile(rf"\b(?:{'|'.join(_IF)})\b|\(", re.I)
_CLAUSE = re.compile(r"[;,] | while | whereas | but ")
_YEARLY = re.compile(r"\b(?:annual(?:ly)?|yearly|per year|a year|biweekly|hourly)\b", re.I)
_PERIODIC = {"daily": "day", "weekly": "week", "monthly": "month"}


class Unsupported(ValueError):
    """A sentence says something that the evidence does not support."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `fact` is the fact that it shows, `lane` the key of the lane whose name it is."""

    text: str
    fact: object = None
    lane: str = ""


def told_right(pieces, evidence):
    """Raise `Unsupported` for a number told of another lane, by another name, in another period, as what is though it
    would be, or the other way.
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
        if fact.key in evidence.scenarios and "." not in fact.name and not _IF.search(words):
            raise Unsupported(f"{fact.id} is what would be, and told as what is")
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
    """The lanes that a number is told of: those named before it, or else after it in the same clause."""
    if before := {piece.lane for piece in pieces[:place] if piece.lane}:
        return before
    after = set()
    for piece in pieces[place + 1 :]:
        if not piece.fact and not piece.lane and _CLAUSE.search(piece.text):
            break
        after |= {piece.lane} - {""}
    return after


def _other_period(words, period):
    return any(re.search(rf"\b{word}\b", words, re.I) and name != period for word, name in _PERIODIC.items())


def _directed_right(pieces):
    """What is said to rise must not fall: a change, or what goes from one number to another, clause by clause."""
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
        ways = {way for way, pattern in _WAYS if pattern.search(words)}
        moves = [fact.value for fact in told if "." in fact.name]
        if len(told) == 2 and told[0].name == told[1].name and re.search(r"\bto\b", words):
            moves.append(told[1].value - told[0].value)
        if len(ways) == 1 and any(move * next(iter(ways)) < 0 for move in moves):
            raise Unsupported("it says the other direction")
