"""Questions over the invented province: the gate on quality, conversations, refusals, and citations that always hold."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.library import Library
from retrieval.answers import reader
from retrieval.answers.types import Answer, NotFound
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.engine import Engine
from retrieval.evaluation import figures, judge
from retrieval.locality import Locality
from retrieval.vietnamese.places import Merger, Renamings
from retrieval.vietnamese.text import fold
from tests.conftest import PROVINCE
from tests.reading import asker

QUESTIONS = [json.loads(line) for line in (PROVINCE / "questions.jsonl").read_text(encoding="utf-8").splitlines()]


def answers(engine: Engine, question: str, previous: str | None = None) -> Answer:
    reply = engine.ask(question, previous)
    assert isinstance(reply, Answer), f"{question}: {reply}"
    check_citations(engine, reply)
    return reply


def refuses(engine: Engine, question: str, previous: str | None = None) -> NotFound:
    reply = engine.ask(question, previous)
    assert isinstance(reply, NotFound), f"{question}: {reply}"
    return reply


def check_citations(engine: Engine, reply: Answer) -> None:
    """Every quote is the stored text, every item stands in its quote, every passage holds its quote's beginning."""
    assert reply.items
    for citation in reply.citations:
        row = engine.generation.row(citation.article_id)
        assert row is not None
        article = engine.generation.article(row)
        assert article.text[citation.start : citation.end] == citation.quote
        assert len(citation.quote.split()) <= 200
        owner, start, end = engine.generation.passage(int(citation.passage_id))
        assert owner.id == article.id
        assert start < citation.end
        assert citation.start < end
    for item in reply.items:
        citation = reply.citations[item.citation]
        assert citation.start <= item.start < item.end <= citation.end
        assert citation.quote[item.start - citation.start : item.end - citation.start] == item.text


def test_the_gate_over_the_invented_province(engine: Engine) -> None:
    """105 questions, 32 without an answer. The floors are a little under what was measured; see docs/quality.md."""
    assert len(QUESTIONS) >= 100
    assert sum(q["type"] == "unanswerable" for q in QUESTIONS) >= 30
    total = figures([judge(q, engine.ask(q["question"], q.get("previous")).to_json()) for q in QUESTIONS])
    assert total["correct"] >= 0.92, total
    assert total["f1"] >= 0.73, total
    assert total["refused"] >= 0.64, total
    assert total["wrongly_refused"] <= 0.05, total
    assert total["article_first"] >= 0.95, total


def test_the_gate_without_diacritics(engine: Engine) -> None:
    """The same questions, every diacritic taken away."""
    answerable = [q for q in QUESTIONS if q["answers"]]
    total = figures(
        [
            judge(q, engine.ask(fold(q["question"]), fold(q["previous"]) if q.get("previous") else None).to_json())
            for q in answerable
        ]
    )
    assert total["correct"] >= 0.70, total


def test_every_answer_of_the_gate_is_verbatim(engine: Engine) -> None:
    for question in QUESTIONS:
        reply = engine.ask(question["question"], question.get("previous"))
        if isinstance(reply, Answer):
            check_citations(engine, reply)


