"""One generation, open for reading: the articles of its segments less those that were removed, and one lexical index.

manifest.json                         see retrieval/generations.py; names the segments in order
removed.npz                           rows of articles that are in a segment and no more in the corpus, and their terms
passages.lexical/ articles.lexical/   tantivy; grown from those of the generation before, unchanged files are shared

A row counts the articles of all segments in order, removed ones included; so does the row of a passage.
"""

import bisect
import copy
import datetime as dt
import functools
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval import lexical
from retrieval.annotation import Sentences
from retrieval.articles import Article
from retrieval.corrections import Corrections
from retrieval.errors import GenerationError, ReaderModelError
from retrieval.segment import Progress, Segment, looked_up, term_key
from retrieval.vietnamese.text import folds

__all__ = ["Generation", "Place", "Progress", "term_key"]

HELD = "[đoạn đang được giữ lại]"
"""What stands for words that are held back."""
BACKGROUND = 1000
"""Weight of the counts from the news at large (training/rarity.py), in articles."""


_NOTICE = re.compile(r"\s*(?:đính chính|cải chính|tin cải chính|thông tin lại|xin lỗi bạn đọc)\b", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")
_TITLE_WORDS = 4
"""Words that a title must have to be told by in a text."""


class _Background(NamedTuple):
    keys: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint16]
    articles: int


@functools.cache
def _background() -> _Background:
    path = Path(__file__).parent / "models" / "rarity.npz"
    try:
        with np.load(path) as stored:
            return _Background(stored["keys"], stored["counts"], int(stored["articles"]))
    except (OSError, ValueError, KeyError) as error:
        raise ReaderModelError(f"{path} cannot be used ({error})", mend="Reinstall tintinh") from error


class Place(NamedTuple):
    """Where an article is: its segment, the segment's number, and the row in it."""

    segment: Segment
    number: int
    row: int


