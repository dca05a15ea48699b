"""One secret -> the key under which people are hashed, and the key under which what must come back is encrypted."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from retrieval.errors import SettingsError

SHORTEST = 16


class Keys:
    """Hashes and encrypts. Whoever has the data folder and not the secret can read neither ids nor addresses."""

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST:
            raise SettingsError(
                f"TINTINH_PRIVACY__HASH_KEY is shorter than {SHORTEST} characters",
                mend="Set it to a long random text, for instance from `openssl rand -hex 32`",
            )
        self._hashing = _derived(secret, b"tintinh hash")
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(secret, b"tintinh encrypt")))

    def hash(self, *parts: str) -> str:
        """Return the 32 hex digits that stand for `parts` (a channel and an id there)."""
        message = "\0".join(parts).encode()
        return hmac.new(self._hashing, message, hashlib.sha256).hexdigest()[:32]

    def seal(self, row: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
        """Return `row`, which JSON must be able to hold, encrypted."""
        return self._fernet.encrypt(json.dumps(row, ensure_ascii=False).encode())

    def open(self, sealed: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return what `seal` was given. Raises ValueError where it was sealed under another key, or is damaged."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken as error:
            raise ValueError("it was encrypted under another key (TINTINH_PRIVACY__HASH_KEY)") from error


def _derived(secret: str, use: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=use).derive(secret.encode())


def key_file(data: Path) -> Path:
    """Return where the secret is kept where none is set: beside the data folder, so that a copy of that holds no key."""
    whole = data.absolute()
    return whole.with_name(f"{whole.name}.key")


def secret_beside(data: Path) -> str:
    """Return the secret in `key_file`, made at the first call. Raises SettingsError where it can be neither read nor written."""
    path = key_file(data)
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
        return path.read_text(encoding="ascii").strip()
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the key {path} can be neither read nor written ({error})",
            mend="Set TINTINH_PRIVACY__HASH_KEY to a long random text, for instance from `openssl rand -hex 32`",
        ) from error
