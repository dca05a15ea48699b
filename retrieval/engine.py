"""Ties the online stages together over one generation: a question in, a Reply out. Safe to call from several threads."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answers.context import Contexts
from retrieval.answers.drafts import Draft
from retrieval.answers.editor import Editor
from retrieval.answers.reading import Reader, Reading
from retrieval.answers.triage import triage
from retrieval.answers.types import Reply
from retrieval.encoding import Encoder
from retrieval.linking import resolve
from retrieval.locality import Locality
from retrieval.questions import Question, is_follow_up, understand
from retrieval.reranking import DEPTH, Reranker
from retrieval.search import CANDIDATES, Hit, Query, Searcher
from retrieval.snapshot import Generation
from retrieval.splitting import questions_in
from retrieval.vietnamese.abbreviations import spell_out
from retrieval.vietnamese.keystrokes import decode
from retrieval.vietnamese.text import clean, folds


@dataclass(frozen=True)
class Explained:
    """A reply with what it was made from, for evaluation and for the person who asks why."""

    reply: Reply
    question: Question
    hits: tuple[Hit, ...] = ()
    reading: Reading | None = None
    """What the reader made of them; None where nothing was read."""

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
        locality: Locality | None = None,
    ) -> None:
        self.generation = generation
        self.encoder = encoder
        self.reader = reader
        self._reranker = reranker
        self._locality = locality or Locality()
        self._searcher = Searcher(generation, encoder)
        self._contexts = Contexts(generation)
        self._editor = Editor(generation, self._locality.communes)

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

    def ask(
        self,
        question: str,
        previous: str | None = None,
        skip: int = 0,
        province: str | None = None,
        articles: Sequence[str] = (),
    ) -> Reply:
        """Return the answer to `question`, asked after `previous`, or a refusal with its reason.

        `province` is meant where the question names none; left out, the one this service is for. Where `articles` (ids)
        are given, only those are read.

        Of a list over articles the first `skip` rows are left out. Where several questions are asked, the replies to the
        others are the first one's `also`.
        """
        first, *others = questions_in(question)
        reply = self.explain(first, previous, skip, province, articles).reply
        if not others:
            return reply if first == question else replace(reply, question=clean(question))
        also: list[Reply] = []
        for other in others:
            # In one breath only what says so itself leans on the question before.
            before = (also[-1] if also else reply).carried or previous
            leaning = before if is_follow_up(folds(spell_out(other))) else None
            also.append(self.explain(other, leaning, province=province, articles=articles).reply)
        return replace(reply, also=tuple(also), elapsed_ms=sum(r.elapsed_ms for r in (reply, *also)))

    def explain(
        self,
        question: str,
        previous: str | None = None,
        skip: int = 0,
        province: str | None = None,
        articles: Sequence[str] = (),
    ) -> Explained:
        """Return the reply together with what it was made from."""
        started = time.perf_counter()
        made = self._explained(question, previous, skip, province or self._locality.province, tuple(articles))
        elapsed = (time.perf_counter() - started) * 1000
        return replace(made, reply=replace(made.reply, elapsed_ms=elapsed))

    def _explained(
        self, asked: str, previous: str | None, skip: int, province: str | None, articles: tuple[str, ...]
    ) -> Explained:
        turned_away = triage(decode(asked), self._locality.emergency)
        if turned_away is not None:
            question = understand(asked, previous)
            return Explained(self._editor.turned_away(question, turned_away), question)
        question = replace(resolve(self.generation, asked, previous), province=province)
        known = None if articles else self._editor.known(question, skip)
        if known is not None:
            return Explained(known, question)
        query = Query(question.text, question.terms, articles=articles)
        hits = self._found(query, CANDIDATES)
        if not hits:
            return Explained(self._editor.nothing(question), question)
        context = self._contexts.of(question, hits, self._searcher.vector(query.text), self._searcher.matcher(query))
        reading = self.reader.read(context)
        return Explained(
            self._editor.read(question, context, reading, self._locality.today()), question, context.hits, reading
        )
