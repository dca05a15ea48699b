"""A figure is a figure in words, too, where it counts something."""

import pytest

from retrieval.answers.mentions import mentions
from tests.reading import read


@pytest.mark.parametrize(
    ("sentence", "unit", "told"),
    [
        ("Khu chợ mới rộng 4.000 m2, gồm bốn khu A, B, C, D.", "khu", ["gồm bốn khu"]),
        ("Nước dâng làm hàng trăm hộ dân ở xã Nậm Cắt phải sơ tán.", "ho", ["hàng trăm hộ"]),
        ("Ba công ty nộp hồ sơ, hai mươi người được chọn.", "nguoi", ["hai mươi người"]),
    ],
)
def test_what_is_counted_in_words(sentence: str, unit: str, told: list[str]) -> None:
    found = read(sentence)
    cut = mentions("number", found, unit)
    assert cut is not None
    assert [found.text_of(first, last) for first, last in cut] == told


@pytest.mark.parametrize(
    "sentence",
    [
        "Thứ ba, xã phải báo cáo; ngày thứ hai đoàn làm việc ở Nậm Cắt.",
        "Ông Ba người xã Bản Lương, bà Hai ở ấp Mười.",
        "Đường Hai Bà Trưng dài, lúa đã chín vàng.",
        "Năm nhà trường mở cửa, một số xã chậm.",
    ],
)
def test_what_is_no_figure(sentence: str) -> None:
    assert "N" not in read(sentence).marks


def test_days_and_digits_stay_what_they_are() -> None:
    marks = read("Ngày 29/12, hai xã nhận 5 tấn gạo, 30% số hộ được chia.").marks
    assert marks.count("N") == 2
    assert "T" in marks
    assert "%" in marks
