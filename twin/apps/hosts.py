"""The names by which the stand-alone server may be addressed.

A web page on any site can let that site's name resolve to this machine (DNS rebinding); the browser then lets the page
read this server as a part of its own site. It still sends the name in the header Host, so a server that answers only to
names that it knows refuses such a page.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADER = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::\d*)?")


def host_name(header: str) -> str:
    """Return the host in a header Host, in lower case and without port or final dot; "" if there is none.

    >>> host_name("LocalHost.:8866"), host_name("[0:0::1]:8866"), host_name("localhost@evil.example")
    ('localhost', '::1', '')
    """
    found = _HEADER.fullmatch(header.lower())
    if not found:
        return ""
    return _address(found["address"]) if found["address"] else found["name"].removesuffix(".")


def named_hosts(names: Iterable[str]) -> frozenset[str]:
    """Return the hosts of a list of names, or raise an error if one of them is not a host.

    >>> sorted(named_hosts(["Hub.example.org", "192.168.1.5", "2001:db8::7"]))
    ['192.168.1.5', '2001:db8::7', 'hub.example.org']
    """
    hosts = {name: _address(name) or host_name(name) for name in names}
    for name, host in hosts.items():
        if not host:
            rule = "name hosts such as hub.example.org, without https://, path or *"
            raise ValueError(f"TWIN_HOSTS, and Gate.hosts in voila.json, must {rule}; got {name!r}")
    return frozenset(hosts.values())


def is_loopback(ip: str) -> bool:
    """Return whether a server that listens on an address or a name ("" for all) is reached from this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("")
    (True, False, False)
    """
    if ip in LOCAL_HOSTS:
        return True
    try:
        found = [ipaddress.ip_address(entry[4][0].split("%")[0]) for entry in socket.getaddrinfo(ip or "0.0.0.0", None)]
    except OSError:
        return False
    return all(address.is_loopback for address in found)


def _address(text):
    """Return an IP address in its shortest form; "" if the text is none."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
