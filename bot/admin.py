"""What an editor does, and the record of it: reload, add, withdraw, roll back, status; and the fixed texts of the commands."""

import contextlib
import datetime as dt
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from bot.library import Indexed, Library
from bot.rendering import FIRST_CONTACT, citation_line, local_day, web_link
from bot.store.people import People
from bot.wording import in_vietnamese, to_editor
from retrieval import storage
from retrieval.answers.types import Answer
from retrieval.articles import Article
from retrieval.errors import CorpusError, GenerationError, TinTinhError
from retrieval.fetching.gathering import Gatherer
from retrieval.fetching.sources import Source
from retrieval.generations import Summary
from retrieval.journal import Journal
from retrieval.readers import ENDINGS, Unread, load, load_file
from retrieval.snapshot import HELD, Progress
from retrieval.vietnamese.text import nfc

WELCOME = (
    f"Chào bạn, đây là Tin Tỉnh. {FIRST_CONTACT}: câu trả lời lấy nguyên văn từ các bài báo đang có, "
    "kèm đoạn trích để bạn kiểm tra.\n\n"
    "Bạn cứ gõ câu hỏi, có dấu hay không dấu đều được, ví dụ:\n"
    "• Ai chủ trì hội nghị giao ban ngày 29/12?\n"
    "• Hội Nông dân được giao nhiệm vụ gì?\n"
    "• Hội nghị diễn ra khi nào, ở đâu?"
)
HELP = (
    f"{FIRST_CONTACT}. Tin Tỉnh trả lời: ai chủ trì, ai dự, giao việc gì cho ai, khi nào, ở đâu, bao nhiêu, vì sao.\n\n"
    "• Hỏi càng rõ tên người, cơ quan, địa phương, ngày tháng thì càng dễ tìm.\n"
    "• Hỏi nối được: “Ai dự?”, “Còn Hội Nông dân thì sao?”\n"
    "• Sửa câu hỏi đã gửi thì câu trả lời cũng đổi theo.\n"
    "• Hỏi mấy câu trong một tin cũng được.\n"
    "• /tinh Điện Biên: câu hỏi không nêu tỉnh là hỏi về tỉnh ấy.\n"
    "• /nguon: nguồn của câu trả lời vừa rồi.\n\n"
    "Khi các bài đang có chưa nói, Tin Tỉnh sẽ nói rõ là chưa có, không đoán."
)
REFUSED = "Lệnh này chỉ dành cho quản trị viên."
FAILED = "Không làm được, dữ liệu cũ vẫn dùng tiếp.\n\n{why}"
_MOST_LISTED = 12
_MINUTE = 60.0
_MOST_TRIES = 60
_LONGEST_ROW = 9
"""Digits of the row of a passage."""


def failed(error: TinTinhError) -> str:
    """Return what an editor is told of an act that could not be done."""
    return FAILED.format(why=to_editor(error))


def sources(reply: Answer) -> str:
    """Return the sources of an answer as plain text that can be copied: quote, title, source, date, link."""
    parts = []
    for number, citation in enumerate(reply.citations, 1):
        quote = " ".join(citation.quote.split())
        lines = [f"[{number}] {quote}", citation.title, citation_line(citation)]
        if citation.author:
            lines.append(f"Tác giả: {citation.author}")
        if web_link(citation.url):
            lines.append(str(citation.url))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


@dataclass(frozen=True, slots=True)
class Person:
    """Who does something, on which channel."""

    channel: str
    name: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.name}"


@dataclass(frozen=True)
class SourceState:
    """A declared source, as an editor sees it."""

    name: str
    places: str
    last: str | None
    """When it was looked at last, UTC."""


