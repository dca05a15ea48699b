"""New articles -> messages to those who follow what they are about: at once, or once a day."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.library import Library
from bot.rendering import Limits, Message, news
from bot.store.followers import Due, Followers
from retrieval.articles import Article

log = logging.getLogger(__name__)

HOUR = 7
"""Of the day, local time, at which news that is told once a day goes out."""
MOST_ARTICLES = 5


@dataclass(frozen=True)
class Sender:
    """How a channel sends what was not asked for."""

    send: Callable[[str, list[Message]], Awaitable[bool]]
    """Sends to an address; tells whether the chat can still be reached."""
    limits: Limits


class News:
    """Tells chats of new articles."""

    def __init__(
        self,
        library: Library,
        followers: Followers,
        senders: Mapping[str, Sender],
        zone: ZoneInfo,
    ) -> None:
        self._library = library
        self._followers = followers
        self._senders = senders
        self._zone = zone
        self._generation: str | None = None
        self._day: dt.date | None = None

    async def look(self, now: dt.datetime) -> int:
        """Take in what a new generation brought, and tell who is to be told by now; return how many messages went out."""
        generation = self._library.engine().generation
        local = now.astimezone(self._zone)
        morning = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
        daily = local >= morning and self._day != local.date()
        if generation.id == self._generation and not daily:
            return 0
        ids = [i for s in generation.segments for i in s.ids]
        await asyncio.to_thread(self._followers.take_in, ids)
        due = await asyncio.to_thread(self._followers.due, ids, self._article, daily=morning if daily else None)
        self._generation = generation.id
        if daily:
            self._day = local.date()
        return sum([await self._tell(one) for one in due])

    def _article(self, article_id: str) -> Article | None:
        generation = self._library.engine().generation
        row = generation.row(article_id)
        return None if row is None else generation.article(row)

    async def _tell(self, due: Due) -> int:
        sender = self._senders.get(due.channel)
        articles = [a for i in due.articles[:MOST_ARTICLES] if (a := self._article(i)) is not None]
        if sender is None or not articles:
            return 0
        generation = self._library.engine().generation
        titles = [generation.unheld(a, a.title) for a in articles]
        messages = news(due.topic, list(zip(articles, titles, strict=True)), len(due.articles), sender.limits)
        try:
            reached = await sender.send(due.address, messages)
        except Exception as error:  # noqa: BLE001 - one who cannot be reached now keeps no other waiting; told the next time
            log.warning("news was not sent on %s (%s)", due.channel, type(error).__name__)
            return 0
        if reached:
            await asyncio.to_thread(self._followers.told, due.subscription)
        else:
            await asyncio.to_thread(self._followers.drop, due.subscription)
        return int(reached)
