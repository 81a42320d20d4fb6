"""The vendor's two client libraries: how each sends a question to Gemini. Everything else is shared, in gemini.py."""

import importlib.util
import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from twin._check import require

VENDOR = "https://generativelanguage.googleapis.com/"  # default address; an environment variable does not override it


@dataclass(frozen=True)
class ModelRequest:
    """A question to a model.

    endpoint : address to ask; "" for the vendor's.
    timeout : timeout of the reply, and of each further piece of it. [s]
    """

    model: str
    system: str
    prompt: str
    tools: list[dict[str, Any]] | None
    endpoint: str
    timeout: float


@dataclass(frozen=True)
class Client:
    """A client library of the vendor.

    name : its name, as TWIN_GEMINI_CLIENT and package registries know it.
    module : its module, which only `chunks` imports.
    chunks : function of a request and a key that yields the chunks of the reply as dicts.
    """

    name: str
    module: str
    chunks: Callable[[ModelRequest, str], Iterator[dict[str, Any]]]

    def is_installed(self) -> bool:
        """Return whether the library is installed, without importing it."""
        try:
            return importlib.util.find_spec(self.module) is not None
        except ModuleNotFoundError:  # the parent package is missing, too
            return False


def client_named(name: str, argument: str = "client") -> Client:
    """Return the client with a name, or the first of `CLIENTS` for ""; another name raises ValueError.

    argument : name of the setting or argument, for the error.

    >>> client_named("").name
    'google-genai'
    """
    require(name in ("", *CLIENTS), argument, f"one of {', '.join(CLIENTS)}", name)
    return CLIENTS[name or next(iter(CLIENTS))]


def missing(client: Client) -> str:
    """Return a sentence on how to install a client that is not installed, or "" if it is."""
    if client.is_installed():
        return ""
    others = [other.name for other in CLIENTS.values() if other.is_installed()]
    instead = f", or set TWIN_GEMINI_CLIENT to {others[0]}" if others else ""
    return f"{client.name} is not installed: install it by python -m pip install {client.name}{instead}"


def _genai(request, key):
    """Yield the chunks of a reply as dicts, through google-genai."""
    from google import genai

    logging.getLogger("google_genai").setLevel(logging.ERROR)  # it would name the wrong key if two are set
    options = {
        "timeout": round(1000 * request.timeout),
        "base_url": request.endpoint or VENDOR,
        "api_version": "v1beta",
    }
    config = {
        "system_instruction": request.system,
        "tools": request.tools,
        "automatic_function_calling": {"disable": True},
    }
    with genai.Client(api_key=key, vertexai=False, http_options=options) as client:
        for chunk in client.models.generate_content_stream(model=request.model, contents=request.prompt, config=config):
            yield chunk.model_dump(mode="json", exclude_none=True)


def _generativeai(request, key):
    """Yield the chunks of a reply as dicts, through google-generativeai, whose support has ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # it warns of its end, which whoever chose it knows
        import google.generativeai as client

    options = {"api_endpoint": request.endpoint} if request.endpoint else None
    client.configure(api_key=key, transport="rest", client_options=options)
    model = client.GenerativeModel(request.model, system_instruction=request.system, tools=request.tools)
    limits = {"timeout": request.timeout, "retry": None}
    reply = model.generate_content(request.prompt, stream=True, request_options=limits)
    try:
        for chunk in reply:
            yield chunk.to_dict()
    finally:
        reply._iterator.cancel()  # closes the connection; no public function of this client does


#: Name of a client, as TWIN_GEMINI_CLIENT accepts it -> the client; the first is the default.
CLIENTS = {
    client.name: client
    for client in (
        Client("google-genai", "google.genai", _genai),
        Client("google-generativeai", "google.generativeai", _generativeai),
    )
}