@pytest.mark.parametrize("bare", [False, True])
def test_a_meeting_is_told_whole(engine: Engine, bare: bool) -> None:
    """Who chaired, who attended with which role, when, each body's task with its deadline, the shortcomings."""

    def typed(text: str) -> str:
        return fold(text) if bare else text

    chair = answers(engine, typed("Ai chủ trì hội nghị giao ban công tác dân vận quý I?"))
    assert [(i.text, i.role) for i in chair.items] == [("Tạ Quang Hiển", "Phó Bí thư Thường trực Tỉnh ủy Lam Giang")]
    there = answers(engine, typed("Những ai dự hội nghị giao ban công tác dân vận quý I?"))
    assert [(i.text, i.role) for i in there.items][:2] == [
        ("Lường Thị Bích", "Trưởng Ban Dân vận Tỉnh ủy"),
        ("Đỗ Văn Khởi", "Phó Chủ tịch HĐND tỉnh"),
    ]
    assert "28/3" in answers(engine, typed("Hội nghị giao ban công tác dân vận quý I diễn ra khi nào?")).text
    task = answers(engine, typed("Ban Dân vận Tỉnh ủy được giao nhiệm vụ gì?"))
    assert task.items[0].assignee == "Ban Dân vận Tỉnh ủy"
    assert task.items[0].deadline == "trước ngày 30/6"
    for body, words in (
        ("Hội Nông dân tỉnh", "hiến đất mở đường"),
        ("Tỉnh đoàn", "10 nhà nhân ái"),
        ("Hội Cựu chiến binh tỉnh", "hoàn cảnh khó khăn"),
    ):
        task = answers(engine, typed(f"{body} được giao nhiệm vụ gì?"))
        assert words in task.text
        assert task.items[0].assignee == body
        assert len(task.items) == 1
    short = answers(engine, typed("Hội nghị giao ban dân vận chỉ ra những hạn chế gì?"))
    assert "chưa kịp thời" in short.text
    assert "hình thức" in short.text


@pytest.mark.parametrize(
    "question",
    [
        "Ai chủ trì hội nghị giao ban dân vận năm 2012?",
        "Liên đoàn Lao động tỉnh được giao nhiệm vụ gì?",
        "hoi lien hiep phu nu tinh phai lam gi",
        "Giá vàng SJC hôm nay bao nhiêu?",
    ],
)
def test_what_the_articles_do_not_say_is_refused(engine: Engine, question: str) -> None:
    reply = refuses(engine, question)
    assert reply.reason in {"article_silent", "no_article"}
    assert reply.reply.startswith("Các bài Tin Tỉnh đang có (đến 14/08/2024)")
    assert all(s.quote for s in reply.suggestions)


def test_a_false_premise_is_said(engine: Engine) -> None:
    reply = refuses(engine, "Đỗ Văn Khởi chủ trì hội nghị giao ban dân vận nói gì?")
    assert reply.reason == "false_premise"
    assert "Tạ Quang Hiển" in reply.reply


def test_a_person_of_the_province_is_no_province(engine: Engine) -> None:
    """`Chủ tịch UBND tỉnh Phùng Thế Duyệt` leaves nothing open: there is one event, and nothing to choose between."""
    assert "Trường Tiểu học Suối Rạc" in answers(engine, "UBND huyện Thượng Lam được giao việc gì?").text


def test_where_is_told_by_the_place_of_the_event(engine: Engine) -> None:
    assert "Hội trường Tỉnh ủy" in answers(engine, "Hội nghị giao ban dân vận tổ chức ở đâu?").text


