"""A question that asks twice -> what the sentence that answers one half of it tells of the other: `bao nhiêu vụ, thiệt hại bao nhiêu tiền`.

The reader chooses one stretch, or a few that look alike; that nothing of the question is left without its figure, or its day, is told by what each of the words
that ask stands beside.
"""

import dataclasses
import re
from collections.abc import Sequence

import numpy as np

from retrieval.annotation import Sentence
from retrieval.answers.mentions import counted, mentions
from retrieval.answers.runs import Cut, merged
from retrieval.answers.wants import of_type
from retrieval.questions import Question

_ASKS = re.compile(
    r"\b(?P<many>bao nhieu|may)(?: (?P<unit>\w+))?(?=(?P<more>(?: \w+){0,2}))"
    r"|\b(?P<time>(?:khi|luc|ngay|hom|thang|nam|thoi diem|thoi gian) nao|bao gio|ngay may|thang may|nam bao nhieu)\b"
)
_MONEY = frozenset("tien dong ti ty trieu von kinh usd".split())
"""Words behind `bao nhiêu` that ask for a sum."""
_LOOSE = frozenset("va thi o cho la voi de trong de nhu".split())
"""Words that are no unit: `bao nhiêu ở phía Nam`."""
_ORDERED = frozenset("ngay thang nam lan thu so khoa ki quy qui tang lop".split())
"""Words before `mấy` that ask for a place in an order: `tháng mấy`, `số mấy`."""
_PLURAL = frozenset(("trong", "cua"))
"""Words before a `mấy` that asks nothing: `trong mấy đơn vị khai thiếu, …`; nor does one that opens the question."""
_TWICE = 2
_BEFORE_FIGURE, _NAMED_BY = 8, 2
"""Tokens before a figure that say what it is of, and words before `bao nhiêu`: `dân số` bao nhiêu."""
_NO_AMOUNT = frozenset((("thu",), ("gap",), ("khoa",)))
"""Words before a figure that is no amount."""
_FARTHEST = 40
"""Tokens between what answers the one half and what answers the other."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Part:
    """What one of the words that ask wants: a type (`wants.WANTS`), and of a number the word that it counts."""

    wants: str
    unit: str = ""
    more: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    """The words behind it: mấy `cửa` hàng trưng bày."""


def completed(question: Question, sentence: Sentence, cut: Cut) -> Cut:
    """Return `cut` with what else the question asks for, where the sentence tells just that; `cut` itself where nothing is lacking, or nothing is clear."""
    parts = _parts(question)
    if len(parts) != _TWICE or parts[0] == parts[1]:
        return _with_other_figure(question, sentence, cut)
    found = [_told(part, sentence) for part in parts]
    if not all(found):
        return cut
    there = [any(_meet(run, cut) for run in runs) for runs in found]
    if all(there) or not any(there):
        return cut
    lacking = found[there.index(False)]
    near = min(lacking, key=lambda run: _distance(run, cut))
    return merged((*cut, near)) if _distance(near, cut) <= _FARTHEST else cut


def _with_other_figure(question: Question, sentence: Sentence, cut: Cut) -> Cut:
    """Return `cut` with the other figure where two are asked for, and what they count is not said: `cần bao nhiêu km, hiện có bao nhiêu`.

    Of more than two in the sentence, the one that is told is known by the words before the question's `bao nhiêu`, and the
    other one stands beside it as it does in the question.
    """
    text = " ".join(question.asking)
    asks = [match for match in _ASKS.finditer(text) if match["many"] == "bao nhieu"]
    if len(asks) != _TWICE:
        return cut
    figures = _figures(question, sentence)
    told = [n for n, run in enumerate(figures) if _meet(run, cut)]
    if len(told) != 1 or len(figures) < _TWICE:
        return cut
    other = _other(sentence, figures, told[0], [set(text[: m.start()].split()[-_NAMED_BY:]) - _LOOSE for m in asks])
    if other is None or _distance(figures[other], cut) > _FARTHEST:
        return cut
    return merged((*cut, figures[other]))


def _figures(question: Question, sentence: Sentence) -> list[tuple[int, int]]:
    """Return the figures that a sentence tells anew; not those of an order, `thứ 3`, `gấp 2 lần`, nor a share where none is asked for."""
    asked = {word for word in question.syllables if word[0].isdigit()}
    shares = "tram" in question.syllables or "le" in question.syllables
    return [
        run
        for run in mentions("number", sentence) or ()
        if any(sentence.marks[at] in "N%" and sentence.folded[at] not in asked for at in range(run[0], run[1] + 1))
        and sentence.folded[max(0, run[0] - 1) : run[0]] not in _NO_AMOUNT
        and (shares or "%" not in sentence.marks[run[0] : run[1] + 1])
    ]


def _other(sentence: Sentence, figures: Sequence[tuple[int, int]], at: int, named: Sequence[set[str]]) -> int | None:
    """Return which figure answers the other half, where that at `at` answers one: by the words before each `bao nhiêu`, else by its place; None where it is not clear."""

    def before(n: int) -> set[str]:
        first = figures[n][0]
        return set(sentence.folded[max(figures[n - 1][1] + 1 if n else 0, first - _BEFORE_FIGURE) : first])

    of_first, of_second = (len(before(at) & words) for words in named)
    if of_first == of_second:
        return 1 - at if len(figures) == _TWICE else None
    lacking = named[1] if of_first > of_second else named[0]
    fitting = [n for n in range(len(figures)) if n != at and before(n) & lacking]
    if fitting:
        return min(fitting, key=lambda n: abs(n - at))
    beside = at + 1 if of_first > of_second else at - 1
    return beside if 0 <= beside < len(figures) else None


def _parts(question: Question) -> list[_Part]:
    """Return what the words that ask want, each; an empty list where one of them is neither of a figure nor of a day."""
    text = " ".join(question.asking)
    parts = []
    for match in _ASKS.finditer(text):
        if match["time"]:
            parts.append(_Part("time"))
            continue
        before = text[: match.start()].split()[-1:]
        if match["many"] == "may" and (not before or before[0] in _PLURAL):
            return []
        unit, more = match["unit"] or "", tuple(match["more"].split())
        if before and before[0] in _ORDERED:  # `số mấy`
            return []
        if unit in _MONEY:
            parts.append(_Part("money"))
        elif (unit, *more[:1]) == ("phan", "tram"):
            parts.append(_Part("percent"))
        elif not unit or unit in _LOOSE:
            return []
        else:
            parts.append(_Part("number", unit, more))
    return parts


def _told(part: _Part, sentence: Sentence) -> list[tuple[int, int]]:
    """Return where a sentence tells what `part` wants."""
    if part.wants == "number":
        units = dict(counted(sentence, part.unit))
        runs = mentions("number", sentence, part.unit) or () if units else ()
        return [_whole(run, part, sentence) for run in runs if any(run[0] <= first <= run[1] for first in units)]
    runs = mentions(part.wants, sentence) or ()
    if part.wants == "time":
        return list(runs)
    fits = of_type(part.wants, sentence.mark_codes, sentence.folded)
    return [run for run in runs if np.any(fits[run[0] : run[1] + 1])]


def _whole(run: tuple[int, int], part: _Part, sentence: Sentence) -> tuple[int, int]:
    """Return a figure with the whole of what it counts: 3 `cửa hàng`, where `mấy cửa hàng` is asked for or the two are one word."""
    first, last = run
    size = len(sentence.folded)
    for word in part.more:
        if last + 1 >= size or sentence.folded[last + 1] != word or sentence.gaps[last + 1] != "_":
            break
        last += 1
    while sentence.joined[last + 1]:
        last += 1
    return first, last


def _meet(run: tuple[int, int], cut: Cut) -> bool:
    return any(first <= run[1] and last >= run[0] for first, last in cut)


def _distance(run: tuple[int, int], cut: Cut) -> int:
    return min(max(first - run[1], run[0] - last, 0) for first, last in cut)
