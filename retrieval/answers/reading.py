"""What any reader gives: drafts of an answer, and how sure it is that the question has one in these articles."""

from dataclasses import dataclass
from typing import Protocol

from retrieval.answers.context import Context
from retrieval.answers.drafts import Draft


@dataclass(frozen=True)
class Reading:
    """Drafts of an answer, the best first, and the probability that the question has one in these articles."""

    drafts: tuple[Draft, ...]
    answerable: float
    threshold: float
    """Below this probability the question is refused."""
    confidence: float = 0.0
    """The probability that the best draft is right, calibrated where the reader can."""
    answer: tuple[Draft, ...] | None = None
    """The drafts that are the answer together, in order; None leaves the choice among `drafts` to whoever composes it."""
    further: tuple[Draft, Draft] | None = None
    """The best draft and one of another sentence that goes on with it; None where the best is the whole answer."""
    by: str = "builtin"
    """The reader that made it."""


class Reader(Protocol):
    """Reads the articles found for a question. Safe to call from several threads."""

    name: str

    def read(self, context: Context) -> Reading:
        """Return drafts of an answer, and the probability that there is one."""
