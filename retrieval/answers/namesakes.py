"""Whether the articles that name somebody in full mean one person: `Nguyễn Thế Hùng` who is a deputy chair of two towns is two people.

An article means one person by a name. Of two articles the places and the bodies of the offices tell: whoever is somebody in Nà Mạ by one and
somebody in Ba Khe by another is taken for two people; one who goes from office to office of a province, or from the head of its Party to the
government, is not.
"""

import functools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from retrieval.answers.biography import Mention
from retrieval.answers.offices import HELD_BY_MANY, people_of, seat, seat_name
from retrieval.snapshot import Generation
from retrieval.vietnamese.abbreviations import in_full
from retrieval.vietnamese.levels import LEVELS
from retrieval.vietnamese.places import SHORT_CITY, provinces_in
from retrieval.vietnamese.text import folds, norms, tokens

Words = tuple[str, ...]
"""Canonical syllables."""

DOMINANT = 8
"""Of one person this many times as many articles tell as of another of the name: that one is hardly meant, and may be misread."""
_BELOW = frozenset(LEVELS.values()) - {"tỉnh", "thành phố"}
"""Levels below a province; a town, `thành phố`, may be a province or below one."""


def _phrases(*written: str) -> tuple[str, ...]:
    return tuple(f" {' '.join(in_full(words))} " for words in written)


_PRIVATE = _phrases(
    "công ty", "tập đoàn", "ngân hàng", "doanh nghiệp", "hội đồng quản trị", "luật sư", "hiệp hội", "xí nghiệp", "nhà máy", "bệnh viện", "TNHH",
    "hiệu trưởng", "hợp tác xã", "viện trưởng", "giáo sư", "nhà hàng", "khách sạn", "câu lạc bộ",
)  # fmt: skip
"""What stands in a post that is of no authority: who holds it does not go from office to office of a province."""
_GOVERNMENT = _phrases(
    "thủ tướng", "bộ trưởng", "chủ tịch nước", "tổng bí thư", "bộ chính trị", "ban bí thư", "bí thư trung ương", "chủ tịch quốc hội",
)  # fmt: skip
"""The head of the nation's Party and state: there is one of the name."""
_NATION = _phrases(
    "thứ trưởng", "tổng thanh tra", "tối cao", "văn phòng chính phủ", "văn phòng trung ương", "tổ chức trung ương", "nội chính trung ương",
    "tuyên giáo trung ương", "kinh tế trung ương", "kiểm tra trung ương", "dân vận trung ương",
)  # fmt: skip
_HEADS = re.compile(r"(?<!phó )\bbí thư (?:tỉnh|thành) ủy\b")
"""A head of a province's Party goes from there to the government, and back."""
_COMMON = frozenset(
    norms(
        "phó nguyên quyền chủ tịch bí thư giám đốc trưởng ban tổng cục vụ sở phòng ủy viên nhân dân hội đồng thường trực đảng bộ cán công tỉnh huyện xã"
        " quận phường thành phố tp thị trấn nước trung ương việt nam và của kiêm đại biểu quốc đồng chí ông bà tw t ư hđnd ubnd đoàn tâm lãnh đạo thành viên"
        " nhiệm kỳ khóa điện người phát ngôn chuyên trách tổ h q tx tt này trên an"
    )
)
"""Words of offices that tell no body from another."""
_ALIKE = 0.6
"""Share of the words of the shorter of two posts that the other has where they are one."""
_TELLING = 8
"""Words of an office that say enough."""
_ABBREVIATION = 3
"""Letters from which a word may be the initials of others: `HLG` of `Hội Luật gia`."""
_BEGINNING = 600
"""Characters of an article within which it tells where it is from."""
_MOST_READ = 5
"""Articles that tell one office whose beginnings are looked at."""
_CITY = ("hồ", "chí", "minh")


