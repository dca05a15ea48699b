"""Drafts -> those about what the question fixes: its places, its days, the people whom it names.

An answer from another day's meeting, or about another official, is worse than none.
"""

from collections.abc import Sequence
from itertools import pairwise

from retrieval.answers import biography
from retrieval.answers.context import Context
from retrieval.answers.dated import days_asked, tells_of_day
from retrieval.answers.drafts import Draft
from retrieval.answers.rivals import BEGINNING
from retrieval.questions import Question
from retrieval.vietnamese.levels import level_before, other_level, places
from retrieval.vietnamese.names import MIDDLE, WHOLE_NAME, people, role_starts, surnames
from retrieval.vietnamese.places import is_province, known_as, provinces_in
from retrieval.vietnamese.text import fold, folds, tokens

_LONGEST_NAME = 5
_MIDDLE = frozenset(map(fold, MIDDLE))


def about(context: Context, drafts: Sequence[Draft], *, misspelt: bool) -> tuple[tuple[Draft, ...], str | None]:
    """Return the drafts about what the question fixes; where there are none of a day or a person that it names, what none tells of, as it was typed.

    A name that may be `misspelt` is nobody else's: whether another is meant is asked.
    """
    question = context.asked.question
    found, elsewhere = of_province(context, of_place(context, drafts))
    if elsewhere is not None:
        return (), elsewhere
    days = days_asked(question)
    if days and found:
        dated = tuple(
            d
            for d in found
            if any(
                tells_of_day(context.articles[d.candidate.hit], context.sentences[d.candidate.hit], day) for day in days
            )
        )
        if not dated:
            return (), next(iter(days.values()))
        found = dated
    for name, typed in () if misspelt else _named(question):
        there = tuple(d for d in found if _names(context, d.candidate.hit, name))
        if found and not there:
            return (), typed
        found = there
    return found, None


def of_province(context: Context, drafts: Sequence[Draft]) -> tuple[tuple[Draft, ...], str | None]:
    """Return the drafts less those of articles about other provinces that do not name the question's; where none is left, the province, as typed.

    What an article is about its title and beginning tell. It may leave out the province that its newspaper is of.
    """
    typed = context.asked.question.asked
    found = tokens(typed)
    asked = [
        (known_as(tuple(t.fold for t in found[a : b + 1])), typed[found[a].start : found[b].end])
        for a, b in provinces_in(typed, loosely=True)
    ]
    if not asked or not drafts:
        return tuple(drafts), None
    there = {
        hit: _tells_of_another(context, hit, [names for names, _ in asked]) for hit in {d.candidate.hit for d in drafts}
    }
    kept = tuple(d for d in drafts if not there[d.candidate.hit])
    return kept, None if kept else asked[0][1]


def _tells_of_another(context: Context, hit: int, asked: Sequence[frozenset[tuple[str, ...]]]) -> bool:
    article = context.articles[hit]
    told = f"{article.title}. {article.text}"
    found = tokens(told)
    # By their capitals: folded, `diễn biến` is Điện Biên.
    named = {tuple(token.fold for token in found[a : b + 1]) for a, b in provinces_in(told)}
    words = f" {' '.join(_words(context, hit))} "
    paper = "".join(folds(f"{article.source} {article.url or ''}"))
    for name in (name for names in asked for name in names):
        shortened = not is_province(name) and f" {' '.join(name)} " in words
        if name in named or shortened or "".join(name) in paper:
            return False
    return bool(provinces_in(article.title) or provinces_in(article.text[:BEGINNING]))


def of_place(context: Context, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Return the drafts whose sentence gives no place of the question another level: `huyện Tuấn Lam` is no `xã Tuấn Lam`.

    Where some are of articles that name all the places of the question, those alone.
    """
    asked = places(context.asked.question.asked)
    if not asked:
        return tuple(drafts)
    fitting = [d for d in drafts if not any(_of_other_level(context, d, place) for place in asked)]
    there = {hit: _names_all(context, hit, asked) for hit in {d.candidate.hit for d in fitting}}
    return tuple(d for d in fitting if there[d.candidate.hit] or not any(there.values()))


def _names_all(context: Context, hit: int, asked: Sequence[tuple[str, tuple[str, ...]]]) -> bool:
    words = f" {' '.join(_words(context, hit))} "
    return all(f" {' '.join(name)} " in words for _, name in asked)


def _of_other_level(context: Context, draft: Draft, place: tuple[str, tuple[str, ...]]) -> bool:
    """Tell whether the sentence gives a place of the question another level.

    `huyện Tuy Hòa (cũ)` is the town that it has become; and an article that names `TP. Cà Mau` may tell of it what `Công an tỉnh Cà Mau` did.
    """
    level, name = place
    words = draft.candidate.sentence.folded
    if not other_level(place, words):
        return False
    size = len(name)
    former = any(
        words[at : at + size] == name and words[at + size : at + size + 1] == ("cu",) for at in range(len(words))
    )
    there = _words(context, draft.candidate.hit)
    capital = is_province(name) and any(
        level_before(there, at) == level for at in range(1, len(there)) if there[at : at + size] == name
    )
    return not (former or capital)


def _words(context: Context, hit: int) -> tuple[str, ...]:
    """Return the folded syllables of an article, its title first."""
    return (*folds(context.articles[hit].title), *context.sentences[hit].words)


def _named(question: Question) -> list[tuple[tuple[str, ...], str]]:
    """Return the people whom a question names by `WHOLE_NAME` syllables or more: folded, and as typed.

    Without capitals a name is known as one only where the question asks who that is: `nong thi mai giu chuc gi`.
    """
    typed = question.asked
    found = tokens(typed)
    # `dự án Đất Vàng Đắk Nông` names nobody.
    runs = [
        (p.first, p.last)
        for p in people(typed, found)
        if p.last - p.first + 1 >= WHOLE_NAME and not is_province(tuple(t.fold for t in found[p.last - 1 : p.last + 1]))
    ]
    if not runs and (asked := biography.of_whom(question)) is not None:
        words = [token.fold for token in found[asked[0] : asked[1] + 1]]
        if 2 <= len(words) <= _LONGEST_NAME and words[0] in surnames() and not role_starts(words):
            runs = [asked]
    return [
        (tuple(t.fold for t in found[first : last + 1]), typed[found[first].start : found[last].end])
        for first, last in runs
    ]


def _names(context: Context, hit: int, name: tuple[str, ...]) -> bool:
    """Tell whether a part of a name stands in an article: what is typed as one may be a place and a name, `Hà Tĩnh Đặng Ngọc Sơn`.

    A part is two syllables, or the three of `Cầm Văn Chựa`: `văn chựa` alone is also `vẫn chưa`.
    Of 2,063 training questions that name somebody so and have an answer, three are about an article that does not name him.
    """
    words = f" {' '.join(_words(context, hit))} "
    parts: list[tuple[str, ...]] = [pair for pair in pairwise(name) if not _MIDDLE.intersection(pair)]
    parts += [name[at - 1 : at + 2] for at in range(1, len(name) - 1) if name[at] in _MIDDLE]
    return any(f" {' '.join(part)} " in words for part in parts)
