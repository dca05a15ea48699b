"""Whether two articles answer differently, or one only tells more than the other."""

from collections.abc import Sequence

from retrieval.vietnamese.terms import day_term
from retrieval.vietnamese.text import canonical

_NOT = frozenset(("không", "chưa", "chẳng"))
_TURNING = tuple(
    {canonical(word): value for value in values.split() for word in value.split("/")}
    for values in ("nghìn/ngàn triệu tỷ", "sáng trưa chiều tối/đêm", "ngày tháng quý", "tăng giảm", "hơn/trên gần/dưới")
)
"""Sorts of words by which one figure means this or that; words parted by a stroke mean the same."""
_SCALES = _TURNING[0].keys()
_MANY = 2
"""Words that each of two answers has and the other lacks, from which the same figure counts other things, or stands in another place."""


def differs(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two answers, in canonical words, differ in more than how much is told.

    `quận 1, 3` and `các quận 1, 3` do not, nor `trước ngày 10/2` and a clause that ends with it; `14 giờ` and `14 giờ 30` do.
    """
    short, long = sorted((one, other), key=len)
    own, others = set(short), set(long)
    if not _NOT.isdisjoint(own ^ others):
        return True
    if _stands_in(short, long):
        return False
    figures, other_figures = _figures(short), _figures(long)
    if not figures:
        return not own <= others
    return (
        figures.keys() != other_figures.keys()
        or _counts_others(figures, other_figures)
        or min(len(_worded(own - others)), len(_worded(others - own))) >= _MANY
        or any(_turned(own, others, sort) for sort in _TURNING)
    )


def _stands_in(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether `short` is a part of `long` that no figure is a part of with it: `20 triệu` is none of `1 tỷ 20 triệu`."""
    size = len(short)
    return any(
        long[at : at + size] == short
        and not (at + size < len(long) and _is_figure(long[at + size]))
        and not (at and (_is_figure(long[at - 1]) or long[at - 1] in _SCALES))
        for at in range(len(long) - size + 1)
    )


def _worded(words: set[str]) -> set[str]:
    return {word for word in words if not _is_figure(word)}


def _is_figure(word: str) -> bool:
    return word[0].isdigit() or (len(word) > 1 and not word.strip("i")) or word in {"i", "iv"}


def _figures(words: Sequence[str]) -> dict[str, str]:
    """Return the figures among `words`, days in one form, each with the word behind it, empty where there is none."""
    return {
        day_term(word) or word: next((w for w in words[at + 1 : at + 2] if not _is_figure(w)), "")
        for at, word in enumerate(words)
        if _is_figure(word)
    }


def _counts_others(one: dict[str, str], other: dict[str, str]) -> bool:
    """Tell whether a figure of both counts another thing in each: `20 hộ`, `20 người`."""
    return any(word and other[figure] and other[figure] != word for figure, word in one.items())


def _turned(own: set[str], others: set[str], sort: dict[str, str]) -> bool:
    """Tell whether each of two answers has a word of `sort`, and they share none of that meaning."""
    one, other = ({sort[word] for word in words & sort.keys()} for words in (own, others))
    return bool(one and other) and one.isdisjoint(other)
