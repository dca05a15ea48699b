"""Whether the articles that name somebody in full mean one person: `Nguyễn Thế Hùng` who is a deputy chair of two towns is two people.

An article means one person by a name. Of two articles the places and the bodies of the offices tell: whoever is somebody in Nà Mạ by one and
somebody in Ba Khe by another is taken for two people; one who goes from office to office of a province, or between it and the ministries, is not.
What cannot be told apart stays together: each office is told with a quote of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.answers.biography import Mention
from retrieval.answers.offices import canonical, people_of, seat, seat_name
from retrieval.articles import Article
from retrieval.snapshot import Generation
from retrieval.vietnamese.places import provinces_in
from retrieval.vietnamese.text import folds, norms, tokens

DOMINANT = 8
"""Of one person this many times as many articles tell as of another of the name: that one is hardly meant, and may be misread."""
_BELOW = frozenset(("huyện", "xã", "phường", "quận", "thị xã", "thị trấn"))
"""Levels below a province; a town, `thành phố`, may be a province or below one."""


def _phrases(*written: str) -> tuple[str, ...]:
    return tuple(f" {' '.join(folds(words))} " for words in written)


_PRIVATE = _phrases(
    "công ty", "tập đoàn", "ngân hàng", "doanh nghiệp", "hội đồng quản trị", "HĐQT", "luật sư", "hiệp hội", "xí nghiệp", "nhà máy", "bệnh viện",
    "hiệu trưởng", "hợp tác xã", "HTX", "TNHH", "viện trưởng", "giáo sư", "nhà hàng", "khách sạn", "câu lạc bộ", "CLB",
)  # fmt: skip
"""What stands in a post that is of no authority: who holds it does not go from office to office of a province."""
_NATION = _phrases(
    "thủ tướng", "bộ trưởng", "thứ trưởng", "chủ tịch nước", "tổng bí thư", "bộ chính trị", "ban bí thư", "ủy viên trung ương", "trung ương đảng",
    "chủ tịch quốc hội", "tổng thanh tra", "tối cao", "văn phòng chính phủ", "văn phòng trung ương", "tổ chức trung ương",
    "nội chính trung ương", "tuyên giáo trung ương", "kinh tế trung ương", "kiểm tra trung ương", "dân vận trung ương",
)  # fmt: skip
_HEADS = re.compile(r"(?<!pho )\bbi thu (?:tinh|thanh) uy\b")
"""A head of a province's Party goes from there to the ministries, and back."""
_COMMON = frozenset(
    folds(
        "phó nguyên quyền chủ tịch bí thư giám đốc trưởng ban tổng cục vụ sở phòng ủy viên nhân dân hội đồng thường trực đảng bộ cán công tỉnh huyện xã"
        " quận phường thành phố tp thị trấn nước trung ương việt nam và của kiêm đại biểu quốc đồng chí ông bà tw hđnd ubnd đoàn tâm lãnh đạo thành viên"
        " nhiệm kỳ khóa điện người phát ngôn chuyên trách tổ h q tx tt"
    )
)
"""Words of offices that tell no body from another."""
_ALIKE = 0.6
"""Share of the words of the shorter of two posts that the other has where they are one."""
_TELLING = 8
"""Words of an office that say enough."""
_ABBREVIATION = 3
"""Letters from which a word may be the initials of others: `HLG` of `Hội Luật gia`."""


@dataclass(frozen=True)
class _Post:
    """What an article says somebody is, and where."""

    mention: Mention
    article: Article
    written: tuple[str, ...]
    """The name as the article writes it, canonical: of `Trịnh Văn Hùng` and `Trịnh Văn Hưng` nobody is both."""
    words: tuple[str, ...]
    """The office, folded, abbreviations written out."""
    provinces: frozenset[str]
    """Provinces and towns of the office, as they are written: by itself, or by its sentence."""
    places: frozenset[tuple[str, str]]
    """Places below them, (level, name as it is written)."""
    private: bool
    national: bool
    leads: bool
    placed: bool
    """Whether the office itself says where it is, or needs no place: what its sentence or article says is less sure."""

    @property
    def body(self) -> frozenset[str]:
        """Words of the office without those that every office has, and without its places."""
        named = (*self.provinces, *(name for _, name in self.places))
        return frozenset(self.words) - _COMMON - {word for name in named for word in folds(name)}

    @property
    def tells(self) -> bool:
        """Whether it may tell its holder from a namesake: `đại biểu`, `Phó Chủ tịch` alone do not."""
        return bool(self.provinces or self.places or self.body or self.national)


