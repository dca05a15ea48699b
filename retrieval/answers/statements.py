"""`Ai nói "trách nhiệm chung"?`: words that the question quotes -> the sentence that has them, and whose they are.

The subject carries over sentences: after `Kết luận hội nghị, … Mùa A Sơn đánh giá cao …` the one meant by `Đồng chí …
cũng chỉ ra …` is Mùa A Sơn. Where neither the sentence nor the ones before name a speaker, nothing is claimed.
"""

import re
from dataclasses import dataclass

from retrieval.answers.context import Context
from retrieval.answers.sentences import Candidate
from retrieval.questions import Question
from retrieval.vietnamese.names import Person
from retrieval.vietnamese.text import folds

_ASKS = re.compile(
    r"\b(?:ai|nguoi nao|vi nao|dong chi nao|ong nao|ba nao|lanh dao nao)\b.*\b(?:noi|phat bieu|cho rang|cho biet|khang dinh|nhan manh|coi)\b"
)
_QUOTED = re.compile(r"[\"“‘«']([^\"”’»']{4,120})[\"”’»']")
_FEWEST = 2
"""Syllables of a quoted phrase that tell it from others."""
_BACK = 4
"""Sentences before, in which the speaker may be named."""
_SUBJECT = frozenset(
    ("dong chi", "ong", "ba", "pho bi", "bi thu", "chu tich", "pho chu", "giam doc", "pho giam", "bo truong")
)


@dataclass(frozen=True)
class Statement:
    """A phrase at tokens `first` to `last` of `said`, and the person of `named` whose words they are."""

    said: Candidate
    first: int
    last: int
    named: Candidate
    speaker: Person


def phrase_asked(question: Question) -> tuple[str, ...] | None:
    """Return the folded syllables that the question quotes and asks the speaker of, None where it does not."""
    quoted = _QUOTED.search(question.asked)
    if quoted is None or not _ASKS.search(" ".join(question.syllables)):
        return None
    phrase = tuple(folds(quoted[1]))
    return phrase if len(phrase) >= _FEWEST else None


def statement(context: Context, phrase: tuple[str, ...]) -> Statement | None:
    """Return the first sentence of the articles that has `phrase` word for word, with its speaker; None where there is none."""
    for hit, sentences in enumerate(context.sentences):
        for index, sentence in enumerate(sentences):
            first = next(
                (i for i in range(len(sentence.folded)) if sentence.folded[i : i + len(phrase)] == phrase), None
            )
            if first is None:
                continue
            found = _speaker(context, hit, index, first)
            if found is not None:
                named, speaker = found
                said = Candidate(hit, index, sentences)
                return Statement(said, first, first + len(phrase) - 1, named, speaker)
    return None


def _speaker(context: Context, hit: int, index: int, before: int) -> tuple[Candidate, Person] | None:
    sentence = context.sentences[hit][index]
    own = [p for p in sentence.named if p.last < before]
    if own:
        return Candidate(hit, index, context.sentences[hit]), own[-1]
    if not ({" ".join(sentence.folded[:2]), sentence.folded[0]} & _SUBJECT):
        return None
    for at in range(index - 1, max(-1, index - 1 - _BACK), -1):
        earlier = context.sentences[hit][at]
        if earlier.people:
            return Candidate(hit, at, context.sentences[hit]), earlier.people[-1]
    return None
