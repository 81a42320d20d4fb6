"""The visitors of the stand-alone server, as a proxy in front of it names them in the headers of a request.

A header is believed only in a request that also carries the secret of the proxy, TWIN_PROXY_SECRET. The websocket of a
page is such a request: `twin.apps.sockets` asks here once for each, and writes the visitor into every message on it.
"""

import hmac
import logging
import secrets
from functools import cache
from typing import Any

from tornado.httputil import HTTPHeaders

from twin.data.author import LONGEST_AUTHOR, PLANNER, PLANNERS, VIEWER, Visitor, role_of, words_of
from twin.data.settings import setting
from twin.data.text import visible

PROXY_SECRET = "TWIN_PROXY_SECRET"  # setting: the secret that the proxy sends; without it, no header is believed
SECRET_HEADER = "X-Twin-Proxy-Secret"  # header in which the proxy sends it
NAME_HEADER = "TWIN_NAME_HEADER"  # setting: name of the header with the visitor's name
ROLE_HEADER = "TWIN_ROLE_HEADER"  # setting: name of the header with their roles or groups; by default there is none
USUAL_NAME_HEADER = "X-Forwarded-User"  # by default
SERVER_STAMP = secrets.token_urlsafe()  # known to this server and its kernels, and to no page


def named_by_proxy() -> bool:
    """Return whether a proxy names the visitors."""
    return bool(setting(PROXY_SECRET))


def visitor_of(headers: HTTPHeaders) -> Visitor:
    """Return the visitor of a request by its headers; one without a name, who may only look, if they are not believed.

    With a header of roles, a planner is who has a role of TWIN_PLANNERS there, by default the role `planner`; without,
    who has a name in TWIN_PLANNERS, by default everybody with a name.
    """
    name = _only(headers, setting(NAME_HEADER) or USUAL_NAME_HEADER)
    if not (_is_of_proxy(headers) and name):
        if named_by_proxy() and headers.get_list(SECRET_HEADER) and not _is_of_proxy(headers):
            _log_wrong_secret()
        return Visitor("", VIEWER)
    shown = visible(name, LONGEST_AUTHOR)
    if not setting(ROLE_HEADER):
        return Visitor(shown, role_of(name))
    planners = words_of(setting(PLANNERS) or PLANNER)
    roles = words_of(_only(headers, setting(ROLE_HEADER)))
    return Visitor(shown, PLANNER if roles & planners else VIEWER)


def stamped(visitor: Visitor) -> dict[str, Any]:
    """Return a visitor as the metadata of a message have it."""
    return {**visitor._asdict(), "stamp": SERVER_STAMP}


def _is_of_proxy(headers: HTTPHeaders) -> bool:
    expected, given = setting(PROXY_SECRET), _only(headers, SECRET_HEADER)
    return bool(expected) and hmac.compare_digest(given.encode(errors="replace"), expected.encode())


@cache  # once for a server, which a visitor could otherwise make to fill its log
def _log_wrong_secret():
    """Log that a proxy, or a visitor, sent a secret that is not that of the settings, and never which."""
    logging.getLogger(__name__).warning(
        "a request carried a secret in %s that is not the one of %s, so its visitor has no name and may only look; "
        "give proxy and server the same secret; further ones are not logged",
        SECRET_HEADER,
        PROXY_SECRET,
    )


def _only(headers: HTTPHeaders, name: str) -> str:
    """Return the value of a header; "" if it is missing, or there twice, as if a visitor had sent one of them."""
    values = headers.get_list(name)
    if len(values) != 1:
        return ""
    try:
        return values[0].encode("latin-1").decode().strip()  # tornado reads headers as Latin-1
    except UnicodeError:
        return values[0].strip()
