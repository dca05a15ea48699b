"""`tintinh corpus`: the articles, the generations, and what editors take back."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from bot.cli_common import AsJson, Data, engine_of, library_of, out, this_person
from retrieval.errors import CorpusError, GenerationError
from retrieval.generations import Store
from retrieval.vietnamese.text import nfc

if TYPE_CHECKING:
    from bot.admin import Desk

corpus_app = typer.Typer(help="The articles, the generations, and what editors take back.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of an article.")]
Why = Annotated[str | None, typer.Option(help="The reason, for the record.")]


@corpus_app.command("list")
def corpus_list(data: Data = None, *, as_json: AsJson = False) -> None:
    """List the articles."""
    generation = engine_of(data).generation
    if as_json:
        rows = [{k: v for k, v in a.to_row().items() if k != "text"} for a in generation.articles()]
        sys.stdout.write(json.dumps({"generation": generation.id, "articles": rows}, ensure_ascii=False) + "\n")
        return
    table = Table(Column("id", overflow="fold"), "date", "source", "title")
    for article in generation.articles():
        table.add_row(article.id, str(article.published_at or "–"), article.source, article.title)
    out.print(table)


@corpus_app.command("show")
def corpus_show(article_id: Id, data: Data = None, *, as_json: AsJson = False) -> None:
    """Show one article as it is stored; a withdrawn one too."""
    library = library_of(data)[1]
    generation, name = library.engine().generation, nfc(article_id)
    row = generation.any_row(name)
    if row is None or name in generation.corrections.erased:
        raise CorpusError(f"no article has the id {article_id!r}", mend="`tintinh corpus list` shows the ids")
    article = generation.article(row)
    history = [
        f"{a.get('at')} {a.get('act')} by {a.get('by')} {a.get('why', '')}" for a in library.corrections.history(name)
    ]
    history += [f"{v['until']} changed" for v in library.history(name)]
    if as_json:
        sys.stdout.write(json.dumps(article.to_row(), ensure_ascii=False) + "\n")
        return
    out.print(article.title, style="bold", markup=False, highlight=False)
    out.print(
        f"{article.source}, {article.published_at or 'không rõ ngày'}  {article.url or ''}",
        markup=False,
        highlight=False,
    )
    for line in sorted(history):
        out.print(line, markup=False, highlight=False)
    out.print(article.text, markup=False, highlight=False)


@corpus_app.command("add")
def corpus_add(
    places: Annotated[list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders, or pages of articles.")],
    data: Data = None,
) -> None:
    """Add articles to the corpus; each later `index` has them too."""
    desk, person = _desk(data), this_person()
    links = [p for p in places if p.startswith(("http://", "https://"))]
    if paths := [Path(p) for p in places if p not in links]:
        _say(desk.add(person, paths))
    for link in links:
        _say(desk.add_link(person, link))


@corpus_app.command("remove")
def corpus_remove(
    article_id: Id,
    data: Data = None,
    *,
    why: Why = None,
    erase: Annotated[bool, typer.Option("--erase", help="Delete its bytes, in every kept generation.")] = False,
) -> None:
    """Withdraw an article: it is kept for inspection, and never answers again; no reload or rollback brings it back."""
    desk, name = _desk(data), nfc(article_id)
    _say(desk.erase(this_person(), name, why) if erase else desk.remove(this_person(), name, why))


@corpus_app.command("restore")
def corpus_restore(article_id: Id, data: Data = None, *, why: Why = None) -> None:
    """Let a withdrawn article answer again."""
    _say(_desk(data).restore(this_person(), nfc(article_id), why))


@corpus_app.command("hold")
def corpus_hold(
    article_id: Id,
    words: Annotated[str, typer.Argument(help="Words of the article, as they stand there.")],
    data: Data = None,
    *,
    why: Why = None,
) -> None:
    """Hold back words of an article: no answer quotes them."""
    _say(_desk(data).hold(this_person(), nfc(article_id), nfc(words), why))


@corpus_app.command("release")
def corpus_release(
    article_id: Id,
    words: Annotated[str | None, typer.Argument(help="The words; left out, all that is held back.")] = None,
    data: Data = None,
) -> None:
    """Quote again what was held back."""
    _say(_desk(data).release(this_person(), nfc(article_id), nfc(words) if words else None))


@corpus_app.command("generations")
def corpus_generations(data: Data = None, *, as_json: AsJson = False) -> None:
    """List the generations that are kept, oldest first."""
    found = _store(data).generations()
    if as_json:
        sys.stdout.write(json.dumps([asdict(g) for g in found], ensure_ascii=False) + "\n")
        return
    table = Table(Column("generation", overflow="fold"), "made", "articles", "data until", "")
    for g in found:
        table.add_row(g.id, g.created_at, str(g.articles), str(g.data_until or "–"), "in force" if g.in_force else "")
    out.print(table)


@corpus_app.command("verify")
def corpus_verify(data: Data = None, *, as_json: AsJson = False) -> None:
    """Look at every byte of every kept generation."""
    store = _store(data)
    damaged = {name: [str(p) for p in store.damages(name)] for name in store.ids()}
    if as_json:
        sys.stdout.write(json.dumps(damaged, ensure_ascii=False) + "\n")
    for name, files in damaged.items():
        if not as_json:
            out.print(f"{name}: {', '.join(files) or 'whole'}", markup=False, highlight=False, soft_wrap=True)
    current = store.current_id()
    if current is None:
        raise GenerationError(
            f"there is no index in {store.data}",
            mend="Give --data the service's folder, or run `tintinh index`",
            path=str(store.data),
        )
    if current not in damaged:
        raise GenerationError(
            f"the generation in force, {current}, is missing", mend="Run `tintinh index` again", path=str(store.folder)
        )
    hurt = [name for name, files in damaged.items() if files]
    if current in hurt:
        raise GenerationError(
            f"{damaged[current][0]} is damaged or missing",
            mend="Roll back to a whole generation, or run `tintinh index` again",
            path=damaged[current][0],
        )
    if hurt:
        raise GenerationError(
            f"{damaged[hurt[0]][0]} is damaged or missing; the generation in force, {current}, is whole",
            mend=f"Do not roll back to {' or '.join(hurt)}. To have only whole ones, delete {' and '.join(str(store.folder / name) for name in hurt)}",
            path=damaged[hurt[0]][0],
        )


@corpus_app.command("rollback")
def corpus_rollback(
    generation: Annotated[
        str | None, typer.Argument(help="A kept generation; left out, the version before the one in force.")
    ] = None,
    data: Data = None,
) -> None:
    """Put a kept generation back in force; what was withdrawn stays so."""
    _say(_desk(data).rollback(this_person(), generation))


def _desk(data: Path | None) -> "Desk":
    from bot.service import open_desk

    return open_desk(*library_of(data))


def _store(data: Path | None) -> Store:
    from config.settings import load_settings

    return Store(load_settings(data).data_dir)


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)