class Generation:
    """A published snapshot. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        manifest: dict[str, Any],
        segments: Sequence[Segment],
        corrections: Corrections | None = None,
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self.id: str = self.manifest["id"]
        self.data_until: str | None = self.manifest["data_until"]
        self.segments = tuple(segments)
        try:
            with np.load(folder / "removed.npz") as stored:
                self.removed: npt.NDArray[np.int64] = stored["rows"]
                """Rows of articles that are in a segment and not in the corpus."""
                self.removed_terms = stored["keys"], stored["counts"]
                """Keys of the terms of removed articles, sorted, and in how many of them each stands."""
            self.lexical_passages = lexical.Lexical(folder / "passages.lexical")
            self.lexical_articles = lexical.Lexical(folder / "articles.lexical")
        except (OSError, ValueError, KeyError) as error:
            raise GenerationError(
                f"generation {folder.name} cannot be opened ({error})",
                mend="Run `tintinh index` again",
                path=str(folder),
            ) from error
        self.bases = np.cumsum([0, *(len(s) for s in segments)])
        """The first row of each segment, and one past the last."""
        self.passage_bases = np.cumsum([0, *(len(s.passages) for s in segments)])
        self._firsts: list[int] = self.bases.tolist()
        self._passage_firsts: list[int] = self.passage_bases.tolist()
        self._passage_ends = self._passage_firsts[1:]
        self.published = _joined([s.published for s in segments], np.zeros(0, np.int32))
        """The day of each article, as an ordinal; 0 where it has none."""
        self.sources: list[str] = self.manifest["sources"]
        self._take_back(corrections or Corrections())

    def _take_back(self, corrections: Corrections) -> None:
        self.corrections = corrections
        self.live = np.ones(int(self.bases[-1]), bool)
        """Whether the article at each row is in the corpus, and not withdrawn."""
        self.live[self.removed] = False
        self._article = functools.lru_cache(maxsize=4096)(self._read_article)
        found = ((i, self.row(i)) for i in corrections.hidden)
        self._hidden = {i: row for i, row in found if row is not None}
        """Withdrawn articles of the corpus: id -> row."""
        self.live[list(self._hidden.values())] = False

    def corrected(self, corrections: Corrections) -> "Generation":
        """Return the same generation, less what `corrections` take back; nothing is read from the disk."""
        made = copy.copy(self)
        for name in ("notices", "source_rows"):
            made.__dict__.pop(name, None)
        made._take_back(corrections)  # noqa: SLF001 - its own, of a copy
        return made

    def __len__(self) -> int:
        return int(self.manifest["articles"])

    def place(self, row: int) -> Place:
        """Return the segment of the article at `row`, and its row there."""
        if len(self.segments) == 1:
            return Place(self.segments[0], 0, int(row))
        number = int(np.searchsorted(self.bases, row, side="right")) - 1
        return Place(self.segments[number], number, int(row - self.bases[number]))

    def _read_article(self, row: int) -> Article:
        segment, _, own = self.place(row)
        return segment.article(own)

    def article(self, row: int) -> Article:
        """Return the article at `row`."""
        return self._article(int(row))

    def articles(self) -> Iterator[Article]:
        """Yield the articles of the corpus, in the order of their rows."""
        return (self._read_article(row) for row in np.flatnonzero(self.live).tolist())

    def row(self, article_id: str) -> int | None:
        """Return the row of the article with this id, None where there is none in the corpus, or it is withdrawn."""
        for s, base in zip(self.segments[::-1], self.bases[-2::-1].tolist(), strict=True):
            own = s.rows.get(article_id)
            if own is not None and self.live[own + base]:
                return int(own + base)
        return None

    def any_row(self, article_id: str) -> int | None:
        """Return the row of the article with this id, withdrawn or not; None where there is none in the corpus."""
        row = self.row(article_id)
        return self._hidden.get(article_id) if row is None else row

    def with_words(self, words: str) -> str | None:
        """Return the id of the first article whose text has `words`, word for word; None where none has them."""
        return next((a.id for a in self.articles() if words in a.text), None)

    def withdrawn(self, article_id: str) -> Article | None:
        """Return an article of this generation that never answers, for inspection; None where there is none with this id."""
        row = self._hidden.get(article_id)
        return None if row is None or article_id in self.corrections.erased else self.article(row)

    def everything(self) -> list[Article]:
        """Return the articles of the corpus, withdrawn ones too: what a rebuild is made of."""
        rows = np.union1d(np.flatnonzero(self.live), np.array(sorted(self._hidden.values()), np.int64))
        return [self._read_article(row) for row in rows.tolist()]

    def all_rows(self) -> dict[str, int]:
        """Return the row of each article of the corpus, withdrawn ones too, by id."""
        ids = (i for s in self.segments for i in s.ids)
        return {
            i: row for row, (i, live) in enumerate(zip(ids, self.live.tolist(), strict=True)) if live
        } | self._hidden

    def is_held(self, row: int, start: int, end: int) -> bool:
        """Tell whether words that are held back stand in `text[start:end]` of the article at `row`."""
        if not self.corrections.held:
            return False
        return any(first < end and last > start for first, last in self.held_spans(self.article(row)))

    def held_spans(self, article: Article) -> list[tuple[int, int]]:
        """Return (start, end) of all words of an article that are held back, in order."""
        held = self.corrections.held.get(article.id, ())
        return sorted((at, at + len(words)) for words in held for at in _every(article.text, words))

    @functools.cached_property
    def notices(self) -> dict[int, list[int]]:
        """Row of an article -> rows of the notices (`Đính chính`) that correct it: they name its title, or its address."""
        rows = [
            row + int(base)
            for s, base in zip(self.segments, self.bases, strict=False)
            for row in _notices_in(s)
            if self.live[row + base]
        ]
        found: dict[int, list[int]] = {}
        if not rows:
            return found
        for notice in rows:
            text = self.article(notice).text
            for row in self._named_in(text):
                if row != notice and self.live[row]:
                    found.setdefault(row, []).append(notice)
        return found

    def _named_in(self, text: str) -> list[int]:
        """Return the rows of the articles whose title stands in `text`, or whose address does."""
        words = folds(text)
        urls = {url.rstrip(".,;)") for url in _URL.findall(text)}
        whole = f" {' '.join(words)} "
        found = []
        for s, base in zip(self.segments, self.bases.tolist(), strict=False):
            titles = _titles_of(s)
            near = {row for at in range(len(words)) for row in titles.get(tuple(words[at : at + _TITLE_WORDS]), ())}
            own = {row for row in near if f" {' '.join(folds(s.titles[row]))} " in whole}
            if urls:
                own |= {row for url in urls for row in _urls_of(s).get(url, ())}
            found += sorted(row + base for row in own)
        return found

    def unheld(self, article: Article, text: str) -> str:
        """Return `text`, of an article or its title, with what is held back of the article left out."""
        for words in self.corrections.held.get(article.id, ()):
            text = HELD if len(text.split()) > 1 and text.strip(" .…") in words else text.replace(words, HELD)
        return text

    def title(self, row: int) -> str:
        """Return the title of the article at `row`."""
        segment, _, own = self.place(row)
        return segment.titles[own]

    def digest(self, row: int) -> bytes:
        """Return the digest of the article at `row`."""
        segment, _, own = self.place(row)
        return bytes(segment.digests[own])

    def sentences(self, row: int) -> Sentences:
        """Return the sentences of the article at `row`, in order."""
        segment, _, own = self.place(row)
        return segment.sentences(own, self.article(row).text)

    def counts(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        """Return in how many articles of the corpus each term (by `term_key`) stands."""
        total = -looked_up(*self.removed_terms, keys)
        for segment in self.segments:
            total += segment.counts(keys)
        return total

    def likenesses(self, rows: Sequence[int], vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the inner product of `vector` (dimensions,) with each sentence of the articles at `rows`, in their order."""
        return np.concatenate([p.segment.likenesses(p.row, vector) for p in map(self.place, rows)])

    def near(self, vector: npt.NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """Return up to `k` (passage row, cosine) of the corpus, best first, for `vector` (1, dimensions)."""
        found = [
            (row + int(base), score)
            for segment, base in zip(self.segments, self.passage_bases, strict=False)
            for row, score in segment.vectors.search(vector, k)
        ]
        if len(self.segments) > 1:
            found.sort(key=lambda hit: -hit[1])
        owners = self.owners([row for row, _ in found])
        return [hit for hit, owner in zip(found, owners, strict=True) if self.live[owner]][:k]

    @property
    def passage_count(self) -> int:
        """How many passages the segments have, those of removed articles included: one past the last row of a passage."""
        return int(self.passage_bases[-1])

    def owners(self, passages: Sequence[int]) -> list[int]:
        """Return the row of the article of each passage."""
        return [self.passage_span(row)[0] for row in passages]

    def passage_span(self, row: int) -> tuple[int, int, int]:
        """Return the row of the article, the start and the end of the passage at `row`."""
        number = bisect.bisect_right(self._passage_ends, row)
        article, start, end = self.segments[number].passages[row - self._passage_firsts[number]].tolist()
        return article + self._firsts[number], start, end

    def passage(self, row: int) -> tuple[Article, int, int]:
        """Return the article, start and end of the passage at `row`."""
        article, start, end = self.passage_span(row)
        return self.article(article), start, end

    def first_passage(self, article: int) -> int:
        """Return the row of the first passage of the article at row `article`."""
        segment, number, own = self.place(article)
        return int(segment.passage_starts[own]) + self._passage_firsts[number]

    def passage_of(self, article_id: str, offset: int) -> int | None:
        """Return the row of the first passage of an article in which `offset` stands; None where there is none."""
        row = self.row(article_id)
        return None if row is None else self.passage_at(row, offset)

    def passage_at(self, article: int, offset: int) -> int | None:
        """Return the row of the first passage of the article at row `article` in which `offset` stands; None where there is none."""
        segment, _, own = self.place(article)
        spans = segment.passages[segment.passage_starts[own] : segment.passage_starts[own + 1]]
        inside = np.flatnonzero((spans[:, 1] <= offset) & (offset < spans[:, 2]))
        return self.first_passage(article) + int(inside[0]) if len(inside) else None

    def rarity(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.float32]:
        """Return for each term key its inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5)), as in BM25.

        N and n count this corpus and, as `BACKGROUND` articles more, the news at large: a corpus of a dozen articles
        cannot tell by itself which words are rare.
        """
        counts, total = self._counts_at_large(keys), len(self) + BACKGROUND
        return np.log1p((total - counts + 0.5) / (counts + 0.5)).astype(np.float32)

    def prevalence(self, terms: Sequence[str]) -> list[float]:
        """Return how prevalent each of `terms` is, folded syllables or bigrams: articles in which it stands, the news at large weighed as `BACKGROUND` of them."""
        found = self._counts_at_large(np.fromiter(map(term_key, terms), np.uint32, len(terms)))
        return [float(count) for count in found]

    def _counts_at_large(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        background = _background()
        at_large = looked_up(background.keys, background.counts, keys) * (BACKGROUND / background.articles)
        return np.asarray(self.counts(keys) + at_large)

    @property
    def strangest(self) -> float:
        """The rarity of a term that stands in no article."""
        return math.log1p((len(self) + BACKGROUND + 0.5) / 0.5)

    @functools.cached_property
    def source_rows(self) -> npt.NDArray[np.int64]:
        """The source of each article, as its place in `sources`; -1 where only removed articles have it."""
        places = {name: i for i, name in enumerate(self.sources)}
        mapped = [
            np.array([places.get(name, -1) for name in s.sources] or [-1], np.int64)[s.source_rows]
            for s in self.segments
        ]
        return _joined(mapped, np.zeros(0, np.int64))

    def allowed(
        self, since: dt.date | None, until: dt.date | None, sources: Sequence[str]
    ) -> npt.NDArray[np.bool_] | None:
        """Return a mask over the articles by date (both days included) and source; None where nothing is asked.

        An article without a date is let through by no date filter.
        """
        if since is None and until is None and not sources:
            return None
        mask = self.live.copy()
        if since is not None:
            mask &= self.published >= since.toordinal()
        if until is not None:
            mask &= (self.published <= until.toordinal()) & (self.published > 0)
        if sources:
            wanted = [i for i, name in enumerate(self.sources) if name in sources]
            mask &= np.isin(self.source_rows, wanted)
        return mask


def _notices_in(segment: Segment) -> list[int]:
    """Return the rows of a segment's articles that are notices; looked for once."""
    found: list[int] | None = segment.memo.get("notices")
    if found is None:
        found = segment.memo["notices"] = [row for row, title in enumerate(segment.titles) if _NOTICE.match(title)]
    return found


def _titles_of(segment: Segment) -> dict[tuple[str, ...], list[int]]:
    """Return the first words of the titles of a segment, folded -> their rows; worked out once."""
    found: dict[tuple[str, ...], list[int]] | None = segment.memo.get("titles")
    if found is None:
        found = segment.memo["titles"] = {}
        for row, title in enumerate(segment.titles):
            words = folds(title)
            if len(words) >= _TITLE_WORDS:
                found.setdefault(tuple(words[:_TITLE_WORDS]), []).append(row)
    return found


def _urls_of(segment: Segment) -> dict[str, list[int]]:
    """Return the addresses of the articles of a segment -> their rows; worked out once, where a notice holds an address."""
    found: dict[str, list[int]] | None = segment.memo.get("urls")
    if found is None:
        found = segment.memo["urls"] = {}
        for row in range(len(segment)):
            if url := segment.article(row).url:
                found.setdefault(url, []).append(row)
    return found


def _every(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _joined(parts: Sequence[npt.NDArray[Any]], empty: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate([empty, *parts])
