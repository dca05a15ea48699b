"""The tables. A chat stands in them as a keyed hash; what could name a person is encrypted, or not there."""

from sqlalchemy import (
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

_HASH = String(32)

inbox = Table(
    "inbox", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("update_key", _HASH, nullable=False),
    Column("chat", _HASH, nullable=False),
    Column("payload", LargeBinary),
    Column("state", String(8), nullable=False),
    Column("sent", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("channel", "update_key", name="inbox_once"),
    Index("inbox_waiting", "state", "id"),
)  # fmt: skip
"""Updates as they came, encrypted until they are answered; `sent` counts the messages of the answer that went out."""

chats = Table(
    "chats", metadata,
    Column("chat", _HASH, primary_key=True),
    Column("memory", LargeBinary, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip
"""What the next question of a chat may lean on, encrypted."""

asked = Table(
    "asked", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("code", String(32), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("chat", _HASH, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(24)),
    Column("kind", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("generation", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("elapsed_ms", Float, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False, index=True),
)  # fmt: skip
"""Questions, with numbers of phones and papers masked, and what was answered; for TINTINH_PRIVACY__RETENTION_DAYS."""

daily = Table(
    "daily", metadata,
    Column("day", String(10), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("questions", Integer, nullable=False),
    Column("milliseconds", Float, nullable=False),
)  # fmt: skip
"""How much was asked each day; nothing of anybody, so it stays."""

feedback = Table(
    "feedback", metadata,
    Column("code", String(32), primary_key=True),
    Column("chat", _HASH, primary_key=True),
    Column("good", Integer, nullable=False),
    Column("reason", String(32)),
    Column("given_at", DateTime(timezone=True), nullable=False, index=True),
)  # fmt: skip

cases = Table(
    "cases", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("code", String(32), nullable=False),
    Column("chat", _HASH, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("generation", String(64), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", String(64)),
    Column("right", Text),
    Column("right_article", Text),
    UniqueConstraint("code", "chat", name="cases_once"),
)  # fmt: skip
"""Answers that somebody reported as wrong, for an editor to confirm or dismiss."""

subscriptions = Table(
    "subscriptions", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("chat", _HASH, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("topic", String(120), nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    UniqueConstraint("chat", "topic", name="subscriptions_once"),
)  # fmt: skip
"""What a chat follows; the address that news goes to is encrypted."""

windows = Table(
    "windows", metadata,
    Column("chat", _HASH, primary_key=True),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Column("replies", Integer, nullable=False),
)  # fmt: skip
"""When a chat of a platform that lets us write only for a while was heard last, and how many messages it got since."""

replies = Table(
    "replies", metadata,
    Column("question", _HASH, primary_key=True),
    Column("chat", _HASH, nullable=False, index=True),
    Column("messages", LargeBinary, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False, index=True),
)  # fmt: skip
"""Which messages answered a question of a channel: an edited question edits them. Their ids are encrypted."""

seen_articles = Table(
    "seen_articles", metadata,
    Column("article", String(64), primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False, index=True),
)  # fmt: skip
"""Hashes of the articles that were in the corpus, and since when: what is new to whoever follows a topic."""

sealed = Table(
    "sealed", metadata,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip
"""Small secrets that change as the service runs (a channel's refresh token), encrypted."""

sessions = Table(
    "sessions", metadata,
    Column("token", _HASH, primary_key=True),
    Column("person", LargeBinary, nullable=False),
    Column("once", Integer, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)  # fmt: skip
"""Sign-ins to the admin page: links that work once, and what they were changed into."""
