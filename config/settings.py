"""Settings from the environment or `.env`, prefix `TINTINH_`, nested with `__`. A secret is never printed."""

import difflib
import ipaddress
import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from retrieval.answers.triage import EMERGENCY
from retrieval.errors import SettingsError

SEEDS = Path(__file__).parents[1] / "seeds"


def _listed(value: Any) -> Any:  # noqa: ANN401 - what the environment holds is not typed yet
    """Return the list that a comma-separated or JSON string means."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("["):
        return json.loads(text)
    return [part.strip() for part in text.split(",") if part.strip()]


def _page(value: str) -> str:
    """Return `value` where it is the address of a page, as a setting may name one."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    scheme_twice = "//" in parts.path
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or port == 0
        or re.search(r"[\s\\,]", value)
        or scheme_twice
    ):
        shown = re.sub(r"//.*@", "//…@", value)  # a password is never printed
        raise ValueError(
            f"{shown!r} is no address; write https://host, or http://host:port, and a path where there is one"
        )
    return value


def _address(value: str) -> str:
    """Return `value` where it is an address that a path can be put behind."""
    if set("?#") & set(_page(value)):
        raise ValueError(
            f"{value!r} has more behind its path; write https://host, or http://host:port, and a path where there is one"
        )
    return value


Page = Annotated[str, AfterValidator(_page)]
"""A complete address: http:// or https://, a host, perhaps a port, a path and a query."""
Address = Annotated[str, AfterValidator(_address)]
"""The same without a query: a path is put behind it."""


def _host_port(value: str) -> str:
    """Return `host:port` as the guard of the network writes it: lower case, ASCII, no brackets."""
    host, _, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]").rstrip(".").lower()
    try:
        host = str(ipaddress.IPv6Address(host)) if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        host = ""
    known = re.fullmatch(r"[0-9a-z:_-][0-9a-z:._-]*", host) and port.isdecimal() and 0 < int(port) < _PORTS
    if not known or host in {"http", "https"}:
        raise ValueError(f"{value!r} is no host:port; write intranet.office:8080, each address by itself")
    return f"{host}:{int(port)}"


_PORTS = 65_536


def _there(value: Path) -> Path:
    """Return `value` where it is a file."""
    if not value.is_file():
        raise ValueError(f"there is no file {value}")
    return value


ThereFile = Annotated[Path, AfterValidator(_there)]
"""A file that is there."""


class Embedding(BaseModel):
    """Which model turns text into vectors."""

    model: str | None = None
    """A folder or a hub name; unset is the shipped static model."""
    query_prompt: str = ""
    """Put before each question, for a model that wants it (`query: ` for E5)."""
    passage_prompt: str = ""
    """Put before each passage (`passage: ` for E5)."""


class Reader(BaseModel):
    """Which reader finds the words that answer."""

    kind: Literal["builtin", "transformer", "llm"] = "builtin"
    """`transformer`: a question-answering model of transformers; `llm`: a chat model behind an OpenAI-compatible address."""
    model: str | None = None
    """A folder or a hub name; for `llm`, the model's name at that address."""
    base_url: Address | None = None
    """Address of the chat model, with its `/v1`."""
    api_key: SecretStr | None = None
    timeout_s: float = Field(default=20.0, gt=0, le=300)
    """Seconds for one answer of the chat model; then the built-in reader answers."""
    threshold: float = Field(default=0.5, ge=0, le=1)
    """Below this probability the transformer's answer is not given."""

    @model_validator(mode="after")
    def _complete(self) -> "Reader":
        if self.kind != "builtin" and not self.model:
            raise ValueError(f"kind {self.kind} needs a model: set MODEL beside it")
        if self.kind == "llm" and not self.base_url:
            raise ValueError("kind llm needs an address: set BASE_URL beside it")
        return self


class Reranker(BaseModel):
    """Whether the articles found are looked at again by a cross-encoder."""

    model: str | None = None
    """A folder or a hub name; unset is off."""


