"""Who somebody is: told where it is asked, once, and whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.answers.biography import asks_role, asks_to_confirm
from retrieval.answers.identity import AS_INTRODUCED
from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.answers.verdicts import ALLEGED
from retrieval.encoding import Encoder
from retrieval.questions import understand
from retrieval.vietnamese.text import fold
from tests.reading import asker

INSPECTED = (
    "---\ntitle: Thanh tra đất đai tại xã Nà Mạ\npublished_at: 2024-06-28\n---\n"
    "Ngày 27/6, đoàn thanh tra do bà Giàng Thị Mỷ làm trưởng đoàn đã công bố quyết định thanh tra thửa đất của gia đình ông Lò Văn Tự. "
    "Ông Lò Văn Tự, Giám đốc Sở Tài nguyên và Môi trường tỉnh Lam Giang, cho biết sẽ cung cấp đủ hồ sơ.\n"
)
AGAIN = (
    "---\ntitle: Sở TNMT nói về thửa đất ở xã Nà Mạ\npublished_at: 2024-07-03\n---\n"
    "Ông Lò Văn Tự, Giám đốc Sở TNMT tỉnh Lam Giang, gửi báo cáo về thửa đất ở xã Nà Mạ.\n"
)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Callable[[str], Reply]:
    return asker(tmp_path_factory.mktemp("biography"), encoder, INSPECTED, AGAIN)


@pytest.mark.parametrize(
    "question", ["Lò Văn Tự là ai?", "ong lo van tu la ai", "Cho mình hỏi ông Lò Văn Tự giữ chức vụ gì?"]
)
def test_an_office_is_told_once_however_it_is_shortened(ask: Callable[[str], Reply], question: str) -> None:
    reply = ask(question)
    assert isinstance(reply, Answer)
    assert reply.text in {"Giám đốc Sở Tài nguyên và Môi trường tỉnh Lam Giang", "Giám đốc Sở TNMT tỉnh Lam Giang"}


@pytest.mark.parametrize(
    "question",
    [
        "Trưởng đoàn thanh tra thửa đất của gia đình ông Lò Văn Tự là ai?",
        "truong doan thanh tra thua dat cua gia dinh ong lo van tu la ai",
    ],
)
def test_who_is_asked_for_is_not_who_is_named(ask: Callable[[str], Reply], question: str) -> None:
    reply = ask(question)
    assert not isinstance(reply, Answer) or "Giám đốc" not in reply.text


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Lò Văn Tự là ai?", True),
        ("lo van tu o xa na ma la ai", True),
        ("Cho mình hỏi anh Tự là ai vậy?", True),
        ("ông ấy giữ chức gì?", True),
        ("ba Lu lam chuc gi", True),
        ("Ông Lò Văn Tự hiện giờ làm gì?", True),
        ("bay gio ong lo van tu lam gi vay", True),
        ("Hiện nay Sở Y tế làm gì?", False),
        ("Bây giờ dân xã Nà Mạ làm gì?", False),
        ("Ông Lò Văn Tự làm gì?", False),
        ("ông ấy lúc đó lên chức gì?", False),
        ("Trước khi về tỉnh ông Lò Văn Tự giữ chức gì?", False),
        ("Ai thay ông Lò Văn Tự giữ chức giám đốc sở?", False),
        ("Ông Lò Văn Tự giữ chức giám đốc từ năm nào?", False),
        ("truong doan thanh tra xa na ma la ai", False),
        ("Vợ ông Lò Văn Tự là ai?", False),
        ("chức vụ của ông Lò Văn Tự", True),
        ("Ông Lò Văn Tự yêu cầu gì về việc bổ nhiệm các chức danh ở sở?", False),
    ],
)
def test_what_asks_for_a_role(question: str, asks: bool) -> None:
    assert asks_role(understand(question)) is asks


@pytest.mark.parametrize(
    ("question", "confirms"),
    [
        ("Có phải ông Vi Đình Lộc là trưởng đoàn thanh tra không?", True),
        ("vi dinh loc lam truong doan thanh tra phai khong", True),
        ("có phải ông Sơn là Phó Bí thư không", True),
        ("Có phải khi ông Tạ Quang Hiển làm phó bí thư thì bờ hồ sạt lở không?", False),
        ("Trước khi ông Tạ Quang Hiển làm phó bí thư, tỉnh có đúng 20 huyện không?", False),
        ("có phải hội nghị là do giám đốc sở mời không", False),
        ("Ông Vi Đình Lộc là trưởng đoàn thanh tra", False),
    ],
)
def test_an_office_is_confirmed_to_whom_asks_for_that_alone(question: str, *, confirms: bool) -> None:
    assert asks_to_confirm(understand(question)) is confirms


FLOOD = (
    "---\ntitle: Lũ ở xã Nà Mạ\npublished_at: 2024-08-02\n---\n"
    "Chủ tịch UBND xã Nà Mạ Giàng A Lử cho biết lũ cuốn hai nhà. Ông Vừ Chứ Páo (nhân viên trạm thủy văn Nà Mạ) báo tin từ 3 giờ. "
    "Bà Sùng Thị Dợ, hàng xóm của gia đình mất nhà, cho biết nước lên rất nhanh. Tài xế Cứ A Tủa chở hàng cứu trợ. "
    "Hòa thượng Thích Tâm Đăng, trụ trì chùa Suối Rạc, gửi 200 suất quà. Ông Nguyễn Bá Hải - giáo viên điểm trường Suối Rạc - đưa học sinh về. Ông Hầu A Páo (già làng bản Suối Rạc) cảm ơn. Danh sách nhận quà có Mùa Thị Chía và Lầu A Sính.\n"
)


@pytest.fixture(scope="module")
def ask_of_flood(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Callable[[str], Reply]:
    return asker(tmp_path_factory.mktemp("flood"), encoder, FLOOD)


@pytest.mark.parametrize(
    ("question", "calling"),
    [
        ("nguyễn bá hải là ai", "giáo viên điểm trường Suối Rạc"),
        ("nguyen ba hai la ai vay", "giáo viên điểm trường Suối Rạc"),
        ("Hầu A Páo là ai?", "già làng bản Suối Rạc"),
        ("Vừ Chứ Páo là ai?", "nhân viên trạm thủy văn Nà Mạ"),
        ("vu chu pao la ai", "nhân viên trạm thủy văn Nà Mạ"),
        ("Sùng Thị Dợ là ai?", "hàng xóm của gia đình mất nhà"),
        ("Cứ A Tủa là ai?", "Tài xế"),
        ("Thích Tâm Đăng là ai?", "trụ trì chùa Suối Rạc"),
    ],
)
def test_what_somebody_is_beside_an_office_is_told(
    ask_of_flood: Callable[[str], Reply], question: str, calling: str
) -> None:
    reply = ask_of_flood(question)
    assert isinstance(reply, Answer)
    assert reply.text == calling
    assert reply.note == AS_INTRODUCED
    assert calling in reply.citations[0].quote


def test_who_is_accused_is_told_as_what_a_newspaper_tells(tmp_path: Path, encoder: Encoder) -> None:
    text = "Công an huyện bắt tạm giam ông Cứ A Tủa (nhân viên trạm cân Suối Rạc) để điều tra việc nhận hối lộ."
    ask = asker(tmp_path, encoder, f"---\ntitle: Bắt nhân viên trạm cân\npublished_at: 2024-08-02\n---\n{text}\n")
    reply = ask("Cứ A Tủa là ai?")
    assert isinstance(reply, Answer)
    assert reply.text == "nhân viên trạm cân Suối Rạc"
    assert reply.note is not None
    assert reply.note.endswith(ALLEGED)


@pytest.mark.parametrize(
    "question", ["Lầu A Sính là ai?", "lau a sinh la ai", "ts lau a sinh la ai", "Mùa Thị Chía là ai?"]
)
def test_who_stands_beside_a_name_is_no_answer_to_who_that_is(
    ask_of_flood: Callable[[str], Reply], question: str
) -> None:
    reply = ask_of_flood(question)
    assert isinstance(reply, NotFound)
    assert "nhưng không nói đó là ai" in reply.reply
    assert reply.suggestions


@pytest.mark.parametrize("question", ["Trần Đình Khuê là ai?", "TS Hoàng Bá Lộc là ai?", "Thích Minh Hạnh là ai?"])
def test_nobody_s_name_gets_nobody_s_office(ask_of_flood: Callable[[str], Reply], question: str) -> None:
    reply = ask_of_flood(question)
    assert isinstance(reply, NotFound)
    assert "bên dưới" not in reply.reply


@pytest.mark.parametrize("name", ["Lò Văn Chấn", "Ung Văn Chấn"])  # Ung is in no table of family names
def test_who_somebody_is_is_found_where_the_search_does_not_look(tmp_path: Path, encoder: Encoder, name: str) -> None:
    """Three articles are read for a question; a name is looked up in all of them."""
    often = [
        f"---\ntitle: Tin số {n}\n---\nÔng {name} nói gì, ai cũng hỏi: {name} là ai? Không ai biết. Việc số {n}.\n"
        for n in range(4)
    ]
    once = f"---\ntitle: Họp xã\n---\nSáng 5/5, dân xã họp bàn việc làm đường vào bản, sửa hai cây cầu và chia nước tưới cho vụ mùa tới. Ông {name}, Chủ tịch UBND xã Nà Mạ, nghe dân nói.\n"
    ask = asker(tmp_path, encoder, *often, once)
    for asked in (f"{name} là ai?", f"{fold(name).lower()} la ai"):
        reply = ask(asked)
        assert isinstance(reply, Answer)
        assert reply.text == "Chủ tịch UBND xã Nà Mạ"


def test_a_name_that_only_stands_somewhere_is_not_denied(tmp_path: Path, encoder: Encoder) -> None:
    """The search finds others; that no article names him would be wrong."""
    often = [
        f"---\ntitle: Tin số {n}\n---\nBà Lò Thị Vẻ hỏi: ai là ai? Bà Vẻ không biết. Việc số {n}.\n" for n in range(4)
    ]
    once = (
        "---\ntitle: Họp xã\n---\nSáng 5/5, dân xã họp bàn việc làm đường vào bản, sửa hai cây cầu. Có mặt Lò Thị Vẽ.\n"
    )
    reply = asker(tmp_path, encoder, *often, once)("Lò Thị Vẽ là ai?")
    assert isinstance(reply, NotFound)
    assert "nhắc “Lò Thị Vẽ” nhưng không nói đó là ai" in reply.reply
    assert "Họp xã" in [suggestion.title for suggestion in reply.suggestions]
