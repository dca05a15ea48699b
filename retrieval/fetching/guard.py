"""Which addresses may be fetched: public ones alone, resolved once, so that no page leads us into the office's own network."""

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from retrieval.errors import FetchError

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port -> its addresses; raises OSError."""
PORTS = frozenset((80, 443, 8080, 8443))
LONGEST_URL = 2_000
_EMBEDDING = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""Networks of IPv6 whose last four bytes are an IPv4 address that is reached through them."""


@dataclass(frozen=True)
class Target:
    """Where one request goes: the address that was resolved and checked, and the host that is asked for."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, by the system's resolver."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def target(url: str, allowed: Collection[str] = (), resolved: Resolve = resolve) -> Target:
    """Return where a request for `url` goes. Raises FetchError where it may not be made.

    `allowed` are `host:port` that are let through, exactly so.
    """
    if len(url) > LONGEST_URL or any(c.isspace() or not c.isprintable() for c in url) or "\\" in url:
        raise _refused(url, "it is no address of a page")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise _refused(url, "it is no address of a page") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise _refused(url, "only http and https are fetched")
    if parts.username is not None or parts.password is not None:
        raise _refused(url, "it carries a name or password")
    try:
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _refused(url, "its host is no name") from error
    port = port or {"http": 80, "https": 443}[parts.scheme]
    exempt = f"{ascii_host}:{port}" in allowed
    if not exempt and port not in PORTS:
        raise _refused(url, f"port {port} is not one of the web")
    try:
        addresses = list(resolved(ascii_host, port))
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"{_shown(url)}: the host cannot be found ({error})", mend="Correct the address, or try later"
        ) from error
    if not addresses or not (exempt or all(map(is_public, addresses))):
        raise _refused(url, "it leads into a network that is not public")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, ascii_host, port, addresses[0], path)


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet, also in what it embeds."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and (any(ip in network for network in _EMBEDDING) or int(ip) >> 32 == 0):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner)) and not any(ip in network for network in _EMBEDDING)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _shown(url: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in url[:200])


def _refused(url: str, why: str) -> FetchError:
    return FetchError(
        f"{_shown(url)} is not fetched: {why}",
        mend="Give the address of a public page; TINTINH_FETCH__ALLOW lets one host:port through",
    )
