"""The analyst on a page: a box for questions, answers as they come, and the facts behind each."""

import asyncio
import threading
from html import escape

from twin.analyst.answer import OFFLINE
from twin.analyst.conversation import Conversation
from twin.analyst.gemini import from_settings
from twin.analyst.prompt import LONGEST_QUESTION
from twin.data.text import visible
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
    """A conversation on a sheet.

    Parameters
    ----------
    sheet : widgets.Sheet
    look : callable
        Returns the portfolio and the lane that questions are about now.
    refresh : callable
        Shows the page anew.
    """

    def __init__(self, sheet, look, refresh):
        model, self._why = from_settings()
        self._sheet, self._look, self._refresh = sheet, look, refresh
        self._conversation, self._model = Conversation(model), model
        self._asked, self._stopped = "", threading.Event()

    def page(self):
        """Return the page as HTML; the last answer stands first."""
        answers = "".join(map(answer_html, reversed(tuple(self._conversation.answers))))
        tools = _button("conversation", "Download the conversation") + _button("forget", "Forget it") if answers else ""
        return "".join((self._box(), self._waiting(), f'<div class="twin-answers">{answers}</div>', f"<p>{tools}</p>"))

    def begin(self, question):
        """Answer a first question offline; return the answer."""
        model, self._conversation.model = self._conversation.model, None
        try:
            return self._conversation.ask(question, *self._look())
        finally:
            self._conversation.model = model

    def do(self, message):
        """Do what the page asks for, where it is for the analyst."""
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

    def _ask(self, message):
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

        def run():
            said = []
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
        else:  # the controls work on meanwhile
            try:
                threading.Thread(target=run, daemon=True).start()
            except RuntimeError:
                self._asked = ""
                raise

    def _show(self, sentences):
        self._sheet.live = "".join(map(sentence_html, sentences))

    def _end(self, said):
        self._asked = ""
        self._sheet.said = said[0] if said else ""
        self._sheet.live = ""
        self._refresh()

    def _box(self):
        """The form, who answers, and questions to begin with."""
        if self._model is None:
            by = f"<p>The offline analyst answers: {escape(self._why)}. It makes up no number.</p>"
        else:
            chosen = [" selected" if offline == (self._conversation.model is None) else "" for offline in (False, True)]
            by = (
                f'<p><label for="twin-by">Answered by</label> <select id="twin-by" name="by">'
                f'<option value="model"{chosen[0]}>{escape(self._model.name)}</option>'
                f'<option value="offline"{chosen[1]}>the {OFFLINE}</option></select> '
                "Gemini is sent the numbers of the lanes in question, and never their names.</p>"
            )
        buttons = [f'<button name="question" value="{question}">{question}</button>' for question in EXAMPLE_QUESTIONS]
        folded = "" if len(self._conversation.answers) > 1 else " open"  # room for answers, on narrow pages
        return (
            '<form data-form="ask"><label for="twin-question">Your question, about this lane or all of them</label>'
            '<div class="twin-row"><input id="twin-question" name="question" autocomplete="off" '
            f'maxlength="{LONGEST_QUESTION}" '
            f'placeholder="what if returns double?"><button type="submit">Ask</button></div>{by}'
            f'<details id="twin-examples"{folded}><summary>Examples</summary>'
            f'<div class="twin-row twin-examples">{" ".join(buttons)}</div></details></form>'
        )

    def _waiting(self):
        """The answer that is coming in."""
        if not self._asked:
            return '<div data-live class="twin-live"></div>'
        name, stop = escape(self._model.name), _button("stop", "Stop")
        return (
            f'<section class="twin-answer"><h3>{escape(self._asked)}</h3>'
            f'<p class="twin-status">{name} is answering … {stop}</p>'
            '<p data-live class="twin-live" aria-live="polite"></p></section>'
        )


def _button(done, words):
    return f'<button type="button" data-do="{done}">{words}</button> '


def _now(step, *arguments):
    step(*arguments)


def _later():
    """What runs a step in the loop of the kernel, from any thread; at once, where there is none."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _now
    return loop.call_soon_threadsafe


class AnalystSheet:
    """The analyst alone, about a portfolio; `sheet` is the widget to display.

    question : asked before anybody else asks, and answered offline; `answer` is what is said to it.
    """

    def __init__(self, portfolio, lane, question):
        self.sheet = Sheet(tabs=[["analyst", "Analyst"]], active="analyst", subject=lane, title=visible(lane))
        self.sheet.status = f"{len(portfolio.policies):,} lanes of {visible(portfolio.feed.place, 60)}."
        self._desk = AnalystDesk(self.sheet, lambda: (portfolio, lane), self._show)
        self.answer = self._desk.begin(question)
        self._show()
        self.sheet.on_asked(self._on_message)

    def _show(self):
        self.sheet.page = self._desk.page()

    def _on_message(self, message, _buffers):
        self.sheet.said = ""
        with told(lambda text: setattr(self.sheet, "said", text)):
            self._desk.do(message)
        self._show()


def shown(analyst, *, live=True):
    """Return what to display of an `AnalystSheet`; with live=False just its first answer, as where no kernel runs."""
    still = Words(f'<div class="twin">{answer_html(analyst.answer)}</div>', analyst.answer.text())
    return Live(analyst.sheet, still) if live else still
