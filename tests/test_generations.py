"""Snapshots: verified on load, published by one rename, refused when damaged or built with another encoder."""

import datetime as dt
import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.library import Library
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.errors import GenerationError
from retrieval.generations import Change, Store
from retrieval.search import Query, Searcher
from retrieval.segment import term_key

ARTICLES = [
    Article(id="a", text="Sáng 3/4, ông Lê Văn Sơn chủ trì họp tại Mường Then.", title="Họp", source="Báo A"),
    Article(id="b", text="Huyện Ba Khe có 14 xã được phủ sóng.", title="Sóng", source="Báo B"),
]
MORE = [*ARTICLES, Article(id="c", text="Sông Nậm Pha dâng cao 2 m.", title="Lũ", source="Báo A")]


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


def test_a_slip_in_the_day_of_one_article_is_no_day_that_the_data_reach(tmp_path: Path, encoder: Encoder) -> None:
    days = {"a": dt.date(2024, 3, 1), "b": dt.date(2062, 3, 1)}
    store = Store(tmp_path)
    store.publish([replace(article, published_at=days[article.id]) for article in ARTICLES], encoder)
    assert store.open(encoder).data_until == "2024-03-01"
    store.publish([replace(ARTICLES[1], published_at=days["b"])], encoder)
    assert store.open(encoder).data_until == "2062-03-01", "where nothing else is known"
    store.publish(ARTICLES, encoder)
    assert store.open(encoder).data_until is None


