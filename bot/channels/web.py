"""The web: the chat page and its widget, the JSON API, and a passage in its surroundings. Starlette."""

import asyncio
import contextlib
import html
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from importlib import resources
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot import admin, rendering
from bot.admin import Gone
from bot.channels.allowance import Allowance, CrowdedError, TooManyError, WrongKeyError
from bot.channels.bodies import whole_body
from bot.commands import Commands
from bot.dispatch import CROWDED, TOO_FAST
from bot.library import Library
from bot.messages import Incoming
from bot.metrics import CONTENT_TYPE, Metrics
from bot.opinions import Opinions
from bot.store.people import People
from retrieval.errors import GenerationError

CHANNEL = "web"
LONGEST_BODY = 64_000
SLOW_S = 0.4
"""Seconds after which an answer that is streamed says that it is looked for."""
ALIVE_S = 5.0
_CLIENT = re.compile(r"[A-Za-z0-9_-]{16,64}")
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors "
)
_HEADERS = {
    "Content-Security-Policy": f"{_POLICY}'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGES = {
    "chat.html": "text/html",
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "widget.js": "text/javascript",
}
_LOOKING = "Đang tìm trong các bài báo…"


class Web:
    """The routes of the web channel."""

    def __init__(
        self,
        commands: Commands,
        library: Library,
        desk: admin.Desk,
        people: People,
        metrics: Metrics,
        *,
        allowance: Allowance,
        widget_origins: Sequence[str] = (),
    ) -> None:
        self._commands = commands
        self._library = library
        self._desk = desk
        self._people = people
        self._opinions = Opinions(people)
        self._metrics = metrics
        self._allowance = allowance
        self._origins = tuple(widget_origins)

    def routes(self) -> list[Route]:
        """Return the routes: the page and its files, `/api/…`, `/p/{generation}/{passage_id}`, `/healthz`, `/readyz`, `/metrics`."""
        framed = _HEADERS | {
            "Content-Security-Policy": f"{_POLICY}{' '.join(self._origins) or chr(39) + 'none' + chr(39)}"
        }
        outside = _HEADERS | {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "max-age=300"}
        return [
            Route("/", _page("chat.html")),
            Route("/khung", _page("chat.html", framed)),
            Route("/chat.css", _page("chat.css")),
            Route("/chat.js", _page("chat.js")),
            *([Route("/widget.js", _page("widget.js", outside))] if self._origins else []),
            Route("/api/ask", self.ask, methods=["POST"]),
            Route("/api/chat", self.chat, methods=["POST"]),
            Route("/api/feedback", self.feedback, methods=["POST"]),
            Route("/api/forget", self.forget, methods=["POST"]),
            Route("/p/{generation}/{passage_id}", self.passage),
            Route("/favicon.ico", _no_icon),
            Route("/healthz", _healthy),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    # Questions

    async def ask(self, request: Request) -> Response:
        """Answer `{"question", "previous"?, "skip"?, "province"?}` with the contract's JSON; by events where they are accepted."""
        asked = await self._body(request)
        if isinstance(asked, Response):
            return asked
        if fault := _fault(asked):
            return _wrong(fault, 422)

        def answer() -> dict[str, Any]:
            reply = self._library.ask(
                asked["question"], asked.get("previous"), asked.get("skip", 0), asked.get("province")
            )
            for one in (reply, *reply.also):
                self._people.asked(CHANNEL, asked.get("client") or "", one.question, one)
            return reply.to_json()

        return await self._answered(request, answer)

    async def chat(self, request: Request) -> Response:
        """Answer `{"client", "text"}`, a turn of a conversation that is remembered here, with `{"reply"}` or `{"words"}`."""
        asked = await self._body(request)
        if isinstance(asked, Response):
            return asked
        if not isinstance(asked.get("text"), str):
            return _wrong('"text" is missing or not text', 422)
        if not isinstance(asked.get("client"), str):
            return _wrong('"client" is missing: 16 to 64 letters, digits, - and _, made up by the page', 422)
        try:
            self._allowance.take_chat(asked["client"])
        except TooManyError as error:
            return _wait("too many turns of this conversation", TOO_FAST, 429, max(1, round(error.wait_s)))

        def answer() -> dict[str, Any]:
            outgoing = self._commands.answer(Incoming(CHANNEL, asked["client"], asked["text"]))
            kept = self._commands.kept(CHANNEL, asked["client"])
            if kept is not None:
                self._people.remember(self._people.chat(CHANNEL, asked["client"]), kept)
            return {"words": outgoing.words} if outgoing.reply is None else {"reply": outgoing.reply.to_json()}

        return await self._answered(request, answer, asked["client"])

    async def _body(self, request: Request) -> dict[str, Any] | Response:
        """Return the JSON object of a request that may ask, or what is wrong with it."""
        try:
            self._allowance.take(request)
        except WrongKeyError:
            return _wrong("the API key is wrong", 401)
        except TooManyError as error:
            return _wait("too many questions from this address", TOO_FAST, 429, max(1, round(error.wait_s)))
        body = await whole_body(request, LONGEST_BODY)
        if body is None:
            return _wrong("the body is over 64 kB", 413)
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):  # `[[[[…`
            return _wrong('the body is not JSON; send {"question": "..."}', 400)
        return _with_client(asked)

    async def _answered(
        self, request: Request, answer: Callable[[], dict[str, Any]], client: str | None = None
    ) -> Response:
        work = asyncio.create_task(self._worked(answer, client))
        if "text/event-stream" in request.headers.get("Accept", ""):
            done, _ = await asyncio.wait({work}, timeout=SLOW_S)
            if not done:
                headers = _HEADERS | {"Cache-Control": "no-store"}
                return StreamingResponse(_events(work), media_type="text/event-stream", headers=headers)
        try:
            return JSONResponse(await work, headers=_HEADERS)
        except (CrowdedError, GenerationError) as error:
            return _unanswered(error)

    async def _worked(self, answer: Callable[[], dict[str, Any]], client: str | None) -> dict[str, Any]:
        # One turn of a conversation after the other, to its end: in order, and one who sends many keeps nobody else waiting.
        async with self._allowance.turn(client) if client else contextlib.nullcontext(), self._allowance.place():
            return await asyncio.to_thread(answer)

    # What else a page does

    async def feedback(self, request: Request) -> Response:
        """Take `{"client", "code", "opinion": "good" | "bad" | "wrong", "reason"?}`."""
        asked = await self._body(request)
        if isinstance(asked, Response):
            return asked
        code, opinion, reason = (str(asked.get(name) or "") for name in ("code", "opinion", "reason"))
        if opinion not in {"good", "bad", "wrong"} or not code or not asked.get("client"):
            return _wrong('send {"client", "code", "opinion": "good", "bad" or "wrong"}', 422)
        data = f"o|{code}|{opinion}|{reason}"
        said, reasons = await asyncio.to_thread(self._opinions.take, CHANNEL, asked["client"], data)
        shown = [{"reason": data.rsplit("|", 1)[1], "label": label} for label, data in reasons]
        return JSONResponse({"words": said, "reasons": shown}, headers=_HEADERS)

    async def forget(self, request: Request) -> Response:
        """Erase everything kept of `{"client"}`."""
        asked = await self._body(request)
        if isinstance(asked, Response):
            return asked
        if not asked.get("client"):
            return _wrong('"client" is missing', 422)
        incoming = Incoming(CHANNEL, asked["client"], "/forget")
        # An answer on its way would be taken down after what was kept is erased.
        async with self._allowance.turn(asked["client"]):
            outgoing = await asyncio.to_thread(self._commands.answer, incoming)
        return JSONResponse({"words": outgoing.words}, headers=_HEADERS)

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

    async def metrics(self, _: Request) -> Response:
        """Tell how the service does, in Prometheus' text format."""
        return Response(await asyncio.to_thread(self._metrics.text), headers=_HEADERS | {"Content-Type": CONTENT_TYPE})


