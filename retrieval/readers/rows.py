"""A row of fields -> Article, checked. What is common to all formats."""

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import charset_normalizer

from retrieval.articles import Article
from retrieval.passages import sentences
from retrieval.readers.stuffing import deceives
from retrieval.vietnamese import legacy
from retrieval.vietnamese.text import nfc

LONGEST_TITLE = 200
_VIETNAMESE = 0.85
"""Share of the words with marks that must be Vietnamese syllables for bytes to be read as windows-1258."""
_YES = frozenset(("true", "yes", "on", "1", "1.0", "x", "có", "co", "đúng"))
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_KNOWN = {"id", "title", "published_at", "url", "source", "author", "text"}
_ISO_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$")
_YEAR_FIRST = re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b")
_LOCAL_DAY = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b")


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was left out: where it stands and why."""

    where: str
    why: str


def article(row: dict[str, Any], *, where: str, default_id: str | None, source: str) -> Article | Unread:
    """Return the article of `row`, or what is wrong with it."""
    fault = _fault(row, default_id)
    if fault is not None:
        return Unread(where, fault)
    text, identifier = nfc(row["text"]), row.get("id", default_id)
    return Article(
        id=nfc(str(identifier).strip()),
        text=text,
        title=_line(row.get("title")) or _first_sentence(text),
        source=_line(row.get("source")) or source,
        published_at=day(row.get("published_at")),
        url=_line(row.get("url")),
        author=_line(row.get("author")),
        # As JSON has it: front matter may hold days.
        extra=json.loads(json.dumps({k: v for k, v in row.items() if k not in _KNOWN}, default=str)),
    )


def _fault(row: dict[str, Any], default_id: str | None) -> str | None:
    """Return what is wrong with a row, or why it is not to be loaded now; None where it is an article."""
    text, identifier = row.get("text"), row.get("id", default_id)
    if not isinstance(text, str) or not any(c.isalnum() for c in text):
        return "the article has no text"
    if identifier is None or isinstance(identifier, (dict, list, bool)) or not str(identifier).strip():
        return "the article has no id"
    wrong = [k for k in ("title", "url", "source", "author") if not isinstance(row.get(k), str | None)]
    if wrong:
        return f"the field {wrong[0]!r} is not text"
    return _unstorable(row) or _withheld(row) or _deceiving(text)


def _unstorable(row: dict[str, Any]) -> str | None:
    try:
        json.dumps(row, ensure_ascii=False, default=str).encode()
    except (UnicodeEncodeError, ValueError, RecursionError) as error:
        return f"it holds what cannot be stored ({type(error).__name__}: half a character, or fields within fields)"
    return None


def _withheld(row: dict[str, Any]) -> str | None:
    if str(row.get("held") or "").strip().lower() in _YES:
        return "it is held by its source"
    stated = row.get("embargo_until")
    until = day(stated)
    if until is None and stated is not None and str(stated).strip():
        return f"the day of embargo_until, {str(stated)[:40]!r}, is not understood; write it as 2030-12-31. Until then it is not read"
    if until is not None and until > dt.datetime.now(tz=_ZONE).date():
        return f"it is under embargo until {until.isoformat()}"
    return None


def _deceiving(text: str) -> str | None:
    why = deceives(text)
    return f"{why}; look at it, and correct it if it is to be read" if why else None


def _line(value: str | None) -> str | None:
    return " ".join(nfc(value).split()) or None if value else None


def _first_sentence(text: str) -> str:
    start, end = sentences(text)[0]
    title = " ".join(text[start:end].split())
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"


def day(value: object) -> dt.date | None:
    """Return the day `value` states with certainty, else None: ISO first, `29/12/2023` and `2023/12/29` too, nothing guessed.

    An hour of another time zone is the day that it is in Vietnam.
    """
    if isinstance(value, str):
        value = _moment(value.strip()) or _written(value.strip())
    if isinstance(value, dt.datetime):
        return (value.astimezone(_ZONE) if value.tzinfo else value).date()
    return value if isinstance(value, dt.date) else None


def _written(value: str) -> dt.date | None:
    """Return the day that `value` writes out, None where it writes none."""
    if match := _ISO_DAY.match(value) or _YEAR_FIRST.match(value):
        parts = tuple(int(x) for x in match.groups())
    elif match := _LOCAL_DAY.match(value):
        parts = tuple(int(x) for x in reversed(match.groups()))
    else:
        return None
    try:
        return dt.date(*parts)
    except ValueError:
        return None


def _moment(value: str) -> dt.datetime | None:
    """Return the moment that `value` states with its time zone, None where it has none: `2023-12-29T20:00:00Z`."""
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def decode(path: Path) -> str | Unread:
    """Return the text of a UTF-8 or UTF-16 file (by its byte order mark), no BOM, CRLF to LF."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Unread(str(path), f"it cannot be read ({error.strerror})")
    text = decoded(raw)
    if isinstance(text, Unread):
        return Unread(str(path), text.why)
    return text


def decoded(raw: bytes) -> str | Unread:
    """Return what the bytes of a text file say, no BOM, CRLF to LF; legacy Vietnamese encodings are told by their words."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        guessed = _guessed(raw)
        if guessed is None:
            return Unread("", f"it is not UTF-8 (byte {error.start}); save it as UTF-8")
        text = guessed
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return legacy.repaired(text) or text


def _guessed(raw: bytes) -> str | None:
    """Return the text of bytes in TCVN3, VNI or windows-1258, None where they are Vietnamese in none of these."""
    if found := legacy.repaired(raw.decode("latin-1")):
        return found
    best = charset_normalizer.from_bytes(raw, cp_isolation=["cp1258"]).best()
    text = nfc(str(best)) if best is not None else ""
    return text if legacy.likeness(text) >= _VIETNAMESE else None
