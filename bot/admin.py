"""What an editor does: reload, status, looking at a passage; and the fixed texts of the commands."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from bot.library import Indexed, Library
from bot.rendering import FIRST_CONTACT, citation_line, local_day, web_link
from retrieval.answers.types import Answer
from retrieval.errors import GenerationError, TinTinhError

log = logging.getLogger(__name__)

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
    "• /nguon: nguồn của câu trả lời vừa rồi.\n\n"
    "Khi các bài đang có chưa nói, Tin Tỉnh sẽ nói rõ là chưa có, không đoán."
)
REFUSED = "Lệnh này chỉ dành cho quản trị viên."
_MOST_LISTED = 12


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


class Desk:
    """The editor's desk over one library."""

    def __init__(self, library: Library, corpus: Sequence[Path]) -> None:
        self._library = library
        self._corpus = list(corpus)
        self._reloading = threading.Lock()

    def reload(self) -> str:
        """Read the corpus anew and publish it; return what came of it, in Vietnamese. What served before serves on if it fails."""
        if not self._reloading.acquire(blocking=False):
            return "Một lần nạp khác đang chạy. Bạn chờ xong rồi thử lại nhé."
        try:
            return report(self._library.index(self._corpus))
        except TinTinhError as error:
            log.exception("reload failed")
            return f"Nạp lại không thành công, dữ liệu cũ vẫn dùng tiếp.\n\n{error}"
        finally:
            self._reloading.release()

    def status(self) -> str:
        """Return what is loaded, in Vietnamese."""
        try:
            generation = self._library.engine().generation
        except GenerationError as error:
            return f"Chưa có dữ liệu.\n\n{error}"
        until = local_day(generation.data_until)
        return (
            f"Bản dữ liệu: {generation.id}\n"
            f"Số bài: {len(generation)}, số đoạn: {len(generation.passages)}\n"
            f"Dữ liệu đến ngày: {until}\n"
            f"Nguồn: {', '.join(generation.sources[:8])}\n"
            f"Mô hình: {generation.manifest['encoder']['name']}"
        )

    def passage(self, generation: str, row: str) -> tuple[str, str, tuple[str, str, str]] | None:
        """Return title, source line and (before, passage, after) of a passage, None where it is not in force any more."""
        try:
            current = self._library.engine().generation
        except GenerationError:
            return None
        if generation != current.id or not row.isdecimal() or int(row) >= len(current.passages):
            return None
        article, start, end = current.passage(int(row))
        source = (
            f"Theo {article.source}, {local_day(article.published_at.isoformat() if article.published_at else None)}"
        )
        return article.title, source, (article.text[:start], article.text[start:end], article.text[end:])


def report(indexed: Indexed) -> str:
    """Return what an indexing did, in Vietnamese: how much, what was left out and why."""
    lines = [f"Đã nạp xong {indexed.articles} bài (bản {indexed.generation})."]
    if indexed.unread:
        lines.append(f"\nBỏ qua {len(indexed.unread)} mục:")
        lines += [f"• {u.where}: {u.why}" for u in indexed.unread[:_MOST_LISTED]]
    if indexed.duplicates:
        lines.append(f"\n{len(indexed.duplicates)} bài gần giống bài khác:")
        lines += [f"• {d.id} giống {d.of} ({d.likeness:.0%})" for d in indexed.duplicates[:_MOST_LISTED]]
    return "\n".join(lines)
