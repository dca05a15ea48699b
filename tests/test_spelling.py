"""Slips of the fingers are mended where only one word can be meant, and nowhere else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answers.types import Answer
from retrieval.engine import Engine
from retrieval.spelling import mended
from retrieval.vietnamese.text import folds


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


def test_a_name_is_asked_about_not_mended(engine: Engine) -> None:
    name = next(n for n in ("Lò Văn Tiến", "Tạ Quang Hiển", "Đàm Thị Thoa") if _near(engine, n))
    slip = " ".join((*folds(name)[:-1], folds(name)[-1] + "p"))
    assert mended(f"{slip} nua", engine.generation) == f"{slip} nua"


def _near(engine: Engine, name: str) -> bool:
    return any(name in article.text for article in engine.generation.articles())


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
