"""Incoming -> Outgoing: finds what a message asks, in the light of what was asked before in that chat."""

import logging
import re
import secrets
import unicodedata
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from bot import admin
from bot.library import Library
from bot.memory import Memory
from bot.messages import Incoming, Outgoing
from bot.store.people import People
from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.errors import GenerationError
from retrieval.questions import is_elliptic, is_follow_up
from retrieval.vietnamese.abbreviations import spell_out
from retrieval.vietnamese.places import is_province
from retrieval.vietnamese.text import folds

log = logging.getLogger(__name__)

REMEMBERED = 10_000
"""Chats whose last question is at hand without asking the database."""

APOLOGY = "Xin lỗi bạn, Tin Tỉnh đang gặp trục trặc (mã {code}). Bạn thử lại sau ít phút nhé."
NO_INDEX = "Tin Tỉnh chưa nạp bài báo nào nên chưa trả lời được. Bạn quay lại sau nhé."
HOME = "Tin Tỉnh nhớ trong cuộc trò chuyện này: câu hỏi không nêu tỉnh là hỏi về {province}. Nhắn “tỉnh nào cũng được” để bỏ."
NO_HOME = "Tin Tỉnh không ưu tiên tỉnh nào nữa."
NO_MORE = "Danh sách đã hết. Bạn cứ hỏi câu khác nhé."
NOTHING_MORE = "Câu vừa rồi không có danh sách để xem tiếp. Bạn cứ hỏi thêm bằng một câu nhé."
NO_SOURCES = "Chưa có câu trả lời nào để xem nguồn. Bạn cứ đặt câu hỏi trước nhé."


