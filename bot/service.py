"""Wires everything once, starts, drains, stops: one ASGI app for the web and the webhooks, Telegram beside it."""

import asyncio
import contextlib
import datetime as dt
import gc
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot import logs
from bot.admin import Desk, Person
from bot.apart import Indexer
from bot.assistant import Assistant
from bot.channels.admin_api import AdminApi, openapi
from bot.channels.telegram import Telegram
from bot.channels.telegram.administration import Roles
from bot.channels.web import Web
from bot.library import Library
from config.settings import Settings
from retrieval.answers.reader import BuiltinReader
from retrieval.answers.reading import Reader
from retrieval.answers.span_readers import SpanReading
from retrieval.encoding import open_encoder
from retrieval.errors import TinTinhError
from retrieval.fetching.client import Fetcher
from retrieval.fetching.gathering import Gatherer
from retrieval.fetching.sources import read as read_sources
from retrieval.locality import Locality
from retrieval.reranking import Reranker

log = logging.getLogger(__name__)

REFRESH_S = 0.5
"""How often a generation that another process published is looked for."""
SCRUB_S = 24 * 3600.0
"""How often every byte of the kept generations is looked at; the one in force is verified at the start too."""
FAULT_S = 5.0
KEEP_UP_S = 5.0
"""How often it is looked whether a source is due."""
DRAIN_S = 8
WATCH = Person("service", "watch")


def build_app(settings: Settings, library: Library) -> Starlette:
    """Return the ASGI app of the service over `library`."""
    assistant = Assistant(library)
    desk = open_desk(settings, library)
    web = Web(assistant, library, desk)
    routes = [*web.routes(), openapi()]
    if settings.admin.token is not None and settings.admin.token.get_secret_value():
        routes += AdminApi(desk, settings.admin.token.get_secret_value()).routes()
    telegram = _telegram(settings, assistant, desk)
    if telegram is not None:
        routes.append(Route("/telegram", telegram.webhook, methods=["POST"]))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        tasks = [
            asyncio.create_task(_follow(library, stop)),
            asyncio.create_task(_keep_up(desk, settings, telegram, stop)),
        ]
        if telegram is not None:
            tasks.append(asyncio.create_task(telegram.run(stop)))
        try:
            yield
        finally:
            stop.set()
            done, late = await asyncio.wait(tasks, timeout=DRAIN_S)
            for task in late:
                task.cancel()
            for task in done:
                if task.exception() is not None:
                    log.error("a part of the service failed", exc_info=task.exception())
            await asyncio.to_thread(desk.close)

    return Starlette(routes=routes, lifespan=lifespan)


def _telegram(settings: Settings, assistant: Assistant, desk: Desk) -> Telegram | None:
    options = settings.telegram
    if options.token is None or not options.token.get_secret_value():
        log.info("telegram is off: TINTINH_TELEGRAM__TOKEN is not set")
        return None
    webhook = options.webhook_url if options.mode == "webhook" else None
    return Telegram(
        assistant,
        desk,
        token=options.token.get_secret_value(),
        base_url=options.base_url,
        roles=Roles.of(options.admins, options.editors, options.operators),
        public_url=settings.web.public_url,
        webhook_url=webhook,
        webhook_secret=options.webhook_secret.get_secret_value() if options.webhook_secret else None,
    )


