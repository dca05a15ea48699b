"""Cuts of a sentence: whatever the probabilities, each is a list of stretches in order, and mentions stay whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.annotation import Sentence, annotate
from retrieval.answers.attention import Read
from retrieval.answers.cuts import NAMES, cuts, spans
from retrieval.answers.fitting import durations
from retrieval.answers.mentions import mentions
from retrieval.answers.runs import runs
from tests.reading import marked, stretch

TEXT = "Chiều nay (29/12), tại Mường Then, ông Tạ Quang Hiển cho biết tỉnh chi hơn 1.700 tỷ đồng cho 98 hộ; dân ủng hộ."


def read(text: str) -> Sentence:
    notes, vocabulary, _ = annotate([text])
    return notes.read(0, text, vocabulary)[0]


@given(st.data())
def test_every_cut_is_a_list_of_stretches_in_order(data: st.DataObject) -> None:
    found = read(TEXT)
    size = len(found.folded)
    inside = np.array(data.draw(st.lists(st.floats(0.001, 1.0), min_size=size, max_size=size)))
    fitting = mentions(data.draw(st.sampled_from(["time", "number", "person", "body", "place", "clause"])), found)
    made = cuts(found, marked(inside), fitting)
    assert made
    for cut, names in made.items():
        assert names <= set(NAMES)
        flat = [at for stretch in cut for at in stretch]
        assert flat == sorted(flat)
        assert 0 <= flat[0] <= flat[-1] < size


def test_runs_close_small_gaps_and_no_others() -> None:
    inside = [0.9, 0.1, 0.9, 0.1, 0.1, 0.1, 0.9]
    assert runs(inside, 0.5, 0) == ((0, 0), (2, 2), (6, 6))
    assert runs(inside, 0.5, 1) == ((0, 2), (6, 6))
    assert runs(inside, 0.5, 3) == ((0, 6),)
    assert runs(inside, 0.95, 3) == ()


def test_a_mention_is_never_split() -> None:
    """A cut that has `29/12` has `Chiều nay (29/12)`; one that has `1.700` has `hơn 1.700 tỷ đồng`."""
    found = read(TEXT)
    for wants, word, whole in (("time", "29/12", "Chiều nay (29/12"), ("money", "1.700", "hơn 1.700 tỷ đồng")):
        at = found.folded.index(word)
        inside = np.full(len(found.folded), 0.01)
        inside[at] = 0.9
        fitting = mentions(wants, found)
        for cut in cuts(found, marked(inside), fitting):
            covering = [found.text_of(*stretch) for stretch in cut if stretch[0] <= at <= stretch[1]]
            assert all(whole in text for text in covering)


def test_a_body_s_name_is_not_broken_off() -> None:
    text = "Tỉnh giao Sở Nông nghiệp và Môi trường chủ trì."
    found = read(text)
    inside = np.where([w in {"so", "nong", "nghiep", "va", "moi"} for w in found.folded], 0.9, 0.01)
    ends = {found.text_of(*cut[0]) for cut in cuts(found, marked(inside))}
    assert "Sở Nông nghiệp và Môi trường" in ends
    assert not any(end.endswith("Môi") for end in ends)


def test_the_likeliest_edges_make_a_span() -> None:
    begins, ends = np.full(6, -9.0), np.full(6, -9.0)
    begins[2], begins[4], ends[4], ends[1] = -0.1, -2.0, -0.2, -1.5
    assert spans(Read(0.0, np.zeros(6), begins, ends)) == [(2, 4), (4, 4)]


@pytest.mark.parametrize(
    ("text", "wants", "told"),
    [
        ("Ban đã phối hợp chặt chẽ với Ban Tuyên giáo Trung ương trong việc này.", "body", "Ban Tuyên giáo Trung ương"),
        ("Riêng Cty TNHH Then Vàng, Thanh tra tỉnh đang kiểm tra.", "body", "Cty TNHH Then Vàng"),
        ("Tỉnh giao Sở Nông nghiệp và Phát triển nông thôn rà soát.", "body", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("Tỉnh giao sở Nội vụ tỉnh Lam Giang rà soát.", "body", "sở Nội vụ tỉnh Lam Giang"),
        ("Tỉnh giao Sở Nội vụ thành phố Lam Giang rà soát.", "body", "Sở Nội vụ thành phố Lam Giang"),
        ("Đoàn do UBND tỉnh thành lập.", "body", "UBND tỉnh"),
        ("Chủ tịch giao Sở Y tế 5 nhiệm vụ.", "body", "Sở Y tế"),
        ("Nhà thầu là Công ty cổ phần Hoàng Long An Khang.", "body", "Công ty cổ phần Hoàng Long An Khang"),
        (
            "Sáng 18/6, tại Hội trường UBND tỉnh Lam Giang đã diễn ra buổi họp.",
            "place",
            "Hội trường UBND tỉnh Lam Giang",
        ),
        ("Vụ việc xảy ra tại một quán ăn vặt ven đường, lúc 11 giờ.", "place", "một quán ăn vặt ven đường"),
        ("Tuyến xe đi qua các quận 1, 3, 10, Mường Then và Suối Rạc.", "place", "quận 1, 3, 10, Mường Then"),
    ],
)
def test_a_body_or_a_place_is_mentioned_by_the_whole_of_its_name(text: str, wants: str, told: str) -> None:
    found = read(text)
    fitting = mentions(wants, found)
    assert fitting is not None
    assert told in {found.text_of(*mention) for mention in fitting}


def test_no_answer_begins_or_ends_within_a_word() -> None:
    """`hạn chế` and `kiểm tra` are words: what begins with `chế` has lost half of one."""
    found = read("Tỉnh ra chỉ thị về việc hạn chế thanh tra, kiểm tra chồng chéo.")
    inside = np.where([w in {"che", "thanh", "tra", "kiem"} for w in found.folded], 0.9, 0.01)
    inside[-3] = 0.01  # the `tra` of kiểm tra
    told = {found.text_of(*stretch) for cut in cuts(found, marked(inside)) for stretch in cut}
    assert any(text.startswith("hạn chế") for text in told)
    assert not any(text.startswith("chế") or text.endswith("kiểm") for text in told)


def test_what_is_shortened_is_told_with_its_name() -> None:
    """`ở thành phố nào` is not answered by `TP`."""
    text = "Sáng nay tại TP. Hòa Lam và TP.HCM, ông P. Công an huyện bắt, vận động viên về TP. Đến nay chưa xong."
    sentence = read(text)
    joined = {sentence.tokens[i].norm for i in range(1, len(sentence.tokens)) if sentence.joined[i]}
    assert {"hòa", "lam", "hcm", "viên"} <= joined
    assert joined.isdisjoint({"đến", "công"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Thời gian là 45 ngày kể từ ngày 2/4", ["45 ngày"]),
        ("bị phạt 1 năm 6 tháng tù", ["1 năm 6 tháng"]),
        ("kéo dài 2 đến 3 tháng", ["2 đến 3 tháng"]),
        ("mất 1 giờ 30 phút", ["1 giờ 30 phút"]),
        ("sau hai tuần mới xong", ["hai tuần"]),
        ("sáng 29 tháng 12 và mùng 2 tháng 9", []),
        ("lúc 14 giờ ngày 5/6, 7 giờ sáng", []),
        ("ba tháng đầu năm 2024", []),
        ("họp tháng 3 năm 2016", []),
    ],
)
def test_how_long_is_no_day_and_no_hour(text: str, told: list[str]) -> None:
    sentence = read(text)
    assert [sentence.text_of(first, last) for first, last in durations(sentence)] == told


@pytest.mark.parametrize(
    ("text", "likely", "told"),
    [
        ("Xã phối hợp với các trường ở Nậm Cắt.", "phối hợp với các", "phối hợp"),
        ("Đợt lũ ngày 22/4 khiến 16 căn nhà ở Nậm Cắt sập.", "ngày 22/4 khiến 16", "ngày 22/4 khiến 16 căn nhà"),
        ("Sở phải báo cáo kết quả trước ngày 10/10 và tự chịu trách nhiệm.", "trước ngày", "trước ngày 10/10"),
        ("Đây là việc của Sở Y tế và Sở Nội vụ.", "của Sở Y tế và", "Sở Y tế"),
        ("Dân mong được về.", "mong được về", "mong được về"),
        ("Vụ việc làm 12 người xã Nậm Cắt bị thương.", "12 người", "12 người"),
        ("Trường này được công nhận 12 giáo viên giỏi.", "công nhận 12", "công nhận 12 giáo viên"),
        ("Công an đã bắt 3 cán bộ xã và thu 2 dự án.", "bắt 3", "bắt 3 cán bộ"),
        ("Tỉnh chi 5 triệu đồng cho xã.", "chi 5", "chi 5 triệu đồng"),
        ("Chủ trì là bà Như cùng đoàn công tác.", "bà Như", "bà Như"),
        ("Dân chờ đoàn trở về bản để báo tin.", "chờ đoàn trở về", "chờ đoàn trở về"),
        ("Kho cháy từ bên trong trước khi lan ra.", "cháy từ bên trong", "cháy từ bên trong"),
    ],
)
def test_no_cut_has_loose_edges(text: str, likely: str, told: str) -> None:
    found = read(text)
    inside = np.full(len(found.folded), 0.01)
    first = next(
        i for i in range(len(found.folded)) if found.between(found.tokens[i].start, found.end).startswith(likely)
    )
    inside[first : first + len(likely.replace("/", " ").split()) - likely.count("/")] = 0.9
    assert told in {" … ".join(found.text_of(*stretch) for stretch in cut) for cut in cuts(found, marked(inside))}


@given(st.data())
def test_no_cut_ends_where_something_must_come(data: st.DataObject) -> None:
    found = read("Ông Tạ Quang Hiển giao các sở phối hợp với UBND xã để chi trước ngày 30/6 cho 98 hộ của hai thôn.")
    size = len(found.folded)
    inside = np.array(data.draw(st.lists(st.floats(0.001, 1.0), min_size=size, max_size=size)))
    for cut in cuts(found, marked(inside)):
        for first, last in cut:
            if first < last < size - 1:
                assert found.folded[last] not in {"cac", "voi", "de", "cho", "cua"}
                assert not (found.marks[last] == "N" and found.marks[last + 1] == "U")
            assert not found.joined[last + 1]


def test_a_scrap_beside_a_phrase_is_left_out() -> None:
    found = read("Sau vụ chở gỗ lậu tại Nậm Cắt, UBND huyện chỉ đạo xử lý nghiêm các cá nhân.")
    inside = np.full(len(found.folded), 0.01)
    for first, last in ((3, 4), (12, 17)):
        inside[first : last + 1] = 0.9
    told = {tuple(found.text_of(*stretch) for stretch in cut) for cut in cuts(found, marked(inside))}
    assert ("xử lý nghiêm các cá nhân",) in told
    assert not any("gỗ lậu" in stretch and len(cut) > 1 for cut in told for stretch in cut)


def test_a_short_part_of_a_list_is_no_scrap() -> None:
    found = read(
        "Nguyên nhân là phá rừng, thiếu quản lý ở nhiều nơi khác nhau của huyện này; mưa lớn kéo dài nhiều ngày."
    )
    inside = np.full(len(found.folded), 0.01)
    for told in ("phá rừng", "mưa lớn kéo dài nhiều ngày"):
        first, last = stretch(found, told)
        inside[first : last + 1] = 0.9
    cut = next(cut for cut, names in cuts(found, marked(inside)).items() if "least_50" in names)
    assert [found.text_of(*each) for each in cut] == ["phá rừng", "mưa lớn kéo dài nhiều ngày"]
