"""Strict Zalo servers over loopback, for the tests: the Official Account's API v3 with its OAuth, and the Bot Platform.

Each rule names where it comes from: [oa] developers.zalo.me/docs/official-account, [oauth] its page on authorisation,
[bot] bot.zapps.me/docs. Whatever only a live account can confirm is in docs/live-checks.md.
"""

import asyncio
import hashlib
import json
import threading
import time
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.bot_api import wait_for

APP_ID, SECRET_KEY, OA_SECRET = "4040404040404040404", "made-up-app-secret", "made-up-oa-secret"
FIRST_REFRESH = "made-up-refresh-token-0"
BOT_TOKEN = "1234567890:made-up-zalo-bot-token"
LONGEST_TEXT = 2000  # [oa] message.text, [bot] sendMessage.text: "1-2000"
MOST_BUTTONS, LONGEST_TITLE = 5, 100  # [oa] template button
FREE_REPLIES, WINDOW_S = 8, 48 * 3600  # [oa] "8 tin trong vòng 48 giờ"


class _Server:
    """Runs an app in a thread of its own."""

    def __init__(self, routes: list[Route]) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_config=None, lifespan="off")
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        wait_for(lambda: self._server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"


class OaApi(_Server):
    """The Official Account: gives tokens, takes messages, signs what it posts."""

    def __init__(self) -> None:
        super().__init__(
            [
                Route("/v4/oa/access_token", self._token, methods=["POST"]),
                Route("/v3.0/oa/message/cs", self._send, methods=["POST"]),
            ]
        )
        self.refresh, self.access = FIRST_REFRESH, ""
        self.renewals = 0
        self.sent: list[dict[str, Any]] = []
        self.faults: list[int] = []
        """Error codes that the next messages get."""
        self.heard: dict[str, tuple[float, int]] = {}
        """User -> when he wrote last, and the replies since."""
        self._next = 0

    async def _token(self, request: Request) -> JSONResponse:
        form = dict(part.split("=", 1) for part in (await request.body()).decode().split("&"))
        # [oauth] header secret_key; form app_id, grant_type, refresh_token; errors come with status 200
        if request.headers.get("secret_key") != SECRET_KEY or form.get("app_id") != APP_ID:
            return JSONResponse({"error": -14002, "error_name": "Invalid app id or secret key"})
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh:
            return JSONResponse({"error": -14014, "error_name": "Invalid refresh token"})  # [oauth] it works once
        self.renewals += 1
        self.refresh, self.access = f"made-up-refresh-token-{self.renewals}", f"made-up-access-token-{self.renewals}"
        return JSONResponse({"access_token": self.access, "refresh_token": self.refresh, "expires_in": "90000"})

    async def _send(self, request: Request) -> JSONResponse:
        if request.headers.get("access_token") != self.access or not self.access:
            return JSONResponse({"error": -216, "message": "Access token is invalid"})  # [oa]
        row = json.loads(await request.body())
        user, message = str(row["recipient"]["user_id"]), row["message"]
        if fault := check_oa(message):
            return JSONResponse({"error": -201, "message": fault})
        if self.faults:
            return JSONResponse({"error": self.faults.pop(0), "message": "made up"})
        at, replies = self.heard.get(user, (0.0, 0))
        if time.time() - at > WINDOW_S or replies >= FREE_REPLIES:
            return JSONResponse({"error": -230, "message": "User has not interacted with the OA in the past 48 hours"})
        self.heard[user] = at, replies + 1
        self._next += 1
        self.sent.append({"user": user, **message})
        return JSONResponse({"error": 0, "message": "Success", "data": {"message_id": f"m{self._next}"}})

    def event(self, text: str | None, user: str = "u7", name: str = "user_send_text", **more: Any) -> dict[str, Any]:
        """Return an event of a person, who may be answered from now on."""
        self._next += 1
        self.heard[user] = time.time(), 0
        message = {"msg_id": f"e{self._next}"} | ({"text": text} if text is not None else {})
        return {
            "app_id": APP_ID, "event_name": name, "sender": {"id": user}, "recipient": {"id": "oa"}, "message": message,
            "timestamp": str(int(time.time() * 1000)),
        } | more  # fmt: skip


def check_oa(message: dict[str, Any]) -> str | None:
    """Return what is wrong with a message, None where nothing is."""
    if not 1 <= len(message.get("text", "").encode("utf-16-le")) // 2 <= LONGEST_TEXT:
        return "text is empty or over 2000 characters"
    if set(message) - {"text", "attachment"}:
        return "unknown field"
    attachment = message.get("attachment")
    if attachment is None:
        return None
    payload = attachment.get("payload", {})
    if attachment.get("type") != "template" or payload.get("template_type") != "button":
        return "unknown attachment"
    buttons = payload.get("buttons", [])
    if not 1 <= len(buttons) <= MOST_BUTTONS:
        return "1 to 5 buttons"
    for button in buttons:
        if not 1 <= len(button.get("title", "")) <= LONGEST_TITLE:
            return "title is empty or over 100 characters"
        if button.get("type") == "oa.open.url":
            if not str(button.get("payload", {}).get("url", "")).startswith(("http://", "https://")):
                return "url is missing"
        elif button.get("type") != "oa.query.hide" or not isinstance(button.get("payload"), str):
            return "unknown button"
    return None


def signed(body: bytes, stamp: str, app_id: str = APP_ID, secret: str = OA_SECRET) -> dict[str, str]:
    """Return the headers with which Zalo posts `body`."""
    mac = hashlib.sha256(app_id.encode() + body + stamp.encode() + secret.encode()).hexdigest()
    return {"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"}


class ZaloBotApi(_Server):
    """The Bot Platform: gives updates one by one, without an offset; errors have status 200."""

    def __init__(self) -> None:
        super().__init__([Route("/bot{token}/{method}", self._call, methods=["POST"])])
        self.updates: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.faults: list[tuple[str, int]] = []
        self.webhook: dict[str, Any] | None = None
        self._next = 0

    async def _call(self, request: Request) -> JSONResponse:
        method, body = request.path_params["method"], json.loads(await request.body() or b"{}")
        if request.path_params["token"] != BOT_TOKEN:
            return JSONResponse({"ok": False, "error_code": 401, "description": "Unauthorized"})
        self.calls.append(method)
        if self.faults and self.faults[0][0] == method:
            return JSONResponse({"ok": False, "error_code": self.faults.pop(0)[1], "description": "made up"})
        match method:
            case "getMe":
                return JSONResponse({"ok": True, "result": {"id": "1", "account_name": "bot.tintinh"}})
            case "getUpdates":
                if self.webhook:
                    return JSONResponse({"ok": False, "error_code": 400, "description": "a webhook is set"})
                until = time.monotonic() + min(float(body.get("timeout", 0)), 1.0)
                while not self.updates and time.monotonic() < until:  # noqa: ASYNC110 - updates come from another thread
                    await asyncio.sleep(0.02)
                if not self.updates:  # [bot] nothing came
                    return JSONResponse({"ok": False, "error_code": 408, "description": "Request timeout"})
                return JSONResponse({"ok": True, "result": self.updates.pop(0)})  # [bot] one object; handed over once
            case "setWebhook":
                self.webhook = body
                return JSONResponse({"ok": True, "result": True})
            case "sendChatAction":
                return JSONResponse({"ok": True, "result": True})
            case "sendMessage":
                if not 1 <= len(str(body.get("text", "")).encode("utf-16-le")) // 2 <= LONGEST_TEXT or not body.get(
                    "chat_id"
                ):
                    return JSONResponse({"ok": False, "error_code": 400, "description": "text is empty or too long"})
                self._next += 1
                self.sent.append(body)
                return JSONResponse({"ok": True, "result": {"message_id": f"b{self._next}"}})
        return JSONResponse({"ok": False, "error_code": 404, "description": "no such method"})

    def message(self, text: str | None, user: str = "z7", name: str = "message.text.received") -> dict[str, Any]:
        """Return an update of a person."""
        self._next += 1
        message = {
            "from": {"id": user, "display_name": "An"}, "chat": {"id": user, "chat_type": "PRIVATE"},
            "message_id": f"i{self._next}", "date": int(time.time() * 1000),
        }  # fmt: skip
        return {"event_name": name, "message": message | ({"text": text} if text is not None else {})}
