"""Show the analyst on a page: a form for questions, answers as they arrive, and the facts behind each answer."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from twin.analyst.answer import OFFLINE, Answer, Sentence
from twin.analyst.conversation import Conversation
from twin.analyst.gemini import from_settings
from twin.analyst.prompt import LONGEST_QUESTION
from twin.data.text import number_of, visible
from twin.plan.portfolio import Portfolio
from twin.view.answer_html import answer_html, sentence_html
from twin.view.guard import told
from twin.view.output import Live, Words
from twin.view.widgets import Sheet

EXAMPLE_QUESTIONS = (
    "Why is this lane volatile?",
    "What drives the resilience of this lane?",
    "Should we share capacity on this lane?",
    "What does one more point of service cost on this lane?",
    "What if returns double on this lane?",
    "What will happen on this lane next month?",
    "Which lanes need attention?",
)


class AnalystDesk:
    """A conversation with the analyst on a sheet.

    Parameters
    ----------
    sheet : widgets.Sheet
    look : callable
        Returns the portfolio and the lane in view.
    refresh : callable
        Shows the page again, after an answer has arrived.
    """

    def __init__(self, sheet: Sheet, look: Callable[[], tuple[Portfolio, str]], refresh: Callable[[], Any]) -> None:
        try:
            model, self._why = from_settings()  # the reason why there is no model
        except ValueError as error:  # a setting that cannot be used
            model, self._why = None, str(error)
        self._sheet, self._look, self._refresh = sheet, look, refresh
        self._conversation, self._model = Conversation(model), model
        self._asked, self._stopped = "", threading.Event()

    def page(self) -> str:
        """Return the page as HTML; the latest answer comes first."""
        answers = "".join(map(answer_html, reversed(tuple(self._conversation.answers))))
        tools = (
            _button("conversation", "Download the conversation") + _button("forget", "Clear the conversation")
            if answers
            else ""
        )
        return "".join((self._box(), self._waiting(), f'<div class="twin-answers">{answers}</div>', f"<p>{tools}</p>"))

    def begin(self, question: str) -> Answer:
        """Return the answer to a first question, which the offline analyst gives."""
        model, self._conversation.model = self._conversation.model, None
        try:
            return self._conversation.ask(question, *self._look())
        finally:
            self._conversation.model = model

    def do(self, message: dict[str, Any]) -> None:
        """Handle a message of the page, if it is meant for the analyst."""
        done = message.get("do")
        if done == "ask":
            self._ask(message)
        elif done == "stop":
            self._stopped.set()
        elif done == "conversation":
            text = self._conversation.export().encode()
            self._sheet.send({"download": "conversation.md", "type": "text/markdown"}, buffers=[text])
        elif done == "forget":
            self._conversation.clear()
        else:
            raise ValueError(f"request must be one of those on the page; got {visible(str(done), 40)}")

    def _ask(self, message: dict[str, Any]) -> None:
        """Answer the question of a message; a model answers in a thread, so that the controls keep working."""
        if self._asked:
            raise ValueError("a question must wait until the last one is answered, or stopped")
        if "by" in message:
            self._conversation.model = None if message["by"] == "offline" else self._model
        question, (portfolio, lane) = str(message.get("question", "")), self._look()
        if self._conversation.model is None:
            self._conversation.ask(question, portfolio, lane)
            return
        self._asked = visible(question, LONGEST_QUESTION)
        self._stopped.clear()
        later = _later()

        def run() -> None:
            said: list[str] = []
            with told(said.append):
                self._conversation.ask(
                    question,
                    portfolio,
                    lane,
                    show=lambda sentences: later(self._show, sentences),
                    stop=self._stopped.is_set,
                )
            later(self._end, said)

        if later is _now:
            run()
        else:
            try:
                threading.Thread(target=run, daemon=True).start()
            except RuntimeError:
                self._asked = ""
                raise

    def _show(self, sentences: Sequence[Sentence]) -> None:
        """Show the sentences that have arrived so far."""
        self._sheet.live = "".join(map(sentence_html, sentences))

    def _end(self, said: Sequence[str]) -> None:
        """Show the complete answer, or the error sentence."""
        self._asked = ""
        self._sheet.said = said[0] if said else ""
        self._sheet.live = ""
        self._refresh()

    def _box(self) -> str:
        """Return the form for questions, with the choice of the analyst and example questions."""
        if self._model is None:
            by = f"<p>The offline analyst answers, because {escape(self._why)}. It makes up no numbers.</p>"
        else:
            chosen = [" selected" if offline == (self._conversation.model is None) else "" for offline in (False, True)]
            by = (
                f'<p><label for="twin-by">Answered by</label> <select id="twin-by" name="by">'
                f'<option value="model"{chosen[0]}>{escape(self._model.name)}</option>'
                f'<option value="offline"{chosen[1]}>the {OFFLINE}</option></select> '
                "Gemini gets the numbers of the lanes in question, but never their names.</p>"
            )
        buttons = [f'<button name="question" value="{question}">{question}</button>' for question in EXAMPLE_QUESTIONS]
        folded = "" if len(self._conversation.answers) > 1 else " open"  # leaves room for answers on narrow pages
        return (
            '<form data-form="ask"><label for="twin-question">Your question, about this lane or all lanes</label>'
            '<div class="twin-row"><input id="twin-question" name="question" autocomplete="off" '
            f'maxlength="{LONGEST_QUESTION}" '
            f'placeholder="What if returns double?"><button type="submit">Ask</button></div>{by}'
            f'<details id="twin-examples"{folded}><summary>Examples</summary>'
            f'<div class="twin-row twin-examples">{" ".join(buttons)}</div></details></form>'
        )

    def _waiting(self) -> str:
        """Return the section in which an answer arrives."""
        if not self._asked:
            return '<div data-live class="twin-live"></div>'
        name, stop = escape(self._model.name), _button("stop", "Stop")
        return (
            f'<section class="twin-answer"><h3>{escape(self._asked)}</h3>'
            f'<p class="twin-status">{name} is answering … {stop}</p>'
            '<p data-live class="twin-live" aria-live="polite"></p></section>'
        )


def _button(done: str, words: str) -> str:
    return f'<button type="button" data-do="{done}">{words}</button> '


def _now(step: Callable[..., Any], *arguments: Any) -> None:
    step(*arguments)


def _later() -> Callable[..., Any]:
    """Return a function that runs a step in the kernel's event loop, from any thread; `_now` if there is no loop."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _now
    return loop.call_soon_threadsafe