@dataclass(frozen=True)
class Post:
    """An office by which articles call somebody; those that do so in the same words tell the same one."""

    written: Words
    """The name: of `Trịnh Văn Hùng` and `Trịnh Văn Hưng` nobody is both."""
    words: Words
    """The office, abbreviations written out."""
    provinces: frozenset[Words]
    """Provinces and towns of the office: by itself, or by its sentence or article."""
    places: frozenset[tuple[str, Words]]
    """Places below them, with what they are."""
    placed: bool
    """Whether the office itself says where it is, or needs no place: what its sentence or article says is less sure."""
    mentions: tuple[Mention, ...] = field(default=(), compare=False)
    name: str = field(default="", compare=False)
    """As the first article writes it."""
    role: str = field(default="", compare=False)
    begins: tuple[str, ...] = field(default=(), compare=False)
    """How the articles begin."""

    @functools.cached_property
    def near(self) -> str:
        """The canonical words with which the articles begin, with blanks around."""
        return f" {' '.join(norms(' '.join(self.begins)))} "

    @functools.cached_property
    def line(self) -> str:
        """The words of the office, with blanks around."""
        return f" {' '.join(self.words)} "

    @property
    def private(self) -> bool:
        """Whether it is of no authority."""
        return any(phrase in self.line for phrase in _PRIVATE)

    @property
    def government(self) -> bool:
        """Whether it is of the nation's government."""
        return not self.private and any(phrase in self.line for phrase in _GOVERNMENT)

    @property
    def national(self) -> bool:
        """Whether it is of the nation, and so of no province."""
        return self.government or (not self.private and any(phrase in self.line for phrase in _NATION))

    @property
    def leads(self) -> bool:
        """Whether its holder may be of the government next."""
        return self.government or _HEADS.search(self.line) is not None

    @functools.cached_property
    def body(self) -> frozenset[str]:
        """Words of the office without those that every office has, and without its places."""
        named = {word for name in (*self.provinces, *(name for _, name in self.places)) for word in name}
        return frozenset(self.words) - _COMMON - named

    @property
    def tells(self) -> bool:
        """Whether it may tell its holder from a namesake: `đại biểu`, `Phó Chủ tịch` alone do not."""
        many = "_".join(folds(" ".join(self.words[:2]))) in HELD_BY_MANY
        return not many and bool(self.provinces or self.places or self.body or self.national)

    @property
    def articles(self) -> frozenset[int]:
        """The articles that tell it."""
        return frozenset(mention.article for mention in self.mentions)


Person = list[Post]
"""What is told of one person."""


def apart(found: Sequence[Mention], generation: Generation) -> list[Person]:
    """Return what is told of the people of one name, `found`, person by person, of whom most articles tell first.

    What says too little to tell who is meant is left out where there are several, unless the article says more elsewhere.
    """
    posts = _posts(found, generation)
    people = _merged([[post] for post in posts if post.tells and post.placed])
    for post in sorted((p for p in posts if p.tells and not p.placed), key=lambda p: -len(p.words)):
        # By the article, or the place; else by the words: `Chủ tịch UBND tỉnh`, be its article about whatever.
        own = next((person for fits in (_of_person, _by_words) for person in people if fits(post, person)), None)
        if own is None:
            people.append([post])
        else:
            own.append(post)
    people = people or [posts]
    people.sort(key=lambda person: -len(told_by(person)))
    for post in posts:
        if not any(post is other for person in people for other in person):
            own = people[0] if len(people) == 1 else next((p for p in people if post.articles & told_by(p)), None)
            if own is not None:
                own.append(post)
    return people


def told_by(person: Person) -> frozenset[int]:
    """Return the articles that tell of a person."""
    return frozenset[int]().union(*(post.articles for post in person))


def mentions_of(person: Person) -> list[Mention]:
    """Return the sentences that tell what a person is, those of the commonest offices first."""
    return [mention for post in sorted(person, key=lambda p: -len(p.mentions)) for mention in post.mentions]


def likely(people: Sequence[Person]) -> list[Person]:
    """Return those of whom no other is told of `DOMINANT` times as often."""
    most = max(len(told_by(person)) for person in people)
    return [person for person in people if len(told_by(person)) * DOMINANT > most]


