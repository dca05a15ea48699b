"""Checks what the service needs, one by one, and says for each fault what mends it."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.channels.zalo_tokens import MEND
from bot.library import Library
from config.settings import Settings, load_settings, unknown_names
from retrieval.encoding import Encoder, open_encoder
from retrieval.errors import TinTinhError
from retrieval.reranking import Reranker


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked."""

    name: str
    good: bool
    says: str


def checks(data: Path | None, *, live: bool = False) -> Iterator[Check]:
    """Yield the checks in the order in which they build on one another; stop where the rest cannot be told.

    `live` also asks Zalo, which renews the account's tokens; Telegram is always asked.
    """
    try:
        settings = load_settings(data)
    except TinTinhError as error:
        yield Check("settings", good=False, says=str(error))
        return
    yield Check(
        "settings", good=True, says=f"data in {settings.data_dir}, corpus {', '.join(map(str, settings.corpus))}"
    )
    if unknown := unknown_names():
        yield Check("names", good=False, says=f"{'. '.join(unknown)}. Correct the name, or take it out")
    yield _corpus(settings)
    yield _data_folder(settings)
    try:
        encoder = open_encoder(
            settings.embedding.model, settings.embedding.query_prompt, settings.embedding.passage_prompt
        )
    except TinTinhError as error:
        yield Check("encoder", good=False, says=str(error))
        return
    yield Check("encoder", good=True, says=f"{encoder.name}, {encoder.dimensions} dimensions")
    yield _reader(settings)
    yield _index(settings, encoder)
    yield _store(settings)
    yield _token(settings)
    yield _zalo_oa(settings, live=live)
    yield _zalo_bot(settings, live=live)


def _corpus(settings: Settings) -> Check:
    missing = [str(p) for p in settings.corpus if not p.exists()]
    if missing:
        return Check("corpus", good=False, says=f"there is no {missing[0]}. Correct TINTINH_CORPUS")
    return Check("corpus", good=True, says="every path is there")


def _data_folder(settings: Settings) -> Check:
    folder = settings.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if os.access(folder, os.W_OK):
        return Check("data folder", good=True, says=f"{settings.data_dir.absolute()} can be written")
    return Check(
        "data folder",
        good=False,
        says=f"{folder.absolute()} cannot be written. Give the service write access, or set TINTINH_DATA_DIR",
    )


def _reader(settings: Settings) -> Check:
    from bot.opening import open_reader

    try:
        reader = open_reader(settings)
        if settings.reranker.model:
            Reranker(settings.reranker.model)
    except TinTinhError as error:
        return Check("reader", good=False, says=str(error))
    after = f", articles reranked by {settings.reranker.model}" if settings.reranker.model else ""
    return Check("reader", good=True, says=f"{settings.reader.kind} ({reader.name}){after}")


def _index(settings: Settings, encoder: Encoder) -> Check:
    library = Library(settings.data_dir, encoder)
    try:
        generation = library.engine().generation
    except TinTinhError as error:
        return Check("index", good=False, says=str(error))
    if (in_force := library.store.current_id()) != generation.id:
        return Check(
            "index",
            good=False,
            says=f"generation {in_force} is damaged, and {generation.id} answers in its place. Run tintinh index, or roll back to {generation.id}",
        )
    return Check(
        "index",
        good=True,
        says=f"generation {generation.id}: {len(generation)} articles, {generation.manifest['passages']} passages, checksums right",
    )


def _store(settings: Settings) -> Check:
    from bot.service import open_store

    try:
        store = open_store(settings)
        _, aside = store.inbox.counts()
        store.database.close()
    except TinTinhError as error:
        return Check("store", good=False, says=str(error))
    kept = "PostgreSQL" if settings.database_url else "SQLite in the data folder"
    return Check(
        "store",
        good=True,
        says=f"{kept}, questions kept {settings.privacy.retention_days} days, {aside} updates set aside",
    )


def _zalo_oa(settings: Settings, *, live: bool) -> Check:
    if not settings.zalo_oa.app_id:
        return Check("zalo oa", good=True, says="off; set TINTINH_ZALO_OA__APP_ID to turn it on")
    if not live:
        return Check("zalo oa", good=True, says="set; `tintinh doctor --live` asks Zalo for a token")
    from bot.dispatch import UnreachableError
    from bot.service import oa_tokens, open_store

    store = open_store(settings)
    try:
        tokens = oa_tokens(settings, store)
        asyncio.run(tokens.access())
        until = tokens.refresh_until()
    except UnreachableError as error:
        return Check("zalo oa", good=False, says=f"{error}. {MEND}")
    finally:
        store.database.close()
    return Check(
        "zalo oa", good=True, says=f"Zalo gave an access token; the refresh token lasts until {until:%Y-%m-%d}"
    )


def _zalo_bot(settings: Settings, *, live: bool) -> Check:
    token = settings.zalo_bot.token
    if token is None or not token.get_secret_value():
        return Check("zalo bot", good=True, says="off; set TINTINH_ZALO_BOT__TOKEN to turn it on")
    if not live:
        return Check("zalo bot", good=True, says="set; `tintinh doctor --live` asks Zalo whose token it is")
    from bot.channels.zalo_bot import check

    try:
        name = check(token.get_secret_value(), settings.zalo_bot.base_url)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, without the token
        said = f"{type(error).__name__}: {error}".replace(token.get_secret_value(), "[token]")
        return Check("zalo bot", good=False, says=f"Zalo does not answer ({said}). Check TINTINH_ZALO_BOT__TOKEN")
    return Check("zalo bot", good=True, says=f"the token belongs to {name}")


def _token(settings: Settings) -> Check:
    token = settings.telegram.token
    if token is None or not token.get_secret_value():
        return Check("telegram", good=True, says="off; set TINTINH_TELEGRAM__TOKEN to turn it on")
    from telegram.error import InvalidToken, TelegramError

    from bot.channels.telegram import check

    try:
        name = check(token.get_secret_value(), settings.telegram.base_url)
    except InvalidToken:
        return Check("telegram", good=False, says="Telegram does not know the token. Correct TINTINH_TELEGRAM__TOKEN")
    except TelegramError as error:
        says = str(error).replace(token.get_secret_value(), "[token]")
        return Check(
            "telegram",
            good=False,
            says=f"{settings.telegram.base_url} cannot be reached ({says}). Check the network and TINTINH_TELEGRAM__BASE_URL",
        )
    return Check("telegram", good=True, says=f"the token belongs to @{name}")
