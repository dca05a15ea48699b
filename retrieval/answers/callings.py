"""A name in a sentence -> what else than an office the sentence says of who that is, verbatim: `hòa thượng`, `nhân viên Công ty Điện lực`, `con trai ông Hòa`."""

import functools

from retrieval.annotation import Sentence
from retrieval.answers.roles import acts_at, goes_on_behind_stop
from retrieval.vietnamese.tables import rows

LONGEST = 20
"""Tokens behind a name; what goes on for longer may be anything."""
_LONGEST_CALLING = 4
_HONORIFICS = frozenset("ông bà anh chị cô chú bác em cháu cụ".split())
_NEXT = frozenset(("và", "cùng"))
"""Words (canonical) with which the next of a list begins."""
_KIN = frozenset("vợ chồng con cháu mẹ bố cha em".split())
_OPENS = frozenset("theo khi gặp với cùng của bị cho trước mặt".split())
"""Words (canonical) in the clause of a name behind which another one says or does something: `Theo ông A, người dân cần cảnh giác`."""


@functools.cache
def _by_word() -> dict[str, list[tuple[tuple[str, ...], bool]]]:
    """Return the callings by their first word, each with whether it is said behind a name alone."""
    table: dict[str, list[tuple[tuple[str, ...], bool]]] = {}
    for calling, *behind in rows("callings"):
        words = tuple(calling.split("_"))
        table.setdefault(words[0], []).append((words, behind == ["behind"]))
    return table


def calling_of(sentence: Sentence, first: int, last: int) -> tuple[int, int] | None:
    """Return (start, end) in the article's text of what the person at tokens `first` to `last` is said to be, or None.

    In brackets behind the name, behind a dash, a comma that another one closes, or `là`; or right before it: `tài xế Cứ A Tủa`.
    """
    found = _behind(sentence, first, last) or _before(sentence, first)
    return (sentence.tokens[found[0]].start, sentence.tokens[found[1]].end) if found else None


def _begins(sentence: Sentence, at: int) -> int:
    """Return how many tokens the longest calling at token `at` has, 0 where none begins there."""
    words = tuple(token.norm for token in sentence.tokens[at : at + _LONGEST_CALLING])
    fitting = (
        (len(called) for called, _ in _by_word().get(words[0], ()) if words[: len(called)] == called) if words else ()
    )
    return max(fitting, default=0)


def _behind(sentence: Sentence, first: int, last: int) -> tuple[int, int] | None:
    start = last + 1
    if start >= len(sentence.tokens):
        return None
    mark = sentence.gaps[start]
    if sentence.tokens[start].norm == "là" and mark in "_PCD":
        start += 1
    elif mark not in "CDP":
        return None
    width = _begins(sentence, start) if start < len(sentence.tokens) else 0
    if not width or (mark == "C" and _opens_another(sentence, first)):
        return None
    end = start + width - 1
    while end + 1 < len(sentence.tokens) and not _ends(sentence, end + 1, bracketed=mark == "P"):
        end += 1
        if end - start >= LONGEST:
            return None
    # Behind a single comma somebody else may go on: `Theo tin của ông A, học sinh nghỉ học`.
    closed = end + 1 < len(sentence.tokens) and (sentence.gaps[end + 1] in "CDPR" or acts_at(sentence, end + 1))
    # `luật sư Trần Văn Bình` behind another name is he; whose kin somebody is may be named.
    another = not _relative(sentence, start, width) and any(start <= p.first <= end for p in sentence.people)
    if (mark == "C" and not closed) or another or _unfinished(sentence, start, width, end):
        return None
    return start, end


def _ends(sentence: Sentence, at: int, *, bracketed: bool) -> bool:
    """Tell whether what somebody is has ended before the token at `at`."""
    if bracketed:
        return (
            ")" in sentence.between(sentence.tokens[at - 1].end, sentence.tokens[at].start)
            or sentence.gaps[at] in "SLQ"
        )
    if goes_on_behind_stop(sentence, at):
        return False
    word = sentence.tokens[at].norm
    plain = sentence.marks[at] == "o" and not sentence.joined[at]
    comrade = word == "đồng" and sentence.folded[at + 1 : at + 2] == ("chi",)
    of_kin = word in _HONORIFICS and sentence.gaps[at] == "_"  # `con gái bà Sùng Thị Dợ`
    return (
        sentence.gaps[at] in "CDRSLEQP" or comrade or (not of_kin and plain and word in _NEXT) or acts_at(sentence, at)
    )


def _opens_another(sentence: Sentence, first: int) -> bool:
    """Tell whether the clause of a name opens with `theo`, `sau khi gặp`, so that behind its comma somebody else goes on."""
    edge = max((i for i in range(1, first + 1) if sentence.gaps[i] in "CSLED"), default=0)
    before = [token.norm for token in sentence.tokens[edge:first]]
    # `Em A, học sinh lớp 5` is one; of `vợ ông A, giáo viên` she is.
    of_kin = not _KIN.isdisjoint(before[:-1] if before[-1:] in (["em"], ["cháu"]) else before)
    return of_kin or not _OPENS.isdisjoint(before)


def _unfinished(sentence: Sentence, start: int, width: int, end: int) -> bool:
    """Tell whether a calling breaks off: `con gái` alone is whose, `ngụ tại` where?"""
    words = tuple(token.norm for token in sentence.tokens[start : start + width])
    return (
        _relative(sentence, start, width) and end - start + 1 == width and words != ("hàng", "xóm")
    ) or sentence.tokens[end].norm in {
        "của",
        "tại",
        "ở",
    }


def _relative(sentence: Sentence, start: int, width: int) -> bool:
    """Tell whether a calling is kin, or where somebody lives."""
    words = tuple(token.norm for token in sentence.tokens[start : start + width])
    return any(called == words and behind for called, behind in _by_word().get(words[0], ()))


def _before(sentence: Sentence, first: int) -> tuple[int, int] | None:
    for width in range(_LONGEST_CALLING, 0, -1):
        start = first - width
        if start < 0 or set(sentence.gaps[start + 1 : first + 1]) - {"_"}:
            continue
        words = tuple(token.norm for token in sentence.tokens[start:first])
        if any(called == words and not behind for called, behind in _by_word().get(words[0], ())):
            # `phó phát ngôn viên` is none, and the calling of `con trai luật sư A` is A's.
            return None if start and sentence.tokens[start - 1].norm == "phó" else (start, first - 1)
    return None
