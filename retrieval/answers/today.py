"""Questions about today: of which place, and what to say where no article is of today.

`hnay cup dien ko` is asked of one commune; an article of another year is shown with its date, and as not of today.
"""

import re

from retrieval.answers.context import Context
from retrieval.answers.sentences import Candidate
from retrieval.linking import question_frame
from retrieval.questions import LOCAL_SERVICE, Question
from retrieval.vietnamese.text import folds

_TODAY = frozenset("hom nay mai qua kia sang trua chieu toi tuan gio bay hien lich con dang bi".split())
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
WHICH_PLACE = (
    "Bạn hỏi ở xã, phường nào? Bạn nhắn tên xã, phường (kèm huyện, tỉnh nếu biết) để Tin Tỉnh tìm thông báo nhé."
)


def lacks_place(question: Question) -> bool:
    """Tell whether the question asks of a service or the weather and says nothing of where."""
    text = " ".join(question.syllables)
    match = LOCAL_SERVICE.search(text)
    if match is None or question.follows_up:
        return False
    left = (text[: match.start()] + text[match.end() :]).split()
    return not any(
        w for w in left if w not in question_frame() and w not in _TODAY and w not in {"khong", "dien", "nuoc"}
    )


def years_asked(question: Question) -> frozenset[int]:
    """Return the years that a follow-up to a question about today goes back to: `bài 2024 có mà`."""
    own = " ".join(question.syllables)
    return frozenset(int(y) for y in _YEAR.findall(own)) if question.follows_up else frozenset()


def earlier(context: Context, years: frozenset[int]) -> Candidate | None:
    """Return the sentence, of an article of `years`, that shares most with the questions before; None where none shares any.

    The year says which article, the questions before say what about.
    """
    subject = set(folds(context.asked.question.previous or "")) - _TODAY
    dated = [
        hit for hit, a in enumerate(context.articles) if a.published_at is not None and a.published_at.year in years
    ]
    hit = max(dated, key=lambda h: len(subject.intersection(context.sentences[h].words)), default=None)
    if hit is None or not subject.intersection(context.sentences[hit].words):
        return None
    own = context.sentences[hit]
    index = max(range(len(own)), key=lambda i: len(subject.intersection(own[i].folded)))
    return Candidate(hit, index, own)
