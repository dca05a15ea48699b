"""Text knowledge: canonical forms, folding, abbreviations, dates, names."""

import datetime as dt
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import SettingsError
from retrieval.vietnamese import dates
from retrieval.vietnamese.abbreviations import abbreviations_in, in_full, spell_out, written_out
from retrieval.vietnamese.names import people
from retrieval.vietnamese.places import Renamings, other_names, provinces_in
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.terms import terms
from retrieval.vietnamese.text import canonical, clean, fold, folds, nfc, tokens

vietnamese = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ ,.0123456789AĐ",
    max_size=80,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("uỷ", "ủy"),
        ("khoẻ", "khỏe"),
        ("tỷ", "tỉ"),
        ("qui", "quy"),
        ("Kỹ", "kĩ"),
        ("THUỶ", "thủy"),
        ("quý", "quí"),
    ],
)
def test_two_spellings_are_one_syllable(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize("kept", ["toàn", "huỳnh", "huy", "hoàng"])
def test_a_closed_rhyme_keeps_its_mark(kept: str) -> None:
    assert canonical(kept) == kept


@given(vietnamese)
def test_canonical_twice_is_canonical_once(text: str) -> None:
    for word in text.split():
        assert canonical(canonical(word)) == canonical(word)


@given(vietnamese)
def test_decomposed_text_gives_the_same_syllables(text: str) -> None:
    assert folds(unicodedata.normalize("NFD", text)) == folds(text) or not text.isascii()
    assert folds(nfc(unicodedata.normalize("NFD", text))) == folds(nfc(text))


@given(st.text(max_size=200))
def test_tokens_slice_back_to_the_text(text: str) -> None:
    for token in tokens(text):
        assert canonical(text[token.start : token.end]) == token.norm


@given(st.text(max_size=200))
def test_fold_and_clean_take_any_text(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)


def test_fold_maps_d_with_stroke() -> None:
    assert fold("Đường Điện Biên") == "Duong Dien Bien"


@pytest.mark.parametrize(
    ("abbreviation", "context", "meaning"),
    [
        ("UBND", "", "ủy ban nhân dân"),
        ("BTV", "Ủy viên BTV Tỉnh ủy", "ban thường vụ"),
        ("BTV", "BTV báo Lam Giang", "biên tập viên"),
        ("KT-XH", "", "kinh tế - xã hội"),
        ("XYZQ", "", None),
    ],
)
def test_abbreviations_are_written_out_by_context(abbreviation: str, context: str, meaning: str | None) -> None:
    assert written_out(abbreviation, context) == meaning


def test_what_is_written_out_gives_its_abbreviation() -> None:
    assert "ubnd" in abbreviations_in(folds("Ủy ban nhân dân tỉnh"))
    assert "ccb" in terms("Hội Cựu chiến binh").folded


def test_both_forms_of_a_day_share_a_term() -> None:
    for text in ("ngày 29 tháng 12", "29-12", "29.12", "29/12/2023"):
        assert "29/12" in terms(text).folded


def test_teencode_is_spelled_out_but_names_are_left() -> None:
    assert spell_out("bn ng bi thuong ko") == "bao nhiêu người bi thuong không"
    assert spell_out("K là ai") == "K là ai"


ANCHOR = dt.date(2024, 1, 3)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("chiều nay (29/12)", "2023-12-29", "2023-12-29"),
        ("sáng 15/3", "2024-03-15", "2024-03-15"),
        ("tháng 12/2023", "2023-12-01", "2023-12-31"),
        ("năm 2023", "2023-01-01", "2023-12-31"),
        ("quý I/2024", "2024-01-01", "2024-03-31"),
        ("đầu năm 2024", "2024-01-01", "2024-04-30"),
        ("ngày 29 tháng 12 năm 2023", "2023-12-29", "2023-12-29"),
        ("hôm qua", "2024-01-02", "2024-01-02"),
        ("tuần trước", "2023-12-25", "2023-12-31"),
        ("giai đoạn 2017 - 2020", "2017-01-01", "2020-12-31"),
        ("ngay 29 thang 12 nam 2023", "2023-12-29", "2023-12-29"),
    ],
)
def test_a_mention_of_time_is_an_interval(text: str, since: str, until: str) -> None:
    (when,) = dates.find(text, ANCHOR)
    assert (str(when.since), str(when.until)) == (since, until)


def test_hour_and_day_are_apart() -> None:
    hour, day = dates.find("14 giờ ngày 20/2", ANCHOR)
    assert (hour.clock, day.day, day.month) == ("14:00", 20, 2)


@pytest.mark.parametrize(
    "text",
    [
        "1.700 tỷ", "tăng 10.5%", "31/2", "45/3", "3.5 ha", "2/3 đại biểu tán thành", "chiếm gần 1/3", "bản đồ 1/5.000", "tỷ lệ 1/2. 000", "kỳ họp thứ 5 tháng 12", "hội nghị lần 17 tháng 7/2019",
        "thương binh hạng 3/4",
    ],
)  # fmt: skip
def test_a_figure_is_no_day(text: str) -> None:
    assert not [w for w in dates.find(text, ANCHOR) if w.day]


