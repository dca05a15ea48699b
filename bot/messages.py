"""What goes between a channel and the assistant: neutral of any platform."""

from dataclasses import dataclass

from retrieval.answers.types import Reply


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text that a person sent. `chat` tells conversations apart, within a channel."""

    channel: str
    chat: str
    text: str
    about: str = ""
    """The code of the answer that it replies to."""
    address: str = ""
    """Where the channel sends what this chat follows; empty where it can send nothing by itself."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to send back: a reply to render, or plain words (help, an apology)."""

    reply: Reply | None = None
    words: str = ""
