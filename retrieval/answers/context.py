"""A question and the articles found for it -> all that the reader looks at, worked out once."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.annotation import Sentences
from retrieval.answers import sentences
from retrieval.answers.dated import of_date
from retrieval.answers.sentences import Asked, Candidate
from retrieval.articles import Article
from retrieval.encoding import Vectors
from retrieval.matching import Flags, Matcher, Matches
from retrieval.questions import Question
from retrieval.search import Hit
from retrieval.snapshot import Generation


@dataclass(frozen=True)
class Context:
    """A question, the articles found for it, their sentences, and the features of each candidate sentence."""

    asked: Asked
    found: tuple[Hit, ...]
    """All that search found, the best first."""
    hits: tuple[Hit, ...]
    """Those whose articles are read."""
    articles: tuple[Article, ...]
    sentences: tuple[Sentences, ...]
    matches: tuple[Matches, ...]
    titles: tuple[tuple[Flags, Flags], ...]
    """Of each article: which of the question's words and which of its bigrams stand in the title."""
    candidates: tuple[Candidate, ...]
    features: npt.NDArray[np.float32]
    held: tuple[tuple[tuple[int, int], ...], ...]
    """Of each article: (start, end) of what is held back."""

    def words_in(self, hit: int) -> Flags:
        """Return which of the question's words stand in an article, its title included."""
        return np.asarray(self.matches[hit].words.any(axis=0) | self.titles[hit][0])

    def pairs_in(self, hit: int) -> Flags:
        """Return which of the question's bigrams stand in an article, its title included."""
        return np.asarray(self.matches[hit].pairs.any(axis=0) | self.titles[hit][1])


ARTICLES = 3
"""Articles that are read for a question."""


class Contexts:
    """Reads articles for questions, and remembers the sentences of the last ones."""

    def __init__(self, generation: Generation, remembered: int = 512) -> None:
        self.generation = generation
        self._read = functools.lru_cache(maxsize=remembered)(generation.sentences)

    def of(self, question: Question, all_found: Sequence[Hit], vector: Vectors, matcher: Matcher) -> Context:
        """Return the context of `question`, whose vector (1, dimensions) and words are given, over the first articles found."""
        generation = self.generation
        hits = of_date(question, all_found, generation.article, self._read)[:ARTICLES]
        asked = Asked(question, len(generation), matcher)
        found = [self._read(hit.article) for hit in hits]
        matches = [asked.matcher.one(hit.article) for hit in hits]
        likenesses = generation.likenesses([hit.article for hit in hits], vector[0])
        cosines = np.split(likenesses, np.cumsum([len(own) for own in found])[:-1])
        candidates, features = sentences.features(asked, generation, hits, found, matches, cosines)
        articles = tuple(generation.article(hit.article) for hit in hits)
        return Context(
            asked,
            tuple(all_found),
            tuple(hits),
            articles,
            tuple(found),
            tuple(matches),
            tuple(zip(*matcher.in_titles([hit.article for hit in hits])[:2], strict=True)) if hits else (),
            tuple(candidates),
            features,
            tuple(tuple(generation.held_spans(article)) for article in articles),
        )