def introduced(person: Person) -> tuple[str, str]:
    """Return the name of somebody, and the office that tells him best from his namesakes, with its place where it has one."""

    def telling(post: Post) -> tuple[bool, bool, int, int, int]:
        known = bool(post.places or post.provinces)
        return post.placed and known, known, len(post.mentions), min(len(post.words), _TELLING), -len(post.words)

    best = max(person, key=telling)
    role = " ".join(best.role.split())
    if role.count("(") > role.count(")"):
        role = role[: role.rindex("(")].rstrip()
    where = [" ".join((level, *map(str.capitalize, name))) for level, name in sorted(best.places)] or [
        " ".join(map(str.capitalize, name)) for name in sorted(best.provinces)
    ]
    return best.name, role if best.placed or not where else f"{role} ({', '.join(where)})"


def meant(
    people: Sequence[Person], words: Sequence[str], telling: Collection[str], province: str | None
) -> list[Person]:
    """Return those of `people` who have an office with all `telling` words (folded), or are of such a place; of several the one of `province`.

    Whose very office `words` are is meant; none where nobody has them; the likely ones where there are no words.
    """
    if not telling:
        having = likely(people)
        home = f" {' '.join(norms(province))} " if province else None
        at_home = [p for p in having if home and any(home in post.near for post in p)]
        return at_home if len(at_home) == 1 else having
    line = f" {' '.join(words)} "
    exactly = [p for p in people if any(line in _lines(post) for post in p)]
    within = [p for p in people if any(line in own for post in p for own in _lines(post))]
    wanted = set(telling)
    for having in (exactly[:1], within, [p for p in people if any(wanted <= _words_of([post]) for post in p)]):
        if having:
            return having
    return [p for p in people if wanted <= _words_of(p)]


def _lines(post: Post) -> tuple[str, str]:
    """Return the folded words of an office, in full and as it is written, with blanks around."""
    return f" {' '.join(folds(post.line))} ", f" {' '.join(folds(post.role))} "


def _words_of(person: Person) -> set[str]:
    """Return the folded words of what is told of a person: offices, as they are written and in full, and their places."""
    named = (word for post in person for name in (*post.provinces, *(n for _, n in post.places)) for word in name)
    own = (word for post in person for word in (*post.words, *norms(post.role)))
    levels = (word for post in person for level, _ in post.places for word in norms(level))
    return {fold for word in (*named, *own, *levels) for fold in folds(word)}


def _merged(people: list[Person]) -> list[Person]:
    """Return `people` with those put together who are one."""
    people = list(people)
    at = 0
    while at < len(people):
        other = next((o for o in range(at + 1, len(people)) if any(_of_person(p, people[at]) for p in people[o])), None)
        if other is None:
            at += 1
        else:
            people[at] += people.pop(other)
            at = 0
    return people


def _of_person(post: Post, person: Person) -> bool:
    return any(post.articles & other.articles or _same(post, other) for other in person)


def _by_words(post: Post, person: Person) -> bool:
    return any(_says_no_more(post, other) for other in person)


def _says_no_more(post: Post, other: Post) -> bool:
    return post.written == other.written and post.line in other.line and f" phó{post.line}" not in other.line


def _same(one: Post, other: Post) -> bool:
    """Tell whether two posts, by different articles, are of one person."""
    alike = _alike(one, other)
    if one.written != other.written and not (alike or one.words == other.words):
        return False
    if one.private or other.private:
        return alike
    if one.national or other.national:
        return (
            alike
            or (one.leads and other.leads)
            or _share_province(one, other)
            or _says_no_more(one, other)
            or _says_no_more(other, one)
        )
    placed = _same_place(one, other)
    return placed if placed is not None else alike or one.words == other.words


def _same_place(one: Post, other: Post) -> bool | None:
    """Tell whether the offices of two posts are of one place, or of a place and its province; None where nothing says."""
    if any(a[0] == b[0] and _one_name(a[1], b[1]) for a in one.places for b in other.places):
        return True
    if _within(one, other) or _within(other, one):
        return True
    if {level for level, _ in one.places} & {level for level, _ in other.places}:
        return False
    if one.provinces and other.provinces and not (one.places or other.places):
        return _share_province(one, other)
    return None


