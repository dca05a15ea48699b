"""Sentences and passages: offsets slice back, and abbreviations do not end a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.passages import passages, sentences


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Họp tại TP. Lam Giang. Ông Sơn dự.", ["Họp tại TP. Lam Giang.", "Ông Sơn dự."]),
        ("ThS. Mai và PGS.TS. Hà nói. Xong.", ["ThS. Mai và PGS.TS. Hà nói.", "Xong."]),
        ("Lễ 30.4 chi 1.700 tỷ đồng. Ảnh: N.H", ["Lễ 30.4 chi 1.700 tỷ đồng.", "Ảnh: N.H"]),
        ("Văn minh đô thị.Phường Một đạt chuẩn.", ["Văn minh đô thị.", "Phường Một đạt chuẩn."]),
        ("Còn thiếu vốn… Tỉnh sẽ bổ sung!", ["Còn thiếu vốn…", "Tỉnh sẽ bổ sung!"]),
        ("Dòng một\nDòng hai", ["Dòng một", "Dòng hai"]),
        ("   \n\n  ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, pieces: list[str]) -> None:
    assert [text[a:b] for a, b in sentences(text)] == pieces


def test_clauses_end_at_semicolons() -> None:
    text = "Giao Ban Dân vận tham mưu hội thi; Tỉnh đoàn xây mười căn nhà; rồi thôi."
    assert len(sentences(text)) == 1
    assert len(sentences(text, clauses=True)) == 3


@given(st.text(alphabet='aăĐ .;!?…\n“”"()TPhS0123456789', max_size=300))
def test_sentences_and_passages_cover_the_text(text: str) -> None:
    """Every letter stands in a sentence, every sentence in a passage, and nothing overlaps out of order."""
    spans = sentences(text, clauses=True)
    assert spans == sorted(spans)
    assert all(a < b and text[a:b] == text[a:b].strip() for a, b in spans)
    assert sum(c.isalnum() for a, b in spans for c in text[a:b]) == sum(c.isalnum() for c in text)
    windows = passages(text)
    assert all(any(a <= start and end <= b for a, b in windows) for start, end in spans)
