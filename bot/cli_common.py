"""What the commands share: options, the two consoles, and the library that the settings name."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.library import Library
from bot.opening import open_library
from config.settings import Settings, load_settings
from retrieval.engine import Engine

out = Console()
err = Console(stderr=True)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder; else TINTINH_DATA_DIR, .env, ./data.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print nothing but JSON.")]


def library_of(data: Path | None) -> tuple[Settings, Library]:
    """Return the settings, and the library that they name. Raises TinTinhError."""
    settings = load_settings(data)
    return settings, open_library(settings)


def engine_of(data: Path | None) -> Engine:
    """Return the engine over the generation in force."""
    return library_of(data)[1].engine()
