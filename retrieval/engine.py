"""Ties the online stages together over one generation: a question in, a Reply out. Safe to call from several threads."""

import datetime as dt
import functools
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answers import biography
from retrieval.answers.compose import Composed, Composer
from retrieval.answers.context import Context, Contexts
from retrieval.answers.drafts import Draft
from retrieval.answers.listing import asked_list, meetings
from retrieval.answers.naming import Slip, only_names, slip
from retrieval.answers.premise import broken_premise
from retrieval.answers.reader import ARTICLES
from retrieval.answers.reading import Reader, Reading
from retrieval.answers.sentences import FEATURES
from retrieval.answers.statements import phrase_asked, statement
from retrieval.answers.triage import EMERGENCY, triage
from retrieval.answers.types import Answer, NotFound, Reason, Reply, Suggestion
from retrieval.directory import Directory
from retrieval.encoding import Encoder
from retrieval.linking import resolve
from retrieval.questions import Question, understand
from retrieval.reranking import DEPTH, Reranker
from retrieval.search import Hit, Query, Searcher
from retrieval.snapshot import Generation
from retrieval.vietnamese.keystrokes import decode
from retrieval.vietnamese.places import other_names

LEAST_COVERAGE = 0.45
"""Below this share of the question (by rarity) in the best article, the corpus has no article on it."""
RULED = 0.3
"""Share of the refusal threshold for an answer whose assignee or list of people a rule matched wholly."""
_CODE = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters of an answer's short code; none that are mistaken for one another."""


