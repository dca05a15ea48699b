"""Telegram, by python-telegram-bot: updates to messages and back.

Polling or webhook; the webhook's route is in the one ASGI app. In groups it answers only when it is mentioned,
replied to or commanded. An edited question edits its answer.
"""

import asyncio
import contextlib
import contextvars
import datetime as dt
import functools
import hmac
import json
import logging
import re
import secrets
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram import Message as TelegramMessage
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.warnings import PTBUserWarning

from bot import admin, commands, rendering, weekly
from bot.admin import Gone, Passage, Person
from bot.assistant import APOLOGY
from bot.channels.bodies import whole_body
from bot.channels.telegram.administration import EDITOR_COMMANDS, Administration, Roles
from bot.commands import TEXT_ONLY, Commands
from bot.dispatch import Channel, Dispatcher, UnparsableError, UnreachableError
from bot.messages import Incoming
from bot.opinions import Opinions
from bot.pace import Limit, Pace
from bot.rendering import Button, Message
from bot.store.people import People
from bot.store.replies import Replies
from bot.waiting import pause

log = logging.getLogger(__name__)

# getUpdates as it came is what is stored: the library's own call parses first, and stops at what it cannot parse.
warnings.filterwarnings("ignore", message=r"Please use 'Bot\.getUpdates'", category=PTBUserWarning)

CHANNEL = "telegram"
POLL_S = 20
LONGEST_BODY = 1_000_000
OVERALL, IN_A_CHAT, IN_A_GROUP = Limit(30, 1), Limit(1, 1), Limit(20, 60)
"""Telegram's own: 30 messages a second over all, one a second in a chat, 20 a minute in a group (core.telegram.org/bots/faq)."""
INLINE_CACHE_S = 30
LONGEST_WAIT_S = 300.0
ASK_AGAIN = "Bạn hỏi lại để xem bản mới nhé."
ADMIN_COMMANDS = (*commands.COMMANDS, *EDITOR_COMMANDS)
ALLOWED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY]

_Context = ContextTypes.DEFAULT_TYPE
_DEEP_LINK = re.compile(r"p_(?P<generation>[\w-]{8,48})_(?P<row>\d{1,9})$")
_CODE = re.compile(r"mã ([0-9a-z]{4,32})\b")


@dataclass
class _Fault:
    """Why an update is to be tried again."""

    error: UnreachableError | None = None
    over: bool = False
    """Whether the update is taken for handled: what fails after that, in a command that goes on by itself, is not tried again."""


_fault: "contextvars.ContextVar[_Fault | None]" = contextvars.ContextVar("fault", default=None)


