"""The data tables beside this module: one row a line, columns split by tabs, `#` begins a comment line."""

import functools
from importlib import resources


@functools.cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of `data/<name>.tsv`."""
    text = resources.files("retrieval.vietnamese").joinpath(f"data/{name}.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))
