"""The HTTP service in-process: the page, the API, a passage, health; and taking up a new generation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.library import Library
from bot.service import build_app
from config.settings import Settings
from retrieval.encoding import Encoder
from retrieval.generations import Store
from tests.bot_api import wait_for
from tests.conftest import PROVINCE


@pytest.fixture
def client(province: Library) -> Iterator[TestClient]:
    with TestClient(build_app(Settings(data_dir=province.store.data, corpus=[PROVINCE]), province)) as client:
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


def test_without_an_index_it_is_healthy_but_not_ready(tmp_path: Path, encoder: Encoder) -> None:
    with TestClient(build_app(Settings(data_dir=tmp_path), Library(tmp_path, encoder))) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        assert client.post("/api/ask", json={"question": "Ai?"}).status_code == 503


def test_a_generation_published_elsewhere_is_in_force_within_two_seconds(tmp_path: Path, encoder: Encoder) -> None:
    """And one that is damaged is not: what was in force stays."""
    library = Library(tmp_path, encoder)
    library.index([PROVINCE / "articles"])
    with TestClient(build_app(Settings(data_dir=tmp_path), library)) as client:
        before = client.get("/readyz").json()["generation"]
        other = Store(tmp_path)
        new = other.publish(list(library.engine().generation.articles())[:3], encoder)
        wait_for(lambda: client.get("/readyz").json()["generation"] == new, 2)
        assert new != before
        broken = other.publish([], encoder)
        path = other.folder / broken / "passages.npy"
        path.write_bytes(path.read_bytes() + b"x")
        assert client.get("/readyz").json()["generation"] in {new, broken}
