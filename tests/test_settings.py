"""Settings: every documented name exists, a wrong value names its variable, a secret is never printed."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.logs import Redacting
from config.settings import Settings, load_settings
from retrieval.errors import SettingsError

ROOT = Path(__file__).parents[1]


def names(model: type[BaseModel], prefix: str = "TINTINH_") -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= names(field.annotation, f"{prefix}{name.upper()}__")
        else:
            found.add(f"{prefix}{name.upper()}")
    return found


@pytest.mark.parametrize("document", ["config/example.env", "README.md", "README.vi.md", "docs/van-hanh.md"])
def test_every_documented_setting_exists(document: str) -> None:
    mentioned = set(re.findall(r"TINTINH_[A-Z_]+[A-Z]", (ROOT / document).read_text(encoding="utf-8")))
    assert mentioned
    assert mentioned <= names(Settings)


def test_every_setting_is_in_the_example() -> None:
    assert names(Settings) <= set(
        re.findall(r"TINTINH_[A-Z_]+[A-Z]", (ROOT / "config/example.env").read_text(encoding="utf-8"))
    )


@pytest.mark.usefixtures("clean_environment")
def test_flag_before_environment_before_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("TINTINH_DATA_DIR=from-file\nTINTINH_PROVINCE=Lam Giang\n", encoding="utf-8")
    assert load_settings().data_dir == Path("from-file")
    monkeypatch.setenv("TINTINH_DATA_DIR", "from-environment")
    assert load_settings().data_dir == Path("from-environment")
    assert load_settings(Path("from-flag")).data_dir == Path("from-flag")
    assert load_settings().province == "Lam Giang"


@pytest.mark.usefixtures("clean_environment")
@pytest.mark.parametrize(
    "name", ["TINTINH_SOURCES", "TINTINH_COMMUNES", "TINTINH_PROCESSES", "TINTINH_CORRECTIONS_COPY"]
)
def test_an_empty_value_is_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    without = load_settings()
    monkeypatch.setenv(name, "")
    assert load_settings() == without


@pytest.mark.usefixtures("clean_environment")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TINTINH_WEB__PORT", "99999"),
        ("TINTINH_TELEGRAM__MODE", "pigeon"),
        ("TINTINH_TELEGRAM__ADMINS", "7,x"),
        ("TINTINH_TIMEZONE", "Sao/Hoa"),
        ("TINTINH_FETCH__CA", "/no/such/file"),
        ("TINTINH_FETCH__PROXY", "proxy"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


@pytest.mark.usefixtures("clean_environment")
@pytest.mark.parametrize("value", ["7,8", "[7, 8]", " 7 , 8 "])
def test_a_list_is_commas_or_json(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TINTINH_TELEGRAM__ADMINS", value)
    assert load_settings().telegram.admins == [7, 8]


@pytest.mark.usefixtures("clean_environment")
def test_a_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    token = "123456789:AAmade-up-token-made-up-token-made-up"
    monkeypatch.setenv("TINTINH_TELEGRAM__TOKEN", token)
    assert token not in repr(load_settings())


def test_a_log_record_shows_no_secret_and_is_one_record() -> None:
    import logging

    record = logging.LogRecord(
        "x",
        logging.INFO,
        "",
        0,
        "POST https://api.telegram.org/bot%s/getMe \x1b[31m s3cret",
        ("123456789:AAmade-up-token-made-up-token-made-up",),
        None,
    )
    text = Redacting(("s3cret",)).format(record)
    assert "AAmade" not in text
    assert "s3cret" not in text
    assert "\x1b" not in text
