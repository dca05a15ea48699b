"""A cut out of a list -> the whole of the list, where several things are asked for: `A, B và C`, of which only A was marked.

The network marks words by how likely each is in the answer, and the list of a sentence has members that are like no answer seen
before: a name, a body that stands between two others belongs to them all the same.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from retrieval.annotation import Sentence
from retrieval.answers.mentions import mentions
from retrieval.answers.roles import role_of
from retrieval.answers.runs import Cut, merged
from retrieval.answers.tasks import clauses_of
from retrieval.questions import Question
from retrieval.vietnamese.names import role_starts
from retrieval.vietnamese.text import norms

_NUMBER = r"(?<!quận )(?<!khóa )(?<!ngày )(?<!tháng )(?<!phường )(?<!ông )(?<!bà )(?:hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|[2-9]|[1-9]\d)"
_NOUN = r"(?:(?!(?:ở|tại|quê|người|có|họp|lấy|bị|làm|phải|cần|tháng)\b)\w+ )"
_SEVERAL = re.compile(
    rf"\bnhững (?:ai|gì|đâu|{_NOUN}{{1,6}}nào|{_NOUN}{{1,3}}gì)\b|\b{_NUMBER} {_NOUN}{{1,5}}nào\b|\bcác (?:\w+ ){{1,3}}nào\b"
    rf"|\b{_NUMBER} {_NOUN}{{1,2}}gì\b|\bgồm (?:gì|ai|(?:\w+ ){{1,3}}nào)\b"
)
_SEVERAL_BARE = re.compile(
    r"\bnhung (?:ai|gi|dau|(?:\w+ ){1,6}nao|(?:(?!lam\b)\w+ ){1,3}gi)\b|\b(?<!quan )(?<!khoa )(?<!ngay )(?<!thang )[2-9] (?:(?!(?:o|tai|que|nguoi|co|thang)\b)\w+ ){1,5}nao\b"
    r"|\bcac (?:\w+ ){1,3}nao\b|\bgom (?:gi|ai|(?:\w+ ){1,3}nao)\b"
)
"""The same without diacritics, where `hai phong` is Hải Phòng and `ba` may be `bà`; with them `Nhung` is somebody's name."""
_JOINS = frozenset("và cùng với ông bà đồng chí các anh chị gồm có là thầy cô ts ths pgs gs".split())
"""Words (canonical) that may stand between two of a list beside what they are."""
_TWO = 2
_OFFICE = 3
"""Words by which an office is known: `phó chủ tịch`, `phó chủ nhiệm`."""
_WITH_DASH = 3
"""Words behind a dash within the name of a body."""
_LONGEST_ROLE = 24
"""Tokens between two people of a list, their offices among them."""


def asks_for_several(question: Question) -> bool:
    """Tell whether the question itself asks for more than one thing: `những ai`, `hai xã nào`, `gồm ai`."""
    written = " ".join(norms(question.asked))
    return (_SEVERAL if question.accented else _SEVERAL_BARE).search(written) is not None


def whole(question: Question, sentence: Sentence, cut: Cut, wants: str) -> Cut:
    """Return `cut` with the members of its list that are lacking, where several are asked for; of who attended, with the clauses between two of it."""
    if question.kind == "attendee":
        cut = _with_clauses(sentence, cut)
    if not asks_for_several(question):
        return cut
    if wants == "person":
        return _with_members(cut, _people(sentence, _office(question)))
    if wants == "body" and question.kind != "where":
        asked = set(question.syllables)
        lists = _listed(sentence, mentions(wants, sentence) or ())
        # Whom the question names is no answer to it.
        new = [[(a, b) for a, b in members if not set(sentence.folded[a : b + 1]) <= asked] for members in lists]
        return _with_members(cut, new)
    return cut


def _with_clauses(sentence: Sentence, cut: Cut) -> Cut:
    """Return the cut with the whole clauses of a list that stand between two of it: `A; B; C`."""
    if len(cut) < _TWO:
        return cut
    clauses = clauses_of(sentence)
    told = [n for n, (a, b) in enumerate(clauses) if any(first <= b and last >= a for first, last in cut)]
    if len(told) == told[-1] - told[0] + 1:
        return cut
    return merged((*cut, *(clauses[n] for n in range(told[0], told[-1]) if n not in told)))


def _with_members(cut: Cut, lists: Sequence[Sequence[tuple[int, int]]]) -> Cut:
    for members in lists:
        lacking = [(a, b) for a, b in members if not any(first <= b and last >= a for first, last in cut)]
        if lacking and len(lacking) < len(members):
            cut = merged((*cut, *lacking))
    return cut


def _listed(sentence: Sentence, found: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return which of `found` stand in one list with each other."""
    lists: list[list[tuple[int, int]]] = []
    for one in found:
        if lists and _joined(sentence, lists[-1][-1][1] + 1, one[0] - 1):
            lists[-1].append(one)
        else:
            lists.append([one])
    return [members for members in lists if len(members) > 1]


def _joined(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether the tokens between two members of a list only join them."""
    gaps = sentence.gaps[first : last + 2]
    between = [sentence.tokens[at].norm for at in range(first, last + 1)]
    return all(word in _JOINS for word in between) and ("và" in between or "C" in gaps or "S" in gaps)


def _people(sentence: Sentence, office: tuple[str, ...]) -> list[list[tuple[int, int]]]:
    """Return the lists of people in a sentence, each with the office between them; without those who have another one than `office`."""
    roles = {person: role_of(sentence, person.first, person.last) for person in sentence.named}
    tokens = sentence.tokens
    spans = [span for span in roles.values() if span]
    lists: list[list[tuple[int, int]]] = []
    before = -1
    for person, role in roles.items():
        between = range(before + 1, person.first)
        bare = [
            at
            for at in between
            if tokens[at].norm not in _JOINS and not any(start <= tokens[at].start < end for start, end in spans)
        ]
        # `Sở Thông tin - truyền thông`: the dash ends the office for whoever reads offices.
        if bare and sentence.gaps[bare[0]] == "D" and all(b - a == 1 for a, b in pairwise(bare)):
            bare = bare[_WITH_DASH:]
        apart = [sentence.gaps[at] for at in range(before + 1, person.first + 1)]
        joins = {tokens[at].norm for at in between} & {"và", "cùng"}
        goes_on = before >= 0 and not bare and len(between) <= _LONGEST_ROLE and (joins or set("CS") & set(apart))
        fits = not office or role is None or _has(sentence, role, office)
        if not goes_on:
            lists.append([])
        if fits:
            lists[-1].append((person.first, person.last))
        before = person.last
    return [members for members in lists if len(members) > 1]


def _has(sentence: Sentence, role: tuple[int, int], office: tuple[str, ...]) -> bool:
    own = [
        fold for token, fold in zip(sentence.tokens, sentence.folded, strict=True) if role[0] <= token.start < role[1]
    ]
    return any(
        tuple(own[at : at + len(office)]) == office and own[max(0, at - 1) : at] != ["pho"]
        for at in range(len(own) - len(office) + 1)
    )


def _office(question: Question) -> tuple[str, ...]:
    """Return the first words of the office that the question asks for: những `phó chủ tịch` nào; none where it asks for no office."""
    words = question.asked_for
    starts = role_starts(words)
    if not starts or "nao" not in words[starts[0] :]:
        return ()
    return tuple(words[starts[0] : words.index("nao", starts[0])])[:_OFFICE]
