"""Updates, stored -> handled: once each, in order within a chat, chats side by side.

An update is on the disk before the platform is told that it was taken. While it is handled, every message of its answer goes
out through `deliver`, which counts: after a restart those that are out are not sent again. Only one message is on its way at
any moment, over all chats, and it is counted before the next goes: a kill leaves at most one of which nobody knows.
"""

import asyncio
import contextlib
import contextvars
import logging
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.store.inbox import Inbox, Update

log = logging.getLogger(__name__)

T = TypeVar("T")
Payload = Any
Handler = Callable[[Payload], Awaitable[None]]

AT_ONCE = 8
"""Chats whose updates are handled side by side."""
MOST_WAITING = 256
"""Updates that may wait; those that come beyond are told to come back, at once."""
BURST = 20
"""Messages that a chat may send at once."""
REFILL_S = 2.0
"""Seconds after which it may send one more."""
NOTICE_S = 10.0
TELLING_S = 2.0
MOST_ATTEMPTS = 3
"""Times an update is tried that fails for no reason outside; then it is set aside."""
LONGEST_WAIT_S = 60.0
STORE_WAIT_S = 10.0
"""Seconds after which an update is tried again that the store could not mark."""
CHATS_KEPT = 20_000

CROWDED = "Tin Tỉnh đang có nhiều người hỏi. Bạn gửi lại câu hỏi sau ít phút nhé."
TOO_FAST = "Bạn gửi nhanh quá, Tin Tỉnh không theo kịp. Bạn chờ một lát rồi hỏi lại nhé."


class UnparsableError(Exception):
    """An update that no handler can make anything of."""


class UnreachableError(Exception):
    """The platform cannot be reached, or wants us to wait: the update is tried again after `wait_s` seconds, as often as needed."""

    def __init__(self, what: str, wait_s: float = 0.0) -> None:
        super().__init__(what)
        self.wait_s = wait_s


@dataclass
class Channel:
    """What the dispatcher knows of a channel."""

    handle: Handler
    say: Callable[[Payload, str], Awaitable[None]]
    """Sends plain words in answer to an update, at once."""
    memory: Callable[[Payload], Mapping[str, Any] | None] = lambda _: None
    """Returns what the next question of the update's chat may lean on, None where nothing is to be kept."""


@dataclass
class _Job:
    """An update on its way: how many messages of its answer are out, and how often it was tried."""

    update: Update
    out: int
    attempts: int
    answer: tuple[Any] | None = None
    """What was made of it: another try sends that, and asks nothing again."""


@dataclass
class _Chat:
    waiting: deque[_Job] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None
    tokens: float = BURST
    at: float = field(default_factory=time.monotonic)
    noticed: float = -NOTICE_S


@dataclass
class _Delivery:
    job: _Job
    count: int = 0
    """Messages that the handler has wanted to send so far."""


_delivery: "contextvars.ContextVar[_Delivery | None]" = contextvars.ContextVar("delivery", default=None)


