"""Exceptions about data; each carries a sentence that a user can act on."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from twin.data.account import Account
    from twin.data.ledger.preview import Preview


class Refused(Exception):
    """A row cannot be used; the reader records the reason and continues with the next row."""


class RowsRefused(ValueError):
    """A file that had to be usable as a whole has unusable rows; `account` lists them."""

    def __init__(self, sentence: str, account: "Account") -> None:
        super().__init__(sentence)
        self.account = account


class Counts(NamedTuple):
    """Numbers of an import's records by their lanes and days; `outlying` are new or changed, far from the record."""

    new: int
    same: int
    changed: int
    outlying: int


class AlreadyHeld(ValueError):
    """An import has lanes and days that are held, or flows far from the record of their lane; see `preview`.

    Nobody has said what is meant, so nothing was written.
    """

    def __init__(self, sentence: str, preview: "Preview") -> None:
        super().__init__(sentence)
        self.preview = preview


class FlowChanged(ValueError):
    """Somebody has changed a flow in the meantime, so nothing was written; `flow_id` is that of the flow."""

    def __init__(self, sentence: str, flow_id: int) -> None:
        super().__init__(sentence)
        self.flow_id = flow_id


class PlanChanged(ValueError):
    """Somebody has changed the plan in the meantime, so nothing was written; `cells` are those that differ."""

    def __init__(self, sentence: str, cells: tuple[tuple[str, str, str], ...]) -> None:
        super().__init__(sentence)
        self.cells = cells


class NoLedger(ValueError):
    """There is no ledger at the address, and a command that only reads makes none."""


class LedgerError(Exception):
    """The ledger could not do what was asked; the message holds neither passwords nor values."""
