"""A stretch of a sentence has its brackets and quotation marks in pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answers.paired import paired


def told(sentence: str, marked: str) -> str:
    start = sentence.index(marked)
    first, last = paired(sentence, (0, len(sentence)), start, start + len(marked))
    return sentence[first:last]


@pytest.mark.parametrize(
    ("sentence", "marked", "wanted"),
    [
        # Whose word it is stands behind the quotation.
        (
            '"Phải lát đá trước mùa mưa cho bà con đi lại", ông Nam nói với lãnh đạo xã.',
            'lát đá trước mùa mưa cho bà con đi lại", ông Nam nói',
            "lát đá trước mùa mưa cho bà con đi lại",
        ),
        ("“Rất nhanh”, văn bản của sở nêu.", "nhanh”, văn bản của sở nêu", "nhanh"),
        # The quotation began in a sentence before.
        ('Chưa ai đo đạc lại ", bà Lan cho hay.', 'đo đạc lại ", bà Lan cho hay', "đo đạc lại"),
        # The mark that is missing stands next to it, or a word or two away.
        ("Đã lát 12 km (40%) đường.", "40%", "40%"),
        ("Đã lát 12 km (40%) đường.", "40%) đường", "(40%) đường"),
        ("Đồi “vô tình” che hết lối đi.", "vô tình” che hết lối đi", "“vô tình” che hết lối đi"),
        ("Thu 608 tỷ đồng (chiếm 42,6% tổng thu của tỉnh).", "608 tỷ đồng (chiếm 42,6%", "608 tỷ đồng (chiếm 42,6% tổng thu của tỉnh)"),
        ("Có hai khu (khoảng 700 ha) cần đo.", "700 ha) cần đo", "(khoảng 700 ha) cần đo"),
        # The whole of it is meant where only the end of a bracket stands before.
        ("Từ ngày đầu năm của quý thứ nhất (áp dụng cho tất cả các xã từ 1/1/2021), sở rà soát quy chế.", "1/1/2021), sở rà soát quy chế", "sở rà soát quy chế"),
        # A mark that the sentence does not close.
        ("Ông nói: “Phải làm ngay con đường này.", "“Phải làm ngay", "Phải làm ngay"),
        ("Giao xã Lộc An lo việc này trước (theo.", "Giao xã Lộc An lo việc này trước (theo", "Giao xã Lộc An lo việc này trước"),
        # Nothing is missing, and a number with a bracket closes nothing.
        ("Gồm 1) xã Lộc An; 2) xã Lộc Bình.", "1) xã Lộc An", "1) xã Lộc An"),
        ('Gọi là "đường mới" (xã Lộc An).', '"đường mới" (xã Lộc An)', '"đường mới" (xã Lộc An)'),
    ],
)  # fmt: skip
def test_no_mark_is_without_the_other(sentence: str, marked: str, wanted: str) -> None:
    assert told(sentence, marked) == wanted


def test_what_would_take_too_much_stays() -> None:
    far = "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai"
    sentence = f"Xã “{far} ra sao” và {far} {far}."
    assert told(sentence, f"ra sao” và {far} {far}").startswith("và một hai")
    sentence = f"Xã “{far}” và {far} {far}."
    marked = f"năm sáu bảy tám chín mười mười một mười hai” và {far} {far}"
    assert told(sentence, marked) == marked


@given(st.text('ab ()“”",.1', min_size=1, max_size=60), st.data())
def test_it_stays_within_the_sentence_and_is_never_empty(sentence: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sentence) - 1))
    end = data.draw(st.integers(start + 1, len(sentence)))
    first, last = paired(sentence, (0, len(sentence)), start, end)
    assert 0 <= first <= last <= len(sentence)
    if any(c.isalnum() for c in sentence[start:end]):
        assert any(c.isalnum() for c in sentence[first:last])
