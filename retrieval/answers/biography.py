"""`Mùa A Sơn là ai?`, `ông Lò làm chức gì`: the role that an article gives a person, verbatim, with the article's date.

A role is told as of the article, never as of today.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from retrieval.annotation import Sentence
from retrieval.answers.callings import calling_of
from retrieval.answers.context import Context
from retrieval.answers.roles import role_of
from retrieval.answers.sentences import Candidate
from retrieval.directory import Directory, Name
from retrieval.questions import Question
from retrieval.snapshot import Generation
from retrieval.vietnamese.names import LONGEST, TITLES, people, role_starts, surnames
from retrieval.vietnamese.text import Token, folds, has_diacritics, tokens

_ASKS = re.compile(
    r"\b(?:la ai|giu chuc|chuc gi|lam chuc|dam nhiem chuc|giu cuong vi|cuong vi gi|la can bo gi|lam gi o tinh)\b"
    r"|\b(?<!cac )(?<!nhung )(?<!nhieu )(?<!moi )(?<!so )chuc (?:vu|danh)\b"
    r"|\b(?:gio|nay|hien|tai) (?:van|con)(?: dang)? (?:lam|giu)\b"
    r"|\b(?:hien|bay|gio)(?: (?:nay|tai|gio))? (?:dang )?lam gi(?: (?:vay|the|a|o dau|roi))*$"
)
_BEGINS_NOW = re.compile(r"^(?:(?:cho|minh|em|hoi|xin|the|vay) )*(?:hien (?:nay|tai|gio)|bay gio|gio) ")
_DOES_WHAT = re.compile(r"\b(?:dang |con )?lam gi(?: (?:vay|the|a|o dau|roi))*$")
"""`Bây giờ ông Tư làm gì?`"""
_FILLING = frozenset(
    "cho minh toi em hoi xin voi biet a oi nhe nhi the vay nguoi ten la ai gi nao thi dang hien tai nay bay gio hom dau vu danh chuc giu lam trong so ay"
    " ta do kia co ko con ong ba anh chi bac chu dong thua".split()
)
"""Words (folded) that neither name anybody nor say of when, or beside what, the office is asked."""
_WHETHER = frozenset(("phai", "dung", "khong"))
_HOLDS = frozenset("la lam giu chuc dang hien".split())
"""Words (folded) between a person and the office that he holds."""
_BESIDES = frozenset("thi ma khi nen va roi neu".split())
"""Words with which more is asked than who holds an office."""
_NAME_SIZES = range(2, LONGEST + 1)
"""Syllables of a whole name."""
_QUALIFY = frozenset(("nguyen", "quyen"))
_OF_MONKS = frozenset(("thich",))
_OF_PLACE = frozenset(("o", "tai", "cua", "ben"))
_SOMEBODY_ELSE = frozenset(("ong", "ba", "anh", "bac"))
"""Words (folded) within what is no name: `truong doan thanh tra nha ong Tu`."""
_LONGEST_PLACE = 4
"""Words behind `ở` that are taken for its place."""


@dataclass(frozen=True)
class Role:
    """A person and the role the sentence of `candidate` gives; offsets in the article's text."""

    candidate: Candidate
    name: tuple[int, int]
    role: tuple[int, int]


@dataclass(frozen=True)
class Mention:
    """A sentence of the article at row `article` that tells what somebody is: his name and his office or calling, offsets in the text."""

    article: int
    sentence: Sentence
    name: tuple[int, int]
    role: tuple[int, int]
    office: bool
    """Whether it is an office; else it is a calling."""


MOST_LOOKED_AT = 400
"""Sentences with a name that are looked at, the newest articles first."""


@dataclass(frozen=True)
class Named:
    """A sentence of the article at row `article` that names somebody, by its tokens `first` to `last`."""

    article: int
    sentence: Sentence
    first: int
    last: int

    @property
    def name(self) -> list[Token]:
        """The name, as it is written."""
        return list(self.sentence.tokens[self.first : self.last + 1])


def occurrences(name: Name, generation: Generation, directory: Directory) -> list[Named]:
    """Return where the articles of the whole generation name `name`, newest first: those found by a search may be others."""
    places = sorted(directory.mentions(name), key=lambda place: -int(generation.published[place[0]]))[:MOST_LOOKED_AT]
    return [
        Named(row, sentence, person.first, person.last)
        for row, sentence in ((row, generation.sentences(row)[index]) for row, index in places)
        for person in sentence.named
        if sentence.folded[person.first : person.last + 1] == name
    ]


