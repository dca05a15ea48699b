"""An immutable batch of articles with all that is worked out of them; a generation is a list of such segments.

manifest.json                   format, encoder, length and SHA-256 of each file (retrieval/manifests.py)
articles.jsonl, offsets.npy     the articles, and where each begins
articles.npz                    digest, day, source and title's terms of each article; in how many articles each term stands
titles.json                     ids and titles of the articles, names of the sources
annotations.*.npy, folds.txt, norms.txt   what stands in their sentences, and the vocabularies (retrieval/annotation.py)
sentences.npy                   float16 (sentences, dimensions): a vector a sentence
passages.npy                    int32 (passages, 3): article row in the segment, start, end
vectors.faiss                   a vector a passage

Rows count within the segment here; a generation adds the rows of the segments before.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval import vectors
from retrieval.annotating import Annotating
from retrieval.annotation import Annotations, Sentences
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.errors import GenerationError
from retrieval.passages import passages
from retrieval.vietnamese.terms import Terms, terms

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much is done and how much there is."""
Text = tuple[int, int, Terms]
"""Article row, own row, terms."""
Keys = npt.NDArray[np.uint32]
Digest = bytes
"""The first 16 bytes of the SHA-256 of an article's JSON."""


def term_key(term: str) -> int:
    """Return the 32-bit key under which a folded syllable or bigram is counted."""
    return zlib.crc32(term.encode())


def digest(article: Article) -> Digest:
    """Return what tells an article's content apart, all its fields included."""
    return hashlib.sha256(article.to_json().encode()).digest()[:16]


def looked_up(
    keys: npt.NDArray[np.uint32], counts: npt.NDArray[Any], wanted: npt.NDArray[np.uint32]
) -> npt.NDArray[np.float64]:
    """Return the count of each of `wanted` among sorted `keys`, 0 where it is not there."""
    if not len(keys):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, counts[at], 0).astype(np.float64)


def counted(texts: Iterable[Terms]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]:
    """Return the sorted keys of the terms of `texts`, and in how many texts each stands."""
    each = [np.unique(np.fromiter(map(term_key, {*t.folded, *t.pairs}), np.uint32)) for t in texts]
    keys, counts = np.unique(np.concatenate(each) if each else np.zeros(0, np.uint32), return_counts=True)
    return keys, counts.astype(np.int32)


def whole_terms(article: Article) -> Terms:
    """Return the index terms of an article as a whole, its title included."""
    return terms(f"{article.title}\n{article.text}")


