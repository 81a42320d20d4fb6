"""Permission to delete flows on a page, which needs a token where others can reach the server of the pages."""

import hmac
import os
import time

from twin.data.settings import setting

TOKEN = "TWIN_TOKEN"  # setting: the token that visitors must type before they can delete flows
REACHABLE = "TWIN_REACHABLE"  # set by the server for the processes of pages: "yes" if others can reach it
WRONG_TOKEN_DELAY = 2  # [s] limits how many tokens a page can try


class Permission:
    """The permission of one page to delete flows.

    >>> Permission().require()  # on this machine alone, nobody is asked
    """

    def __init__(self) -> None:
        self._given = False

    @property
    def needed(self) -> bool:
        """Whether the page must still give the token before it can delete flows."""
        return os.environ.get(REACHABLE) == "yes" and not self._given

    @property
    def can_be_given(self) -> bool:
        """Whether the server has a token, so that a page can get the permission."""
        return bool(setting(TOKEN))

    def require(self) -> None:
        """Raise an error if the page may not delete flows."""
        if self.needed:
            raise ValueError(self.how())

    def how(self) -> str:
        """Return a sentence that says how the page gets the permission."""
        if self.can_be_given:
            return f"deleting or replacing flows needs the token of this server ({TOKEN}): type it under Unlock."
        return (
            "flows cannot be deleted or replaced here, because others can reach this server and it has no token. "
            f"Whoever runs it sets {TOKEN}, in the environment or in a file .env, and starts it again."
        )

    def give(self, token: str) -> None:
        """Give the token of the server; after a wrong one, an error is raised with a delay. The token is not kept."""
        expected = setting(TOKEN)
        if not expected:
            raise ValueError(self.how())
        if not hmac.compare_digest(token.encode(errors="replace"), expected.encode()):
            time.sleep(WRONG_TOKEN_DELAY)
            raise ValueError("this is not the token of this server.")
        self._given = True