def _share_province(one: Post, other: Post) -> bool:
    return any(_one_name(a, b) for a in one.provinces for b in other.provinces)


def _one_name(one: Words, other: Words) -> bool:
    """Tell whether two names of places are one, that an article may cut short: `Thừa Thiên` is `Thừa Thiên Huế`, `Thủy` and `Thuỷ` are one."""
    shorter, longer = sorted((folds(" ".join(one)), folds(" ".join(other))), key=len)
    return longer[: len(shorter)] == shorter


def _within(one: Post, other: Post) -> bool:
    """Tell whether the articles of `one`, which give it no province, are about the one of `other`, or its office has the place of `other`."""
    if not one.places and any(f" {' '.join(name)} " in one.line for _, name in other.places):  # `UBND H.Vân Đồn`
        return True
    if one.provinces or not other.provinces:
        return False
    names = [*(" ".join(name) for name in other.provinces), *(SHORT_CITY if _CITY in other.provinces else ())]
    return any(f" {name} " in one.near for name in names)


def _alike(one: Post, other: Post) -> bool:
    shorter, longer = sorted((one.body, other.body), key=len)
    if not shorter:
        return False
    initials = ["".join(word[0] for word in post.words) for post in (one, other)]
    short = any(
        len(word) >= _ABBREVIATION and word in written
        for post, written in zip((one, other), reversed(initials), strict=True)
        for word in post.body
    )
    return short or len(shorter & longer) >= _ALIKE * len(shorter)


def _posts(found: Sequence[Mention], generation: Generation) -> list[Post]:
    """Return what the mentions tell, each office in the same words and of the same place once, in their order."""
    together: dict[Post, list[Mention]] = {}
    for mention in found:
        article = generation.article(mention.article)
        role = article.text[slice(*mention.role)]
        written, words = tuple(norms(article.text[slice(*mention.name)])), tuple(in_full(role))
        together.setdefault(Post(written, words, *_where(mention, role, words, generation)), []).append(mention)
    return [_told(post, own, generation) for post, own in together.items()]


def _told(post: Post, mentions: Sequence[Mention], generation: Generation) -> Post:
    """Return `post` with where it is told."""
    articles = [generation.article(mention.article) for mention in mentions]
    spans = mentions[0].name, mentions[0].role
    name, role = (" ".join(articles[0].text[slice(*span)].split()) for span in spans)
    begins = tuple(f"{article.title} {article.text[:_BEGINNING]}" for article in articles[:_MOST_READ])
    return replace(post, mentions=tuple(mentions), name=name, role=role, begins=begins)


def _where(
    mention: Mention, role: str, words: Words, generation: Generation
) -> tuple[frozenset[Words], frozenset[tuple[str, Words]], bool]:
    """Return the provinces and the places of an office, and whether it says so itself, or needs none."""
    line = f" {' '.join(words)} "
    provinces = _provinces(role)
    if any(phrase in line for phrase in (*_PRIVATE, *_GOVERNMENT, *_NATION)):
        return frozenset(provinces), frozenset(), True
    article, sentence = generation.article(mention.article), mention.sentence
    around = article.text[sentence.start : mention.role[0]], article.text[mention.role[1] : sentence.end]
    people = people_of(generation, mention.article, generation.sentences(mention.article).words)
    place = seat(role, article, people, around)
    if place is None:
        return frozenset(provinces), frozenset(), True
    name = tuple(norms(seat_name(place)))
    level = place[: -len(seat_name(place)) - 1]
    placed = bool(provinces) or f" {' '.join(name)} " in line
    if level in _BELOW:
        return frozenset(provinces), frozenset([(level, name)]), placed
    return frozenset({*provinces, name}), frozenset(), placed


def _provinces(text: str) -> set[Words]:
    """Return the provinces that `text` names; a city that is written for short in full."""
    found = tokens(text)
    named = {tuple(token.norm for token in found[a : b + 1]) for a, b in provinces_in(text)}
    return named | ({_CITY} if SHORT_CITY.intersection(token.fold for token in found) else set())
