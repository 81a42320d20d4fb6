"""A model's answer, taken in sentence by sentence: what is supported is shown, what is not is replaced."""

import queue
import re
import threading
import time

from twin.analyst.answer import OFFLINE, Sentence
from twin.analyst.checking import Piece, Unsupported, checked
from twin.analyst.gemini import Call, Unavailable
from twin.analyst.numerals import plain
from twin.analyst.prompt import PROMPT_RULES, prompt
from twin.analyst.tools import DECLARATIONS, Toolbox

ROUNDS = 3  # times that a model may ask for functions, and then must answer
ANSWER_TIMEOUT = 60  # seconds for a whole answer
LONGEST_ANSWER = 6000  # characters of an answer that are read
MOST_SENTENCES = 40  # sentences of an answer that are shown
LIST_MARK = 6  # characters at a line's beginning that may be the mark of a list
POLL = 0.2  # seconds between looks at whether a user has had enough
OTHERS = 8  # lanes that a model may ask for beyond those of the question
REPLACED = "What the model said without a fact that supports it is not shown; what stands in its place is marked."
LEFT_OUT = Sentence((Piece("What no fact supports is left out here. "),), replaced=True)
NO_FACT = f"The model's answer rested on no fact; this is the {OFFLINE}'s."
_END = re.compile(r"(?<=[.!?])[\"'”)\]]*\s+(?=[A-Z{\"'“(*•<-])")
_LINE = re.compile(r"(?<=[.!?:;])[ \t]*\n\s*")  # a line ends a sentence only where a mark does
_MARKUP = re.compile(r"\*\*|(?<![a-zA-Z0-9])_+|_+(?![a-zA-Z0-9])|`")
_LISTED = re.compile(r"(?:^|(?<=\n))\s*(?:#+|[-*•>]|\d{1,2}[.)])\s+")
_PLACE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_KEY = re.compile(r"(?<![\w{.])(?P<key>(?:lane|whatif)\d+(?:\.[a-z_]+(?:\.(?:change|relative))?)?)(?![\w}])")


class Reader:
    """Takes in the text of a model; `sentences` are those that may be shown.

    stand_in : sentences of the offline analyst, shown once in the place of all that are not supported.
    show : called with the sentences each time that there are more.
    """

    def __init__(self, evidence, stand_in, show):
        self._evidence, self._stand_in, self._show = evidence, stand_in, show
        self.sentences, self.failed, self._rest = [], [], ""

    def take(self, text):
        """Take in more text; sentences that are complete are checked."""
        text = self._rest + text
        end = text.rindex("\n") if "\n" in text[-LIST_MARK:] else len(text)  # what follows it may be the mark of a list
        end = len(text[:end].rstrip("\n")) if end < len(text) else end
        lines = _LINE.sub("\x00", _LISTED.sub(" ", text[:end])).replace("\n", " ").split("\x00")
        *complete, rest = [part for line in lines for part in _END.split(line)]
        self._rest = rest + text[end:]
        for sentence in complete[: MOST_SENTENCES - len(self.sentences)]:
            self._one(sentence)

    def end(self):
        """Take in what is left."""
        self.take("\n" + " " * LIST_MARK)
        if len(self.sentences) < MOST_SENTENCES:
            self._one(self._rest)

    def _one(self, sentence):
        sentence = _PLACE.sub(r"{{\1}}", _MARKUP.sub("", plain(" ".join(sentence.split()))))
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
    def rests_on_facts(self):
        """Whether a sentence shows a fact."""
        return any(sentence.facts for sentence in self.sentences)


def answer(model, question, evidence, stand_in, portfolio, names, before=(), show=lambda sentences: None, stop=None):
    """Return (sentences, remarks) of a model's answer; raise `Unavailable` where it has none.

    stop : returns whether the user has had enough. Other arguments as `prompt` and `Reader` take them.
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
    """Yield the events of a stream, read in a thread of its own: neither silence nor trickling holds an answer up."""
    events, ended = queue.Queue(), object()

    def read():
        try:
            for event in stream:
                events.put(event)
            events.put(ended)
        except BaseException as error:
            events.put(error)

    threading.Thread(target=read, daemon=True).start()
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
