"""`liệt kê các cuộc họp Mùa A Sơn chủ trì năm 2024`: one row a meeting over all articles, newest first, undated last.

What is listed is what the loaded articles tell, never a total of reality; the answer says so.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.annotation import Sentence
from retrieval.answers.roles import acts_at, goes_on_behind_stop
from retrieval.answers.sentences import Candidate
from retrieval.answers.typed import chairs
from retrieval.articles import Article
from retrieval.directory import Directory, Typed
from retrieval.questions import Question
from retrieval.snapshot import Generation
from retrieval.vietnamese import dates
from retrieval.vietnamese.dates import day_in
from retrieval.vietnamese.text import folds

PAGE = 5
"""Meetings of one answer."""
_MEETINGS = r"(?:cuoc|buoi|phien|hoi nghi|su kien)"
_ASKS = re.compile(
    rf"\b(?:liet ke|danh sach|ke ra|nhung|cac|may|bao nhieu)(?: (?:nhung|cac))? {_MEETINGS}\b|\b{_MEETINGS}(?: hop| lam viec)? nao\b"
    r"|\b(?:nhung|cac|may|bao nhieu) hop (?:nao|gi)\b"
)
_ASKS_BY_TOPIC = re.compile(
    r"^(?:(?:cho|toi|minh|em|hoi|xin|hay|biet|ban|oi) )*(?:liet ke|danh sach|ke ra|ke ten|nhung|cac)(?: (?:nhung|cac|danh sach))?"
    r" (?:cuoc|buoi|phien|hoi nghi|hoi thao|ki hop|toa dam)(?: hop| lam viec)?(?: nao)?\b(?P<topic>.*)$"
)
_ASKS_MORE = re.compile(r"\b(?:ai|gi|nao|sao|dau|bao nhieu|may|the nao|khi nao)\b|\b(?:khong|chua)$")
"""`Các hội thảo về … có những thành phần nào?` asks for no list of them."""
_SAYS = re.compile(r"\bchu (?:tri|toa)\b")
_CHAIRS = re.compile(r"\b(?:chu tri|chu toa|dieu hanh)\b")
_EVENT = frozenset(
    ("hoi nghi", "cuoc hop", "buoi lam", "buoi hop", "phien hop", "cuoc lam", "hoi thao", "hop bao", "toa dam", "dai hoi",
     "giao ban", "ki hop", "buoi tiep", "buoi gap")
)  # fmt: skip
_ALIKE = 0.5
_LONGEST = 40
"""Words of a meeting's name."""


@dataclass(frozen=True)
class Listing:
    """Whose meetings are asked for, from which day to which, of which month of any year (None: all)."""

    whose: Typed
    since: dt.date | None = None
    until: dt.date | None = None
    month: int | None = None

    def covers(self, meeting: "Meeting") -> bool:
        """Tell whether `meeting` is of the time that is asked for."""
        if self.since is None and self.month is None:
            return True
        day = meeting.day
        if day is None or self.month not in {None, day.month}:
            return False
        return self.since is None or self.until is None or self.since <= day <= self.until

    @property
    def says(self) -> str:
        """The time that is asked for, with a blank before it; empty where none is."""
        if self.since is not None and self.until is not None:
            return f" {dates.told_as(self.since, self.until)}"
        return f" tháng {self.month}" if self.month else ""


@dataclass(frozen=True)
class Meeting:
    """A meeting that a sentence tells of: the words that name it (tokens, both included), and its day where known."""

    article: int
    candidate: Candidate
    first: int
    last: int
    day: dt.date | None


def asked_list(question: Question, directory: Directory) -> Listing | None:
    """Return what list of meetings `question` asks for, None where it asks for none."""
    own = " ".join(question.syllables)
    if not _ASKS.search(own) or not _CHAIRS.search(" ".join(folds(question.text))):
        return None
    whose = directory.typed(question.text)
    # What is of last month or of today is told by the day, not by a list of all years.
    if whose is None or dates.around_today(question.asked, _ANY_DAY) is not None:
        return None
    spans = [(w.since, w.until) for w in question.whens if w.since and w.until]
    if spans:
        return Listing(whose, min(since for since, _ in spans), max(until for _, until in spans))
    months = [w.month for w in question.whens if w.month and not w.day]
    return Listing(whose, month=months[-1] if months else None)


