"""What an answer is: items, each resting on a citation; or a refusal with its reason. Both become the contract's JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Reason = Literal[
    "article_silent", "no_article", "false_premise", "needs_clarification", "smalltalk", "emergency", "invalid"
]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: `article.text[start:end] == quote`, checked when it is made."""

    article_id: str
    title: str
    url: str | None
    source: str
    author: str | None
    published_at: str | None
    passage_id: str
    start: int
    end: int
    quote: str

    def to_json(self) -> dict[str, Any]:
        """Return the citation as the contract has it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Item:
    """One part of an answer: its text, and which citation it rests on."""

    text: str
    citation: int
    start: int
    end: int
    """Where the text stands in the cited article."""
    role: str | None = None
    assignee: str | None = None
    giver: str | None = None
    deadline: str | None = None
    said_by: str | None = None
    """Whose word it is, as the article names them."""
    manner: str | None = None
    """How it is theirs: `quotation`, `paraphrase` or `report`."""

    def to_json(self) -> dict[str, Any]:
        """Return the item as the contract has it; what is not known is left out."""
        row: dict[str, Any] = {"text": self.text, "citation": self.citation, "start": self.start, "end": self.end}
        for name in ("role", "assignee", "giver", "deadline", "said_by", "manner"):
            if value := getattr(self, name):
                row[name] = value
        return row


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A passage that may be related; shown as such, never as the answer."""

    article_id: str
    title: str
    url: str | None
    published_at: str | None
    passage_id: str
    quote: str

    def to_json(self) -> dict[str, Any]:
        """Return the suggestion as the contract has it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered question."""

    id: str
    question: str
    text: str
    items: tuple[Item, ...]
    citations: tuple[Citation, ...]
    kind: str
    interpretation: str | None
    confidence: float
    generation: str
    data_until: str | None
    elapsed_ms: float
    carried: str | None = None
    """What the next question may lean on: this one, after the one it leaned on itself."""
    note: str | None = None
    """What the reader of the answer should know besides: that the words are a paraphrase, for instance."""
    next_skip: int | None = None
    """Of a list: how many rows to skip for the next page; None where this is the last."""
    also: tuple["Reply", ...] = ()
    """The replies to the other questions of the message."""

    def to_json(self) -> dict[str, Any]:
        """Return the answer as the contract has it."""
        return {
            "id": self.id,
            "question": self.question,
            "status": "answered",
            "text": self.text,
            "items": [i.to_json() for i in self.items],
            "citations": [c.to_json() for c in self.citations],
            "kind": self.kind,
            "interpretation": self.interpretation,
            "confidence": round(self.confidence, 4),
            "generation": self.generation,
            "data_until": self.data_until,
            "elapsed_ms": round(self.elapsed_ms, 3),
            "carried": self.carried,
            **({"note": self.note} if self.note else {}),
            **({"next_skip": self.next_skip} if self.next_skip else {}),
            **({"also": [r.to_json() for r in self.also]} if self.also else {}),
        }


@dataclass(frozen=True, slots=True)
class NotFound:
    """A question that the loaded articles do not answer, with the reason in plain words."""

    id: str
    question: str
    reason: Reason
    reply: str
    kind: str
    interpretation: str | None
    confidence: float
    generation: str
    data_until: str | None
    elapsed_ms: float
    suggestions: tuple[Suggestion, ...] = ()
    choices: tuple[str, ...] = field(default=())
    """What the person may choose among, where more than one thing may be meant."""
    questions: tuple[str, ...] = field(default=())
    """The question that each choice asks."""
    carried: str | None = None
    """What the next question may lean on; None leaves what was asked before: small talk and questions back change no subject."""
    also: tuple["Reply", ...] = ()
    """The replies to the other questions of the message."""

    def to_json(self) -> dict[str, Any]:
        """Return the refusal as the contract has it."""
        return {
            "id": self.id,
            "question": self.question,
            "status": "not_found",
            "text": "",
            "items": [],
            "citations": [],
            "reason": self.reason,
            "reply": self.reply,
            "choices": list(self.choices),
            **({"questions": list(self.questions)} if self.questions else {}),
            "suggestions": [s.to_json() for s in self.suggestions],
            "kind": self.kind,
            "interpretation": self.interpretation,
            "confidence": round(self.confidence, 4),
            "generation": self.generation,
            "data_until": self.data_until,
            "elapsed_ms": round(self.elapsed_ms, 3),
            "carried": self.carried,
            **({"also": [r.to_json() for r in self.also]} if self.also else {}),
        }


Reply = Answer | NotFound


def from_json(row: Mapping[str, Any]) -> Reply:
    """Return the reply that `to_json` made `row` of. Raises KeyError or TypeError where it is none."""
    common = {
        name: row[name]
        for name in (
            "id",
            "question",
            "kind",
            "interpretation",
            "confidence",
            "generation",
            "data_until",
            "elapsed_ms",
            "carried",
        )
    }
    also = tuple(from_json(other) for other in row.get("also", ()))
    if row["status"] == "answered":
        return Answer(
            **common,
            text=row["text"],
            items=tuple(Item(**item) for item in row["items"]),
            citations=tuple(Citation(**citation) for citation in row["citations"]),
            note=row.get("note"),
            next_skip=row.get("next_skip"),
            also=also,
        )
    return NotFound(
        **common,
        reason=row["reason"],
        reply=row["reply"],
        suggestions=tuple(Suggestion(**suggestion) for suggestion in row["suggestions"]),
        choices=tuple(row["choices"]),
        questions=tuple(row.get("questions", ())),
        also=also,
    )
