"""Zalo, both ways, in the one app over strict servers on loopback: signatures, tokens, windows, faults, conversations."""

import datetime as dt
import json
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.channels.zalo_tokens import OaTokens, TokenError
from bot.commands import Commands
from bot.library import Library
from bot.messages import Incoming, Outgoing
from bot.service import build_app
from bot.store.database import Database
from bot.store.keys import Keys
from config.settings import Settings, ZaloBot, ZaloOa
from tests import zalo_api
from tests.bot_api import wait_for
from tests.zalo_api import APP_ID, BOT_TOKEN, FIRST_REFRESH, OA_SECRET, SECRET_KEY, OaApi, ZaloBotApi, check_oa, signed

CHAIR = "ai chu tri hoi nghi giao ban dan van quy 1 2024"
NOTHING = "Ai chủ trì hội nghị về cá voi ở huyện Ba Khe?"


@pytest.fixture
def oa() -> Iterator[OaApi]:
    with OaApi() as server:
        yield server


@pytest.fixture
def bot_api() -> Iterator[ZaloBotApi]:
    with ZaloBotApi() as server:
        yield server


def settings(province: Library, tmp_path: Path, **more: Any) -> Settings:
    return Settings(data_dir=province.store.data, database_url=SecretStr(f"sqlite:///{tmp_path}/store.db"), **more)


def service(oa: OaApi, province: Library, tmp_path: Path) -> TestClient:
    options = ZaloOa(
        app_id=APP_ID, secret_key=SecretStr(SECRET_KEY), oa_secret_key=SecretStr(OA_SECRET),
        refresh_token=SecretStr(FIRST_REFRESH), base_url=oa.address, oauth_url=f"{oa.address}/v4/oa/access_token",
    )  # fmt: skip
    return TestClient(build_app(settings(province, tmp_path, zalo_oa=options), province))


@pytest.fixture
def client(oa: OaApi, province: Library, tmp_path: Path) -> Iterator[TestClient]:
    with service(oa, province, tmp_path) as client:
        yield client


def post(client: TestClient, event: dict[str, Any]) -> int:
    body = json.dumps(event, ensure_ascii=False).encode()
    return client.post("/zalo/oa", content=body, headers=signed(body, event["timestamp"])).status_code


