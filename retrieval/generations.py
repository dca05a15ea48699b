"""Immutable, checksummed snapshots of the corpus: built aside, verified, published by one rename.

DATA/current                       the id of the generation in force, replaced by one rename
DATA/segments/ID/                  articles and what is worked out of them, shared by generations (retrieval/segment.py)
DATA/generations/ID/               one generation (retrieval/snapshot.py): which segments, less which articles
DATA/*/ID/manifest.json            length and SHA-256 of each file, the encoder, the corpus (retrieval/manifests.py)
DATA/writer.lock, writer.pid       held by the one process that writes

A change writes one segment of the articles that are new, and lexical indexes that share all unchanged files with those
before: its cost follows what changed. When many segments, or many removed articles, have come together, `compact`
writes one segment of all.
"""

import contextlib
import datetime as dt
import hashlib
import json
import os
import secrets
import shutil
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from retrieval import lexical, manifests, segment, storage
from retrieval.articles import Article
from retrieval.corrections import Corrections
from retrieval.encoding import Encoder
from retrieval.errors import GenerationError
from retrieval.manifests import FORMAT
from retrieval.segment import Progress, Segment, Text, counted, digest, whole_terms
from retrieval.snapshot import Generation

__all__ = ["FORMAT", "KEPT", "Change", "Store", "Summary"]

KEPT = 5
"""Versions of the corpus that stay for a rollback."""
MOST_SEGMENTS = 16
MOST_REMOVED = 0.1
"""Share of removed articles from which the statistics of BM25 are brought up to date by a compaction."""
SMALL = 64
"""Articles up to which a corpus is always built whole."""
MOST_CHANGED = 0.25
"""Share of changed articles from which a corpus is built whole."""
SPARE_DISK = 3.0
"""Times the articles' bytes that must be free before anything is written, and 64 MB."""
_SPARE_BYTES = 64 << 20


@dataclass(frozen=True)
class Change:
    """What a corpus gains and loses against the generation in force; a changed article is in both."""

    added: tuple[Article, ...]
    removed: tuple[str, ...]
    """Ids."""


@dataclass(frozen=True)
class Summary:
    """One kept generation, as an editor sees it."""

    id: str
    created_at: str
    articles: int
    data_until: str | None
    corpus: str
    in_force: bool


