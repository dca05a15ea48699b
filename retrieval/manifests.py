"""The manifest of a folder: what it is, and length and SHA-256 of each of its files. Damage is found by it."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retrieval import storage
from retrieval.errors import GenerationError

FORMAT = 19
NAME = "manifest.json"


def write(folder: Path, facts: Mapping[str, Any], known: Mapping[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """Flush the files of `folder`, write the manifest with `facts` beside them, and return it.

    `known` are entries of files that another folder has too (hard links), flushed and hashed there.
    """
    known = known or {}
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(".lock")):
        name = path.relative_to(folder).as_posix()
        if name not in known:
            storage.sync(path)
        files[name] = known.get(name) or {"length": path.stat().st_size, "sha256": storage.sha256(path)}
    for inner in sorted(p for p in folder.rglob("*") if p.is_dir()):
        storage.sync(inner)
    manifest: dict[str, Any] = {"format": FORMAT, **facts, "files": files}
    manifest["checksum"] = _checksum(manifest)
    storage.replace_text(folder / NAME, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest of `folder`; raise GenerationError where it is damaged, missing, or of another version."""
    path = folder / NAME
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
        if manifest["id"] != folder.name:
            raise ValueError(f"it is that of {manifest['id']}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GenerationError(
            f"{path} is damaged or missing ({error})", mend="Run `tintinh index` again", path=str(path)
        ) from error
    return manifest


def damages(folder: Path, manifest: Mapping[str, Any], trusted: frozenset[str] = frozenset()) -> list[Path]:
    """Return the files of `folder` that are not what its manifest says; those named in `trusted` are taken on trust."""
    found = []
    for name, expected in manifest["files"].items():
        path = folder / name
        if name in trusted:
            continue
        try:
            well = path.stat().st_size == expected["length"] and storage.sha256(path) == expected["sha256"]
        except OSError:
            well = False
        if not well:
            found.append(path)
    return found


def _checksum(manifest: Mapping[str, Any]) -> str:
    body = {k: v for k, v in manifest.items() if k != "checksum"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
