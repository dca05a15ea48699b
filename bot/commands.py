"""What people can ask for besides a question, the same on every channel: help, sources, history, to be forgotten, to follow a topic."""

import re
from collections.abc import Callable

from bot import admin
from bot.assistant import NO_SOURCES, Assistant, home
from bot.messages import Incoming, Outgoing
from bot.rendering import local_day
from bot.store.followers import MOST_TOPICS, Followers, TooManyError
from bot.store.people import People
from retrieval.answers.types import Reply
from retrieval.vietnamese.text import folds

COMMANDS = (
    ("start", "Bắt đầu"),
    ("help", "Cách hỏi"),
    ("nguon", "Nguồn của câu trả lời vừa rồi"),
    ("tinh", "Chọn tỉnh, ví dụ: /tinh Điện Biên"),
    ("theodoi", "Báo tin có bài mới, ví dụ: /theodoi Hội Nông dân"),
    ("botheodoi", "Thôi theo dõi"),
    ("lichsu", "Các câu bạn đã hỏi"),
    ("baosai", "Báo câu trả lời vừa rồi sai"),
    ("riengtu", "Tin Tỉnh lưu gì về bạn"),
    ("forget", "Xóa mọi thứ Tin Tỉnh lưu về bạn"),
)

UNKNOWN = "Tin Tỉnh không có lệnh này. /help cho biết cách hỏi."
FORGOTTEN = (
    "Đã xóa các câu hỏi, câu trả lời, nhận xét và theo dõi của cuộc trò chuyện này khỏi Tin Tỉnh. "
    "Tin nhắn trong ứng dụng thì bạn tự xóa trên máy của mình."
)
PRIVACY = (
    "Tin Tỉnh lưu gì:\n"
    "• Câu hỏi và câu trả lời, {days} ngày, để sửa chỗ trả lời chưa tốt. Số điện thoại, số giấy tờ và email được che trước khi lưu.\n"
    "• Thay cho tên và số tài khoản của bạn là một mã băm, không suy ngược ra được.\n"
    "• Điều vừa hỏi, 24 giờ, để hiểu câu hỏi nối tiếp; số của tin trả lời, 3 ngày, để sửa theo khi bạn sửa câu hỏi; nhận xét của bạn; chủ đề bạn theo dõi và nơi gửi tin, đều mã hóa.\n"
    "• Nhật ký kỹ thuật không có câu hỏi, không có tên.\n\n"
    "Tin Tỉnh không bán, không chuyển dữ liệu cho ai. /forget xóa tất cả ngay."
)
NOTHING_ASKED = "Tin Tỉnh không lưu câu hỏi nào của cuộc trò chuyện này."
TEXT_ONLY = "Tin Tỉnh chỉ đọc được chữ. Bạn gõ câu hỏi giúp nhé."
"""What a voice, a picture or a sticker gets, on every channel."""
NOT_KEPT = "Tin Tỉnh không lưu câu hỏi ở đây."
REPORTED = "Cảm ơn bạn. Đã chuyển câu hỏi, câu trả lời và đoạn trích cho biên tập viên xem lại (số {case})."
NOTHING_TO_REPORT = "Chưa có câu trả lời nào để báo sai. Bạn hỏi trước, rồi nhắn “báo sai” nếu câu trả lời không đúng."
WHICH_TOPIC = "Bạn ghi thêm chủ đề, ví dụ: /theodoi Hội Nông dân. Thêm chữ “ngay” ở cuối để nhận tin từng bài; không thì mỗi ngày một lần."
FOLLOWED = "Tin Tỉnh sẽ báo {when} khi có bài mới nhắc đến “{topic}”. Thôi theo dõi: /botheodoi {topic}"
UNFOLLOWED = "Đã thôi theo dõi “{topic}”."
NOT_FOLLOWED = "Bạn không theo dõi “{topic}”."
FOLLOWING = "Bạn đang theo dõi:\n{topics}\n\nThôi theo dõi: /botheodoi <chủ đề>"
FOLLOWS_NOTHING = "Bạn chưa theo dõi chủ đề nào. Ví dụ: /theodoi Hội Nông dân"
NO_NEWS_HERE = "Trang này không gửi tin cho bạn được. Bạn theo dõi chủ đề trong Telegram hoặc Zalo nhé."
TOO_MANY = f"Mỗi người theo dõi được {MOST_TOPICS} chủ đề. Bạn bỏ bớt một chủ đề trước nhé."
LONGEST_TOPIC = 60
WHICH_PROVINCE = "Bạn ghi thêm tên tỉnh, ví dụ: /tinh Điện Biên."
HOME_NOW = "Câu hỏi không nêu tỉnh thì Tin Tỉnh hiểu là hỏi về {province}. Đổi: /tinh kèm tên tỉnh khác; bỏ: nhắn “tỉnh nào cũng được”."

