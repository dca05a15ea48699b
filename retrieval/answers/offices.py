"""`Chủ tịch UBND tỉnh là ai?`: who holds an office, as of which article; who held it before, or in a given year.

An article tells who held an office on its day, never who holds it today; `nguyên` is not the holder, `quyền` and
`phụ trách` are told as such. An office of the same name in another place is another office.
"""

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.annotation import Sentence
from retrieval.answers.drafts import Draft
from retrieval.answers.roles import role_of
from retrieval.answers.sentences import Candidate
from retrieval.articles import Article
from retrieval.questions import Question
from retrieval.segment import Segment
from retrieval.snapshot import Generation
from retrieval.vietnamese import names
from retrieval.vietnamese.abbreviations import in_full, known_abbreviations, spell_out, written_out
from retrieval.vietnamese.levels import LEVELS, level_before
from retrieval.vietnamese.places import SHORT_CITY, is_province, provinces_in
from retrieval.vietnamese.text import folds, tokens

Words = tuple[str, ...]
"""Folded syllables, abbreviations written out."""

MOST_READ = 400
"""Sentences looked at for one office: in articles that name its place first, and of those the newest."""
MOST_READ_ELSEWHERE = 60
"""Of those in articles that do not name the place: its newspaper may."""
_LONGEST_BODY = 14
_LONGEST_PLACE = 3
"""Syllables of a place's name: `Bà Rịa`, `Thừa Thiên Huế`."""
_STANDING = ("thuong", "truc")
"""A standing deputy is a deputy: `Phó Bí thư Thường trực Tỉnh ủy`."""
_SHORTEST_ABBREVIATION = 3
HELD_BY_MANY = frozenset(
    ("nguyen", "quyen", "uy_vien", "dai_dien", "lanh_dao", "dai_bieu", "thanh_vien", "chu_tri", "tinh_uy_vien",
     "huyen_uy_vien", "thanh_uy_vien", "thuong_truc")
)  # fmt: skip
"""Words that begin a role which many hold, or which only qualify one."""
_OF_THE_NATION = frozenset(("thu_tuong", "tong_bi_thu"))
"""Offices of which the nation has one, without a body."""
_NATION = ((), ("chinh", "phu"), ("nuoc",))
_ENGLAND = "Anh"
"""`Thủ tướng Anh Theresa May`: with a capital behind an office it is the country, and calls nobody."""
_FORMER = frozenset(("nguyen", "cuu"))
_BARE_SEATS = {("tinh", "uy"): "tỉnh", ("huyen", "uy"): "huyện", ("thanh", "uy"): "thành phố", ("thi", "uy"): "thị xã"}
_BODY_OF_HEAD: dict[str, tuple[str, dict[str, str]]] = {
    "chu_tich": ("uy ban nhan dan", {}),
    "bi_thu": ("dang uy", {level: " ".join(body) for body, level in _BARE_SEATS.items()} | {"quận": "quan uy"}),
}
"""Title -> the body that a head of a place leads, and by level where its name takes the place's level in."""
_WITHIN_A_NAME = frozenset(("uy", "doan", "hoi", "doi"))
"""What makes a body's name of a level: `Tỉnh đoàn`, `Huyện hội`."""

