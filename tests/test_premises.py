"""What a question fixes is held against the evidence: quarters, prizes, years, documents, who leads and who chairs, ages."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from bot.library import Library
from retrieval.annotation import chair_cues
from retrieval.answers.about import of_province
from retrieval.answers.drafts import Draft, behind_colon, text_of
from retrieval.answers.editor import NOT_SURE, UNSURE
from retrieval.answers.premise import _name_of_a_thing, broken_premise, telling_what_is_said
from retrieval.answers.sentences import Candidate
from retrieval.answers.types import Answer, NotFound
from retrieval.answers.verdicts import alleges, asks_verdict, asks_whom_it_hits, of_whom_it_hits
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.questions import understand
from retrieval.vietnamese import dates
from retrieval.vietnamese.dates import around_today, told_as
from tests.reading import asker, context_of, draft_of, read

ARTICLES = {
    "thu": (
        "Thu ngân sách tỉnh Lam Giang",
        "Quý I, thu ngân sách tỉnh Lam Giang đạt 1.600 tỷ đồng. Năm 2024, tỉnh Lam Giang đặt mục tiêu thu ngân sách 7.200 tỷ đồng.",
    ),
    "hoi": (
        "Hội đua thuyền xã Nậm Pha",
        "Ban tổ chức trao giải nhất đua thuyền cho đội bản Nậm Lạnh. Đội trưởng là ông Sùng A Páo, 42 tuổi.",
    ),
    "van": (
        "UBND tỉnh Lam Giang chỉ đạo rà soát đất đai",
        "Công văn số 2351/UBND-KT giao Sở Tài nguyên và Môi trường thẩm định bảng giá đất. Công văn số 2315/UBND-KT đã hết hiệu lực.",
    ),
    "hop": (
        "Lam Giang bàn về đường vành đai",
        "Sáng 5/4, Giám đốc Sở Giao thông vận tải Vi Đình Lộc chủ trì cuộc họp về đường vành đai.",
    ),
    "tet": (
        "Chi trả trợ cấp Tết",
        "Sở Xây dựng được giao chủ trì, phối hợp với Sở Tài chính chi trả trợ cấp Tết.",
    ),
    "so": (
        "Kết luận về chuyển đổi số",
        "Ngày 1/10, UBND tỉnh họp về chuyển đổi số. Kết luận cuộc họp về chuyển đổi số, bà Hà Thị Nhiên giao nhiệm vụ:\n- Sở Nội vụ: đào tạo 300 cán bộ;\n- UBND các huyện: số hóa 100% hồ sơ đất đai.",
    ),
    "che": ("Xã Nậm Pha trồng chè", "Quý I, II và III, xã Nậm Pha trồng lần lượt 12 ha, 14 ha và 9 ha chè."),
    "cau": ("Khánh thành cầu Nậm Tốc", "Cầu Nậm Tốc khởi công năm 2020. Năm 2024, cầu Nậm Tốc hoàn thành sau bốn năm thi công."),
    "vien": ("Hội Nông dân xã Nậm Pha", "Năm 2024, Hội Nông dân xã Nậm Pha có 315 hội viên."),
    "hoan": ("Hoãn hội đua thuyền", "Xã Nậm Pha hoãn hội đua thuyền vì nước sông Nậm Pha dâng cao sau mưa lớn."),
    "kham": (
        "Khám bệnh ở Lam Giang",
        "Bà Lường Thị Bích, Giám đốc Sở Y tế, cho biết 1.200 học sinh đã được khám bệnh.",
    ),
    "anh": (
        "Lam Giang tổ chức hội nghị chuyển đổi số",
        "Ngày 1/10, UBND tỉnh Lam Giang tổ chức hội nghị chuyển đổi số. Hội nghị do bà Hà Thị Nhiên, Chủ tịch UBND tỉnh, chủ trì.\nẢnh: Phó Chủ tịch UBND tỉnh Trần Văn Quảng chủ trì hội nghị tổng kết năm 2022. Ảnh: Minh Tú",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    library = Library(tmp_path_factory.mktemp("data"), encoder)
    library.store.publish(
        [
            Article(id=i, text=text, title=title, source="Báo Lam Giang", published_at=dt.date(2024, 10, 2))
            for i, (title, text) in ARTICLES.items()
        ],
        encoder,
    )
    return library


@pytest.mark.parametrize(
    ("answered", "words", "refused"),
    [
        ("Quý I tỉnh Lam Giang thu ngân sách bao nhiêu?", "1.600 tỷ", "Quý III tỉnh Lam Giang thu ngân sách bao nhiêu?"),
        ("Tỉnh Lam Giang đặt mục tiêu thu ngân sách bao nhiêu năm 2024?", "7.200 tỷ", "Tỉnh Lam Giang đặt mục tiêu thu ngân sách bao nhiêu năm 2022?"),
        ("Đội nào giành giải nhất đua thuyền ở xã Nậm Pha?", "bản Nậm Lạnh", "Đội nào giành giải nhì đua thuyền ở xã Nậm Pha?"),
        ("Công văn 2351/UBND-KT giao sở nào thẩm định bảng giá đất?", "Sở Tài nguyên", "Công văn 2315/UBND-KT giao sở nào thẩm định bảng giá đất?"),
        ("Ai chủ trì cuộc họp về đường vành đai?", "Vi Đình Lộc", "Ai chủ trì hội nghị chi trả trợ cấp Tết?"),
        ("Ông Sùng A Páo bao nhiêu tuổi?", "42", "Bà Lường Thị Bích bao nhiêu tuổi?"),
        ("Quý II xã Nậm Pha trồng bao nhiêu ha chè?", "14 ha", "Quý IV xã Nậm Pha trồng bao nhiêu ha chè?"),
        ("Cầu Nậm Tốc khởi công năm 2020 hoàn thành khi nào?", "2024", "Hội Nông dân xã Nậm Pha có bao nhiêu hội viên năm 2022?"),
    ],
)  # fmt: skip
def test_what_is_fixed_must_be_told(library: Library, answered: str, words: str, refused: str) -> None:
    told = library.ask(answered)
    assert isinstance(told, Answer), told
    assert words in told.text
    assert isinstance(library.ask(refused), NotFound)


def test_whom_a_body_works_with_is_told_of_that_body(library: Library) -> None:
    told = library.ask("Sở Xây dựng phối hợp với sở nào?")
    assert isinstance(told, Answer)
    assert [item.text for item in told.items] == ["Sở Tài chính"]
    other = library.ask("Hội Nông dân phối hợp với sở nào?")
    assert not (isinstance(other, Answer) and "Sở Tài chính" in other.text)


@pytest.mark.parametrize(
    ("question", "tasks"),
    [
        ("Sở Nội vụ được giao nhiệm vụ gì về chuyển đổi số?", ["đào tạo 300 cán bộ"]),
        ("UBND các huyện phải làm gì về chuyển đổi số?", ["số hóa 100% hồ sơ đất đai"]),
    ],
)
def test_tasks_in_a_list_are_those_of_the_body_before_the_colon(
    library: Library, question: str, tasks: list[str]
) -> None:
    told = library.ask(question)
    assert isinstance(told, Answer)
    assert [item.text for item in told.items] == tasks
    assert all(item.assignee for item in told.items)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Bà Hà Thị Nhiên giao những nhiệm vụ gì về chuyển đổi số?", ["đào tạo 300 cán bộ", "số hóa 100% hồ sơ đất đai"]),
        ("Sở Nội vụ được giao nhiệm vụ gì về chuyển đổi số?", ["đào tạo 300 cán bộ"]),
        ("Hội Nông dân được giao nhiệm vụ gì về chuyển đổi số?", []),
    ],
)  # fmt: skip
def test_what_a_colon_announces_comes_first(library: Library, question: str, told: list[str]) -> None:
    context = context_of(library.engine(), question)
    announcing = next(
        Candidate(hit, at, sentences)
        for hit, sentences in enumerate(context.sentences)
        for at, sentence in enumerate(sentences)
        if sentence.folded[-2:] == ("nhiem", "vu")
    )
    best = behind_colon(context, [Draft(announcing, ((0, 3),))])[0]
    listed = best.candidate.sentence
    assert (best.candidate.index > announcing.index) == bool(told)
    assert [listed.text_of(*span) for span in best.cut if told] == told


def test_a_reason_is_told_by_a_word_for_one(library: Library) -> None:
    """`do` is no `đô thị`, nor `vì` `vị trí`."""
    refused = library.ask("Vì sao ông Vi Đình Lộc chủ trì cuộc họp về đường vành đai?")
    assert isinstance(refused, NotFound)
    told = library.ask("Vì sao xã Nậm Pha hoãn hội đua thuyền?")
    assert isinstance(told, Answer)
    assert "nước sông Nậm Pha dâng cao" in told.text


def test_a_photograph_chairs_nothing(library: Library) -> None:
    told = library.ask("Ai chủ trì hội nghị chuyển đổi số?")
    assert isinstance(told, Answer)
    assert [item.text for item in told.items] == ["Hà Thị Nhiên"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Bộ trưởng Bộ Giao thông vận tải Vi Đình Lộc chủ trì cuộc họp.", 1),
        ("Hội nghị do ông Vi Đình Lộc, Trưởng Ban Tuyên giáo Tỉnh ủy, chủ trì.", 1),
        ("Thứ trưởng Ngoại giao Vi Đình Lộc chủ trì cuộc họp.", 1),
        ("UBND tỉnh giao Sở Nội vụ chủ trì xây dựng đề án.", 0),
        ("Ảnh: Vi Đình Lộc/TTXVN Các đồng chí Vi Đình Lộc và Hà Thị Nhiên chủ trì hội nghị.", 1),
        ("Ông Vi Đình Lộc chủ trì hội nghị - Ảnh: Minh Tú", 0),
    ],
)
def test_who_is_given_a_task_chairs_nothing(text: str, count: int) -> None:
    assert len(chair_cues(read(text))) == count


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("tháng trước UBND tỉnh họp gì", "tháng 12/2025"),
        ("lịch họp quý này", "từ 01/01/2026 đến 31/03/2026"),
        ("thu ngan sach nam nay?", "năm 2026"),
        ("hom qua", "14/01/2026"),
        ("GRDP tăng bao nhiêu so với năm ngoái", None),
        ("Sản lượng lúa tăng bao nhiêu so với cùng kỳ năm ngoái?", None),
        ("Tỉnh sẽ làm gì trong những năm tới?", None),
        ("mấy năm nay xã mất bao nhiêu đất", None),
        ("ai nhận chức tháng sau khi họp", None),
        ("đoàn Việt Nam tới thăm nước nào", None),
    ],
)
def test_spans_from_today_on(typed: str, says: str | None) -> None:
    when = around_today(typed, dt.date(2026, 1, 15))
    assert (when and when.since and when.until and told_as(when.since, when.until)) == says


def test_a_question_about_now_is_not_answered_by_an_old_article(library: Library) -> None:
    refused = library.ask("Năm nay tỉnh Lam Giang đặt mục tiêu thu ngân sách bao nhiêu")
    assert isinstance(refused, NotFound)
    assert "02/10/2024" in refused.reply


def test_a_name_that_is_written_otherwise_is_said(library: Library) -> None:
    told = library.ask("Ông Vi Định Lộc chủ trì cuộc họp ngày nào?")
    assert isinstance(told, Answer)
    assert told.note
    assert "“Vi Đình Lộc”" in told.note
    asked = library.ask("Ông Vi Định Lộc là ai?")
    assert isinstance(asked, NotFound)
    assert asked.choices == ("Vi Đình Lộc",)
    same = library.ask("Ông Vi Đình Lộc là ai?")
    assert isinstance(same, Answer)
    assert "Bài viết ghi" not in (same.note or "")


def test_a_fact_that_supposes_guilt_is_told_with_its_stage(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    text = "Theo cáo buộc, ông Quách Đình Tự nhận hối lộ 2 tỷ đồng của một doanh nghiệp ở huyện Ba Khe."
    library.store.publish([Article(id="a", text=text, title="Khởi tố ông Quách Đình Tự", source="Báo")], encoder)
    told = library.ask("Ông Quách Đình Tự nhận hối lộ bao nhiêu tiền?")
    assert isinstance(told, Answer)
    assert told.note
    assert "không phải kết luận về tội trạng" in told.note
    for against in ("Ông Quách Đình Tự bị kỷ luật vì gì?", "Ở Hà Nội ông Quách Đình Tự nhận hối lộ bao nhiêu?"):
        assert alleges(understand(against))
    other = library.ask("Ông Quách Đình Tú nhận hối lộ bao nhiêu tiền?")
    assert isinstance(other, NotFound)
    assert "không phải “Quách Đình Tú”" in other.reply
    assert other.questions == ("Ông Quách Đình Tự nhận hối lộ bao nhiêu tiền?",)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Ông Quách Đình Tự có bị khởi tố không?", True),
        ("ong quach dinh tu co bi khoi to khong", True),
        ("Ông Quách Đình Tú có bị khởi tố không?", False),
    ],
)
def test_a_proceeding_is_told_of_nobody_with_nearly_the_name(
    tmp_path: Path, encoder: Encoder, asked: str, *, told: bool
) -> None:
    library = Library(tmp_path, encoder)
    text = "Ngày 5/4, công an huyện Ba Khe cho biết ông Quách Đình Tự bị khởi tố vì nhận hối lộ."
    library.store.publish([Article(id="a", text=text, title="Khởi tố tại Ba Khe", source="Báo")], encoder)
    reply = library.ask(asked)
    if told:
        assert isinstance(reply, Answer)
    else:
        assert isinstance(reply, NotFound)
        assert "Quách Đình Tú trong việc này" in reply.reply


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("Huyện Ba Khe có bệnh viện không?", False),
        ("Xã Nậm Pha có bệnh nhân sốt xuất huyết không?", False),
        ("Ông Vi Đình Lộc có bệnh không?", True),
        ("Ông Vi Đình Lộc bệnh nặng à", True),
        ("Ông Vi Đình Lộc có bồ không?", True),
        ("Tỉnh có bỏ phố đi bộ không?", False),
    ],
)
def test_what_is_private_gets_no_verdict(question: str, *, verdict: bool) -> None:
    assert asks_verdict(understand(question)) == verdict


def test_who_acts_against_wrongs_is_not_accused() -> None:
    assert alleges(understand("Ông Vi Đình Lộc nhận hối lộ bao nhiêu?"))
    assert not alleges(understand("Ông Vi Đình Lộc chỉ đạo xử lý bao nhiêu vụ vi phạm đất đai?"))


@pytest.mark.parametrize("text", ["Hồ rộng 11.5 km2.", "Hồ rộng 10.5 km².", "Nhà rộng 10.5 m2.", "Đập cao 10.5 m."])
def test_a_measure_is_no_day(text: str) -> None:
    assert not dates.find(text)


def test_an_article_of_the_province_may_name_another(tmp_path: Path, encoder: Encoder) -> None:
    """What an article is about stands at its beginning, and its newspaper's name tells the province, too."""
    library = Library(tmp_path, encoder)
    text = "Huyện Mường Chà còn 1.236 hộ nghèo, giảm 214 hộ. Đoàn Hà Nội vừa đến thăm huyện Mường Chà."
    library.store.publish([Article(id="a", text=text, title="Mường Chà giảm nghèo", source="Báo Điện Biên")], encoder)
    told = library.ask("Huyện Mường Chà, tỉnh Điện Biên còn bao nhiêu hộ nghèo?")
    assert isinstance(told, Answer)
    assert "1.236" in told.text


