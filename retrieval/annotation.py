"""An article -> its sentences with what stands in them: syllables, names, roles, days, numbers. Done once, at indexing.

What is found is kept as flat arrays, a row a token, a sentence or a person (`Annotations`), and read back sentence by
sentence (`Sentence`): a question then costs no tokenising.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from retrieval.passages import LONGEST_SENTENCE, sentences
from retrieval.vietnamese import dates
from retrieval.vietnamese.abbreviations import abbreviations_in, pairs_written_out
from retrieval.vietnamese.compounds import compounds
from retrieval.vietnamese.names import Person, people, role_starts
from retrieval.vietnamese.numerals import numerals
from retrieval.vietnamese.places import is_province
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.terms import days_in
from retrieval.vietnamese.text import Token, bigrams, canonical, norms, tokens

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
MARKS = "BITN%UAo"
"""The letters of `Sentence.marks`."""
GAPS = "_^CLSPRQDE"
"""The letters of `Sentence.gaps`."""
_UNITS = frozenset(
    canonical(unit)
    for unit in "đồng tỷ triệu nghìn ngàn usd ha hécta héc m2 m² m³ km² km m mét tấn kg người hộ học vụ cái chiếc du doanh công căn cán cơ xã huyện tỉnh thôn"
    " bản ấp phường quận trường lớp tàu xe nhà phần năm tháng ngày giờ phút tuổi lần làn đại hội đơn mw lượt điểm chi chị chỉ tổ phòng suất sản sàn"
    " dự khoảng gần hơn hồ nam nữ em cháu con ca cây khẩu trạm khu tuyến giáo bác sinh mẫu đoàn đội đảng giường liều bệnh nạn gia hạng".split()
)
"""What is counted, with diacritics: `quận 10, Tân Bình` counts no `tấn`."""
SHORTENED = frozenset("tp tx tt pgs gs ts ths bs ks ls".split())
"""What is written with a full stop before the name that it belongs to."""
OPENS = frozenset(
    "đến theo tại trong do bên trước sau vì tuy ngoài ông bà các việc cụ đây hiện từ với để khi nếu đồng những".split()
)
"""Words that begin the next sentence behind it."""
_CHAIR = (("chu", "tri"), ("chu", "toa"), ("dieu", "hanh"))
_ATTENDANCE = ("du", "tham du", "cung du", "ve du", "toi du", "den du", "tham gia", "co mat")
_CAPTION = 14
_HEADER = 128
"""Bytes of an array file that holds no element; such a file cannot be mapped."""
_CLAIMS = re.compile(r"(?:Ảnh|ẢNH|Nguồn ảnh)\s*:")


KIND_WORDS = ("chair", "attendee", "task", "why", "where", "limitation", "conclusion", "number", "when", "speech")
"""Kinds of which a sentence may carry the words: `chủ trì`, `dự`, `yêu cầu`, `do`, …"""
COUNTED = (
    "is_caption", "percents", "units", "capitals", "roles", "quotes", "chair_cues", "attendance", "dayless_times", "days",
    *(f"words_{k}" for k in KIND_WORDS),
)  # fmt: skip
"""What is counted in a sentence whatever is asked: the columns of `Annotations.counts`."""


class Sentence:
    """One sentence: `text[start:end]` of its article, its tokens and the marks on each."""

    def __init__(
        self,
        text: str,
        span: tuple[int, int],
        folded: tuple[str, ...],
        letters: tuple[str, str],
        offsets: npt.NDArray[np.int32],
        persons: tuple[Person, ...],
        roles: tuple[int, ...],
        extras: tuple[str, ...],
    ) -> None:
        self.start, self.end = span
        self.folded = folded
        """The canonical syllables and numbers, without diacritics."""
        self.gaps, self.marks = letters
        """What stands before each token: `_` a blank, `^` the beginning, or the letter of a punctuation mark. And a
        letter a token: B/I a name, T a day or an hour, N a number, % a percentage, U a unit, A a capital, o none."""
        self.people = persons
        self.roles = roles
        """The tokens at which a role begins."""
        self.extras = extras
        """What stands there in another form: days as `29/12`, and the abbreviation of what is written out."""
        self._text = text
        self._offsets = offsets

    @functools.cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The syllables and numbers, with offsets in the article's text."""
        found = []
        for (start, end), fold in zip(self._offsets.tolist(), self.folded, strict=True):
            found.append(Token(start, end, canonical(self._text[start:end]), fold))
        return tuple(found)

    @functools.cached_property
    def mark_codes(self) -> npt.NDArray[np.uint8]:
        """The marks as ASCII codes: (tokens,)."""
        return np.frombuffer(self.marks.encode("ascii"), np.uint8)

    @functools.cached_property
    def joined(self) -> tuple[bool, ...]:
        """Whether each token goes on with the one before it, one word or one name; and of the end, that it does not.

        A body's name goes on in small letters, `Sở Nông nghiệp và Môi trường`; what an abbreviation stands for tells where.
        """
        marks, gaps, folded, norms = self.marks, self.gaps, self.folded, [token.norm for token in self.tokens]
        names, words = pairs_written_out(), compounds()

        def goes_on(i: int) -> bool:
            if gaps[i] == "E":
                # A full stop within a sentence stands behind what is shortened: `TP. Vinh`, `TP.HCM`.
                return marks[i] in "BIA" and norms[i - 1] in SHORTENED and norms[i] not in OPENS
            if gaps[i] != "_":
                return False
            if marks[i] == "o" and (
                (norms[i - 1], norms[i]) in words or (norms[i] == "viên" and (*norms[i - 2 : i],) in words)
            ):
                return True  # `hạn chế`; `vận động viên`
            return (marks[i] in "IA" and marks[i - 1] in "BIA") or (
                marks[i - 1] == "A" and folded[i - 1 : i + 1] in names
            )

        found = (goes_on(i) for i in range(len(marks)))
        return (*found, False)

    @functools.cached_property
    def named(self) -> tuple[Person, ...]:
        """The people less the provinces among them: `Bí thư Thành ủy Hà Nội` looks like a name of the family Hà."""
        return tuple(p for p in self.people if p.introduced or not is_province(self.folded[p.first : p.last + 1]))

    def text_of(self, first: int, last: int) -> str:
        """Return the text from token `first` to token `last`, included."""
        return self._text[int(self._offsets[first, 0]) : int(self._offsets[last, 1])]

    def between(self, start: int, end: int) -> str:
        """Return the article's text from `start` to `end`."""
        return self._text[start:end]

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """The folded syllables and the extras."""
        return frozenset(self.folded).union(self.extras)

    @functools.cached_property
    def pairs(self) -> frozenset[str]:
        """The bigrams of folded syllables."""
        return frozenset(bigrams(self.folded))

    @functools.cached_property
    def whens(self) -> tuple[dates.When, ...]:
        """The mentions of time; offsets count from the sentence's start."""
        return _whens(self._text[self.start : self.end], self.folded)

    @functools.cached_property
    def days(self) -> frozenset[str]:
        """The days of a month that are mentioned, as `29/12`."""
        return frozenset(days_in(self.folded)) if any(m in self.marks for m in "NT%") else frozenset()


