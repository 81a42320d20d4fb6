"""What can go wrong with data, each with a sentence for whoever brought it."""


class Refused(Exception):
    """Say why a row cannot be used; the reader notes the reason and goes on."""


class RowsRefused(ValueError):
    """Say that a file has rows that cannot be used, where all were to be; `account` tells which."""

    def __init__(self, sentence, account):
        super().__init__(sentence)
        self.account = account


class LedgerError(Exception):
    """Say why the ledger could not do what was asked; never with a password or a value in it."""
