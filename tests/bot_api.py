"""A strict Telegram Bot API over loopback, for the tests: real HTTP, and the real server's refusals.

Each rule names where it comes from: [api] core.telegram.org/bots/api, [faq] core.telegram.org/bots/faq,
[tdlib] the open-source server tdlib/telegram-bot-api, whose error texts these are.
"""

import asyncio
import email
import email.policy
import html.parser
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Callable
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "123456789:AAtest-token-of-a-made-up-bot-000000000"
BOT = {"id": 123456789, "is_bot": True, "first_name": "Tin Tỉnh", "username": "tintinh_bot"}
LONGEST_TEXT = 4096  # [api] sendMessage: "1-4096 characters after entities parsing"
MOST_INLINE = 50  # [api] answerInlineQuery: "No more than 50 results per query are allowed"
LONGEST_CALLBACK = 64  # [api] InlineKeyboardButton.callback_data: "1-64 bytes"
MOST_ENTITIES = 100  # [api] "up to 100 entities are recognised"; more is refused here, so that nothing is lost silently
_TAGS = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"}  # [api] HTML style


class Refused(Exception):  # noqa: N818 - it is an answer of the API, no fault
    """An error answer of the API."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class _Html(html.parser.HTMLParser):
    """Parses as [tdlib] does: only known tags, properly nested, no nested blockquote ([api] "can't be nested")."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.entities = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise Refused(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        if tag == "blockquote" and "blockquote" in self.open:
            raise Refused(400, "Bad Request: can't parse entities: blockquotes can't be nested")
        if any(name != "href" and (tag, name) != ("blockquote", "expandable") for name, _ in attrs):
            raise Refused(400, "Bad Request: can't parse entities: unsupported attribute")
        self.open.append(tag)
        self.entities += 1

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refused(400, "Bad Request: can't parse entities: Unmatched end tag")

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(text: str, mode: str | None) -> str:
    """Return the visible text, or raise the refusal that [tdlib] would send."""
    if mode is None:
        visible, entities = text, 0
    elif mode == "HTML":
        if re.search(r"&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)", text) or re.search(r"<(?![a-z/])", text):
            raise Refused(400, "Bad Request: can't parse entities: stray character")
        parser = _Html()
        parser.feed(text)
        parser.close()
        if parser.open:
            raise Refused(400, f"Bad Request: can't parse entities: Can't find end tag of {parser.open[-1]}")
        visible, entities = parser.text, parser.entities
    else:
        raise Refused(400, "Bad Request: unsupported parse_mode")
    if not visible.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(visible.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        raise Refused(400, "Bad Request: message is too long")
    if entities > MOST_ENTITIES:
        raise Refused(400, "Bad Request: too many entities")
    return visible


class BotApi:
    """The server: what people send is put in with `say`, what the bot sent is read from `sent`."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.sent: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.updates: list[dict[str, Any]] = []
        self.faults: list[tuple[str, Refused]] = []
        self.webhook: dict[str, Any] | None = None
        self.menus: list[dict[str, Any]] = []
        self.inline: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        """What people sent, by file id."""
        self._next_update = 1000
        self._next_message = 1
        self._polling = False
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    # Running

    def __enter__(self) -> Self:
        app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route(
                    "/file/bot{token}/{path:path}", self._file
                ),  # [api] "https://api.telegram.org/file/bot<token>/<file_path>"
            ]
        )
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_for(lambda: bool(self._server and self._server.started))
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(10)

    @property
    def base_url(self) -> str:
        """What goes into TINTINH_TELEGRAM__BASE_URL."""
        if self._server is None:
            raise AssertionError("the server is not running")
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}/bot"

    # What people do

    def say(
        self, text: str | None, *, user: int = 7, chat: int | None = None, kind: str = "private", **more: Any
    ) -> dict[str, Any]:
        """Put in a message, and return it."""
        message = {
            "message_id": self._message_id(),
            "date": int(time.time()),
            "chat": {"id": chat or user, "type": kind}
            | ({"title": "Nhóm"} if kind != "private" else {"first_name": "An"}),
            "from": {"id": user, "is_bot": False, "first_name": "An"},
        } | more
        if text is not None:
            message["text"] = text
            entities = [
                {"type": "bot_command", "offset": m.start(), "length": len(m.group())}
                for m in re.finditer(r"^/\w+(?:@\w+)?", text)
            ]
            if entities:
                message["entities"] = entities
        self._put({"message": message})
        return message

    def send_file(self, name: str, content: bytes, caption: str, *, user: int = 7) -> dict[str, Any]:
        """Put in a message with a document."""
        identifier = f"file{len(self.files)}"
        self.files[identifier] = content
        document = {
            "file_id": identifier,
            "file_unique_id": f"u{identifier}",
            "file_name": name,
            "file_size": len(content),
        }
        entities = (
            [{"type": "bot_command", "offset": 0, "length": len(caption.split(maxsplit=1)[0])}]
            if caption.startswith("/")
            else []
        )
        return self.say(None, user=user, document=document, caption=caption, caption_entities=entities)

    def edit(self, message: dict[str, Any], text: str) -> None:
        """Put in an edit of `message`."""
        self._put({"edited_message": message | {"text": text, "edit_date": int(time.time())}})

    def press(self, data: str, on: dict[str, Any], user: int = 7) -> None:
        """Put in the press of a button on a message the bot sent."""
        query = {
            "id": str(self._next_update),
            "from": {"id": user, "is_bot": False, "first_name": "An"},
            "chat_instance": "1",
            "data": data,
            "message": on,
        }
        self._put({"callback_query": query})

    def ask_inline(self, query: str, user: int = 7) -> None:
        """Put in `@bot query`, typed in any chat."""
        sender = {"id": user, "is_bot": False, "first_name": "An"}
        self._put({"inline_query": {"id": str(self._next_update), "from": sender, "query": query, "offset": ""}})

    def fail(self, method: str, error: Refused) -> None:
        """Let the next call of `method` fail."""
        self.faults.append((method, error))

    def wait(self, count: int, seconds: float = 20) -> list[dict[str, Any]]:
        """Return what the bot sent once it is `count` messages."""
        wait_for(
            lambda: len(self.sent) >= count,
            seconds,
            lambda: f"{len(self.sent)} of {count} messages; calls {[c for c, _ in self.calls][-8:]}",
        )
        return self.sent

    def put(self, update: dict[str, Any]) -> None:
        """Put in an update that was made before, under the id that is next now."""
        self._put({k: v for k, v in update.items() if k != "update_id"})

    def _put(self, update: dict[str, Any]) -> None:
        self._next_update += 1
        self.updates.append({"update_id": self._next_update} | update)

    def _message_id(self) -> int:
        self._next_message += 1
        return self._next_message

    # The API

    async def _call(self, request: Request) -> JSONResponse:
        # [api] a file comes as multipart/form-data, all else as a form
        if request.headers.get("Content-Type", "").startswith("multipart/"):
            fields = email.message_from_bytes(
                f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode() + await request.body(),
                policy=email.policy.HTTP,
            )
            form = {
                str(part.get_param("name", header="content-disposition")): bytes(
                    part.get_payload(decode=True) or b""
                ).decode("utf-8", "replace")
                for part in fields.iter_parts()
            }
        else:
            form = dict(urllib.parse.parse_qsl((await request.body()).decode(), keep_blank_values=True))
        # [api] "JSON-serialized" parameters come as strings in a form.
        parameters: dict[str, Any] = {}
        for name, value in form.items():
            try:
                parameters[name] = (
                    json.loads(str(value))
                    if str(value)[:1] in "[{" or str(value) in {"true", "false"} or str(value).lstrip("-").isdigit()
                    else str(value)
                )
            except ValueError:
                parameters[name] = str(value)
        method = request.path_params["method"]
        try:
            if request.path_params["token"] != self.token:
                raise Refused(401, "Unauthorized")  # [tdlib]
            self.calls.append((method, parameters))
            for fault in self.faults:
                if fault[0] == method:
                    self.faults.remove(fault)
                    raise fault[1]
            handler: Callable[[dict[str, Any]], Any] | None = getattr(self, f"_{method}", None)
            if method == "getUpdates":
                result = await self._get_updates(parameters)
            elif handler is None:
                raise Refused(404, "Not Found")  # [tdlib] an unknown method
            else:
                result = handler(parameters)
        except Refused as error:
            body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
            if error.parameters:
                body["parameters"] = error.parameters
            return JSONResponse(body, error.code)
        return JSONResponse({"ok": True, "result": result})

    async def _get_updates(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:  # [tdlib]
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        if self._polling:  # [tdlib] a second poller
            raise Refused(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        self._polling = True
        try:
            # [api] "An update is considered confirmed as soon as getUpdates is called with an offset higher than its update_id."
            offset = int(parameters.get("offset", 0))
            self.updates = [u for u in self.updates if u["update_id"] >= offset]
            until = time.monotonic() + min(float(parameters.get("timeout", 0)), 5)
            while not self.updates and time.monotonic() < until:  # noqa: ASYNC110 - updates come from another thread
                await asyncio.sleep(0.02)
            return self.updates[: int(parameters.get("limit", 100))]
        finally:
            self._polling = False

    async def _file(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return Response(status_code=401)
        content = self.files.get(request.path_params["path"].removeprefix("documents/"))
        return Response(content) if content is not None else Response(status_code=404)

    def _getFile(self, parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        identifier = str(parameters["file_id"])
        if identifier not in self.files:
            raise Refused(400, "Bad Request: invalid file_id")  # [tdlib]
        if len(self.files[identifier]) > 20_000_000:  # [api] getFile: "bots can download files of up to 20MB in size"
            raise Refused(400, "Bad Request: file is too big")
        return {"file_id": identifier, "file_unique_id": f"u{identifier}", "file_path": f"documents/{identifier}"}

    def _getMe(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's name
        return BOT

    def _setMyCommands(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        for command in parameters["commands"]:
            # [api] BotCommand: "1-32 characters. Can contain only lowercase English letters, digits and underscores"
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise Refused(400, "Bad Request: invalid command specified")
        self.menus.append(parameters)
        return True

    def _setWebhook(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        # [api] secret_token: "1-256 characters. Only characters A-Z, a-z, 0-9, _ and - are allowed."
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(parameters.get("secret_token", "x"))):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = parameters
        return True

    def _deleteWebhook(self, _: dict[str, Any]) -> bool:  # noqa: N802
        self.webhook = None
        return True

    def _sendChatAction(self, _: dict[str, Any]) -> bool:  # noqa: N802
        return True

    def _sendMessage(self, parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        visible = parsed(str(parameters["text"]), parameters.get("parse_mode"))
        self._check_keyboard(parameters)
        message = {
            "message_id": self._message_id(),
            "date": int(time.time()),
            "chat": {"id": parameters["chat_id"], "type": "private" if parameters["chat_id"] > 0 else "supergroup"},
            "from": BOT,
            "text": visible,
        }
        self.sent.append(message | {"raw": parameters})
        return message

    def _editMessageText(self, parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        visible = parsed(str(parameters["text"]), parameters.get("parse_mode"))
        self._check_keyboard(parameters)
        message = next((m for m in self.sent if m["message_id"] == parameters["message_id"]), None)
        if message is None:  # [tdlib]
            raise Refused(400, "Bad Request: message to edit not found")
        if message["text"] == visible and message["raw"].get("reply_markup") == parameters.get(
            "reply_markup"
        ):  # [tdlib]
            raise Refused(400, "Bad Request: message is not modified")
        message["text"], message["raw"] = visible, parameters
        return {k: v for k, v in message.items() if k != "raw"}

    def _editMessageReplyMarkup(self, parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check_keyboard(parameters)
        message = next((m for m in self.sent if m["message_id"] == parameters["message_id"]), None)
        if message is None:  # [tdlib]
            raise Refused(400, "Bad Request: message to edit not found")
        message["raw"] = message["raw"] | {"reply_markup": parameters.get("reply_markup")}
        return {k: v for k, v in message.items() if k != "raw"}

    def _answerInlineQuery(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        results = parameters["results"]
        if len(results) > MOST_INLINE:
            raise Refused(400, "Bad Request: RESULTS_TOO_MUCH")  # [tdlib]
        for result in results:
            if not 1 <= len(str(result["id"]).encode()) <= 64 or not result.get("title"):
                raise Refused(400, "Bad Request: RESULT_ID_INVALID")  # [api] id: "1-64 bytes"
            content = result["input_message_content"]
            parsed(str(content["message_text"]), content.get("parse_mode"))
        self.inline.append(parameters)
        return True

    def _sendPhoto(self, parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if len(str(parameters.get("caption", ""))) > 1024:  # [api] caption: "0-1024 characters after entities parsing"
            raise Refused(400, "Bad Request: message caption is too long")
        message = {
            "message_id": self._message_id(), "date": int(time.time()), "from": BOT,
            "chat": {"id": parameters["chat_id"], "type": "private"}, "caption": parameters.get("caption", ""),
        }  # fmt: skip
        self.sent.append(message | {"text": str(parameters.get("caption", "")), "raw": parameters})
        return message

    def _deleteMessage(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        self.sent = [m for m in self.sent if m["message_id"] != parameters["message_id"]]
        return True

    def _answerCallbackQuery(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        if len(str(parameters.get("text", ""))) > 200:  # [api] answerCallbackQuery.text: "0-200 characters"
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        return True

    @staticmethod
    def _check_keyboard(parameters: dict[str, Any]) -> None:
        for row in parameters.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if len(str(button.get("callback_data", "x")).encode()) > LONGEST_CALLBACK:  # [tdlib]
                    raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
                if (
                    "url" in button
                    and not re.match(r"https?://[^/]*\.|tg://", button["url"])
                    and "127.0.0.1" not in button["url"]
                ):
                    raise Refused(400, "Bad Request: BUTTON_URL_INVALID")  # [tdlib]


def wait_for(holds: Callable[[], bool], seconds: float = 20, what: Callable[[], str] = lambda: "") -> None:
    """Return once `holds`; fail after `seconds`."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what()}")
        time.sleep(0.02)
