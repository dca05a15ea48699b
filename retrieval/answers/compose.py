"""Drafts -> an Answer whose every quote is checked against the stored text, or a NotFound that says why.

The answer is as short as is complete: names with their roles, tasks by assignee, else the words that were marked.
"""

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from retrieval.annotation import Sentence
from retrieval.answers import tasks
from retrieval.answers.agreement import differs
from retrieval.answers.attribution import attribution
from retrieval.answers.biography import Mention, Role
from retrieval.answers.context import Context
from retrieval.answers.continuing import continuing
from retrieval.answers.drafts import Draft, text_of
from retrieval.answers.enumerations import whole
from retrieval.answers.listing import PAGE, Meeting
from retrieval.answers.offices import Holder
from retrieval.answers.paired import paired
from retrieval.answers.parts import completed
from retrieval.answers.reading import Reading
from retrieval.answers.roles import role_of
from retrieval.answers.sentences import Candidate
from retrieval.answers.statements import Statement
from retrieval.answers.types import Citation, Item, Suggestion
from retrieval.articles import Article
from retrieval.questions import Question
from retrieval.snapshot import Generation
from retrieval.vietnamese.dates import local_day
from retrieval.vietnamese.names import folded_name, people
from retrieval.vietnamese.terms import terms
from retrieval.vietnamese.text import folds, norms, tokens, words

LONGEST_QUOTE = 190
"""Syllables of a quote; the contract allows 200."""
PEOPLE_KINDS = frozenset({"chair", "attendee", "who"})
SAID_KINDS = frozenset({"number", "what", "why", "conclusion", "limitation"})
"""Kinds whose answers are somebody's word where the article says so; who met when and where is the article's own."""
_WHOSE = {
    "quotation": "Lời dẫn trực tiếp của {who}.",
    "paraphrase": "Bài viết thuật lại ý của {who}.",
    "report": "Theo {who}, như bài viết dẫn.",
}
PARAPHRASED = "Bài viết thuật lại ý, không dẫn lời trực tiếp trong ngoặc kép."
_PEOPLE_SHARE = 0.5
"""Share of an answer's words that must be names and roles for it to be told as a list of people."""
_LEAST_APART = 0.3
_TOLD_BY = frozenset((("cho", "biet"), ("cho", "rang"), ("cho", "hay"), ("noi", "rang")))
_JOINS_BEFORE = frozenset("là và thì mà rằng cũng cùng sẽ".split())
_JOINS_AFTER = frozenset("và thì mà của là để".split())
_MOST_ROLES = 4
_BEFORE_NAME = 2
"""Words that may stand before whom a question is about: `cho hỏi ông …`."""
_CITED_APART = 0.5
"""Another article is shown beside the best where its draft is at least this likely, relative to the best."""


@dataclass(frozen=True)
class Composed:
    """The parts of an answer, before it gets its id and its time."""

    text: str
    items: tuple[Item, ...]
    citations: tuple[Citation, ...]
    note: str | None = None
    next_skip: int | None = None


@dataclass(frozen=True)
class _Told:
    """Words of a sentence of the article at row `article`, `text[span]`, and the role beside them; offsets in the text."""

    article: int
    sentence: Sentence
    span: tuple[int, int]
    role: tuple[int, int] | None = None


