"""Check the text of a model while it arrives: sentences that facts support are shown, others are replaced."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from twin.analyst.answer import Sentence
from twin.analyst.checking import Piece, Unsupported, checked
from twin.analyst.evidence import Evidence
from twin.analyst.numerals import plain

MOST_SENTENCES = 40  # sentences that are shown; the rest of an answer is cut off
LIST_MARK = 6  # longest list mark at the beginning of a line [characters]
LEFT_OUT = Sentence((Piece("A sentence that no fact supports is left out here. "),), replaced=True)
_END = re.compile(r"(?<=[.!?])[\"'”)\]]*\s+(?=[A-Z{\"'“(*•<-])")  # end of a sentence
_LINE = re.compile(r"(?<=[.!?:;])[ \t]*\n\s*")  # a line break ends a sentence only after a punctuation mark
_MARKUP = re.compile(r"\*\*|(?<![a-zA-Z0-9])_+|_+(?![a-zA-Z0-9])|`")
_LISTED = re.compile(r"(?:^|(?<=\n))\s*(?:#+|[-*•>]|\d{1,2}[.)])\s+")  # mark of a heading or of a list item
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_KEY = re.compile(r"(?<![\w{.])(?P<key>(?:lane|whatif)\d+(?:\.[a-z_]+(?:\.(?:change|relative))?)?)(?![\w}])")


class Reader:
    """Check the text of a model while it arrives; `sentences` are the ones to show, `failed` those refused, and why.

    stand_in : sentences of the offline analyst; shown once, in place of all unsupported sentences.
    show : callback that gets all sentences each time there are more.
    """

    def __init__(
        self, evidence: Evidence, stand_in: Sequence[Sentence], show: Callable[[tuple[Sentence, ...]], Any]
    ) -> None:
        self._evidence, self._stand_in, self._show = evidence, stand_in, show
        self.sentences: list[Sentence] = []
        self.failed: list[tuple[str, str]] = []
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
            self.failed.append((sentence, str(error)))
            if len(self.failed) == 1:
                self.sentences += self._stand_in if any(one.facts for one in self._stand_in) else [LEFT_OUT]
        if self.rests_on_facts:
            self._show(tuple(self.sentences))

    @property
    def rests_on_facts(self) -> bool:
        """True if at least one sentence shows a fact."""
        return any(sentence.facts for sentence in self.sentences)