ASKS_HOLDER = re.compile(
    r"\b(?:la (?:nhung )?ai|ai la|(?:bao )?gom (?:nhung )?ai|co nhung ai|la nguoi nao|ten (?:la )?gi|ai (?:dang |hien )?(?:giu|lam|dam nhiem)|do ai (?:giu|lam|dam nhiem)|la dong chi nao"
    r"|dong chi nao la|ong nao la|la ong nao|thi ai)\b"
)
_BEFORE = re.compile(r"\b(?:truoc (?:do|day|nua)|nguoi tien nhiem|tien nhiem|doi truoc|khoa truoc)\b")
_NEXT = re.compile(
    r"^(?:(?:vay|the|con|roi|va) )*(?:(?:truoc (?:do|day|nua)|nguoi tien nhiem|tien nhiem|hien nay|bay gio|nam (?:19|20)\d\d) ?)+"
    r"(?:(?:nua|thi|la|ai|sao|nao|a|vay|the|ha) ?)*$"
)
_END = re.compile(
    r"\b(?:la (?:nhung )?(?:ai|nguoi|dong|ong|ba)|(?:bao )?gom|co nhung ai|hien (?:nay|tai|gio)|bay (?:gio|h)|(?:gio|h)(?= (?:la|ai)\b)|hien|hom nay|(?:dau|giua|cuoi) nam|nam (?:19|20)\d\d|nam nay|nam ngoai|truoc (?:do|day|nua)|luc (?:do|nay)"
    r"|khi (?:do|ay)|ten|thi ai|do ai|ai|nguoi tien nhiem|moi(?! truong)|duong nhiem|khoa|nhiem ki|vay|the)\b"
)
BEFORE_OFFICES = re.compile(
    r"^(?:(?:cac|nhung|cho (?:hoi|biet|em hoi|minh hoi)|xin hoi|hoi|vay|the|hien (?:nay|tai)|(?:bay )?(?:gio|h)|nam (?:19|20)\d\d|ai|dang|giu|lam|dam nhiem|chuc"
    r"|chuc vu|la|dong chi|nao|ong|ba|nguoi|ten|cua|ad|bot|oi|ban|a|hom nay|nam nay|(?:dau|giua|cuoi)(?= nam)) ?)*$"
)
_PARTS = re.compile(r"[,;]|\bkiêm\b|\bđồng thời là\b")


@dataclass(frozen=True)
class Office:
    """An office that is asked for: its title and body, of which years (empty: the newest), how many holders back."""

    title: Words
    body: Words
    years: frozenset[int]
    back: int

    @property
    def single(self) -> bool:
        """Whether one person holds it at a time: there are several deputies."""
        return self.title[0] != "pho"


@dataclass(frozen=True)
class Holder:
    """One mention of somebody with the office: where (offsets in the article's text), of which place."""

    person: Words
    article: int
    candidate: Candidate
    name: tuple[int, int]
    role: tuple[int, int]
    former: bool
    seat: str | None
    day: dt.date | None


def asked_office(question: Question) -> Office | None:
    """Return the office whose holder `question` asks for, None where it asks for none."""
    own = " ".join(question.syllables)
    if question.previous and question.follows_up and _NEXT.match(own):
        text = " ".join(folds(spell_out(question.previous)))
        back = len(_BEFORE.findall(text)) + len(_BEFORE.findall(own))
        years = _years(own)
        return _office(text, years or (frozenset() if back else _years(text)), 0 if years else back)
    if ASKS_HOLDER.search(own):
        return _office(own, _years(own), len(_BEFORE.findall(own)))
    return _only_named(question, own)


def _only_named(question: Question, own: str) -> Office | None:
    """Return the office of a question that is nothing but one, `chu tich ubnd tinh lam dong`: its holder is asked for."""
    office = _office(own, frozenset(), 0) if question.cue.label == "none" and not question.follows_up else None
    if office is None or not own.startswith(" ".join(office.title)):
        return None
    return office if is_whole(office) or (office.body[:1] == _MINISTRY and _ASKS_NOW.search(own)) else None


_MINISTRY = ("bo",)
_ASKS_NOW = re.compile(r"\b(?:hien (?:nay|tai|gio)|bay gio|duong nhiem)$")


def asks_nothing_else(question: Question, office: Office) -> bool:
    """Tell whether a question is but for an office of the state or the Party with its place, `giám đốc sở y tế Yên Bái hiện nay là ai`."""
    words = list(question.syllables)
    at = next((i for i in range(len(words)) if title_at(words, i)), len(words))
    rest = " ".join(words[at:])
    end = _END.search(rest)
    return end is not None and _ASKING.issuperset(rest[end.start() :].split()) and is_whole(office, but_place=True)


