"""The people whom the articles of a generation name, and who of them is meant by a name that none of them has."""

from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import OSA

from retrieval.snapshot import Generation

Name = tuple[str, ...]
"""The folded syllables of a name."""
FEWEST = 2
"""Syllables of a name that is looked up."""
MOST_EDITS = 2
LONG = 9
"""Letters from which two edits are taken for a slip; in a shorter name one."""
MOST_NEAR = 4


@dataclass(frozen=True, slots=True)
class _Place:
    token: int
    count: int


class Directory:
    """Looks names up, folded; made once a generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._places: dict[Name, _Place] = {}
        notes = generation.annotations
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
                self._places[tuple(generation.syllable(i) for i in row)] = _Place(token, count)
        self._by_family: dict[tuple[str, int], list[Name]] = {}
        for name in self._places:
            self._by_family.setdefault((name[0], len(name)), []).append(name)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: Name) -> bool:
        return name in self._places

    def mentions(self, name: Name) -> list[tuple[int, int]]:
        """Return (article row, index of the sentence in it) of each sentence that names `name` in full."""
        notes = self._generation.annotations
        ids = [self._generation.fold_ids.get(w, -1) for w in name]
        fits = self._lengths == len(name)
        for offset, wanted in enumerate(ids):
            fits[fits] = notes.folds[self._first[fits] + offset] == wanted
        sentences = np.unique(self._owner[fits])
        articles = np.searchsorted(notes.sentence_starts, sentences, side="right") - 1
        return list(zip(articles.tolist(), (sentences - notes.sentence_starts[articles]).tolist(), strict=True))

    def near(self, name: Name) -> list[str]:
        """Return the people whose names differ from `name` by a slip or two of the fingers, the nearest and commonest first.

        As an article writes them. The family name must be right: `Lò Văn Tein` is near `Lò Văn Tiến`, `Lý Văn Tiến` is not.
        """
        most = MOST_EDITS if sum(map(len, name)) >= LONG else 1
        own = " ".join(name)
        found = []
        for other in self._by_family.get((name[0], len(name)), ()):
            edits = OSA.distance(own, " ".join(other), score_cutoff=most)
            if 0 < edits <= most:
                found.append((edits, -self._places[other].count, other))
        return [self.written(other) for _, _, other in sorted(found)[:MOST_NEAR]]

    def written(self, name: Name) -> str:
        """Return `name` as the first article that has it writes it."""
        notes, token = self._generation.annotations, self._places[name].token
        sentence = int(np.searchsorted(notes.token_starts, token, side="right")) - 1
        article = int(np.searchsorted(notes.sentence_starts, sentence, side="right")) - 1
        start, end = int(notes.offsets[token, 0]), int(notes.offsets[token + len(name) - 1, 1])
        return self._generation.article(article).text[start:end]
