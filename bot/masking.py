"""Numbers of phones, identity papers and cards, and e-mail addresses, in what people type -> a mark: before any store, log or page.

Viet Nam: identity cards have 12 digits (9 before 2021), mobile numbers 10 from 03, 05, 07, 08, 09, landlines 10 or 11 from 02,
tax codes 10 or 13, bank cards 16 to 19. Days, document numbers and sums with a unit stay.
"""

import re

PHONE, PAPER, EMAIL = "[số điện thoại]", "[số giấy tờ]", "[email]"

_GAP = r"[ .\-–]{0,2}"
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+")
_PHONE = re.compile(rf"(?<![\w/.,])(?:\(?(?:\+|00)?84\)?{_GAP}|\(?0)(?:{_GAP}\(?\d\)?){{8,10}}(?![\w/]|[.,]\d)")
_LONG = re.compile(rf"(?<![\w/])\d(?:{_GAP}\d){{8,18}}(?![\w/]|[.,]\d)")
_UNIT = re.compile(
    r"\s*(?:đồng|dong|đ\b|vnd|vnđ|triệu|trieu|tỷ|tỉ|ty\b|nghìn|nghin|người|nguoi|hộ|ho\b|tấn|tan\b|kg|m2|m²|m3|ha\b|usd|km|%)",
    re.IGNORECASE,
)
_PAPER_SAID = re.compile(
    r"(?P<said>\b(?:cccd|cmnd|cmt|căn cước|can cuoc|chứng minh|chung minh|hộ chiếu|ho chieu|passport|stk|số tài khoản|so tai khoan|mã số thuế|ma so thue|mst)"
    r"[^\d\n]{0,30}?)(?P<number>[A-Z]?\d(?:[ .\-]{0,2}\d){5,18})",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """Return `text` with what could identify somebody by a number replaced."""
    text = _EMAIL.sub(EMAIL, text)
    text = _PAPER_SAID.sub(lambda m: m["said"] + PAPER, text)
    text = _PHONE.sub(lambda m: _unless_counted(m, PHONE), text)
    return _LONG.sub(lambda m: _unless_counted(m, PAPER), text)


def _unless_counted(match: "re.Match[str]", mark: str) -> str:
    """Return `mark`, or the number as it is where it counts something: a sum in thousands with its unit."""
    number = match.group()
    digits = re.sub(r"\D", "", number)
    grouped = re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", number.strip())
    counted = _UNIT.match(match.string, match.end())
    if grouped or (counted and not digits.startswith("0")):
        return number
    leading = number[: len(number) - len(number.lstrip())]
    return leading + mark