@dataclass(frozen=True, slots=True)
class Annotations:
    """What was found in the sentences of all articles, as flat arrays; the vocabularies give a word its number."""

    sentence_starts: npt.NDArray[np.int32]
    """(articles + 1,): the first sentence of each article."""
    bounds: npt.NDArray[np.int32]
    """(sentences, 2): start and end in the article's text."""
    token_starts: npt.NDArray[np.int32]
    """(sentences + 1,): the first token of each sentence."""
    folds: npt.NDArray[np.uint32]
    """(tokens,): the syllable without diacritics, as its number in the vocabulary."""
    norms: npt.NDArray[np.uint32]
    """(tokens,): the accented syllable likewise."""
    offsets: npt.NDArray[np.int32]
    """(tokens, 2): start and end in the article's text."""
    gaps: npt.NDArray[np.uint8]
    marks: npt.NDArray[np.uint8]
    roles: npt.NDArray[np.bool_]
    """(tokens,): whether a role begins here."""
    person_starts: npt.NDArray[np.int32]
    """(sentences + 1,): the first person of each sentence."""
    persons: npt.NDArray[np.int16]
    """(people, 3): first and last token in the sentence, and whether introduced by an honorific."""
    extra_starts: npt.NDArray[np.int32]
    """(sentences + 1,): the first extra of each sentence."""
    extras: npt.NDArray[np.uint32]
    """(extras,): a day or an abbreviation, as its number in the vocabulary of folded syllables."""
    counts: npt.NDArray[np.uint8]
    """(sentences, COUNTED)."""

    def save(self, folder: Path) -> None:
        """Write each array to `folder`/annotations.NAME.npy."""
        for field in fields(self):
            np.save(folder / f"annotations.{field.name}.npy", getattr(self, field.name))

    @classmethod
    def load(cls, folder: Path) -> "Annotations":
        """Return what `save` wrote; the arrays stay on disk and are mapped."""
        paths = {field.name: folder / f"annotations.{field.name}.npy" for field in fields(cls)}
        return cls(
            **{
                # A plain view of the mapped file: slicing a memmap itself costs ten times as much.
                name: np.asarray(np.load(path, mmap_mode="r" if path.stat().st_size > _HEADER else None))
                for name, path in paths.items()
            }
        )

    def article(self, row: int) -> slice:
        """Return the sentences of the article at `row`."""
        return slice(int(self.sentence_starts[row]), int(self.sentence_starts[row + 1]))

    def tokens_of(self, sentences_: slice) -> slice:
        """Return the tokens of consecutive sentences."""
        return slice(int(self.token_starts[sentences_.start]), int(self.token_starts[sentences_.stop]))

    def extras_of(self, sentences_: slice) -> slice:
        """Return the extras of consecutive sentences."""
        return slice(int(self.extra_starts[sentences_.start]), int(self.extra_starts[sentences_.stop]))

    def persons_of(self, sentences_: slice) -> slice:
        """Return the people of consecutive sentences."""
        return slice(int(self.person_starts[sentences_.start]), int(self.person_starts[sentences_.stop]))

    def read(self, row: int, text: str, vocabulary: Sequence[str]) -> "Sentences":
        """Return the sentences of the article at `row`, whose text is `text`."""
        return Sentences(self, row, text, vocabulary)


