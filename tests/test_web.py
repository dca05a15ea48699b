"""The HTTP service in-process: the page, the API, a passage, health; and taking up a new generation."""

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from starlette.testclient import TestClient

from bot.channels import web
from bot.channels.allowance import MOST_WAITING, Allowance, CrowdedError, TooManyError, WrongKeyError
from bot.commands import Commands
from bot.library import Library
from bot.messages import Incoming, Outgoing
from bot.service import build_app
from config.settings import Settings
from retrieval.encoding import Encoder
from retrieval.generations import Store
from tests.bot_api import wait_for
from tests.conftest import HERE, PROVINCE


@pytest.fixture
def client(province: Library) -> Iterator[TestClient]:
    with TestClient(
        build_app(Settings(data_dir=province.store.data, corpus=[PROVINCE]), province), client=HERE
    ) as client:
        yield client


def test_the_page_needs_nothing_from_outside(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
    size = sum(len(client.get(path).content) for path in ("/", "/chat.css", "/chat.js"))
    assert size < 60_000


def test_ask_and_follow_up(client: TestClient) -> None:
    first = client.post("/api/ask", json={"question": "Ai chủ trì hội nghị giao ban công tác dân vận quý I?"}).json()
    assert first["status"] == "answered"
    assert first["items"][0]["text"] == "Tạ Quang Hiển"
    second = client.post("/api/ask", json={"question": "Ai dự?", "previous": first["question"]}).json()
    assert "Lường Thị Bích" in second["text"]
    assert second["interpretation"].startswith("Hiểu là:")


def test_a_passage_is_shown_in_its_surroundings(client: TestClient) -> None:
    answer = client.post("/api/ask", json={"question": "Ai chủ trì hội nghị giao ban công tác dân vận quý I?"}).json()
    page = client.get(f"/p/{answer['generation']}/{answer['citations'][0]['passage_id']}")
    assert page.status_code == 200
    assert "<mark id='doan'>" in page.text
    for path in (
        "/p/none/1",
        f"/p/{answer['generation']}/99999",
        f"/p/{answer['generation']}/-1",
        f"/p/{answer['generation']}/x",
    ):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 60_000, 400),
        (b"[]", 422),
        (b'{"question": 5}', 422),
        (b'{"question": "a", "previous": []}', 422),
        (b'{"question": "a", "skip": -1}', 422),
        (b'{"question": "a", "skip": true}', 422),
        (b'"' + b"x" * 70_000 + b'"', 413),
    ],
)
def test_a_wrong_body_is_told_what_is_wrong(client: TestClient, body: bytes, status: int) -> None:
    response = client.post("/api/ask", content=body)
    assert response.status_code == status
    assert response.json()["error"]


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json()["ready"] is True


def test_figures_for_prometheus(client: TestClient) -> None:
    """What was asked on any channel is counted by what came of it; nothing names anybody or tells what was asked."""

    def figures() -> dict[str, float]:
        response = client.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain; version=")
        found = {}
        for family in text_string_to_metric_families(response.text):
            for sample in family.samples:
                labels = ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()) if k != "le")
                found[f"{sample.name} {labels}"] = sample.value
        assert "zzyzx" not in response.text
        return found

    before = figures()
    assert before["tintinh_ready "] == 1
    assert before["tintinh_articles "] == 8
    assert before["process_resident_memory_bytes "] > 0
    client.post("/api/ask", json={"question": "Ai chủ trì hội nghị giao ban công tác dân vận quý I?"})
    client.post("/api/chat", json={"client": "a" * 16, "text": "Ai chủ trì hội nghị zzyzx về cá voi?"})
    after = figures()
    answered = "tintinh_answer_seconds_count channel=web,reason=,status=answered"
    assert after[answered] - before.get(answered, 0) == 1
    refused = {k: v for k, v in after.items() if k.startswith("tintinh_answer_seconds_count") and "not_found" in k}
    assert sum(refused.values()) == 1


def test_without_an_index_it_is_healthy_but_not_ready(tmp_path: Path, encoder: Encoder) -> None:
    with TestClient(build_app(Settings(data_dir=tmp_path), Library(tmp_path, encoder)), client=HERE) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        assert "tintinh_ready 0.0" in client.get("/metrics").text
        assert client.post("/api/ask", json={"question": "Ai?"}).status_code == 503


def test_a_generation_published_elsewhere_is_in_force_within_two_seconds(tmp_path: Path, encoder: Encoder) -> None:
    """And one that is damaged is not: what was in force stays."""
    library = Library(tmp_path, encoder)
    library.index([PROVINCE / "articles"])
    with TestClient(build_app(Settings(data_dir=tmp_path), library), client=HERE) as client:
        before = client.get("/readyz").json()["generation"]
        other = Store(tmp_path)
        new = other.publish(list(library.engine().generation.articles())[:3], encoder)
        wait_for(lambda: client.get("/readyz").json()["generation"] == new, 2)
        assert new != before
        broken = other.folder / "29991231-000000-broken"
        shutil.copytree(other.folder / new, broken)
        (broken / "removed.npz").write_bytes(b"")
        (tmp_path / "current").write_text(broken.name, encoding="ascii")
        time.sleep(2)
        assert client.get("/readyz").json()["generation"] == new


