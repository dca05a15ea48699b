"""Who holds an office: of its place, and nobody else."""

from collections.abc import Callable

import pytest

from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.encoding import Encoder
from tests.reading import asker


def article(title: str, text: str) -> str:
    return f"---\ntitle: {title}\npublished_at: 2024-05-06\n---\n{text}\n"


ELECTED = article(
    "Kết quả bầu cử ở các tỉnh",
    "Tỉnh Lam Giang đã bầu xong. Cử tri tỉnh Lam Giang đi bầu đông. Tỉnh Lam Giang có 60 đại biểu. "
    "Các đại biểu HĐND tỉnh Bắc Hòa bầu ông Triệu Seo Vần, Bí thư Tỉnh ủy, làm Chủ tịch HĐND tỉnh.",
)
MET = article(
    "Họp giao ban tại tỉnh Bắc Hòa",
    "Sáng 5/5, Chủ tịch UBND tỉnh Bắc Hoà Lò Văn Tiến, Bí thư Huyện ủy Ba Khe Mùa Thị Hoa, Giám đốc Sở Y tế Bắc Hòa Vừ A Páo dự giao ban. "
    "Chủ tịch UBND tỉnh Bắc Hòa Lò Văn Tiến nhắc các huyện phòng lũ. Thủ tướng Giàng A Lử gửi điện biểu dương.",
)
PRAISED = article(
    "Khen thưởng ở tỉnh Lam Giang",
    "Giám đốc Sở Xây dựng tỉnh Lam Giang ghi nhận đóng góp của bà Sùng Thị Dợ trong việc dựng nhà.",
)

SLIP = (  # the newspaper wrote half of a name small; of undated articles nobody knows which is the newest
    "---\ntitle: Hỏi thăm dân Nà Mạ\n---\nPhó Bí thư Huyện ủy Nà Mạ Vàng Seo pín hỏi thăm dân.\n",
    "---\ntitle: Tặng quà ở Nà Mạ\n---\nPhó Bí thư Huyện ủy Nà Mạ Vàng Seo Pín tặng quà cho dân.\n",
)
SHORTENED = (
    "---\ntitle: Tuyển sinh năm học mới\n---\nSáng 5/5, Bộ trưởng Bộ GD-ĐT Sùng Seo Lử nói về kỳ thi.\n",
    "---\ntitle: Giữ trật tự ở Hà Nội\n---\nÔng Vừ Mí Cáy, Giám đốc Công an TP Hà Nội, nói về trật tự.\n",
    "---\ntitle: Họp mặt ở Bắc Hòa\n---\nDự có Phó Bí thư Tỉnh ủy Bắc Hòa Lầu A Sính và ông Tráng A Pao, nguyên Phó Bí thư Tỉnh ủy Bắc Hòa.\n",
    "---\ntitle: Thăm trường ở Bắc Hòa\n---\nBà Lò Thị Ín, Phó Bí thư Tỉnh ủy Bắc Hòa, thăm trường.\n",
)
ABROAD = "---\ntitle: Tin nước ngoài\npublished_at: 2024-05-08\n---\nThủ tướng Anh Vàng Seo Pín gửi thư tới hội nghị.\n"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Callable[[str], Reply]:
    return asker(tmp_path_factory.mktemp("offices"), encoder, ELECTED, MET, PRAISED, *SLIP, *SHORTENED, ABROAD)


@pytest.mark.parametrize(
    ("question", "holder"),
    [
        ("Bí thư Tỉnh ủy Bắc Hòa là ai?", "Triệu Seo Vần"),
        ("Chủ tịch UBND tỉnh Bắc Hòa là ai?", "Lò Văn Tiến"),
        ("chu tich tinh bac hoa la ai", "Lò Văn Tiến"),
        ("Bí thư Huyện ủy Ba Khe là ai?", "Mùa Thị Hoa"),
        ("Thủ tướng là ai?", "Giàng A Lử"),
        ("Phó Bí thư Huyện ủy Nà Mạ là ai?", "Vàng Seo Pín"),
        ("Bộ trưởng Bộ Giáo dục và Đào tạo là ai?", "Sùng Seo Lử"),
        ("bo truong bo giao duc hien nay", "Sùng Seo Lử"),
        ("Giám đốc Công an Hà Nội là ai?", "Vừ Mí Cáy"),
        ("giám đốc công an thành phố Hà Nội là ai", "Vừ Mí Cáy"),
    ],
)
def test_who_holds_an_office_is_told(ask: Callable[[str], Reply], question: str, holder: str) -> None:
    reply = ask(question)
    assert isinstance(reply, Answer), reply
    assert reply.text == holder
    assert (reply.note or "").startswith("Chức vụ ghi theo"), "told as who holds it, not read somewhere"


@pytest.mark.parametrize("asked", ["gồm những ai?", "là những ai?", "có những ai?"])
def test_all_deputies_are_told_and_nobody_who_left(ask: Callable[[str], Reply], asked: str) -> None:
    reply = ask(f"Phó Bí thư Tỉnh ủy Bắc Hòa {asked}")
    assert isinstance(reply, Answer), reply
    assert {item.text for item in reply.items} == {"Lầu A Sính", "Lò Thị Ín"}
    assert "từng giữ chức" not in (reply.note or "")


@pytest.mark.parametrize(
    "question", ["Bí thư Tỉnh ủy Lam Giang là ai?", "Chủ tịch UBND tỉnh Lam Giang là ai?", "Giám đốc Sở Xây dựng tỉnh Lam Giang là ai?"]
)  # fmt: skip
def test_nobody_of_another_place_and_nobody_who_stands_beside_is_told(
    ask: Callable[[str], Reply], question: str
) -> None:
    assert isinstance(ask(question), NotFound)
