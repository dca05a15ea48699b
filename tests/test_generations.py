"""Snapshots: verified on load, published by one rename, refused when damaged or built with another encoder."""

import json
import os
from pathlib import Path

import pytest

from bot.library import Library
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.errors import GenerationError
from retrieval.generations import Store, damages

ARTICLES = [
    Article(id="a", text="Sáng 3/4, ông Lê Văn Sơn chủ trì họp tại Mường Then.", title="Họp", source="Báo A"),
    Article(id="b", text="Huyện Ba Khe có 14 xã được phủ sóng.", title="Sóng", source="Báo B"),
]


@pytest.fixture
def store(tmp_path: Path, encoder: Encoder) -> Store:
    store = Store(tmp_path)
    store.publish(ARTICLES, encoder)
    return store


def test_what_is_published_is_read_back(store: Store, encoder: Encoder) -> None:
    generation = store.open(encoder)
    assert list(generation.articles()) == ARTICLES
    assert generation.row("b") == 1
    assert generation.row("c") is None


def test_an_empty_corpus_is_a_generation(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    library.store.publish([], encoder)
    assert library.engine().ask("Ai chủ trì?").to_json()["status"] == "not_found"


def test_every_damaged_file_is_noticed(store: Store, encoder: Encoder) -> None:
    folder = store.folder / str(store.current_id())
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.endswith(".lock")]
    assert len(files) > 8
    for path in files:
        content = path.read_bytes()
        for broken in (content[: len(content) // 2], content[:-1] + bytes([content[-1] ^ 1]) if content else b"x"):
            path.write_bytes(broken)
            with pytest.raises(GenerationError, match="tintinh index"):
                store.open(encoder)
        path.write_bytes(content)
    store.open(encoder)


def test_a_missing_index_says_what_to_do(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(GenerationError, match="tintinh index --corpus"):
        Store(tmp_path).open(encoder)


def test_another_encoder_is_refused(store: Store, encoder: Encoder) -> None:
    class Other:
        name, dimensions, fingerprint = "other", encoder.dimensions, "beef"
        encode_queries = encode_passages = encoder.encode_passages

    with pytest.raises(GenerationError, match="was built with the encoder"):
        store.open(Other())


def test_a_failed_build_leaves_the_old_generation(store: Store, encoder: Encoder) -> None:
    before = store.current_id()

    class Failing:
        name, dimensions, fingerprint = "failing", encoder.dimensions, encoder.fingerprint
        encode_queries = encoder.encode_queries

        def encode_passages(self, texts: list[str]) -> None:
            raise OSError(28, f"No space left on device after {len(texts)}")

    with pytest.raises(OSError, match="No space"):
        store.publish(ARTICLES, Failing())  # type: ignore[arg-type]
    assert store.current_id() == before
    assert not list(store.folder.glob(".building-*"))
    store.open(encoder)


def test_a_second_writer_is_told_who_writes(store: Store, encoder: Encoder) -> None:
    with store._writing(), pytest.raises(GenerationError, match=f"another process \\({os.getpid()}\\)"):
        Store(store.data).publish(ARTICLES, encoder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folder permissions are POSIX's")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GenerationError, match="cannot be written"):
        Store(tmp_path / "file").publish(ARTICLES, encoder)


def test_a_generation_of_another_format_is_refused(store: Store, encoder: Encoder) -> None:
    path = store.folder / str(store.current_id()) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"format": 99}), encoding="utf-8")
    with pytest.raises(GenerationError, match="format 99"):
        store.open(encoder)


def test_an_index_of_an_earlier_version_is_built_anew_from_its_own_articles(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    library.store.publish(ARTICLES, encoder)
    assert library.renew() == 0
    folder = library.store.folder / str(library.store.current_id())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 1}), encoding="utf-8")
    with pytest.raises(GenerationError, match="format 1"):
        library.store.open(encoder)
    assert library.renew() == len(ARTICLES)
    assert [a.id for a in library.engine().generation.articles()] == [a.id for a in ARTICLES]

    (folder / "articles.jsonl").write_bytes(b"{}")
    (library.store.data / "current").write_text(folder.name, encoding="ascii")
    with pytest.raises(GenerationError, match=r"articles\.jsonl"):
        library.renew()


def test_old_generations_are_dropped_and_the_new_one_is_taken_up(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    for _ in range(7):
        Store(tmp_path).publish(ARTICLES, encoder)
    assert len(library.store.ids()) == 5
    first = library.engine().generation.id
    Store(tmp_path).publish(ARTICLES[:1], encoder)
    assert library.refresh()
    assert library.engine().generation.id != first
    assert not library.refresh()


def test_the_manifest_names_every_file(store: Store, encoder: Encoder) -> None:
    folder = store.folder / str(store.current_id())
    assert damages(folder) == []
    manifest = store.open(encoder).manifest
    assert {"articles.jsonl", "vectors.faiss", "sentences.npy"} <= set(manifest["files"])
    assert manifest["encoder"]["fingerprint"]
    assert manifest["corpus"]
