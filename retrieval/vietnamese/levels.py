"""Levels of territory: `huyện Tuấn Lam` and `xã Tuấn Lam` are two places, `TP Vinh` and `thành phố Vinh` one."""

from collections.abc import Sequence

from retrieval.vietnamese.text import canonical, tokens

LEVELS = {
    ("tinh",): "tỉnh", ("huyen",): "huyện", ("xa",): "xã", ("phuong",): "phường", ("quan",): "quận",
    ("thi", "xa"): "thị xã", ("tx",): "thị xã", ("thi", "tran"): "thị trấn", ("tt",): "thị trấn",
    ("thanh", "pho"): "thành phố", ("tp",): "thành phố",
}  # fmt: skip
"""What a place may be, as folded words write it, and in full."""
_NAME = 2
"""Syllables by which a place is told; nearly all have two or more."""


_NO_LEVELS = frozenset(
    tuple(pair.split("_")) for pair in "dia_phuong doi_phuong song_phuong cap_xa cap_huyen cap_tinh loa_phuong".split()
)
"""What is not `phường`, nor the level of one place: `địa phương`, `cấp xã`."""
_NO_NAMES = frozenset(
    canonical(word)
    for word in "đó này nay ấy kia nào có không chưa đã đang sẽ phải được bị là và hoặc thì mà của cho để khi tổ ủy".split()
) | frozenset("nay ay kia nao khong chua dang phai duoc hoac khi uy".split())
"""Words that begin no place's name, as typed: `tỉnh đó phải`, `các huyện tổ chức`; without their marks `đó`, `có` are also those of Đô Lương, Cô Tô."""


def level_before(words: Sequence[str], at: int) -> str | None:
    """Return the level that stands right before folded word `at`, None where none does."""
    pair = tuple(words[max(0, at - 2) : at])
    if pair in _NO_LEVELS:
        return None
    return LEVELS.get(pair) or LEVELS.get(pair[-1:])


def places(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return (level, first syllables of the name, folded) of each place that `text` names with its level."""
    found = tokens(text)
    words = [token.fold for token in found]
    return [
        (level, tuple(words[at : at + _NAME]))
        for at in range(1, len(words) - _NAME + 1)
        if (level := level_before(words, at)) is not None
        and level_before(words, at + 1) is None
        and found[at].norm not in _NO_NAMES
    ]


def other_level(asked: tuple[str, tuple[str, ...]], words: Sequence[str]) -> str | None:
    """Return the level that folded words give the place `asked`, where they name it and never with the level asked for."""
    level, name = asked
    told = {level_before(words, at) for at in range(len(words) - _NAME + 1) if tuple(words[at : at + _NAME]) == name}
    return next(iter(sorted(t for t in told if t)), None) if told and None not in told and level not in told else None