class Segment:
    """A segment, open for reading. Safe to share between threads and generations."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.id = folder.name
        self.memo: dict[str, Any] = {}
        """What others worked out of this segment and keep with it, under a name each."""
        try:
            self.passages: npt.NDArray[np.int32] = np.load(folder / "passages.npy")
            self._offsets = np.load(folder / "offsets.npy")
            self._articles = np.memmap(folder / "articles.jsonl", dtype=np.uint8, mode="r")
            with np.load(folder / "articles.npz") as stored:
                self._keys, self._counts = stored["keys"], stored["counts"]
                self.digests: npt.NDArray[np.uint8] = stored["digests"]
                self.published: npt.NDArray[np.int32] = stored["published"]
                self.source_rows: npt.NDArray[np.int32] = stored["source_rows"]
                self._title_words = stored["title_words"], stored["title_word_starts"]
                self._title_pairs = stored["title_pairs"], stored["title_pair_starts"]
            mapped = np.load(folder / "sentences.npy", mmap_mode="r" if manifest["articles"] else None)
            self._sentences: npt.NDArray[np.float16] = np.asarray(mapped)
            self.annotations = Annotations.load(folder)
            self._folds = _read_lines(folder / "folds.txt")
            self.fold_ids = {word: i for i, word in enumerate(self._folds)}
            """Each folded syllable of the segment -> its number in the annotations."""
            self.norm_ids = {word: i for i, word in enumerate(_read_lines(folder / "norms.txt"))}
            names = json.loads((folder / "titles.json").read_text(encoding="utf-8"))
            self.ids: list[str] = names["ids"]
            self.titles: list[str] = names["titles"]
            self.sources: list[str] = names["sources"]
            self.rows = {i: row for row, i in enumerate(self.ids)}
            """The row of each article, by id."""
            self.passage_starts = np.searchsorted(self.passages[:, 0], np.arange(len(self.ids) + 1))
            """The first passage of each article, and one past the last."""
            self.vectors = vectors.VectorIndex(folder / "vectors.faiss")
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise GenerationError(
                f"segment {folder.name} cannot be opened ({error})", mend="Run `tintinh index` again", path=str(folder)
            ) from error

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def article(self, row: int) -> Article:
        """Return the article at `row`."""
        line = self._articles[self._offsets[row] : self._offsets[row + 1]].tobytes()
        return Article.from_row(json.loads(line))

    def sentences(self, row: int, text: str) -> Sentences:
        """Return the sentences of the article at `row`, whose text is `text`, in order."""
        return self.annotations.read(row, text, self._folds)

    def syllable(self, number: int) -> str:
        """Return the folded syllable with this number in the annotations."""
        return self._folds[number]

    def counts(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        """Return in how many articles each term (by `term_key`) stands."""
        return looked_up(self._keys, self._counts, keys)

    def title_keys(self, row: int) -> tuple[Keys, Keys]:
        """Return the keys (`term_key`) of the folded syllables, each once, and of the bigrams of an article's title."""
        words, pairs = (k[starts[row] : starts[row + 1]] for k, starts in (self._title_words, self._title_pairs))
        return words, pairs

    def likenesses(self, row: int, vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the inner product of `vector` (dimensions,) with each sentence of the article at `row`."""
        return self._sentences[self.annotations.article(row)].astype(np.float32) @ vector


def texts(segment: Segment, base: int, passage_base: int) -> tuple[Iterator[Text], Iterator[Text]]:
    """Return the passages and the articles of a segment as the lexical indexes take them: article row, own row, terms.

    `base` and `passage_base` are the rows that the segment's first article and passage have in the generation.
    """
    return _passage_texts(segment, base, passage_base), _article_texts(segment, base)


def _passage_texts(segment: Segment, base: int, passage_base: int) -> Iterator[Text]:
    text, at = "", -1
    for number, (row, start, end) in enumerate(segment.passages.tolist()):
        if row != at:
            text, at = segment.article(row).text, row
        yield base + row, passage_base + number, terms(text[start:end])


def _article_texts(segment: Segment, base: int) -> Iterator[Text]:
    for row in range(len(segment)):
        yield base + row, base + row, whole_terms(segment.article(row))


def write(folder: Path, articles: Sequence[Article], encoder: Encoder, progress: Progress) -> dict[str, Any]:
    """Write the files of a segment of `articles` into the empty `folder`; return what its manifest says of them."""
    if len({a.id for a in articles}) != len(articles):
        raise ValueError("two articles have one id")
    spans = [(row, start, end) for row, a in enumerate(articles) for start, end in passages(a.text)]
    lines = [(a.to_json() + "\n").encode() for a in articles]
    (folder / "articles.jsonl").write_bytes(b"".join(lines) or b"\n")  # an empty file cannot be mapped
    sources = sorted({a.source for a in articles})
    names = {"ids": [a.id for a in articles], "titles": [a.title for a in articles], "sources": sources}
    (folder / "titles.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
    np.save(folder / "offsets.npy", np.cumsum([0] + [len(line) for line in lines]))
    np.save(folder / "passages.npy", np.array(spans, np.int32).reshape(-1, 3))
    with Annotating([a.text for a in articles]) as annotating:
        texts = [articles[row].text[start:end] for row, start, end in spans]
        vectors.build(folder / "vectors.faiss", _encoded(encoder, texts, np.float32, "encode", progress))
        keys, counts = counted(map(whole_terms, articles))
        annotations, folds, norms = annotating.result()
    annotations.save(folder)
    _write_lines(folder / "folds.txt", folds)
    _write_lines(folder / "norms.txt", norms)
    flat = [
        a.text[start:end]
        for row, a in enumerate(articles)
        for start, end in annotations.bounds[annotations.article(row)].tolist()
    ]
    np.save(folder / "sentences.npy", _encoded(encoder, flat, np.float16, "sentences", progress))
    titles = [terms(a.title) for a in articles]
    title_words, title_word_starts = _ragged(t.folded for t in titles)
    title_pairs, title_pair_starts = _ragged(t.pairs for t in titles)
    np.savez(
        folder / "articles.npz",
        keys=keys,
        counts=counts,
        title_words=title_words,
        title_word_starts=title_word_starts,
        title_pairs=title_pairs,
        title_pair_starts=title_pair_starts,
        digests=np.array([list(digest(a)) for a in articles], np.uint8).reshape(-1, 16),
        published=np.array([a.published_at.toordinal() if a.published_at else 0 for a in articles], np.int32),
        source_rows=np.array([sources.index(a.source) for a in articles], np.int32),
    )
    return {"articles": len(articles), "passages": len(spans)}


def _ragged(texts: Iterable[Iterable[str]]) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Return the keys of the terms of each text, each once, end to end; and where each text's begin, and one past the last."""
    each = [sorted(set(map(term_key, text))) for text in texts]
    return np.array([key for own in each for key in own], np.uint32), np.cumsum([0, *map(len, each)])


def _encoded(encoder: Encoder, texts: Sequence[str], dtype: type, stage: str, progress: Progress) -> npt.NDArray[Any]:
    rows: npt.NDArray[Any] = np.zeros((len(texts), encoder.dimensions), dtype)
    for at in range(0, len(texts), 256):
        rows[at : at + 256] = encoder.encode_passages(list(texts[at : at + 256]))
        progress(stage, min(at + 256, len(texts)), len(texts))
    return rows


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    path.write_text("\n".join(lines), encoding="utf-8")


def _read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")
