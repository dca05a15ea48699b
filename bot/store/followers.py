"""What people follow: topics, and the new articles that name them."""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from bot.masking import mask
from bot.store import schema
from bot.store.database import Database, aware, now
from bot.store.keys import Keys
from retrieval.articles import Article
from retrieval.vietnamese.text import folds

log = logging.getLogger(__name__)

MOST_TOPICS = 10
_BATCH = 500


class TooManyError(Exception):
    """A chat follows as many topics as it may."""


@dataclass(frozen=True, slots=True)
class Due:
    """New articles on a topic that a chat is to be told of."""

    subscription: int
    channel: str
    address: str
    topic: str
    articles: tuple[str, ...]
    """Ids, in the order in which they were given."""


class Followers:
    """The table of subscriptions, and which articles are known already."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def follow(self, channel: str, chat: str, address: str, topic: str, *, at_once: bool) -> None:
        """Follow a topic from now on. Raises TooManyError."""
        table, hashed, topic = schema.subscriptions, self._keys.hash(channel, chat), mask(topic)
        values = {"address": self._keys.seal(address), "at_once": int(at_once), "since": now()}
        statement = self._database.insert(table).values(channel=channel, chat=hashed, topic=topic, **values)
        with self._database.transaction() as connection:
            count = sa.select(sa.func.count()).where(table.c.chat == hashed, table.c.topic != topic)
            if connection.execute(count).scalar_one() >= MOST_TOPICS:
                raise TooManyError
            connection.execute(
                statement.on_conflict_do_update(index_elements=["chat", "topic"], set_={"at_once": int(at_once)})
            )

    def topics(self, channel: str, chat: str) -> list[tuple[str, bool]]:
        """Return what a chat follows, and whether it is told at once."""
        table = schema.subscriptions
        query = sa.select(table.c.topic, table.c.at_once).where(table.c.chat == self._keys.hash(channel, chat))
        with self._database.transaction() as connection:
            return [(topic, bool(once)) for topic, once in connection.execute(query.order_by(table.c.id))]

    def unfollow(self, channel: str, chat: str, topic: str) -> bool:
        """Follow a topic no more; tell whether it was followed. However it is typed."""
        own = folds(topic)
        found = [t for t, _ in self.topics(channel, chat) if folds(t) == own]
        if not found:
            return False
        table = schema.subscriptions
        with self._database.transaction() as connection:
            connection.execute(
                sa.delete(table).where(table.c.chat == self._keys.hash(channel, chat), table.c.topic.in_(found))
            )
        self._database.scrub()
        return True

    def drop(self, subscription: int) -> None:
        """Delete a subscription whose chat can be reached no more."""
        with self._database.transaction() as connection:
            connection.execute(sa.delete(schema.subscriptions).where(schema.subscriptions.c.id == subscription))

    def take_in(self, ids: Iterable[str]) -> int:
        """Put on record that the articles are in the corpus; return how many were not before.

        The first corpus of all is news to nobody: its articles count as long known.
        """
        table = schema.seen_articles
        wanted = {_hash(i) for i in ids}
        with self._database.transaction() as connection:
            known = set(connection.execute(sa.select(table.c.article)).scalars())
            at = now() if known else dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
            fresh = [{"article": a, "seen_at": at} for a in sorted(wanted - known)]
            for first in range(0, len(fresh), _BATCH):
                connection.execute(sa.insert(table), fresh[first : first + _BATCH])
        return len(fresh) if known else 0

    def due(
        self, ids: Iterable[str], article: Callable[[str], Article | None], *, daily: dt.datetime | None
    ) -> list[Due]:
        """Return what is to be told: of the articles `ids`, those that came in since a chat was told last and name its topic.

        `daily` is when those are told today who are told once a day: who was told since is not told again; None leaves them all out.
        """
        table = schema.subscriptions
        query = sa.select(table).order_by(table.c.id)
        with self._database.transaction() as connection:
            rows = connection.execute(query if daily else query.where(table.c.at_once == 1)).all()
            rows = [row for row in rows if row.at_once or (daily is not None and aware(row.since) < daily)]
            if not rows:
                return []
            seen = schema.seen_articles
            after = min(row.since for row in rows)
            found = connection.execute(sa.select(seen.c.article, seen.c.seen_at).where(seen.c.seen_at > after))
            fresh = {name: aware(at) for name, at in found}
        new = [(i, fresh[name]) for i in ids if (name := _hash(i)) in fresh]
        texts = {i: f" {' '.join(folds(f'{a.title} {a.text}'))} " for i, _ in new if (a := article(i)) is not None}
        due = []
        for row in rows:
            words = f" {' '.join(folds(row.topic))} "
            own = tuple(i for i, at in new if at > aware(row.since) and words in texts.get(i, ""))
            if not own:
                continue
            try:
                due.append(Due(row.id, row.channel, self._keys.open(row.address), row.topic, own))
            except ValueError:
                # Sealed under another key: nobody can be reached there, and nobody else must wait for it.
                log.warning(
                    "a follower's address was stored under another key; the subscription %d is left out", row.id
                )
        return due

    def told(self, subscription: int) -> None:
        """Put on record that a chat was told of what came in until now."""
        table = schema.subscriptions
        with self._database.transaction() as connection:
            connection.execute(sa.update(table).where(table.c.id == subscription).values(since=now()))


def _hash(article_id: str) -> str:
    return hashlib.sha256(article_id.encode()).hexdigest()
