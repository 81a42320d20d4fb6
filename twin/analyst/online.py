"""Ask a model for an answer, and once more for the sentences that the check refuses."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import Any, Protocol

from twin.analyst.answer import OFFLINE, Sentence
from twin.analyst.evidence import Evidence
from twin.analyst.gemini import Call, Unavailable
from twin.analyst.model_reader import MOST_SENTENCES, Reader
from twin.analyst.naming import Names
from twin.analyst.prompt import PROMPT_RULES, prompt
from twin.analyst.tools import DECLARATIONS, Toolbox
from twin.plan.portfolio import Portfolio

ROUNDS = 3  # most rounds of function calls before a model must answer
ANSWER_TIMEOUT = 60  # timeout of a whole answer [s]
LONGEST_ANSWER = 6000  # characters that are read; the rest of an answer is cut off
POLL = 0.2  # time between two looks at whether the user has stopped the answer [s]
OTHERS = 8  # number of lanes, besides those of the question, that a model may ask for
REPLACED = "Sentences of the model that no fact supports are not shown; the text in their place is marked."
NO_FACT = f"The model's answer rested on no fact; this is the {OFFLINE}'s."


class LanguageModel(Protocol):
    """A language model that answers a prompt in pieces, such as `gemini.Gemini`."""

    @property
    def name(self) -> str:
        """Name of the model, as pages show it."""

    def stream(self, system: str, prompt: str, tools: list[dict[str, Any]]) -> Generator[str | Call]:
        """Yield text and function calls; raise `Unavailable` if there is no answer."""


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
    said, left_out = reader.sentences, reader.failed
    if left_out:
        refused = [(sentence, _without_names(why, evidence)) for sentence, why in left_out]
        text = prompt(question, evidence, portfolio, names, before, done, others, refused)
        said, left_out = _said_again(reader, _second_try(model, text, evidence, started + ANSWER_TIMEOUT, stop))
        show(tuple(said))
    if not any(sentence.facts for sentence in said) and stand_in:
        return tuple(stand_in), (REPLACED if left_out else NO_FACT,)
    return tuple(said), (REPLACED,) if left_out else ()


def _without_names(text, evidence):
    """Return a text with the keys of lanes in place of their names, which a model never gets."""
    for key, name in sorted(evidence.lanes.items(), key=lambda lane: -len(lane[1])):
        text = text.replace(name, f"{{{{{key}}}}}")
    return text


def _second_try(model, text, evidence, deadline, stop):
    """Return the supported sentences of a second try at those that were refused; none if the model gives no answer."""
    reader, length = Reader(evidence, (), lambda sentences: None), 0
    try:
        for event in _bounded(model.stream(PROMPT_RULES, text, []), deadline, stop):
            reader.take(event[: LONGEST_ANSWER - length])
            length += len(event)
        reader.end()
    except Exception:  # the first answer stands; a client's message may contain a secret
        return []
    return [sentence for sentence in reader.sentences if not sentence.replaced]


def _said_again(reader, again):
    """Return the sentences of an answer with those said again in place of the refused ones, and what is still refused.

    The stand-in stays behind them as long as fewer sentences were said again than were refused; one that the answer
    already has is not said again.
    """
    said = {sentence.template() for sentence in reader.sentences}
    again = [sentence for sentence in again if sentence.template() not in said]
    at = next(place for place, sentence in enumerate(reader.sentences) if sentence.replaced)
    still = reader.failed[len(again) :]
    rest = [sentence for sentence in reader.sentences[at:] if still or not sentence.replaced]
    return [*reader.sentences[:at], *again, *rest][:MOST_SENTENCES], still


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