class Desk:
    """The editor's desk over one library: every act goes on record, also one that fails.

    What a method returns is told to the editor, in Vietnamese. All raise TinTinhError where the act cannot be done.
    """

    def __init__(
        self,
        library: Library,
        corpus: Sequence[Path],
        gatherer: Gatherer | None = None,
        index: Callable[[Sequence[Path], Progress], Indexed] | None = None,
        closing: Callable[[], None] = lambda: None,
        starter: Path | None = None,
    ) -> None:
        self._library = library
        self._corpus = list(corpus)
        self._starter = starter
        self._gatherer = gatherer
        self._index = index or library.index
        self.close = closing
        self._writing = threading.Lock()
        self._audit = Journal(library.store.data / "audit.jsonl")
        self._tries: list[float] = []

    @contextlib.contextmanager
    def _act(self, who: Person, act: str, what: str = "", *, alone: bool = True) -> Iterator[None]:
        """Do an act and put on record who did it and how it ended; what builds a generation is done `alone`."""
        row = {"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "who": str(who), "act": act, "what": what}
        if alone and not self._writing.acquire(blocking=False):
            self._audit.append(row | {"outcome": "failed: another change was under way"})
            raise GenerationError("another change is under way", mend="Wait until it is done, then try again")
        try:
            yield
        except Exception as error:
            self._audit.append(row | {"outcome": f"failed: {' '.join(str(error).split())[:300]}"})
            raise
        else:
            self._audit.append(row | {"outcome": "done"})
        finally:
            if alone:
                self._writing.release()

    def refused(self, who: Person, act: str) -> None:
        """Put on record that somebody tried what he may not; of a flood of tries, some a minute."""
        at = time.monotonic()
        self._tries = [t for t in self._tries if at - t < _MINUTE]
        if len(self._tries) >= _MOST_TRIES:
            return
        self._tries.append(at)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self._audit.append({"at": now, "who": str(who), "act": act, "what": "", "outcome": "refused"})

    def audit(self) -> list[dict[str, str]]:
        """Return all acts on record, oldest first."""
        return self._audit.rows()

    def reload(self, who: Person, progress: Progress = lambda *_: None) -> str:
        """Read the corpus anew and publish it; what served before serves on if it fails."""
        with self._act(who, "reload"):
            if self._starter is not None:
                self._library.refuse_starter(self._corpus, self._starter)
            indexed = self._index(self._corpus, progress)
            self._library.refresh()
            return report(indexed)

    def signature(self) -> str:
        """Return what changes whenever a file of the corpus does: names, sizes and times of the last change."""
        paths = [*self._corpus, *(p for s in self._library.sources for p in s.paths)]
        files = sorted(f for p in paths for f in (p.rglob("*") if p.is_dir() else [p]) if f.is_file())
        stats = [(str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files]
        return hashlib.sha256(repr(stats).encode()).hexdigest()

    def reload_if_changed(self, who: Person) -> str | None:
        """Reload where a file of the corpus is another than at the last reload that succeeded; return what came of it."""
        path, now = self._library.store.data / "watched", self.signature()
        before = path.read_text(encoding="ascii") if path.exists() else None
        if now == before:
            return None
        told = self.reload(who)
        storage.replace_text(path, now)
        return told

    def scrub(self) -> str | None:
        """Look at every byte of the kept generations; return what is damaged, None where nothing is."""
        store = self._library.store
        damaged = {name: files for name in store.ids() if (files := store.damages(name))}
        if not damaged:
            return None
        lines = [f"• {name}: {files[0]}" for name, files in damaged.items()]
        return "\n".join(("Bản dữ liệu bị hỏng trên đĩa (chạy lại `tintinh index`, kiểm tra đĩa):", *lines))

    def knows(self, article_id: str) -> bool:
        """Tell whether there is an article of this id."""
        return self._library.knows(article_id)

    def add(self, who: Person, paths: Sequence[Path]) -> str:
        """Add the articles of files and folders to the corpus."""
        with self._act(who, "add", ", ".join(p.name for p in paths)):
            loaded = load(paths)
            return self._added(loaded.articles, loaded.unread)

    def add_file(self, who: Person, path: Path, name: str) -> str:
        """Add the articles of one file that somebody sent under `name`; what is in it is not trusted."""
        with self._act(who, "add", name):
            loaded = load_file(path, name)
            return self._added(loaded.articles, loaded.unread)

    def add_link(self, who: Person, url: str) -> str:
        """Add the article of one page."""
        if self._gatherer is None:
            raise CorpusError("pages are not fetched here", mend="Send the article as a file")
        with self._act(who, "fetch", url, alone=False):
            article = self._gatherer.page(url, self._source_of(url))
        with self._act(who, "add", url):
            return self._added([article], ())

    def _source_of(self, url: str) -> Source | None:
        """Return the declared source whose host an address is of."""
        host = urlsplit(url).hostname
        return next(
            (
                s
                for s in self._library.sources
                for place in (*s.feeds, *s.sitemaps, *s.pages)
                if urlsplit(place).hostname == host
            ),
            None,
        )

    def gather(self, source: Source) -> str | None:
        """Look at a source on the network and take up what is new; return what editors should know, None where nothing."""
        if self._gatherer is None:
            return None
        found = self._gatherer.look(source)
        erased = self._library.corrections.now().erased
        articles = [a for a in found.articles if a.id not in erased]
        if articles:
            with self._act(Person("service", "schedule"), "gather", source.name):
                self._library.add(articles)
                self._library.tidy()
        self._gatherer.commit(found)
        lines = [f"• Bài đổi nội dung: {url}" for url in found.changed]
        lines += [f"• Bài không còn trên báo: {url} (muốn rút: /remove {url})" for url in found.gone]
        lines += [f"• Không đọc được {u.where}: {in_vietnamese(u.why)}" for u in found.failed[:_MOST_LISTED]]
        return "\n".join((f"Nguồn {source.name}: {len(articles)} bài mới hoặc đổi.", *lines)) if lines else None

    def due(self, now: dt.datetime) -> list[Source]:
        """Return the sources on the network whose interval is over."""
        if self._gatherer is None:
            return []
        due = []
        for source in (s for s in self._library.sources if s.from_network):
            last = self._gatherer.last_look(source)
            if last is None or now - last >= dt.timedelta(minutes=source.interval_minutes):
                due.append(source)
        return due

    def _added(self, articles: Sequence[Article], unread: Sequence[Unread]) -> str:
        if not articles:
            mend = "Correct the file, then add it again"
            if unread:
                raise CorpusError(
                    f"no article was added; the first of {len(unread)} left out: {unread[0].where}: {unread[0].why}",
                    mend=mend,
                )
            raise CorpusError("no article was added", mend=mend)
        name = self._library.add(articles)
        lines = [f"Đã thêm {len(articles)} bài (bản {name})."]
        lines += [f"• {a.title} – mã bài {a.id}" for a in articles[:_MOST_LISTED]]
        lines += _more(articles, "bài")
        lines += [f"Bỏ qua {u.where}: {in_vietnamese(u.why)}" for u in unread[:_MOST_LISTED]]
        lines += _more(unread, "mục")
        return "\n".join(lines)

    def remove(self, who: Person, article_id: str, why: str | None = None) -> str:
        """Withdraw an article: it is kept for inspection and never answers."""
        with self._act(who, "withdraw", article_id, alone=False):
            article = self._library.withdraw(article_id, by=str(who), why=why)
            return f"Đã rút bài “{article.title}”. Bài không trả lời nữa, kể cả sau khi nạp lại hay quay lại bản cũ."

    def erase(self, who: Person, article_id: str, why: str | None = None) -> str:
        """Delete the bytes of an article, in every kept generation."""
        with self._act(who, "erase", article_id):
            gone = self._library.erase(article_id, by=str(who), why=why)
            return (
                f"Đã xóa hẳn bài {article_id}, cùng {len(gone)} bản dữ liệu cũ có thể còn chứa bài. "
                "Tệp gốc trong thư mục nguồn (nếu có) bạn tự xóa; bài có mã này không được nạp lại."
            )

    def restore(self, who: Person, article_id: str, why: str | None = None) -> str:
        """Let a withdrawn article answer again."""
        with self._act(who, "restore", article_id, alone=False):
            self._library.restore(article_id, by=str(who), why=why)
            return f"Bài {article_id} trả lời trở lại."

    def hold(self, who: Person, article_id: str, words: str, why: str | None = None) -> str:
        """Hold back words of an article."""
        with self._act(who, "hold", article_id, alone=False):
            self._library.hold(article_id, words, by=str(who), why=why)
            return f"Đã giữ lại đoạn này của bài {article_id}; không câu trả lời nào trích đoạn ấy nữa."

    def release(self, who: Person, article_id: str, words: str | None = None) -> str:
        """Quote again what was held back of an article."""
        with self._act(who, "release", article_id, alone=False):
            self._library.release(article_id, words, by=str(who))
            return f"Đoạn đã giữ của bài {article_id} được trích trở lại."

    def close_case(self, who: Person, people: People, case: int, state: str, right: str = "") -> bool:
        """Confirm or dismiss a case that somebody opened; tell whether it was open.

        `right` is what is right, word for word as an article has it. Raises CorpusError where none has it.
        """
        with self._act(who, "case", f"{case} {state}", alone=False):
            article = self._library.engine().generation.with_words(right) if right else None
            if right and article is None:
                raise CorpusError("no article has these words", mend="Copy them from the article as they are")
            return people.close_case(case, state, str(who), right or None, article)

    def sources(self) -> list[SourceState]:
        """Return the declared sources, and when each was looked at last."""
        found = []
        for source in self._library.sources:
            last = self._gatherer.last_look(source) if self._gatherer is not None and source.from_network else None
            places = ", ".join((*source.feeds, *source.sitemaps, *source.pages, *map(str, source.paths)))
            found.append(SourceState(source.name, places, f"{last:%Y-%m-%d %H:%M}" if last else None))
        return found

    def generations(self) -> list[Summary]:
        """Return the generations that can be put in force, newest first."""
        return self._library.store.generations()[::-1]

    def rollback(self, who: Person, generation: str | None = None) -> str:
        """Put a kept generation back in force; left out, the version before the one in force."""
        with self._act(who, "rollback", generation or "the one before"):
            name = self._library.rollback(generation or self._before())
            now = self._library.engine().generation
            return f"Đã quay lại bản {name}: {len(now)} bài, dữ liệu đến ngày {local_day(now.data_until)}. Bài đã rút vẫn không trả lời."

    def _before(self) -> str:
        kept = self.generations()
        current = next((g for g in kept if g.in_force), None)
        older = [g for g in kept if current and g.id < current.id and g.corpus != current.corpus]
        if not older:
            raise GenerationError(
                "there is no version before the one in force",
                mend="`tintinh corpus generations` lists those that are kept",
            )
        return older[0].id

    def status(self) -> str:
        """Return what is loaded, in Vietnamese."""
        try:
            generation = self._library.engine().generation
        except GenerationError as error:
            return f"Chưa có dữ liệu.\n\n{to_editor(error)}"
        corrections = self._library.corrections.now()
        return (
            f"Bản dữ liệu: {generation.id}\n"
            f"Số bài: {len(generation)}, số đoạn: {generation.manifest['passages']}\n"
            f"Dữ liệu đến ngày: {local_day(generation.data_until)}\n"
            f"Nguồn: {', '.join(generation.sources[:8])}\n"
            f"Bài đã rút: {len(corrections.withdrawn)}, đã xóa hẳn: {len(corrections.erased)}, có đoạn giữ lại: {len(corrections.held)}\n"
            f"Mô hình: {generation.manifest['encoder']['name']}"
        )

    def passage(self, generation: str, row: str, article_id: str = "", offset: str = "") -> "Passage | Gone":
        """Return a passage in its surroundings, or why there is none: its article was withdrawn, or it is not kept.

        Of a generation that is no longer kept, what now stands in the article `article_id` at `offset`.
        """
        try:
            found = self._library.generation(generation)
            if found is None:
                current = self._library.engine().generation
                if nfc(article_id) in current.corrections.hidden:
                    return Gone.WITHDRAWN
                known = offset.isdecimal() and len(offset) <= _LONGEST_ROW
                at = current.passage_of(nfc(article_id), int(offset)) if known else None
                found, row = current, "" if at is None else str(at)
        except GenerationError:
            return Gone.UNKNOWN
        if not row.isdecimal() or len(row) > _LONGEST_ROW or int(row) >= found.passage_count:
            return Gone.UNKNOWN
        article, start, end = found.passage(int(row))
        corrections = self._library.corrections.now()
        if article.id in corrections.hidden:
            return Gone.WITHDRAWN
        view = found if found.corrections.version == corrections.version else found.corrected(corrections)
        if not view.live[view.passage_span(int(row))[0]]:
            return Gone.UNKNOWN
        day = local_day(article.published_at.isoformat() if article.published_at else None)
        parts = _parts(article.text, (start, end), view.held_spans(article))
        return Passage(view.unheld(article, article.title), f"Theo {article.source}, {day}", parts)


@dataclass(frozen=True)
class Passage:
    """A passage with what stands before and after it."""

    title: str
    source: str
    parts: tuple[str, str, str]


class Gone(Enum):
    """Why a passage is not shown."""

    UNKNOWN = "Đoạn này không còn trong dữ liệu đang giữ."
    WITHDRAWN = "Bài đã được rút."


def safe_suffix(name: str | None) -> str:
    """Return the ending of a file's name where a reader knows it, else nothing: no other part of a name is taken over."""
    ending = Path(name or "").suffix.lower()
    return ending if ending in ENDINGS else ""


def _parts(text: str, span: tuple[int, int], held: Sequence[tuple[int, int]]) -> tuple[str, str, str]:
    """Return the text before, in and after `span`, with what is held back left out, also where it crosses an edge."""

    def shown(start: int, end: int) -> str:
        pieces, at = [], start
        for first, last in held:
            if first < end and last > at:
                pieces += [text[at : max(at, first)], HELD]
                at = min(last, end)
        return "".join((*pieces, text[at:end]))

    return shown(0, span[0]), shown(*span), shown(span[1], len(text))


def report(indexed: Indexed) -> str:
    """Return what an indexing did, or would do, in Vietnamese: how much, what changed, what was left out and why."""
    done = (
        f"Đã nạp xong {indexed.articles} bài (bản {indexed.generation})."
        if indexed.generation
        else f"Sẽ có {indexed.articles} bài."
    )
    lines = [done, f"Thêm {len(indexed.added)}, đổi {len(indexed.changed)}, bỏ {len(indexed.removed)}."]
    for name, ids in (("Thêm", indexed.added), ("Đổi", indexed.changed), ("Bỏ", indexed.removed)):
        if 0 < len(ids) <= _MOST_LISTED:
            lines.append(f"{name}: {', '.join(ids)}")
    if indexed.unread:
        lines.append(f"\nBỏ qua {len(indexed.unread)} mục:")
        lines += [f"• {u.where}: {in_vietnamese(u.why)}" for u in indexed.unread[:_MOST_LISTED]]
        lines += _more(indexed.unread, "mục")
    if indexed.duplicates:
        lines.append(f"\n{len(indexed.duplicates)} bài gần giống bài khác:")
        lines += [f"• {d.id} giống {d.of} ({d.likeness:.0%})" for d in indexed.duplicates[:_MOST_LISTED]]
        lines += _more(indexed.duplicates, "bài")
    return "\n".join(lines)


def _more(found: Sequence[object], of: str) -> list[str]:
    """Return the line that says how many are not listed, where some are not."""
    left = len(found) - _MOST_LISTED
    return [f"… và {left} {of} nữa."] if left > 0 else []
