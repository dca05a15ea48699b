"""What editors take back stays back: over reloads, rollbacks and rebuilds; and every act is on record."""

import json
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin import Desk, Gone, Person, report
from bot.assistant import Assistant
from bot.library import Indexed, Library
from bot.messages import Incoming
from retrieval.answers.span_readers.reading import passages
from retrieval.answers.types import Answer, NotFound
from retrieval.corrections import CorrectionsFile
from retrieval.encoding import Encoder
from retrieval.errors import CorpusError, GenerationError
from retrieval.journal import Journal
from retrieval.readers import Unread
from tests.conftest import PROVINCE
from tests.reading import context_of

ARTICLES = PROVINCE / "articles"
MEETING = "giao-ban-thang-3.md"
QUESTION = "Ai chủ trì hội nghị giao ban công tác dân vận quý I?"
EDITOR = Person("test", "editor")


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder) -> Library:
    library = Library(tmp_path, encoder)
    library.index([ARTICLES])
    return library


@pytest.fixture
def desk(library: Library) -> Desk:
    return Desk(library, [ARTICLES])


def bytes_hold(folder: Path, words: str) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and words.encode() in p.read_bytes()]


def test_a_withdrawn_article_never_answers_and_is_kept_for_inspection(library: Library, desk: Desk) -> None:
    assert isinstance(library.engine().ask(QUESTION), Answer)
    desk.remove(EDITOR, MEETING, "sai tên người chủ trì")
    for _ in range(2):
        reply = library.engine().ask(QUESTION)
        assert isinstance(reply, NotFound)
        assert MEETING not in {s.article_id for s in reply.suggestions}
        assert MEETING not in {
            library.engine().generation.article(h.article).id for h in library.engine().search(QUESTION)
        }
        desk.reload(EDITOR)
    kept = library.engine().generation.withdrawn(MEETING)
    assert kept is not None
    assert "Tạ Quang Hiển" in kept.text
    assert library.engine().generation.row(MEETING) is None
    desk.restore(EDITOR, MEETING)
    assert isinstance(library.engine().ask(QUESTION), Answer)


def test_lists_and_offices_are_silent_about_a_withdrawn_article(library: Library, desk: Desk) -> None:
    assert isinstance(library.engine().ask("liệt kê các cuộc họp Tạ Quang Hiển chủ trì"), Answer)
    desk.remove(EDITOR, MEETING)
    assert isinstance(library.engine().ask("liệt kê các cuộc họp Tạ Quang Hiển chủ trì"), NotFound)
    assert isinstance(library.engine().ask("Tạ Quang Hiển là ai?"), NotFound)


def test_a_rollback_brings_no_withdrawn_article_back(library: Library, desk: Desk, tmp_path: Path) -> None:
    first = library.engine().generation.id
    extra = tmp_path / "extra.md"
    extra.write_text("Huyện Ba Khe khánh thành 3 cầu treo trong tháng 5.\n", encoding="utf-8")
    desk.add(EDITOR, [extra])
    desk.remove(EDITOR, MEETING)
    assert first in desk.rollback(EDITOR)
    assert library.engine().generation.id == first
    assert isinstance(library.engine().ask(QUESTION), NotFound)


def test_an_erased_article_leaves_no_byte_and_is_not_loaded_again(library: Library, desk: Desk) -> None:
    words = "vận động hội viên hiến đất"
    assert bytes_hold(library.store.data, words)
    desk.erase(EDITOR, MEETING)
    assert not bytes_hold(library.store.data, words)
    assert isinstance(library.engine().ask(QUESTION), NotFound)
    assert "đã bị biên tập viên xóa hẳn" in desk.reload(EDITOR)
    assert library.engine().generation.any_row(MEETING) is None
    assert not bytes_hold(library.store.data, words)


