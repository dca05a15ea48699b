"""A name in the question that no article has, though one has a name much like it: a slip of the fingers, to be asked about.

`Lê Văn Sơn` is never made into `Lê Vũ Sơn` in silence: what is assumed is said, and where nothing answers, it is asked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.directory import Directory, agree
from retrieval.linking import question_frame
from retrieval.questions import Question
from retrieval.snapshot import Generation, term_key
from retrieval.vietnamese.names import NAME_LENGTHS, WHOLE_NAME, people, surnames
from retrieval.vietnamese.text import Token, folds, tokens

_PARTICLES = frozenset("nua z a nhi nhe ha vay the con".split())
_SELDOM = 1
"""Articles in which a mistyped syllable may stand by chance."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What was typed, and the names of the corpus that may be meant, the likeliest first."""

    typed: str
    near: tuple[str, ...]


def slip(question: Question, generation: Generation, directory: Directory) -> Slip | None:
    """Return the first name of `question` that only resembles one of the corpus; None where there is none."""
    text = question.asked
    found = tokens(text)
    known = _known(found, directory)
    for first, last in _names(text, found, generation):
        if any(known[first : last + 1]):
            continue
        near = directory.near(tuple(t.fold for t in found[first : last + 1]))
        if near:
            return Slip(text[found[first].start : found[last].end], tuple(near))
    return None


def otherwise_written(question: Question, texts: Iterable[str]) -> Slip | None:
    """Return a name of the question and how `texts` write it with other diacritics, `Lê Vân Sơn` and `Lê Văn Sơn`; None where they agree.

    A syllable typed without diacritics agrees with any.
    """
    typed = tokens(question.asked)
    named = [typed[p.first : p.last + 1] for p in people(question.asked, typed) if p.last - p.first >= WHOLE_NAME - 1]
    accented = [name for name in named if any(t.norm != t.fold for t in name)]
    if not accented:
        return None
    for text in texts:
        # Most names are typed as they are written: then no article has to be taken apart.
        unlike = [name for name in accented if question.asked[name[0].start : name[-1].end] not in text]
        there = tokens(text) if unlike else []
        bare = [t.fold for t in there]
        for name in unlike:
            own, size = [t.fold for t in name], len(name)
            at = [i for i in range(len(bare) - size + 1) if bare[i : i + size] == own]
            if not at or any(agree(name, there[i : i + size]) for i in at):
                continue
            written = text[there[at[0]].start : there[at[0] + size - 1].end]
            return Slip(question.asked[name[0].start : name[-1].end], (written,))
    return None


def renamed(asked: str, typed: str, name: str) -> str:
    """Return the question with `name` in place of what was typed for it."""
    return re.sub(re.escape(typed), lambda _: name, asked, count=1, flags=re.IGNORECASE)


def perhaps(misspelt: Slip) -> str:
    """Return the question whether a name like the one that was typed is meant."""
    return f"Các bài Tin Tỉnh đang có không nhắc “{misspelt.typed}”. Có phải bạn hỏi {' hoặc '.join(misspelt.near)}?"


def only_names(question: Question, found: Slip) -> bool:
    """Tell whether the question has nothing but the name: `lo van tein nua`."""
    name = set(folds(found.typed))
    return all(w in name or w in _PARTICLES or w in question_frame() for w in question.syllables)


def _known(found: Sequence[Token], directory: Directory) -> list[bool]:
    """Return which syllables belong to a name of three syllables or more that the corpus has."""
    known = [False] * len(found)
    for length in (5, 4, 3):
        for first in range(len(found) - length + 1):
            if tuple(t.fold for t in found[first : first + length]) in directory:
                known[first : first + length] = [True] * length
    return known


def _names(text: str, found: Sequence[Token], generation: Generation) -> list[tuple[int, int]]:
    """Return what may be names of three syllables or more: capitalised ones; without capitals, where a syllable is strange."""
    if any(text[t.start].isupper() for t in found[1:]):
        return [(p.first, p.last) for p in people(text, list(found)) if p.last - p.first >= 2]
    strange = _strange(found, generation)
    return [
        (first, first + length - 1)
        for length in NAME_LENGTHS
        for first in range(len(found) - length + 1)
        if found[first].fold in surnames() and any(strange[first + 1 : first + length])
    ]


def _strange(found: Sequence[Token], generation: Generation) -> list[bool]:
    """Return which syllables stand in next to no article: `tein`. A slip that makes another common word is not seen."""
    keys = np.fromiter((term_key(t.fold) for t in found), np.uint32, len(found))
    return [c <= _SELDOM and t.fold.isalpha() for c, t in zip(generation.counts(keys).tolist(), found, strict=True)]
