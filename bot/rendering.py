"""Reply -> messages within a channel's limits: the short answer first, then the numbered quotes with the answer marked.

Each message is made twice, as HTML and as plain text, so that a channel that refuses the one can send the other. A
message is filled with whole blocks; what goes into a block is cut before it is marked up, so no entity is ever split.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.messages import Outgoing
from retrieval.answers.types import Answer, Citation, Item, NotFound, Reply
from retrieval.articles import Article
from retrieval.vietnamese import dates


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel takes."""

    message: int
    """UTF-16 code units of a message, after its entities are parsed."""
    quote: int
    """Characters of a quote that are shown; a longer one is cut around the answer, marked by `…`."""


TELEGRAM = Limits(4000, 1400)
"""Telegram takes 4096."""
ZALO = Limits(1950, 420)
"""Zalo takes 2000; with quotes of this length an answer with two or three of them is one message."""
LONGEST_LINE = 900
LONGEST_TITLE = 160

FIRST_CONTACT = "Trả lời tự động, trích từ báo"
NO_DATE = "không rõ ngày"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: opens `url`, shows the passage `passage_id` of a generation in the chat, or says what it thinks of an answer."""

    label: str
    url: str | None = None
    passage: tuple[str, str] | None = None
    opinion: tuple[str, str] | None = None
    """The code of the answer, and `good`, `bad` or `wrong`."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready for a channel."""

    html: str
    plain: str
    buttons: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Block:
    html: str
    plain: str

    @property
    def size(self) -> int:
        return len(self.plain.encode("utf-16-le")) // 2 + 2


def render(reply: Reply, public_url: str | None = None, limits: Limits = TELEGRAM) -> list[Message]:
    """Return the messages of `reply`, the buttons on the last one; where several questions were asked, those of each in turn."""
    if not reply.also:
        return _rendered(reply, public_url, limits)
    messages: list[Message] = []
    for number, one in enumerate((reply, *reply.also), 1):
        head = f"Câu {number}: {_cut(_readable(one.question), 200)}"
        messages += _rendered(one, public_url, limits, _Block(f"<i>{html.escape(head)}</i>", head))
    return messages


def outgoing(said: Outgoing, public_url: str | None, limits: Limits) -> list[Message]:
    """Return the messages of what is to be said: a reply, or plain words."""
    return words(said.words, limits) if said.reply is None else render(said.reply, public_url, limits)


def _rendered(reply: Reply, public_url: str | None, limits: Limits, *before: _Block) -> list[Message]:
    blocks = _answer_blocks(reply, limits) if isinstance(reply, Answer) else _refusal_blocks(reply)
    return _packed([*before, *blocks], _buttons(reply, public_url), limits)


def inline(reply: Reply, public_url: str | None = None) -> tuple[str, str, Message]:
    """Return the title and the description of a reply offered in any chat, and the one message that is sent if it is chosen."""
    message = render(reply, public_url)[0]
    if isinstance(reply, Answer):
        cited = reply.citations[0]
        return (
            _cut(" · ".join(short_answer(reply)), 120),
            f"{citation_line(cited)}: {_cut(_readable(cited.title), 120)}",
            message,
        )
    return "Chưa có trong các bài", _cut(_readable(reply.reply), 200), message


def words(text: str, limits: Limits = TELEGRAM) -> list[Message]:
    """Return plain words (help, an apology) as messages."""
    return _packed([_Block(html.escape(p), p) for p in text.split("\n\n")], (), limits)


def news(topic: str, articles: Sequence[tuple[Article, str]], count: int, limits: Limits) -> list[Message]:
    """Return what tells somebody of new articles, (article, its title), on the topic he follows; `count` of them in all."""
    head = f"Bài mới về “{_readable(topic)}”:"
    blocks = [_Block(f"<b>{html.escape(head)}</b>", head)]
    for article, title in articles:
        day = local_day(article.published_at.isoformat() if article.published_at else None)
        line, by = _cut(_readable(title), LONGEST_TITLE), f"Theo {_readable(article.source)}, {day}"
        link = article.url if web_link(article.url) else None
        shown = f'<a href="{html.escape(link)}">{html.escape(line)}</a>' if link else html.escape(line)
        blocks.append(_Block(f"{shown}\n{html.escape(by)}", "\n".join((line, by, *([link] if link else [])))))
    if count > len(articles):
        more = f"và {count - len(articles)} bài nữa."
        blocks.append(_Block(more, more))
    stop = f"Thôi theo dõi: /botheodoi {_readable(topic)}"
    return _packed([*blocks, _Block(html.escape(stop), stop)], (), limits)


