"""A newspaper's page -> its article: title, sapo, body, day, author, address; captions and `tin liên quan` stay out.

trafilatura finds the body. Before, what is no part of it is cut out of the page, by what Vietnamese newspapers call it
and by what a browser does not show; tables become lines that keep the header beside each cell.
"""

import re
from typing import Any

import lxml.html
from lxml import etree
from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata

_NOT_BODY = re.compile(
    r"(?:^|[\s_-])(?:caption|pic[_-]?desc|photo[_-]?desc|imgdesc|avatar|related|relate|lien-?quan|tin-?lien|tinlienquan|box-?tin|readmore|"
    r"read-?more|doc-?them|xem-?them|tin-?khac|tinkhac|tag|tags|share|social|comment|binh-?luan|breadcrumb|quang-?cao|banner|ads|advert|"
    r"newsletter|topic-?box|video-?list|most-?read|tin-?moi|tin-?nong)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])", re.IGNORECASE
)
_SAPO = re.compile(
    r"(?:^|[\s_-])(?:sapo|lead|chapeau|mo-?ta|summary|detail-?sapo|article-?sapo|description|desc)(?:$|[\s_-])",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"(?:^|[\s_-])(?:picture|image|photo|img|video)(?:$|[\s_-])", re.IGNORECASE)
_ALSO = re.compile(
    r"^\s*(?:>>|»|(?:Xem thêm|Đọc thêm|Tin liên quan|Bài liên quan|Tin, bài liên quan)\b)", re.IGNORECASE
)
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def extract(raw: bytes) -> dict[str, Any]:
    """Return the fields of the article on a page, `text` among them; empty where there is no article.

    Raises ValueError where the bytes are no page.
    """
    try:
        tree = lxml.html.fromstring(
            raw, parser=lxml.html.HTMLParser(encoding=_encoding(raw), remove_comments=True, no_network=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise ValueError(f"it is no web page ({error})") from error
    if not hasattr(tree, "text_content"):
        return {}
    facts = extract_metadata(tree)
    stated = _meta(tree, "article:published_time", "pubdate", "datePublished")
    sapo = _sapo(tree)
    title = _heading(tree) or _clean(facts.title or "")
    _cut(tree)
    _tables(tree)
    found = bare_extraction(tree, include_comments=False, include_tables=False, favor_precision=True)
    if found is None or isinstance(found, dict):
        return {}
    body = [p for p in _paragraphs(found.text or "") if p != title and not _ALSO.match(p)]
    if sapo and sapo not in body:
        body.insert(0, sapo)
    return {
        "title": title or None,
        "text": "\n".join(body),
        "published_at": stated or facts.date,
        "author": _clean(facts.author or "") or None,
        "url": facts.url,
        "source": _clean(facts.sitename or facts.hostname or "") or None,
    }


def _encoding(raw: bytes) -> str:
    """Return the encoding of a page: UTF-8 wherever it reads as such, else what the page states."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        stated = re.search(rb"charset=[\"']?([\w-]+)", raw[:4096])
        name = stated[1].decode("ascii") if stated else "latin-1"
        return name if _known(name) else "latin-1"
    return "utf-8"


def _known(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


def _sapo(tree: lxml.html.HtmlElement) -> str | None:
    """Return the paragraph that opens the article, where the page marks it as such."""
    for node in tree.iter("h2", "p", "div", "strong"):
        if _SAPO.search(_names(node)) and len(text := _clean(node.text_content())) > 40:
            return text
    return None


def _cut(tree: lxml.html.HtmlElement) -> None:
    """Take out what is no part of the article, and what a reader does not see."""
    for node in list(tree.iter()):
        if not isinstance(node.tag, str) or node.getparent() is None:
            continue
        hidden = "hidden" in node.attrib or node.get("aria-hidden") == "true" or _HIDDEN.search(node.get("style", ""))
        picture = node.tag == "table" and (_PICTURE.search(_names(node)) or node.find(".//img") is not None)
        if (
            node.tag
            in {"figure", "figcaption", "script", "style", "iframe", "aside", "nav", "form", "noscript", "template"}
            or hidden
            or picture
            or _NOT_BODY.search(_names(node))
        ):
            node.drop_tree()


def _names(node: lxml.html.HtmlElement) -> str:
    return f"{node.get('class', '')} {node.get('id', '')}"


def _tables(tree: lxml.html.HtmlElement) -> None:
    """Put in place of each table its rows as paragraphs, each cell with its header: `Huyện: Ba Khe; Số hộ: 14`."""
    for table in list(tree.iter("table")):
        if table.getparent() is None:
            continue
        rows = [[_clean(cell.text_content()) for cell in row.iter("td", "th")] for row in table.iter("tr")]
        block = lxml.html.Element("div")
        for line in lines_of(rows):
            paragraph = etree.SubElement(block, "p")
            paragraph.text = line
        block.tail = table.tail
        table.getparent().replace(table, block)


def lines_of(rows: list[list[str]]) -> list[str]:
    """Return the rows of a table as lines, each cell with its header where the table has a first row of headers."""
    rows = [row for row in rows if any(row)]
    if len(rows) < 2 or len(rows[0]) < 2 or any(re.search(r"\d", cell) for cell in rows[0][1:]):
        return [" ; ".join(filter(None, row)) for row in rows]
    head, *body = rows
    return [
        "; ".join(f"{h}: {cell}" if h else cell for h, cell in zip(head, row, strict=False) if cell) + "."
        for row in body
    ]


def _heading(tree: lxml.html.HtmlElement) -> str | None:
    headings = [t for node in tree.iter("h1") if (t := _clean(node.text_content()))]
    return headings[0] if len(headings) == 1 else _meta(tree, "og:title")


def _meta(tree: lxml.html.HtmlElement, *names: str) -> str | None:
    for node in tree.iter("meta", "time"):
        if {node.get("property"), node.get("name"), node.get("itemprop")} & set(names):
            content = _clean(node.get("content") or node.get("datetime") or "")
            if content:
                return content
    return None


def _paragraphs(text: str) -> list[str]:
    return [p for line in text.split("\n") if (p := _clean(line))]


def _clean(text: str) -> str:
    return " ".join(_ZERO_WIDTH.sub("", text).split())
