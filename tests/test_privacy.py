"""Numbers are masked before any store; what a person said and who he is are gone from the disk when he asks for it."""

import datetime as dt
import json
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pgserver.postgres_server import get_server
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.admin import Desk, Person
from bot.assistant import Assistant
from bot.commands import Commands
from bot.library import Library
from bot.masking import EMAIL, PAPER, PHONE, mask
from bot.messages import Incoming
from bot.service import build_app
from bot.store import schema
from bot.store.database import Database, now
from bot.store.followers import Followers
from bot.store.keys import Keys
from bot.store.people import People
from config.settings import Privacy, Settings
from retrieval.articles import Article
from tests.bot_api import TOKEN, BotApi, wait_for
from tests.test_telegram import Bot

KEYS = Keys("a made-up secret of some length")
QUESTION = "ai chu tri hoi nghi giao ban dan van quy 1 2024 vay a"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("số tôi là 0912345678 gọi lại nhé", f"số tôi là {PHONE} gọi lại nhé"),
        ("lh 0912 345 678", f"lh {PHONE}"),
        ("+84 912.345.678", PHONE),
        ("(0215) 3 826 123", PHONE),
        ("cccd 001234567890 của tôi", f"cccd {PAPER} của tôi"),
        ("CMND số 123456789", f"CMND số {PAPER}"),
        ("012345678901 la can cuoc e", f"{PAPER} la can cuoc e"),
        ("ho chieu C1234567", f"ho chieu {PAPER}"),
        ("stk 19034567890123 tcb", f"stk {PAPER} tcb"),
        ("thu qua an.nguyen@vi-du.vn nhe", f"thu qua {EMAIL} nhe"),
        ("kế hoạch 1234/KH-UBND ngày 29/12/2023", "kế hoạch 1234/KH-UBND ngày 29/12/2023"),
        ("1.234.567.890 đồng chi cho ai", "1.234.567.890 đồng chi cho ai"),
        ("1234567890 đồng chi cho ai", "1234567890 đồng chi cho ai"),
        ("năm 2023 có 1700 hộ, 2024 có 1800 hộ", "năm 2023 có 1700 hộ, 2024 có 1800 hộ"),
        ("Nghị quyết 18-NQ/TW, 30.4, 1.700 tỷ", "Nghị quyết 18-NQ/TW, 30.4, 1.700 tỷ"),
    ],
)
def test_numbers_that_name_a_person_are_masked_and_others_stay(typed: str, kept: str) -> None:
    assert mask(typed) == kept


@given(st.text(max_size=30), st.integers(0, 10**8 - 1), st.sampled_from(["03", "05", "07", "08", "09"]))
def test_no_mobile_number_gets_through(around: str, rest: int, beginning: str) -> None:
    number = f"{beginning}{rest:08d}"
    kept = mask(f"{around} {number} {around}")
    assert number not in kept
    assert mask(kept) == kept


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    made = Database(None, tmp_path / "data")
    yield made
    made.close()


def people_of(store: Database, *copies: Path) -> People:
    return People(store, KEYS, [store.data / "erasures.jsonl", *copies])


def bytes_hold(folder: Path, *words: str) -> list[str]:
    content = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    return [w for w in words if w.encode() in content]


def test_what_is_kept_names_nobody_and_goes_when_it_is_asked(store: Database, province: Library) -> None:
    people = people_of(store)
    assistant = Assistant(province, people)
    commands = Commands(assistant, people, Followers(store, KEYS))
    for chat in ("4455667788", "other"):
        said = commands.answer(Incoming("test", chat, f"{QUESTION} 0912345678", address=chat))
        assert said.reply is not None
        people.judge(said.reply.id, people.chat("test", chat), good=True)
        people.remember(people.chat("test", chat), assistant.kept("test", chat) or {})
        commands.answer(Incoming("test", chat, "báo sai"))
        commands.answer(Incoming("test", chat, "/theodoi dân vận", address=chat))
    people.flush()
    assert bytes_hold(store.data, QUESTION) == [QUESTION]
    assert not bytes_hold(store.data, "4455667788", "0912345678")
    assert "vay a" in commands.answer(Incoming("test", "4455667788", "/lichsu")).words

    commands.answer(Incoming("test", "other", "/forget"))
    assert "Đã xóa" in commands.answer(Incoming("test", "4455667788", "xóa dữ liệu của tôi")).words
    assert not bytes_hold(store.data, QUESTION, "4455667788", "0912345678")
    with store.transaction() as connection:
        for table in (schema.asked, schema.feedback, schema.cases, schema.subscriptions, schema.chats):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_postgresql_too_keeps_no_byte_of_what_was_erased(province: Library, tmp_path: Path) -> None:
    """Neither in a table, nor among the planner's samples, nor in the write-ahead log, where the server is set up as the guide says."""
    folder = tmp_path / "postgres"
    server = get_server(folder, cleanup_mode="delete")
    store = Database(server.get_uri(), tmp_path / "data")
    try:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ALTER SYSTEM SET wal_recycle = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        people = people_of(store)
        commands = Commands(Assistant(province, people), people, Followers(store, KEYS))
        for _ in range(3):
            commands.answer(Incoming("test", "4455667788", QUESTION, address="4455667788"))
        commands.answer(Incoming("test", "4455667788", "báo sai"))
        commands.answer(Incoming("test", "4455667788", "/theodoi hội cầu mùa", address="4455667788"))
        people.flush()
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
        assert bytes_hold(folder, QUESTION) == [QUESTION]
        commands.answer(Incoming("test", "4455667788", "/forget"))
        wait_for(lambda: not bytes_hold(folder, QUESTION, "hội cầu mùa", "hoi cau mua", "4455667788"), 60)
    finally:
        store.close()
        server.cleanup()


