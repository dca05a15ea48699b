"""Logging that never shows a secret: not the bot's token in a URL that a library logs, not in an exception."""

import logging
import re
import sys

_TOKEN_IN_URL = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}")


class Redacting(logging.Formatter):
    """Formats a record on one line, with every secret replaced."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._secrets = tuple(s for s in secrets if s)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as the library has it
        """Return the message on one line: a name with a line end in it makes no second record."""
        return super().formatMessage(record).replace("\n", "\\x0a")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text without secrets, control characters shown, so that one event is one record."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        text = _TOKEN_IN_URL.sub("[token]", text)
        return "\n".join(
            "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line) for line in text.split("\n")
        )


def configure(secrets: tuple[str, ...] = (), level: int = logging.INFO) -> None:
    """Send all logs to stderr through `Redacting`; the HTTP client's own lines, which carry the token, are off."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