def is_whole(office: Office, *, but_place: bool = False) -> bool:
    """Tell whether the body of an office of the state or the Party ends with its place: `sở y tế Yên Bái`; with `but_place` it names no second level."""
    body = office.body
    if not _governs(office) or "nao" in body or body[-1] in _POINTING:
        return False
    if any(is_province(body[-n:]) for n in (2, 3)):
        return True
    ends = range(1, len(body) + 1)
    levels = [end for end in ends if level_before(body, end) or (body[end - 1] == "uy" and end > 1)]
    return bool(levels) and len(body) - (min(levels) if but_place else max(levels)) <= _LONGEST_PLACE


def _years(folded: str) -> frozenset[int]:
    return frozenset(int(y) for y in re.findall(r"\bnam ((?:19|20)\d\d)\b", folded))


def _office(folded: str, years: frozenset[int], back: int) -> Office | None:
    words = folded.split()
    at = next((i for i in range(len(words)) if title_at(words, i)), None)
    if at is None or not BEFORE_OFFICES.match(" ".join(words[:at])):
        return None
    title = title_at(words, at)
    rest = " ".join(words[at + len(title) :])
    end = _END.search(rest)
    body = _led(title, canonical(rest[: end.start()].split() if end else rest.split()))
    return Office(title, body, years, back) if len(body) <= _LONGEST_BODY else None


def _led(title: Words, body: Words) -> Words:
    """Return `body`, where it is but a place the body that the head of it leads: `chủ tịch tỉnh` is that of its UBND."""
    head = "_".join(title).removeprefix("pho_")
    width = next((n for n in (2, 1) if body[:n] in LEVELS), 0)
    if head not in _BODY_OF_HEAD or not width or (body[width : width + 1] and body[width] in _WITHIN_A_NAME):
        return body
    level = LEVELS[body[:width]]
    led, by_level = _BODY_OF_HEAD[head]
    if level in by_level:
        return (*by_level[level].split(), *body[width:])
    return (*led.split(), *folds(level), *body[width:])


_POINTING = frozenset(("do", "nay", "ay", "kia"))
_ASKING = frozenset(
    "la ai ten gi nao thi do giu lam dam nhiem dang hien nay tai gio bay h vay the a nhi nguoi ong ba dong chi duong moi".split()
)
"""Words (folded) that only ask who holds an office now."""
_GOVERNING = ("uy ban nhan dan", "hoi dong nhan dan", "tinh uy", "huyen uy", "thanh uy", "thi uy", "dang uy", "so ")


def of_office(question: Question, drafts: Sequence[Draft], articles: Sequence[Article]) -> tuple[Draft, ...]:
    """Return no draft where the best names the holder of another office than the one asked for; else all.

    A deputy is not the head, and the chair of the council not that of the committee. Only for offices of the state and
    the Party, whose names are fixed.
    """
    office = asked_office(question)
    if office is None or not drafts or not _governs(office):
        return tuple(drafts)
    return () if _other_office(office, drafts[0], articles[drafts[0].candidate.hit].text) else tuple(drafts)


def _governs(office: Office) -> bool:
    return " ".join(office.body).startswith(_GOVERNING)


def _other_office(office: Office, draft: Draft, text: str) -> bool:
    sentence = draft.candidate.sentence
    told = [span for p in draft.people if (span := role_of(sentence, p.first, p.last)) is not None]
    return bool(told) and not any(
        _same_office(office, text[slice(*part)]) for span in told for part in _parts(text, *span)
    )


def _same_office(office: Office, role: str) -> bool:
    """Tell whether `role` has the title of `office`, and begins its body as that does."""
    words = folds(role)
    at = next((i for i in range(len(words)) if title_at(words, i)), None)
    if at is None or title_at(words, at) != office.title:
        return False
    body = _body_of(office, words[at + len(office.title) :])
    return not body or not office.body or body[0] == office.body[0]


def _body_of(office: Office, words: Sequence[str]) -> Words:
    """Return the body that a role of the title of `office` goes on with, folded, without what `office` leaves open."""
    body = canonical(words)
    standing = body[: len(_STANDING)] == _STANDING and office.body[: len(_STANDING)] != _STANDING
    return body[len(_STANDING) :] if standing else body


