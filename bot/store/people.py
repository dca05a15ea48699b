"""What was asked and answered, what people thought of it, and how all of it is forgotten."""

import contextlib
import datetime as dt
import json
import queue
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.masking import mask
from bot.store import schema
from bot.store.database import Database, aware, now
from bot.store.inbox import remember
from bot.store.keys import Keys
from retrieval.answers.types import Answer, Reply
from retrieval.journal import Journal

LONGEST_QUESTION = 1000
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
"""Whose days are counted, where no other is set."""
MEMORY_KEPT = dt.timedelta(hours=24)
WINDOWS_KEPT = dt.timedelta(days=3)
REPLIES_KEPT = dt.timedelta(days=3)
"""How long after it was answered an edited question edits its answer."""
OPEN, CONFIRMED, DISMISSED = "open", "confirmed", "dismissed"
_OF_A_CHAT = (
    schema.inbox,
    schema.chats,
    schema.asked,
    schema.feedback,
    schema.cases,
    schema.subscriptions,
    schema.windows,
    schema.replies,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that was asked, as it is kept."""

    code: str
    question: str
    status: str
    reason: str | None
    answer: Mapping[str, Any]
    generation: str
    asked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thought of an answer."""

    code: str
    good: bool
    reason: str | None
    question: str
    answer: str
    given_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Case:
    """An answer that somebody reported as wrong."""

    id: int
    code: str
    question: str
    answer: Mapping[str, Any]
    generation: str
    state: str
    opened_at: dt.datetime
    right: str | None = None
    """What is right, word for word from an article; None where the articles do not say."""
    right_article: str | None = None


class People:
    """The tables about questions, and the record of who asked to be forgotten.

    That record stands outside the database, by keyed hash: when a backup of the database is restored, the erasures that
    came after it are applied again.
    """

    def __init__(
        self,
        database: Database,
        keys: Keys,
        erasures: Sequence[Path],
        retention_days: int = 30,
        zone: ZoneInfo = LOCAL,
        observe: Callable[[str, Reply], None] | None = None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._erasures = [Journal(path) for path in erasures]
        self._retention = dt.timedelta(days=retention_days)
        self.zone = zone
        self._observe = observe
        """Is told the channel and the reply of each question, to count them."""
        self._rows: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._flushing = threading.Lock()
        self._unscrubbed = False
        """Whether what was erased may still be on the disk."""

    def today(self) -> dt.date:
        """Return the day it is where the service stands."""
        return now().astimezone(self.zone).date()

    def midnight(self, day: dt.date) -> dt.datetime:
        """Return when a day begins there."""
        return dt.datetime.combine(day, dt.time(), self.zone)

    def chat(self, channel: str, chat: str) -> str:
        """Return the keyed hash that stands for a conversation."""
        return self._keys.hash(channel, chat)

    # What was asked

    def asked(self, channel: str, chat: str, question: str, reply: Reply) -> None:
        """Take down a question and its answer; on the disk at the next `flush`: no answer waits for it."""
        if self._observe is not None:
            self._observe(channel, reply)
        answer: dict[str, Any] = {"text": "", "citations": []}
        if isinstance(reply, Answer):
            cited = ("article_id", "title", "url", "source", "published_at", "start", "end", "quote")
            citations = [{name: getattr(c, name) for name in cited} for c in reply.citations]
            answer = {"text": reply.text, "citations": citations}
        self._rows.put(
            {
                "code": reply.id, "channel": channel, "chat": self.chat(channel, chat),
                "question": mask(question)[:LONGEST_QUESTION],
                "status": "answered" if isinstance(reply, Answer) else "not_found",
                "reason": None if isinstance(reply, Answer) else reply.reason,
                "kind": reply.kind, "confidence": reply.confidence, "generation": reply.generation,
                "answer": json.dumps(answer, ensure_ascii=False), "elapsed_ms": reply.elapsed_ms, "asked_at": now(),
            }
        )  # fmt: skip

    def flush(self) -> None:
        """Put on the disk what was taken down; where that fails it stays, for the next time."""
        with self._flushing:
            rows = []
            with contextlib.suppress(queue.Empty):
                while True:
                    rows.append(self._rows.get_nowait())
            try:
                self._write_down(rows)
            except sa.exc.SQLAlchemyError:
                for row in rows:
                    self._rows.put(row)
                raise

    def _write_down(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        sums: Counter[tuple[str, str, str]] = Counter()
        taken: Counter[tuple[str, str, str]] = Counter()
        for row in rows:
            key = (row["asked_at"].astimezone(self.zone).date().isoformat(), row["channel"], row["status"])
            sums[key] += 1
            taken[key] += round(row["elapsed_ms"] * 1000)
        table = schema.daily
        with self._database.transaction() as connection:
            connection.execute(sa.insert(schema.asked), rows)
            for (day, channel, status), count in sums.items():
                milliseconds = taken[day, channel, status] / 1000
                statement = self._database.insert(table).values(
                    day=day, channel=channel, status=status, questions=count, milliseconds=milliseconds
                )
                more = {
                    "questions": table.c.questions + count,
                    "milliseconds": table.c.milliseconds + milliseconds,
                }
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["day", "channel", "status"], set_=more)
                )

    def find(self, code: str, chat: str | None = None) -> Asked | None:
        """Return the question whose answer has this code, of one chat where that is given; None where it is not kept."""
        self.flush()
        table = schema.asked
        query = sa.select(table).where(table.c.code == code).order_by(table.c.id.desc()).limit(1)
        with self._database.transaction() as connection:
            row = connection.execute(query if chat is None else query.where(table.c.chat == chat)).first()
        return _asked(row) if row is not None else None

    def history(self, chat: str, most: int = 10) -> list[Asked]:
        """Return the last questions of a chat, newest first."""
        self.flush()
        table = schema.asked
        query = sa.select(table).where(table.c.chat == chat).order_by(table.c.id.desc()).limit(most)
        with self._database.transaction() as connection:
            return [_asked(row) for row in connection.execute(query)]

    def unanswered(self, since: dt.datetime, most: int = 5000) -> list[Asked]:
        """Return the questions since then that no article answered, newest first."""
        self.flush()
        table = schema.asked
        query = (
            sa.select(table)
            .where(table.c.status == "not_found", table.c.asked_at >= since)
            .where(table.c.reason.in_(("article_silent", "no_article", "false_premise")))
            .order_by(table.c.id.desc())
            .limit(most)
        )
        with self._database.transaction() as connection:
            return [_asked(row) for row in connection.execute(query)]

    def days(self, since: dt.date) -> list[tuple[str, str, str, int, float]]:
        """Return (day, channel, status, questions, milliseconds in all) since a day, oldest first."""
        self.flush()
        table = schema.daily
        query = sa.select(table).where(table.c.day >= since.isoformat()).order_by(table.c.day)
        with self._database.transaction() as connection:
            return [(r.day, r.channel, r.status, r.questions, r.milliseconds) for r in connection.execute(query)]

    # What people thought of it

    def judge(self, code: str, chat: str, *, good: bool, reason: str | None = None) -> bool:
        """Keep whether an answer was good for a chat, the last word counting; tell whether the answer is known."""
        if self.find(code) is None:
            return False
        values = {"good": int(good), "reason": reason, "given_at": now()}
        statement = self._database.insert(schema.feedback).values(code=code, chat=chat, **values)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["code", "chat"], set_=values))
        return True

    def judgements(self, since: dt.datetime) -> tuple[int, int]:
        """Return how many answers since then were found good, and how many not."""
        table = schema.feedback
        query = sa.select(table.c.good, sa.func.count()).where(table.c.given_at >= since).group_by(table.c.good)
        with self._database.transaction() as connection:
            counts = {int(good): int(count) for good, count in connection.execute(query)}
        return counts.get(1, 0), counts.get(0, 0)

    def opinions(self, most: int = 100) -> list[Opinion]:
        """Return what people thought of answers that are still kept, newest first."""
        given, asked = schema.feedback, schema.asked
        # An answer shown again keeps its code: of several rows any one tells the question.
        last = sa.select(asked.c.code, sa.func.max(asked.c.id).label("id")).group_by(asked.c.code).subquery()
        query = (
            sa.select(given.c.code, given.c.good, given.c.reason, given.c.given_at, asked.c.question, asked.c.answer)
            .join(last, last.c.code == given.c.code)
            .join(asked, asked.c.id == last.c.id)
            .order_by(given.c.given_at.desc())
            .limit(most)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return [
            Opinion(r.code, bool(r.good), r.reason, r.question, json.loads(r.answer)["text"], aware(r.given_at))
            for r in rows
        ]

    def report(self, code: str, chat: str) -> int | None:
        """Open a case about an answer; return its number, None where the answer is not known any more."""
        found = self.find(code)
        if found is None:
            return None
        table = schema.cases
        statement = self._database.insert(table).values(
            code=code, chat=chat, question=found.question, answer=json.dumps(found.answer, ensure_ascii=False),
            generation=found.generation, state=OPEN, opened_at=now(),
        )  # fmt: skip
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_nothing())
            query = sa.select(table.c.id).where(table.c.code == code, table.c.chat == chat)
            return int(connection.execute(query).scalar_one())

    def cases(self, state: str = OPEN) -> list[Case]:
        """Return the cases in a state, oldest first."""
        table = schema.cases
        with self._database.transaction() as connection:
            rows = connection.execute(sa.select(table).where(table.c.state == state).order_by(table.c.id)).all()
        return [
            Case(
                r.id,
                r.code,
                r.question,
                json.loads(r.answer),
                r.generation,
                r.state,
                aware(r.opened_at),
                r.right,
                r.right_article,
            )
            for r in rows
        ]

    def close_case(
        self, case: int, state: str, by: str, right: str | None = None, right_article: str | None = None
    ) -> bool:
        """Confirm or dismiss an open case, with what is right where that is known; tell whether it was open."""
        table = schema.cases
        statement = (
            sa.update(table)
            .where(table.c.id == case, table.c.state == OPEN)
            .values(state=state, closed_at=now(), closed_by=by, right=right, right_article=right_article)
        )
        with self._database.transaction() as connection:
            return connection.execute(statement).rowcount == 1

    # What a chat leans on

    def memory(self, chat: str) -> Any:  # noqa: ANN401 - what the assistant stored
        """Return what was remembered of a chat, None where nothing is, or not any more."""
        table = schema.chats
        query = sa.select(table.c.memory).where(table.c.chat == chat, table.c.changed_at >= now() - MEMORY_KEPT)
        with self._database.transaction() as connection:
            sealed = connection.execute(query).scalar_one_or_none()
        try:
            return None if sealed is None else self._keys.open(sealed)
        except ValueError:
            return None

    def remember(self, chat: str, memory: object) -> None:
        """Keep what the next question of a chat may lean on."""
        with self._database.transaction() as connection:
            remember(self._database, connection, chat, self._keys.seal(memory))

    # Forgetting

    def forget(self, chat: str) -> None:
        """Erase all that is kept of a chat, off the disk too."""
        self.flush()
        row = {"at": now().isoformat(timespec="microseconds"), "chat": chat}
        for journal in self._erasures[::-1]:
            journal.append(row)
        # To write all tables anew takes their locks: nobody has that done for a chat of which nothing is kept.
        self._unscrubbed = bool(self._erase({chat: now()})) or self._unscrubbed
        if self._unscrubbed:
            self._database.scrub()
            self._unscrubbed = False

    def forget_again(self) -> int:
        """Erase anew what a restored backup brought back; return of how many chats."""
        until: dict[str, dt.datetime] = {}
        for row in (row for journal in self._erasures for row in journal.rows()):
            at = dt.datetime.fromisoformat(row["at"])
            until[row["chat"]] = max(at, until.get(row["chat"], at))
        return self._erase(until)

    def _erase(self, until: Mapping[str, dt.datetime]) -> int:
        found = 0
        with self._database.transaction() as connection:
            for chat, at in until.items():
                count = 0
                for table in _OF_A_CHAT:
                    moment = next(c for c in table.c if isinstance(c.type, sa.DateTime))
                    condition = sa.and_(table.c.chat == chat, moment <= at)
                    if table is schema.inbox:
                        # The row stays, empty: an update that is sent again is still known.
                        condition = sa.and_(condition, table.c.payload.is_not(None))
                        values = {"payload": None, "state": "done"}
                        count += connection.execute(sa.update(table).where(condition).values(**values)).rowcount
                    else:
                        count += connection.execute(sa.delete(table).where(condition)).rowcount
                found += bool(count)
        return found

    def purge(self) -> None:
        """Delete what is older than the days that questions are kept."""
        before = now() - self._retention
        with self._database.transaction() as connection:
            connection.execute(sa.delete(schema.asked).where(schema.asked.c.asked_at < before))
            connection.execute(sa.delete(schema.feedback).where(schema.feedback.c.given_at < before))
            connection.execute(
                sa.delete(schema.cases).where(schema.cases.c.opened_at < before, schema.cases.c.state != CONFIRMED)
            )
            connection.execute(sa.delete(schema.chats).where(schema.chats.c.changed_at < now() - MEMORY_KEPT))
            connection.execute(sa.delete(schema.windows).where(schema.windows.c.heard_at < now() - WINDOWS_KEPT))
            connection.execute(sa.delete(schema.replies).where(schema.replies.c.sent_at < now() - REPLIES_KEPT))
            connection.execute(sa.delete(schema.sessions).where(schema.sessions.c.until < now()))
        self._database.scrub()


def _asked(row: Any) -> Asked:  # noqa: ANN401 - a row of the table
    return Asked(
        row.code, row.question, row.status, row.reason, json.loads(row.answer), row.generation, aware(row.asked_at)
    )