def told_of(named: Sequence[Named]) -> list[Mention]:
    """Return what is said of those who are `named`: offices if there are any, else callings."""
    for of in (role_of, calling_of):
        told = ((n, of(n.sentence, n.first, n.last)) for n in named)
        found = [
            Mention(n.article, n.sentence, _offsets(n.sentence, n.first, n.last), role, of is role_of)
            for n, role in told
            if role is not None
        ]
        if found:
            return found
    return []


def beside(question: Question, name: Name) -> tuple[str, ...]:
    """Return the words (folded) with which a question that asks who `name` is, or whether he is that, says more of him: an office, a place."""
    around = _around(question.syllables)
    closing = around[1] if around else list(question.syllables)
    while closing and closing[-1] in _WHETHER | _CLOSING:
        closing.pop()
    words = [*around[0], *closing] if around else closing
    at = _at(words, name)
    if at is None:
        return ()
    before, behind = words[:at], words[at + len(name) :]
    while before and before[-1] in _HONORIFICS:
        before.pop()
    rest = [*_without_opening(before), *_without_opening(behind, _HOLDS | _OF_PLACE | _BESIDES)]
    return tuple(rest)


def telling(words: Sequence[str]) -> frozenset[str]:
    """Return those of the words beside a name that tell who is meant; none where they only call somebody `luật sư`, `trung tướng`."""
    if tuple(words) in _CALLED_SO:
        return frozenset()
    return frozenset(words) - (_FILLING - _OF_NAMES) - _WHETHER - TITLES - _OF_PLACE


def _without_opening(words: Sequence[str], opening: frozenset[str] | None = None) -> list[str]:
    """Return `words` without those at their beginning that only open a question: `cho em hỏi`; or that are of `opening`."""
    opens = _OPENING if opening is None else opening
    first = next((at for at, word in enumerate(words) if word not in opens), len(words))
    return list(words[first:])


def _at(words: Sequence[str], name: Name) -> int | None:
    """Return where `name` begins among folded `words`, the last time; None where it does not stand there."""
    return next((i for i in range(len(words) - len(name), -1, -1) if tuple(words[i : i + len(name)]) == name), None)


def names_office(question: Question, name: Name) -> bool:
    """Tell whether a question asks who `name` is and gives an office of his right beside the name: `Mùa A Sơn, Chủ tịch UBND tỉnh, là ai?`."""
    around = _around(question.syllables)
    at = _at(around[0], name) if around else None
    if around is None or at is None:
        return False
    before, behind = _without_opening(around[0][:at]), around[0][at + len(name) :]
    if behind:
        whole = _JOINS.isdisjoint(behind) and behind[:2] != [
            "chu",
            "tri",
        ]  # `ông A, trưởng trạm, được bổ nhiệm chức gì`
        return whole and _begins_office(behind) and _FILLING.issuperset(before)
    # `bí thư tỉnh ủy dự lễ với ông A là ai` asks for somebody else.
    whole = len(before) <= _LONGEST_OFFICE and _JOINS.isdisjoint(before) and not _HONORIFICS.intersection(before[-1:])
    return bool(before) and whole and (_begins_office(before) or tuple(before) in _CALLED_SO)


def asks_of_somebody(question: Question) -> bool:
    """Tell whether a question has the words that ask who somebody is."""
    return _around(question.syllables) is not None


def asks_who_is(question: Question, name: Name) -> bool:
    """Tell whether a question is `ai là` and a whole name: `Ai là Mùa A Sơn?`."""
    words = _without_opening(list(question.syllables))
    return words[:2] == ["ai", "la"] and tuple(words[2 : 2 + len(name)]) == name and len(words) <= len(name) + _TAIL


_LONGEST_OFFICE = 10
"""Words of an office right before a name."""
_JOINS = frozenset(
    "voi cung cua ve trong bi duoc theo thay cho gap moi tai o den va ki khi sau truoc bao tiep noi".split()
)
"""Words (folded) that no office has, and what is told of somebody has."""
_TAIL = 3
"""Words that `ai là`, and what a question ends with, have."""
_OPENING = _WHETHER | frozenset(
    "cho minh toi em hoi xin voi biet a oi the vay thi o tai cua ben ban co ong ba anh la lam giu dang".split()
)
"""Words (folded) that a question, or what stands beside a name, begins with."""
_CLOSING = frozenset("a nhi nhe vay the ha roi".split())
_OF_NAMES = frozenset("hoi chu dong vu so chi do trong ta ba bac".split())
"""Fillers (folded) that offices and places have, too: `Chủ tịch Hội`, `Sở`, `Hội An`."""
_CALLED_SO = frozenset(
    tuple(pair.split())
    for pair in (
        "luat su", "bac si", "nha bao", "ki su", "giao su", "tien si", "nghe si", "ca si", "phong vien", "trung tuong", "trung ta", "dai tuong", "dai ta",
        "thuong tuong", "thuong ta", "thieu tuong", "thieu ta",
    )
)  # fmt: skip
"""What people are called besides an office (folded): `luật sư`, `trung tướng`."""