class Store:
    """The folder of all generations: publishes, opens the one in force."""

    def __init__(self, data: Path, kept: int = KEPT) -> None:
        self.data = data
        self.folder = data / "generations"
        self.segments = data / "segments"
        self._kept = kept
        self._lock: FileLock | None = None
        self._open: weakref.WeakValueDictionary[str, Segment] = weakref.WeakValueDictionary()
        self._trusted: dict[str, Mapping[str, Any]] = {}
        """Generations that were verified here -> their files; hard links of these need no second look."""
        self._last: weakref.ref[Generation] | None = None
        """The generation that was opened last, while somebody uses it."""

    # Writing

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one writer's lock; clean up what a crash left. Raises GenerationError where another holds it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.segments.mkdir(exist_ok=True)
            probe = self.data / f".probe.{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise GenerationError(
                f"the data folder {self.data} cannot be written ({error.strerror})",
                mend="Give the service write access to it, or set TINTINH_DATA_DIR to another folder",
                path=str(self.data),
            ) from error
        if self._lock is None:
            self._lock = FileLock(self.data / "writer.lock")
        try:
            # One thread may hold it twice: what it reads, and what it writes then, belong together.
            with self._lock.acquire(timeout=0):
                if self._lock.lock_counter == 1:
                    (self.data / "writer.pid").write_text(str(os.getpid()), encoding="ascii")
                    self._clean()
                yield
        except Timeout as error:
            raise GenerationError(
                f"another process ({self._holder()}) is writing to {self.data}",
                mend="Wait until it is done, then try again",
            ) from error

    def _holder(self) -> str:
        try:
            return (self.data / "writer.pid").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return "unknown"

    def _clean(self) -> None:
        """Remove what a writer that was killed left: half-built folders, files aside, segments of no generation."""
        for folder in (self.folder, self.segments):
            for leftover in folder.glob(".building-*"):
                shutil.rmtree(leftover, ignore_errors=True)
        for aside in (*self.data.glob(".current.*"), *self.data.glob(".probe.*")):
            aside.unlink(missing_ok=True)
        try:
            used = {name for g in self.ids() for name in _raw(self.folder / g).get("segments", ())}
        except GenerationError:
            return  # of a damaged generation nobody knows what it needs
        for path in self.segments.iterdir():
            if path.name not in used:
                shutil.rmtree(path, ignore_errors=True)

    def publish(self, articles: Sequence[Article], encoder: Encoder, progress: Progress = lambda *_: None) -> str:
        """Put a generation of exactly `articles` in force and return its id; nothing is written where nothing changed.

        Until the last rename the generation before stays in force, whatever happens.
        """
        with self.writing():
            before = self._before(encoder)
            if before is None:
                return self._rebuild(articles, encoder, progress)
            change = difference(before, articles)
            if not change.added and not change.removed:
                return before.id
            if len(articles) <= SMALL or len(change.added) + len(change.removed) > MOST_CHANGED * len(articles):
                return self._rebuild(articles, encoder, progress)
            return self._change(before, change, encoder, progress)

    def rebuild(self, articles: Sequence[Article], encoder: Encoder, progress: Progress = lambda *_: None) -> str:
        """Build one segment of `articles` and put it in force."""
        with self.writing():
            return self._rebuild(articles, encoder, progress)

    def change(self, change: Change, encoder: Encoder, progress: Progress = lambda *_: None) -> str:
        """Put the corpus in force with `change` applied in force; the cost follows the change.

        An article that is added takes the place of one with its id.
        """
        with self.writing():
            return self._change(self.open(encoder), change, encoder, progress)

    def _rebuild(self, articles: Sequence[Article], encoder: Encoder, progress: Progress) -> str:
        self._need_disk(articles)
        own = self._write_segment(articles, encoder, progress) if articles else None
        opened = [own] if own else []
        return self._publish(opened, np.zeros(0, np.int64), ([], [], []), None, encoder, progress)

    def _change(self, before: Generation, change: Change, encoder: Encoder, progress: Progress) -> str:
        found = map(before.any_row, (*change.removed, *(a.id for a in change.added)))
        gone = sorted({row for row in found if row is not None})
        self._need_disk(change.added)
        added = self._write_segment(change.added, encoder, progress) if change.added else None
        texts = segment.texts(added, int(before.bases[-1]), int(before.passage_bases[-1])) if added else ((), ())
        removed = np.union1d(before.removed, np.array(gone, np.int64))
        parts = [*before.segments, *([added] if added else [])]
        return self._publish(parts, removed, (list(texts[0]), list(texts[1]), gone), before, encoder, progress)

    def compact(self, encoder: Encoder, progress: Progress = lambda *_: None) -> str | None:
        """Write the corpus in force as one segment where many have come together; return the new id, None where not needed."""
        with self.writing():
            before = self.open(encoder)
            removed = 1 - len(before) / max(len(before.live), 1)
            if len(before.segments) <= MOST_SEGMENTS and removed <= MOST_REMOVED:
                return None
            return self._rebuild(before.everything(), encoder, progress)

    def rollback(self, generation: str, encoder: Encoder) -> str:
        """Put the kept generation back in force, verified, and return its id."""
        with self.writing():
            if generation not in self.ids():
                raise GenerationError(
                    f"there is no generation {generation}",
                    mend="`tintinh corpus generations` lists those that are kept",
                )
            self._opened(generation, encoder)
            storage.replace_text(self.data / "current", generation + "\n")
            return generation

    def drop(self, generations: Collection[str]) -> None:
        """Delete generations that are not in force, with the segments that no other needs."""
        with self.writing():
            for name in generations:
                if name != self.current_id() and name in self.ids():
                    self._delete(self.folder / name)
            self._clean()

    def _before(self, encoder: Encoder) -> Generation | None:
        """Return the generation in force where it can be built upon."""
        try:
            return self.open(encoder)
        except GenerationError:
            return None

    def _need_disk(self, articles: Sequence[Article]) -> None:
        needed = int(sum(len(a.text) for a in articles) * SPARE_DISK * 4) + _SPARE_BYTES
        free = shutil.disk_usage(self.data).free
        if free < needed:
            raise GenerationError(
                f"{self.data} has {free >> 20} MB free, {needed >> 20} MB are needed",
                mend="Free some space, or set TINTINH_DATA_DIR to a larger disk",
                path=str(self.data),
            )

    def _write_segment(self, articles: Sequence[Article], encoder: Encoder, progress: Progress) -> Segment:
        name = f"{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        aside = self.segments / f".building-{name}"
        aside.mkdir()
        try:
            facts = segment.write(aside, articles, encoder, progress)
            manifest = manifests.write(aside, {"id": name, "encoder": _named(encoder), **facts})
            _verified(aside, manifest)
            aside.rename(self.segments / name)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        storage.sync(self.segments)
        return Segment(self.segments / name, manifest)

    def _publish(
        self,
        segments: Sequence[Segment],
        removed: npt.NDArray[np.int64],
        lexical_change: tuple[Sequence[Text], Sequence[Text], Sequence[int]],
        before: Generation | None,
        encoder: Encoder,
        progress: Progress,
    ) -> str:
        now = dt.datetime.now(dt.UTC)
        facts = _facts(segments, removed)
        name = f"{now:%Y%m%d-%H%M%S-%f}"[:-3] + f"-{facts['corpus'][:6]}"
        aside = self.folder / f".building-{name}"
        aside.mkdir()
        try:
            known = self._write_lexical(aside, segments, lexical_change, before, progress)
            known_removed = before.removed if before is not None else np.zeros(0, np.int64)
            newly = np.setdiff1d(removed, known_removed).tolist()
            keys, counts = counted(whole_terms(segments[n].article(r)) for n, r in _places(segments, newly))
            if before is not None:
                keys, counts = _added(keys, counts, *before.removed_terms)
            np.savez(aside / "removed.npz", rows=removed, keys=keys, counts=counts)
            manifest = manifests.write(
                aside,
                {
                    "id": name,
                    "created_at": now.isoformat(timespec="seconds"),
                    "segments": [s.id for s in segments],
                    "encoder": _named(encoder),
                    **facts,
                },
                known,
            )
            _verified(aside, manifest, frozenset(known))
            Generation(aside, manifest, segments)
            aside.rename(self.folder / name)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        storage.sync(self.folder)
        storage.replace_text(self.data / "current", name + "\n")
        self._retire(name)
        return name

    def _write_lexical(
        self,
        aside: Path,
        segments: Sequence[Segment],
        change: tuple[Sequence[Text], Sequence[Text], Sequence[int]],
        before: Generation | None,
        progress: Progress,
    ) -> dict[str, dict[str, Any]]:
        """Write both lexical indexes; return the manifest's entries of the files that are those of the generation before."""
        if before is None:
            texts = segment.texts(segments[0], 0, 0) if segments else (iter(()), iter(()))
            totals = (len(segments[0].passages), len(segments[0])) if segments else (0, 0)
            for stage, own, total in zip(("passages", "articles"), texts, totals, strict=True):
                lexical.build(aside / f"{stage}.lexical", _reported(own, stage, total, progress))
            return {}
        for stage, new in zip(("passages", "articles"), change[:2], strict=True):
            lexical.grow(before.folder / f"{stage}.lexical", aside / f"{stage}.lexical", new, change[2])
        return {
            name: entry
            for name, entry in before.manifest["files"].items()
            if (aside / name).is_file() and _same_file(aside / name, before.folder / name)
        }

    def _retire(self, newest: str) -> None:
        """Delete the generations beyond the versions of the corpus that are kept, and the segments that none needs."""
        versions: list[str] = []
        for summary in reversed(self.generations()):
            if summary.corpus not in versions:
                versions.append(summary.corpus)
            if versions.index(summary.corpus) >= self._kept and summary.id != newest:
                self._delete(self.folder / summary.id)
        self._clean()

    def _delete(self, folder: Path) -> None:
        """Delete a generation so that a crash leaves it whole or a leftover that is cleaned."""
        aside = folder.with_name(f".building-{folder.name}")
        with contextlib.suppress(OSError):
            folder.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)

    # Reading

    def current_id(self) -> str | None:
        """Return the id of the generation in force, None where none was published."""
        try:
            return (self.data / "current").read_text(encoding="ascii").strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def ids(self) -> list[str]:
        """Return the ids of the generations that are kept, oldest first."""
        return sorted(p.name for p in self.folder.glob("2*") if (p / manifests.NAME).is_file())

    def generations(self) -> list[Summary]:
        """Return the kept generations whose manifest can be read, oldest first."""
        current = self.current_id()
        found = []
        for name in self.ids():
            with contextlib.suppress(GenerationError, KeyError):
                m = manifests.read(self.folder / name)
                found.append(
                    Summary(name, m["created_at"], m["articles"], m["data_until"], m["corpus"], name == current)
                )
        return found

    def damages(self, generation: str) -> list[Path]:
        """Return the files of a generation, its segments' included, that are not what they were written as."""
        folder = self.folder / generation
        try:
            manifest = manifests.read(folder)
        except GenerationError:
            return [folder / manifests.NAME]
        found = manifests.damages(folder, manifest)
        for name in manifest["segments"]:
            try:
                found += manifests.damages(self.segments / name, manifests.read(self.segments / name))
            except GenerationError:
                found.append(self.segments / name / manifests.NAME)
        return found

    def open(self, encoder: Encoder, corrections: Corrections | None = None) -> Generation:
        """Return the generation in force, verified, less what `corrections` take back.

        Raises GenerationError where there is none, it is damaged, or it was built with another encoder.
        """
        current = self.current_id()
        if current is None:
            raise GenerationError(
                f"there is no index in {self.data} yet",
                mend="Run `tintinh index --corpus PATH` first",
                path=str(self.data),
            )
        return self._opened(current, encoder, corrections)

    def open_kept(self, generation: str, encoder: Encoder, corrections: Corrections | None = None) -> Generation:
        """Return a kept generation, in force or not, verified, less what `corrections` take back; raises GenerationError."""
        if generation not in self.ids():
            raise GenerationError(
                f"there is no generation {generation}", mend="`tintinh corpus generations` lists them"
            )
        return self._opened(generation, encoder, corrections)

    def open_whole(self, encoder: Encoder, corrections: Corrections | None = None) -> Generation:
        """Return the generation in force, or where it is damaged the newest before it that is whole.

        Raises GenerationError, that of the one in force, where none is.
        """
        try:
            return self.open(encoder, corrections)
        except GenerationError:
            current = self.current_id() or ""
            for name in (n for n in reversed(self.ids()) if n < current):
                with contextlib.suppress(GenerationError):
                    return self._opened(name, encoder, corrections)
            raise

    def _opened(self, name: str, encoder: Encoder, corrections: Corrections | None = None) -> Generation:
        folder = self.folder / name
        last = self._last() if self._last is not None else None
        known = last is not None and last.id == name and last.manifest["encoder"]["fingerprint"] == encoder.fingerprint
        if known and last is not None and (corrections is None or last.corrections.version == corrections.version):
            # Whoever asks for no corrections looks at the whole corpus, which each view of it holds.
            return last
        manifest = manifests.read(folder)
        built_with = manifest["encoder"]
        if built_with["fingerprint"] != encoder.fingerprint:
            raise GenerationError(
                f"generation {name} was built with the encoder {built_with['name']!r} ({built_with['fingerprint']}), "
                f"the one set now is {encoder.name!r} ({encoder.fingerprint})",
                mend="Run `tintinh index` again, or set TINTINH_EMBEDDING__MODEL back",
            )
        trusted = frozenset(
            f
            for f, entry in manifest["files"].items()
            if any(
                files.get(f) == entry and _same_file(folder / f, self.folder / g / f)
                for g, files in self._trusted.items()
            )
        )
        _verified(folder, manifest, trusted)
        segments = [self._segment(part) for part in manifest["segments"]]
        generation = Generation(folder, manifest, segments, corrections)
        self._last = weakref.ref(generation)
        if name == self.current_id():
            self._trusted = {name: manifest["files"]}
        return generation

    def _segment(self, name: str) -> Segment:
        """Return a segment, verified when it is first opened."""
        found = self._open.get(name)
        if found is None:
            manifest = manifests.read(self.segments / name)
            _verified(self.segments / name, manifest)
            found = self._open[name] = Segment(self.segments / name, manifest)
        return found

    def outdated(self) -> list[Article] | None:
        """Return the articles of the generation in force where an earlier version of the program built it; None where not.

        Raises GenerationError where its articles are not whole: then they must be read anew.
        """
        folder = self.folder / (self.current_id() or "")
        try:
            manifest = _raw(folder)
            if not 0 < int(manifest["format"]) < FORMAT:
                return None
            parts = [self.segments / name for name in manifest.get("segments", ())] or [folder]
            read = [_articles(part) for part in parts]
            gone = set(np.load(folder / "removed.npz")["rows"].tolist()) if "segments" in manifest else set()
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return [a for row, a in enumerate(a for part in read for a in part) if row not in gone]


