"""People in a text: name, and the words before and after it that say who they are.

A name is two to five capitalised syllables that begin with a family name (`Mùa A Sơn`) or follow an honorific or
a role (`đồng chí K’Choi`, `ông Thăng`). Ready-made taggers put `đồng chí Nguyễn Hoài Anh` under places, measured.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from retrieval.vietnamese.compounds import compounds
from retrieval.vietnamese.keystrokes import is_syllable
from retrieval.vietnamese.places import is_province
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import Token, fold, tokens

LONGEST = 5
NAME_LENGTHS = (4, 3)
"""Syllables of a name that is looked for where a question has no capitals."""
TITLES = frozenset("ts ths gs pgs bs ks gsts pgsts tskh".split())
"""What stands before a name and is no part of it (folded): `GS.TS`."""
MIDDLE = frozenset(("văn", "thị"))
"""Middle names that hardly stand in the name of a place."""
_PLACE_AND_NAME = 4
"""Syllables from which a run of capitals may be a place of two and a name."""
_ALONE = frozenset(("nguyen", "quyen"))
"""`nguyên`, `quyền` begin a role, but `Nguyễn` begins a name."""
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZĐÀÁẢÃẠÂẤẦẨẪẬĂẮẰẲẴẶÈÉẺẼẸÊẾỀỂỄỆÌÍỈĨỊÒÓỎÕỌÔỐỒỔỖỘƠỚỜỞỠỢÙÚỦŨỤƯỨỪỬỮỰỲÝỶỸỴ"
"""The capital letters of Vietnamese."""
_CAPITAL = re.compile(rf"^[{CAPITALS}]")
_HIGHLANDS = re.compile(rf"^(?!(?:H['’](?:Mông|Rê|rê|mông)|K['’]Ho|Y['’]Tý)$)[KHY]['’][{CAPITALS}]")
_PEOPLES = frozenset((("người",), ("dân", "tộc"), ("đồng", "bào"), ("tiếng",), ("chữ",), ("làng",), ("dân",)))
"""Words (canonical) before the name of a people or of a village."""
_AFTER_NAMES: dict[str, frozenset[str] | None] = {
    **dict.fromkeys("ủy ubnd hđnd mttq bộ sở ban phòng tp tỉnh huyện xã phường quận phó trưởng chánh".split()),
    "chủ": frozenset(("tịch", "nhiệm", "tọa")),
    "bí": frozenset(("thư",)),
    "giám": frozenset(("đốc",)),
    "tổng": frozenset(("giám", "bí", "cục", "thanh", "biên", "thư")),
    "thứ": frozenset(("trưởng",)),
    "trung": frozenset(("ương", "tướng", "tá", "úy", "tâm", "đoàn")),
    "thường": frozenset(("trực", "vụ")),
}
"""Words (canonical) that begin an office or a place after a name, `Lê Văn Sơn Phó Chủ tịch`, and what must follow for them to.

`Phương` is a name, and so is `Trung` but before `ương`: `Lê Hoài Trung`.
"""


_NAMED_AFTER = frozenset(
    tuple(words.split())
    for words in (
        "đường", "phố", "cầu", "sông", "suối", "chợ", "hồ", "đèo", "chùa", "đền", "đình", "thpt", "thcs", "ptdtnt", "mầm non",
        "mẫu giáo", "tiểu học", "phổ thông", "đại học", "cao đẳng", "công viên", "quảng trường", "khách sạn", "nhà máy", "thủy điện",
        "tượng", "tượng đài", "miếu", "học bổng", "giải thưởng", "khu phố", "đại lộ", "ngã tư", "bến xe", "tuyến", "đi bộ",
    )
)  # fmt: skip
"""Words (canonical) before the name of a street, a school, a river."""
_OF_KIN = frozenset("ong ba anh chi co bac em chau cu thay".split())
"""Honorifics (folded) that a name may begin with: huyện `Bác` Ái."""
_PLACES = frozenset(
    (
        ("bà", "rịa"),
        ("bà", "nà"),
        ("bà", "đen"),
        ("bà", "điểm"),
        ("bà", "chiểu"),
        ("bác", "ái"),
        ("ông", "đốc"),
        ("cô", "tô"),
    )
)
"""Places (canonical) that begin like a person with an honorific, where both are capitalised."""
_ENDS_OFFICE = frozenset("thư tịch đốc trưởng nhiệm sĩ sư tướng tá úy biểu viên".split())
"""Words (canonical) that end what somebody is, behind which his name stands."""
_RARE_NAME = 3
"""Syllables of a name that begins with a family name which is another word, too."""
_SEVERAL = frozenset("các những nhiều hai ba bốn".split())
_STREETS = frozenset("tuyến đường phố đi bộ đại lộ".split())
"""Words (canonical) that announce several, and what streets are called."""
WHOLE_NAME = 3
"""Syllables by which a name is certain to be somebody's; of two, many are a place's or a body's."""
_UNITS = frozenset(
    tuple(words.split("_"))
    for words in "huyện quận xã phường thôn bản ấp buôn thị_xã thị_trấn thành_phố huyện_ủy quận_ủy thị_ủy thành_ủy".split()
)
"""Words (canonical) before the name of a place that has officials, whose names may follow at once."""