def asks_to_confirm(question: Question, name: Name = ()) -> bool:
    """Tell whether the question asks whether somebody holds an office, and nothing besides: `có phải ông Mùa A Sơn là Phó Bí thư không`.

    Where his whole `name` is known to the articles, it is that, whatever words it has: `Đinh La Thắm là Bí thư`. The office that an article gives him is
    told, for yes or no is more than is known.
    """
    words = list(question.syllables)
    if not question.yes_no:
        return False
    first = next((at for at, word in enumerate(words) if word not in _FILLING | _WHETHER), len(words))
    last = next((at for at in range(first + 1, len(words)) if words[at] in _HOLDS), len(words))
    called = bool(words[first - 1 : first] and words[first - 1] in _HONORIFICS)
    known = _at(words, name) if name else None
    if known is not None:
        opened = (_FILLING | _WHETHER).issuperset(words[:known])
        first, last, called = known, known + len(name), opened and not _HOLDS.isdisjoint(words[known + len(name) :][:1])
    office = next((at for at in range(last, len(words)) if words[at] not in _HOLDS | _WHETHER), len(words))
    surname = known is None and last - first > 1 and words[first] in surnames()
    return (
        last - first <= LONGEST
        and (called or surname)
        and office in role_starts(words)
        and _BESIDES.isdisjoint(words[office:])
    )


def asks_role(question: Question) -> bool:
    """Tell whether the question asks who a person is, or what office he holds, and nothing besides.

    `Trước khi về tỉnh ông Tư giữ chức gì?` and `Trưởng đoàn thanh tra nhà ông Tư là ai?` are not answered by any office of his that stands in an article:
    of 67 questions of all sets to which one was told so, seven were answered rightly.
    """
    whom = _whom(question)
    if whom is None:
        return False
    words = list(question.syllables)
    name, left = whom
    if not left or _written_as_name(question.asked, [*left, *name]):
        return True
    if _begins_office(left):  # `Trưởng đoàn là ai?` asks who holds an office
        return False
    # Without capitals what is left is a name where it is as short as one, and begins like one; `ông ấy lúc đó giữ chức gì` names no Lục.
    before = words[max(0, words.index(left[0]) - 1)]
    named_so = before in _HONORIFICS or not (question.points_back or before in _POINTING)
    written_so = _typed_plainly(question.asked) or _has_capitals(question.asked, left)
    return not name and len(left) <= LONGEST and left[0] in {*surnames(), *_OF_MONKS} and named_so and written_so


def _typed_plainly(asked: str) -> bool:
    """Tell whether a question was typed without capitals, but for its first letter."""
    return asked[1:] == asked[1:].lower()


def _has_capitals(asked: str, words: Sequence[str]) -> bool:
    """Tell whether the folded `words` stand side by side in `asked`, each with a capital: `ông Tự`; not the `Y tế` of a department."""
    found = tokens(asked)
    size = len(words)
    return any(
        [token.fold for token in found[at : at + size]] == list(words)
        and all(asked[token.start].isupper() for token in found[at : at + size])
        for at in range(len(found) - size + 1)
    )


def _written_as_name(asked: str, name: Sequence[str]) -> bool:
    """Tell whether the folded words of `name`, as many as a whole one has, are written as one in `asked`: `TS Hồ Văn Phong`, `Thích Gia Lâm`."""
    return len(name) in _NAME_SIZES and _has_capitals(asked, name)


def _begins_office(words: Sequence[str]) -> bool:
    """Tell whether folded words begin with an office; those of the family Nguyễn do not, for which `nguyên` is written without diacritics."""
    starts = role_starts(words)
    return 0 in starts and (words[0] not in _QUALIFY or 1 in starts)


def _whom(question: Question) -> tuple[list[str], list[str]] | None:
    """Return the name (folded) of whom the question asks who he is, and what words are left beside; None where it does not ask that."""
    around = _around(question.syllables)
    if around is None:
        return None
    before, behind = around
    found = tokens(question.asked)
    named = next(iter(people(question.asked, found)), None)
    name = [token.fold for token in found[named.first : named.last + 1]] if named else []
    if not name and not question.points_back:
        plain = not has_diacritics(question.asked)
        name = _typed_name(before) if plain else _capital_name(question.asked, before)
    return name, [*_left(before, name), *_left(behind, name)]