async def _follow(library: Library, stop: asyncio.Event) -> None:
    """Take up each newly published generation and each correction; one that cannot be opened leaves the one before in force."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), REFRESH_S)
        if stop.is_set() or library.store.current_id() is None:
            continue
        try:
            if await asyncio.to_thread(library.refresh):
                log.info("generation %s is in force, with the corrections of now", library.engine().generation.id)
        except TinTinhError as error:
            log.error("generation %s is not taken up: %s", library.store.current_id(), error)
        except Exception:
            log.exception("generations and corrections are not followed for now")
            await asyncio.sleep(FAULT_S)


async def _keep_up(desk: Desk, settings: Settings, telegram: Telegram | None, stop: asyncio.Event) -> None:
    """Look at the sources on the network when they are due, and at the files where they are watched."""
    looked, scrubbed = 0.0, time.monotonic()
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), KEEP_UP_S)
        if stop.is_set():
            return
        try:
            for source in desk.due(dt.datetime.now(dt.UTC)):
                told = await asyncio.to_thread(desk.gather, source)
                if told:
                    log.warning("source %s: %s", source.name, told)
                    if telegram is not None:
                        await telegram.tell_editors(told)
            if time.monotonic() - scrubbed >= SCRUB_S:
                scrubbed = time.monotonic()
                if told := await asyncio.to_thread(desk.scrub):
                    log.error("%s", told)
                    if telegram is not None:
                        await telegram.tell_editors(told)
            if settings.watch_minutes and time.monotonic() - looked >= settings.watch_minutes * 60:
                looked = time.monotonic()
                if told := await asyncio.to_thread(desk.reload_if_changed, WATCH):
                    log.info("files of the corpus changed: %s", told)
        except TinTinhError as error:
            log.error("the corpus was not brought up to date: %s", error)
        except Exception:
            log.exception("the corpus was not brought up to date")


def serve(settings: Settings, announce: Callable[[str], None] = lambda _: None) -> None:
    """Run the service until SIGTERM or Ctrl-C. Indexes the corpus first where there is no index yet."""
    logs.configure(secrets_of(settings))
    library = open_library(settings)
    if library.store.current_id() is None:
        indexed = library.index(settings.corpus)
        log.info("indexed %d articles, generation %s", indexed.articles, indexed.generation)
    elif renewed := library.renew():
        log.info("indexed %d articles again: an earlier version had built the index", renewed)
    library.engine()
    if back := library.erase_again():
        log.warning("erased again what a backup had brought back: %d articles", len(back))
    settle()
    app = build_app(settings, library)
    announce(f"http://{settings.web.host}:{settings.web.port}")
    # uvicorn raises the signal again once it has drained; a stop that was asked for is no failure.
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_stop, lambda *_: None)
    uvicorn.run(
        app,
        host=settings.web.host,
        port=settings.web.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=DRAIN_S,
        lifespan="on",
    )


def open_library(settings: Settings) -> Library:
    """Return the library that the settings name, its encoder loaded."""
    options = settings.embedding
    encoder = open_encoder(options.model, options.query_prompt, options.passage_prompt)
    reranker = Reranker(settings.reranker.model) if settings.reranker.model else None
    locality = Locality(settings.emergency, settings.timezone, settings.province)
    sources = read_sources(settings.sources) if settings.sources else []
    return Library(
        settings.data_dir, encoder, open_reader(settings), reranker, locality, sources, settings.corrections_copy
    )


def open_desk(settings: Settings, library: Library) -> Desk:
    """Return the editor's desk over `library`, with what it needs to fetch pages."""
    options = settings.fetch
    fetcher = Fetcher(allowed=options.allow, proxy=options.proxy, ca=options.ca, contact=settings.web.public_url or "")
    indexer = Indexer(settings.data_dir)
    return Desk(library, settings.corpus, Gatherer(settings.data_dir, fetcher), indexer, indexer.close)


def open_reader(settings: Settings) -> Reader:
    """Return the reader that the settings name; the built-in one stands behind every other."""
    options, builtin = settings.reader, BuiltinReader()
    if options.kind == "transformer":
        from retrieval.answers.span_readers.transformer import open_transformer

        return SpanReading(open_transformer(str(options.model), options.threshold), builtin)
    if options.kind == "llm":
        from retrieval.answers.span_readers.llm import LlmReader

        key = options.api_key.get_secret_value() if options.api_key else ""
        return SpanReading(LlmReader(str(options.base_url), str(options.model), key, options.timeout_s), builtin)
    return builtin


def settle() -> None:
    """Take what is loaded out of the garbage collector's rounds: full rounds over models and index cost 90 ms each."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return the values that no log may show."""
    found = (
        settings.telegram.token,
        settings.telegram.webhook_secret,
        settings.reader.api_key,
        settings.admin.token,
    )
    return tuple(s.get_secret_value() for s in found if s is not None)