def passage(title: str, source: str, surroundings: tuple[str, str, str], limits: Limits = TELEGRAM) -> list[Message]:
    """Return a passage with what stands before and after it."""
    before, quote, after = (_readable(part) for part in surroundings)
    around = limits.message // 4
    before, after = before[-around:], after[:around]
    plain = f"{before}\n\n» {quote} «\n\n{after}".strip()
    marked = f"{html.escape(before)}\n\n<b>{html.escape(quote)}</b>\n\n{html.escape(after)}".strip()
    head = _Block(
        f"<b>{html.escape(_cut(title, LONGEST_TITLE))}</b>\n{html.escape(source)}",
        f"{_cut(title, LONGEST_TITLE)}\n{source}",
    )
    return _packed([head, *_split(_Block(marked, plain), limits)], (), limits)


def citation_line(citation: Citation) -> str:
    """Return `Theo Báo Điện Biên Phủ, 29/12/2023`."""
    return f"Theo {_cut(_readable(citation.source), 80)}, {local_day(citation.published_at)}"


def data_line(reply: Reply) -> str:
    """Return how far the articles go and which version of them answered: `dữ liệu đến ngày 29/12/2023, bản 20261125-0212`."""
    until = f"dữ liệu đến ngày {local_day(reply.data_until)}, " if reply.data_until else ""
    return f"{until}bản {reply.generation[:13]}"


def local_day(iso: str | None) -> str:
    """Return `29/12/2023` for `2023-12-29`, or words for an unknown day."""
    return dates.local_day(iso) if iso else NO_DATE


def short_answer(reply: Answer) -> list[str]:
    """Return the lines of the short answer: an item a line, with its role; tasks under whom they are for."""
    lines: list[str] = []
    assignee: str | None = None
    # Who said it is the answer; the words themselves are marked in the quote.
    for item in reply.items[:1] if reply.kind == "statement" else reply.items:
        if item.assignee and item.assignee != assignee:
            assignee = item.assignee
            lines.append(f"{_readable(assignee)}:")
        lines.append(_item_line(item))
    return [_cut(line, LONGEST_LINE) for line in dict.fromkeys(lines)]


def _item_line(item: Item) -> str:
    text = _readable(item.text)
    if item.role and _readable(item.role) not in text:
        text = f"{text} – {_readable(item.role)}"
    if item.assignee:
        text = f"• {text}"
    if item.deadline and item.deadline not in item.text:
        text = f"{text} ({item.deadline})"
    return text


def marked_quote(reply: Answer, number: int) -> list[tuple[str, bool]]:
    """Return the quote of citation `number` as pieces, each with whether it is the answer's own words."""
    citation = reply.citations[number]
    marks = sorted((i.start - citation.start, i.end - citation.start) for i in reply.items if i.citation == number)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        if start < at:
            continue
        pieces += [(citation.quote[at:start], False), (citation.quote[start:end], True)]
        at = end
    pieces.append((citation.quote[at:], False))
    return [(text, is_answer) for text, is_answer in pieces if text]


def _answer_blocks(reply: Answer, limits: Limits) -> list[_Block]:
    blocks = [_Block(f"<b>{html.escape(line)}</b>", line) for line in short_answer(reply)]
    blocks = (
        [_Block("\n".join(b.html for b in blocks), "\n".join(b.plain for b in blocks))]
        if sum(b.size for b in blocks) < limits.message // 2
        else blocks
    )
    if reply.kind == "yes_no":
        note = "Tin Tỉnh không tự kết luận đúng hay sai; đây là điều bài báo viết:"
        blocks.insert(0, _Block(note, note))
    if reply.interpretation:
        line = _cut(_readable(reply.interpretation), 300)
        blocks.append(_Block(f"<i>{html.escape(line)}</i>", line))
    if reply.note:
        blocks.append(_Block(f"<i>{html.escape(reply.note)}</i>", reply.note))
    for number, citation in enumerate(reply.citations, 1):
        blocks.append(_citation_block(reply, number, citation, limits))
    foot = f"{FIRST_CONTACT} · {data_line(reply)} · mã {reply.id}"
    return [*blocks, _Block(f"<i>{foot}</i>", foot)]


def _citation_block(reply: Answer, number: int, citation: Citation, limits: Limits) -> _Block:
    pieces = _shortened(marked_quote(reply, number - 1), limits.quote)
    quote_html = "".join(f"<b><u>{html.escape(t)}</u></b>" if is_answer else html.escape(t) for t, is_answer in pieces)
    quote = "".join(f"«{t}»" if is_answer else t for t, is_answer in pieces)
    title = _cut(_readable(citation.title), LONGEST_TITLE)
    where = citation_line(citation)
    linked = (
        f'<a href="{html.escape(citation.url or "")}">{html.escape(title)}</a>'
        if web_link(citation.url)
        else html.escape(title)
    )
    return _Block(
        f"[{number}] <blockquote expandable>{quote_html}</blockquote>{linked}\n{html.escape(where)}",
        f"[{number}] {quote}\n{title}\n{where}" + (f"\n{citation.url}" if web_link(citation.url) else ""),
    )