@dataclass(frozen=True, slots=True)
class Person:
    """A name: tokens `first` to `last` (included) of the text, and whether an honorific or a role stands before it."""

    first: int
    last: int
    introduced: bool


@functools.cache
def _surnames() -> dict[str, bool]:
    """Return each family name, and whether `Văn` or `Thị` must follow for it to be one: `Đèo Văn Ơn`, not `Đèo Hải Vân`."""
    return {row[0]: len(row) > 1 for row in rows("surnames")}


def _is_surname(text: str, found: Sequence[Token], at: int) -> bool:
    needs_middle = _surnames().get(text[found[at].start : found[at].end])
    if needs_middle is None:
        return False
    return not needs_middle or (at + 1 < len(found) and found[at + 1].norm in MIDDLE)


def _rare_surname(text: str, found: Sequence[Token], at: int, capital: Sequence[bool], joined: Sequence[bool]) -> bool:
    """Tell whether a family name that is another word, too, is one: behind an office, before just two syllables of a name, `Bí thư Tất Thành An`.

    `Bí thư Yên Bái Đỗ Đức Lương` is the secretary of a place, `Giám đốc Phương Nam Media` that of a company.
    """
    end = at + _RARE_NAME
    goes_on = end < len(found) and capital[end] and joined[end]
    return (
        text[found[at].start : found[at].end] in _surnames()
        and at > 0
        and joined[at]
        and found[at - 1].norm in _ENDS_OFFICE
        and len(found) >= end
        and all(capital[at:end])
        and all(joined[at + 1 : end])
        and not goes_on
        and all(is_syllable(token.norm) for token in found[at:end])
        and not any((a.norm, b.norm) in compounds() for a, b in pairwise(found[at:end]))
    )


@functools.cache
def surnames() -> frozenset[str]:
    """Return the first syllables of names, folded."""
    return frozenset(fold(name).lower() for name, middle in _surnames().items() if not middle)


@functools.cache
def honorifics() -> frozenset[tuple[str, ...]]:
    """Return the words that stand before a name, each as canonical syllables."""
    return frozenset(tuple(row[0].split("_")) for row in rows("honorifics"))


@functools.cache
def roles() -> frozenset[tuple[str, ...]]:
    """Return the first words of officials' roles, each as folded syllables."""
    return frozenset(tuple(row[0].split("_")) for row in rows("roles"))


@functools.cache
def _roles_by_word() -> dict[str, list[tuple[str, ...]]]:
    table: dict[str, list[tuple[str, ...]]] = {}
    for role in roles():
        table.setdefault(role[0], []).append(role)
    return table


def role_starts(folded: Sequence[str]) -> list[int]:
    """Return where a role begins among folded syllables."""
    table = _roles_by_word()
    return [
        at
        for at, word in enumerate(folded)
        if word in table and any(tuple(folded[at : at + len(role)]) == role for role in table[word])
    ]