class Assistant:
    """Answers messages of all channels."""

    def __init__(self, library: Library, people: People | None = None) -> None:
        self._library = library
        self._people = people
        """Where memories outlive a restart and questions are taken down; None keeps nothing."""
        self._memories: OrderedDict[tuple[str, str], Memory] = OrderedDict()

    def memory(self, channel: str, chat: str) -> Memory:
        """Return what is remembered of a chat; the chats not seen for longest are forgotten first."""
        key = (channel, chat)
        memory = self._memories.get(key)
        if memory is None:
            kept = self._people.memory(self._people.chat(channel, chat)) if self._people is not None else None
            memory = self._memories[key] = Memory() if kept is None else Memory.from_row(kept)
        self._memories.move_to_end(key)
        while len(self._memories) > REMEMBERED:
            self._memories.popitem(last=False)
        return memory

    def kept(self, channel: str, chat: str) -> dict[str, Any] | None:
        """Return what is remembered of a chat as it is stored, None where nothing is."""
        memory = self._memories.get((channel, chat))
        return None if memory is None else memory.to_row()

    def forget(self, channel: str, chat: str) -> None:
        """Forget a chat."""
        self._memories.pop((channel, chat), None)

    def answer(self, incoming: Incoming) -> Outgoing:
        """Return what to say to `incoming`. A fault becomes one polite sentence; its cause goes to the log with an id."""
        memory = self.memory(incoming.channel, incoming.chat)
        more = " ".join(folds(incoming.text)) in _MORE
        said = self._without_asking(incoming.text, memory, more=more)
        if said is not None:
            return said
        asked = chosen(incoming.text, memory.reply) or incoming.text
        previous, skip = memory.question, 0
        if memory.listed is not None and more:
            asked, previous, skip = memory.listed
        try:
            meant = self._meant(incoming)
            reply = self._library.ask(asked, previous, skip, memory.province, meant)
            if _led_astray(asked, reply, memory.reply):
                alone = self._library.ask(asked, None, skip, memory.province, meant)
                reply = alone if isinstance(alone, Answer) else reply
        except GenerationError as error:
            log.error("%s", error)
            return Outgoing(words=NO_INDEX)
        except Exception:
            code = secrets.token_hex(3)
            log.exception("question failed, id %s", code)
            return Outgoing(words=APOLOGY.format(code=code))
        outgoing, replies = Outgoing(reply=reply), (reply, *reply.also)
        if self._people is not None:
            for one in replies:
                self._people.asked(incoming.channel, incoming.chat, one.question, one)
        memory.question = next((r.carried for r in reversed(replies) if r.carried), memory.question)
        # What is said next goes on with the last question; the sources are those of the last answer.
        reply = next((r for r in reversed(replies) if isinstance(r, Answer)), replies[-1])
        if isinstance(reply, Answer) or reply.reason not in {"smalltalk", "invalid", "emergency"}:
            memory.reply = reply
            left = reply.next_skip if isinstance(reply, Answer) else None
            memory.listed = (asked, previous, left) if left else None
        return outgoing

    def _without_asking(self, text: str, memory: Memory, *, more: bool) -> Outgoing | None:
        """Return what to say to what is no question: on the last answer, where one lives, a number that was not offered; None to a question."""
        last = self._standing(memory.reply)
        if last is not None and (said := about_last(text, last)):
            return Outgoing(words=said)
        if last is None and " ".join(folds(text)) in _COPY | _WORD_FOR_WORD:
            return Outgoing(words=NO_SOURCES)
        if (province := home(text)) is not None:
            memory.province = province or None
            return Outgoing(words=HOME.format(province=province) if province else NO_HOME)
        if more and memory.listed is None and memory.reply is not None:
            return Outgoing(words=NO_MORE if memory.reply.kind == "list" else NOTHING_MORE)
        if memory.reply is not None and _beyond(text, memory.reply):
            return Outgoing(reply=memory.reply)
        return None

    def once(self, question: str) -> Reply | None:
        """Return the answer to a question outside any conversation; None where none can be given now."""
        try:
            return self._library.ask(question)
        except GenerationError as error:
            log.error("%s", error)
            return None

    def _meant(self, incoming: Incoming) -> tuple[str, ...]:
        """Return the articles of the answer that a message replies to: it asks about them."""
        if not incoming.about or self._people is None:
            return ()
        found = self._people.find(incoming.about, self._people.chat(incoming.channel, incoming.chat))
        return () if found is None else tuple(dict.fromkeys(c["article_id"] for c in found.answer["citations"]))

    def sources(self, channel: str, chat: str) -> Answer | None:
        """Return the last answer of a chat that has sources, None where there is none, or they were taken back."""
        return self._standing(self.memory(channel, chat).reply)

    def _standing(self, reply: Reply | None) -> Answer | None:
        """Return an answer with the citations that may still be shown: an article may have been withdrawn since."""
        if not isinstance(reply, Answer):
            return None
        try:
            generation = self._library.engine().generation
        except GenerationError:
            return None
        hidden, held = generation.corrections.hidden, generation.corrections.held
        kept = tuple(
            c
            for c in reply.citations
            if c.article_id not in hidden
            and not any(words in c.quote or c.quote in words for words in held.get(c.article_id, ()))
        )
        return replace(reply, citations=kept) if kept else None


def _led_astray(asked: str, reply: Reply, last: Reply | None) -> bool:
    """Tell whether a question may have been refused for what was asked before in vain.

    It leaned on that, does not say so itself, and says by its own words what it wants to know.
    """
    in_vain = all(isinstance(r, NotFound) and r.reason in _IN_VAIN for r in (reply, last))
    own = folds(spell_out(asked))
    return in_vain and reply.interpretation is not None and not is_follow_up(own) and not is_elliptic(own)


def chosen(text: str, reply: Reply | None) -> str | None:
    """Return the question that `text` chooses among those of the last reply: by its number, or by words of one label alone."""
    if not isinstance(reply, NotFound) or not reply.questions:
        return None
    if len(reply.questions) == 1 and " ".join(folds(text)) in _YES:
        return reply.questions[0]
    number, own = _choice(text)
    if number is not None:
        return reply.questions[number - 1] if 1 <= number <= len(reply.questions) else None
    fitting = [q for label, q in zip(reply.choices, reply.questions, strict=True) if own and own <= set(folds(label))]
    return fitting[0] if len(fitting) == 1 else None


