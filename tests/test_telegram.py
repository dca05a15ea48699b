"""The real bot, as a process, over a strict Bot API on loopback; and the strict server itself."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.admin import Desk
from bot.library import Library
from tests.bot_api import TOKEN, BotApi, Refused, parsed, wait_for
from tests.service import Service

ADMIN = 42
CHAIR = "Ai chủ trì hội nghị giao ban công tác dân vận quý I năm 2024?"


class Bot(Service):
    """The service with Telegram."""

    def __init__(self, library: Library, api_url: str, own: Path, **settings: str) -> None:
        telegram = {
            "TINTINH_CORPUS": str(Path(__file__).parent / "province" / "articles"),
            "TINTINH_TELEGRAM__TOKEN": TOKEN,
            "TINTINH_TELEGRAM__BASE_URL": api_url,
            "TINTINH_TELEGRAM__ADMINS": f"{ADMIN},43",
        }
        super().__init__(library.store.data, own, **(telegram | settings))
        self.start()


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
def bot(api: BotApi, province: Library, tmp_path: Path) -> Iterator[Bot]:
    bot = Bot(province, api.base_url, tmp_path)
    try:
        wait_for(lambda: any(name == "getUpdates" for name, _ in api.calls), 40, bot.logged)
        yield bot
    finally:
        bot.stop(signal.SIGKILL)
        assert TOKEN not in bot.logged()


def buttons(message: dict[str, Any]) -> list[dict[str, str]]:
    return [b for row in message["raw"].get("reply_markup", {}).get("inline_keyboard", []) for b in row]


def test_a_citizen_s_conversation(api: BotApi, bot: Bot) -> None:
    """Start, question, follow-up, sources, the passage, an edit that edits the answer, and what is no text."""
    api.say("/start")
    assert "Trả lời tự động, trích từ báo" in api.wait(1)[0]["text"]

    question = api.say(CHAIR)
    answer = api.wait(2)[1]
    assert answer["text"].startswith("Tạ Quang Hiển – Phó Bí thư Thường trực Tỉnh ủy Lam Giang")
    assert "<blockquote expandable>" in answer["raw"]["text"]
    assert "<b><u>Tạ Quang Hiển</u></b>" in answer["raw"]["text"]
    assert "Theo Báo Lam Giang, 28/03/2024" in answer["text"]
    assert ("sendChatAction", "typing") in [(name, p.get("action")) for name, p in api.calls]
    assert [b.get("url") for b in buttons(answer)][1] == "https://baolamgiang.example/dan-van-quy-1"

    api.say("còn Hội Nông dân phải làm gì?")
    followed = api.wait(3)[2]["text"]
    assert "hiến đất mở đường" in followed
    assert "Hiểu là:" in followed

    api.say("/nguon")
    assert "https://baolamgiang.example/dan-van-quy-1" in api.wait(4)[3]["text"]

    api.press(buttons(answer)[0]["callback_data"], {k: v for k, v in answer.items() if k != "raw"})
    assert "Tạ Quang Hiển" in api.wait(5)[4]["text"]

    api.edit(question, "Hội nghị giao ban công tác dân vận quý I diễn ra khi nào?")
    wait_for(lambda: "28/3" in api.sent[1]["text"].split("\n")[0], what=lambda: api.sent[1]["text"])
    assert len(api.sent) == 5

    api.say(None, photo=[{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}])
    assert "gõ câu hỏi" in api.wait(6)[5]["text"]
    assert bot.stop() == 0


def test_only_admins_administer(api: BotApi, bot: Bot) -> None:
    for text in ("/status", "/reload"):
        api.say(text, user=7)
    assert {m["text"] for m in api.wait(2)} == {"Lệnh này chỉ dành cho quản trị viên."}
    api.say("/status", user=ADMIN)
    assert "Số bài: 8" in api.wait(3)[2]["text"]
    api.say("/reload", user=ADMIN)
    wait_for(lambda: len(api.sent) > 3 and "Đã nạp xong 8 bài" in api.sent[3]["text"], 60, lambda: str(api.sent[3:]))
    api.say(CHAIR)
    assert "Tạ Quang Hiển" in api.wait(5)[4]["text"]
    api.say("/reload", user=ADMIN, forward_origin={"type": "hidden_user", "sender_user_name": "x", "date": 1})
    assert "quản trị viên" in api.wait(6)[5]["text"]
    assert bot.alive()


@pytest.fixture
def own(province: Library, tmp_path: Path) -> Library:
    """A corpus that a test may change."""
    library = Library(tmp_path / "data", province.encoder)
    library.index([Path(__file__).parent / "province" / "articles"])
    return library


def test_an_editor_adds_withdraws_and_rolls_back(api: BotApi, own: Library, tmp_path: Path) -> None:
    bot = Bot(own, api.base_url, tmp_path, TINTINH_TELEGRAM__EDITORS="50", TINTINH_TELEGRAM__OPERATORS="60")
    asked = "Huyện Ba Khe khánh thành bao nhiêu cầu treo?"
    try:
        wait_for(lambda: any(name == "getUpdates" for name, _ in api.calls), 40, bot.logged)
        first = own.engine().generation.id
        article = "---\ntitle: Ba Khe có cầu mới\n---\nHuyện Ba Khe khánh thành 3 cầu treo trong tháng 5.\n"
        api.send_file("../../etc/cau-moi.md", article.encode(), "/add", user=7)
        assert "quản trị viên" in api.wait(1)[0]["text"]
        api.send_file("../../etc/cau-moi.md", article.encode(), "/add", user=50)
        added = api.wait(2)[1]["text"]
        assert "Đã thêm 1 bài" in added
        assert "Ba Khe có cầu mới – mã bài cau-moi.md" in added
        api.say(asked)
        assert api.wait(3)[2]["text"].startswith("3 cầu")

        api.say("/add", user=50)
        assert "kèm chú thích /add" in api.wait(4)[3]["text"]
        api.say("/add http://169.254.169.254/latest/meta-data", user=50)
        assert "mạng nội bộ" in api.wait(5)[4]["text"]

        api.say("/remove khong-co", user=50)
        assert "Không có bài nào mang mã" in api.wait(6)[5]["text"]
        api.say("/remove cau-moi.md sai số liệu", user=50)
        assert "Đã rút bài “Ba Khe có cầu mới”" in api.wait(7)[6]["text"]
        api.say(asked)
        assert not api.wait(8)[7]["text"].startswith("3 cầu")
        api.say("/restore cau-moi.md", user=50)
        assert "trả lời trở lại" in api.wait(9)[8]["text"]
        api.say("/giu cau-moi.md | khánh thành 3 cầu treo", user=50)
        assert "Đã giữ lại" in api.wait(10)[9]["text"]

        api.say("/rollback", user=60)
        assert "quản trị viên" in api.wait(11)[10]["text"]
        api.say("/status", user=60)
        assert "Số bài: 9" in api.wait(12)[11]["text"]
        api.say("/rollback", user=50)
        listed = api.wait(13)[12]
        (chosen,) = [b for b in buttons(listed) if b["callback_data"].endswith(first)]
        message = {k: v for k, v in listed.items() if k != "raw"}
        api.press(chosen["callback_data"], message, user=7)
        api.press(chosen["callback_data"], message, user=50)
        wait_for(lambda: "Quay lại bản" in api.sent[12]["text"] and len(buttons(api.sent[12])) == 2)
        yes, no = buttons(api.sent[12])
        api.press(no["callback_data"], message, user=50)
        wait_for(lambda: "Đã hủy" in api.sent[12]["text"])
        api.press(yes["callback_data"], message, user=50)
        wait_for(lambda: f"Đã quay lại bản {first}" in api.sent[12]["text"], what=lambda: api.sent[12]["text"])
        assert bot.stop() == 0
        acts = [(a["who"], a["act"], a["outcome"].split(":")[0]) for a in Desk(own, []).audit()]
        assert acts == [
            ("telegram:7", "add", "refused"), ("telegram:50", "add", "done"), ("telegram:50", "fetch", "failed"),
            ("telegram:50", "withdraw", "failed"), ("telegram:50", "withdraw", "done"), ("telegram:50", "restore", "done"),
            ("telegram:50", "hold", "done"), ("telegram:60", "rollback", "refused"), ("telegram:7", "rollback", "refused"),
            ("telegram:50", "rollback", "done"),
        ]  # fmt: skip
    finally:
        bot.stop(signal.SIGKILL)


def test_a_group_and_an_edit_give_no_admin_command(api: BotApi, bot: Bot) -> None:
    group: dict[str, Any] = {"chat": -100, "kind": "supergroup"}
    api.say("/reload", user=ADMIN, **group)
    assert "quản trị viên" in api.wait(1)[0]["text"]
    message = api.say("xin chào", user=ADMIN)
    api.wait(2)
    api.edit(message, "/reload")
    api.say("cảm ơn", user=ADMIN)
    wait_for(lambda: len(api.sent) == 3)
    assert not any("Đang nạp lại" in m["text"] for m in api.sent)
    assert bot.alive()


def test_in_a_group_it_answers_when_it_is_asked(api: BotApi, bot: Bot) -> None:
    group: dict[str, Any] = {"chat": -100, "kind": "supergroup"}
    api.say("hôm nay trời đẹp quá", **group)
    api.say(
        None,
        sticker={
            "file_id": "x",
            "file_unique_id": "x",
            "width": 1,
            "height": 1,
            "is_animated": False,
            "is_video": False,
            "type": "regular",
        },
        **group,
    )
    asked = api.say(f"@tintinh_bot {CHAIR}", **group)
    answer = api.wait(1)[0]
    assert "Tạ Quang Hiển" in answer["text"]
    assert answer["raw"]["reply_parameters"]["message_id"] == asked["message_id"]
    api.say("Ai dự?", reply_to_message={k: v for k, v in answer.items() if k != "raw"}, **group)
    assert "Lường Thị Bích" in api.wait(2)[1]["text"]
    assert bot.alive()


def test_faults_of_the_api_do_not_lose_an_answer(api: BotApi, bot: Bot) -> None:
    """A flood wait is honoured; broken HTML goes again as plain text; a person who blocked the bot breaks nothing."""
    api.fail("sendMessage", Refused(429, "Too Many Requests: retry after 1", retry_after=1))
    api.say(CHAIR)
    assert "Tạ Quang Hiển" in api.wait(1)[0]["text"]
    api.fail("sendMessage", Refused(400, "Bad Request: can't parse entities: made up"))
    api.say(CHAIR)
    plain = api.wait(2)[1]
    assert "parse_mode" not in plain["raw"]
    assert "«Tạ Quang Hiển»" in plain["text"]
    api.fail("sendMessage", Refused(403, "Forbidden: bot was blocked by the user"))
    api.say("ai chu tri giao ban dan van")
    api.say("xin chào")
    assert "Chào bạn" in api.wait(3)[2]["text"]
    assert bot.alive()


def test_a_restart_answers_what_came_meanwhile_once(api: BotApi, bot: Bot) -> None:
    api.say("xin chào")
    api.wait(1)
    assert bot.stop() == 0
    api.say(CHAIR)
    bot.start()
    assert "Tạ Quang Hiển" in api.wait(2, 40)[1]["text"]
    api.say("xin chào")
    api.wait(3)
    assert len(api.sent) == 3


def test_an_edit_after_a_restart_edits_the_answer_until_it_is_forgotten(api: BotApi, bot: Bot) -> None:
    question = api.say(CHAIR)
    assert "Tạ Quang Hiển" in api.wait(1)[0]["text"]
    assert bot.stop() == 0
    bot.start()
    api.edit(question, "Hội nghị giao ban công tác dân vận quý I diễn ra khi nào?")
    wait_for(lambda: "28/3" in api.sent[0]["text"].split("\n")[0], 40, lambda: api.sent[0]["text"])
    api.say("/forget")
    assert "Đã xóa" in api.wait(2)[1]["text"]
    api.edit(question, CHAIR)
    api.say("xin chào")
    api.wait(3)
    assert "28/3" in api.sent[0]["text"].split("\n")[0], "nobody knows any more which answer that was"
    assert len(api.sent) == 3


def test_what_people_think_of_an_answer(api: BotApi, bot: Bot) -> None:
    """👍; 👎 asks why; `Báo sai` opens a case; an answer that is not kept is told."""
    api.say(CHAIR)
    answer = api.wait(1)[0]
    message = {k: v for k, v in answer.items() if k != "raw"}
    good, bad, wrong = buttons(answer)[-3:]
    assert [b["text"] for b in (good, bad, wrong)] == ["👍", "👎", "Báo sai"]

    def told(data: str) -> str:
        before = sum(name == "answerCallbackQuery" for name, _ in api.calls)
        api.press(data, message)
        wait_for(lambda: sum(name == "answerCallbackQuery" for name, _ in api.calls) > before)
        return str([p.get("text") for name, p in api.calls if name == "answerCallbackQuery"][-1])

    assert "Cảm ơn" in told(good["callback_data"])
    assert "Chỗ nào chưa được" in told(bad["callback_data"])
    wait_for(lambda: len(buttons(answer)) == 4)
    assert "Cảm ơn" in told(buttons(api.sent[0])[1]["callback_data"])
    assert "biên tập viên" in told(wrong["callback_data"])
    assert "không còn lưu" in told("o|0000000000|good")
    api.say("báo sai")
    assert "(số 1)" in api.wait(2)[1]["text"]
    assert bot.alive()


def test_inline_in_any_chat(api: BotApi, bot: Bot) -> None:
    api.ask_inline("   ")
    api.ask_inline(CHAIR)
    wait_for(lambda: len(api.inline) == 1)
    (result,) = api.inline[0]["results"]
    assert result["title"].startswith("Tạ Quang Hiển")
    assert "Theo Báo Lam Giang, 28/03/2024" in result["description"]
    assert "<blockquote expandable>" in result["input_message_content"]["message_text"]
    api.ask_inline("Ai chủ trì hội nghị về cá voi ở huyện Ba Khe?")
    wait_for(lambda: len(api.inline) == 2)
    assert api.inline[1]["results"][0]["title"] == "Chưa có trong các bài"
    assert not api.sent
    assert bot.alive()


def test_a_reply_to_an_answer_asks_about_its_article(api: BotApi, bot: Bot) -> None:
    api.say(CHAIR)
    answer = {k: v for k, v in api.wait(1)[0].items() if k != "raw"}
    api.say("Lễ hội cầu mùa diễn ra ở đâu?")
    api.wait(2)
    api.say("ai dự?", reply_to_message=answer)
    assert "Lường Thị Bích" in api.wait(3)[2]["text"]
    generation, row = re.search(r"p\|([^|]+)\|(\d+)", str(api.sent[0]["raw"])).groups()  # type: ignore[union-attr]
    api.say(f"/start p_{generation}_{row}")
    assert "Tạ Quang Hiển" in api.wait(4)[3]["text"]
    api.say("/start p_20200101-000000-000-abcdef_3")
    assert "không còn trong dữ liệu" in api.wait(5)[4]["text"]
    assert bot.alive()


def test_an_editor_s_page_and_picture(api: BotApi, province: Library, tmp_path: Path) -> None:
    """The link signs in once; a form without what only the session knows does nothing; the week comes as a picture."""
    bot = Bot(province, api.base_url, tmp_path, TINTINH_WEB__PUBLIC_URL="https://hoi.example.vn")
    try:
        wait_for(lambda: any(name == "getUpdates" for name, _ in api.calls), 40)
        api.say("/trang", user=7)
        assert "quản trị viên" in api.wait(1)[0]["text"]
        api.say("/trang", user=ADMIN)
        token = api.wait(2)[1]["text"].rsplit("ma=", 1)[1]
        api.say("/baocao", user=ADMIN)
        assert "câu hỏi" in api.wait(3, 60)[2]["text"]
        assert "PNG" in str(api.sent[2]["raw"])
        api.say(CHAIR)
        answer = api.wait(4)[3]
        code = buttons(answer)[-1]["callback_data"].split("|")[1]
        api.press(f"o|{code}|bad|ten", {k: v for k, v in answer.items() if k != "raw"})
        wait_for(lambda: any(name == "answerCallbackQuery" for name, _ in api.calls))
        with httpx.Client(base_url=bot.url(""), trust_env=False, timeout=30) as web:
            assert web.get("/quan-tri").status_code == 401
            assert web.get(f"/quan-tri/vao?ma={token}").status_code == 200, "a look ahead uses nothing up"
            entered = web.post("/quan-tri/vao", data={"ma": token})
            session = entered.cookies["tintinh_quan_tri"]
            assert web.post("/quan-tri/vao", data={"ma": token}).status_code == 403
        with httpx.Client(
            base_url=bot.url(""), trust_env=False, timeout=30, cookies={"tintinh_quan_tri": session}
        ) as web:
            page = web.get("/quan-tri").text
            assert "Số bài: 8" in page
            assert "Sai tên, chức vụ" in page
            assert CHAIR in page
            form = re.search(r'name="form" value="(\w+)"', page)
            assert form is not None
            assert web.post("/quan-tri/nap-lai", data={"form": "x"}).status_code == 403
            assert web.post("/quan-tri/nap-lai", data={"form": form[1]}).status_code == 303
            assert web.post("/quan-tri/ra", data={"form": form[1]}).status_code == 303
            assert web.get("/quan-tri").status_code == 401
        assert token not in bot.logged()
        assert session not in bot.logged()
    finally:
        assert bot.stop() == 0


def test_the_menu_is_vietnamese(api: BotApi, bot: Bot) -> None:
    assert bot.alive()
    menus = [{c["command"]: c["description"] for c in m["commands"]} for m in api.menus]
    assert menus[0]["help"] == "Cách hỏi"
    assert "reload" not in menus[0]
    assert "reload" in menus[-1]
    assert any(m.get("language_code") == "vi" for m in api.menus)


def test_a_wrong_token_stops_telegram_alone(api: BotApi, province: Library, tmp_path: Path) -> None:
    wrong = "987654321:AAanother-made-up-token-0000000000000"
    bot = Bot(province, api.base_url, tmp_path, TINTINH_TELEGRAM__TOKEN=wrong)
    try:
        wait_for(lambda: "telegram-token-wrong" in bot.logged(), 40)
        wait_for(bot.alive)
        assert "TINTINH_TELEGRAM__TOKEN" in bot.logged()
        assert wrong not in bot.logged()
    finally:
        bot.stop()


def test_telegram_out_of_reach_at_start_and_later(province: Library, tmp_path: Path) -> None:
    """The page serves meanwhile, the log says what to check, and the bot answers once Telegram is back."""
    with BotApi() as first:
        address = first.base_url
    bot = Bot(province, address, tmp_path)
    try:
        wait_for(lambda: "telegram-unreachable" in bot.logged(), 40)
        wait_for(bot.alive)
        assert httpx.get(bot.url("/"), trust_env=False).status_code == 200
    finally:
        bot.stop()


def test_webhook_wants_the_secret(api: BotApi, province: Library, tmp_path: Path) -> None:
    bot = Bot(
        province,
        api.base_url,
        tmp_path,
        TINTINH_TELEGRAM__MODE="webhook",
        TINTINH_TELEGRAM__WEBHOOK_URL="https://hoi.example.vn/telegram",
        TINTINH_TELEGRAM__WEBHOOK_SECRET="s3cret",
    )
    try:
        wait_for(lambda: api.webhook is not None and bot.alive(), 40)
        assert api.webhook is not None
        assert api.webhook["secret_token"] == "s3cret"
        update = {
            "update_id": 1,
            "message": {
                "message_id": 9,
                "date": 1,
                "chat": {"id": 7, "type": "private"},
                "from": {"id": 7, "is_bot": False, "first_name": "A"},
                "text": CHAIR,
            },
        }
        for headers in (
            {},
            {"X-Telegram-Bot-Api-Secret-Token": "s3cre"},
            {"X-Telegram-Bot-Api-Secret-Token": "s3crets3cret"},
        ):
            assert httpx.post(bot.url("/telegram"), json=update, headers=headers, trust_env=False).status_code == 403
        good = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
        wait_for(
            lambda: (
                httpx.post(bot.url("/telegram"), json={"update_id": 0}, headers=good, trust_env=False).status_code
                == 200
            )
        )
        assert httpx.post(bot.url("/telegram"), content=b"{", headers=good, trust_env=False).status_code == 200
        assert httpx.post(bot.url("/telegram"), json=update, headers=good, trust_env=False).status_code == 200
        assert "Tạ Quang Hiển" in api.wait(1)[0]["text"]
        assert len(api.sent) == 1
    finally:
        assert bot.stop() == 0
        assert "s3cret" not in bot.logged()


@pytest.mark.parametrize(
    ("text", "mode", "refusal"),
    [
        ("x" * 4097, None, "too long"),
        ("<b>" + "đ" * 4097 + "</b>", "HTML", "too long"),
        ("<b>không đóng", "HTML", "end tag"),
        ("<b><i>chéo</b></i>", "HTML", "Unmatched"),
        ("<p>đoạn</p>", "HTML", "Unsupported"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "HTML", "nested"),
        ("a & b", "HTML", "stray"),
        ("1 < 2", "HTML", "stray"),
        ("   ", None, "empty"),
        ("<b>a</b>" * 101, "HTML", "entities"),
    ],
)
def test_the_strict_server_refuses_a_client_that_breaks_a_rule(text: str, mode: str | None, refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        parsed(text, mode)


def test_the_strict_server_s_other_rules(api: BotApi) -> None:
    """Unknown token and method, offset, a second poller, a webhook beside polling, long callback data, an edit of nothing."""

    def call(method: str, token: str = TOKEN, **data: Any) -> dict[str, Any]:
        url = api.base_url + f"{token}/{method}"
        result: dict[str, Any] = httpx.post(url, data=data, trust_env=False, timeout=20).json()
        return result

    assert call("getMe", token="1:x")["error_code"] == 401
    assert call("noSuchMethod")["error_code"] == 404
    api.say("một")
    api.say("hai")
    first, second = call("getUpdates")["result"]
    assert call("getUpdates")["result"] == [first, second]
    assert call("getUpdates", offset=second["update_id"])["result"] == [second]
    assert call("getUpdates", offset=second["update_id"] + 1)["result"] == []
    api._polling = True
    assert call("getUpdates")["error_code"] == 409
    api._polling = False
    assert call("setWebhook", url="https://x.vn", secret_token="dấu")["error_code"] == 400
    call("setWebhook", url="https://x.vn")
    assert call("getUpdates")["error_code"] == 409
    keyboard = '{"inline_keyboard": [[{"text": "x", "callback_data": "' + "x" * 65 + '"}]]}'
    assert "BUTTON_DATA" in call("sendMessage", chat_id=7, text="x", reply_markup=keyboard)["description"]
    assert call("editMessageText", chat_id=7, message_id=999, text="x")["error_code"] == 400
    sent = call("sendMessage", chat_id=7, text="x")["result"]
    assert "not modified" in call("editMessageText", chat_id=7, message_id=sent["message_id"], text="x")["description"]
    assert call("answerCallbackQuery", callback_query_id="1", text="x" * 201)["error_code"] == 400
    assert call("setMyCommands", commands='[{"command": "Hoa", "description": "x"}]')["error_code"] == 400
