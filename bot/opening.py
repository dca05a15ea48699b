"""Settings -> the library that answers, without the channels: a question on the command line waits for none of their SDKs."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bot.library import Library
from config.settings import Settings
from retrieval.answers.reader import BuiltinReader
from retrieval.answers.reading import Reader
from retrieval.answers.span_readers import SpanReading
from retrieval.encoding import open_encoder
from retrieval.errors import SettingsError, TinTinhError
from retrieval.fetching.sources import read as read_sources
from retrieval.locality import Locality
from retrieval.reranking import Reranker
from retrieval.vietnamese.places import Renamings

T = TypeVar("T")


def open_library(settings: Settings) -> Library:
    """Return the library that the settings name, its encoder loaded."""
    options = settings.embedding
    encoder = open_encoder(options.model, options.query_prompt, options.passage_prompt)
    reranker = Reranker(settings.reranker.model) if settings.reranker.model else None
    communes = _read("TINTINH_COMMUNES", Renamings.read, settings.communes) if settings.communes else Renamings()
    locality = Locality(settings.emergency, settings.timezone, settings.province, communes)
    sources = _read("TINTINH_SOURCES", read_sources, settings.sources) if settings.sources else []
    return Library(
        settings.data_dir, encoder, open_reader(settings), reranker, locality, sources, settings.corrections_copy
    )


def _read(name: str, read: Callable[[Path], T], path: Path) -> T:
    """Return what the file of the setting `name` holds. Raises SettingsError that names it beside the line that is wrong."""
    try:
        return read(path)
    except TinTinhError as error:
        raise SettingsError(f"{name}: {error.what}", mend=error.mend) from error


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
