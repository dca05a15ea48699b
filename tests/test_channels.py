"""The same conversations over Telegram, both ways of Zalo and the page; and what hostile articles and questions come out as."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot import rendering
from bot.admin import Desk, Person
from bot.library import Library
from bot.rendering import TELEGRAM, ZALO
from bot.service import build_app
from config.settings import Settings, Telegram, ZaloBot, ZaloOa
from retrieval.answers.types import Answer, Citation, Item, NotFound, Reply, Suggestion
from retrieval.encoding import Encoder
from tests.bot_api import TOKEN, BotApi, parsed, wait_for
from tests.conftest import HERE
from tests.test_conversations import ARTICLES
from tests.zalo_api import APP_ID, BOT_TOKEN, FIRST_REFRESH, OA_SECRET, SECRET_KEY, OaApi, ZaloBotApi, check_oa, signed

SECRET = "a-made-up-webhook-secret"
CHANNELS = ["telegram", "zalo_oa", "zalo_bot", "web"]

Turn = tuple[str, list[str], list[str]]
"""What is typed; what must stand in what comes back; what must not."""
CONVERSATIONS: dict[str, list[Turn]] = {
    "5": [
        ("hnay cup dien ko", ["xã, phường nào"], []),
        ("xã Nậm Pha", ["không áp dụng cho hôm nay"], []),
        ("bài 2024 có mà", ["14/08/2024", "không áp dụng cho hôm nay"], []),
    ],
    "6": [
        ("nha e bi lu cuon cuu voi", ["114"], ["Theo Báo"]),
        ("bao r. cau nao sap", ["treo bản Huổi Lóng"], []),
    ],
    "7": [
        ("ct ubnd tinh lam giang la ai", ["Hà Thị Nhiên", "có thể đã thay đổi"], []),
        ("trc do?", ["Đàm Quốc Việt", "Quyền Chủ tịch"], []),
        ("nam 2012?", ["không cho biết"], ["Vi Văn Thuần –"]),
    ],
    "8": [
        ("huyen tuan lam 2023 trong bn ha mac ca", ["1.250 ha"], []),
        ("xa tuan lam 2026 thi sao", ["xã Tuấn Lam"], ["1.250 ha"]),
        ("tang may %", ["hai địa bàn khác nhau"], []),
    ],
    "9": [
        ("liet ke cac cuoc hop ha thi nhien chu tri 2024", ["phiên họp thường kỳ tháng 6"], []),
        ("tong cong may cuoc", ["Theo các bài đang có: 1 cuộc."], []),
    ],
    "10": [
        ("KH 1234/KH-UBND giao so nao trc 30/6", ["Sở Nông nghiệp và Môi trường"], []),
        ("so nao chi phoi hop", ["Sở Xây dựng", "Sở Tài chính"], []),
        ("1243/KH-UBND?", ["không nhắc văn bản số 1243/KH-UBND"], []),
    ],
    "11": [
        ("ong quach dinh tu tham nhung dung ko", ["không trả lời có hay không", "đang xem xét dấu hiệu vi phạm"], []),
        ("tuc la co toi r", ["không suy ra"], []),
        ("bot ngu the", ["Xin lỗi bạn"], ["Theo Báo", "Hiểu là"]),
    ],
    "commands": [
        ("/help", ["Trả lời tự động, trích từ báo"], []),
        ("/khongco", ["không có lệnh này"], []),
        ("/riengtu", ["mã băm"], []),
        ("/theodoi", [], []),
    ],
}  # fmt: skip


class Talk(Protocol):
    """One person on one channel."""

    def say(self, text: str | None) -> str:
        """Type `text` (None is a voice message), and return what comes back, as it is read."""


class _Telegram:
    def __init__(self, client: TestClient, api: BotApi, user: int) -> None:
        self._client, self._api, self._user = client, api, user

    def say(self, text: str | None) -> str:
        before = len(self._api.sent)
        voice = {"file_id": "v", "file_unique_id": "v", "duration": 3}
        more: dict[str, Any] = {} if text is not None else {"voice": voice}
        self._api.say(
            text,
            user=self._user,
            **more,
        )
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        assert self._client.post("/telegram", json=self._api.updates.pop(), headers=headers).status_code == 200
        wait_for(lambda: len(self._api.sent) > before, 20)
        return str(self._api.sent[-1]["text"])


class _Oa:
    def __init__(self, client: TestClient, api: OaApi, user: int) -> None:
        self._client, self._api, self._user = client, api, f"u{user}"

    def say(self, text: str | None) -> str:
        before = len(self._api.sent)
        event = self._api.event(text, user=self._user, name="user_send_text" if text is not None else "user_send_audio")
        body = json.dumps(event, ensure_ascii=False).encode()
        assert self._client.post("/zalo/oa", content=body, headers=signed(body, event["timestamp"])).status_code == 200
        wait_for(lambda: len(self._api.sent) > before, 20)
        return str(self._api.sent[-1]["text"])


class _Bot:
    def __init__(self, client: TestClient, api: ZaloBotApi, user: int) -> None:
        self._client, self._api, self._user = client, api, f"z{user}"

    def say(self, text: str | None) -> str:
        before = len(self._api.sent)
        headers = {"X-Bot-Api-Secret-Token": SECRET}
        update = self._api.message(text, user=self._user)
        assert self._client.post("/zalo/bot", json=update, headers=headers).status_code == 200
        wait_for(lambda: len(self._api.sent) > before, 20)
        return str(self._api.sent[-1]["text"])


class _Page:
    def __init__(self, client: TestClient, user: int) -> None:
        self._client, self._name = client, f"made-up-client-{user:06}"

    def say(self, text: str | None) -> str:
        if text is None:
            return "gõ câu hỏi"  # the page has no voice
        row = self._client.post("/api/chat", json={"client": self._name, "text": text}).json()
        if "words" in row:
            return str(row["words"])
        reply = row["reply"]
        items = (f"{i['text']} – {i.get('role', '')}" for i in reply["items"])
        quotes = (f"Theo {c['source']} {c['quote']}" for c in reply["citations"])
        return "\n".join((reply.get("reply", ""), reply["text"], reply.get("note") or "", *items, *quotes))


@pytest.fixture(scope="module")
def desk_and_talks(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> Iterator[tuple[Desk, dict[str, Any], TestClient, Path]]:
    data = tmp_path_factory.mktemp("channels")
    library = Library(data, encoder)
    library.index(ARTICLES)
    with BotApi() as telegram, OaApi() as oa, ZaloBotApi() as zalo:
        settings = Settings(
            data_dir=data, corpus=ARTICLES,
            telegram=Telegram(token=SecretStr(TOKEN), base_url=telegram.base_url, mode="webhook", webhook_url="https://hoi.example.vn/telegram", webhook_secret=SecretStr(SECRET)),
            zalo_oa=ZaloOa(app_id=APP_ID, secret_key=SecretStr(SECRET_KEY), oa_secret_key=SecretStr(OA_SECRET), refresh_token=SecretStr(FIRST_REFRESH),
                           base_url=oa.address, oauth_url=f"{oa.address}/v4/oa/access_token"),
            zalo_bot=ZaloBot(token=SecretStr(BOT_TOKEN), base_url=zalo.address, webhook_secret=SecretStr(SECRET)),
        )  # fmt: skip
        with TestClient(build_app(settings, library), client=HERE) as client:
            wait_for(lambda: telegram.webhook is not None)
            wait_for(
                lambda: (
                    client.post(
                        "/telegram", json={"update_id": 0}, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}
                    ).status_code
                    == 200
                )
            )
            makers = {
                "telegram": lambda user: _Telegram(client, telegram, user), "zalo_oa": lambda user: _Oa(client, oa, user),
                "zalo_bot": lambda user: _Bot(client, zalo, user), "web": lambda user: _Page(client, user),
            }  # fmt: skip
            yield Desk(library, ARTICLES), makers, client, data


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("number", list(CONVERSATIONS))
def test_a_conversation(
    desk_and_talks: tuple[Desk, dict[str, Any], TestClient, Path], channel: str, number: str
) -> None:
    talk: Talk = desk_and_talks[1][channel](1000 + list(CONVERSATIONS).index(number))
    for typed, told, silent in CONVERSATIONS[number]:
        said = talk.say(typed)
        assert all(words in said for words in told), (typed, said)
        assert not any(words in said for words in silent), (typed, said)


@pytest.mark.parametrize("channel", CHANNELS)
def test_conversation_12(desk_and_talks: tuple[Desk, dict[str, Any], TestClient, Path], channel: str) -> None:
    """Withdrawn, rolled back: silent; the old link is gone; a voice message; numbers masked; forgotten, and that is true."""
    desk, makers, client, data = desk_and_talks
    editor = Person("test", "editor")
    talk: Talk = makers[channel](5000 + CHANNELS.index(channel))
    question = "huyen tuan lam trong bao nhieu ha mac ca"
    assert "1.250 ha" in talk.say(question)
    cited = client.post("/api/ask", json={"question": question}).json()
    link = f"/p/{cited['generation']}/{cited['citations'][0]['passage_id']}"
    article = cited["citations"][0]["article_id"]
    try:
        desk.remove(editor, article)
        desk.rollback(editor, cited["generation"])
        wait_for(lambda: client.post("/api/ask", json={"question": question}).json()["status"] == "not_found", 5)
        assert "1.250 ha" not in talk.say(question)
        assert client.get(link).status_code == 410
        assert "Bài đã được rút" in client.get(link).text
    finally:
        desk.restore(editor, article)
    wait_for(lambda: client.post("/api/ask", json={"question": question}).json()["status"] == "answered", 5)
    assert "gõ câu hỏi" in talk.say(None)
    talk.say("ai là chủ tịch huyện Cá Voi, sđt em 0912345678, cccd 001234567890")
    wait_for(lambda: _held(data, "Cá Voi") or _held(data, "huyện Cá"), 5)
    assert not _held(data, "0912345678")
    assert not _held(data, "001234567890")
    assert "Đã xóa" in talk.say("xóa dữ liệu của tôi đi")
    wait_for(lambda: not _held(data, "Cá Voi"), 60)
    assert "không lưu câu hỏi nào" in talk.say("/lichsu")


def _held(data: Path, words: str) -> bool:
    return any(words.encode() in p.read_bytes() for p in data.glob("tintinh.db*"))


HOSTILE = (
    "<b>đậm</b>", "<script>alert(1)</script>", "&amp; &lt; & <", "]] > >> <<", "<blockquote><blockquote>", "«»«»", "*_`~[](http://x)", "\u202engược\u202c",
    "\u200b\u200c\ufeff", "\x00\x01\x1b[31m", "𝕋𝕚𝕟 \U0001f468\u200d\U0001f469", "a" * 3000, "đ" * 5000, "\r\n\r\n", "'\"><img src=x onerror=alert(1)>", "{{7*7}} ${x} %s %n", 'https://a.b/" onclick=x',
)  # fmt: skip


def _hostile(dice: random.Random) -> str:
    return (
        " ".join(dice.choice((*HOSTILE, "chủ trì hội nghị", "29/12/2023")) for _ in range(dice.randrange(1, 8))) or "x"
    )


def test_500_hostile_replies_are_valid_on_every_channel() -> None:
    dice = random.Random(23)
    for _ in range(500):
        reply = _reply(dice)
        for limits in (TELEGRAM, ZALO):
            for message in rendering.render(reply, "https://hoi.example.vn", limits):
                assert parsed(message.html, "HTML").strip()
                assert len(message.plain.encode("utf-16-le")) // 2 <= (4096 if limits is TELEGRAM else 2000)
                if limits is ZALO:
                    assert check_oa({"text": message.plain}) is None
                for row in message.buttons:
                    for button in row:
                        assert button.url is None or re.match(r"https?://[^\s<>\"']+$", button.url)
        title, description, message = rendering.inline(reply, "https://hoi.example.vn")
        assert title.strip()
        assert len(description) < 600
        assert parsed(message.html, "HTML")


def _reply(dice: random.Random) -> Reply:
    texts = [_hostile(dice) for _ in range(dice.randrange(1, 6))]
    common: dict[str, Any] = {
        "id": "ab12cd", "question": _hostile(dice), "kind": "what", "interpretation": dice.choice([None, _hostile(dice)]), "confidence": 0.5,
        "generation": "20240101-000000-000-abcdef", "data_until": "2024-01-01", "elapsed_ms": 1.0,
    }  # fmt: skip
    if dice.random() < 0.3:
        near = tuple(Suggestion("a", _hostile(dice), _hostile(dice), "2024-01-01", "1", t) for t in texts)
        return NotFound(
            **common,
            reason="article_silent",
            reply="Chưa có.",
            suggestions=near,
            choices=tuple(texts),
            questions=tuple(texts),
        )
    citations = tuple(
        Citation("a", _hostile(dice), dice.choice([None, _hostile(dice), "https://a.example/x"]), _hostile(dice), None, "2024-01-01", "1", 0, len(t), t) for t in texts
    )  # fmt: skip
    items = tuple(
        Item(t, n, 0, len(t), role=_hostile(dice), assignee=dice.choice([None, _hostile(dice)]))
        for n, t in enumerate(texts)
    )
    return Answer(**common, text="\n".join(texts), items=items, citations=citations)


def test_hostile_questions_come_back_on_every_channel(
    desk_and_talks: tuple[Desk, dict[str, Any], TestClient, Path],
) -> None:
    """Sent as they are; the strict servers refuse what breaks a rule, and something always comes back."""
    for channel in CHANNELS:
        for n, text in enumerate(HOSTILE):
            if not text.strip() or (channel == "telegram" and len(text) > 4096):
                continue
            assert desk_and_talks[1][channel](7000 + n).say(text).strip()


def test_only_telegram_reaches_its_webhook(
    desk_and_talks: tuple[Desk, dict[str, Any], TestClient, Path], caplog: pytest.LogCaptureFixture
) -> None:
    """1,000 wrong secrets: missing, cut, doubled, with a letter changed, of another length; none accepted, none logged."""
    client, dice = desk_and_talks[2], random.Random(29)
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "xin chào"},
    }
    for n in range(1000):
        at = dice.randrange(len(SECRET))
        wrong = (SECRET[:at], SECRET * 2, SECRET[:at] + "#" + SECRET[at + 1 :], SECRET + "x" * (n % 40 + 1), "")[n % 5]
        headers = {"X-Telegram-Bot-Api-Secret-Token": wrong} if wrong else {}
        assert client.post("/telegram", json=update, headers=headers).status_code == 403
    assert SECRET not in caplog.text
