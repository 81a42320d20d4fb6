"""A model's answer, taken in sentence by sentence: what is supported is shown, what is not is replaced."""

import re
import time

from twin.analyst.answer import OFFLINE, Sentence
from twin.analyst.checking import Piece, Unsupported, checked
from twin.analyst.gemini import Call, Unavailable
from twin.analyst.numerals import plain
from twin.analyst.prompt import RULES, prompt
from twin.analyst.tools import DECLARATIONS, Toolbox

ROUNDS = 3  # times that a model may ask for functions, and then must answer
PATIENCE = 60  # seconds for a whole answer
LONGEST = 6000  # characters of an answer that are read
OTHERS = 8  # lanes that a model may ask for beyond those of the question
REPLACED = "What the model said without a fact that supports it is not shown; what stands in its place is marked."
LEFT_OUT = Sentence((Piece("What no fact supports is left out here. "),), replaced=True)
NO_FACT = f"The model's answer rested on no fact; this is the {OFFLINE}'s."
_END = re.compile(r"(?<=[.!?])[\"'”)\]]*\s+(?=[A-Z{\"'“(*•-])|\n+")
_MARKUP = re.compile(r"\*\*|__|`|^\s*(?:#+|[-*•>]|\d{1,2}[.)])\s+", re.MULTILINE)
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
        *complete, self._rest = _END.split(self._rest + text)
        for sentence in complete:
            self._one(sentence)

    def end(self):
        """Take in what is left."""
        rest, self._rest = self._rest, ""
        self._one(rest)

    def _one(self, sentence):
        sentence = _KEY.sub(r"{{\g<key>}}", _MARKUP.sub("", plain(sentence))).strip()
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
        for event in model.stream(RULES, text, DECLARATIONS if turn < ROUNDS else []):
            if stop and stop():
                raise Unavailable("it was stopped")
            if time.monotonic() - started > PATIENCE:
                raise Unavailable("it did not finish in time")
            if isinstance(event, Call):
                calls.append(event)
            elif length < LONGEST:
                length += len(event)
                reader.take(event)
        if not calls:
            break
        done += [toolbox.run(call.name, call.arguments) for call in calls]
    reader.end()
    if not reader.sentences and not reader.failed:
        raise Unavailable("its answer was empty")
    if not reader.rests_on_facts and stand_in:
        return tuple(stand_in), (REPLACED if reader.failed else NO_FACT,)
    return tuple(reader.sentences), (REPLACED,) if reader.failed else ()
