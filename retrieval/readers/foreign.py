"""A file that needs a parser (`.html`, `.pdf`, `.docx`) -> one article. It is parsed in the sandbox."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retrieval.articles import Article
from retrieval.readers.rows import Unread, article
from retrieval.readers.sandbox import Sandbox
from retrieval.vietnamese import legacy

KINDS = {".html": "page", ".htm": "page", ".pdf": "pdf", ".docx": "word"}


def read(sandbox: Sandbox, path: Path, name: str) -> Iterator[Article | Unread]:
    """Yield the article of a file, or why it gives none."""
    fields = sandbox.parse(KINDS[path.suffix.lower()], path)
    if isinstance(fields, str):
        yield Unread(str(path), fields)
        return
    source = Path(name).parent.name or Path(name).stem
    yield article_of(fields, where=str(path), default_id=name, source=source)


def article_of(fields: dict[str, Any], *, where: str, default_id: str, source: str) -> Article | Unread:
    """Return the article of the fields that a parser gave; text typed in a legacy font is read as what it means."""
    known = {k: v for k, v in fields.items() if v}
    for key in ("text", "title", "author"):
        value = known.get(key)
        if isinstance(value, str) and (meant := legacy.repaired(value)):
            known[key] = meant
    return article(known, where=where, default_id=default_id, source=source)
