"""`ai chủ trì giao ban MTTQ 29/12`, told by articles of two provinces, or two years: close rivals that are different events.

The bot asks which one is meant and never guesses; the province of the settings, or of the chat, decides where it can.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from retrieval.answers.context import Context
from retrieval.answers.offices import seat, seat_name
from retrieval.articles import Article
from retrieval.questions import Question
from retrieval.vietnamese.places import is_province
from retrieval.vietnamese.text import folds

MOST = 4
"""Choices of one question back."""
_MARGIN = 1.0
"""Log-odds by which a rival's article may be behind the best."""
_SHARED = 0.97
"""Share of the question's weight, of what the best article has, that a rival's article must have."""
BEGINNING = 400
"""Characters of an article within which it tells what it is about."""
_NATIONAL = re.compile(
    r"\b(?:trung uong|tw|quoc hoi|chinh phu|thu tuong|bo truong|ban bi thu|bo chinh tri|chu tich nuoc|tong bi thu|ca nuoc|toan quoc)\b"
)
"""What the whole country has one of: a question about it is not of one province or another."""


@dataclass(frozen=True)
class Rival:
    """An article that fits the question as well as another: its place, and its year where that tells it apart."""

    hit: int
    place: str | None
    year: int | None

    @property
    def says(self) -> str:
        """What tells it apart: `tỉnh Lam Giang`, `năm 2023`, or both."""
        return " ".join(part for part in (self.place, self.year and f"năm {self.year}") if part)


def rivals(context: Context, best: int, others: Sequence[int] = ()) -> list[Rival]:
    """Return the events between which `context.articles[best]` and others leave open which is meant; empty where none is left open.

    Rivals are the articles that fit the question as well as the best, and `others`, which would answer it otherwise.
    """
    question = context.asked.question
    if question.follows_up:
        return []
    close = list(dict.fromkeys((best, *others, *_close(context, best))))
    if len(close) == 1:
        return []
    places = {hit: province(context.articles[hit], _people(context, hit)) for hit in close}
    told = list(dict.fromkeys(p for p in places.values() if p))
    apart_by_place = len(told) > 1 and not _placed(question, [seat_name(p) for p in told])
    # A place that the question gives has chosen already.
    close = [hit for hit in close if (places[hit] is not None if apart_by_place else places[hit] == places[best])]
    a_day_of_any_year = any(w.day and w.month and not w.year for w in question.whens)
    events: dict[tuple[str | None, int | None], int] = {}
    for hit in close:
        day = context.articles[hit].published_at
        year = day.year if day is not None and a_day_of_any_year else None
        if apart_by_place or year is not None:
            events.setdefault((places[hit], year), hit)
    if len(events) < 2:
        return []
    years = Counter(place for place, _ in events)
    return [
        Rival(hit, place if apart_by_place else None, year if years[place] > 1 else None)
        for (place, year), hit in events.items()
    ][:MOST]


def _close(context: Context, best: int) -> list[int]:
    """Return the articles found that hold as much of the question as the best, the best first."""
    weights = context.asked.matcher.weights
    own = float(weights @ context.words_in(best))
    pairs = context.asked.matcher.pair_weights
    own_pairs = float(pairs @ context.pairs_in(best))
    return [
        hit
        for hit, found in enumerate(context.hits)
        if found.score >= context.hits[best].score - _MARGIN
        and float(weights @ context.words_in(hit)) >= _SHARED * own
        and float(pairs @ context.pairs_in(hit)) >= _SHARED * own_pairs
    ]


def _people(context: Context, hit: int) -> frozenset[str]:
    """Return the names of the people of an article, folded."""
    return frozenset(
        " ".join(sentence.folded[person.first : person.last + 1])
        for sentence in context.sentences[hit]
        for person in sentence.named
    )


def province(article: Article, people: Collection[str]) -> str | None:
    """Return the province that an article is about, `tỉnh Lam Giang`; None where neither its title nor its beginning names one.

    `people` are those named in it, folded: `Chủ tịch UBND tỉnh Hà Thị Nhiên` is no province.

    `Các tỉnh Tây Nguyên` are no province.
    """
    place = seat("tỉnh", article, people)
    if place is None:
        return None
    beginning = f"{article.title}\n{article.text[:BEGINNING]}"
    about = seat_name(place) in beginning and f"các {place}" not in f"{article.title}\n{article.text}"
    return place if about else None


def _placed(question: Question, names: list[str]) -> bool:
    """Tell whether the question says where: by one of `names`, by any province, or by what the whole country has one of."""
    words = folds(question.asked)
    text = f" {' '.join(words)} "
    if any(f" {' '.join(folds(name))} " in text for name in names) or _NATIONAL.search(text):
        return True
    return any(is_province(tuple(words[at : at + size])) for size in (2, 3, 4) for at in range(len(words) - size + 1))
