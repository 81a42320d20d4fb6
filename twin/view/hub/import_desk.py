"""Handle imports of files into the ledger: a preview first, then only what is new, replacements, or all on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from twin.data.errors import AlreadyHeld, RowsRefused
from twin.data.text import number_of, visible
from twin.view.guard import sentence
from twin.view.hub import feed_answers, forms, preview_answers, reading_form
from twin.view.hub.ledger_page import LedgerPage
from twin.view.words import alert


class ImportDesk(LedgerPage):
    """Imports of files into the ledger.

    offer_plan : function that offers to keep the plan of the page, too; "" if it has none.
    """

    offer_plan: Callable[[], str]

    def do_import(self, message: dict[str, Any]) -> str:
        """Return the preview of a file, or, once the planner has said what is meant, import it; return the answer."""
        self.require_writable()
        options = {"good_rows_only": "good_rows_only" in message} | reading_form.reading(message)
        step = self._previewed if message.get("held", "ask") == "ask" else self._imported
        try:
            return self._uploads.read(message, lambda path, name: step(path, name, message, options))
        except RowsRefused as refusal:
            plain = f"{refusal.account.headline()}. None was imported; tick “{forms.LEAVE_OUT}” to import the others."
            return alert(plain) + feed_answers.account(refusal.account)

    def do_dismiss(self, _message: dict[str, Any]) -> str:
        """Return the answer to a preview that is not followed by an import."""
        return feed_answers.said("Nothing was written.")

    def do_undo(self, message: dict[str, Any]) -> None:
        """Ask the planner to confirm that an import is to be undone."""
        key = feed_answers.whole("id", str(message.get("id", "")))
        source = visible(str(message.get("source", "")))
        text = f"Undo import {key} ({source})? This deletes its flows, and brings back those that it replaced."
        return self.ask(text, f"Undo import {key}", {"do": "undone", "id": key})

    def do_undone(self, message: dict[str, Any]) -> str:
        """Undo an import, after the confirmation; return the answer."""
        self._stale = {"lane": None}
        done = self.ledger.undo(feed_answers.whole("id", str(message.get("id", ""))))
        back = f", {number_of(done.restored, 'replaced flow')} brought back" if done.restored else ""
        return feed_answers.said(f"Import undone: {number_of(done.deleted, 'flow')} deleted{back}.")

    def _previewed(self, path: Path, name: str, message: dict[str, Any], options: Mapping[str, Any]) -> str:
        """Return the preview of a file, which is held until the planner says what is meant."""
        found = self.ledger.preview_file(path, name=name, **options)
        self._uploads.hold(message, path)
        return preview_answers.preview(found, name, message)

    def _imported(self, path: Path, name: str, message: dict[str, Any], options: Mapping[str, Any]) -> str:
        """Import a file and return the answer, or the preview anew if the ledger has changed since the last one."""
        how = {"held": message["held"], "asked": preview_answers.agreed(message)}
        try:
            done = self.ledger.import_file(path, name=name, **how, **options)
        except AlreadyHeld as question:
            self._uploads.hold(message, path)
            return alert(sentence(question)) + preview_answers.preview(question.preview, name, message)
        self._stale = {"lane": None, "switch": "switch" in message}
        return feed_answers.imported(done) + (self.offer_plan() if "switch" in message else "")
