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


def questions_in(text: str) -> list[str]:
    """Return the questions of `text` in order, at least one; a statement goes with the question after it."""
    pieces = _pieces(clean(text))
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