class AnalystSheet:
    """The analyst without the rest of the hub, about a portfolio; `sheet` is the widget to display.

    question : first question, which the offline analyst answers at once; `answer` is its answer.
    """

    def __init__(self, portfolio: Portfolio, lane: str, question: str) -> None:
        self.sheet = Sheet(tabs=[["analyst", "Analyst"]], active="analyst", subject=lane, title=visible(lane))
        self.sheet.status = f"{number_of(len(portfolio.policies), 'lane')} of {visible(portfolio.feed.place, 60)}."
        self._desk = AnalystDesk(self.sheet, lambda: (portfolio, lane), self._show)
        self.answer = self._desk.begin(question)
        self._show()
        self.sheet.on_asked(self._on_message)

    def _show(self) -> None:
        self.sheet.page = self._desk.page()

    def _on_message(self, message: dict[str, Any], _buffers: list[bytes]) -> None:
        self.sheet.said = ""
        with told(lambda text: setattr(self.sheet, "said", text)):
            self._desk.do(message)
        self._show()


def shown(analyst: AnalystSheet, *, live: bool = True) -> Live | Words:
    """Return the widget of an `AnalystSheet` to display, or, with live=False, its first answer alone."""
    still = Words(f'<div class="twin">{answer_html(analyst.answer)}</div>', analyst.answer.text())
    return Live(analyst.sheet, still) if live else still
