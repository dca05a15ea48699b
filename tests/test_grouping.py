"""Ten wordings are one row; another day, another place, another matter are rows of their own."""

from bot.grouping import groups
from retrieval.encoding import Encoder

WATER = (
    "Giá nước sạch ở thị trấn Bắc Lam là bao nhiêu?", "gia nuoc sach o thi tran Bac Lam la bao nhieu", "giá nước sạch thị trấn Bắc Lam bao nhiêu",
    "gia nuoc sach tt Bac Lam bn", "nước sạch thị trấn Bắc Lam giá bao nhiêu", "cho hỏi giá nước sạch ở thị trấn Bắc Lam", "Giá nước sạch tại thị trấn Bắc Lam?",
    "gia nuoc sach thi tran Bac Lam bao nhieu vay ad", "thị trấn Bắc Lam giá nước sạch là bao nhiêu ạ", "giá nước sạch ở thị trấn Bắc Lam là bn",
)  # fmt: skip
OTHERS = (
    "Ai chủ trì hội nghị về cá voi?", "Lịch cắt điện xã Nậm Pha ngày 3/5", "Lịch cắt điện xã Nậm Pha ngày 4/5", "Bao giờ khánh thành cầu Huổi Lóng?",
    "Trường nội trú Thượng Lam tuyển bao nhiêu học sinh?",
)  # fmt: skip


def test_ten_wordings_are_one_row(encoder: Encoder) -> None:
    mixed = [q for pair in zip(WATER, (*OTHERS, *OTHERS), strict=True) for q in pair]
    found = groups(mixed, encoder)
    assert [g.times for g in found] == [10, 2, 2, 2, 2, 2]
    assert set(found[0].wordings) == set(WATER)
    assert {g.question for g in found[1:]} == set(OTHERS)
    assert groups([], encoder) == []
