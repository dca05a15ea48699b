"""How much one address, or one key, may ask over HTTP; and how much may be under way over all."""

import asyncio
import hashlib
import hmac
import ipaddress
import time
import weakref
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.requests import Request

WITH_A_KEY = 10
"""Times as much as somebody without a key."""
CHAT_RATE, CHAT_BURST = 1.0, 10.0
"""Turns a second of one conversation, and how many at once."""
AT_ONCE = 6
MOST_WAITING = 192
ADDRESSES = 20_000


class WrongKeyError(Exception):
    """A key was given that is none."""


class TooManyError(Exception):
    """The address asked too much; `wait_s` seconds from now it may ask again."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"wait {wait_s:.0f} s")
        self.wait_s = wait_s


class CrowdedError(Exception):
    """As many questions wait as may."""


class Allowance:
    """Token buckets by address and by key, and one queue over all."""

    def __init__(self, questions_a_minute: int = 30, keys: Sequence[str] = ()) -> None:
        self._rate = questions_a_minute / 60
        self._keys = [key.encode() for key in keys if key]
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    def take(self, request: Request) -> None:
        """Count a question of `request`. Raises WrongKeyError and TooManyError.

        A program on the machine itself is not limited by its address: a proxy there must name whom it speaks for
        (X-Forwarded-For), as uvicorn takes it from the machine alone.
        """
        given = request.headers.get("X-API-Key", "") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        rate, name = self._rate, request.client.host if request.client else ""
        if given:
            # All are compared, in constant time: how long it takes tells nothing of which came near.
            if not sum(hmac.compare_digest(given.encode(), key) for key in self._keys):
                raise WrongKeyError
            rate, name = rate * WITH_A_KEY, hashlib.sha256(given.encode()).hexdigest()
        elif _on_this_machine(name) and "X-Forwarded-For" not in request.headers:
            return  # what came by way of a proxy may name any address, this machine's too
        self._count(name, rate, max(5.0, rate * 60))

    def take_chat(self, client: str) -> None:
        """Count a turn of one conversation. Raises TooManyError: nobody reads ten answers in a second."""
        self._count(f"chat {client}", CHAT_RATE, CHAT_BURST)

    def _count(self, name: str, rate: float, most: float) -> None:
        now = time.monotonic()
        left, at = self._buckets.pop(name, (most, now))
        left = min(most, left + (now - at) * rate)
        self._buckets[name] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        if left < 1:
            raise TooManyError((1 - left) / rate)

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait until the turn of a conversation before is over."""
        lock = self._turns.setdefault(client, asyncio.Lock())
        async with lock:
            yield

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place among those whose questions are answered now. Raises CrowdedError at once where too many wait."""
        if self._waiting >= MOST_WAITING:
            raise CrowdedError
        self._waiting += 1
        try:
            async with self._slots:
                yield
        finally:
            self._waiting -= 1


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
