"""The terminal: lines typed -> messages, replies -> coloured text. rich."""

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot import rendering
from bot.messages import Incoming
from retrieval.answers.types import Answer, Reply

if TYPE_CHECKING:
    from bot.commands import Commands

CHANNEL = "console"


def show(console: Console, reply: Reply) -> None:
    """Print a reply; where several questions were asked, each with its own."""
    if not reply.also:
        _show(console, reply)
        return
    for number, one in enumerate((reply, *reply.also), 1):
        console.print(Text(f"Câu {number}: {one.question}", style="italic"))
        _show(console, one)
        console.print()


def _show(console: Console, reply: Reply) -> None:
    """Print one reply: the short answer in bold, then each quote with the answer's words marked."""
    if not isinstance(reply, Answer):
        for message in rendering.render(replace(reply, also=())):
            console.print(Text(message.plain))
        return
    if reply.kind == "yes_no":
        console.print(Text("Tin Tỉnh không tự kết luận đúng hay sai; đây là điều bài báo viết:"))
    for line in rendering.short_answer(reply):
        console.print(Text(line, style="bold"))
    if reply.interpretation:
        console.print(Text(reply.interpretation, style="italic"))
    if reply.note:
        console.print(Text(reply.note, style="italic"))
    for number, citation in enumerate(reply.citations, 1):
        quote = Text(f"\n[{number}] ")
        for text, is_answer in rendering.marked_quote(reply, number - 1):
            quote.append(text, style="bold black on yellow" if is_answer else "dim")
        console.print(quote)
        console.print(Text(f"    {citation.title}", style="cyan"))
        console.print(Text(f"    {rendering.citation_line(citation)}" + (f"  {citation.url}" if citation.url else "")))
    console.print(Text(f"\n{rendering.data_line(reply)} · mã {reply.id} · {reply.elapsed_ms:.0f} ms", style="dim"))


def chat(console: Console, commands: "Commands") -> None:
    """Talk until the end of the input."""
    from bot.admin import WELCOME  # brings the database along, for which one question does not wait

    console.print(WELCOME)
    while True:
        try:
            line = console.input("\n[bold cyan]Bạn:[/] ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if not line:
            continue
        outgoing = commands.answer(Incoming(CHANNEL, "terminal", line))
        if outgoing.reply is None:
            console.print(Text(outgoing.words))
        else:
            show(console, outgoing.reply)
