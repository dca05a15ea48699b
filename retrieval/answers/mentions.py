"""What a question wants -> where a sentence mentions something of that type: a day, a sum, a body by its name, a place."""

from collections.abc import Iterator

import numpy as np

from retrieval.annotation import Sentence
from retrieval.answers.runs import Cut, runs
from retrieval.answers.wants import MENTIONED, among
from retrieval.vietnamese.abbreviations import pairs_written_out
from retrieval.vietnamese.numerals import ROUND, VAGUE
from retrieval.vietnamese.tables import rows

_UNIT_AFTER = 2
"""Tokens after a figure within which its unit stands: `106 hộ`, `12 triệu hộ`."""
_BEFORE_TIME = frozenset(
    "sang chieu trua toi dem ngay nay qua hom vao tu den luc cuoi dau giua khoang truoc sau".split()
)
_BEFORE_FIGURE = frozenset("hon gan khoang tren duoi den tu toi chung gom khong qua".split())
_NAMED = frozenset(row[0] for row in rows("named_things") if row[1] == "body")
_SITES = frozenset(row[0] for row in rows("named_things") if row[1] == "place")
_LEVELS = frozenset("tỉnh huyện xã phường quận tp".split())
_TOWNS = frozenset((("thành", "phố"), ("thị", "xã"), ("thị", "trấn")))
"""Levels of administration, of one syllable and of two, that a name goes on with: `Chi cục Thú y tỉnh …`."""
_AT = frozenset(("tại", "ở"))
"""What stands before the place where something happens."""
_TO_LIVE = frozenset(("nhà", "đất", "chỗ"))
"""Words after which `ở` is to live."""
_NUMBERED = frozenset("quận phường khu phố số lộ tổ khóm ấp thôn đường km lô".split())
"""Words that a number names a place with: `quận` 1."""
_NO_PLACE = frozenset(
    "đã đang sẽ được do để với nhằm khi vào ngày sáng chiều tối diễn có là và mà thì trong bị cũng về hôm theo".split()
)
"""Words with which a place that `tại` opens is at an end."""
_LONGEST_NAME = 14
_SMALL = 2
"""Words written small within a name: Ban `quản lý` Dự án."""
_BETWEEN_NAMES = frozenset("với của cho do tại ở là đến từ về cùng giao để trong trên theo yêu bị được đã".split())
"""Words at which a name is at an end, though a capital follows."""


def mentions(wants: str, sentence: Sentence, unit: str = "") -> Cut | None:
    """Return the mentions of what is asked for, in order; None where it is nothing that is mentioned in a word or two.

    A date takes the part of the day before it (`Chiều nay (29/12)`), a figure the words that say how much it is about
    and its unit (`hơn 1.700 tỷ đồng`). Where the question names the unit (`bao nhiêu hộ`), a figure with that unit stands
    before all others: `hơn 106 hộ`, not `16 căn nhà`. A body or a place takes the whole of its name.
    """
    if wants not in MENTIONED:
        return None
    if wants == "body":
        return tuple(_names(sentence, _NAMED, "A"))
    if wants == "place":
        # `xã Hải Hà, huyện …` is one place.
        found = np.zeros(len(sentence.marks), bool)
        for first, last in (*_names(sentence, _SITES, "AB"), *places(sentence)):
            found[first : last + 1] = True
        return runs(found.tolist(), 0.5, 0)
    letters = {"person": "BI", "time": "T"}.get(wants, "N%U")
    found = among(sentence.mark_codes, letters)
    if wants == "number" and (figures := counted(sentence, unit)):
        found = np.zeros(len(found), bool)
        for first, last in figures:
            found[first : last + 1] = True
    around = _BEFORE_TIME if wants == "time" else _BEFORE_FIGURE if wants != "person" else frozenset()
    for first in np.flatnonzero(found).tolist():
        at = first - 1
        if at >= 0 and sentence.tokens[at].norm in VAGUE and sentence.tokens[first].norm in ROUND:
            found[at] = True  # `hàng` trăm hộ; not ngân `hàng` 500 triệu
            at -= 1
        while at >= 0 and not found[at] and sentence.folded[at] in around:
            found[at] = True
            at -= 1
    whole = runs(found.tolist(), 0.5, 0)
    return whole if wants in {"person", "time"} else tuple(_apart(sentence, whole))


def _apart(sentence: Sentence, found: Cut) -> Iterator[tuple[int, int]]:
    """Yield figures one by one where a comma or a semicolon stands between them: `30 suất quà, 12 xe đạp`."""
    for first, last in found:
        begin = first
        for at in range(first + 1, last + 1):
            if sentence.gaps[at] in "CS" and sentence.marks[at] in "N%":
                yield begin, at - 1
                begin = at
        yield begin, last