def _around(words: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Return the folded words before and behind those that ask who somebody is; None where none do."""
    text = " ".join(words)
    asks = _ASKS.search(text) or (_DOES_WHAT.search(text) if _BEGINS_NOW.match(text) else None)
    return (text[: asks.start()].split(), text[asks.end() :].split()) if asks else None


def _capital_name(asked: str, words: Sequence[str]) -> list[str]:
    """Return the name with which `words`, the first of `asked`, end, each with a capital: `Hầu A Lềnh`; empty where they end with none."""
    found = tokens(asked)[: len(words)]
    at = len(found)
    while at and asked[found[at - 1].start].isupper():
        at -= 1
    name = list(words[at:])
    return name if len(name) in _NAME_SIZES and not _begins_office(name) and _FILLING.issuperset(words[:at]) else []


def _typed_name(words: Sequence[str]) -> list[str]:
    """Return the name with which words (folded) end that were typed without capitals: cho em hoi `vu thi pao`; empty where they end with none."""
    for at in range(max(0, len(words) - LONGEST), len(words) - 1):
        begins = (words[at] in surnames() or words[at] in _OF_MONKS) and not _begins_office(words[at:])
        if begins and _FILLING.issuperset(words[:at]) and _SOMEBODY_ELSE.isdisjoint(words[at + 1 :]):
            return list(words[at:])
    return []


def asks_who(question: Question, name: Sequence[str]) -> bool:
    """Tell whether the question asks who it is that articles call `name` (folded), and nothing besides: `ung van khiem la ai`."""
    around = _around(question.syllables)
    return around is not None and TITLES.issuperset(word for part in around for word in _left(part, name))


def names_whom(question: Question) -> bool:
    """Tell whether a question that `asks_role` names the person, and does not only point back to him (`ông ấy là ai`) or say what he does."""
    whom = _whom(question)
    if whom is None or question.points_back:
        return False
    name, left = whom
    if name or (left and _written_as_name(question.asked, left)):
        return True
    # Typed without capitals; `người phụ trách Sở Giao thông vận tải` has some, and they are no name's.
    plain = _typed_plainly(question.asked)
    together = " ".join(left) in " ".join(question.syllables)
    return len(left) in _NAME_SIZES and plain and together and left[0] in {*surnames(), *_OF_MONKS}


def _left(words: Sequence[str], name: Sequence[str]) -> list[str]:
    """Return the words that are neither of `name`, nor of a place behind `ở`, nor such as say nothing."""
    left: list[str] = []
    at = 0
    while at < len(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if name and list(words[at : at + len(name)]) == list(name):
            at += len(name)
        elif words[at] in _OF_PLACE and following and following not in _HONORIFICS:
            at += 1 + _LONGEST_PLACE
        else:
            left += [] if words[at] in _FILLING or words[at] in _OF_PLACE else [words[at]]
            at += 1
    return left


def of_whom(question: Question) -> tuple[int, int] | None:
    """Return the first and the last token of `question.asked` that may name whom it asks about: `nong thi mai` giu chuc gi; None where it asks for no role, or begins with that."""
    words = [token.fold for token in tokens(question.asked)]
    around = _around(words)
    size = len(around[0]) if around else 0
    first = next((at for at in range(size) if words[at] not in _BEFORE_NAMES), size)
    return (first, size - 1) if first < size else None


def roles(context: Context) -> list[Role]:
    """Return the roles of the people whom the question names by two syllables or more, best article first, one a person and article.

    `vậy ông ấy làm chức gì` names nobody: it asks for whom the questions before named last.
    """
    question = context.asked.question
    own = _told_of(context, folds(question.asked), role_of)
    if own or not question.points_back:
        return own
    before = folds(question.text)
    found = [role for role in _told_of(context, before, role_of) if not _of_other_sex(question, before, context, role)]
    latest = max((_last_at(before, context, role) for role in found), default=-1)
    return [role for role in found if _last_at(before, context, role) == latest]


def callings(context: Context) -> list[Role]:
    """Return what else than an office is said of the people whom the question names, best article first, one a person and article."""
    return _told_of(context, folds(context.asked.question.asked), calling_of)


def mentioned(context: Context) -> list[Role]:
    """Return where people whom the question names by two syllables or more stand first, best article first; for a role, which none needs to have, the name."""
    return _told_of(context, folds(context.asked.question.asked), _offsets)


_MEN, _WOMEN = frozenset(("ong", "anh", "chu")), frozenset(("ba", "chi", "co"))


def _of_other_sex(question: Question, before: Sequence[str], context: Context, role: Role) -> bool:
    """Tell whether `bà ấy` cannot be the person of `role`: the question before calls him `ông`."""
    pointing = next((a for a, b in pairwise(question.syllables) if a in _MEN | _WOMEN and b in _POINTING), "")
    at = _last_at(before, context, role)
    called = before[at - 1] if at > 0 else ""
    return (pointing in _WOMEN and called in _MEN) or (pointing in _MEN and called in _WOMEN)


def _last_at(words: Sequence[str], context: Context, role: Role) -> int:
    """Return where the name of `role` stands last among `words`."""
    name = folds(context.articles[role.candidate.hit].text[slice(*role.name)])
    return max((i for i in range(len(words)) if list(words[i : i + len(name)]) == name), default=-1)


def _told_of(
    context: Context, words: Sequence[str], of: Callable[[Sentence, int, int], tuple[int, int] | None]
) -> list[Role]:
    """Return what `of` finds said of each person who is named among `words`, one a person and article."""
    asked = {tuple(words[i : i + n]) for n in _NAME_SIZES for i in range(len(words) - n + 1)}
    found: list[Role] = []
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for hit, sentences in enumerate(context.sentences):
        for index, sentence in enumerate(sentences):
            for person in sentence.named:
                name = sentence.folded[person.first : person.last + 1]
                if len(name) < 2 or name not in asked or (hit, name) in seen:
                    continue
                place = of(sentence, person.first, person.last)
                if place is None:
                    continue
                seen.add((hit, name))
                found.append(
                    Role(Candidate(hit, index, sentences), _offsets(sentence, person.first, person.last), place)
                )
    return found


_HONORIFICS = frozenset({"ong", "ba", "anh", "chi", "co", "chu", "bac"})
_CALLED = frozenset({"ông", "bà", "anh", "chị", "cô", "chú", "bác"})
_BEFORE_NAMES = _HONORIFICS | {"dong", "chi", "vay", "the", "con"}
_POINTING = frozenset({"ay", "nay", "do", "kia", "ta", "nao", "la", "co", "giu", "lam"})
_MOST_NAMESAKES = 4


def half_named(context: Context) -> tuple[str, str] | None:
    """Return the honorific and the one syllable by which the question names a person, as typed: (`ông`, `Lò`); None else."""
    if mentioned(context):  # `vu chu pao` is no `chú Páo`
        return None
    asked = context.asked.question.asked
    found = tokens(asked)
    accented = has_diacritics(asked)
    for at, token in enumerate(found[:-1]):
        name = found[at + 1]
        called = token.norm in _CALLED if accented else token.fold in _HONORIFICS  # `Thành Cổ Loa` is no `cô Loa`
        if called and name.fold not in _POINTING and name.fold.isalpha():
            following = found[at + 2].fold if at + 2 < len(found) else ""
            if _is_name(context, name.fold, following):
                return asked[token.start : token.end], asked[name.start : name.end]
    return None


def _is_name(context: Context, syllable: str, following: str) -> bool:
    """Tell whether `syllable` alone names somebody in the articles: a name that goes on in the question is a whole one."""
    named = False
    for sentence in (s for article in context.sentences for s in article):
        for person in sentence.named:
            name = sentence.folded[person.first : person.last + 1]
            if any(a == syllable and b == following for a, b in pairwise(name)):
                return False
            named = named or (len(name) > 1 and syllable in {name[0], name[-1]})
    return named


def sharing(context: Context, syllable: str) -> list[Role]:
    """Return the people of the articles found whose family or given name is `syllable`, each once, with the role given first."""
    wanted = folds(syllable)[0]
    found: dict[tuple[str, ...], Role] = {}
    for hit, sentences in enumerate(context.sentences):
        for index, sentence in enumerate(sentences):
            for person in sentence.named:
                name = sentence.folded[person.first : person.last + 1]
                if len(name) < 2 or wanted not in {name[0], name[-1]} or name in found:
                    continue
                place = role_of(sentence, person.first, person.last)
                if place is not None:
                    where = _offsets(sentence, person.first, person.last)
                    found[name] = Role(Candidate(hit, index, sentences), where, place)
    return list(found.values())[:_MOST_NAMESAKES]


def _offsets(sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    return sentence.tokens[first].start, sentence.tokens[last].end