class Telegram(BaseModel):
    """The Telegram channel; off while there is no token."""

    token: SecretStr | None = None
    base_url: Address = "https://api.telegram.org/bot"
    """As python-telegram-bot takes it: the token is appended."""
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: Page | None = None
    """Public address of `POST /telegram`, for the webhook mode."""
    webhook_secret: SecretStr | None = None
    admins: Annotated[list[int], NoDecode] = Field(default_factory=list)
    """User ids of those who are editors and operators both."""
    editors: Annotated[list[int], NoDecode] = Field(default_factory=list)
    """User ids that may change the content: /reload, /add, /remove, /restore, /rollback, /giu, and to see /trang and /baocao."""
    operators: Annotated[list[int], NoDecode] = Field(default_factory=list)
    """User ids that look after the service: /status."""

    _lists = field_validator("admins", "editors", "operators", mode="before")(_listed)

    @model_validator(mode="after")
    def _complete(self) -> "Telegram":
        if self.token and self.mode == "webhook" and not self.webhook_url:
            raise ValueError("MODE is webhook, and WEBHOOK_URL is not set: set it beside it, or leave MODE out")
        return self


class ZaloOa(BaseModel):
    """The Zalo Official Account; off while there is no app id."""

    app_id: str | None = None
    secret_key: SecretStr | None = None
    """The app's secret, with which tokens are renewed."""
    oa_secret_key: SecretStr | None = None
    """The secret of the account, with which the webhook is signed."""
    refresh_token: SecretStr | None = None
    """The first one; each renewal gives another, which is kept encrypted in the database."""
    base_url: Address = "https://openapi.zalo.me"
    oauth_url: Page = "https://oauth.zaloapp.com/v4/oa/access_token"

    @model_validator(mode="after")
    def _complete(self) -> "ZaloOa":
        wanted = ("secret_key", "oa_secret_key", "refresh_token")
        if self.app_id and (missing := [n.upper() for n in wanted if getattr(self, n) is None]):
            raise ValueError(f"APP_ID is set, and {missing[0]} is not: set it beside it")
        return self


class ZaloBot(BaseModel):
    """A bot of the Zalo Bot Platform; off while there is no token."""

    token: SecretStr | None = None
    base_url: Address = "https://bot-api.zaloplatforms.com"
    webhook_secret: SecretStr | None = None
    """Set, updates come by `POST /zalo/bot`; unset, they are polled for."""


class Privacy(BaseModel):
    """What is kept of people, and how long."""

    hash_key: SecretStr | None = None
    """A long random text: ids are hashed, and addresses encrypted, under it. Unset, one is made and kept beside the data folder."""
    retention_days: int = Field(default=30, ge=1, le=365)
    """Days that questions are kept."""
    erasures_copy: Path | None = None
    """A second record of who asked to be forgotten, outside the data folder, so that no restored backup undoes it."""


class Fetch(BaseModel):
    """How pages are fetched."""

    allow: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Exact host:port that are let through the guard against networks that are not public."""
    proxy: Address | None = None
    """The office's own proxy, as http://host:port; those of the environment are not used."""
    ca: ThereFile | None = None
    """A file of certificates to trust, where the proxy has its own."""

    _lists = field_validator("allow", mode="before")(_listed)

    @field_validator("allow")
    @classmethod
    def _hosts(cls, value: list[str]) -> list[str]:
        return [_host_port(exempt) for exempt in value]


class Admin(BaseModel):
    """The HTTP endpoints of editors; off while there is no token."""

    token: SecretStr | None = None


class Web(BaseModel):
    """The HTTP service."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: Address | None = None
    """Where people reach this service; links to passages are built on it."""
    api_keys: Annotated[list[SecretStr], NoDecode] = Field(default_factory=list)
    """Keys of other programs that ask by `POST /api/ask`; each has a larger allowance than somebody without."""
    widget_origins: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Pages that may show the chat, as https://bao.example.vn."""
    questions_a_minute: int = Field(default=30, ge=1)
    """That one address may ask; with a key ten times as many."""

    _lists = field_validator("api_keys", "widget_origins", mode="before")(_listed)

    @field_validator("widget_origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(?::\d+)?", origin):
                raise ValueError(f"{origin!r} is no origin; write https://bao.example.vn, without a path")
        return value


