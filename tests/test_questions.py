"""What a question asks for: by which words, and what sort of thing answers it."""

import numpy as np
import pytest

from retrieval.answers.blank import Blank
from retrieval.answers.wants import wanted
from retrieval.questions import asking, asks_whether_chaired, understand


@pytest.mark.parametrize(
    ("question", "cue"),
    [
        ("Ai dẫn đầu đoàn kiểm tra tại Mường Then?", "ai"),
        ("ai dan dau doan kiem tra o dau", "o_dau"),
        ("người đứng đầu Sở Nội vụ Lam Giang", "nguoi"),
        ("chủ đầu tư chung cư Mường Then", ""),
        ("Cuộc họp diễn ra ở đâu?", "o_dau"),
        ("Nhà máy may Lam Giang ở xã nào?", "xa_nao"),
        ("máy bơm Suối Rạc hỏng", ""),
        ("mấy hộ phải dời đi", "may"),
        ("Bao nhiều người dự?", "bao_nhieu"),
    ],
)
def test_what_is_written_otherwise_does_not_ask(question: str, cue: str) -> None:
    """`đầu` is not `đâu`, nor `máy` `mấy`; who types no diacritics is taken at the word."""
    assert understand(question).cue.word == cue


def test_as_many_syllables_ask_as_there_are() -> None:
    for question in ("Ai dẫn đầu đoàn?", "hop o dau, may gio", "Sao UBND TP.HCM chậm?", ""):
        found = understand(question)
        assert len(found.asking) == len(found.syllables)
    assert asking("Ai dẫn đầu đoàn ở đâu") == ["ai", "dan", "đầu", "doan", "o", "dau"]


def test_the_blank_is_where_the_question_asks() -> None:
    found = understand("Ai dẫn đầu đoàn kiểm tra?")
    column = {word: at for at, word in enumerate(found.syllables)}
    blank = Blank.of(found.asking, found.syllables, column, np.ones(len(column), np.float32))
    assert blank is not None
    assert blank.before == ()
    assert blank.after == tuple(column[w] for w in ("dan", "dau", "doan", "kiem", "tra"))


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("Ai dẫn đầu đoàn kiểm tra tại Mường Then?", "person"),
        ("Những đại biểu nào chất vấn Giám đốc Sở Nội vụ Lam Giang?", "person"),
        ("Phó chủ tịch UBND tỉnh Lam Giang nào ký công văn?", "person"),
        ("đại tá công an nào ở Lam Giang ký công văn?", "person"),
        ("Hội nào đứng ra tổ chức giải?", "body"),
        ("cơ quan ban hành quy chế họp", "body"),
        ("Hộ nào được nhận quà?", "clause"),
        ("Tập đoàn nào làm dự án cầu Mường Then?", "body"),
        ("cơ quan nào thanh tra bến xe Mường Then", "body"),
        ("Cuộc họp diễn ra ở đâu?", "place"),
        ("Cầu Mường Then hết bao nhiêu tiền?", "money"),
    ],
)
def test_what_sort_of_thing_answers(question: str, what: str) -> None:
    assert wanted(understand(question)) == what


def test_what_stands_beside_the_words_that_ask_is_folded() -> None:
    """It is looked for in sentences, which are."""
    found = understand("Bệnh viện Lam Giang nhận bao nhiêu máy thở?")
    assert (found.cue.unit, found.cue.word) == ("may", "bao_nhieu")


@pytest.mark.parametrize(
    ("question", "is_chair"),
    [
        ("Có phải ông Tạ Quang Hiển chủ trì hội nghị giao ban ngày 28/3 không?", True),
        ("ông Mùa A Sơn chủ trì hội nghị phải không?", True),
        ("Hội nghị do ông Hiển chủ trì diễn ra ngày 28/3 phải không?", False),
        ("Sở Y tế chủ trì có dùng ngân sách bao nhiêu", False),
        ("Cuộc họp ông Hiển chủ trì diễn ra khi nào, có đúng 28/3 không", False),
    ],
)
def test_whether_somebody_chaired_is_a_question_about_the_chair(question: str, *, is_chair: bool) -> None:
    assert asks_whether_chaired(understand(question)) is is_chair


def test_what_a_follow_up_leaves_out_is_what_the_last_turn_asked() -> None:
    before = "Ai chủ trì hội nghị giao ban? Hội Nông dân được giao nhiệm vụ gì"
    assert understand("còn Hội Phụ nữ", before).kind == "task"
    assert understand("còn Hội Phụ nữ", f"{before}? còn Đoàn thanh niên").kind == "task"
    assert understand("còn Hội Phụ nữ", "Hội Phụ nữ họp? Ai chủ trì hội nghị giao ban").kind == "chair"