def people(text: str, found: list[Token] | None = None) -> list[Person]:
    """Return the people named in `text`, in order; token indexes are those of `tokens(text)`."""
    found = tokens(text) if found is None else found
    capital = [bool(_CAPITAL.match(text[t.start])) for t in found]
    joined = [i > 0 and text[found[i - 1].end : t.start] in {" ", "  ", "\u00a0"} for i, t in enumerate(found)]
    folded = [t.fold for t in found]
    offices = {at for at in role_starts(folded) if folded[at] not in _ALONE}
    people: list[Person] = []
    listed = -1
    at = 0
    while at < len(found):
        # `đồng chí Phó Bí thư Thường trực` names an office, not a person.
        if not capital[at] or found[at].norm[0].isdigit() or at in offices:
            at += 1
            continue
        if at + 1 < len(found) and not capital[at + 1] and (found[at].norm, found[at + 1].norm) in honorifics():
            at += 2  # `đồng chí Đại tá …`: the name comes after
            continue
        introduced = _introduced(found, at, capital, joined)
        if not introduced and (province := _province(folded, capital, joined, at)):
            at += province
            continue
        word = text[found[at].start : found[at].end]
        surname = _is_surname(text, found, at) or _rare_surname(text, found, at, capital, joined)
        last = _end_of_name(text, found, at, capital, joined)
        if (
            not introduced
            and last - at >= _PLACE_AND_NAME - 1
            and _of_place(found, at)
            and _is_surname(text, found, at + 2)
        ):
            at += 2  # `UBND huyện Mai Sơn Nguyễn Việt Cường`: the place first, then the person
            continue
        # `ông Sơn`, `bà Hà`: family names, too, are given ones.
        known = (
            introduced
            or (surname and last > at and not _begins_word(found, at, last, joined))
            or _of_highlands(found, at, word)
        )
        if known and not (word.isupper() and len(word) > 2):
            goes_on = _goes_on(text, found, listed, at) and MIDDLE.isdisjoint(t.norm for t in found[at + 1 : last])
            if not introduced and (goes_on or (joined[at] and _names_place(found, at, last))):
                listed = last if goes_on or _of_several(found, at) else listed
            else:
                people.append(Person(at, last, introduced))
            at = last + 1
        else:
            at += 1
    return people


def _end_of_name(text: str, found: Sequence[Token], at: int, capital: Sequence[bool], joined: Sequence[bool]) -> int:
    """Return the last token of the name that begins at `at`, should one: capitals in a row, before an office or a place."""
    last = at
    while (
        last + 1 < len(found)
        and last - at + 1 < LONGEST
        and capital[last + 1]
        and joined[last + 1]
        and not text[found[last + 1].start : found[last + 1].end].isupper() | (found[last + 1].fold in {"uy", "ubnd"})
    ) or (
        last + 1 < len(found)
        and joined[last + 1]
        and len(text[found[last + 1].start : found[last + 1].end]) == 1
        and capital[last + 1]
        and last - at + 1 < LONGEST
    ):
        last += 1
    while last - at >= 2 and _begins_office(found, last):
        last -= 1
    if last > at and found[last].norm in MIDDLE and not _ends_so(found, at, last, joined):
        last -= 1  # `Cung Văn hóa`
    return last


def _ends_so(found: Sequence[Token], first: int, last: int, joined: Sequence[bool]) -> bool:
    """Tell whether a name ends with `Văn` or `Thị`, as `Lê Văn Thị` does; not `Nguyễn Văn Tiến Văn` phòng."""
    after = last + 1
    goes_on = after < len(found) and joined[after]
    return not goes_on and not MIDDLE.isdisjoint(t.norm for t in found[first + 1 : last])


def _begins_word(found: Sequence[Token], first: int, last: int, joined: Sequence[bool]) -> bool:
    """Tell whether two capitals are no name, since the second begins a word: `Đoàn Đại` biểu."""
    after = last + 1
    return (
        last == first + 1
        and after < len(found)
        and joined[after]
        and (found[last].norm, found[after].norm) in compounds()
        # `Phạm Tuyên bố trí chỗ ở`
        and not (after + 1 < len(found) and (found[after].norm, found[after + 1].norm) in compounds())
    )


