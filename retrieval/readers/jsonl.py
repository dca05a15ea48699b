"""A `.jsonl` file, a JSON object a line (split at LF only) -> articles."""

import json
from collections.abc import Iterator
from pathlib import Path

from retrieval.articles import Article
from retrieval.readers.rows import Unread, article, decode


def read(path: Path, name: str) -> Iterator[Article | Unread]:
    """Yield the article of each line, or why the line gives none."""
    text = decode(path)
    if isinstance(text, Unread):
        yield text
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Unread(where, f"the line is not JSON ({error})")
            continue
        if not isinstance(row, dict):
            yield Unread(where, "the line is not a JSON object")
            continue
        yield article(row, where=where, default_id=None, source=Path(name).stem)
