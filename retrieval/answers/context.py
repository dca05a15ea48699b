"""A question and the articles found for it -> all that the reader looks at, worked out once."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.annotation import Sentences
from retrieval.answers import sentences
from retrieval.answers.dated import of_date, words_of_time
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
    of_time: tuple[frozenset[str], ...]
    """Of each article: the question's words that name the time it is of."""
    held: tuple[tuple[tuple[int, int], ...], ...]
    """Of each article: (start, end) of what is held back."""

    def words_in(self, hit: int) -> Flags:
        """Return which of the question's words stand in an article, its title included; the time that it is of need not."""
        there = np.asarray(self.matches[hit].words.any(axis=0) | self.titles[hit][0])
        of_time = self.of_time[hit]
        return there | [word in of_time for word in self.asked.matcher.words] if of_time else there

    def pairs_in(self, hit: int) -> Flags:
        """Return which of the question's bigrams stand in an article, its title included; those with the time that it is of need not."""
        there = np.asarray(self.matches[hit].pairs.any(axis=0) | self.titles[hit][1])
        of_time = self.of_time[hit]
        return (
            there | [not of_time.isdisjoint(pair.split("_")) for pair in self.asked.matcher.pairs] if of_time else there
        )


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
            tuple(words_of_time(question, *each) for each in zip(articles, found, strict=True)),
            tuple(tuple(generation.held_spans(article)) for article in articles),
        )
