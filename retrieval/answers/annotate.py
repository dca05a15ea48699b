"""An article -> its sentences with what stands in them: syllables, names, roles, days, numbers. Done once, cached."""

import functools
import re
from collections.abc import Sequence

from retrieval.articles import Article
from retrieval.passages import LONGEST_SENTENCE
from retrieval.vietnamese import dates
from retrieval.vietnamese.names import Person, people, role_starts
from retrieval.vietnamese.terms import days_in
from retrieval.vietnamese.text import Token, bigrams, tokens

_GAPS = (
    (",", "C"),
    (":", "L"),
    (";", "S"),
    ("(", "P"),
    (")", "R"),
    ("“", "Q"),
    ("”", "Q"),
    ('"', "Q"),
    ("–", "D"),
    (" - ", "D"),
    (".", "E"),
)
_UNITS = frozenset(
    "dong ty ti trieu nghin ngan usd ha m2 km m tan kg nguoi ho hoc vu cai chiec du doanh cong can xa huyen tinh thon"
    " phuong quan truong lop tau xe nha phan nam thang ngay gio phut tuoi lan dai hoi don mw luot diem chi to phong"
    " suat can_ho san du_an khoang gan hon".split()
)
_CHAIR = (("chu", "tri"), ("chu", "toa"), ("dieu", "hanh"))
_ATTENDANCE = ("du", "tham du", "cung du", "ve du", "toi du", "den du", "tham gia", "co mat")
_CAPTION = 14
_CLAIMS = re.compile(r"(?:Ảnh|ẢNH|Nguồn ảnh)\s*:")


class Sentence:
    """One sentence: `text[start:end]` of its article, its tokens and the marks on each. What is not looked at is not worked out."""

    def __init__(self, text: str, start: int, end: int, folded: tuple[str, ...]) -> None:
        self.start = start
        self.end = end
        self.folded = folded
        self._piece = text[start:end]

    @functools.cached_property
    def _found(self) -> list[Token]:
        return tokens(self._piece)[:LONGEST_SENTENCE]

    @functools.cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The syllables and numbers, with offsets in the article's text."""
        return tuple(Token(t.start + self.start, t.end + self.start, t.norm, t.fold) for t in self._found)

    @property
    def norms(self) -> frozenset[str]:
        """The canonical syllables, accented."""
        return frozenset(t.norm for t in self._found)

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """The folded syllables, and each day in one form."""
        return frozenset(self.folded) | self.days

    @functools.cached_property
    def pairs(self) -> frozenset[str]:
        """The bigrams of folded syllables."""
        return frozenset(bigrams(self.folded))

    @functools.cached_property
    def gaps(self) -> tuple[str, ...]:
        """What stands before each token: `_` a blank, `^` the beginning, or the letter of a punctuation mark."""
        return _gaps(self._piece, self._found)

    @functools.cached_property
    def marks(self) -> tuple[str, ...]:
        """A letter a token: B/I a name, T a day or an hour, N a number, % a percentage, U a unit, A a capital, o none."""
        return _marks(self._piece, self._found, self.people, self.whens)

    @functools.cached_property
    def people(self) -> tuple[Person, ...]:
        """The people named."""
        return tuple(people(self._piece, self._found))

    @functools.cached_property
    def roles(self) -> tuple[int, ...]:
        """The tokens at which a role begins."""
        return tuple(role_starts(self.folded))

    @functools.cached_property
    def whens(self) -> tuple[dates.When, ...]:
        """The mentions of time; offsets count from the sentence's start."""
        # Without an anchor every mention has a digit in it; the pattern is the dearest one here.
        if not any(w[0].isdigit() for w in self.folded):
            return ()
        return tuple(dates.find(self._piece))

    @functools.cached_property
    def days(self) -> frozenset[str]:
        """The days of a month that are mentioned, as `29/12`."""
        return frozenset(days_in(self.folded))

    @functools.cached_property
    def is_caption(self) -> bool:
        """Whether the sentence looks like the caption of a picture or other debris."""
        unended = len(self.folded) <= _CAPTION and not self._piece.endswith((".", "!", "?", ";", "…", '"', "”"))
        return bool(_CLAIMS.search(self._piece)) or unended


def annotate(article: Article, spans: Sequence[tuple[int, int]], folded: Sequence[tuple[str, ...]]) -> list[Sentence]:
    """Return the sentences of `article` in order, from their spans and folded syllables, which the generation keeps."""
    return [Sentence(article.text, start, end, words) for (start, end), words in zip(spans, folded, strict=True)]


def lists_attendance(sentence: Sentence) -> bool:
    """Tell whether a sentence lists who was there: `Dự hội nghị có các đồng chí: …`, `Tham dự có …`, `Cùng dự có …`."""
    start = sentence.folded[:14]
    text = " ".join(start)
    return (
        any(f" {phrase} " in f" {text} " for phrase in _ATTENDANCE)
        and ("co" in start or "gom" in start or "dong" in start)
        and bool(sentence.people)
    )


def chair_cues(sentence: Sentence) -> list[int]:
    """Return the tokens at which `chủ trì` stands, but not as the task of a lead agency (`giao Sở X chủ trì, phối hợp`)."""
    words = sentence.folded
    found = []
    for i in range(len(words) - 1):
        if words[i : i + 2] in _CHAIR:
            after = words[i + 2 : i + 4]
            if after[:2] in (("phoi", "hop"), ("tham", "muu")) or "giao" in words[max(0, i - 8) : i]:
                continue
            found.append(i)
    return found


def _gaps(piece: str, found: list[Token]) -> tuple[str, ...]:
    gaps = []
    previous = 0
    for i, token in enumerate(found):
        between = piece[previous : token.start]
        gaps.append(next((name for mark, name in _GAPS if mark in between), "_") if i or between.strip() else "^")
        previous = token.end
    return tuple(gaps)


def _marks(
    piece: str, found: list[Token], persons: tuple[Person, ...], whens: tuple[dates.When, ...]
) -> tuple[str, ...]:
    marks = ["o"] * len(found)
    for i, token in enumerate(found):
        if token.norm[0].isdigit():
            marks[i] = "%" if piece[token.end : token.end + 2].strip().startswith("%") else "N"
        elif i and marks[i - 1] in {"N", "U"} and token.fold in _UNITS:
            marks[i] = "U"
        elif piece[token.start].isupper():
            marks[i] = "A"
    for when in whens:
        for i, token in enumerate(found):
            if token.start >= when.start and token.end <= when.end:
                marks[i] = "T"
    for person in persons:
        for i in range(person.first, person.last + 1):
            marks[i] = "B" if i == person.first else "I"
    return tuple(marks)
