"""A newspaper on loopback: pages, a feed, a sitemap, validators, redirects, and the faults that servers have."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]


class Newspaper:
    """Serves what is put into `pages`; keeps the requests it got."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        newspaper = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                newspaper.connections += 1
                super().setup()

            def do_GET(self) -> None:
                newspaper.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                page = newspaper.pages.get(self.path, (404, {}, b""))
                if callable(page):
                    page(self)
                    return
                status, headers, body = page
                if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.root = f"http://{self.host}"

    def put(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> str:
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = status, {k.replace("_", "-"): v for k, v in headers.items()}, content
        return self.root + path

    def asked(self, path: str) -> list[dict[str, str]]:
        return [headers for p, headers in self.requests if p == path]


@contextmanager
def newspaper() -> Iterator[Newspaper]:
    made = Newspaper()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, for longer than anybody should wait."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        try:
            handler.wfile.write(b"a")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Send without end and without a length."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"a" * 65536)
    except OSError:
        return
