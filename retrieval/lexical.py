"""Passages and whole articles -> BM25 hits, by tantivy.

Three fields of equal weight: accented syllables, folded syllables, bigrams of folded syllables (measured best with
and without diacritics; see docs/quality.md). We tokenise, tantivy only splits at blanks.
"""

from collections.abc import Iterable
from pathlib import Path

import tantivy

from retrieval.vietnamese.terms import Terms

_FIELDS = ("accented", "folded", "pairs")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in _FIELDS:
        builder.add_text_field(field, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("row", stored=False, indexed=False, fast=True)
    return builder.build()


def build(folder: Path, texts: Iterable[Terms]) -> None:
    """Write an index of `texts` into the empty `folder`; a text's place in the order is its row."""
    folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(_schema(), path=str(folder))
    writer = index.writer(heap_size=128_000_000, num_threads=1)
    for row, text in enumerate(texts):
        document = tantivy.Document()
        for field, words in zip(_FIELDS, (text.accented, text.folded, text.pairs), strict=True):
            document.add_text(field, " ".join(words))
        document.add_unsigned("row", row)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


_SCHEMA = _schema()


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
