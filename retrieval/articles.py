"""The article: what every reader gives and everything else builds on."""

import dataclasses
import datetime as dt
import json
from typing import Any

_FIELDS = ("id", "title", "published_at", "url", "source", "author", "text")


@dataclasses.dataclass(frozen=True, slots=True)
class Article:
    """One article as it was loaded. `text` is NFC and otherwise untouched; all offsets count its code points."""

    id: str
    text: str
    title: str
    source: str
    published_at: dt.date | None = None
    url: str | None = None
    author: str | None = None
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Fields this program does not know, kept as they came."""

    def to_row(self) -> dict[str, Any]:
        """Return the article as a JSON row of the contract; unknown fields included."""
        return {
            "id": self.id,
            "title": self.title,
            "published_at": self.published_at.isoformat() if self.published_at else None,
            "url": self.url,
            "source": self.source,
            "author": self.author,
            "text": self.text,
        } | self.extra

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Article":
        """Return the article of a row that `to_row` made."""
        day = row.get("published_at")
        return cls(
            id=row["id"],
            text=row["text"],
            title=row["title"],
            source=row["source"],
            published_at=dt.date.fromisoformat(day) if day else None,
            url=row.get("url"),
            author=row.get("author"),
            extra={k: v for k, v in row.items() if k not in _FIELDS},
        )

    def to_json(self) -> str:
        """Return `to_row` as one line of JSON."""
        return json.dumps(self.to_row(), ensure_ascii=False, sort_keys=True)
