"""A name in a sentence -> what else than an office the sentence says of who that is, verbatim: `hòa thượng`, `nhân viên Công ty Điện lực`, `con trai ông Hòa`."""

import functools

from retrieval.annotation import Sentence
from retrieval.answers.roles import acts_at
from retrieval.vietnamese.tables import rows

LONGEST = 14
_LONGEST_BEFORE = 6
_NEXT = frozenset("ông bà anh chị đồng và cùng".split())
"""Words (canonical) with which the next of a list begins."""


@functools.cache
def _by_word() -> dict[str, list[tuple[str, ...]]]:
    table: dict[str, list[tuple[str, ...]]] = {}
    for row in rows("callings"):
        words = tuple(row[0].split("_"))
        table.setdefault(words[0], []).append(words)
    return table


def calling_of(sentence: Sentence, first: int, last: int) -> tuple[int, int] | None:
    """Return (start, end) in the article's text of what the person at tokens `first` to `last` is said to be, or None.

    In brackets behind the name, behind a comma, a dash or `là`, or right before it: `chuyên gia cao cấp Đinh Văn Tụng`.
    """
    found = _behind(sentence, last) or _before(sentence, first)
    return (sentence.tokens[found[0]].start, sentence.tokens[found[1]].end) if found else None


def _begins(sentence: Sentence, at: int) -> bool:
    words = [token.norm for token in sentence.tokens[at : at + 4]]
    return bool(words) and any(tuple(words[: len(called)]) == called for called in _by_word().get(words[0], ()))


def _behind(sentence: Sentence, last: int) -> tuple[int, int] | None:
    start = last + 1
    if start >= len(sentence.tokens):
        return None
    bracketed = sentence.gaps[start] == "P"
    if sentence.tokens[start].norm == "là" and sentence.gaps[start] in "_PCD":
        start += 1
    elif sentence.gaps[start] not in "CDP":
        return None
    if start >= len(sentence.tokens) or not _begins(sentence, start):
        return None
    end = start
    while end + 1 < len(sentence.tokens) and end + 1 - start < LONGEST:
        at = end + 1
        stops = sentence.gaps[at] in ("RSLEQ" if bracketed else "CDRSLEQP")
        if stops or (not bracketed and (acts_at(sentence, at) or sentence.tokens[at].norm in _NEXT)):
            break
        end = at
    return start, end


def _before(sentence: Sentence, first: int) -> tuple[int, int] | None:
    end = first - 1
    for start in range(end, max(-1, end - _LONGEST_BEFORE), -1):
        if set(sentence.gaps[start + 1 : first + 1]) - {"_"}:
            return None
        if _begins(sentence, start):
            inside = range(start + 1, end + 1)
            return None if any(acts_at(sentence, at) for at in inside) else (start, end)
    return None
