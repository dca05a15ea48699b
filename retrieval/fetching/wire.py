"""One HTTP request over httpcore, within a deadline for all of it and a size for what is unpacked; redirects are not followed.

The deadline holds for every read of the socket, headers included: a server that sends a byte now and then gains nothing.
"""

import contextlib
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from retrieval.errors import FetchError

_PACKINGS = {"": None, "identity": None, "gzip": 47, "x-gzip": 47, "deflate": 47}
"""How a body may be packed, once; zlib's window bits, which tell gzip from zlib by themselves."""


@dataclass(frozen=True)
class Response:
    """A status, headers by lower-case name, and the body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Deadline(threading.local):
    at = float("inf")


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, left: Callable[[float | None], float]) -> None:
        self._inner = inner
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._left)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the library has it
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, left: Callable[[float | None], float]) -> None:
        self._inner = httpcore.SyncBackend()
        self._left = left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.connect_tcp(host, port, self._left(timeout), local_address, socket_options)
        return _Stream(inner, self._left)


class Wire:
    """Makes requests, each over a connection of its own. Safe to share between threads."""

    def __init__(self, context: ssl.SSLContext, proxy: str | None, most_bytes: int, connect: float) -> None:
        self._most = most_bytes
        self._connect = connect
        self._deadline = _Deadline()
        backend = _Backend(self._left)
        self._pool: httpcore.ConnectionPool | httpcore.HTTPProxy
        if proxy is None:
            self._pool = httpcore.ConnectionPool(
                ssl_context=context, network_backend=backend, max_keepalive_connections=0
            )
        else:
            self._pool = httpcore.HTTPProxy(
                proxy, ssl_context=context, network_backend=backend, max_keepalive_connections=0
            )

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

    def _left(self, timeout: float | None) -> float:
        left = self._deadline.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline is over")
        return left if timeout is None else min(left, timeout)

    def get(self, url: str, headers: Mapping[str, str], deadline: float, server_name: str | None) -> Response:
        """Return what a GET of `url` answers by `deadline` (time.monotonic); `server_name` is whose certificate is asked for.

        Raises FetchError where it is larger than allowed, and httpcore's own exceptions, OSError and ValueError for the rest.
        """
        self._deadline.at = deadline
        extensions: dict[str, Any] = {"timeout": {"connect": self._connect}}
        if server_name is not None:
            extensions["sni_hostname"] = server_name
        packed = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        with self._pool.stream("GET", url, headers=packed, extensions=extensions) as response:
            found = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in response.headers}
            packing = found.get("content-encoding", "").strip().lower()
            if packing not in _PACKINGS:
                raise FetchError(f"{url[:200]}: it is packed as {packing[:40]!r}", mend="Load it as a file")
            with contextlib.suppress(ValueError):
                if int(found.get("content-length", "0")) > self._most:
                    raise self._too_large(url)
            body = bytearray()
            for piece in _unpacked(response.iter_stream(), _PACKINGS[packing], self._most):
                body += piece
                if len(body) > self._most:
                    raise self._too_large(url)
                self._left(None)
            return Response(response.status, found, bytes(body))

    def _too_large(self, url: str) -> FetchError:
        return FetchError(f"{url[:200]}: larger than {self._most // 1_000_000} MB", mend="Load it as a file")


def _unpacked(pieces: Iterable[bytes], bits: int | None, most: int) -> Iterator[bytes]:
    """Yield what the pieces of a body unpack to, never more than a little over `most` bytes at once."""
    if bits is None:
        yield from pieces
        return
    unpacker = zlib.decompressobj(bits)
    for piece in pieces:
        try:
            yield unpacker.decompress(piece, most + 1)
        except zlib.error as error:
            raise ValueError(f"it cannot be unpacked ({error})") from error
