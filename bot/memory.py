"""What a chat said last, and how it is kept: the next question may lean on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bot.masking import mask
from retrieval.answers.types import Reply, from_json


@dataclass
class Memory:
    """What one chat said last."""

    question: str | None = None
    """The question that the next one may lean on, with what it leaned on itself."""
    reply: Reply | None = None
    listed: tuple[str, str | None, int] | None = None
    """The list that was shown last and goes on: its question, the one before that, and how many rows were seen."""
    province: str | None = None
    """The province that this chat's questions are about, where they name none."""

    def to_row(self) -> dict[str, Any]:
        """Return the memory as JSON holds it; numbers that name a person are masked in it."""
        return {
            "question": None if self.question is None else mask(self.question),
            "reply": None if self.reply is None else _masked(self.reply.to_json()),
            "listed": [mask(self.listed[0]), self.listed[1] and mask(self.listed[1]), self.listed[2]]
            if self.listed
            else None,
            "province": self.province,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the memory that `row` was made of; an empty one where another version made it."""
        try:
            listed = row["listed"]
            return cls(
                row["question"],
                None if row["reply"] is None else from_json(row["reply"]),
                (listed[0], listed[1], listed[2]) if listed else None,
                row["province"],
            )
        except (KeyError, TypeError, IndexError):
            return cls()


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    own = {name: mask(row[name]) for name in ("question", "carried") if isinstance(row.get(name), str)}
    return row | own | ({"also": [_masked(other) for other in row["also"]]} if "also" in row else {})