def counted(sentence: Sentence, unit: str) -> list[tuple[int, int]]:
    """Return the figures of a sentence that count `unit`, each with the token where the unit stands: `106 hộ`.

    Where some came `đại diện cho hơn 180.000 trẻ em`, those who came are counted.
    """
    if not unit:
        return []
    found = [
        (_beginning(sentence, at), after)
        for at, mark in enumerate(sentence.marks)
        if mark in "N%"
        for after in range(at + 1, min(at + 1 + _UNIT_AFTER, len(sentence.folded)))
        if sentence.folded[after] == unit
    ]
    return [figure for figure in found if not _represented(sentence, figure[0])] or found


def _beginning(sentence: Sentence, at: int) -> int:
    """Return where the figure that goes to the token `at` begins: `hai` mươi lăm."""
    while (
        at and sentence.marks[at - 1] == "N" and sentence.gaps[at] == "_" and not sentence.folded[at - 1][0].isdigit()
    ):
        at -= 1
    return at


def _represented(sentence: Sentence, at: int) -> bool:
    """Tell whether the figure at `at` counts those whom others stand for."""
    before = at
    while before and sentence.folded[before - 1] in _BEFORE_FIGURE:
        before -= 1
    return sentence.folded[max(0, before - 3) : before] == ("dai", "dien", "cho")


def _names(sentence: Sentence, heads: frozenset[str], capitals: str) -> list[tuple[int, int]]:
    """Return the names that one of `heads` opens (`Sở Nội vụ`, `huyện Đất Đỏ`), and `capitals` in a row."""
    marks, gaps = sentence.marks, sentence.gaps
    joined = sentence.joined
    found = []
    at = 0
    while at < len(marks):
        head = 0 if joined[at] else _head(sentence, at, heads)
        # The first word of a sentence is capitalised whatever it is.
        within = gaps[at] in "_C" or (marks[at + 1 : at + 2] in set(capitals) and not _head(sentence, at + 1, heads))
        alone = marks[at] in capitals and within
        if not head and not alone:
            at += 1
            continue
        first, at = at, at + max(head, 1)
        while at < len(marks) and at - first < _LONGEST_NAME:
            # `các quận 1, 3, 10`
            if gaps[at] != "_" and not (gaps[at] == "C" and marks[at - 1 : at + 1] == "NN"):
                break
            step = 1 if marks[at] in "ABI" or joined[at] else _step(sentence, at, heads)
            if not step:
                break
            at += step
        found.append((first, at - 1))
    return found


def _head(sentence: Sentence, at: int, heads: frozenset[str]) -> int:
    """Return of how many tokens the head of a name at `at` is, 0 where there is none: `UBND`, `sở` Y tế, `quận` 1."""
    marks, gaps = sentence.marks, sentence.gaps
    for size in (2, 1):
        words = [token.norm for token in sentence.tokens[at : at + size]]
        if " ".join(words) in heads and "_" * (size - 1) == gaps[at + 1 : at + size]:
            named = gaps[at + size : at + size + 1] == "_" and marks[at + size] in "ABN"
            if marks[at] == "A" or named:
                return size
    return 0


def _step(sentence: Sentence, at: int, heads: frozenset[str]) -> int:
    """Return by how many tokens a name goes on at `at` though the next is no capital: `tỉnh` …, `và Đào tạo`, `quận` 1."""
    marks, tokens = sentence.marks, sentence.tokens
    follows = marks[at + 1 : at + 2] in {"A", "B"} and sentence.gaps[at + 1] == "_"
    numbered = marks[at] == "N" and (tokens[at - 1].norm in _NUMBERED or marks[at - 1] == "N")
    if (tokens[at].norm in _LEVELS and follows) or numbered or sentence.folded[at - 1 : at + 1] in pairs_written_out():
        return 1
    if tuple(token.norm for token in tokens[at : at + 2]) in _TOWNS and marks[at + 2 : at + 3] in {"A", "B"}:
        return 2
    for small in range(1, _SMALL + 1):
        if marks[at + small : at + small + 1] in {"A", "B"} and set(sentence.gaps[at + 1 : at + small + 1]) == {"_"}:
            between = {token.norm for token in tokens[at : at + small]}
            return 0 if _head(sentence, at + small, heads) or between & _BETWEEN_NAMES else small
    return 0


def places(sentence: Sentence) -> list[tuple[int, int]]:
    """Return what tells where, behind `tại` or `ở`: `tại` một quán nhỏ ven đường; not `tồn tại`, nor nhà `ở`."""
    found, size = [], len(sentence.marks)
    tokens, gaps, joined = sentence.tokens, sentence.gaps, sentence.joined
    for before, token in enumerate(tokens[:-1]):
        first = last = before + 1
        lives = before > 0 and tokens[before - 1].norm in _TO_LIVE
        if token.norm not in _AT or joined[before] or lives or gaps[first] != "_" or _ends_place(tokens[first].norm):
            continue
        while (
            last + 1 < size
            and last - first < _LONGEST_NAME
            and gaps[last + 1] == "_"
            and not _ends_place(tokens[last + 1].norm)
        ):
            last += 1
        found.append((first, last))
    return found


def _ends_place(word: str) -> bool:
    return word in _NO_PLACE or word in _AT