CALLED_AFTER = (
    "---\ntitle: Lam Giang mở lại chợ tạm Trần Huỳnh\npublished_at: 2024-05-02\n---\n"
    "Tỉnh Lam Giang mở lại chợ tạm Trần Huỳnh trên đường Nguyễn Thị Định. Phó Chủ tịch UBND thành phố Vi Đình Lộc dự lễ mở lại chợ tạm.\n"
)


@pytest.mark.parametrize(
    ("question", "told", "thing"),
    [
        ("Giám đốc công ty mở lại chợ tạm ở Lam Giang là ai?", "Trần Huỳnh", True),
        ("Chủ tịch phường có chợ tạm ở Lam Giang tên gì?", "Nguyễn Thị Định", True),
        ("Ai dự lễ mở lại chợ tạm ở Lam Giang?", "Vi Đình Lộc", False),
    ],
)
def test_what_is_called_after_somebody_is_nobody(
    tmp_path: Path, encoder: Encoder, question: str, told: str, *, thing: bool
) -> None:
    asker(tmp_path, encoder, CALLED_AFTER)
    context = context_of(Library(tmp_path / "data", encoder).engine(), question)
    assert _name_of_a_thing(context, draft_of(context, told)) == thing


SESSION = (
    "---\ntitle: Hội Luật gia Lam Giang họp đại hội\npublished_at: 2024-05-20\n---\n"
    "Sáng 12/5, Hội Luật gia tỉnh Lam Giang họp đại hội theo Chỉ thị số 35-CT/TU ngày 30/3/2024 của Tỉnh ủy.\n"
    "Bà Đào có một người con đang học đại học, theo ông Nguyễn Văn Thống, Chủ nhiệm Ủy ban Kiểm tra.\n"
)