class Composer:
    """Makes the items and citations of one generation's answers."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def compose(self, question: Question, context: Context, reading: Reading) -> Composed | None:
        """Return the answer that the drafts of `reading` give, None where no quote could be verified."""
        joined = _joined(reading)
        chosen = reading.answer or joined or drafts_to_tell(question, context, reading.drafts)
        if len(chosen) == 1 and reading.answer is None:
            chosen = joined = [chosen[0], *continuing(context, chosen[0])]
        items: list[Item] = []
        citations: list[Citation] = []
        told: list[Draft] = []
        for draft in chosen:
            article = context.articles[draft.candidate.hit]
            row = context.hits[draft.candidate.hit].article
            for piece in _pieces(question, context, draft):
                start, end = piece.start, piece.end
                at = next(
                    (
                        i
                        for i, c in enumerate(citations)
                        if c.article_id == article.id and c.start <= start and end <= c.end
                    ),
                    None,
                )
                if at is None:
                    citation = self._cite(article, row, draft.candidate.sentence, start, end)
                    if citation is None:
                        continue
                    at = len(citations)
                    citations.append(citation)
                items.append(attributed(replace(piece, citation=at), citations[at].quote))
                told.append(draft)
        # Where the best draft is held back, what goes on with it is no answer.
        if not items or (joined and not any(draft is reading.drafts[0] for draft in told)):
            return None
        return Composed(
            _text(question, items, several_articles=len({d.candidate.hit for d in chosen}) > 1),
            tuple(items),
            tuple(citations),
            _whose(items),
        )

    def roles(self, context: Context, roles: Sequence[Role], note: str | None = None) -> Composed | None:
        """Return the answer that tells the roles of people, newest article first, undated last; None where there is none.

        `note` is said beside in place of how old the roles are.
        """
        items: list[Item] = []
        citations: list[Citation] = []
        for role in sorted(roles, key=lambda r: -_age(context.articles[r.candidate.hit])):
            article = context.articles[role.candidate.hit]
            start, end = role.role
            name = article.text[slice(*role.name)]
            told = any(same_office(i.text, article.text[start:end]) and i.role == name for i in items)
            if told or len(items) == _MOST_ROLES:
                continue
            citation = self._cite(
                article, context.hits[role.candidate.hit].article, role.candidate.sentence, start, end
            )
            if citation is None:
                continue
            if citation not in citations:
                citations.append(citation)
            items.append(Item(article.text[start:end], citations.index(citation), start, end, role=name))
        if not items:
            return None
        note = note or as_of(c.published_at for c in citations if c.published_at)
        return Composed("; ".join(dict.fromkeys(i.text for i in items)), tuple(items), tuple(citations), note)

    def mentions(self, found: Sequence[Mention], note: str) -> Composed | None:
        """Return the answer that tells what somebody is by sentences of any articles; None where there is none."""
        told = self._told(_Told(m.article, m.sentence, m.role, m.name) for m in found)
        return Composed("; ".join(dict.fromkeys(i.text for i in told[0])), *told, note) if told else None

    def holders(self, found: Sequence[Holder], note: str) -> Composed | None:
        """Return the answer that names the holders of an office, each with the role as the article has it; None where none."""
        told = self._told(_Told(h.article, h.candidate.sentence, h.name, h.role) for h in found)
        return Composed("; ".join(i.text for i in told[0]), *told, note) if told else None

    def lines(self, context: Context, found: Sequence[tuple[Candidate, int, int]], note: str | None) -> Composed | None:
        """Return the answer that tells tokens `first` to `last` of sentences, one a line; None where there is none."""
        told = self._told(
            _Told(context.hits[c.hit].article, c.sentence, _span(c.sentence, first, last)) for c, first, last in found
        )
        return Composed("\n".join(i.text for i in told[0]), *told, note) if told else None

    def meetings(self, found: Sequence[Meeting], skip: int) -> Composed | None:
        """Return the next page of meetings after the first `skip`, with how many the articles tell of; None where none is left."""
        page = found[skip : skip + PAGE]
        told = self._told(
            _Told(m.article, m.candidate.sentence, _span(m.candidate.sentence, m.first, m.last)) for m in page
        )
        if not told:
            return None
        left = len(found) - skip - PAGE
        note = f"Theo các bài đang có: {len(found)} cuộc." + (
            f" Còn {left} cuộc, nhắn “tiếp” để xem." if left > 0 else ""
        )
        return Composed("\n".join(i.text for i in told[0]), *told, note, skip + PAGE if left > 0 else None)

    def _told(self, pieces: Iterable["_Told"]) -> tuple[tuple[Item, ...], tuple[Citation, ...]] | None:
        """Return an item for each piece whose quote could be verified, and the quotes, each once; None where none could."""
        items: list[Item] = []
        citations: list[Citation] = []
        for piece in pieces:
            article, (start, end) = self._generation.article(piece.article), piece.span
            edges = (start, end, *(piece.role or ()))
            citation = self._cite(article, piece.article, piece.sentence, min(edges), max(edges))
            if citation is None:
                continue
            if citation not in citations:
                citations.append(citation)
            at = max(start, citation.start), min(end, citation.end)
            role = article.text[slice(*piece.role)] if piece.role else None
            items.append(Item(article.text[slice(*at)], citations.index(citation), *at, role=role))
        return (tuple(items), tuple(citations)) if items else None

    def statement(self, context: Context, found: Statement) -> Composed | None:
        """Return the answer that names who said a phrase: the name from where it stands, and the sentence with the phrase."""
        items: list[Item] = []
        citations: list[Citation] = []
        named = found.named.sentence
        place = role_of(named, found.speaker.first, found.speaker.last)
        for candidate, first, last in (
            (found.named, found.speaker.first, found.speaker.last),
            (found.said, found.first, found.last),
        ):
            article = context.articles[candidate.hit]
            start, end = candidate.sentence.tokens[first].start, candidate.sentence.tokens[last].end
            row = context.hits[candidate.hit].article
            citation = self._cite(article, row, candidate.sentence, start, end)
            if citation is None:
                return None
            if citation not in citations:
                citations.append(citation)
            role = article.text[slice(*place)] if candidate is found.named and place else None
            items.append(Item(article.text[start:end], citations.index(citation), start, end, role=role))
        direct = items[1].start > 0 and article.text[items[1].start - 1] in "“\"‘'«"
        return Composed(items[0].text, tuple(items), tuple(citations), None if direct else PARAPHRASED)

    def _cite(self, article: Article, row: int, sentence: Sentence, start: int, end: int) -> Citation | None:
        first, last = _quote_span(article.text, sentence, start, end, _longest(article))
        quote = article.text[first:last]
        # The reader worked on a cached copy: what is quoted is what is stored now, or it is not quoted.
        stored = self._generation.article(row).text
        if not quote or stored[first:last] != quote or not first <= start < end <= last:
            return None
        if self._generation.is_held(row, first, last):
            return None
        return Citation(
            article_id=article.id,
            title=self._generation.unheld(article, article.title),
            url=article.url,
            source=article.source,
            author=article.author,
            published_at=article.published_at.isoformat() if article.published_at else None,
            passage_id=str(self.passage_at(row, start)),
            start=first,
            end=last,
            quote=quote,
        )

    def passage_at(self, article: int, offset: int) -> int:
        """Return the row of the passage of the article at row `article` in which `offset` stands."""
        found = self._generation.passage_at(article, offset)
        return self._generation.first_passage(article) if found is None else found

    def suggestions(self, context: Context, drafts: Iterable[Draft], most: int = 3) -> tuple[Suggestion, ...]:
        """Return the sentences nearest to the question, one an article, for a refusal."""
        found: dict[str, Suggestion] = {}
        for draft in drafts:
            article = context.articles[draft.candidate.hit]
            if article.id not in found and draft.candidate.sentence.tokens:
                made = self.suggestion(context, draft.candidate)
                if made is not None:
                    found[article.id] = made
        return tuple(found.values())[:most]

    def suggestion(self, context: Context, candidate: Candidate) -> Suggestion | None:
        """Return one sentence as what may be related; None where it is held back."""
        return self.suggested(context.hits[candidate.hit].article, candidate.sentence)

    def suggested(self, row: int, sentence: Sentence) -> Suggestion | None:
        """Return a sentence of the article at `row` as what may be related; None where it is held back."""
        article, token = self._generation.article(row), sentence.tokens[0]
        first, last = _quote_span(article.text, sentence, token.start, token.end, _longest(article))
        if self._generation.is_held(row, first, last):
            return None
        return Suggestion(
            article.id,
            self._generation.unheld(article, article.title),
            article.url,
            article.published_at.isoformat() if article.published_at else None,
            str(self.passage_at(row, first)),
            article.text[first:last],
        )


def as_of(days: Iterable[str]) -> str:
    """Return what is said beside an office: as of the newest of the days (ISO) of the articles that tell it, never as of today."""
    newest = max(days, default=None)
    when = f"bài ngày {local_day(newest)}" if newest else "bài không rõ ngày"
    return f"Chức vụ ghi theo {when}, đến nay có thể đã thay đổi."


def same_office(one: str, other: str) -> bool:
    """Tell whether two texts tell of one office, more or less shortened: `Giám đốc Sở Nội vụ tỉnh` and `giám đốc SNV`; not `Phó Giám đốc`."""
    a, b = folds(one), folds(other)
    # The terms of a text are its words and what they may be shortened to.
    within = set(a) <= {"va", *terms(other).folded} or set(b) <= {"va", *terms(one).folded}
    return a[:2] == b[:2] and within


def short_text(question: Question, context: Context, *drafts: Draft) -> str:
    """Return the short answer that `drafts` of one article give together: names, a date, a figure; one task a line."""
    pieces = [piece for draft in drafts for piece in _pieces(question, context, draft)]
    return _text(question, pieces, several_articles=False)


def _joined(reading: Reading) -> list[Draft] | None:
    """Return the best draft and the one that goes on with it, as they stand in the article; None where none does."""
    further = reading.further
    if further is None or further[0] is not reading.drafts[0] or not any(d is further[1] for d in reading.drafts):
        return None
    return sorted(further, key=lambda d: d.candidate.index)


def drafts_to_tell(question: Question, context: Context, drafts: Sequence[Draft]) -> list[Draft]:
    """Return the best draft, and one of another article that tells the same thing differently: newest first, undated last."""
    best = drafts[0]
    chosen = [best]
    if question.kind in {"number", "when", "where", "chair"}:
        for other in drafts[1:]:
            if (
                other.candidate.hit != best.candidate.hit
                and other.probability >= best.probability * _CITED_APART
                and other.probability >= _LEAST_APART
                and differs(norms(_plain(other)), norms(_plain(best)))
                and _same_event(context, best, other)
            ):
                chosen.append(other)
                break
    if len(chosen) > 1:
        chosen.sort(key=lambda d: -_age(context.articles[d.candidate.hit]))
    return chosen


def _plain(draft: Draft) -> str:
    return text_of(draft.candidate.sentence, draft.cut)


def _age(article: Article) -> int:
    return (article.published_at or dt.date.min).toordinal()


def _same_event(context: Context, one: Draft, other: Draft) -> bool:
    """Tell whether two sentences tell of one thing: they share most of the question's weight."""
    weights = context.asked.weights
    a, b = (sum(weights.get(w, 0.0) for w in set(d.candidate.sentence.folded)) for d in (one, other))
    both = set(one.candidate.sentence.folded) & set(other.candidate.sentence.folded)
    shared = sum(weights.get(w, 0.0) for w in both)
    return shared >= 0.6 * max(a, b) and shared >= 0.4 * context.asked.total