class Dispatcher:
    """Takes updates in, and hands them to their channels."""

    def __init__(
        self,
        inbox: Inbox,
        tell: Callable[[str], Awaitable[None]] | None = None,
        *,
        most_waiting: int = MOST_WAITING,
        burst: int = BURST,
    ) -> None:
        self._inbox = inbox
        self.tell = tell
        self._channels: dict[str, Channel] = {}
        self._chats: OrderedDict[str, _Chat] = OrderedDict()
        """By keyed hash; the one heard of last goes last."""
        self._closed: dict[str, float] = {}
        """Channels whose platform cannot be reached -> when it is tried again."""
        self._most, self._burst = most_waiting, burst
        self._waiting = 0
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._one = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._asides: set[asyncio.Task[bool]] = set()

    def register(self, name: str, channel: Channel) -> None:
        """Hand the updates of the channel `name` to `channel`."""
        self._channels[name] = channel

    # Taking in

    async def accept(self, channel: str, update_id: str, chat: str, payload: Mapping[str, Any]) -> None:
        """Take an update in: it is stored, or known already, or its chat was told to come back, when this returns.

        Raises StoreError or sqlalchemy's errors where it cannot be stored: then the platform must not be told that it was.
        """
        hashed = self._inbox.hash(channel, chat)
        kept = self._chat(hashed)
        if not self._admitted(kept):
            self._shed(channel, kept, payload)
            return
        if self._waiting >= self._most and await self._told_to_come_back(channel, kept, payload):
            return
        update = await asyncio.to_thread(self._inbox.put, channel, update_id, hashed, payload)
        if update is not None:
            self._enqueue(_Job(update, 0, 0))

    async def resume(self) -> None:
        """Take up what was waiting when the service stopped."""
        found, unreadable = await asyncio.to_thread(self._inbox.waiting)
        if unreadable:
            log.error("updates-unreadable: %d updates were stored under another key; they are set aside", unreadable)
        for update in found:
            if update.channel in self._channels:
                self._enqueue(_Job(update, update.sent, update.attempts))

    async def stop(self, seconds: float) -> None:
        """Take up nothing more, and let what is being answered finish; what is not stays stored for the next start."""
        self._stopping.set()
        # Whoever wrote too fast is told before the channels close: what he wrote is not stored.
        tasks = [*(chat.task for chat in self._chats.values() if chat.task is not None), *self._asides]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _chat(self, hashed: str) -> _Chat:
        kept = self._chats.get(hashed)
        if kept is None:
            kept = self._chats[hashed] = _Chat(tokens=self._burst)
        self._chats.move_to_end(hashed)
        while len(self._chats) > CHATS_KEPT and next(iter(self._chats.values())).task is None:
            self._chats.popitem(last=False)
        return kept

    def _admitted(self, chat: _Chat) -> bool:
        at = time.monotonic()
        chat.tokens = min(self._burst, chat.tokens + (at - chat.at) / REFILL_S)
        chat.at = at
        if chat.tokens < 1:
            return False
        chat.tokens -= 1
        return True

    async def _told_to_come_back(self, channel: str, chat: _Chat, payload: Payload) -> bool:
        """Tell a chat that too many wait, before its platform is told that the update was taken: a kill in between loses nothing.

        Where it cannot be told, its update is stored like any other.
        """
        at = time.monotonic()
        if at - chat.noticed < NOTICE_S:
            return True
        told = await self._say(channel, payload, CROWDED)
        if told:
            chat.noticed = at
        return told

    def _shed(self, channel: str, chat: _Chat, payload: Payload) -> None:
        at = time.monotonic()
        if at - chat.noticed < NOTICE_S:
            return
        chat.noticed = at
        task = asyncio.create_task(self._say(channel, payload, TOO_FAST))
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _say(self, channel: str, payload: Payload, words: str) -> bool:
        """Say plain words past the queue; tell whether they went out."""
        try:
            async with asyncio.timeout(TELLING_S):
                await self._channels[channel].say(payload, words)
        except Exception as error:  # noqa: BLE001 - whatever it was, it keeps nobody else waiting
            log.warning("a chat of %s could not be told to wait (%s)", channel, type(error).__name__)
            return False
        return True

    def _enqueue(self, job: _Job) -> None:
        chat = self._chat(job.update.chat)
        chat.waiting.append(job)
        self._waiting += 1
        if chat.task is None and not self._stopping.is_set():
            chat.task = asyncio.create_task(self._work(chat))

    # Handling

    async def _work(self, chat: _Chat) -> None:
        try:
            while chat.waiting and not self._stopping.is_set():
                try:
                    wait = await self._try(chat.waiting[0])
                except Exception:
                    wait = STORE_WAIT_S
                    log.exception("store-failing: an update could not be marked; it is tried again in %.0f s", wait)
                if wait is None:
                    chat.waiting.popleft()
                    self._waiting -= 1
                else:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), wait)
        finally:
            chat.task = None

    async def _try(self, job: _Job) -> float | None:
        """Handle an update; return None where it is over, or after how many seconds it is tried again. Raises where it cannot be marked."""
        name = job.update.channel
        if (closed := self._closed.get(name, 0.0) - time.monotonic()) > 0:
            return closed
        try:
            async with self._slots:
                await self._handle(job)
        except UnparsableError as error:
            await self._set_aside(job.update, f"an update of {name} could not be parsed ({error})")
        except UnreachableError as error:
            job.attempts += 1
            wait = error.wait_s or min(LONGEST_WAIT_S, 2.0 ** min(job.attempts - 1, 6))
            log.warning("%s-unreachable: %s; next try in %.0f s", name, error, wait)
            if not error.wait_s:
                self._closed[name] = time.monotonic() + wait
            return wait
        except Exception:
            code = secrets.token_hex(3)
            log.exception("an update of %s failed, id %s", name, code)
            job.attempts += 1
            await asyncio.to_thread(self._inbox.tried, job.update.id, job.attempts)
            if job.attempts < MOST_ATTEMPTS:
                return float(job.attempts)
            await self._set_aside(job.update, f"an update of {name} failed {MOST_ATTEMPTS} times, id {code}")
        else:
            memory = self._channels[name].memory(job.update.payload)
            await asyncio.to_thread(self._inbox.done, job.update.id, job.update.chat, memory)
        return None

    async def _handle(self, job: _Job) -> None:
        token = _delivery.set(_Delivery(job))
        try:
            await self._channels[job.update.channel].handle(job.update.payload)
        finally:
            _delivery.reset(token)

    async def answered(self, make: Callable[[], T]) -> T:
        """Return what `make` gives, made in a thread: once for each update, however often it is tried.

        Asked again, the same words may mean something else: `tiếp` is the page after the one that could not be sent.
        """
        delivery = _delivery.get()
        if delivery is None:
            return await asyncio.to_thread(make)
        if delivery.job.answer is None:
            delivery.job.answer = (await asyncio.to_thread(make),)
        made: T = delivery.job.answer[0]
        return made

    async def deliver(self, send: Callable[[], Awaitable[T]]) -> T | None:
        """Send one message of an answer; None where it went out before the service was stopped."""
        delivery = _delivery.get()
        if delivery is None:
            return await send()
        delivery.count += 1
        if delivery.count <= delivery.job.out:
            return None
        async with self._one:
            found = await send()
            delivery.job.out = delivery.count
            await asyncio.to_thread(self._inbox.sent, delivery.job.update.id, delivery.count)
        return found

    async def _set_aside(self, update: Update, what: str) -> None:
        log.error("update-aside: %s; it is set aside", what)
        await asyncio.to_thread(self._inbox.aside, update.id)
        if self.tell is not None:
            with contextlib.suppress(Exception):
                await self.tell(
                    f"Một tin nhắn không xử lý được, đã để riêng ({update.channel}). Nhật ký của dịch vụ có chi tiết."
                )
