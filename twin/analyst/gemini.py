"""Ask Gemini, through one of the vendor's clients: google-genai, or google-generativeai if it is chosen."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from twin.analyst._gemini_clients import ModelRequest, client_named, missing
from twin.analyst._gemini_failures import in_words, retried
from twin.data.settings import setting

MODEL = "gemini-flash-latest"  # default model
TIMEOUT = 20  # timeout of a reply, and of each further piece of it [s]
LONGEST_WAIT = 4.0  # longest wait between two attempts for one reply [s]
FINISH_REASONS = {"STOP", "FINISH_REASON_UNSPECIFIED", "0", "1", "None"}  # reasons of a complete reply
NO_KEY = "no key is set as GEMINI_API_KEY"
CUT_OFF = {"MAX_TOKENS", "2"}  # reasons of a reply that was cut off


class Unavailable(Exception):
    """A model gives no answer; the message never repeats the vendor's words, which may contain a secret."""


@dataclass(frozen=True)
class Call:
    """A call of a function that a model asks for."""

    name: str
    arguments: dict[str, Any]


class Gemini:
    """A Gemini model, asked through one of the vendor's clients.

    Parameters
    ----------
    key : str
        API key.
    model : str, optional
        Name of the model; `MODEL` by default.
    client : str, optional
        Name of a client in `_gemini_clients.CLIENTS`; by default the first of them.
    endpoint : str, optional
        Address to ask instead of the vendor's.
    timeout, wait : float, optional
        Timeout of a reply, and longest wait between two attempts. [s]
    """

    def __init__(
        self,
        key: str,
        model: str = "",
        client: str = "",
        endpoint: str = "",
        *,
        timeout: float = TIMEOUT,
        wait: float = LONGEST_WAIT,
    ) -> None:
        self._key = lambda: key  # in a function, so that printing the object's fields does not show the key
        self._endpoint, self._timeout, self._wait = endpoint, timeout, wait
        self.model = model or MODEL
        self._client = client_named(client)
        if problem := missing(self._client):
            raise Unavailable(problem)

    def __repr__(self) -> str:
        return f"Gemini({self.model!r}, client={self.client!r})"

    @property
    def client(self) -> str:
        """Name of the client."""
        return self._client.name

    @property
    def name(self) -> str:
        """Name of the model, as pages show it."""
        return f"Gemini ({self.model})"

    def stream(self, system: str, prompt: str, tools: list[dict[str, Any]]) -> Generator[str | Call]:
        """Yield the pieces of a reply, text as str and function calls as `Call`; raise `Unavailable` if there is none.

        system : rules for the model.
        prompt : facts and question.
        tools : declarations of functions that the model may call, in JSON schema.
        """
        declared = [{"function_declarations": tools}] if tools else None
        request = ModelRequest(self.model, system, prompt, declared, self._endpoint, self._timeout)
        problem = None
        try:
            yield from self._pieces(request)
        except Unavailable:
            raise
        except Exception as error:
            problem = in_words(error)
        if problem:  # raised outside the except block, so that the vendor's error is not attached as its cause
            raise Unavailable(problem)

    def _pieces(self, request):
        def begun():
            chunks = self._client.chunks(request, self._key())
            return next(chunks, None), chunks

        first, chunks = retried(begun, self._wait)  # until the first piece; a reply that breaks off is not repeated
        yield from _pieces(first)
        finish = _finish(first)
        for chunk in chunks:
            yield from _pieces(chunk)
            finish = _finish(chunk) or finish
        if finish in CUT_OFF or finish is None:
            raise Unavailable("its answer was cut off")
        if finish not in FINISH_REASONS:
            raise Unavailable("it declined to answer")


def from_settings() -> tuple[Gemini | None, str]:
    """Return (model, "") from the settings, or (None, the reason) if there is no usable key or client.

    The key is GEMINI_API_KEY or GOOGLE_API_KEY; GEMINI_MODEL, GEMINI_ENDPOINT and TWIN_GEMINI_CLIENT override defaults.
    A client of another name raises ValueError, with or without a key.
    """
    client = client_named(setting("TWIN_GEMINI_CLIENT").strip(), "TWIN_GEMINI_CLIENT")
    key = (setting("GEMINI_API_KEY") or setting("GOOGLE_API_KEY")).strip()
    if not key:
        return None, NO_KEY
    if not (key.isascii() and key.isprintable()) or " " in key:
        return None, "the key that is set has characters that no key has"
    try:
        return Gemini(key, setting("GEMINI_MODEL"), client.name, setting("GEMINI_ENDPOINT")), ""
    except Unavailable as error:
        return None, str(error)


def _pieces(chunk):
    """Yield the text and the function calls of one chunk."""
    if (chunk or {}).get("prompt_feedback", {}).get("block_reason"):
        raise Unavailable("it declined to answer")
    for candidate in (chunk or {}).get("candidates", [])[:1]:
        for part in candidate.get("content", {}).get("parts", []) or []:
            if call := part.get("function_call"):
                yield Call(str(call.get("name")), json.loads(json.dumps(call.get("args") or {})))
            elif part.get("text") and not part.get("thought"):
                yield part["text"]


def _finish(chunk):
    """Return the reason why a reply has ended; None if it goes on."""
    for candidate in (chunk or {}).get("candidates", [])[:1]:
        reason = candidate.get("finish_reason")
        return None if reason in (None, 0, "FINISH_REASON_UNSPECIFIED") else str(reason)
    return None
