"""The sentences of the articles found, laid end to end: what is worked out for all of them at once.

One article has a few dozen sentences; working on each array of three articles at once costs a third of working on it article by
article.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from retrieval.annotation import Annotations, Sentences
from retrieval.matching import Matches

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Real = TypeVar("Real", bound=np.floating)


@dataclass(frozen=True, slots=True)
class Laid:
    """The sentences of some articles, none of them empty, one after the other. Rows count over all of them."""

    articles: tuple[Sentences, ...]
    found: Matches
    """Where the question's words stand in them."""
    of: Integers
    """(sentences,): the article that a sentence is of, as its place among `articles`."""
    index: Integers
    """(sentences,): its place in its article."""
    marks: npt.NDArray[np.uint8]
    gaps: npt.NDArray[np.uint8]
    """(tokens,)"""
    sizes: npt.NDArray[np.float32]
    """(sentences,): tokens, at least 1."""
    bounds: npt.NDArray[np.int32]
    """(sentences, 2)"""
    counts: npt.NDArray[np.float32]
    """(sentences, COUNTED)"""
    people: Integers
    """(people, 3): the sentence in which somebody is named, and the first and the last token of the name."""

    @classmethod
    def out(
        cls, articles: Sequence[Sentences], notes: Sequence[tuple[Annotations, int]], matches: Sequence[Matches]
    ) -> "Laid":
        """Return the articles laid out; of each its annotations with its row in them, and where the question's words stand."""
        own = [n.article(row) for n, row in notes]
        tokens = [n.tokens_of(s) for (n, _), s in zip(notes, own, strict=True)]
        lengths = np.array([s.stop - s.start for s in own])
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        first_tokens = np.concatenate([[0], np.cumsum([t.stop - t.start for t in tokens])])
        people = []
        for (n, _), sentences, here, first, begin in zip(notes, own, tokens, starts, first_tokens, strict=False):
            named = n.persons[n.persons_of(sentences)].astype(np.int64)
            owner = np.repeat(
                np.arange(sentences.stop - sentences.start),
                np.diff(n.person_starts[sentences.start : sentences.stop + 1]),
            )
            at = (n.token_starts[sentences] - here.start)[owner] + begin
            people.append(np.column_stack([owner + first, at + named[:, 0], at + named[:, 1]]))
        return cls(
            tuple(articles),
            Matches(
                np.concatenate([m.words for m in matches]),
                np.concatenate([m.pairs for m in matches]),
                np.concatenate([m.accents for m in matches]),
                np.concatenate([m.asked for m in matches]),
                np.concatenate([m.owner + first for m, first in zip(matches, starts, strict=False)]),
                starts,
            ),
            np.repeat(np.arange(len(own)), lengths),
            np.concatenate([np.arange(length) for length in lengths]),
            np.concatenate([n.marks[t] for (n, _), t in zip(notes, tokens, strict=True)]),
            np.concatenate([n.gaps[t] for (n, _), t in zip(notes, tokens, strict=True)]),
            np.maximum(
                np.concatenate(
                    [np.diff(n.token_starts[s.start : s.stop + 1]) for (n, _), s in zip(notes, own, strict=True)]
                ),
                1,
            ).astype(np.float32),
            np.concatenate([n.bounds[s] for (n, _), s in zip(notes, own, strict=True)]),
            np.concatenate([n.counts[s] for (n, _), s in zip(notes, own, strict=True)]).astype(np.float32),
            np.concatenate(people),
        )

    def __len__(self) -> int:
        return len(self.of)

    def most(self, values: npt.NDArray[np.floating]) -> Floats:
        """Return for each sentence the largest of `values` (sentences,) in its article."""
        return np.asarray(np.maximum.reduceat(values, self.found.starts[:-1])[self.of])

    def sum(self, values: npt.NDArray[np.floating] | Integers) -> Floats:
        """Return for each sentence the sum of `values` (sentences,) over its article."""
        return np.asarray(np.add.reduceat(values, self.found.starts[:-1])[self.of])

    def best(self, values: npt.NDArray[np.floating]) -> Integers:
        """Return for each sentence the first one of its article where `values` (sentences,) are largest."""
        pieces = pairwise(self.found.starts.tolist())
        return np.array([first + int(values[first:end].argmax()) for first, end in pieces])[self.of]

    def ranks(self, values: npt.NDArray[np.floating]) -> Integers:
        """Return the rank of each sentence in its article by `values` (sentences,), 0 the largest."""
        ranks = np.empty(len(self), np.int64)
        ranks[np.lexsort((-values, self.of))] = self.index
        return ranks

    def before(self, values: npt.NDArray[Real], back: int = 1) -> npt.NDArray[Real]:
        """Return for each sentence the value(s) of the one `back` before it in its article, 0 where there is none."""
        out = np.zeros_like(values)
        out[back:] = values[:-back]
        out[self.index < back] = 0.0
        return out

    def after(self, values: npt.NDArray[Real]) -> npt.NDArray[Real]:
        """Return for each sentence the value(s) of the one after it in its article, 0 where there is none."""
        out = np.zeros_like(values)
        out[:-1] = values[1:]
        out[self.found.starts[1:] - 1] = 0.0
        return out

    def since(self, flags: npt.NDArray[np.bool_], most: int) -> Floats:
        """Return for each sentence how many sentences ago one was flagged: 0 here, `most` where none was, or longer ago."""
        # Articles so far apart that none reaches into the next.
        at = self.of * (len(self) + most) + self.index
        last = np.maximum.accumulate(np.where(flags, at, at - self.index - most))
        return np.asarray(np.minimum(at - last, most), np.float64)

    def until(self, flags: npt.NDArray[np.bool_], most: int) -> Floats:
        """Return for each sentence in how many sentences one is flagged, as `since`."""
        lengths = np.diff(self.found.starts)[self.of]
        at = self.of * (len(self) + most) + self.index
        end = at - self.index + lengths - 1 + most
        following = np.minimum.accumulate(np.where(flags, at, end)[::-1])[::-1]
        return np.asarray(np.minimum(following - at, most), np.float64)

    def most_so_far(self, values: Floats) -> Floats:
        """Return for each sentence the largest of `values` (sentences,) up to it in its article."""
        pieces = pairwise(self.found.starts.tolist())
        return np.concatenate([np.maximum.accumulate(values[first:end]) for first, end in pieces])
