"""The corpus as the running program holds it: one engine in force, switched whole when the corpus or its corrections change."""

import contextlib
import datetime as dt
import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answering import Answerers, Asked
from retrieval import storage
from retrieval.answers.reader import BuiltinReader
from retrieval.answers.reading import Reader
from retrieval.answers.types import Reply
from retrieval.articles import Article
from retrieval.corrections import CorrectionsFile
from retrieval.duplicates import Duplicate, near_duplicates
from retrieval.encoding import Encoder
from retrieval.engine import Engine
from retrieval.errors import CorpusError, GenerationError
from retrieval.fetching.sources import Source
from retrieval.generations import Change, Store, additions, difference
from retrieval.journal import Journal
from retrieval.locality import Locality
from retrieval.readers import Loaded, Unread, load
from retrieval.reranking import Reranker
from retrieval.snapshot import Generation, Progress
from retrieval.vietnamese.text import nfc

if TYPE_CHECKING:
    from datasketch import MinHash

log = logging.getLogger(__name__)

_OLD_OPEN = 2
"""Kept generations, not in force, that stay open for the links that lead into them."""


@dataclass(frozen=True)
class Indexed:
    """What one indexing did, or would do."""

    generation: str
    articles: int
    unread: list[Unread]
    duplicates: list[Duplicate]
    added: tuple[str, ...] = ()
    """Ids."""
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Library:
    """Opens the generation in force, builds new ones, and takes up what another process published or took back."""

    def __init__(
        self,
        data: Path,
        encoder: Encoder,
        reader: Reader | None = None,
        reranker: Reranker | None = None,
        locality: Locality | None = None,
        sources: Sequence[Source] = (),
        corrections_copy: Path | None = None,
    ) -> None:
        self.store = Store(data)
        self.sources = tuple(sources)
        self._history = data / "history"
        self.corrections = CorrectionsFile(data / "corrections.jsonl", corrections_copy)
        self._additions = data / "added"
        self.encoder = encoder
        self._reader = reader or BuiltinReader()
        self._reranker = reranker
        self._locality = locality
        self._engine: Engine | None = None
        self.answerers: Answerers | None = None
        """Processes that answer, where the service has started some."""
        self._old: OrderedDict[str, Generation] = OrderedDict()
        """Kept generations, not in force, that are open; the one opened last goes last."""
        self._switching = threading.Lock()
        self._refused: str | None = None
        """The published generation that could not be opened; another serves in its place."""
        self._sketches: dict[str, MinHash] = {}
        """Of the articles loaded last, for the search for near duplicates."""

    # Answering

    def engine(self) -> Engine:
        """Return the engine in force, opening it at the first call. Raises GenerationError where there is no index."""
        if self._engine is None:
            self.refresh()
        if self._engine is None:
            raise AssertionError("refresh() opens an engine or raises")
        return self._engine

    def ask(
        self,
        question: str,
        previous: str | None = None,
        skip: int = 0,
        province: str | None = None,
        articles: Sequence[str] = (),
    ) -> Reply:
        """Return the reply of the engine in force (`Engine.ask`), by a process that answers where there is one."""
        engine = self.engine()
        if self.answerers is not None:
            in_force = engine.generation.id, engine.generation.corrections.version
            found = self.answerers.ask(Asked(*in_force, question, previous, skip, province, tuple(articles)))
            if found is not None:
                return found
        return engine.ask(question, previous, skip, province, articles)

    def refresh(self) -> bool:
        """Take up the published generation and the corrections where they are others than those in force; tell whether they were.

        Questions under way finish on the engine they began with. At the start a damaged generation gives way to the
        newest whole one before it.
        """
        with self._switching:
            corrections, before = self.corrections.now(), self._engine
            current = self.store.current_id()
            same = before is not None and current in {None, before.generation.id, self._refused}
            if before is not None and same and before.generation.corrections.version == corrections.version:
                return False
            if before is None:
                generation = self.store.open_whole(self.encoder, corrections)
                if generation.id != current:
                    self._refused = current
                    log.error(
                        "generation %s is damaged; %s, the newest whole one, serves. Run `tintinh index` again",
                        current,
                        generation.id,
                    )
            elif same:
                generation = before.generation.corrected(corrections)
            else:
                self._refused = current
                generation = self.store.open(self.encoder, corrections)
                self._refused = None
            _ = generation.notices  # worked out before anybody waits for it
            self._old.clear()
            self._engine = Engine(generation, self.encoder, self._reader, self._reranker, self._locality)
            return True

    def generation(self, name: str) -> Generation | None:
        """Return the generation of this id, in force or kept, less what was taken back; None where it is not kept."""
        current = self.engine().generation
        if name == current.id:
            return current
        with self._switching:
            kept = self._old
            if name not in kept:
                try:
                    kept[name] = self.store.open_kept(name, self.encoder, self.corrections.now())
                except GenerationError:
                    return None
                while len(kept) > _OLD_OPEN:
                    kept.popitem(last=False)
            return kept[name]

    # Changing the corpus

    def renew(self) -> int:
        """Build the generation in force anew where an earlier version of the program built it; return its articles, 0 where not."""
        articles = self.store.outdated()
        if articles is None:
            return 0
        self.store.rebuild(self.corrections.now().kept(articles), self.encoder)
        return len(articles)

    def plan(self, paths: Sequence[Path]) -> Indexed:
        """Return what `index` of `paths` would do; nothing is written."""
        loaded = self._load(paths)
        return self._report("", loaded, self._difference(loaded.articles))

    def index(self, paths: Sequence[Path], progress: Progress = lambda *_: None) -> Indexed:
        """Read the articles of `paths`, and those that were added; publish them as a generation, and take it up.

        Raises CorpusError where nothing is found and something is in force: a folder that is not mounted is no order to
        forget everything.
        """
        with self.store.writing():
            return self._indexed(paths, progress)

    def refuse_starter(self, corpus: Sequence[Path], starter: Path) -> None:
        """Raise CorpusError where the `starter` corpus would take the place of other articles: they were indexed with TINTINH_CORPUS left as it is."""
        if list(corpus) != [starter] or self.store.current_id() is None:
            return
        try:
            generation = self.engine().generation
        except GenerationError:
            return  # to index is what mends it
        if len(generation) and all(generation.row(path.name) is None for path in starter.glob("*.md")):
            raise CorpusError(
                "the articles in force are not those of TINTINH_CORPUS, which names the starter corpus",
                mend="Set TINTINH_CORPUS to what the index was built from and start the service again, or give --corpus",
            )

    def _indexed(self, paths: Sequence[Path], progress: Progress) -> Indexed:
        loaded = self._load(paths)
        change = self._difference(loaded.articles)
        if not loaded.articles and self.store.current_id() is not None:
            said = (
                f"; the first of {len(loaded.unread)} left out: {loaded.unread[0].where}: {loaded.unread[0].why}"
                if loaded.unread
                else ""
            )
            raise CorpusError(
                f"no article was loaded from {', '.join(map(str, paths))}{said}",
                mend="Give --corpus a file or folder of articles; what was in force stays",
            )
        self._remember(change)
        generation = self.store.publish(loaded.articles, self.encoder, progress)
        self.refresh()
        self.tidy()
        return self._report(generation, loaded, change)

    def tidy(self) -> None:
        """Write the corpus in force as one segment where many have come together."""
        self.store.compact(self.encoder)
        self.refresh()

    def add(self, articles: Sequence[Article]) -> str:
        """Keep `articles` beside the corpus of the settings, so that each reload has them too, and put them in force; return the generation.

        Where they cannot be put in force they are not kept either.
        """
        erased = self.corrections.now().erased & {a.id for a in articles}
        if erased:
            raise CorpusError(
                f"the article {min(erased)!r} was erased", mend="`tintinh corpus restore ID` allows it again"
            )
        with self.store.writing():
            self._additions.mkdir(parents=True, exist_ok=True)
            before = {a.id: _content(self._added_file(a.id)) for a in articles}
            try:
                for article in articles:
                    storage.replace_text(self._added_file(article.id), article.to_json())
                name = self._put_in_force(articles)
            except BaseException:
                for article_id, content in before.items():
                    if content is None:
                        self._added_file(article_id).unlink(missing_ok=True)
                    else:
                        storage.replace_text(self._added_file(article_id), content)
                raise
        self.refresh()
        return name

    def _put_in_force(self, articles: Sequence[Article]) -> str:
        if self.store.current_id() is None:
            return self.store.rebuild(articles, self.encoder)
        change = self._difference([*articles], only_adds=True)
        if not change.added:
            return str(self.store.current_id())
        self._remember(change)
        return self.store.change(change, self.encoder)

    def withdraw(self, article_id: str, *, by: str, why: str | None = None) -> Article:
        """Let an article answer no more, from now on; return it. Raises CorpusError where there is none with this id."""
        article = self._known(article_id)
        self.corrections.record("withdraw", article.id, by=by, why=why)
        self.refresh()
        return article

    def restore(self, article_id: str, *, by: str, why: str | None = None) -> None:
        """Let a withdrawn article answer again; an erased one may be loaded again."""
        article_id = nfc(article_id)
        if article_id not in self.corrections.now().hidden:
            raise CorpusError(f"the article {article_id!r} is not withdrawn", mend="Nothing is to be done")
        self.corrections.record("restore", article_id, by=by, why=why)
        self.refresh()

    def erase(self, article_id: str, *, by: str, why: str | None = None) -> list[str]:
        """Delete the bytes of an article, wherever the data folder has them; return the kept generations that were deleted with it.

        It answers no more at once; then the corpus is built without it, and every other generation goes. May be repeated
        where it was broken off.
        """
        article_id = nfc(article_id)
        if article_id not in self.corrections.now().erased:
            self._known(article_id)
        with self.store.writing():
            self.corrections.record("erase", article_id, by=by, why=why)
            self.refresh()
            self._added_file(article_id).unlink(missing_ok=True)
            self._history_of(article_id).path.unlink(missing_ok=True)
            self.corrections.forget_words(article_id)
            whole = [a for a in self.store.open(self.encoder).everything() if a.id != article_id]
            self.store.rebuild(whole, self.encoder)
            gone = [name for name in self.store.ids() if name != self.store.current_id()]
            self.refresh()
            self.store.drop(gone)
        return gone

    def erase_again(self) -> list[str]:
        """Erase anew what a backup that was restored brought back; return the ids."""
        back = [i for i in sorted(self.corrections.now().erased) if self._found(i) is not None]
        for article_id in back:
            self.erase(article_id, by="service:restored backup")
        return back

    def hold(self, article_id: str, words: str, *, by: str, why: str | None = None) -> None:
        """Hold back words of an article: nothing is quoted that has them. Raises CorpusError where they do not stand there."""
        article = self._known(article_id)
        if not words.strip() or words not in article.text:
            raise CorpusError(
                f"these words do not stand in {article.id!r}", mend="Copy them from the article as they are"
            )
        self.corrections.record("hold", article.id, by=by, words=words, why=why)
        self.refresh()

    def release(self, article_id: str, words: str | None = None, *, by: str) -> None:
        """Quote again what was held back of an article: `words`, or all."""
        article_id = nfc(article_id)
        if article_id not in self.corrections.now().held:
            raise CorpusError(f"nothing of {article_id!r} is held back", mend="Nothing is to be done")
        self.corrections.record("release", article_id, by=by, words=words)
        self.refresh()

    def rollback(self, generation: str) -> str:
        """Put a kept generation back in force and take it up; what was taken back stays so."""
        name = self.store.rollback(generation, self.encoder)
        self.refresh()
        return name

    def knows(self, article_id: str) -> bool:
        """Tell whether an article of this id is in force, was added, or is in a kept generation."""
        return self._found(nfc(article_id)) is not None

    def _known(self, article_id: str) -> Article:
        found = self._found(nfc(article_id))
        if found is None:
            raise CorpusError(f"no article has the id {article_id!r}", mend="`tintinh corpus list` shows the ids")
        return found

    def _found(self, article_id: str) -> Article | None:
        """Return an article, in force or not: a rollback or a reload may bring back what is not."""
        with contextlib.suppress(GenerationError):
            generation = self.engine().generation
            if (row := generation.any_row(article_id)) is not None:
                return generation.article(row)
        if (content := _content(self._added_file(article_id))) is not None:
            return Article.from_row(json.loads(content))
        for name in reversed(self.store.ids()):
            with contextlib.suppress(GenerationError):
                kept = self.store.open_kept(name, self.encoder)
                if (row := kept.any_row(article_id)) is not None:
                    return kept.article(row)
        return None

    def _added_file(self, article_id: str) -> Path:
        """Return where an added article is kept; an id is never part of a path."""
        return self._additions / f"{hashlib.sha256(article_id.encode()).hexdigest()[:32]}.json"

    def _history_of(self, article_id: str) -> Journal:
        return Journal(self._history / f"{hashlib.sha256(article_id.encode()).hexdigest()[:32]}.jsonl")

    def history(self, article_id: str) -> list[dict[str, Any]]:
        """Return the earlier versions of an article, oldest first: `{"until", "article"}`."""
        return self._history_of(article_id).rows()

    def _remember(self, change: Change) -> None:
        """Keep the version in force of each article that is about to change."""
        new = {a.id for a in change.added}
        changed = [i for i in change.removed if i in new]
        if not changed:
            return
        before = self.store.open(self.encoder)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        for article_id in changed:
            row = before.any_row(article_id)
            if row is None:
                continue
            self._history_of(article_id).append({"until": now, "article": before.article(row).to_row()})

    def _load(self, paths: Sequence[Path]) -> Loaded:
        added = [
            Article.from_row(json.loads(path.read_text(encoding="utf-8")))
            for path in sorted(self._additions.glob("*.json"))
        ]
        erased = self.corrections.now().erased
        loaded = load(paths, added, erased)
        for source in (s for s in self.sources if s.paths):
            own = load(source.paths, (), erased)
            known = {a.id for a in loaded.articles}
            fresh = [source.labelled(a) for a in own.articles if source.takes(a.url or a.id) and a.id not in known]
            taken = [
                Unread(source.name, f"the id {a.id!r} was taken by an earlier source; that one is kept")
                for a in own.articles
                if a.id in known and source.takes(a.url or a.id)
            ]
            loaded = Loaded([*loaded.articles, *fresh], [*loaded.unread, *own.unread, *taken])
        return Loaded([self._named(a) for a in loaded.articles], loaded.unread)

    def _named(self, article: Article) -> Article:
        """Return an article under its source's display name where it has one of the source's aliases."""
        source = next((s for s in self.sources if article.source != s.name and s.names(article.source)), None)
        return replace(article, source=source.name) if source else article

    def _difference(self, articles: Sequence[Article], *, only_adds: bool = False) -> Change:
        try:
            before = self.store.open(self.encoder)
        except GenerationError:
            return Change(tuple(articles), ())
        return additions(before, articles) if only_adds else difference(before, articles)

    def _report(self, generation: str, loaded: Loaded, change: Change) -> Indexed:
        new, gone = {a.id for a in change.added}, set(change.removed)
        return Indexed(
            generation,
            len(loaded.articles),
            loaded.unread,
            near_duplicates(loaded.articles, self._sketches),
            tuple(a.id for a in change.added if a.id not in gone),
            tuple(a.id for a in change.added if a.id in gone),
            tuple(i for i in change.removed if i not in new),
        )


def _content(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