@functools.cache
def _titles() -> dict[str, list[Words]]:
    table: dict[str, list[Words]] = {}
    for title in sorted(names.roles(), key=len, reverse=True):
        if "_".join(title) not in HELD_BY_MANY:
            table.setdefault(title[0], []).append(title)
    return table


def title_at(words: Sequence[str], at: int) -> Words:
    """Return the longest title that begins at `at`, empty where none does."""
    return next((t for t in _titles().get(words[at], ()) if tuple(words[at : at + len(t)]) == t), ())


def canonical(words: Sequence[str]) -> Words:
    """Return folded words with the abbreviations of bodies written out."""
    found: list[str] = []
    for word in words:
        long = written_out(word) if len(word) >= _SHORTEST_ABBREVIATION and word not in {"nam", "ban"} else None
        found += folds(long) if long else [word]
    return tuple(found)


def holders(office: Office, generation: Generation) -> list[Holder]:
    """Return the mentions of people with `office`, newest article first, undated last; those of one article in its order."""
    found = []
    for row, indexes in _mentions(office, generation).items():
        sentences = generation.sentences(row)
        people = people_of(generation, row, sentences.words)
        for index in indexes:
            holders_ = _holders_in(office, generation.article(row), people, Candidate(row, index, sentences))
            found += [
                h for h in holders_ if not generation.is_held(row, *h.name) and not generation.is_held(row, *h.role)
            ]
    return sorted(found, key=lambda h: h.day or dt.date.min, reverse=True)


def people_of(generation: Generation, row: int, words: Sequence[str]) -> set[str]:
    """Return the people that an article names, folded; `words` are its folded syllables."""
    segment, _, own_row = generation.place(row)
    notes = segment.annotations
    own = notes.article(own_row)
    persons = notes.persons_of(own)
    counts = np.diff(notes.person_starts[own.start : own.stop + 1])
    starts = np.repeat(notes.token_starts[own.start : own.stop], counts) - notes.token_starts[own.start]
    spans = notes.persons[persons, :2] + starts[:, None]
    return {" ".join(words[a : b + 1]) for a, b in spans.tolist()}


def _mentions(office: Office, generation: Generation) -> dict[int, list[int]]:
    """Return article row -> sentences in it with the title and a person, the newest articles first."""
    found = [
        (int(row + base), int(sentence), bool(there))
        for segment, base in zip(generation.segments, generation.bases, strict=False)
        for row, sentence, there in zip(*_mentions_in(office, segment), strict=True)
        if generation.live[row + base]
    ]
    # Articles that name its place first: of `chủ tịch UBND huyện` there are thousands.
    found.sort(key=lambda mention: (not mention[2], -int(generation.published[mention[0]])))
    by_article: dict[int, list[int]] = {}
    named = sum(there for _, _, there in found)
    for row, sentence, _ in found[: min(MOST_READ, named + MOST_READ_ELSEWHERE)]:
        by_article.setdefault(row, []).append(sentence)
    return by_article