def test_two_articles_that_differ_are_both_shown_newest_first(engine: Engine) -> None:
    reply = answers(engine, "Bao nhiêu tàu du lịch trên hồ Lam Giang hết hạn đăng kiểm?")
    assert [c.article_id for c in reply.citations] == ["tau-thuyen-ho-lam-2.md", "tau-thuyen-ho-lam-1.md"]
    assert "19 tàu" in reply.items[0].text
    assert "18 tàu" in reply.items[-1].text


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["Tỉnh đoàn được giao việc gì?", "Còn Hội Nông dân thì sao?"], ["nhà nhân ái", "hiến đất"]),
        (["ai chu tri giao ban dan van quy 1", "ai du?"], ["Tạ Quang Hiển", "Lường Thị Bích"]),
        (["hoi ccb tinh phai lam gi", "con tinh doan?"], ["rà soát hội viên", "nhà nhân ái"]),
        (["Ai chủ trì họp về tàu du lịch hồ Lam Giang?", "Ông ấy giữ chức vụ gì?"], ["Khổng Minh Tước", None]),
        (["ai chu tri giao ban dan van", "con lien doan lao dong?"], ["Tạ Quang Hiển", None]),
        (["Lễ hội Cầu mùa Mường Then khai mạc khi nào?", "Ai phát biểu khai mạc?"], ["24/2", "Lò Thị Ánh"]),
        (["nong thi mai la ai", "Hội Nông dân tỉnh phải làm gì?"], ["Chủ tịch UBND huyện Ba Khe", "hiến đất"]),
    ],
)
def test_conversations(engine: Engine, turns: list[str], expected: list[str | None]) -> None:
    """A turn with None expected may be refused, or answered from its article; it must not tell of another body."""
    previous = None
    for turn, words in zip(turns, expected, strict=True):
        reply = engine.ask(turn, previous)
        if words is not None:
            assert isinstance(reply, Answer), (turn, reply)
            assert words in reply.text, (turn, reply.text)
        elif isinstance(reply, Answer):
            assert "hiến đất" not in reply.text
        previous = turn


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "invalid"),
        ("   ", "invalid"),
        ("😀😀", "invalid"),
        ("?!…", "invalid"),
        ("\x00\x07\u200b", "invalid"),
        ("a" * 10_000, "invalid"),
        ("Кто председатель?", "invalid"),
        ("谁主持了会议", "invalid"),
        ("xin chào", "smalltalk"),
        ("cảm ơn bạn nhé", "smalltalk"),
        ("ban la ai", "smalltalk"),
        ("hihi", "smalltalk"),
        ("ừ nhỉ", "smalltalk"),
        ("vâng ạ", "smalltalk"),
        ("hahah ok", "smalltalk"),
        ("tin tỉnh", "smalltalk"),
    ],
)
def test_what_is_no_question_is_answered_politely(engine: Engine, typed: str, reason: str) -> None:
    reply = refuses(engine, typed)
    assert reply.reason == reason
    assert reply.reply
    assert not reply.suggestions


def test_html_in_a_question_is_text(engine: Engine) -> None:
    assert engine.ask("<script>alert(1)</script> ai chu tri giao ban dan van <b>").question.startswith("<script>")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_a_reply(engine: Engine, text: str) -> None:
    reply = engine.ask(text, text[::-1])
    if isinstance(reply, Answer):
        check_citations(engine, reply)
    json.dumps(reply.to_json())


def test_the_contract_s_fields(engine: Engine) -> None:
    row: dict[str, Any] = answers(engine, "Ai chủ trì hội nghị giao ban công tác dân vận quý I năm 2024?").to_json()
    assert {
        "id",
        "question",
        "status",
        "text",
        "items",
        "citations",
        "kind",
        "interpretation",
        "confidence",
        "generation",
        "data_until",
        "elapsed_ms",
    } <= set(row)
    assert set(row["citations"][0]) == {
        "article_id",
        "title",
        "url",
        "source",
        "author",
        "published_at",
        "passage_id",
        "start",
        "end",
        "quote",
    }
    assert row["kind"] == "chair"
    assert row["data_until"] == "2024-08-14"
    refused = refuses(engine, "Giá vàng hôm nay?").to_json()
    assert (refused["text"], refused["citations"], refused["status"]) == ("", [], "not_found")
    assert refused["reason"] == "no_article"


def test_search_filters_by_date_and_source(engine: Engine) -> None:
    import datetime as dt

    def found(**filters: Any) -> set[str]:
        return {engine.generation.article(h.article).id for h in engine.search("hội nghị Lam Giang", **filters)}

    assert "truong-noi-tru-thuong-lam.md" in found(until=dt.date(2023, 12, 31))
    assert found(until=dt.date(2023, 12, 31)) == {"truong-noi-tru-thuong-lam.md"}
    assert "truong-noi-tru-thuong-lam.md" not in found(since=dt.date(2024, 1, 1))
    assert found(sources=["Báo Khác"]) == set()


