"""Read a model's answer sentence by sentence: show supported sentences, and replace the others."""

import contextlib
import queue
import re
import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import Any, Protocol

from twin.analyst.answer import OFFLINE, Sentence
from twin.analyst.checking import Piece, Unsupported, checked
from twin.analyst.evidence import Evidence
from twin.analyst.gemini import Call, Unavailable
from twin.analyst.naming import Names
from twin.analyst.numerals import plain
from twin.analyst.prompt import PROMPT_RULES, prompt
from twin.analyst.tools import DECLARATIONS, Toolbox
from twin.plan.portfolio import Portfolio

ROUNDS = 3  # most rounds of function calls before a model must answer
ANSWER_TIMEOUT = 60  # timeout of a whole answer [s]
LONGEST_ANSWER = 6000  # characters that are read; the rest of an answer is cut off
MOST_SENTENCES = 40  # sentences that are shown; the rest of an answer is cut off
LIST_MARK = 6  # longest list mark at the beginning of a line [characters]
POLL = 0.2  # time between two looks at whether the user has stopped the answer [s]
OTHERS = 8  # number of lanes, besides those of the question, that a model may ask for
REPLACED = "Sentences of the model that no fact supports are not shown; the text in their place is marked."
LEFT_OUT = Sentence((Piece("A sentence that no fact supports is left out here. "),), replaced=True)
NO_FACT = f"The model's answer rested on no fact; this is the {OFFLINE}'s."
_END = re.compile(r"(?<=[.!?])[\"'”)\]]*\s+(?=[A-Z{\"'“(*•<-])")  # end of a sentence
_LINE = re.compile(r"(?<=[.!?:;])[ \t]*\n\s*")  # a line break ends a sentence only after a punctuation mark
_MARKUP = re.compile(r"\*\*|(?<![a-zA-Z0-9])_+|_+(?![a-zA-Z0-9])|`")
_LISTED = re.compile(r"(?:^|(?<=\n))\s*(?:#+|[-*•>]|\d{1,2}[.)])\s+")  # mark of a heading or of a list item
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_KEY = re.compile(r"(?<![\w{.])(?P<key>(?:lane|whatif)\d+(?:\.[a-z_]+(?:\.(?:change|relative))?)?)(?![\w}])")


class LanguageModel(Protocol):
    """A language model that answers a prompt in pieces, such as `gemini.Gemini`."""

    @property
    def name(self) -> str:
        """Name of the model, as pages show it."""

    def stream(self, system: str, prompt: str, tools: list[dict[str, Any]]) -> Generator[str | Call]:
        """Yield text and function calls; raise `Unavailable` if there is no answer."""


class Reader:
    """Check the text of a model while it arrives; `sentences` are the ones to show, `failed` the refusals.

    stand_in : sentences of the offline analyst; shown once, in place of all unsupported sentences.
    show : callback that gets all sentences each time there are more.
    """

    def __init__(
        self, evidence: Evidence, stand_in: Sequence[Sentence], show: Callable[[tuple[Sentence, ...]], Any]
    ) -> None:
        self._evidence, self._stand_in, self._show = evidence, stand_in, show
        self.sentences: list[Sentence] = []
        self.failed: list[str] = []
        self._rest = ""

    def take(self, text: str) -> None:
        """Add more text, and check the sentences that it completes."""
        text = self._rest + text
        end = text.rindex("\n") if "\n" in text[-LIST_MARK:] else len(text)  # the last line may be half a list mark
        end = len(text[:end].rstrip("\n")) if end < len(text) else end
        lines = _LINE.sub("\x00", _LISTED.sub(" ", text[:end])).replace("\n", " ").split("\x00")
        *complete, rest = [part for line in lines for part in _END.split(line)]
        self._rest = rest + text[end:]
        for sentence in complete[: MOST_SENTENCES - len(self.sentences)]:
            self._check(sentence)

    def end(self) -> None:
        """Check the last sentence, after all text has arrived."""
        self.take("\n" + " " * LIST_MARK)
        if len(self.sentences) < MOST_SENTENCES:
            self._check(self._rest)

    def _check(self, sentence):
        """Add a sentence if it is supported; else add the stand-in, once."""
        sentence = _PLACEHOLDER.sub(r"{{\1}}", _MARKUP.sub("", plain(" ".join(sentence.split()))))
        sentence = _KEY.sub(r"{{\g<key>}}", sentence).strip()
        if not any(character.isalnum() for character in sentence):
            return
        try:
            self.sentences.append(Sentence(checked(f"{sentence} ", self._evidence)))
        except Unsupported as error:
            self.failed.append(str(error))
            if len(self.failed) == 1:
                self.sentences += self._stand_in if any(one.facts for one in self._stand_in) else [LEFT_OUT]
        if self.rests_on_facts:
            self._show(tuple(self.sentences))

    @property
    def rests_on_facts(self) -> bool:
        """True if at least one sentence shows a fact."""
        return any(sentence.facts for sentence in self.sentences)