def _mentions_in(
    office: Office, segment: Segment
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return article row and sentence in it, within the segment, of the sentences with the title and a person; and whether the article names the place."""
    notes = segment.annotations
    ids = [segment.fold_ids.get(w, -1) for w in office.title]
    at = np.flatnonzero(notes.folds == ids[0]) if ids[0] >= 0 else np.zeros(0, np.int64)
    for offset, wanted in enumerate(ids[1:], 1):
        at = at[at + offset < len(notes.folds)]
        at = at[notes.folds[at + offset] == wanted]
    if office.body:
        at = at[at + len(ids) < len(notes.folds)]
        firsts = _firsts(office.body[0]) | {_STANDING[0]}
        following = notes.folds[at + len(ids)]
        at = at[np.isin(following, [segment.fold_ids.get(w, -1) for w in firsts])]
        if len(office.body) > 1:  # of a body whose first word is written out the second one, too: `sở y tế`
            behind = np.minimum(at + len(ids) + 1, len(notes.folds) - 1)
            seconds = [segment.fold_ids.get(w, -1) for w in _firsts(office.body[1])]
            whole = notes.folds[at + len(ids)] == segment.fold_ids.get(office.body[0], -1)
            at = at[~whole | np.isin(notes.folds[behind], seconds)]
    sentences = np.unique(np.searchsorted(notes.token_starts, at, side="right") - 1)
    sentences = sentences[np.diff(notes.person_starts)[sentences] > 0]
    rows = np.searchsorted(notes.sentence_starts, sentences, side="right") - 1
    return rows, sentences - notes.sentence_starts[rows], np.isin(rows, _naming(office.body[-2:], segment))


def _naming(words: Words, segment: Segment) -> npt.NDArray[np.int64]:
    """Return the rows of the articles in which the two `words` stand side by side, once or more."""
    notes = segment.annotations
    first, second = (segment.fold_ids.get(word, -1) for word in (words if len(words) == 2 else ("", "")))
    at = np.flatnonzero(notes.folds[:-1] == first)
    at = at[notes.folds[at + 1] == second]
    sentences = np.searchsorted(notes.token_starts, at, side="right") - 1
    return np.unique(np.searchsorted(notes.sentence_starts, sentences, side="right") - 1)


@functools.cache
def _firsts(word: str) -> set[str]:
    """Return how an article may begin a body whose first word, written out, is `word`."""
    shortened = {a for a in known_abbreviations() if folds(written_out(a) or "")[:1] == [word]}
    # `GD-ĐT`, which the table has without its hyphen, is two words.
    return {word, *shortened, *(a[:2] for a in shortened if len(a) > _SHORTEST_ABBREVIATION)}


def _holders_in(office: Office, article: Article, people: Collection[str], candidate: Candidate) -> list[Holder]:
    """Return who of a sentence (of the article at row `candidate.hit`) has the office."""
    found = []
    sentence = candidate.sentence
    for person in sentence.named:
        span = role_of(sentence, person.first, person.last)
        if span is None:
            continue
        first = _begins(sentence, person)
        # `ông Dũng` may be anybody, `Quảng Ninh` is nobody.
        if first == person.last or is_province(sentence.folded[first : person.last + 1]):
            continue
        name = sentence.tokens[first].start, sentence.tokens[person.last].end
        if first != person.first and span[0] < name[0]:
            before = sentence.tokens[first - 1].end
            span = span[0], before if first > person.first else min(span[1], before)
        if article.text[span[1] : name[0]].strip() == _ENGLAND:
            continue
        for part in _parts(article.text, *span):
            fits, former, place = _fits(office, article, part, people, (sentence.start, sentence.end))
            if fits:
                words = sentence.folded[first : person.last + 1]
                found.append(Holder(words, candidate.hit, candidate, name, part, former, place, article.published_at))
                break
    return found


def _begins(sentence: Sentence, person: names.Person) -> int:
    """Return where a name begins: after `Ông`, and in `Quảng Ninh Nguyễn Văn Đọc` with the family name."""
    words, first = sentence.folded, person.first
    if words[first] in {"ong", "ba"}:
        first += 1
    # `Quảng Nam Đinh Văn Thu`, of which `Văn Thu` was read as a name.
    goes_on = first > 2 and words[first - 1] in names.surnames()
    if goes_on and (words[first - 2] in SHORT_CITY or is_province(words[first - 3 : first - 1])):
        return first - 1
    if person.last - first > 1 and first and is_province(words[first - 1 : first + 1]):
        return first + 1
    # `Giám đốc Sở Xây dựng Hà Nội Lê Văn Dục`, of which all that has capitals was read as a name.
    return first + 2 if person.last - first > 2 and is_province(words[first : first + 2]) else first


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the offices of a role, `Phó Bí thư Tỉnh ủy, Chủ tịch UBND tỉnh`, each as offsets without blanks around."""
    edges = [start, *(e for m in _PARTS.finditer(text, start, end) for e in m.span()), end]
    parts = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        piece = text[a:b]
        if piece.strip():
            parts.append((a + len(piece) - len(piece.lstrip()), b - (len(piece) - len(piece.rstrip()))))
    return parts


def _fits(
    office: Office, article: Article, part: tuple[int, int], people: Collection[str], around: tuple[int, int]
) -> tuple[bool, bool, str | None]:
    """Return whether the role at `part` of the article is the office, whether it was left, and the place that it is of; `around` is its sentence."""
    role = article.text[slice(*part)]
    words = folds(" ".join(in_full(role)))
    at = 0
    while at < len(words) and not title_at(words, at):
        at += 1
    qualified = words[:at]
    if at == len(words) or at > 2 or title_at(words, at) != office.title:
        return False, False, None
    body, asked = _body_of(office, words[at + len(office.title) :]), office.body
    if not asked and "_".join(office.title) in _OF_THE_NATION:
        return body in _NATION, bool(_FORMER.intersection(qualified)), None
    if not _begin_alike(body, asked):
        # `công an Hà Nội` is that of TP Hà Nội, and of `thành phố Hà Nội`.
        body, asked = _without_level(body), _without_level(asked)
    if not _begin_alike(body, asked):
        return False, False, None
    place = seat(role, article, people, (article.text[around[0] : part[0]], article.text[part[1] : around[1]]))
    fits = _same_place(list(asked[len(body) :]), body, place, article)
    return fits, bool(_FORMER.intersection(qualified)), place


def _begin_alike(one: Words, other: Words) -> bool:
    """Tell whether of two bodies, neither of which is empty, one begins as the whole other."""
    shared = min(len(one), len(other))
    return bool(shared) and one[:shared] == other[:shared]


def _without_level(body: Words) -> Words:
    """Return a body without what its province is: `công an thành phố Hà Nội`."""
    for at in range(1, len(body) - 1):
        for width in (1, 2):
            name = body[at + width :]
            if body[at : at + width] in LEVELS and any(is_province(name[:n]) for n in (2, 3, 4)):
                return body[:at] + name
    return body


def _same_place(left_out: list[str], body: Words, place: str | None, article: Article) -> bool:
    """Tell whether what the role leaves out of the body that is asked for, `tỉnh Lâm Đồng`, is what the article is about."""
    if not left_out:
        return True
    own = folds(seat_name(place)) if place else []
    if own and left_out[: len(own)] == own:
        left_out = left_out[len(own) :]
    elif not own or list(body[-len(own) :]) != own:
        return False
    if not left_out:
        return True
    there = " ".join(folds(f"{article.title} {article.source} {article.text}"))
    return f" {' '.join(left_out)} " in f" {there} "


_CAPITALIZED = rf"[{names.CAPITALS}][\w’'-]*(?: [{names.CAPITALS}][\w’'-]*){{1,3}}"


def seat(role: str, article: Article, people: Collection[str] = (), beside: tuple[str, str] = ("", "")) -> str | None:
    """Return the place whose office `role` is, `tỉnh Lam Giang`: as the role names it, else its sentence, else the article; None if unknown.

    Of the sentence what stands `beside` counts, last before the role or first behind it; of the article what it mostly names.
    `Chủ tịch UBND tỉnh Hà Thị Nhiên` is no place: `people` are those named in the article, folded.
    """
    words = folds(role)
    level = next(
        (
            written
            for table in (_BARE_SEATS, LEVELS)
            for key, written in table.items()
            if any(tuple(words[i : i + len(key)]) == key for i in range(len(words)))
        ),
        None,
    )
    if level is None and "so" in words:
        level = "tỉnh"  # a department (`sở`) is a province's, though its role seldom says so
    if level is None:
        return None

    def named(text: str) -> list[str]:
        found = (_CITY if m["city"] else _without_people(m["name"], people) for m in _of_level(level).finditer(text))
        return [name for name in found if name]

    if own := named(role):
        return f"{level} {own[0]}"
    before, behind = map(named, beside)
    if near := [*before[-1:], *behind[:1], *_only_province(beside, level)]:
        return f"{level} {near[0]}"
    told = Counter(named(f"{article.title}\n{article.text}"))
    most = told.most_common(1)
    # An article that names many is about none of them.
    return f"{level} {most[0][0]}" if most and most[0][1] >= _MOSTLY * told.total() else None


def _only_province(texts: Iterable[str], level: str) -> list[str]:
    """Return the one province that `texts` name, also without its level: `…, Nghệ An đã thu hoạch`; none where they name several."""
    if level not in {"tỉnh", "thành phố"}:
        return []
    found = set()
    for text in texts:
        words = tokens(text)
        found |= {text[words[first].start : words[last].end] for first, last in provinces_in(text)}
    return list(found) if len(found) == 1 else []


def _without_people(name: str, people: Collection[str]) -> str:
    """Return the name of a place without that of somebody behind it: `Lam Giang Lò Văn` Tiến; empty where it is somebody's altogether."""
    written = name.split()
    words = folds(name)
    if len(words) != len(written):
        return name
    province = next((n for n in (3, 2) if is_province(tuple(words[:n]))), 0)
    if province:
        return " ".join(written[:province])
    for at in range(len(words)):
        own = " ".join(words[at:])
        if any(f"{person} ".startswith(f"{own} ") for person in people):
            return " ".join(written[:at])
    return name


_MOSTLY = 0.6
_CITY = "Hồ Chí Minh"


def seat_name(place: str) -> str:
    """Return the name of a place without its level: `Lam Giang` of `tỉnh Lam Giang`."""
    return next((place[len(level) + 1 :] for level in LEVELS.values() if place.startswith(f"{level} ")), place)


@functools.cache
def _of_level(level: str) -> re.Pattern[str]:
    party = {"tỉnh": "Tỉnh ủy", "huyện": "Huyện ủy", "thành phố": "Thành ủy", "thị xã": "Thị ủy"}.get(level)
    heads = [level, level.capitalize()]
    heads += [way for name in ([party, party.lower()] if party else []) for way in (name, name.replace("ủy", "uỷ"))]
    named, ways = rf"(?P<name>{_CAPITALIZED})", "|".join(heads)
    short = {"thành phố": "TP", "thị xã": "TX"}.get(level)
    if short is None:
        return re.compile(rf"(?<!\w)(?P<city>(?!))?(?:{ways}) {named}")
    # `Thành ủy TP Lam Giang`, `UBND TP.Lam Giang`
    city = rf"(?P<city>(?:(?:{ways}) )?(?:TP\.? ?)?HCM\b)" if level == "thành phố" else "(?P<city>(?!))"
    return re.compile(rf"(?<!\w)(?:{city}|(?:(?:{ways}) (?:{short}\.? ?|[Tt]hành phố )?|{short}\.? ?){named})")


def terms_of(found: Sequence[Holder]) -> list[list[Holder]]:
    """Return the mentions person by person: who holds the office by the newest article first, who only left it last."""
    people: dict[Words, list[Holder]] = {}
    written = {holder.person for holder in found}
    whole = [holder for holder in found if (*holder.person, _behind(holder)) not in written]
    for holder in sorted(whole, key=lambda h: len(h.person)):
        # `Ninh Nguyễn Văn Đọc` after `Quảng` is `Nguyễn Văn Đọc`.
        known = next((p for p in people if len(p) > 1 and holder.person[-len(p) :] == p), holder.person)
        people.setdefault(known, []).append(holder)
    for own in people.values():
        own.sort(key=lambda h: h.day or dt.date.min, reverse=True)
    held = [own for own in people.values() if any(not h.former for h in own)]
    held.sort(key=lambda own: max(h.day or dt.date.min for h in own if not h.former), reverse=True)
    return held + [own for own in people.values() if all(h.former for h in own)]


def _behind(holder: Holder) -> str:
    """Return the folded word behind a name: in `Vàng Seo pín`, of a slip of the newspaper's, it is the rest of it."""
    sentence = holder.candidate.sentence
    words = zip(sentence.tokens, sentence.folded, strict=True)
    return next((word for token, word in words if token.start >= holder.name[1]), "")
