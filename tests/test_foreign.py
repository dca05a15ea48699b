"""Files of other formats, and files made to do harm: what is read is exact, what breaks a parser harms nothing else."""

import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import matplotlib as mpl
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from retrieval.articles import Article
from retrieval.readers import Loaded, load, load_file
from retrieval.readers.sandbox import MEMORY, Sandbox
from retrieval.vietnamese import legacy
from tests.newspaper import AUTHOR, BODY, DAY, LAYOUTS, SAPO, TITLE, URL, Layout

MUTATIONS = 500
TEXT = "\n".join((SAPO, *BODY))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def only(loaded: Loaded) -> Article:
    assert not loaded.unread, loaded.unread
    (article,) = loaded.articles
    return article


@pytest.mark.parametrize("layout", LAYOUTS, ids=[layout.name for layout in LAYOUTS])
def test_a_newspaper_s_page_gives_exactly_its_article(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(layout.html, encoding="utf-8")
    article = only(load([path]))
    assert article.text == TEXT
    assert (article.title, article.author, article.url) == (TITLE, AUTHOR, URL)
    assert str(article.published_at) == DAY
    assert article.source == "Báo Lam Giang"


def test_a_table_s_cell_keeps_its_row_and_header(tmp_path: Path) -> None:
    rows = [("Huyện", "Số hộ", "Kinh phí"), ("Ba Khe", "1.204", "3,5 tỷ đồng"), ("Mường Then", "987", "2 tỷ đồng")]
    cells = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    page = f"<html><body><article><h1>{TITLE}</h1><p>{SAPO}</p><table>{cells}</table><p>{BODY[0]}</p></article></body></html>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    document = docx.Document()
    document.add_paragraph(SAPO)
    table = document.add_table(rows=0, cols=3)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(tmp_path / "word.docx"))
    for name in ("page.html", "word.docx"):
        lines = only(load([tmp_path / name])).text.split("\n")
        assert "Huyện: Ba Khe; Số hộ: 1.204; Kinh phí: 3,5 tỷ đồng." in lines
        assert "Huyện: Mường Then; Số hộ: 987; Kinh phí: 2 tỷ đồng." in lines


def pdf_of(lines: list[str], path: Path) -> None:
    font = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    pdfmetrics.registerFont(TTFont("DejaVu", str(font)))
    canvas = Canvas(str(path))
    canvas.setFont("DejaVu", 9)
    for number, line in enumerate(lines):
        canvas.drawString(40, 800 - 14 * number, line)
    canvas.save()


def test_a_pdf_s_lines_are_paragraphs_and_its_numbers_are_kept(tmp_path: Path) -> None:
    pdf_of(
        ["Số: 1234/KH-UBND", "Lam Giang, ngày 2 tháng 4 năm 2024.", "UBND tỉnh giao Sở Xây dựng rà soát 37 công trình,", "hoàn thành trước ngày 30/6."],
        tmp_path / "plan.pdf",
    )  # fmt: skip
    text = only(load([tmp_path / "plan.pdf"])).text
    assert "1234/KH-UBND" in text
    assert "ngày 2 tháng 4 năm 2024" in text
    assert "rà soát 37 công trình, hoàn thành trước ngày 30/6." in text


