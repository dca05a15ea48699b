"""The tokens of a Zalo Official Account: an access token of a day, renewed with a refresh token that works once.

Facts: developers.zalo.me/docs/official-account/bat-dau/xac-thuc-va-uy-quyen (v4): `POST /v4/oa/access_token` with the header
`secret_key`; access tokens last 25 hours, refresh tokens three months, errors may come with status 200.
"""

import asyncio
import datetime as dt
import hashlib
import logging
from typing import Any

import httpx
from filelock import FileLock

from bot.dispatch import UnreachableError
from bot.store.database import Database
from bot.store.keys import Keys
from bot.store.sealing import Sealed

log = logging.getLogger(__name__)

REFRESH_LASTS = dt.timedelta(days=90)
EARLY = dt.timedelta(hours=1)
"""How long before its end an access token is renewed."""
WARNED = (dt.timedelta(days=14), dt.timedelta(days=1))
TIMEOUT_S = 10.0
RETRY_S = 300.0
MEND = "Take a new refresh token at developers.zalo.me (Official Account > API Explorer), set TINTINH_ZALO_OA__REFRESH_TOKEN, and start again"


class TokenError(UnreachableError):
    """No access token can be had."""

    def __init__(self, what: str) -> None:
        super().__init__(what, RETRY_S)


class OaTokens:
    """Gives the access token that is valid now."""

    def __init__(
        self, database: Database, keys: Keys, app_id: str, secret_key: str, first_refresh_token: str, oauth_url: str
    ) -> None:
        self._sealed = Sealed(database, keys, "zalo_oa")
        self._lock_file = database.data / "zalo-oa.lock"
        self._app_id = app_id
        self._secret_key = secret_key
        self._first = first_refresh_token
        self._url = oauth_url
        self._one = asyncio.Lock()
        self._kept: dict[str, Any] | None = None
        self._warned: dt.timedelta | None = None

    async def access(self, refused: str | None = None) -> str:
        """Return an access token; another than `refused`, which Zalo did not take. Raises TokenError."""
        async with self._one:
            kept = self._kept
            if kept is None or kept["access"] == refused or _moment(kept["access_until"]) - EARLY <= _now():
                kept = self._kept = await asyncio.to_thread(self._renewed, refused)
            return str(kept["access"])

    def _renewed(self, refused: str | None) -> dict[str, Any]:
        """Return the tokens as they are stored, renewed where they must be. One process at a time: a refresh token works once."""
        with FileLock(self._lock_file):
            kept = self._stored()
            fresh = kept.get("access") not in {None, refused} and _moment(kept["access_until"]) - EARLY > _now()
            if fresh:
                return kept
            made = self._asked(kept["refresh"])
            # Stored before anybody uses it: the old one is spent now.
            self._sealed.write(made)
            return made

    def _stored(self) -> dict[str, Any]:
        """Return what is stored, or what the setting begins with; a setting that was changed goes before what is stored."""
        try:
            kept = self._sealed.read()
        except ValueError as error:
            log.error("zalo-oa-token: the stored token cannot be read (%s); the one in the settings is tried", error)
            kept = None
        seed = hashlib.sha256(self._first.encode()).hexdigest()
        if isinstance(kept, dict) and kept.get("seed") == seed:
            return kept
        return {"refresh": self._first, "seed": seed, "refresh_until": (_now() + REFRESH_LASTS).isoformat()}

    def _asked(self, refresh: str) -> dict[str, Any]:
        form = {"app_id": self._app_id, "grant_type": "refresh_token", "refresh_token": refresh}
        try:
            with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
                answer = client.post(self._url, data=form, headers={"secret_key": self._secret_key})
            row = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise TokenError(f"{self._url} gave no token ({type(error).__name__})") from error
        if not isinstance(row, dict) or not row.get("access_token") or not row.get("refresh_token"):
            said = (
                f"{row.get('error')} {row.get('error_name') or row.get('error_description') or ''}".strip()
                if isinstance(row, dict)
                else "nonsense"
            )
            log.error(
                "zalo-oa-token-spent: Zalo does not take the refresh token (%s): it is spent, as after a restored backup, or over its time. %s",
                said,
                MEND,
            )
            raise TokenError("the refresh token is spent or over its time")
        now = _now()
        return {
            "access": row["access_token"],
            "access_until": (now + dt.timedelta(seconds=_seconds(row.get("expires_in")))).isoformat(),
            "refresh": row["refresh_token"],
            "refresh_until": (now + REFRESH_LASTS).isoformat(),
            "seed": hashlib.sha256(self._first.encode()).hexdigest(),
        }

    def refresh_until(self) -> dt.datetime:
        """Return when the refresh token ends, if it is not renewed before."""
        return _moment(self._stored()["refresh_until"])

    def ending(self, now: dt.datetime) -> str | None:
        """Return what is to be told of the refresh token's end: once 14 days before it, and once a day before; else None."""
        until = self.refresh_until()
        near = [w for w in WARNED if until - now <= w]
        if not near or near[-1] == self._warned:
            return None
        self._warned = near[-1]
        return f"Mã làm mới của Zalo OA hết hạn ngày {until:%d/%m/%Y}: cần lấy mã mới và đặt TINTINH_ZALO_OA__REFRESH_TOKEN."


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _moment(iso: str) -> dt.datetime:
    return dt.datetime.fromisoformat(iso)


def _seconds(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 90_000.0
