"""What the commands share: options, the two consoles, and the library that the settings name."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.library import Library
from bot.opening import open_library
from config.settings import Settings, load_settings
from retrieval.engine import Engine

if TYPE_CHECKING:
    from bot.admin import Person

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


def this_person() -> "Person":
    """Return who sits at the terminal, as the journal names him."""
    from bot.admin import Person

    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Person("terminal", name)
