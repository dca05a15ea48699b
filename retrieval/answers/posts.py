"""The office that a question gives somebody, held against the evidence: a deputy is not the head, nor the chair of one body that of another.

Who holds an office is told by `offices.py` where nothing else is asked; this is for `giám đốc sở … ký văn bản là ai`, `chủ tịch tỉnh nói gì`.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from retrieval.annotation import Sentence
from retrieval.answers.context import Context
from retrieval.answers.drafts import Draft
from retrieval.answers.offices import ASKS_HOLDER, BEFORE_OFFICES, Words, canonical, title_at
from retrieval.answers.roles import role_of
from retrieval.questions import Question
from retrieval.vietnamese.abbreviations import spell_out
from retrieval.vietnamese.names import Person, people
from retrieval.vietnamese.places import is_province
from retrieval.vietnamese.text import folds, tokens

_OF_ONE_EVENT = frozenset(("truong_doan", "truong_ban", "pho_truong_doan", "pho_truong_ban", "to_truong", "pho_ban"))
"""What somebody is beside his office: who leads a delegation is told by another role."""
_OTHER_TITLES = (("chi", "cuc", "truong"), ("cuc", "truong"), ("hieu", "truong"), ("tong", "bien", "tap"))
_SAYS = re.compile(
    r"\b(?:noi|chi dao|phat bieu|yeu cau|nhan manh|khang dinh|de nghi|keu goi|hua|cam ket|dan do|luu y)"
    r" (?:nhung )?(?:gi|sao|the nao|ra sao)\b"
)
_AROUND = 2
"""Sentences before the one that tells something within which its speaker is named, mostly."""
_FAR = 6
"""Those within which he may be."""
_GOES_ON = re.compile(
    r"^(?:ong|ba|dong chi)(?: \w+)? (?:cung |da )?(?:noi|chi dao|phat bieu|yeu cau|nhan manh|khang dinh|de nghi|keu goi|hua|cam ket|cho biet|cho rang|luu y)\b"
)
_OPENING = 6
_LONGEST_BODY = 8
_BEHIND_BODY = frozenset("o den tham ky ki trao vua bi duoc sau truoc khi".split())
"""Behind these words stands where and when something was, no part of an office: `giám đốc công an tỉnh dự lễ ở Hà Nội`."""


@dataclass(frozen=True)
class _Post:
    title: Words
    body: Words


def other_post(context: Context, draft: Draft) -> bool:
    """Tell whether whoever `draft` tells holds another office than the one by which the question calls him, as far as the article says.

    A role that many have at one event, `trưởng đoàn`, is no office.
    """
    post = _asked_for(context.asked.question)
    if post is None or _appoints(draft.candidate.sentence, post):
        return False
    return bool(draft.people) and all(_holds_another(context, draft, post, person) for person in draft.people)


def of_the_post(context: Context, draft: Draft) -> Draft:
    """Return `draft` with those people alone who may hold the office asked for, where others whom it names hold another."""
    post = _asked_for(context.asked.question)
    if post is None:
        return draft
    kept = tuple(p for p in draft.people if not _holds_another(context, draft, post, p))
    if not kept or len(kept) == len(draft.people):
        return draft
    return replace(draft, cut=tuple((p.first, p.last) for p in kept), typed=None)


def _appoints(sentence: Sentence, post: _Post) -> bool:
    """Tell whether a sentence tells of somebody who comes into an office, and so has another one yet."""
    words = sentence.folded
    titled = any(words[at : at + len(post.title)] == post.title for at in range(len(words)))
    return titled and _APPOINTING.search(" ".join(words)) is not None


_APPOINTING = re.compile(
    r"\b(?:giu chuc|giu cuong vi|bau|bo nhiem|dieu dong|phan cong|chi dinh|luan chuyen|phe chuan|thay|tiep quan|dam nhan)\b"
)


def _asked_for(question: Question) -> _Post | None:
    """Return the office that begins a question for who has it: `chủ tịch tỉnh ký văn bản … là ai`."""
    post = _begins_with(question)
    own = " ".join(folds(spell_out(question.asked)))
    return post if post is not None and ASKS_HOLDER.search(own) else None


def _begins_with(question: Question) -> _Post | None:
    words = folds(spell_out(question.asked))
    for at in range(len(words)):
        title = _title(words, at)
        if title:
            if "_".join(title) in _OF_ONE_EVENT or not BEFORE_OFFICES.match(" ".join(words[:at])):
                return None
            behind = at + len(title)
            body = words[behind : behind + _LONGEST_BODY]
            end = next((n for n, word in enumerate(body) if word in _BEHIND_BODY), len(body))
            return _Post(title, canonical(body[:end]))
    return None


def _title(words: Sequence[str], at: int) -> Words:
    return title_at(words, at) or next((t for t in _OTHER_TITLES if tuple(words[at : at + len(t)]) == t), ())


def _holds_another(context: Context, draft: Draft, post: _Post, person: Person) -> bool:
    sentence = draft.candidate.sentence
    name = sentence.folded[person.first : person.last + 1]
    found = [tuple(folds(role)) for role in _roles(context, draft.candidate.hit, name)]
    titled = [role for role in found if any(_title(role, at) for at in range(len(role)))]
    return bool(titled) and not any(_is_post(role, post) for role in titled)


def _roles(context: Context, hit: int, name: Sequence[str]) -> Iterator[str]:
    """Yield the roles that an article gives a person."""
    text = context.articles[hit].text
    for sentence in context.sentences[hit]:
        for person in sentence.named:
            if sentence.folded[person.first : person.last + 1] == tuple(name):
                span = role_of(sentence, person.first, person.last)
                if span is not None:
                    yield text[slice(*span)]


def _is_post(role: Words, post: _Post) -> bool:
    """Tell whether a role may be an office: the same title, not as its deputy, of a body of no other name."""
    size = len(post.title)
    acting = "quyen" in role or ("phu", "trach") in itertools.pairwise(role)
    for at in range(len(role) - size + 1):
        if role[at : at + size] == post.title and (acting or role[max(0, at - 1) : at] != ("pho",)):
            return not _other_body(post.body, canonical(role[at + size :]))
    return False


def _other_body(asked: Words, told: Words) -> bool:
    """Tell whether two bodies are two: another department, the same of another province."""
    if asked[:1] == told[:1] == ("so",) and len(asked) > 1 and len(told) > 1:
        same = asked[1] in told or told[1] in asked
        if not (same or _shortens(asked[1], told[1:]) or _shortens(told[1], asked[1:])):
            return True
    of_asked, of_told = _provinces(asked), _provinces(told)
    return bool(of_asked and of_told) and of_asked.isdisjoint(of_told)


def _shortens(short: str, words: Words) -> bool:
    """Tell whether `short` is made of the initials of `words`, `và` among them or not: `gd`, `khdt`, `nn`."""
    letters = "".join(filter(str.isalnum, short))
    whole, without = ("".join(word[0] for word in words if word != left) for left in ("", "va"))
    return bool(letters) and (whole.startswith(letters) or without.startswith(letters))


def _provinces(words: Words) -> set[Words]:
    return {words[at : at + 2] for at in range(len(words) - 1) if is_province(words[at : at + 2])}


def other_speaker(context: Context, draft: Draft) -> bool:
    """Tell whether `chủ tịch tỉnh nói gì?` would be answered by what his deputy says: around the evidence others are named by their office, and nobody by his."""
    question = context.asked.question
    if not _SAYS.search(" ".join(question.syllables)) or people(question.asked):
        return False
    post = _begins_with(question)
    if post is None:
        return False
    index = draft.candidate.index
    found = [sentence.folded for sentence in context.sentences[draft.candidate.hit][: index + 1]]
    # `Ông yêu cầu Giám đốc Sở …`: who speaks stands before, whoever is named behind.
    goes_on = _GOES_ON.search(" ".join(found[index][:_OPENING])) is not None
    near = found[max(0, index - _AROUND) : index if goes_on else index + 1]
    titled = any(_title(words, at) for words in near for at in range(len(words)))
    return titled and not any(
        words[at : at + len(post.title)] == post.title and words[max(0, at - 1) : at] != ("pho",)
        for words in found[max(0, index - _FAR) :]
        for at in range(len(words))
    )


def told_whom_it_names(context: Context, draft: Draft) -> bool:
    """Tell whether `ai thay bà Thuỷ?` would be answered by `Lê Thị Thu Thuỷ`: whom a question names, by the given name alone, too, is not asked for."""
    question = context.asked.question
    if (
        question.cue.label != "who"
        or question.yes_no
        or question.elliptic
        or _IS_WHO.search(" ".join(question.syllables))
    ):
        return False
    named = _given_names(question)
    sentence = draft.candidate.sentence
    return bool(draft.people) and all(
        sentence.folded[p.last] in named and _whole_or_given(question, sentence, p) for p in draft.people
    )


_IS_WHO = re.compile(r"\bla ai(?: (?:vay|the|a|nhi|ha))?$|^ai la (?:ong|ba)\b")
"""Who is asked about by name: `Ông X là ai vậy?`"""


def _given_names(question: Question) -> set[str]:
    """Return the syllables behind `ông`, `bà` in a question, or the last ones of the names that it gives."""
    found = tokens(question.asked)
    given = {b.fold for a, b in itertools.pairwise(found) if a.norm in {"ông", "bà", "ong"}}
    return given | {found[p.last].fold for p in people(question.asked, found)}


def _whole_or_given(question: Question, sentence: Sentence, person: Person) -> bool:
    """Tell whether what a question names may be `person`: its given name alone, or with the syllable before."""
    words = question.syllables
    name = sentence.folded[person.first : person.last + 1]
    at = next((i for i in range(len(words) - 1, -1, -1) if words[i] == name[-1]), -1)
    before = words[at - 1] if at > 0 else ""
    return before in {"ong", "ba"} or (len(name) > 1 and before == name[-2])
