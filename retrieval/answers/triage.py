"""What was typed -> a refusal before any search, where there is nothing to search for: empty, emoji, small talk."""

import functools
import unicodedata
from typing import Literal

from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import clean, folds

LONGEST = 1_000
"""Characters of a question; a longer message is asked to be shortened, not cut in silence."""

Reason = Literal["invalid", "smalltalk"]

_REPLIES = {
    "greeting": "Chào bạn, Tin Tỉnh trả lời câu hỏi về tin tức của tỉnh và trích đúng đoạn bài báo làm căn cứ. "
    "Bạn cứ hỏi, ví dụ: “Ai chủ trì hội nghị giao ban ngày 29/12?”",
    "thanks": "Rất vui được giúp bạn. Bạn cần hỏi thêm điều gì cứ nhắn nhé.",
    "goodbye": "Chào bạn, hẹn gặp lại.",
    "who_are_you": "Tin Tỉnh là trợ lý tự động: bạn hỏi về tin tức của tỉnh (ai chủ trì, giao việc gì, khi nào, ở đâu, bao nhiêu), "
    "Tin Tỉnh trả lời bằng câu trích nguyên văn từ các bài báo đang có.",
}
_EMPTY = "Bạn hãy gõ câu hỏi bằng chữ, ví dụ: “Hội Nông dân được giao nhiệm vụ gì?”"
_TOO_LONG = f"Câu hỏi dài quá, Tin Tỉnh chỉ đọc được tới {LONGEST} ký tự. Bạn hỏi ngắn lại giúp nhé."
_FOREIGN = "Tin Tỉnh chỉ hiểu tiếng Việt (có dấu hay không dấu đều được). Bạn hỏi lại bằng tiếng Việt giúp nhé."


@functools.cache
def _smalltalk() -> dict[str, str]:
    return {row[0]: row[1] for row in rows("smalltalk")}


def triage(typed: str) -> tuple[Reason, str] | None:
    """Return why `typed` is not searched for and what to reply, or None where it is a question."""
    text = clean(typed)
    syllables = folds(text)
    if not syllables:
        return "invalid", _EMPTY
    if len(text) > LONGEST:
        return "invalid", _TOO_LONG
    phrase = " ".join(syllables)
    polite = [
        w
        for w in syllables
        if w not in {"a", "nhe", "nha", "oi", "ban", "em", "anh", "chi", "tin", "tinh", "bot", "da", "vang"}
    ]
    kind = _smalltalk().get(phrase) or _smalltalk().get(" ".join(polite))
    if kind:
        return "smalltalk", _REPLIES[kind]
    letters = [c for c in text if c.isalpha()]
    latin = sum(c.isascii() or "LATIN" in _name(c) for c in letters)
    if letters and latin * 2 < len(letters):
        return "invalid", _FOREIGN
    if not letters and not any(c.isdigit() for c in text):
        return "invalid", _EMPTY
    return None


def _name(character: str) -> str:
    return unicodedata.name(character, "")
