"""The process in which files from outside are parsed: `python -m retrieval.readers.child`.

Reads lines of JSON, `{"kind", "path"}`, from its input; writes one for each, `{"fields"}` or `{"error"}`. It is started
with limits on memory and CPU (retrieval/readers/sandbox.py), imports no more than the parsers, and may crash.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

LARGEST = {"page": 8_000_000, "pdf": 64_000_000, "word": 64_000_000, "feed": 8_000_000, "sitemap": 8_000_000}
"""Bytes of a file of each kind."""
MOST_TEXT = 4_000_000
"""Characters of the text that is handed on."""


def _page(path: Path) -> dict[str, Any]:
    from retrieval.readers.pages import extract

    return extract(path.read_bytes())


def _pdf(path: Path) -> dict[str, Any]:
    from retrieval.readers.documents import pdf

    return pdf(path)


def _word(path: Path) -> dict[str, Any]:
    from retrieval.readers.documents import word

    return word(path)


def _feed(path: Path) -> dict[str, Any]:
    from retrieval.fetching.listings import feed

    return feed(path.read_bytes())


def _sitemap(path: Path) -> dict[str, Any]:
    from retrieval.fetching.listings import sitemap

    return sitemap(path.read_bytes())


_KINDS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "page": _page,
    "pdf": _pdf,
    "word": _word,
    "feed": _feed,
    "sitemap": _sitemap,
}


def parsed(kind: str, path: Path) -> dict[str, Any]:
    """Return `{"fields"}` of the file, or `{"error"}`: why it gives none."""
    try:
        if path.stat().st_size > LARGEST[kind]:
            return {"error": f"it is larger than {LARGEST[kind] // 1_000_000} MB"}
        fields = _KINDS[kind](path)
    except MemoryError:
        return {"error": "reading it needs too much memory"}
    except (ValueError, OSError, RecursionError) as error:
        return {"error": str(error) or type(error).__name__}
    except Exception as error:  # noqa: BLE001 - a parser may raise anything on a file that was made to break it
        return {"error": f"it cannot be read ({type(error).__name__}: {str(error)[:200]})"}
    text = str(fields.get("text") or "")
    if len(text) > MOST_TEXT:
        return {"error": f"its text is longer than {MOST_TEXT} characters"}
    return {"fields": fields}


def main() -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        task = json.loads(line)
        answer = parsed(task["kind"], Path(task["path"]))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
