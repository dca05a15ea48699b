"""Passages and whole articles -> BM25 hits, by tantivy.

Three fields of equal weight: accented syllables, folded syllables, bigrams of folded syllables (measured best with
and without diacritics; see docs/quality.md). We tokenise, tantivy only splits at blanks.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

from retrieval.vietnamese.terms import Terms

_FIELDS = ("accented", "folded", "pairs")
_HEAP = 128_000_000
_SMALL_HEAP = 16_000_000
"""Bytes a writer may hold; less for a small change, where allocating them is most of the work."""
_SMALL = 500
_REPLACED = frozenset(("meta.json", ".managed.json"))
"""Files that tantivy replaces at a commit; all others are written once."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in _FIELDS:
        builder.add_text_field(field, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("row", stored=False, indexed=False, fast=True)
    builder.add_unsigned_field("article", stored=False, indexed=True, fast=False)
    return builder.build()


_SCHEMA = _schema()


def build(folder: Path, texts: Iterable[tuple[int, int, Terms]]) -> None:
    """Write an index of `texts`, each with its article's row and its own, into the empty `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _commit(tantivy.Index(_SCHEMA, path=str(folder)), _HEAP, texts, ())


def grow(before: Path, folder: Path, texts: Sequence[tuple[int, int, Terms]], removed: Sequence[int]) -> None:
    """Write into the empty `folder` the index `before` with `texts` added and those of the articles at `removed` left out.

    What did not change is a hard link; `before` stays as it was. The statistics of BM25 count removed texts until
    tantivy merges its segments.
    """
    folder.mkdir(parents=True)
    for path in before.iterdir():
        if path.name in _REPLACED:
            shutil.copyfile(path, folder / path.name)
        elif not path.name.endswith(".lock"):
            _share(path, folder / path.name)
    heap = _SMALL_HEAP if len(texts) < _SMALL else _HEAP
    _commit(tantivy.Index.open(str(folder)), heap, texts, removed)


def _share(path: Path, link: Path) -> None:
    try:
        os.link(path, link)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, link)


def _commit(index: tantivy.Index, heap: int, texts: Iterable[tuple[int, int, Terms]], removed: Sequence[int]) -> None:
    writer = index.writer(heap_size=heap, num_threads=1)
    for article in removed:
        writer.delete_documents_by_query(tantivy.Query.term_query(_SCHEMA, "article", article))
    for article, row, text in texts:
        document = tantivy.Document()
        for field, words in zip(_FIELDS, (text.accented, text.folded, text.pairs), strict=True):
            document.add_text(field, " ".join(words))
        document.add_unsigned("row", row)
        document.add_unsigned("article", article)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def query(question: Terms) -> tantivy.Query | None:
    """Return what asks an index for any of the question's terms, None where it has none. One serves every index."""
    clauses = [
        (tantivy.Occur.Should, tantivy.Query.term_query(_SCHEMA, field, word, "freq"))
        for field, words in zip(_FIELDS, (question.accented, question.folded, question.pairs), strict=True)
        for word in dict.fromkeys(words)
    ]
    return tantivy.Query.boolean_query(clauses) if clauses else None


class Lexical:
    """A built index, open for reading."""

    def __init__(self, folder: Path) -> None:
        self._searcher = tantivy.Index.open(str(folder)).searcher()

    def search(self, asked: tantivy.Query | None, k: int) -> list[tuple[int, float]]:
        """Return up to `k` (row, BM25 score) for what `query` made, best first."""
        if asked is None:
            return []
        hits = self._searcher.search(asked, limit=k, count=False).hits
        # The column costs a tenth of fetching each stored document.
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return [(int(row), float(score)) for row, (score, _) in zip(rows, hits, strict=True)]