def asks_by_topic(question: Question) -> bool:
    """Tell whether a list of meetings is asked for by anything else than who chaired them: `liệt kê các cuộc họp về nước sạch`.

    Which meetings are about a matter no rule tells well enough: what a sentence with all its words tells of is often something else.
    """
    asks = _ASKS_BY_TOPIC.match(" ".join(question.syllables))
    return asks is not None and not (_ASKS_MORE.search(asks["topic"]) or _CHAIRS.search(asks["topic"]))


_ANY_DAY = dt.date(2000, 1, 1)


def meetings(listing: Listing, generation: Generation, directory: Directory) -> list[Meeting]:
    """Return the meetings of all years that the person chaired, newest first, undated last; one that several articles tell of, once."""
    found: list[Meeting] = []
    for row, index in directory.mentions(listing.whose.name):
        article, sentences = generation.article(row), generation.sentences(row)
        sentence = sentences[index]
        named = _named(sentence)
        if named is None or not _chaired(sentence, listing.whose):
            continue
        meeting = Meeting(row, Candidate(0, index, sentences), *named, _day(article, sentence))
        if not any(_same(meeting, other) for other in found):
            found.append(meeting)
    return sorted(found, key=lambda m: m.day or dt.date.min, reverse=True)


def _same(one: Meeting, other: Meeting) -> bool:
    """Tell whether two sentences tell of one meeting: of the same day, by half the same words. One may chair two in a day."""
    a, b = (set(m.candidate.sentence.folded[m.first : m.last + 1]) for m in (one, other))
    return one.day == other.day and len(a & b) >= _ALIKE * min(len(a), len(b))


def _chaired(sentence: Sentence, whose: Typed) -> bool:
    """Tell whether the sentence says that this person chairs: `chủ trì`, `chủ tọa`; `nhà điều hành` is a house."""
    if not _SAYS.search(" ".join(sentence.folded)):
        return False
    return any(
        sentence.folded[a : b + 1] == whose.name and whose.agrees(sentence.tokens[a : b + 1])
        for a, b in chairs(sentence)
    )


def _day(article: Article, sentence: Sentence) -> dt.date | None:
    """Return the meeting's day: the day that the sentence gives, in the year of the article; else the article's own."""
    published = article.published_at
    for when in sentence.whens:
        day = day_in(when, published.year if published else None)
        if day is None:
            continue
        # An article of January tells of 29/12 of the year before.
        late = published is not None and when.year is None and day > published + dt.timedelta(days=31)
        return day_in(when, day.year - 1) if late else day
    return published


def _named(sentence: Sentence) -> tuple[int, int] | None:
    """Return the words that name the meeting: from `hội nghị`, `cuộc họp` on to the end of the clause; None where none does."""
    pairs: Sequence[str] = [" ".join(sentence.folded[i : i + 2]) for i in range(len(sentence.folded))]
    first = next((i for i, pair in enumerate(pairs) if pair in _EVENT), None)
    if first is None:
        return None
    last = first
    while last + 1 < len(pairs) and last - first < _LONGEST and not _ends_name(sentence, last + 1):
        last += 1
    opened = [i for i in range(first + 1, last + 1) if sentence.gaps[i] == "P"]
    if opened and "R" not in sentence.gaps[opened[-1] + 1 : last + 1]:  # half a bracket
        last = opened[-1] - 1
    return first, last


def _ends_name(sentence: Sentence, at: int) -> bool:
    """Tell whether the name of a meeting is over before the token at `at`."""
    words, tokens = sentence.folded, sentence.tokens
    if goes_on_behind_stop(sentence, at):  # `giao ban công tác TP. Lam Giang`
        return False
    people = {p.first for p in sentence.people}
    chaired = words[at : at + 2] == ("duoi", "su") or (
        tokens[at].norm == "do" and any(i in people or i in sentence.roles for i in (at + 1, at + 2))
    )
    besides = tokens[at].norm == "và" and at + 1 < len(words) and acts_at(sentence, at + 1)
    return sentence.gaps[at] in "CSE" or chaired or besides
