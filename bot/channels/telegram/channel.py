"""Telegram, by python-telegram-bot: updates to messages and back.

Polling or webhook; the webhook's route is in the one ASGI app. In groups it answers only when it is mentioned,
replied to or commanded. An edited question edits its answer.
"""

import asyncio
import contextlib
import hmac
import logging
import secrets
from collections import OrderedDict
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram import Message as TelegramMessage
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.ext import (
    AIORateLimiter,
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot import admin, rendering
from bot.admin import Gone
from bot.assistant import NO_SOURCES, Assistant
from bot.channels.telegram.administration import EDITOR_COMMANDS, Administration, Roles
from bot.messages import Incoming, Outgoing
from bot.rendering import Message

log = logging.getLogger(__name__)

CHANNEL = "telegram"
ANSWERED_KEPT = 5_000
RETRIES = 3
LONGEST_WAIT_S = 300.0
TEXT_ONLY = "Tin Tỉnh chỉ đọc được chữ. Bạn gõ câu hỏi giúp nhé."
APOLOGY = "Xin lỗi bạn, Tin Tỉnh đang gặp trục trặc (mã {code}). Bạn thử lại sau ít phút nhé."
ASK_AGAIN = "Bạn hỏi lại để xem bản mới nhé."
COMMANDS = (
    ("start", "Bắt đầu"),
    ("help", "Cách hỏi"),
    ("nguon", "Nguồn của câu trả lời vừa rồi"),
    ("tinh", "Chọn tỉnh, ví dụ: /tinh Điện Biên"),
)
ADMIN_COMMANDS = (*COMMANDS, *EDITOR_COMMANDS)
ALLOWED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY]

_Context = ContextTypes.DEFAULT_TYPE


