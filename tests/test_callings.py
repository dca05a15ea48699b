"""What else than an office somebody is: told whole, and of nobody else."""

import pytest

from retrieval.answers.callings import calling_of
from tests.reading import read


def calling(text: str, name: str) -> str | None:
    sentence = read(text)
    person = next(p for p in sentence.named if sentence.text_of(p.first, p.last) == name)
    span = calling_of(sentence, person.first, person.last)
    return text[span[0] : span[1]] if span else None


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("Ông Lò Văn Tiến (cán bộ ban quản lý dự án), Nguyễn Văn Sơn dự họp.", "Lò Văn Tiến", "cán bộ ban quản lý dự án"),
        ("Ông Lò Văn Tiến - nhân viên hợp đồng của xã - nói.", "Lò Văn Tiến", "nhân viên hợp đồng của xã"),
        ("Ông Lò Văn Tiến, chuyên viên văn phòng UBND TP. HCM, nói.", "Lò Văn Tiến", "chuyên viên văn phòng UBND TP. HCM"),
        ("Bà Mùa Thị Hoa (con gái bà Sùng Thị Dợ) nói.", "Mùa Thị Hoa", "con gái bà Sùng Thị Dợ"),
        ("Ông Lò Văn Tiến (ngụ xã Nà Mạ, huyện Ba Khe) nói.", "Lò Văn Tiến", "ngụ xã Nà Mạ, huyện Ba Khe"),
        ("Tài xế Cứ A Tủa chở hàng.", "Cứ A Tủa", "Tài xế"),
        ("Ông Lò Văn Tiến là con trai ông Lò Văn Sơn.", "Lò Văn Tiến", "con trai ông Lò Văn Sơn"),
    ],
)  # fmt: skip
def test_what_somebody_is_is_told_whole(text: str, name: str, told: str) -> None:
    assert calling(text, name) == told


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Công an đã mời con trai bà Sùng Thị Dợ.", "Sùng Thị Dợ"),
        ("Chị Mùa Thị Mai, vợ của ông Thào A Sử, cho biết.", "Thào A Sử"),
        ("Cảnh sát truy đuổi Hờ A Chía.", "Hờ A Chía"),
        ("Bác sĩ cứu sống ông Lò Văn Tiến.", "Lò Văn Tiến"),
        ("Luật sư của bị cáo Lò Văn Tiến nói.", "Lò Văn Tiến"),
        ("Theo ông Vừ A Páo, người dân cần cảnh giác với lũ.", "Vừ A Páo"),
        ("Theo bà Mùa Thị Hoa, giáo viên chưa nhận lương.", "Mùa Thị Hoa"),
        ("Sau khi gặp Lò Văn Tiến, bác sĩ cho biết bệnh nhẹ.", "Lò Văn Tiến"),
        ("Phó phát ngôn viên Phạm Thu Hằng nói.", "Phạm Thu Hằng"),
        ("Bà Mùa Thị Hoa, con gái.", "Mùa Thị Hoa"),
        ("Bà Lan, vợ ông Lò Văn Tiến, giáo viên trường Nà Mạ, bị thương.", "Lò Văn Tiến"),
        ("Thay mặt ông Lò Văn Tiến, luật sư Vừ A Páo, người bào chữa, nói.", "Lò Văn Tiến"),
    ],
)
def test_what_somebody_else_is_is_not_told(text: str, name: str) -> None:
    assert calling(text, name) is None
