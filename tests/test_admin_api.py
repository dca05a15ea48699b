"""The editors' endpoints over HTTP: behind the token, each act done and on record; and the OpenAPI document."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.library import Library
from bot.service import build_app
from config.settings import Admin, Settings
from retrieval.encoding import Encoder
from tests.conftest import PROVINCE

TOKEN = "made-up-admin-token"
GOOD = {"Authorization": f"Bearer {TOKEN}"}
MEETING = "giao-ban-thang-3.md"


@pytest.fixture
def client(tmp_path: Path, encoder: Encoder) -> Iterator[TestClient]:
    library = Library(tmp_path, encoder)
    library.index([PROVINCE / "articles"])
    settings = Settings(data_dir=tmp_path, corpus=[PROVINCE / "articles"], admin=Admin(token=SecretStr(TOKEN)))
    with TestClient(build_app(settings, library)) as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": TOKEN},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": "Bearer "},
    ],
)
def test_without_the_token_nothing_is_done_and_that_is_on_record(client: TestClient, headers: dict[str, str]) -> None:
    for method, path in (
        ("GET", "status"),
        ("GET", "audit"),
        ("POST", "reload"),
        ("POST", "rollback"),
        ("POST", f"articles/{MEETING}/erase"),
    ):
        assert client.request(method, f"/admin/{path}", headers=headers).status_code == 401
    acts = client.get("/admin/audit", headers=GOOD).json()
    assert {a["outcome"] for a in acts} == {"refused"}
    assert TOKEN not in json.dumps(acts)


def test_without_a_token_in_the_settings_there_are_no_endpoints(tmp_path: Path, encoder: Encoder) -> None:
    with TestClient(build_app(Settings(data_dir=tmp_path), Library(tmp_path, encoder))) as client:
        assert client.get("/admin/status", headers={"Authorization": "Bearer "}).status_code == 404


def test_an_editor_s_day(client: TestClient) -> None:
    def post(path: str, **body: str) -> str:
        answer = client.post(f"/admin/{path}", headers=GOOD, json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["text"])

    first = client.get("/admin/generations", headers=GOOD).json()[0]["id"]
    added = client.post(
        "/admin/articles?name=cau.md", headers=GOOD, content="Huyện Ba Khe khánh thành 3 cầu treo.".encode()
    )
    assert "Đã thêm 1 bài" in added.json()["text"]
    question = {"question": "Huyện Ba Khe khánh thành bao nhiêu cầu treo?"}
    assert client.post("/api/ask", json=question).json()["text"].startswith("3 cầu")
    assert "Đã rút bài" in post(f"articles/{MEETING}/withdraw", why="sai")
    assert "trở lại" in post(f"articles/{MEETING}/restore")
    assert "giữ lại" in post(f"articles/{MEETING}/hold", words="412 mô hình dân vận khéo")
    assert "trích trở lại" in post(f"articles/{MEETING}/release")
    assert "Thêm 0, đổi 0, bỏ 0" in post("reload")
    assert first in post("rollback")
    assert "xóa hẳn" in post(f"articles/{MEETING}/erase")
    assert "Số bài: 7" in client.get("/admin/status", headers=GOOD).json()["text"]
    acts = [a["act"] for a in client.get("/admin/audit", headers=GOOD).json()]
    assert acts == ["add", "withdraw", "restore", "hold", "release", "reload", "rollback", "erase"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"generation=x", b"[" * 60_000])
@pytest.mark.parametrize("path", ["rollback", f"articles/{MEETING}/release", f"articles/{MEETING}/withdraw"])
def test_by_half_a_body_nothing_is_done(client: TestClient, path: str, body: bytes) -> None:
    before = client.get("/admin/generations", headers=GOOD).json()
    answer = client.post(f"/admin/{path}", headers=GOOD, content=body)
    assert answer.status_code == 400
    assert "no JSON object" in answer.json()["error"]
    assert client.get("/admin/generations", headers=GOOD).json() == before


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("articles", {}, 422), ("articles", {"url": "http://127.0.0.1/"}, 422), ("articles/none/withdraw", {}, 404), ("articles/none/fly", {}, 422),
        (f"articles/{MEETING}/hold", {}, 422), ("rollback", {"generation": "20000101"}, 409), ("rollback", {"generation": 1}, 422), ("articles?name=x.exe", {}, 422),
    ],
)  # fmt: skip
def test_what_cannot_be_done_has_its_status(
    client: TestClient, path: str, body: dict[str, object], status: int
) -> None:
    answer = client.post(f"/admin/{path}", headers=GOOD, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_document_names_every_route(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert isinstance(client.app, Starlette)
    routes = {re.sub(r":\w+\}", "}", r.path) for r in client.app.routes if isinstance(r, Route)}
    pages = {"/", "/khung", "/chat.css", "/chat.js", "/favicon.ico", "/openapi.json"}
    pages |= {path for path in routes if path.startswith("/quan-tri")}
    only_with_a_token = {"/telegram", "/zalo/oa", "/zalo/bot"}
    assert routes - pages == set(document["paths"]) - only_with_a_token
    reply = client.post("/api/ask", json={"question": "Ai chủ trì hội nghị giao ban công tác dân vận quý I?"}).json()
    assert set(reply) <= set(document["components"]["schemas"]["Reply"]["properties"])