@pytest.mark.parametrize(
    ("question", "told", "broken"),
    [
        ("Hội Luật gia tỉnh Lam Giang họp đại hội ngày nào?", "30/3/2024", True),
        ("Hội Luật gia tỉnh Lam Giang họp đại hội ngày nào?", "12/5", False),
        ("Chỉ thị 35-CT/TU của Tỉnh ủy Lam Giang ra ngày nào?", "30/3/2024", False),
        ("Con trai bà Đào ở Hội Luật gia Lam Giang tên gì?", "Nguyễn Văn Thống", True),
        ("Chủ nhiệm Ủy ban Kiểm tra ở Lam Giang tên gì?", "Nguyễn Văn Thống", False),
    ],
)
def test_days_are_of_what_they_date_and_kin_is_no_guess(
    tmp_path: Path, encoder: Encoder, question: str, told: str, *, broken: bool
) -> None:
    asker(tmp_path, encoder, SESSION)
    context = context_of(Library(tmp_path / "data", encoder).engine(), question)
    assert (broken_premise(context, draft_of(context, told)) is not None) == broken


def test_who_stands_under_a_picture_says_nothing_there(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    text = (
        "Bí thư Tỉnh ủy Sùng Thị Máy phát biểu bế mạc hội nghị về rừng Nậm Pha. Ảnh: Minh Tú. "
        "Bà Sùng Thị Máy nói rừng Nậm Pha phải được trồng lại trong năm nay."
    )
    library.store.publish([Article(id="a", text=text, title="Hội nghị về rừng Nậm Pha", source="Báo")], encoder)
    asked = "Bà Sùng Thị Máy nói gì về rừng Nậm Pha?"
    context = context_of(library.engine(), asked)
    caption = replace(draft_of(context, "phát biểu bế mạc hội nghị về rừng Nậm Pha"), probability=0.6)
    words = replace(draft_of(context, "rừng Nậm Pha phải được trồng lại trong năm nay"), probability=0.4)
    unlikely = replace(words, probability=0.2)
    assert broken_premise(context, caption) is not None
    assert broken_premise(context, words) is None
    assert telling_what_is_said(context, (caption, words)) == (words, caption)
    assert telling_what_is_said(context, (caption, unlikely)) == (caption, unlikely)
    told = library.ask(asked)
    assert not isinstance(told, Answer) or "Ảnh" not in told.text


def test_a_credit_is_no_part_of_an_answer(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    text = "Nhà máy Suối Rạc phát thải gây mùi khó chịu cho người dân xã Nà Mạ Ảnh: Minh Tú"
    library.store.publish([Article(id="a", text=text, title="Nhà máy Suối Rạc", source="Báo")], encoder)
    told = library.ask("Nhà máy Suối Rạc gây chuyện gì cho người dân xã Nà Mạ?")
    assert isinstance(told, Answer)
    assert "Ảnh" not in told.text


def test_what_is_hardly_sure_is_said_to_be(library: Library) -> None:
    """Half of what is as sure as that is right, of questions that no model has seen."""
    told = {
        question: library.ask(question)
        for question in (
            "Đội trưởng đội đua thuyền bản Nậm Lạnh là ai?",
            "Sở Tài nguyên và Môi trường được giao việc gì?",
            "Trợ cấp Tết do ai chi trả?",
            "Ông Sùng A Páo bao nhiêu tuổi?",
            "Vì sao hội đua thuyền có đông người xem?",
            "Công văn số 2351/UBND-KT yêu cầu gì?",
            "đội nào thắng",
            "bảng giá đất ra sao",
        )
    }
    answers = [reply for reply in told.values() if isinstance(reply, Answer)]
    assert {reply.confidence < UNSURE for reply in answers} == {True, False}, "the questions show both"
    for reply in answers:
        assert (NOT_SURE in (reply.note or "")) == (reply.confidence < UNSURE)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Ai bị kỷ luật vụ phá rừng?", True),
        ("những cán bộ nào của huyện bị đề nghị cảnh cáo", True),
        ("Ban Bí thư kỷ luật những cán bộ nào?", True),
        ("Chủ tịch UBND xã bị cách chức là ai?", True),
        ("Ông Tư bị cách chức thì ai lên thay?", False),
        ("Ai chủ trì cuộc họp kỷ luật ông Tư?", False),
        ("Ai được giao việc sau khi ông Tư bị bắt?", False),
        ("Đơn vị nào trồng cây bị bật gốc?", False),
    ],
)
def test_who_is_asked_for_may_be_who_is_punished(question: str, *, asks: bool) -> None:
    assert asks_whom_it_hits(understand(question)) == asks