@pytest.mark.parametrize("bare", [False, True])
def test_a_day_that_is_asked_for_is_told_and_nothing_else(engine: Engine, *, bare: bool) -> None:
    """`năm học 2023 - 2024` stands beside it, and is no day."""
    asked = "Trường nội trú Thượng Lam khánh thành ngày nào?"
    assert answers(engine, fold(asked) if bare else asked).text == "Sáng 5/9"


@pytest.mark.parametrize("bare", [False, True])
def test_what_is_counted_is_told_whole(engine: Engine, *, bare: bool) -> None:
    asked = "Trường nội trú Thượng Lam có mấy phòng học?"
    assert "24 phòng học" in answers(engine, fold(asked) if bare else asked).text


def test_why_is_not_answered_by_what_was_done_about_it(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.md").write_text(
        "Sạt lở ở xã Nậm Pha cuốn trôi 3 căn nhà. Lãnh đạo huyện đến khảo sát hiện trường sạt lở ở xã Nậm Pha, tặng quà bà con.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    refuses(library.engine(), "Vì sao sạt lở ở xã Nậm Pha?")
    (tmp_path / "a.md").write_text(
        "Sạt lở ở xã Nậm Pha cuốn trôi 3 căn nhà. Nguyên nhân sạt lở ở xã Nậm Pha là do mưa lớn kéo dài nhiều ngày.\n",
        encoding="utf-8",
    )
    library.index([tmp_path / "a.md"])
    assert "mưa lớn" in answers(library.engine(), "Vì sao sạt lở ở xã Nậm Pha?").text


def test_seeds_answer(tmp_path: Path, encoder: Encoder) -> None:
    """The starter corpus answers its own dozen, with and without diacritics."""
    library = Library(tmp_path, encoder)
    indexed = library.index([Path(__file__).parents[1] / "seeds"])
    assert (indexed.articles, indexed.unread, indexed.duplicates) == (12, [], [])
    engine = library.engine()
    for question, words in (
        ("Ai chủ trì hội nghị giao ban khối MTTQ và các đoàn thể tỉnh Điện Biên năm 2023?", "Mùa A Sơn"),
        ("ai chu tri hop giao ban mttq 29/12", "Mùa A Sơn"),
        ("Những ai dự hội nghị giao ban khối MTTQ Điện Biên?", "Lò Văn Phương"),
        # `Ủy ban MTTQ Việt Nam tỉnh tiếp tục …`, not what Hội Nông dân has to do.
        ("MTTQ tỉnh Điện Biên được giao việc gì?", "tham mưu thực hiện Đề án vận động hỗ trợ làm nhà"),
        ("mttq tinh dien bien phai lam gi", "tham mưu thực hiện Đề án vận động hỗ trợ làm nhà"),
        ("Hội Cựu chiến binh tỉnh Điện Biên được giao nhiệm vụ gì?", "cuốn sách"),
        ("hoi nong dan tinh dien bien phai lam gi", "3 khâu đột phá"),
        # A few words are enough over a few articles.
        ("hoi phu nu duoc giao nhiem vu gi", "chương trình, đề án"),
        ("hoi lhpn phai lam gi", "chương trình, đề án"),
        ("Sau sắp xếp tỉnh Bình Định còn bao nhiêu đơn vị hành chính cấp xã?", "58 đơn vị"),
        ("Ai chủ trì họp thành viên UBND tỉnh Đắk Nông tháng 3/2019?", "Nguyễn Bốn"),
        ("Vụ sạt lở ở Mỹ Hội Đông khiến bao nhiêu hộ phải di dời?", "106 hộ"),
        ("vu sat lo My Hoi Dong bao nhieu ho phai di doi", "hơn 106 hộ"),
        ("Diễn đàn trẻ em Đắk Nông năm 2019 tổ chức ở đâu?", "Trung tâm Hội nghị tỉnh"),
        ("Bến xe Miền Đông mới rộng bao nhiêu ha?", "16 ha"),
        ("Ai chủ trì hội nghị trực tuyến báo cáo viên ngày 3/4/2019?", "Lê Mạnh Hùng"),
        ("lo van tien giu chuc vu gi", "Phó Chủ tịch UBND tỉnh"),
    ):
        assert words in answers(engine, question).text, question
    assert "căn nhà" not in answers(engine, "vu sat lo My Hoi Dong bao nhieu ho phai di doi").text
    refuses(engine, "Tỉnh đoàn Điện Biên được giao nhiệm vụ gì?")
    # Neither by what was to be done nor by who was there, however it is asked.
    for asked in (
        "họp giao ban MTTQ tổ chức ở đâu",
        "hop giao ban mttq o dau",
        "Hội nghị giao ban MTTQ diễn ra tại đâu?",
    ):
        refuses(engine, asked)
    refuses(engine, "Ai chủ trì hội nghị giao ban khối MTTQ Điện Biên năm 2012?")


def test_a_small_corpus_names_nobody_for_what_it_does_not_tell(tmp_path: Path, encoder: Encoder) -> None:
    """Whoever spoke at another meeting in Đắk Nông led no delegation there; other words for who chaired still find him."""
    library = Library(tmp_path, encoder)
    library.index([Path(__file__).parents[1] / "seeds"])
    engine = library.engine()
    for question in (
        "Ai dẫn đầu đoàn công tác ở Đắk Nông?",
        "Ai ký quyết định ở Điện Biên?",
        "ai cam dau vu pha rung o Dak Nong",
    ):
        assert isinstance(engine.ask(question), NotFound)
    assert "Mùa A Sơn" in answers(engine, "Ai điều hành hội nghị giao ban khối MTTQ ngày 29/12?").text


def test_a_draft_that_is_hardly_likely_answers_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless a rule fits it wholly, as a task of the body that is asked about does."""
    figure = "Quý I toàn tỉnh có bao nhiêu mô hình dân vận khéo?"
    assert answers(engine, figure)
    monkeypatch.setattr(reader, "LEAST_CHANCE", 1.0)
    refuses(engine, figure)


def test_who_said_the_words_that_are_quoted(tmp_path: Path, encoder: Encoder) -> None:
    """The subject carries over sentences; a paraphrase is told as one; words that nobody is named for are not ascribed."""
    text = (
        "Kết luận hội nghị, Phó Bí thư Tỉnh ủy Tạ Quang Hiển đánh giá cao kết quả của các đoàn thể. "
        "Đồng chí Phó Bí thư Tỉnh ủy coi việc chậm giải ngân là nỗi lo chung của các cấp. "
        "Ông nói: “Phải đi từng ngõ, gõ từng nhà”. Có ý kiến cho rằng mùa mưa năm nay đến sớm."
    )
    library = Library(tmp_path, encoder)
    library.store.publish([Article(id="a", text=text, title="Hội nghị", source="Báo Lam Giang")], encoder)
    engine = library.engine()
    paraphrased = answers(engine, 'ai noi "noi lo chung" o hoi nghi')
    assert (paraphrased.text, paraphrased.kind) == ("Tạ Quang Hiển", "statement")
    assert paraphrased.items[0].role == "Phó Bí thư Tỉnh ủy"
    assert any("nỗi lo chung" in c.quote for c in paraphrased.citations)
    assert paraphrased.note is not None
    direct = answers(engine, "Ai nói “Phải đi từng ngõ, gõ từng nhà”?")
    assert (direct.text, direct.note) == ("Tạ Quang Hiển", None)
    refused = engine.ask('ai cho rang "mua mua nam nay den som"')
    assert not isinstance(refused, Answer) or refused.kind != "statement"


def test_a_year_that_the_article_does_not_state_is_refused(tmp_path: Path, encoder: Encoder) -> None:
    text = (
        "Chiều 29/12, đồng chí Tạ Quang Hiển chủ trì hội nghị giao ban khối dân vận, đánh giá năm 2023, giai đoạn 2020 - 2025. "
        "Dự hội nghị có các đồng chí: Lường Thị Bích, Trưởng Ban Dân vận; Đỗ Văn Khởi, Phó Chủ tịch HĐND tỉnh."
    )
    library = Library(tmp_path, encoder)
    library.store.publish([Article(id="a", text=text, title="Giao ban", source="Báo Lam Giang")], encoder)
    engine = library.engine()
    assert "Lường Thị Bích" in answers(engine, "ai du hop giao ban dan van 2023").text
    refuses(engine, "ai du hop giao ban dan van 2019")


@pytest.mark.parametrize(
    "typed",
    [
        "nha e bi lu cuon cuu voi",
        "Cứu em với, cháy rồi",
        "em muốn chết",
        "nhà tôi đang cháy",
        "nước lên tới mái nhà rồi, cả nhà đang trên nóc, giúp với",
        "bố tôi bị đột quỵ gọi ai",
        "sạt lở vùi nhà em rồi có 3 người ở trong",
        "chong toi dang danh toi",
        "con em bị điện giat rồi",
        "có người đuối nước ở suối, làm sao giờ",
        "SOS",
        "nhà em đang cháy, cứu hộ ở đâu",
        "nhà tôi bị lũ cuốn, cần cứu hộ gấp",
        "tôi bị kẹt trong lũ, xin cứu nạn",
        "nhà em cháy gọi số nào",
        "nhà tôi bị cháy, công an xã ơi",
    ],
)
def test_a_call_for_help_gets_the_numbers_first(engine: Engine, typed: str) -> None:
    reply = engine.ask(typed)
    assert isinstance(reply, NotFound)
    assert reply.reason == "emergency"
    assert "114" in reply.reply
    assert not reply.suggestions


@pytest.mark.parametrize(
    "typed",
    [
        "mấy người bị lũ cuốn ở xã Suối Rạc?",
        "lực lượng cứu hộ cứu nhà văn hóa nào?",
        "nhà tôi bị thu hồi đất đền bù bao nhiêu",
        "nhà em bị sạt lở thì được hỗ trợ bao nhiêu",
        "xây cầu vượt giải cứu kẹt xe hết bao nhiêu tiền",
        "Công ty nợ nhà em bao nhiêu tiền đất?",
        "Làng trẻ em SOS thành lập khi nào?",
        "cứu trợ lũ lụt ở Mường Pồn gồm những gì",
        "cứu hỏa dập đám cháy lúc mấy giờ",
        "ai cứu cháu bé đuối nước?",
        "giúp tôi tìm tin về cháy rừng",
    ],
)
def test_a_question_about_an_accident_is_a_question(engine: Engine, typed: str) -> None:
    assert getattr(engine.ask(typed), "reason", None) != "emergency"


@pytest.mark.parametrize(
    "typed",
    ["hnay cup dien ko o xa Na Lo", "tối nay xã Nà Lộ có cúp điện không?", "tuan truoc xa Na Lo cup dien may gio"],
)
def test_what_is_asked_of_now_is_answered_of_now_alone(tmp_path: Path, encoder: Encoder, typed: str) -> None:
    (tmp_path / "old.md").write_text(
        "---\npublished_at: 2024-03-10\n---\nĐiện lực huyện thông báo: xã Nà Lộ cúp điện từ 7 giờ đến 16 giờ ngày 12/3.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "old.md"])
    reply = library.engine().ask(typed)
    assert isinstance(reply, NotFound)
    assert "không áp dụng cho" in reply.reply
    assert "10/03/2024" in reply.reply
    assert reply.suggestions
    then = library.engine().ask("Xã Nà Lộ cúp điện từ mấy giờ đến mấy giờ ngày 12/3?")
    assert isinstance(then, Answer)


def test_a_commune_is_known_by_the_name_it_had_before(tmp_path: Path, encoder: Encoder) -> None:
    """Told and offered, never answered in silence: what is true of the part need not be true of the whole."""
    (tmp_path / "a.md").write_text(
        "Ngày 12/8/2025, UBND xã Suối Rạc tổ chức khánh thành cầu treo Nà Pheo. Cầu dài 86 mét, trị giá 3,2 tỷ đồng.\n",
        encoding="utf-8",
    )
    communes = Renamings([Merger("xã Suối Rạc", "xã Nậm Hoa")])
    library = Library(tmp_path / "data", encoder, locality=Locality(communes=communes))
    library.index([tmp_path / "a.md"])
    asked = library.engine().ask("Trạm y tế xã Nậm Hoa có mấy giường?")
    assert isinstance(asked, NotFound)
    assert "Từ 1/7/2025, xã Nậm Hoa thuộc xã Suối Rạc" in asked.reply
    assert asked.choices == ("Hỏi với tên xã Suối Rạc",)
    assert asked.questions == ("Trạm y tế xã Suối Rạc có mấy giường?",)
    assert isinstance(library.engine().ask("Cầu treo Nà Pheo ở xã Suối Rạc dài bao nhiêu mét?"), Answer)


def test_an_article_of_today_answers_today(tmp_path: Path, encoder: Encoder) -> None:
    today = Locality().today()
    (tmp_path / "new.md").write_text(
        f"---\npublished_at: {today}\n---\nĐiện lực huyện thông báo: hôm nay xã Nà Lộ cúp điện từ 7 giờ đến 16 giờ.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "new.md"])
    assert isinstance(library.engine().ask("Hôm nay xã Nà Lộ cúp điện từ mấy giờ?"), Answer)


def test_when_a_work_is_done_is_not_when_it_began(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.md").write_text(
        "---\npublished_at: 2024-03-10\n---\nSáng 9/3, cầu Nậm Thi dài 120 m ở xã Nà Lộ được khởi công với vốn 45 tỷ đồng.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    assert isinstance(library.engine().ask("Cầu Nậm Thi ở xã Nà Lộ khi nào xong?"), NotFound)
    began = library.engine().ask("Cầu Nậm Thi ở xã Nà Lộ khởi công khi nào?")
    assert isinstance(began, Answer)
    assert "9/3" in began.text


def test_a_sum_that_looks_like_a_day_is_none(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "a.md").write_text(
        "UBND xã Mường Then hỗ trợ 3-5 triệu đồng cho mỗi hộ dân di dời khỏi vùng sạt lở. Việc di dời đang được làm.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    refuses(library.engine(), "Hộ dân Mường Then di dời xong khi nào?")
    assert "3-5 triệu đồng" in answers(library.engine(), "Mường Then hỗ trợ mỗi hộ dân di dời bao nhiêu tiền?").text


def test_a_day_with_its_year_is_the_day(tmp_path: Path, encoder: Encoder) -> None:
    """The article says `29/12`, and is of 2023: whoever types the whole date asks of the same meeting, and of no other year's."""
    (tmp_path / "a.md").write_text(
        "---\ntitle: Giao ban khối Mặt trận\npublished_at: 2023-12-29\n---\n"
        "Chiều 29/12, đồng chí Khổng Minh Tước, Phó Bí thư Tỉnh ủy Lam Giang, chủ trì hội nghị giao ban với khối Mặt trận.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    for asked in ("ai chu tri hoi nghi giao ban 29/12/2023", "Ai chủ trì hội nghị giao ban 29-12-2023?"):
        assert answers(library.engine(), asked).text == "Khổng Minh Tước"
    refuses(library.engine(), "ai chu tri hoi nghi giao ban 29/12/2021")
    refuses(library.engine(), "ai chu tri hoi nghi giao ban 11/8/2023")


@pytest.mark.parametrize("asked", ["họp khi nào", "vào ngày nào?", "cuộc họp đó diễn ra hôm nào"])
def test_when_is_told_of_a_meeting_that_was_named_by_its_day(engine: Engine, asked: str) -> None:
    before = "ai chủ trì hội nghị giao ban công tác dân vận quý I ở tỉnh Lam Giang 28/3"
    reply = engine.ask(asked, before)
    assert isinstance(reply, Answer)
    assert "28/3" in reply.text


ROAD = """---
title: Lam Giang làm đường nối hai huyện
published_at: 2024-04-02
---
Phó Chủ tịch UBND tỉnh Khổng Minh Tước đồng ý để UBND huyện Ba Khe chủ trì nghiên cứu tuyến đường Ba Khe - Mường Then, Sở Giao thông vận tải phối hợp.
Thời gian nghiên cứu là 45 ngày kể từ ngày 2/4; thời kỳ lập dự toán từ tháng 5/2024 đến tháng 12/2024.
Ngày hội việt dã ở Ba Khe cùng ngày có hơn 200 vận động viên.
"""


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("tuyến đường Ba Khe - Mường Then do huyện nào chủ trì nghiên cứu", "UBND huyện Ba Khe"),
        ("co quan nao chu tri nghien cuu tuyen duong Ba Khe Muong Then", "UBND huyện Ba Khe"),
        ("thời gian nghiên cứu tuyến đường Ba Khe - Mường Then bao lâu?", "45 ngày"),
        ("ngày hội việt dã ở Ba Khe có bao nhiêu vđv", "hơn 200 vận động viên"),
    ],
)
def test_a_body_a_time_and_a_count_are_told_as_such(tmp_path: Path, encoder: Encoder, question: str, told: str) -> None:
    reply = asker(tmp_path, encoder, ROAD)(question)
    assert isinstance(reply, Answer)
    assert told in reply.text
    assert "Khổng Minh Tước" not in reply.text
    assert "12/2024" not in reply.text


