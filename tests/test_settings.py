"""Settings: every documented name exists, a wrong value names its variable, a secret is never printed."""

import re
from pathlib import Path

import pytest

from bot.logs import Redacting
from bot.opening import open_library
from config.settings import load_settings, unknown_names, variables
from retrieval.errors import SettingsError
from retrieval.fetching.guard import target

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("document", ["config/example.env", "README.md", "README.vi.md", "docs/van-hanh.md"])
def test_every_documented_setting_exists(document: str) -> None:
    mentioned = set(re.findall(r"TINTINH_[A-Z_]+[A-Z]", (ROOT / document).read_text(encoding="utf-8")))
    assert mentioned
    assert mentioned <= set(variables())


def test_every_setting_is_in_the_example() -> None:
    assert set(variables()) <= set(
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
        ("TINTINH_FETCH__ALLOW", "intranet.office"),
        ("TINTINH_FETCH__ALLOW", "http://intranet.office:8080"),
        ("TINTINH_FETCH__ALLOW", "intranet.office:99999"),
        ("TINTINH_FETCH__ALLOW", "10.0.0.*:80"),
        ("TINTINH_FETCH__ALLOW", "::1"),
        ("TINTINH_FETCH__ALLOW", "a?b:80"),
        ("TINTINH_FETCH__ALLOW", "user:pw:80"),
        ("TINTINH_FETCH__ALLOW", "http:80"),
        ("TINTINH_WEB__PUBLIC_URL", "https://http://hoi.example.vn"),
        ("TINTINH_WEB__PUBLIC_URL", "https://hoi.example.vn\\a"),
        ("TINTINH_WEB__PUBLIC_URL", "hoi.example.vn"),
        ("TINTINH_WEB__PUBLIC_URL", "https://hoi.example.vn/?tu=1"),
        ("TINTINH_WEB__PUBLIC_URL", "https://hoi example.vn"),
        ("TINTINH_TELEGRAM__BASE_URL", "api.telegram.org/bot"),
        ("TINTINH_TELEGRAM__WEBHOOK_URL", "hoi.example.vn/telegram"),
        ("TINTINH_ZALO_OA__OAUTH_URL", "ftp://oauth.zaloapp.com"),
        ("TINTINH_READER__BASE_URL", "http://127.0.0.1:port/v1"),
        ("TINTINH_SOURCES", "no-such-file.toml"),
        ("TINTINH_COMMUNES", "no-such-file.tsv"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


@pytest.mark.usefixtures("clean_environment")
def test_a_webhook_without_an_address_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINTINH_TELEGRAM__MODE", "webhook")
    load_settings()  # Telegram is off
    monkeypatch.setenv("TINTINH_TELEGRAM__TOKEN", "123456789:AAmade-up-token-made-up-token-made-up")
    with pytest.raises(SettingsError, match=r"TINTINH_TELEGRAM: .*WEBHOOK_URL is not set"):
        load_settings()
    monkeypatch.setenv("TINTINH_TELEGRAM__WEBHOOK_URL", "https://hoi.example.vn/telegram")
    assert load_settings().telegram.webhook_url == "https://hoi.example.vn/telegram"


@pytest.mark.usefixtures("clean_environment")
def test_an_exempt_address_is_told_as_the_guard_looks_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    written = "Intranet.Office.:08080, ::1:9000, [::1]:9001, báo.vn:80"
    monkeypatch.setenv("TINTINH_FETCH__ALLOW", written)
    allowed = load_settings().fetch.allow
    assert allowed == ["intranet.office:8080", "::1:9000", "::1:9001", "xn--bo-mia.vn:80"]
    for address in ("http://intranet.office:8080/a", "http://[::1]:9001/a", "http://báo.vn/a"):
        assert target(address, allowed, lambda *_: ["127.0.0.1"]).address == "127.0.0.1"


@pytest.mark.usefixtures("clean_environment")
def test_a_complete_address_may_have_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINTINH_TELEGRAM__WEBHOOK_URL", "https://hoi.example.vn/telegram?bi-mat=1")
    monkeypatch.setenv("TINTINH_FETCH__PROXY", "http://office:pass@proxy:3128")
    monkeypatch.setenv("TINTINH_WEB__PUBLIC_URL", "https://[2001:db8::1]:8443/tin/")
    assert load_settings().telegram.webhook_url == "https://hoi.example.vn/telegram?bi-mat=1"


@pytest.mark.usefixtures("clean_environment")
def test_the_password_of_a_wrong_address_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINTINH_FETCH__PROXY", "http://office:s3cret@proxy:99999")
    with pytest.raises(SettingsError) as wrong:
        load_settings()
    assert "s3cret" not in str(wrong.value)


@pytest.mark.usefixtures("clean_environment")
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("TINTINH_SOURCES", "[[source]]\nnam = 1\n", "TINTINH_SOURCES: table, source 1"),
        ("TINTINH_COMMUNES", "xã Suối Rạc\n", "TINTINH_COMMUNES: line 1"),
    ],
)
def test_a_file_that_is_wrong_names_the_setting_and_the_line(
    monkeypatch: pytest.MonkeyPatch, name: str, content: str, says: str
) -> None:
    Path("table").write_text(content, encoding="utf-8")
    monkeypatch.setenv(name, "table")
    with pytest.raises(SettingsError, match=says):
        open_library(load_settings())


@pytest.mark.usefixtures("clean_environment")
def test_a_name_that_is_no_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unknown_names() == []
    Path(".env").write_text("TINTINH_DATADIR=x\nTINTINH_WEB__PORT=8081\nPATH_OF_OTHERS=1\n", encoding="utf-8")
    monkeypatch.setenv("TINTINH_TELEGRAM__ADMIN", "7")
    monkeypatch.setenv("TINTINH_WEB", '{"host": "127.0.0.1"}')
    monkeypatch.setenv("TINTINH_SOMETHING_ELSE_ALTOGETHER", "7")
    assert unknown_names() == [
        "TINTINH_SOMETHING_ELSE_ALTOGETHER in the environment is no setting",
        "TINTINH_TELEGRAM__ADMIN in the environment is no setting; TINTINH_TELEGRAM__ADMINS is",
        "TINTINH_DATADIR in .env is no setting; TINTINH_DATA_DIR is",
    ]


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
