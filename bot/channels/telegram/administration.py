"""The commands of editors and operators in Telegram: each goes to the desk, and what comes of it into the chat.

Editors change the content, operators look after the service; an admin is both. Whoever else tries is refused, and that
is put on record. A forwarded message, an edited one and a group give no command.
"""

import asyncio
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from telegram import Document, InlineKeyboardButton, InlineKeyboardMarkup, Update, User
from telegram import Message as TelegramMessage
from telegram.constants import ChatType
from telegram.error import BadRequest, TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from bot import admin, rendering, weekly
from bot.admin import Desk, Person
from bot.rendering import Message
from bot.weekly import Week
from retrieval.errors import TinTinhError

log = logging.getLogger(__name__)

CHANNEL = "telegram"
PROGRESS_S = 2.0
"""Seconds between two edits of the message that shows progress; Telegram takes about one a second in a chat."""
LARGEST_FILE = 20_000_000
"""Bytes of a file that a bot can fetch."""
_MOST_GENERATIONS = 8
_ADD = "Gửi tệp bài báo kèm chú thích /add, hoặc gửi: /add <đường dẫn bài báo>."
_WHICH = "Bạn ghi thêm mã bài: /{command} <mã bài>. Mã bài có trong /add và trong nguồn của câu trả lời."
_HOLD = "Bạn ghi: /giu <mã bài> | <nguyên văn đoạn cần giữ lại>."
_SIGN_IN = "Trang quản trị, mở một lần trong 10 phút tới: {link}"
_NO_PAGE = "Trang quản trị cần địa chỉ công khai của dịch vụ (TINTINH_WEB__PUBLIC_URL)."
_CANCELLED = "Đã hủy, dữ liệu giữ nguyên."
_STAGES = {
    "encode": "mã hóa đoạn",
    "sentences": "mã hóa câu",
    "passages": "lập chỉ mục đoạn",
    "articles": "lập chỉ mục bài",
}


class Sender(Protocol):
    """What the channel does for us: sends messages in answer to one."""

    async def say(self, to: TelegramMessage | None, text: str) -> None:
        """Send plain words."""

    async def send(self, to: TelegramMessage, messages: Sequence[Message]) -> list[int]:
        """Send messages, and return their ids."""


@dataclass(frozen=True)
class Roles:
    """Who may do what, by user id."""

    editors: frozenset[int] = frozenset()
    operators: frozenset[int] = frozenset()

    @classmethod
    def of(cls, admins: Sequence[int], editors: Sequence[int] = (), operators: Sequence[int] = ()) -> "Roles":
        """Return the roles where admins are both."""
        return cls(frozenset((*admins, *editors)), frozenset((*admins, *operators)))

    @property
    def everyone(self) -> frozenset[int]:
        """All who have a role."""
        return self.editors | self.operators


EDITOR_COMMANDS = (
    ("status", "Tình trạng dữ liệu"),
    ("trang", "Mở trang quản trị"),
    ("baocao", "Báo cáo tuần"),
    ("reload", "Nạp lại các bài báo"),
    ("add", "Thêm bài: kèm tệp hoặc đường dẫn"),
    ("remove", "Rút một bài"),
    ("restore", "Cho bài đã rút trả lời lại"),
    ("giu", "Giữ lại một đoạn của bài"),
    ("rollback", "Quay lại bản dữ liệu cũ"),
)