def test_words_that_are_held_back_are_in_no_quote(library: Library, desk: Desk) -> None:
    quote = "đồng chí Tạ Quang Hiển, Phó Bí thư Thường trực Tỉnh ủy Lam Giang, chủ trì hội nghị"
    desk.hold(EDITOR, MEETING, quote)
    reply = library.engine().ask(QUESTION)
    quoted = [c.quote for c in reply.citations] if isinstance(reply, Answer) else [s.quote for s in reply.suggestions]
    assert not any(quote in q for q in quoted)
    other = library.engine().ask("Hội Nông dân được giao việc gì?")
    assert isinstance(other, Answer), "the rest of the article goes on answering"
    generation = library.engine().generation
    row = generation.first_passage(generation.row(MEETING) or 0)
    shown = desk.passage(generation.id, str(row))
    assert not isinstance(shown, Gone)
    assert quote not in "".join(shown.parts)
    desk.release(EDITOR, MEETING)
    assert isinstance(library.engine().ask(QUESTION), Answer)


def test_what_cannot_be_done_says_why(desk: Desk) -> None:
    with pytest.raises(CorpusError, match="no article has the id 'x'"):
        desk.remove(EDITOR, "x")
    with pytest.raises(CorpusError, match="do not stand in"):
        desk.hold(EDITOR, MEETING, "không có câu này")
    with pytest.raises(CorpusError, match="is not withdrawn"):
        desk.restore(EDITOR, MEETING)
    with pytest.raises(GenerationError, match="no version before"):
        desk.rollback(EDITOR)
    assert [(a["act"], a["outcome"][:6]) for a in desk.audit()] == [
        ("withdraw", "failed"), ("hold", "failed"), ("restore", "failed"), ("rollback", "failed"),
    ]  # fmt: skip


def test_an_added_article_is_there_after_a_reload(library: Library, desk: Desk, tmp_path: Path) -> None:
    extra = tmp_path / "extra.md"
    extra.write_text("Huyện Ba Khe khánh thành 3 cầu treo trong tháng 5.\n", encoding="utf-8")
    desk.add(EDITOR, [extra])
    extra.unlink()
    for _ in range(2):
        answer = library.engine().ask("Huyện Ba Khe khánh thành bao nhiêu cầu treo?")
        assert isinstance(answer, Answer)
        assert answer.text.startswith("3 cầu")
        desk.reload(EDITOR)


def test_two_changes_at_once_are_not_mixed(desk: Desk) -> None:
    with desk._act(EDITOR, "reload"), pytest.raises(GenerationError, match="under way"):
        desk.reload(EDITOR)


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3), max_size=5), st.binary(max_size=30)
)
def test_a_journal_outlives_a_line_that_was_cut_short(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], torn: bytes
) -> None:
    journal = Journal(tmp_path_factory.mktemp("journal") / "j.jsonl")
    for row in rows:
        journal.append(row)
    with journal.path.open("ab") as file:
        file.write(torn.replace(b"\n", b""))
    assert journal.rows() == rows
    journal.append({"last": "đây"})
    assert journal.rows() == [*rows, {"last": "đây"}]


def test_the_corrections_of_another_process_are_seen(tmp_path: Path) -> None:
    one, other = (CorrectionsFile(tmp_path / "corrections.jsonl") for _ in range(2))
    assert one.now().hidden == frozenset()
    other.record("withdraw", "a", by="x")
    assert one.now().withdrawn == {"a"}
    other.record("restore", "a", by="x")
    assert one.now().hidden == frozenset()
    for act in ("withdraw", "restore", "withdraw"):  # within one second
        other.record(act, "b", by="x")
    assert one.now().withdrawn == {"b"}
    assert [json.loads(line)["act"] for line in (tmp_path / "corrections.jsonl").read_text().splitlines()] == [
        "withdraw",
        "restore",
        "withdraw",
        "restore",
        "withdraw",
    ]