def test_what_is_withdrawn_is_silent_within_two_seconds_and_its_old_links_are_gone(
    tmp_path: Path, encoder: Encoder
) -> None:
    """Also after a reload and a rollback."""
    library = Library(tmp_path, encoder)
    library.index([PROVINCE / "articles"])
    question = {"question": "Ai chủ trì hội nghị giao ban công tác dân vận quý I?"}
    with TestClient(build_app(Settings(data_dir=tmp_path), library), client=HERE) as client:
        first = client.post("/api/ask", json=question).json()
        citation = first["citations"][0]
        link = f"/p/{first['generation']}/{citation['passage_id']}"
        assert client.get(link).status_code == 200

        elsewhere = Library(tmp_path, encoder)
        elsewhere.withdraw(citation["article_id"], by="test")
        wait_for(lambda: client.post("/api/ask", json=question).json()["status"] == "not_found", 2)
        silent = client.post("/api/ask", json=question).json()
        assert citation["article_id"] not in {s["article_id"] for s in silent["suggestions"]}
        gone = client.get(link)
        assert gone.status_code == 410
        assert "Bài đã được rút" in gone.text

        elsewhere.index([PROVINCE / "articles", PROVINCE.parent / "conversations"])
        elsewhere.rollback(first["generation"])
        wait_for(lambda: client.get("/readyz").json()["generation"] == first["generation"], 2)
        assert client.post("/api/ask", json=question).json()["status"] == "not_found"
        assert client.get(link).status_code == 410

        elsewhere.restore(citation["article_id"], by="test")
        wait_for(lambda: client.post("/api/ask", json=question).json()["status"] == "answered", 2)


def test_a_slow_answer_streams_in(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SLOW_S", 0.0)
    question = {"question": "Ai chủ trì hội nghị giao ban công tác dân vận quý I?"}
    answer = client.post("/api/ask", json=question, headers={"Accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    looking, told = answer.text.strip().split("\n\n")
    assert looking.startswith("event: looking")
    assert told.startswith("event: answer")
    assert json.loads(told.split("data: ", 1)[1])["items"][0]["text"] == "Tạ Quang Hiển"


def test_turns_follow_each_other_when_their_answers_stream_in(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is begun before the one before is over, though its response began long ago; nor is an erasure."""
    monkeypatch.setattr(web, "SLOW_S", 0.0)
    under_way, most = [], []
    answer = Commands.answer

    def slowly(self: Commands, incoming: Incoming) -> Outgoing:
        under_way.append(incoming.text)
        most.append(len(under_way))
        time.sleep(0.2)
        said = answer(self, incoming)
        under_way.remove(incoming.text)
        return said

    monkeypatch.setattr(Commands, "answer", slowly)

    def turn(path: str, text: str) -> None:
        row = {"client": "a-client-of-16-letters", "text": text}
        assert client.post(path, json=row, headers={"Accept": "text/event-stream"}).status_code == 200

    asked = "Ai chủ trì hội nghị giao ban công tác dân vận quý I?"
    with ThreadPoolExecutor() as pool:
        list(pool.map(turn, ["/api/chat", "/api/forget", "/api/chat"], [asked, "", "Họp ở đâu?"]))
    assert most == [1, 1, 1]


def asking(host: str, **headers: str) -> Request:
    given = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "client": (host, 1), "headers": given})


def test_an_address_and_a_key_have_their_allowance() -> None:
    allowance = Allowance(6, ["a-made-up-key"])

    def taken(request: Request) -> int:
        for n in range(200):
            try:
                allowance.take(request)
            except TooManyError:
                return n
        return 200

    assert taken(asking("203.0.113.7")) == 6
    assert taken(asking("203.0.113.8")) == 6, "another address has its own"
    assert 60 <= taken(asking("203.0.113.7", X_API_Key="a-made-up-key")) <= 62
    assert taken(asking("127.0.0.1")) == 200, "the machine itself is not limited"
    assert taken(asking("127.0.0.1", X_Forwarded_For="127.0.0.1, 203.0.113.9")) == 6, "a header may say anything"
    with pytest.raises(WrongKeyError):
        allowance.take(asking("127.0.0.1", X_API_Key="a-made-up-ke"))


async def test_one_too_many_is_told_at_once() -> None:
    allowance = Allowance()
    held = [asyncio.create_task(_hold(allowance)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    began = time.monotonic()
    with pytest.raises(CrowdedError):
        async with allowance.place():
            pass
    assert time.monotonic() - began < 0.2
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)


async def _hold(allowance: Allowance) -> None:
    async with allowance.place():
        await asyncio.sleep(60)


def test_a_conversation_is_slowed_down_politely(client: TestClient) -> None:
    answers = [client.post("/api/chat", json={"client": "made-up-client-9", "text": "xin chào"}) for _ in range(40)]
    slowed = [a for a in answers if a.status_code == 429]
    assert slowed
    assert "nhanh quá" in slowed[0].json()["words"]
    assert slowed[0].headers["retry-after"]