def answer(
    model: LanguageModel,
    question: str,
    evidence: Evidence,
    stand_in: Sequence[Sentence],
    portfolio: Portfolio,
    names: Names,
    before: Sequence[tuple[str, str]] = (),
    show: Callable[[tuple[Sentence, ...]], Any] = lambda sentences: None,
    stop: Callable[[], bool] | None = None,
) -> tuple[tuple[Sentence, ...], tuple[str, ...]]:
    """Return (sentences, remarks) of a model's answer; raise `Unavailable` if it gives none.

    stop : returns True as soon as the user has stopped the answer; other arguments as in `prompt` and `Reader`.
    """
    toolbox, done, started = Toolbox(evidence, portfolio, names), [], time.monotonic()
    largest = portfolio.feed.statistics["demand_mean"].nlargest(OTHERS).index
    others = [names.key(lane) for lane in largest]
    for turn in range(ROUNDS + 1):
        reader, calls, length = Reader(evidence, stand_in, show), [], 0
        text = prompt(question, evidence, portfolio, names, before, done, others)
        events = _bounded(
            model.stream(PROMPT_RULES, text, DECLARATIONS if turn < ROUNDS else []), started + ANSWER_TIMEOUT, stop
        )
        for event in events:
            if isinstance(event, Call):
                calls.append(event)
            elif isinstance(event, str):
                reader.take(event[: LONGEST_ANSWER - length])
                length += len(event)
            else:
                raise Unavailable("its answer could not be read")
            if length >= LONGEST_ANSWER:
                break
        if not calls:
            break
        done += [toolbox.run(call.name, call.arguments) for call in calls]
    reader.end()
    if not reader.sentences and not reader.failed:
        raise Unavailable("its answer was empty")
    if not reader.rests_on_facts and stand_in:
        return tuple(stand_in), (REPLACED if reader.failed else NO_FACT,)
    return tuple(reader.sentences), (REPLACED,) if reader.failed else ()


def _bounded(stream, deadline, stop):
    """Yield the events of a stream until the deadline; a thread reads it, so that a silent stream blocks nothing.

    As soon as nobody takes the events any longer, the thread closes the stream, and with it the connection.
    """
    events, ended, left = queue.Queue(), object(), threading.Event()

    def read():
        try:
            with contextlib.closing(stream):
                for event in stream:
                    if left.is_set():
                        return
                    events.put(event)
            events.put(ended)
        except BaseException as error:
            events.put(error)

    threading.Thread(target=read, daemon=True).start()
    try:
        while True:
            try:
                event = events.get(timeout=POLL)
            except queue.Empty:
                event = ""
            if stop and stop():
                raise Unavailable("it was stopped")
            if time.monotonic() > deadline:
                raise Unavailable("it did not finish in time")
            if event is ended:
                return
            if isinstance(event, BaseException):
                raise event
            yield event
    finally:
        left.set()