class Sentences(Sequence[Sentence]):
    """The sentences of one article, in order; each is put together when it is first looked at. Most never are."""

    def __init__(self, notes: Annotations, row: int, text: str, vocabulary: Sequence[str]) -> None:
        own = notes.article(row)
        here = notes.tokens_of(own)
        self.words = [vocabulary[i] for i in notes.folds[here].tolist()]
        """The folded syllables of the whole article."""
        self._notes, self._text, self._vocabulary = notes, text, vocabulary
        self._first, self._begin = own.start, here.start
        self._made: list[Sentence | None] = [None] * (own.stop - own.start)

    def __len__(self) -> int:
        return len(self._made)

    @functools.cached_property
    def openings(self) -> list[tuple[str, ...]]:
        """The first two folded syllables of each sentence; no sentence is put together for them."""
        bounds = (self._notes.token_starts[self._first : self._first + len(self) + 1] - self._begin).tolist()
        return [tuple(self.words[first : min(first + 2, last)]) for first, last in pairwise(bounds)]

    @overload
    def __getitem__(self, at: int) -> Sentence: ...
    @overload
    def __getitem__(self, at: slice) -> list[Sentence]: ...
    def __getitem__(self, at: int | slice) -> Sentence | list[Sentence]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        found = self._made[at]
        if found is None:
            found = self._made[at] = self._make(at % len(self._made))
        return found

    def _make(self, at: int) -> Sentence:
        notes = self._notes
        own = slice(self._first + at, self._first + at + 1)
        here, persons, extras = notes.tokens_of(own), notes.persons_of(own), notes.extras_of(own)
        start, end = notes.bounds[own.start].tolist()
        return Sentence(
            self._text,
            (start, end),
            tuple(self.words[here.start - self._begin : here.stop - self._begin]),
            (notes.gaps[here].tobytes().decode("ascii"), notes.marks[here].tobytes().decode("ascii")),
            notes.offsets[here],
            tuple(Person(first, last, bool(introduced)) for first, last, introduced in notes.persons[persons].tolist()),
            tuple(np.flatnonzero(notes.roles[here]).tolist()),
            tuple(self._vocabulary[i] for i in notes.extras[extras].tolist()),
        )


