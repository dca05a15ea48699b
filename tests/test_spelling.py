"""Slips of the fingers are mended where only one word can be meant, and nowhere else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library import Library
from retrieval.answers.types import Answer
from retrieval.encoding import Encoder
from retrieval.engine import Engine
from retrieval.spelling import mended


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ai chủ trì hội ngị giao ban dân vận", "ai chủ trì hội nghị giao ban dân vận"),
        ("hội nghị giao ban côgn tác dân vận", "hội nghị giao ban công tác dân vận"),
        ("ubnd tỉh lam giang giao nhữg việc gì", "ubnd tỉnh lam giang giao những việc gì"),
        ("phó chủ tịc ubnd tỉnh", "phó chủ tịch ubnd tỉnh"),
        ("sở y tế fải làm gì", "sở y tế phải làm gì"),
        ("cac huyen bao caoo truoc ngay nao", "cac huyen bao cao truoc ngay nao"),
    ],
)
def test_a_letter_too_few_or_changed_over_is_mended(engine: Engine, typed: str, meant: str) -> None:
    assert mended(typed, engine.generation) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Ông Hàgn nói gì ở tỉnh Lam Giang?",  # a capital: a name, or a word of another language
        "ca nhiem sars-cov-2 dau tien",
        "chi so dci la bao nhieu",
        "ai dung app de bao su co",
        "xyzw qrst",
        "",
    ],
)
def test_what_may_be_something_else_is_left(engine: Engine, typed: str) -> None:
    assert mended(typed, engine.generation) == typed


def test_a_name_is_asked_about_not_mended(tmp_path: Path, encoder: Encoder) -> None:
    """`văn thanh` stands in the news often enough for `thanhh` to be mended, but for the man of that name whom an article has."""
    (tmp_path / "a.md").write_text("---\ntitle: Họp\n---\nÔng Lò Văn Thanh họp ở xã Nậm Cắt.\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("---\ntitle: Họp\n---\nÔng Tạ Quang Minh họp ở xã Nậm Cắt.\n", encoding="utf-8")
    for article, told in (("a.md", "lo van thanhh noi gi"), ("b.md", "lo van thanh noi gi")):
        library = Library(tmp_path / f"data-{article}", encoder)
        library.index([tmp_path / article])
        assert mended("lo van thanhh noi gi", library.engine().generation) == told


def test_what_is_assumed_is_said(engine: Engine) -> None:
    reply = engine.ask("ai chủ trì hội ngị giao ban công tác dân vận quý I ở tỉnh Lam Giang?")
    assert reply.interpretation == "Hiểu là: ai chủ trì hội nghị giao ban công tác dân vận quý I ở tỉnh Lam Giang?"
    asked_well = engine.ask("ai chủ trì hội nghị giao ban công tác dân vận quý I ở tỉnh Lam Giang?")
    assert asked_well.interpretation is None
    assert isinstance(reply, Answer)
    assert isinstance(asked_well, Answer)
    assert reply.text == asked_well.text


def test_the_question_before_is_mended_too(engine: Engine) -> None:
    before = "ai chủ trì hội ngị giao ban công tác dân vận quý I ở tỉnh Lam Giang?"
    assert engine.ask("Ai dự?", before).interpretation == f"Hiểu là: {before.replace('ngị', 'nghị')} → Ai dự?"


def test_no_well_written_question_is_changed(engine: Engine) -> None:
    questions = Path(__file__).parent / "province" / "questions.jsonl"
    for line in questions.read_text(encoding="utf-8").split("\n"):
        if line and json.loads(line)["style"] != "typo":
            question = json.loads(line)["question"]
            assert mended(question, engine.generation) == question


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếỗựfjwz -,?1", max_size=60))
def test_any_text_is_mended_word_by_word(engine: Engine, typed: str) -> None:
    assert len(mended(typed, engine.generation).split()) == len(typed.split())


def test_two_slips_side_by_side_are_mended(engine: Engine) -> None:
    assert mended("hội ngị giao bann dân vận", engine.generation) == "hội nghị giao ban dân vận"
    assert mended("công tyy xử lyý", engine.generation) == "công ty xử lý"


def test_a_word_longer_than_any_syllable_is_not_looked_at(engine: Engine) -> None:
    typed = "ai chu tri " + 1_900 * "a"
    assert mended(typed, engine.generation) == typed
