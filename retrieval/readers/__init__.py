"""Files and folders -> articles, and a list of what could not be read and why. Nothing is skipped silently."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from retrieval.articles import Article
from retrieval.errors import CorpusError
from retrieval.readers import foreign, jsonl, markdown, table
from retrieval.readers.rows import Unread
from retrieval.readers.sandbox import Sandbox

__all__ = ["ENDINGS", "Loaded", "Unread", "load", "load_file"]

_READERS = {
    ".jsonl": jsonl.read, ".txt": markdown.read_text, ".md": markdown.read_markdown, ".csv": table.read,
}  # fmt: skip
ENDINGS = frozenset((*_READERS, *foreign.KINDS))
"""Endings of the files that are read."""
_ADDITION = "an addition"
_NOT_ARTICLES = {"readme.md", "license.md", "changelog.md"}


@dataclasses.dataclass(frozen=True)
class Loaded:
    """What a load gave: the articles in order, and what was left out, each with its place and reason."""

    articles: list[Article]
    unread: list[Unread]


def load(paths: Iterable[Path], first: Sequence[Article] = (), erased: Collection[str] = ()) -> Loaded:
    """Read the articles of files and folders (recursively). Of articles with one id the first wins; `first` come before all.

    Articles whose id is in `erased` are left out. Raises CorpusError where a path does not exist or has no known ending.
    """
    return _loaded((entry for path in paths for entry in _files(path)), first, erased)


def load_file(path: Path, name: str) -> Loaded:
    """Read the articles of one file, whose id, where it states none, is `name`. Raises CorpusError for an unknown ending."""
    _files_known(path)
    return _loaded([(path, name)], (), ())


def _loaded(files: Iterable[tuple[Path, str]], first: Sequence[Article], erased: Collection[str]) -> Loaded:
    articles = {a.id: a for a in first if a.id not in erased}
    first_place = dict.fromkeys(articles, _ADDITION)
    unread: list[Unread] = []
    with Sandbox() as sandbox:
        for file, name in files:
            for found in _read(sandbox, file, name):
                if isinstance(found, Unread):
                    unread.append(found)
                elif found.id in erased:
                    unread.append(Unread(str(file), f"the article {found.id!r} was erased by an editor"))
                elif found.id in articles:
                    if articles[found.id] != found or first_place[found.id] != _ADDITION:
                        taken = f"the id {found.id!r} was taken by {first_place[found.id]}; that one is kept"
                        unread.append(Unread(str(file), taken))
                else:
                    articles[found.id] = found
                    first_place[found.id] = str(file)
    return Loaded(list(articles.values()), unread)


def _read(sandbox: Sandbox, path: Path, name: str) -> Iterator[Article | Unread]:
    ending = path.suffix.lower()
    if not _readable(path):
        shown = str(path).encode(errors="replace").decode()
        yield Unread(shown, "its name is not in UTF-8; rename the file")
        return
    try:
        yield from foreign.read(sandbox, path, name) if ending in foreign.KINDS else _READERS[ending](path, name)
    except Exception as error:  # noqa: BLE001 - one file, whatever it holds, keeps no other from being read
        yield Unread(str(path), f"it cannot be read ({type(error).__name__}: {str(error)[:200]})")


def _readable(path: Path) -> bool:
    """Tell whether a path can be written down: on Linux a file's name may be any bytes."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _files_known(path: Path) -> None:
    if path.suffix.lower() not in ENDINGS:
        raise CorpusError(
            f"{path} has an ending this program does not read",
            mend=f"It reads {', '.join(sorted(ENDINGS))} and folders of them",
        )


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files to read under `path`, each with the id its article gets where it states none."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if (
                file.is_file()
                and file.suffix.lower() in ENDINGS
                and not hidden
                and file.name.lower() not in _NOT_ARTICLES
            ):
                yield file, file.relative_to(path).as_posix()
    elif not path.exists():
        raise CorpusError(f"there is no file or folder {path}", mend="Correct --corpus or TINTINH_CORPUS")
    else:
        _files_known(path)
        yield path, path.name
