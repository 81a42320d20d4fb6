"""Match tokens against forms: words, choices (a|b), parts that may be missing [a], and rules in capitals."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

_PART = re.compile(r"[()\[\]|]|[^\s()\[\]|]+")
Step = tuple[str, object]  # kind of a step of a pattern, and its word, its rule or its choices


@dataclass(frozen=True)
class Stand:
    """The place of a match in a sentence, with what the words before it have said.

    at : place of the next token.
    lane : key of the lane that "it" and "its" mean; "network" for all lanes.
    case : key of the what-if that a clause speaks of, or "best", "optimum" or "critical"; "" as things stand.
    said : True once words have said which case it is.
    ahead : key of the horizon that numbers are of, or "next" for the next period; "" if they are not ahead.
    framed : True once words have said how far ahead they are.
    measure : quantity that is spoken of.
    left, right : ids of the number that is told or compared, and of the one that it is compared with.
    sign : 1 if words say more, or a rise; -1 if they say less, or a fall.
    """

    at: int = 0
    lane: str = ""
    case: str = ""
    said: bool = False
    ahead: str = ""
    framed: bool = False
    measure: str = ""
    left: str = ""
    right: str = ""
    sign: int = 0


@cache
def steps_of(pattern: str) -> tuple[Step, ...]:
    """Return the steps of a pattern.

    >>> steps_of("the (profit|NAME) [of LANE]")[0]
    ('word', 'the')
    """
    steps, _ = _choices(_PART.findall(pattern), 0)
    return steps[0] if len(steps) == 1 else (("choice", steps),)


def _choices(parts, at):
    """Return (choices from a place up to a closing bracket, the place after it)."""
    choices, steps = [], []
    while at < len(parts) and parts[at] not in ")]":
        part, at = parts[at], at + 1
        if part == "|":
            choices.append(tuple(steps))
            steps = []
        elif part in "([":
            inner, at = _choices(parts, at)
            steps.append(("choice", (*inner, ()) if part == "[" else inner))
            at += 1
        else:
            steps.append(("rule" if part.isupper() else "word", part))
    return (*choices, tuple(steps)), at


def matches(
    steps: tuple[Step, ...],
    stand: Stand,
    word: Callable[[str, Stand], Stand | None],
    rule: Callable[[str, Stand], Iterator[Stand]],
) -> Iterator[Stand]:
    """Yield every way in which steps match from a stand on.

    word : returns the stand after a word, or None if another token follows.
    rule : yields the stands after a rule.
    """
    if not steps:
        yield stand
        return
    (kind, what), rest = steps[0], steps[1:]
    if kind == "word":
        after = word(what, stand)
        ends = [] if after is None else [after]
    elif kind == "rule":
        ends = rule(what, stand)
    else:
        ends = (end for choice in what for end in matches(choice, stand, word, rule))
    for end in ends:
        yield from matches(rest, end, word, rule)
