"""What was typed -> a refusal before any search, where there is nothing to search for: empty, emoji, small talk."""

import functools
import re
import unicodedata
from typing import Literal

from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import clean, folds, has_diacritics, norms

LONGEST = 1_000
"""Characters of a question; a longer message is asked to be shortened, not cut in silence."""

EMERGENCY = "112 (tìm kiếm, cứu nạn), 113 (công an), 114 (cứu hỏa), 115 (cấp cứu)"
"""Numbers that a call for help gets, where the operator sets no others."""
_LONGEST_CALL = 24
"""Syllables; who needs help does not write more."""
_CALL = "Nếu bạn hoặc người bên cạnh đang gặp nguy hiểm, hãy gọi ngay {numbers}. Tin Tỉnh chỉ tra tin báo, không báo cứu nạn thay bạn được."

Reason = Literal["invalid", "smalltalk", "emergency"]
Turned = tuple[Reason, str]
"""Why something is not searched for, and what to reply."""

_REPLIES = {
    "greeting": "Chào bạn, Tin Tỉnh trả lời câu hỏi về tin tức của tỉnh và trích đúng đoạn bài báo làm căn cứ. "
    "Bạn cứ hỏi, ví dụ: “Ai chủ trì hội nghị giao ban ngày 29/12?”",
    "thanks": "Rất vui được giúp bạn. Bạn cần hỏi thêm điều gì cứ nhắn nhé.",
    "complaint": "Xin lỗi bạn, câu trả lời vừa rồi chưa giúp được. Bạn thử hỏi kèm tên người, tên cơ quan, địa phương hoặc ngày; "
    "thấy sai chỗ nào, bạn đối chiếu với đoạn trích nguyên văn giúp nhé.",
    "nod": "Vâng. Bạn cần hỏi thêm điều gì cứ nhắn nhé.",
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


@functools.cache
def _emergencies() -> dict[str, re.Pattern[str]]:
    """Return a pattern for each part of a call for help, by its name in the table."""
    phrases: dict[str, list[str]] = {}
    for phrase, part in rows("emergencies"):
        # `nợ` is no `nổ`, but `no` may be: a syllable typed without diacritics may be any.
        words = (f"(?:{norm}|{bare})" for norm, bare in zip(norms(phrase), folds(phrase), strict=True))
        phrases.setdefault(part, []).append(r" (?:(?:đang|dang|ơi|oi|ạ|a|đã|da) )?".join(words))
    return {part: re.compile(rf"\b(?:{'|'.join(found)})\b") for part, found in phrases.items()}


def _calls_for_help(text: str) -> bool:
    """Tell whether somebody calls for help. A false alarm costs an answer, a call that is missed may cost a life.

    `con em bị điện giật rồi`: a danger, and the writer's own. `lũ cuốn mấy người ở xã X` is news.
    """
    phrase = " ".join(norms(text))
    parts = _emergencies()
    # `gọi số nào` asks for no news.
    rest, pleas = parts["plea"].subn(" ", phrase)
    if parts["call"].search(phrase) or phrase == "sos":
        return True
    begs = pleas or phrase.endswith((" cứu", " cuu")) or parts["self"].search(phrase)
    return bool(begs) and parts["danger"].search(phrase) is not None and parts["news"].search(rest) is None


def triage(typed: str, numbers: str = EMERGENCY) -> Turned | None:
    """Return why `typed` is not searched for and what to reply, or None where it is a question.

    `numbers` is what a call for help gets first.
    """
    text = clean(typed)
    syllables = folds(text)
    if not syllables:
        return "invalid", _EMPTY
    if len(text) > LONGEST:
        return "invalid", _TOO_LONG
    phrase = " ".join(syllables)
    if len(syllables) <= _LONGEST_CALL and _calls_for_help(text):
        return "emergency", _CALL.format(numbers=numbers)
    return _small_talk(text, phrase, syllables) or _foreign(text)


def _small_talk(text: str, phrase: str, syllables: list[str]) -> Turned | None:
    # With diacritics `nhà` is no `nha`, `bản` no `bạn`.
    written = norms(text) if has_diacritics(text) else syllables
    nods = [at for at, word in enumerate(written) if word in _NODS or _LAUGHTER.fullmatch(word)]
    said = " ".join(w for at, w in enumerate(syllables) if at not in nods and written[at] not in _CALLED)
    kind = _smalltalk().get(phrase) or _smalltalk().get(said)
    if kind is None and not said:
        kind = "nod" if nods and "oi" not in syllables else "greeting"
    return ("smalltalk", _REPLIES[kind]) if kind else None


_CALLED = frozenset("oi ơi ban bạn em anh chi chị tin tinh tỉnh bot ad".split())
_NODS = frozenset("a ạ à nhe nhé nha nhi nhỉ da dạ vang vâng u ừ ừm uh um ờ hm hmm".split())
_LAUGHTER = re.compile(r"(?:h[aeiou]){2,}h?|(?:hj){2,}|(?:hm){2,}|k{2,}|h?i{3,}|hic+")
"""`hihi`, `kkk`, `hahah`."""


def _foreign(text: str) -> Turned | None:
    letters = [c for c in text if c.isalpha()]
    latin = sum(c.isascii() or "LATIN" in _name(c) for c in letters)
    english = _ENGLISH.intersection(re.findall(r"[a-z]+", text.lower()))
    if (letters and latin * 2 < len(letters)) or (len(english) > 1 and not has_diacritics(text)):
        return "invalid", _FOREIGN
    if not letters and not any(c.isdigit() for c in text):
        return "invalid", _EMPTY
    return None


_ENGLISH = frozenset("what is are was were did does how when where which of please your you this chaired".split())
"""Words of English questions that are no Vietnamese syllables."""


def _name(character: str) -> str:
    return unicodedata.name(character, "")
