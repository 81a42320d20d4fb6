"""Failures of Gemini, whichever client raised them: which are retried and when, and what each means in words."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

ATTEMPTS = 3  # attempts for one reply
#: HTTP status -> its meaning in words.
REASONS = {
    400: "it refused the request",
    401: "it does not accept the key",
    403: "it does not accept the key",
    404: "it does not know the model",
    429: "its quota is used up for now",
}
WRONG_KEY = "API_KEY_INVALID"  # the vendor's reason for status 400 if the key is wrong


def retried(call: Callable[[], Any], longest_wait: float) -> Any:
    """Return what `call` returns, called again after a temporary failure, at most `ATTEMPTS` times in all.

    The wait before each further attempt is the one that the vendor asks for, or else random and growing. A failure
    after which the vendor asks for more than `longest_wait` [s] is not retried.
    """
    import tenacity

    backoff = tenacity.wait_random_exponential(multiplier=longest_wait / 8, max=longest_wait)

    def wait(state):
        asked = _asked_wait(state.outcome.exception())
        return backoff(state) if asked is None else asked

    attempts = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=wait,
        retry=tenacity.retry_if_exception(lambda error: _is_temporary(error, longest_wait)),
        reraise=True,
    )
    return attempts(call)


def in_words(error: Exception) -> str:
    """Return the meaning of an error in our own words; they never repeat the vendor's, which may contain a secret.

    >>> in_words(TimeoutError("..."))
    'it did not answer in time'
    """
    code = _code(error)
    asked = _asked_wait(error)
    if code == 429 and asked:
        return f"its quota is used up for the next {math.ceil(asked)} s"
    if any(detail.get("reason") == WRONG_KEY for detail in _details(error)):
        return REASONS[401]
    if code >= 500:
        return "its server has a problem"
    if code in REASONS:
        return REASONS[code]
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed; the extra 'ai' brings it"
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if any("Blocked" in kind or "StopCandidate" in kind for kind in kinds):
        return "it declined to answer"
    if any("Timeout" in kind for kind in kinds) or isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, OSError) or any(
        "Connect" in kind or "Transport" in kind or "Protocol" in kind for kind in kinds
    ):
        return "it cannot be reached, or broke off"
    return "its answer could not be read"


def _code(error):
    """Return the HTTP status of a client's error; 0 if it has none."""
    code = getattr(error, "code", None)
    return int(code) if isinstance(code, int) else 0


def _is_temporary(error, longest_wait):
    """Return whether a retry may succeed after an acceptable wait."""
    return (_code(error) == 429 or _code(error) >= 500) and (_asked_wait(error) or 0) <= longest_wait


def _asked_wait(error):
    """Return the wait [s] that the response of an error asks for, in its header or body; None if it asks for none."""
    response = getattr(error, "response", None)
    asked = [response.headers.get("Retry-After")] if response is not None else []
    for text in [*asked, *(detail.get("retryDelay") for detail in _details(error))]:
        if isinstance(text, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?s?", text):
            return float(text.removesuffix("s"))
        try:
            return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):  # no date, or one without a time zone
            continue
    return None


def _details(error):
    """Return the details in the body of an error's response; none if there is no such body."""
    try:
        body = error.response.json()
        body = body[0] if isinstance(body, list) else body
        return [detail for detail in body["error"]["details"] if isinstance(detail, dict)]
    except (AttributeError, LookupError, TypeError, ValueError):
        return []
