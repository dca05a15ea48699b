"""Files to articles: the contract's fields, and a clear word on all that is left out."""

import datetime as dt
import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.duplicates import near_duplicates
from retrieval.errors import CorpusError
from retrieval.readers import load


def write(path: Path, *rows: object) -> Path:
    path.write_text(
        "\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8"
    )
    return path


def test_jsonl_keeps_fields_unknown_ones_too(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "text": "Hội nghị tổ chức sáng nay.",
        "title": "Hội nghị",
        "published_at": "2024-01-02",
        "ward": 7,
    }
    (article,) = load([write(tmp_path / "x.jsonl", row)]).articles
    assert (article.id, article.title, article.published_at, article.extra) == (
        "a",
        "Hội nghị",
        dt.date(2024, 1, 2),
        {"ward": 7},
    )


def test_text_is_nfc_without_bom_and_with_lf(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + "Hòa Bình\r\nMai".encode())
    (article,) = load([tmp_path]).articles
    assert (article.id, article.text, article.title) == ("a.txt", "Hòa Bình\nMai", "Hòa Bình")


def test_markdown_front_matter(tmp_path: Path) -> None:
    (tmp_path / "tin").mkdir()
    (tmp_path / "tin" / "b.md").write_text(
        "---\ntitle: Tin mới\npublished_at: 2024-05-06\nurl: https://x.example/1\n---\n\nNội dung bài.\n",
        encoding="utf-8",
    )
    (article,) = load([tmp_path]).articles
    assert (article.id, article.title, article.text, article.source) == ("tin/b.md", "Tin mới", "Nội dung bài.", "tin")
    assert article.published_at == dt.date(2024, 5, 6)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{broken", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ({"id": "x"}, "no text"),
        ({"id": "x", "text": "  …  "}, "no text"),
        ({"text": "Có chữ nhưng không có id."}, "no id"),
        ({"id": "x", "text": "Có chữ.", "url": 5}, "'url' is not text"),
    ],
)
def test_a_broken_row_is_listed_and_the_others_are_loaded(tmp_path: Path, line: object, why: str) -> None:
    loaded = load([write(tmp_path / "x.jsonl", line, {"id": "good", "text": "Bài tốt."})])
    assert [a.id for a in loaded.articles] == ["good"]
    assert why in loaded.unread[0].why
    assert loaded.unread[0].where.endswith("x.jsonl:1")


def test_latin1_is_reported_and_utf16_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Điện Biên".encode("utf-16"))
    (tmp_path / "b.txt").write_bytes("H\xf4m nay".encode("latin-1"))
    loaded = load([tmp_path])
    assert [a.text for a in loaded.articles] == ["Điện Biên"]
    assert "not UTF-8" in loaded.unread[0].why


def test_the_first_of_two_ids_wins(tmp_path: Path) -> None:
    loaded = load([write(tmp_path / "x.jsonl", {"id": "a", "text": "Một."}, {"id": "a", "text": "Hai."})])
    assert [a.text for a in loaded.articles] == ["Một."]
    assert "was taken" in loaded.unread[0].why


def test_a_missing_path_and_an_unknown_ending_are_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere"):
        load([tmp_path / "nowhere"])
    (tmp_path / "a.exe").touch()
    with pytest.raises(CorpusError, match="ending"):
        load([tmp_path / "a.exe"])


@pytest.mark.parametrize("day", ["29-13-2023", "hôm qua", "2023", 7, None, "2023-02-30"])
def test_an_uncertain_day_is_no_day(tmp_path: Path, day: object) -> None:
    (article,) = load([write(tmp_path / "x.jsonl", {"id": "a", "text": "Một.", "published_at": day})]).articles
    assert article.published_at is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_reported(tmp_path: Path, content: bytes) -> None:
    for ending in ("txt", "md", "jsonl"):
        path = tmp_path / f"x.{ending}"
        path.write_bytes(content)
        loaded = load([path])
        assert all(a.text.strip() for a in loaded.articles)


def test_near_duplicates_are_noticed(tmp_path: Path) -> None:
    text = "Sáng nay tỉnh Lam Giang tổ chức hội nghị tổng kết công tác năm với sự tham dự của đông đảo cán bộ các xã vùng cao."
    rows = [
        {"id": str(n), "text": t}
        for n, t in enumerate((text * 3, text * 3 + " Hết.", "Một bài khác hẳn về mùa cam ở Mường Then."))
    ]
    articles = load([write(tmp_path / "x.jsonl", *rows)]).articles
    (found,) = near_duplicates(articles)
    assert (found.id, found.of) == ("1", "0")


def test_what_its_source_holds_back_is_not_loaded(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "Một.", "held": True},
        {"id": "b", "text": "Hai.", "embargo_until": "2999-01-01"},
        {"id": "c", "text": "Ba.", "embargo_until": "2020-01-01"},
        {"id": "d", "text": "Bốn \ud83d."},
        {"id": "e", "text": "Năm.", "held": " TRUE "},
        {"id": "f", "text": "Sáu.", "embargo_until": "12/2999"},
        {"id": "g", "text": "Bảy.", "embargo_until": 4102444800},
        {"id": "h", "text": "Tám.", "embargo_until": "", "held": "False"},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    loaded = load([tmp_path / "a.jsonl"])
    assert [a.id for a in loaded.articles] == ["c", "h"]
    assert [u.why.split(" (")[0] for u in loaded.unread] == [
        "it is held by its source",
        "it is under embargo until 2999-01-01",
        "it holds what cannot be stored",
        "it is held by its source",
        "the day of embargo_until, '12/2999', is not understood; write it as 2030-12-31. Until then it is not read",
        "the day of embargo_until, '4102444800', is not understood; write it as 2030-12-31. Until then it is not read",
    ]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no file whose name is not UTF-8")
def test_a_file_whose_name_is_not_utf_8_is_skipped_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Huyện Ba Khe có 3 cầu.", encoding="utf-8")
    Path(os.fsdecode(bytes(tmp_path) + b"/bad\xffname.txt")).write_text("Một.", encoding="utf-8")
    loaded = load([tmp_path])
    assert [a.id for a in loaded.articles] == ["a.txt"]
    (unread,) = loaded.unread
    assert unread.why == "its name is not in UTF-8; rename the file"
    unread.where.encode()


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2023/12/29", "2023-12-29"),
        ("2023.1.5", "2023-01-05"),
        ("29/12/2023", "2023-12-29"),
        ("2023-12-29T20:00:00Z", "2023-12-30"),
        ("2023-12-29T20:00:00+07:00", "2023-12-29"),
        ("2023-12-29T20:00:00", "2023-12-29"),
    ],
)
def test_a_day_is_that_of_vietnam(tmp_path: Path, stated: str, day: str) -> None:
    (article,) = load([write(tmp_path / "x.jsonl", {"id": "a", "text": "Một.", "published_at": stated})]).articles
    assert str(article.published_at) == day
