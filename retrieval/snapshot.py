"""The files of one generation: written once from articles, read by everything online.

manifest.json                   see retrieval/generations.py
articles.jsonl, offsets.npy     the articles, and where each begins
titles.json                     their titles
annotations.*.npy, folds.txt, norms.txt   what stands in their sentences, and the vocabularies (retrieval/annotation.py)
sentences.npy                   float16 (sentences, dimensions): a vector a sentence
passages.npy                    int32 (passages, 3): article row, start, end
vectors.faiss                   a vector a passage
passages.lexical/ articles.lexical/
terms.npz                       in how many articles each term stands, for its rarity
"""

import datetime as dt
import functools
import json
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval import lexical, vectors
from retrieval.annotation import Annotations, Sentences, annotate
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.errors import GenerationError, ReaderModelError
from retrieval.passages import passages
from retrieval.vietnamese.terms import Terms, terms

BACKGROUND = 1000
"""Weight of the counts from the news at large (training/rarity.py), in articles."""

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much is done and how much there is."""


def term_key(term: str) -> int:
    """Return the 32-bit key under which a folded syllable or bigram is counted."""
    return zlib.crc32(term.encode())


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


def _looked_up(
    keys: npt.NDArray[np.uint32], counts: npt.NDArray[Any], wanted: npt.NDArray[np.uint32]
) -> npt.NDArray[np.float64]:
    """Return the count of each of `wanted` among sorted `keys`, 0 where it is not there."""
    if not len(keys):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, counts[at], 0).astype(np.float64)


class Generation:
    """A published snapshot, open for reading. Safe to share between threads."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest
        self.id: str = self.manifest["id"]
        self.data_until: str | None = self.manifest["data_until"]
        try:
            self.passages: npt.NDArray[np.int32] = np.load(folder / "passages.npy")
            self._offsets = np.load(folder / "offsets.npy")
            self._articles = np.memmap(folder / "articles.jsonl", dtype=np.uint8, mode="r")
            with np.load(folder / "terms.npz") as stored:
                self._keys, self._counts = stored["keys"], stored["counts"]
                self.published, self._source_rows = stored["published"], stored["source_rows"]
            mapped = np.load(folder / "sentences.npy", mmap_mode="r" if self.manifest["articles"] else None)
            self._sentences: npt.NDArray[np.float16] = np.asarray(mapped)
            self.annotations = Annotations.load(folder)
            self._folds = _read_lines(folder / "folds.txt")
            self.fold_ids = {word: i for i, word in enumerate(self._folds)}
            """Each folded syllable of the corpus -> its number in the annotations."""
            self.norm_ids = {word: i for i, word in enumerate(_read_lines(folder / "norms.txt"))}
            self.titles: list[str] = json.loads((folder / "titles.json").read_text(encoding="utf-8"))
            """The title of each article, by row."""
            self.lexical_passages = lexical.Lexical(folder / "passages.lexical")
            self.lexical_articles = lexical.Lexical(folder / "articles.lexical")
            self.vectors = vectors.VectorIndex(folder / "vectors.faiss")
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise GenerationError(
                f"generation {folder.name} cannot be opened ({error})",
                mend="Run `tintinh index` again",
                path=str(folder),
            ) from error
        self.passage_starts = np.searchsorted(self.passages[:, 0], np.arange(len(self) + 1))
        self.sources: list[str] = self.manifest["sources"]
        self._article = functools.lru_cache(maxsize=4096)(self._read_article)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def _read_article(self, row: int) -> Article:
        line = self._articles[self._offsets[row] : self._offsets[row + 1]].tobytes()
        return Article.from_row(json.loads(line))

    def article(self, row: int) -> Article:
        """Return the article at `row`."""
        return self._article(int(row))

    def articles(self) -> Iterator[Article]:
        """Yield all articles, in the order of their rows."""
        return (self._read_article(row) for row in range(len(self)))

    @functools.cached_property
    def _rows(self) -> dict[str, int]:
        return {article.id: row for row, article in enumerate(self.articles())}

    def row(self, article_id: str) -> int | None:
        """Return the row of the article with this id, None where there is none."""
        return self._rows.get(article_id)

    def sentences(self, row: int) -> Sentences:
        """Return the sentences of the article at `row`, in order."""
        return self.annotations.read(row, self.article(row).text, self._folds)

    def syllable(self, number: int) -> str:
        """Return the folded syllable with this number in the annotations."""
        return self._folds[number]

    def counts(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        """Return in how many articles each term (by `term_key`) stands."""
        return _looked_up(self._keys, self._counts, keys)

    def likenesses(self, rows: Sequence[int], vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the inner product of `vector` (dimensions,) with each sentence of the articles at `rows`, in their order."""
        own = [self.annotations.article(row) for row in rows]
        return np.concatenate([self._sentences[s] for s in own]).astype(np.float32) @ vector

    def passage(self, row: int) -> tuple[Article, int, int]:
        """Return the article, start and end of the passage at `row`."""
        article, start, end = (int(x) for x in self.passages[row])
        return self.article(article), start, end

    def rarity(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.float32]:
        """Return for each term key its inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5)), as in BM25.

        N and n count this corpus and, as `BACKGROUND` articles more, the news at large: a corpus of a dozen articles
        cannot tell by itself which words are rare.
        """
        background = _background()
        own = _looked_up(self._keys, self._counts, keys)
        at_large = _looked_up(background.keys, background.counts, keys) * (BACKGROUND / background.articles)
        counts, total = own + at_large, len(self) + BACKGROUND
        return np.log1p((total - counts + 0.5) / (counts + 0.5)).astype(np.float32)

    @property
    def strangest(self) -> float:
        """The rarity of a term that stands in no article."""
        return math.log1p((len(self) + BACKGROUND + 0.5) / 0.5)

    def allowed(
        self, since: dt.date | None, until: dt.date | None, sources: Sequence[str]
    ) -> npt.NDArray[np.bool_] | None:
        """Return a mask over the articles by date (both days included) and source; None where nothing is asked.

        An article without a date is let through by no date filter.
        """
        if since is None and until is None and not sources:
            return None
        mask = np.ones(len(self), bool)
        if since is not None:
            mask &= self.published >= since.toordinal()
        if until is not None:
            mask &= (self.published <= until.toordinal()) & (self.published > 0)
        if sources:
            wanted = [i for i, name in enumerate(self.sources) if name in sources]
            mask &= np.isin(self._source_rows, wanted)
        return mask


def write(folder: Path, articles: Sequence[Article], encoder: Encoder, progress: Progress) -> dict[str, Any]:
    """Write the files of a generation of `articles` into the empty `folder`; return what its manifest says of them."""
    spans = [(row, start, end) for row, a in enumerate(articles) for start, end in passages(a.text)]
    annotations, folds, norms = annotate(a.text for a in articles)
    annotations.save(folder)
    _write_lines(folder / "folds.txt", folds)
    _write_lines(folder / "norms.txt", norms)
    lines = [(a.to_json() + "\n").encode() for a in articles]
    (folder / "articles.jsonl").write_bytes(b"".join(lines) or b"\n")  # an empty file cannot be mapped
    (folder / "titles.json").write_text(json.dumps([a.title for a in articles], ensure_ascii=False), encoding="utf-8")
    np.save(folder / "offsets.npy", np.cumsum([0] + [len(line) for line in lines]))
    np.save(folder / "passages.npy", np.array(spans, np.int32).reshape(-1, 3))

    texts = [articles[row].text[start:end] for row, start, end in spans]
    rows = np.zeros((len(texts), encoder.dimensions), np.float32)
    for at in range(0, len(texts), 256):
        rows[at : at + 256] = encoder.encode_passages(texts[at : at + 256])
        progress("encode", min(at + 256, len(texts)), len(texts))
    vectors.build(folder / "vectors.faiss", rows)

    flat = [
        a.text[start:end]
        for row, a in enumerate(articles)
        for start, end in annotations.bounds[annotations.article(row)].tolist()
    ]
    halves = np.zeros((len(flat), encoder.dimensions), np.float16)
    for at in range(0, len(flat), 256):
        halves[at : at + 256] = encoder.encode_passages(flat[at : at + 256])
        progress("sentences", min(at + 256, len(flat)), len(flat))
    np.save(folder / "sentences.npy", halves)

    def reported(stage: str, items: Iterable[Terms], total: int) -> Iterator[Terms]:
        for done, item in enumerate(items, 1):
            yield item
            if done % 200 == 0 or done == total:
                progress(stage, done, total)

    lexical.build(folder / "passages.lexical", reported("passages", (terms(t) for t in texts), len(texts)))
    whole = [terms(f"{a.title}\n{a.text}") for a in articles]
    lexical.build(folder / "articles.lexical", reported("articles", whole, len(whole)))
    sources = sorted({a.source for a in articles})
    _write_terms(folder / "terms.npz", whole, articles, sources)
    dates = [a.published_at for a in articles if a.published_at]
    return {
        "articles": len(articles),
        "passages": len(spans),
        "sources": sources,
        "data_until": max(dates).isoformat() if dates else None,
    }


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    path.write_text("\n".join(lines), encoding="utf-8")


def _read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


def _write_terms(
    path: Path,
    whole: Sequence[Terms],
    articles: Sequence[Article],
    sources: list[str],
) -> None:
    each = [np.unique(np.fromiter(map(term_key, {*w.folded, *w.pairs}), np.uint32)) for w in whole]
    flat = np.concatenate(each) if each else np.zeros(0, np.uint32)
    keys, counts = np.unique(flat, return_counts=True)
    np.savez(
        path,
        keys=keys,
        counts=counts.astype(np.int32),
        published=np.array([a.published_at.toordinal() if a.published_at else 0 for a in articles], np.int32),
        source_rows=np.array([sources.index(a.source) for a in articles], np.int32),
    )
