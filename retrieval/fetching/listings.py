"""A feed (RSS, Atom) or a sitemap -> the addresses it lists. Runs in the sandbox's child."""

import io
from typing import Any

import feedparser
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

MOST = 2_000
"""Addresses of one list."""


def feed(raw: bytes) -> dict[str, Any]:
    """Return `{"entries": [{"url", "title"}]}` of a feed. Raises ValueError where it is none."""
    # As a stream: a string that looks like an address, or a path, it would open.
    found = feedparser.parse(io.BytesIO(raw), sanitize_html=True)
    if not found.entries and not found.get("version"):
        raise ValueError("it is no feed")
    entries = [{"url": str(e.link), "title": str(e.get("title", ""))[:300]} for e in found.entries if e.get("link")]
    return {"entries": entries[:MOST], "text": "-"}


def sitemap(raw: bytes) -> dict[str, Any]:
    """Return `{"entries": [{"url"}], "maps": [url]}` of a sitemap, or of an index of them. Raises ValueError where it is none."""
    try:
        root = ElementTree.fromstring(raw)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise ValueError(f"it is no sitemap ({type(error).__name__})") from error
    kind = root.tag.rsplit("}", 1)[-1]
    if kind not in {"urlset", "sitemapindex"}:
        raise ValueError(f"it is no sitemap, but <{kind[:40]}>")
    places = [node.text.strip() for node in root.iter() if node.tag.rsplit("}", 1)[-1] == "loc" and node.text][:MOST]
    if kind == "sitemapindex":
        return {"entries": [], "maps": places, "text": "-"}
    return {"entries": [{"url": place} for place in places], "maps": [], "text": "-"}