def _refusal_blocks(reply: NotFound) -> list[_Block]:
    blocks = [_Block(html.escape(reply.reply), reply.reply)]
    if reply.interpretation:
        line = _cut(_readable(reply.interpretation), 300)
        blocks.append(_Block(f"<i>{html.escape(line)}</i>", line))
    blocks += [_Block(f"{n}. {html.escape(c)}", f"{n}. {c}") for n, c in enumerate(reply.choices, 1)]
    if reply.suggestions:
        head = "Đoạn có thể liên quan (không phải câu trả lời):"
        blocks.append(_Block(head, head))
    for suggestion in reply.suggestions:
        quote = _cut(_readable(suggestion.quote), 500)
        title = _cut(_readable(suggestion.title), LONGEST_TITLE)
        line = f"{title}, {local_day(suggestion.published_at)}"
        blocks.append(
            _Block(f"<blockquote expandable>{html.escape(quote)}</blockquote>{html.escape(line)}", f"“{quote}”\n{line}")
        )
    if reply.reason in {"article_silent", "no_article", "false_premise"}:
        blocks.append(_Block(f"<i>mã {reply.id}</i>", f"mã {reply.id}"))
    return blocks


def _buttons(reply: Reply, public_url: str | None) -> tuple[tuple[Button, ...], ...]:
    if not isinstance(reply, Answer):
        return ()
    rows = []
    for number, citation in enumerate(reply.citations[:4], 1):
        if public_url:
            row = [Button(f"Đoạn [{number}]", url=passage_link(public_url, reply.generation, citation))]
        else:
            row = [Button(f"Đoạn [{number}]", passage=(reply.generation, citation.passage_id))]
        if web_link(citation.url):
            row.append(Button(f"Bài gốc [{number}]", url=citation.url))
        rows.append(tuple(row))
    opinions = (("👍", "good"), ("👎", "bad"), ("Báo sai", "wrong"))
    return (*rows, tuple(Button(label, opinion=(reply.id, opinion)) for label, opinion in opinions))


def passage_link(public_url: str, generation: str, citation: Citation) -> str:
    """Return the address of a passage: its generation and number, and what finds it when that generation is no longer kept."""
    asked = urlencode({"bai": citation.article_id, "tu": citation.start})
    return f"{public_url.rstrip('/')}/p/{generation}/{citation.passage_id}?{asked}"


def web_link(url: str | None) -> bool:
    """Tell whether `url` may be shown as a link."""
    return bool(url) and re.match(r"https?://[^\s<>\"']+$", url or "") is not None


def _packed(blocks: Sequence[_Block], buttons: tuple[tuple[Button, ...], ...], limits: Limits) -> list[Message]:
    messages: list[list[_Block]] = [[]]
    for block in (part for b in blocks for part in _split(b, limits)):
        if messages[-1] and sum(b.size for b in messages[-1]) + block.size > limits.message:
            messages.append([])
        messages[-1].append(block)
    made = [Message("\n\n".join(b.html for b in m), "\n\n".join(b.plain for b in m)) for m in messages]
    return [*made[:-1], Message(made[-1].html, made[-1].plain, buttons)]


def _split(block: _Block, limits: Limits) -> list[_Block]:
    """Return `block`, or where it alone is over the limit its plain text in pieces."""
    if block.size <= limits.message:
        return [block]
    step = limits.message // 2 - 10
    pieces = [block.plain[i : i + step] for i in range(0, len(block.plain), step)]
    return [_Block(html.escape(p), p) for p in pieces]


def _shortened(pieces: list[tuple[str, bool]], longest: int) -> list[tuple[str, bool]]:
    """Return the pieces of a quote within `longest` characters: what is not the answer gives way first."""
    pieces = [(_visible(text), is_answer) for text, is_answer in pieces]
    total = sum(len(t) for t, _ in pieces)
    if total <= longest:
        return pieces
    kept = longest // max(len(pieces), 1)
    out = []
    for n, (text, is_answer) in enumerate(pieces):
        if len(text) <= kept:
            out.append((text, is_answer))
        elif is_answer or n == len(pieces) - 1:
            out.append((text[:kept] + "…", is_answer))
        else:
            out.append(("…" + text[-kept:], is_answer))
    return out


def _visible(text: str) -> str:
    """Return `text` without control characters, which Telegram refuses; line ends and blanks stay."""
    return "".join(c if c.isprintable() or c in "\n " else " " for c in text)


def _readable(text: str) -> str:
    return " ".join(_visible(text).split())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