def _span(sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Return the offsets of tokens `first` to `last`."""
    return sentence.tokens[first].start, sentence.tokens[last].end


def _longest(article: Article) -> int:
    """Return how many syllables of an article may be quoted at once: its source may ask for fewer."""
    own = article.extra.get("longest_quote")
    return min(LONGEST_QUOTE, own) if isinstance(own, int) and own > 0 else LONGEST_QUOTE


def _quote_span(text: str, sentence: Sentence, start: int, end: int, longest: int) -> tuple[int, int]:
    """Return the sentence, or where it is longer than `longest` syllables the clauses of it around [start, end)."""
    if len(words(text[sentence.start : sentence.end])) <= longest:
        return sentence.start, sentence.end
    tokens = sentence.tokens
    inside = [i for i, t in enumerate(tokens) if t.start >= start and t.end <= end] or [0]
    spare = max(0, longest - len(inside)) // 2
    first = tokens[max(0, inside[0] - spare)].start
    last = tokens[min(len(tokens) - 1, inside[-1] + spare)].end
    return min(first, start), max(last, min(end, last))


def _pieces(question: Question, context: Context, draft: Draft) -> list[Item]:
    """Return the items of one draft, their citations not yet known."""
    sentence = draft.candidate.sentence
    article = context.articles[draft.candidate.hit]
    if draft.typed is not None and draft.typed.tasks:
        return [_task_item(article.text, sentence, t) for t in draft.typed.tasks]
    found: list[Item] = []
    said = question.kind in SAID_KINDS
    # `cơ quan nào` is not answered by who heads it.
    people_ = question.kind in PEOPLE_KINDS and context.asked.wants != "body"
    cut = draft.cut if draft.ruled else whole(question, sentence, draft.cut, context.asked.wants)
    for first, last in completed(question, sentence, cut):
        if people_ and _names_people(question, sentence, first, last):
            found += unasked(question, _people(article.text, sentence, first, last))
        else:
            span = _trimmed(sentence, first, last)
            item = _item(article.text, sentence, *span)
            whose = attribution(sentence, *span) if said else None
            if whose is not None:
                item = replace(item, said_by=sentence.text_of(whose.first, whose.last), manner=whose.manner)
            found.append(item)
    return [replace(item, assignee=draft.assignee) for item in found] if draft.assignee else found


def unasked(question: Question, told: list[Item]) -> list[Item]:
    """Return people without those whom the question names itself, where somebody else is left: they are no answer to `ai`.

    Who is asked about by name, `Mùa A Sơn ở Lam Giang là ai?`, is one.
    """
    asked, said = tokens(question.asked), question.syllables
    written = f" {' '.join(said)} "
    named = {
        folded_name(question.asked[asked[p.first].start : asked[p.last].end]) for p in people(question.asked, asked)
    }
    # Without capitals a name is known by those who are told.
    named |= {name for item in told if len(name := folded_name(item.text)) > 1 and f" {' '.join(name)} " in written}
    about = said[-2:] == ("la", "ai") and any(
        said[at : at + len(name)] == name for name in named for at in range(_BEFORE_NAME + 1)
    )
    if question.yes_no or about:
        return told
    return [item for item in told if not any(folded_name(item.text)[-len(n) :] == n for n in named)] or told


def _item(text: str, sentence: Sentence, first: int, last: int) -> Item:
    start, end = _told_span(text, sentence, first, last)
    return Item(text[start:end], 0, start, end)


def attributed(item: Item, quote: str) -> Item:
    """Return `item` without whose word it is where `quote` does not show that: what is not quoted may be held back."""
    return item if (item.said_by or "") in quote else replace(item, said_by=None, manner=None)


def _whose(items: Sequence[Item]) -> str | None:
    """Return whose word an answer is, where all of it is the word of one."""
    said = {(i.said_by, i.manner) for i in items}
    if len(said) != 1:
        return None
    who, manner = said.pop()
    return _WHOSE[manner].format(who=who) if who and manner else None


def _told_span(text: str, sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Return the offsets of tokens `first` to `last`, with a percent sign behind them, their brackets and quotation marks in pairs."""
    start, end = _span(sentence, first, last)
    if text[end : end + 1] == "%":
        end += 1
    return paired(text, (sentence.start, sentence.end), start, end)


_CREDIT = "ảnh"
"""With a colon behind it begins who took a picture."""


def _trimmed(sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Return the stretch without a joining word at its ends, nor the verb by which it is told, `cho biết đường hỏng …`, nor who took the picture above it."""
    if sentence.folded[first : first + 2] in _TOLD_BY and first + 2 <= last and sentence.marks[first] == "o":
        first += 2
    # By their diacritics, and not where they are half of a word: `thì` is no `thi`, and `ma túy` begins with no `mà`.
    tokens, joined = sentence.tokens, sentence.joined
    credit = (i for i in range(first + 1, last) if tokens[i].norm == _CREDIT and sentence.gaps[i + 1] == "L")
    last = next(credit, last + 1) - 1  # `… bế mạc hội nghị. Ảnh: Minh Tú`
    while first < last and tokens[first].norm in _JOINS_BEFORE and not joined[first + 1]:
        first += 1
    while last > first and tokens[last].norm in _JOINS_AFTER and not joined[last]:
        last -= 1
    return first, last


def _names_people(question: Question, sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether a stretch is a list of people: `ông A, Chủ tịch …; ông B`, not `Ban quản lý do ông A làm trưởng ban`."""
    inside = [p for p in sentence.named if p.first <= last and p.last >= first]
    if not inside or question.kind != "who":
        return bool(inside)
    told = sum(min(p.last, last) - max(p.first, first) + 1 for p in inside)
    for person in inside:
        place = role_of(sentence, person.first, person.last)
        if place is not None:
            told += sum(place[0] <= t.start < place[1] for t in sentence.tokens[first : last + 1])
    return told >= _PEOPLE_SHARE * (last - first + 1)


def _people(text: str, sentence: Sentence, first: int, last: int) -> list[Item]:
    """Return an item for each person in the stretch, with the role that the sentence gives; else the stretch as it is."""
    inside = [p for p in sentence.named if p.first <= last and p.last >= first]
    if not inside:
        return [_item(text, sentence, *_trimmed(sentence, first, last))]
    found = []
    for person in inside:
        start, end = sentence.tokens[person.first].start, sentence.tokens[person.last].end
        place = role_of(sentence, person.first, person.last)
        found.append(Item(text[start:end], 0, start, end, role=text[place[0] : place[1]] if place else None))
    tail = _tail(sentence, inside[-1].last, last)
    if tail is not None:
        found.append(_item(text, sentence, *tail))
    return found


def _tail(sentence: Sentence, after: int, last: int) -> tuple[int, int] | None:
    """Return what stands after the last person and a semicolon: `; đại diện lãnh đạo một số ban, ngành tỉnh`."""
    starts = [i for i in range(after + 1, last + 1) if sentence.gaps[i] == "S"]
    return (starts[-1], last) if starts and last - starts[-1] >= 2 else None


def _task_item(text: str, sentence: Sentence, task: tasks.Task) -> Item:
    start, end = _told_span(text, sentence, task.first, task.last)
    piece = text[start:end]
    giver, assignee = tasks.given(sentence, task.assignee[1:]) if task.assignee is not None else (None, None)

    def words(span: tasks.Span | None) -> str | None:
        return text[sentence.tokens[span[0]].start : sentence.tokens[span[1]].end] if span else None

    return Item(piece, 0, start, end, assignee=words(assignee), giver=words(giver), deadline=tasks.deadline(piece))


@functools.cache
def _joiner(kind: str) -> str:
    return "\n" if kind == "task" else "; "


def _text(question: Question, items: Sequence[Item], *, several_articles: bool) -> str:
    """Return the short answer: names, a date, a figure; one task a line."""
    pieces = list(dict.fromkeys(i.text for i in items))
    return (_joiner(question.kind) if not several_articles else "; ").join(pieces)
