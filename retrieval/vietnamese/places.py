"""Provinces before and after the mergers of 1 July 2025: under which other names an article may tell of a place."""

import functools
from dataclasses import dataclass

from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import folds, tokens


@dataclass(frozen=True, slots=True)
class Renamed:
    """A province that a text names, `text[start:end]`, and one name under which articles may know it."""

    start: int
    end: int
    other: str
    says: str
    """How the two belong together, for the person who asks."""


@functools.cache
def _table() -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """Return folded name -> [(other name, how they belong together)]."""
    table: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for now, *parts in rows("provinces"):
        for part in parts:
            if part != now:
                says = f"Từ 1/7/2025, tỉnh {part} thuộc {now}"
                table.setdefault(tuple(folds(part)), []).append((now, says))
                table.setdefault(tuple(folds(now)), []).append((part, says))
    return table


@functools.cache
def _provinces() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(folds(cell)) for row in rows("provinces") for cell in row)


def is_province(folded: tuple[str, ...]) -> bool:
    """Tell whether folded syllables are the name of a province, of today or before: `Hà Nội` is nobody of the family Hà."""
    return folded in _provinces()


def other_names(text: str) -> list[Renamed]:
    """Return the other names of the provinces that `text` names after `tỉnh`, `thành phố` or with capitals."""
    found = tokens(text)
    named = []
    for length in (4, 3, 2):
        for first in range(len(found) - length + 1):
            name = tuple(t.fold for t in found[first : first + length])
            before = found[first - 1].fold if first else ""
            capital = text[found[first].start].isupper() and text[found[first + 1].start].isupper()
            if name in _table() and (capital or before in {"tinh", "tp", "pho"}):
                span = found[first].start, found[first + length - 1].end
                named += [Renamed(*span, other, says) for other, says in _table()[name]]
    return named
