"""Places before and after the mergers of 1 July 2025: under which other names an article may tell of one.

The provinces are a table of this package. Of its communes each province has a table of its own (`Renamings.read`).
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import SettingsError
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import Token, folds, has_diacritics, nfc, norms, tokens

MERGED = "1/7/2025"
"""The day of the mergers, where a row gives none."""
_KINDS = (("xa",), ("phuong",), ("thi", "tran"), ("dac", "khu"))
"""What communes are called, before their names."""
_SHORT = {"x": ("xa",), "p": ("phuong",), "tt": ("thi", "tran")}
"""How people shorten that."""
_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A place that a text names, `text[start:end]`, and one name under which articles may know it."""

    start: int
    end: int
    other: str
    says: str
    """How the two belong together, for the person who asks."""


@dataclass(frozen=True, slots=True)
class Merger:
    """A place `before` that went into the place `today` on the day `since`, as `1/7/2025`."""

    today: str
    before: str
    since: str = MERGED


class Renamings:
    """Which names of communes belong together. Names are given with what the place is: `xã Suối Rạc`, `phường 1`."""

    def __init__(self, mergers: Iterable[Merger] = ()) -> None:
        self._table: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for merger in mergers:
            if folds(merger.today) == folds(merger.before):
                continue
            says = f"Từ {merger.since}, {merger.before} thuộc {merger.today}"
            for name, other in ((merger.before, merger.today), (merger.today, merger.before)):
                self._table.setdefault(tuple(word for word, _ in _spelt(name)), []).append((other, says))
        self._longest = max((len(name) for name in self._table), default=0)

    @classmethod
    def read(cls, path: Path) -> "Renamings":
        """Return the renamings that a file tells: a merger a line, `today<TAB>before[<TAB>day]`, `#` begins a comment line.

        Raises SettingsError that names the line which is none.
        """
        mend = "Give each line as today<TAB>before or today<TAB>before<TAB>d/m/yyyy, each name with its xã, phường, thị trấn or đặc khu"
        try:
            lines = nfc(path.read_text(encoding="utf-8-sig")).splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"the table of communes {path} cannot be read ({error})", mend=mend) from error
        mergers = []
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            cells = [" ".join(cell.split()) for cell in line.split("\t")]
            named = len(cells) in {2, 3} and all(_is_commune(cell) for cell in cells[:2])
            if not named or (len(cells) == 3 and not _DAY.fullmatch(cells[2])):
                raise SettingsError(f"line {number} of the table of communes {path} is no merger: {line!r}", mend=mend)
            mergers.append(Merger(*cells))
        return cls(mergers)

    def other_names(self, text: str) -> list[Renamed]:
        """Return the other names of the communes that `text` names, accented or not: of names that overlap the longest."""
        found = _spelt(text)
        named: list[Renamed] = []
        at = 0
        while at < len(found):
            for length in range(min(self._longest, len(found) - at), 1, -1):
                name = tuple(word for word, _ in found[at : at + length])
                if name in self._table:
                    span = found[at][1].start, found[at + length - 1][1].end
                    named += [Renamed(*span, other, says) for other, says in self._table[name]]
                    at += length - 1
                    break
            at += 1
        return named


def _spelt(text: str) -> list[tuple[str, Token]]:
    """Return the folded syllables of `text`, `tt.` as `thi tran`, each with the token that it comes from."""
    return [(word, token) for token in tokens(text) for word in _SHORT.get(token.fold, (token.fold,))]


def _is_commune(name: str) -> bool:
    folded = tuple(word for word, _ in _spelt(name))
    return any(folded[: len(kind)] == kind and len(folded) > len(kind) for kind in _KINDS)


@functools.cache
def _table() -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """Return folded name -> [(other name, how they belong together)]."""
    table: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for now, *parts in rows("provinces"):
        for part in parts:
            if part != now:
                says = f"Từ {MERGED}, tỉnh {part} thuộc {now}"
                table.setdefault(tuple(folds(part)), []).append((now, says))
                table.setdefault(tuple(folds(now)), []).append((part, says))
    return table


@functools.cache
def _provinces() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(folds(cell)) for row in rows("provinces") for cell in row)


@functools.cache
def _spelt_provinces() -> frozenset[tuple[str, ...]]:
    """Return the canonical names of provinces that are no other words: `hòa bình` is also peace, `cao bằng` as high as."""
    return frozenset(tuple(norms(cell)) for row in rows("provinces") for cell in row) - _OTHER_WORDS


_OTHER_WORDS = frozenset((("hòa", "bình"), ("cao", "bằng")))


def is_province(folded: tuple[str, ...]) -> bool:
    """Tell whether folded syllables are the name of a province, of today or before: `Hà Nội` is nobody of the family Hà."""
    return folded in _provinces()


def provinces_in(text: str, *, loosely: bool = False) -> list[tuple[int, int]]:
    """Return where `text` names provinces, as first and last token: after `tỉnh`, `thành phố`, or with capitals.

    `loosely`, anywhere in a text without capitals: `điện biên có mấy xã`; where it has no diacritics either, `ha noi co may ca`, but also `binh dinh hoa`.
    """
    found = tokens(text)
    small = loosely and text == text.lower()
    plain = small and not has_diacritics(text)
    named: list[tuple[int, int]] = []
    at = 0
    while at < len(found):
        length = next(
            (n for n in (4, 3, 2) if at + n <= len(found) and is_province(tuple(t.fold for t in found[at : at + n]))), 1
        )
        before = found[at - 1].fold if at else ""
        is_leader = tuple(t.fold for t in found[at : at + length]) == _LEADER
        spelt = small and tuple(t.norm for t in found[at : at + length]) in _spelt_provinces()
        stands_alone = (plain or spelt or text[found[at].start].isupper()) and not is_leader
        if length > 1 and (stands_alone or before in {"tinh", "tp", "pho"}):
            named.append((at, at + length - 1))
        at += length
    return named


SHORT_CITY = frozenset(("hcm", "tphcm"))
"""How TP Hồ Chí Minh is written for short (folded)."""


def known_as(name: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Return the folded names under which an article may tell of the province of the folded `name`: it, what it went into, and what went into it."""
    own = {name, *(tuple(folds(other)) for other, _ in _table().get(name, ()))}
    return frozenset(own | {short for full, short in _SHORTENED if full in own})


_LEADER = ("ho", "chi", "minh")
"""`tư tưởng Hồ Chí Minh` is of no city."""
_SHORTENED = (
    (("ho", "chi", "minh"), ("tphcm",)),
    (("ho", "chi", "minh"), ("hcm",)),
    (("ho", "chi", "minh"), ("sai", "gon")),
)
"""How a city is written for short."""


def other_names(text: str) -> list[Renamed]:
    """Return the other names of the provinces that `text` names."""
    found = tokens(text)
    return [
        Renamed(found[first].start, found[last].end, other, says)
        for first, last in provinces_in(text)
        for other, says in _table().get(tuple(t.fold for t in found[first : last + 1]), ())
    ]