def test_a_role_without_rights_on_the_server_erases_all_the_same(
    province: Library, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = get_server(tmp_path / "postgres", cleanup_mode="delete")
    try:
        server.psql("CREATE ROLE plain LOGIN; CREATE DATABASE ours OWNER plain;")
        url = sa.make_url(server.get_uri()).set(username="plain", database="ours")
        store = Database(url.render_as_string(hide_password=False), tmp_path / "data")
        people = people_of(store)
        Commands(Assistant(province, people), people).answer(Incoming("test", "1", QUESTION))
        people.flush()
        with caplog.at_level("INFO"):
            people.forget(KEYS.hash("test", "1"))
        assert people.history(KEYS.hash("test", "1")) == []
        assert "until its own checkpoint" in caplog.text
        store.close()
    finally:
        server.cleanup()


def test_no_restored_backup_brings_anybody_back(store: Database, province: Library, tmp_path: Path) -> None:
    """Neither one of the data folder: the second record of erasures lies outside."""
    copy = tmp_path / "elsewhere" / "erasures.jsonl"
    people = people_of(store, copy)
    Commands(Assistant(province, people), people).answer(Incoming("test", "1", QUESTION))
    people.flush()
    store.close()
    shutil.copytree(store.data, tmp_path / "backup")
    again = Database(None, store.data)
    people_of(again, copy).forget(KEYS.hash("test", "1"))
    again.close()
    shutil.rmtree(store.data)
    shutil.copytree(tmp_path / "backup", store.data)
    restored = Database(None, store.data)
    assert bytes_hold(store.data, QUESTION)
    people = people_of(restored, copy)
    assert people.forget_again() == 1
    people.purge()
    assert people.history(KEYS.hash("test", "1")) == []
    restored.close()
    assert not bytes_hold(store.data, QUESTION)


def test_questions_are_kept_for_their_days(store: Database, province: Library) -> None:
    people = people_of(store)
    Commands(Assistant(province, people), people).answer(Incoming("test", "1", QUESTION))
    people.flush()
    with store.transaction() as connection:
        connection.execute(sa.update(schema.asked).values(asked_at=now() - dt.timedelta(days=29)))
    people.purge()
    assert len(people.history(people.chat("test", "1"))) == 1
    with store.transaction() as connection:
        connection.execute(sa.update(schema.asked).values(asked_at=now() - dt.timedelta(days=31)))
    people.purge()
    assert people.history(people.chat("test", "1")) == []
    assert not bytes_hold(store.data, QUESTION)
    assert sum(row[3] for row in people.days(dt.date(2020, 1, 1))) == 1, "how much was asked stays"


def test_the_page_s_twin(province: Library, tmp_path: Path) -> None:
    """Over HTTP: asked, remembered, judged; then forgotten, on the disk too, with nothing in the log."""
    data = tmp_path / "data"
    shutil.copytree(province.store.data, data)
    settings = Settings(data_dir=data, privacy=Privacy(hash_key=SecretStr("a made-up secret of some length")))
    client_id = "made-up-client-of-a-page-1"
    with TestClient(build_app(settings, Library(data, province.encoder))) as client:
        said = client.post("/api/chat", json={"client": client_id, "text": f"{QUESTION}, sdt 0912345678"}).json()
        judged = {"client": client_id, "code": said["reply"]["id"], "opinion": "bad"}
        assert client.post("/api/feedback", json=judged).json()["reasons"]
        client.post("/api/ask", json={"client": client_id, "question": QUESTION})
        wait_for(lambda: bytes_hold(data, QUESTION) == [QUESTION])
        assert "Đã xóa" in client.post("/api/forget", json={"client": client_id}).json()["words"]
        assert not bytes_hold(data, QUESTION, client_id, "0912345678")


def test_a_person_is_forgotten_within_a_minute_and_the_log_is_silent(province: Library, tmp_path: Path) -> None:
    """The real service over Telegram: the bytes of the data folder, the database and the log."""
    user = 5_544_332_211
    with BotApi() as api:
        bot = Bot(province, api.base_url, tmp_path)
        try:
            wait_for(lambda: any(name == "getUpdates" for name, _ in api.calls), 40)
            api.say(f"{QUESTION} 0987654321", user=user)
            api.wait(1)
            wait_for(lambda: bytes_hold(tmp_path, QUESTION) == [QUESTION], 20)
            assert not bytes_hold(tmp_path, str(user), "0987654321")
            api.say("/riengtu", user=user)
            assert "30 ngày" in api.wait(2)[1]["text"]
            began = time.monotonic()
            api.say("/forget", user=user)
            assert "Đã xóa" in api.wait(3)[2]["text"]
            wait_for(lambda: not bytes_hold(tmp_path, QUESTION, str(user)), 60)
            assert time.monotonic() - began < 60
            assert bot.stop() == 0
            assert not bytes_hold(tmp_path, QUESTION, str(user), "0987654321", TOKEN)
        finally:
            bot.stop(signal.SIGKILL)


def test_news_goes_to_who_follows_it_once(store: Database, province: Library, tmp_path: Path) -> None:
    followers = Followers(store, KEYS)
    folder = tmp_path / "articles"
    shutil.copytree(Path(__file__).parent / "province" / "articles", folder)
    library = Library(tmp_path / "index", province.encoder)
    library.index([folder])

    def due(*, daily: bool, told_at: dt.datetime | None = None) -> list[tuple[str, tuple[str, ...]]]:
        generation = library.engine().generation
        ids = [i for s in generation.segments for i in s.ids]
        followers.take_in(ids)
        found = followers.due(
            ids,
            lambda i: generation.article(row) if (row := generation.row(i)) is not None else None,
            daily=(told_at or now()) if daily else None,
        )
        return [(d.address, d.articles) for d in found]

    assert due(daily=True) == []
    followers.follow("test", "1", "address-1", "Hội Nông dân", at_once=True)
    followers.follow("test", "2", "address-2", "hoi nong dan", at_once=False)
    followers.follow("test", "3", "address-3", "cá voi", at_once=True)
    assert due(daily=True) == [], "what is there already is no news"
    text = "Hội Nông dân huyện Ba Khe phát động trồng 500 cây quế. Lễ phát động diễn ra sáng 5/4/2024."
    (folder / "que.md").write_text(f"---\ntitle: Ba Khe trồng quế\n---\n{text}", encoding="utf-8")
    Desk(library, [folder]).reload(Person("test", "editor"))
    assert due(daily=False) == [("address-1", ("que.md",))]
    assert due(daily=True) == [("address-1", ("que.md",)), ("address-2", ("que.md",))]
    this_morning = now() - dt.timedelta(hours=1)
    assert due(daily=True, told_at=this_morning) == [("address-1", ("que.md",))], (
        "who began to follow since waits for tomorrow"
    )
    with store.transaction() as connection:
        ids = list(connection.execute(sa.select(schema.subscriptions.c.id)).scalars())
    for subscription in ids:
        followers.told(subscription)
    assert due(daily=True) == []
    assert followers.unfollow("test", "1", "hội nông dân")
    assert not followers.unfollow("test", "1", "hội nông dân")
    assert not bytes_hold(store.data, "address-1", "address-2")
    assert json.dumps(followers.topics("test", "2"), ensure_ascii=False) == '[["hoi nong dan", false]]'


def test_an_address_under_another_key_keeps_news_from_nobody(store: Database, province: Library) -> None:
    generation = province.engine().generation
    followers = [Followers(store, KEYS), Followers(store, Keys("another made-up secret, as long"))]
    ids = [i for segment in generation.segments for i in segment.ids]
    followers[0].take_in(ids[:1])
    for number, one in enumerate(followers):
        one.follow("test", str(number), f"address-{number}", "Lam Giang", at_once=True)
    followers[0].take_in(ids)

    def article(name: str) -> Article | None:
        row = generation.row(name)
        return None if row is None else generation.article(row)

    assert [[d.address for d in one.due(ids, article, daily=None)] for one in followers] == [
        ["address-0"],
        ["address-1"],
    ]


def test_what_could_not_be_written_down_stays(
    store: Database, province: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(store, KEYS, [store.data / "erasures.jsonl"])
    people.asked("test", "1", QUESTION, province.ask(QUESTION))
    with monkeypatch.context() as patch:
        patch.setattr(store, "transaction", _fails)
        with pytest.raises(sa.exc.OperationalError):
            people.flush()
    people.flush()
    with store.transaction() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(schema.asked)).scalar_one() == 1


def _fails() -> None:
    raise sa.exc.OperationalError("made up", None, ValueError())


def test_what_was_erased_is_scrubbed_the_next_time(
    store: Database, province: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(store, KEYS, [store.data / "erasures.jsonl"])
    people.asked("test", "1", QUESTION, province.ask(QUESTION))
    chat = people.chat("test", "1")
    with monkeypatch.context() as patch:
        patch.setattr(store, "scrub", _fails)
        with pytest.raises(sa.exc.OperationalError):
            people.forget(chat)
    scrubbed: list[int] = []
    monkeypatch.setattr(store, "scrub", lambda: scrubbed.append(1))
    people.forget(chat)
    people.forget(chat)
    assert scrubbed == [1], "once for what was left, not again for nothing"