def apart(found: Sequence[Mention], generation: Generation) -> list[list[Mention]]:
    """Return the mentions of one name person by person, whom most articles tell of first; each person's in the order of `found`.

    What says too little to tell who is meant is left out where there are several, unless the article says more elsewhere.
    """
    posts = [_post(mention, generation) for mention in found]
    people = _merged([[post] for post in posts if post.tells and post.placed])
    for post in sorted((p for p in posts if p.tells and not p.placed), key=lambda p: -len(p.words)):
        own = next((person for fits in (_by_place, _by_words) for person in people if fits(post, person)), None)
        if own is None:
            people.append([post])
        else:
            own.append(post)
    people = people or [list(posts)]
    people.sort(key=lambda own: -_weight(own))
    for post in posts:
        if not post.tells and not any(post in own for own in people):
            own = people[0] if len(people) == 1 else next((p for p in people if _share_article([post], p)), None)
            if own is not None:
                own.append(post)
    order = {id(mention): at for at, mention in enumerate(found)}
    return [sorted((post.mention for post in own), key=lambda m: order[id(m)]) for own in people if own]


def likely(people: Sequence[Sequence[Mention]]) -> list[Sequence[Mention]]:
    """Return those of whom no other is told of `DOMINANT` times as often."""
    told = [len({mention.article for mention in own}) for own in people]
    return [own for own, count in zip(people, told, strict=True) if count * DOMINANT > max(told)]


def _by_place(post: _Post, person: Sequence[_Post]) -> bool:
    """Tell whether a post of which the article alone may say where it is, is of `person`: by the article, or the place."""
    return _same_person([post], person)


def _by_words(post: _Post, person: Sequence[_Post]) -> bool:
    """Tell whether it says no more than a post of `person` does: `Chủ tịch UBND tỉnh`, be its article about whatever."""
    return any(_says_no_more(post, other) for other in person)


def _says_no_more(post: _Post, other: _Post) -> bool:
    own, whole = (f" {' '.join(p.words)} " for p in (post, other))
    return post.written == other.written and own in whole and f" pho{own}" not in whole


def naming(person: Sequence[Mention], generation: Generation) -> tuple[str, str]:
    """Return the name of somebody, and the office that tells him best from his namesakes, with its place where it has one."""
    posts = [_post(mention, generation) for mention in person]

    def telling(post: _Post) -> tuple[bool, bool, int, int]:
        known = bool(post.places or post.provinces)
        return post.placed and known, known, min(len(post.words), _TELLING), -len(post.words)

    best = max(posts, key=telling)
    name, role = (" ".join(best.article.text[slice(*span)].split()) for span in (best.mention.name, best.mention.role))
    places = [f"{level} {place}" for level, place in sorted(best.places)] or sorted(best.provinces)
    if not best.placed and places:
        role = f"{role} ({', '.join(places)})"
    return name, role


def meant(
    people: Sequence[Sequence[Mention]], words: Sequence[str], province: str | None, generation: Generation
) -> list[Sequence[Mention]]:
    """Return those of `people` in whose offices, or of whose places, all `words` (folded) stand; of several the one of `province`.

    The likely ones where there are no words, or nobody has them.
    """
    wanted = set(canonical(words))
    having = [own for own in people if wanted and wanted <= _words_of(own, generation)] or likely(people)
    at_home = [own for own in having if province and any(province in generation.article(m.article).text for m in own)]
    return at_home if len(at_home) == 1 else having


def _words_of(person: Sequence[Mention], generation: Generation) -> set[str]:
    posts = [_post(mention, generation) for mention in person]
    written = [name for post in posts for name in (*post.provinces, *(part for place in post.places for part in place))]
    return {word for post in posts for word in post.words} | {word for name in written for word in folds(name)}


def _merged(groups: list[list[_Post]]) -> list[list[_Post]]:
    """Return `groups` with those of one person put together."""
    groups = list(groups)
    at = 0
    while at < len(groups):
        other = next((o for o in range(at + 1, len(groups)) if _same_person(groups[at], groups[o])), None)
        if other is None:
            at += 1
        else:
            groups[at] += groups.pop(other)
            at = 0
    return groups