async def _no_icon(_: Request) -> Response:
    return Response(status_code=204)


async def _healthy(_: Request) -> Response:
    return JSONResponse({"healthy": True})


async def _events(work: "asyncio.Task[dict[str, Any]]") -> AsyncIterator[str]:
    """Yield server-sent events: that it is looked for, signs of life, then the answer or the fault."""
    yield _event("looking", {"words": _LOOKING})
    while not (await asyncio.wait({work}, timeout=ALIVE_S))[0]:
        yield ": \n\n"
    try:
        yield _event("answer", work.result())
    except (CrowdedError, GenerationError) as error:
        words = {"words": CROWDED} if isinstance(error, CrowdedError) else {}
        yield _event("fault", {"error": str(error)} | words)


def _event(name: str, row: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(row, ensure_ascii=False)}\n\n"


def _unanswered(error: Exception) -> Response:
    if isinstance(error, CrowdedError):
        return _wait("too many questions at once", CROWDED, 503, 30)
    return _wrong(str(error), 503)


def _page(name: str, headers: dict[str, str] = _HEADERS) -> Callable[[Request], Awaitable[Response]]:
    content = resources.files("bot.channels").joinpath(f"pages/{name}").read_text(encoding="utf-8")

    async def endpoint(_: Request) -> Response:
        return Response(content, media_type=_PAGES[name], headers=headers)

    return endpoint


def _with_client(asked: object) -> dict[str, Any] | Response:
    """Return a body whose client, where it has one, is named as it should be, or what is wrong with it."""
    if not isinstance(asked, dict):
        return _wrong("the body is no JSON object", 422)
    # Half of a pair of surrogates, which JSON may spell, is no text that could be looked for or stored.
    asked = {k: v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for k, v in asked.items()}
    client = asked.get("client")
    if client is not None and (not isinstance(client, str) or not _CLIENT.fullmatch(client)):
        return _wrong('"client" is not 16 to 64 letters, digits, - and _', 422)
    return asked


def _fault(asked: dict[str, Any]) -> str | None:
    """Return what is wrong with a body of `/api/ask`, None where it is as it should be."""
    if not isinstance(asked.get("question"), str):
        return '"question" is missing or not text'
    for field in ("previous", "province"):
        if not isinstance(asked.get(field), str | None):
            return f'"{field}" is not text'
    skip = asked.get("skip", 0)
    return None if type(skip) is int and skip >= 0 else '"skip" is no count of rows'


def _wrong(what: str, status: int) -> Response:
    return JSONResponse({"error": what}, status, headers=_HEADERS)


def _wait(what: str, words: str, status: int, seconds: int) -> Response:
    """Return what asks to come back later: `words` are for a person."""
    row = {"error": what, "words": words}
    return JSONResponse(row, status, headers=_HEADERS | {"Retry-After": str(seconds)})


def _paragraphs(text: str) -> str:
    return "<br>".join(html.escape(line) for line in text.split("\n"))


def _document(title: str, body: str) -> str:
    return (
        "<!doctype html><html lang='vi'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{html.escape(title)} · Tin Tỉnh</title><link rel='stylesheet' href='/chat.css'></head>"
        f"<body><main class='page'><p><a href='/'>← Tin Tỉnh</a></p>{body}<p class='note'>{rendering.FIRST_CONTACT}</p></main></body></html>"
    )
