"""The command `tintinh`: parses, calls, prints. Exit 0 when done, 1 when the work failed, 2 for wrong usage."""

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from bot import answering, apart, evaluating, explaining
from bot.channels import console as terminal
from bot.cli_common import AsJson, Data, engine_of, err, library_of, out, this_person
from bot.cli_corpus import corpus_app
from bot.library import Indexed
from config.settings import SEEDS, load_settings
from retrieval.errors import CorpusError, TinTinhError
from retrieval.evaluation import differences

app = typer.Typer(
    name="tintinh",
    help="Answers Vietnamese questions about provincial news, each part with the passage it rests on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(corpus_app, name="corpus")

Batch = Annotated[Path | None, typer.Option("--batch", help="JSONL of {id, question, previous?}.")]
Output = Annotated[Path | None, typer.Option("--output", help="JSONL to write, a row for each row read.")]
Since = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only articles of this day or later.")]
Until = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only articles of this day or earlier.")]
Source = Annotated[list[str] | None, typer.Option(help="Only articles of this source; may be repeated.")]


def main() -> None:
    """Run the command line."""
    try:
        app()
    except TinTinhError as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        raise SystemExit(1) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None


@app.command()
def index(
    corpus: Annotated[
        list[Path] | None, typer.Option("--corpus", help="File or folder of articles; may be repeated.")
    ] = None,
    data: Data = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read articles and publish them as a new generation of the corpus."""
    settings, library = library_of(data)
    if not corpus:
        library.refuse_starter(settings.corpus, SEEDS)
    if dry_run:
        _told(library.plan(corpus or settings.corpus), as_json=as_json)
        return
    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as progress:
        stages: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = progress.add_task(stage, total=total)
            progress.update(stages[stage], completed=done)

        indexed = library.index(corpus or settings.corpus, show)
    _told(indexed, as_json=as_json)
    if not indexed.articles:
        raise CorpusError(
            "no article was loaded", mend="Look at what was skipped and why; give --corpus a file or folder of articles"
        )


@app.command(hidden=True)
def index_worker(data: Data = None) -> None:
    """Index what is asked for on standard input, for a service that answers meanwhile."""
    from bot import logs

    settings, library = library_of(data)
    logs.configure(settings.secrets())
    apart.work(library, sys.stdin, sys.stdout)


@app.command(hidden=True)
def answer_worker(data: Data = None) -> None:
    """Answer what is asked on standard input, for a service that has people to talk to meanwhile."""
    from bot import logs
    from bot.opening import settle

    settings, library = library_of(data)
    logs.configure(settings.secrets())
    library.engine()
    settle()
    answering.work(library, sys.stdin.buffer, sys.stdout.buffer)


def _told(indexed: Indexed, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(apart.to_row(indexed), ensure_ascii=False) + "\n")
    else:
        from bot.admin import report  # brings the database along

        out.print(report(indexed), markup=False, highlight=False)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    previous: Annotated[str | None, typer.Option(help="The question asked before.")] = None,
    batch: Batch = None,
    output: Output = None,
    data: Data = None,
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Show what the answer was made from.")] = False,
    as_json: AsJson = False,
) -> None:
    """Answer a question, or a batch of them."""
    _either(question, batch, output)
    engine = engine_of(data)
    if batch is not None and output is not None:
        _run_batch(batch, output, lambda row: engine.ask(_text(row, "question"), _optional(row, "previous")).to_json())
        return
    explained = engine.explain(question or "", previous) if explain else None
    reply = explained.reply if explained else engine.ask(question or "", previous)
    why = explaining.explanation(engine, explained) if explained else None
    if as_json:
        sys.stdout.write(json.dumps(reply.to_json() | ({"explanation": why} if why else {}), ensure_ascii=False) + "\n")
        return
    terminal.show(out, reply)
    if why:
        explaining.show(out, why)


@app.command()
def search(
    question: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many articles.")] = 10,
    batch: Batch = None,
    output: Output = None,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show the articles and passages nearest to a question."""
    _either(question, batch, output)
    engine = engine_of(data)

    def hits(text: str, previous: str | None = None) -> list[dict[str, Any]]:
        found = engine.search(
            text,
            k,
            previous=previous,
            since=since.date() if since else None,
            until=until.date() if until else None,
            sources=source or (),
        )
        rows = []
        for hit in found:
            article, start, end = engine.generation.passage(hit.passage)
            rows.append(
                {
                    "article_id": article.id,
                    "passage_id": str(hit.passage),
                    "score": round(hit.score, 4),
                    "start": start,
                    "end": end,
                }
            )
        return rows

    if batch is not None and output is not None:
        _run_batch(batch, output, lambda row: {"hits": hits(_text(row, "question"), _optional(row, "previous"))})
        return
    rows = hits(question or "")
    if as_json:
        sys.stdout.write(json.dumps({"question": question, "hits": rows}, ensure_ascii=False) + "\n")
        return
    table = Table("", "score", Column("article", overflow="fold"), "title", "passage")
    for number, row in enumerate(rows, 1):
        article, start, end = engine.generation.passage(int(row["passage_id"]))
        table.add_row(
            str(number),
            f"{row['score']:.2f}",
            article.id,
            article.title,
            " ".join(engine.generation.unheld(article, article.text[start:end]).split())[:160],
        )
    out.print(table)


@app.command()
def chat(data: Data = None) -> None:
    """Talk with Tin Tỉnh in the terminal."""
    from bot.assistant import Assistant
    from bot.commands import Commands

    library = library_of(data)[1]
    library.engine()
    terminal.chat(out, Commands(Assistant(library)))


@app.command()
def serve(data: Data = None) -> None:
    """Run the service: the chat page at once, Telegram as soon as its token is set."""
    from bot.service import serve as run

    run(load_settings(data), lambda address: err.print(f"Tin Tỉnh: [bold]{address}[/]  (Ctrl-C stops)"))


@app.command("eval")
def evaluate(
    questions: Annotated[Path, typer.Argument(help="JSONL of {id, type, question, answers, article_id, previous?}.")],
    report: Annotated[Path | None, typer.Option("--report", help="HTML file to write: plots, and why.")] = None,
    against: Annotated[Path | None, typer.Option("--against", help="An earlier --json, to compare with.")] = None,
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Judge the answers to questions with gold spans."""
    before = evaluating.read_summary(against) if against else []
    engine = engine_of(data)
    done = evaluating.evaluate(engine, _lines(questions), questions, why=report is not None)
    found = differences([e.judged for e in done], before)
    if report is not None:
        from bot.report import html

        with _whole(report, "--report") as file:
            file.write(html(done, questions, engine.generation.id, found, against))
    if as_json:
        row = evaluating.summary(done) | ({"against": [asdict(d) for d in found]} if against else {})
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    evaluating.show(out, done)
    if against:
        evaluating.show_differences(out, found, done, before)


@app.command()
def sign_in(data: Data = None) -> None:
    """Print an address that signs you in to the admin page, once, within ten minutes."""
    from bot.service import open_store, sign_in_link

    settings = load_settings(data)
    address = settings.web.public_url or f"http://{settings.web.host}:{settings.web.port}"
    store = open_store(settings)
    try:
        out.print(
            sign_in_link(address, store.sessions, this_person()),
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    finally:
        store.database.close()


@app.command()
def cases(
    output: Annotated[Path, typer.Argument(help="JSONL to write, as `tintinh eval` reads it.")], data: Data = None
) -> None:
    """Write the answers that editors confirmed to be wrong as questions with what is right, to be asked again at each change."""
    from bot.service import open_store
    from bot.store.people import CONFIRMED

    store = open_store(load_settings(data))
    try:
        found = store.people.cases(CONFIRMED)
    finally:
        store.database.close()
    with _whole(output, "OUTPUT") as file:
        for case in found:
            row = {"id": f"case-{case.id}", "type": "what" if case.right else "unanswerable", "question": case.question,
                   "answers": [[case.right]] if case.right else [], "article_id": case.right_article,
                   "said": case.answer["text"], "generation": case.generation}  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    out.print(f"{len(found)} questions", highlight=False)


@app.command()
def doctor(
    data: Data = None,
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Also ask the platforms themselves (docs/live-checks.md).")
    ] = False,
) -> None:
    """Check settings, encoder, index and token, and say what to mend."""
    from bot.doctor import checks

    wrong = 0
    for check in checks(data, live=live):
        wrong += not check.good
        out.print(f"{'[green]ok  [/]' if check.good else '[red]WRONG[/]'} {check.name}: ", end="")
        out.print(check.says, markup=False, highlight=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)


def _either(question: str | None, batch: Path | None, output: Path | None) -> None:
    if (question is None) == (batch is None) or (batch is None) != (output is None):
        raise typer.BadParameter("give a QUESTION, or --batch IN.jsonl with --output OUT.jsonl")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read ({error})", mend="Give a JSONL file in UTF-8") from error
    return ((n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip())


def _run_batch(batch: Path, output: Path, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write a row for each row of `batch`, in order; a row that fails says so in its place. `output` is whole or absent."""
    from bot.opening import settle

    settle()
    lines = list(_lines(batch))
    with (
        _whole(output, "--output") as file,
        Progress(console=err, disable=not err.is_terminal, transient=True) as progress,
    ):
        for _, line in progress.track(lines, description="questions"):
            file.write(json.dumps(_batch_row(line, work), ensure_ascii=False) + "\n")


@contextmanager
def _whole(path: Path, option: str) -> Iterator[IO[str]]:
    """Open a file that is there whole or not at all. Raises CorpusError where it cannot be written."""
    # A shell may have led `/dev/stdout` to a file, which it adds to.
    if path.parts[:2] in {("/", "dev"), ("/", "proc")} or (path.exists() and not path.is_file()):
        with _stream(path, option) as file:
            yield file
        return
    try:
        path = path.resolve()  # what a link leads to is written, the link stays
    except RuntimeError as error:
        raise CorpusError(f"{path} leads to itself", mend=f"Give {option} a path that can be written") from error
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        aside.replace(path)
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be written ({error.strerror})", mend=f"Give {option} a path that can be written"
        ) from error
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def _stream(path: Path, option: str) -> Iterator[IO[str]]:
    """Open what is no file, `/dev/stdout` or a pipe: there is nothing to put in its place. Raises CorpusError where it cannot be written."""
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            yield file
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be written ({error.strerror})", mend=f"Give {option} a path that can be written"
        ) from error


def _batch_row(line: str, work: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    identifier = None
    try:
        row = json.loads(line)
        if not isinstance(row, dict):
            raise TypeError("the line is no JSON object")
        identifier = row.get("id")
        result = work(row)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one row, the others are answered
        return {"id": identifier, "status": "error", "error": f"{type(error).__name__}: {error}"}
    code = {"code": result["id"]} if "id" in result else {}
    return result | {"id": identifier} | code


def _text(row: dict[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text")
    return value


def _optional(row: dict[str, Any], name: str) -> str | None:
    return _text(row, name) if row.get(name) is not None else None


if __name__ == "__main__":
    main()
