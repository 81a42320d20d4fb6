"""A conversation with the analyst: questions one after the other, each answered by a model or offline."""

import re
from collections import deque
from dataclasses import replace

from twin._check import require
from twin.analyst import online
from twin.analyst.answer import OFFLINE, Answer, told_offline
from twin.analyst.gathering import gather
from twin.analyst.gemini import Unavailable
from twin.analyst.naming import Names
from twin.analyst.numerals import plain
from twin.analyst.prompt import LONGEST_QUESTION
from twin.analyst.questions import understand
from twin.data.text import visible

ANSWERS_KEPT = 20  # answers that are kept
QUESTIONS_TOLD = 4  # earlier questions that a model is told


class Conversation:
    """Questions and answers about the lanes of a portfolio, the last ones kept in memory and nowhere else.

    model : what answers, such as `gemini.Gemini`; None for the offline analyst, who also stands in.

    >>> from twin.plan.portfolio import research_portfolio
    >>> analyst = Conversation()
    >>> analyst.ask("how large is the safety stock?", research_portfolio(), "HAM-ROT").text()
    'Safety stock of HAM-ROT is 138.1 pallets: buffer above the mean lead-time demand.'
    """

    def __init__(self, model=None):
        self.model, self.answers = model, deque(maxlen=ANSWERS_KEPT)
        self._names, self._told, self._before, self._lane = Names(), deque(maxlen=QUESTIONS_TOLD), None, None
        self._turn = 0

    def ask(self, question, portfolio, lane, *, show=lambda sentences: None, stop=None):
        """Return the answer to a question, and keep it.

        Parameters
        ----------
        question : str, at most `prompt.LONGEST` characters
        portfolio : portfolio.Portfolio
        lane : str
            The lane in view. Where another one was in view before, "it" is the new one.
        show : callable, optional
            Called with the sentences so far, while a model answers.
        stop : callable, optional
            Returns whether a model's answer is not wanted any more.
        """
        asked = " ".join(visible(str(question), 2 * LONGEST_QUESTION).split())
        require(plain(asked).strip(), "question", "one with words in it", "an empty one")
        require(
            len(asked) <= LONGEST_QUESTION, "question", f"at most {LONGEST_QUESTION} characters long", f"{len(asked)}"
        )
        require(lane in portfolio.policies.index, "lane", "one of the lanes", visible(str(lane)))
        names = self._names
        names.look_at(tuple(portfolio.policies.index))
        before = self._before
        if before and (lane != self._lane or not set(before.lanes) <= set(portfolio.policies.index)):
            before = replace(before, lanes=(lane,) if before.lanes else ())
        request = understand(asked, names, lane, portfolio.feed.period, before)
        evidence, sentences, remarks = gather(request, portfolio, names)
        told, why = told_offline(sentences, evidence)
        answer, turn = Answer(asked, OFFLINE, told, (*remarks, *why), evidence), self._turn
        if self.model:
            answer = self._online(answer, request, portfolio, lane, show, stop)
        if turn == self._turn:  # else all was forgotten in the meantime
            self._remember(answer, request, lane)
        return answer

    def _remember(self, answer, request, lane):
        self.answers.append(answer)
        _, masked, _ = self._names.find(answer.question)
        self._told.append((masked, " ".join(sentence.outline() for sentence in answer.sentences)))
        self._lane = lane
        if request.kind not in ("refuse", "help"):
            self._before = request

    def _online(self, offline, request, portfolio, lane, show, stop):
        """The model's answer, or the offline one with the reason."""
        names, evidence = self._names, offline.evidence
        if not request.lanes:  # what it is about is not understood offline; the model may know better
            evidence, _, _ = gather(
                replace(request, kind="value", measure="profit", lanes=(lane,)), portfolio, names, evidence
            )
        stand_in = [replace(sentence, replaced=True) for sentence in offline.sentences]
        _, masked, _ = names.find(offline.question)
        try:
            sentences, remarks = online.answer(
                self.model, masked, evidence, stand_in, portfolio, names, tuple(self._told), show, stop
            )
        except Unavailable as why:
            return self._stood_in(offline, str(why))
        except Exception as error:  # a client's, whose words may hold what is secret
            return self._stood_in(offline, f"it failed ({type(error).__name__})")
        if all(sentence.replaced for sentence in sentences):
            return replace(offline, remarks=(*offline.remarks, *remarks))
        return Answer(offline.question, self.model.name, sentences, (*offline.remarks, *remarks), evidence)

    def _stood_in(self, offline, why):
        reason = f"{self.model.name} gave no answer, as {why}; this is the {OFFLINE}'s."
        return replace(offline, remarks=(*offline.remarks, reason))

    def clear(self):
        """Forget everything that was said, also what is being answered."""
        self._turn += 1
        self.answers.clear()
        self._told.clear()
        self._before = None

    def export(self):
        """Return the conversation as a text in Markdown: questions, answers, and the facts that they show."""
        parts = ["# A conversation with the analyst"]
        for answer in tuple(self.answers):
            parts += [f"## {_escaped(answer.question)}", f"*{answer.by}*", _escaped(answer.text())]
            parts += map(_escaped, answer.remarks)
            rows = [
                f"| {fact.words} | {_escaped(answer.evidence.of(fact))} | {fact.value!r} "
                f"| {answer.evidence.unit(fact)} | {fact.source} |"
                for fact in answer.facts
            ]
            if rows:
                parts.append("\n".join(["| number | of | value | unit | source |", "|---|---|---|---|---|", *rows]))
        return "\n\n".join(parts) + "\n"


def _escaped(text):
    """A text whose signs mean nothing to Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", text)