Annotated = tuple[Annotations, list[str], list[str]]
"""What stands in the sentences of some texts, and the vocabularies of folded and of accented syllables."""


def annotate(texts: Iterable[str]) -> Annotated:
    """Return what stands in the sentences of `texts`, and the vocabularies, each word where it is first seen."""
    fold_ids: dict[str, int] = {}
    norm_ids: dict[str, int] = {}
    sentence_starts, token_starts, person_starts, extra_starts = [0], [0], [0], [0]
    bounds: list[tuple[int, int]] = []
    folds_: list[int] = []
    norms_: list[int] = []
    offsets: list[tuple[int, int]] = []
    gaps: list[str] = []
    marks: list[str] = []
    roles: list[int] = []
    persons: list[tuple[int, int, bool]] = []
    extras: list[int] = []
    counts: list[list[int]] = []
    for text in texts:
        for start, end in sentences(text):
            piece = text[start:end]
            found = tokens(piece)[:LONGEST_SENTENCE]
            folded = tuple(t.fold for t in found)
            here = people(piece, found)
            whens = _whens(piece, folded)
            gap, mark = _gaps(piece, found), _marks(piece, found, here, whens)
            begin = token_starts[-1]
            role_at = [at for at in role_starts(folded) if mark[at] not in "BI"]
            roles += [begin + at for at in role_at]
            bounds.append((start, end))
            folds_ += [fold_ids.setdefault(w, len(fold_ids)) for w in folded]
            norms_ += [norm_ids.setdefault(t.norm, len(norm_ids)) for t in found]
            offsets += [(start + t.start, start + t.end) for t in found]
            gaps.append(gap)
            marks.append(mark)
            persons += [(p.first, p.last, p.introduced) for p in here]
            token_starts.append(begin + len(found))
            person_starts.append(len(persons))
            days = set(days_in(folded)) if any(m in mark for m in "NT%") else set()
            also = days.difference(folded).union(abbreviations_in(folded))
            extras += [fold_ids.setdefault(w, len(fold_ids)) for w in sorted(also)]
            extra_starts.append(len(extras))
            counts.append(_counts(piece, folded, gap, mark, bool(here), len(role_at), whens, len(days)))
        sentence_starts.append(len(bounds))
    role_flags = np.zeros(token_starts[-1], bool)
    role_flags[roles] = True
    return (
        Annotations(
            sentence_starts=np.array(sentence_starts, np.int32),
            bounds=np.array(bounds, np.int32).reshape(-1, 2),
            token_starts=np.array(token_starts, np.int32),
            folds=np.array(folds_, np.uint32),
            norms=np.array(norms_, np.uint32),
            offsets=np.array(offsets, np.int32).reshape(-1, 2),
            gaps=np.frombuffer("".join(gaps).encode("ascii"), np.uint8),
            marks=np.frombuffer("".join(marks).encode("ascii"), np.uint8),
            roles=role_flags,
            person_starts=np.array(person_starts, np.int32),
            persons=np.array(persons, np.int16).reshape(-1, 3),
            extra_starts=np.array(extra_starts, np.int32),
            extras=np.array(extras, np.uint32),
            counts=np.array(counts, np.uint8).reshape(-1, len(COUNTED)),
        ),
        list(fold_ids),
        list(norm_ids),
    )


_STARTS = ("sentence_starts", "token_starts", "person_starts", "extra_starts")
"""The arrays of `Annotations` that begin at 0 and count up, one longer than what they count."""