@dataclass(frozen=True)
class Explained:
    """A reply with what it was made from, for evaluation and for the person who asks why."""

    reply: Reply
    question: Question
    hits: tuple[Hit, ...]
    reading: Reading | None = None
    """What the reader made of them; None where nothing was read."""
    context: Context | None = None

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The drafts of an answer, the best first."""
        return self.reading.drafts if self.reading else ()


class Engine:
    """Answers from one generation. A reload makes another engine; the models are shared."""

    def __init__(
        self,
        generation: Generation,
        encoder: Encoder,
        reader: Reader,
        reranker: Reranker | None = None,
        emergency: str = EMERGENCY,
    ) -> None:
        self.generation = generation
        self.encoder = encoder
        self.reader = reader
        self._reranker = reranker
        self._emergency = emergency
        self._searcher = Searcher(generation, encoder)
        self._contexts = Contexts(generation)
        self._composer = Composer(generation)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        previous: str | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        sources: Sequence[str] = (),
    ) -> list[Hit]:
        """Return up to `k` hits, one an article, best first."""
        understood = resolve(self.generation, question, previous)
        return self._found(Query(understood.text, understood.terms, since, until, tuple(sources)), k)

    def _found(self, query: Query, k: int) -> list[Hit]:
        if self._reranker is None:
            return self._searcher.search(query, k)
        hits = self._searcher.search(query, max(k, DEPTH))
        return [*self._reranker.rerank(query.text, hits[:DEPTH], self.generation), *hits[DEPTH:]][:k]

    def breakdown(self, hit: Hit) -> dict[str, float]:
        """Return what each feature adds to the score of `hit`."""
        return self._searcher.breakdown(hit)

    def ask(self, question: str, previous: str | None = None, skip: int = 0) -> Reply:
        """Return the answer to `question`, asked after `previous`, or a refusal with its reason.

        Of a list over articles the first `skip` rows are left out.
        """
        return self.explain(question, previous, skip).reply

    def explain(self, question: str, previous: str | None = None, skip: int = 0) -> Explained:
        """Return the reply together with what it was made from."""
        started = time.perf_counter()
        turned_away = triage(decode(question), self._emergency)
        if turned_away is not None:
            understood = understand(question, previous)
            reason, reply = turned_away
            return Explained(self._not_found(understood, reason, reply, started), understood, ())
        understood = resolve(self.generation, question, previous)
        if (listed := self._listed(understood, skip, started)) is not None:
            return Explained(listed, understood, ())
        query = Query(understood.text, understood.terms)
        hits = self._found(query, ARTICLES)
        if not hits:
            return Explained(self._refusal(understood, None, (), started), understood, ())
        context = self._contexts.of(understood, hits, self._searcher.vector(query.text), self._searcher.matcher(query))
        reading = self.reader.read(context)
        drafts = reading.drafts
        misspelt = slip(understood, self.generation, self._directory)
        if biography.asks_role(understood):
            told = self._told_role(understood, context, reading, misspelt, started)
            if told is not None:
                return Explained(told, understood, tuple(hits), reading, context)
        phrase = phrase_asked(understood)
        said = statement(context, phrase) if phrase else None
        if said is not None and (composed := self._composer.statement(context, said)) is not None:
            answer = self._answer(understood, composed, reading.answerable, started, kind="statement")
            return Explained(answer, understood, tuple(hits), reading, context)
        broken = broken_premise(context, drafts[0]) if drafts else None
        composed = None
        only_named = misspelt is not None and only_names(understood, misspelt)
        if drafts and broken is None and not only_named and reading.answerable >= _threshold(reading):
            composed = self._composer.compose(understood, context, reading)
        if composed is not None:
            if misspelt is not None:
                composed = replace(composed, note=f"{_perhaps(misspelt)}?")
            reply_: Reply = self._answer(understood, composed, reading.confidence, started)
        elif misspelt is not None:
            reply_ = self._asked_back(understood, misspelt, started)
        elif broken is not None and broken[1]:
            suggestions = self._composer.suggestions(context, drafts)
            reply_ = self._not_found(understood, broken[0], broken[1], started, suggestions)
        else:
            reply_ = self._refusal(understood, context, drafts, started)
        return Explained(reply_, understood, tuple(hits), reading, context)

    def _listed(self, question: Question, skip: int, started: float) -> Reply | None:
        """Return a page of the meetings whose list is asked for, or that the articles tell of none; None where no list is."""
        listing = asked_list(question, self._directory)
        if listing is None:
            return None
        found = meetings(listing, self.generation, self._directory)
        composed = self._composer.meetings([m for m in found if listing.covers(m)], skip)
        if composed is not None:
            return self._answer(question, composed, 1.0, started, kind="list")
        undated = sum(m.day is None for m in found)
        when = f" năm {listing.year}" if listing.year else ""
        rest = (
            f" Có {undated} cuộc không rõ ngày; bạn hỏi lại không kèm năm để xem." if undated and listing.year else ""
        )
        reply = f"Các bài Tin Tỉnh đang có không kể cuộc họp nào do {self._directory.written(listing.name)} chủ trì{when}.{rest}"
        return self._not_found(question, "article_silent", reply, started)

    def _told_role(
        self, question: Question, context: Context, reading: Reading, misspelt: Slip | None, started: float
    ) -> Reply | None:
        """Return who a person is, or which of several people is meant; None where no article tells."""
        half = biography.half_named(context)
        found = biography.namesakes(context, half[1]) if half else biography.roles(context)
        if half is None or len(found) < 2:
            composed = self._composer.roles(context, found)
            if composed is not None:
                return self._answer(question, composed, reading.answerable, started)
            return self._asked_back(question, misspelt, started) if misspelt else None
        texts = [context.articles[r.candidate.hit].text for r in found]
        named = [(text[slice(*r.name)], text[slice(*r.role)]) for text, r in zip(texts, found, strict=True)]
        return self._choice(
            question,
            f"Các bài Tin Tỉnh đang có nhắc {len(named)} người tên {half[1]}. Bạn hỏi ai? Bạn trả lời bằng số nhé.",
            {f"{name} – {role}": _renamed(question.asked, " ".join(half), name) for name, role in named},
            started,
        )

    def _asked_back(self, question: Question, misspelt: Slip, started: float) -> NotFound:
        """Return the question whether a name much like the one that was typed is meant."""
        many = "Bạn trả lời bằng số nhé." if len(misspelt.near) > 1 else "Đúng thì bạn trả lời “đúng” nhé."
        alone = only_names(question, misspelt)
        questions = {
            name: f"{name} là ai?" if alone else _renamed(question.asked, misspelt.typed, name)
            for name in misspelt.near
        }
        return self._choice(question, f"{_perhaps(misspelt)}? {many}", questions, started)

    def _choice(self, question: Question, reply: str, questions: dict[str, str], started: float) -> NotFound:
        """Return the refusal that asks which of the labels of `questions` is meant."""
        asked = self._not_found(question, "needs_clarification", reply, started)
        return replace(asked, choices=tuple(questions), questions=tuple(questions.values()))

    @functools.cached_property
    def _directory(self) -> Directory:
        return Directory(self.generation)

    def _answer(
        self, question: Question, composed: Composed, confidence: float, started: float, kind: str | None = None
    ) -> Answer:
        return Answer(
            id=code(),
            question=question.typed,
            text=composed.text,
            items=composed.items,
            citations=composed.citations,
            kind=kind or ("yes_no" if question.yes_no else question.kind),
            interpretation=interpretation(question),
            confidence=confidence,
            generation=self.generation.id,
            data_until=self.generation.data_until,
            elapsed_ms=_since(started),
            note=composed.note,
        )

    def _refusal(
        self, question: Question, context: Context | None, drafts: Sequence[Draft], started: float
    ) -> NotFound:
        suggestions = self._composer.suggestions(context, drafts) if context else ()
        covered = float(context.features[:, _ARTICLE_COVERAGE].max()) if context and len(context.features) else 0.0
        reason: Reason = "article_silent" if covered >= LEAST_COVERAGE else "no_article"
        text = refusal_text(reason, self.generation.data_until)
        renamed = other_names(question.asked)
        if not renamed:
            return self._not_found(question, reason, text, started, suggestions)
        # Never answered in silence: what is true of the part need not be true of the whole.
        told = ". ".join(dict.fromkeys(r.says for r in renamed))
        choices = {
            f"Hỏi với tên {r.other}": question.asked[: r.start] + r.other + question.asked[r.end :] for r in renamed
        }
        refused = self._not_found(question, reason, f"{text} {told}.", started, suggestions)
        return replace(refused, choices=tuple(choices), questions=tuple(choices.values()))

    def _not_found(
        self, question: Question, reason: Reason, reply: str, started: float, suggestions: tuple[Suggestion, ...] = ()
    ) -> NotFound:
        return NotFound(
            id=code(),
            question=question.typed,
            reason=reason,
            reply=reply,
            kind=question.kind,
            interpretation=interpretation(question),
            confidence=0.0,
            generation=self.generation.id,
            data_until=self.generation.data_until,
            elapsed_ms=_since(started),
            suggestions=suggestions,
        )


def _renamed(asked: str, typed: str, name: str) -> str:
    return re.sub(re.escape(typed), lambda _: name, asked, count=1, flags=re.IGNORECASE)


def _perhaps(misspelt: Slip) -> str:
    return f"Các bài Tin Tỉnh đang có không nhắc “{misspelt.typed}”. Có phải bạn hỏi {' hoặc '.join(misspelt.near)}"


def _threshold(reading: Reading) -> float:
    """Return how sure the reader must be; less where a rule found the very body asked for, or the list of who was there."""
    draft = reading.drafts[0]
    sure = draft.typed is not None and draft.ruled and draft.typed.rule in {"task", "attendee"}
    return reading.threshold * (RULED if sure else 1.0)


def refusal_text(reason: Reason, data_until: str | None) -> str:
    """Return what a refusal says to the person who asked."""
    until = f" (đến {_local_day(data_until)})" if data_until else ""
    if reason == "no_article":
        return (
            f"Các bài Tin Tỉnh đang có{until} chưa có bài nào nói về việc này. "
            "Bạn thử hỏi kèm tên người, tên cơ quan, địa phương hoặc ngày nhé."
        )
    return (
        f"Các bài Tin Tỉnh đang có{until} chưa nói về chi tiết bạn hỏi. "
        "Bạn thử hỏi cách khác, hoặc xem đoạn có thể liên quan bên dưới."
    )


def interpretation(question: Question) -> str | None:
    """Return how a follow-up, or raw keystrokes, were understood: `Hiểu là: <the question before> → <this one>`."""
    if question.follows_up and question.previous:
        return f"Hiểu là: {question.previous} → {question.asked}"
    return f"Hiểu là: {question.asked}" if question.asked != question.typed else None


def code() -> str:
    """Return a short code, of 28 bits and more, by which an answer is found again."""
    return "".join(secrets.choice(_CODE) for _ in range(6))


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _local_day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"


_ARTICLE_COVERAGE = FEATURES.index("article_coverage")
