"""A stretch of a sentence -> the stretch beside it whose brackets and quotation marks come in pairs.

What is marked as an answer ends at words, and punctuation knows nothing of words: `đã sửa xong", ông A nói`, `(chiếm 42%`. Half a quotation
reads as a slip, and whose word it is becomes unclear.
"""

import re
from dataclasses import dataclass

_OPENING = {")": "(", "]": "[", "”": "“", "»": "«"}
_STRAIGHT = '"'
_WORDS = re.compile(r"\w+")
_TAKEN_IN = 3
"""Words that are taken in to reach the mark that is missing, before the stretch."""
_TAKEN_ON = 8
"""The same, behind it: what a bracket goes on with belongs to what it began with."""
_ASIDE = 14
"""Words of a stretch that may be left out behind a closing mark: `", ông Nguyễn Văn A nói tại buổi làm việc`."""
_TELLS = frozenset(",-–")
"""What stands between a quotation and whose it is."""
_EDGE = " \t\n,;:.–-"


@dataclass(frozen=True)
class _Pair:
    """Where an opening and its closing mark stand; -1 where one is missing in the sentence."""

    opens: int
    closes: int


def paired(text: str, sentence: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    """Return offsets near `start` and `end`, of which no mark between is without the other; as they were where that takes too much.

    `text` is the article's, `sentence` the offsets of the sentence that the stretch is part of, beyond which nothing is taken in.
    """
    pairs = _pairs(text, *sentence)
    first, last = start, end
    for pair in pairs:
        if first <= pair.closes < last and not first <= pair.opens:
            first, last = _without_opening(text, pair, first, last)
    for pair in reversed(pairs):
        if first <= pair.opens < last and not 0 <= pair.closes < last:
            first, last = _without_closing(text, pair, first, last)
    return (first, last) if _count(text, first, last) else (start, end)


def _without_opening(text: str, pair: _Pair, start: int, end: int) -> tuple[int, int]:
    before, after = _count(text, start, pair.closes), _count(text, pair.closes, end)
    missing = _count(text, pair.opens, start) if pair.opens >= 0 else _TAKEN_IN + 1
    told = text[pair.closes] not in ")]" and text[pair.closes + 1 : pair.closes + 3].lstrip()[:1] in _TELLS
    if before and missing and after <= _ASIDE and (told or (missing > _TAKEN_IN and after < before)):
        return start, _back(text, start, pair.closes)
    if missing <= _TAKEN_IN:
        return pair.opens, end
    if before <= _TAKEN_IN:
        return _on(text, pair.closes + 1, end), end
    return start, end


def _without_closing(text: str, pair: _Pair, start: int, end: int) -> tuple[int, int]:
    before, after = _count(text, start, pair.opens), _count(text, pair.opens, end)
    if pair.closes >= 0 and _count(text, end, pair.closes) <= _TAKEN_ON:
        return start, pair.closes + 1
    if not before:
        return _on(text, pair.opens + 1, end), end
    if after <= _TAKEN_IN <= before:
        return start, _back(text, start, pair.opens)
    return start, end


def _pairs(text: str, start: int, end: int) -> list[_Pair]:
    """Return the marks of a sentence in pairs, by where they close or, without that, open."""
    waiting: dict[str, list[int]] = {}
    found = []
    for at in range(start, end):
        mark = text[at]
        if mark in _OPENING.values() or (mark == _STRAIGHT and _opens(text, at, (start, end), bool(waiting.get(mark)))):
            waiting.setdefault(mark, []).append(at)
        elif mark == _STRAIGHT or mark in _OPENING:
            opened = waiting.get(_OPENING.get(mark, mark))
            # `1)` counts, it closes nothing.
            if opened or mark != ")":
                found.append(_Pair(opened.pop() if opened else -1, at))
    found += [_Pair(at, -1) for places in waiting.values() for at in places]
    return sorted(found, key=lambda pair: max(pair.opens, pair.closes))


def _opens(text: str, at: int, sentence: tuple[int, int], waited: bool) -> bool:
    """Tell whether the straight mark at `at` opens, by what stands beside it; else by whether one is open already."""
    before = text[at - 1] if at > sentence[0] else " "
    after = text[at + 1] if at + 1 < sentence[1] else "."
    if after in ",.;:)!?…":
        return False
    if before.isspace() != after.isspace():
        return before.isspace()
    return not waited


def _count(text: str, start: int, end: int) -> int:
    return len(_WORDS.findall(text, start, end)) if start < end else 0


def _back(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return end


def _on(text: str, start: int, end: int) -> int:
    while start < end and text[start] in _EDGE:
        start += 1
    return start