@pytest.mark.parametrize(
    "text", ["sáng 2/3, các đại biểu họp", "ngày 2/3 các đại biểu họp", "dịp 30/4 - 1/5", "họp 2/3/2024"]
)
def test_what_may_be_a_share_is_a_day_all_the_same(text: str) -> None:
    assert [w for w in dates.find(text, ANCHOR) if w.day]


@given(st.text(max_size=120))
def test_dates_take_any_text(text: str) -> None:
    for when in dates.find(text, ANCHOR):
        assert 0 <= when.start <= when.end <= len(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("đồng chí Mùa A Sơn, Phó Bí thư", ["Mùa A Sơn"]),
        ("Chủ tịch UBND huyện Đèo Văn Ơn phát biểu", ["Đèo Văn Ơn"]),
        ("xe kẹt trên Đèo Hải Vân cả buổi", []),
        ("đồng chí Đại tá Phạm Tiến Lộc phát biểu", ["Phạm Tiến Lộc"]),
        ("ông Kỹ sư Lò Văn Tiến", ["Lò Văn Tiến"]),
        ("Kính gửi Ông", []),
        ("Chủ tịch UBND thành phố Hồ Lam Khổng Minh Tước", ["Khổng Minh Tước"]),
        ("Chủ tịch UBND huyện Lê Hoài Trung", ["Lê Hoài Trung"]),
        ("tại huyện Mai Sơn, xã Tân Lập và phường Lê Lợi", []),
        ("các đồng chí: Lò Văn Phương, Chủ tịch HĐND tỉnh; Lò Văn Tiến", ["Lò Văn Phương", "Lò Văn Tiến"]),
        ("ông K’Choi phát biểu", ["K’Choi"]),
        ("Ủy ban nhân dân tỉnh Lam Giang họp", []),
        ("ông Lê Văn Sơn Phó Chủ tịch", ["Lê Văn Sơn"]),
        # A given name may be a family name, too.
        ("ông Sơn và bà Hà nói với anh Sơn", ["Sơn", "Hà", "Sơn"]),
        ("theo Ông Vương Đình Thảo và Bà Hương", ["Vương Đình Thảo", "Hương"]),
        # Places that begin as people do.
        ("UBND tỉnh Bà Rịa - Vũng Tàu và Bà Rịa", []),
        ("tại Cung Văn hóa Hữu nghị", []),
        ("quận Hai Bà Trưng, cầu Ông Lãnh, huyện Bác Ái, huyện Anh Sơn", []),
        ("hai tuyến đi bộ Lê Lợi, Phạm Ngọc Thạch và Tôn Đức Thắng do ông Lê Sơn mở", ["Lê Sơn"]),
        ("tại cầu Lê Lợi, Nguyễn Huệ Chi ngã xuống nước", ["Nguyễn Huệ Chi"]),
        ("phố đi bộ Nguyễn Huệ", []),
        ("Năm 2023, tại đường Lê Lợi, Nguyễn Văn Tài đâm xe", ["Nguyễn Văn Tài"]),
        ("các đường Lê Lợi, Nguyễn Huệ, Nguyễn Văn Tài bị bắt", ["Nguyễn Văn Tài"]),
        ("hai học sinh THPT Lê Lợi, Nguyễn Minh Tài và Trần Quốc Bình", ["Nguyễn Minh Tài", "Trần Quốc Bình"]),
        ("huyện Kỳ Anh (Quảng Trị) và Đông Anh, Bắc Giang", []),
    ],
)
def test_people_are_found(text: str, names: list[str]) -> None:
    found = tokens(text)
    assert [text[found[p.first].start : found[p.last].end] for p in people(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("đồng chí Phó Bí thư Tỉnh ủy chỉ ra", []),
        ("ông Nguyễn Văn Sơn, nguyên Chủ tịch huyện", ["Nguyễn Văn Sơn"]),
        ("quyền Chủ tịch Nguyễn Thị Hoa và bà Nguyễn Lan", ["Nguyễn Thị Hoa", "Nguyễn Lan"]),
    ],
)
def test_an_office_is_no_name_and_a_name_no_office(text: str, names: list[str]) -> None:
    """`nguyên` begins a role, `Nguyễn` a name."""
    found = tokens(text)
    assert [text[found[p.first].start : found[p.last].end] for p in people(text)] == names


def test_the_34_provinces_are_made_of_63() -> None:
    table = rows("provinces")
    assert len(table) == 34
    assert len({part for _, *parts in table for part in parts}) == 63


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        ("Ai là chủ tịch tỉnh Vĩnh Phúc?", ["Phú Thọ"]),
        ("chu tich tinh phu tho la ai", ["Vĩnh Phúc", "Hòa Bình"]),
        ("ở Hà Nội", []),
        ("ông Bình Dương nói gì", ["Hồ Chí Minh"]),
        ("tinh hinh binh dinh hoa", []),
    ],
)
def test_other_names_of_provinces(asked: str, others: list[str]) -> None:
    assert [r.other for r in other_names(asked)] == others


