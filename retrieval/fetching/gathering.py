"""The articles of a source on the network: what is new, what changed, what is gone. Remembers what it fetched.

DATA/fetched.json    address -> validators, digest and time of the last look
"""

import datetime as dt
import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from retrieval import storage
from retrieval.articles import Article
from retrieval.errors import FetchError
from retrieval.fetching.client import Fetched, Fetcher
from retrieval.fetching.sources import Source
from retrieval.readers.foreign import article_of
from retrieval.readers.rows import Unread
from retrieval.readers.sandbox import Sandbox

log = logging.getLogger(__name__)

MOST_NEW = 200
"""New pages of one source that are fetched at one time."""
LOOKED_AT_AGAIN = dt.timedelta(days=14)
"""How long an article is looked at again after it was first seen."""
_GONE = frozenset((404, 410))


@dataclass(frozen=True)
class Seen:
    """What is remembered of one address."""

    source: str
    first: str
    last: str
    etag: str | None = None
    modified: str | None = None
    digest: str = ""
    status: int = 200


@dataclass
class Gathered:
    """What one look at a source gave."""

    articles: list[Article] = field(default_factory=list)
    """New ones, and those whose text changed."""
    changed: list[str] = field(default_factory=list)
    """Addresses whose text is another than before: for the editor to see."""
    gone: list[str] = field(default_factory=list)
    """Addresses that were there and are no more: for the editor to decide on."""
    failed: list[Unread] = field(default_factory=list)
    notes: dict[str, "Seen"] = field(default_factory=dict)
    """What is to be remembered once the articles are in force (`Gatherer.commit`)."""


