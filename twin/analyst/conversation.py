"""Hold a conversation with the analyst: each question is answered by a model or offline."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twin._check import require
from twin.analyst import online
from twin.analyst.answer import OFFLINE, Answer, Sentence, told_offline
from twin.analyst.gathering import gather
from twin.analyst.gemini import Unavailable
from twin.analyst.naming import Names
from twin.analyst.numerals import plain
from twin.analyst.prompt import LONGEST_QUESTION
from twin.analyst.questions import Request, understand
from twin.data.text import visible
from twin.plan.portfolio import Portfolio

ANSWERS_KEPT = 20  # most answers that a conversation keeps
QUESTIONS_TOLD = 4  # most earlier questions in the prompt of a model


class Conversation:
    """Questions and answers about the lanes of a portfolio; the latest answers are kept in memory only.

    model : language model that answers, such as `gemini.Gemini`; None for the offline analyst, which also stands in
        for a model that fails.

    >>> from twin.plan.portfolio import research_portfolio
    >>> analyst = Conversation()
    >>> analyst.ask("how large is the safety stock?", research_portfolio(), "HAM-ROT").text()
    'Safety stock of HAM-ROT is 138.1 pallets: buffer above the mean lead-time demand.'
    """

    def __init__(self, model: online.LanguageModel | None = None) -> None:
        self.model = model
        self.answers: deque[Answer] = deque(maxlen=ANSWERS_KEPT)
        self._told: deque[tuple[str, str]] = deque(maxlen=QUESTIONS_TOLD)  # (question, answer) without names, numbers
        self._names = Names()
        self._before: Request | None = None
        self._lane: str | None = None  # lane in view at the previous question
        self._turn = 0  # number of times that the conversation was cleared

    def ask(
        self,
        question: str,
        portfolio: Portfolio,
        lane: str,
        *,
        show: Callable[[tuple[Sentence, ...]], Any] = lambda sentences: None,
        stop: Callable[[], bool] | None = None,
    ) -> Answer:
        """Return the answer to a question, and keep it.

        Parameters
        ----------
        question : str
            At most `prompt.LONGEST_QUESTION` characters.
        portfolio : portfolio.Portfolio
        lane : str
            Lane in view. If it has changed since the previous question, "it" means the new lane.
        show : callable, optional
            Called with all sentences so far while a model answers.
        stop : callable, optional
            Returns True as soon as the user has stopped a model's answer.
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
        if turn == self._turn:  # otherwise the conversation was cleared in the meantime
            self._remember(answer, request, lane)
        return answer

    def _remember(self, answer, request, lane):
        """Keep an answer, and the request that later questions may refer to."""
        self.answers.append(answer)
        _, masked, _ = self._names.find(answer.question)
        self._told.append((masked, " ".join(sentence.outline() for sentence in answer.sentences)))
        self._lane = lane
        if request.kind not in ("refuse", "help"):
            self._before = request

    def _online(self, offline, request, portfolio, lane, show, stop):
        """Return the model's answer, or the offline answer with the reason why the model gave none."""
        names, evidence = self._names, offline.evidence
        if not request.lanes:  # the offline analyst found no lane in the question; give the model the lane in view
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
        except Exception as error:  # its message comes from a client, and may contain a secret
            return self._stood_in(offline, f"it failed ({type(error).__name__})")
        if all(sentence.replaced for sentence in sentences):
            return replace(offline, remarks=(*offline.remarks, *remarks))
        return Answer(offline.question, self.model.name, sentences, (*offline.remarks, *remarks), evidence)

    def _stood_in(self, offline, why):
        """Return the offline answer with a remark on why the model gave none."""
        reason = f"{self.model.name} gave no answer, as {why}; this is the {OFFLINE}'s."
        return replace(offline, remarks=(*offline.remarks, reason))

    def clear(self) -> None:
        """Delete all questions and answers, including one that is still being answered."""
        self._turn += 1
        self.answers.clear()
        self._told.clear()
        self._before = None

    def export(self) -> str:
        """Return the conversation as Markdown: questions, answers, and tables of the facts that they show."""
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
    """Return a text in which Markdown's special characters are escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", text)
