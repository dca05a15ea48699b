"""Wires everything once, starts, drains, stops: one ASGI app for the web and the webhooks, Telegram beside it."""

import asyncio
import contextlib
import datetime as dt
import logging
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot import logs
from bot.admin import Desk, Person
from bot.answering import Answerers
from bot.apart import Indexer
from bot.assistant import Assistant
from bot.channels.admin_api import AdminApi, openapi
from bot.channels.admin_page import AdminPage
from bot.channels.allowance import Allowance
from bot.channels.telegram import Telegram
from bot.channels.telegram.administration import Roles
from bot.channels.web import Web
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import FREE_REPLIES, WINDOW, ZaloOa
from bot.channels.zalo_tokens import OaTokens
from bot.commands import Commands
from bot.dispatch import Dispatcher
from bot.library import Library
from bot.metrics import Metrics
from bot.news import News, Sender
from bot.opening import open_library, settle
from bot.rendering import TELEGRAM, ZALO
from bot.store.database import Database
from bot.store.followers import Followers
from bot.store.inbox import Inbox
from bot.store.keys import Keys, secret_beside
from bot.store.people import People
from bot.store.replies import Replies
from bot.store.sessions import Sessions
from bot.store.windows import Windows
from bot.waiting import pause
from config.settings import SEEDS, Settings, unknown_names
from retrieval.annotating import cores
from retrieval.answers.types import Reply
from retrieval.errors import GenerationError, SettingsError, TinTinhError
from retrieval.fetching.client import Fetcher
from retrieval.fetching.gathering import Gatherer

log = logging.getLogger(__name__)

REFRESH_S = 0.5
"""How often a generation that another process published is looked for."""
SCRUB_S = 24 * 3600.0
"""How often every byte of the kept generations is looked at; the one in force is verified at the start too."""
FAULT_S = 5.0
FLUSH_S = 1.0
"""How often what was asked is written down."""
PURGE_S = 3600.0
KEEP_UP_S = 5.0
"""How often it is looked whether a source is due."""
HTTP_DRAIN_S, ANSWERS_DRAIN_S, TASKS_DRAIN_S = 4, 3, 2
"""What a stop waits for, one after the other: requests, answers on the channels, the rest. Within ten seconds in all."""
MOST_PROCESSES = 2
"""Processes that answer where the settings name no number."""
WATCH = Person("service", "watch")


@dataclass
class OpenStore:
    """The store, open, and what stands on it."""

    database: Database
    keys: Keys
    inbox: Inbox
    people: People
    followers: Followers
    sessions: Sessions


@dataclass
class Parts:
    """What the channels share."""

    store: OpenStore
    dispatcher: Dispatcher
    commands: Commands
    desk: Desk
    metrics: Metrics


def open_store(settings: Settings, observe: Callable[[str, Reply], None] | None = None) -> OpenStore:
    """Open the store that the settings name, its tables up to date; `observe` is told of each question.

    Raises StoreError and SettingsError.
    """
    url, copy = settings.database_url, settings.privacy.erasures_copy
    keys = Keys(_secret(settings))
    database = Database(url.get_secret_value() if url is not None else None, settings.data_dir)
    erasures = [settings.data_dir / "erasures.jsonl", *([copy] if copy is not None else [])]
    people = People(database, keys, erasures, settings.privacy.retention_days, ZoneInfo(settings.timezone), observe)
    return OpenStore(database, keys, Inbox(database, keys), people, Followers(database, keys), Sessions(database, keys))


def _secret(settings: Settings) -> str:
    """Return the secret of the settings, or the one beside the data folder; for the page alone one of this run will do.

    Raises SettingsError where a channel is on whose messages must outlive a restart, and no secret can be kept.
    """
    given = settings.privacy.hash_key
    if given is not None and given.get_secret_value():
        return given.get_secret_value()
    try:
        return secret_beside(settings.data_dir)
    except SettingsError as error:
        if settings.telegram.token or settings.zalo_oa.app_id or settings.zalo_bot.token:
            raise
        log.warning("%s; until then what the page keeps of people is unknown again after a restart", error)
        return secrets.token_hex(32)


def open_parts(settings: Settings, library: Library) -> Parts:
    """Open the store, apply again what a restored backup undid, and build what the channels share."""
    metrics = Metrics()
    store = open_store(settings, metrics.asked)
    metrics.watch(library, store.inbox, store.people)
    if again := store.people.forget_again():
        log.warning("forgot again what a restored backup had brought back: %d chats", again)
    assistant = Assistant(library, store.people)
    commands = Commands(assistant, store.people, store.followers, settings.privacy.retention_days)
    return Parts(store, Dispatcher(store.inbox), commands, open_desk(settings, library), metrics)


