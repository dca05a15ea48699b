"""A `.csv` file with a header that names the fields of an article -> articles, one a row."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from retrieval.articles import Article
from retrieval.readers.rows import Unread, article, decode

LONGEST_CELL = 2_000_000


def read(path: Path, name: str) -> Iterator[Article | Unread]:
    """Yield the article of each row, or why the row gives none."""
    text = decode(path)
    if isinstance(text, Unread):
        yield text
        return
    csv.field_size_limit(LONGEST_CELL)
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    names = [n.strip().lower() for n in reader.fieldnames or ()]
    if "text" not in names:
        yield Unread(str(path), f"its first line names no column `text` (it names: {', '.join(names)[:200]})")
        return
    reader.fieldnames = names
    try:
        for number, row in enumerate(reader, 2):
            fields = {k: v for k, v in row.items() if isinstance(k, str) and isinstance(v, str) and v.strip()}
            default = None if "id" in names else f"{name}#{number}"
            yield article(fields, where=f"{path}:{number}", default_id=default, source=Path(name).stem)
    except csv.Error as error:
        yield Unread(f"{path}:{reader.line_num}", f"the row is not CSV ({error})")