def test_who_chairs_where_somebody_is_punished_is_not_punished(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    text = (
        "Ngày 5/2, Ban Thường vụ Tỉnh ủy Lam Giang họp dưới sự chủ trì của Bí thư Tỉnh ủy Sùng Thị Máy, xem xét "
        "thi hành kỷ luật đối với ông Tạ Đình Khuê vì để mất rừng Nậm Pha. Ông Vừ A Páo báo cáo vụ việc."
    )
    library.store.publish([Article(id="a", text=text, title="Kỷ luật vụ mất rừng Nậm Pha", source="Báo")], encoder)
    context = context_of(library.engine(), "Ai bị kỷ luật vì để mất rừng Nậm Pha?")
    both = draft_of(context, "Bí thư Tỉnh ủy Sùng Thị Máy, xem xét thi hành kỷ luật đối với ông Tạ Đình Khuê")
    told = of_whom_it_hits(context, both)
    assert told is not None
    assert [text_of(told.candidate.sentence, told.cut)] == ["Tạ Đình Khuê"]
    assert of_whom_it_hits(context, draft_of(context, "Vừ A Páo")) is None
    assert broken_premise(context, draft_of(context, "Vừ A Páo")) is not None
    assert of_whom_it_hits(context_of(library.engine(), "Ai báo cáo vụ mất rừng?"), both) == both


def test_what_is_found_against_somebody_is_not_what_he_says(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    text = (
        "Ủy ban Kiểm tra kết luận vi phạm của ông Tạ Đình Khuê là rất nghiêm trọng. Ông Tạ Đình Khuê nói sẽ chấp hành."
    )
    library.store.publish([Article(id="a", text=text, title="Kết luận về ông Tạ Đình Khuê", source="Báo")], encoder)
    context = context_of(library.engine(), "Ông Tạ Đình Khuê nói gì về vi phạm?")
    assert broken_premise(context, draft_of(context, "là rất nghiêm trọng")) is not None
    assert broken_premise(context, draft_of(context, "sẽ chấp hành")) is None


def test_diacritics_tell_a_province_from_other_words(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    text = "Sáng 5/4, Sở Y tế tỉnh Sơn La họp về dịch cúm. Ông Vừ A Páo chủ trì cuộc họp và nói dịch có diễn biến mới."
    library.store.publish([Article(id="a", text=text, title="Sơn La họp về dịch cúm", source="Báo")], encoder)
    for asked, told in (
        ("ai chủ trì cuộc họp về dịch cúm ở sơn la", True),
        ("ai chủ trì cuộc họp về dịch cúm ở điện biên", False),
    ):
        context = context_of(library.engine(), asked)
        kept, _ = of_province(context, [draft_of(context, "Vừ A Páo")])
        assert bool(kept) == told, asked