def build_app(settings: Settings, library: Library) -> Starlette:
    """Return the ASGI app of the service over `library`."""
    parts = open_parts(settings, library)
    desk = parts.desk
    web = Web(
        parts.commands,
        library,
        desk,
        parts.store.people,
        parts.metrics,
        allowance=Allowance(settings.web.questions_a_minute, [k.get_secret_value() for k in settings.web.api_keys]),
        widget_origins=settings.web.widget_origins,
    )
    routes = [*web.routes(), openapi()]
    if settings.admin.token is not None and settings.admin.token.get_secret_value():
        routes += AdminApi(desk, settings.admin.token.get_secret_value()).routes()
    public_url, roles = settings.web.public_url, _roles(settings)
    editors = {str(Person("telegram", str(user))) for user in roles.editors}
    page = AdminPage(
        desk, parts.store.people, parts.store.sessions, library,
        lambda person: person in editors or person.startswith("terminal:"),
        secure=bool(public_url and public_url.startswith("https://")),
    )  # fmt: skip
    routes += page.routes()
    telegram = _telegram(settings, parts)
    zalo = [channel for channel in (_zalo_oa(settings, parts), _zalo_bot(settings, parts)) if channel is not None]
    for channel, path in ((telegram, "/telegram"), *((z, z.path) for z in zalo)):
        if channel is not None:
            routes.append(Route(path, channel.webhook, methods=["POST"]))
    senders = {z.name: Sender(z.send_news, ZALO) for z in zalo}
    if telegram is not None:
        senders["telegram"] = Sender(telegram.send_news, TELEGRAM)
    news = News(library, parts.store.followers, senders, ZoneInfo(settings.timezone))

    async def tell(text: str) -> None:
        if telegram is not None:
            await telegram.tell_editors(text)

    parts.dispatcher.tell = tell
    for channel in zalo:
        channel.tell = tell

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        tasks = [
            asyncio.create_task(_follow(library, stop)),
            asyncio.create_task(_keep_up(desk, settings, tell, stop)),
            asyncio.create_task(_keep_house(parts, news, stop)),
            *(asyncio.create_task(channel.run(stop)) for channel in (telegram, *zalo) if channel is not None),
        ]
        await parts.dispatcher.resume()
        try:
            yield
        finally:
            # The channels stay until what is being answered is sent; what comes in meanwhile is stored for the next start.
            await parts.dispatcher.stop(ANSWERS_DRAIN_S)
            stop.set()
            done, late = await asyncio.wait(tasks, timeout=TASKS_DRAIN_S)
            for task in late:
                task.cancel()
            for task in done:
                if task.exception() is not None:
                    log.error("a part of the service failed", exc_info=task.exception())
            await asyncio.to_thread(desk.close)
            await asyncio.to_thread(parts.store.people.flush)
            parts.store.database.close()

    return Starlette(routes=routes, lifespan=lifespan)


def _roles(settings: Settings) -> Roles:
    options = settings.telegram
    return Roles.of(options.admins, options.editors, options.operators)


def _telegram(settings: Settings, parts: Parts) -> Telegram | None:
    options = settings.telegram
    if options.token is None or not options.token.get_secret_value():
        log.info("telegram is off: TINTINH_TELEGRAM__TOKEN is not set")
        return None
    public_url = settings.web.public_url

    def sign_in(person: Person) -> str | None:
        return sign_in_link(public_url, parts.store.sessions, person) if public_url else None

    return Telegram(
        parts.commands,
        parts.desk,
        parts.dispatcher,
        parts.store.people,
        Replies(parts.store.database, parts.store.keys, "telegram"),
        token=options.token.get_secret_value(),
        base_url=options.base_url,
        roles=_roles(settings),
        public_url=public_url,
        webhook_url=options.webhook_url if options.mode == "webhook" else None,
        webhook_secret=options.webhook_secret.get_secret_value() if options.webhook_secret else None,
        sign_in=sign_in,
    )


def sign_in_link(address: str, sessions: Sessions, person: Person) -> str:
    """Return the address that signs `person` in to the admin page, once."""
    return f"{address.rstrip('/')}/quan-tri/vao?ma={sessions.link(str(person))}"


def oa_tokens(settings: Settings, store: OpenStore) -> OaTokens:
    """Return what gives the tokens of the Official Account that the settings name."""
    options = settings.zalo_oa
    secret, first = (s.get_secret_value() if s is not None else "" for s in (options.secret_key, options.refresh_token))
    return OaTokens(store.database, store.keys, options.app_id or "", secret, first, options.oauth_url)


