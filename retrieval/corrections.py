"""What editors took back: articles that were withdrawn or erased, statements that are held back. Outside the generations.

DATA/corrections.jsonl, a line an act. No rollback, rebuild or reload undoes one: only `restore` and `release` do.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from retrieval.articles import Article
from retrieval.journal import Journal

Act = Literal["withdraw", "erase", "restore", "hold", "release"]


@dataclass(frozen=True)
class Corrections:
    """What is taken back now."""

    withdrawn: frozenset[str] = frozenset()
    """Ids of articles that are kept and never answer."""
    erased: frozenset[str] = frozenset()
    """Ids of articles whose bytes are gone, or are going; they are not loaded again."""
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Article id -> the words of it that are held back."""
    version: tuple[int, ...] = (0, 0)

    @property
    def hidden(self) -> frozenset[str]:
        """Ids of the articles that never answer."""
        return self.withdrawn | self.erased

    def kept(self, articles: Sequence[Article]) -> list[Article]:
        """Return the articles that may be indexed: an erased one is not, a withdrawn one is, for inspection."""
        return [a for a in articles if a.id not in self.erased]


class CorrectionsFile:
    """The journal of corrections under a data folder, and its copy elsewhere where there is one.

    Both are read: where a backup brought an older journal back, the copy still has what it lacks.
    """

    def __init__(self, path: Path, copy: Path | None = None) -> None:
        self._journals = [Journal(path), *([Journal(copy)] if copy else [])]
        self._read = Corrections()

    def record(self, act: Act, article_id: str, *, by: str, words: str | None = None, why: str | None = None) -> None:
        """Put an act on record; it holds from now on."""
        row = {"at": dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"), "act": act, "id": article_id, "by": by}
        row |= ({"words": words} if words else {}) | ({"why": why} if why else {})
        for journal in self._journals[::-1]:
            journal.append(row)

    def now(self) -> Corrections:
        """Return what is taken back now; the file is read again only when it changed."""
        version = tuple(number for journal in self._journals for number in journal.version())
        if version != self._read.version:
            self._read = _folded(self._rows(), version)
        return self._read

    def _rows(self) -> list[dict[str, Any]]:
        """Return the acts of all journals, each once, oldest first."""
        rows = [row for journal in self._journals for row in journal.rows()]
        unique = {json.dumps(row, sort_keys=True): row for row in rows}
        return sorted(unique.values(), key=lambda row: str(row.get("at")))

    def forget_words(self, article_id: str) -> None:
        """Leave the words of an article out of the file: when it is erased they are too."""
        for journal in self._journals:
            journal.rewrite(
                lambda row: {k: v for k, v in row.items() if k != "words"} if row.get("id") == article_id else row
            )

    def history(self, article_id: str) -> list[dict[str, str]]:
        """Return the acts on one article, oldest first."""
        return [row for row in self._rows() if row.get("id") == article_id]


def _folded(rows: Sequence[dict[str, Any]], version: tuple[int, ...]) -> Corrections:
    withdrawn: set[str] = set()
    erased: set[str] = set()
    held: dict[str, list[str]] = {}
    for row in rows:
        article, words = str(row.get("id")), row.get("words")
        match row.get("act"):
            case "withdraw":
                withdrawn.add(article)
            case "erase":
                erased.add(article)
            case "restore":
                withdrawn.discard(article)
                erased.discard(article)
            case "hold" if isinstance(words, str):
                held.setdefault(article, []).append(words)
            case "release":
                held[article] = [w for w in held.get(article, []) if words is not None and w != words]
    return Corrections(frozenset(withdrawn), frozenset(erased), {i: tuple(w) for i, w in held.items() if w}, version)
