"""Ask Gemini through the vendor's clients, google-generativeai or its successor google-genai; no other module may."""

import importlib.util
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twin.data.settings import setting

MODEL = "gemini-flash-latest"  # default model
VENDOR = "https://generativelanguage.googleapis.com/"  # default address; an environment variable does not override it
TIMEOUT = 20  # timeout of a reply, and of each further piece of it [s]
ATTEMPTS, LONGEST_WAIT = 3, 4.0  # attempts for one reply, and the longest wait between two of them [s]
FINISH_REASONS = {"STOP", "FINISH_REASON_UNSPECIFIED", "0", "1", "None"}  # reasons of a complete reply
CUT_OFF = {"MAX_TOKENS", "2"}  # reasons of a reply that was cut off
#: HTTP status -> its meaning in words.
REASONS = {
    400: "it refused the request",
    401: "it does not accept the key",
    403: "it does not accept the key",
    404: "it does not know the model",
    429: "its quota is used up for now",
}


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
        "google-generativeai" or "google-genai"; by default the first of them that is installed.
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
        client = client or next((name for name in CLIENTS if _installed(name)), "")
        if client and client not in CLIENTS:
            raise Unavailable(f"GEMINI_CLIENT must be one of {', '.join(CLIENTS)}")
        if not client or not _installed(client):
            raise Unavailable("none of its clients is installed; the extra 'ai' brings them")
        self.client = client

    def __repr__(self) -> str:
        return f"Gemini({self.model!r}, client={self.client!r})"

    @property
    def name(self) -> str:
        """Name of the model, as pages show it."""
        return f"Gemini ({self.model})"

    def stream(self, system: str, prompt: str, tools: list[dict[str, Any]]) -> Iterator[str | Call]:
        """Yield the pieces of a reply, text as str and function calls as `Call`; raise `Unavailable` if there is none.

        system : rules for the model.
        prompt : facts and question.
        tools : declarations of functions that the model may call, in JSON schema.
        """
        problem = None
        try:
            yield from self._pieces(system, prompt, tools)
        except Unavailable:
            raise
        except Exception as error:
            problem = _reason(error)
        if problem:  # raised outside the except block, so that the vendor's error is not attached as its cause
            raise Unavailable(problem)

    def _pieces(self, system, prompt, tools):
        import tenacity

        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_random_exponential(multiplier=self._wait / 8, max=self._wait),
            retry=tenacity.retry_if_exception(_is_temporary),
            reraise=True,
        )
        for attempt in attempts:
            with attempt:  # retry only until the first piece arrives; a reply that breaks off later is not repeated
                chunks = CLIENTS[self.client](self, system, prompt, tools)
                first = next(chunks, None)
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

    The key is GEMINI_API_KEY or GOOGLE_API_KEY; GEMINI_MODEL, GEMINI_CLIENT and GEMINI_ENDPOINT override defaults.
    """
    key = (setting("GEMINI_API_KEY") or setting("GOOGLE_API_KEY")).strip()
    if not key:
        return None, "no key is set as GEMINI_API_KEY"
    if not (key.isascii() and key.isprintable()) or " " in key:
        return None, "the key that is set has characters that no key has"
    try:
        return Gemini(key, *(setting(f"GEMINI_{name}") for name in ("MODEL", "CLIENT", "ENDPOINT"))), ""
    except Unavailable as error:
        return None, str(error)


def _generativeai(gemini, system, prompt, tools):
    """Yield the chunks of a reply as dicts, through google-generativeai."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client warns that its support has ended; google-genai replaces it
        import google.generativeai as client

    options = {"api_endpoint": gemini._endpoint} if gemini._endpoint else None
    client.configure(api_key=gemini._key(), transport="rest", client_options=options)
    declared = [{"function_declarations": tools}] if tools else None
    model = client.GenerativeModel(gemini.model, system_instruction=system, tools=declared)
    limits = {"timeout": gemini._timeout, "retry": None}
    for chunk in model.generate_content(prompt, stream=True, request_options=limits):
        yield chunk.to_dict()


def _genai(gemini, system, prompt, tools):
    """Yield the chunks of a reply as dicts, through google-genai."""
    from google import genai

    options = {
        "timeout": round(1000 * gemini._timeout),
        "base_url": gemini._endpoint or VENDOR,
        "api_version": "v1beta",
    }
    client = genai.Client(api_key=gemini._key(), vertexai=False, http_options=options)
    config = {"system_instruction": system, "automatic_function_calling": {"disable": True}}
    if tools:
        config["tools"] = [{"function_declarations": tools}]
    for chunk in client.models.generate_content_stream(model=gemini.model, contents=prompt, config=config):
        yield chunk.model_dump(mode="json", exclude_none=True)


#: Name of a client -> function that asks through it.
CLIENTS = {"google-generativeai": _generativeai, "google-genai": _genai}
_MODULES = {"google-generativeai": "google.generativeai", "google-genai": "google.genai"}


def _installed(client):
    """Return whether a client can be imported."""
    try:
        return importlib.util.find_spec(_MODULES[client]) is not None
    except ModuleNotFoundError:  # the parent package is missing, too
        return False


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


def _code(error):
    """Return the HTTP status of a client's error; 0 if it has none."""
    code = getattr(error, "code", None)
    return int(code) if isinstance(code, int) else 0


def _is_temporary(error):
    """Return whether an error is temporary, so that a retry may succeed."""
    return _code(error) == 429 or _code(error) >= 500


def _reason(error):
    """Return an error in our own words."""
    code = _code(error)
    if code >= 500:
        return "its server has a problem"
    if code in REASONS:
        return REASONS[code]
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
