"""One immutable, checksummed snapshot of the corpus, with its indexes: built aside, verified, published by one rename.

DATA/current                     the id of the generation in force, replaced by one rename
DATA/generations/ID/manifest.json
                   articles.jsonl, offsets.npy     the articles, and where each begins
                       titles.json                     their titles
                   passages.npy                    int32 (passages, 3): article row, start, end
                   vectors.faiss                   a vector a passage
                   sentences.npy                   float16 (sentences, dimensions): a vector a sentence
                   passages.lexical/ articles.lexical/
                   terms.npz                       which terms stand in which article, for coverage and rarity
"""

import contextlib
import datetime as dt
import functools
import hashlib
import json
import math
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from retrieval import lexical, storage, vectors
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.errors import GenerationError, ReaderModelError
from retrieval.passages import LONGEST_SENTENCE, passages, sentences
from retrieval.vietnamese.terms import Terms, terms
from retrieval.vietnamese.text import folds

FORMAT = 5
KEPT = 5
"""Generations that stay for a rollback."""

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

    def __init__(self, folder: Path, *, verify: bool = True) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        if verify and (damaged := damages(folder)):
            raise GenerationError(
                f"{damaged[0]} of generation {folder.name} is damaged or missing",
                mend="Run `tintinh index` again; the articles are read anew",
                path=damaged[0],
            )
        self.id: str = self.manifest["id"]
        self.data_until: str | None = self.manifest["data_until"]
        try:
            self.passages: npt.NDArray[np.int32] = np.load(folder / "passages.npy")
            self._offsets = np.load(folder / "offsets.npy")
            self._articles = np.memmap(folder / "articles.jsonl", dtype=np.uint8, mode="r")
            with np.load(folder / "terms.npz") as stored:
                self._keys, self._counts = stored["keys"], stored["counts"]
                self._article_keys, self._article_starts = stored["article_keys"], stored["article_starts"]
                self._sentence_starts = stored["sentence_starts"]
                self._published, self._source_rows = stored["published"], stored["source_rows"]
            self._sentences = np.load(folder / "sentences.npy", mmap_mode="r" if self.manifest["articles"] else None)
            self._bounds: npt.NDArray[np.int32] = np.load(folder / "bounds.npy")
            self._tokens: npt.NDArray[np.uint32] = np.load(folder / "tokens.npy")
            self.titles: list[str] = json.loads((folder / "titles.json").read_text(encoding="utf-8"))
            """The title of each article, by row."""
            self._folds = (folder / "folds.txt").read_text(encoding="utf-8").split("\n")
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

    def sentences(self, row: int) -> tuple[list[tuple[int, int]], list[tuple[str, ...]]]:
        """Return the (start, end) of the sentences of the article at `row`, and the folded syllables of each."""
        first, last = (int(x) for x in self._sentence_starts[row : row + 2])
        bounds = self._bounds[first : last + 1].tolist()
        begin = bounds[0][2]
        words = [self._folds[i] for i in self._tokens[begin : bounds[-1][2]].tolist()]
        folded = [tuple(words[a[2] - begin : b[2] - begin]) for a, b in pairwise(bounds)]
        return [(start, end) for start, end, _ in bounds[:-1]], folded

    def sentence_vectors(self, row: int) -> npt.NDArray[np.float32]:
        """Return the vectors of the sentences of the article at `row`, in order: (sentences, dimensions)."""
        first, last = (int(x) for x in self._sentence_starts[row : row + 2])
        return np.asarray(self._sentences[first:last], np.float32)

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

    def stand_in(self, keys: npt.NDArray[np.uint32], article: int) -> npt.NDArray[np.bool_]:
        """Tell for each term key whether it stands in the article at row `article`, its title included."""
        there = self._article_keys[self._article_starts[article] : self._article_starts[article + 1]]
        if not len(there):
            return np.zeros(len(keys), bool)
        at = np.minimum(np.searchsorted(there, keys), len(there) - 1)
        return np.asarray(there[at] == keys)

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
            mask &= self._published >= since.toordinal()
        if until is not None:
            mask &= (self._published <= until.toordinal()) & (self._published > 0)
        if sources:
            wanted = [i for i, name in enumerate(self.sources) if name in sources]
            mask &= np.isin(self._source_rows, wanted)
        return mask


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of the generation in `folder`; raise GenerationError where it is no generation."""
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise GenerationError(
                f"generation {folder.name} has format {manifest['format']}, this program reads {FORMAT}",
                mend="Run `tintinh index` again",
                path=str(path),
            )
        if manifest["checksum"] != _checksum(manifest):
            raise ValueError("its checksum does not agree")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GenerationError(
            f"{path} is damaged or missing ({error})", mend="Run `tintinh index` again", path=str(path)
        ) from error
    return manifest


def _checksum(manifest: dict[str, Any]) -> str:
    body = {k: v for k, v in manifest.items() if k != "checksum"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def damages(folder: Path) -> list[str]:
    """Return the files of the generation in `folder` that are not what its manifest says."""
    manifest = read_manifest(folder)
    found = []
    for name, expected in manifest["files"].items():
        path = folder / name
        if (
            not path.is_file()
            or path.stat().st_size != expected["length"]
            or storage.sha256(path) != expected["sha256"]
        ):
            found.append(str(path))
    return found


class Store:
    """The folder of all generations: publishes, opens the one in force."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.folder = data / "generations"

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.data / f".probe.{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise GenerationError(
                f"the data folder {self.data} cannot be written ({error.strerror})",
                mend="Give the service write access to it, or set TINTINH_DATA_DIR to another folder",
                path=str(self.data),
            ) from error
        lock = FileLock(self.data / "writer.lock")
        try:
            with lock.acquire(timeout=0):
                (self.data / "writer.pid").write_text(str(os.getpid()), encoding="ascii")
                yield
        except Timeout as error:
            holder = (self.data / "writer.pid").read_text(encoding="ascii").strip()
            raise GenerationError(
                f"another process ({holder}) is writing to {self.data}", mend="Wait until it is done, then try again"
            ) from error

    def current_id(self) -> str | None:
        """Return the id of the generation in force, None where none was published."""
        try:
            return (self.data / "current").read_text(encoding="ascii").strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def ids(self) -> list[str]:
        """Return the ids of the generations that are kept, oldest first."""
        return sorted(p.name for p in self.folder.glob("2*") if (p / "manifest.json").is_file())

    def open(self, encoder: Encoder) -> Generation:
        """Return the generation in force, verified.

        Raises GenerationError where there is none, it is damaged, or it was built with another encoder.
        """
        current = self.current_id()
        if current is None:
            raise GenerationError(
                f"there is no index in {self.data} yet",
                mend="Run `tintinh index --corpus PATH` first",
                path=str(self.data),
            )
        generation = Generation(self.folder / current)
        built_with = generation.manifest["encoder"]
        if built_with["fingerprint"] != encoder.fingerprint:
            raise GenerationError(
                f"generation {current} was built with the encoder {built_with['name']!r} ({built_with['fingerprint']}), "
                f"the one set now is {encoder.name!r} ({encoder.fingerprint})",
                mend="Run `tintinh index` again, or set TINTINH_EMBEDDING__MODEL back",
            )
        return generation

    def publish(self, articles: Sequence[Article], encoder: Encoder, progress: Progress = lambda *_: None) -> str:
        """Build a generation of `articles`, verify it, put it in force, and return its id.

        Until the last rename the generation before stays in force, whatever happens.
        """
        with self._writing():
            for leftover in self.folder.glob(".building-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            corpus = hashlib.sha256("\n".join(a.to_json() for a in articles).encode()).hexdigest()[:16]
            name = f"{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S-%f}"[:-3] + f"-{corpus[:6]}"
            aside = self.folder / f".building-{name}"
            aside.mkdir()
            try:
                self._build(aside, name, corpus, articles, encoder, progress)
                if damaged := damages(aside):
                    raise GenerationError(
                        f"{damaged[0]} did not reach the disk whole", mend="Check the disk, then index again"
                    )
                Generation(aside, verify=False)
                aside.rename(self.folder / name)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
            storage.sync(self.folder)
            storage.replace_text(self.data / "current", name + "\n")
            for old in self.ids()[:-KEPT]:
                shutil.rmtree(self.folder / old, ignore_errors=True)
            return name

    def _build(
        self,
        folder: Path,
        name: str,
        corpus: str,
        articles: Sequence[Article],
        encoder: Encoder,
        progress: Progress,
    ) -> None:
        spans = [(row, start, end) for row, a in enumerate(articles) for start, end in passages(a.text)]
        bounds = [sentences(a.text) for a in articles]
        sentence_texts = [[a.text[start:end] for start, end in b] for a, b in zip(articles, bounds, strict=True)]
        _write_tokens(folder, bounds, sentence_texts)
        lines = [(a.to_json() + "\n").encode() for a in articles]
        (folder / "articles.jsonl").write_bytes(b"".join(lines) or b"\n")  # an empty file cannot be mapped
        (folder / "titles.json").write_text(
            json.dumps([a.title for a in articles], ensure_ascii=False), encoding="utf-8"
        )
        np.save(folder / "offsets.npy", np.cumsum([0] + [len(line) for line in lines]))
        np.save(folder / "passages.npy", np.array(spans, np.int32).reshape(-1, 3))

        texts = [articles[row].text[start:end] for row, start, end in spans]
        rows = np.zeros((len(texts), encoder.dimensions), np.float32)
        for at in range(0, len(texts), 256):
            rows[at : at + 256] = encoder.encode_passages(texts[at : at + 256])
            progress("encode", min(at + 256, len(texts)), len(texts))
        vectors.build(folder / "vectors.faiss", rows)

        flat = [text for texts_ in sentence_texts for text in texts_]
        halves = np.zeros((len(flat), encoder.dimensions), np.float16)
        for at in range(0, len(flat), 256):
            halves[at : at + 256] = encoder.encode_passages(flat[at : at + 256])
            progress("sentences", min(at + 256, len(flat)), len(flat))
        np.save(folder / "sentences.npy", halves)
        starts = np.cumsum([0] + [len(t) for t in sentence_texts])

        def reported(stage: str, items: Iterable[Terms], total: int) -> Iterator[Terms]:
            for done, item in enumerate(items, 1):
                yield item
                if done % 200 == 0 or done == total:
                    progress(stage, done, total)

        lexical.build(folder / "passages.lexical", reported("passages", (terms(t) for t in texts), len(texts)))
        whole = [terms(f"{a.title}\n{a.text}") for a in articles]
        lexical.build(folder / "articles.lexical", reported("articles", whole, len(whole)))
        sources = sorted({a.source for a in articles})
        _write_terms(folder / "terms.npz", whole, articles, sources, starts)

        dates = [a.published_at for a in articles if a.published_at]
        files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(".lock"))
        for path in files:
            storage.sync(path)
        manifest = {
            "format": FORMAT,
            "id": name,
            "created_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "articles": len(articles),
            "passages": len(spans),
            "sources": sources,
            "data_until": max(dates).isoformat() if dates else None,
            "corpus": corpus,
            "encoder": {"name": encoder.name, "fingerprint": encoder.fingerprint, "dimensions": encoder.dimensions},
            "files": {
                p.relative_to(folder).as_posix(): {"length": p.stat().st_size, "sha256": storage.sha256(p)}
                for p in files
            },
        }
        manifest["checksum"] = _checksum(manifest)
        storage.replace_text(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


def _write_tokens(folder: Path, bounds: Sequence[Sequence[tuple[int, int]]], texts: Sequence[Sequence[str]]) -> None:
    vocabulary: dict[str, int] = {}
    flat: list[int] = []
    rows: list[tuple[int, int, int]] = []
    for spans, pieces in zip(bounds, texts, strict=True):
        for (start, end), piece in zip(spans, pieces, strict=True):
            rows.append((start, end, len(flat)))
            flat += [vocabulary.setdefault(w, len(vocabulary)) for w in folds(piece)[:LONGEST_SENTENCE]]
    rows.append((0, 0, len(flat)))
    np.save(folder / "bounds.npy", np.array(rows, np.int32))
    np.save(folder / "tokens.npy", np.array(flat, np.uint32))
    (folder / "folds.txt").write_text("\n".join(vocabulary), encoding="utf-8")


def _write_terms(
    path: Path,
    whole: Sequence[Terms],
    articles: Sequence[Article],
    sources: list[str],
    sentence_starts: npt.NDArray[np.int64],
) -> None:
    each = [np.unique(np.fromiter((term_key(t) for t in (*w.folded, *w.pairs)), np.uint32)) for w in whole]
    flat = np.concatenate(each) if each else np.zeros(0, np.uint32)
    keys, counts = np.unique(flat, return_counts=True)
    np.savez(
        path,
        keys=keys,
        counts=counts.astype(np.int32),
        sentence_starts=sentence_starts,
        article_keys=flat,
        article_starts=np.cumsum([0] + [len(e) for e in each]),
        published=np.array([a.published_at.toordinal() if a.published_at else 0 for a in articles], np.int32),
        source_rows=np.array([sources.index(a.source) for a in articles], np.int32),
    )
