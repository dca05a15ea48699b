"""Whose word an answer is, where its sentence says so: quoted as it was said, told in the article's words, or reported by a body.

`Ông A cho biết: “…”`, `ông A cho rằng …` and `theo Sở Y tế, …` are three different things to rest on. Only what the sentence itself
says is told: where it names nobody, the word is the article's own.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from retrieval.annotation import Sentence
from retrieval.answers.tasks import is_body
from retrieval.vietnamese.tables import rows

Manner = Literal["quotation", "paraphrase", "report"]
_SAYING = frozenset(tuple(row[0].split()) for row in rows("saying_verbs"))
_LONGEST_SOURCE = 24
"""Tokens after `theo` within which a comma must end who it is."""
_VERB_WITHIN = 16
"""Tokens after a name, its role among them, within which the verb of saying stands."""
_REPORTS = tuple(
    tuple(words.split())
    for words in "bao cao cua|so lieu cua|thong tin tu|thong tin cua|thong ke cua|danh gia cua|ket qua cua|nguon tin tu|nguon tin cua|loi".split("|")
)  # fmt: skip
"""What stands between `theo` and who it is."""
_ENDS_SUBJECT = frozenset("SE")
_OPENING, _CLOSING, _EITHER = "“«", "”»", '"'


@dataclass(frozen=True, slots=True)
class Attribution:
    """Tokens `first` to `last` of the sentence name whose word it is, told in this manner."""

    manner: Manner
    first: int
    last: int


def says(sentence: Sentence) -> bool:
    """Tell whether somebody says, asks for or orders something in a sentence, or is quoted."""
    if "Q" in sentence.gaps or _WORD_OF.intersection(pairwise(sentence.folded)):
        return True
    # Folded, `nói` is also `Hà Nội`, `nêu` is `nếu`, `giao` is `giáo`.
    return any(token.norm in _SAID_IN_ONE for token in sentence.tokens)


_WORD_OF = frozenset(verb for verb in _SAYING if len(verb) > 1) | frozenset(
    tuple(words.split()) for words in "yeu cau|chi dao|luu y|canh bao|keu goi|cam ket|quan triet|bieu duong|mong muon".split("|")
)  # fmt: skip
_SAID_IN_ONE = frozenset("nói nêu giao hỏi hứa mong".split())


def attribution(sentence: Sentence, first: int, last: int) -> Attribution | None:
    """Return whose word tokens `first` to `last` of a sentence are; None where the sentence names nobody."""
    named = _by_theo(sentence, first) or _by_verb(sentence, first)
    if named is None:
        return None
    if named.manner == "paraphrase" and _in_quotes(sentence, first, last):
        return Attribution("quotation", named.first, named.last)
    return named


def _by_theo(sentence: Sentence, before: int) -> Attribution | None:
    """`Theo báo cáo của Sở Y tế, …`, `Theo ông A, …`: not `theo đó`, nor `theo kế hoạch`."""
    words, gaps = sentence.folded, sentence.gaps
    if not words or words[0] != "theo":
        return None
    end = next((i for i in range(2, min(len(words), _LONGEST_SOURCE)) if gaps[i] in "CP"), None)
    if end is None or before < end:
        return None
    start = 1
    for report in _REPORTS:
        if words[start : start + len(report)] == report:
            start += len(report)
            break
    if start >= end:
        return None
    if any(start <= p.first and p.last < end for p in sentence.named):
        return Attribution("paraphrase", start, end - 1)
    return Attribution("report", start, end - 1) if is_body(words[start : start + 2]) else None


def _by_verb(sentence: Sentence, before: int) -> Attribution | None:
    """`ông A, Chủ tịch UBND xã, cho biết …`, `Sở Y tế thông báo …`: the last one who says something before the answer."""
    people = [p for p in sentence.named if p.last < before]
    for person in reversed(people):
        after = min([before, person.last + 1 + _VERB_WITHIN, *(p.first for p in people if p.first > person.last)])
        if _verb(sentence, person.last + 1, after) is not None:
            return Attribution("paraphrase", person.first, person.last)
    if people or not is_body(sentence.folded[:2]):
        return None
    verb = _verb(sentence, 2, min(before, _VERB_WITHIN))
    return Attribution("report", 0, verb - 1) if verb is not None else None


def _verb(sentence: Sentence, first: int, end: int) -> int | None:
    """Return the token in [first, end) at which somebody says something; what stands past a full stop or a semicolon is another's."""
    words = sentence.folded
    for at in range(first, end):
        if sentence.gaps[at] in _ENDS_SUBJECT:
            return None
        if sentence.marks[at] == "o" and (words[at : at + 2] in _SAYING or words[at : at + 1] in _SAYING):
            return at
    return None


def _in_quotes(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether the words stand between quotation marks."""
    start, end = sentence.tokens[first].start, sentence.tokens[last].end
    before, after = sentence.between(sentence.start, start), sentence.between(end, sentence.end)
    opened = sum(before.count(mark) for mark in _OPENING) - sum(before.count(mark) for mark in _CLOSING)
    if opened > 0 and any(mark in after for mark in _CLOSING):
        return True
    return before.count(_EITHER) % 2 == 1 and _EITHER in after
