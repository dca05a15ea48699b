"""One message -> the questions in it: `ai chu tri hop A? cau nao bi sap?` asks two things, each with its own answer."""

import re

from retrieval.questions import asking, find_cue
from retrieval.vietnamese.abbreviations import spell_out
from retrieval.vietnamese.text import clean, folds

MOST = 3
"""Questions of one message that are answered; what is beyond goes with the last."""
_LEAD_IN = 3
"""Syllables up to which what stands before a question is a word of greeting: `báo rồi.`"""
_ENDS = re.compile(r"(?<=\?)\s*|\n+|(?<=[^\W\d_])\.\s+")
_TITLES = frozenset("tp tx tt tx ths ts pgs gs bs ks ls st q p h".split())
"""What a full stop stands after without ending a sentence; capitals likewise."""
_YES_NO = re.compile(r"\b(?:khong|chua|dung khong|phai khong)$")


_PERSON = r"(?:em|e|mình|minh|mk|tôi|toi|tui|cháu|chau|con|tớ|to|bác|bac|anh|chị|chi|ac|bạn|ban|ad|admin|bot|mọi người|moi nguoi|tin tỉnh|tin tinh)"
_COURTESY = re.compile(
    rf"(?:(?:(?:dạ|da|vâng|vang|alo|a lô|hi|hello|xin chào|xin chao|chào|chao)(?: {_PERSON})+(?: (?:ạ|a|ơi|oi))?|"
    rf"(?:dạ|da|vâng|vang|alo|a lô|hi|hello|xin chào|xin chao|chào|chao)(?= ?[,.!:])|(?:alo|dạ|da|vâng|vang)(?= (?:xin )?cho\b)|"
    rf"{_PERSON} (?:ơi|oi)|(?:ad|admin|bot)(?= ?[,.!:]|(?: làm ơn| xin)? cho\b)|"
    rf"(?:làm ơn |lam on |vui lòng |vui long |xin )?cho(?: {_PERSON})?(?: xin)? (?:hỏi|hoi)(?: (?:chút|chut|tí|ti|xíu|xiu|là|la|với|voi|ạ|nhé|nhe))*)"
    r"(?:[ ,.!:…-]+|$))+",
    re.IGNORECASE,
)
"""Words of courtesy before a question: `chào ad,`, `ad ơi cho em hỏi`."""
_NUMBERED = re.compile(r"(?:\d{1,2}[.)]|[-–•*+])\s+")
"""What a line of a list begins with."""
_LEAST_LEFT = 2


def without_courtesy(text: str) -> str:
    """Return a question without the words of courtesy before it, and without the number of its line; all of it where nothing else is left."""
    left = text
    for pattern in (_COURTESY, _NUMBERED, _COURTESY):
        match = pattern.match(left)
        left = left[match.end() :] if match else left
    return left if len(folds(left)) >= _LEAST_LEFT else text


def questions_in(text: str) -> list[str]:
    """Return the questions of `text` in order, at least one; a statement goes with the question after it."""
    text = without_courtesy(text.strip())
    lines = "\n".join(map(clean, text.splitlines()))
    pieces = [without_courtesy(piece) for piece in _pieces(lines) if not _COURTESY.fullmatch(piece)]
    asking = [p for p in pieces if _asks(p)]
    if not asking:
        return [text]
    if len(asking) == 1:
        before = pieces[: pieces.index(asking[0])]
        greeting = before and all(len(folds(p)) <= _LEAD_IN and not re.search(r"\d", p) for p in before)
        return [asking[0]] if greeting and len(pieces) == len(before) + 1 else [text]
    found: list[str] = []
    before = []
    for piece in pieces:
        before.append(piece)
        if _asks(piece):
            found.append(" ".join(before))
            before = []
    if before:
        found[-1] = " ".join((found[-1], *before))
    return [*found[: MOST - 1], " ".join(found[MOST - 1 :])] if len(found) > MOST else found


def _pieces(text: str) -> list[str]:
    """Return the sentences of a chat message, where full stops are few and capitals fewer; `TP. Vinh` is not cut."""
    pieces: list[str] = []
    at = 0
    for match in _ENDS.finditer(text):
        piece = text[at : match.start()].strip()
        last = re.search(r"(\w+)$", piece)
        if match.group().startswith(".") and last and (last[1].lower() in _TITLES or last[1] != last[1].lower()):
            continue
        if folds(piece):
            pieces.append(piece)
        at = match.end()
    if folds(text[at:]):
        pieces.append(text[at:].strip())
    return pieces


def _asks(piece: str) -> bool:
    syllables = asking(spell_out(piece))
    return len(syllables) > 1 and (
        find_cue(syllables).label != "none" or _YES_NO.search(" ".join(syllables)) is not None
    )
