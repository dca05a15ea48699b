"""A PDF or a Word document -> its text. A scanned PDF has none, and says so; a table's cell keeps its row and header."""

import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import pypdf
from docx.document import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf.errors import PyPdfError

from retrieval.readers.pages import lines_of

MOST_PAGES = 400
MOST_UNPACKED = 100_000_000
"""Bytes a Word document may unpack to."""
_ENDS = re.compile(r"[.!?:;…”\"]$")
_BEGINS = re.compile(r"^(?:[-–•*+]|\d+[.)]|[a-zđ]\)|[IVX]+\.)\s")


def pdf(path: Path) -> dict[str, Any]:
    """Return the fields of the article in a PDF. Raises ValueError where it cannot be read, or has no text."""
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError("it is locked by a password")
        if len(reader.pages) > MOST_PAGES:
            raise ValueError(f"it has more than {MOST_PAGES} pages")
        lines = [line.strip() for page in reader.pages for line in page.extract_text().split("\n")]
        title = reader.metadata.title if reader.metadata else None
    except (PyPdfError, OSError, KeyError, TypeError, AttributeError, RecursionError, NotImplementedError) as error:
        raise ValueError(f"it cannot be read as a PDF ({type(error).__name__}: {error})") from error
    text = _joined(lines)
    if not any(c.isalpha() for c in text):
        raise ValueError("it has pictures of pages and no text: a scan; it is not read")
    return {"text": text, "title": title if isinstance(title, str) and title.strip() else None}


def _joined(lines: list[str]) -> str:
    """Return the lines of pages as paragraphs: a line that ends no sentence goes on in the next."""
    paragraphs: list[str] = []
    for line in lines:
        if not line:
            paragraphs.append("")
        elif paragraphs and paragraphs[-1] and not _ENDS.search(paragraphs[-1]) and not _BEGINS.match(line):
            paragraphs[-1] = f"{paragraphs[-1]} {line}"
        else:
            paragraphs.append(line)
    return "\n".join(" ".join(p.split()) for p in paragraphs if p.strip())


def word(path: Path) -> dict[str, Any]:
    """Return the fields of the article in a Word document. Raises ValueError where it cannot be read."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise ValueError(f"it unpacks to more than {MOST_UNPACKED // 1_000_000} MB")
        document = docx.Document(str(path))
        lines = [line for block in _blocks(document) for line in _lines(block)]
        properties = document.core_properties
        title, author = properties.title or None, properties.author or None
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        AttributeError,
        TypeError,
        RecursionError,
        NotImplementedError,
        SyntaxError,
    ) as error:
        raise ValueError(f"it cannot be read as a Word document ({type(error).__name__}: {error})") from error
    return {"text": "\n".join(lines), "title": title, "author": author}


def _blocks(document: Document) -> list[Paragraph | Table]:
    return list(document.iter_inner_content())


def _lines(block: Paragraph | Table) -> list[str]:
    if isinstance(block, Paragraph):
        return [" ".join(line.split()) for line in block.text.split("\n") if line.strip()]
    return lines_of([[" ".join(cell.text.split()) for cell in row.cells] for row in block.rows])
