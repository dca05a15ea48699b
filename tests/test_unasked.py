"""Whom a question names itself is no answer to whom it asks for."""

from pathlib import Path

import pytest

from retrieval.answers.compose import unasked
from retrieval.answers.types import Answer, Item
from retrieval.encoding import Encoder
from retrieval.engine import Engine
from retrieval.questions import understand
from tests.reading import asker

ARTICLE = """---
title: Đoàn thanh tra làm việc ở Nậm Cắt
published_at: 2024-05-06
---
Sáng 6/5, ông Vi Đình Lộc, Trưởng đoàn thanh tra tỉnh Lam Giang, công bố quyết định thanh tra trang trại của ông Khổng Minh Tước ở xã Nậm Cắt.
Buổi công bố có ông Khổng Minh Tước và bà Đàm Thị Thoa, Chủ tịch UBND xã Nậm Cắt, tham dự.
"""


@pytest.mark.parametrize(
    ("question", "told", "untold"),
    [
        ("Trưởng đoàn thanh tra trang trại của ông Khổng Minh Tước ở Nậm Cắt là ai?", "Vi Đình Lộc", "Khổng Minh Tước"),
        ("Ngoài ông Tước, ai dự buổi công bố thanh tra ở Nậm Cắt?", "Đàm Thị Thoa", "Khổng Minh Tước"),
    ],
)
def test_who_is_named_in_the_question_is_not_told(
    tmp_path: Path, encoder: Encoder, question: str, told: str, untold: str
) -> None:
    reply = asker(tmp_path, encoder, ARTICLE)(question)
    assert isinstance(reply, Answer)
    assert told in reply.text
    assert untold not in reply.text


@pytest.mark.parametrize(
    ("question", "told", "left"),
    [
        ("Ai dự cùng ông Vi Đình Lộc?", ["Vi Đình Lộc", "Đàm Thị Thoa"], ["Đàm Thị Thoa"]),
        ("ai du cung vi dinh loc", ["Vi Đình Lộc", "Đàm Thị Thoa"], ["Đàm Thị Thoa"]),
        ("Ngoài ông Lộc còn ai?", ["Vi Đình Lộc", "Đàm Thị Thoa"], ["Đàm Thị Thoa"]),
        ("Ai dự lễ trao danh hiệu Anh hùng lao động?", ["Nguyễn Mạnh Hùng", "Lê Đạo"], ["Nguyễn Mạnh Hùng", "Lê Đạo"]),
        ("Ai chỉ đạo ở huyện Anh Sơn?", ["Trần Văn Sơn", "Lê Đạo"], ["Trần Văn Sơn", "Lê Đạo"]),
        ("Vi Đình Lộc ở Lam Giang là ai?", ["Vi Đình Lộc", "Đàm Thị Thoa"], ["Vi Đình Lộc", "Đàm Thị Thoa"]),
        ("Có phải ông Vi Đình Lộc dự không?", ["Vi Đình Lộc", "Đàm Thị Thoa"], ["Vi Đình Lộc", "Đàm Thị Thoa"]),
        ("Ông Vi Đình Lộc gặp ai?", ["Vi Đình Lộc"], ["Vi Đình Lộc"]),
    ],
)
def test_those_named_are_left_out_where_others_are_told(question: str, told: list[str], left: list[str]) -> None:
    people = [Item(name, 0, 0, len(name)) for name in told]
    assert [item.text for item in unasked(understand(question), people)] == left


@pytest.mark.parametrize(
    "question",
    [
        "Có phải ông Vi Đình Lộc là trưởng đoàn thanh tra tỉnh Lam Giang không?",
        "vi dinh loc lam truong doan thanh tra tinh lam giang phai khong",
        "Vi Đình Lộc giữ chức giám đốc sở, đúng không?",
    ],
)
def test_an_office_to_be_confirmed_is_told_of_whom_it_is_asked(tmp_path: Path, encoder: Encoder, question: str) -> None:
    reply = asker(tmp_path, encoder, ARTICLE)(question)
    assert isinstance(reply, Answer)
    assert reply.items[0].role == "Vi Đình Lộc"
    assert reply.text == "Trưởng đoàn thanh tra tỉnh Lam Giang"


def test_a_chair_to_be_confirmed_is_told(engine: Engine) -> None:
    reply = engine.ask("Có phải ông Tạ Quang Hiển chủ trì hội nghị giao ban công tác dân vận quý I năm 2024 không?")
    assert isinstance(reply, Answer)
    assert reply.text == "Tạ Quang Hiển"
