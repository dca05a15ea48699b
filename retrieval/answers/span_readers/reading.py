"""A span reader's markings -> drafts over the stored sentences, so that they are checked and cited as any other's."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from retrieval.answers.context import Context
from retrieval.answers.drafts import Draft
from retrieval.answers.reader import BuiltinReader
from retrieval.answers.reading import Reading
from retrieval.answers.sentences import Candidate
from retrieval.answers.span_readers.protocol import Passage, Span, SpanReader, SpanReaderError

LONGEST_PASSAGE = 6_000
"""Characters of an article that a span reader is given, around the passage that was found."""
_HELD = "█"
MOST_DRAFTS = 12
"""Stretches of which one answer is made at most."""

log = logging.getLogger(__name__)


class SpanReading:
    """Reads with a span reader; falls back to the built-in one where that gives nothing to be used."""

    def __init__(self, marker: SpanReader, builtin: BuiltinReader) -> None:
        self.name = marker.name
        self._marker = marker
        self._builtin = builtin

    def read(self, context: Context) -> Reading:
        """Return the drafts that the span reader's spans give, then the built-in reader's."""
        own = self._builtin.read(context)
        given = passages(context)
        if not given:
            return own
        try:
            marking = self._marker.mark(context.asked.question.text, given)
        except SpanReaderError as error:
            log.warning("reader %s gave nothing to be used (%s): the built-in reader answers", self.name, error)
            return own
        marked = [d for span in marking.spans for d in drafts_of(context, given[span.passage], span)][:MOST_DRAFTS]
        known = marking.answerable if marked else 0.0
        # Its own drafts stay behind, so that a refusal can still show what is near.
        return Reading(
            (*marked, *own.drafts),
            known,
            self._marker.threshold,
            confidence=marked[0].probability if marked else 0.0,
            answer=tuple(marked) or None,
            by=self.name,
        )


def passages(context: Context) -> list[Passage]:
    """Return of each article found the sentences around its best one, at most `LONGEST_PASSAGE` characters."""
    coverage = context.features[:, 0].tolist()
    best: dict[int, tuple[float, int]] = {}
    for candidate, covers in zip(context.candidates, coverage, strict=True):
        best[candidate.hit] = max(best.get(candidate.hit, (-1.0, 0)), (covers, candidate.index))
    given = []
    for at, (article, sentences) in enumerate(zip(context.articles, context.sentences, strict=True)):
        if not len(sentences):
            continue
        start, end = _around([(s.start, s.end) for s in sentences], best.get(at, (0.0, 0))[1])
        day = article.published_at.isoformat() if article.published_at else None
        text = _without(article.text, context.held[at])[start:end]
        given.append(Passage(at, start, text, article.title if not context.held[at] else "", day))
    return given


def _without(text: str, held: Sequence[tuple[int, int]]) -> str:
    """Return `text` with a mark for each character that is held back: offsets stay, the words go to no model."""
    for start, end in held:
        text = text[:start] + _HELD * (end - start) + text[end:]
    return text


def _around(bounds: Sequence[tuple[int, int]], middle: int) -> tuple[int, int]:
    """Return where a stretch of whole sentences with `middle` amid it begins and ends, as long as may be."""
    first = last = middle
    while True:
        longer = [
            (a, b)
            for a, b in sorted([(first - 1, last), (first, last + 1)], key=lambda w: abs(w[0] + w[1] - 2 * middle))
            if a >= 0 and b < len(bounds) and bounds[b][1] - bounds[a][0] <= LONGEST_PASSAGE
        ]
        if not longer:
            return bounds[first][0], bounds[last][1]
        first, last = longer[0]


def drafts_of(context: Context, passage: Passage, span: Span) -> list[Draft]:
    """Return a draft for each sentence that `span` touches, widened to whole words."""
    start, end = passage.start + span.start, passage.start + span.end
    sentences = context.sentences[passage.article]
    found = []
    for index, sentence in enumerate(sentences):
        touched = [i for i, t in enumerate(sentence.tokens) if t.start < end and t.end > start]
        if touched:
            cut = ((touched[0], touched[-1]),)
            draft = Draft(Candidate(passage.article, index, sentences), cut, probability=span.confidence)
            found.append(replace(draft, assignee=span.assignee))
    return found