def test_an_empty_corpus_is_a_generation(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    library.store.publish([], encoder)
    assert library.engine().ask("Ai chủ trì?").to_json()["status"] == "not_found"


def test_every_damaged_file_is_noticed(store: Store, encoder: Encoder) -> None:
    folders = (store.folder / str(store.current_id()), store.segments)
    files = [p for f in folders for p in sorted(f.rglob("*")) if p.is_file() and not p.name.endswith(".lock")]
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        for broken in (content[: len(content) // 2], content[:-1] + bytes([content[-1] ^ 1]) if content else b"x"):
            path.write_bytes(broken)
            with pytest.raises(GenerationError, match="tintinh index"):
                Store(store.data).open(encoder)
            assert Store(store.data).damages(str(store.current_id())) == [path]
        path.write_bytes(content)
    Store(store.data).open(encoder)


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
        store.publish(MORE, Failing())  # type: ignore[arg-type]
    assert store.current_id() == before
    assert not list(store.folder.glob(".building-*"))
    store.open(encoder)


def test_a_second_writer_is_told_who_writes(store: Store, encoder: Encoder) -> None:
    with store.writing(), pytest.raises(GenerationError, match=f"another process \\({os.getpid()}\\)"):
        Store(store.data).publish(MORE, encoder)


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

    (library.store.segments / manifest["segments"][0] / "articles.jsonl").write_bytes(b"{}")
    (library.store.data / "current").write_text(folder.name, encoding="ascii")
    with pytest.raises(GenerationError, match=r"articles\.jsonl"):
        library.renew()


def test_old_generations_are_dropped_and_the_new_one_is_taken_up(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    for n in range(7):
        Store(tmp_path).publish([replace(ARTICLES[0], title=str(n)), ARTICLES[1]], encoder)
    assert len(library.store.ids()) == 5
    assert len(list(library.store.segments.iterdir())) == 5
    first = library.engine().generation.id
    Store(tmp_path).publish(ARTICLES[:1], encoder)
    assert library.refresh()
    assert library.engine().generation.id != first
    assert not library.refresh()


def test_the_manifests_name_every_file(store: Store, encoder: Encoder) -> None:
    assert store.damages(str(store.current_id())) == []
    generation = store.open(encoder)
    assert {"removed.npz", "passages.lexical/meta.json"} <= set(generation.manifest["files"])
    own = json.loads((generation.segments[0].folder / "manifest.json").read_text(encoding="utf-8"))
    assert {"articles.jsonl", "vectors.faiss", "sentences.npy"} <= set(own["files"])
    assert generation.manifest["encoder"]["fingerprint"]
    assert generation.manifest["corpus"]


def made(n: int, version: int = 0) -> Article:
    """An article of its own words, so that a change shows."""
    text = (
        f"Ngày {n % 28 + 1}/3, đồng chí Vàng Seo Số{n}, Phó Chủ tịch huyện Mường {n}, chủ trì cuộc họp bàn việc thứ {n * 7}. "
        f"Huyện có {n * 13 + version} hộ thuộc diện hỗ trợ, {n * 3} xã đã lập danh sách."
    )
    return Article(id=f"a{n}", text=text, title=f"Họp bàn việc {n}", source="Báo Lam Giang")


def asked(store: Store, encoder: Encoder, question: str) -> list[tuple[str, float]]:
    generation = store.open(encoder)
    hits = Searcher(generation, encoder).search(Query.of(question), 5)
    return [(generation.article(h.article).id, round(h.score, 4)) for h in hits]


@pytest.fixture(scope="module")
def many() -> list[Article]:
    return [made(n) for n in range(120)]


def test_a_change_writes_a_segment_of_what_is_new(tmp_path: Path, encoder: Encoder, many: list[Article]) -> None:
    store = Store(tmp_path)
    store.publish(many, encoder)
    before = store.open(encoder)
    edited = [made(3, version=1), *many[:3], *many[5:], made(500)]
    store.publish(edited, encoder)
    after = store.open(encoder)
    assert after.id != before.id
    assert [len(s) for s in after.segments] == [120, 2]
    assert after.segments[0] is before.segments[0]
    assert {a.id: a for a in after.articles()} == {a.id: a for a in edited}
    assert len(after) == len(edited) == 120
    assert after.row("a4") is None
    assert asked(store, encoder, "huyện Mường 500 có bao nhiêu hộ")[0][0] == "a500"
    assert "a4" not in dict(asked(store, encoder, "Vàng Seo Số4 chủ trì việc gì"))
    assert "40 hộ" in after.article(after.row("a3") or 0).text
    assert not store.damages(after.id)
    assert store.publish(edited, encoder) == after.id, "nothing changed, so nothing is written"


def test_terms_are_counted_of_what_is_there_alone(tmp_path: Path, encoder: Encoder, many: list[Article]) -> None:
    store = Store(tmp_path / "grown")
    store.publish(many, encoder)
    store.publish([*many[10:], made(200)], encoder)
    grown = store.open(encoder)
    whole = Store(tmp_path / "whole")
    whole.rebuild([*many[10:], made(200)], encoder)
    keys = np.array([term_key(w) for w in ("ho", "so4", "so50", "so200", "muong_50", "khong")], np.uint32)
    assert grown.counts(keys).tolist() == whole.open(encoder).counts(keys).tolist()
    assert np.allclose(grown.rarity(keys), whole.open(encoder).rarity(keys))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sets(st.integers(0, 119), max_size=6), st.sets(st.integers(120, 160), max_size=5), st.integers(1, 9)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_edits_end_in_the_corpus_that_was_given_and_compacted_rank_as_built_whole(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, edits: list[tuple[set[int], set[int], int]]
) -> None:
    store = Store(tmp_path_factory.mktemp("edited"))
    corpus = {n: made(n) for n in range(120)}
    store.publish(list(corpus.values()), encoder)
    for gone, new, version in edits:
        for n in gone:
            if n % 2:
                corpus.pop(n, None)
            else:
                corpus[n] = made(n, version)
        corpus |= {n: made(n, version) for n in new}
        store.publish(list(corpus.values()), encoder)
        assert {a.id: a for a in store.open(encoder).articles()} == {a.id: a for a in corpus.values()}
    questions = [f"huyện Mường {n} có bao nhiêu hộ" for n in (2, 4, 121, 130) if n in corpus]
    grown = [asked(store, encoder, q) for q in questions]
    whole = Store(tmp_path_factory.mktemp("whole"))
    whole.rebuild(list(store.open(encoder).articles()), encoder)
    expected = [asked(whole, encoder, q) for q in questions]
    assert [g[0][0] for g in grown] == [e[0][0] for e in expected], "the first does not drift"
    store.rebuild(list(store.open(encoder).articles()), encoder)
    assert [asked(store, encoder, q) for q in questions] == expected


def test_many_segments_are_written_as_one(tmp_path: Path, encoder: Encoder, many: list[Article]) -> None:
    store = Store(tmp_path, kept=2)
    store.publish(many, encoder)
    assert store.compact(encoder) is None
    for n in range(17):
        store.change(Change((made(1000 + n),), ()), encoder)
    before = store.open(encoder)
    assert len(before.segments) == 18
    assert store.compact(encoder) is not None
    after = store.open(encoder)
    assert len(after.segments) == 1
    assert [a.id for a in after.articles()] == [a.id for a in before.articles()]
    assert before.manifest["corpus"] == after.manifest["corpus"]


def test_a_rollback_brings_the_version_before(store: Store, encoder: Encoder) -> None:
    first = str(store.current_id())
    store.publish(MORE, encoder)
    assert store.rollback(first, encoder) == first
    assert [a.id for a in store.open(encoder).articles()] == ["a", "b"]
    assert [g.in_force for g in store.generations()] == [True, False]
    with pytest.raises(GenerationError, match="no generation"):
        store.rollback("20000101-000000", encoder)


def test_a_rollback_to_a_damaged_generation_is_refused(store: Store, encoder: Encoder) -> None:
    first = str(store.current_id())
    second = store.publish(MORE, encoder)
    path = store.folder / first / "removed.npz"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(GenerationError, match="damaged"):
        Store(store.data).rollback(first, encoder)
    assert store.current_id() == second


def test_where_the_one_in_force_is_damaged_the_one_before_serves(store: Store, encoder: Encoder) -> None:
    first = str(store.current_id())
    second = store.publish(MORE, encoder)
    path = store.folder / second / "removed.npz"
    path.write_bytes(b"")
    fresh = Store(store.data)
    assert fresh.open_whole(encoder).id == first
    with pytest.raises(GenerationError):
        fresh.open(encoder)


def test_the_manifest_of_another_folder_is_damage(store: Store, encoder: Encoder) -> None:
    first = str(store.current_id())
    second = store.publish(MORE, encoder)
    (own,) = json.loads((store.folder / second / "manifest.json").read_text(encoding="utf-8"))["segments"]
    for other in (store.folder / first, store.segments / own):
        path = store.folder / second / "manifest.json"
        whole = path.read_bytes()
        path.write_bytes((other / "manifest.json").read_bytes())
        fresh = Store(store.data)
        assert fresh.damages(second) == [path]
        assert fresh.open_whole(encoder).id == first
        path.write_bytes(whole)


def test_what_a_crash_left_is_cleaned_by_the_next_writer(store: Store, encoder: Encoder) -> None:
    for path in (store.folder / ".building-x", store.segments / ".building-y", store.segments / "20000101-orphan"):
        path.mkdir()
        (path / "half").touch()
    (store.data / ".current.1").touch()
    store.publish(MORE, encoder)
    left = [*store.folder.iterdir(), *store.segments.iterdir(), *store.data.glob(".current.*")]
    assert not [p for p in left if "building" in p.name or "orphan" in p.name or ".current" in p.name]
    assert len(store.open(encoder)) == 3


def test_too_little_disk_is_told_before_anything_is_written(
    store: Store, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10 << 20))
    with pytest.raises(GenerationError, match="10 MB free"):
        store.publish(MORE, encoder)
    assert len(store.ids()) == 1
