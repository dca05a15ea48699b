"""Courtesy and the numbers of lines are no part of a question; a message may hold several."""

import pytest

from retrieval.splitting import questions_in, without_courtesy


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("ad ơi cho em hỏi ai chủ trì họp giao ban ạ", "ai chủ trì họp giao ban ạ"),
        ("chào bạn, ai chủ trì họp giao ban", "ai chủ trì họp giao ban"),
        ("Dạ cho em hỏi ạ: họp ở đâu", "họp ở đâu"),
        ("alo cho hoi ai chu tri", "ai chu tri"),
        ("Xin cho hỏi Hội Nông dân được giao việc gì", "Hội Nông dân được giao việc gì"),
        ("Chào mừng 30/4 có hoạt động gì", "Chào mừng 30/4 có hoạt động gì"),
        ("Anh Sơn là ai", "Anh Sơn là ai"),
        ("Ba Bể họp ở đâu", "Ba Bể họp ở đâu"),
        ("chào ad", "chào ad"),
        ("2. họp ở đâu", "họp ở đâu"),
        ("29.12 họp ở đâu", "29.12 họp ở đâu"),
    ],
)
def test_courtesy_is_no_part_of_a_question(typed: str, question: str) -> None:
    assert without_courtesy(typed) == question


def test_a_numbered_list_of_questions() -> None:
    assert questions_in("chào ad\n1. ai chủ trì họp giao ban?\n2. họp ở đâu?") == [
        "ai chủ trì họp giao ban?",
        "họp ở đâu?",
    ]


def test_lines_without_marks_are_questions_too() -> None:
    assert questions_in("1. ai chủ trì họp giao ban\n2. họp ở đâu\n3. mấy giờ họp") == [
        "ai chủ trì họp giao ban",
        "họp ở đâu",
        "mấy giờ họp",
    ]
    assert questions_in("ai chủ trì\nhọp giao ban") == ["ai chủ trì\nhọp giao ban"]