@pytest.mark.parametrize(
    "asked",
    [
        "hop luc may gio",  # the article tells of no hour
        "Thế ai chủ trì phiên đấu giá tàu vũ trụ?",
        "còn ai chủ trì họp Quốc hội?",
        "Vậy ai dự lễ phóng vệ tinh Vinasat?",
    ],
)
def test_what_goes_on_with_a_meeting_is_not_answered_by_just_any_of_it(engine: Engine, asked: str) -> None:
    before = "ai chủ trì hội nghị giao ban công tác dân vận quý I ở tỉnh Lam Giang 28/3"
    assert isinstance(engine.ask(asked, before), NotFound)


def test_when_is_not_told_of_somebody_named_le(engine: Engine) -> None:
    assert isinstance(engine.ask("vào ngày nào?", "Ông Lê Văn Sơn bị bắt vì sao"), NotFound)


LEADS = """---
title: Ba cơ quan bàn việc rừng
published_at: 2024-04-02
---
Hội nghị về rừng Nậm Lĩnh do Ủy ban Mặt trận Tổ quốc tỉnh Lam Giang (MTTQ) và Sở Nông nghiệp tỉnh Lam Giang đồng chủ trì ngày 2/4.
Thủ tướng giao tỉnh Nam Lĩnh chủ trì lập quy hoạch vườn quốc gia Nậm Lĩnh, báo cáo trước ngày 30/6.
"""


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Những cơ quan nào đồng chủ trì hội nghị về rừng Nậm Lĩnh?", ["Mặt trận Tổ quốc", "Sở Nông nghiệp"]),
        ("tỉnh nào chủ trì lập quy hoạch vườn quốc gia Nậm Lĩnh", ["tỉnh Nam Lĩnh"]),
    ],
)
def test_bodies_that_chair_are_told(tmp_path: Path, encoder: Encoder, question: str, told: list[str]) -> None:
    reply = asker(tmp_path, encoder, LEADS)(question)
    assert isinstance(reply, Answer)
    assert [words for words in told if words not in reply.text] == []
