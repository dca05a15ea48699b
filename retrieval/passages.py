"""An article's text -> sentences -> passages: overlapping windows of sentences, as offsets into the text.

`text[start:end]` is the sentence or the passage, to the code point; nothing is rewritten.
"""

import re
from collections.abc import Sequence

WINDOW = 4
"""Sentences in a passage."""
STRIDE = 2
"""Sentences from one passage's start to the next one's."""
MOST_SYLLABLES = 160
"""Longest passage: below the 200 syllables a citation may have, so that a passage can be quoted whole."""

LONGEST_SENTENCE = 140
"""Tokens of a sentence that are read for an answer; what runs on is debris."""

_ABBREVIATIONS = (
    "TP|Tp|tp|TX|Tx|TT|Q|P|H|X|Tr|tr|Th|ThS|Ths|TS|Ts|PGS|GS|BS|Bs|KS|Ks|CN|LS|Ls|ĐT|St|Mr|Mrs|Ms|Dr|No|vs|v.v|NXB"
    "|T.Ư|T.P|Đ|Tel|Fax|Ths.BS|CT"
)
_AFTER_ABBREVIATION = re.compile(rf"(?:^|[\s(\[“\"'.,–-])(?:{_ABBREVIATIONS})$")
_INITIAL = re.compile(r"(?:^|[\s(\[“\"'.])[A-ZĐƯÂÊÔĂƠ]$")
"""`N.H`, `T.A.M.`: one capital before the dot."""

_END = re.compile(
    r"""(?<![.!?…])(?P<mark>[.!?…]++)(?P<close>[”"’')\]]*)(?P<gap>\s+|(?=[“"]?[A-ZĐÀÁẢÃẠÂẤẦẨẪẬĂẮẰẲẴẶÈÉẺẼẸÊẾỀỂỄỆÌÍỈĨỊÒÓỎÕỌÔỐỒỔỖỘƠỚỜỞỠỢÙÚỦŨỤƯỨỪỬỮỰỲÝỶỸỴ][^\W\d_]*\s))"""
    r"|(?P<line>(?<!\s)\s*\n\s*)"
    r"|(?P<semi>;)(?P<semigap>\s+)",
)
_OPENING = "“\"'‘(-–—•+*["


def sentences(text: str, *, clauses: bool = False) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence of `text`, in order, white space at both ends left out.

    A sentence ends at `.`, `!`, `?`, `…` and at a line's end; not at `TP.`, `ThS.`, `30.4`, `1.700 tỷ` or `N.H`.
    With `clauses` it also ends at `;` once five syllables stand before it: a list of tasks runs over semicolons.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        at = match.start()
        if at < start:
            continue
        if match["mark"]:
            before = text[max(start, at - 12) : at]
            after = text[match.end() : match.end() + 1]
            if match["mark"] == "." and (_AFTER_ABBREVIATION.search(before) or _INITIAL.search(before)):
                continue
            if after and not (after.isupper() or after.isdigit() or after in _OPENING):
                continue
            end = match.end("close")
        elif match["semi"]:
            if not clauses or text.count(" ", start, at) < 4:
                continue
            end = match.start("semigap")
        else:
            end = at
        _add(found, text, start, end)
        start = match.end()
    _add(found, text, start, len(text))
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    if any(c.isalnum() for c in text[start:end]):
        found.append((start, end))


def passages(text: str, spans: Sequence[tuple[int, int]] | None = None) -> list[tuple[int, int]]:
    """Return the (start, end) of each passage of `text`: `WINDOW` sentences, a new one every `STRIDE`.

    A passage holds at most `MOST_SYLLABLES` syllables unless its first sentence alone is longer; each sentence
    stands in one at least.
    """
    spans = sentences(text, clauses=True) if spans is None else spans
    if not spans:
        return []
    sizes = [text.count(" ", a, b) + 1 for a, b in spans]
    found: list[tuple[int, int]] = []
    first = 0
    while True:
        last, total = first, sizes[first]
        while last + 1 < len(spans) and last - first + 1 < WINDOW and total + sizes[last + 1] <= MOST_SYLLABLES:
            last += 1
            total += sizes[last]
        found.append((spans[first][0], spans[last][1]))
        if last == len(spans) - 1:
            return found
        first = max(first + 1, min(first + STRIDE, last))
