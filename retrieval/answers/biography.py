"""`Mùa A Sơn là ai?`, `ông Lò làm chức gì`: the role that an article gives a person, verbatim, with the article's date.

A role is told as of the article, never as of today.
"""

import re
from dataclasses import dataclass

from retrieval.annotation import Sentence
from retrieval.answers.context import Context
from retrieval.answers.roles import role_of
from retrieval.answers.sentences import Candidate
from retrieval.questions import Question

_ASKS = re.compile(
    r"\b(?:la ai|giu chuc|chuc vu|chuc gi|chuc danh|lam chuc|dam nhiem chuc|giu cuong vi|cuong vi gi|la can bo gi|lam gi o tinh)\b"
)


@dataclass(frozen=True)
class Role:
    """A person and the role the sentence of `candidate` gives; offsets in the article's text."""

    candidate: Candidate
    name: tuple[int, int]
    role: tuple[int, int]


def asks_role(question: Question) -> bool:
    """Tell whether the question asks who a person is, or what office he holds."""
    return _ASKS.search(" ".join(question.syllables)) is not None


def roles(context: Context) -> list[Role]:
    """Return the roles of the people whom the question names by two syllables or more, best article first, one a person and article."""
    question = context.asked.question
    # `vậy ông ấy làm chức gì` asks for whom the question before named; `Bí thư Tỉnh ủy phát biểu ở đó là ai` does not.
    words = question.terms.folded if question.points_back else question.own_terms.folded
    asked = {tuple(words[i : i + n]) for n in (2, 3, 4, 5) for i in range(len(words) - n + 1)}
    found: list[Role] = []
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for hit, sentences in enumerate(context.sentences):
        for index, sentence in enumerate(sentences):
            for person in sentence.people:
                name = sentence.folded[person.first : person.last + 1]
                if len(name) < 2 or name not in asked or (hit, name) in seen:
                    continue
                place = role_of(sentence, person.first, person.last)
                if place is None:
                    continue
                seen.add((hit, name))
                found.append(
                    Role(Candidate(hit, index, sentence), _offsets(sentence, person.first, person.last), place)
                )
    return found


def _offsets(sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    return sentence.tokens[first].start, sentence.tokens[last].end
