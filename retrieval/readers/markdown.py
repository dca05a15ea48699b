"""A `.txt` or `.md` file -> one article. Markdown may begin with YAML front matter that names the article's fields."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from retrieval.articles import Article
from retrieval.readers.rows import Unread, article, decode

_FENCE = "---\n"


class _Plain(yaml.SafeLoader):
    """YAML without aliases: a few lines of them stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - as the library has it
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def read_text(path: Path, name: str) -> Iterator[Article | Unread]:
    """Yield the article of a plain text file: its whole content is the text."""
    text = decode(path)
    yield (
        text
        if isinstance(text, Unread)
        else article({"text": text}, where=str(path), default_id=name, source=_source(name))
    )


def read_markdown(path: Path, name: str) -> Iterator[Article | Unread]:
    """Yield the article of a Markdown file: the body after the front matter is the text."""
    text = decode(path)
    if isinstance(text, Unread):
        yield text
        return
    fields: dict[str, Any] = {}
    if text.startswith(_FENCE) and (end := text.find("\n" + _FENCE, len(_FENCE) - 1)) >= 0:
        try:
            loaded = yaml.load(text[len(_FENCE) : end + 1], _Plain)  # noqa: S506 - a SafeLoader, less its aliases
        except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
            yield Unread(str(path), f"its front matter is not YAML ({' '.join(str(error).split())})")
            return
        if loaded is not None and not isinstance(loaded, dict):
            yield Unread(str(path), "its front matter is not a table of names and values")
            return
        fields = {str(k): v for k, v in (loaded or {}).items() if k != "text"}
        text = text[end + 1 + len(_FENCE) :].strip("\n")
    yield article(fields | {"text": text}, where=str(path), default_id=name, source=_source(name))


def _source(name: str) -> str:
    parent = Path(name).parent.name
    return parent or Path(name).stem
