"""`corpus.toml`: where articles come from, declared in one file.

[[source]]
name = "Báo Lam Giang"            # as citations name it
aliases = ["BLG"]                 # further names of it
licence = "theo thỏa thuận 12/2024"
longest_quote = 60                # syllables; a citation is never longer than 190
paths = ["bao-lam-giang"]         # files and folders, from where this file lies
feeds = ["https://…/rss"]         # RSS or Atom
sitemaps = ["https://…/sitemap.xml"]
pages = ["https://…/a.html"]
interval_minutes = 30             # how often the network is asked
include = ["*/xa-hoi/*"]          # addresses and paths that are taken; left out, all
exclude = ["*/quang-cao/*"]
"""

import fnmatch
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from retrieval.articles import Article
from retrieval.errors import CorpusError
from retrieval.vietnamese.text import folds

_LISTS = ("aliases", "feeds", "sitemaps", "pages", "include", "exclude")
_FIELDS = {"name", "licence", "longest_quote", "paths", "interval_minutes", *_LISTS}
LEAST_INTERVAL = 5


@dataclass(frozen=True)
class Source:
    """One newspaper, or one folder."""

    name: str
    aliases: tuple[str, ...] = ()
    licence: str | None = None
    longest_quote: int | None = None
    paths: tuple[Path, ...] = ()
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    interval_minutes: float = 30
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def from_network(self) -> bool:
        """Whether anything of it is fetched."""
        return bool(self.feeds or self.sitemaps or self.pages)

    def takes(self, place: str) -> bool:
        """Tell whether an address, or a path, is one of its articles."""
        wanted = not self.include or any(fnmatch.fnmatchcase(place, pattern) for pattern in self.include)
        return wanted and not any(fnmatch.fnmatchcase(place, pattern) for pattern in self.exclude)

    def names(self, name: str) -> bool:
        """Tell whether `name` is this source's, or one of its aliases, however it is written."""
        own = " ".join(folds(name))
        return any(own == " ".join(folds(other)) for other in (self.name, *self.aliases))

    def labelled(self, article: Article) -> Article:
        """Return the article under the name of this source, with its licence and its longest quote."""
        own = {"licence": self.licence, "longest_quote": self.longest_quote}
        return replace(article, source=self.name, extra=article.extra | {k: v for k, v in own.items() if v is not None})


def read(path: Path) -> list[Source]:
    """Return the sources that the file at `path` declares. Raises CorpusError that names the entry and the field."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"{path} cannot be read ({error})", mend="Correct it; docs/van-hanh.md shows one") from error
    entries = table.get("source", [])
    if not isinstance(entries, list) or set(table) - {"source"}:
        raise _wrong(path, 0, "it holds nothing but [[source]] tables")
    return [_source(path, number, entry) for number, entry in enumerate(entries, 1)]


def _source(path: Path, number: int, entry: Any) -> Source:  # noqa: ANN401 - what the file holds is not typed yet
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
        raise _wrong(path, number, "it has no name")
    if unknown := sorted(set(entry) - _FIELDS):
        raise _wrong(path, number, f"there is no field {unknown[0]!r}; there are {', '.join(sorted(_FIELDS))}")
    for field in (*_LISTS, "paths"):
        value = entry.get(field, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise _wrong(path, number, f"{field} is no list of texts")
    interval, longest = entry.get("interval_minutes", 30), entry.get("longest_quote")
    if not isinstance(interval, int | float) or isinstance(interval, bool) or interval < LEAST_INTERVAL:
        raise _wrong(path, number, f"interval_minutes is no number of {LEAST_INTERVAL} or more")
    if longest is not None and (not isinstance(longest, int) or isinstance(longest, bool) or longest < 1):
        raise _wrong(path, number, "longest_quote is no number of syllables")
    if not isinstance(entry.get("licence"), str | None):
        raise _wrong(path, number, "licence is no text")
    lists = {field: tuple(entry.get(field, ())) for field in _LISTS}
    paths = tuple(path.parent / p for p in entry.get("paths", ()))
    return Source(
        entry["name"].strip(),
        licence=entry.get("licence"),
        longest_quote=longest,
        paths=paths,
        interval_minutes=float(interval),
        **lists,
    )


def _wrong(path: Path, number: int, what: str) -> CorpusError:
    where = f"{path}, source {number}" if number else str(path)
    return CorpusError(f"{where}: {what}", mend="Correct it; docs/van-hanh.md shows one")
