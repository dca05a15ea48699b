"""`Sở nào chỉ phối hợp?`: in `giao Sở A chủ trì, phối hợp với Sở B, Sở C rà soát…` the bodies that help, apart from the one that leads."""

import re

from retrieval.annotation import Sentence
from retrieval.answers.context import Context
from retrieval.answers.sentences import Candidate
from retrieval.answers.tasks import begins_action, is_body
from retrieval.linking import question_frame
from retrieval.questions import Question
from retrieval.vietnamese.text import bigrams, folds

_ASKS = re.compile(
    r"\bnao (?:chi |phai |cung |se |duoc giao |tham gia )*phoi hop\b(?! to chuc)|\bphoi hop (?:voi|cung) (?:ai|nhung ai|(?:so|don vi|co quan|nganh) nao)$"
)
_OF_QUESTION = frozenset(
    "nao chi phai cung se duoc giao tham gia phoi hop voi ai nhung so don vi co quan nganh con".split()
)
_LONGEST_BODY = 12


def asks_coordination(question: Question) -> bool:
    """Tell whether the question asks which bodies take part under another's lead."""
    own = " ".join(question.syllables)
    return _ASKS.search(own) is not None and "chu tri" not in own


def coordinating(context: Context) -> tuple[Candidate, list[tuple[int, int]]] | None:
    """Return the sentence nearest to the question that lists who takes part, and the tokens of each; None where none does.

    `Tỉnh đoàn phối hợp với ai?` is told by no sentence about another body.
    """
    subject = set(folds(context.asked.question.text))
    own = [w for w in context.asked.question.syllables if w not in _OF_QUESTION and w not in question_frame()]
    pairs, alone = set(bigrams(own)), set(own)
    found = [
        (len(subject.intersection(sentence.folded)), -hit, Candidate(hit, index, sentences), bodies)
        for hit, sentences in enumerate(context.sentences)
        for index, sentence in enumerate(sentences)
        if (pairs & sentence.pairs if pairs else alone <= sentence.words) and (bodies := _bodies(sentence))
    ]
    best = max(found, key=lambda entry: entry[:2], default=None)
    return (best[2], best[3]) if best else None


def _bodies(sentence: Sentence) -> list[tuple[int, int]]:
    words, gaps = sentence.folded, sentence.gaps
    start = next(
        (
            i + 1
            for i, word in enumerate(words)
            if word in {"voi", "cung"}
            and "phoi hop" in " ".join(words[max(0, i - 4) : i])
            and is_body(words[i + 1 : i + 3])
        ),
        None,
    )
    if start is None:
        return []
    found = []
    first = at = start
    while at < len(words):
        ends = at > first and (gaps[at] != "_" or begins_action(sentence, at) or at - first >= _LONGEST_BODY)
        joined = words[at] == "va" and is_body(words[at + 1 : at + 3])
        if ends or joined:
            found.append((first, at - 1))
            following = at + 1 if joined else at
            if not (joined or gaps[at] == "C") or not is_body(words[following : following + 2]):
                return found
            first = at = following
        at += 1
    return [*found, (first, len(words) - 1)]
