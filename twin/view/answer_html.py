"""Build HTML for an answer of the analyst: numbers carry their exact values, stand-ins for a model are marked."""

from html import escape

from twin.analyst.answer import OFFLINE, Answer, Sentence
from twin.analyst.checking import Piece
from twin.analyst.prompt import LONGEST_QUESTION
from twin.data.text import visible
from twin.view.words import table


def answer_html(answer: Answer) -> str:
    """Return an answer as HTML, with its question, its remarks and a table of the facts that it shows."""
    parts = []
    for replaced, run in answer.runs():
        said = "".join(map(sentence_html, run))
        parts.append(f'<mark class="twin-replaced">{escape(OFFLINE.capitalize())}: {said}</mark>' if replaced else said)
    question, by = escape(visible(answer.question, LONGEST_QUESTION)), escape(answer.by[:1].upper() + answer.by[1:])
    remarks = "".join(f'<p class="twin-note">{escape(remark)}</p>' for remark in answer.remarks)
    return (
        f'<section class="twin-answer"><h3>{question}</h3><p>{"".join(parts)}</p>{remarks}'
        f'<p class="twin-status">{by}</p>{_facts(answer)}</section>'
    )


def sentence_html(sentence: Sentence) -> str:
    """Return a sentence as HTML, with a space after it."""
    return "".join(map(_piece, sentence.pieces)).strip() + " "


def _piece(piece: Piece) -> str:
    """Return a piece of a sentence as HTML; a number carries the id and the exact value of its fact."""
    if piece.fact is None:
        return escape(piece.text)
    title = escape(f"{piece.fact.words}, {piece.fact.source}", quote=True)
    return f'<b data-fact="{piece.fact.id}" data-value="{piece.fact.value!r}" title="{title}">{escape(piece.text)}</b>'


def _facts(answer: Answer) -> str:
    """Return a folded table of the facts that an answer shows; "" if there are none."""
    evidence = answer.evidence
    rows = [
        [*map(escape, (fact.words, evidence.printed(fact), evidence.of(fact))), f"<code>{escape(fact.source)}</code>"]
        for fact in answer.facts
    ]
    if not rows:
        return ""
    shown = table("", ("number", "value", "of", "computed by"), rows, text=(2, 3))
    return f"<details><summary>The facts</summary>{shown}</details>"
