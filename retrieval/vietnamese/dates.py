"""Days and spans of time in a text -> intervals, in the calendar of Asia/Ho_Chi_Minh.

A mention gives what it says and no more: `29/12` without a year has day and month, and becomes an interval only
against an anchor (the article's date, or today). The date in brackets, `Chiều nay (29/12)`, is a mention like another.
"""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from retrieval.vietnamese.text import fold


@dataclass(frozen=True, slots=True)
class When:
    """One mention of time: `text[start:end]`; `since` and `until` (both included) where the year is known."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    clock: str | None = None


def day_in(when: When, year: int | None) -> dt.date | None:
    """Return the day that `when` names, in `year` where it names none itself; None where it names no day, or `29/2` of no leap year."""
    year = when.year or year
    if not (when.day and when.month and year):
        return None
    try:
        return dt.date(year, when.month, when.day)
    except ValueError:
        return None


_NUMBER = r"\d{1,2}"
_YEAR = r"(?:19|20)\d\d"
_PATTERN = re.compile(
    rf"""
    (?P<clock>\b(?P<hour>[01]?\d|2[0-3])\s?(?:h|g|giờ|gio)\s?(?P<minute>[0-5]\d)?(?:\s?(?:phút|phut|ph|'))?(?![\w]))  # 8h30, 14 giờ
    | (?:(?:ngày|ngay|mùng|mung)\s*)?(?<!lần\ )(?<!lan\ )(?<!thứ\ )(?<!thu\ )(?<!khóa\ )(?<!khoá\ )(?<!khoa\ )\b(?P<d1>{_NUMBER})\s+(?:tháng|thang)\s+(?P<m1>{_NUMBER})(?:\s*(?:,|-|/)?\s*(?:năm|nam)?\s*(?P<y1>{_YEAR}))?\b
    | (?<![\d.,])(?P<d2>{_NUMBER})(?P<sep>[/.-])(?P<m2>{_NUMBER})(?:(?P=sep)(?P<y2>{_YEAR}))?(?![\d%])(?!\s*(?:%|(?:tỷ|tỉ|triệu|ha|k?m[23²³]?|tấn)(?!\w)))
    | \b(?:tháng|thang)\s+(?P<m3>{_NUMBER})\s*(?:/|-|năm|nam|\.)\s*(?P<y3>{_YEAR})\b
    | \b(?:quý|quy|quí|qui)\s+(?P<q>IV|III|II|I|[1-4])(?:\s*(?:/|-|năm|nam)?\s*(?P<yq>{_YEAR}))?\b
    | \b(?P<half>đầu|dau|cuối|cuoi|giữa|giua)\s+(?:năm|nam)\s+(?P<yh>{_YEAR})\b
    | \b(?:giai\ đoạn|giai\ doan|từ\ năm|tu\ nam)\s+(?P<ya>{_YEAR})\s*(?:-|–|đến|den)+\s*(?P<yb>{_YEAR})\b
    | \b(?:năm|nam)\s+(?P<y4>{_YEAR})\b
    | \b(?:tháng|thang)\s+(?P<m5>{_NUMBER})\b
    | \b(?P<relative>hôm\ nay|hom\ nay|hôm\ qua|hom\ qua|hôm\ kia|hom\ kia|tuần\ trước|tuan\ truoc|tuần\ này|tuan\ nay
        |tháng\ trước|thang\ truoc|tháng\ này|thang\ nay|năm\ ngoái|nam\ ngoai|năm\ nay|nam\ nay|năm\ trước|nam\ truoc)\b
    | (?<![\d./-])(?P<y6>{_YEAR})(?![\d./-])
    """,
    re.VERBOSE | re.IGNORECASE,
)
LARGEST_OF_SHARES = 5
"""Up to so many parts `2/3` may be a share."""
BEFORE_DAYS = frozenset("ngay hom sang trua chieu toi dem mung tu den truoc sau le".split())
"""Behind these words (folded) it is a day."""
_BEFORE_SHARES = re.compile(r"\b(?:chiem|bang|hon|gan|khoang|thuong binh(?: hang)?|ti le|ty le)\s*$")
_BESIDE = 24
"""Characters on either side that are looked at."""
_SHARED = re.compile(
    r"\s?\.\s?\d00|\s+(?:so|cac|tong|dai bieu|uy vien|thanh vien|dan so|dan|dien tich|thoi gian|quang duong|chieu dai|quan so|ho|ngan sach|cong viec|chang duong|cua)\b"
)
"""What stands behind a share, not behind a day: `2/3 đại biểu`."""
_QUARTERS = {"I": 1, "II": 2, "III": 3, "IV": 4}
_HALVES = {"dau": (1, 4), "giua": (5, 8), "cuoi": (9, 12)}


def find(text: str, anchor: dt.date | None = None) -> list[When]:
    """Return the mentions of time in `text`, in order.

    `anchor` (the publication date of an article, or today for a question) resolves a missing year to the day nearest
    to it, and `hôm qua`, `tuần trước`; without one these stay open.
    """
    found = []
    for match in _PATTERN.finditer(text):
        mention = None if _is_share(match) else _read(match, anchor)
        if mention is not None:
            found.append(mention)
    return found


_NOW = re.compile(
    r"\b(?P<day>(?:hôm|hom)\ (?:nay|qua|kia)|(?:tối|toi|sáng|sang|chiều|chieu|đêm|dem|trưa|trua)\ nay|(?:ngày|ngay)\ mai)\b"
    r"|\b(?P<week>(?:tuần|tuan)\ (?:này|nay|trước|truoc))\b",
    re.IGNORECASE,
)
_LONG = (
    r"(?:(?:tháng|thang)\ (?:này|nay|trước|truoc|sau|tới|toi)|(?:quý|quy)\ (?:này|nay|trước|truoc|sau|tới|toi)"
    r"|(?:năm|nam)\ (?:nay|ngoái|ngoai|sau|tới|toi))"
)
_LONG_SPAN = re.compile(
    rf"^(?P<first>{_LONG})\b(?!\s+(?:đó|do|đấy|day)\b)|(?P<before>\S+)\s+(?P<last>{_LONG})[\s?.!]*$", re.IGNORECASE
)
"""Months and years count from today only where they begin or end a question: `tháng trước UBND tỉnh họp gì`. Within one they mostly are
the article's: of 42 of our own questions that name one, 3 begin or end so (`số cây chết chục năm nay` is one of the others)."""
_BEFORE_SPANS = frozenset(
    "may vai chuc hai ba bon sau bay tam chin muoi tram moi nhieu hon dau cuoi giua voi ki ky nhung cac nam trong vs tu viet quang ha mien phia den bao".split()
)
"""Words before a month or a year (folded) with which it is none from today on: `mấy năm nay`, `so với tháng trước`, `Việt Nam tới`."""


def _span_around(text: str, today: dt.date) -> When | None:
    match = _LONG_SPAN.search(text)
    if match is None or (
        match["before"] and (fold(match["before"]).lower() in _BEFORE_SPANS or match["before"].isdigit())
    ):
        return None
    part = "first" if match["first"] else "last"
    return _relative(fold(match[part]).lower(), *match.span(part), today)


_STEPS = {"nay": 0, "ngoai": -1, "truoc": -1, "sau": 1, "toi": 1}
_DAYS_OFF = {"hom qua": -1, "hom kia": -2, "ngay mai": 1}


def around_today(text: str, today: dt.date) -> When | None:
    """Return the first day or span that `text` names from today on: `hôm nay`, `hôm qua`, `tuần trước`, `tháng sau`, `năm nay`; None else."""
    match = _NOW.search(text)
    if match is None:
        return _span_around(text, today)
    if match["week"]:
        return _relative(fold(match["week"]).lower(), *match.span(), today)
    that = today + dt.timedelta(days=_DAYS_OFF.get(fold(match["day"]).lower(), 0))
    return When(*match.span(), that.year, that.month, that.day, that, that)


def local_day(iso: str) -> str:
    """Return `29/12/2023` for `2023-12-29`."""
    return "/".join(reversed(iso.split("-")))


def told_as(since: dt.date, until: dt.date) -> str:
    """Return an interval as a reader is told it: `05/04/2024`, `tháng 10/2026`, `năm 2026`, `từ 16/11/2026 đến 22/11/2026`."""
    if since == until:
        return f"{since:%d/%m/%Y}"
    if (since, until) == (dt.date(since.year, 1, 1), dt.date(since.year, 12, 31)):
        return f"năm {since.year}"
    if (since.day, until) == (1, dt.date(since.year, since.month, calendar.monthrange(since.year, since.month)[1])):
        return f"tháng {since.month}/{since.year}"
    return f"từ {since:%d/%m/%Y} đến {until:%d/%m/%Y}"


def _is_share(match: re.Match[str]) -> bool:
    """Tell whether `2/3` is a part of something, `1/5.000` a scale, `thương binh 1/4` a degree: no day."""
    dayless = match["d2"] is None or match["y2"] or match["sep"] != "/"
    if dayless or not int(match["d2"]) < int(match["m2"]) <= LARGEST_OF_SHARES:
        return False
    before = fold(match.string[max(0, match.start() - _BESIDE) : match.start()]).lower()
    after = fold(match.string[match.end() : match.end() + _BESIDE]).lower()
    return _BEFORE_SHARES.search(before) is not None or (
        _SHARED.match(after) is not None and (before.split() or [""])[-1].strip("(") not in BEFORE_DAYS
    )


def _read(match: re.Match[str], anchor: dt.date | None) -> When | None:
    start, end = match.span()
    start += len(match.group()) - len(match.group().lstrip())
    if match["clock"]:
        return When(start, end, clock=f"{int(match['hour']):02d}:{int(match['minute'] or 0):02d}")
    if match["relative"]:
        return _relative(fold(match["relative"]).lower(), start, end, anchor)
    if match["ya"]:
        return _span(start, end, dt.date(int(match["ya"]), 1, 1), dt.date(int(match["yb"]), 12, 31), year=None)
    if match["half"]:
        first, last = _HALVES[fold(match["half"]).lower()]
        return _months(start, end, int(match["yh"]), first, last)
    if match["q"]:
        quarter = _QUARTERS.get(match["q"].upper()) or int(match["q"])
        year = int(match["yq"]) if match["yq"] else (anchor.year if anchor else None)
        return _months(start, end, year, quarter * 3 - 2, quarter * 3) if year else None
    day = match["d1"] or match["d2"]
    month = match["m1"] or match["m2"] or match["m3"] or match["m5"]
    year_text = match["y1"] or match["y2"] or match["y3"] or match["y4"] or match["y6"]
    return _calendar(
        start,
        end,
        int(year_text) if year_text else None,
        int(month) if month else None,
        int(day) if day else None,
        anchor,
    )


def _calendar(
    start: int, end: int, year: int | None, month: int | None, day: int | None, anchor: dt.date | None
) -> When | None:
    if month is not None and not 1 <= month <= 12:
        return None
    if day is not None and month is not None and not 1 <= day <= calendar.monthrange(year or 2024, month)[1]:
        return None
    resolved = year
    if year is None and anchor is not None and month is not None:
        around = [
            y for y in (anchor.year - 1, anchor.year, anchor.year + 1) if day != 29 or month != 2 or calendar.isleap(y)
        ]
        resolved = min(around, key=lambda y: abs(dt.date(y, month, day or 15) - anchor)) if around else None
    if resolved is None:
        return When(start, end, year, month, day)
    if month is None:
        return _span(start, end, dt.date(resolved, 1, 1), dt.date(resolved, 12, 31), year=resolved)
    last = calendar.monthrange(resolved, month)[1]
    return When(
        start, end, resolved, month, day, dt.date(resolved, month, day or 1), dt.date(resolved, month, day or last)
    )


def _relative(word: str, start: int, end: int, anchor: dt.date | None) -> When | None:
    if anchor is None:
        return None
    days = {"hom nay": 0, "hom qua": 1, "hom kia": 2}
    if word in days:
        that = anchor - dt.timedelta(days=days[word])
        return When(start, end, that.year, that.month, that.day, that, that)
    if word.startswith("tuan"):
        monday = anchor - dt.timedelta(days=anchor.weekday() + (7 if word.endswith("truoc") else 0))
        return _span(start, end, monday, monday + dt.timedelta(days=6), year=None)
    step = _STEPS[word.rsplit(maxsplit=1)[-1]]
    if word.startswith("thang"):
        year, month = divmod(anchor.year * 12 + anchor.month - 1 + step, 12)
        return _months(start, end, year, month + 1, month + 1)
    if word.startswith("qu"):
        year, quarter = divmod(anchor.year * 4 + (anchor.month - 1) // 3 + step, 4)
        return _months(start, end, year, quarter * 3 + 1, quarter * 3 + 3)
    year = anchor.year + step
    return _span(start, end, dt.date(year, 1, 1), dt.date(year, 12, 31), year=year)


def _months(start: int, end: int, year: int, first: int, last: int) -> When:
    until = dt.date(year, last, calendar.monthrange(year, last)[1])
    return When(start, end, year, first if first == last else None, None, dt.date(year, first, 1), until)


def _span(start: int, end: int, since: dt.date, until: dt.date, *, year: int | None) -> When:
    return When(start, end, year, None, None, since, until)