class Gatherer:
    """Looks at sources; one at a time."""

    def __init__(
        self, data: Path, fetcher: Fetcher, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._path = data / "fetched.json"
        self._fetcher = fetcher
        self._now = now
        self._seen: dict[str, Seen] = _remembered(self._path)
        self._looked: dict[str, dt.datetime] = {}
        """When each source was looked at, also where nothing came of it."""

    def last_look(self, source: Source) -> dt.datetime | None:
        """Return when a source was last looked at, None where never."""
        times = [dt.datetime.fromisoformat(s.last) for s in self._seen.values() if s.source == source.name]
        return max([*times, *([self._looked[source.name]] if source.name in self._looked else [])], default=None)

    def look(self, source: Source) -> Gathered:
        """Return what is new and changed in `source`. Nothing is remembered before `commit`: what is not taken up comes again."""
        found = Gathered()
        self._looked[source.name] = self._now()
        with Sandbox() as sandbox:
            listed = list(dict.fromkeys(self._listed(source, sandbox, found)))
            new = [url for url in listed if url not in self._seen and source.takes(url)]
            for url in (*new[:MOST_NEW], *self._again(source)):
                self._page(source, url, sandbox, found)
        if found.failed or len(new) > MOST_NEW:
            # The lists are asked for whole the next time: what they list is not all fetched yet.
            lists = {*source.feeds, *source.sitemaps}
            for url, seen in found.notes.items():
                if url in lists or not seen.digest:
                    found.notes[url] = replace(seen, etag=None, modified=None)
        return found

    def commit(self, found: Gathered) -> None:
        """Remember what a look found, now that its articles are in force."""
        self._seen |= found.notes
        self._keep()

    def page(self, url: str, source: Source | None = None) -> Article:
        """Return the article of one page. Raises FetchError where there is none."""
        with Sandbox() as sandbox:
            fetched = self._fetcher.get(url)
            made = self._article(source, url, fetched, sandbox) if fetched.status == 200 else None
        if made is None:
            raise FetchError(f"{url[:200]}: the server answers {fetched.status}", mend="Correct the address")
        if isinstance(made, Unread):
            raise FetchError(f"{url[:200]} gives no article: {made.why}", mend="Give the address of one article")
        return made

    def _listed(self, source: Source, sandbox: Sandbox, found: Gathered) -> Iterator[str]:
        yield from source.pages
        maps = list(source.sitemaps)
        for kind, places in (("feed", list(source.feeds)), ("sitemap", maps)):
            for place in places:
                listing = self._listing(source, kind, place, sandbox, found)
                yield from _addresses(place, [e["url"] for e in listing.get("entries", ())], found)
                # An index of sitemaps lists further ones; those of one index, no deeper.
                if place in source.sitemaps:
                    maps += _addresses(place, listing.get("maps", ())[:20], found)

    def _listing(self, source: Source, kind: str, place: str, sandbox: Sandbox, found: Gathered) -> dict[str, Any]:
        known = self._seen.get(place)
        try:
            fetched = self._fetcher.get(
                place, etag=known.etag if known else None, modified=known.modified if known else None
            )
        except FetchError as error:
            found.failed.append(Unread(place, error.what))
            return {}
        self._note(source, place, fetched, "", found)
        if fetched.status != 200:
            if fetched.status in _GONE:
                found.failed.append(Unread(place, f"the server answers {fetched.status}"))
            return {}
        listing = _parsed(sandbox, kind, fetched.body)
        if isinstance(listing, str):
            found.failed.append(Unread(place, listing))
            return {}
        return listing

    def _again(self, source: Source) -> list[str]:
        """Return the addresses of recent articles of a source, to be looked at again."""
        since = (self._now() - LOOKED_AT_AGAIN).isoformat()
        return [
            u
            for u, s in self._seen.items()
            if s.source == source.name and s.digest and s.first >= since and s.status == 200
        ]

    def _page(self, source: Source, url: str, sandbox: Sandbox, found: Gathered) -> None:
        known = self._seen.get(url)
        try:
            fetched = self._fetcher.get(
                url, etag=known.etag if known else None, modified=known.modified if known else None
            )
        except FetchError as error:
            found.failed.append(Unread(url, error.what))
            return
        if fetched.status == 304 and known:
            found.notes[url] = replace(known, last=self._now().isoformat())
            return
        if fetched.status in _GONE:
            if known:
                found.gone.append(url)
                found.notes[url] = replace(known, last=self._now().isoformat(), status=fetched.status)
            return
        made = self._article(source, url, fetched, sandbox)
        if isinstance(made, Unread):
            found.failed.append(made)
            self._note(source, url, fetched, "-", found)
            return
        digest = hashlib.sha256(made.text.encode()).hexdigest()[:16]
        if known is None or known.digest != digest:
            found.articles.append(made)
            if known is not None and known.digest:
                found.changed.append(url)
        self._note(source, url, fetched, digest, found)

    def _article(self, source: Source | None, url: str, fetched: Fetched, sandbox: Sandbox) -> Article | Unread:
        """Return the article of a page; its id is the address it was found under, so that a change is one of the same article."""
        fields = _parsed(sandbox, "page", fetched.body)
        if isinstance(fields, str):
            return Unread(url, fields)
        own = {k: v for k, v in fields.items() if k in {"title", "text", "published_at", "author", "source"}}
        made = article_of(own | {"url": url, "id": url}, where=url, default_id=url, source=url)
        return source.labelled(made) if source and isinstance(made, Article) else made

    def _note(self, source: Source, url: str, fetched: Fetched, digest: str, found: Gathered) -> None:
        now, known = self._now().isoformat(), self._seen.get(url)
        first = known.first if known else now
        kept = known.etag if known and fetched.status == 304 else fetched.etag
        modified = known.modified if known and fetched.status == 304 else fetched.modified
        found.notes[url] = Seen(
            source.name, first, now, kept, modified, digest, 200 if fetched.status == 304 else fetched.status
        )

    def _keep(self) -> None:
        rows = {url: asdict(seen) for url, seen in self._seen.items()}
        storage.replace_text(self._path, json.dumps(rows, ensure_ascii=False))


def _addresses(base: str, links: Sequence[str], found: Gathered) -> list[str]:
    """Return links as whole addresses; one that is none is told."""
    whole = []
    for link in links:
        try:
            whole.append(urljoin(base, link))
        except ValueError as error:
            found.failed.append(Unread(base, f"it lists what is no address ({error})"))
    return whole


def _parsed(sandbox: Sandbox, kind: str, body: bytes) -> dict[str, Any] | str:
    with tempfile.NamedTemporaryFile(suffix=".fetched") as file:
        file.write(body)
        file.flush()
        return sandbox.parse(kind, Path(file.name))


def _remembered(path: Path) -> dict[str, Seen]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {url: Seen(**row) for url, row in rows.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        log.warning("%s is damaged (%s); every page is looked at anew", path, error)
        return {}