def test_a_scanned_pdf_is_reported(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.rect(50, 50, 400, 600, fill=1)
    canvas.save()
    (unread,) = load([tmp_path / "scan.pdf"]).unread
    assert "a scan" in unread.why


def test_a_word_document_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    for paragraph in (SAPO, *BODY):
        document.add_paragraph(paragraph)
    document.core_properties.title = TITLE
    document.core_properties.author = AUTHOR
    document.save(str(tmp_path / "a.docx"))
    article = only(load([tmp_path / "a.docx"]))
    assert (article.text, article.title, article.author) == (TEXT, TITLE, AUTHOR)
    assert article.id == "a.docx"


def test_csv_rows_are_articles(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'id;Title;published_at;text\n1;Họp;29/12/2023;"Ông A chủ trì; bà B dự."\n2;;;Mưa lớn ở Ba Khe.\n3;Không chữ;;\n',
        encoding="utf-8",
    )
    loaded = load([tmp_path / "a.csv"])
    assert [(a.id, a.title, str(a.published_at)) for a in loaded.articles] == [
        ("1", "Họp", "2023-12-29"),
        ("2", "Mưa lớn ở Ba Khe.", "None"),
    ]
    assert [u.where for u in loaded.unread] == [f"{tmp_path / 'a.csv'}:4"]
    (tmp_path / "b.csv").write_text("tên,nội dung\n1,2\n", encoding="utf-8")
    assert "no column `text`" in load([tmp_path / "b.csv"]).unread[0].why


def old(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(c) or table.get(c.lower()) or c for c in text)


TCVN3 = dict(zip(legacy._VOWELS, legacy._TCVN3, strict=True))
VNI = {new: was for was, new in legacy._vni()[1].items()}


@pytest.mark.parametrize("table", [TCVN3, VNI], ids=["TCVN3", "VNI"])
def test_text_of_the_years_before_unicode_is_read(table: dict[str, str], tmp_path: Path) -> None:
    written = old(TEXT, table)
    (tmp_path / "a.txt").write_bytes(written.encode("latin-1"))
    assert only(load([tmp_path / "a.txt"])).text.lower() == TEXT.lower()
    document = docx.Document()
    document.add_paragraph(written)
    document.save(str(tmp_path / "a.docx"))
    assert only(load([tmp_path / "a.docx"])).text.split("\n")[0].lower() == SAPO.lower()


def test_known_words_of_the_old_encodings() -> None:
    """Not made by our own tables: as such files have them."""
    assert legacy.from_tcvn3("B¶o Th¾ng") == "Bảo Thắng"
    assert legacy.from_tcvn3("Céng hßa x· héi chñ nghÜa ViÖt Nam") == "Cộng hòa xã hội chủ nghĩa Việt Nam"
    assert legacy.from_vni("Xin chaøo caùc baïn") == "Xin chào các bạn"
    assert legacy.from_vni("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam") == "Cộng hòa xã hội chủ nghĩa Việt Nam"


@pytest.mark.parametrize(
    "text", ["Café déjà vu à l’été, où êtes-vous, garçon", TEXT, "Ba Khe", "¡Olé! ¿Qué tal, señor Muñoz?"]
)
def test_what_is_no_old_encoding_is_left_as_it_is(text: str) -> None:
    assert legacy.repaired(text) is None


def samples(folder: Path) -> dict[str, Path]:
    """One whole file a reader."""
    (folder / "a.html").write_text(LAYOUTS[1].html, encoding="utf-8")
    pdf_of([*BODY[0].split(". "), *BODY[1].split("; ")], folder / "a.pdf")
    document = docx.Document()
    document.add_paragraph(TEXT)
    document.add_table(rows=2, cols=2).cell(0, 0).text = "Huyện"
    document.save(str(folder / "a.docx"))
    (folder / "a.jsonl").write_text(json.dumps({"id": "a", "text": TEXT}, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "a.md").write_text(f"---\ntitle: {TITLE}\npublished_at: {DAY}\n---\n{TEXT}\n", encoding="utf-8")
    (folder / "a.csv").write_text(f'id,text\n1,"{TEXT}"\n', encoding="utf-8")
    return {p.suffix: p for p in sorted(folder.iterdir())}


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Return the file with one thing wrong: cut, bits turned over, a stretch zeroed, doubled, moved, or stuffed."""
    found = bytearray(content)
    at = dice.randrange(len(found))
    size = dice.choice((1, 4, 64, 512))
    match dice.randrange(6):
        case 0:
            return bytes(found[:at])
        case 1:
            for _ in range(dice.choice((1, 8, 64))):
                found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
        case 2:
            found[at : at + size] = bytes(len(found[at : at + size]))
        case 3:
            found[at:at] = found[at : at + size] * dice.choice((1, 50))
        case 4:
            stretch = found[at : at + size]
            del found[at : at + size]
            to = dice.randrange(len(found) + 1)
            found[to:to] = stretch
        case _:
            found[at:at] = dice.choice(
                (b"<" * 2000, b"\x00\xff" * 40, b"[" * 3000, b"9" * 400, b"%PDF-1.4\n", b"&a;" * 50)
            )
    return bytes(found)


@pytest.mark.parametrize("ending", [".csv", ".docx", ".html", ".jsonl", ".md", ".pdf"])
def test_mutations_break_nothing(ending: str, tmp_path: Path) -> None:
    whole = samples(tmp_path)[ending].read_bytes()
    dice = random.Random(ending)
    folder = tmp_path / "mutated"
    folder.mkdir()
    for number in range(MUTATIONS):
        (folder / f"{number}{ending}").write_bytes(damaged(whole, dice))
    (folder / f"!whole{ending}").write_bytes(whole)
    loaded = load([folder])
    assert all(isinstance(a.text, str) and a.text for a in loaded.articles)
    assert len(loaded.articles) + len(loaded.unread) >= MUTATIONS // 2
    assert any(a.text == only(load([folder / f"!whole{ending}"])).text for a in loaded.articles)


def zip_bomb(path: Path) -> None:
    document = io.BytesIO()
    docx.Document().save(document)
    with zipfile.ZipFile(document) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == "word/document.xml":
                content = content.replace(b"<w:body>", b"<w:body>" + b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 6_000_000)
            after.writestr(entry, content)


def xml_bomb(path: Path) -> None:
    document = io.BytesIO()
    docx.Document().save(document)
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    with zipfile.ZipFile(document) as before, zipfile.ZipFile(path, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == "word/document.xml":
                head, _, rest = content.partition(b"?>")
                bomb = head + f'?><!DOCTYPE x [<!ENTITY l0 "lol">{lol}]>'.encode() + rest
                content = bomb.replace(b"<w:body>", b"<w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p>")
            after.writestr(entry, content)


def pdf_bomb(path: Path) -> None:
    stream = zlib.compress(b"\0" * 800_000_000, 9)
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n4 0 obj<</Filter/FlateDecode/Length "
        + str(len(stream)).encode() + b">>stream\n" + stream + b"\nendstream endobj\ntrailer<</Root 1 0 R>>"
    )  # fmt: skip
    path.write_bytes(body)


def nested_page(path: Path) -> None:
    path.write_text("<html><body>" + "<div>" * 200_000 + "a" + "</div>" * 200_000, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "make"),
    [("bomb.docx", zip_bomb), ("entities.docx", xml_bomb), ("bomb.pdf", pdf_bomb), ("deep.html", nested_page)],
)
def test_bombs_are_left_out_and_what_is_beside_them_is_read(
    name: str, make: Callable[[Path], None], tmp_path: Path
) -> None:
    make(tmp_path / name)
    (tmp_path / "zz.html").write_text(LAYOUTS[0].html, encoding="utf-8")
    loaded = load([tmp_path])
    assert "zz.html" in {a.id for a in loaded.articles}
    assert [u.where for u in loaded.unread] == [str(tmp_path / name)]


def test_external_entities_are_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("mật khẩu là 123", encoding="utf-8")
    page = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]><html><body><article><h1>a</h1><p>{TEXT} &x;</p></article></body></html>'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert "mật khẩu" not in only(load_file(tmp_path / "a.html", "a.html")).text


def test_a_parser_that_hangs_or_eats_memory_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child runs our own module; these stand in for faults of a parser's native code."""
    folder = tmp_path / "evil" / "retrieval" / "readers"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    (folder / "child.py").write_text(
        "import json, os, sys, time\n"
        "for line in sys.stdin:\n"
        "    kind = json.loads(line)['kind']\n"
        "    if kind == 'hang': time.sleep(60)\n"
        f"    if kind == 'eat': x = bytearray({MEMORY}); print('{{}}', flush=True)\n"
        "    if kind == 'crash': os.abort()\n"
        '    print(json.dumps({"fields": {"text": "a"}}), flush=True)\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("retrieval.readers.sandbox.ROOT", tmp_path / "evil")
    with Sandbox(seconds=1) as sandbox:
        assert "longer than" in str(sandbox.parse("hang", tmp_path))
        assert "broke the parser" in str(sandbox.parse("eat", tmp_path))
        assert "broke the parser" in str(sandbox.parse("crash", tmp_path))
        assert sandbox.parse("fine", tmp_path) == {"text": "a"}
