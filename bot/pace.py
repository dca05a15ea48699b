"""Holds a platform's own limits: so many messages a second over all, and in one chat. Token buckets, by aiolimiter."""

from collections import OrderedDict
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

CHATS = 5_000


@dataclass(frozen=True)
class Limit:
    """So many messages in so many seconds."""

    messages: float
    seconds: float


class Pace:
    """The buckets of one channel."""

    def __init__(self, overall: Limit, chat: Limit, group: Limit | None = None) -> None:
        self._overall = AsyncLimiter(overall.messages, overall.seconds)
        self._limits = {False: chat, True: group or chat}
        self._chats: OrderedDict[str, AsyncLimiter] = OrderedDict()

    async def turn(self, chat: str, *, group: bool = False) -> None:
        """Wait until one more message may go to `chat`."""
        bucket = self._chats.get(chat)
        if bucket is None:
            limit = self._limits[group]
            bucket = self._chats[chat] = AsyncLimiter(limit.messages, limit.seconds)
        self._chats.move_to_end(chat)
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        await bucket.acquire()
        await self._overall.acquire()