def test_a_correction_is_shown_with_what_it_corrects(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text(
        "---\ntitle: Ba Khe khánh thành ba cầu treo\npublished_at: 2024-05-02\n---\nHuyện Ba Khe khánh thành 3 cầu treo trong tháng 5.\n",
        encoding="utf-8",
    )
    (folder / "b.md").write_text(
        "---\ntitle: Đính chính\npublished_at: 2024-05-04\n---\nTrong bài “Ba Khe khánh thành ba cầu treo”, số cầu đúng là 2 cầu.\n",
        encoding="utf-8",
    )
    (folder / "c.md").write_text("Huyện Mường Then có 14 xã đạt chuẩn.\n", encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([folder])
    answer = library.engine().ask("Huyện Ba Khe khánh thành bao nhiêu cầu treo trong tháng 5?")
    assert isinstance(answer, Answer)
    assert answer.note is not None
    assert (
        "có đính chính ngày 04/05/2024: Trong bài “Ba Khe khánh thành ba cầu treo”, số cầu đúng là 2 cầu."
        in answer.note
    )
    other = library.engine().ask("Huyện Mường Then có bao nhiêu xã đạt chuẩn?")
    assert isinstance(other, Answer)
    assert other.note is None


def test_a_withdrawal_holds_while_the_generation_in_force_is_damaged(library: Library, encoder: Encoder) -> None:
    first = library.engine().generation.id
    library.store.publish([*library.engine().generation.articles()][:4], encoder)
    path = library.store.folder / str(library.store.current_id()) / "removed.npz"
    path.write_bytes(b"")
    fresh = Library(library.store.data, encoder)
    assert fresh.engine().generation.id == first
    fresh.withdraw(MEETING, by="test")
    assert isinstance(fresh.engine().ask(QUESTION), NotFound)
    with pytest.raises(GenerationError):
        library.refresh()
    assert library.refresh(), "the correction is taken up although the generation is not"
    assert isinstance(library.engine().ask(QUESTION), NotFound)


def test_articles_can_be_added_to_no_corpus_at_all(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path / "data", encoder)
    desk = Desk(library, [])
    (tmp_path / "a.md").write_text("Huyện Ba Khe khánh thành 3 cầu treo trong tháng 5.\n", encoding="utf-8")
    assert "Đã thêm 1 bài" in desk.add(EDITOR, [tmp_path / "a.md"])
    assert isinstance(library.engine().ask("Huyện Ba Khe khánh thành bao nhiêu cầu treo?"), Answer)


def test_a_reload_that_finds_nothing_forgets_nothing(library: Library, tmp_path: Path) -> None:
    (tmp_path / "unmounted").mkdir()
    before = library.engine().generation.id
    with pytest.raises(CorpusError, match="no article was loaded"):
        Desk(library, [tmp_path / "unmounted"]).reload(EDITOR)
    assert library.store.current_id() == before


def test_of_an_id_that_comes_twice_in_a_file_the_first_is_taken(library: Library, desk: Desk, tmp_path: Path) -> None:
    rows = [{"id": "x", "text": f"Huyện Ba Khe khánh thành {n} cầu treo."} for n in (3, 4)]
    path = tmp_path / "twice.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    assert "đã có ở" in desk.add_file(EDITOR, path, "twice.jsonl")
    desk.remove(EDITOR, "x")
    assert isinstance(library.engine().ask("Huyện Ba Khe khánh thành bao nhiêu cầu treo?"), NotFound)


def test_what_is_not_in_force_is_erased_too(library: Library, desk: Desk, tmp_path: Path) -> None:
    extra = tmp_path / "extra.md"
    extra.write_text("Huyện Ba Khe khánh thành 3 cầu treo trong tháng 5.\n", encoding="utf-8")
    first = library.engine().generation.id
    desk.add(EDITOR, [extra])
    desk.hold(EDITOR, "extra.md", "3 cầu treo")
    extra.unlink()
    desk.rollback(EDITOR, first)
    desk.remove(EDITOR, "extra.md", "sai")
    desk.erase(EDITOR, "extra.md")
    assert not bytes_hold(library.store.data, "3 cầu treo")
    desk.erase(EDITOR, "extra.md")
    desk.reload(EDITOR)
    assert not bytes_hold(library.store.data, "3 cầu treo")


def test_what_cannot_be_put_in_force_is_not_kept(library: Library, desk: Desk, tmp_path: Path) -> None:
    extra = tmp_path / "extra.md"
    extra.write_text("Huyện Ba Khe khánh thành 3 cầu treo trong tháng 5.\n", encoding="utf-8")
    elsewhere = Library(library.store.data, library.encoder)
    with elsewhere.store.writing(), pytest.raises(GenerationError, match="is writing"):
        desk.add(EDITOR, [extra])
    assert not list((library.store.data / "added").glob("*.json"))


def test_a_withdrawal_waits_for_no_reload(library: Library, desk: Desk) -> None:
    with desk._act(EDITOR, "reload"):
        desk.remove(EDITOR, MEETING)
        assert isinstance(library.engine().ask(QUESTION), NotFound)
        with pytest.raises(GenerationError, match="under way"):
            desk.rollback(EDITOR)
    assert [a["outcome"] for a in desk.audit()] == ["done", "failed: another change was under way", "done"]


def test_a_withdrawal_needs_nothing_of_the_disk_but_the_record(library: Library, desk: Desk) -> None:
    assert isinstance(library.engine().ask(QUESTION), Answer)
    shutil.rmtree(library.store.folder)
    desk.remove(EDITOR, MEETING)
    assert isinstance(library.engine().ask(QUESTION), NotFound)


def test_the_sources_of_an_answer_go_with_its_article(library: Library, desk: Desk) -> None:
    assistant = Assistant(library)
    assistant.answer(Incoming("test", "1", QUESTION))
    assert "Tạ Quang Hiển" in assistant.answer(Incoming("test", "1", "nguồn đâu")).words
    desk.remove(EDITOR, MEETING)
    assert assistant.sources("test", "1") is None
    assert "Tạ Quang Hiển" not in assistant.answer(Incoming("test", "1", "nguồn đâu")).words


def test_a_link_outlives_its_generation(library: Library, desk: Desk) -> None:
    reply = library.engine().ask(QUESTION)
    assert isinstance(reply, Answer)
    cited = reply.citations[0]
    link = ("20200101-000000-000-abcdef", cited.passage_id, cited.article_id, str(cited.start))
    shown = desk.passage(*link)
    assert not isinstance(shown, Gone)
    assert cited.quote in "".join(shown.parts)
    assert desk.passage(*link[:2]) is Gone.UNKNOWN
    assert desk.passage(*link[:3], "9" * 12) is Gone.UNKNOWN
    desk.remove(EDITOR, MEETING)
    assert desk.passage(*link) is Gone.WITHDRAWN


def test_held_words_are_in_no_title_and_on_no_page(tmp_path: Path, encoder: Encoder) -> None:
    words = "Chủ tịch xã Mường Ba bán đất công cho người nhà."
    (tmp_path / "a.txt").write_text(
        f"{words} Xã Mường Ba có 412 hộ trồng chè.\n"
        + "".join(f"Ngày {n} trời nắng {n + 20} độ, gió cấp {n % 5}, mưa {n * 3} mm.\n" for n in range(1, 31)),
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.txt"])
    desk = Desk(library, [])
    desk.hold(EDITOR, "a.txt", words)
    reply = library.engine().ask("Xã Mường Ba có bao nhiêu hộ trồng chè?")
    assert "bán đất công" not in json.dumps(reply.to_json(), ensure_ascii=False)
    generation = library.engine().generation
    context = context_of(library.engine(), "Xã Mường Ba có bao nhiêu hộ trồng chè?")
    assert "bán đất công" not in "".join(f"{p.title}{p.text}" for p in passages(context)), "no model is told them"
    for row in range(generation.passage_count):
        shown = desk.passage(generation.id, str(row))
        assert not isinstance(shown, Gone)
        assert "bán đất công" not in f"{shown.title}{''.join(shown.parts)}"
    assert desk.passage(generation.id, "9" * 5000) is Gone.UNKNOWN


def test_watched_files_are_reloaded_until_it_is_done(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text("Huyện Ba Khe khánh thành 3 cầu treo.\n", encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    desk = Desk(library, [folder])
    assert desk.reload_if_changed(EDITOR)
    assert desk.reload_if_changed(EDITOR) is None
    (folder / "b.md").write_text("Huyện Mường Then có 14 xã.\n", encoding="utf-8")
    with desk._act(EDITOR, "rollback"), pytest.raises(GenerationError):
        desk.reload_if_changed(EDITOR)
    assert desk.reload_if_changed(EDITOR), "what failed is tried again"
    assert len(library.engine().generation) == 2


def test_front_matter_with_days_breaks_no_reload(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.md").write_text(
        "---\nembargo_until: 2024-12-01\nupdated: 2024-05-02\n---\nHuyện Ba Khe có 3 cầu.\n", encoding="utf-8"
    )
    (tmp_path / "b.md").write_text("---\npublished_at: 2024-02-30\n---\nHuyện Mường Then có 14 xã.\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text('"id,text\n', encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    indexed = library.index([tmp_path])
    assert indexed.articles == 1
    assert len(indexed.unread) == 2


def test_an_id_is_the_same_however_its_letters_are_composed(library: Library, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("Huyện Ba Khe khánh thành 3 cầu treo.\n", encoding="utf-8")
    name = unicodedata.normalize("NFD", "Giao ban tháng 3.md")
    desk.add_file(EDITOR, path, name)
    assert desk.knows("Giao ban tháng 3.md")
    assert desk.knows(name)
    desk.remove(EDITOR, name)
    assert isinstance(library.engine().ask("Huyện Ba Khe khánh thành bao nhiêu cầu treo?"), NotFound)


def test_a_scrub_finds_what_rots_on_the_disk(library: Library, desk: Desk) -> None:
    assert desk.scrub() is None
    path = next(library.store.segments.rglob("vectors.faiss"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    told = desk.scrub()
    assert told is not None
    assert "vectors.faiss" in told


def test_no_restored_backup_brings_anything_back(tmp_path: Path, encoder: Encoder) -> None:
    data, copy = tmp_path / "data", tmp_path / "elsewhere" / "corrections.jsonl"
    library = Library(data, encoder, corrections_copy=copy)
    library.index([ARTICLES])
    shutil.copytree(data, tmp_path / "backup")
    library.withdraw("le-hoi-cau-mua.md", by="test")
    library.erase(MEETING, by="test")
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "backup", data)
    shutil.rmtree(tmp_path / "backup")

    restored = Library(data, encoder, corrections_copy=copy)
    assert isinstance(restored.engine().ask(QUESTION), NotFound)
    assert restored.engine().generation.withdrawn("le-hoi-cau-mua.md") is not None
    assert bytes_hold(data, "vận động hội viên hiến đất")
    assert restored.erase_again() == [MEETING]
    assert not bytes_hold(data, "vận động hội viên hiến đất")
    assert restored.erase_again() == []


def test_the_starter_corpus_takes_no_other_s_place(library: Library, tmp_path: Path) -> None:
    starter = tmp_path / "starter"
    starter.mkdir()
    (starter / "mau.md").write_text("Bài mẫu: xã Nậm Cắt có hai cầu.", encoding="utf-8")
    (starter / "README.md").write_text("Starter.", encoding="utf-8")
    desk = Desk(library, [starter], starter=starter)
    before = library.store.current_id()
    with pytest.raises(CorpusError, match="TINTINH_CORPUS"):
        desk.reload(EDITOR)
    assert library.store.current_id() == before
    # Who names it in his settings beside his own, or has nothing else, means it.
    assert "Thêm 1" in Desk(library, [ARTICLES, starter], starter=starter).reload(EDITOR)
    assert desk.reload(EDITOR)


def test_a_report_says_how_many_it_does_not_list() -> None:
    unread = [Unread(f"{n}.md", "the article has no text") for n in range(15)]
    told = report(Indexed("20261128-0900", 3, unread, []))
    assert "Bỏ qua 15 mục" in told
    assert told.endswith("… và 3 mục nữa.")
    assert "nữa" not in report(Indexed("20261128-0900", 3, unread[:12], []))