class Telegram:
    """The channel: builds the application, runs it, and answers."""

    def __init__(
        self,
        assistant: Assistant,
        admin_desk: admin.Desk,
        *,
        token: str,
        base_url: str,
        roles: Roles | None = None,
        public_url: str | None = None,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
    ) -> None:
        self._assistant = assistant
        self._desk = admin_desk
        self._roles = roles or Roles()
        self._public_url = public_url
        self._webhook_url = webhook_url
        self._secret = webhook_secret or secrets.token_urlsafe(32)
        self._answered: OrderedDict[tuple[int, int], list[int]] = OrderedDict()
        builder = (
            Application.builder()
            .token(token)
            .base_url(base_url)
            .base_file_url(f"{base_url.removesuffix('bot')}file/bot")
            .rate_limiter(AIORateLimiter(max_retries=RETRIES))
            .concurrent_updates(concurrent_updates=False)
        )
        self.application = (builder.updater(None) if webhook_url else builder).build()
        self._ready = asyncio.Event()
        for name, handler in (
            ("start", self._start),
            ("help", self._help),
            ("nguon", self._sources),
            ("tinh", self._asked),
        ):
            self.application.add_handler(CommandHandler(name, handler, filters.UpdateType.MESSAGE))
        Administration(admin_desk, self._roles, self).register(self.application)
        edited = filters.UpdateType.EDITED_MESSAGE & filters.TEXT & ~filters.COMMAND
        self.application.add_handler(MessageHandler(edited, self._edited))
        asked = filters.UpdateType.MESSAGE & filters.TEXT & ~filters.COMMAND
        self.application.add_handler(MessageHandler(asked, self._asked))
        other = filters.UpdateType.MESSAGE & ~filters.TEXT & ~filters.StatusUpdate.ALL
        self.application.add_handler(MessageHandler(other, self._not_text))
        self.application.add_handler(CallbackQueryHandler(self._passage, pattern=r"^p\|"))
        self.application.add_error_handler(self._failed)

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
            except (NetworkError, TelegramError) as error:
                log.warning(
                    "telegram-unreachable: %s; next try in %.0f s. Check the network and TINTINH_TELEGRAM__BASE_URL",
                    error,
                    wait,
                )
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
                wait = min(wait * 2, LONGEST_WAIT_S)

    async def _serve(self, stop: asyncio.Event) -> None:
        application = self.application
        await application.initialize()
        try:
            await self._announce()
            await application.start()
            try:
                if self._webhook_url:
                    await application.bot.set_webhook(
                        self._webhook_url, secret_token=self._secret, allowed_updates=ALLOWED
                    )
                elif application.updater is not None:
                    await application.updater.start_polling(allowed_updates=ALLOWED, bootstrap_retries=0, timeout=20)
                self._ready.set()
                log.info("telegram is connected as @%s", application.bot.username)
                await stop.wait()
            finally:
                self._ready.clear()
                if application.updater is not None and application.updater.running:
                    await application.updater.stop()
                await application.stop()
        finally:
            await application.shutdown()

    async def _announce(self) -> None:
        """Put the commands into the menu, in Vietnamese; a failure here does not keep the bot from answering."""
        bot = self.application.bot
        try:
            menu = [BotCommand(*c) for c in COMMANDS]
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
            update = Update.de_json(await request.json(), self.application.bot)
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("an update from Telegram could not be parsed; it is set aside")
            return Response(status_code=200)
        await self.application.update_queue.put(update)
        return Response(status_code=200)

    # Handlers

    async def _start(self, update: Update, _: _Context) -> None:
        await self.say(update.message, admin.WELCOME)

    async def _help(self, update: Update, _: _Context) -> None:
        await self.say(update.message, admin.HELP)

    async def _sources(self, update: Update, _: _Context) -> None:
        if update.message is None:
            return
        reply = self._assistant.sources(CHANNEL, _chat(update.message))
        if reply is None:
            await self.say(update.message, NO_SOURCES)
        else:
            await self.send(update.message, rendering.words(admin.sources(reply)))

    async def _asked(self, update: Update, _: _Context) -> None:
        message = update.message
        if message is None or (text := self._addressed(message)) is None:
            return
        with contextlib.suppress(TelegramError):
            await self.application.bot.send_chat_action(
                message.chat_id, ChatAction.TYPING, message_thread_id=_topic(message)
            )
        sent = await self.send(message, await self._answer(message, text))
        self._remember(message, sent)

    async def _edited(self, update: Update, _: _Context) -> None:
        message = update.edited_message
        if message is None or (text := self._addressed(message)) is None:
            return
        before = self._answered.get((message.chat_id, message.message_id))
        if before is None:
            return
        messages = await self._answer(message, text)
        for identifier, part in zip(before, messages, strict=False):
            await self._edit_by_id(message.chat_id, identifier, part)
        for surplus in before[len(messages) :]:
            with contextlib.suppress(TelegramError):
                await self.application.bot.delete_message(message.chat_id, surplus)
        sent = await self.send(message, messages[len(before) :])
        self._remember(message, [*before[: len(messages)], *sent])

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
            await self.send(query.message, rendering.passage(found.title, found.source, found.parts))

    async def _failed(self, update: object, context: _Context) -> None:
        code = secrets.token_hex(3)
        log.error("update failed, id %s", code, exc_info=context.error)
        if (
            isinstance(update, Update)
            and update.effective_message is not None
            and not isinstance(context.error, Forbidden | NetworkError)
        ):
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
        incoming = Incoming(CHANNEL, _chat(message), text)
        outgoing: Outgoing = await asyncio.to_thread(self._assistant.answer, incoming)
        if outgoing.reply is None:
            return rendering.words(outgoing.words)
        return rendering.render(outgoing.reply, self._public_url)

    def _remember(self, question: TelegramMessage, sent: list[int]) -> None:
        self._answered[question.chat_id, question.message_id] = sent
        while len(self._answered) > ANSWERED_KEPT:
            self._answered.popitem(last=False)

    async def say(self, to: TelegramMessage | None, text: str) -> None:
        """Send plain words in answer to a message."""
        if to is not None:
            await self.send(to, rendering.words(text))

    async def send(self, to: TelegramMessage, messages: Sequence[Message]) -> list[int]:
        """Send `messages`, and return their ids; as plain text where Telegram cannot parse the HTML."""
        sent: list[int] = []
        for message in messages:
            try:
                sent.append(await self._send_one(to, message, message.html, ParseMode.HTML))
            except BadRequest as error:
                log.warning("Telegram refused a message (%s); it goes as plain text", error)
                sent.append(await self._send_one(to, message, message.plain, None))
            except Forbidden:
                log.info("a person has blocked the bot; nothing is sent")
                return sent
        return sent

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


def _chat(message: TelegramMessage) -> str:
    """Return what tells conversations apart: in a group each person has one of his own."""
    user = message.from_user.id if message.from_user else 0
    return f"{message.chat_id}:{_topic(message) or 0}:{user}"


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
                else InlineKeyboardButton(b.label, callback_data="|".join(("p", *(b.passage or ("", "")))))
                for b in row
            ]
            for row in message.buttons
        ]
    )


def check(token: str, base_url: str) -> str:
    """Return the name of the bot that `token` belongs to; raise TelegramError where it cannot be told. For `doctor`."""

    async def name() -> str:
        async with Application.builder().token(token).base_url(base_url).updater(None).build() as application:
            return str(application.bot.username)

    return asyncio.run(name())
