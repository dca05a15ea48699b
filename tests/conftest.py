"""What the tests share: the invented province, indexed once, and the encoder."""

import os
import tempfile
from pathlib import Path

import pytest

from bot.library import Library
from retrieval.encoding import Encoder, open_encoder
from retrieval.engine import Engine

PROVINCE = Path(__file__).parent / "province"
HERE = ("127.0.0.1", 50_000)
"""The address of a program on the machine itself, whose questions are not counted."""

os.environ["HF_HUB_OFFLINE"] = "1"  # read when the hub library is imported: no test waits for a network
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())  # where pgserver puts its lock; it warns where none is set
os.environ["TINTINH_DATA_DIR"] = "/nonexistent/tests-name-their-own"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The shipped static encoder."""
    return open_encoder()


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """The articles of the invented province, indexed."""
    library = Library(tmp_path_factory.mktemp("province"), encoder)
    library.index([PROVINCE / "articles"])
    return library


@pytest.fixture(scope="session")
def engine(province: Library) -> Engine:
    """The engine over the invented province."""
    return province.engine()


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting from outside, and an empty folder to stand in."""
    for name in list(os.environ):
        if name.startswith("TINTINH_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
