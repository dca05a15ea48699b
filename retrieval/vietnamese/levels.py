"""Levels of territory: `huyện Tuấn Lam` and `xã Tuấn Lam` are two places, `TP Vinh` and `thành phố Vinh` one."""

from collections.abc import Sequence

LEVELS = {
    ("tinh",): "tỉnh", ("huyen",): "huyện", ("xa",): "xã", ("phuong",): "phường", ("quan",): "quận",
    ("thi", "xa"): "thị xã", ("tx",): "thị xã", ("thi", "tran"): "thị trấn", ("tt",): "thị trấn",
    ("thanh", "pho"): "thành phố", ("tp",): "thành phố",
}  # fmt: skip
"""What a place may be, as folded words write it, and in full."""
_NAME = 2
"""Syllables by which a place is told; nearly all have two or more."""


_NO_LEVELS = frozenset(
    (
        ("dia", "phuong"),
        ("doi", "phuong"),
        ("song", "phuong"),
        ("cap", "xa"),
        ("cap", "huyen"),
        ("cap", "tinh"),
        ("loa", "phuong"),
    )
)
"""What is not `phường`, nor the level of one place: `địa phương`, `cấp xã`."""
_NO_NAMES = frozenset("nay ay kia nao khong chua dang se phai duoc bi hoac thi khi".split())
"""Folded words that begin no place's name; `đó`, `có`, `của` are also those of Đô Lương, Cô Tô, Cửa Lò."""
_NO_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (
        "do phai",
        "do co",
        "do duoc",
        "to chuc",
        "co khieu",
        "co bao",
        "co nhieu",
        "da duoc",
        "la ai",
        "la gi",
        "cho biet",
    )
)
"""Nor do these: `tỉnh đó phải`, `các huyện tổ chức`."""


def level_before(words: Sequence[str], at: int) -> str | None:
    """Return the level that stands right before folded word `at`, None where none does."""
    pair = tuple(words[max(0, at - 2) : at])
    if pair in _NO_LEVELS:
        return None
    return LEVELS.get(pair) or LEVELS.get(pair[-1:])


def places(words: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return (level, first syllables of the name) of each place that folded words name with its level."""
    return [
        (level, tuple(words[at : at + _NAME]))
        for at in range(1, len(words) - _NAME + 1)
        if (level := level_before(words, at)) is not None
        and level_before(words, at + 1) is None
        and words[at] not in _NO_NAMES
        and tuple(words[at : at + _NAME]) not in _NO_PAIRS
        and words[at] != "uy"
    ]


def other_level(asked: tuple[str, tuple[str, ...]], words: Sequence[str]) -> str | None:
    """Return the level that folded words give the place `asked`, where they name it and never with the level asked for."""
    level, name = asked
    told = {level_before(words, at) for at in range(len(words) - _NAME + 1) if tuple(words[at : at + _NAME]) == name}
    return next(iter(sorted(t for t in told if t)), None) if told and None not in told and level not in told else None