COMMUNES = """# Tỉnh Lam Giang
xã Suối Rạc\txã Nậm Hoa
xã Suối Rạc\txã Suối Rạc
phường Ba Khe\tthị trấn Ba Khe\t1/9/2025
phường Ba Khe\tPhường 1

"""


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        ("Sạt lở ở xã Nậm Hoa", ["xã Suối Rạc"]),
        ("sat lo o xa nam hoa", ["xã Suối Rạc"]),
        ("xã Suối Rạc có mấy hộ", ["xã Nậm Hoa"]),
        ("thị trấn Ba Khe và phường 1", ["phường Ba Khe", "phường Ba Khe"]),
        ("phường Ba Khe", ["thị trấn Ba Khe", "Phường 1"]),
        ("phường 12, bản Nậm Hoa", []),
        ("tt. Ba Khe sáp nhập chưa", ["phường Ba Khe"]),
        ("p. ba khe, x nam hoa", ["thị trấn Ba Khe", "Phường 1", "xã Suối Rạc"]),
        ("P.1 ở đâu", ["phường Ba Khe"]),
    ],
)
def test_other_names_of_communes_are_the_province_s_own_table(tmp_path: Path, asked: str, others: list[str]) -> None:
    table = tmp_path / "communes.tsv"
    table.write_text(COMMUNES, encoding="utf-8")
    found = Renamings.read(table).other_names(asked)
    assert [r.other for r in found] == others
    assert all(asked[r.start : r.end].lower().startswith(("x", "p", "t")) for r in found)
    assert Renamings().other_names(asked) == []


def test_the_day_of_a_merger_is_told(tmp_path: Path) -> None:
    table = tmp_path / "communes.tsv"
    table.write_text(COMMUNES, encoding="utf-8")
    told = Renamings.read(table)
    assert told.other_names("xã Nậm Hoa")[0].says == "Từ 1/7/2025, xã Nậm Hoa thuộc xã Suối Rạc"
    assert told.other_names("thị trấn Ba Khe")[0].says == "Từ 1/9/2025, thị trấn Ba Khe thuộc phường Ba Khe"


@pytest.mark.parametrize(
    "line", ["xã Suối Rạc", "Suối Rạc\tNậm Hoa", "xã Suối Rạc\txã Nậm Hoa\ttháng 7", "xã\txã Nậm Hoa", "a\tb\tc\td"]
)
def test_a_line_that_is_no_merger_is_named(tmp_path: Path, line: str) -> None:
    table = tmp_path / "communes.tsv"
    table.write_text(f"# bảng\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="line 2 of the table of communes") as caught:
        Renamings.read(table)
    assert "TAB" in (caught.value.mend or "")


def test_a_table_of_communes_that_is_no_text_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.tsv", tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            Renamings.read(path)
    (tmp_path / "utf16.tsv").write_text(COMMUNES, encoding="utf-16")
    with pytest.raises(SettingsError, match="cannot be read"):
        Renamings.read(tmp_path / "utf16.tsv")


@pytest.mark.parametrize(
    "table", ["answer_words", "emergencies", "honorifics", "question_frame", "question_words", "roles", "saying_verbs", "smalltalk", "task_verbs", "wanted"]
)  # fmt: skip
def test_phrases_of_the_tables_are_written_as_syllables_are_folded(table: str) -> None:
    """`cong ty nao` would never be found: `công ty` folds to `cong ti`."""
    phrases = [row[0].replace("_", " ") for row in rows(table)]
    assert phrases
    assert [
        p for p in phrases if fold(p) == p and p.islower() and " ".join(folds(p)) != p and not re.search(r"\d", p)
    ] == []


@pytest.mark.parametrize(
    ("text", "loosely", "names"),
    [
        ("hội nghị giao ban điện biên do ai chủ trì", True, ["điện biên"]),
        ("hội nghị giao ban điện biên do ai chủ trì", False, []),
        ("dịch có diễn biến mới ở sơn la", True, ["sơn la"]),
        ("ha noi co may ca", True, ["ha noi"]),
        ("nhân dân yêu hòa bình, lúa cao bằng đầu người", True, []),
        ("Hội nghị của điện biên và Sơn La", True, ["Sơn La"]),
    ],
)
def test_provinces_are_known_without_capitals(text: str, *, loosely: bool, names: list[str]) -> None:
    found = tokens(text)
    assert [text[found[a].start : found[b].end] for a, b in provinces_in(text, loosely=loosely)] == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Giám đốc Sở TN&MT tỉnh", "giám đốc sở tài nguyên và môi trường tỉnh"),
        ("Bộ trưởng Bộ GD-ĐT", "bộ trưởng bộ giáo dục và đào tạo"),
        ("Giám đốc Sở", "giám đốc sở"),
        ("Phó Chủ tịch UBND TP", "phó chủ tịch ủy ban nhân dân tp"),
    ],
)
def test_abbreviations_are_written_in_full_where_they_have_capitals(text: str, words: str) -> None:
    assert " ".join(in_full(text)) == words
