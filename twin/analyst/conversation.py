"""A conversation with the analyst: questions one after the other, each answered by a model or offline."""

from collections import deque
from dataclasses import replace

from twin._check import require
from twin.analyst import online
from twin.analyst.answer import OFFLINE, Answer, told_offline
from twin.analyst.gathering import gather
from twin.analyst.gemini import Unavailable
from twin.analyst.naming import Names
from twin.analyst.numerals import plain
from twin.analyst.prompt import LONGEST
from twin.analyst.questions import understand
from twin.data.text import visible

KEPT = 20  # answers that are kept
TOLD = 4  # earlier questions that a model is told


class Conversation:
    """Questions and answers about the lanes of a portfolio, the last ones kept in memory and nowhere else.

    model : what answers, such as `gemini.Gemini`; None for the offline analyst, who also stands in.

    >>> from twin.portfolio import research_portfolio
    >>> analyst = Conversation()
    >>> analyst.ask("how large is the safety stock?", research_portfolio(), "HAM-ROT").text()
    'Safety stock of HAM-ROT is 138.1 pallets: buffer above the mean lead-time demand.'
    """

    def __init__(self, model=None):
        self.model, self.answers = model, deque(maxlen=KEPT)
        self._names, self._told, self._before, self._lane = Names(), deque(maxlen=TOLD), None, None

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
        asked = " ".join(plain(str(question)).split())
        require(asked, "question", "one with words in it", "an empty one")
        require(len(asked) <= LONGEST, "question", f"at most {LONGEST} characters long", f"{len(asked)}")
        require(lane in portfolio.policies.index, "lane", "one of the lanes", visible(str(lane)))
        names = self._names
        names.look_at(tuple(portfolio.policies.index))
        before = self._before
        if before and (lane != self._lane or not set(before.lanes) <= set(portfolio.policies.index)):
            before = replace(before, lanes=(lane,) if before.lanes else ())
        request = understand(asked, names, lane, portfolio.feed.period, before)
        evidence, sentences, remarks = gather(request, portfolio, names)
        told, why = told_offline(sentences, evidence)
        answer = Answer(asked, OFFLINE, told, (*remarks, *why), evidence)
        if self.model:
            answer = self._online(answer, request, portfolio, lane, show, stop)
        self.answers.append(answer)
        _, masked, _ = names.find(asked)
        self._told.append((masked, " ".join(sentence.template() for sentence in answer.sentences)))
        self._lane = lane
        if request.kind not in ("refuse", "help"):
            self._before = request
        return answer

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
            reason = f"{self.model.name} gave no answer, as {why}; this is the {OFFLINE}'s."
            return replace(offline, remarks=(*offline.remarks, reason))
        return Answer(offline.question, self.model.name, sentences, (*offline.remarks, *remarks), evidence)

    def clear(self):
        """Forget everything that was said."""
        self.answers.clear()
        self._told.clear()
        self._before = None

    def export(self):
        """Return the conversation as a text in Markdown: questions, answers, and the facts that they show."""
        parts = ["# A conversation with the analyst"]
        for answer in self.answers:
            parts += [f"## {answer.question}", f"*{answer.by}*", answer.text(), *answer.remarks]
            if answer.facts:
                rows = [
                    f"| {f.words} | {answer.evidence.of(f)} | {f.value!r} | {answer.evidence.unit(f)} | {f.source} |"
                    for f in answer.facts
                ]
                parts.append("\n".join(["| number | of | value | unit | source |", "|---|---|---|---|---|", *rows]))
        return "\n\n".join(parts) + "\n"
