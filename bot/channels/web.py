"""The web: the chat page, the JSON API, and a passage in its surroundings. Starlette."""

import asyncio
import html
import json
from collections.abc import Awaitable, Callable
from importlib import resources

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot import admin, rendering
from bot.admin import Gone
from bot.assistant import Assistant
from bot.library import Library
from retrieval.errors import GenerationError

CHANNEL = "web"
LONGEST_BODY = 64_000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGES = {"chat.html": "text/html", "chat.css": "text/css", "chat.js": "text/javascript"}


class Web:
    """The routes of the web channel."""

    def __init__(self, assistant: Assistant, library: Library, desk: admin.Desk) -> None:
        self._assistant = assistant
        self._library = library
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes: `/`, its files, `/api/ask`, `/p/{generation}/{passage_id}`, `/healthz`, `/readyz`."""
        return [
            Route("/", _page("chat.html")),
            Route("/chat.css", _page("chat.css")),
            Route("/chat.js", _page("chat.js")),
            Route("/api/ask", self.ask, methods=["POST"]),
            Route("/p/{generation}/{passage_id}", self.passage),
            Route("/favicon.ico", _no_icon),
            Route("/healthz", _healthy),
            Route("/readyz", self.ready),
        ]

    async def ask(self, request: Request) -> Response:
        """Answer `{"question", "previous"?, "skip"?, "province"?}` with the contract's JSON."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_BODY:
                return _wrong("the body is over 64 kB", 413)
        try:
            asked = json.loads(body)
        except ValueError:
            return _wrong('the body is not JSON; send {"question": "..."}', 400)
        if fault := _fault(asked):
            return _wrong(fault, 422)
        try:
            engine = self._library.engine()
        except GenerationError as error:
            return _wrong(str(error), 503)
        reply = await asyncio.to_thread(
            engine.ask, asked["question"], asked.get("previous"), asked.get("skip", 0), asked.get("province")
        )
        return JSONResponse(reply.to_json(), headers=_HEADERS)

    async def passage(self, request: Request) -> Response:
        """Show a passage in its surroundings."""
        at, asked = request.path_params, request.query_params
        found = await asyncio.to_thread(
            self._desk.passage, at["generation"], at["passage_id"], asked.get("bai", ""), asked.get("tu", "")
        )
        if isinstance(found, Gone):
            status = 410 if found is Gone.WITHDRAWN else 404
            return HTMLResponse(_document(found.value, f"<p>{found.value}</p>"), status, _HEADERS)
        title, source, (before, quote, after) = found.title, found.source, found.parts
        body = (
            f"<h1>{html.escape(title)}</h1><p class='source'>{html.escape(source)}</p>"
            f"<div class='article'>{_paragraphs(before)}<mark id='doan'>{_paragraphs(quote)}</mark>{_paragraphs(after)}</div>"
        )
        return HTMLResponse(_document(title, body), 200, _HEADERS)

    async def ready(self, _: Request) -> Response:
        """Tell whether questions can be answered."""
        try:
            generation = self._library.engine().generation.id
        except GenerationError as error:
            return JSONResponse({"ready": False, "why": str(error)}, 503)
        return JSONResponse({"ready": True, "generation": generation})


async def _no_icon(_: Request) -> Response:
    return Response(status_code=204)


async def _healthy(_: Request) -> Response:
    return JSONResponse({"healthy": True})


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    content = resources.files("bot.channels").joinpath(f"pages/{name}").read_text(encoding="utf-8")

    async def endpoint(_: Request) -> Response:
        return Response(content, media_type=_PAGES[name], headers=_HEADERS)

    return endpoint


def _fault(asked: object) -> str | None:
    """Return what is wrong with a body of `/api/ask`, None where it is as it should be."""
    if not isinstance(asked, dict) or not isinstance(asked.get("question"), str):
        return '"question" is missing or not text'
    for field in ("previous", "province"):
        if not isinstance(asked.get(field), str | None):
            return f'"{field}" is not text'
    skip = asked.get("skip", 0)
    return None if type(skip) is int and skip >= 0 else '"skip" is no count of rows'


def _wrong(what: str, status: int) -> Response:
    return JSONResponse({"error": what}, status, headers=_HEADERS)


def _paragraphs(text: str) -> str:
    return "<br>".join(html.escape(line) for line in text.split("\n"))


def _document(title: str, body: str) -> str:
    return (
        "<!doctype html><html lang='vi'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{html.escape(title)} · Tin Tỉnh</title><link rel='stylesheet' href='/chat.css'></head>"
        f"<body><main class='page'><p><a href='/'>← Tin Tỉnh</a></p>{body}<p class='note'>{rendering.FIRST_CONTACT}</p></main></body></html>"
    )