class Administration:
    """Registers the commands with the application."""

    def __init__(
        self,
        desk: Desk,
        roles: Roles,
        sender: Sender,
        sign_in: Callable[[Person], str | None],
        week: Callable[[], Week],
    ) -> None:
        self._sign_in = sign_in
        self._week = week
        self._desk = desk
        self._roles = roles
        self._sender = sender

    # While one of these runs, questions are answered: none blocks the queue of updates.

    def register(self, application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
        """Add the handlers; before those for plain messages."""
        commands = {
            "status": (self._status, self._roles.everyone),
            "trang": (self._page, self._roles.everyone),
            "baocao": (self._report, self._roles.everyone),
            "reload": (self._reload, self._roles.editors),
            "add": (self._add, self._roles.editors),
            "remove": (self._remove, self._roles.editors),
            "restore": (self._restore, self._roles.editors),
            "giu": (self._hold, self._roles.editors),
            "rollback": (self._rollback, self._roles.editors),
        }
        for name, (handler, allowed) in commands.items():
            application.add_handler(
                CommandHandler(name, self._guarded(name, handler, allowed), filters.UpdateType.MESSAGE, block=False)
            )
        sent = filters.UpdateType.MESSAGE & filters.Document.ALL & filters.CaptionRegex(r"^/add(?:@\w+)?\b")
        application.add_handler(MessageHandler(sent, self._guarded("add", self._add, self._roles.editors), block=False))
        application.add_handler(CallbackQueryHandler(self._rollback_chosen, pattern=r"^[rR]\|", block=False))

    def _guarded(
        self, command: str, handler: Callable[[TelegramMessage, Person, str], Any], allowed: frozenset[int]
    ) -> Callable[[Update, ContextTypes.DEFAULT_TYPE], Any]:
        async def guarded(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            message, user = update.message, update.effective_user
            if message is None or user is None:
                return
            if user.id not in allowed or message.forward_origin is not None or message.chat.type != ChatType.PRIVATE:
                log.warning("an admin command was refused")
                await asyncio.to_thread(self._desk.refused, _person(user), command)
                await self._sender.say(message, admin.REFUSED)
                return
            words = (message.text or message.caption or "").split(maxsplit=1)
            try:
                await handler(message, _person(user), words[1].strip() if len(words) > 1 else "")
            except TinTinhError as error:
                await self._sender.say(message, admin.failed(error))

        return guarded

    async def _status(self, message: TelegramMessage, _person: Person, _words: str) -> None:
        await self._sender.say(message, await asyncio.to_thread(self._desk.status))

    async def _page(self, message: TelegramMessage, person: Person, _words: str) -> None:
        link = await asyncio.to_thread(self._sign_in, person)
        await self._sender.say(message, _SIGN_IN.format(link=link) if link else _NO_PAGE)

    async def _report(self, message: TelegramMessage, _person: Person, _words: str) -> None:
        figures = await asyncio.to_thread(self._week)
        image = await asyncio.to_thread(weekly.picture, figures)
        await message.reply_photo(image, caption=weekly.told(figures))

    async def _reload(self, message: TelegramMessage, person: Person, _words: str) -> None:
        shown = await message.reply_text("Đang nạp lại các bài báo…")
        progress = _Progress(shown)
        try:
            text = await asyncio.to_thread(self._desk.reload, person, progress.tell)
        except TinTinhError as error:
            text = admin.failed(error)
        await progress.done()
        messages = rendering.words(text)
        await _edit(shown, messages[0].html)
        await self._sender.send(message, messages[1:])

    async def _add(self, message: TelegramMessage, person: Person, words: str) -> None:
        document = message.document or (message.reply_to_message.document if message.reply_to_message else None)
        if document is not None:
            await self._sender.say(message, await self._add_file(document, person))
        elif words.startswith(("http://", "https://")):
            await self._sender.say(
                message, await asyncio.to_thread(self._desk.add_link, person, words.split(maxsplit=1)[0])
            )
        else:
            await self._sender.say(message, _ADD)

    async def _add_file(self, document: Document, person: Person) -> str:
        if (document.file_size or 0) > LARGEST_FILE:
            return f"Tệp lớn quá {LARGEST_FILE // 1_000_000} MB, Tin Tỉnh không lấy về được."
        with tempfile.TemporaryDirectory() as folder:
            # Only the ending of the name is taken: whatever else it holds, the file lies in our folder.
            path = Path(folder) / f"{document.file_unique_id}{admin.safe_suffix(document.file_name)}"
            file = await document.get_file()
            await file.download_to_drive(path)
            name = Path(document.file_name or path.name).name
            return await asyncio.to_thread(self._desk.add_file, person, path, name)

    async def _remove(self, message: TelegramMessage, person: Person, words: str) -> None:
        if not words:
            await self._sender.say(message, _WHICH.format(command="remove"))
            return
        article, why = await asyncio.to_thread(self._parted, words)
        await self._sender.say(message, await asyncio.to_thread(self._desk.remove, person, article, why or None))

    def _parted(self, words: str) -> tuple[str, str]:
        """Return the id and the reason: the longest beginning that is an id, which may hold blanks."""
        parts = words.split(" ")
        known = (n for n in range(len(parts), 0, -1) if self._desk.knows(" ".join(parts[:n])))
        at = next(known, 1)
        return " ".join(parts[:at]), " ".join(parts[at:])

    async def _restore(self, message: TelegramMessage, person: Person, words: str) -> None:
        if not words:
            await self._sender.say(message, _WHICH.format(command="restore"))
            return
        await self._sender.say(message, await asyncio.to_thread(self._desk.restore, person, words))

    async def _hold(self, message: TelegramMessage, person: Person, words: str) -> None:
        article, found, quote = (part.strip() for part in words.partition("|"))
        if not (article and found and quote):
            await self._sender.say(message, _HOLD)
            return
        await self._sender.say(message, await asyncio.to_thread(self._desk.hold, person, article, quote))

    async def _rollback(self, message: TelegramMessage, _person: Person, _words: str) -> None:
        kept = [g for g in await asyncio.to_thread(self._desk.generations) if not g.in_force]
        if not kept:
            await self._sender.say(message, "Không có bản cũ nào để quay lại.")
            return
        rows = [
            [
                InlineKeyboardButton(
                    f"{g.created_at[:16].replace('T', ' ')} UTC · {g.articles} bài", callback_data=f"r|{g.id}"
                )
            ]
            for g in kept[:_MOST_GENERATIONS]
        ]
        await message.reply_text("Quay lại bản nào?", reply_markup=InlineKeyboardMarkup(rows))

    async def _rollback_chosen(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        if query is None or query.data is None:
            return
        if query.from_user.id not in self._roles.editors:
            await asyncio.to_thread(self._desk.refused, _person(query.from_user), "rollback")
            await query.answer(admin.REFUSED)
            return
        await query.answer()
        step, name = query.data.split("|", 1)
        if step == "r":
            buttons = [
                InlineKeyboardButton("Đúng, quay lại", callback_data=f"R|{name}"),
                InlineKeyboardButton("Không", callback_data="R|"),
            ]
            await query.edit_message_text(f"Quay lại bản {name}?", reply_markup=InlineKeyboardMarkup([buttons]))
            return
        text = _CANCELLED
        if name:
            try:
                text = await asyncio.to_thread(self._desk.rollback, _person(query.from_user), name)
            except TinTinhError as error:
                text = admin.failed(error)
        await query.edit_message_text(text)


class _Progress:
    """Shows in one message how far a reload is; told from its thread, edited on the loop, not too often."""

    def __init__(self, shown: TelegramMessage) -> None:
        self._shown = shown
        self._loop = asyncio.get_running_loop()
        self._last = time.monotonic()
        self._edits: set[asyncio.Task[None]] = set()

    def tell(self, stage: str, done: int, total: int) -> None:
        """Take what the reload tells of itself."""
        if time.monotonic() - self._last >= PROGRESS_S:
            self._last = time.monotonic()
            text = f"Đang nạp lại các bài báo… {_STAGES.get(stage, stage)} {done}/{total}"
            self._loop.call_soon_threadsafe(self._edit, text)

    def _edit(self, text: str) -> None:
        task = self._loop.create_task(_edit(self._shown, text))
        self._edits.add(task)
        task.add_done_callback(self._edits.discard)

    async def done(self) -> None:
        """Wait until no edit is under way, so that the last word is the report."""
        await asyncio.gather(*self._edits, return_exceptions=True)


async def _edit(shown: TelegramMessage, text: str) -> None:
    try:
        await shown.edit_text(text, parse_mode="HTML")
    except BadRequest as error:
        log.warning("a message was not edited: %s", error)
    except TelegramError as error:
        log.warning("a message could not be edited: %s", error)


def _person(user: User) -> Person:
    return Person(CHANNEL, str(user.id))
