"""What editors do, over HTTP: with the admin token as `Authorization: Bearer …`; and the OpenAPI document of the service."""

import asyncio
import dataclasses
import hmac
import json
import tempfile
from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.admin import Desk, Person, safe_suffix
from retrieval.errors import CorpusError, FetchError, GenerationError, TinTinhError

WHO = Person("http", "admin")
LARGEST_BODY = 64_000_000
_STATUS: tuple[tuple[type[TinTinhError], int], ...] = ((FetchError, 422), (CorpusError, 404), (GenerationError, 409))


class AdminApi:
    """The routes under `/admin`."""

    def __init__(self, desk: Desk, token: str) -> None:
        self._desk = desk
        self._token = token.encode()

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/admin/status", self._guarded("status", self._status)),
            Route("/admin/generations", self._guarded("generations", self._generations)),
            Route("/admin/audit", self._guarded("audit", self._audit)),
            Route("/admin/reload", self._guarded("reload", self._reload), methods=["POST"]),
            Route("/admin/rollback", self._guarded("rollback", self._rollback), methods=["POST"]),
            Route("/admin/articles", self._guarded("add", self._add), methods=["POST"]),
            Route("/admin/articles/{id:path}/{act}", self._guarded("act", self._act), methods=["POST"]),
        ]

    def _guarded(
        self, act: str, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            given = request.headers.get("Authorization", "").encode()
            # In constant time, over bytes: how long a wrong token is compared tells nothing.
            if not hmac.compare_digest(given, b"Bearer " + self._token):
                await asyncio.to_thread(self._desk.refused, Person("http", "unknown"), act)
                return JSONResponse({"error": "the admin token is missing or wrong"}, 401)
            try:
                return await handler(request)
            except TinTinhError as error:
                status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
                return JSONResponse({"error": str(error)}, status)

        return guarded

    async def _status(self, _: Request) -> Response:
        return JSONResponse({"text": await asyncio.to_thread(self._desk.status)})

    async def _generations(self, _: Request) -> Response:
        found = await asyncio.to_thread(self._desk.generations)
        return JSONResponse([dataclasses.asdict(g) for g in found])

    async def _audit(self, _: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(self._desk.audit))

    async def _reload(self, _: Request) -> Response:
        return JSONResponse({"text": await asyncio.to_thread(self._desk.reload, WHO)})

    async def _rollback(self, request: Request) -> Response:
        body = await _json(request)
        if body is None:
            return _no_object()
        name = body.get("generation")
        if not isinstance(name, str | None):
            return JSONResponse({"error": '"generation" is not text'}, 422)
        return JSONResponse({"text": await asyncio.to_thread(self._desk.rollback, WHO, name)})

    async def _add(self, request: Request) -> Response:
        """Take `{"url"}`, or a file as the body under the name that `?name=` gives."""
        name = request.query_params.get("name")
        if name is None:
            url = (await _json(request) or {}).get("url")
            if not isinstance(url, str):
                return JSONResponse({"error": 'send {"url": "…"}, or a file with ?name=…'}, 422)
            return JSONResponse({"text": await asyncio.to_thread(self._desk.add_link, WHO, url)})
        if not safe_suffix(name):
            return JSONResponse({"error": "the name has no ending that is read"}, 422)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sent{safe_suffix(name)}"
            size = 0
            with path.open("wb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > LARGEST_BODY:
                        return JSONResponse({"error": f"the file is over {LARGEST_BODY // 1_000_000} MB"}, 413)
                    file.write(chunk)
            return JSONResponse({"text": await asyncio.to_thread(self._desk.add_file, WHO, path, name)})

    async def _act(self, request: Request) -> Response:
        article, act = request.path_params["id"], request.path_params["act"]
        body = await _json(request)
        if body is None:
            return _no_object()
        why, words = body.get("why"), body.get("words")
        if not isinstance(why, str | None) or not isinstance(words, str | None):
            return JSONResponse({"error": '"why" and "words" are texts'}, 422)
        match act:
            case "withdraw":
                work = asyncio.to_thread(self._desk.remove, WHO, article, why)
            case "erase":
                work = asyncio.to_thread(self._desk.erase, WHO, article, why)
            case "restore":
                work = asyncio.to_thread(self._desk.restore, WHO, article, why)
            case "hold" if words:
                work = asyncio.to_thread(self._desk.hold, WHO, article, words, why)
            case "release":
                work = asyncio.to_thread(self._desk.release, WHO, article, words)
            case _:
                return JSONResponse({"error": "there are withdraw, erase, restore, hold (with words), release"}, 422)
        return JSONResponse({"text": await work})


async def _json(request: Request) -> dict[str, Any] | None:
    """Return the JSON object that is the body, empty where there is no body; None where it is anything else: nothing is done by half of what was meant."""
    try:
        body = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _no_object() -> JSONResponse:
    return JSONResponse({"error": "the body is no JSON object; send {} or what openapi.json names"}, 400)


def openapi() -> Route:
    """Return the route of the OpenAPI document."""
    content = resources.files("bot.channels").joinpath("pages/openapi.json").read_text(encoding="utf-8")

    async def endpoint(_: Request) -> Response:
        return Response(content, media_type="application/json")

    return Route("/openapi.json", endpoint)
