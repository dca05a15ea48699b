"""The people whom the articles of a generation name, and who of them is meant by a name that none of them has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from rapidfuzz.distance import OSA

from retrieval.segment import Segment
from retrieval.snapshot import Generation
from retrieval.vietnamese.names import LONGEST, TITLES
from retrieval.vietnamese.text import Token, folds, has_diacritics, tokens

T = TypeVar("T")
Name = tuple[str, ...]
"""The folded syllables of a name."""
FEWEST = 2
"""Syllables of a name that is looked up."""
MOST_EDITS = 2
LONG = 9
"""Letters from which two edits are taken for a slip; in a shorter name one."""
MOST_NEAR = 4


@dataclass(frozen=True)
class Typed:
    """A name of the corpus as somebody typed it. With other diacritics it is another name: `Hùng` is not `Hưng`."""

    name: Name
    """Folded."""
    text: str
    tokens: tuple[Token, ...]

    @classmethod
    def within(cls, text: str, name: Name) -> "Typed":
        """Return `name` as `text` has it. Raises ValueError where it does not."""
        found = tokens(text)
        runs = (found[at : at + len(name)] for at in range(len(found)))
        own = next((run for run in runs if tuple(t.fold for t in run) == name), None)
        if own is None:
            raise ValueError(f"{' '.join(name)} does not stand in {text!r}")
        return cls.of(own, text[own[0].start : own[-1].end])

    @classmethod
    def of(cls, found: Sequence[Token], text: str) -> "Typed":
        """Return the name that the tokens `found` are, written `text`."""
        return cls(tuple(token.fold for token in found), text, tuple(found))

    def agrees(self, written: Sequence[Token]) -> bool:
        """Tell whether it may be the name that is `written`."""
        return agree(self.tokens, written)

    def own(self, named: Sequence[T], written: Callable[[T], Sequence[Token]]) -> list[T]:
        """Return those of `named` whose name it is, as it is `written`: with diacritics those alone who are written just so, if there are any."""
        exactly = [n for n in named if [t.norm for t in written(n)] == [t.norm for t in self.tokens]]
        if exactly and has_diacritics(self.text):
            return exactly
        return [n for n in named if self.agrees(written(n))]


def agree(typed: Sequence[Token], written: Sequence[Token]) -> bool:
    """Tell whether words that were typed may be those that are `written`: a syllable without diacritics may be any of its letters."""
    return len(typed) == len(written) and all(a.norm in {a.fold, b.norm} for a, b in zip(typed, written, strict=True))


@dataclass(frozen=True, slots=True)
class _Place:
    token: int
    count: int


class _People:
    """The people of one segment; made once and kept with it."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self.places: dict[Name, _Place] = {}
        notes = segment.annotations
        persons = notes.persons.astype(np.int64)
        self._owner = np.repeat(np.arange(len(notes.person_starts) - 1), np.diff(notes.person_starts))
        """The sentence of each mention of a person, its first token, and how many it has."""
        self._first = first = notes.token_starts[self._owner] + persons[:, 0]
        self._lengths = lengths = persons[:, 1] - persons[:, 0] + 1
        for length in range(FEWEST, int(lengths.max(initial=0)) + 1):
            starts = first[lengths == length]
            if not len(starts):
                continue
            rows = notes.folds[starts[:, None] + np.arange(length)]
            unique, at, counts = np.unique(rows, axis=0, return_index=True, return_counts=True)
            for row, token, count in zip(unique.tolist(), starts[at].tolist(), counts.tolist(), strict=True):
                self.places[tuple(segment.syllable(i) for i in row)] = _Place(token, count)
        self.by_family: dict[tuple[str, int], list[Name]] = {}
        for name in self.places:
            self.by_family.setdefault((name[0], len(name)), []).append(name)

    @classmethod
    def of(cls, segment: Segment) -> "_People":
        found: _People | None = segment.memo.get("people")
        if found is None:
            found = segment.memo["people"] = cls(segment)
        return found

    def mentions(self, name: Name) -> list[tuple[int, int]]:
        """Return (article row in the segment, index of the sentence in it) of each sentence that names `name` in full."""
        if name not in self.places:
            return []
        notes = self._segment.annotations
        fits = self._lengths == len(name)
        for offset, word in enumerate(name):
            wanted = self._segment.fold_ids.get(word, -1)
            fits[fits] = notes.folds[self._first[fits] + offset] == wanted
        sentences = np.unique(self._owner[fits])
        articles = np.searchsorted(notes.sentence_starts, sentences, side="right") - 1
        return list(zip(articles.tolist(), (sentences - notes.sentence_starts[articles]).tolist(), strict=True))


class Directory:
    """Looks names up, folded, among the people of the articles in the corpus."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._parts = [
            (_People.of(segment), int(base))
            for segment, base in zip(generation.segments, generation.bases, strict=False)
        ]
        self._all_live = bool(generation.live.all())

    def __contains__(self, name: Name) -> bool:
        named = any(name in part.places for part, _ in self._parts)
        return named and (self._all_live or bool(self.mentions(name)))

    def named(self, words: Sequence[str], fewest: int = FEWEST) -> list[Name]:
        """Return the names of `fewest` syllables or more that folded `words` hold in full, the longest first."""
        spans = (tuple(words[i : i + n]) for n in range(LONGEST, fewest - 1, -1) for i in range(len(words) - n + 1))
        return [name for name in spans if name in self]

    def typed(self, text: str, fewest: int = FEWEST) -> Typed | None:
        """Return the longest name of `fewest` syllables or more that `text` holds in full; None where it holds none."""
        # `GS.TS Lò Văn Tiến` is called so, and `TS Lò Văn Tiến` is read as a name.
        found = self.named(folds(text), fewest)
        name = next((name for name in found if name[0] not in TITLES), next(iter(found), None))
        return Typed.within(text, name) if name is not None else None

    def mentions(self, name: Name) -> list[tuple[int, int]]:
        """Return (article row, index of the sentence in it) of each sentence that names `name` in full."""
        return [
            (row + base, sentence)
            for part, base in self._parts
            for row, sentence in part.mentions(name)
            if self._generation.live[row + base]
        ]

    def near(self, name: Name) -> list[str]:
        """Return the people whose names differ from `name` by a slip or two of the fingers, the nearest and commonest first.

        As an article writes them. The family name must be right: `Lò Văn Tein` is near `Lò Văn Tiến`, `Lý Văn Tiến` is not.
        """
        most = MOST_EDITS if sum(map(len, name)) >= LONG else 1
        own = " ".join(name)
        edits: dict[Name, int] = {}
        counts: dict[Name, int] = {}
        for part, _ in self._parts:
            for other in part.by_family.get((name[0], len(name)), ()):
                distance = OSA.distance(own, " ".join(other), score_cutoff=most)
                if 0 < distance <= most:
                    edits[other] = distance
                    counts[other] = counts.get(other, 0) + part.places[other].count
        found = [n for n in sorted(edits, key=lambda n: (edits[n], -counts[n], n)) if n in self]
        return [self.written(other) for other in found[:MOST_NEAR]]

    def spelt(self, typed: Typed) -> str:
        """Return a name as it was typed; one without diacritics as the first article that has it writes it."""
        return typed.text if has_diacritics(typed.text) else self.written(typed.name)

    def written(self, name: Name) -> str:
        """Return `name` as the first article that has it writes it."""
        row, index = self.mentions(name)[0]
        sentence = self._generation.sentences(row)[index]
        at = next(p.first for p in sentence.people if sentence.folded[p.first : p.last + 1] == name)
        return sentence.text_of(at, at + len(name) - 1)
