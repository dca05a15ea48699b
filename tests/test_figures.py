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
        ("Có hai mươi lăm hộ phải di dời, trong đó ba hộ nghèo.", "ho", ["hai mươi lăm hộ", "ba hộ"]),
        ("Xã có một nghìn hai trăm hộ, trong đó năm mươi hộ nghèo.", "ho", ["một nghìn hai trăm hộ", "năm mươi hộ"]),
        ("Mười lăm người bị thương và ba người chết.", "nguoi", ["Mười lăm người", "ba người"]),
        ("Huyện chi năm trăm triệu đồng cho một trăm linh năm hộ.", "ho", ["một trăm linh năm hộ"]),
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
        "Em Mai giải ba, em Hà không có giải; lớp ba trường làng.",
        "Lúa chín vụ mùa ở ngã ba xã Tân Lập, quý hai năm nay.",
        "Ba em là công nhân, tháng mười hai năm ngoái nghỉ việc.",
        "Khu phố ba phường này và tổ hai khu phố kia.",
    ],
)
def test_what_is_no_figure(sentence: str) -> None:
    assert "N" not in read(sentence).marks


@pytest.mark.parametrize(
    "sentence",
    [
        "Xã vay ngân hàng 500 triệu đồng.",
        "Mỗi nhà hàng 3 người phục vụ, thu hoạch vải 20 tấn.",
        "Đội bóng hạng 3 về nhì.",
    ],
)
def test_what_stands_before_a_figure_by_chance_is_no_part_of_it(sentence: str) -> None:
    found = read(sentence)
    told = [found.text_of(first, last) for first, last in mentions("number", found) or ()]
    assert told
    assert all(text[0].isdigit() for text in told)


def test_days_and_digits_stay_what_they_are() -> None:
    marks = read("Ngày 29/12, hai xã nhận 5 tấn gạo, 30% số hộ được chia.").marks
    assert marks.count("N") == 2
    assert "T" in marks
    assert "%" in marks
