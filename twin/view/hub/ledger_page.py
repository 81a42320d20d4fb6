"""Hold what all forms of the data feed share: the ledger, the uploaded files, the dialog, the permission to delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.permission import Permission
from twin.view.hub.uploads import Uploads
from twin.view.widgets import Forms

if TYPE_CHECKING:
    from twin.data.ledger.store import Ledger


class LedgerPage:
    """A page of forms on a ledger.

    ledger_address : address of the ledger, which is opened when it is first needed.
    """

    def __init__(self, ledger_address: str) -> None:
        self._address = ledger_address
        self._ledger: Ledger | None = None
        self._uploads, self._permission = Uploads(), Permission()
        self._stale: dict[str, Any] | None = None  # arguments of `refresh` if flows have changed
        self.forms = Forms()

    @property
    def ledger(self) -> Ledger:
        """The ledger; it is opened when it is first needed."""
        if self._ledger is None:
            from twin.data.ledger.store import Ledger  # imports database packages, which a page on files does not need

            self._ledger = Ledger(self._address)
        return self._ledger

    def ask(self, text: str, yes: str, message: Mapping[str, Any]) -> None:
        """Open a dialog on the page, whose button `yes` sends the message."""
        self.require_writable()
        sent = {name: value for name, value in message.items() if name != "serial"}
        self.forms.question = {}
        self.forms.question = {"text": text, "yes": yes, "message": sent}

    def require_writable(self) -> None:
        """Raise an error if the ledger may only be read."""
        rule = "one that may be changed; TWIN_LEDGER_READ_ONLY is set on this server"
        require(not self.ledger.read_only, "ledger", rule, "one to be read only")
