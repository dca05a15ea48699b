"""A question and passages in; spans of the passages with confidence, or none, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one of the articles found: which of them (0 is the best), where it begins, and its text."""

    article: int
    start: int
    text: str
    title: str = ""
    published_at: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Words that answer: the passage's number and the offsets in its text; for whom, where it is a task."""

    passage: int
    start: int
    end: int
    confidence: float
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class Marking:
    """The spans that answer together, in order, and the probability that the passages answer at all."""

    spans: tuple[Span, ...]
    answerable: float


class SpanReaderError(Exception):
    """The reader gave nothing that can be used: too late, out of reach, or nonsense. Says what; never the question."""


class SpanReader(Protocol):
    """Marks the answer to a question in passages."""

    name: str
    threshold: float
    """Below this probability its answer is not given."""

    def mark(self, question: str, passages: Sequence[Passage]) -> Marking:
        """Return the spans that answer `question`; none where the passages do not. Raises SpanReaderError."""
