"""What editors read is Vietnamese: every fault and every reason that the library gives is told in their language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.wording import in_vietnamese, to_editor
from retrieval.errors import CorpusError, FetchError

ROOT = Path(__file__).parents[1]
FAULTS = {"CorpusError", "FetchError", "GenerationError", "Unread", "_refused"}
# `sources.py` reads a setting: its faults stop the start, and operators read them.
SPOKEN = sorted(
    p for p in (*ROOT.glob("retrieval/readers/*.py"), *ROOT.glob("retrieval/fetching/*.py")) if p.name != "sources.py"
) + [ROOT / p for p in ("retrieval/generations.py", "retrieval/manifests.py", "retrieval/segment.py", "retrieval/snapshot.py",
                        "bot/library.py", "bot/admin.py", "bot/apart.py")]  # fmt: skip
REASONS = {"_fault", "_unstorable", "_withheld", "_deceiving", "deceives", "read"}
"""Functions that return why something is left out."""


def literal(node: ast.expr) -> str | None:
    """Return the text that an expression writes, what is filled in as `x`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "x" for v in node.values)
    return None


def said(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "")
            if name in FAULTS or (name == "ValueError" and path.parent.name in {"readers", "fetching"}):
                what = node.args[1:] if name in {"Unread", "_refused"} else node.args[:1]
                found = [*what, *(k.value for k in node.keywords if k.arg == "mend")]
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value in {"error", "mend"}]
        elif isinstance(node, ast.FunctionDef) and node.name in REASONS and path.parent.name == "readers":
            found = [r.value for r in ast.walk(node) if isinstance(r, ast.Return) and r.value is not None]
        yield from (text for text in map(literal, found) if text and text.strip("x :"))


def test_there_is_something_to_tell() -> None:
    assert sum(1 for path in SPOKEN for _ in said(path)) > 80


@pytest.mark.parametrize("path", SPOKEN, ids=lambda p: p.name)
def test_everything_is_told_in_vietnamese(path: Path) -> None:
    assert [text for text in said(path) if in_vietnamese(text) == text] == []


def test_what_is_filled_in_is_told_too() -> None:
    assert in_vietnamese("no article was added; the first of 2 left out: a.csv:3: the article has no id") == (
        "không thêm được bài nào; mục đầu trong 2 mục bị bỏ qua: a.csv:3: bài không có mã"
    )
    assert in_vietnamese(
        "indexing failed: no article was loaded from /x; the first of 1 left out: /x/a.md: the article has no text"
    ) == ("nạp không xong: không nạp được bài nào từ /x; mục đầu trong 1 mục bị bỏ qua: /x/a.md: bài không có nội dung")
    assert in_vietnamese("https://x.example/a gives no article: its name is not in UTF-8; rename the file") == (
        "https://x.example/a không cho bài nào: tên tệp không phải UTF-8; bạn đổi tên tệp"
    )
    assert (
        in_vietnamese("the id 'a' was taken by an earlier source; that one is kept")
        == "mã 'a' đã có ở nguồn trước; giữ bài ấy"
    )
    assert in_vietnamese("the id 'a' was taken by /x/b.md; that one is kept") == "mã 'a' đã có ở /x/b.md; giữ bài ấy"


def test_what_is_none_of_ours_stays() -> None:
    assert in_vietnamese("/srv/bài.md") == "/srv/bài.md"


def test_a_fault_keeps_its_code_and_its_mend() -> None:
    assert to_editor(CorpusError("no article has the id 'x{0}'", mend="`tintinh corpus list` shows the ids")) == (
        "Không có bài nào mang mã 'x{0}'. Mã bài có ở trang quản trị, hoặc chạy `tintinh corpus list`. (Mã lỗi: corpus-unreadable)"
    )
    told = to_editor(
        FetchError("http://10.0.0.1/ is not fetched: it leads into a network that is not public", mend="x")
    )
    assert told.startswith("Không lấy http://10.0.0.1/: địa chỉ dẫn vào mạng nội bộ.")
