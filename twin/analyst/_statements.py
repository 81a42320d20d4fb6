"""Find statements that are known to be true, such as definitions, so that their words are not checked one by one."""

from collections.abc import Sequence

from twin.analyst._pieces import Unsupported
from twin.analyst._tokens import Token
from twin.analyst._vocabulary import LONGEST_STATEMENTS, MENTIONS, STATEMENTS
from twin.analyst.evidence import Evidence

OPERATORS = {"<=": float.__le__, "<": float.__lt__, ">=": float.__ge__, ">": float.__gt__}
_ENDS = set("and so rises falls is".split())  # words that may follow a statement


def without_statements(tokens: Sequence[Token], evidence: Evidence) -> list[Token]:
    """Return tokens without the words of true statements; raise `Unsupported` if the condition of one does not hold.

    A statement must begin and end at a mark, or at an end of the sentence.
    """
    kept, at = [], 0
    while at < len(tokens):
        begins = at == 0 or tokens[at - 1].kind in ("mark", "fact", "lane") or tokens[at - 1].text in _STARTS
        end, statement = _statement_at(tokens, at) if begins else (at, ())
        if statement:
            held = [_holds(measure, condition, tokens, at, evidence) for measure, condition in STATEMENTS[statement]]
            if not any(held):
                if all(measure == "" for measure, _ in STATEMENTS[statement]):
                    raise Unsupported(f"it is not so that {' '.join(statement)}")
                end = at
        if end == at or not statement:
            kept.append(tokens[at])
            at += 1
        else:
            kept += [
                Token("told", token.text, token.fact, token.lane)
                if token.kind in ("fact", "lane")
                else Token("told", "")
                for token in tokens[at:end]
            ]
            at = end
    return kept


_STARTS = set("that is means and yet but so because".split())


def _symbol(token):
    """Return how a statement writes a token."""
    return f"#{token.fact.measure}" if token.fact else "@" if token.lane else token.text


def _statement_at(tokens, at):
    """Return (end, statement) of the longest known statement that begins at a token; () if there is none."""
    first = _symbol(tokens[at])
    for statement in LONGEST_STATEMENTS.get(first, ()):
        here = at
        for word in statement:
            while here < len(tokens) and tokens[here].kind == "mark" and tokens[here].text != word:
                here += 1
            if here == len(tokens) or _symbol(tokens[here]) != word:
                break
            here += 1
        else:
            if here == len(tokens) or tokens[here].kind in ("mark", "fact") or tokens[here].text in _ENDS:
                return here, statement
    return at, ()


def _holds(measure, condition, tokens, at, evidence):
    """Return whether a statement holds: a definition follows its measure, and a condition is one of the facts."""
    if measure:
        before = [token.fact for token in tokens[:at] if token.fact]
        words = tuple(
            token.text
            for token in tokens[:at]
            if token.kind == "word" and token.text not in ("is", "the", "means", "a")
        )
        return before[-1].measure == measure if before else measure in MENTIONS.get(words, ())
    if not condition:
        return True
    lanes = [token.lane for token in tokens if token.lane]
    lanes = lanes or [key for token in tokens if token.fact for key in sorted(evidence.about(token.fact))]
    return all(
        _is_so(part.split(), key, evidence)
        for key in lanes[:1] or list(evidence.lanes)
        for part in condition.split(", ")
    )


def _is_so(condition, lane, evidence):
    """Return whether a condition, as [measure, operator, measure or number], holds on a lane; unknown measures fail."""
    one, operator, two = condition
    one, two = (_value(name, lane, evidence) for name in (one, two))
    return None not in (one, two) and OPERATORS[operator](one, two)


def _value(name, lane, evidence):
    """Return the value of a name in a condition: a number, a measure of the lane, or one of its what-ifs."""
    if name[0].isdigit():
        return float(name)
    scenarios = [key for key, (of, _) in evidence.scenarios.items() if of == lane]
    if name in ("gain", "new_level"):
        name = {"gain": "profit.change", "new_level": "service_level"}[name]
        return evidence.value(f"{scenarios[-1]}.{name}") if scenarios else None
    if name in ("weekday_share", "season_share", "shock_share"):
        return evidence.value(f"{lane}.{name}") or 0.0
    return evidence.value(f"{lane}.{name}")
