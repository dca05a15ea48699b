"""Answering in processes of their own: the same answers, of the corpus in force, and none lost when a process is."""

import os
import pickle
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bot import answering
from bot.answering import READY, Answerers, Asked
from bot.library import Library
from bot.service import processes_of
from config.settings import Reader as ReaderSettings
from config.settings import Settings
from retrieval.answers.types import Answer, Reply
from retrieval.encoding import Encoder
from tests.bot_api import wait_for
from tests.conftest import PROVINCE

ARTICLES = PROVINCE / "articles"
QUESTIONS = (
    "Ai chủ trì hội nghị giao ban công tác dân vận quý I?",
    "vu sat lo o xa suoi rac lam sap bao nhieu can nha",
    "Giá vàng hôm nay bao nhiêu?",
    "Ai chủ trì hội nghị giao ban dân vận? Hội nghị diễn ra ở đâu?",
)


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder) -> Iterator[Library]:
    """A library whose questions two processes answer, both of them ready."""
    made = Library(tmp_path / "data", encoder)
    made.index([ARTICLES])
    made.answerers = Answerers(tmp_path / "data", 2)
    wait_for(lambda: len(answerers_of(made)._all) == 2, 60)
    yield made
    made.answerers.close()


def answerers_of(library: Library) -> Answerers:
    assert library.answerers is not None
    return library.answerers


def told(reply: Reply) -> tuple[object, ...]:
    """Return what a reply says, without its id and its time."""
    row = reply.to_json()
    return tuple((k, str(v)) for k, v in row.items() if k not in {"id", "elapsed_ms", "also"}) + tuple(
        told(other) for other in reply.also
    )


def test_they_answer_as_the_service_itself_does(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [told(library.engine().ask(q)) for q in QUESTIONS]

    def nowhere(*_: object, **__: object) -> Reply:
        raise AssertionError("the service answered itself")

    monkeypatch.setattr(library.engine(), "ask", nowhere)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(library.ask, QUESTIONS * 4))
    assert [told(r) for r in found] == expected * 4
    after = library.ask("Họp ở đâu?", QUESTIONS[0], 0, None, ())
    assert isinstance(after, Answer)
    assert "Hội trường Tỉnh ủy" in after.text


def test_what_is_withdrawn_is_answered_by_none_and_a_reload_by_all(library: Library, tmp_path: Path) -> None:
    asked = "vụ sạt lở ở xã Suối Rạc làm sập bao nhiêu căn nhà"
    assert isinstance(library.ask(asked), Answer)
    library.withdraw("ho-da-bac-sat-lo.md", by="test")
    for _ in range(6):
        reply = library.ask(asked)
        assert not (isinstance(reply, Answer) and any(c.article_id == "ho-da-bac-sat-lo.md" for c in reply.citations))
    library.restore("ho-da-bac-sat-lo.md", by="test")
    assert isinstance(library.ask(asked), Answer)
    (tmp_path / "more.md").write_text("Ngày 3/9, xã Nậm Pha khánh thành cầu Nậm Pha dài 42 m.\n", encoding="utf-8")
    library.index([ARTICLES, tmp_path / "more.md"])
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(library.ask, ["Cầu Nậm Pha dài bao nhiêu mét?"] * 8))
    assert {r.generation for r in replies} == {library.engine().generation.id}
    assert all("42 m" in r.text for r in replies if isinstance(r, Answer))
    assert isinstance(replies[0], Answer)


def test_a_killed_process_loses_no_question_and_is_replaced(library: Library) -> None:
    answerers = answerers_of(library)
    before = [p._process.pid for p in answerers._all]
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert all(isinstance(library.ask(QUESTIONS[0]), Answer) for _ in range(3))
    wait_for(lambda: len(answerers._all) == 2, 60)
    assert not {p._process.pid for p in answerers._all} & set(before)
    assert isinstance(library.ask(QUESTIONS[0]), Answer)


def test_one_that_hangs_is_replaced(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    answerers = answerers_of(library)
    monkeypatch.setattr(answering, "LONGEST_ANSWER_S", 0.2)
    before = [p._process for p in answerers._all]
    for process in before:
        process.send_signal(signal.SIGSTOP)
    assert all(isinstance(library.ask(QUESTIONS[0]), Answer) for _ in range(2))
    monkeypatch.setattr(answering, "LONGEST_ANSWER_S", 30.0)
    wait_for(lambda: len(answerers._all) == 2, 60)
    assert all(p.poll() is not None for p in before)
    assert isinstance(library.ask(QUESTIONS[0]), Answer)


def test_a_stop_ends_them_and_a_signal_of_its_own_does_not(library: Library) -> None:
    answerers = answerers_of(library)
    processes = [p._process for p in answerers._all]
    for process in processes:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert [p.poll() for p in processes] == [None, None]
    assert isinstance(library.ask(QUESTIONS[0]), Answer)
    answerers.close()
    assert all(p.poll() is not None for p in processes)
    assert isinstance(library.ask(QUESTIONS[0]), Answer), "the service answers what comes after"


def test_a_process_without_an_index_says_so_and_is_given_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    answerers = Answerers(tmp_path / "none", 1)
    wait_for(lambda: "did not start" in caplog.text, 60)
    assert answerers.ask(Asked("g", (0, 0), "Ai?")) is None
    answerers.close()


def test_a_question_that_fails_there_is_handed_back(
    province: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = province.engine()
    state = engine.generation.id, engine.generation.corrections.version
    requests = BytesIO(pickle.dumps(Asked(*state, QUESTIONS[0])) + pickle.dumps(Asked(*state, "hỏng")))
    replies = BytesIO()
    ask = engine.ask

    def broken(question: str, *rest: Any) -> Reply:
        if question == "hỏng":
            raise ZeroDivisionError
        return ask(question, *rest)

    monkeypatch.setattr(engine, "ask", broken)
    kept = {s: signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        answering.work(province, requests, replies)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    replies.seek(0)
    ready, answered, failed = (pickle.load(replies) for _ in range(3))  # noqa: S301 - what was written a line above
    assert ready == READY
    assert isinstance(answered, Answer)
    assert failed is None
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.usefixtures("clean_environment")
def test_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, processes in (({0}, 0), ({0, 1}, 2), (set(range(16)), 2)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, own=cores: own)
        assert processes_of(Settings()) == processes
    assert processes_of(Settings(processes=0)) == 0
    assert processes_of(Settings(processes=5)) == 5
    llm = ReaderSettings(kind="llm", base_url="http://127.0.0.1:1/v1", model="m")
    assert processes_of(Settings(reader=llm, processes=5)) == 0