def _weight(person: Sequence[_Post]) -> int:
    return len({post.mention.article for post in person})


def _share_article(one: Sequence[_Post], other: Sequence[_Post]) -> bool:
    return not {p.mention.article for p in one}.isdisjoint(p.mention.article for p in other)


def _same_person(one: Sequence[_Post], other: Sequence[_Post]) -> bool:
    return _share_article(one, other) or any(_same(a, b) for a in one for b in other)


def _same(one: _Post, other: _Post) -> bool:
    """Tell whether two posts, by different articles, are of one person."""
    alike = _alike(one, other)
    if one.written != other.written and not (alike or one.words == other.words):
        return False
    if one.private or other.private:
        return alike
    if one.national or other.national:
        elite = (one.national or one.leads) and (other.national or other.leads)
        beside = _share_province(one, other) or any(
            post.national and not of.national and _within(of, post) for post, of in ((one, other), (other, one))
        )
        return elite or beside or _says_no_more(one, other) or _says_no_more(other, one)
    placed = _same_place(one, other)
    return placed if placed is not None else alike or one.words == other.words


def _same_place(one: _Post, other: _Post) -> bool | None:
    """Tell whether the offices of two posts are of one place, or of a place and its province; None where nothing says."""
    if one.places & other.places or _within(one, other) or _within(other, one):
        return True
    if {level for level, _ in one.places} & {level for level, _ in other.places}:
        return False
    if one.provinces and other.provinces and not (one.places or other.places):
        return _share_province(one, other)
    return None


def _share_province(one: _Post, other: _Post) -> bool:
    """Tell whether two offices are of one province: `Thừa Thiên` is `Thừa Thiên Huế`."""
    pairs = [tuple(sorted((_key(p), _key(q)))) for p in one.provinces for q in other.provinces]
    return any(f"{longer} ".startswith(f"{shorter} ") for shorter, longer in pairs)


def _key(name: str) -> str:
    return " ".join(folds(name))


def _within(one: _Post, other: _Post) -> bool:
    """Tell whether the article of `one`, which gives it no province, names the one of `other`, or its office the place of `other`."""
    own = f" {' '.join(one.words)} "
    if not one.places and any(f" {_key(name)} " in own for _, name in other.places):  # `UBND H.Vân Đồn`
        return True
    ways = [way for name in other.provinces for way in (name, *(_SHORT if name == _CITY else ()))]
    return not one.provinces and any(way in one.article.text for way in ways)


def _alike(one: _Post, other: _Post) -> bool:
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


def _post(mention: Mention, generation: Generation) -> _Post:
    article = generation.article(mention.article)
    role = article.text[slice(*mention.role)]
    words = canonical(folds(role))
    line = f" {' '.join(words)} "
    private = any(phrase in line for phrase in _PRIVATE)
    national = not private and any(phrase in line for phrase in _NATION)
    provinces = _provinces(role)
    places: set[tuple[str, str]] = set()
    placed = bool(private or national or provinces)
    if not (national or private):
        sentence = mention.sentence
        around = article.text[sentence.start : mention.role[0]], article.text[mention.role[1] : sentence.end]
        people = people_of(generation, mention.article, generation.sentences(mention.article).words)
        place = seat(role, article, people, around)
        name = seat_name(place) if place else ""
        level = place[: -len(name) - 1] if place else ""
        if place and level in _BELOW:
            places.add((level, name))
        elif place:
            provinces.add(name)
        placed = placed or (bool(name) and name in role) or not place
    written = tuple(norms(article.text[slice(*mention.name)]))
    leads = _HEADS.search(line) is not None
    return _Post(
        mention, article, written, words, frozenset(provinces), frozenset(places), private, national, leads, placed
    )


def _provinces(text: str) -> set[str]:
    """Return the provinces that `text` names, as it writes them; a city that is written for short in full."""
    found = tokens(text)
    named = {text[found[a].start : found[b].end] for a, b in provinces_in(text)}
    short = {way.lower() for way in _SHORT}
    return named | ({_CITY} if short.intersection(token.fold for token in found) else set())


_CITY = "Hồ Chí Minh"
_SHORT = ("HCM", "TPHCM")
