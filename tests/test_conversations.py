"""Conversations that must go well, over articles of an invented province: each turn as people type it."""

from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.library import Library
from bot.messages import Incoming
from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.encoding import Encoder
from retrieval.locality import Locality

ARTICLES = [Path(__file__).parent / "conversations", Path(__file__).parent / "province" / "articles"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    library = Library(tmp_path_factory.mktemp("data"), encoder)
    library.index(ARTICLES)
    return library


class Talk:
    """One person's turns, and what came back."""

    def __init__(self, library: Library) -> None:
        self._assistant = Assistant(library)

    def say(self, text: str) -> Reply:
        reply = self._assistant.answer(Incoming("test", "1", text)).reply
        assert reply is not None, text
        return reply

    def answered(self, text: str) -> Answer:
        reply = self.say(text)
        assert isinstance(reply, Answer), (text, reply)
        return reply

    def refused(self, text: str) -> NotFound:
        reply = self.say(text)
        assert isinstance(reply, NotFound), (text, reply)
        return reply


@pytest.fixture
def talk(library: Library) -> Talk:
    return Talk(library)


def test_5_a_power_cut_today_is_asked_of_a_commune(talk: Talk) -> None:
    asked = talk.refused("hnay cup dien ko")
    assert asked.reason == "needs_clarification"
    assert "xã, phường nào" in asked.reply
    silent = talk.refused("xã Nậm Pha")
    assert "không áp dụng cho hôm nay" in silent.reply
    old = talk.refused("bài 2024 có mà")
    assert "ngày 14/08/2024, không áp dụng cho hôm nay" in old.reply
    assert [s.article_id for s in old.suggestions] == ["cup-dien-2024.md"]


def test_5_a_commune_that_is_named_is_not_asked_for(talk: Talk) -> None:
    assert talk.refused("hôm nay xã Nậm Pha có cúp điện không").reason != "needs_clarification"


def test_6_a_call_for_help_comes_before_any_search(talk: Talk) -> None:
    assert talk.refused("nha e bi lu cuon cuu voi").reason == "emergency"
    told = talk.answered("bao r. cau nao sap")
    assert any("cầu treo bản Huổi Lóng" in c.quote for c in told.citations)


def test_7_an_office_and_who_held_it_before(talk: Talk) -> None:
    now = talk.answered("ct ubnd tinh lam giang la ai")
    assert [(i.text, i.role) for i in now.items] == [("Hà Thị Nhiên", "Chủ tịch UBND tỉnh Lam Giang")]
    assert now.note == "Chức vụ ghi theo bài ngày 28/06/2024, đến nay có thể đã thay đổi."
    before = talk.answered("trc do?")
    assert [(i.text, i.role) for i in before.items] == [("Đàm Quốc Việt", "Quyền Chủ tịch UBND tỉnh Lam Giang")]
    assert before.note == "Theo các bài đang có: bài ngày 06/09/2020 ghi giữ chức."
    assert talk.refused("nam 2012?").reason == "article_silent"


@pytest.mark.parametrize(
    "asked", ["ct ubnd tinh h la ai", "bay h ai lam ct ubnd tinh", "gio ai lam chu tich ubnd tinh"]
)
def test_7_now_as_it_is_typed(talk: Talk, asked: str) -> None:
    now = talk.answered("Chủ tịch UBND tỉnh hiện nay là ai?")
    assert talk.answered(asked).items == now.items


def test_7_the_one_before_the_one_before_and_no_further(talk: Talk) -> None:
    talk.answered("Chủ tịch UBND tỉnh Lam Giang hiện nay là ai?")
    talk.answered("trước đó?")
    first = talk.answered("trước đó nữa?")
    assert [i.text for i in first.items] == ["Vi Văn Thuần"]
    assert first.note is not None
    assert "bài ngày 06/09/2020 ghi là nguyên chức vụ này" in first.note
    assert talk.refused("trước đó nữa?").reason == "article_silent"


@pytest.mark.parametrize(
    "asked", ["Chủ tịch UBND tỉnh Lam Giang năm 2016 là ai?", "nam 2016 ai la chu tich ubnd tinh lam giang"]
)
def test_7_who_held_it_in_a_year(talk: Talk, asked: str) -> None:
    assert [i.text for i in talk.answered(asked).items] == ["Vi Văn Thuần"]


def test_7_a_deputy_is_not_the_head(talk: Talk) -> None:
    deputies = {i.text for i in talk.answered("phó chủ tịch ubnd tỉnh là ai").items}
    assert "Tống Văn Lực" in deputies
    assert "Hà Thị Nhiên" not in deputies


def test_8_two_territories_of_one_name_are_not_mixed(talk: Talk) -> None:
    district = talk.answered("huyen tuan lam 2023 trong bn ha mac ca")
    assert "1.250 ha" in district.text
    assert {c.article_id for c in district.citations} == {"mac-ca-huyen.md"}
    commune = talk.answered("xa tuan lam 2026 thi sao")
    assert {c.article_id for c in commune.citations} == {"mac-ca-xa.md"}
    percent = talk.refused("tang may %")
    assert "hai địa bàn khác nhau" in percent.reply


def test_8_the_other_level_never_answers(talk: Talk) -> None:
    told = talk.answered("huyện Tuấn Lam trồng bao nhiêu ha mắc ca?")
    assert {c.article_id for c in told.citations} == {"mac-ca-huyen.md"}


def test_9_a_list_and_its_count(talk: Talk) -> None:
    listed = talk.answered("liet ke cac cuoc hop ha thi nhien chu tri 2024")
    assert [i.text for i in listed.items] == ["phiên họp thường kỳ tháng 6"]
    counted = talk.answered("tong cong may cuoc")
    assert counted.note == "Theo các bài đang có: 1 cuộc."


def test_10_who_leads_and_who_takes_part(talk: Talk) -> None:
    lead = talk.answered("KH 1234/KH-UBND giao so nao trc 30/6")
    assert lead.items[0].text == "Sở Nông nghiệp và Môi trường"
    others = talk.answered("so nao chi phoi hop")
    assert [i.text for i in others.items] == ["Sở Xây dựng", "Sở Tài chính"]
    other_number = talk.refused("1243/KH-UBND?")
    assert "không nhắc văn bản số 1243/KH-UBND" in other_number.reply


def test_11_no_yes_or_no_on_guilt(talk: Talk) -> None:
    told = talk.answered("ong quach dinh tu tham nhung dung ko")
    assert told.kind == "yes_no"
    assert "đang xem xét dấu hiệu vi phạm" in told.text
    assert told.note is not None
    assert told.note.startswith("Tin Tỉnh không trả lời có hay không")
    inferred = talk.refused("tuc la co toi r")
    assert "không suy ra" in inferred.reply
    assert talk.refused("bot ngu the").reason == "smalltalk"


@pytest.mark.parametrize(
    "asked", ["bà Hà Thị Nhiên có nhận hối lộ không?", "ông Việt bị kỷ luật chưa?", "Tống Văn Lực bị bệnh đúng không"]
)
def test_11_where_no_authority_is_quoted_nothing_is_said(talk: Talk, asked: str) -> None:
    assert "không trả lời có hay không" in talk.refused(asked).reply


def test_several_questions_in_one_message(talk: Talk) -> None:
    first = talk.answered("ai chu tri phien hop thuong ky thang 6? huyen tuan lam trong bao nhieu ha mac ca?")
    assert first.text == "Hà Thị Nhiên"
    assert [r.question for r in first.also] == ["huyen tuan lam trong bao nhieu ha mac ca?"]
    assert isinstance(first.also[0], Answer)
    assert {c.article_id for c in first.also[0].citations} == {"mac-ca-huyen.md"}
    commune = talk.answered("còn xã Tuấn Lam thì sao?")
    assert {c.article_id for c in commune.citations} == {"mac-ca-xa.md"}


@pytest.fixture(scope="module")
def two_provinces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    for province, name in (("Lam Giang", "Hà Thị Nhiên"), ("Thượng Hà", "Cao Bá Lịch")):
        (folder / f"{name}.md").write_text(
            f"---\npublished_at: 2024-05-0{len(name) % 9}\n---\nNgày 1/5, đồng chí {name}, Chủ tịch UBND tỉnh, thăm công nhân "
            f"tỉnh {province}. Trong sáu tháng, tỉnh {province} có 12 xã về đích.\n",
            encoding="utf-8",
        )
    return folder


def test_of_an_office_in_two_provinces_it_asks_which(two_provinces: Path, tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    library.index([two_provinces])
    talk = Talk(library)
    asked = talk.refused("Chủ tịch UBND tỉnh là ai?")
    assert asked.reason == "needs_clarification"
    assert sorted(asked.choices) == ["Chủ tịch UBND tỉnh – tỉnh Lam Giang", "Chủ tịch UBND tỉnh – tỉnh Thượng Hà"]
    assert [i.text for i in talk.answered("thượng hà").items] == ["Cao Bá Lịch"]


def test_the_province_of_the_settings_is_meant(two_provinces: Path, tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder, locality=Locality(province="Lam Giang"))
    library.index([two_provinces])
    assert [i.text for i in Talk(library).answered("Chủ tịch UBND tỉnh là ai?").items] == ["Hà Thị Nhiên"]


def test_7_a_deputy_never_answers_for_the_head(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.md").write_text(
        "Dự họp có các đồng chí: Lù Thị Mỷ, Chủ tịch HĐND tỉnh Lam Giang; Lù Văn Chẩn, Phó Chủ tịch UBND tỉnh Lam Giang.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    talk = Talk(library)
    assert talk.refused("chủ tịch ubnd tỉnh lam giang là ai").reason == "article_silent"
    assert Talk(library).refused("chu tich huyen").reason == "article_silent"
    # `Chủ tịch tỉnh` is what people call the head of its UBND, never that of the council.
    assert talk.refused("ai la chu tich tinh lam giang").reason == "article_silent"
    assert [i.text for i in talk.answered("chủ tịch hđnd tỉnh lam giang là ai").items] == ["Lù Thị Mỷ"]
    assert [i.text for i in talk.answered("phó chủ tịch tỉnh Lam Giang là ai?").items] == ["Lù Văn Chẩn"]


@pytest.mark.parametrize(
    ("asked", "person"),
    [
        ("Chủ tịch tỉnh Lam Giang là ai?", "Vàng Seo Lử"),
        ("chu tich tinh lam giang", "Vàng Seo Lử"),
        ("Bí thư tỉnh Lam Giang là ai?", "Cầm Thị Nhung"),
        ("bi thu tinh uy lam giang", "Cầm Thị Nhung"),
        ("chu tich ubnd thanh pho ba khe", "Lường Thị Xuân"),
        ("Phó Bí thư Tỉnh ủy Lam Giang là ai?", "Giàng A Dế"),
        ("Phó bí thư tỉnh Lam Giang là ai?", "Giàng A Dế"),
        ("Chủ tịch HĐND tỉnh Lam Giang là ai?", "Lù Thị Mỷ"),
        ("Chủ tịch Hội Nông dân tỉnh Lam Giang là ai?", "Quàng Văn Pản"),
        ("Bí thư Tỉnh đoàn là ai?", "Mùa Thị Say"),
    ],
)
def test_7_an_office_as_people_call_it(tmp_path: Path, encoder: Encoder, asked: str, person: str) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: Họp mặt đầu năm ở Lam Giang\npublished_at: 2024-02-20\n---\nNgày 19/2, Tỉnh ủy Lam Giang họp mặt đầu năm.\n"
        "Dự buổi họp mặt có các đồng chí: Cầm Thị Nhung, Bí thư Tỉnh ủy; Giàng A Dế, Phó Bí thư Thường trực Tỉnh ủy; Lù Thị Mỷ, Chủ tịch "
        "HĐND tỉnh; Vàng Seo Lử, Chủ tịch UBND tỉnh; Quàng Văn Pản, Chủ tịch Hội Nông dân tỉnh; Mùa Thị Say, Bí thư Tỉnh đoàn; Lường Thị Xuân, Chủ tịch UBND thành phố Ba Khe.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    assert [i.text for i in Talk(library).answered(asked).items] == [person]


@pytest.fixture(scope="module")
def two_meetings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meetings")
    for province, name in (("Lam Giang", "Tạ Quang Hiển"), ("Thượng Hà", "Cao Bá Lịch")):
        (folder / f"{name}.md").write_text(
            f"---\ntitle: Giao ban Mặt trận tỉnh {province}\npublished_at: 2023-12-30\n---\nNgày 29/12, đồng chí {name}, Phó Bí thư Tỉnh ủy "
            f"{province}, chủ trì hội nghị giao ban Mặt trận Tổ quốc tỉnh {province}. Hội nghị diễn ra tại Hội trường Tỉnh ủy.\n",
            encoding="utf-8",
        )
    return folder


def test_of_one_meeting_in_two_provinces_it_asks_which(two_meetings: Path, tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    library.index([two_meetings])
    talk = Talk(library)
    asked = talk.refused("ai chu tri giao ban mttq 29/12")
    assert asked.reason == "needs_clarification"
    assert sorted(c.split(" – ")[0] for c in asked.choices) == ["tỉnh Lam Giang", "tỉnh Thượng Hà"]
    which = [c.startswith("tỉnh Thượng Hà") for c in asked.choices].index(True) + 1
    assert [i.text for i in talk.answered(str(which)).items] == ["Cao Bá Lịch"]
    assert [i.text for i in talk.answered("ai chủ trì giao ban MTTQ tỉnh Lam Giang 29/12").items] == ["Tạ Quang Hiển"]


def test_the_meeting_of_the_province_of_the_settings_is_meant(
    two_meetings: Path, tmp_path: Path, encoder: Encoder
) -> None:
    library = Library(tmp_path, encoder, locality=Locality(province="Thượng Hà"))
    library.index([two_meetings])
    assert [i.text for i in Talk(library).answered("ai chu tri giao ban mttq 29/12").items] == ["Cao Bá Lịch"]


@pytest.mark.parametrize(
    "asked",
    ["ai chủ trì giao ban MTTQ tỉnh Đồng Nai 29/12", "Thủ tướng dự giao ban MTTQ 29/12 với ai?"],
)
def test_what_is_not_of_one_of_the_provinces_is_no_choice_between_them(
    two_meetings: Path, tmp_path: Path, encoder: Encoder, asked: str
) -> None:
    library = Library(tmp_path, encoder)
    library.index([two_meetings])
    assert getattr(Talk(library).say(asked), "reason", "") != "needs_clarification"


def test_a_province_named_in_passing_is_no_choice(tmp_path: Path, encoder: Encoder) -> None:
    head = (
        "Ngày 29/12, đồng chí Cao Bá Lịch chủ trì hội nghị giao ban Mặt trận Tổ quốc. Hội nghị nghe báo cáo về việc giúp hộ nghèo làm nhà, "
        "vận động bà con góp công mở đường vào bản, giữ rừng đầu nguồn và dạy chữ cho người lớn tuổi. Nhiều đại biểu đề nghị cấp thêm xi măng cho "
        "các bản ở xa, mở lớp học buổi tối vào mùa nông nhàn, và trả công bảo vệ rừng đúng hẹn. Hội nghị thống nhất họp lại vào tháng 3 để xem "
        "từng việc đã làm đến đâu, việc nào còn vướng thì nêu rõ vướng ở khâu nào và ai gỡ. "
    )
    for name, province in (("a", "Lam Giang"), ("b", "Thượng Hà")):
        (tmp_path / f"{name}.md").write_text(
            f"{head}Đại biểu {name} nêu kinh nghiệm {name} của bà con tỉnh {province} về trồng cây mắc ca.\n",
            encoding="utf-8",
        )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md", tmp_path / "b.md"])
    assert {i.text for i in Talk(library).answered("ai chu tri giao ban mttq 29/12").items} == {"Cao Bá Lịch"}


def test_one_meeting_told_twice_is_no_choice(two_meetings: Path, tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    text = next(two_meetings.glob("Cao*")).read_text(encoding="utf-8")
    (folder / "a.md").write_text(text, encoding="utf-8")
    (folder / "b.md").write_text(text.replace("diễn ra", "được tổ chức"), encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([folder])
    assert {i.text for i in Talk(library).answered("ai chu tri giao ban mttq 29/12").items} == {"Cao Bá Lịch"}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [("hnay cup dien ko", "needs_clarification"), ("bà Hà Thị Nhiên có nhận hối lộ không?", "article_silent")],
)
def test_a_new_subject_leaves_the_old_one(talk: Talk, asked: str, reason: str) -> None:
    talk.answered("huyen tuan lam trong bao nhieu ha mac ca?")
    refused = talk.refused(asked)
    assert refused.reason == reason
    assert refused.interpretation is None


def test_who_somebody_is_stands_alone_after_another_subject(talk: Talk) -> None:
    talk.answered("huyen tuan lam trong bao nhieu ha mac ca?")
    told = talk.answered("tong van luc la ai")
    assert told.text == "Phó Chủ tịch UBND tỉnh"
    assert told.interpretation is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Ông Quách Đình Tự bị khởi tố vì mua sắm sai quy định.", True),
        ("Cơ quan điều tra đã khởi tố ông Quách Đình Tự.", True),
        ("Ban Thường vụ thi hành kỷ luật cảnh cáo đối với ông Quách Đình Tự.", True),
        ("Kết luận hội nghị, ông Quách Đình Tự ghi nhận những hạn chế là trách nhiệm chung.", False),
        ("Ông Quách Đình Tự yêu cầu xử lý nghiêm các vi phạm về xây dựng.", False),
        ("Nhắc tới các vụ vi phạm, ông Quách Đình Tự đề nghị tăng kiểm tra.", False),
    ],
)
def test_11_a_name_beside_a_crime_is_no_accusation(said: str, told: bool, tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.md").write_text(
        f"---\npublished_at: 2024-10-22\n---\n{said} Cuộc họp diễn ra tại huyện Bắc Lam.\n", encoding="utf-8"
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    reply = Talk(library).say("ông Quách Đình Tự có vi phạm không?")
    assert isinstance(reply, Answer) == told
    assert "không trả lời có hay không" in str(reply.note if isinstance(reply, Answer) else reply.reply)


@pytest.mark.parametrize(
    "asked",
    [
        "Chủ tịch tỉnh Lam Giang bị kỷ luật chưa?",
        "giam doc so nong nghiep co bi bat khong",
        "Bí thư huyện Ba Khe có bỏ vợ không?",
    ],
)
def test_no_name_answers_whether_somebody_was_punished(talk: Talk, asked: str) -> None:
    """Of an office nobody is guessed."""
    assert "không trả lời có hay không" in talk.refused(asked).reply


def test_where_is_not_answered_by_who(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.md").write_text(
        "---\npublished_at: 2023-12-29\n---\nChiều 29/12, đồng chí Tạ Quang Hiển, Phó Bí thư Thường trực Tỉnh ủy Lam Giang, chủ trì hội nghị "
        "giao ban Mặt trận Tổ quốc.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    talk = Talk(library)
    assert talk.refused("hội nghị giao ban MTTQ 29/12 họp ở đâu?").reason == "article_silent"
    assert talk.answered("hội nghị giao ban MTTQ 29/12 ai chủ trì?").items[0].text == "Tạ Quang Hiển"


@pytest.mark.parametrize(
    "asked", ["Ai chủ trì hội nghị về cá voi?", "ai chu tri buoi lam viec ve ca voi o huyen Ba Khe"]
)
def test_a_meeting_about_something_else_is_no_answer(talk: Talk, asked: str) -> None:
    assert talk.refused(asked).reason in {"article_silent", "no_article"}


def test_a_day_asked_about_before_is_not_carried_over(talk: Talk) -> None:
    talk.refused("gia xang hom nay bn")
    assert talk.answered("Hội nghị giao ban công tác dân vận do ai chủ trì?").items[0].text == "Tạ Quang Hiển"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("hội nghị giao ban dân vận do ai chủ trì", "Tạ Quang Hiển"),
        ("le hoi cau mua dien ra o dau", "sân vận động huyện Mường Then"),
    ],
)
def test_what_was_asked_in_vain_leads_no_question_astray(talk: Talk, asked: str, told: str) -> None:
    """It would be taken for going on with the lobsters."""
    talk.refused("hoi nghi ve nuoi tom hum do ai chu tri")
    answer = talk.answered(asked)
    assert answer.text == told
    assert answer.interpretation is None
    talk.refused("hoi nghi ve nuoi tom hum do ai chu tri")
    talk.refused("còn hội nghị về cá voi thì sao")
