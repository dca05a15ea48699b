"""The editors' page: what is loaded, what was asked in vain, what was reported as wrong, how it goes. Server-rendered, no script.

Signed in by a link that works once, which the bot sends; a form carries what only this session knows.
"""

import asyncio
import datetime as dt
import hmac
import logging
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot import admin, weekly
from bot.admin import Desk, Person
from bot.channels.bodies import whole_body
from bot.grouping import groups
from bot.library import Library
from bot.opinions import REASONS
from bot.store.people import CONFIRMED, DISMISSED, People
from bot.store.sessions import SESSION, Sessions
from retrieval.errors import TinTinhError

log = logging.getLogger(__name__)

COOKIE = "tintinh_quan_tri"
LONGEST_FORM = 10_000
MOST_GROUPS, MOST_AUDIT = 50, 100
PICTURE_DAYS = 30
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_TITLE = "Quản trị"


class AdminPage:
    """The routes under `/quan-tri`."""

    def __init__(
        self,
        desk: Desk,
        people: People,
        sessions: Sessions,
        library: Library,
        may_edit: Callable[[str], bool],
        *,
        secure: bool,
    ) -> None:
        self._desk = desk
        self._people = people
        self._sessions = sessions
        self._library = library
        self._may_edit = may_edit
        self._secure = secure
        loader = jinja2.PackageLoader("bot", "templates")
        self._templates = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
        self._css = resources.files("bot.channels").joinpath("pages/admin.css").read_text(encoding="utf-8")

    def routes(self) -> list[Route]:
        """Return the routes."""
        acts = {"nap-lai": self._reload, "quay-lai": self._rollback, "ho-so": self._case}
        return [
            Route("/quan-tri", self._signed_in(self._show)),
            Route("/quan-tri/trang.css", self._style),
            Route("/quan-tri/tuan.png", self._signed_in(self._picture)),
            Route("/quan-tri/vao", self._enter, methods=["GET", "POST"]),
            Route("/quan-tri/ra", self._posted(self._leave), methods=["POST"]),
            *(
                Route(f"/quan-tri/{name}", self._posted(act, only_editors=name), methods=["POST"])
                for name, act in acts.items()
            ),
        ]

    # Signing in

    async def _enter(self, request: Request) -> Response:
        """Show a button for the link's token; what looks ahead at links presses none, so it uses none up."""
        if request.method == "GET":
            return self._page("admin_enter.html", token=request.query_params.get("ma", "")[:100])
        token = (await _form(request)).get("ma", "")
        session = await asyncio.to_thread(self._sessions.enter, token)
        if session is None:
            said = "Đường dẫn này đã dùng rồi hoặc quá 10 phút. Bạn lấy đường dẫn mới nhé."
            return self._page("admin_enter.html", 403, said=said, token="")
        response = RedirectResponse("/quan-tri", 303, _HEADERS)
        response.set_cookie(
            COOKIE, session, max_age=int(SESSION.total_seconds()), httponly=True, samesite="lax", secure=self._secure
        )
        return response

    async def _who(self, request: Request) -> tuple[str, str] | None:
        """Return whose session a request is of, and its token."""
        token = request.cookies.get(COOKIE, "")
        person = await asyncio.to_thread(self._sessions.person, token) if token else None
        return None if person is None else (person, token)

    def _signed_in(
        self, show: Callable[[Request, str, str], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            who = await self._who(request)
            if who is None:
                return self._page("admin_enter.html", 401, token="")
            return await show(request, *who)

        return endpoint

    def _posted(
        self, act: Callable[[Person, dict[str, str], str], Awaitable[str]], only_editors: str | None = None
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint of a form; where `only_editors` names the act, another's try is put on record under it."""

        async def endpoint(request: Request) -> Response:
            who = await self._who(request)
            form = await _form(request)
            if who is None:
                return self._page("admin_enter.html", 401, token="")
            person, token = who
            if not hmac.compare_digest(form.get("form", "").encode(), self._sessions.csrf(token).encode()):
                return self._page("admin_enter.html", 403, said="Biểu mẫu này không phải của phiên làm việc.", token="")
            if only_editors and not self._may_edit(person):
                await asyncio.to_thread(self._desk.refused, _person(person), only_editors)
                return self._page("admin_enter.html", 403, said="Việc này chỉ dành cho biên tập viên.", token="")
            try:
                said = await act(_person(person), form, token)
            except TinTinhError as error:
                said = admin.failed(error)
            return RedirectResponse(f"/quan-tri?{urlencode({'xong': said[:600]})}", 303, _HEADERS)

        return endpoint

    # Acts

    async def _reload(self, person: Person, _form: dict[str, str], _token: str) -> str:
        return await asyncio.to_thread(self._desk.reload, person)

    async def _rollback(self, person: Person, form: dict[str, str], _token: str) -> str:
        return await asyncio.to_thread(self._desk.rollback, person, form.get("ban", ""))

    async def _case(self, person: Person, form: dict[str, str], _token: str) -> str:
        number, state = form.get("so", ""), form.get("ket-qua", "")
        if not number.isdecimal() or len(number) > 9 or state not in {CONFIRMED, DISMISSED}:
            return "Hồ sơ không rõ."
        done = await asyncio.to_thread(
            self._desk.close_case, person, self._people, int(number), state, form.get("dung", "").strip()
        )
        return f"Hồ sơ {number}: đã ghi." if done else f"Hồ sơ {number} không còn chờ."

    async def _leave(self, _person: Person, _form: dict[str, str], token: str) -> str:
        await asyncio.to_thread(self._sessions.leave, token)
        return "Đã thoát."

    # Pages

    async def _show(self, request: Request, person: str, token: str) -> Response:
        values = await asyncio.to_thread(self._values)
        return self._page(
            "admin_desk.html", person=person, form=self._sessions.csrf(token), editor=self._may_edit(person),
            said=request.query_params.get("xong", "")[:600], **values,
        )  # fmt: skip

    def _values(self) -> dict[str, Any]:
        asked = self._people.unanswered(dt.datetime.now(dt.UTC) - dt.timedelta(days=30))
        return {
            "loaded": self._desk.status(),
            "generations": self._desk.generations(),
            "sources": self._desk.sources(),
            "groups": groups([a.question for a in asked], self._library.encoder)[:MOST_GROUPS],
            "cases": self._people.cases(),
            "opinions": self._people.opinions(),
            "reasons": dict(REASONS) | {"sai": "Báo sai"},
            "week": weekly.told(weekly.week(self._people)),
            "audit": self._desk.audit()[: -MOST_AUDIT - 1 : -1],
        }

    async def _picture(self, _request: Request, _person: str, _token: str) -> Response:
        figures = await asyncio.to_thread(weekly.week, self._people, PICTURE_DAYS)
        image = await asyncio.to_thread(weekly.picture, figures)
        return Response(image, media_type="image/png", headers=_HEADERS)

    async def _style(self, _: Request) -> Response:
        return Response(self._css, media_type="text/css", headers=_HEADERS)

    def _page(self, name: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - what the templates show
        common = {"title": _TITLE, "person": None, "said": "", "form": ""}
        return HTMLResponse(self._templates.get_template(name).render(common | values), status, _HEADERS)


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of a small form."""
    body = await whole_body(request, LONGEST_FORM)
    if body is None:
        return {}
    try:
        return {name: values[0] for name, values in parse_qs(body.decode(), max_num_fields=20).items()}
    except ValueError:
        return {}


def _person(name: str) -> Person:
    channel, _, identifier = name.partition(":")
    return Person(channel, identifier)
