"""The Zalo Official Account: a signed webhook in, `POST /v3.0/oa/message/cs` out.

Facts: developers.zalo.me/docs/official-account (webhook, tin-nhan/tin-tu-van). What only a live account can confirm is listed in
docs/live-checks.md.
"""

import asyncio
import datetime as dt
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

from bot import admin, rendering
from bot.channels.bodies import whole_body
from bot.channels.zalo_tokens import OaTokens, TokenError
from bot.commands import TEXT_ONLY, Commands
from bot.dispatch import Channel, Dispatcher, UnparsableError, UnreachableError
from bot.messages import Incoming
from bot.pace import Limit, Pace
from bot.rendering import Button, Message
from bot.store.windows import Windows
from bot.waiting import pause

log = logging.getLogger(__name__)

CHANNEL = "zalo_oa"
LONGEST_BODY = 256_000
TIMEOUT_S = 10.0
WINDOW = dt.timedelta(hours=48)
FREE_REPLIES = 8
"""Messages that a person may get within `WINDOW` of his own."""
MOST_BUTTONS, LONGEST_LABEL = 5, 100
OVERALL, IN_A_CHAT = Limit(20, 1), Limit(2, 1)
TOKEN, RATE, QUOTA, GONE, CLOSED = {-216, -220}, {-32}, {-211}, {-213}, {-230, -232}
RATE_S, QUOTA_S = 60.0, 3600.0
CHECK_S = 3600.0
_IGNORED = ("oa_send_", "user_seen_", "user_received_", "user_reacted_")


class NotTakenError(Exception):
    """A message that this person cannot get: he left, or wrote too long ago. Nothing is to be tried again."""


