"""A polite, guarded fetch: each redirect is checked anew, size and time are capped while the answer comes in.

It names itself, keeps to robots.txt and to a rate a host, and asks only for what changed. The environment's proxies are
not used; the office's own is, where it is set, with its certificate.
"""

import ssl
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpcore

from retrieval.errors import FetchError
from retrieval.fetching.guard import Resolve, Target, resolve, target
from retrieval.fetching.wire import Response, Wire

MOST_REDIRECTS = 5
MOST_BYTES = 8_000_000
SECONDS = 20.0
"""Of one fetch, its redirects included."""
CONNECT_S = 6.0
INTERVAL_S = 1.0
"""Between two requests to a host."""
ROBOTS_S = 3600.0
AGENT = "TinTinh"
_MANY = 512
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_FOUND = 200
_SERVER_FAILS = 500
_BANNED = ["User-agent: *", "Disallow: /"]


@dataclass(frozen=True)
class Fetched:
    """What came back. `status` is 200, 304 (nothing changed), or 404 and 410 (gone)."""

    url: str
    """The last address, after redirects."""
    status: int
    body: bytes = b""
    etag: str | None = None
    modified: str | None = None


class Fetcher:
    """Fetches addresses. Safe to share between threads."""

    def __init__(
        self,
        *,
        allowed: Collection[str] = (),
        proxy: str | None = None,
        ca: Path | None = None,
        contact: str = "",
        interval: float = INTERVAL_S,
        seconds: float = SECONDS,
        resolved: Resolve = resolve,
    ) -> None:
        self._allowed = frozenset(allowed)
        self._proxied = proxy is not None
        self._interval = interval
        self._seconds = seconds
        self._resolved = resolved
        self._agent = f"{AGENT}/1.0{f' (+{contact})' if contact else ''}"
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
        self._wire = Wire(context, proxy, MOST_BYTES, CONNECT_S)
        self._robots: dict[str, tuple[RobotFileParser, float]] = {}
        """Of each host its rules, and when they were asked for."""
        self._next: dict[str, float] = {}
        self._turn = threading.Lock()

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    def get(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """Return what is at `url`; with `etag` or `modified` only where it changed since.

        Raises FetchError where it may not, or cannot, be fetched.
        """
        headers = {k: v for k, v in (("If-None-Match", etag), ("If-Modified-Since", modified)) if v}
        deadline = time.monotonic() + self._seconds
        for _ in range(MOST_REDIRECTS + 1):
            where = target(url, self._allowed, self._resolved)
            if not self._may(where, url, deadline):
                raise FetchError(
                    f"{url[:200]}: its robots.txt asks not to fetch it", mend="Ask the newspaper, or leave it out"
                )
            response = self._request(where, url, headers, deadline)
            location = response.headers.get("location")
            if response.status in _REDIRECTS and location:
                url = _joined(url, location)
                continue
            if response.status not in {200, 304, 404, 410}:
                raise FetchError(f"{url[:200]}: the server answers {response.status}", mend="Try later")
            validators = response.headers.get("etag"), response.headers.get("last-modified")
            return Fetched(url, response.status, response.body, *validators)
        raise FetchError(f"{url[:200]}: more than {MOST_REDIRECTS} redirects", mend="Give the last address")

    def _request(self, where: Target, url: str, headers: dict[str, str], deadline: float) -> Response:
        """Return the answer of one request, to the address that was checked."""
        self._wait(where.host)
        address, server_name = url, None
        if not self._proxied:
            host = f"[{where.address}]" if ":" in where.address else where.address
            address, server_name = f"{where.scheme}://{host}:{where.port}{where.path}", where.host
        own = {"Host": where.authority, "User-Agent": self._agent, "Accept-Encoding": "gzip", "Accept-Language": "vi"}
        try:
            return self._wire.get(address, own | headers, deadline, server_name)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise FetchError(f"{url[:200]}: slower than {self._seconds:.0f} s", mend="Try later") from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
            httpcore.UnsupportedProtocol,
            OSError,
            ValueError,
        ) as error:
            raise FetchError(
                f"{url[:200]} cannot be fetched ({type(error).__name__}: {error})", mend="Try later"
            ) from error

    def _may(self, where: Target, url: str, deadline: float) -> bool:
        """Tell whether the host's robots.txt lets us fetch `url`."""
        root = f"{where.scheme}://{where.authority}"
        known = self._robots.get(root)
        if known is None or time.monotonic() - known[1] > ROBOTS_S:
            rules = RobotFileParser()
            rules.parse(self._robots_lines(where, root, deadline))
            if len(self._robots) >= _MANY:
                self._robots.clear()
            known = self._robots[root] = (rules, time.monotonic())
        parts = urlsplit(url)
        return known[0].can_fetch(AGENT, f"{root}{parts.path or '/'}{'?' + parts.query if parts.query else ''}")

    def _robots_lines(self, where: Target, root: str, deadline: float) -> list[str]:
        """Return the lines of robots.txt: none where there is none, a ban where the server fails to tell (RFC 9309, 2.3.1)."""
        url = f"{root}/robots.txt"
        at = Target(where.scheme, where.host, where.port, where.address, "/robots.txt")
        for _ in range(MOST_REDIRECTS + 1):
            # Out of reach is no leave (RFC 9309, 2.3.1.4), nor a ban to be remembered: the fetch fails, and may be tried again.
            response = self._request(at, url, {}, deadline)
            try:
                if response.status in _REDIRECTS and (location := response.headers.get("location")):
                    url = _joined(url, location)
                    at = target(url, self._allowed, self._resolved)
                    continue
            except FetchError:
                return []
            if response.status >= _SERVER_FAILS:
                return _BANNED
            return response.body.decode("utf-8", "replace").splitlines() if response.status == _FOUND else []
        return []

    def _wait(self, host: str) -> None:
        """Wait for our turn at a host."""
        with self._turn:
            now = time.monotonic()
            at = max(now, self._next.get(host, 0.0))
            if len(self._next) >= _MANY:
                self._next.clear()
            self._next[host] = at + self._interval
        if at > now:
            time.sleep(at - now)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError as error:
        raise FetchError(f"{base[:200]}: it leads to what is no address", mend="Give the last address") from error