def _raw(folder: Path) -> dict[str, Any]:
    """Return the manifest in `folder`, of whatever version; raise GenerationError where it cannot be read."""
    path = folder / manifests.NAME
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError) as error:
        raise GenerationError(
            f"{path} is damaged or missing ({error})", mend="Run `tintinh index` again", path=str(path)
        ) from error


def _articles(folder: Path) -> list[Article]:
    """Return the articles in `folder`, of whatever version; raise GenerationError where they are not whole."""
    path = folder / "articles.jsonl"
    if not path.is_file() or storage.sha256(path) != _raw(folder)["files"]["articles.jsonl"]["sha256"]:
        raise GenerationError(
            f"{path} is damaged or missing",
            mend="Run `tintinh index` again; the articles are read anew",
            path=str(path),
        )
    lines = path.read_text(encoding="utf-8").split("\n")
    return [Article.from_row(json.loads(line)) for line in lines if line]


def difference(before: Generation, articles: Sequence[Article]) -> Change:
    """Return what `articles` gain and lose against a generation."""
    rows = before.all_rows()
    added = tuple(a for a in articles if (row := rows.get(a.id)) is None or before.digest(row) != digest(a))
    wanted = {a.id for a in articles}
    new = {a.id for a in added}
    return Change(added, tuple(i for i in rows if i not in wanted or i in new))


