"""Whether two articles answer differently, or one only tells more than the other."""

import re
from collections.abc import Sequence

_NOT = frozenset(("khong", "chua", "chang"))
_TURNING = tuple(
    {word: value for value in values.split() for word in value.split("/")}
    for values in (
        "nghin/ngan trieu ti/ty",
        "sang trua chieu toi/dem",
        "ngay thang quy nam",
        "tang giam",
        "hon/tren gan/duoi",
    )
)
"""Sorts of words by which one figure means this or that; words parted by a stroke mean the same."""


def differs(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two answers, in words without diacritics, differ in more than how much is told.

    `quận 1, 3` and `các quận 1, 3` do not, nor `trước ngày 10/2` and a clause that ends with it; `14 giờ` and `14 giờ 30` do.
    """
    short, long = sorted((one, other), key=len)
    own, others = set(short), set(long)
    if not _NOT.isdisjoint(own ^ others):
        return True
    if _stands_in(short, long):
        return False
    if _figures(short):
        return _figures(short) != _figures(long) or any(_turned(own, others, sort) for sort in _TURNING)
    return not own <= others


def _stands_in(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether `short` is a part of `long` that no figure goes on with."""
    size = len(short)
    return any(
        long[at : at + size] == short and not (at + size < len(long) and long[at + size][0].isdigit())
        for at in range(len(long) - size + 1)
    )


def _figures(words: Sequence[str]) -> set[str]:
    return {figure for word in words for figure in re.findall(r"\d+|^i+$|^iv$", word)}


def _turned(own: set[str], others: set[str], sort: dict[str, str]) -> bool:
    """Tell whether each of two answers has a word of `sort`, and they share none of that meaning."""
    one, other = ({sort[word] for word in words & sort.keys()} for words in (own, others))
    return bool(one and other) and one.isdisjoint(other)