def joined(parts: Sequence[Annotated]) -> Annotated:
    """Return what `annotate` would of the texts of all `parts`, in their order."""
    fold_ids: dict[str, int] = {}
    norm_ids: dict[str, int] = {}
    columns: dict[str, list[npt.NDArray[Any]]] = {field.name: [] for field in fields(Annotations)}
    begun = dict.fromkeys(_STARTS, 0)
    for notes, folds_, norms_ in parts:
        numbers = {
            "folds": np.array([fold_ids.setdefault(w, len(fold_ids)) for w in folds_], np.uint32),
            "norms": np.array([norm_ids.setdefault(w, len(norm_ids)) for w in norms_], np.uint32),
        }
        numbers["extras"] = numbers["folds"]
        for name, column in columns.items():
            own = getattr(notes, name)
            if name in numbers:
                own = numbers[name][own]
            elif name in begun:
                own = own[1 if column else 0 :] + np.int32(begun[name])
                begun[name] = int(own[-1]) if len(own) else begun[name]
            column.append(own)
    return Annotations(**{n: np.concatenate(c) for n, c in columns.items()}), list(fold_ids), list(norm_ids)


@functools.cache
def _kind_words() -> tuple[tuple[frozenset[str], frozenset[tuple[str, str]]], ...]:
    """Return for each of `KIND_WORDS` its single words and its pairs; a longer phrase is told by its first pair."""
    table: dict[str, tuple[set[str], set[tuple[str, str]]]] = {k: (set(), set()) for k in KIND_WORDS}
    for phrase, kind in rows("answer_words"):
        words = phrase.split()
        if len(words) == 1:
            table[kind][0].add(words[0])
        else:
            table[kind][1].add((words[0], words[1]))
    return tuple((frozenset(singles), frozenset(pairs)) for singles, pairs in table.values())


def _counts(
    piece: str,
    folded: tuple[str, ...],
    gaps: str,
    marks: str,
    has_people: bool,
    roles: int,
    whens: Sequence[dates.When],
    days: int,
) -> list[int]:
    words, pairs = set(folded), set(pairwise(folded))
    numbers = [
        _is_caption(piece, folded),
        marks.count("%"),
        marks.count("U"),
        marks.count("A"),
        roles,
        gaps.count("Q"),
        len(_chair_cues(folded, norms(piece))) if pairs.intersection(_CHAIR) else 0,
        has_people and _lists_attendance(folded),
        sum(w.day is None for w in whens),
        days,
        *(len(words & singles) + len(pairs & twos) for singles, twos in _kind_words()),
    ]
    return [min(int(n), 255) for n in numbers]


def lists_attendance(sentence: Sentence) -> bool:
    """Tell whether a sentence lists who was there: `Dự hội nghị có các đồng chí: …`, `Tham dự có …`, `Cùng dự có …`."""
    return bool(sentence.people) and _lists_attendance(sentence.folded)


def _lists_attendance(folded: Sequence[str]) -> bool:
    start = folded[:14]
    text = " ".join(start)
    return any(f" {phrase} " in f" {text} " for phrase in _ATTENDANCE) and (
        "co" in start or "gom" in start or "dong" in start
    )


def chair_cues(sentence: Sentence) -> list[int]:
    """Return the tokens at which `chủ trì` stands, but not as the task of a lead agency (`giao Sở X chủ trì, phối hợp`), nor in a caption."""
    found = _chair_cues(sentence.folded, [token.norm for token in sentence.tokens])
    # Whom a photograph shows chairing may chair another meeting.
    return [at for at in found if not in_caption(sentence, at)] if found else []


def leads_only(sentence: Sentence) -> bool:
    """Tell whether all that a sentence says to be chaired is a task that was given: `được giao chủ trì`."""
    at = [i for i, pair in enumerate(pairwise(sentence.folded)) if pair == ("chu", "tri")]
    written = [token.norm for token in sentence.tokens] if at else []
    return bool(at) and all(_is_given(written, i) for i in at)