def additions(before: Generation, articles: Sequence[Article]) -> Change:
    """Return what a corpus gains by `articles`, those that are in it already taking the place of the old; its cost follows them."""
    rows = {a.id: before.any_row(a.id) for a in articles}
    added = tuple(a for a in articles if (row := rows[a.id]) is None or before.digest(row) != digest(a))
    return Change(added, tuple(a.id for a in added if rows[a.id] is not None))


def _verified(folder: Path, manifest: Mapping[str, Any], trusted: frozenset[str] = frozenset()) -> None:
    if damaged := manifests.damages(folder, manifest, trusted):
        raise GenerationError(
            f"{damaged[0]} is damaged or missing",
            mend="Run `tintinh index` again; the articles are read anew",
            path=str(damaged[0]),
        )


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _named(encoder: Encoder) -> dict[str, Any]:
    return {"name": encoder.name, "fingerprint": encoder.fingerprint, "dimensions": encoder.dimensions}


def _places(segments: Sequence[Segment], rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield for each row of a generation the number of its segment and the row in it."""
    bases = np.cumsum([0, *(len(s) for s in segments)])
    for row in rows:
        number = int(np.searchsorted(bases, row, side="right")) - 1
        yield number, int(row - bases[number])


def _added(
    keys: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int32],
    more: npt.NDArray[np.uint32],
    more_counts: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]:
    """Return the sorted keys of both, and the sums of their counts."""
    both, places = np.unique(np.concatenate([keys, more]), return_inverse=True)
    return both, np.bincount(places, np.concatenate([counts, more_counts]), len(both)).astype(np.int32)


def _reported(texts: Iterable[Text], stage: str, total: int, progress: Progress) -> Iterator[Text]:
    for done, text in enumerate(texts, 1):
        yield text
        if done % 200 == 0 or done == total:
            progress(stage, done, total)


def _facts(segments: Sequence[Segment], removed: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Return what the manifest of a generation tells of its corpus."""
    live = np.ones(sum(len(s) for s in segments), bool)
    live[removed] = False
    parts = np.split(live, np.cumsum([len(s) for s in segments])[:-1]) if segments else []
    # Of the digests the sum, which no order sways: a sort would cost what the corpus holds.
    sums = [s.digests[own].view(np.uint64).sum(axis=0, dtype=np.uint64) for s, own in zip(segments, parts, strict=True)]
    digests = sum(sums, np.zeros(2, np.uint64)).tobytes() + int(live.sum()).to_bytes(8, "big")
    days = np.concatenate([s.published[own] for s, own in zip(segments, parts, strict=True)] or [np.zeros(0, np.int32)])
    sources = {
        s.sources[n] for s, own in zip(segments, parts, strict=True) for n in np.unique(s.source_rows[own]).tolist()
    }
    owners = [np.bincount(s.passages[:, 0], minlength=len(s)) for s in segments]
    # A slip (`2062` for `2026`) in one article is no day that the data reach; where the clock is wrong all days lie before it.
    tomorrow = dt.datetime.now(dt.UTC).date().toordinal() + 1
    newest = int(days.max(where=days <= tomorrow, initial=0) or days.max(initial=0))
    return {
        "articles": int(live.sum()),
        "passages": int(sum(n[own].sum() for n, own in zip(owners, parts, strict=True))),
        "sources": sorted(sources),
        "data_until": dt.date.fromordinal(newest).isoformat() if newest else None,
        "corpus": hashlib.sha256(digests).hexdigest()[:16],
    }
