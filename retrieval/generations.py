"""Immutable, checksummed snapshots of the corpus: built aside, verified, published by one rename.

DATA/current                       the id of the generation in force, replaced by one rename
DATA/generations/ID/               one generation (retrieval/snapshot.py)
DATA/generations/ID/manifest.json  length and SHA-256 of each of its files, the encoder, the corpus
DATA/writer.lock, writer.pid       held by the one process that writes
"""

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from retrieval import snapshot, storage
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.errors import GenerationError
from retrieval.snapshot import Generation, Progress

FORMAT = 9
KEPT = 5
"""Generations that stay for a rollback."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of the generation in `folder`; raise GenerationError where it is no generation."""
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise GenerationError(
                f"generation {folder.name} has format {manifest['format']}, this program reads {FORMAT}",
                mend="Run `tintinh index` again",
                path=str(path),
            )
        if manifest["checksum"] != _checksum(manifest):
            raise ValueError("its checksum does not agree")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GenerationError(
            f"{path} is damaged or missing ({error})", mend="Run `tintinh index` again", path=str(path)
        ) from error
    return manifest


def _checksum(manifest: dict[str, Any]) -> str:
    body = {k: v for k, v in manifest.items() if k != "checksum"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def damages(folder: Path) -> list[str]:
    """Return the files of the generation in `folder` that are not what its manifest says."""
    manifest = read_manifest(folder)
    found = []
    for name, expected in manifest["files"].items():
        path = folder / name
        if (
            not path.is_file()
            or path.stat().st_size != expected["length"]
            or storage.sha256(path) != expected["sha256"]
        ):
            found.append(str(path))
    return found


def open_generation(folder: Path) -> Generation:
    """Return the generation in `folder`; raise GenerationError where it is damaged or none."""
    manifest = read_manifest(folder)
    if damaged := damages(folder):
        raise GenerationError(
            f"{damaged[0]} of generation {folder.name} is damaged or missing",
            mend="Run `tintinh index` again; the articles are read anew",
            path=damaged[0],
        )
    return Generation(folder, manifest)


class Store:
    """The folder of all generations: publishes, opens the one in force."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.folder = data / "generations"

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.data / f".probe.{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise GenerationError(
                f"the data folder {self.data} cannot be written ({error.strerror})",
                mend="Give the service write access to it, or set TINTINH_DATA_DIR to another folder",
                path=str(self.data),
            ) from error
        lock = FileLock(self.data / "writer.lock")
        try:
            with lock.acquire(timeout=0):
                (self.data / "writer.pid").write_text(str(os.getpid()), encoding="ascii")
                yield
        except Timeout as error:
            holder = (self.data / "writer.pid").read_text(encoding="ascii").strip()
            raise GenerationError(
                f"another process ({holder}) is writing to {self.data}", mend="Wait until it is done, then try again"
            ) from error

    def current_id(self) -> str | None:
        """Return the id of the generation in force, None where none was published."""
        try:
            return (self.data / "current").read_text(encoding="ascii").strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def ids(self) -> list[str]:
        """Return the ids of the generations that are kept, oldest first."""
        return sorted(p.name for p in self.folder.glob("2*") if (p / "manifest.json").is_file())

    def open(self, encoder: Encoder) -> Generation:
        """Return the generation in force, verified.

        Raises GenerationError where there is none, it is damaged, or it was built with another encoder.
        """
        current = self.current_id()
        if current is None:
            raise GenerationError(
                f"there is no index in {self.data} yet",
                mend="Run `tintinh index --corpus PATH` first",
                path=str(self.data),
            )
        generation = open_generation(self.folder / current)
        built_with = generation.manifest["encoder"]
        if built_with["fingerprint"] != encoder.fingerprint:
            raise GenerationError(
                f"generation {current} was built with the encoder {built_with['name']!r} ({built_with['fingerprint']}), "
                f"the one set now is {encoder.name!r} ({encoder.fingerprint})",
                mend="Run `tintinh index` again, or set TINTINH_EMBEDDING__MODEL back",
            )
        return generation

    def outdated(self) -> list[Article] | None:
        """Return the articles of the generation in force where an earlier version of the program built it; None where not.

        Raises GenerationError where its articles are not whole: then they must be read anew.
        """
        folder = self.folder / (self.current_id() or "")
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if not 0 < int(manifest["format"]) < FORMAT:
                return None
            expected = manifest["files"]["articles.jsonl"]["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        path = folder / "articles.jsonl"
        if not path.is_file() or storage.sha256(path) != expected:
            raise GenerationError(
                f"{path} is damaged or missing",
                mend="Run `tintinh index` again; the articles are read anew",
                path=str(path),
            )
        lines = path.read_text(encoding="utf-8").split("\n")
        return [Article.from_row(json.loads(line)) for line in lines if line]

    def publish(self, articles: Sequence[Article], encoder: Encoder, progress: Progress = lambda *_: None) -> str:
        """Build a generation of `articles`, verify it, put it in force, and return its id.

        Until the last rename the generation before stays in force, whatever happens.
        """
        with self._writing():
            for leftover in self.folder.glob(".building-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            corpus = hashlib.sha256("\n".join(a.to_json() for a in articles).encode()).hexdigest()[:16]
            name = f"{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S-%f}"[:-3] + f"-{corpus[:6]}"
            aside = self.folder / f".building-{name}"
            aside.mkdir()
            try:
                self._build(aside, name, corpus, articles, encoder, progress)
                if damaged := damages(aside):
                    raise GenerationError(
                        f"{damaged[0]} did not reach the disk whole", mend="Check the disk, then index again"
                    )
                Generation(aside, read_manifest(aside))
                aside.rename(self.folder / name)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
            storage.sync(self.folder)
            storage.replace_text(self.data / "current", name + "\n")
            for old in self.ids()[:-KEPT]:
                shutil.rmtree(self.folder / old, ignore_errors=True)
            return name

    def _build(
        self,
        folder: Path,
        name: str,
        corpus: str,
        articles: Sequence[Article],
        encoder: Encoder,
        progress: Progress,
    ) -> None:
        facts = snapshot.write(folder, articles, encoder, progress)
        files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(".lock"))
        for path in files:
            storage.sync(path)
        manifest = {
            "format": FORMAT,
            "id": name,
            "created_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            **facts,
            "corpus": corpus,
            "encoder": {"name": encoder.name, "fingerprint": encoder.fingerprint, "dimensions": encoder.dimensions},
            "files": {
                p.relative_to(folder).as_posix(): {"length": p.stat().st_size, "sha256": storage.sha256(p)}
                for p in files
            },
        }
        manifest["checksum"] = _checksum(manifest)
        storage.replace_text(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