def _chair_cues(words: tuple[str, ...], written: Sequence[str]) -> list[int]:
    """`words` are folded, `written` the same with their diacritics."""
    found = []
    for i, pair in enumerate(pairwise(words)):
        if pair in _CHAIR:
            after = words[i + 2 : i + 4]
            if after[:2] in (("phoi", "hop"), ("tham", "muu")) or _is_given(written, i):
                continue
            found.append(i)
    return found


def _is_given(written: Sequence[str], at: int) -> bool:
    """Tell whether what is led from the word at `at` on was given to somebody: `giao Sở X chủ trì`; not by the `Bộ trưởng Giao thông`, nor by `Ban Tuyên giáo`."""
    return any(
        written[i] == "giao" and written[i + 1] not in _NOT_GIVING and (not i or written[i - 1] not in _NOT_GIVEN)
        for i in range(max(0, at - _GIVEN_BEFORE), at)
    )


_GIVEN_BEFORE = 8
_NOT_GIVING = frozenset("thông ban lưu dịch mùa thừa".split())
"""What `giao` is no giving before: `giao thông`, `giao ban`, `giao lưu`."""
_NOT_GIVEN = frozenset(("ngoại", "bàn", "xã"))
"""… nor behind: `Thứ trưởng Ngoại giao`."""


def in_caption(sentence: Sentence, at: int) -> bool:
    """Tell whether the token at `at` stands before a credit, `… chủ trì hội nghị. Ảnh: Minh Tú`, or behind `Ảnh:` that no credit follows."""
    text = sentence.between(sentence.start, sentence.end)
    cue = sentence.tokens[at].start - sentence.start
    credited = list(_CLAIMS.finditer(text))
    if not credited:
        return False
    return credited[-1].start() > cue or (credited[0].start() == 0 and _CREDITED.match(text, credited[0].end()) is None)


def is_credit(sentence: Sentence) -> bool:
    """Tell whether a sentence says no more than who took the picture above it: `Ảnh: Minh Tú.`."""
    return len(sentence.tokens) <= _CREDIT and _CLAIMS.match(sentence.between(sentence.start, sentence.end)) is not None


_CREDIT = 8
"""Words of a credit."""
_CREDITED = re.compile(r"\s*[^.]{0,40}?(?:/|\b[A-ZĐ]{3,}\b)")
"""Behind `Ảnh:`, somebody's agency: `An Đăng/TTXVN`. What comes then is the article again."""


def _whens(piece: str, folded: Sequence[str]) -> tuple[dates.When, ...]:
    # Without an anchor every mention has a digit in it; the pattern is the dearest one here.
    return tuple(dates.find(piece)) if any(w[0].isdigit() for w in folded) else ()


def _is_caption(piece: str, folded: Sequence[str]) -> bool:
    unended = len(folded) <= _CAPTION and not piece.endswith((".", "!", "?", ";", "…", '"', "”"))
    return bool(_CLAIMS.search(piece)) or unended


def _gaps(piece: str, found: list[Token]) -> str:
    gaps = []
    previous = 0
    for i, token in enumerate(found):
        between = piece[previous : token.start]
        previous = token.end
        if between == " ":
            gaps.append("_")
        else:
            gaps.append(next((name for mark, name in _GAPS if mark in between), "_") if i or between.strip() else "^")
    return "".join(gaps)


def _counting(piece: str, found: list[Token]) -> set[int]:
    """Return the tokens of figures in words before what they count: `bốn` khu, `hai mươi` hộ."""
    return {
        at
        for first, last in numerals(piece, found)
        if last + 1 < len(found)
        and found[last + 1].norm in _UNITS
        and piece[found[last].end : found[last + 1].start] == " "
        for at in range(first, last + 1)
    }


def _marks(piece: str, found: list[Token], persons: Sequence[Person], whens: Sequence[dates.When]) -> str:
    marks = ["o"] * len(found)
    figures = _counting(piece, found)
    for i, token in enumerate(found):
        if i in figures:
            marks[i] = "N"
        elif token.norm[0].isdigit():
            marks[i] = "%" if piece[token.end : token.end + 2].strip().startswith("%") else "N"
        elif i and marks[i - 1] in {"N", "U"} and token.norm in _UNITS:
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
    return "".join(marks)
