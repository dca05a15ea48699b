"""Days that a question names, and which articles may tell of them."""

import datetime as dt
from collections.abc import Callable, Sequence

from retrieval.annotation import Sentence, Sentences
from retrieval.articles import Article
from retrieval.questions import Question
from retrieval.search import Hit
from retrieval.vietnamese import dates
from retrieval.vietnamese.text import folds

NEWS_DAYS = 3
"""Days before and after its publication that an article's `hôm nay`, `ngày mai` may be."""
_LOOKED_AT = 8
"""Articles found that are looked at for a day of a year."""


Day = tuple[int, int, int | None]
"""A day, its month, and its year where one is given."""


def days_asked(question: Question) -> dict[Day, str]:
    """Return the days that a question names, as typed; none that may be a share or a habit: `2/3 số hộ`, `trực 24/7`."""
    found: dict[Day, str] = {}
    for when in question.whens:
        if when.day and when.month:
            before = folds(question.text[: when.start])[-1:]
            share = when.day < when.month <= dates.LARGEST_OF_SHARES or (when.day, when.month) == (24, 7)
            if when.year or not share or (before and before[0] in dates.BEFORE_DAYS):
                found[when.day, when.month, when.year] = question.text[when.start : when.end]
    return found


def tells_of_day(article: Article, sentences: Sequence[Sentence], asked: Day) -> bool:
    """Tell whether an article names a day, the month left out or not, or is of then: it says `sáng nay`.

    A day of another year is another day. Of 1,689 training questions that name a day and have an answer, 15 are about an article that
    does not.
    """
    day, month, year = asked
    published = article.published_at
    if _near(published, asked):
        return True
    return any(
        when.day == day and when.month in {month, None} and _of_year(when, month, year, published)
        for when in _told(article, sentences)
    )


def _of_year(when: dates.When, month: int, year: int | None, published: dt.date | None) -> bool:
    """Tell whether a day that an article names may be of `year`: without a year of its own it is of the article's, or near to it."""
    if year is None or published is None or when.year is not None:
        return year is None or when.year in {None, year}
    # In January news is of December, in December of January.
    return abs((year * 12 + month) - (published.year * 12 + published.month)) <= _MONTHS_FROM_NEWS


_MONTHS_FROM_NEWS = 8
"""Months between an article and a day that it names without a year."""


def _near(published: dt.date | None, asked: Day) -> bool:
    """Tell whether news of the day `asked` may be of the day `published`."""
    if published is None:
        return False
    day, month, year = asked
    near = (published + dt.timedelta(days=n) for n in range(-NEWS_DAYS, NEWS_DAYS + 1))
    return any((d.day, d.month) == (day, month) and year in {None, d.year} for d in near)


def words_of_time(question: Question, article: Article, sentences: Sequence[Sentence]) -> frozenset[str]:
    """Return the folded words by which a question names a time that an article is of, however that says so.

    `tháng 4` stands where `2/4` does; what is news on the day it is published says `sáng nay`, if anything.
    """
    if not question.whens:
        return frozenset()
    told = _told(article, sentences)
    return frozenset(
        word
        for when in question.whens
        if _published_about(when, article.published_at) or any(_within(other, when) for other in told)
        for word in (*folds(question.text[when.start : when.end]), f"{when.day}/{when.month}")
        if word[0].isdigit()
    )


def _told(article: Article, sentences: Sequence[Sentence]) -> list[dates.When]:
    """Return the times that an article names."""
    told = (when for sentence in sentences if "T" in sentence.marks for when in sentence.whens)
    return [*dates.find(article.title), *told]


def _within(told: dates.When, asked: dates.When) -> bool:
    """Tell whether `told` is a day of the month, or of the year, that is `asked`."""
    if asked.day or asked.clock or (asked.month and told.month != asked.month):
        return False
    if asked.month is None:
        return asked.year is not None and told.year == asked.year
    return asked.year in {None, told.year} or (told.year is None and told.day is not None)


def _published_about(when: dates.When, published: dt.date | None) -> bool:
    """Tell whether what is told of the time `when` is news on the day `published`."""
    if published is None:
        return False
    if when.day and when.month:
        return _near(published, (when.day, when.month, when.year))
    if when.since is not None and when.until is not None:
        return when.since <= published <= when.until + _STILL_NEWS
    return when.month is not None and when.month in {published.month, (published - _STILL_NEWS).month}


_STILL_NEWS = dt.timedelta(days=10)
"""So long after a month or a year it is still told of."""


def of_date(
    question: Question, hits: Sequence[Hit], article: Callable[[int], Article], read: Callable[[int], Sentences]
) -> Sequence[Hit]:
    """Return the hits; where the question gives a day with its year, and some of the first tell of it, those alone.

    What stands in words, `29/12` and `2023`, may be another year's day and a plan for 2023.
    """
    asked = [day for day in days_asked(question) if day[2] is not None]
    if not asked:
        return hits
    told = [
        hit
        for hit in hits[:_LOOKED_AT]
        if any(tells_of_day(article(hit.article), read(hit.article), day) for day in asked)
    ]
    return told or hits