class ZaloOa:
    """The channel."""

    name = CHANNEL
    path = "/zalo/oa"

    def __init__(
        self,
        commands: Commands,
        dispatcher: Dispatcher,
        tokens: OaTokens,
        windows: Windows,
        *,
        app_id: str,
        oa_secret_key: str,
        base_url: str,
        public_url: str | None = None,
    ) -> None:
        self._commands = commands
        self._dispatcher = dispatcher
        self._tokens = tokens
        self._windows = windows
        self._app_id = app_id
        self._secret = oa_secret_key
        self._url = f"{base_url.rstrip('/')}/v3.0/oa/message/cs"
        self._public_url = public_url
        self.tell: Callable[[str], Awaitable[None]] | None = None
        self._pace = Pace(OVERALL, IN_A_CHAT)
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)
        dispatcher.register(CHANNEL, Channel(self.handle, self._say_at_once, self._kept))

    # In

    async def webhook(self, request: Request) -> Response:
        """Take an event that Zalo posts: the signature is over the bytes as they came. An unsigned `{}` is a probe."""
        body = await whole_body(request, LONGEST_BODY)
        if body is None:
            return Response(status_code=413)
        given = request.headers.get("X-ZEvent-Signature", "")
        if not given and body.strip() in {b"", b"{}"}:
            return Response(status_code=200)
        payload = _parsed(body)
        stamps = {str(payload.get("timestamp", "")), request.headers.get("X-ZEvent-Timestamp", "")} - {""}
        if not sum(self._signed(given, body, stamp) for stamp in stamps):
            return Response(status_code=403)
        return Response(status_code=await self._taken(payload, body))

    async def _taken(self, payload: dict[str, Any], body: bytes) -> int:
        """Store an event that is for us; return the status of the answer."""
        event, user = str(payload.get("event_name", "")), _user(payload)
        if event.startswith(_IGNORED) or not event:
            return 200
        if user is None:
            log.warning("update-aside: what Zalo posted names no sender; it is set aside")
            return 200
        identifier = str((payload.get("message") or {}).get("msg_id") or hashlib.sha256(body).hexdigest())
        try:
            await self._dispatcher.accept(CHANNEL, identifier, user, payload)
        except SQLAlchemyError as error:
            log.error("store-failing: an event could not be stored (%s); Zalo sends it again", type(error).__name__)
            return 503
        return 200

    def _signed(self, given: str, body: bytes, stamp: str) -> bool:
        made = hashlib.sha256(self._app_id.encode() + body + stamp.encode() + self._secret.encode()).hexdigest()
        return hmac.compare_digest(given.encode(), f"mac={made}".encode())

    async def handle(self, payload: dict[str, Any]) -> None:
        """Handle an event as Zalo sent it."""
        event, user = str(payload.get("event_name")), _user(payload)
        if user is None:
            raise UnparsableError("no sender")
        if event == "unfollow":
            await asyncio.to_thread(self._commands.left, CHANNEL, user)
            return
        messages = await self._reply(event, payload, user)
        # After the reply: one that forgets the person forgets when he wrote, too.
        await asyncio.to_thread(self._windows.heard, user, _moment(payload))
        await self.send(user, messages)

    async def _reply(self, event: str, payload: Mapping[str, Any], user: str) -> list[Message]:
        if event == "follow":
            return rendering.words(admin.WELCOME, rendering.ZALO)
        text = (payload.get("message") or {}).get("text")
        if event != "user_send_text" or not isinstance(text, str):
            return rendering.words(TEXT_ONLY, rendering.ZALO)
        outgoing = await self._dispatcher.answered(
            functools.partial(self._commands.answer, Incoming(CHANNEL, user, text, address=user))
        )
        return rendering.outgoing(outgoing, self._public_url, rendering.ZALO)

    def _kept(self, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        user = _user(payload)
        return None if user is None else self._commands.kept(CHANNEL, user)

    # Out

    async def send(self, user: str, messages: Sequence[Message]) -> None:
        """Send what a person may still get of `messages`."""
        for message in messages[:FREE_REPLIES]:
            if not await asyncio.to_thread(self._windows.left, user):
                log.info("zalo-oa-window: a person wrote too long ago, or got his free replies; nothing is sent")
                return
            await self._pace.turn(user)
            try:
                await self._dispatcher.deliver(functools.partial(self._send_one, user, message))
            except NotTakenError as error:
                log.info("zalo-oa-window: %s; nothing is sent", error)
                return

    async def send_news(self, user: str, messages: Sequence[Message]) -> bool:
        """Send what a chat follows; raise UnreachableError where it must write first, tell whether it can be reached at all."""
        if await asyncio.to_thread(self._windows.left, user) < len(messages):
            raise UnreachableError("the window of 48 hours is closed")
        try:
            for message in messages:
                await self._pace.turn(user)
                await self._send_one(user, message)
        except NotTakenError:
            return False
        return True

    async def _say_at_once(self, payload: Mapping[str, Any], text: str) -> None:
        user = _user(payload)
        if user is not None:
            await self._post(user, {"text": text})

    async def _send_one(self, user: str, message: Message) -> None:
        body: dict[str, Any] = {"text": message.plain}
        buttons = [_button(b) for row in message.buttons for b in row]
        shown = [b for b in buttons if b is not None][:MOST_BUTTONS]
        if shown:
            body["attachment"] = {"type": "template", "payload": {"template_type": "button", "buttons": shown}}
        await self._post(user, body)
        await asyncio.to_thread(self._windows.replied, user)

    async def _post(self, user: str, message: Mapping[str, Any]) -> None:
        """Send one message; a token that is not taken is renewed once. Raises NotTakenError and UnreachableError."""
        token = await self._tokens.access()
        code, said = await self._call(token, user, message)
        if code in TOKEN:
            code, said = await self._call(await self._tokens.access(refused=token), user, message)
        if code == 0:
            return
        if code in GONE or code in CLOSED:
            raise NotTakenError(f"Zalo says {code}")
        if code in RATE:
            raise UnreachableError(f"too many messages ({code})", RATE_S)
        if code in QUOTA:
            log.error(
                "zalo-oa-quota: the account has used up its messages (%s). Buy more, or wait for the next period", code
            )
            raise UnreachableError(f"the quota is used up ({code})", QUOTA_S)
        if code in TOKEN:
            raise TokenError(f"Zalo does not take a token that it gave just now ({code})")
        raise RuntimeError(f"Zalo refused a message: {code} {said[:200]}")

    async def _call(self, token: str, user: str, message: Mapping[str, Any]) -> tuple[int, str]:
        try:
            answer = await self._client.post(
                self._url, json={"recipient": {"user_id": user}, "message": message}, headers={"access_token": token}
            )
            row = answer.json()
            return int(row["error"]), str(row.get("message", ""))
        except httpx.HTTPError as error:
            raise UnreachableError(type(error).__name__) from error
        except (ValueError, KeyError, TypeError) as error:
            raise UnreachableError("the answer is no JSON of the API") from error

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the token fresh, and tell of its end, until `stop`."""
        try:
            while not stop.is_set():
                try:
                    await self._tokens.access()
                    log.info("the Zalo Official Account is connected")
                    ending = await asyncio.to_thread(self._tokens.ending, dt.datetime.now(dt.UTC))
                    if ending is not None:
                        log.warning("zalo-oa-token-ending: %s", ending)
                        if self.tell is not None:
                            await self.tell(ending)
                except UnreachableError as error:
                    log.warning("zalo_oa-unreachable: %s", error)
                except SQLAlchemyError as error:
                    log.error(
                        "store-failing: the token could not be looked at (%s); again in an hour", type(error).__name__
                    )
                await pause(stop, CHECK_S)
        finally:
            await self._client.aclose()


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _user(payload: Mapping[str, Any]) -> str | None:
    """Return who an event is of: of `follow` and `unfollow`, the follower."""
    for field in ("sender", "follower"):
        part = payload.get(field)
        if isinstance(part, dict) and part.get("id"):
            return str(part["id"])
    return None


def _moment(payload: Mapping[str, Any]) -> dt.datetime:
    """Return when an event happened: its timestamp in milliseconds, or now."""
    try:
        at = dt.datetime.fromtimestamp(int(str(payload["timestamp"])) / 1000, dt.UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return dt.datetime.now(dt.UTC)
    return min(at, dt.datetime.now(dt.UTC))


def _button(button: Button) -> dict[str, Any] | None:
    """Return a button as Zalo takes it; None for one that it cannot have."""
    if button.url:
        return {"type": "oa.open.url", "title": button.label[:LONGEST_LABEL], "payload": {"url": button.url}}
    if button.opinion and button.opinion[1] == "wrong":
        return {"type": "oa.query.hide", "title": button.label[:LONGEST_LABEL], "payload": "/baosai"}
    return None