def _zalo_oa(settings: Settings, parts: Parts) -> ZaloOa | None:
    options = settings.zalo_oa
    if not options.app_id or options.oa_secret_key is None:
        log.info("the Zalo Official Account is off: TINTINH_ZALO_OA__APP_ID is not set")
        return None
    windows = Windows(parts.store.database, parts.store.keys, "zalo_oa", WINDOW, FREE_REPLIES)
    return ZaloOa(
        parts.commands, parts.dispatcher, oa_tokens(settings, parts.store), windows,
        app_id=options.app_id, oa_secret_key=options.oa_secret_key.get_secret_value(), base_url=options.base_url, public_url=settings.web.public_url,
    )  # fmt: skip


def _zalo_bot(settings: Settings, parts: Parts) -> ZaloBot | None:
    options = settings.zalo_bot
    if options.token is None or not options.token.get_secret_value():
        log.info("the Zalo bot is off: TINTINH_ZALO_BOT__TOKEN is not set")
        return None
    secret = options.webhook_secret
    return ZaloBot(
        parts.commands, parts.dispatcher,
        token=options.token.get_secret_value(), base_url=options.base_url,
        webhook_secret=secret.get_secret_value() if secret is not None else None, public_url=settings.web.public_url,
    )  # fmt: skip


async def _keep_house(parts: Parts, news: News, stop: asyncio.Event) -> None:
    """Write down what was asked, tell of news, and forget what is over its time."""
    purged = -PURGE_S
    while not stop.is_set():
        await pause(stop, FLUSH_S)
        try:
            await asyncio.to_thread(parts.store.people.flush)
            if time.monotonic() - purged >= PURGE_S:
                purged = time.monotonic()
                await asyncio.to_thread(parts.store.inbox.purge)
                await asyncio.to_thread(parts.store.people.purge)
            if not stop.is_set():
                await news.look(dt.datetime.now(dt.UTC))
        except GenerationError:
            continue  # nothing is indexed yet
        except Exception:
            log.exception("the store is not kept in order for now")
            await pause(stop, FAULT_S)


async def _follow(library: Library, stop: asyncio.Event) -> None:
    """Take up each newly published generation and each correction; one that cannot be opened leaves the one before in force."""
    while not stop.is_set():
        await pause(stop, REFRESH_S)
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


async def _keep_up(desk: Desk, settings: Settings, tell: Callable[[str], Awaitable[None]], stop: asyncio.Event) -> None:
    """Look at the sources on the network when they are due, and at the files where they are watched."""
    looked, scrubbed = 0.0, time.monotonic()
    while not stop.is_set():
        await pause(stop, KEEP_UP_S)
        if stop.is_set():
            return
        try:
            for source in desk.due(dt.datetime.now(dt.UTC)):
                told = await asyncio.to_thread(desk.gather, source)
                if told:
                    log.warning("source %s: %s", source.name, told)
                    await tell(told)
            if time.monotonic() - scrubbed >= SCRUB_S:
                scrubbed = time.monotonic()
                if told := await asyncio.to_thread(desk.scrub):
                    log.error("%s", told)
                    await tell(told)
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
    logs.configure(settings.secrets())
    for said in unknown_names():
        log.warning("%s", said)
    _check_address(settings)
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
    if count := processes_of(settings):
        library.answerers = Answerers(settings.data_dir, count)
    app = build_app(settings, library)
    announce(f"http://{settings.web.host}:{settings.web.port}")
    # uvicorn raises the signal again once it has drained; a stop that was asked for is no failure.
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_stop, lambda *_: None)
    try:
        uvicorn.run(
            app,
            host=settings.web.host,
            port=settings.web.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=HTTP_DRAIN_S,
            lifespan="on",
        )
    finally:
        if library.answerers is not None:
            library.answerers.close()


def _check_address(settings: Settings) -> None:
    """Raise SettingsError where nobody may listen at the service's address: known before the corpus is indexed, not minutes after."""
    host, port = settings.web.host, settings.web.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"TINTINH_WEB__PORT: nobody can listen at {host}:{port} ({error.strerror or error})",
                mend="Stop what listens there, or set TINTINH_WEB__HOST and TINTINH_WEB__PORT to an address of this machine that is free",
            ) from error


def processes_of(settings: Settings) -> int:
    """Return how many processes answer beside the service.

    None with a reader of the settings: a model of hundreds of megabytes is loaded once, and one elsewhere is waited for, not computed.
    """
    if settings.reader.kind != "builtin":
        return 0
    if settings.processes is not None:
        return settings.processes
    return min(cores(), MOST_PROCESSES) if cores() > 1 else 0


def open_desk(settings: Settings, library: Library) -> Desk:
    """Return the editor's desk over `library`, with what it needs to fetch pages."""
    options = settings.fetch
    fetcher = Fetcher(allowed=options.allow, proxy=options.proxy, ca=options.ca, contact=settings.web.public_url or "")
    indexer = Indexer(settings.data_dir)
    return Desk(library, settings.corpus, Gatherer(settings.data_dir, fetcher), indexer, indexer.close, SEEDS)