_COMMAND = re.compile(r"/(?P<name>[a-z]+)(?:@\w+)?(?:\s+(?P<words>.*))?$", re.DOTALL | re.IGNORECASE)
_SAID = {
    "forget": frozenset(
        ("quen toi di", "quen toi", "xoa du lieu cua toi", "xoa du lieu cua toi di", "xoa lich su", "xoa het di", "xoa thong tin cua toi",
         "xoa du lieu", "xoa het du lieu cua toi", "xoa lich su cua toi", "hay quen toi", "xoa moi thu ve toi")
    ),
    "baosai": frozenset(("bao sai", "tra loi sai", "tra loi sai roi", "sai roi", "cau tra loi sai", "sai bet")),
    "lichsu": frozenset(("lich su", "toi da hoi gi", "cac cau toi da hoi")),
    "riengtu": frozenset(("quyen rieng tu", "rieng tu", "bot luu gi", "luu gi ve toi")),
    "help": frozenset(("tro giup", "huong dan", "help", "cach hoi", "huong dan su dung")),
}  # fmt: skip


class Commands:
    """Answers a message of any channel: a command, or a question."""

    def __init__(
        self, assistant: Assistant, people: People | None = None, followers: Followers | None = None, days: int = 30
    ) -> None:
        self._assistant = assistant
        self._people = people
        self._followers = followers
        self._days = days
        self._known: dict[str, Callable[[Incoming, str], Outgoing]] = {
            "start": lambda *_: Outgoing(words=admin.WELCOME),
            "help": lambda *_: Outgoing(words=admin.HELP),
            "nguon": self._sources,
            "lichsu": self._history,
            "riengtu": lambda *_: Outgoing(words=PRIVACY.format(days=self._days)),
            "forget": self._forget,
            "quen": self._forget,
            "baosai": self._report,
            "theodoi": self._follow,
            "botheodoi": self._unfollow,
            "tinh": self._home,
        }

    def answer(self, incoming: Incoming) -> Outgoing:
        """Return what to say to `incoming`."""
        text = incoming.text.strip()
        match = _COMMAND.match(text)
        if match is not None:
            name, words = match["name"].lower(), (match["words"] or "").strip()
            return self._known[name](incoming, words) if name in self._known else Outgoing(words=UNKNOWN)
        said = " ".join(folds(text))
        meant = next((name for name, ways in _SAID.items() if said in ways), None)
        if meant is not None:
            return self._known[meant](incoming, "")
        return self._assistant.answer(incoming)

    def once(self, question: str) -> Reply | None:
        """Return the answer to a question that belongs to no conversation; nothing of it is kept. None where none can be given."""
        return self._assistant.once(question)

    def left(self, channel: str, chat: str) -> None:
        """Take up that somebody left: nothing more is sent to him, and what he asked is forgotten."""
        self._forget(Incoming(channel, chat, ""), "")

    def kept(self, channel: str, chat: str) -> dict[str, object] | None:
        """Return what the next question of a chat may lean on, as it is stored."""
        return self._assistant.kept(channel, chat)

    def _sources(self, incoming: Incoming, _: str) -> Outgoing:
        reply = self._assistant.sources(incoming.channel, incoming.chat)
        return Outgoing(words=NO_SOURCES if reply is None else admin.sources(reply))

    def _history(self, incoming: Incoming, _: str) -> Outgoing:
        if self._people is None:
            return Outgoing(words=NOT_KEPT)
        found = self._people.history(self._people.chat(incoming.channel, incoming.chat))
        if not found:
            return Outgoing(words=NOTHING_ASKED)
        lines = [
            f"• {local_day(a.asked_at.astimezone(self._people.zone).date().isoformat())}: {a.question} → "
            f"{' '.join(str(a.answer['text']).split())[:120] or 'chưa có trong các bài'} (mã {a.code})"
            for a in found
        ]
        return Outgoing(words="\n".join(("Các câu bạn hỏi gần đây:", *lines)))

    def _forget(self, incoming: Incoming, _: str) -> Outgoing:
        self._assistant.forget(incoming.channel, incoming.chat)
        if self._people is not None:
            self._people.forget(self._people.chat(incoming.channel, incoming.chat))
        return Outgoing(words=FORGOTTEN)

    def _home(self, incoming: Incoming, words: str) -> Outgoing:
        if home(incoming.text) is not None:
            return self._assistant.answer(incoming)
        province = None if words else self._assistant.memory(incoming.channel, incoming.chat).province
        return Outgoing(words=HOME_NOW.format(province=province) if province else WHICH_PROVINCE)

    def _report(self, incoming: Incoming, _: str) -> Outgoing:
        last = self._assistant.memory(incoming.channel, incoming.chat).reply
        if last is None or self._people is None:
            return Outgoing(words=NOTHING_TO_REPORT)
        case = self._people.report(last.id, self._people.chat(incoming.channel, incoming.chat))
        return Outgoing(words=NOTHING_TO_REPORT if case is None else REPORTED.format(case=case))

    def _follow(self, incoming: Incoming, words: str) -> Outgoing:
        if self._followers is None or not incoming.address:
            return Outgoing(words=NO_NEWS_HERE)
        topic, at_once = _topic(words)
        if not topic:
            followed = self._followers.topics(incoming.channel, incoming.chat)
            shown = "\n".join(f"• {t} ({'từng bài' if once else 'mỗi ngày'})" for t, once in followed)
            return Outgoing(words=FOLLOWING.format(topics=shown) if followed else WHICH_TOPIC)
        try:
            self._followers.follow(incoming.channel, incoming.chat, incoming.address, topic, at_once=at_once)
        except TooManyError:
            return Outgoing(words=TOO_MANY)
        return Outgoing(words=FOLLOWED.format(when="ngay" if at_once else "mỗi ngày một lần", topic=topic))

    def _unfollow(self, incoming: Incoming, words: str) -> Outgoing:
        if self._followers is None:
            return Outgoing(words=FOLLOWS_NOTHING)
        topic = _topic(words)[0]
        if not topic:
            followed = self._followers.topics(incoming.channel, incoming.chat)
            shown = "\n".join(f"• /botheodoi {t}" for t, _ in followed)
            return Outgoing(words=f"Bạn thôi theo dõi chủ đề nào?\n{shown}" if followed else FOLLOWS_NOTHING)
        gone = self._followers.unfollow(incoming.channel, incoming.chat, topic)
        return Outgoing(words=(UNFOLLOWED if gone else NOT_FOLLOWED).format(topic=topic))


def _topic(words: str) -> tuple[str, bool]:
    """Return the topic that was typed, and whether each article is to be told at once."""
    topic = " ".join(words.split()).strip("“”\"'")
    for ending in (" ngay", " từng bài"):
        if topic.lower().endswith(ending):
            return topic[: -len(ending)].strip()[:LONGEST_TOPIC], True
    return topic[:LONGEST_TOPIC], False