class Telegram:
    """The channel: takes updates in, handles them, and sends."""

    def __init__(
        self,
        commands: Commands,
        admin_desk: admin.Desk,
        dispatcher: Dispatcher,
        people: People,
        replies: Replies,
        *,
        token: str,
        base_url: str,
        roles: Roles | None = None,
        public_url: str | None = None,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        sign_in: Callable[[Person], str | None] = lambda _: None,
    ) -> None:
        self._commands = commands
        self._desk = admin_desk
        self._dispatcher = dispatcher
        self._opinions = Opinions(people)
        self._roles = roles or Roles()
        self._public_url = public_url
        self._webhook_url = webhook_url
        self._secret = webhook_secret or secrets.token_urlsafe(32)
        self._replies = replies
        self._pace = Pace(OVERALL, IN_A_CHAT, IN_A_GROUP)
        builder = (
            Application.builder()
            .token(token)
            .base_url(base_url)
            .base_file_url(f"{base_url.removesuffix('bot')}file/bot")
            .updater(None)
            .concurrent_updates(concurrent_updates=True)
        )
        self.application = builder.build()
        self._ready = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.application.add_handler(CommandHandler("start", self._start, filters.UpdateType.MESSAGE))
        week = functools.partial(weekly.week, people)
        Administration(admin_desk, self._roles, self, sign_in, week).register(self.application)
        edited = filters.UpdateType.EDITED_MESSAGE & filters.TEXT & ~filters.COMMAND
        self.application.add_handler(MessageHandler(edited, self._edited))
        asked = filters.UpdateType.MESSAGE & filters.TEXT
        self.application.add_handler(MessageHandler(asked, self._asked))
        other = filters.UpdateType.MESSAGE & ~filters.TEXT & ~filters.StatusUpdate.ALL
        self.application.add_handler(MessageHandler(other, self._not_text))
        self.application.add_handler(CallbackQueryHandler(self._passage, pattern=r"^p\|"))
        self.application.add_handler(CallbackQueryHandler(self._opinion, pattern=r"^o\|"))
        self.application.add_handler(InlineQueryHandler(self._inline))
        self.application.add_error_handler(self._failed)
        dispatcher.register(CHANNEL, Channel(self.handle, self._say_to, self._kept))

    # Running

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`. While Telegram is out of reach it tries again, each time after a longer wait."""
        wait = 1.0
        while not stop.is_set():
            try:
                await self._serve(stop)
                return
            except InvalidToken:
                log.error(
                    "telegram-token-wrong: Telegram does not know the bot token. "
                    "Correct TINTINH_TELEGRAM__TOKEN (BotFather shows it) and start again; the other channels go on"
                )
                return
            except TelegramError as error:
                log.warning(
                    "telegram-unreachable: %s; next try in %.0f s. Check the network and TINTINH_TELEGRAM__BASE_URL",
                    error,
                    wait,
                )
                await pause(stop, wait)
                wait = min(wait * 2, LONGEST_WAIT_S)

    async def _serve(self, stop: asyncio.Event) -> None:
        application = self.application
        await application.initialize()
        try:
            await self._announce()
            if self._webhook_url:
                await application.bot.set_webhook(self._webhook_url, secret_token=self._secret, allowed_updates=ALLOWED)
            self._ready.set()
            log.info("telegram is connected as @%s", application.bot.username)
            try:
                if self._webhook_url:
                    await stop.wait()
                else:
                    await self._poll(stop)
            finally:
                self._ready.clear()
        finally:
            await application.shutdown()

    async def _poll(self, stop: asyncio.Event) -> None:
        """Take updates as they come; each is stored before the next call confirms it.

        The library's own poller confirms before an update is handled, and stops for good at one it cannot parse.
        """
        offset, wait = 0, 1.0
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                call = asyncio.create_task(
                    self.application.bot.do_api_request(
                        "getUpdates",
                        {"offset": offset, "timeout": POLL_S, "allowed_updates": ALLOWED},
                        read_timeout=POLL_S + 5,
                    )
                )
                await asyncio.wait({call, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not call.done():
                    call.cancel()
                    await asyncio.gather(call, return_exceptions=True)
                    return
                try:
                    rows = call.result()
                    for row in rows:
                        await self._accept(row)
                        offset = max(offset, int(row["update_id"]) + 1)
                    wait = 1.0
                except InvalidToken:
                    raise
                except (TelegramError, SQLAlchemyError) as error:
                    log.warning("telegram-unreachable: %s; next try in %.0f s", error, wait)
                    await pause(stop, wait)
                    wait = min(wait * 2, LONGEST_WAIT_S)
        finally:
            stopped.cancel()

    async def _accept(self, payload: dict[str, Any]) -> None:
        if "inline_query" in payload:
            # It is worth answering for some seconds only, and nothing of it is to be kept.
            task = asyncio.create_task(self._at_once(payload))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        # Ids of updates are a bot's own: another token begins anew.
        identifier = f"{self.application.bot.id}:{payload.get('update_id')}"
        await self._dispatcher.accept(CHANNEL, identifier, _chat_of(payload), payload)

    async def _at_once(self, payload: dict[str, Any]) -> None:
        try:
            await self.handle(payload)
        except (UnparsableError, UnreachableError) as error:
            log.warning("an inline query was not answered: %s", error)

    async def handle(self, payload: dict[str, Any]) -> None:
        """Handle an update as Telegram sent it."""
        if not self._ready.is_set():
            raise UnreachableError("not connected yet")
        try:
            update = Update.de_json(payload, self.application.bot)
        except Exception as error:
            raise UnparsableError(type(error).__name__) from error
        fault = _Fault()
        token = _fault.set(fault)
        try:
            await self.application.process_update(update)
        finally:
            _fault.reset(token)
            fault.over = True
        if fault.error is not None:
            raise fault.error

    def _kept(self, payload: dict[str, Any]) -> Mapping[str, Any] | None:
        return self._commands.kept(CHANNEL, _chat_of(payload))

    async def _say_to(self, payload: dict[str, Any], text: str) -> None:
        """Send plain words in answer to an update, past the queue."""
        message = (payload.get("message") or payload.get("edited_message") or {}).get("chat", {})
        if not self._ready.is_set():
            raise UnreachableError("not connected yet")
        if "id" in message:
            await self.application.bot.send_message(message["id"], text)

    async def send_news(self, address: str, messages: Sequence[Message]) -> bool:
        """Send what a chat follows; tell whether it can still be reached."""
        chat, _, topic = address.partition(":")
        try:
            for message in messages:
                await self._pace.turn(chat)
                await self.application.bot.send_message(
                    int(chat),
                    message.html,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                    message_thread_id=int(topic) if topic else None,
                )
        except Forbidden:
            return False
        return True

    async def _announce(self) -> None:
        """Put the commands into the menu, in Vietnamese; a failure here does not keep the bot from answering."""
        bot = self.application.bot
        try:
            menu = [BotCommand(*c) for c in commands.COMMANDS]
            await bot.set_my_commands(menu, scope=BotCommandScopeAllPrivateChats())
            await bot.set_my_commands(menu, scope=BotCommandScopeAllPrivateChats(), language_code="vi")
            for user in self._roles.everyone:
                await bot.set_my_commands([BotCommand(*c) for c in ADMIN_COMMANDS], scope=BotCommandScopeChat(user))
        except BadRequest as error:
            log.warning("the command menu was not taken: %s", error)

    async def tell_editors(self, text: str) -> None:
        """Send what editors should know to each of them; one who cannot be reached keeps no other waiting."""
        if not self._ready.is_set():
            return
        for editor in sorted(self._roles.editors):
            for message in rendering.words(text):
                with contextlib.suppress(TelegramError):
                    await self.application.bot.send_message(editor, message.html, parse_mode=ParseMode.HTML)

    async def webhook(self, request: Request) -> Response:
        """Take an update that Telegram posts: the secret header is compared in constant time, over bytes."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not self._webhook_url or not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=403)
        if not self._ready.is_set():
            return Response(status_code=503)
        try:
            payload = json.loads(await whole_body(request, LONGEST_BODY) or b"")
        except ValueError:
            payload = None
        if not isinstance(payload, dict) or not isinstance(payload.get("update_id"), int):
            log.warning("update-aside: what Telegram posted is no update; it is set aside")
            return Response(status_code=200)
        try:
            await self._accept(payload)
        except SQLAlchemyError as error:
            log.error(
                "store-failing: an update could not be stored (%s); Telegram sends it again", type(error).__name__
            )
            return Response(status_code=503)
        return Response(status_code=200)

    # Handlers

    async def _start(self, update: Update, context: _Context) -> None:
        """Greet; or show the passage that a deep link names."""
        link = _DEEP_LINK.match(context.args[0]) if context.args else None
        if link is None or update.message is None:
            await self.say(update.message, admin.WELCOME)
            return
        found = await asyncio.to_thread(self._desk.passage, link["generation"], link["row"])
        if isinstance(found, Gone):
            await self.say(update.message, found.value)
        else:
            await self.send(update.message, _shown(found))

    async def _asked(self, update: Update, _: _Context) -> None:
        message = update.message
        if message is None or (text := self._addressed(message)) is None:
            return
        with contextlib.suppress(TelegramError):
            await self.application.bot.send_chat_action(
                message.chat_id, ChatAction.TYPING, message_thread_id=_topic(message)
            )
        sent = await self.send(message, await self._answer(message, text))
        await self._remember(message, sent)

    async def _edited(self, update: Update, _: _Context) -> None:
        message = update.edited_message
        if message is None or (text := self._addressed(message)) is None:
            return
        before = await asyncio.to_thread(self._replies.of, _question(message))
        if not before:
            return
        messages = await self._answer(message, text)
        for identifier, part in zip(before, messages, strict=False):
            await self._edit_by_id(message.chat_id, identifier, part)
        for surplus in before[len(messages) :]:
            with contextlib.suppress(TelegramError):
                await self.application.bot.delete_message(message.chat_id, surplus)
        sent = await self.send(message, messages[len(before) :])
        await self._remember(message, [*before[: len(messages)], *sent])

    async def _not_text(self, update: Update, _: _Context) -> None:
        message = update.message
        if message is not None and (message.chat.type == ChatType.PRIVATE or self._replies_to_us(message)):
            await self.say(message, TEXT_ONLY)

    async def _passage(self, update: Update, _: _Context) -> None:
        query = update.callback_query
        if query is None or query.data is None:
            return
        _tag, generation, row = [*query.data.split("|"), "", ""][:3]
        found = await asyncio.to_thread(self._desk.passage, generation, row)
        if isinstance(found, Gone):
            await _answer_query(query, f"{found.value} {ASK_AGAIN}" if found is Gone.UNKNOWN else found.value)
            return
        await _answer_query(query)
        if isinstance(query.message, TelegramMessage):
            await self.send(query.message, _shown(found))

    async def _opinion(self, update: Update, _: _Context) -> None:
        """Take what somebody thinks of an answer; after 👎 the buttons ask why."""
        query = update.callback_query
        if query is None or query.data is None or not isinstance(query.message, TelegramMessage):
            return
        chat = _chat_of({"callback_query": query.to_dict()})
        said, reasons = await asyncio.to_thread(self._opinions.take, CHANNEL, chat, query.data)
        await _answer_query(query, said)
        if reasons:
            rows = [[InlineKeyboardButton(label, callback_data=data)] for label, data in reasons]
            with contextlib.suppress(BadRequest):
                await query.edit_message_reply_markup(InlineKeyboardMarkup(rows))

    async def _inline(self, update: Update, _: _Context) -> None:
        """Answer `@bot câu hỏi` in any chat: the answer with its quotes, ready to be sent; nothing of it is kept."""
        query = update.inline_query
        if query is None or not query.query.strip():
            return
        reply = await asyncio.to_thread(self._commands.once, query.query)
        results = []
        if reply is not None:
            title, description, message = rendering.inline(reply, self._public_url)
            content = InputTextMessageContent(
                message.html, parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
            )
            results.append(InlineQueryResultArticle(reply.id, title, content, description=description))
        await query.answer(results, cache_time=INLINE_CACHE_S)

    async def _failed(self, update: object, context: _Context) -> None:
        """Let the dispatcher try again where Telegram is out of reach; tell the person where the fault is ours."""
        fault, error = _fault.get(), context.error
        if fault is not None and fault.over:
            fault = None  # nobody reads it any more: what a command was to say is logged like any fault of ours
        if isinstance(error, Forbidden):
            return
        if isinstance(error, RetryAfter) and fault is not None:
            wait = error.retry_after
            fault.error = UnreachableError(
                "a flood wait", wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)
            )
            return
        if isinstance(error, NetworkError) and not isinstance(error, BadRequest) and fault is not None:
            fault.error = UnreachableError(str(error))
            return
        code = secrets.token_hex(3)
        log.error("update failed, id %s", code, exc_info=error)
        if isinstance(update, Update) and update.effective_message is not None:
            with contextlib.suppress(TelegramError):
                await self.say(update.effective_message, APOLOGY.format(code=code))

    # Messages

    def _addressed(self, message: TelegramMessage) -> str | None:
        """Return what is asked of us, None where the message is not for us."""
        text = message.text or ""
        if message.chat.type == ChatType.PRIVATE:
            return text
        mention = f"@{self.application.bot.username}"
        if mention.lower() in text.lower():
            at = text.lower().index(mention.lower())
            return f"{text[:at]} {text[at + len(mention) :]}".strip()
        return text if self._replies_to_us(message) else None

    def _replies_to_us(self, message: TelegramMessage) -> bool:
        replied = message.reply_to_message
        return replied is not None and replied.from_user is not None and replied.from_user.id == self.application.bot.id

    async def _answer(self, message: TelegramMessage, text: str) -> list[Message]:
        topic = _topic(message)
        address = f"{message.chat_id}:{topic}" if topic else str(message.chat_id)
        incoming = Incoming(CHANNEL, _chat(message), text, _replied_code(message), address)
        outgoing = await self._dispatcher.answered(functools.partial(self._commands.answer, incoming))
        return rendering.outgoing(outgoing, self._public_url, rendering.TELEGRAM)

    async def _remember(self, question: TelegramMessage, sent: list[int]) -> None:
        if sent:
            await asyncio.to_thread(self._replies.put, _question(question), _chat(question), sent)

    async def say(self, to: TelegramMessage | None, text: str) -> None:
        """Send plain words in answer to a message."""
        if to is not None:
            await self.send(to, rendering.words(text))

    async def send(self, to: TelegramMessage, messages: Sequence[Message]) -> list[int]:
        """Send `messages`, and return the ids of those that went out now; as plain text where Telegram cannot parse the HTML."""
        sent: list[int] = []
        for message in messages:
            await self._pace.turn(str(to.chat_id), group=to.chat.type != ChatType.PRIVATE)
            try:
                one = await self._dispatcher.deliver(functools.partial(self._send_whole, to, message))
            except Forbidden:
                log.info("a person has blocked the bot; nothing is sent")
                return sent
            if one is not None:
                sent.append(one)
        return sent

    async def _send_whole(self, to: TelegramMessage, message: Message) -> int:
        try:
            return await self._send_one(to, message, message.html, ParseMode.HTML)
        except BadRequest as error:
            log.warning("Telegram refused a message (%s); it goes as plain text", error)
            return await self._send_one(to, message, message.plain, None)

    async def _send_one(self, to: TelegramMessage, message: Message, text: str, parse_mode: str | None) -> int:
        in_group = to.chat.type != ChatType.PRIVATE
        one = await self.application.bot.send_message(
            to.chat_id,
            text,
            parse_mode=parse_mode,
            reply_markup=_keyboard(message),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            message_thread_id=_topic(to),
            reply_parameters=ReplyParameters(to.message_id, allow_sending_without_reply=True) if in_group else None,
        )
        return int(one.message_id)

    async def _edit_by_id(self, chat: int, identifier: int, message: Message) -> None:
        try:
            await self._edit_one(chat, identifier, message, message.html, ParseMode.HTML)
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return
            log.warning("Telegram refused an edit (%s); it goes as plain text", error)
            with contextlib.suppress(BadRequest):
                await self._edit_one(chat, identifier, message, message.plain, None)

    async def _edit_one(self, chat: int, identifier: int, message: Message, text: str, parse_mode: str | None) -> None:
        await self.application.bot.edit_message_text(
            text,
            chat_id=chat,
            message_id=identifier,
            parse_mode=parse_mode,
            reply_markup=_keyboard(message),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )


async def _answer_query(query: CallbackQuery, text: str | None = None) -> None:
    with contextlib.suppress(BadRequest):
        await query.answer(text)


def _chat_of(payload: Mapping[str, Any]) -> str:
    """Return what tells conversations apart, of an update as Telegram sent it; of one that has no chat, what it is of itself."""
    query = payload.get("callback_query")
    message: Any = payload.get("message") or payload.get("edited_message") or (query or {}).get("message")
    try:
        user = (query or message).get("from", {}).get("id", 0)
        topic = message.get("message_thread_id") if message.get("is_topic_message") else None
        return f"{message['chat']['id']}:{topic or 0}:{user}"
    except (AttributeError, KeyError, TypeError):
        return f"update:{payload.get('update_id')}"


def _replied_code(message: TelegramMessage) -> str:
    """Return the code of the answer that a message replies to, empty where it replies to none."""
    replied = message.reply_to_message
    codes = _CODE.findall(replied.text or "") if replied is not None and replied.text else []
    return str(codes[-1]) if codes else ""


def _shown(found: Passage) -> list[Message]:
    return rendering.passage(found.title, found.source, found.parts)


def _chat(message: TelegramMessage) -> str:
    """Return what tells conversations apart: in a group each person has one of his own."""
    user = message.from_user.id if message.from_user else 0
    return f"{message.chat_id}:{_topic(message) or 0}:{user}"


def _question(message: TelegramMessage) -> str:
    return f"{message.chat_id}:{message.message_id}"


def _topic(message: TelegramMessage) -> int | None:
    return message.message_thread_id if message.is_topic_message else None


def _keyboard(message: Message) -> InlineKeyboardMarkup | None:
    if not message.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(b.label, url=b.url)
                if b.url
                else InlineKeyboardButton(b.label, callback_data=_callback(b))
                for b in row
            ]
            for row in message.buttons
        ]
    )


def _callback(button: Button) -> str:
    return "|".join(("o", *button.opinion) if button.opinion else ("p", *(button.passage or ("", ""))))


def check(token: str, base_url: str) -> str:
    """Return the name of the bot that `token` belongs to; raise TelegramError where it cannot be told. For `doctor`."""

    async def name() -> str:
        async with Application.builder().token(token).base_url(base_url).updater(None).build() as application:
            return str(application.bot.username)

    return asyncio.run(name())
