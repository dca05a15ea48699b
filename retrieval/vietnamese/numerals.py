"""Figures in words -> where they stand: `bốn` khu, `hai mươi lăm` hộ, `một nghìn hai trăm` người; not `thứ ba`, nor `tháng hai`."""

from collections.abc import Sequence

from retrieval.vietnamese.compounds import compounds
from retrieval.vietnamese.text import Token, canonical


def _words(words: str) -> frozenset[str]:
    return frozenset(map(canonical, words.split()))


_PLAIN = _words("hai ba bốn sáu bảy bẩy tám chín mười")
_ROUND = _words("mươi chục trăm nghìn ngàn vạn")
_BEGIN = _PLAIN | _words("mươi chục trăm")
"""With these a numeral may begin; `mươi`, `trăm` behind `vài`, `hàng`."""
_BEFORE_ROUND = {
    word: _words(after)
    for word, after in (("một", "chục trăm nghìn ngàn vạn triệu tỉ"), ("năm", "mươi chục trăm nghìn ngàn vạn triệu tỉ"))
}
"""What is a figure at the beginning before these alone: `một` is mostly an article, `năm` a year."""
_BEHIND = {
    word: _words(before)
    for word, before in (
        ("mốt", "mươi"), ("lăm", "mươi mười"), ("nhăm", "mươi"), ("tư", "mươi"), ("một", "mười linh lẻ"), ("năm", "linh lẻ"),
        ("linh", "trăm nghìn ngàn"), ("lẻ", "trăm nghìn ngàn"), ("rưỡi", "trăm nghìn ngàn vạn"),
    )
}  # fmt: skip
"""What belongs to a numeral behind these alone."""
_OF_ORDER = _words(
    "thứ lần tháng quý lớp khóa khoá ấp thôn tổ phố giải hạng cấp số điều chương mồng mùng kỳ vòng đợt phần tập bậc tầng"
)
"""Words whose figure tells which, not how many."""
VAGUE = _words("hàng vài mấy")
"""What a figure in round words may begin with: `hàng trăm`."""
SCALES = _words("nghìn ngàn triệu tỉ")
"""Words by which a figure before them is multiplied: `1,8 triệu` hộ."""
ROUND = _ROUND | SCALES
_RIPE = _words("lúa quả trái đã đang nấu")
_KIN = _words("em con")


def numerals(text: str, found: Sequence[Token]) -> list[tuple[int, int]]:
    """Return the first and the last of the tokens `found` in `text` of each figure in words."""
    runs: list[tuple[int, int]] = []
    at = 0
    while at < len(found):
        last = at
        if _begins(text, found, at):
            while _follows(text, found, last):
                last += 1
            if not _is_none(found, at, last):
                runs.append((at, last))
        at = last + 1
    return runs


def _norm(found: Sequence[Token], at: int) -> str:
    return found[at].norm if 0 <= at < len(found) else ""


def _beside(text: str, found: Sequence[Token], at: int) -> bool:
    """Tell whether nothing but a blank stands between the tokens at `at` and behind it."""
    return at + 1 < len(found) and text[found[at].end : found[at + 1].start] == " "


def _begins(text: str, found: Sequence[Token], at: int) -> bool:
    if at and text[found[at].start].isupper():
        return False  # a name: `Hai Bà Trưng`, `bà Ba`
    word = found[at].norm
    if word in _BEFORE_ROUND:
        return _beside(text, found, at) and _norm(found, at + 1) in _BEFORE_ROUND[word]
    return word in _BEGIN


def _follows(text: str, found: Sequence[Token], last: int) -> bool:
    """Tell whether the numeral that has come to `last` goes on."""
    word = _norm(found, last + 1)
    if not word or not _beside(text, found, last):
        return False
    if word == "năm" and found[last].norm in _ROUND and _norm(found, last + 2) in _ROUND:
        return True  # `hai nghìn năm trăm`
    return word in _PLAIN | _ROUND or found[last].norm in _BEHIND.get(word, frozenset())


def _is_none(found: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether what looks like a figure is none: an order, ripe rice, a father, half of a word."""
    before, word = _norm(found, first - 1), found[first].norm
    if before in _OF_ORDER or ((before, word) in compounds() and before not in VAGUE):
        return True
    return first == last and (
        (word == "chín" and before in _RIPE) or (word == "ba" and first == 0 and _norm(found, 1) in _KIN)
    )