def _beyond(text: str, reply: Reply) -> bool:
    """Tell whether `text` is the number of a choice that there is not: which is meant is asked again."""
    if not isinstance(reply, NotFound) or not reply.questions:
        return False
    number, _ = _choice(text)
    return number is not None and not 1 <= number <= len(reply.questions)


def _choice(text: str) -> tuple[int | None, frozenset[str]]:
    """Return the number that a choice is, and its folded words without what is said around it: `số 2 nhé`, `②`, `chọn ông Tiến ạ`; `bà Hai` is no number."""
    own = [word for word in folds(text) if word not in _AROUND_CHOICE]
    number = None
    if len(own) == 1:
        word = unicodedata.normalize("NFKC", own[0])
        # `2023` chooses a year among the labels.
        number = int(word) if word.isdecimal() and len(word) <= _LONGEST_NUMBER else _COUNTED.get(word)
    elif own and own[0] in _HONORIFICS:
        del own[0]
    return number, frozenset(own)


_LONGEST_NUMBER = 2
_COUNTED = {"mot": 1, "hai": 2, "ba": 3, "bon": 4}
_AROUND_CHOICE = frozenset("so cau chon muc y cai nguoi thu nhe nha a ad dong chi vang da".split())
_HONORIFICS = frozenset(("ong", "ba", "anh", "co", "bac"))
_IN_VAIN = frozenset(("article_silent", "no_article"))
_YES = frozenset(("co", "dung", "dung roi", "phai", "phai roi", "ok", "u", "uh", "dung vay", "vang"))
_MORE = frozenset(("tiep", "xem tiep", "tiep di", "nua", "xem them", "con nua khong", "them"))
_COPY = frozenset(
    ("copy trich dan", "trich dan", "cho trich dan", "nguon", "cho nguon", "nguon dau", "xem nguon", "dan nguon")
)
_WORD_FOR_WORD = frozenset(
    ("nguyen van", "cho nguyen van", "nguyen van loi", "cho nguyen van loi", "cho loi nguyen van", "trich nguyen van")
)
_QUOTED = re.compile(r"[“\"][^”\"]{15,}[”\"]")
NOT_QUOTED = "Bài viết thuật lại ý, không dẫn lời trực tiếp trong ngoặc kép. Câu trong bài là:"


_LIVES = re.compile(
    r"^(?:tôi|toi|mình|minh|em|nhà tôi|nha toi|bác|bac|cháu|chau) (?:ở|o|sống ở|song o) (?P<level>tỉnh |tinh |tp\.? |thành phố |thanh pho )?(?P<name>.{2,30}?)[.!]*$"
    r"|^/tinh(?:@\w+)?\s+(?P<command>.{2,30})$",
    re.IGNORECASE,
)
_ANYWHERE = frozenset(("tinh nao cung duoc", "moi tinh", "tat ca cac tinh", "bo tinh"))


def home(text: str) -> str | None:
    """Return the province that `text` says its writer is of, empty where he takes it back; None where it says neither."""
    if " ".join(folds(text)) in _ANYWHERE:
        return ""
    match = _LIVES.match(" ".join(text.split()))
    if match is None or not (match["level"] or match["command"] or is_province(tuple(folds(match["name"])))):
        return None  # `em ở nhà` names no province
    named = (match["name"] or match["command"]).strip()
    return "" if " ".join(folds(named)) in _ANYWHERE | {"bo"} else named


def about_last(text: str, reply: Answer) -> str | None:
    """Return what to say where `text` asks for the sources or the very words of the last answer, else None."""
    asked = " ".join(folds(text))
    if asked in _COPY:
        return admin.sources(reply)
    if asked in _WORD_FOR_WORD:
        direct = any(_QUOTED.search(c.quote) for c in reply.citations)
        return admin.sources(reply) if direct else f"{NOT_QUOTED}\n\n{admin.sources(reply)}"
    return None