class TestOfficialAccount:
    def test_a_conversation(self, client: TestClient, oa: OaApi) -> None:
        """Greeting, answer in one message with its words marked and buttons, follow-up, no text, refusal, report, forgotten."""

        def turn(text: str | None, name: str = "user_send_text") -> dict[str, Any]:
            before = len(oa.sent)
            assert post(client, oa.event(text, name=name)) == 200
            wait_for(lambda: len(oa.sent) > before, 20)
            return oa.sent[before]

        assert "Trả lời tự động, trích từ báo" in turn(None, "follow")["text"]
        answer = turn(CHAIR)
        assert answer["text"].startswith("Tạ Quang Hiển – Phó Bí thư Thường trực Tỉnh ủy Lam Giang")
        assert "«Tạ Quang Hiển»" in answer["text"]
        buttons = answer["attachment"]["payload"]["buttons"]
        assert "https://baolamgiang.example/dan-van-quy-1" in [
            b["payload"].get("url") for b in buttons if b["type"] == "oa.open.url"
        ]
        assert "Lường Thị Bích" in turn("Ai dự?")["text"]
        assert "gõ câu hỏi" in turn(None, "user_send_sticker")["text"]
        assert "chưa" in turn(NOTHING)["text"]
        assert "biên tập viên" in turn("báo sai")["text"]
        assert "Các câu bạn hỏi" in turn("/lichsu")["text"]
        assert "Đã xóa" in turn("quên tôi đi")["text"]
        assert "không lưu câu hỏi nào" in turn("/lichsu")["text"]

    def test_only_what_zalo_signed_is_taken(
        self, client: TestClient, oa: OaApi, caplog: pytest.LogCaptureFixture
    ) -> None:
        """1,000 changed bodies and headers; a probe; the timestamp in the header; our own echo."""
        event = oa.event(CHAIR)
        body, dice = json.dumps(event, ensure_ascii=False).encode(), random.Random(1)
        good = signed(body, event["timestamp"])
        for n in range(1000):
            content, headers = body, dict(good)
            match n % 5:
                case 0:
                    changed = bytearray(body)
                    changed[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
                    content = bytes(changed)
                case 1:
                    mac = bytearray(good["X-ZEvent-Signature"].encode())
                    mac[dice.randrange(4, len(mac))] ^= 1
                    headers["X-ZEvent-Signature"] = mac.decode("latin-1")
                case 2:
                    headers["X-ZEvent-Signature"] = good["X-ZEvent-Signature"][: dice.randrange(68)]
                case 3:
                    headers["X-ZEvent-Signature"] = good["X-ZEvent-Signature"] * 2
                case _:
                    headers = signed(body, event["timestamp"], secret=f"{OA_SECRET}{n}")
            assert client.post("/zalo/oa", content=content, headers=headers).status_code == 403
        assert client.post("/zalo/oa", content=body).status_code == 403
        assert client.post("/zalo/oa", content=b"{}").status_code == 200
        assert not oa.sent
        assert post(client, oa.event(None, name="oa_send_text")) == 200
        bare = {k: v for k, v in oa.event("xin chào").items() if k != "timestamp"}
        content = json.dumps(bare).encode()
        headers = signed(content, "1700000000000") | {"X-ZEvent-Timestamp": "1700000000000"}
        assert client.post("/zalo/oa", content=content, headers=headers).status_code == 200
        wait_for(lambda: len(oa.sent) == 1)
        assert OA_SECRET not in caplog.text

    def test_what_is_sent_again_is_answered_once(self, client: TestClient, oa: OaApi) -> None:
        event = oa.event("xin chào")
        for _ in range(4):
            assert post(client, event) == 200
        post(client, oa.event("cảm ơn"))
        wait_for(lambda: len(oa.sent) == 2)
        assert len(oa.sent) == 2

    def test_codes_become_acts(self, client: TestClient, oa: OaApi) -> None:
        """A token that is not taken is renewed and the message sent; who left or wrote long ago gets nothing, and blocks nobody."""
        post(client, oa.event("xin chào"))
        wait_for(lambda: len(oa.sent) == 1)
        oa.access = "another"
        post(client, oa.event("xin chào"))
        wait_for(lambda: len(oa.sent) == 2)
        assert oa.renewals == 2
        oa.faults = [-213]
        post(client, oa.event("xin chào"))
        wait_for(lambda: not oa.faults)
        post(client, oa.event("xin chào"))
        wait_for(lambda: len(oa.sent) == 3)
        late = oa.event("xin chào", user="u8")
        late["timestamp"] = str(int((dt.datetime.now(dt.UTC) - dt.timedelta(hours=49)).timestamp() * 1000))
        post(client, late)
        post(client, oa.event("xin chào"))
        wait_for(lambda: len(oa.sent) == 4)
        assert {m["user"] for m in oa.sent} == {"u7"}

    def test_a_stop_lets_an_answer_go_out(
        self, oa: OaApi, province: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is begun, the service is told to stop, and it still arrives before the channel closes."""
        begun, real = threading.Event(), Commands.answer

        def slowly(commands: Commands, incoming: Incoming) -> Outgoing:
            begun.set()
            time.sleep(0.7)
            return real(commands, incoming)

        monkeypatch.setattr(Commands, "answer", slowly)
        with service(oa, province, tmp_path) as client:
            post(client, oa.event("xin chào"))
            assert begun.wait(5)
        assert len(oa.sent) == 1


class TestTokens:
    def tokens(self, folder: Path, oa: OaApi, first: str = FIRST_REFRESH) -> OaTokens:
        database = Database(None, folder)
        return OaTokens(database, Keys("k" * 32), APP_ID, SECRET_KEY, first, f"{oa.address}/v4/oa/access_token")

    async def test_a_refresh_token_is_used_once_and_kept_encrypted(self, oa: OaApi, tmp_path: Path) -> None:
        assert await self.tokens(tmp_path, oa).access() == oa.access
        assert await self.tokens(tmp_path, oa).access() == oa.access, "a restart uses what is stored"
        assert oa.renewals == 1
        assert await self.tokens(tmp_path, oa).access(refused=oa.access) == "made-up-access-token-2"
        stored = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
        assert b"made-up" not in stored

    async def test_a_spent_token_is_recognised_and_its_mend_told(
        self, oa: OaApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        oa.refresh = "made-up-refresh-token-9"
        with pytest.raises(TokenError, match="spent"):
            await self.tokens(tmp_path, oa).access()
        assert "TINTINH_ZALO_OA__REFRESH_TOKEN" in caplog.text
        assert FIRST_REFRESH not in caplog.text
        assert await self.tokens(tmp_path, oa, "made-up-refresh-token-9").access(), "a token set anew goes first"

    async def test_its_end_is_told_twice(self, oa: OaApi, tmp_path: Path) -> None:
        tokens = self.tokens(tmp_path, oa)
        await tokens.access()
        told = []
        for days in range(91):
            told += [days] * (tokens.ending(dt.datetime.now(dt.UTC) + dt.timedelta(days=days)) is not None)
        assert told == [76, 89], "14 days before, and a day before"

    async def test_out_of_reach_is_told_apart(self, tmp_path: Path) -> None:
        tokens = OaTokens(Database(None, tmp_path), Keys("k" * 32), APP_ID, SECRET_KEY, "x", "http://127.0.0.1:9/token")
        with pytest.raises(TokenError, match="gave no token"):
            await tokens.access()


class TestBotPlatform:
    def test_polled(self, bot_api: ZaloBotApi, province: Library, tmp_path: Path) -> None:
        options = ZaloBot(token=SecretStr(BOT_TOKEN), base_url=bot_api.address)
        with TestClient(build_app(settings(province, tmp_path, zalo_bot=options), province)):
            bot_api.updates += [bot_api.message(CHAIR), bot_api.message("Ai dự?"), bot_api.message(None)]
            wait_for(lambda: len(bot_api.sent) >= 3, 20)
            assert [m["chat_id"] for m in bot_api.sent] == ["z7"] * 3
            assert bot_api.sent[0]["text"].startswith("Tạ Quang Hiển")
            assert "Lường Thị Bích" in bot_api.sent[1]["text"]
            assert "gõ câu hỏi" in bot_api.sent[2]["text"]
            bot_api.faults = [("sendMessage", 403)]
            bot_api.updates += [
                bot_api.message("xin chào"),
                {"event_name": "message.text.received"},
                bot_api.message("cảm ơn"),
            ]
            wait_for(lambda: len(bot_api.sent) >= 4, 20)
            assert "sendChatAction" in bot_api.calls

    def test_by_webhook(
        self, bot_api: ZaloBotApi, province: Library, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Wrapped or not; 1,000 wrong secrets; the same update again."""
        options = ZaloBot(
            token=SecretStr(BOT_TOKEN), base_url=bot_api.address, webhook_secret=SecretStr("bi-mat-cua-bot")
        )
        with TestClient(build_app(settings(province, tmp_path, zalo_bot=options), province)) as client:
            update, dice = bot_api.message("xin chào"), random.Random(2)
            for n in range(1000):
                wrong = (
                    "".join(dice.choice("abcimtu-") for _ in range(n % 30))
                    if n % 2
                    else "bi-mat-cua-bot"[: n % 14] + "x" * (n % 3)
                )
                assert (
                    client.post("/zalo/bot", json=update, headers={"X-Bot-Api-Secret-Token": wrong}).status_code == 403
                )
            good = {"X-Bot-Api-Secret-Token": "bi-mat-cua-bot"}
            for body in (update, {"ok": True, "result": update}, bot_api.message("cảm ơn")):
                assert client.post("/zalo/bot", json=body, headers=good).status_code == 200
            assert client.post("/zalo/bot", content=b"{", headers=good).status_code == 200
            wait_for(lambda: len(bot_api.sent) >= 2, 20)
            assert len(bot_api.sent) == 2
        assert BOT_TOKEN not in caplog.text
        assert "bi-mat-cua-bot" not in caplog.text


@pytest.mark.parametrize(
    "message",
    [
        {"text": ""},
        {"text": "x" * 2001},
        {"text": "x", "buttons": []},
        {"text": "x", "attachment": {"type": "template", "payload": {"template_type": "button", "buttons": [{"title": "x", "type": "oa.query.hide", "payload": "x"}] * 6}}},
        {"text": "x", "attachment": {"type": "template", "payload": {"template_type": "button", "buttons": [{"title": "x" * 101, "type": "oa.query.hide", "payload": "x"}]}}},
        {"text": "x", "attachment": {"type": "template", "payload": {"template_type": "button", "buttons": [{"title": "x", "type": "oa.open.url", "payload": {}}]}}},
    ],
)  # fmt: skip
def test_the_strict_account_refuses_a_client_that_breaks_a_rule(message: dict[str, Any]) -> None:
    assert check_oa(message) is not None


def test_the_strict_servers_other_rules(oa: OaApi, bot_api: ZaloBotApi) -> None:
    """A wrong app secret, a refresh token used twice, no window; a wrong bot token, an update handed over twice."""

    def renew(secret: str = SECRET_KEY, token: str = FIRST_REFRESH) -> dict[str, Any]:
        form = {"app_id": APP_ID, "grant_type": "refresh_token", "refresh_token": token}
        found: dict[str, Any] = httpx.post(
            f"{oa.address}/v4/oa/access_token", data=form, headers={"secret_key": secret}, trust_env=False
        ).json()
        return found

    assert renew(secret="x")["error"]
    token = renew()["access_token"]
    assert renew()["error"]
    body = {"recipient": {"user_id": "u1"}, "message": {"text": "x"}}
    url = f"{oa.address}/v3.0/oa/message/cs"
    assert httpx.post(url, json=body, headers={"access_token": "x"}, trust_env=False).json()["error"] == -216
    assert httpx.post(url, json=body, headers={"access_token": token}, trust_env=False).json()["error"] == -230
    oa.event("x", user="u1")
    codes = [
        httpx.post(url, json=body, headers={"access_token": token}, trust_env=False).json()["error"] for _ in range(9)
    ]
    assert codes == [0] * zalo_api.FREE_REPLIES + [-230]

    def call(method: str, token: str = BOT_TOKEN, **body: Any) -> dict[str, Any]:
        found: dict[str, Any] = httpx.post(f"{bot_api.address}/bot{token}/{method}", json=body, trust_env=False).json()
        return found

    assert call("getMe", token="x")["error_code"] == 401
    assert call("getUpdates", timeout=0)["error_code"] == 408
    bot_api.updates.append(bot_api.message("x"))
    assert call("getUpdates", timeout=0)["ok"]
    assert call("getUpdates", timeout=0)["error_code"] == 408
    assert call("sendMessage", chat_id="z", text="x" * 2001)["error_code"] == 400
    assert call("editMessage")["error_code"] == 404