class Settings(BaseSettings):
    """All settings of the program."""

    model_config = SettingsConfigDict(
        env_prefix="TINTINH_", env_nested_delimiter="__", env_file=".env", env_file_encoding="utf-8", extra="ignore",
        env_ignore_empty=True,  # `TINTINH_SOURCES=` in .env is unset
    )  # fmt: skip

    data_dir: Path = Path("data")
    """Where generations live."""
    corpus: Annotated[list[Path], NoDecode] = Field(default_factory=lambda: [SEEDS])
    """Files and folders of articles."""
    sources: ThereFile | None = None
    """A file, corpus.toml, that declares newspapers, feeds and folders."""
    corrections_copy: Path | None = None
    """A second file of what editors took back, outside the data folder, so that no restored backup undoes it."""
    watch_minutes: float = Field(default=0, ge=0)
    """How often the service looks whether files of the corpus changed, and reloads them; 0 is never."""
    timezone: str = "Asia/Ho_Chi_Minh"
    province: str | None = None
    """The province this service is for; shown in the greeting."""
    communes: ThereFile | None = None
    """A table of what became of the province's communes: today<TAB>before[<TAB>day], a merger a line."""
    emergency: str = Field(default=EMERGENCY, min_length=3)
    """The numbers that a call for help gets, before anything is searched for."""
    processes: int | None = Field(default=None, ge=0, le=64)
    """Processes that answer beside the service; 0 for none, left out for one a core up to two, none on a single core."""
    embedding: Embedding = Embedding()
    reader: Reader = Reader()
    reranker: Reranker = Reranker()
    telegram: Telegram = Telegram()
    zalo_oa: ZaloOa = ZaloOa()
    zalo_bot: ZaloBot = ZaloBot()
    privacy: Privacy = Privacy()
    database_url: SecretStr | None = None
    """Of PostgreSQL; unset is SQLite in the data folder."""
    fetch: Fetch = Fetch()
    admin: Admin = Admin()
    web: Web = Web()

    _lists = field_validator("corpus", mode="before")(_listed)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone") from error
        return value

    def secrets(self) -> tuple[str, ...]:
        """Return the values that no log may show."""
        found = (
            self.telegram.token,
            self.telegram.webhook_secret,
            self.reader.api_key,
            self.admin.token,
            self.zalo_oa.secret_key,
            self.zalo_oa.oa_secret_key,
            self.zalo_oa.refresh_token,
            self.zalo_bot.token,
            self.zalo_bot.webhook_secret,
            self.privacy.hash_key,
            self.database_url,
            *self.web.api_keys,
        )
        return tuple(s.get_secret_value() for s in found if s is not None)


def load_settings(data: Path | None = None) -> Settings:
    """Return the settings; `data` (a flag) goes before the environment, that before `.env`.

    Raises SettingsError that names the variable whose value is wrong.
    """
    try:
        return Settings(data_dir=data) if data is not None else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "TINTINH_" + "__".join(str(part).upper() for part in first["loc"] if not isinstance(part, int))
        raise SettingsError(f"{name}: {first['msg']}", mend=f"Correct {name} in the environment or in .env") from error
    except (json.JSONDecodeError, ValueError) as error:
        raise SettingsError(
            f"a setting cannot be read ({error})", mend="Correct it in the environment or in .env"
        ) from error


def variables(model: type[BaseModel] = Settings, prefix: str = "TINTINH_") -> list[str]:
    """Return the names of all settings, as the environment and `.env` have them."""
    found = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found += variables(field.annotation, f"{prefix}{name.upper()}__")
        else:
            found.append(f"{prefix}{name.upper()}")
    return found


def unknown_names() -> list[str]:
    """Return what is set and is no setting, in words: a name mistyped is told, and nothing is stopped by what others named so."""
    known = variables()
    groups = {name.rpartition("__")[0] for name in known}  # a group may be set as JSON
    file = str(Settings.model_config["env_file"])
    said = []
    for where, names in (("the environment", list(os.environ)), (file, list(dotenv_values(file, encoding="utf-8")))):
        for name in sorted({name.upper() for name in names if name.upper().startswith("TINTINH_")}):
            if name not in known and name not in groups:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
                said.append(f"{name} in {where} is no setting{f'; {near[0]} is' if near else ''}")
    return said
