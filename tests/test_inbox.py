"""Updates are stored once, handled in order within a chat, tried again where the platform is away, and set aside where they break."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pgserver.postgres_server import get_server

from bot import dispatch
from bot.dispatch import CROWDED, TOO_FAST, Channel, Dispatcher, UnparsableError, UnreachableError
from bot.store.database import Database
from bot.store.inbox import Inbox
from bot.store.keys import Keys, key_file, secret_beside
from bot.store.schema import metadata
from retrieval.errors import SettingsError, StoreError

KEYS = Keys("a made-up secret of some length")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server, of this test run alone."""
    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(None, tmp_path)
    else:
        url = request.getfixturevalue("postgres")
        made = Database(url, tmp_path)
        with made.transaction() as connection:
            for table in metadata.sorted_tables:
                connection.execute(sa.delete(table))
    yield made
    made.close()


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database, KEYS)


class Platform:
    """A channel whose handler does what a test wants, and sends through the dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.sent: list[str] = []
        self.handled: list[str] = []
        self.faults: list[Exception] = []
        self.say_faults: list[Exception] = []
        self.slow_s = self.slow_to_say_s = 0.0
        dispatcher.register("test", Channel(self.handle, self.say, lambda _: {"question": "x"}))

    async def handle(self, payload: dict[str, Any]) -> None:
        self.handled.append(payload["text"])
        await asyncio.sleep(self.slow_s)
        for part in payload.get("parts", [payload["text"]]):
            if self.faults and part == payload.get("parts", [part])[-1]:
                raise self.faults.pop(0)

            async def send(part: str = part) -> str:
                self.sent.append(part)
                return part

            await self.dispatcher.deliver(send)

    async def say(self, payload: dict[str, Any], text: str) -> None:
        await asyncio.sleep(self.slow_to_say_s)
        if self.say_faults:
            raise self.say_faults.pop()
        self.sent.append(f"{payload['chat']}: {text}")


async def until(true: Any, seconds: float = 10) -> None:
    for _ in range(int(seconds * 100)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not in time")


async def give(dispatcher: Dispatcher, n: int | str, chat: str = "1", **more: Any) -> None:
    await dispatcher.accept("test", str(n), chat, {"text": str(n), "chat": chat, **more})


def test_the_tables_are_those_of_the_migrations(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_update_is_stored_once_and_its_words_go_when_it_is_answered(inbox: Inbox, database: Database) -> None:
    chat = inbox.hash("test", "1")
    first = inbox.put("test", "a", chat, {"text": "một câu hỏi"})
    assert first is not None
    assert inbox.put("test", "a", chat, {"text": "một câu hỏi"}) is None
    assert inbox.put("other", "a", chat, {"text": "x"}) is not None
    assert [u.payload["text"] for u in inbox.waiting()[0]] == ["một câu hỏi", "x"]
    inbox.done(first.id, chat, {"question": "x"})
    assert [u.payload["text"] for u in inbox.waiting()[0]] == ["x"]
    assert inbox.put("test", "a", chat, {"text": "một câu hỏi"}) is None, "still known"
    with database.transaction() as connection:
        assert (
            connection.execute(sa.text("select payload from inbox where id = :id"), {"id": first.id}).scalar() is None
        )


def test_what_was_stored_under_another_key_is_set_aside(database: Database) -> None:
    Inbox(database, Keys("another made-up secret")).put("test", "a", "1", {"text": "x"})
    inbox = Inbox(database, KEYS)
    assert inbox.waiting() == ([], 1)
    assert inbox.counts() == (0, 1)
    assert inbox.waiting() == ([], 0)


async def test_order_is_kept_within_a_chat_and_chats_run_side_by_side(inbox: Inbox) -> None:
    dispatcher = Dispatcher(inbox)
    platform = Platform(dispatcher)
    platform.slow_s = 0.2
    began = time.monotonic()
    for n in range(12):
        await give(dispatcher, f"{n % 4}-{n}", chat=str(n % 4))
    await until(lambda: len(platform.sent) == 12)
    for chat in range(4):
        own = [int(s.split("-")[1]) for s in platform.sent if s.startswith(f"{chat}-")]
        assert own == sorted(own)
    assert time.monotonic() - began < 12 * 0.2
    await until(lambda: inbox.waiting() == ([], 0))


async def test_after_a_stop_it_goes_on_where_it_was(inbox: Inbox) -> None:
    """Of an answer of three messages two were out: one is sent; an update that was not begun is answered."""
    dispatcher = Dispatcher(inbox)
    platform = Platform(dispatcher)
    platform.faults = [asyncio.CancelledError()]  # type: ignore[list-item]
    await give(dispatcher, "a", parts=["a1", "a2", "a3"])
    await until(lambda: platform.sent == ["a1", "a2"] and not platform.faults)
    await asyncio.sleep(0.05)
    inbox.put("test", "b", inbox.hash("test", "1"), {"text": "b"})
    again = Dispatcher(inbox)
    other = Platform(again)
    await again.resume()
    await until(lambda: other.sent == ["a3", "b"])
    await give(again, "a", parts=["a1"])
    await again.stop(5)
    assert other.sent == ["a3", "b"]


async def test_a_platform_that_is_away_is_waited_for(inbox: Inbox) -> None:
    dispatcher = Dispatcher(inbox)
    platform = Platform(dispatcher)
    platform.faults = [UnreachableError("away", 0.05), UnreachableError("away", 0.05), UnreachableError("away", 0.05), UnreachableError("away", 0.05)]  # fmt: skip
    await give(dispatcher, "a")
    await give(dispatcher, "b")
    await until(lambda: platform.sent == ["a", "b"])
    assert platform.handled.count("a") == 5


async def test_an_update_that_is_tried_again_is_not_asked_again(inbox: Inbox) -> None:
    dispatcher = Dispatcher(inbox)
    platform = Platform(dispatcher)
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    async def handle(payload: dict[str, Any]) -> None:
        page = await dispatcher.answered(ask)
        await Platform.handle(platform, payload | {"parts": [f"page {page}"]})

    platform.faults = [UnreachableError("away", 0.02)] * 2
    dispatcher.register("test", Channel(handle, platform.say))
    await give(dispatcher, "tiếp")
    await until(lambda: platform.sent == ["page 1"])
    await give(dispatcher, "tiếp nữa")
    await until(lambda: platform.sent == ["page 1", "page 2"])


async def test_what_the_store_cannot_mark_waits_for_it(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "STORE_WAIT_S", 0.02)
    faults = [sa.exc.OperationalError("made up", None, ValueError())] * 3
    done = inbox.done

    def fail(*args: Any) -> None:
        if faults:
            raise faults.pop()
        done(*args)

    monkeypatch.setattr(inbox, "done", fail)
    dispatcher = Dispatcher(inbox)
    platform = Platform(dispatcher)
    await give(dispatcher, "a")
    await give(dispatcher, "b")
    await until(lambda: platform.sent == ["a", "b"] and inbox.waiting() == ([], 0))


async def test_what_cannot_be_handled_is_set_aside_and_blocks_nobody(inbox: Inbox) -> None:
    told: list[str] = []

    async def tell(text: str) -> None:
        told.append(text)

    dispatcher = Dispatcher(inbox, tell)
    platform = Platform(dispatcher)
    platform.faults = [UnparsableError("nonsense")]
    await give(dispatcher, "a")
    await give(dispatcher, "b")
    await until(lambda: platform.sent == ["b"])
    platform.faults = [ValueError("ours")] * 3
    await give(dispatcher, "c")
    await give(dispatcher, "d")
    await until(lambda: platform.sent == ["b", "d"], 15)
    await until(lambda: inbox.counts() == (0, 2))
    assert len(told) == 2


async def test_one_who_sends_too_fast_is_told_once_and_the_others_are_not_kept_waiting(inbox: Inbox) -> None:
    dispatcher = Dispatcher(inbox, burst=5)
    platform = Platform(dispatcher)
    for n in range(100):
        await give(dispatcher, f"x{n}", chat="fast")
    began = time.monotonic()
    await give(dispatcher, "other", chat="other")
    await until(lambda: "other" in platform.sent)
    assert time.monotonic() - began < 1
    await until(lambda: sum(s.startswith("x") for s in platform.sent) >= 5)
    assert platform.sent.count(f"fast: {TOO_FAST}") == 1
    assert len(platform.handled) <= 7


async def test_too_many_are_told_at_once(inbox: Inbox) -> None:
    dispatcher = Dispatcher(inbox, most_waiting=3)
    platform = Platform(dispatcher)
    platform.slow_s = 0.5
    for n in range(3):
        await give(dispatcher, n, chat=str(n))
    began = time.monotonic()
    await give(dispatcher, "late", chat="9")
    await until(lambda: f"9: {CROWDED}" in platform.sent)
    assert time.monotonic() - began < 0.2
    await dispatcher.stop(5)
    assert sorted(s for s in platform.sent if len(s) == 1) == ["0", "1", "2"]


async def test_a_stop_waits_until_those_are_told_who_wrote_too_fast(inbox: Inbox) -> None:
    dispatcher = Dispatcher(inbox, burst=1)
    platform = Platform(dispatcher)
    platform.slow_to_say_s = 0.3
    await give(dispatcher, "first", chat="9")
    await give(dispatcher, "second", chat="9")
    await dispatcher.stop(5)
    assert f"9: {TOO_FAST}" in platform.sent


async def test_who_cannot_be_told_to_come_back_is_kept(inbox: Inbox) -> None:
    """The platform is told that an update was taken only when its chat was told, or it is stored."""
    dispatcher = Dispatcher(inbox, most_waiting=0)
    platform = Platform(dispatcher)
    platform.say_faults = [UnreachableError("not connected yet")]
    await give(dispatcher, "kept", chat="1")
    await until(lambda: platform.sent == ["kept"])
    platform.slow_to_say_s = 0.1
    await give(dispatcher, "told", chat="2")
    assert platform.sent == ["kept", f"2: {CROWDED}"], "told before it is acknowledged"


async def test_what_an_answer_leans_on_is_kept_with_it(inbox: Inbox, database: Database) -> None:
    dispatcher = Dispatcher(inbox)
    Platform(dispatcher)
    await give(dispatcher, "a")
    await until(lambda: not inbox.waiting()[0])
    with database.transaction() as connection:
        sealed = connection.execute(sa.text("select memory from chats")).scalar_one()
    assert KEYS.open(bytes(sealed)) == {"question": "x"}


def test_a_database_that_is_not_there_says_what_to_mend(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="TINTINH_DATABASE_URL") as error:
        Database("postgresql://someone:a-password@127.0.0.1:9/x", tmp_path)
    assert "a-password" not in str(error.value)


def test_the_key_lies_beside_the_data_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    secret = secret_beside(data)
    assert secret_beside(data) == secret
    assert key_file(data).stat().st_mode & 0o077 == 0
    assert list(data.iterdir()) == []
    with pytest.raises(SettingsError, match="TINTINH_PRIVACY__HASH_KEY"):
        Keys("short")
    with pytest.raises(SettingsError, match="TINTINH_PRIVACY__HASH_KEY"):
        secret_beside(Path("/proc/no/such"))


def test_what_is_no_address_of_a_database_is_said_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="TINTINH_DATABASE_URL") as fault:
        Database("a-password", tmp_path)
    assert "a-password" not in str(fault.value)