def _of_highlands(found: Sequence[Token], at: int, word: str) -> bool:
    """Tell whether a word is a whole name, as in the Central Highlands: `K'Thanh`, `H’Yim`; not huyện `K'Bang`, người `H'Mông`."""
    before = tuple(t.norm for t in found[max(0, at - 2) : at])
    of_people = before[-1:] in _PEOPLES or before in _PEOPLES
    return _HIGHLANDS.match(word) is not None and not of_people and not _of_place(found, at)


def _province(folded: Sequence[str], capital: Sequence[bool], joined: Sequence[bool], at: int) -> int:
    """Return how many tokens from `at` on belong to a province before a name, as in `UBND tỉnh Lâm Đồng Trần Văn Hiệp`."""
    if at and capital[at - 1] and joined[at] and is_province((folded[at - 1], folded[at])):
        return 1
    if at and folded[at - 1] in {"tinh", "tp", "pho", "uy"}:
        for length in (4, 3, 2):
            here = slice(at, at + length)
            if all(capital[here]) and all(joined[at + 1 : at + length]) and is_province(tuple(folded[here])):
                return length
    return 0


def _names_place(found: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether a name is that of a street or a school, `Trường Mẫu giáo Sơn Ca`; one with `Văn`, `Thị` is a person's all the same."""
    before = tuple(t.norm for t in found[max(0, first - 2) : first])
    within = {t.norm for t in found[first + 1 : last]}
    if within & MIDDLE:
        return False
    if _of_place(found, first):
        # `Chủ tịch UBND huyện Lê Hoài Trung` ends in a person, `huyện Mai Sơn` in the huyện's own name.
        return last - first == 1
    return before[-1:] in _NAMED_AFTER or before in _NAMED_AFTER


def _of_several(found: Sequence[Token], at: int) -> bool:
    """Tell whether the street that is named from `at` on is the first of several: `các tuyến đường Lê Lợi, …`."""
    street = at
    while street and found[street - 1].norm in _STREETS:
        street -= 1
    return 0 < street < at and found[street - 1].norm in _SEVERAL


def _goes_on(text: str, found: Sequence[Token], listed: int, at: int) -> bool:
    """Tell whether what begins at `at` goes on with a list of places: `các đường Lê Lợi, Phạm Ngọc Thạch và Nguyễn Huệ`."""
    if listed < 0:
        return False
    between = text[found[listed].end : found[at].start]
    return between.strip() in {",", "và", "-"} and "\n" not in between


def _of_place(found: Sequence[Token], at: int) -> bool:
    """Tell whether the name of a place that has officials may begin at `at`."""
    before = tuple(t.norm for t in found[max(0, at - 2) : at])
    return before[-1:] in _UNITS or before in _UNITS


def _begins_office(found: Sequence[Token], at: int) -> bool:
    """Tell whether the office or the place that follows a name begins at `at`."""
    word = found[at].norm
    if word not in _AFTER_NAMES:
        return False
    following = _AFTER_NAMES[word]
    return following is None or (at + 1 < len(found) and found[at + 1].norm in following)


def _introduced(found: Sequence[Token], at: int, capital: Sequence[bool], joined: Sequence[bool]) -> bool:
    table = honorifics()
    before = tuple(t.norm for t in found[max(0, at - 3) : at])
    if before[-1:] in table:
        return not _part_of_name(found, at, capital, joined)
    return before[-2:] in table or before in table


def _part_of_name(found: Sequence[Token], at: int, capital: Sequence[bool], joined: Sequence[bool]) -> bool:
    """Tell whether the honorific before `at` is no honorific: `Bà` Rịa, huyện `Bác` Ái, Hai `Bà` Trưng, Kỳ `Anh` (Hà Tĩnh)."""
    honorific = at - 1
    if not capital[honorific] or found[honorific].fold not in _OF_KIN:
        return False
    if not joined[at] or (found[honorific].norm, found[at].norm) in _PLACES:
        return True
    if not honorific or not joined[honorific]:
        return False
    before = tuple(t.norm for t in found[max(0, honorific - 2) : honorific])
    return capital[honorific - 1] or any(words in _NAMED_AFTER or words in _UNITS for words in (before[-1:], before))


def folded_name(text: str) -> tuple[str, ...]:
    """Return the folded syllables of a name."""
    return tuple(fold(t.norm) for t in tokens(text))
