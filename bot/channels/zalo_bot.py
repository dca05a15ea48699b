"""A bot of the Zalo Bot Platform: its own small REST API, polled or by webhook. No buttons: numbered choices, commands as text.

Facts: bot.zapps.me/docs. Errors come as HTTP 200 with `ok: false`; getUpdates gives one update, has no offset, and says 408 when
there was none. What only a live bot can confirm is listed in docs/live-checks.md.
"""

import asyncio
import contextlib
import functools
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from bot import rendering
from bot.channels.bodies import whole_body
from bot.commands import TEXT_ONLY, Commands
from bot.dispatch import Channel, Dispatcher, UnparsableError, UnreachableError
from bot.messages import Incoming
from bot.pace import Limit, Pace
from bot.rendering import Message
from bot.waiting import pause

log = logging.getLogger(__name__)

CHANNEL = "zalo_bot"
LONGEST_BODY = 256_000
POLL_S, TIMEOUT_S = 25, 10.0
OVERALL, IN_A_CHAT = Limit(20, 1), Limit(2, 1)
IDLE, QUOTA, GONE, WRONG_TOKEN = 408, 429, {403, 404}, 401
QUOTA_S = 60.0
LONGEST_WAIT_S = 300.0


class ApiError(Exception):
    """An answer `ok: false`."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code} {description}")
        self.code = code


class ZaloBot:
    """The channel."""

    name = CHANNEL
    path = "/zalo/bot"

    def __init__(
        self,
        commands: Commands,
        dispatcher: Dispatcher,
        *,
        token: str,
        base_url: str,
        webhook_secret: str | None = None,
        public_url: str | None = None,
    ) -> None:
        self._commands = commands
        self._dispatcher = dispatcher
        self._url = f"{base_url.rstrip('/')}/bot{token}"
        self._secret = webhook_secret
        self._public_url = public_url
        self._pace = Pace(OVERALL, IN_A_CHAT)
        self.tell: Callable[[str], Awaitable[None]] | None = None
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)
        dispatcher.register(CHANNEL, Channel(self.handle, self._say_at_once, self._kept))

    # In

    async def webhook(self, request: Request) -> Response:
        """Take an update that Zalo posts: the secret header is compared in constant time, over bytes."""
        given = request.headers.get("X-Bot-Api-Secret-Token", "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=403)
        body = await whole_body(request, LONGEST_BODY)
        if body is None:
            return Response(status_code=413)
        try:
            payload = json.loads(body)
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            log.warning("update-aside: what Zalo posted is no update; it is set aside")
            return Response(status_code=200)
        try:
            await self._accept(_unwrapped(payload))
        except SQLAlchemyError as error:
            log.error("store-failing: an update could not be stored (%s); Zalo sends it again", type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=200)

    async def _accept(self, payload: dict[str, Any]) -> None:
        message = payload.get("message")
        if not isinstance(message, dict) or _chat(payload) is None:
            log.warning("update-aside: an update of Zalo has no message; it is set aside")
            return
        identifier = str(message.get("message_id") or hashlib.sha256(repr(payload).encode()).hexdigest())
        await self._dispatcher.accept(CHANNEL, identifier, _chat(payload) or "", payload)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll for updates until `stop`; with a webhook, tell Zalo where it is."""
        try:
            wait = 1.0
            while not stop.is_set():
                try:
                    if self._secret:
                        await self._announce()
                        await stop.wait()
                        return
                    await self._poll(stop)
                    wait = 1.0
                except ApiError as error:
                    if error.code == WRONG_TOKEN:
                        log.error(
                            "zalo-bot-token-wrong: Zalo does not know the bot token. Correct TINTINH_ZALO_BOT__TOKEN and start again"
                        )
                        return
                    log.warning("zalo_bot-unreachable: %s; next try in %.0f s", error, wait)
                    await pause(stop, wait)
                    wait = min(wait * 2, LONGEST_WAIT_S)
                except (UnreachableError, SQLAlchemyError) as error:
                    log.warning("zalo_bot-unreachable: %s; next try in %.0f s", type(error).__name__, wait)
                    await pause(stop, wait)
                    wait = min(wait * 2, LONGEST_WAIT_S)
        finally:
            await self._client.aclose()

    async def _announce(self) -> None:
        if self._public_url:
            url = f"{self._public_url.rstrip('/')}{self.path}"
            await self._call("setWebhook", {"url": url, "secret_token": self._secret})
        log.info("the Zalo bot is connected, by webhook")

    async def _poll(self, stop: asyncio.Event) -> None:
        """Take updates one by one. There is no offset: what was handed over is ours, so it is stored at once."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                call = asyncio.create_task(self._call("getUpdates", {"timeout": POLL_S}, POLL_S + 5))
                await asyncio.wait({call, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not call.done():
                    # One that is on its way would be lost: it is waited for as long as a stop may take.
                    await asyncio.wait({call}, timeout=1.0)
                if not call.done():
                    call.cancel()
                    await asyncio.gather(call, return_exceptions=True)
                    return
                try:
                    found = call.result()
                except ApiError as error:
                    if error.code == IDLE:
                        continue
                    raise
                for row in found if isinstance(found, list) else [found]:
                    if isinstance(row, dict):
                        await self._accept(row)
        finally:
            stopped.cancel()

    async def handle(self, payload: dict[str, Any]) -> None:
        """Handle an update as Zalo sent it."""
        chat, message = _chat(payload), payload.get("message")
        if chat is None or not isinstance(message, dict):
            raise UnparsableError("no chat")
        text = message.get("text")
        with contextlib.suppress(ApiError, UnreachableError):
            await self._call("sendChatAction", {"chat_id": message["chat"]["id"], "action": "typing"})
        if not isinstance(text, str):
            messages = rendering.words(TEXT_ONLY, rendering.ZALO)
        else:
            address = str(message["chat"]["id"])
            outgoing = await self._dispatcher.answered(
                functools.partial(self._commands.answer, Incoming(CHANNEL, chat, text, address=address))
            )
            messages = rendering.outgoing(outgoing, self._public_url, rendering.ZALO)
        await self.send(str(message["chat"]["id"]), messages)

    def _kept(self, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        chat = _chat(payload)
        return None if chat is None else self._commands.kept(CHANNEL, chat)

    # Out

    async def send(self, chat: str, messages: Sequence[Message]) -> None:
        """Send `messages`; to a person who left nothing is sent."""
        for message in messages:
            await self._pace.turn(chat)
            try:
                await self._dispatcher.deliver(functools.partial(self._send_one, chat, message.plain))
            except ApiError as error:
                if error.code not in GONE:
                    raise
                log.info("a person cannot be reached any more; nothing is sent")
                return

    async def send_news(self, chat: str, messages: Sequence[Message]) -> bool:
        """Send what a chat follows; tell whether it can still be reached."""
        try:
            for message in messages:
                await self._pace.turn(chat)
                await self._send_one(chat, message.plain)
        except ApiError as error:
            if error.code not in GONE:
                raise
            return False
        return True

    async def _say_at_once(self, payload: Mapping[str, Any], text: str) -> None:
        await self._send_one(str(payload["message"]["chat"]["id"]), text)

    async def _send_one(self, chat: str, text: str) -> None:
        try:
            await self._call("sendMessage", {"chat_id": chat, "text": text})
        except ApiError as error:
            if error.code == QUOTA:
                raise UnreachableError("too many messages (429)", QUOTA_S) from error
            raise

    async def _call(self, method: str, body: Mapping[str, Any], timeout: float = TIMEOUT_S) -> Any:  # noqa: ANN401, ASYNC109 - JSON; of the HTTP client
        try:
            answer = await self._client.post(f"{self._url}/{method}", json=body, timeout=timeout)
            row = answer.json()
        except httpx.HTTPError as error:
            raise UnreachableError(type(error).__name__) from error  # its text would carry the token
        except ValueError as error:
            raise UnreachableError("the answer is no JSON") from error
        if not isinstance(row, dict) or not row.get("ok"):
            row = row if isinstance(row, dict) else {}
            raise ApiError(int(row.get("error_code") or answer.status_code), str(row.get("description", ""))[:200])
        return row.get("result")


def _unwrapped(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the update itself: it comes wrapped in `{"ok", "result"}`, or not."""
    result = payload.get("result")
    return result if isinstance(result, dict) else payload


def _chat(payload: Mapping[str, Any]) -> str | None:
    """Return what tells conversations apart: in a group each person has one of his own."""
    try:
        message = payload["message"]
        return f"{message['chat']['id']}:{message['from']['id']}"
    except (KeyError, TypeError):
        return None


def check(token: str, base_url: str) -> str:
    """Return the name of the bot that `token` belongs to; raise where it cannot be told. For `doctor`."""
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
        row = client.post(f"{base_url.rstrip('/')}/bot{token}/getMe", json={}).json()
    if not row.get("ok"):
        raise ApiError(int(row.get("error_code") or 0), str(row.get("description", "")))
    result = row["result"]
    return str(result.get("account_name") or result.get("display_name") or result.get("id"))
